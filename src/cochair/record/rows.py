"""The rows that the fold makes, by source, and what the writer has to change for them.

A source is an entry id, a matter key, a slot key, ``manifest:<digest>`` or a log (``SIDE/LOG``). Its rows are dropped and made again as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cochair.kit.canonical import MAX_INT
from cochair.kit.errors import CochairError
from cochair.record.registry import Column, Registry, Row

V = TypeVar("V")
Values = tuple[str | int | None, ...]
"""One row: the declared columns in order, then the source."""


class Changes:
    """What the writer does to the tables: first `deleted` (table -> sources), then `rows` (table -> source -> values in column order, the source last)."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.deleted: dict[str, list[str]] = {}
        self.rows: dict[str, dict[str, list[Values]]] = {}


class Rows:
    """Collects changes between two flushes, and remembers in which tables each changeable source has rows."""

    def __init__(self, registry: Registry) -> None:
        """Nothing stands in any table yet."""
        self._registry = registry
        self._columns = {name: (table.columns, frozenset(c.name for c in table.columns)) for name, table in registry.tables.items()}
        self._present: dict[str, tuple[str, ...]] = {}
        self._changes = Changes()

    def take(self) -> Changes:
        """The changes since the last time."""
        changes, self._changes = self._changes, Changes()
        return changes

    def insert(self, table: str, working: bool, src: str, values: Sequence[str | int | None]) -> None:  # noqa: FBT001  # which of two table sets
        """Keep a row of the record's own that never changes."""
        self._add(self._name(table, working), src, (*values, src))

    def drop(self, src: str) -> None:
        """Take back the changeable rows of a source."""
        for table in self._present.pop(src, ()):
            self._changes.deleted.setdefault(table, []).append(src)
            self._changes.rows.get(table, {}).pop(src, None)  # written since the last flush: they were never in the tables

    def own(self, src: str, working: bool, rows: Iterable[tuple[str, Values]]) -> None:  # noqa: FBT001
        """Keep the record's own changeable rows of a source."""
        tables = []
        for table, values in rows:
            tables.append(self._name(table, working))
            self._add(tables[-1], src, (*values, src))
        self._stands(src, tables)

    def stage(self, src: str, effect: Callable[[V], Iterable[Row]], view: V, working: bool) -> None:  # noqa: FBT001
        """Keep what a stage's effect makes of a source; CochairError if the effect breaks its declaration, or fails."""
        tables = []
        try:
            for row in effect(view):
                table = self._registry.tables.get(row.table)
                if table is None or (table.digest == "working") != working:
                    raise CochairError(
                        f"An effect writes {src} into {row.table}, which is no table of its digest", "Correct the stage's tables"
                    )
                self._add(row.table, src, (*_columns(row, *self._columns[row.table]), src))
                tables.append(row.table)
        except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
            raise CochairError(f"The effect of {src} failed: {error!r}", "Correct the stage's effect") from error
        self._stands(src, tables)

    def _name(self, table: str, working: bool) -> str:  # noqa: FBT001
        return table if table in self._registry.tables else ("w_" if working else "j_") + table

    def _add(self, table: str, src: str, values: Values) -> None:
        self._changes.rows.setdefault(table, {}).setdefault(src, []).append(values)

    def _stands(self, src: str, tables: Sequence[str]) -> None:
        if tables:
            self._present[src] = tuple(dict.fromkeys((*self._present.get(src, ()), *tables)))


def _beyond(value: str | int | None) -> bool:
    return isinstance(value, int) and abs(value) > MAX_INT  # no database holds it


def _columns(row: Row, columns: tuple[Column, ...], names: frozenset[str]) -> Values:
    values = []
    for column in columns:
        value = row.values.get(column.name)
        if isinstance(value, bool):
            value = int(value)
        if (
            (value is None and not column.null)
            or (value is not None and isinstance(value, int) != (column.type == "int"))
            or _beyond(value)
        ):
            raise CochairError(f"An effect gives {row.table}.{column.name} the value {value!r}", "Correct the stage's effect")
        values.append(value)
    if not row.values.keys() <= names:
        raise CochairError(f"An effect names columns that {row.table} does not have", "Correct the stage's effect")
    return tuple(values)
