"""Files of evidence: each row of the table "when something is wrong" between real nodes, what the file then proves, and what the node does."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cochair.exchange import pull as exchanging
from cochair.exchange import run
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, Rejected
from cochair.record import evidence, faults, queries
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree, write_tree
from tests.hostile.conftest import Scene, scene
from tests.makers.foreign import by_hand
from tests.record.makers import REGISTRY, exchange, join_terms, make_node, note, position, reopen, smuggle
from tests.vectors.make import HERE

__all__ = ["scene"]
IN, RU = "in.example/c7/IN/record", "ru.example/c7/RU/record"
CASES = json.loads((HERE / "evidence.json").read_text())["cases"]


@pytest.mark.parametrize("case", [case for case in CASES if not case.get("refused")])
def test_vectors(case) -> None:
    found = evidence.check(case["file"].encode())
    assert (found.verdict, found.origin) == (case["verdict"], IN)
    assert by_hand(case["file"]) == case["verdict"]


@pytest.mark.parametrize("case", [case for case in CASES if case.get("refused")])
def test_vectors_refused(case) -> None:
    with pytest.raises(Rejected):
        evidence.check(case["file"].encode())


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Node, Node, str]]:
    one, other = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    for node in (one, other):
        open_tree(node)
    room = one.found("c7")
    join_terms(one, other, room)
    yield one, other, room
    for node in (one, other):
        node.close()


def clone(node: Node, folder: Path) -> Node:
    """A second copy of a node, keys and ledger and all, as a copied machine is."""
    shutil.copytree(node.folder, folder, ignore=shutil.ignore_patterns("lock", "socket"))
    return Node.open(folder, registry=REGISTRY, make_signer=InProcessSigner)


def tree(node: Node, room: str) -> FolderSource:
    write_tree(node, room)
    return FolderSource(node.publisher.tree)


def kinds(node: Node, room: str) -> list[tuple[str, str]]:
    return [(one.what, one.level) for one in faults.troubles(node, room)]


def test_an_older_head_is_kept_as_stale_until_the_peer_shows_its_newest(pair: tuple[Node, Node, str], tmp_path: Path, caplog) -> None:
    one, other, room = pair
    old = clone(other, tmp_path / "old")
    other.write(room, [note("newer"), note("newest")])
    write_tree(other, room)
    write_tree(old, room)
    run.set_address(one, room, "RU", run.Address(folder=str(other.publisher.tree)))
    assert run.exchange(one, room).problems == {}
    held = one.heads(room)[RU]
    run.set_address(one, room, "RU", run.Address(folder=str(old.publisher.tree)))
    with caplog.at_level(logging.ERROR, "cochair.alarm"):
        for _ in range(3):
            assert "stale" in run.exchange(one, room).problems[RU]
    assert [json.loads(line.message)["alarm"] for line in caplog.records] == ["older-head"]
    assert one.heads(room)[RU] == held
    assert kinds(one, room) == [("older-head", "stale")]
    (trouble,) = faults.troubles(one, room)
    assert evidence.check(trouble.file).verdict == by_hand(trouble.file.decode()) == "older-head"
    assert one.write(room, [note("own work goes on")])
    # it is told, and offered its bytes, by our tree: the old copy takes them back and is no longer old
    assert exchanging.pull(old, room, tree(one, room)).problems == {}
    assert old.heads(room)[RU] == held
    assert old.write(room, [note("goes on behind what it had signed")])
    write_tree(old, room)
    assert run.exchange(one, room).problems == {}
    assert kinds(one, room) == []
    exchange(one, old, room)
    assert old.state_digest(room) == one.state_digest(room)
    old.close()


def test_a_bundle_may_be_as_old_as_it_likes(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    old = clone(other, tmp_path / "old")
    other.write(room, [note("newer")])
    run.exchange(one, room, tree(other, room))
    run.exchange(one, room, tree(old, room))
    assert kinds(one, room) == []
    old.close()


@pytest.mark.parametrize("longer", ["held", "shown", "same"])
def test_two_heads_freeze_the_log_prove_it_and_stop_the_forker(pair: tuple[Node, Node, str], tmp_path: Path, longer: str, caplog) -> None:
    one, other, room = pair
    twin = clone(other, tmp_path / "twin")
    other.write(room, [note("one story")] + [note("more")] * (longer == "held"))
    twin.write(room, [note("another story")] + [note("more")] * (longer == "shown"))
    run.exchange(one, room, tree(other, room))
    held = one.heads(room)[RU]
    with caplog.at_level(logging.ERROR, "cochair.alarm"):
        run.exchange(one, room, tree(twin, room))
    assert [json.loads(line.message)["alarm"] for line in caplog.records] == ["conflicting-heads"]
    assert one.heads(room)[RU] == held
    assert kinds(one, room) == [("conflicting-heads", "discrepancy")]
    with one.read() as tx:
        ((filed,),) = [[n["body"] for n in queries.notices(tx, room, "fault")]]
    file = one.paper(room, filed["evidence"])
    assert file == faults.troubles(one, room)[0].file
    assert evidence.check(file).verdict == by_hand(file.decode()) == "fork"
    assert b"story" not in file
    assert one.write(room, [note("own work goes on")])
    # each copy of the forker learns of it from the other Side, and signs nothing more, in any log, also after a restart
    for node in (other, twin):
        with caplog.at_level(logging.ERROR, "cochair.alarm"):
            run.exchange(node, room, tree(one, room))
        second = node.found("another-room")
        for chosen in (room, second):
            with pytest.raises(CochairError, match="two histories"):
                node.write(chosen, [note("never")])
        with pytest.raises(CochairError, match="two histories"):
            node.signer.sign(node.origin(second), 0, hashlib.sha256(b"").digest())
        assert ("fork", "discrepancy") in kinds(node, room)
    other = reopen(other)
    with pytest.raises(CochairError, match="two histories"):
        other.write(second, [note("never")])
    # a person decides: other rooms go on, the log that forked does not
    assert faults.resume(other) == [RU]
    assert other.write(other.found("third"), [note("goes on")])
    with pytest.raises(CochairError, match="two histories"):
        other.write(room, [note("never")])
    other = reopen(other)
    with pytest.raises(CochairError, match="two histories"):
        other.write(room, [note("never")])
    run.exchange(other, room, tree(one, room))
    assert not faults.stopped(other)
    for node in (other, twin):
        node.close()


def test_our_own_signature_on_another_history_stops_us_before_anybody_tells(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    twin = clone(other, tmp_path / "twin")
    other.write(room, [note("one story")])
    twin.write(room, [note("another story")])
    run.exchange(one, room, tree(other, room))
    assert exchanging.pull(twin, room, tree(one, room)).problems[RU] == faults.FORKED
    (trouble,) = [each for each in faults.troubles(twin, room) if each.what == "fork"]
    assert by_hand(trouble.file.decode()) == "fork"
    assert exchanging.pull(other, room, tree(one, room)).problems == {}  # what the other Side holds is its own history
    twin.close()


def test_false_evidence_stops_nobody(scene: Scene) -> None:
    """The liar says that we forked, with a file about its own log, and with one under a key of its own in our name."""
    ours, liar, room = scene
    liar.note("a")
    liar.give(ours)
    heads = liar.checkpoint(), liar.checkpoint(size=0)
    from cochair.ledger.merkle import EMPTY_ROOT

    file = evidence.heads(room, liar.node.descriptor("c7")["log_key"], heads[1], heads[0], EMPTY_ROOT, [])
    for data in (file, b"{}", file.replace(b"RU", b"IN")):
        paper = liar.paper(data)
        liar.say("fault", "record.fault/1", {"log": ours.origin(room), "what": "conflicting-heads", "evidence": paper})
    exchanging.pull(ours, room, liar)
    assert not faults.stopped(ours)
    assert ours.write(room, [note("goes on")])


@pytest.mark.parametrize("what", ["seen-root", "seen-beyond"])
def test_a_false_acknowledgement_is_a_fault_with_proof(pair: tuple[Node, Node, str], what: str) -> None:
    one, other, room = pair
    size = one.heads(room)[IN][0]
    said = {"size": size - 1 if what == "seen-root" else size + 50, "root": "00" * 32}
    smuggle(other, room, "seen", "record.seen/1", {"heads": {"IN": said if what == "seen-beyond" else {**said, "size": size}}})
    exchanging.pull(one, room, tree(other, room))
    assert kinds(one, room) == [(what, "clarification")]
    (trouble,) = faults.troubles(one, room)
    assert evidence.check(trouble.file).verdict == by_hand(trouble.file.decode()) == what
    assert one.write(room, [note("goes on")])
    assert not faults.stopped(one)


def test_the_ledger_ahead_of_the_log_stops_and_the_peer_gives_the_rest_back(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    one.store.close()
    shutil.copy(one.folder / "record.sqlite3", tmp_path / "old.sqlite3")
    one = reopen(one)
    one.write(room, [note("a"), note("b")])
    exchange(one, other, room)
    digest, head = one.state_digest(room), one.heads(room)[IN]
    one.close()
    for leftover in ("-wal", "-shm"):
        (one.folder / f"record.sqlite3{leftover}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.sqlite3", one.folder / "record.sqlite3")
    one = reopen(one)
    assert kinds(one, room) == [("behind", "discrepancy")]
    with pytest.raises(CochairError, match="old copy"):
        one.write(room, [note("never")])
    assert exchanging.pull(one, room, tree(other, room)).problems == {}
    assert one.heads(room)[IN] == head
    assert one.state_digest(room) == digest
    assert kinds(one, room) == []
    assert one.write(room, [note("goes on")])
    one.close()


def test_working_heads_that_conflict_leave_no_proof(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    (instrument,) = other.write(room, [position("t.meeting/1", {"name": "protocol"})])
    log = "w-RU-" + instrument.rpartition("/")[2]
    exchange(one, other, room)
    twin = clone(other, tmp_path / "twin")
    origin = other.origin(room, log)
    for node, name in ((other, "1"), (twin, "2")):
        node.write(room, [position("t.paragraph/1", {"name": name}, log=log)])
    for node in (other, twin):
        one.receive(room, origin, node.checkpoint(room, origin), 0, node.entries(room, origin))
    (trouble,) = faults.troubles(one, room)
    assert (trouble.what, trouble.file) == ("working-heads", b"")
    with one.read() as tx:
        assert queries.notices(tx, room, "fault") == []
    twin.close()
