"""Good Merkle proofs, and each spoilt in every way in which verifiers are probed; the verdicts by the definitions in `tree`."""

import hashlib

from tests.vectors import tree

INCLUSION = ((0, 1), (1, 2), (2, 3), (3, 7), (5, 8), (4, 11), (10, 11), (32, 33))
CONSISTENCY = ((1, 1), (1, 2), (2, 3), (4, 7), (6, 7), (4, 8), (5, 8), (8, 11), (10, 33))
ZERO, NOISE = bytes(32), hashlib.sha256(b"noise").digest()


def leaves(size):
    return [hashlib.sha256(b"\0leaf %d" % number).digest() for number in range(size)]


def flip(data, place):
    data = bytearray(data)
    data[place] ^= 1
    return bytes(data)


def shapes(proof, first, last):
    """(what, proof) of every change to the hashes of a proof."""
    yield "hash behind: zeros", [*proof, ZERO]
    yield "hash behind: noise", [*proof, NOISE]
    yield "hash behind: the root", [*proof, last]
    yield "hash behind: the first hash", [*proof, first]
    yield "hash in front: zeros", [ZERO, *proof]
    yield "hash in front: noise", [NOISE, *proof]
    yield "hash in front: the first hash", [first, *proof]
    yield "hash in front: the root", [last, *proof]
    yield "64 hashes", [NOISE] * 64
    if proof:
        yield "empty", []
        yield "without the first hash", proof[1:]
        yield "without the last hash", proof[:-1]
        yield "the last hash twice", [*proof, proof[-1]]
        yield "the proof twice", proof * 2
        yield "the other way round", proof[::-1]
        yield "a hash of 31 bytes", [*proof[:-1], proof[-1][:-1]]
        yield "a hash of 33 bytes", [proof[0] + b"\0", *proof[1:]]
        yield "an empty hash", [b"", *proof[1:]]
        for place in range(len(proof)):
            yield f"hash {place} flipped", [*proof[:place], flip(proof[place], place), *proof[place + 1 :]]


def hashes(first, last):
    """(what, first, last) of every change to the two hashes beside a proof: leaf or old root, and root."""
    empty = hashlib.sha256(b"").digest()
    yield "first hash flipped", flip(first, 0), last
    yield "first hash of 31 bytes", first[1:], last
    yield "no first hash", b"", last
    yield "first hash is that of nothing", empty, last
    yield "root flipped", first, flip(last, 31)
    yield "root of 33 bytes", first, last + b"\0"
    yield "no root", first, b""
    yield "root is that of nothing", first, empty
    yield "the two exchanged", last, first
    yield "first hash is the root", last, last
    yield "root is the first hash", first, first


def inclusion():
    for index, size in INCLUSION:
        all_ = leaves(size)
        leaf, root, proof = all_[index], tree.root(all_), tree.path(index, all_)
        yield case("good", leaf, index, size, proof, root)
        for what, changed in shapes(proof, leaf, root):
            yield case(what, leaf, index, size, changed, root)
        for what, first, last in hashes(leaf, root):
            yield case(what, first, index, size, proof, last)
        for number in (-1, index - 1, index + 1, index ^ 2, size, size + index, 2**63 - 1, 2**63, 2**64 + index):
            yield case(f"index {number}", leaf, number, size, proof, root)
        for number in (0, -size, size - 1, size + 1, size // 2, size * 2, index, 2**63 - 1, 2**63, 2**64 + size):
            yield case(f"size {number}", leaf, index, number, proof, root)
        yield case("the leaf's data for its hash", b"leaf %d" % index, index, size, proof, root)
        yield case("the leaf hashed as a node", tree.node(leaf, leaf), index, size, proof, root)


def consistency():
    for old, size in CONSISTENCY:
        all_ = leaves(size)
        first, last, proof = tree.root(all_[:old]), tree.root(all_), tree.subproof(old, all_, True)
        yield growth("good", old, first, size, last, proof)
        for what, changed in shapes(proof, first, last):
            yield growth(what, old, first, size, last, changed)
        for what, one, other in hashes(first, last):
            yield growth(what, old, one, size, other, proof)
        for number in (0, -1, old - 1, old + 1, old ^ 2, size, size + 1, 2**63, 2**64 + old):
            yield growth(f"old size {number}", number, first, size, last, proof)
        for number in (0, -size, size - 1, size + 1, size // 2, size * 2, old, 2**63 - 1, 2**63, 2**64 + size):
            yield growth(f"size {number}", old, first, number, last, proof)
        yield growth("the two sizes exchanged", size, last, old, first, proof)
    empty = hashlib.sha256(b"").digest()
    for size in (0, 1, 5):
        root = tree.root(leaves(size))
        yield growth("from nothing", 0, empty, size, root, [])
        yield growth("from nothing, with a hash", 0, empty, size, root, [root])
        yield growth("from nothing, which has another root", 0, root if size else NOISE, size, root, [])


def case(what, leaf, index, size, proof, root):
    return {
        "kind": "inclusion",
        "what": what,
        "leaf_hex": leaf.hex(),
        "index": index,
        "size": size,
        "proof_hex": [one.hex() for one in proof] if len(proof) < 64 else "64 x noise",
        "root_hex": root.hex(),
        "holds": tree.included(leaf, index, size, proof, root),
    }


def growth(what, old, old_root, size, root, proof):
    return {
        "kind": "consistency",
        "what": what,
        "old": old,
        "old_root_hex": old_root.hex(),
        "size": size,
        "proof_hex": [one.hex() for one in proof] if len(proof) < 64 else "64 x noise",
        "root_hex": root.hex(),
        "holds": tree.consistent(old, old_root, size, root, proof),
    }


def read_proof(text):
    """``proof_hex`` -> hashes."""
    return [NOISE] * 64 if text == "64 x noise" else [bytes.fromhex(one) for one in text]


def cases():
    return [*inclusion(), *consistency()]
