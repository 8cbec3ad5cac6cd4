"""The record's own contents: what stands in the body of each kind of entry, and the statements that speak about other entries or about the log itself.

A class here is never edited once released: a change is a new schema version. Bounds stand in the types, so an entry that breaks them is void by its
own bytes. All ids are strings as in `kit.ids`; whether they name something known is judged by `record.void`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cochair.record.fields import Digest, Paper, SideCode
from cochair.record.registry import Content, Stage, StatementKind
from cochair.record.tables import JOINT_TABLES

Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[a-z0-9][a-z0-9.-]*\Z")]
MaybeDay = Annotated[str, Meta(pattern=r"\A([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?\Z")]
Part = Annotated[str, Meta(max_length=64, pattern=r"\A[^|\n]*\Z")]
Level = Literal["agreed", "ad-referendum", "reserved"]
SlotKind = Literal["terms", "schema", "adopt", "initial", "sign", "confirm", "correct", "amend", "terminate"]


class Position(Content, frozen=True):
    """One Side's present position on a matter: `content` as the matter's kind types it, or null for none."""

    subject: Name
    level: Level
    content: dict[str, Any] | None
    part: Part = ""


class Supersedes(Content, frozen=True, rename={"with_": "with"}):
    """The writer takes back its own statement `target`; `with_` names what stands instead, if anything."""

    target: Name
    with_: Name | None = None


class Confirms(Content, frozen=True):
    """The Side of whom `target` (a *received*) speaks says: so it is. From then on it counts as its own word."""

    target: Name


class Corrects(Content, frozen=True, rename={"with_": "with"}):
    """The Side of whom `target` (a *received*) speaks says: not so, but as in its own earlier entry `with_`."""

    target: Name
    with_: Name


class Account(Content, frozen=True, rename={"as_": "as"}):
    """What the other Side is said to hold, in the same form as it would have written it itself. `subject` "self" begins a new thing, named by the received."""

    as_: Literal["position", "statement"]
    schema: Name
    subject: Name
    content: dict[str, Any] | None
    part: Part = ""
    level: Level = "agreed"


class Received(Content, frozen=True, rename={"from_": "from"}):
    """What `from_` sent or said, entered by another Side: an account of it, never its act."""

    from_: SideCode
    how: Literal["letter", "word", "said"]
    account: Account
    paper: Paper | None = None
    number: Annotated[str, Meta(max_length=120)] = ""
    dated: MaybeDay = ""


class KeyChange(Content, frozen=True):
    """The log is signed with another key from this entry on: the note by which two root keys of its Side say so (`ledger.keychanges`)."""

    note: Annotated[str, Meta(min_length=1, max_length=4096)]


class Slot(Content, frozen=True):
    """What is sealed: the kind of act, of which instrument (or the room), which step."""

    kind: SlotKind
    of: Name
    step: Annotated[int, Meta(ge=0, le=999)] = 0


class Seal(Content, frozen=True):
    """Binds the Side to `manifest` in `slot`. `heads`: sizes of the record logs that the person had before him; `paper`: the signature, or the attested scan."""

    slot: Slot
    manifest: Digest
    heads: dict[SideCode, Size]
    paper: Paper
    how: Literal["key", "scan"]
    key: Name | None = None


class Revoke(Content, frozen=True):
    """Takes the writer's own seal back."""

    seal: Name


class Finding(Content, frozen=True):
    """The writer's check of another Side's seal, by its own law. The first is final."""

    seal: Name
    valid: bool
    reason: Annotated[str, Meta(max_length=64)] = ""


class Head(Content, frozen=True):
    """A log's first `size` entries and the root over them (hex)."""

    size: Size
    root: Digest


class Seen(Content, frozen=True):
    """Acknowledges records (in a working log: of all Sides, the own included) and, in a working log only, the other Sides' logs of the same instrument."""

    heads: dict[SideCode, Head]
    working: dict[SideCode, Head] = msgspec.field(default_factory=dict)


class Key(Content, frozen=True, rename={"from_": "from"}):
    """A mandate: binds a key to person (random name), post, body and period. `key`: SHA-256 of the public key."""

    key: Digest
    public: Annotated[str, Meta(max_length=4096, pattern=r"\A[0-9a-f]*\Z")]
    suite: Code
    person: Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    post: Name
    body: Name
    from_: MaybeDay
    until: MaybeDay | None = None
    certificate: Paper | None = None


class Erase(Content, frozen=True):
    """The writer asks all to erase a paper, on a ground."""

    paper: Paper
    ground: Code


class Destroyed(Content, frozen=True):
    """The writer destroyed its working log (its origin, and how long it was; without root)."""

    log: Name
    size: Size


class Fault(Content, frozen=True):
    """The writer saw something wrong with a log."""

    log: Name
    what: Code
    evidence: Paper | None = None


class Comment(Content, frozen=True):
    """A shared remark in a working log."""

    subject: Name
    paper: Paper


BODIES: dict[str, tuple[str, type[Content]]] = {
    "seal": ("record.seal/1", Seal),
    "revoke": ("record.revoke/1", Revoke),
    "finding": ("record.finding/1", Finding),
    "seen": ("record.seen/1", Seen),
    "key": ("record.key/1", Key),
    "erase": ("record.erase/1", Erase),
    "destroyed": ("record.destroyed/1", Destroyed),
    "fault": ("record.fault/1", Fault),
    "comment": ("record.comment/1", Comment),
}
"""Kinds of entries that are neither statement nor position: their one schema and the type of their body."""

RECEIVED, SUPERSEDES, CONFIRMS, CORRECTS = "record.received/1", "record.supersedes/1", "record.confirms/1", "record.corrects/1"
KEY_CHANGE = "record.key_change/1"

RECORD = Stage(
    name="record",
    statements=(
        StatementKind("record.received", 1, Received, "What another Side sent or said, by our account"),
        StatementKind("record.supersedes", 1, Supersedes, "Takes back an own statement"),
        StatementKind("record.confirms", 1, Confirms, "Confirms what was entered as received from us"),
        StatementKind("record.corrects", 1, Corrects, "Corrects what was entered as received from us"),
        StatementKind("record.key_change", 1, KeyChange, "Changes the key of this log, by the Side's root keys"),
    ),
    tables=JOINT_TABLES,
)
"""The stage that every registry begins with."""
