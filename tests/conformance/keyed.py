"""Rooms whose records go on under another key, or only say so: who may change a key, from which size, and what the old and the new key prove on each side of it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cochair.kit import canonical
from cochair.ledger.cosignatures import Cosigner
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import LogSigner, SignatureLine, sign_note
from tests.conformance.growth import adopt, letter, list_of
from tests.conformance.rooms import Played, Room, bundle, seed

if TYPE_CHECKING:
    from tests.conformance.scenarios import Scenario

ADOPTED = ["adopt IN/record/3"]


def new_key(room: Room, side: str, word: str = "next") -> LogSigner:
    """A key that the record has not had, unless the word was used before."""
    return LogSigner(room.sides[side].origin, seed(room.world, side, word))


def over(room: Room, size: int, side: str = "IN") -> str:
    """The root over the first entries of a record, as a note has it."""
    return base64.b64encode(root([leaf_hash(data) for data in room.sides[side].entries[:size]])).decode()


def text_of(room: Room, side: str, key: str, /, **said: Any) -> str:
    """The text that the root keys sign for the record as it stands; ``said``: what it says instead."""
    log = room.sides[side]
    size = len(log.entries)
    lines = {
        "domain": "cochair/key-change/v1",
        "room": room.room,
        "origin": log.origin,
        "size": size,
        "root": over(room, size, side),
        "key": key,
    }
    return "".join(f"{line}\n" for line in {**lines, **said}.values())


def lines_by(room: Room, side: str, *numbers: int) -> Callable[[str], list[SignatureLine]]:
    return lambda text: [room.sides[side].roots[number].sign(text) for number in numbers]


def change(
    room: Room, side: str = "IN", /, *, by: Callable[[str], list[SignatureLine]] | None = None, key: LogSigner | None = None, counts: bool = True, **said: Any
) -> str:  # fmt: skip
    """Log a change of the key -> its note. ``by``: who signs it; ``counts``: whether the record then goes on under the new key."""
    log = room.sides[side]
    key = key or new_key(room, side)
    text = text_of(room, side, key.vkey, **said)
    note = "".join((text, "\n", *(f"{line}\n" for line in (by or lines_by(room, side, 0, 2))(text))))
    if counts:
        log.later.append((len(log.entries), key))
        log.notes.append(note)
    room.say(side, "statement", "record.key_change/1", {"note": note})
    return note


def on(room: Room) -> None:
    """What both write after it."""
    room.seen("RU", "IN")
    room.key("IN", "IN/record/2", "IN/record/0")
    room.seen("RU", "IN")


def stranger(room: Room, word: str = "stranger") -> LogSigner:
    return LogSigner(room.sides["IN"].roots[0].name, seed(word))


def misnamed(room: Room) -> LogSigner:
    return LogSigner("in.example/IN/other", seed(room.world, "IN", "root", "1"))


FORGED: Mapping[str, Callable[[Room], dict[str, Any]]] = {
    "by-one-root-key": lambda r: {"by": lines_by(r, "IN", 1)},
    "by-one-root-key-twice": lambda r: {"by": lines_by(r, "IN", 1, 1)},
    "by-root-keys-of-the-other-side": lambda r: {"by": lines_by(r, "RU", 0, 1)},
    "by-root-keys-of-another-room": lambda r: {"by": lines_by(Played(world="two"), "IN", 0, 1)},
    "by-the-key-before": lambda r: {"by": lambda text: [r.sides["IN"].log.sign(text)]},
    "by-a-root-key-and-a-stranger": lambda r: {"by": lambda text: [*lines_by(r, "IN", 0)(text), stranger(r).sign(text)]},
    "by-two-root-keys-and-a-stranger": lambda r: {"by": lambda text: [*lines_by(r, "IN", 0, 1)(text), stranger(r).sign(text)]},
    "by-a-root-key-under-another-name": lambda r: {"by": lambda text: [*lines_by(r, "IN", 0)(text), misnamed(r).sign(text)]},
    "with-a-signature-of-another-text": lambda r: {"by": lambda text: [*lines_by(r, "IN", 0)(text), r.sides["IN"].roots[1].sign(text + "x\n")]},
    "of-a-smaller-size": lambda r: {"size": len(r.sides["IN"].entries) - 1, "root": over(r, len(r.sides["IN"].entries) - 1)},
    "of-a-larger-size": lambda r: {"size": len(r.sides["IN"].entries) + 1},
    "of-a-size-with-a-zero-before": lambda r: {"size": f"0{len(r.sides['IN'].entries)}"},
    "over-other-entries": lambda r: {"root": base64.b64encode(bytes(32)).decode()},
    "over-half-a-root": lambda r: {"root": base64.b64encode(bytes(16)).decode()},
    "of-another-room": lambda r: {"room": "11" * 32},
    "of-the-other-log": lambda r: {"origin": r.sides["RU"].origin},
    "of-the-other-log-by-own-root-keys": lambda r: {
        "origin": r.sides["RU"].origin, "key": new_key(r, "RU"),
        "by": lambda text: [LogSigner(r.sides["RU"].roots[0].name, seed(r.world, "IN", "root", n)).sign(text) for n in "01"],
    },
    "of-a-working-log": lambda r: {"origin": r.sides["IN"].origin.replace("record", "w-IN-3")},
    "of-a-later-form": lambda r: {"domain": "cochair/key-change/v2"},
    "with-a-line-more": lambda r: {"more": "x"},
    "to-a-root-key": lambda r: {"key": LogSigner(r.sides["IN"].origin, seed(r.world, "IN", "root", "1"))},
    "to-the-key-that-it-has": lambda r: {"key": r.sides["IN"].log},
    "to-a-key-named-otherwise": lambda r: {"key": LogSigner("in.example/c7/IN/other", seed("other"))},
    "to-a-key-of-a-cosigner": lambda r: {"key": Cosigner(r.sides["IN"].origin, seed("cosigner"))},
}  # fmt: skip
"""Name -> what is wrong with a note that changes nothing."""


def keyed(scenario: type[Scenario]) -> Iterator[Scenario]:
    def whole(name: str, room: Room, anchor: str = "", sender: str = "IN", **files: Any) -> Scenario:
        return scenario(name, files or {"record.tar": bundle(room, sender)}, anchor or room.room, 0, (), ADOPTED)

    def refused(name: str, room: Room, *why: str, anchor: str = "", **files: Any) -> Scenario:
        return scenario(name, files or {"record.tar": bundle(room)}, anchor or room.room, 1, why)

    def trusted(room: Room, key: str) -> str:
        return canonical.dumps({"v": 1, "what": "trust", "room": room.room, "sides": {"IN": key}}).decode()

    yield from _followed(scenario, whole, refused, trusted)
    yield from _forged(whole, refused)
    yield from _beside(whole, refused)
    yield from _by_terms(whole, refused)


def _followed(
    scenario: type[Scenario], whole: Callable[..., Scenario], refused: Callable[..., Scenario], trusted: Callable[..., str]
) -> Iterator[Scenario]:
    for name, by in {"two": (0, 2), "two-others": (2, 1), "three": (0, 1, 2)}.items():
        room = Played()
        change(room, by=lines_by(room, "IN", *by))
        yield whole(f"good-key-changed-by-{name}-root-keys", room)
    room = Played()
    change(room)
    on(room)
    first, next_ = room.sides["IN"].log, room.sides["IN"].later[0][1]
    yield whole("good-key-changed-and-gone-on", room)
    yield whole("good-key-changed-tree", room, tree=room.files())
    yield whole("good-key-changed-sent-by-the-other-side", room, sender="RU")
    yield whole("good-key-changed-trust-file-of-the-first", room, trusted(room, first.vkey))
    yield whole("good-key-changed-trust-file-of-the-newest", room, trusted(room, next_.vkey))
    yield refused("refused-key-not-changed-as-the-trust-file-says", Played(), "room", anchor=trusted(room, next_.vkey))
    bare = {path: data for path, data in room.files().items() if not path.endswith("/keys")}
    yield whole("good-key-changed-tree-without-the-changes-beside", room, tree=bare)
    yield whole("good-key-changed-bundle-of-the-other-side-without-the-changes-beside", room, record=bundle(room, "RU", files=bare))
    yield refused("refused-key-changed-bundle-without-the-changes-beside", room, "file", "head", record=bundle(room, files=bare))
    size = room.sides["IN"].later[0][0]
    early = Played()
    yield whole("good-key-at-its-last-size", early)
    yield refused(
        "refused-next-key-before-its-size",
        early,
        "head",
        tree={**early.files(), f"{first.name}/checkpoint": early.checkpoint("IN", signer=next_)},
    )
    yield refused(
        "refused-first-key-beyond-its-size",
        room,
        "head",
        tree={**room.files(), f"{first.name}/checkpoint": room.checkpoint("IN", signer=first)},
    )
    yield refused("refused-bundle-signed-by-the-first-key", room, "file", "head", record=bundle(room, signer=first))
    place = f"{room.room}/cosigned/{first.name}"
    for name, signer, length in (("first", first, size), ("next", next_, size + 1)):
        yield whole(f"good-cosigned-under-the-{name}-key", room, tree={**room.files(), place: _cosigned(room, length, signer)})
    for name, signer, length in (("first", first, size + 1), ("next", next_, size)):
        shown = {**room.files(), place: _cosigned(room, length, signer)}
        yield refused(f"refused-cosigned-under-the-{name}-key-elsewhere", room, "head", "fork", tree=shown)
    room = Played()
    change(room)
    on(room)
    change(room, key=new_key(room, "IN", "third"))
    change(room, "RU")
    yield whole("good-keys-changed-again-and-by-the-other-side", room)
    yield whole("good-keys-changed-trust-file-of-the-newest", room, trusted(room, room.sides["IN"].later[1][1].vkey))
    yield refused("refused-trust-file-of-a-key-between", room, "room", anchor=trusted(room, room.sides["IN"].later[0][1].vkey))
    between = room.checkpoint("IN", signer=room.sides["IN"].later[0][1])
    yield refused("refused-key-between-beyond-its-size", room, "head", tree={**room.files(), f"{first.name}/checkpoint": between})
    room = Played()
    change(room)
    change(room, key=room.sides["IN"].log)
    yield refused("refused-key-that-came-back", room, "head")
    room = Played(until="seals")
    change(room)
    room.seals = {side: room.seal(side, room.manifest_of()["slot"], room.manifest, room.mandates[side]) for side in ("IN", "RU")}
    for side, other in (("IN", "RU"), ("RU", "IN")):
        room.seen(side, other)
        room.finding(side, room.seals[other])
    yield whole("good-key-changed-before-the-seals", room)
    room = Played()
    later = "meetings.letter/2"
    adopt(room, list_of(room, later))
    letter(room, "IN", later)
    yield scenario("partly-key-not-changed-behind-what-is-read", {"record.tar": bundle(room)}, room.room, 4, (), ADOPTED, ["7.1"])
    change(room)
    yield refused("refused-key-changed-behind-what-is-read", room, "head")
    room = Played()
    terms = room.terms_with("IN", "RU", previous=room.room)
    terms["sides"][0]["log_key"] = stray(room).vkey
    room.put(terms)
    yield refused("refused-bundle-signed-by-a-key-that-stray-terms-name", room, "file", "head", record=bundle(room, signer=stray(room)))


def stray(room: Room) -> LogSigner:
    return new_key(room, "IN", "stray")


def _cosigned(room: Room, size: int, signer: LogSigner) -> bytes:
    return room.checkpoint("IN", size, cosigned_by="RU", signer=signer)


def _forged(whole: Callable[..., Scenario], refused: Callable[..., Scenario]) -> Iterator[Scenario]:
    for name, made in FORGED.items():
        room = Played()
        given = made(room)
        key = given.pop("key", None)
        cosigner = isinstance(key, Cosigner)
        change(room, key=key, counts=False, **given)
        on(room)
        yield whole(f"good-no-change-{name}", room)  # it stands in the log, counts for nothing, and the key before goes on
        signer = new_key(room, "IN") if key is None or cosigner else key
        if signer.vkey != room.sides["IN"].log.vkey:
            head = {f"{room.sides['IN'].origin}/checkpoint": room.checkpoint("IN", signer=signer)}
            yield refused(f"refused-change-{name}", room, "head", tree={**room.files(), **head})
    room = Played()
    for body in ({}, {"note": 1}, {"note": ""}, {"note": "x", "more": 1}, {"note": "x" * 4097}):
        room.say("IN", "statement", "record.key_change/1", body)
    room.position("IN", "record.key_change/1", "self", {"note": "x"})
    yield whole("good-no-change-in-another-form", room)
    room = Played()
    change(room)
    for number in range(66):
        change(room, counts=False, by=lines_by(room, "IN", 1), key=new_key(room, "IN", str(number)))
    yield whole("good-many-that-change-nothing-behind-one-that-counts", room)
    room = Played()
    note = change(room, counts=False, by=lines_by(room, "IN", 1))
    again = change(room)
    room.say("IN", "statement", "record.key_change/1", {"note": note})
    room.say("IN", "statement", "record.key_change/1", {"note": again})
    yield whole("good-notes-logged-again-elsewhere", room)


def _beside(whole: Callable[..., Scenario], refused: Callable[..., Scenario]) -> Iterator[Scenario]:
    """The file beside the checkpoint."""

    def with_keys(room: Room, data: bytes) -> dict[str, bytes]:
        return {**room.files(), f"{room.sides['IN'].origin}/keys": data}

    room = Played()
    note = change(room)
    text = note.partition("\n\n")[0] + "\n"
    pair = sign_note(text, lines_by(room, "IN", 1, 2)(text)).decode()
    yield whole("good-change-signed-by-another-pair-beside", room, tree=with_keys(room, canonical.dumps([pair])))
    other = text_of(room, "IN", new_key(room, "IN", "other").vkey)
    untold = sign_note(other, lines_by(room, "IN", 0, 1)(other)).decode()
    for name, data in {
        "another": canonical.dumps([note, untold]), "no-note": canonical.dumps(["x"]), "no-text": canonical.dumps([1]), "no-list": canonical.dumps(note),
        "no-json": b"[", "spaces": canonical.dumps([note]) + b" ", "too-many": canonical.dumps([note] * 65),
    }.items():  # fmt: skip
        yield refused(f"refused-changes-beside-{name}", room, "head", "content", "file", tree=with_keys(room, data))
    yield refused("refused-change-that-the-log-does-not-tell-of", Played(), "head", tree=with_keys(Played(), canonical.dumps([note])))


def _by_terms(whole: Callable[..., Scenario], refused: Callable[..., Scenario]) -> Iterator[Scenario]:
    """Which root keys count: those of the terms in force as far as the log knew them."""
    from tests.conformance.scenarios import Joined

    def renewed(terms: dict[str, Any]) -> None:
        terms["sides"][0]["root_keys"] = [LogSigner("x", seed("new root", str(n))).public.hex() for n in range(3)]

    def by_new(room: Room) -> Callable[[str], list[SignatureLine]]:
        name = room.sides["IN"].roots[0].name
        return lambda text: [LogSigner(name, seed("new root", str(n))).sign(text) for n in (0, 1)]

    room = Joined(change=renewed)
    change(room, by=by_new(room))
    yield whole("good-change-by-the-root-keys-of-later-terms", room)
    room = Joined(change=renewed)
    change(room)
    yield refused("refused-change-by-root-keys-of-terms-that-were", room, "head")
    room = Played()
    renewal = room.terms_with("IN", "RU", previous=room.room)
    renewed(renewal)
    slot = {"kind": "terms", "of": room.room, "step": 1}
    seals = {side: room.seal(side, slot, room.put(renewal)) for side in ("IN", "RU")}
    for side, other in (("IN", "RU"), ("RU", "IN")):
        room.seen(side, other)
        room.finding(side, seals[other])
    unknowing = len(room.sides["IN"].entries)
    change(room)  # IN has not seen the finding of RU
    assert unknowing == room.sides["IN"].later[0][0]
    room.seen("IN", "RU")
    yield whole("good-change-by-the-root-keys-that-the-log-knew", room)
    change(room, by=by_new(room), key=new_key(room, "IN", "third"))
    yield whole("good-changes-by-old-and-by-new-root-keys", room)
    for name, keys in {"none": [], "two": [0, 1], "one-twice": [0, 0, 2], "no-keys": "x"}.items():

        def spoil(terms: dict[str, Any], keys: Any = keys) -> None:
            roots = terms["sides"][0]["root_keys"]
            terms["sides"][0]["root_keys"] = [roots[number] for number in keys] if isinstance(keys, list) else keys

        room = _Founded(spoil)
        change(room)
        yield refused(f"refused-change-where-the-terms-name-{name}", room, "head")

    def named_otherwise(terms: dict[str, Any]) -> None:
        terms["sides"][0]["log_key"] = other.vkey

    other = LogSigner("in.example/c8/IN/record", seed("one", "IN", "log"))
    room = _Founded(named_otherwise)
    signed = {f"{room.sides['IN'].origin}/checkpoint": room.checkpoint("IN", signer=other)}
    yield refused("refused-key-named-for-another-log", room, "head", tree={**room.files(), **signed})


class _Founded(Played):
    """By founding terms that say something else than they should."""

    def __init__(self, spoil: Callable[[dict[str, Any]], None]) -> None:
        self.spoil = spoil
        super().__init__()

    def terms_with(self, *codes: str, previous: str | None = None, **changed: Any) -> dict[str, Any]:
        terms = super().terms_with(*codes, previous=previous, **changed)
        self.spoil(terms)
        return terms
