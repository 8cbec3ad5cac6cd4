"""The tree of static files says what the tables say, at every size that fills or splits a tile."""

from __future__ import annotations

from pathlib import Path

import pytest

from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import split_note
from cochair.ledger.tiles import bundle_decode, bundles_for, tile_hashes, tiles_for
from cochair.record import tree
from cochair.record.node import Node
from cochair.record.tree import open_tree, write_tree
from tests.record.makers import make_node, note, reopen

ORIGIN = "in.example/c7/IN/record"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = make_node(tmp_path / "IN", "IN")
    yield made
    made.close()


@pytest.mark.parametrize("steps", [[1], [256], [255, 1, 1], [300, 213, 4]])
def test_tree_follows_the_log(node: Node, steps: list[int], tmp_path: Path) -> None:
    room = node.found("c7")
    for step in steps:
        node.write(room, [note("x")] * step)
        write_tree(node, room)
    size = sum(steps)
    assert write_tree(node, room) == 0
    folder = node.folder / "tree" / ORIGIN
    assert Checkpoint.parse(split_note((folder / "checkpoint").read_bytes())[0]).size == size
    entries = [e for b in bundles_for(size) for e in bundle_decode((folder / b.path).read_bytes())]
    assert entries == node.entries(room, ORIGIN)
    leaves = [h for t in tiles_for(size) if t.level == 0 for h in tile_hashes((folder / t.path).read_bytes(), t.width)]
    assert leaves == [leaf_hash(e) for e in entries]
    assert root(leaves) == node.heads(room)[ORIGIN][1]
    tops = [h for t in tiles_for(size) if t.level == 1 for h in tile_hashes((folder / t.path).read_bytes(), t.width)]
    assert tops == [root(leaves[i : i + 256]) for i in range(0, size // 256 * 256, 256)]
    assert write_tree(node, room, tmp_path / "drop") > 0
    assert (tmp_path / "drop" / ORIGIN / "checkpoint").read_bytes() == (folder / "checkpoint").read_bytes()


def test_an_altered_tile_is_found(node: Node) -> None:
    room = node.found("c7")
    node.write(room, [note("x")] * 300)
    write_tree(node, room)
    for name in ("tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/1/000.p/1"):
        path = node.folder / "tree" / ORIGIN / name
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        assert [(p.what, p.where) for p in node.fsck(room)] == [("tile", f"{ORIGIN}/{name}")]
        path.unlink()
        assert write_tree(node, room) == 1
        assert path.read_bytes() == kept
    assert node.fsck(room) == []


def test_erased_paper_leaves_the_tree(node: Node) -> None:
    room = node.found("c7")
    name = node.put_paper(room, b"a person's name")
    write_tree(node, room)
    paper = node.folder / "tree" / room / "paper" / name
    assert not paper.exists()
    assert not any(b"a person's name" in p.read_bytes() for p in node.folder.rglob("*") if p.is_file())
    open_tree(node)
    assert paper.read_bytes()[32:] == b"a person's name"
    open_tree(node, is_open=False)
    assert not paper.exists()
    open_tree(node)
    node.erase(room, name, "request")
    write_tree(node, room)
    assert not any(b"a person's name" in p.read_bytes() for p in node.folder.rglob("*") if p.is_file())
    assert node.fsck(room) == []


@pytest.fixture
def switched_off(monkeypatch: pytest.MonkeyPatch):
    """Call it: from then on the machine has been started anew."""
    return lambda: monkeypatch.setattr(tree, "boot", lambda: b"another run of the machine")


@pytest.mark.parametrize("left", [0, 1, 40])
def test_files_that_were_torn_when_the_power_went_are_made_again(node: Node, left: int, switched_off) -> None:
    """They are never synced, so after a start of the machine a beginning of each may be all that is there: of the checkpoint, of tiles, of what we cosigned."""
    room = node.found("c7")
    node.write(room, [note("x")] * 300)
    write_tree(node, room)
    cosigned = node.folder / "tree" / room / "cosigned" / "ru.example/c7/RU/record"
    cosigned.parent.mkdir(parents=True)
    cosigned.write_bytes(b"a note")
    by_peer = node.folder / "tree" / room / "by-peers" / "RU"
    by_peer.parent.mkdir(parents=True)
    by_peer.write_bytes(b"what was received is synced, and kept")
    files = {path: path.read_bytes() for path in (node.folder / "tree" / ORIGIN).rglob("*") if path.is_file()}
    node.close()
    for path, data in files.items():
        path.write_bytes(data[:left])
    switched_off()
    node = reopen(node)
    assert node.publisher.size(ORIGIN) == 300
    write_tree(node, room)
    assert {path: path.read_bytes() for path in files} == files
    assert not cosigned.exists()
    assert by_peer.exists()
    assert node.fsck(room) == []
    node.close()


def test_the_tree_stays_while_the_machine_runs(node: Node) -> None:
    room = node.found("c7")
    node.write(room, [note("x")])
    write_tree(node, room)
    node = reopen(node)
    assert write_tree(node, room) == 0
    node.close()


@pytest.mark.parametrize("damaged", [b"", b"\n", b"no note at all", b"a head\n\n"])
def test_a_published_checkpoint_that_was_damaged_is_made_again(node: Node, damaged: bytes) -> None:
    room = node.found("c7")
    node.write(room, [note("x")] * 3)
    published = node.publisher.note(ORIGIN)
    node.publisher.path(ORIGIN).write_bytes(damaged)
    node = reopen(node)
    assert node.publisher.note(ORIGIN) == published
    node.write(room, [note("y")])
    assert node.publisher.size(ORIGIN) == 4
    node.close()
