"""`verify` and changed keys: out of files alone, the key at each size is the one that a quorum of root keys named; anything else is refused or counts for nothing."""

import shutil

import pytest

from cochair.cli import verify as v
from cochair.exchange import carry, packing, unpacking
from cochair.kit.errors import Rejected
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.notes import sign_note, vkey
from cochair.record import changes
from cochair.record.keys import load_node_keys
from cochair.record.log_keys import next_log_key
from cochair.record.tree import write_tree
from tests.record import test_changes as record


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A room in which IN has changed its key, RU has taken that, and a thief still has IN's first key: (room, folder, keys of IN, root keys)."""
    base = tmp_path_factory.mktemp("keys")
    with record.two(base, make=record.full_node) as (ours, theirs, room, roots):
        carry.write_bundle(ours, room, base / "before.tar", working=False)
        record.changed(ours, room, roots)
        record.exchange_after(ours, theirs, room)
        carry.write_bundle(ours, room, base / "after.tar", working=False)
        carry.write_bundle(theirs, room, base / "theirs.tar", working=False)
        for node in (ours, theirs):
            write_tree(node, room)
        shutil.copytree(ours.publisher.tree, base / "tree")
        yield room, base, changes.keys_of(ours, room, ours.origin(room)), ours


def anchor(room, **sides):
    return v.Anchor(room, sides)


def test_a_changed_key_is_proven_out_of_the_bundle_alone(world):
    room, base, keys, _ = world
    for name in ("before.tar", "after.tar", "theirs.tar", "tree"):
        verdict = v.verify([base / name], anchor(room))
        assert verdict.status == v.PROVEN, (name, verdict.lines)
        assert verdict.keys["IN"] == keys.first
        told = [one for one in verdict.lines[0].details if "another key" in one]
        assert len(told) == (name != "before.tar")
    assert v.verify([base / "before.tar", base / "after.tar"], anchor(room)).status == v.PROVEN


def test_a_trust_file_names_the_first_key_or_the_newest(world):
    room, base, keys, _ = world
    for key in keys.all:
        assert v.verify([base / "after.tar"], anchor(room, IN=key)).status == v.PROVEN
    assert v.verify([base / "before.tar"], anchor(room, IN=keys.newest)).status == v.REFUSED
    assert (
        v.verify([base / "after.tar"], anchor(room, IN=vkey(keys.first.split("+")[0], record.Roots("IN").keys[0].public.data))).status
        == v.REFUSED
    )


@pytest.fixture
def tree(world, tmp_path):
    shutil.copytree(world[1] / "tree", tmp_path / "tree")
    return tmp_path / "tree"


def old_signer(node):
    """Whoever has the first key of IN."""
    keys = load_node_keys(node.folder)
    first = bytes.fromhex(keys.public.first_key(node.origin(node.rooms()[0]))).hex()
    return keys.logs[first]


def test_the_first_key_proves_nothing_beyond_its_end(world, tree):
    room, _, keys, ours = world
    origin = ours.origin(room)
    path = tree / origin / "checkpoint"
    text = path.read_bytes().decode().split("\n\n")[0] + "\n"
    assert Checkpoint.parse(text).size > keys.changes[0].size
    path.write_bytes(sign_note(text, [record.LogSigner(origin, old_signer(ours)).sign(text)]))
    verdict = v.verify([tree], anchor(room))
    assert verdict.status == v.REFUSED
    assert "not by the key that stands at" in verdict.lines[0].words


def test_a_file_of_keys_that_tells_of_another_change_is_refused(world, tree):
    room, _, keys, ours = world
    origin = ours.origin(room)
    [change] = keys.changes
    other = change._replace(key=vkey(origin, bytes.fromhex(next_log_key(ours.folder))))
    (tree / origin / "keys").write_bytes(changes.notes_file([record.Roots("IN").note(other)]))
    assert v.verify([tree], anchor(room)).status == v.REFUSED
    (tree / origin / "keys").write_bytes(b"[")
    assert v.verify([tree], anchor(room)).status == v.REFUSED
    (tree / origin / "keys").unlink()
    assert v.verify([tree], anchor(room)).status == v.PROVEN


def test_a_bundle_that_somebody_else_signed_is_refused(world, tmp_path):
    room, base, _, ours = world
    stranger = record.LogSigner(ours.origin(room), bytes(range(32)))
    made = tmp_path / "forged.tar"
    header = unpacking.peek(base / "after.tar")
    files = [path.relative_to(base / "tree").as_posix() for path in (base / "tree").rglob("*") if path.is_file()]
    contents = [packing.of_file(base / "tree", path) for path in files]
    packing.write(made, contents, room=room, side=header.side, sign=lambda text: sign_note(text, [stranger.sign(text)]))
    assert v.verify([made], anchor(room)).status == v.REFUSED


def test_a_change_without_a_quorum_in_the_log_is_told_and_counts_for_nothing(tmp_path):
    with record.two(tmp_path, make=record.full_node) as (ours, theirs, room, roots):
        size, root = ours.heads(room)[ours.origin(room)]
        change = changes.KeyChange(room, ours.origin(room), size, root, vkey(ours.origin(room), bytes.fromhex(next_log_key(ours.folder))))
        record.smuggle(ours, room, "statement", "record.key_change/1", {"note": roots["IN"].note(change, 0)})
        record.exchange_after(ours, theirs, room)
        carry.write_bundle(ours, room, tmp_path / "a.tar", working=False)
        verdict = v.verify([tmp_path / "a.tar"], anchor(room))
        assert verdict.status == v.PROVEN
        assert any("is not counted: Only 1 root key signed" in one for one in verdict.lines[0].details)


def test_a_bundle_carries_a_change_to_a_side_that_has_no_network(tmp_path):
    with record.two(tmp_path, make=record.full_node) as (ours, theirs, room, roots):
        record.changed(ours, room, roots)
        carry.write_bundle(ours, room, tmp_path / "a.tar")
        _, pulled = carry.read_bundle(theirs, tmp_path / "a.tar")
        assert pulled.problems == {}
        assert changes.keys_of(theirs, room, ours.origin(room)) == changes.keys_of(ours, room, ours.origin(room))
        from cochair.exchange import requests

        path = f"{ours.origin(room)}/checkpoint"
        assert requests.check(theirs, requests.authorization(ours, room, path), path) == room


def test_pairing_after_a_change_shows_both_keys(tmp_path):
    from cochair.exchange import descriptor

    with record.two(tmp_path, make=record.full_node) as (ours, _, room, roots):
        record.changed(ours, room, roots)
        note_ = descriptor.describe(ours, room)
        told = descriptor.open_descriptor(note_)
        assert told.log_key == changes.keys_of(ours, room, ours.origin(room)).first
        assert len(told.changes) == 1
        line = note_.replace(b'"changes":[', b'"changes":["x",', 1)
        with pytest.raises(Rejected):
            descriptor.open_descriptor(line)
