"""One small interface over two databases, SQLite and PostgreSQL: the same SQL, ``?`` for parameters, the same rows back.

Rules:
- Every node has its own database file (SQLite: WAL, ``synchronous=FULL``) or its own schema (PostgreSQL). Text compares by bytes in both.
- `write()` is one transaction: on SQLite it begins IMMEDIATE (one writer at a time), on PostgreSQL the caller locks what it changes with `lock()`.
  It commits when the block ends and rolls back when the block raises. `read()` is a consistent snapshot that cannot write.
- Joint tables are made from their declaration. Their primary key is (room, key..., src), so two sources can never collide: not by mistake, and not by
  a hostile entry.
- SQL must not contain a literal ``?``; names come from code, values only as parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from cochair.record.registry import Table
from cochair.record.rows import Changes

Params = Sequence[Any]


class Tx(Protocol):
    """One transaction."""

    def query(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """SELECT -> rows as dicts; blobs as bytes."""
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

    def close(self) -> None:
        """Give every connection back."""
        ...


def quoted(name: str) -> str:
    """A name for SQL; names are lower case identifiers of our own."""
    assert name.replace("_", "").isalnum()
    return f'"{name}"'


def table_sql(store: Store, table: Table, name: str | None = None) -> str:
    """CREATE TABLE of a joint table (under another name, while it is rebuilt)."""
    columns = [("room", "text", False), *((c.name, c.type, c.null) for c in table.columns), ("src", "text", False)]
    types = {"text": store.text, "int": "BIGINT"}
    lines = [f"{quoted(n)} {types[t]}{'' if null else ' NOT NULL'}" for n, t, null in columns]
    return f"CREATE TABLE {quoted(name or table.name)} ({', '.join(lines)})"


def index_sql(table: Table, name: str | None = None, tag: str = "") -> list[str]:
    """The indexes of a joint table; `tag` keeps their names apart from those of the table that is replaced."""
    on = quoted(name or table.name)
    unique = f"CREATE UNIQUE INDEX {quoted(f'{table.name}_key{tag}')} ON {on} ({_list(('room', *table.key, 'src'))})"
    source = f"CREATE INDEX {quoted(f'{table.name}_src{tag}')} ON {on} ({_list(('room', 'src'))})"
    others = [
        f"CREATE INDEX {quoted(f'{table.name}_{number}{tag}')} ON {on} ({_list(('room', *columns))})"
        for number, columns in enumerate(table.indexes)
    ]
    return [unique, source, *others]


def insert_sql(table: Table, name: str | None = None) -> str:
    """INSERT of one row: room, the declared columns, src."""
    names = ("room", *(c.name for c in table.columns), "src")
    return f"INSERT INTO {quoted(name or table.name)} ({_list(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # names are our own


def apply_changes(tx: Tx, tables: Mapping[str, Table], room: str, changes: Changes) -> None:
    """Write what the fold found (`record.rows.Changes`): sources that changed lose their rows, then all new rows come in bulk."""
    for name, sources in changes.deleted.items():
        tx.many(f"DELETE FROM {quoted(name)} WHERE room = ? AND src = ?", [(room, src) for src in dict.fromkeys(sources)])  # noqa: S608
    for name, by_source in changes.rows.items():
        tx.many(insert_sql(tables[name]), ((room, *row) for rows in by_source.values() for row in rows))


def _list(names: Iterable[str]) -> str:
    return ", ".join(quoted(n) for n in names)
