"""Whole rooms, good and spoilt, with the verdict that they must get: `scenarios()` -> (name, files, anchor, expected).

``files``: name -> bytes of one file, or a tree {path: bytes}; ``anchor``: text, or "" for none; expected: status, reason classes, slots that are agreed.
What is spoilt is signed anew by its own Side wherever a liar could do so, so that one thing alone is wrong.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from cochair.kit import canonical
from cochair.ledger.cosignatures import Cosigner
from cochair.ledger.notes import sign_note, split_note
from cochair.ledger.papers import structural_digest
from cochair.paper.sign import sign_pdf
from tests.conformance.growth import growth
from tests.conformance.keyed import keyed
from tests.conformance.rooms import SLOT, Played, Room, bundle, listing, member, pdf, seed, tar
from tests.makers.certificates import person

Files = dict[str, bytes | dict[str, bytes]]
ADOPTED = ["adopt IN/record/3"]


class Scenario(NamedTuple):
    """One case. ``why``: reason classes of `docs/formats/conformance.md` of which one must be given, if any is."""

    name: str
    files: Files
    anchor: str
    status: int
    why: tuple[str, ...] = ()
    agreed: list[str] | None = None
    needs: list[str] | None = None
    """Versions of Cochair that must be named as needed to read on."""


def trust(room: Room, **changed: Any) -> str:
    sides = {code: side.log.vkey for code, side in room.sides.items()}
    return canonical.dumps({"v": 1, "what": "trust", "room": room.room, "sides": sides, **changed}).decode() + "\n"


def scenarios() -> Iterator[Scenario]:
    for part in (good, containers, trees, logs, folds, seals, anchors, originals):
        yield from part()
    yield from growth(Scenario)
    yield from keyed(Scenario)


def refused(name: str, room: Room, *why: str, files: Files | None = None) -> Scenario:
    return Scenario(name, files or {"record.tar": bundle(room)}, room.room, 1, why)


def partly(name: str, room: Room, agreed: list[str], files: Files | None = None) -> Scenario:
    """Where the reading stops: what was agreed before stays so, and nothing is said of what follows."""
    return Scenario(name, files or {"record.tar": bundle(room)}, room.room, 4, (), agreed)


def proven(name: str, room: Room, agreed: list[str], files: Files | None = None) -> Scenario:
    return Scenario(name, files or {"record.tar": bundle(room)}, room.room, 0, (), agreed)


# -- what must be accepted


def good() -> Iterator[Scenario]:
    room = Played()
    yield proven("good-bundle", room, ADOPTED)
    yield proven("good-tree", room, ADOPTED, {"tree": room.files()})
    yield Scenario("good-unnamed", {"record.tar": bundle(room)}, "", 3, (), ADOPTED)
    yield Scenario("good-trust-file", {"record.tar": bundle(room)}, trust(room), 0, (), ADOPTED)
    yield Scenario("good-trust-file-without-sides", {"record.tar": bundle(room)}, trust(room, sides={}), 0, (), ADOPTED)
    grouped = " ".join(room.room[at : at + 4] for at in range(0, 64, 4)).upper()
    yield Scenario("good-anchor-in-groups", {"record.tar": bundle(room)}, grouped, 0, (), ADOPTED)
    yield proven("good-sent-by-the-other-side", room, ADOPTED, {"record.tar": bundle(room, "RU")})
    yield proven("good-before-the-seals", Played(until="seals"), [])
    yield proven("good-before-the-findings", Played(until="findings"), [])
    room = Played()
    origin = room.sides["RU"].origin.replace("record", "w-IN-3")
    room.working = {f"{origin}/checkpoint": b"not looked at", f"{origin}/tile/entries/000.p/1": b"\0\1x"}
    yield proven("good-with-working-papers-aside", room, ADOPTED)
    room = Played()
    room.extra = {f"{room.room}/cosigned/{room.sides['IN'].origin}": room.checkpoint("IN", 8, cosigned_by="RU")}
    yield proven("good-cosigned", room, ADOPTED)
    for count in (300, 520):
        room = Played()
        for _ in range(count):
            room.say(
                "IN",
                "statement",
                "meetings.receipt/1",
                {"subject": "self", "letter": "RU/record/1", "number": "1", "received": "2026-01-05"},
            )
        yield proven(f"good-{count}-entries", room, ADOPTED)
    room = Played()
    del room.papers[next(p for p, data in room.papers.items() if b"payloadType" in data)]
    yield proven("good-without-a-signature", room, ADOPTED)
    room = Played()
    room.papers.clear()
    yield proven("good-without-papers", room, ADOPTED)
    yield from _not_counted()
    yield from _joined()


def _not_counted() -> Iterator[Scenario]:
    """Entries that do not count take the proof from nobody."""
    rubbish: dict[str, Callable[[Room], Any]] = {
        "rubbish": lambda r: (r.raw("RU", b"{}"), r.raw("RU", b"\xff" * 999), r.raw("RU", b"")),
        "other-room": lambda r: r.say("RU", "seen", "record.seen/1", {"heads": {}}, room="11" * 32),
        "other-place": lambda r: r.say("RU", "statement", "meetings.receipt/1", {}, seq=99),
        "seen-backwards": lambda r: r.seen("RU", "IN", size=2),
        "seen-itself": lambda r: r.seen("RU", "RU"),
        "seen-nothing": lambda r: r.say("RU", "seen", "record.seen/1", {"heads": {}}),
        "seen-working": lambda r: r.seen("RU", "IN", working={"IN": {"size": 1, "root": "00" * 32}}),
        "seal-in-another-slot": lambda r: r.seal("RU", {**SLOT, "step": 1}, r.manifest, r.mandates["RU"]),
        "seal-of-nothing": lambda r: r.seal("RU", {**SLOT, "of": "IN/record/77"}, r.manifest, r.mandates["RU"]),
        "seal-of-a-kind-unknown": lambda r: r.seal("RU", {**SLOT, "kind": "bless"}, r.manifest, r.mandates["RU"]),
        "seal-of-a-step-beyond": lambda r: r.seal("RU", {**SLOT, "step": 1000}, r.manifest, r.mandates["RU"]),
        "seal-under-no-mandate": lambda r: r.seal("RU", SLOT, r.manifest, "RU/record/0"),
        "seal-with-a-field-more": lambda r: r.seal("RU", SLOT, r.manifest, r.mandates["RU"], note="x"),
        "seal-of-another-room": lambda r: r.seal("RU", SLOT, r.put(r.manifest_of(room="22" * 32)), r.mandates["RU"]),
        "revoke-of-another": lambda r: r.say("RU", "revoke", "record.revoke/1", {"seal": r.seals["IN"]}),
        "revoke-of-no-seal": lambda r: r.say("RU", "revoke", "record.revoke/1", {"seal": "RU/record/0"}),
        "revoke-too-late": lambda r: r.say("RU", "revoke", "record.revoke/1", {"seal": r.seals["RU"]}),
        "finding-on-itself": lambda r: r.finding("RU", r.seals["RU"], valid=False),
        "finding-on-no-seal": lambda r: r.finding("RU", "IN/record/0", valid=False),
        "finding-a-second-time": lambda r: r.finding("RU", r.seals["IN"], valid=False),
        "finding-in-another-form": lambda r: r.say("RU", "finding", "record.finding/1", {"seal": r.seals["IN"], "valid": 1, "reason": ""}),
        "comment-in-the-record": lambda r: r.say("RU", "comment", "record.comment/1", {"subject": "IN/record/3", "paper": "00" * 32}),
        "key-in-another-form": lambda r: r.key("RU", "IN/record/2", "IN/record/0", person="nobody"),
    }
    for name, write in rubbish.items():
        room = Played()
        write(room)
        yield proven(f"good-not-counted-{name}", room, ADOPTED)
    early = Played(until="findings")
    early.say("RU", "finding", "record.finding/1", {"seal": early.seals["IN"], "valid": False, "reason": ""})
    early.finding("RU", early.seals["IN"])
    early.finding("IN", early.seals["RU"])
    yield proven("good-refused-first", early, [])
    late = Played(until="findings")
    late.say("RU", "revoke", "record.revoke/1", {"seal": late.seals["RU"]})
    for finder, side in (("IN", "RU"), ("RU", "IN")):
        late.finding(finder, late.seals[side])
    yield proven("good-crossed-by-a-revoke", late, ADOPTED)
    blind = Played(until="seals")
    seal = blind.seal("IN", SLOT, blind.manifest, blind.mandates["IN"])
    blind.finding("RU", seal)  # not seen yet: says nothing
    theirs = blind.seal("RU", SLOT, blind.manifest, blind.mandates["RU"])
    blind.seen("IN", "RU")
    blind.finding("IN", theirs)
    yield proven("good-finding-before-seeing", blind, [])
    many = Played(until="seals")
    for _ in range(64):
        many.seal("RU", SLOT, many.put(many.manifest_of(contents=[])), many.mandates["RU"])
        many.say("RU", "revoke", "record.revoke/1", {"seal": f"RU/record/{len(many.sides['RU'].entries) - 1}"})
        many.seen("IN", "RU")
        many.seen("RU", "IN")
    both = {side: many.seal(side, SLOT, many.manifest, many.mandates[side]) for side in ("IN", "RU")}
    for side, other in (("IN", "RU"), ("RU", "IN")):
        many.seen(side, other)
        many.finding(side, both[other])
    yield proven("good-one-seal-too-many", many, [])


class Joined(Played):
    """A room that IN founded alone, and RU joined by terms that both seal before anything else is agreed."""

    def __init__(self, *, change: Callable[[dict[str, Any]], None] = lambda _: None, answered: bool = True, **room: Any) -> None:
        self.change, self.answered = change, answered
        super().__init__(founder="IN", **room)

    def introduce(self) -> None:
        super().introduce()
        terms = self.terms_with("IN", "RU", previous=self.room)
        self.change(terms)
        slot = {"kind": "terms", "of": self.room, "step": 1}
        self.joined = self.put(terms)
        seals = {side: self.seal(side, slot, self.joined) for side in ("IN", "RU") if self.answered or side == "IN"}
        for side, other in (("IN", "RU"), ("RU", "IN")):
            self.seen(side, other)
            if other in seals:
                self.finding(side, seals[other])


def _joined() -> Iterator[Scenario]:
    room = Joined()
    yield proven("good-joined", room, ADOPTED)
    yield Scenario("good-joined-trust-file", {"record.tar": bundle(room)}, trust(room), 0, (), ADOPTED)
    three = Room("IN", "RU", "EU")
    for code in ("IN", "RU", "EU"):
        three.say(
            code, "statement", "meetings.receipt/1", {"subject": "self", "letter": "RU/record/1", "number": "1", "received": "2026-01-05"}
        )
    yield proven("good-three-sides", three, [])
    absent = Played()
    files = {path: data for path, data in absent.files().items() if not path.startswith("ru.example")}
    yield partly("partly-a-log-left-out", absent, [], {"record.tar": bundle(absent, files=files)})


# -- the file itself


def containers() -> Iterator[Scenario]:
    room = Played()
    whole = bundle(room)
    rng = random.Random(11)
    for number in range(24):
        at = rng.randrange(len(whole) - 10240)
        spoilt = bytearray(whole)
        spoilt[at] ^= 1 << rng.randrange(8)
        yield refused(f"refused-flip-{number}", room, files={"record.tar": bytes(spoilt)})
    for cut in (0, 100, 512, 1536, len(whole) // 2, len(whole) - 10240):
        yield refused(f"refused-cut-at-{cut}", room, "file", "head", files={"record.tar": whole[:cut]})
    for name, more in (("byte", b"x"), ("tar", whole), ("zeros", bytes(70_000))):
        yield refused(f"refused-{name}-behind", room, "file", files={"record.tar": whole + more})
    yield from _headers(room)
    yield from _lists(room)


def _members(room: Room) -> list[tuple[str, bytes]]:
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(bundle(room))) as archive:
        return [(info.name, archive.extractfile(info).read()) for info in archive]  # type: ignore[union-attr]


def _headers(room: Room) -> Iterator[Scenario]:
    import io
    import tarfile

    members = _members(room)
    for name, changed in {
        "mode": {"mode": 0o755}, "owner": {"uid": 5}, "time": {"mtime": 7}, "link": {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        "folder": {"type": tarfile.DIRTYPE}, "name-of-owner": {"uname": "root"}, "device": {"type": tarfile.CHRTYPE}, "hard-link": {"type": tarfile.LNKTYPE, "linkname": "bundle.note"},
    }.items():  # fmt: skip
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for place, (path, data) in enumerate(members):
                plain = changed if place == len(members) - 1 else {}
                info = member(path, 0 if plain.get("type") else len(data), **plain)
                archive.addfile(info, io.BytesIO(data[: info.size]))
        yield refused(f"refused-header-{name}", room, "file", files={"record.tar": out.getvalue()})
    last = members[-1]
    for name, made in {
        "twice": [*members, last], "unlisted": [*members, ("zz", b"x")], "missing": members[:-1], "order": [*members[:-2], last, members[-2]], "note-last": [*members[1:], members[0]],
        "no-note": members[1:], "no-list": [members[0], *members[2:]], "up": [*members, ("../up", b"x")], "absolute": [*members, ("/up", b"x")], "longer": [*members[:-1], (last[0], last[1] + b"x")],
    }.items():  # fmt: skip
        yield refused(f"refused-member-{name}", room, "file", files={"record.tar": tar(made)})


def _lists(room: Room) -> Iterator[Scenario]:
    other = Played(world="two")
    for name, note in {
        "room": {"room": other.room},
        "side": {"side": "RU"},
        "members": {"members": 3},
        "digest": {"digest": "00" * 32},
    }.items():
        yield refused(f"refused-note-{name}", room, "file", "head", "room", files={"record.tar": bundle(room, **note)})
    yield refused("refused-note-by-a-stranger", room, "file", "head", files={"record.tar": bundle(room, signer=other.sides["IN"].log)})
    note, lines, *rest = _members(room)
    for name, data in {
        "reversed": b"".join(reversed(lines[1].splitlines(keepends=True))), "twice": lines[1] + lines[1].splitlines(keepends=True)[-1], "crlf": lines[1].replace(b"\n", b"\r\n"),
        "cut": lines[1][:-1], "empty": b"",
    }.items():  # fmt: skip
        yield refused(f"refused-list-{name}", room, "file", files={"record.tar": tar([note, (lines[0], data), *rest])})
        yield refused(f"refused-signed-list-{name}", room, "file", files={"record.tar": _signed_list(room, data, rest)})


def _signed_list(room: Room, data: bytes, rest: list[tuple[str, bytes]]) -> bytes:
    """A list in another form, signed: the sender's own fault."""
    import hashlib

    from cochair.ledger.notes import sign_note

    text = f"cochair/bundle/v1\n{room.room}\nIN\n{len(rest)}\n{hashlib.sha256(data).hexdigest()}\n"
    return tar([("bundle.note", sign_note(text, [room.sides["IN"].log.sign(text)])), ("bundle.list", data), *rest])


# -- a folder, where nothing is listed


def trees() -> Iterator[Scenario]:
    room = Played()
    rng = random.Random(12)
    files = room.files()
    for number, path in enumerate(sorted(files)):
        spoilt = bytearray(files[path])
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(7)
        where = "content" if path.startswith(room.room) else "head" if path.endswith("checkpoint") else "log"
        log = () if where == "content" else ("log",)  # an altered root is one that the entries do not have
        yield refused(
            f"refused-tree-{where}-{number}",
            room,
            where,
            *log,
            "head",
            "incomplete",
            "terms",
            files={"tree": {**files, path: bytes(spoilt)}},
        )
    for number, path in enumerate(p for p in sorted(files) if "/tile/entries/" in p or p.endswith("checkpoint") or "structural" in p):
        lacking = {p: data for p, data in files.items() if p != path}
        if path.endswith(("checkpoint", room.manifest)):
            yield partly(f"partly-tree-with-a-gap-{number}", room, [], {"tree": lacking})
        else:
            yield refused(f"refused-tree-with-a-gap-{number}", room, files={"tree": lacking})
    yield refused("refused-tree-empty", room, files={"tree": {"README": b"nothing"}})
    other = b'{"a":1}'
    yield refused(
        "refused-content-under-another-name", room, "content", files={"tree": {**files, f"{room.room}/structural/{'00' * 32}": other}}
    )
    for name, data in {"spaces": b'{ "a":1}', "list": b"[1]", "twice": b'{"a":1,"a":1}', "fraction": b'{"a":1.5}'}.items():
        path = f"{room.room}/structural/{structural_digest(data)}"
        yield refused(f"refused-content-{name}", room, "content", files={"tree": {**files, path: data}})


# -- a log that its own Side signed


def logs() -> Iterator[Scenario]:
    room, other = Played(), Played(world="two")
    files = room.files()
    origin = room.sides["IN"].origin
    head = f"{origin}/checkpoint"
    entries = room.sides["IN"].entries

    def tree(**changed: bytes) -> Files:
        return {"tree": {**files, **{f"{origin}/{path}": data for path, data in changed.items()}}}

    yield refused(
        "refused-head-by-a-stranger", room, "head", files={"tree": {**files, head: room.checkpoint("IN", signer=other.sides["IN"].log)}}
    )
    yield refused(
        "refused-head-by-the-other-side", room, "head", files={"tree": {**files, head: room.checkpoint("IN", signer=room.sides["RU"].log)}}
    )
    yield refused("refused-head-of-the-other-log", room, "head", files={"tree": {**files, head: room.checkpoint("RU")}})
    yield refused(
        "refused-smaller-head", room, "incomplete", "log", files={"tree": {**files, head: room.checkpoint("IN", len(entries) - 1)}}
    )
    yield refused("refused-bare-head", room, "head", files={"tree": {**files, head: room.checkpoint("IN").split(b"\n\n")[0] + b"\n"}})
    for name, changed in {
        "changed": [*entries[:2], entries[2].replace(b"Co-chair", b"Chairman"), *entries[3:]], "dropped": entries[1:], "swapped": [entries[1], entries[0], *entries[2:]],
        "added": [*entries, entries[-1]],
    }.items():  # fmt: skip
        path = f"tile/entries/000.p/{len(entries)}"
        data = b"".join(len(e).to_bytes(2, "big") + e for e in changed)
        yield refused(f"refused-entries-{name}", room, "log", files=tree(**{path: data}))
    yield refused("refused-wrong-tile", room, "log", files=tree(**{f"tile/0/000.p/{len(entries)}": bytes(32 * len(entries))}))
    for name, changing in {
        "rewritten": lambda r: _rewrite(r, "IN", 2, b"Co-chair", b"Chairman"), "rewritten-late": lambda r: _rewrite(r, "RU", 4, b"2026-01-01", b"2026-01-02"),
        "cut-back": lambda r: r.sides["IN"].entries.pop(7) and None,
    }.items():  # fmt: skip
        room = Played()
        changing(room)
        yield refused(f"refused-history-{name}", room, "fork", "incomplete", "log")
    for name, wrong in {"root": {"size": 3, "root": "00" * 32}, "root-of-nothing": {"size": 0, "root": "00" * 32}}.items():
        room = Played(until="seals") if name == "root" else Room("IN", "RU")
        said = {"IN": wrong if name != "root" else {**room.head("IN"), "root": "00" * 32}}
        room.say("RU", "seen", "record.seen/1", {"heads": said})
        yield refused(f"refused-seen-another-{name}", room, "fork")
    room = Played()
    room.say("RU", "seen", "record.seen/1", {"heads": {"IN": {"size": 99, "root": "00" * 32}}})
    yield partly("partly-seen-beyond", room, ADOPTED)
    yield from _cosigned()
    yield from _renewed()
    room = Played()
    stranger = Played(world="two", slug="c8")
    both = {**room.files(), **{p: d for p, d in stranger.files().items() if p.startswith("in.example")}}
    yield refused("refused-log-of-a-stranger", room, "log", "head", "terms", files={"tree": both})


def _rewrite(room: Room, side: str, seq: int, old: bytes, new: bytes) -> None:
    entries = room.sides[side].entries
    assert old in entries[seq]
    entries[seq] = entries[seq].replace(old, new)


def _cosigned() -> Iterator[Scenario]:
    def at(room: Room, note: bytes) -> Room:
        room.extra = {f"{room.room}/cosigned/{room.sides['IN'].origin}": note}
        return room

    room = Played()
    yield refused("refused-cosigned-by-nobody", at(room, room.checkpoint("IN", 8)), "head", "fork")
    room = Played()
    rewritten = Played()
    rewritten.sides["IN"].entries[9:] = [rewritten.sides["IN"].entries[8]]
    yield refused("refused-cosigned-other-entries", at(room, rewritten.checkpoint("IN", cosigned_by="RU")), "fork", "head")
    room, longer = Played(), Played()
    longer.seen("IN", "RU")
    yield refused("refused-cosigned-beyond", at(room, longer.checkpoint("IN", cosigned_by="RU")), "fork", "incomplete", "head")
    room = Played()
    note = bytearray(room.checkpoint("IN", 8, cosigned_by="RU"))
    note[-9] ^= 1
    yield refused("refused-cosignature-spoilt", at(room, bytes(note)), "head", "fork")


def renewed(end: int, change: Callable[[dict[str, Any]], None] = lambda _: None) -> tuple[Room, Cosigner]:
    """A room in which later terms gave RU another cosigning key, the first counting up to `end` entries of IN -> it, and the new key."""
    room, new = Played(), Cosigner("ru.example/mirror", seed("renewed"))
    made = room.terms_with("IN", "RU", previous=room.room)
    entry = made["sides"][1]
    entry |= {"ended": [{"cosign_key": entry["cosign_key"], "heads": {"IN": room.head("IN", end)}}], "cosign_key": new.vkey}
    change(entry)
    digest, slot = room.put(made), {"kind": "terms", "of": room.room, "step": 1}
    for side, other in (("IN", "RU"), ("RU", "IN")):
        room.seen(side, other)
    seals = {side: room.seal(side, slot, digest) for side in ("IN", "RU")}
    for side, other in (("IN", "RU"), ("RU", "IN")):
        room.seen(side, other)
        room.finding(side, seals[other])
    room.seen("IN", "RU")
    return room, new


def _renewed() -> Iterator[Scenario]:
    def at(room: Room, size: int | None, by: Cosigner | None = None) -> Room:
        key = by or room.sides["RU"].cosign
        text, lines = split_note(room.checkpoint("IN", size))
        room.extra = {f"{room.room}/cosigned/{room.sides['IN'].origin}": sign_note(text, [*lines, key.sign(text, 1_767_607_200)])}
        return room

    def other(entry: dict[str, Any]) -> None:
        entry["ended"][0]["heads"]["IN"]["root"] = "ab" * 32

    def of_nobody(entry: dict[str, Any]) -> None:
        entry["ended"][0]["heads"] = {}

    yield proven("good-cosigned-up-to-the-end-of-a-key", at(renewed(8)[0], 8), ADOPTED)
    for size in (5, None):
        room, new = renewed(8)
        yield proven(f"good-cosigned-with-the-key-that-followed-{size or 'whole'}", at(room, size, new), ADOPTED)
    for size in (9, None):
        yield refused(f"refused-cosigned-beyond-the-end-of-a-key-{size or 'whole'}", at(renewed(8)[0], size), "head", "fork")
    yield refused("refused-cosigned-with-a-key-that-ended-before-all", at(renewed(8, of_nobody)[0], 8), "head", "fork")
    yield refused("refused-another-history-than-the-end-of-a-key-names", renewed(8, other)[0], "fork")
    yield refused("refused-cosigned-by-its-own-side", at(renewed(8)[0], 8, Played().sides["IN"].cosign), "head", "fork")
    for number, bad in enumerate(([{}], [{"heads": {}}], None, [{"exchange_key": None}], [{"cosign_key": "x", "heads": {}}])):
        room, _ = renewed(8, lambda entry, bad=bad: entry.update(ended=bad))
        yield refused(f"refused-ends-of-keys-out-of-form-{number}", room, "terms", "head")


# -- what the reading of entries stops at


def folds() -> Iterator[Scenario]:
    room = Played()
    room.seal("RU", SLOT, "33" * 32, room.mandates["RU"])
    yield partly("partly-waits-for-a-manifest", room, ADOPTED)
    room = Played()
    del room.structural[room.manifest]
    yield partly("partly-manifest-left-out", room, [])
    room = Room("IN", "RU", previous="00" * 32)
    yield refused("refused-terms-that-follow-others", room, "terms")
    for name, change in {
        "key-of-a-stranger": lambda t: t["sides"][1].update(log_key=Played(world="two").sides["RU"].log.vkey),
        "key-of-the-founder": lambda t: t["sides"][0].update(log_key=Played(world="two").sides["IN"].log.vkey),
    }.items():
        yield refused(f"refused-joined-with-the-{name}", Joined(change=change), "head", "terms")
    room = Joined(answered=False)
    yield proven("good-joined-by-one-alone", room, [])


# -- seals


def seals() -> Iterator[Scenario]:
    def sealed(
        name: str,
        *why: str,
        mandate: str | None = None,
        spoil: Callable[[bytes], bytes] | None = None,
        signed: Mapping[str, Any] | None = None,
        **changed: Any,
    ) -> Scenario:
        room = Played(until="seals")
        seal = room.seal("IN", SLOT, room.manifest, room.mandates["IN"])
        theirs = room.seal("RU", SLOT, room.manifest, room.mandates["RU"] if mandate is None else mandate, signed=signed, **changed)
        if spoil:
            paper = next(p for p in reversed(room.papers))
            body = room.papers.pop(paper)
            entry = room.sides["RU"].entries.pop()
            room.raw("RU", entry.replace(paper.encode(), room.paper(spoil(body[32:]), "spoilt").encode()))
        for side, other, what in (("IN", "RU", theirs), ("RU", "IN", seal)):
            room.seen(side, other)
            room.finding(side, what)
        return refused(name, room, *why)

    other = Played(world="two")
    for name, asked in {
        "room": {"room": "44" * 32}, "side": {"side": "IN"}, "slot": {"slot": {**SLOT, "kind": "sign"}}, "manifest": {"manifest": "55" * 32}, "mandate": {"mandate": "RU/record/0"}, "heads": {"heads": {"IN": 1, "RU": 1}},
        "version": {"v": 2}, "what": {"what": "request"}, "more": {"more": 1}, "specimen": {"specimen": False}, "slug": {"slug": "c8"}, "key": {"key": "66" * 32},
    }.items():  # fmt: skip
        yield sealed(f"refused-signed-for-another-{name}", "seal", signed=asked)
    wrong = {
        "flipped": lambda d: d[:-20] + bytes([d[-20] ^ 1]) + d[-19:], "empty": lambda _: b"", "json": lambda _: b"{}", "spaces": lambda d: d.replace(b":", b": ", 1),
        "type": lambda d: d.replace(b"cochair.seal", b"cochair.leaf"), "of-the-other": lambda _: _envelope(other),
    }  # fmt: skip
    for name, spoil in wrong.items():
        yield sealed(f"refused-signature-{name}", "seal", spoil=spoil)
    yield sealed("refused-seal-under-the-others-mandate", "seal", mandate="IN/record/4")
    for name, changed in {
        "provisions": {"provisions": []}, "cites": {"cites": "77" * 32}, "parties": {"parties": ["RU", "IN"]}, "one-party": {"parties": ["IN"]}, "version": {"v": 2}, "what": {"what": "letter"}, "more": {"more": 1},
        "cut": {"cut": {"IN": 6}}, "standing": {"standing": "perhaps"}, "instrument": {"instrument": "IN/record/1"},
    }.items():  # fmt: skip
        yield _with_manifest(f"refused-manifest-{name}", changed)
    lacking = Played(until="seals")
    for field in ("originals", "signatories", "standing", "cut"):
        value = lacking.manifest_of()
        del value[field]
        yield _with_manifest(f"refused-manifest-without-{field}", {}, value)


def _envelope(room: Played) -> bytes:
    return next(data[32:] for data in room.papers.values() if b"payloadType" in data)


def _with_manifest(name: str, changed: Mapping[str, Any], value: Mapping[str, Any] | None = None) -> Scenario:
    room = Played(until="seals")
    manifest = room.put(value or room.manifest_of(**changed))
    made = {side: room.seal(side, SLOT, manifest, room.mandates[side]) for side in ("IN", "RU")}
    for side, other in (("IN", "RU"), ("RU", "IN")):
        room.seen(side, other)
        room.finding(side, made[other])
    return refused(name, room, "seal")


# -- which room is meant


def anchors() -> Iterator[Scenario]:
    room, forged = Played(), Played(world="two")
    yield Scenario("refused-forged-room", {"record.tar": bundle(forged)}, room.room, 1, ("room",))
    yield Scenario("refused-forged-room-trust-file", {"record.tar": bundle(forged)}, trust(room), 1, ("room",))
    yield Scenario("refused-forged-tree", {"tree": forged.files()}, room.room, 1, ("room",))
    yield Scenario("refused-other-key", {"record.tar": bundle(room)}, trust(room, sides={"IN": forged.sides["IN"].log.vkey}), 1, ("room",))
    yield Scenario(
        "refused-key-of-a-side-unknown", {"record.tar": bundle(room)}, trust(room, sides={"EU": forged.sides["IN"].log.vkey}), 1, ("room",)
    )
    yield Scenario("unnamed-forged-room", {"record.tar": bundle(forged)}, "", 3, (), ADOPTED)


# -- originals


def originals() -> Iterator[Scenario]:
    base = pdf()
    room = Played(originals={"IN": base})
    record = {"record.tar": bundle(room)}
    signed, second = base, base
    for side in ("IN", "RU"):
        signed = sign_pdf(signed, f"sign-{side}", person(side), signed_at="2026-01-05T10:00:00Z")
    second = sign_pdf(base, "sign-RU", person("RU"), signed_at="2026-01-05T10:00:00Z")
    yield Scenario("original-unsigned", {**record, "a.pdf": base}, room.room, 0)
    yield Scenario("original-unnamed", {**record, "a.pdf": base}, "", 3)
    yield Scenario("refused-original-without-a-record", {"a.pdf": base}, room.room, 1, ("record",))
    yield Scenario(
        "refused-original-of-a-record-without", {"record.tar": bundle(Played()), "a.pdf": base}, Played().room, 1, ("original", "record")
    )
    other = Played(world="two")
    yield Scenario("refused-original-of-another-room", {"record.tar": bundle(other), "a.pdf": base}, other.room, 1, ("original", "record"))
    rng = random.Random(13)
    for number in range(8):
        flipped = bytearray(base)
        flipped[rng.randrange(8, len(base))] ^= 1 << rng.randrange(8)
        yield Scenario(f"refused-original-flip-{number}", {**record, "a.pdf": bytes(flipped)}, room.room, 1, ("original",))
    places = [m for m in range(len(base), len(signed)) if signed[m : m + 9] in (b"/ByteRang", b"startxref", b"/Contents", b"endobj\nxr")]
    for number, at in enumerate(places):
        flipped = bytearray(signed)
        flipped[at + 10 + len(b"ref")] ^= 1
        yield Scenario(f"refused-signed-original-flip-{number}", {**record, "a.pdf": bytes(flipped)}, room.room, 1, ("original",))
    for name, data in {
        "cut": base[:-1], "byte-behind": base + b"\n", "bytes-behind-signatures": signed + b"%", "update": base + b"\n1 0 obj\n<< >>\nendobj\n", "twice": base + base, "signed-twice": second + second[len(base) :],
        "signature-cut": signed[:-1], "second-signature-alone": base + signed[len(second) :],
    }.items():  # fmt: skip
        yield Scenario(f"refused-original-{name}", {**record, "a.pdf": data}, room.room, 1, ("original",))
    yield Scenario("refused-original-beside-a-refused-record", {"record.tar": b"x" * 2000, "a.pdf": base}, room.room, 1)


__all__ = ["Scenario", "listing", "scenarios"]
