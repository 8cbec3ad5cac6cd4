"""Evidence: one small file that shows what is wrong with a log, to anybody, offline (`docs/formats/evidence.md`). Pure: bytes in, verdict out.

Rules:

1. A file proves only what signatures in it prove. It is signed by nobody; whoever wrote it cannot add to it. Nothing in it tells contents of a record but, where
   an acknowledgement is shown, that entry, which holds sizes and roots alone.
2. ``heads``: two heads that one key signed for one log. With the root that the longer one has at the size of the shorter, and the RFC 9162 proof that it has it.
   Another root there: the log has two histories, its key signed both (`fork`). The same root: whoever shows the shorter alone shows an old copy (`older-head`).
3. ``acknowledgement``: an entry of one Side's record that says how far, and with which root, it saw another Side's record; and a signed head of that record.
   Another root there (`seen-root`): one of the two Sides signed what is false; who, it does not tell. More than that head has (`seen-beyond`): only that it says so.
4. Whose the keys are the file cannot prove: a trust file does.
5. Working logs are authenticated by MACs, which both nodes can make. There is no evidence about them, by design.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.entries import decode
from cochair.ledger.merkle import MAX_PROOF, leaf_hash, verify_consistency, verify_inclusion
from cochair.ledger.notes import NOTE_LIMIT, Verifier, open_note, parse_vkey, sign_note, split_note

LIMIT = 4 * NOTE_LIMIT
Hash = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Hashes = Annotated[list[Hash], Meta(max_length=MAX_PROOF)]
Verdict = Literal["fork", "older-head", "seen-root", "seen-beyond"]


class Heads(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="heads"):
    """Two heads of one record, the shorter (or, of one size, either) first. ``prefix``: root of the second's tree at the first's size, ``proof`` that it is."""

    room: Hash
    origin: str
    key: str
    first: str
    second: str
    prefix: Hash
    proof: Hashes
    what: Literal["evidence"] = "evidence"
    v: Literal[1] = 1


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="acknowledgement"):
    """An entry ``seen`` of the record ``by``, under its head, about the record ``origin``, of which a head is shown. ``prefix`` is "" where that head is shorter."""

    room: Hash
    origin: str
    key: str
    head: str
    prefix: Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
    proof: Hashes
    by: str
    by_key: str
    by_head: str
    entry: str
    index: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    inclusion: Hashes
    what: Literal["evidence"] = "evidence"
    v: Literal[1] = 1


class Proven(NamedTuple):
    """What a file proves: `verdict`; the log that it is about; `keys`: origin -> verifier key under which it holds; `words`: whole sentences."""

    verdict: Verdict
    room: str
    origin: str
    keys: Mapping[str, str]
    words: tuple[str, ...]


def heads(room: str, key: str, first: bytes, second: bytes, prefix: bytes, proof: Sequence[bytes]) -> bytes:
    """The file about two signed heads, ``first`` not longer than ``second``. Notes are cut down to the line by ``key``; raises `Rejected` if they are not by it."""
    one, _ = _head(first.decode(errors="replace"), key)
    kept = Heads(room, one.origin, key, _own_line(first, key), _own_line(second, key), prefix.hex(), [each.hex() for each in proof])
    return _checked(kept)


def acknowledgement(
    room: str, mine: tuple[str, bytes, bytes | None, Sequence[bytes]], theirs: tuple[str, bytes, bytes, int, Sequence[bytes]]
) -> bytes:
    """The file about an acknowledgement. ``mine``: key, head, root at the size that was acknowledged (None: it is shorter), its proof; ``theirs``: key, head, entry,
    its index, its proof.
    """
    key, head, prefix, proof = mine
    by_key, by_head, entry, index, inclusion = theirs
    about, _ = _head(head.decode(errors="replace"), key)
    by, _ = _head(by_head.decode(errors="replace"), by_key)
    kept = Acknowledgement(
        room, about.origin, key, _own_line(head, key), prefix.hex() if prefix else "", [each.hex() for each in proof],
        by.origin, by_key, _own_line(by_head, by_key), entry.decode(), index, [each.hex() for each in inclusion],
    )  # fmt: skip
    return _checked(kept)


def two_heads(data: bytes) -> list[bytes]:
    """The two heads in a file of that kind, as notes; none of another kind, or of what is no such file."""
    value = canonical.loads(data.removesuffix(b"\n"), limit=LIMIT)
    named = [value.get("first"), value.get("second")] if isinstance(value, dict) else []
    return [note.encode() for note in named if isinstance(note, str)]


def _checked(kept: Heads | Acknowledgement) -> bytes:
    data = canonical.dumps(msgspec.to_builtins(kept)) + b"\n"
    check(data)  # what we give out holds
    return data


def check(data: bytes) -> Proven:
    """What a file of evidence proves, for the keys in it. Raises `Rejected` if it proves nothing."""
    try:
        plain = canonical.loads(data.removesuffix(b"\n"), limit=LIMIT)
        kept = msgspec.convert(plain, Heads | Acknowledgement, strict=True)
    except (Rejected, msgspec.ValidationError) as error:
        raise Rejected(f"This is not a file of evidence: {error}", "Ask for it again; its form is in docs/formats/evidence.md") from None
    return _check_heads(kept) if isinstance(kept, Heads) else _check_acknowledgement(kept)


def _check_heads(kept: Heads) -> Proven:
    first, key = _head(kept.first, kept.key)
    second, _ = _head(kept.second, kept.key)
    if not first.origin == second.origin == kept.origin:
        raise Rejected("The two heads are not of the log that is named", "Do not rely on this file")
    if first.size > second.size:
        raise Rejected("The longer head stands first", "Do not rely on this file")
    prefix = bytes.fromhex(kept.prefix)
    verify_consistency(first.size, prefix, second.size, second.root, [bytes.fromhex(each) for each in kept.proof])
    side = parse_origin(kept.origin).side
    said = f"The key of {side} signed a head of {first.size} and a head of {second.size} entries of {kept.origin}"
    if prefix == first.root:
        return Proven(
            "older-head", kept.room, kept.origin, {kept.origin: key},
            (
                f"{said}; the longer one goes on from the shorter",
                f"It proves that the log had {second.size} entries: whoever shows no more than {first.size} shows an old copy. It proves nothing false",
            ),
        )  # fmt: skip
    return Proven(
        "fork", kept.room, kept.origin, {kept.origin: key},
        (
            f"{said}; the longer one does not go on from the shorter",
            f"It proves that this log has two histories and that the key of {side} signed both. Which of them is true it does not say",
        ),
    )  # fmt: skip


def _check_acknowledgement(kept: Acknowledgement) -> Proven:
    mine, key = _head(kept.head, kept.key)
    theirs, by_key = _head(kept.by_head, kept.by_key)
    parts, by = parse_origin(kept.origin), parse_origin(kept.by)
    if (mine.origin, theirs.origin) != (kept.origin, kept.by) or parts.side == by.side or by.log != RECORD:
        raise Rejected("The heads are not of the two records that are named", "Do not rely on this file")
    data = kept.entry.encode()
    verify_inclusion(leaf_hash(data), kept.index, theirs.size, [bytes.fromhex(each) for each in kept.inclusion], theirs.root)
    entry = decode(data)
    if (entry.log, entry.room, entry.seq, entry.kind) != (kept.by, kept.room, kept.index, "seen"):
        raise Rejected("The entry is no acknowledgement by the record that is named", "Do not rely on this file")
    said = entry.body.get("heads", {})
    head = said.get(parts.side) if isinstance(said, dict) else None
    size, root = (head.get("size"), head.get("root")) if isinstance(head, dict) else (None, None)
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Rejected(f"The entry acknowledges nothing of {parts.side}", "Do not rely on this file")
    begin = f"{by.side} acknowledged {size} entries of {kept.origin} (its entry {kept.index}, under its signature)"
    keys = {kept.origin: key, kept.by: by_key}
    if not kept.prefix:
        if size <= mine.size or kept.proof:
            raise Rejected("The file lacks the root that the log has at that size", "Do not rely on this file")
        return Proven(
            "seen-beyond", kept.room, kept.origin, keys,
            (
                f"{begin}; the head of {parts.side} that is shown has {mine.size}",
                f"It proves that {by.side} says so. Whether {parts.side} ever wrote more, only a head under the key of {parts.side} would prove",
            ),
        )  # fmt: skip
    prefix = bytes.fromhex(kept.prefix)
    verify_consistency(size, prefix, mine.size, mine.root, [bytes.fromhex(each) for each in kept.proof])
    if prefix.hex() == root:
        raise Rejected("The acknowledgement is right: the log has that root at that size", "It is evidence of nothing")
    return Proven(
        "seen-root", kept.room, kept.origin, keys,
        (
            f"{begin} with another root than {parts.side} signed there",
            f"It proves that one of the two signed what is not so: {parts.side} showed {by.side} another log, or {by.side} acknowledged what it had not seen",
        ),
    )  # fmt: skip


def _head(note: str, key: str) -> tuple[Checkpoint, str]:
    """The head of a note by ``key``, and the key in its one form. The key must be named after the log: it can vouch for no other."""
    verifier = Verifier(key)
    checkpoint = Checkpoint.parse(open_note(note.encode(), [verifier]).text)
    parts = parse_origin(checkpoint.origin)
    if parts.log != RECORD and verifier.name != checkpoint.origin:
        raise Rejected("The key is not that of the log", "Do not rely on this file")
    if verifier.name != str(parts._replace(log=RECORD)) and verifier.name != checkpoint.origin:
        raise Rejected("The key is named for another log than the head", "Do not rely on this file")
    return checkpoint, verifier.vkey


def _own_line(note: bytes, key: str) -> str:
    text, lines = split_note(note)
    name, _ = parse_vkey(key)
    own = [line for line in lines if line.name == name and line.key_id == Verifier(key).key_id]
    return sign_note(text, own).decode()


def is_evidence(data: bytes) -> bool:
    """Whether bytes look like a file of evidence (its first member tells), before they are checked."""
    value: Any = None
    try:
        value = canonical.loads(data.removesuffix(b"\n"), limit=LIMIT)
    except Rejected:
        return False
    return isinstance(value, dict) and value.get("what") == "evidence"
