"""Entries, papers, notes, tiles, proofs."""

import contextlib

from cochair.kit import canonical, ids
from cochair.kit.errors import Rejected
from cochair.ledger import checkpoints, entries, merkle, notes, papers, tiles
from tests.simulators.parsers.common import (
    LOG,
    OTHER,
    VERIFIERS,
    Parser,
    manifest_sample,
    same,
    signed,
    text,
    vectors,
)
from tests.vectors import make


def entry() -> Parser:
    def read(data: bytes) -> None:
        try:
            one = entries.decode(data)
        except Rejected:
            entries.check_run([data], make.ORIGIN, make.ROOM, 0)
            raise AssertionError("a run holds what is not an entry") from None
        same(entries.encode(one), data)
        entries.check_run([data], one.log, one.room, one.seq)

    return Parser(read, vectors("entry", "bytes"))


def canonical_json() -> Parser:
    return Parser(lambda data: same(canonical.dumps(canonical.loads(data)), data), vectors("canonical", "bytes")[6:])


def structural() -> Parser:
    def read(data: bytes) -> None:
        same(papers.structural_bytes(papers.open_structural(data, papers.structural_digest(data))), data)

    return Parser(read, (*vectors("structural", "bytes"), manifest_sample()))


def paper() -> Parser:
    def read(data: bytes) -> None:
        salt, inner = papers.open_paper(data)
        same(papers.store_paper(salt, inner), data)
        papers.check_paper(data, papers.paper_id(salt, inner))

    return Parser(read, (bytes(range(32)) + b"SPECIMEN",))


def note() -> Parser:
    def read(data: bytes) -> None:
        notes.open_note(data, VERIFIERS)
        same(notes.sign_note(*notes.split_note(data)), data)

    return Parser(read, vectors("note", "note"), (b"\xe2\x80\x94 ",), vectors("log", "checkpoint"), signed(LOG))


def checkpoint() -> Parser:
    return Parser(lambda data: same(checkpoints.Checkpoint.parse(text(data)).text().encode(), data), vectors("log", "checkpoint"))


def verifier_key() -> Parser:
    def read(data: bytes) -> None:
        same(notes.vkey(*notes.parse_vkey(text(data))).encode(), data)

    return Parser(read, (LOG.vkey.encode(), OTHER.vkey.encode()))


def tile() -> Parser:
    def read(data: bytes) -> None:
        same(b"".join(tiles.tile_hashes(data, len(data) // 32)), data)

    return Parser(read, (bytes(range(256)) * 4, bytes(8192)))


def entry_bundle() -> Parser:
    return Parser(
        lambda data: same(tiles.bundle_encode(tiles.bundle_decode(data)), data),
        (tiles.bundle_encode([b"one", b"", b"three" * 99]), tiles.bundle_encode([b"x"] * 256)),
    )


def tile_path() -> Parser:
    return Parser(lambda data: same(tiles.parse_path(text(data)).path.encode(), data), vectors("tiles", "path"), (b".p/", b"/x001"))


def names() -> Parser:
    def read(data: bytes) -> None:
        for parse in (ids.parse_id, ids.parse_origin):
            with contextlib.suppress(Rejected):
                same(str(parse(text(data))).encode(), data)
        ids.check_side(text(data))

    return Parser(read, (b"IN/record/12", b"RU/w-IN-7/0", make.ORIGIN.encode(), make.WORKING.encode(), b"IN"))


def log() -> Parser:
    """A whole log against its checkpoint: the first line is the checkpoint's size, what follows are bundles."""
    leaves = [entries.encode(make.entry(n)) for n in range(3)]

    def read(data: bytes) -> None:
        from cochair.ledger.verify import verify_log

        count = data[:1]
        point = checkpoints.Checkpoint(
            make.ORIGIN,
            count[0] if count else 0,
            merkle.root([merkle.leaf_hash(one) for one in _leaves(data[1:])]) if count else merkle.EMPTY_ROOT,
        )
        verify_log([data[1:]], point)

    return Parser(read, (b"\3" + tiles.bundle_encode(leaves),))


def _leaves(data: bytes) -> list[bytes]:
    try:
        return tiles.bundle_decode(data)
    except Rejected:
        return []


def proof() -> Parser:
    """An inclusion or consistency proof as JSON."""

    def read(data: bytes) -> None:
        case = canonical.loads(data)
        try:
            hashes = [bytes.fromhex(one) for one in case["proof"]]
            old, root = bytes.fromhex(case["old"]), bytes.fromhex(case["root"])
            index, size = case["index"], case["size"]
            assert type(index) is int
            assert type(size) is int
        except (KeyError, TypeError, ValueError, AssertionError):
            return
        merkle.verify_inclusion(old, index, size, hashes, root)
        merkle.verify_consistency(index, old, size, root, hashes)

    leaves = [merkle.leaf_hash(b"%d" % n) for n in range(13)]
    good = [(merkle.inclusion_proof(leaves, n), leaves[n], n) for n in (0, 5, 12)]
    good += [(merkle.consistency_proof(leaves, n), merkle.root(leaves[:n]), n) for n in (1, 4, 9, 13)]
    root = merkle.root(leaves).hex()
    made = [
        {"proof": [one.hex() for one in hashes], "old": old.hex(), "index": index, "size": 13, "root": root} for hashes, old, index in good
    ]
    return Parser(read, tuple(canonical.dumps(one) for one in made))
