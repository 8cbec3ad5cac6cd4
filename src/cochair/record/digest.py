r"""The state digest: one hash over all joint rows of one kind, equal on every node, database and order of arrival (docs/formats/state.md).

``SHA-256("cochair/state/v1\n" || head "\n" || row "\n" ...)``: head and rows are canonical JSON; the head names room, which digest, and the closed cut; a row
is ``[table, {column: value}]`` with all declared columns and ``src``; rows are sorted by their bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from cochair.kit.canonical import dumps
from cochair.kit.ids import RECORD, parse_origin
from cochair.record.registry import Digest, Registry
from cochair.record.rows import Changes, Values
from cochair.record.store import Tx, quoted

DOMAIN = b"cochair/state/v1\n"


def digest(room: str, which: Digest, cut: Mapping[str, int], rows: Iterable[bytes]) -> str:
    """The digest over lines made by `row_line`, hex. Working logs stand in the cut of the working digest only; empty logs in none."""
    named = {o: n for o, n in cut.items() if n and (which == "working" or parse_origin(o).log == RECORD)}
    state = hashlib.sha256(DOMAIN)
    state.update(dumps({"cut": named, "room": room, "which": which}, keys=4096) + b"\n")
    for line in sorted(rows):
        state.update(line)
    return state.hexdigest()


def row_line(registry: Registry, table: str, values: Values) -> bytes:
    """One row (declared columns in order, then src) as it is hashed, newline included."""
    names = [c.name for c in registry.tables[table].columns]
    return dumps([table, dict(zip([*names, "src"], values, strict=True))]) + b"\n"


def tables_of(registry: Registry, which: Digest | None = None) -> list[str]:
    """Names of the joint tables of one digest (or both), sorted."""
    return sorted(t.name for t in registry.tables.values() if which in (None, t.digest))


def stored_rows(tx: Tx, registry: Registry, room: str, table: str) -> list[Values]:
    """The rows of one table in the database, as `Values`."""
    names = [*(c.name for c in registry.tables[table].columns), "src"]
    columns = ", ".join(quoted(n) for n in names)
    return [tuple(row[n] for n in names) for row in tx.query(f"SELECT {columns} FROM {quoted(table)} WHERE room = ?", (room,))]  # noqa: S608


def folded_rows(changes: Changes, table: str) -> list[Values]:
    """The rows of one table out of a fold that was advanced once."""
    return [row for rows in changes.rows.get(table, {}).values() for row in rows]
