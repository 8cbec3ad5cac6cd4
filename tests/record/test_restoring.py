"""A whole node put back from an old backup, ledger and all: it asks its peer first, and there is never a second history."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError, NotHeld
from cochair.record.node import Node
from cochair.record.restoring import ask, mark
from cochair.record.tree import write_tree
from tests.record.makers import exchange, join_terms, make_node, note, position, pull, reopen

ORIGIN = "in.example/c7/IN/record"


@pytest.fixture
def restored(tmp_path: Path):
    """(restored node, peer, room, name of the working log, record digest before the loss)"""
    one, other = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    room = one.found("c7")
    join_terms(one, other, room)
    (instrument,) = one.write(room, [position("t.meeting/1", {"name": "protocol"})])
    log = "w-IN-" + instrument.rpartition("/")[2]
    one.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    exchange(one, other, room)
    one.close()
    shutil.copytree(one.folder, tmp_path / "backup")
    one = reopen(one)
    one.write(room, [note("a"), position("t.paragraph/1", {"name": "2"}, log=log)] + [note("more")] * 300)
    exchange(one, other, room)
    digest = one.state_digest(room)
    one.close()
    shutil.rmtree(one.folder)
    shutil.move(tmp_path / "backup", one.folder)
    mark(one.folder)
    one = reopen(one)
    write_tree(other, room)
    yield one, other, room, log, digest
    one.close()
    other.close()


def source(peer: Node, closed: str = ""):
    def get(path: str) -> bytes:
        file = peer.folder / "tree" / path
        if closed and path.startswith(closed):
            raise CochairError("The peer cannot be reached")
        if not file.exists():
            raise NotHeld(path)
        return file.read_bytes()

    return get


def test_it_asks_first_and_goes_on(restored) -> None:
    one, other, room, log, digest = restored
    assert one.ask_first
    with pytest.raises(CochairError, match="restored from a backup"):
        one.write(room, [note("a fork")])
    assert one.acknowledge(room) == []
    with pytest.raises(CochairError, match="reached"):
        ask(one, room, source(other, ORIGIN), [log])
    one = reopen(one)
    assert one.ask_first  # the mark outlives a restart
    sizes = ask(one, room, source(other), [log])
    assert sizes[ORIGIN] == other.heads(room)[ORIGIN][0]
    one.asked()
    pull(one, other, room)
    assert one.state_digest(room) == digest
    assert one.write(room, [note("goes on")])
    exchange(one, other, room)
    assert one.state_digest(room) == other.state_digest(room)
    assert pull(other, one, room) == ["same", "stale"]  # the peer keeps its longer copy of our working log
    one = reopen(one)
    with pytest.raises(CochairError, match="begun anew"):  # the MAC proves nothing about what we wrote behind the backup
        one.write(room, [position("t.paragraph/1", {"name": "3"}, log=log)])
    one.close()


def test_without_a_peer_a_person_says_so(tmp_path: Path) -> None:
    one = make_node(tmp_path / "IN", "IN")
    room = one.found("c7")
    one.write(room, [note("a")])
    mark(one.folder)
    one = reopen(one)
    with pytest.raises(CochairError):
        one.write(room, [note("b")])
    one.asked()
    assert one.write(room, [note("b")]) == ["IN/record/1"]
    one = reopen(one)
    assert not one.ask_first
    one.close()
