"""`cochair verify`: is this what the Sides sealed? Offline, without account, database or Django; nothing in the files is believed.

Rules:

1. Bundles and folders are replayed (`cli.replay`). A PDF is checked against the acts that were sealed in them: length and digest of the original, the
   signatures, and nothing else behind it.
2. An **anchor** says which room is meant: its id, or a trust file (``{"v":1,"what":"trust","room":…,"sides":{"IN":"<log key>",…}}``), got by another way than the
   files. Names inside the files are worth nothing: anybody can write them.
3. The verdict: 0 proven; 1 refused, with the reason; 3 consistent in itself, but nothing says whose keys these are: the fingerprint is to be compared;
   4 proven up to the heads that are named, while a Side's log cannot be read beyond (a later version wrote there, or something was not given along). The worst
   file decides: refused, then unknown, then in part. What was agreed at the heads that were reached stays agreed, so an original is proven all the same.
4. One file that is refused does not keep the others from being looked at.
5. A file of evidence (`record.evidence`) is checked by itself: it proves something for the keys that it names; whose they are, a trust file says.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from cochair.cli.replay import Agreed, Replayed, replay, rooms_in
from cochair.exchange import bundle, unpacking
from cochair.kit import canonical
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.kit.ids import check_hex, parse_origin
from cochair.ledger import notes
from cochair.ledger.keychanges import claimed
from cochair.ledger.papers import open_structural
from cochair.paper.check import check_limited
from cochair.paper.model import field_name
from cochair.protocol.manifest import OriginalPart
from cochair.record import evidence
from cochair.record.changes import FILE, FILE_LIMIT, parse_notes

PROVEN, REFUSED, UNKNOWN, PARTLY = 0, 1, 3, 4
TRUST_LIMIT = 64 * 1024
PDF_LIMIT = 64 * 1024 * 1024


class Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which room is meant and, where they are known, the keys of its Sides' records (from a trust file)."""

    room: str
    sides: dict[str, str] = {}
    what: str = "trust"
    v: int = 1


@dataclass(frozen=True)
class Line:
    """What was found of one file. ``status`` is that of the verdict; ``words`` say it, ``next_step`` what to do where it was refused."""

    file: str
    status: int
    words: str
    next_step: str = ""
    details: tuple[str, ...] = ()


@dataclass
class Verdict:
    """The answer. ``specimen``: what was checked says of itself that it is no act of any state."""

    status: int = PROVEN
    lines: list[Line] = field(default_factory=list)
    room: str = ""
    specimen: bool = False
    fingerprint: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Put one line; the worst status stays."""
        self.lines.append(line)
        order = (PROVEN, PARTLY, UNKNOWN, REFUSED)
        self.status = max(self.status, line.status, key=order.index)

    @property
    def refusals(self) -> list[Line]:
        """The lines that refuse."""
        return [line for line in self.lines if line.status == REFUSED]


def verify(files: Sequence[Path], anchor: Anchor | None = None) -> Verdict:
    """Check bundles, folders and PDFs together. Raises `CochairError` only for names that lead to nothing; what is wrong in a file is a line."""
    if not files:
        raise CochairError("No file was named", "Name a bundle, a folder, or a bundle with the PDFs to be checked against it")
    if lost := [path for path in files if not path.exists()]:
        raise NotFound(f"There is no file {lost[0]}", "Check the name")
    verdict = Verdict()
    read: list[Replayed] = []
    pdfs = [path for path in files if path.is_file() and _begins(path, b"%PDF-")]
    proofs = [path for path in files if path.is_file() and _begins(path, b"{")]
    for path in proofs:
        verdict.add(check_evidence(path, anchor))
    for path in (path for path in files if path not in (*pdfs, *proofs)):
        try:
            found = _record(path, anchor)
            _compare(found, read)
        except CochairError as error:
            verdict.add(Line(path.name, REFUSED, error.what, error.next_step))
            continue
        read.append(found)
        verdict.add(_line(path, found, anchor))
        verdict.room, verdict.keys = found.room, found.keys
        verdict.states[path.name] = found.state
        verdict.specimen |= found.specimen
    for path in pdfs:
        verdict.add(_pdf(path, read, anchor, refused=bool(verdict.refusals)))
    verdict.fingerprint = fingerprint(verdict.room) if verdict.room else ""
    return verdict


def check_evidence(path: Path, anchor: Anchor | None) -> Line:
    """What one file of evidence proves: PROVEN under keys that the trust file pins, UNKNOWN under keys that nobody vouched for, REFUSED if it proves nothing."""
    try:
        with path.open("rb") as file:
            found = evidence.check(file.read(evidence.LIMIT + 1))
        pinned = {origin: anchor.sides.get(parse_origin(origin).side) if anchor else None for origin in found.keys}
        if anchor is not None and found.room != anchor.room:
            raise Rejected("It is about another room than the one that you named", f"Give the trust file of the room {found.room[:16]}…")
        if other := [origin for origin, key in found.keys.items() if pinned[origin] not in (None, key)]:
            raise Rejected(
                f"The key of {other[0]} is not the one in the trust file",
                "Do not rely on it: anybody can make such a file with keys of his own",
            )
    except CochairError as error:
        return Line(path.name, REFUSED, error.what, error.next_step)
    details = (*found.words, *(f"{origin}: {key}" for origin, key in found.keys.items()))
    words = f"evidence, {EVIDENCE[found.verdict]}"
    if all(pinned.values()):
        return Line(path.name, PROVEN, f"{words}; under the keys that the trust file names", "", details)
    return Line(
        path.name,
        UNKNOWN,
        f"{words}; whose keys these are is not known",
        "Compare the keys with both Sides, or give a trust file with --room",
        details,
    )


EVIDENCE = {
    "fork": "one log with two histories",
    "older-head": "a log was longer than what is shown of it now",
    "seen-root": "an acknowledgement and a log that contradict each other",
    "seen-beyond": "an acknowledgement of more than the log has",
}


def fingerprint(room: str) -> str:
    """A room's id in groups of four, as people read it to each other."""
    return " ".join(room[at : at + 4] for at in range(0, len(room), 4))


def read_anchor(given: str) -> Anchor:
    """A room's id (blanks do not matter), or the name of a trust file -> Anchor. Raises `CochairError`."""
    plain = "".join(given.split()).lower()
    if len(plain) == 64 and not Path(given).exists():
        return Anchor(check_hex(plain, 32))
    try:
        data = Path(given).read_bytes()[: TRUST_LIMIT + 1]
    except OSError:
        raise NotFound(
            f"{given[:80]!r} is neither the id of a room nor a trust file", "Give the 64 digits of the room's id, or the name of the file"
        ) from None
    try:
        anchor = msgspec.json.decode(canonical.dumps(canonical.loads(data.strip(), limit=TRUST_LIMIT)), type=Anchor, strict=True)
    except (msgspec.DecodeError, Rejected) as error:
        raise Rejected(
            f"{given} is not a trust file: {error}", "Ask for it again, by another way than the files that it is to prove"
        ) from None
    if anchor.what != "trust" or anchor.v != 1:
        raise Rejected(f"{given} is not a trust file of a known version", "Ask for it again")
    check_hex(anchor.room, 32)
    return anchor


def trust_file(room: str, keys: Mapping[str, str]) -> bytes:
    """The bytes of a trust file."""
    return canonical.dumps({"v": 1, "what": "trust", "room": room, "sides": dict(keys)}) + b"\n"


def _begins(path: Path, start: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(start)) == start
    except OSError as error:
        raise CochairError(f"{path} cannot be read: {error.strerror}", "Check the name of the file") from None


def _record(path: Path, anchor: Anchor | None) -> Replayed:
    """The record in a bundle or folder, of the room that the anchor means."""
    if path.is_dir():
        rooms = rooms_in(path)
        if not rooms:
            raise Rejected("The folder holds no room", "Name the folder that a bundle was unpacked into, or that a node publishes")
        return _anchored(replay(path, anchor.room if anchor and anchor.room in rooms else rooms[0]), anchor)
    header = unpacking.peek(path)
    if header.since:
        raise Rejected(
            "The bundle carries only what was new: it goes on from what its reader holds",
            "Ask for a whole one: cochair bundle write --record-only",
        )
    with unpacking.read(path, verifiers=_sender(path, header)) as opened:
        found = _anchored(replay(opened.folder, header.room), anchor)
    chain = found.chains.get(header.side)
    try:
        if header.side not in found.keys or chain is None:
            raise Rejected("it is no Side of the terms in force")
        notes.open_note(unpacking.note_of(path), [notes.Verifier(chain.newest)])
    except Rejected:
        raise Rejected(
            f"The bundle is signed for {header.side} by another key than signs its record now", "Do not trust this copy"
        ) from None
    return found


def _anchored(found: Replayed, anchor: Anchor | None) -> Replayed:
    """Refuse a room that fits together and is not the one that is meant: names are copied easily, the digest of the founding terms is not."""
    if anchor is not None and found.room != anchor.room:
        raise Rejected(
            f"It fits together in itself, calls itself “{found.slug}” and names {' and '.join(found.keys)}, but it is another room than the one that you named",
            f"Ask the sender for the bundle of the room {anchor.room[:16]}…; this one is {found.room[:16]}…",
        )
    for side, key in (anchor.sides if anchor else {}).items():
        if side not in found.keys and found.unread:
            continue  # it is not yet a Side at the heads that were reached; its key is not in question
        chain = found.chains.get(side)
        if chain is None or key not in (chain.first, chain.newest):
            raise Rejected(
                f"The key of {side} is not the one in the trust file",
                "Do not trust this copy: another key stands in the place of that Side",
            )
    return found


def _sender(path: Path, header: bundle.Header) -> list[notes.LineVerifier]:
    """Whose signature on the bundle's note can be looked for: the keys that its own terms name for the sender. Whether these count is settled by the replay."""
    keys = _keys(path, header)
    if not keys:
        raise Rejected(f"The bundle holds no terms that name {header.side}, who is said to have sent it", "Ask for a bundle of the record")
    return [notes.Verifier(key) for key in keys]


def _keys(path: Path, header: bundle.Header) -> list[str]:
    found: list[str] = []
    try:
        for name, data in unpacking.skim(path, f"{header.room}/structural", TRUST_LIMIT):
            with suppress(Rejected):  # said by the strict reading that follows
                for key in _named(open_structural(data, name), header.side):
                    found.append(key)
                    found += _later(path, notes.parse_vkey(key)[0])
    except Rejected:
        pass  # likewise
    return sorted(set(found))


def _later(path: Path, origin: str) -> list[str]:
    """Keys that stand beside the sender's checkpoint. Whether they count is settled by the replay."""
    for name, data in unpacking.skim(path, origin, FILE_LIMIT):
        if name == FILE:
            return [claimed(note).key for note in parse_notes(data)]
    return []


def _named(terms: Any, side: str) -> list[str]:
    if not isinstance(terms, dict) or terms.get("what") != "terms" or not isinstance(terms.get("sides"), list):
        return []
    return [
        str(one["log_key"])
        for one in terms["sides"]
        if isinstance(one, dict) and one.get("side") == side and isinstance(one.get("log_key"), str)
    ]


def _compare(found: Replayed, others: Sequence[Replayed]) -> None:
    """Two copies of one log must be one log: of the shorter each entry stands in the longer."""
    for other in others:
        for origin, leaves in found.leaves.items():
            theirs = other.leaves.get(origin, []) if other.room == found.room else []
            length = min(len(leaves), len(theirs))
            if leaves[:length] != theirs[:length]:
                raise Rejected(
                    f"The log {origin} is another one in the other file, under the same key",
                    "Keep both files: together they prove that its node forked",
                )


def _line(path: Path, found: Replayed, anchor: Anchor | None) -> Line:
    details = (*found.notes, *(f"not checked: {each}" for each in found.unread))
    if anchor is None:
        words = "consistent in itself; whose keys these are is not known: compare this fingerprint"
        return Line(path.name, UNKNOWN, words, f"Compare with both Sides, by another way: {fingerprint(found.room)}", details)
    late = [side for side in found.keys if side not in anchor.sides and side not in found.founders]
    if late:
        details += (
            f"the room's id vouches for its founder's keys; those of {', '.join(late)} by the terms that it sealed. A trust file pins every Side's",
        )
    if found.unread:
        words = "proven up to the heads below: the record of the room that you named, unchanged; what stands behind them could not be read"
        return Line(
            path.name, PARTLY, words, "For the rest, check it with a newer Cochair, or ask both Sides for a complete bundle", details
        )
    return Line(path.name, PROVEN, "proven: the record of the room that you named, complete and unchanged", "", details)


def _pdf(path: Path, read: Sequence[Replayed], anchor: Anchor | None, *, refused: bool) -> Line:
    if path.stat().st_size > PDF_LIMIT:
        return Line(path.name, REFUSED, f"The file has more than {PDF_LIMIT} bytes", "An original is far smaller")
    data = path.read_bytes()
    known = [(act, part) for one in read for act in one.agreed for part in act.manifest.originals]
    if not known:
        why = "The record that it was to be checked against was refused" if refused else "Nothing says what it should be"
        return Line(path.name, REFUSED, why, "Name the bundle of the record beside it, one in which the protocol is signed")
    matching = [
        (act, part) for act, part in known if hashlib.sha256(data[: part.length]).hexdigest() == part.sha256 and part.length <= len(data)
    ]
    whole = hashlib.sha256(data).hexdigest()
    for one in read:
        for act in one.agreed:
            if whole in act.scans:
                words = f"attested, not proven: {' and '.join(act.scans[whole])} state that this scan is the {act.manifest.kind} as done in ink ({act.manifest.slot.kind})"
                return Line(path.name, UNKNOWN, words, "Look at it beside the originals: no program compares a scan with the text")
    if not matching:
        lengths = sorted({part.length for _, part in known if part.length <= len(data)})
        beyond = (
            f"its first {' or '.join(map(str, lengths))} bytes are not those that were sealed"
            if lengths
            else "it is shorter than any that was sealed"
        )
        return Line(
            path.name, REFUSED, f"It is not an original that the Sides sealed: {beyond}", "Take the original again from either Side's node"
        )
    act, part = matching[-1]
    return _checked(path, data, act, part, UNKNOWN if anchor is None else PROVEN)


def _checked(path: Path, data: bytes, act: Agreed, part: OriginalPart, status: int) -> Line:
    sides = [one.side for one in act.manifest.signatories]
    pinned = {field_name(side): act.certificates[side] for side in sides if side in act.certificates}
    certificates = pinned if len(pinned) == len(sides) and all(pinned.values()) else None
    answer = check_limited(
        data, length=part.length, digest=part.sha256, fields=[field_name(side) for side in sides], certificates=certificates
    )
    if not answer.good:
        return Line(path.name, REFUSED, answer.words, "Take the original again from either Side's node")
    found = [one.field for one in answer.signatures]
    for one in answer.signatures:
        if pinned.get(one.field, one.signer.certificate_digest) != one.signer.certificate_digest:
            lacks = pinned[one.field] == ""
            words = f"{one.field} is signed, and the certificate that the mandate names " + (
                "was not given along" if lacks else "is another"
            )
            return Line(
                path.name, REFUSED, words, "Ask for the bundle with the certificates of the mandates" if lacks else "Do not trust this copy"
            )
    if found and any(name not in pinned for name in found):  # by whom, nothing in the record says
        status = UNKNOWN
    if found and (lost := [side for side in sides if field_name(side) not in found]):
        words = f"The original is right, but the signature of {' and '.join(lost)} is missing"
        return Line(path.name, REFUSED, words, "Take the finished original again from either Side's node")
    details = [f"the original of {part.holder}, languages {', '.join(part.languages)}, {part.length} bytes as sealed"]
    details += [
        f"{one.field}: signed, by the certificate that the mandate names"
        if one.field in pinned
        else f"{one.field}: signed; no mandate names a certificate"
        for one in answer.signatures
    ]
    words = answer.words if status == PROVEN else f"{answer.words}; whose keys these are is not known"
    return Line(path.name, status, words, "" if status == PROVEN else "Compare the fingerprint of the room with both Sides", tuple(details))
