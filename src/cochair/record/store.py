"""One small interface over two databases, SQLite and PostgreSQL: the same SQL, ``?`` for parameters, the same rows back.

Rules:
- Every node has its own database file (SQLite: WAL, ``synchronous=FULL``) or its own schema (PostgreSQL). Text compares by bytes in both.
- `write()` is one transaction: on SQLite it begins IMMEDIATE (one writer at a time), on PostgreSQL the caller locks what it changes with `lock()`.
  It commits when the block ends and rolls back when the block raises. `read()` is a consistent snapshot that cannot write.
- Joint tables are made from their declaration. Their primary key is (room, key..., src), so two sources can never collide: not by mistake, and not by
  a hostile entry. SQLite keeps the rows in that key itself, so that a table costs a write one page and each further index one more.
- SQL must not contain a literal ``?``; names come from code, values only as parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, Protocol

from cochair.record.registry import Table
from cochair.record.rows import Changes

Params = Sequence[Any]


class Tx(Protocol):
    """One transaction.

    `moment`, `after`: two transactions of one store with nothing committed between them, by whomever, have the second's `moment` equal to the first's
    `after`; None where the database cannot tell.
    """

    moment: object | None
    after: object | None

    def query(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """SELECT -> rows as dicts; blobs as bytes."""
        ...

    def values(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """SELECT -> rows as tuples, for bulk."""
        ...

    def execute(self, sql: str, params: Params = ()) -> int:
        """Any other statement -> number of rows it touched."""
        ...

    def many(self, sql: str, rows: Iterable[Params]) -> None:
        """One statement for many rows."""
        ...

    def lock(self, table: str, room: str) -> None:
        """Hold the room's rows of `table` until the transaction ends (nothing to do where there is one writer anyway)."""
        ...


class Store(Protocol):
    """A node's database."""

    blob: str
    """The database's type for bytes."""
    text: str
    """Its type for text that compares by bytes."""
    keyed: str
    """What stands behind CREATE TABLE so that the rows lie in the primary key itself, or nothing."""

    def write(self) -> AbstractContextManager[Tx]:
        """A transaction that may write."""
        ...

    def read(self) -> AbstractContextManager[Tx]:
        """A snapshot."""
        ...

    def tables(self) -> set[str]:
        """Names of the tables there are."""
        ...

    def scrub(self) -> None:
        """Leave no deleted row in the database's files."""
        ...

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns, in order; [] if there is no such table."""
        ...

    def close(self) -> None:
        """Give every connection back."""
        ...


@lru_cache(4096)
def quoted(name: str) -> str:
    """A name for SQL; names are lower case identifiers of our own."""
    assert name.replace("_", "").isalnum()
    return f'"{name}"'


def primary_key(table: Table) -> tuple[str, ...]:
    """The columns in which a joint table's rows lie. Where the first of the key is the source, `src` adds nothing."""
    return ("room", *table.key) if table.by_source else ("room", *table.key, "src")


def table_sql(store: Store, table: Table, name: str | None = None, *, keyed: bool = True) -> str:
    """CREATE TABLE of a joint table (under another name, while it is rebuilt; not `keyed`: without its primary key, which `key_sql` adds)."""
    columns = [("room", "text", False), *((c.name, c.type, c.null) for c in table.columns), ("src", "text", False)]
    types = {"text": store.text, "int": "BIGINT"}
    lines = [f"{quoted(n)} {types[t]}{'' if null else ' NOT NULL'}" for n, t, null in columns]
    if keyed:
        lines.append(f"PRIMARY KEY ({_list(primary_key(table))})")
    return f"CREATE TABLE {quoted(name or table.name)} ({', '.join(lines)}){store.keyed if keyed else ''}"


def key_sql(table: Table) -> str:
    """The primary key of a table that was filled without one."""
    return f"ALTER TABLE {quoted(table.name)} ADD PRIMARY KEY ({_list(primary_key(table))})"


def index_sql(table: Table) -> list[str]:
    """The indexes of a joint table beside its primary key."""
    on = quoted(table.name)
    source = [] if table.by_source else [f"CREATE INDEX {quoted(f'{table.name}_src')} ON {on} ({_list(('room', 'src'))})"]
    others = [
        f"CREATE INDEX {quoted(f'{table.name}_{number}')} ON {on} ({_list(('room', *columns))})"
        for number, columns in enumerate(table.indexes)
    ]
    return [*source, *others]


def insert_sql(table: Table, name: str | None = None) -> str:
    """INSERT of one row: room, the declared columns, src."""
    return _insert(name or table.name, ("room", *(c.name for c in table.columns), "src"))


@lru_cache(1024)
def _insert(name: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {quoted(name)} ({_list(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # names are our own


def delete_sql(table: Table) -> str:
    """DELETE of one source's rows: room, source."""
    by = table.key[0] if table.by_source else "src"
    return f"DELETE FROM {quoted(table.name)} WHERE room = ? AND {quoted(by)} = ?"  # noqa: S608


def apply_changes(tx: Tx, tables: Mapping[str, Table], room: str, changes: Changes) -> None:
    """Write what the fold found (`record.rows.Changes`): sources that changed lose their rows, then all new rows come in bulk."""
    for name, sources in changes.deleted.items():
        tx.many(delete_sql(tables[name]), [(room, src) for src in dict.fromkeys(sources)])
    for name, by_source in changes.rows.items():
        tx.many(insert_sql(tables[name]), [(room, *row) for rows in by_source.values() for row in rows])


def _list(names: Iterable[str]) -> str:
    return ", ".join(quoted(n) for n in names)
