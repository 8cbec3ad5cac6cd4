"""The store in one SQLite file: write-ahead log, every commit synced (``synchronous=FULL``), one writer, many readers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cochair.kit.errors import CochairError, Conflict
from cochair.record.store import Params

BUSY_SECONDS = 30
MOVED_EVERY = 4000
"""Pages in the write-ahead log (16 MB) after which a commit also moves them into the file: it waits for a third sync then, so that must be rare."""


class SqliteTx:
    """One transaction on one connection."""

    def __init__(self, connection: sqlite3.Connection, written: int = 0) -> None:
        """`connection` is inside a transaction: the one with the number `written` that this store began, 0 for one that only reads."""
        self._db = connection
        self.moment: object | None = None
        self.after: object | None = None
        if written:
            (others,) = connection.execute("PRAGMA data_version").fetchone()  # another one as soon as any other connection has committed
            self.moment, self.after = (others, written), (others, written + 1)

    def query(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """SELECT -> rows as dicts."""
        cursor = self._db.execute(sql, params)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def values(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """SELECT -> rows as tuples."""
        return self._db.execute(sql, params).fetchall()

    def execute(self, sql: str, params: Params = ()) -> int:
        """Any other statement."""
        return self._db.execute(sql, params).rowcount

    def many(self, sql: str, rows: Iterable[Params]) -> None:
        """One statement for many rows."""
        self._db.executemany(sql, rows)

    def lock(self, table: str, room: str) -> None:
        """BEGIN IMMEDIATE holds the whole file already."""


class SqliteStore:
    """See `record.store.Store`."""

    blob = "BLOB"
    text = "TEXT"
    keyed = " WITHOUT ROWID"

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._writer = self._connect()
        self._writing = threading.RLock()
        self._written = 0

    def _connect(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA cache_size=-65536")
            db.execute("PRAGMA secure_delete=ON")  # rows that go leave nothing in the file
            db.execute(f"PRAGMA wal_autocheckpoint={MOVED_EVERY}")
        except sqlite3.Error as error:
            raise CochairError(f"The database {self._path} cannot be opened: {error}", "Check the disk, or restore the backup") from error
        return db

    @contextmanager
    def write(self) -> Iterator[SqliteTx]:
        """One writer at a time, in this process and among processes."""
        with self._writing:
            self._written += 1
            yield from self._run(self._writer, "BEGIN IMMEDIATE", self._written)

    @contextmanager
    def read(self) -> Iterator[SqliteTx]:
        """A snapshot from the first query on."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or self._connect()
        try:
            db.execute("PRAGMA query_only=1")
            yield from self._run(db, "BEGIN")
        finally:
            with self._lock:
                self._idle.append(db)

    @staticmethod
    def _run(db: sqlite3.Connection, begin: str, written: int = 0) -> Iterator[SqliteTx]:
        try:
            db.execute(begin)
            try:
                yield SqliteTx(db, written)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Conflict("The database is busy", "Try again in a moment") from error
            raise CochairError(f"The database failed: {error}", "Look at the disk, then run: cochair record fsck") from error
        except sqlite3.DatabaseError as error:
            raise CochairError(f"The database failed: {error}", "Run: cochair record fsck") from error

    def scrub(self) -> None:
        """Write the file anew, so that no deleted row is left in it or in its write-ahead log."""
        with self._writing:
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def tables(self) -> set[str]:
        """Names of the tables."""
        with self.read() as tx:
            return {row["name"] for row in tx.query("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns."""
        with self.read() as tx:
            return [row["name"] for row in tx.query("SELECT name FROM pragma_table_info(?)", (table,))]

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for db in (*self._idle, self._writer):
                db.close()
            self._idle.clear()
