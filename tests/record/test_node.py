"""A Side alone: found a room, write, ask, restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.record import queries
from cochair.record.node import Draft, Node
from cochair.record.opening import open_store
from tests.record.makers import note, position, received, reopen

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


def test_restart_keeps_everything(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    node.write(room, [position("t.meeting/1", {"name": "12th"}), note("a")])
    before = node.state_digest(room), node.heads(room), node.terms(room)
    node = reopen(node)
    assert (node.state_digest(room), node.heads(room), node.terms(room)) == before
    assert node.rooms() == [room]
    assert node.write(room, [note("b")]) == ["IN/record/2"]
    node.close()


def test_one_side_never_agrees(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    (meeting,) = node.write(room, [position("t.meeting/1", {"name": "12th"})])
    manifest = node.put_structural(room, {"v": 1, "room": room})
    paper = node.put_paper(room, b"scan")
    body = {"slot": {"kind": "adopt", "of": meeting, "step": 0}, "manifest": manifest, "heads": {"IN": 1}, "paper": paper, "how": "scan"}
    (sealed,) = node.write(room, [Draft("record", "seal", "record.seal/1", body)])
    with node.read() as tx:
        state = queries.slot(tx, room, "adopt", meeting)
        assert (state.agreed, [(s.id, s.counts, s.why) for s in state.seals]) == (None, [(sealed, False, "alone")])
        assert queries.slots(tx, room, "adopt") == [state]
        found = queries.matter(tx, room, "t.meeting", meeting)
        assert found is not None
        assert found.standing == "open"
    node.write(room, [Draft("record", "revoke", "record.revoke/1", {"seal": sealed})])
    with node.read() as tx:
        assert queries.slot(tx, room, "adopt", meeting).seals[0].revoked == "IN/record/2"


def test_account_changes_with_each_letter(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    (meeting,) = node.write(room, [position("t.meeting/1", {"name": "12th"})])

    def standing() -> str:
        with node.read() as tx:
            state = queries.matter(tx, room, "t.meeting", meeting)
            assert state is not None
            return state.standing

    first, second = node.write(room, [received("t.meeting/1", {"name": "12th"}, meeting), received("t.meeting/1", {"name": "no"}, meeting)])
    assert standing() == "open"
    node.write(room, [Draft("record", "statement", "record.supersedes/1", {"target": second})])
    assert standing() == "account"
    node.write(room, [Draft("record", "statement", "record.supersedes/1", {"target": first})])
    assert standing() == "open"
    node.write(room, [received("t.meeting/1", {"name": "12th"}, meeting, side="EU")])
    assert standing() == "account"
    (theirs,) = node.write(room, [received("t.meeting/1", {"name": "13th"})])
    node.write(room, [position("t.meeting/1", {"name": "13th"}, theirs)])
    with node.read() as tx:
        assert [(m.subject, m.standing) for m in queries.matters(tx, room, "t.meeting")] == [(meeting, "account"), (theirs, "account")]
        assert [r.source for r in queries.received(tx, room)] == ["RU", "RU", "EU", "RU"]
    assert node.fsck(room) == []


def test_working_log_comments_and_notices(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    (instrument,) = node.write(room, [position("t.meeting/1", {"name": "protocol"})])
    log = "w-IN-0"
    (paragraph,) = node.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    assert paragraph == "IN/w-IN-0/1"  # the log's first entry acknowledges the record that introduced the instrument
    node.write(room, [Draft(log, "comment", "record.comment/1", {"subject": paragraph, "paper": node.put_paper(room, b"a remark")})])
    origin = node.origin(room, log)
    node.write(room, [Draft("record", "destroyed", "record.destroyed/1", {"log": origin, "size": 3})])
    with node.read() as tx:
        assert [c["side"] for c in queries.comments(tx, room, paragraph)] == ["IN"]
        assert [n["body"] for n in queries.notices(tx, room, "destroyed")] == [{"log": origin, "size": 3}]
        assert [m.kind for m in queries.matters_of(tx, room, instrument)] == ["t.meeting"]
    assert node.fsck(room) == []
    assert b"mac/IN" in node.checkpoint(room, origin)


def test_papers(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    name = node.put_paper(room, b"text", salt=b"s" * 32)
    assert (name, node.paper(room, name)) == (node.put_paper(room, b"text", salt=b"s" * 32), b"text")
    assert node.put_paper(room, b"text") != name
    with pytest.raises(NotHeld):
        node.paper(room, "00" * 32)
    with pytest.raises(Rejected):
        node.paper(room, "../../node.json")
    with pytest.raises(Rejected):
        node.put_stored_paper(room, name, b"s" * 32 + b"TEXT")
    with pytest.raises(Rejected):
        node.put_structural_bytes(room, name, b"{}")
    with pytest.raises(NotHeld):
        node.structural(room, "00" * 32)


def test_wrong_requests_say_the_next_step(make: Make, tmp_path: Path) -> None:
    node = make("IN")
    room = node.found("c7")
    with pytest.raises(Conflict, match="another room named"):
        node.found("c7", suites=["ed25519"])
    assert node.found("c7") == room
    for wrong in ({"what": "terms"}, {**node.terms(room), "previous": room}, {**node.terms(room), "slug": "No Slug"}):
        with pytest.raises(Rejected):
            node.join(wrong)
    with pytest.raises(NotFound):
        node.write("00" * 32, [note("x")])
    with pytest.raises(NotFound):
        node.entry(room, "in.example/c7/IN/record", 9)
    with pytest.raises(NotFound):
        node.checkpoint(room, "ru.example/c7/RU/record")
    with pytest.raises(NotFound):
        Node.open(tmp_path / "nowhere", registry=node.registry)
    with pytest.raises(Conflict):
        Node.init(node.folder, side="IN", domain="in.example", registry=node.registry)
    with pytest.raises(CochairError, match="postgresql"):
        open_store(tmp_path, "mysql://")
    with pytest.raises(CochairError, match="cannot be reached"):
        open_store(tmp_path, "postgresql://nobody@127.0.0.1:1/none#x")
    assert node.write(room, []) == []
