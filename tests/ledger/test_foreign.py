"""Vectors of other projects, read as data where they are at hand; `tests/vectors/SOURCES.md` says what they are and where they are looked for."""

import base64
import json
from pathlib import Path

import pytest

from cochair.kit.errors import Rejected
from cochair.ledger import ed25519, merkle

ROOT = Path(__file__).parents[2]
PLACES = (ROOT / "tests" / "vectors" / "foreign", ROOT.parent / "shared" / "vectors")

# Cases that we judge otherwise than their authors, with the reason.
EXPLAINED = {
    "sizes-are-equal-one-and-proof-is-empty.json": "its roots have 12 bytes; we refuse every hash that does not have 32",
}


def foreign(name):
    found = next((place / name for place in PLACES if (place / name).exists()), None)
    if found is None:
        pytest.skip(f"{name} is not at hand: tests/vectors/SOURCES.md says where it comes from and where to put it")
    return found


def unbase(text):
    return base64.b64decode(text or "")


def holds(kind, case):
    proof, root = [unbase(one) for one in case["proof"] or ()], unbase(case.get("root") or case.get("root2"))
    try:
        if kind == "inclusion":
            merkle.verify_inclusion(unbase(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, root)
        else:
            merkle.verify_consistency(case["size1"], unbase(case["root1"]), case["size2"], root, proof)
    except Rejected:
        return False
    return True


@pytest.mark.parametrize(("kind", "count"), [("inclusion", 98), ("consistency", 98)])
def test_proofs_of_transparency_dev(kind, count):
    files = sorted((foreign("merkle/testdata") / kind).rglob("*.json"))
    assert len(files) == count
    for path in files:
        case = json.loads(path.read_text())
        assert holds(kind, case) is (not case["wantErr"] and path.name not in EXPLAINED), path


def test_edge_signatures_of_cctv():
    """The rule of `docs/formats/ed25519.md`, in the flags of the vectors."""
    cases = json.loads((foreign("ed25519") / "ed25519vectors.json").read_text())
    assert len(cases) == 914
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
