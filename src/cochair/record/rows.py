"""The rows that the fold makes, by source, and what the writer has to change for them.

A source is an entry id, a matter key, a slot key, ``manifest:<digest>`` or a log (``SIDE/LOG``). Its rows are dropped and made again as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cochair.kit.canonical import MAX_INT
from cochair.kit.errors import CochairError
from cochair.record.registry import Registry, Row, Table

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
        self._forms = {name: _Form(table) for name, table in registry.tables.items()}
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
                form = self._forms.get(row.table)
                if form is None or (form.table.digest == "working") != working:
                    raise CochairError(
                        f"An effect writes {src} into {row.table}, which is no table of its digest", "Correct the stage's tables"
                    )
                self._add(row.table, src, form.values(row, src))
                tables.append(row.table)
        except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
            raise CochairError(f"The effect of {src} failed: {error!r}", "Correct the stage's effect") from error
        self._stands(src, tables)

    def _name(self, table: str, working: bool) -> str:  # noqa: FBT001
        return table if table in self._registry.tables else ("w_" if working else "j_") + table

    def _add(self, table: str, src: str, values: Values) -> None:
        by_source = self._changes.rows.get(table)
        if by_source is None:
            by_source = self._changes.rows[table] = {}
        rows = by_source.get(src)
        if rows is None:
            by_source[src] = [values]
        else:
            rows.append(values)

    def _stands(self, src: str, tables: Sequence[str]) -> None:
        if tables:
            before = self._present.get(src)
            if before is None and len(tables) == 1:
                self._present[src] = (tables[0],)
            else:
                self._present[src] = tuple(dict.fromkeys((*(before or ()), *tables)))


class _Form:
    """How the rows of one table must look. Most rows are like one before them: the types of their values are looked at in full once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = tuple(column.name for column in table.columns)
        self.known = frozenset(self.names)
        self.whole = [place for place, column in enumerate(table.columns) if column.type == "int"]
        self.source = self.names.index(table.key[0]) if table.by_source else None
        self.seen: set[tuple[type, ...]] = set()

    def values(self, row: Row, src: str) -> Values:
        """A row's values in the order of the columns, the source last; CochairError if the table cannot hold them."""
        given = row.values
        values = tuple(map(given.get, self.names))
        types = tuple(map(type, values))
        if types not in self.seen:
            values = tuple(int(value) if isinstance(value, bool) else value for value in values)
            self._check_types(values)
            if bool not in types:
                self.seen.add(types)
        for place in self.whole:  # no database holds more
            if (value := values[place]) is not None and not -MAX_INT <= value <= MAX_INT:  # type: ignore[operator]  # a whole number, says its type
                raise self._wrong(place, value)
        if not given.keys() <= self.known:
            raise CochairError(f"An effect names columns that {row.table} does not have", "Correct the stage's effect")
        if self.source is not None and values[self.source] != src:
            raise self._wrong(self.source, values[self.source])
        return (*values, src)

    def _check_types(self, values: Values) -> None:
        for place, (column, value) in enumerate(zip(self.table.columns, values, strict=True)):
            if not column.null if value is None else not isinstance(value, int if column.type == "int" else str):
                raise self._wrong(place, value)

    def _wrong(self, place: int, value: object) -> CochairError:
        return CochairError(f"An effect gives {self.table.name}.{self.names[place]} the value {value!r}", "Correct the stage's effect")
