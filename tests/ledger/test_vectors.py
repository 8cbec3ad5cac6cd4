"""The published vectors: made again byte for byte, and read by the library as `docs/formats` says."""

import hashlib
import json
from pathlib import Path

import pytest

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger import (
    checkpoints,
    cosignatures,
    dsse,
    ed25519,
    entries,
    keychanges,
    macs,
    merkle,
    notes,
    papers,
    published,
    tiles,
    verify,
)
from tests.vectors import make

FOLDER = Path(make.HERE)


def cases(name, *, refused):
    found = [case for case in json.loads((FOLDER / f"{name}.json").read_text())["cases"] if case.get("refused", False) is refused]
    return [pytest.param(case, id=f"{name}-{number}") for number, case in enumerate(found)]


def unhex(values):
    return [bytes.fromhex(value) for value in values]


def test_the_script_writes_the_same_bytes_again(tmp_path):
    make.write(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in FOLDER.glob("*.json")}


def test_each_page_of_the_formats_that_a_vector_names_exists():
    for page, _, _ in make.FORMATS.values():
        assert (FOLDER.parents[1] / "docs" / "formats" / page).is_file(), page


@pytest.mark.parametrize("case", cases("canonical", refused=False))
def test_canonical(case):
    assert canonical.loads(case["bytes"].encode()) == case["value"]
    assert canonical.dumps(case["value"]) == case["bytes"].encode()


@pytest.mark.parametrize("case", cases("canonical", refused=True))
def test_canonical_refused(case):
    with pytest.raises(Rejected):
        canonical.loads(case["bytes"].encode())


@pytest.mark.parametrize("case", cases("entry", refused=False))
def test_entry(case):
    data = case["bytes"].encode()
    entry = entries.decode(data)
    assert entries.encode(entry) == data
    assert (entry.seq, entry.kind, merkle.leaf_hash(data).hex()) == (case["seq"], case["kind"], case["leaf_hex"])


@pytest.mark.parametrize("case", cases("entry", refused=True))
def test_entry_refused(case):
    with pytest.raises(Rejected):
        entries.decode(case["bytes"].encode())
    with pytest.raises(Rejected):
        entries.check_run([make.entries.encode(make.entry(0)), case["bytes"].encode()], make.ORIGIN, make.ROOM, 0)


@pytest.mark.parametrize("case", cases("paper", refused=False))
def test_paper(case):
    salt, data = papers.open_paper(bytes.fromhex(case["stored_hex"]))
    assert [salt.hex(), data.hex()] == [case["salt_hex"], case["data_hex"]]
    assert papers.paper_id(salt, data) == case["id"]
    assert papers.check_paper(papers.store_paper(salt, data), case["id"]) == data
    with pytest.raises(Rejected):
        papers.check_paper(papers.store_paper(salt, data + b"\0"), case["id"])


@pytest.mark.parametrize("case", cases("paper", refused=True))
def test_paper_refused(case):
    with pytest.raises(Rejected):
        if "stored_hex" in case:
            papers.open_paper(bytes.fromhex(case["stored_hex"]))
        else:
            papers.paper_id(bytes.fromhex(case["salt_hex"]), bytes.fromhex(case["data_hex"]))


@pytest.mark.parametrize("case", cases("structural", refused=False))
def test_structural(case):
    data = case["bytes"].encode()
    assert papers.structural_bytes(papers.open_structural(data, case["digest"])) == data
    with pytest.raises(Rejected):
        papers.open_structural(data, "0" * 64)


@pytest.mark.parametrize("case", cases("structural", refused=True))
def test_structural_refused(case):
    data = case["bytes"].encode()
    with pytest.raises(Rejected):
        papers.open_structural(data, papers.structural_digest(data))


def check_merkle(case):
    if case["what"] == "root":
        frontier = merkle.Frontier.load(case["size"], case["frontier"])
        assert frontier.root().hex() == case["root_hex"]
        assert frontier.dump() == case["frontier"]
        return
    proof, root = unhex(case["proof_hex"]), bytes.fromhex(case["root_hex"])
    if case["what"] == "inclusion":
        merkle.verify_inclusion(bytes.fromhex(case["leaf_hex"]), case["index"], case["size"], proof, root)
    else:
        merkle.verify_consistency(case["old"], bytes.fromhex(case["old_root_hex"]), case["size"], root, proof)


@pytest.mark.parametrize("case", cases("merkle", refused=False))
def test_merkle(case):
    check_merkle(case)


def test_merkle_refused():
    refused = cases("merkle", refused=True)
    assert len(refused) > 150
    for parameter in refused:
        with pytest.raises(Rejected):
            check_merkle(parameter.values[0])


@pytest.mark.parametrize("case", cases("tiles", refused=False))
def test_tiles(case):
    leaves = [merkle.leaf_hash(b"leaf %d" % number) for number in range(case.get("leaves", 0))]
    if case["what"] == "path":
        tile = tiles.parse_path(case["path"])
        assert [tile.level, tile.index, tile.width] == [
            None if case["level"] == "entries" else int(case["level"]),
            case["index"],
            case["width"],
        ]
        assert tile.path == case["path"]
    elif case["what"] == "tile":
        data = tiles.hash_tile(leaves, case["level"], case["index"], case["width"])
        assert hashlib.sha256(data).hexdigest() == case["sha256"]
    elif case["what"] == "files":
        assert [tile.path for tile in (*tiles.tiles_for(case["size"]), *tiles.bundles_for(case["size"]))] == case["paths"]
    else:
        assert tiles.bundle_decode(bytes.fromhex(case["bytes_hex"])) == [text.encode() for text in case["entries"]]


@pytest.mark.parametrize("case", cases("tiles", refused=True))
def test_tiles_refused(case):
    with pytest.raises(Rejected):
        tiles.parse_path(case["path"]) if case["what"] == "path" else tiles.bundle_decode(bytes.fromhex(case["bytes_hex"]))


def open_checkpoint(note, case):
    verifiers = [notes.Verifier(case["keys"]["log"]), cosignatures.CosignatureVerifier(case["keys"]["cosigner"])]
    if "mac_key_hex" in case:
        verifiers.append(macs.MacVerifier(make.WORKING, "RU", bytes.fromhex(case["mac_key_hex"])))
    opened = notes.open_note(note, verifiers)
    checkpoints.Checkpoint.parse(opened.text)
    return opened


@pytest.mark.parametrize("case", cases("note", refused=False))
def test_note(case):
    opened = open_checkpoint(case["note"].encode(), case)
    assert list(opened.verified) == case["verified"]
    assert opened.times == case.get("times", {})
    text, lines = notes.split_note(case["note"].encode())
    assert notes.sign_note(text, lines).decode() == case["note"]
    assert len(opened.others) == len(lines) - len(opened.verified)


@pytest.mark.parametrize("case", cases("note", refused=True))
def test_note_refused(case):
    with pytest.raises(Rejected):
        open_checkpoint(bytes.fromhex(case["note_hex"]), case)


@pytest.mark.parametrize("case", cases("mac", refused=False))
def test_mac(case):
    private, peer = bytes.fromhex(case["private_hex"]), bytes.fromhex(case["peer_private_hex"])
    key = macs.mac_key(private, macs.exchange_public(peer), case["room"], case["origin"])
    assert key.hex() == case["key_hex"]
    assert macs.mac_key(peer, macs.exchange_public(private), case["room"], case["origin"]) == key
    line = macs.mac_line(case["origin"], case["peer"], key, case["text"])
    assert str(line) == case["line"]
    macs.verify_mac(case["origin"], case["peer"], key, case["text"], line)


@pytest.mark.parametrize("case", cases("mac", refused=True))
def test_mac_refused(case):
    with pytest.raises(Rejected):
        macs.check_exchange_public(bytes.fromhex(case["peer_public_hex"]))
    with pytest.raises(Rejected):
        macs.mac_key(bytes(range(32)), bytes.fromhex(case["peer_public_hex"]), make.ROOM, make.WORKING)


@pytest.mark.parametrize("case", cases("dsse", refused=False))
def test_dsse(case):
    key = dsse.public_key(case["public"]["suite"], bytes.fromhex(case["public"]["data_hex"]))
    assert key.id == case["public"]["id"]
    assert dsse.pae(case["type"], case["payload"].encode()) == case["pae"].encode()
    assert dsse.verify(case["envelope"].encode(), case["type"], [key]) == dsse.Opened(case["payload"].encode(), (key.id,))


@pytest.mark.parametrize("case", cases("dsse", refused=True))
def test_dsse_refused(case):
    key = dsse.public_key(case["public"]["suite"], bytes.fromhex(case["public"]["data_hex"]))
    with pytest.raises(Rejected):
        dsse.verify(case["envelope"].encode(), case["type"], [key])


def check_signature(case):
    public = ed25519.check_public(bytes.fromhex(case["public_hex"]))
    if "signature_hex" in case:
        ed25519.verify(public, case["message"].encode(), bytes.fromhex(case["signature_hex"]))


@pytest.mark.parametrize("case", cases("ed25519", refused=False))
def test_ed25519(case):
    if case.get("registers", case.get("holds")):
        check_signature(case)
    else:
        with pytest.raises(Rejected):
            check_signature(case)


@pytest.mark.parametrize("case", cases("keychange", refused=False))
def test_key_change(case):
    with make.published_keys_allowed():
        change = keychanges.open_change(case["note"], case["roots"])
        assert keychanges.KeyChange.parse(case["text"]) == change
        assert (change.text(), change.size, change.public.hex()) == (case["text"], case["size"], case["key_hex"])
    with pytest.raises(Rejected, match="printed for all to see"):
        keychanges.open_change(case["note"], case["roots"])


@pytest.mark.parametrize("case", cases("keychange", refused=True))
def test_key_change_refused(case):
    with make.published_keys_allowed(), pytest.raises(Rejected):
        keychanges.open_change(case["note"], case["roots"])


def holds(check):
    try:
        check()
    except Rejected:
        return False
    return True


def plain(name):
    return json.loads((FOLDER / f"{name}.json").read_text())["cases"]


def test_every_edge_of_ed25519():
    """840 pairings of keys, R, k and S: one holds. A check that multiplies by the cofactor would let 484 pass."""
    found = plain("ed25519-edges")
    for case in found:
        assert holds(lambda case=case: check_signature(case)) is case["holds"], case["what"]
    assert [case["what"] for case in found if case["holds"]] == ["A, R"]
    assert (len(found), sum(case["cofactored"] for case in found)) == (840, 484)


def test_every_spoilt_proof():
    kinds = set()
    for case in plain("merkle-probes"):
        proof = unhex(case["proof_hex"]) if case["proof_hex"] != "64 x noise" else [hashlib.sha256(b"noise").digest()] * 64
        root, size = bytes.fromhex(case["root_hex"]), case["size"]
        if case["kind"] == "inclusion":
            leaf = bytes.fromhex(case["leaf_hex"])
            found = holds(lambda: merkle.verify_inclusion(leaf, case["index"], size, proof, root))  # noqa: B023
        else:
            old_root = bytes.fromhex(case["old_root_hex"])
            found = holds(lambda: merkle.verify_consistency(case["old"], old_root, size, root, proof))  # noqa: B023
        assert found is case["holds"], case
        kinds.add((case["kind"], case["holds"]))
    assert len(kinds) == 4


@pytest.mark.parametrize("case", cases("log", refused=False))
def test_log(case):
    leaves = [entries.encode(make.entry(number)) for number in range(case["entries"])]
    assert [leaves[0].decode(), leaves[-1].decode()] == [case["first"], case["last"]]
    bundles = [tiles.bundle_encode(leaves[:256]), tiles.bundle_encode(leaves[256:])]
    assert [hashlib.sha256(bundle).hexdigest() for bundle in bundles] == case["bundle_sha256"]
    verify.verify_log(bundles, checkpoints.Checkpoint.parse(case["checkpoint"]))


def test_keys_of_the_vectors_are_on_the_deny_list():
    signers = [
        notes.LogSigner(make.ORIGIN, make.seed(name)).public
        for name in ("log", "other log", "cosigner", "new log", "root 1", "root 2", "root 3")
    ]
    persons = [make.private_ed25519(name).public.data for name in ("person", "other person")]
    exchange = [macs.exchange_public(make.seed(name)) for name in ("exchange", "peer exchange")]
    assert {key.hex() for key in (*signers, *persons, *exchange)} == published.VECTORS
    with pytest.raises(Rejected):
        published.refuse_published(signers[0])
    with pytest.raises(Rejected):
        published.refuse_published(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
    assert published.refuse_published(bytes(32)) == bytes(32)
