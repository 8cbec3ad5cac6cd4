"""Why an entry is *not counted*: the closed list of reasons, version 2, and the judging itself.

An entry that breaks one of these rules is kept, shown with its reason, and has no effect. Judged from the entry's **causal past** alone: the prefix of its own
log and the prefixes that its log had acknowledged before it (`Past`). Never from present tables, never from the clock, never from a paper. So every
node, whenever and in whatever order it gets the entries, comes to the same verdict.

Three verdicts are not void: an entry may *wait* (it acknowledges more than is applied here, or names structural content that is not held yet), and a
schema that is in force and that this program does not know *stops* its log ("needs version X"): skipping it would make two versions of the program two records.
A schema that nobody adopted is known to be none by every program, so its entry is void. What list 2 adds to list 1 never counted: there was no such schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import msgspec

from cochair.kit import canonical
from cochair.kit.errors import Rejected, Words
from cochair.kit.ids import Id, instrument_of, is_side, parse_id
from cochair.ledger.entries import Entry
from cochair.ledger.keychanges import claimed
from cochair.record import contents
from cochair.record.agreement import MAX_SEALS
from cochair.record.registry import MatterKind, Registry
from cochair.record.schemas import Adopted, follows, listed, needs

VERSION = 2
ENTRIES = "record.entry/1"
"""The form of entries: ``v`` in each of them."""
WAITS_FOR = "structural content "
"""With a digest behind it: what an entry waits for."""
REASONS = {
    "malformed": Words("the bytes are not an entry in canonical form"),
    "misplaced": Words("the entry names another log, room or number than its own place"),
    "wrong-log": Words("an entry of this kind does not belong into this log"),
    "content": Words("the content is not what its schema asks for"),
    "unknown": Words("it names a thing that its Side had not seen when it wrote it, or that does not exist"),
    "not-a-thing": Words("it speaks about an entry that introduces nothing"),
    "names-working": Words("an entry of the record may not name anything of a working log"),
    "backwards": Words("it acknowledges less than was acknowledged before, or its own log"),
    "not-own": Words("it takes back what another Side wrote"),
    "not-a-seal": Words("what it names is not a seal"),
    "again": Words("what it takes back or answers was taken back or answered before"),
    "own-seal": Words("a Side does not check its own seal"),
    "too-many-seals": Words("more than 64 seals of one Side in one slot"),
    "not-received": Words("it answers what was not received from this Side"),
    "other-slot": Words("the manifest belongs to another slot or room"),
    "terms": Words("the terms do not follow those before them, or drop a Side"),
    "not-adopted": Words("its schema was not adopted by all Sides, as far as its own Side knew"),
    "schema": Words("the list of schemas does not follow the one before it, or changes it"),
}


class Judged(NamedTuple):
    """Verdict on one entry. Exactly one of `void` (a code of `REASONS`), `stop` (which version of Cochair it needs), `wait` (what for) is set, or none: it counts."""

    body: Any = None
    content: Any = None
    text: str = ""
    """A statement's, a position's or an account's content as canonical JSON."""
    void: str = ""
    stop: str = ""
    wait: str = ""


class Past(Protocol):
    """What a log's writer knew before it wrote the entry with index `seq`, and what the fold keeps of those entries."""

    room: str
    side: str
    log: str

    @property
    def seq(self) -> int:
        """The entry's index."""
        ...

    def known(self, thing: Id) -> bool:
        """Whether the entry is in the causal past (own prefix or acknowledged)."""
        ...

    def tag(self, thing: Id) -> str:
        """What an entry of the causal past is: "" (void), a statement's schema, ``matter:<kind>``, else its kind."""
        ...

    def acknowledged(self, name: str) -> int:
        """How much of the log ``SIDE/LOG`` was acknowledged."""
        ...

    def applied(self, name: str) -> int:
        """How much of the log ``SIDE/LOG`` is applied here: decides about waiting, never about void."""
        ...

    def structural(self, digest: str) -> Mapping[str, Any] | None:
        """Structural content, or None if it is not held."""
        ...

    def revoked(self, seal: str) -> bool:
        """Whether the writer had revoked this seal of its own."""
        ...

    def answered(self, target: str, what: str) -> bool:
        """Whether the writer had taken back (``supersedes``) or answered (``answers``) the entry."""
        ...

    def source(self, received: str) -> str:
        """The Side from whom a *received* entry says it came."""
        ...

    def seals(self, slot: str) -> int:
        """How many seals the writer had filed in the slot."""
        ...

    def adopted(self, schema: str) -> Adopted | None:
        """What all Sides adopted under this name, as far as the writer could know."""
        ...


def judge(registry: Registry, past: Past, entry: Entry) -> Judged:
    """Judge one entry that is canonical and stands in its place."""
    if (found := in_force(registry, past, entry.schema)) is not None:
        return found
    core = contents.BODIES.get(entry.kind)
    if core is not None:
        return _core(past, entry, core[1]) if entry.schema == core[0] else Judged(void="content")
    if entry.kind == "statement":
        return _statement(registry, past, entry)
    return _position(registry, past, entry) if entry.kind == "position" else Judged(void="content")


CORE = frozenset({ENTRIES, *(schema for schema, _ in contents.BODIES.values())})
"""What the record itself writes, in force in every room: its own kinds of entries, and the form of entries."""


def in_force(registry: Registry, past: Past, schema: str) -> Judged | None:
    """None if the schema may be used here and this program knows it; else why the entry is not counted, or at what the log stops."""
    if schema in registry.founding or schema in CORE:
        return None
    adopted = past.adopted(schema)
    if adopted is None:
        return Judged(void="not-adopted")
    return None if registry.knows(schema, adopted) else Judged(stop=needs(schema, adopted))


def _convert(value: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(value, kind, strict=True)
    except (ValueError, TypeError, RecursionError):
        return None


@lru_cache(8192)
def _id(text: str) -> Id | None:
    try:
        return parse_id(text)
    except Rejected:
        return None


def _names(past: Past, text: str) -> tuple[str, str]:
    """(void code or "", tag) of an id that the entry names."""
    thing = _id(text)
    if thing is None:
        return "unknown", ""
    if past.log == "record" and thing.log != "record":
        return "names-working", ""
    return ("", past.tag(thing)) if past.known(thing) else ("unknown", "")


def _subject(past: Past, text: str) -> str:
    """Void code of a subject: it must be the room, or an entry that introduces something."""
    if text == past.room:
        return ""
    void, tag = _names(past, text)
    return void or ("" if tag.startswith("matter:") or "/" in tag else "not-a-thing")


def _manifests(value: Any) -> list[str]:
    """The structural digests that a content names: every string in a field ``manifest``."""
    if isinstance(value, dict):
        return [d for k, v in value.items() for d in ([v] if k == "manifest" and isinstance(v, str) else _manifests(v))]
    return [d for v in value for d in _manifests(v)] if isinstance(value, list) else []


def _missing(past: Past, content: Any, text: str) -> str:
    if '"manifest":' not in text:  # a name in canonical JSON looks like this and like nothing else
        return ""
    return next((f"{WAITS_FOR}{d}" for d in _manifests(content) if past.structural(d) is None), "")


def _text(content: Any) -> str:
    return "" if content is None else canonical.again(content).decode()


def _statement(registry: Registry, past: Past, entry: Entry) -> Judged:
    kind = registry.statements.get(entry.schema)
    if kind is None:
        return Judged(void="content")
    if entry.schema.startswith("record."):
        body = _convert(entry.body, kind.content)
        if isinstance(body, contents.KeyChange):
            return _key_change(past, entry, body)
        return Judged(void="content") if body is None else _about(registry, past, body)
    if past.log != "record":
        return Judged(void="wrong-log")
    body = dict(entry.body)
    subject = body.pop("subject", "self")
    content = _convert(body, kind.content)
    if content is None or not isinstance(subject, str):
        return Judged(void="content")
    if subject != "self" and (void := _subject(past, subject)):
        return Judged(void=void)
    text = _text(body)
    return Judged(body=subject, content=content, text=text, wait=_missing(past, body, text))


def _key_change(past: Past, entry: Entry, body: contents.KeyChange) -> Judged:
    """A change of this log's own key, from this very entry on. Who signed the note is not judged here."""
    if past.log != "record":
        return Judged(void="wrong-log")
    try:
        change = claimed(body.note)
    except Rejected:
        return Judged(void="content")
    own = (change.room, change.origin, change.size) == (past.room, entry.log, past.seq)
    return Judged(body=body, content=change) if own else Judged(void="misplaced")


def _about(registry: Registry, past: Past, body: Any) -> Judged:
    """The record's own statements."""
    if isinstance(body, contents.Received):
        return _received(registry, past, body)
    void, tag = _names(past, body.target)
    if void:
        return Judged(void=void)
    target = _id(body.target)
    assert target is not None
    if isinstance(body, contents.Supersedes):
        if target.side != past.side or target.log != past.log:
            return Judged(void="not-own")
        if "/" not in tag or tag in (contents.SUPERSEDES, contents.CONFIRMS, contents.CORRECTS, contents.KEY_CHANGE):
            return Judged(void="not-a-thing")
        if past.answered(body.target, "supersedes"):
            return Judged(void="again")
    else:
        if tag != contents.RECEIVED or past.source(body.target) != past.side or target.log != past.log:
            return Judged(void="not-received")
        if past.answered(body.target, "answers"):
            return Judged(void="again")
    successor = getattr(body, "with_", None)
    if successor is not None:
        with_ = _id(successor)
        if with_ is None or not past.known(with_) or with_.side != past.side:
            return Judged(void="unknown")
    return Judged(body=body, content=body)


def _received(registry: Registry, past: Past, body: contents.Received) -> Judged:
    account = body.account
    if (found := in_force(registry, past, account.schema)) is not None:
        return found
    wanted = registry.matters if account.as_ == "position" else registry.statements
    kind = wanted.get(account.schema)
    if kind is None or body.from_ == past.side or account.schema.startswith("record."):
        return Judged(void="content")
    if isinstance(kind, MatterKind):
        if (void := _wrong_log(past, kind, account.subject)) or (account.subject == "self" and not kind.introduces):
            return Judged(void=void or "content")
    elif past.log != "record":
        return Judged(void="wrong-log")
    content = None if account.content is None else _convert(account.content, kind.content)
    if content is None and (account.content is not None or account.as_ == "statement"):
        return Judged(void="content")
    if account.subject != "self" and (void := _subject(past, account.subject)):
        return Judged(void=void)
    text = _text(account.content)
    return Judged(body=body, content=content, text=text, wait=_missing(past, account.content, text))


def _wrong_log(past: Past, kind: MatterKind, subject: str) -> str:
    if (kind.log == "record") != (past.log == "record"):
        return "wrong-log"
    if past.log != "record" and subject not in ("self", instrument_of(past.log)):
        thing = _id(
            subject
        )  # the room is no subject here: a Side has many working logs, and only within one is it known which position is the last
        if thing is None or thing.log != past.log:
            return "wrong-log"
    return ""


def _position(registry: Registry, past: Past, entry: Entry) -> Judged:
    kind = registry.matters.get(entry.schema)
    if kind is None:
        return Judged(void="content")
    body = _convert(entry.body, contents.Position)
    if body is None:
        return Judged(void="content")
    if void := _wrong_log(past, kind, body.subject):
        return Judged(void=void)
    content = None if body.content is None else _convert(body.content, kind.content)
    if content is None and body.content is not None:
        return Judged(void="content")
    if body.subject == "self":
        if not kind.introduces or content is None:
            return Judged(void="content")
    elif void := _subject(past, body.subject):
        return Judged(void=void)
    text = _text(body.content)
    return Judged(body=body, content=content, text=text, wait=_missing(past, body.content, text))


def _core(past: Past, entry: Entry, kind: type[Any]) -> Judged:
    body = _convert(entry.body, kind)
    if body is None:
        return Judged(void="content")
    if entry.kind != "seen" and (entry.kind == "comment") != (past.log != "record"):
        return Judged(void="wrong-log")
    check = _CHECKS.get(entry.kind)
    return check(past, body) if check else Judged(body=body)


def _seen(past: Past, body: contents.Seen) -> Judged:
    if past.log == "record" and (body.working or past.side in body.heads):
        return Judged(void="names-working" if body.working else "backwards")
    if past.side in body.working or not (body.heads or body.working):
        return Judged(void="backwards")
    wait = ""
    for log, heads in (("record", body.heads), (past.log, body.working)):
        for side, head in heads.items():
            name = f"{side}/{log}"
            if head.size < past.acknowledged(name):
                return Judged(void="backwards")
            if head.size > past.applied(name):
                wait = f"{name} up to {head.size}"
    return Judged(body=body, wait=wait)


def _seal(past: Past, body: contents.Seal) -> Judged:
    slot = body.slot
    if void := _subject(past, slot.of):
        return Judged(void=void)
    if body.key is not None:
        void, tag = _names(past, body.key)
        if void or tag != "key":
            return Judged(void=void or "unknown")
    if past.seals(f"{slot.kind}|{slot.of}|{slot.step}") >= MAX_SEALS:
        return Judged(void="too-many-seals")
    manifest = past.structural(body.manifest)
    if manifest is None:
        return Judged(wait=f"{WAITS_FOR}{body.manifest}")
    named = manifest.get("slot")
    if isinstance(named, Mapping) and dict(named) != {"kind": slot.kind, "of": slot.of, "step": slot.step}:
        return Judged(void="other-slot")
    if manifest.get("room", past.room) != past.room:
        return Judged(void="other-slot")
    return _ROOMS.get(slot.kind, _any)(past, body, manifest)


def _any(_past: Past, body: contents.Seal, _manifest: Mapping[str, Any]) -> Judged:
    return Judged(body=body)


def _schemas(past: Past, body: contents.Seal, manifest: Mapping[str, Any]) -> Judged:
    """A list of schemas adds to the one before it. Whether that is held here decides about waiting alone."""
    if (
        body.slot.of != past.room
        or body.slot.step < 1
        or listed(manifest) is None
        or (manifest["previous"] is None) != (body.slot.step == 1)
    ):
        return Judged(void="schema")
    before = None if manifest["previous"] is None else past.structural(manifest["previous"])
    if before is None and manifest["previous"] is not None:
        return Judged(wait=f"{WAITS_FOR}{manifest['previous']}")
    return Judged(body=body) if follows(manifest, before) else Judged(void="schema")


def _terms(past: Past, body: contents.Seal, manifest: Mapping[str, Any]) -> Judged:
    """New terms name their predecessor, keep the room's name and drop no Side. Whether the predecessor is held here decides about waiting alone."""
    previous, sides = manifest.get("previous"), sides_of(manifest)
    if body.slot.of != past.room or body.slot.step < 1 or past.side not in sides or not isinstance(previous, str) or not _DIGEST(previous):
        return Judged(void="terms")
    before = past.structural(previous)
    if before is None:
        return Judged(wait=f"{WAITS_FOR}{previous}")
    follow = set(sides_of(before)) <= set(sides) and before.get("slug") == manifest.get("slug")
    return Judged(body=body) if follow else Judged(void="terms")


_ROOMS: dict[str, Callable[[Past, contents.Seal, Mapping[str, Any]], Judged]] = {"terms": _terms, "schema": _schemas}
"""The slots of the room itself: how what is sealed there must follow what was sealed before."""
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch


def sides_of(terms: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of the Sides that terms name, sorted; () if they are not in the form of terms, a code is none, or one stands twice."""
    sides = terms.get("sides")
    if not isinstance(sides, list) or not all(isinstance(s, dict) and isinstance(s.get("side"), str) for s in sides):
        return ()
    codes = sorted(s["side"] for s in sides)
    return tuple(codes) if len(set(codes)) == len(codes) and all(is_side(code) for code in codes) else ()


def _revoke(past: Past, body: contents.Revoke) -> Judged:
    void, tag = _names(past, body.seal)
    if void or tag != "seal":
        return Judged(void=void or "not-a-seal")
    if not body.seal.startswith(f"{past.side}/"):
        return Judged(void="not-own")
    return Judged(void="again") if past.revoked(body.seal) else Judged(body=body)


def _finding(past: Past, body: contents.Finding) -> Judged:
    void, tag = _names(past, body.seal)
    if void or tag != "seal":
        return Judged(void=void or "not-a-seal")
    return Judged(void="own-seal") if body.seal.startswith(f"{past.side}/") else Judged(body=body)


def _comment(past: Past, body: contents.Comment) -> Judged:
    void = _subject(past, body.subject)
    return Judged(void=void) if void else Judged(body=body)


_CHECKS: dict[str, Callable[[Past, Any], Judged]] = {
    "seen": _seen,
    "seal": _seal,
    "revoke": _revoke,
    "finding": _finding,
    "comment": _comment,
}
