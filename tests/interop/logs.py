"""Logs written by our own code, and questions about them, good and forged, each with our own verdict: what foreign programs are asked.

A `Log` is a tree of tiles on the disk that grows; of each wanted size it keeps the signed and cosigned checkpoint. SPECIMEN keys, made anew each time.
"""

import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.sample import ORIGIN, entry

from cochair.kit.errors import Rejected
from cochair.ledger import checkpoints, cosignatures, merkle, notes, tiles
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.tiles import WIDTH, Tile

TIME = 1_700_000_000


class Question(NamedTuple):
    """``ask``: the foreign question; ``ours``: our own verdict; ``what``: the class of it; ``explained``: why the two may differ, by what is written down."""

    what: str
    ask: dict[str, Any]
    ours: bool
    explained: str = ""


class Log:
    """One log of ours that grows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signer = notes.LogSigner(ORIGIN, secrets.token_bytes(32))
        self.cosigner = cosignatures.Cosigner("ru.example/c7/RU/mirror", secrets.token_bytes(32))
        self.stranger = notes.LogSigner(ORIGIN, secrets.token_bytes(32))
        self.leaves: list[bytes] = []
        self.notes: dict[int, bytes] = {}
        self._rest: list[bytes] = []

    @property
    def keys(self) -> list[str]:
        return [self.signer.vkey, self.cosigner.vkey]

    def grow(self, sizes: Iterable[int]) -> None:
        """Write entries, tiles, bundles and checkpoints up to each size."""
        for size in sizes:
            old = len(self.leaves)
            first = old // WIDTH * WIDTH
            run = [*self._rest, *(entry(number) for number in range(old, size))]
            self.leaves += [merkle.leaf_hash(data) for data in run[old - first :]]
            for tile in tiles.bundles_for(size, old):
                at = tile.index * WIDTH - first
                self._put(tile, tiles.bundle_encode(run[at : at + tile.width]))
            for tile in tiles.tiles_for(size, old):
                self._put(tile, tiles.hash_tile(self.leaves, tile.level or 0, tile.index, tile.width))
            self._rest = run[size // WIDTH * WIDTH - first :]
            self.notes[size] = self.sign(Checkpoint(ORIGIN, size, merkle.root(self.leaves)))

    def sign(self, point: Checkpoint) -> bytes:
        text = point.text()
        return notes.sign_note(text, [self.signer.sign(text), self.cosigner.sign(text, TIME)])

    def root(self, size: int) -> bytes:
        return Checkpoint.parse(notes.split_note(self.notes[size])[0]).root

    def entry(self, index: int) -> bytes:
        return entry(index)

    def _put(self, tile: Tile, data: bytes) -> None:
        path = self.folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def holds(check: Callable[[], object]) -> bool:
    """Our verdict."""
    try:
        check()
    except Rejected:
        return False
    return True


def flip(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


def spots(size: int, rng: random.Random, more: int) -> list[int]:
    """Some indexes of a log."""
    return sorted({0, size - 1, size // 2, *(rng.randrange(size) for _ in range(more))})


# --- proofs ---


def record_questions(log: Log, size: int, rng: random.Random, more: int = 3) -> Iterator[Question]:
    """Inclusion proofs of a size, and spoilt ones."""
    leaves, root = log.leaves[:size], log.root(size)
    for index in spots(size, rng, more):
        good = {
            "kind": "record",
            "size": size,
            "root": root,
            "index": index,
            "leaf": leaves[index],
            "proof": merkle.inclusion_proof(leaves, index),
        }
        yield _record("inclusion", good)
        for what, change in _spoilt(good, "leaf", rng):
            yield _record(what, {**good, **change})


def tree_questions(log: Log, size: int, rng: random.Random, more: int = 2) -> Iterator[Question]:
    """Consistency proofs to a size, and spoilt ones."""
    leaves, root = log.leaves[:size], log.root(size)
    for old in sorted({1, size, *(1 + one for one in spots(size, rng, more))}):
        proof = merkle.consistency_proof(leaves, old)
        good = {"kind": "tree", "size": size, "root": root, "old": old, "old_root": merkle.root(leaves[:old]), "proof": proof}
        yield _tree("consistency", good)
        for what, change in _spoilt(good, "old_root", rng):
            yield _tree(what, {**good, **change})
    zero = {"kind": "tree", "size": size, "root": root, "old": 0, "old_root": merkle.EMPTY_ROOT, "proof": []}
    yield _tree("consistency from 0", zero, "x/mod proves nothing of an empty log; by our rule every log continues it, with an empty proof")


def _spoilt(good: dict[str, Any], first: str, rng: random.Random) -> list[tuple[str, dict[str, Any]]]:
    proof, size = good["proof"], good["size"]
    number = "index" if first == "leaf" else "old"
    ways: list[tuple[str, dict[str, Any]]] = [
        (f"flipped {first}", {first: flip(good[first], rng)}),
        ("wrong root", {"root": flip(good["root"], rng)}),
        ("hash too many", {"proof": [*proof, rng.randbytes(32)]}),
        ("hash put in front", {"proof": [rng.randbytes(32), *proof]}),
        ("proof to another size", {"size": size + 1}),
        ("another place", {number: (good[number] + 1 + rng.randrange(3)) % (size + 3)}),
    ]
    if proof:
        at = rng.randrange(len(proof))
        ways += [
            ("hash missing", {"proof": proof[:at] + proof[at + 1 :]}),
            ("hash flipped", {"proof": [*proof[:at], flip(proof[at], rng), *proof[at + 1 :]]}),
            ("hash cut", {"proof": [*proof[:at], proof[at][:-1], *proof[at + 1 :]]}),
            ("hashes the other way round", {"proof": proof[::-1]}),
            ("empty proof", {"proof": []}),
        ]
    return ways


def _record(what: str, ask: dict[str, Any]) -> Question:
    return Question(
        f"inclusion: {what}" if what != "inclusion" else what,
        ask,
        holds(lambda: merkle.verify_inclusion(ask["leaf"], ask["index"], ask["size"], ask["proof"], ask["root"])),
    )


def _tree(what: str, ask: dict[str, Any], explained: str = "") -> Question:
    if ask["old"] == 0 and not explained:
        explained = "x/mod proves nothing of an empty log"
    return Question(
        f"consistency: {what}" if not what.startswith("consistency") else what,
        ask,
        holds(lambda: merkle.verify_consistency(ask["old"], ask["old_root"], ask["size"], ask["root"], ask["proof"])),
        explained,
    )


# --- notes ---

_STRICTER = {
    "two lines of one key": "Go passes over the second line of a key; we refuse the note",
    "17 lines": "Go reads 100 lines; we read 16",
    "base64 with bits left over": "Go's decoder lets the unused bits be anything; we read one form only",
    "control character in the text": "Go refuses what is below 0x20; we refuse 0x7f too",
}


def note_questions(log: Log, size: int, rng: random.Random) -> Iterator[Question]:
    """The signed and cosigned checkpoint of a size, and forged ones."""
    note = log.notes[size]
    text, lines = notes.split_note(note)
    both, line = log.keys, lines[0]
    yield _note("note", note, both)
    yield _note("note by the log's key alone", note, both[:1])
    yield _note("note by the cosigner's key alone", note, both[1:])
    yield _note("nobody's key", note, [log.stranger.vkey])
    broken = [line._replace(blob=flip(line.blob, rng)), lines[1]]
    yield _note("flipped signature", notes.sign_note(text, broken), both)
    broken = [line, lines[1]._replace(blob=flip(lines[1].blob, rng))]
    yield _note("flipped cosignature or its time", notes.sign_note(text, broken), both)
    yield _note("signature of another size", notes.sign_note(Checkpoint(ORIGIN, size + 1, log.root(size)).text(), lines), both)
    yield _note("signature of another root", notes.sign_note(Checkpoint(ORIGIN, size, flip(log.root(size), rng)).text(), lines), both)
    yield _note("signature under another's key id", notes.sign_note(text, [log.stranger.sign(text)._replace(key_id=line.key_id)]), both)
    yield _note("cosignature as the log's", notes.sign_note(text, [line._replace(blob=lines[1].blob[8:])]), both)
    yield _note("cut", note[: rng.randrange(len(note))], both)
    yield _note("carriage returns", note.replace(b"\n", b"\r\n"), both)
    yield _note("no empty line", note.replace(b"\n\n", b"\n"), both)
    yield _note("no dash", note.replace("—".encode(), b"-"), both)
    for what, changed in (
        ("leading zero", f"0{size}"),
        ("sign", f"+{size}"),
        ("negative", f"-{size}"),
        ("no number", "x"),
        ("too large", "9" * 19),
    ):
        bad = text.replace(f"\n{size}\n", f"\n{changed}\n", 1)
        yield _note(f"signed, but the size has {what}", notes.sign_note(bad, [log.signer.sign(bad)]), both)
    short = f"{ORIGIN}\n{size}\n"
    yield _note("signed, but no root", notes.sign_note(short, [log.signer.sign(short)]), both)
    yield _note("two lines of one key", note + f"{line}\n".encode(), both)
    many = b"".join(f"{log.stranger.sign(text)._replace(name=f'x{n}')}\n".encode() for n in range(15))
    yield _note("17 lines", note + many, both)
    loose = str(line).encode()
    wrong = loose[:-2] + bytes([loose[-2] + 1]) + loose[-1:] if loose.endswith(b"=") else loose[:-1] + bytes([loose[-1] + 1])
    if loose.endswith((b"A=", b"Q=", b"g=", b"w=", b"E=", b"I=", b"M=", b"U=", b"Y=", b"c=", b"k=", b"o=", b"s=", b"0=", b"4=", b"8=")):
        yield _note("base64 with bits left over", note.replace(loose, wrong), both)


def _note(what: str, note: bytes, keys: list[str]) -> Question:
    return Question(
        what if what.startswith("note") else f"note: {what}",
        {"kind": "note", "note": note, "keys": keys},
        bool(opened(note, keys)),
        _STRICTER.get(what, ""),
    )


def opened(note: bytes, keys: list[str]) -> tuple[str, ...]:
    """Whose lines we find good; () if we refuse the note."""
    try:
        known = [cosignatures.CosignatureVerifier(key) if "mirror+" in key else notes.Verifier(key) for key in keys]
        found = notes.open_note(note, known)
        checkpoints.Checkpoint.parse(found.text)
    except Rejected:
        return ()
    return found.verified


# --- whole logs on the disk ---


class Whole(NamedTuple):
    """A question about tiles and entries on the disk; where it is good, the proofs that ours makes."""

    question: Question
    records: list[list[bytes]]
    trees: list[list[bytes]]


def whole_questions(log: Log, size: int, rng: random.Random, more: int = 2) -> Iterator[Whole]:
    """The log as files, and the same with one file changed."""
    leaves = log.leaves[:size]
    indexes, olds = spots(size, rng, more), sorted({1, size, *(1 + one for one in spots(size, rng, more))})
    ask = {"kind": "log", "note": log.notes[size], "keys": log.keys, "dir": str(log.folder.resolve()), "indexes": indexes, "olds": olds}
    records = [merkle.inclusion_proof(leaves, one) for one in indexes]
    trees = [merkle.consistency_proof(leaves, one) for one in olds]
    yield Whole(Question("log on the disk", ask, verdict(log, size, {})), records, trees)
    index = rng.choice(indexes)
    bundle = next(one for one in tiles.bundles_for(size) if one.index == index // WIDTH)
    entries = tiles.bundle_decode((log.folder / bundle.path).read_bytes())
    entries[index % WIDTH] = flip(entries[index % WIDTH], rng)
    overlay = {bundle.path: tiles.bundle_encode(entries)}
    yield Whole(Question("log: flipped entry", {**ask, "indexes": [index], "overlay": overlay}, verdict(log, size, overlay)), [], [])
    tile = Tile(0, index // WIDTH, bundle.width)
    overlay = {tile.path: _flip_hash((log.folder / tile.path).read_bytes(), index % WIDTH, rng)}
    yield Whole(Question("log: flipped tile", {**ask, "indexes": [index], "overlay": overlay}, verdict(log, size, overlay)), [], [])
    if size > 1 and size - 1 in log.notes:  # the files of a larger log, the head of a smaller one with the larger one's root, signed
        liar = log.sign(Checkpoint(ORIGIN, size, log.root(size - 1)))
        yield Whole(Question("log: head with an older root", {**ask, "note": liar}, verdict(log, size, {}, note=liar)), [], [])


def _flip_hash(data: bytes, place: int, rng: random.Random) -> bytes:
    at = place * 32
    return data[:at] + flip(data[at : at + 32], rng) + data[at + 32 :]


def verdict(log: Log, size: int, overlay: dict[str, bytes], *, note: bytes | None = None) -> bool:
    """Ours on a log in files: the head's signatures, every hash tile against the entries, the root."""
    from cochair.ledger.verify import verify_log

    def read(tile: Tile) -> bytes:
        return overlay[tile.path] if tile.path in overlay else (log.folder / tile.path).read_bytes()

    def check() -> None:
        found = notes.open_note(
            note or log.notes[size], [notes.Verifier(log.signer.vkey), cosignatures.CosignatureVerifier(log.cosigner.vkey)]
        )
        verify_log((read(tile) for tile in tiles.bundles_for(size)), Checkpoint.parse(found.text))
        for tile in tiles.tiles_for(size):
            if tile.path in overlay and read(tile) != tiles.hash_tile(log.leaves[:size], tile.level or 0, tile.index, tile.width):
                raise Rejected(f"The tile {tile.path} does not have the hashes of the entries")

    return holds(check)
