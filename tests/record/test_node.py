"""A Side alone: found a room, write, ask, restart."""

from __future__ import annotations

from collections.abc import Callable

from cochair.record import queries
from cochair.record.node import Node
from tests.record.makers import note, position

Make = Callable[[str], Node]


def test_write_and_ask(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    (meeting,) = node.write(room, [position("t.meeting/1", {"name": "12th"})])
    assert meeting == "IN/record/0"
    assert node.write(room, [position("t.dates/1", {"start": "2026-08-06", "place": ""}, meeting), note("hello")]) == [
        "IN/record/1",
        "IN/record/2",
    ]
    with node.read() as tx:
        state = queries.matter(tx, room, "t.dates", meeting)
        assert state is not None
        assert (state.standing, state.content) == ("open", None)
        assert state.positions["IN"].content == {"start": "2026-08-06", "place": ""}
        assert [s.content["text"] for s in queries.statements(tx, room, "t.note/1")] == ["hello"]
        assert tx.query("SELECT text FROM t_note WHERE room = ?", (room,)) == [{"text": "hello"}]
        assert tx.query("SELECT value FROM t_settled WHERE room = ?", (room,)) == []
    assert node.fsck(room) == []
    size, root = node.heads(room)["in.example/c7/IN/record"]
    assert size == 3
    assert node.signer.last("in.example/c7/IN/record") == (size, root)
