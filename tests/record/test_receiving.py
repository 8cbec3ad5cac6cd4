"""Hostile and damaged logs of another Side: what is refused, what is frozen, and that evidence stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.record import queries
from cochair.record.node import Node
from tests.record.makers import exchange, join_terms, make_node, note, position, pull, reopen, smuggle, trust

IN, RU = "in.example/c7/IN/record", "ru.example/c7/RU/record"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Node, Node, str]]:
    one, other = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    room = one.found("c7")
    join_terms(one, other, room)
    yield one, other, room
    one.close()
    other.close()


def faults(node: Node, room: str) -> list[str]:
    with node.read() as tx:
        return [n["body"]["what"] for n in queries.notices(tx, room, "fault")]


def all_of(node: Node, room: str, origin: str) -> tuple[str, bytes, int, list[bytes]]:
    return origin, node.checkpoint(room, origin), 0, node.entries(room, origin)


def test_twice_late_and_in_portions_is_harmless(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    early = all_of(other, room, RU)
    other.write(room, [note("a"), note("b"), note("c")])
    late = all_of(other, room, RU)
    assert one.receive(room, *late).status == "new"
    digest = one.state_digest(room)
    assert one.receive(room, *late).status == "same"
    assert one.receive(room, *early).status == "stale"
    assert one.receive(room, RU, late[1], len(late[3]), []).status == "same"
    assert one.state_digest(room) == digest
    assert faults(one, room) == []


@pytest.mark.parametrize("change", ["flip", "drop", "swap", "append", "long"])
def test_bytes_that_do_not_match_are_refused(pair: tuple[Node, Node, str], change: str) -> None:
    one, other, room = pair
    other.write(room, [note("a"), note("b"), note("c")])
    origin, checkpoint, _, entries = all_of(other, room, RU)
    start = one.heads(room)[RU][0]
    fresh = entries[start:]
    before = one.heads(room), one.state_digest(room)
    bad = {
        "flip": [fresh[0].replace(b'"a"', b'"A"'), *fresh[1:]],
        "drop": fresh[1:],
        "swap": [fresh[1], fresh[0], *fresh[2:]],
        "append": [b"{}", *fresh],
        "long": [b"x" * 70000, *fresh[1:]],
    }[change]
    with pytest.raises(CochairError):
        one.receive(room, origin, checkpoint, start, bad)
    assert (one.heads(room), one.state_digest(room)) == before
    assert one.receive(room, origin, checkpoint, start, fresh).status == "new"


def test_a_note_must_be_by_the_pinned_key_and_of_this_log(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    forger = make_node(tmp_path / "forger", "RU")
    forger.join(one.structural(room, room))
    forger.write(room, [note("forged")])
    with pytest.raises(Rejected):
        one.receive(room, *all_of(forger, room, RU))
    mixed = other.checkpoint(room, RU).replace(b"ru.example", b"xu.example")
    with pytest.raises(CochairError):
        one.receive(room, RU, mixed, 0, [])
    for bad in (b"", b"\xff", other.checkpoint(room, RU)[:-5], b"x" * 100000):
        with pytest.raises(Rejected):
            one.receive(room, RU, bad, 0, [])
    with pytest.raises(Conflict):
        one.receive(room, *all_of(one, room, IN))
    with pytest.raises(NotFound):
        one.receive(room, "eu.example/c7/EU/record", other.checkpoint(room, RU), 0, [])
    with pytest.raises(NotFound):
        one.receive(room, "ru.example/c8/RU/record", other.checkpoint(room, RU), 0, [])
    forger.close()


def test_conflicting_heads_freeze_the_log_and_keep_both(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    other.close()
    shutil.copytree(other.folder, tmp_path / "clone")
    other = reopen(other)
    clone = Node.open(tmp_path / "clone", registry=other.registry, make_signer=type(other.signer))
    other.write(room, [note("one story")])
    clone.write(room, [note("another story"), note("longer")])
    assert one.receive(room, *all_of(other, room, RU)).status == "new"
    held = one.heads(room)[RU]
    got = one.receive(room, *all_of(clone, room, RU))
    assert got.status == "frozen"
    assert one.heads(room)[RU] == held
    assert faults(one, room) == ["conflicting-heads"]
    with one.read() as tx:
        (evidence,) = tx.query("SELECT held, shown FROM n_evidence")
    assert bytes(evidence["held"]) == other.checkpoint(room, RU)
    assert bytes(evidence["shown"]) == clone.checkpoint(room, RU)
    other.write(room, [note("goes on")])
    assert one.receive(room, *all_of(other, room, RU)).status == "frozen"
    assert one.write(room, [note("own work goes on")])
    assert "contradict" in one.waiting(room)[RU]
    assert one.fsck(room) == []
    for node in (other, clone):
        node.close()


def test_a_shorter_conflicting_head_is_seen_too(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    other.close()
    shutil.copytree(other.folder, tmp_path / "clone")
    other = reopen(other)
    clone = Node.open(tmp_path / "clone", registry=other.registry, make_signer=type(other.signer))
    other.write(room, [note("one story"), note("more"), note("more")])
    clone.write(room, [note("another story")])
    pull(one, other, room)
    assert one.receive(room, RU, clone.checkpoint(room, RU), 0, []).status == "frozen"
    assert faults(one, room) == ["conflicting-heads"]
    for node in (other, clone):
        node.close()


def test_false_acknowledgement_is_a_fault(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    size = one.heads(room)[IN][0]
    smuggle(other, room, "seen", "record.seen/1", {"heads": {"IN": {"size": size, "root": "00" * 32}}})
    pull(one, other, room)
    assert faults(one, room) == ["seen-root"]
    smuggle(other, room, "seen", "record.seen/1", {"heads": {"IN": {"size": size + 50, "root": "00" * 32}}})
    pull(one, other, room)
    assert faults(one, room) == ["seen-root", "seen-beyond"]
    assert one.waiting(room)[RU] == f"IN/record up to {size + 50}"


def test_working_log_of_a_stranger_is_refused(pair: tuple[Node, Node, str], tmp_path: Path) -> None:
    one, other, room = pair
    third = make_node(tmp_path / "EU", "EU")
    (instrument,) = other.write(room, [position("t.meeting/1", {"name": "protocol"})])
    exchange(one, other, room)
    log = "w-RU-" + instrument.rpartition("/")[2]
    other.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    origin = other.origin(room, log)
    third.join(one.structural(room, room))
    trust(third, other, room)
    with pytest.raises(Rejected):  # the MAC was made for IN alone
        third.receive(room, *all_of(other, room, origin))
    assert one.receive(room, *all_of(other, room, origin)).status == "new"
    note_ = bytearray(other.checkpoint(room, origin))
    note_[-10] ^= 1
    with pytest.raises(Rejected):
        one.receive(room, origin, bytes(note_), 0, other.entries(room, origin))
    assert b"Ed25519" not in note_
    third.close()


def test_erasure_reaches_the_other_side(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    name = one.put_paper(room, b"the name of a person")
    other.put_stored_paper(room, name, one.papers.stored(room, name))
    assert other.paper(room, name) == b"the name of a person"
    digest = one.state_digest(room)
    stored = one.papers.stored(room, name)
    one.erase(room, name, "request")
    exchange(one, other, room)
    for node in (one, other):
        with pytest.raises(CochairError, match="erased"):
            node.paper(room, name)
        with pytest.raises(Conflict):
            node.put_stored_paper(room, name, stored)
        assert node.fsck(room) == []
    assert one.state_digest(room, "record", {}) != digest
    sealed = other.put_paper(room, b"a signature")
    body = {
        "slot": {"kind": "adopt", "of": room, "step": 0},
        "manifest": other.put_structural(room, {"v": 1}),
        "heads": {},
        "paper": sealed,
        "how": "scan",
    }
    smuggle(other, room, "seal", "record.seal/1", body)
    with pytest.raises(Conflict, match="sealed"):
        other.erase(room, sealed, "request")
