"""Vectors of other projects, read as data; `tests/vectors/SOURCES.md` says what they are, where they come from and under which licence."""

import base64
import json
from pathlib import Path

import pytest

from cochair.kit.errors import Rejected
from cochair.ledger import ed25519, merkle
from tests.vectors import probes

ROOT = Path(__file__).parents[2]
FOREIGN = ROOT / "tests" / "vectors" / "foreign"
PLACES = (FOREIGN, ROOT.parent / "shared" / "vectors")

# Cases that we judge otherwise than their authors, with the reason.
EXPLAINED = {
    "sizes-are-equal-one-and-proof-is-empty.json": "its roots have 12 bytes; we refuse every hash that does not have 32",
}


def unbase(text):
    return base64.b64decode(text or "")


def included(leaf, index, size, proof, root):
    try:
        merkle.verify_inclusion(leaf, index, size, proof, root)
    except Rejected:
        return False
    return True


def grown(old, first, size, last, proof):
    try:
        merkle.verify_consistency(old, first, size, last, proof)
    except Rejected:
        return False
    return True


@pytest.fixture(scope="module")
def published():
    """The leaves, roots and proofs that transparency-dev/merkle tests itself with."""
    return json.loads((FOREIGN / "merkle" / "proofs.json").read_text())


def unhexed(hexes):
    return [bytes.fromhex(one) for one in hexes]


def test_roots_of_transparency_dev(published):
    leaves, roots = ([bytes.fromhex(one) for one in published[name]] for name in ("leaves_hex", "roots_hex"))
    assert [merkle.root([merkle.leaf_hash(leaf) for leaf in leaves[:size]]) for size in range(1, 9)] == roots


def test_inclusion_proofs_of_transparency_dev_hold_and_none_of_their_spoilt_forms(published):
    leaves, roots, tried = unhexed(published["leaves_hex"]), unhexed(published["roots_hex"]), 0
    for case in published["inclusion"][1:]:  # the first is of an empty tree: no proof at all
        number, size, proof = case["leaf"], case["size"], unhexed(case["proof_hex"])
        leaf, root = merkle.leaf_hash(leaves[number - 1]), roots[size - 1]
        assert included(leaf, number - 1, size, proof, root)
        spoilt = [(leaf, number - 1, size, changed, root) for _, changed in probes.shapes(proof, leaf, root) if changed != proof]
        spoilt += [(one, number - 1, size, proof, last) for _, one, last in probes.hashes(leaf, root) if (one, last) != (leaf, root)]
        spoilt += [(leaf, index, size, proof, root) for index in (number - 2, number, (number - 1) ^ 2)]
        spoilt += [(leaf, number - 1, other, proof, root) for other in (size * 2, size // 2)]
        spoilt += [(leaves[number - 1], number - 1, size, proof, root), (b"WrongLeaf", number - 1, size, proof, root)]
        assert [one for one in spoilt if included(*one)] == []
        tried += len(spoilt)
    assert not included(b"", 0, 0, [], b"")
    assert tried > 150


def test_consistency_proofs_of_transparency_dev_hold_and_none_of_their_spoilt_forms(published):
    roots, tried = unhexed(published["roots_hex"]), 0
    for case in published["consistency"]:
        old, size, proof = case["size1"], case["size2"], unhexed(case["proof_hex"])
        first, last = roots[old - 1], roots[size - 1]
        assert grown(old, first, size, last, proof)
        if not proof:
            continue
        spoilt = [(old, first, size, last, changed) for _, changed in probes.shapes(proof, first, last) if changed != proof]
        spoilt += [(old, one, size, other, proof) for _, one, other in probes.hashes(first, last) if (one, other) != (first, last)]
        spoilt += [(other, first, size, last, proof) for other in (old - 1, old + 1, old ^ 2)]
        spoilt += [(old, first, other, last, proof) for other in (size * 2, size // 2)]
        spoilt += [(old, b"WrongRoot", size, last, proof), (old, first, size, b"WrongRoot", proof)]
        assert [one for one in spoilt if grown(*one)] == []
        tried += len(spoilt)
    assert tried > 100


@pytest.mark.parametrize(("kind", "count"), [("inclusion", 98), ("consistency", 98)])
def test_later_proofs_of_transparency_dev(kind, count):
    folder = next((place / "merkle" / "testdata" for place in PLACES if (place / "merkle" / "testdata").exists()), None)
    if folder is None:
        pytest.skip("merkle/testdata is not at hand: tests/vectors/SOURCES.md says where it comes from and where to put it")
    files = sorted((folder / kind).rglob("*.json"))
    assert len(files) == count
    for path in files:
        case = json.loads(path.read_text())
        proof, root = [unbase(one) for one in case["proof"] or ()], unbase(case.get("root") or case.get("root2"))
        if kind == "inclusion":
            holds = included(unbase(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, root)
        else:
            holds = grown(case["size1"], unbase(case["root1"]), case["size2"], root, proof)
        assert holds is (not case["wantErr"] and path.name not in EXPLAINED), path


def test_edge_signatures_of_cctv():
    """The rule of `docs/formats/ed25519.md`, in the flags of the vectors."""
    cases = json.loads((FOREIGN / "ed25519" / "ed25519vectors.json").read_text())
    assert len(cases) == 914
    accepted = 0
    for case in cases:
        flags, key = set(case["flags"] or ()), bytes.fromhex(case["key"])
        registers = not flags & {"low_order_A", "low_order_component_A", "non_canonical_A"}
        expected = registers and not flags & {"low_order_R", "non_canonical_R", "low_order_residue", "reencoded_k"}
        try:
            ed25519.check_public(key)
            assert registers, case
            ed25519.verify(key, case["msg"].encode(), bytes.fromhex(case["sig"]))
        except Rejected:
            assert not expected, case
        else:
            assert expected, case
            accepted += 1
    assert accepted == 1
