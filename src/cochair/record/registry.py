"""What a stage of the house tells the record: typed contents of its statements and matters, its joint tables, and three pure effects.

The rulebook:

- A **statement** is one Side's own word; a **matter** exists only jointly (`position` entries name its content). Each has a typed, versioned content:
  a subclass of `Content`. A released version is never edited; a new field is a new version, which a room uses once all Sides have adopted it.
- A stage's **effects** turn one source into rows: `on_statement` (one statement), `on_agreed` (one matter that is agreed, or stands by our account),
  `on_adopted` (one manifest that all Sides sealed). Rows are a function of that one source and of nothing else: no clock, no other row, no history.
  The writer deletes what the source had written before and inserts what the effect returns; so the order in which entries arrive cannot matter.
- Every joint table gets two more columns, `room` and `src` (entry id, matter key, or `manifest:<digest>`), written by the store alone.
- A table belongs to one state digest: "record" or "working". A working matter writes working tables only, everything else record tables only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, Self

import msgspec

from cochair.ledger.papers import structural_bytes, structural_digest
from cochair.record.describe import describe
from cochair.record.schemas import Adopted

Digest = Literal["record", "working"]
Standing = Literal["agreed", "account"]


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every typed content and of what is nested in it: immutable, and an unknown field makes an entry void instead of being lost.

    A second version of a schema is a class of its own that names the class `before` and says how the older content reads in the newer form (`upgraded`).
    """

    before: ClassVar[type[Content] | None] = None

    @classmethod
    def upgraded(cls, older: Any) -> Self:
        """A content of the version before, in the form of this one; nothing is invented that the older did not say."""
        raise TypeError(f"{cls.__name__} does not say how {type(older).__name__} reads")

    @classmethod
    def version(cls) -> int:
        """1, or one more than the version before."""
        return 1 if cls.before is None else cls.before.version() + 1

    @classmethod
    def read(cls, content: Mapping[str, Any], version: int) -> Self:
        """A content as it was written in this or an earlier version, in the form of this one. Raise msgspec.ValidationError if it does not fit."""
        if version < cls.version() and cls.before is not None:
            return cls.upgraded(cls.before.read(content, version))
        if version > cls.version():
            raise msgspec.ValidationError(f"it is of version {version}, and {cls.__name__} of {cls.version()}")
        return msgspec.convert(content, cls, strict=True)


@dataclass(frozen=True)
class Column:
    """One column. ``text`` holds any string (canonical JSON for what is nested), ``int`` a whole number up to 2^53-1 (0 and 1 for truth values)."""

    name: str
    type: Literal["text", "int"] = "text"
    null: bool = False


@dataclass(frozen=True)
class Table:
    """A joint table; `key` names what tells two rows of one source apart (the store adds room and src to it).

    `by_source`: the first column of the key is the source itself (a statement's id, a matter's key), so that the key finds the rows of a source and the
    store keeps no second index for that.
    """

    name: str
    digest: Digest
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    by_source: bool = False


class Row(NamedTuple):
    """One row as an effect returns it: every declared column must be in `values`, null ones may be left out."""

    table: str
    values: Mapping[str, str | int | None]


class StatementView(NamedTuple):
    """One statement, as an effect sees it. `account` is "" for the Side's own word, else the Side that reports it (then `side` is whose word it is said to be)."""

    id: str
    side: str
    log: str
    seq: int
    at: str
    schema: str
    subject: str
    content: Any
    account: str = ""


class MatterView(NamedTuple):
    """One matter that stands. `at_heads`: Side -> size of its log just behind the position that was counted."""

    key: str
    kind: str
    subject: str
    part: str
    content: Any
    level: Literal["agreed", "ad-referendum"]
    standing: Standing
    at_heads: Mapping[str, int]


class SlotName(NamedTuple):
    """A slot: what is sealed (`adopt`, `initial`, `sign`, `confirm`, `correct`, `amend`, `terminate`, `terms`, `schema`), of which instrument or room, which step."""

    kind: str
    of: str
    step: int = 0

    @property
    def key(self) -> str:
        """The slot in one string: ``adopt|IN/record/12|0``."""
        return f"{self.kind}|{self.of}|{self.step}"


class ManifestView(NamedTuple):
    """One manifest that all Sides sealed in `slot`; `manifest` is the structural content itself."""

    slot: SlotName
    digest: str
    manifest: Mapping[str, Any]


def _nothing(_view: object) -> Iterable[Row]:
    return ()


@dataclass(frozen=True)
class StatementKind:
    """A statement's schema ``name/version`` with its content. A field named ``manifest`` holds a structural digest: the entry waits until it is held.

    `program`: the version of Cochair that first knows it, for what came after the first release: it is used in a room once all Sides have adopted it there
    (`record.schemas`). "": in force in every room from its beginning.
    """

    name: str
    version: int
    content: type[Content]
    title: str
    program: str = ""

    @property
    def schema(self) -> str:
        """``meetings.delegation/1``"""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True)
class MatterKind:
    """A matter's schema. `log` is the same for all Sides; `introduces`: a position on it may say ``subject: "self"`` and so begin a new thing."""

    name: str
    version: int
    content: type[Content]
    log: Digest
    introduces: bool
    title: str
    program: str = ""
    """As `StatementKind.program`."""

    @property
    def schema(self) -> str:
        """``meetings.agenda/1``"""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True)
class Stage:
    """All that one stage registers. Every effect is called for the stage's own kinds only; `on_adopted` for every sealed manifest."""

    name: str
    statements: tuple[StatementKind, ...] = ()
    matters: tuple[MatterKind, ...] = ()
    tables: tuple[Table, ...] = ()
    on_statement: Callable[[StatementView], Iterable[Row]] = _nothing
    on_agreed: Callable[[MatterView], Iterable[Row]] = _nothing
    on_adopted: Callable[[ManifestView], Iterable[Row]] = _nothing


class Registry:
    """The closed list of everything the fold understands; a schema that is not in it stops a log's fold ("needs version X")."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        """Raise ValueError when two stages claim one name, a column is missing from a key, or a content would swallow unknown fields."""
        self.stages = tuple(stages)
        self.kinds: dict[str, StatementKind | MatterKind] = {}
        self.statements: dict[str, StatementKind] = {}
        self.matters: dict[str, MatterKind] = {}
        self.tables: dict[str, Table] = {}
        self.stage_of: dict[str, Stage] = {}
        self.founding: set[str] = set()
        """Schemas of statements and positions that are in force in every room."""
        self._descriptions: dict[str, tuple[dict[str, Any], str]] = {}
        for stage in self.stages:
            kinds: list[StatementKind | MatterKind] = [*stage.statements, *stage.matters]
            for kind in kinds:
                self._add_kind(stage, kind)
            for table in stage.tables:
                self._add_table(table)

    def _add_kind(self, stage: Stage, kind: StatementKind | MatterKind) -> None:
        if kind.schema in self.kinds:
            raise ValueError(f"{kind.schema} is registered twice")
        if not kind.content.__struct_config__.forbid_unknown_fields:
            raise ValueError(f"{kind.schema}: its content must forbid unknown fields (subclass Content)")
        if kind.content.version() != kind.version:
            raise ValueError(
                f"{kind.schema}: its content is of version {kind.content.version()}; name the content of the version before in `before`"
            )
        if kind.version > 1 and not kind.program:
            raise ValueError(f"{kind.schema}: say in `program` which version of Cochair first knows it; it is used where it was adopted")
        if not kind.program:
            self.founding.add(kind.schema)
        self.kinds[kind.schema] = kind
        self.stage_of[kind.schema] = stage
        if isinstance(kind, StatementKind):
            self.statements[kind.schema] = kind
        else:
            self.matters[kind.schema] = kind

    def described(self, schema: str) -> tuple[dict[str, Any], str]:
        """The description of a schema that this program knows, and its structural digest."""
        if schema not in self._descriptions:
            kind = self.kinds[schema]
            if isinstance(kind, MatterKind):
                made = describe(schema, "position", kind.content, log=kind.log, introduces=kind.introduces)
            else:
                made = describe(schema, "statement", kind.content)
            self._descriptions[schema] = made, structural_digest(structural_bytes(made))
        return self._descriptions[schema]

    def knows(self, schema: str, adopted: Adopted | None) -> bool:
        """Whether this program may read and write a schema where it is adopted in this meaning (None: not at all)."""
        if schema not in self.kinds:
            return False
        return schema in self.founding or (adopted is not None and self.described(schema)[1] == adopted.description)

    def _add_table(self, table: Table) -> None:
        names = [c.name for c in table.columns]
        if table.name in self.tables:
            raise ValueError(f"table {table.name} is registered twice")
        if {"room", "src"} & set(names):
            raise ValueError(f"table {table.name}: room and src belong to the store")
        if missing := [n for n in (*table.key, *(c for index in table.indexes for c in index)) if n not in names]:
            raise ValueError(f"table {table.name}: {missing} are not columns")
        self.tables[table.name] = table
