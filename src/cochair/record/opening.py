"""Which store a node has: SQLite in its own folder, or a schema in PostgreSQL. Neither is loaded before it is opened: who only verifies needs none."""

from pathlib import Path

from cochair.kit.errors import CochairError
from cochair.record.store import Store


def open_store(folder: Path, database_url: str | None) -> Store:
    """The node's store: ``record.sqlite3`` in its folder, or the schema named behind ``#`` of a ``postgresql://...#schema`` address."""
    if database_url is None:
        from cochair.record.store_sqlite import SqliteStore

        return SqliteStore(folder / "record.sqlite3")
    if database_url.startswith(("postgresql://", "postgres://")):
        from cochair.record.store_postgres import PostgresStore

        address, _, schema = database_url.partition("#")
        return PostgresStore(address, schema or "cochair")
    raise CochairError("The address of the database is neither empty nor postgresql://", "Leave DATABASE_URL out to use SQLite")
