"""The store in one schema of a PostgreSQL database (psycopg 3): commits are synchronous, writers lock the rows of their room."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from cochair.kit.errors import CochairError
from cochair.record.store import Params, quoted


@lru_cache(1024)
def translated(sql: str) -> str:
    """Our SQL -> psycopg's: ``?`` becomes ``%s``."""
    return sql.replace("%", "%%").replace("?", "%s")


class PostgresTx:
    """One transaction on one connection."""

    moment: object | None = None
    after: object | None = None

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        """`connection` is inside a transaction."""
        self._db = connection

    def query(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """SELECT -> rows as dicts."""
        return self._db.execute(translated(sql), tuple(params)).fetchall()

    def values(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """SELECT -> rows as tuples."""
        return self._db.cursor(row_factory=tuple_row).execute(translated(sql), tuple(params)).fetchall()

    def execute(self, sql: str, params: Params = ()) -> int:
        """Any other statement."""
        return self._db.execute(translated(sql), tuple(params)).rowcount

    def many(self, sql: str, rows: Iterable[Params]) -> None:
        """One statement for many rows; bulk inserts go as COPY."""
        rows = list(rows)
        if len(rows) > 50 and sql.startswith("INSERT INTO "):
            head = sql.removeprefix("INSERT INTO ").partition(" VALUES")[0]
            with self._db.cursor().copy(f"COPY {head} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        elif rows:
            self._db.cursor().executemany(translated(sql), rows)

    def lock(self, table: str, room: str) -> None:
        """SELECT ... FOR UPDATE."""
        self.query(f"SELECT room FROM {quoted(table)} WHERE room = ? ORDER BY 1 FOR UPDATE", (room,))  # noqa: S608


class PostgresStore:
    """See `record.store.Store`."""

    blob = "BYTEA"
    text = 'TEXT COLLATE "C"'
    keyed = ""

    def __init__(self, address: str, schema: str) -> None:
        """Connect, and make the schema if there is none."""
        self._address, self._schema = address, schema
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[dict[str, Any]]] = []
        with self.write() as tx:
            tx.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        try:
            db = psycopg.connect(self._address, row_factory=dict_row, autocommit=True)
            db.execute(f"SET search_path TO {quoted(self._schema)}")
            db.execute("SET synchronous_commit TO on")
        except psycopg.Error as error:
            raise CochairError(f"PostgreSQL cannot be reached: {error}", "Check DATABASE_URL and the server") from error
        return db

    @contextmanager
    def write(self) -> Iterator[PostgresTx]:
        """READ COMMITTED, so that what is read after `lock` is what the last writer committed."""
        yield from self._run("BEGIN ISOLATION LEVEL READ COMMITTED")

    @contextmanager
    def read(self) -> Iterator[PostgresTx]:
        """One snapshot for all queries."""
        yield from self._run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def _run(self, begin: str) -> Iterator[PostgresTx]:
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or self._connect()
        try:
            db.execute(begin)
            try:
                yield PostgresTx(db)
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise
        except psycopg.Error as error:
            raise CochairError(f"The database failed: {error}", "Look at the server's log, then run: cochair record fsck") from error
        finally:
            if db.closed:
                db = None
            with self._lock:
                if db is not None:
                    self._idle.append(db)

    def scrub(self) -> None:
        """Write the tables of the logs anew, so that no deleted row is left in them. What the server's own log and backups hold is the server's to forget."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or self._connect()
        db.execute("VACUUM FULL n_entry")
        db.execute("VACUUM FULL n_evidence")
        with self._lock:
            self._idle.append(db)

    def tables(self) -> set[str]:
        """Names of the tables in the schema."""
        with self.read() as tx:
            return {
                r["table_name"]
                for r in tx.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", (self._schema,))
            }

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns."""
        sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position"
        with self.read() as tx:
            return [row["column_name"] for row in tx.query(sql, (self._schema, table))]

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for db in self._idle:
                db.close()
            self._idle.clear()
