"""What the fold remembers between entries: logs, matters, slots and *received* entries. Plain data, no rule, nothing of a database.

Sizes are counts of entries, `seq` an index. Texts of contents are canonical JSON, so that equal contents compare equal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cochair.kit.ids import RECORD, Id
from cochair.ledger.entries import Entry
from cochair.record.agreement import Act
from cochair.record.registry import SlotName, StatementView
from cochair.record.schemas import Adopted


class Value(NamedTuple):
    """A named content: its schema and its canonical text. Two Sides name the same when both are equal."""

    schema: str
    text: str


@dataclass(slots=True)
class Position:
    """One Side's present position; `previous` is what it named before this, `confirmed` the *received* entry that it made its own word."""

    id: str
    seq: int
    schema: str
    value: Value | None
    level: str
    at: str
    previous: Value | None
    confirmed: str | None = None

    def names(self) -> Value | None:
        """What the position counts for: nothing while it is reserved."""
        return None if self.level == "reserved" else self.value


@dataclass(slots=True)
class Account:
    """What `side` is said to hold, by `by`."""

    id: str
    side: str
    by: str
    schema: str
    value: Value | None
    level: str
    at: str
    answer: str = ""
    superseded: bool = False


@dataclass(slots=True)
class Matter:
    """One matter. `accounts`: (side, by) -> what was entered, in the order of the log; the last one not taken back counts."""

    key: str
    kind: str
    subject: str
    part: str
    working: bool
    positions: dict[str, Position] = field(default_factory=dict)
    accounts: dict[tuple[str, str], list[Account]] = field(default_factory=dict)


@dataclass(slots=True)
class Received:
    """A *received* entry: the account on a matter, or the statement it reports."""

    source: str
    by: str
    account: Account | None = None
    matter: str = ""
    statement: StatementView | None = None
    superseded: bool = False
    answer: str = ""


class Sealed(NamedTuple):
    """One seal as filed; `terms` is the digest of the terms in force as far as its Side knew."""

    id: str
    side: str
    seq: int
    manifest: str
    key: str | None
    paper: str
    how: str
    at: str
    heads: str
    terms: str


class Found(NamedTuple):
    """One finding as filed."""

    id: str
    seal: str
    side: str
    seq: int
    valid: bool
    reason: str


@dataclass(slots=True)
class Slot:
    """One slot: every act in it per Side, as `record.agreement` wants them."""

    name: SlotName
    acts: dict[str, list[tuple[int, Act]]] = field(default_factory=dict)
    seals: dict[str, Sealed] = field(default_factory=dict)
    revokes: dict[str, str] = field(default_factory=dict)
    findings: list[Found] = field(default_factory=list)
    agreed: str | None = None


@dataclass(slots=True)
class LogState:
    """One log as far as it is applied, with what waits behind. `name` is ``SIDE/LOG``."""

    origin: str
    side: str
    log: str
    name: str = field(init=False)
    """``SIDE/LOG``"""
    tags: list[str] = field(default_factory=list)
    """What each applied entry is: "" (void), a statement's schema, ``matter:<kind>``, else its kind."""
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Acknowledged: ``SIDE/LOG`` -> (size, root)."""
    pending: deque[bytes] = field(default_factory=deque)
    decoded: deque[Entry] = field(default_factory=deque)
    """The first of `pending`, decoded ahead; may be empty."""
    singly: int = 0
    """Until so many are applied, entries are decoded one by one: there is an unusual one among them."""
    stopped: str = ""
    waiting: str = ""
    adopted: dict[str, Adopted] = field(default_factory=dict)
    """Schemas that its writer may use beyond those of the first release, as far as they were asked for."""
    asked: object = None
    """At which of its acknowledgements, and how many acts on schemas and terms, they were asked for."""

    def __post_init__(self) -> None:
        """Make the name once: it is asked for with every entry."""
        self.name = f"{self.side}/{self.log}"

    @property
    def applied(self) -> int:
        """How many entries are folded."""
        return len(self.tags)

    @property
    def working(self) -> bool:
        """Whether this is a working log."""
        return self.log != RECORD


class WriterPast:
    """`record.void.Past`: what the writer of a log's next entry knew, over the fold's state."""

    __slots__ = ("_adopted", "_state", "_structural", "log", "me", "room", "side")

    def __init__(
        self,
        state: State,
        me: LogState,
        structural: Callable[[str], Mapping[str, Any] | None],
        adopted: Callable[[LogState, str], Adopted | None],
    ) -> None:
        """`structural`: digest -> content, or None while it is not held; `adopted`: what a log's writer may use."""
        self._state, self.me, self._structural, self._adopted = state, me, structural, adopted
        self.room, self.side, self.log = state.room, me.side, me.log

    @property
    def seq(self) -> int:
        """The next entry's index."""
        return len(self.me.tags)

    def known(self, thing: Id) -> bool:
        """Own prefix, or acknowledged."""
        name = f"{thing.side}/{thing.log}"
        return thing.seq < (self.seq if name == self.me.name else self.acknowledged(name))

    def tag(self, thing: Id) -> str:
        """The tag of a known entry."""
        return self._state.logs[f"{thing.side}/{thing.log}"].tags[thing.seq]

    def acknowledged(self, name: str) -> int:
        """Sizes as the log said itself."""
        head = self.me.heads.get(name)
        return head[0] if head else 0

    def applied(self, name: str) -> int:
        """Sizes as folded here."""
        log = self._state.logs.get(name)
        return log.applied if log else 0

    def structural(self, digest: str) -> Mapping[str, Any] | None:
        """Held structural content."""
        return self._structural(digest)

    def adopted(self, schema: str) -> Adopted | None:
        """In the causal past."""
        return self._adopted(self.me, schema)

    def revoked(self, seal: str) -> bool:
        """By the writer itself: only a Side's own revokes of its own seals count."""
        return seal in self._state.slots[self._state.slot_of[seal]].revokes

    def answered(self, target: str, what: str) -> bool:
        """By the writer itself: supersedes are of own entries, answers by the one source."""
        if what == "supersedes":
            return target in self._state.superseded
        return self._state.received[target].answer != ""

    def source(self, received: str) -> str:
        """Whose word it is said to be."""
        return self._state.received[received].source

    def seals(self, slot: str) -> int:
        """Seals of the writer in the slot."""
        held = self._state.slots.get(slot)
        return sum(s.side == self.side for s in (held.seals.values() if held else ()))


@dataclass(slots=True)
class State:
    """All that the fold of one room remembers. Logs by name ``SIDE/LOG``."""

    room: str
    logs: dict[str, LogState] = field(default_factory=dict)
    matters: dict[str, Matter] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    slot_of: dict[str, str] = field(default_factory=dict)
    received: dict[str, Received] = field(default_factory=dict)
    superseded: set[str] = field(default_factory=set)
