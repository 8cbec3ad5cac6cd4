"""Threads that write at the same time share one transaction and one checkpoint, and what is wrong with one of them touches no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager

import pytest

from cochair.kit.errors import CochairError, Conflict
from cochair.record import queries
from cochair.record.node import Draft, Node
from cochair.record.writing import Queue
from tests.record.makers import note, position, reopen

Make = Callable[[str], Node]
ORIGIN = "in.example/c7/IN/record"


@pytest.fixture
def node(make: Make) -> Node:
    return make("IN")


def together(node: Node, room: str, wanted: Sequence[Sequence[Draft]], monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], int]:
    """What each of the writers got (ids or an error), all of them having waited for the same turn; and the number of transactions."""
    got: list[object] = [None] * len(wanted)
    begun = []
    real = node.writing

    @contextmanager
    def counted(room: str):
        begun.append(room)
        with real(room) as both:
            yield both

    def one(number: int) -> None:
        try:
            got[number] = node.write(room, wanted[number])
        except CochairError as error:
            got[number] = error

    monkeypatch.setattr(node, "writing", counted)
    queue = node.queues.setdefault(room, Queue())
    writers = [threading.Thread(target=one, args=(number,)) for number in range(len(wanted))]
    with queue.turn:
        for writer in writers:
            writer.start()
        while len(queue.waiting) < len(wanted):
            threading.Event().wait(0.01)
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive()
    assert queue.waiting == []
    return got, len(begun)


def texts(node: Node, room: str) -> list[str]:
    with node.read() as tx:
        return sorted(s.content["text"] for s in queries.statements(tx, room, "t.note/1"))


def test_those_who_wait_share_one_transaction_and_one_checkpoint(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    room = node.found("c7")
    node.write(room, [note("before")])
    signed = []
    real = node.signer.sign
    monkeypatch.setattr(node.signer, "sign", lambda *args, **more: (signed.append(args[1]), real(*args, **more))[1])
    got, transactions = together(node, room, [[note(f"{n}a"), note(f"{n}b")] for n in range(8)], monkeypatch)
    assert transactions == 1
    assert signed == [17]
    for ids in got:
        assert isinstance(ids, list)
        first, second = (int(one.rpartition("/")[2]) for one in ids)
        assert second == first + 1  # what was given in one call stands together
    assert len({one for ids in got for one in ids}) == 16  # type: ignore[attr-defined]
    assert texts(node, room) == sorted(["before", *(f"{n}{x}" for n in range(8) for x in "ab")])
    assert node.publisher.size(ORIGIN) == 17
    assert node.fsck(room) == []


def test_one_that_would_not_count_is_refused_alone(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    room = node.found("c7")
    wanted = [[note("a")], [position("t.dates/1", {"start": "2026-01-01"}, "IN/record/77")], [note("b")]]
    got, transactions = together(node, room, wanted, monkeypatch)
    assert transactions == 1
    assert [type(each) for each in got] == [list, Conflict, list]
    assert texts(node, room) == ["a", "b"]
    assert node.fsck(room) == []


def test_one_that_fails_half_way_leaves_nothing_and_the_others_are_written_once(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    room = node.found("c7")
    bad = position("t.dates/1", {"start": "2026-01-01"}, "IN/record/77")
    got, transactions = together(node, room, [[note("a")], [note("half"), bad], [note("b")]], monkeypatch)
    assert transactions == 4  # all together, then each by itself
    assert [type(each) for each in got] == [list, Conflict, list]
    assert texts(node, room) == ["a", "b"]
    node = reopen(node)
    assert texts(node, room) == ["a", "b"]
    assert node.fsck(room) == []
    node.close()


def test_a_failure_of_the_database_reaches_everybody_and_the_next_write_goes_on(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    room = node.found("c7")

    def fails(*_args: object) -> None:
        raise CochairError("The disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("cochair.record.live.apply_changes", fails)
        got, _ = together(node, room, [[note("a")], [note("b")]], monkeypatch)
    assert all(isinstance(each, CochairError) for each in got)
    assert node.write(room, [note("c")]) == ["IN/record/0"]
    assert texts(node, room) == ["c"]
    assert node.fsck(room) == []


def test_many_threads_write_many_times_and_each_gets_its_own(node: Node) -> None:
    room = node.found("c7")
    got: dict[str, list[str]] = {}

    def one(name: str) -> None:
        for number in range(6):
            got[f"{name}{number}"] = node.write(room, [note(f"{name}{number}")])

    writers = [threading.Thread(target=one, args=(name,)) for name in "abcdef"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(100)
    with node.read() as tx:
        stands = {s.id: s.content["text"] for s in queries.statements(tx, room, "t.note/1")}
    assert stands == {name: text for text, (name,) in got.items()}
    assert len(stands) == 36
    assert node.publisher.size(ORIGIN) == 36
    assert node.queues[room].waiting == []
