"""Why an entry is not counted, written by hand: the last that counts and the first that does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.rooms_by_hand import PAPER, Room

OTHER = "22" * 32


def joined(*sides: str) -> Room:
    room = Room(*sides)
    room.join()
    return room


def test_what_was_acknowledged_is_known_and_nothing_beyond() -> None:
    room = Room()
    first, second = room.note("IN"), room.note("IN")
    early = room.note("RU", subject=first)
    room.see("RU", IN=1)
    known, beyond = room.note("RU", subject=first), room.note("RU", subject=second)
    room.see("RU", IN=2)
    then = room.note("RU", subject=second)
    assert [room.reason(one) for one in (early, known, beyond, then)] == ["unknown", "", "unknown", ""]
    own = room.note("IN", subject="IN/record/1")
    itself = room.note("IN", subject="IN/record/3")
    assert [room.reason(one) for one in (own, itself)] == ["", "unknown"]


@pytest.mark.parametrize("subject", ["", "self ", "IN/record/00", "in/record/0", "IN/record/-1", "IN/record", "33" * 32, "\n"])
def test_a_subject_that_is_no_thing_of_this_room(subject: str) -> None:
    room = Room()
    room.note("IN")
    room.see("RU")
    for one in (
        room.note("RU", subject=subject),
        room.position("RU", "t.meeting/1", {"name": "x"}, subject),
        room.received("RU", "IN", "t.note/1", {"text": "x"}, subject),
        room.received("RU", "IN", "t.meeting/1", {"name": "x"}, subject),
    ):
        assert room.reason(one) in ("unknown", "content")
    assert room.reason(room.note("RU", subject=7)) == "content"
    assert room.reason(room.note("RU", subject=None)) == "content"
    assert room.reason(room.note("RU", subject=room.room)) == ""
    bare = room.put("RU", "statement", "t.note/1", {"text": "no subject is itself"})
    assert [row[6] for row in room.table("j_statement") if row[0] == bare] == [bare]


def test_a_void_entry_is_no_thing() -> None:
    room = Room()
    bad = room.put("IN", "statement", "t.note/1", {"text": 5})
    assert room.reason(bad) == "content"
    assert room.reason(room.note("IN", subject=bad)) == "not-a-thing"
    assert room.reason(room.say("IN", "supersedes", target=bad)) == "not-a-thing"
    assert room.reason(room.revoke("IN", bad)) == "not-a-seal"


def test_what_can_be_a_subject() -> None:
    room = joined()
    meeting, note = room.meeting("IN"), room.note("IN")
    told = room.received("IN", "RU", "t.note/1", {"text": "x"})
    taken_up = room.position("IN", "t.dates/1", {"start": "x"}, meeting)
    things = {one: room.reason(room.note("IN", subject=one)) for one in (meeting, note, told, taken_up, "IN/record/0", "IN/record/1")}
    assert list(things.values()) == ["", "", "", "not-a-thing", "not-a-thing", "not-a-thing"]  # the last two are a seal and a seen


@pytest.mark.parametrize("name", ["supersedes", "confirms", "corrects"])
def test_what_speaks_about_an_entry_needs_one(name: str) -> None:
    room = Room()
    more = {"with": "RU/record/0"} if name == "corrects" else {}
    for target in ("IN/record/0", "nothing", "RU/record/9", "RU/w-IN-1/0", "RU/record/5"):
        assert room.reason(room.say("RU", name, target=target, **more)) in ("unknown", "names-working"), target
    assert room.reason(room.say("RU", name, **more)) == "content"


def test_taking_back() -> None:
    room = joined()
    note, position, seal = room.note("IN"), room.meeting("IN"), "IN/record/0"
    told = room.received("IN", "RU", "t.note/1", {"text": "x"})
    first = room.say("IN", "supersedes", target=note)
    again = room.say("IN", "supersedes", target=note)
    of_itself = room.say("IN", "supersedes", target=first)
    assert [room.reason(one) for one in (first, again, of_itself)] == ["", "again", "not-a-thing"]
    assert room.reason(room.say("IN", "supersedes", target=position)) == "not-a-thing"
    assert room.reason(room.say("IN", "supersedes", target=seal)) == "not-a-thing"
    assert room.reason(room.say("IN", "supersedes", target=told)) == ""
    room.see("RU")
    assert room.reason(room.say("RU", "supersedes", target=room.note("IN"))) == "unknown"
    assert room.reason(room.say("RU", "supersedes", target=note)) == "not-own"
    room.see("IN")
    theirs = room.note("RU")
    mine = room.note("IN")
    for wrong in ("nothing", "IN/record/999", theirs, "RU/record/0"):
        assert room.reason(room.say("IN", "supersedes", target=mine, **{"with": wrong})) == "unknown", wrong
    assert room.reason(room.say("IN", "supersedes", target=mine, **{"with": note})) == ""


def test_answering_what_was_received() -> None:
    room = joined()
    one, two, three = (room.received("IN", "RU", "t.note/1", {"text": text}) for text in "abc")
    matter = room.received("IN", "RU", "t.meeting/1", {"name": "M"})
    note = room.note("IN")
    room.see("RU")
    assert room.reason(room.say("RU", "confirms", target=note)) == "not-received"
    assert room.reason(room.say("RU", "confirms", target=one)) == ""
    for name, more in (("confirms", {}), ("corrects", {"with": "RU/record/0"})):
        assert room.reason(room.say("RU", name, target=one, **more)) == "again"
        assert room.reason(room.say("IN", name, target=two, **more)) == "not-received"
    answer = room.say("RU", "corrects", target=two, **{"with": "RU/record/0"})
    assert room.reason(answer) == ""
    for text in ("RU/record/999", "IN/record/0", "nothing"):
        assert room.reason(room.say("RU", "corrects", target=three, **{"with": text})) == "unknown"
    for name in ("confirms", "corrects"):  # answers are no things that one takes back
        more = {"with": "RU/record/0"} if name == "corrects" else {}
        given = room.say("RU", name, target=three if name == "confirms" else matter, **more)
        assert room.reason(given) == ""
        assert room.reason(room.say("RU", "supersedes", target=given)) == "not-a-thing"


def test_received() -> None:
    room = joined()
    meeting = room.meeting("IN")
    log = f"w-{meeting.replace('/record/', '-')}"

    def put(**changes: Any) -> str:
        account = {"as": "statement", "schema": "t.note/1", "subject": "self", "content": {"text": "x"}, **changes}
        return room.put("IN", "statement", "record.received/1", {"from": "RU", "how": "said", "account": account})

    good = {"as": "position", "schema": "t.meeting/1", "content": {"name": "M"}}
    for changes, reason in (
        ({}, ""),
        ({"content": None}, "content"),
        ({"content": {"text": 5}}, "content"),
        ({"schema": "record.supersedes/1", "content": {"target": meeting}}, "content"),
        (good, ""),
        ({**good, "content": {"name": 5}}, "content"),
        ({**good, "content": None}, ""),
        ({**good, "subject": meeting}, ""),
        ({**good, "subject": meeting, "content": None}, ""),
        ({**good, "schema": "t.dates/1", "content": {"start": "x"}}, "content"),
        ({**good, "schema": "t.dates/1", "content": {"start": "x"}, "subject": meeting}, ""),
        ({**good, "schema": "t.paragraph/1"}, "wrong-log"),
        ({"subject": "EU/record/0"}, "unknown"),
        ({**good, "subject": "EU/record/0"}, "unknown"),
    ):
        assert room.reason(put(**changes)) == reason, changes
    assert room.reason(room.received("IN", "IN", "t.note/1", {"text": "x"})) == "content"
    assert room.reason(room.received("RU", "IN", "t.note/1", {"text": "x"}, log=log)) == "wrong-log"
    assert room.reason(room.received("IN", "RU", "t.paragraph/1", {"name": "1"}, log=log)) == ""
    assert room.reason(put(schema="t.unknown/1")) == "not-adopted"


def test_a_statement_that_stands_where_a_matter_is_meant() -> None:
    for schema, kind in (("t.note/1", "position"), ("t.meeting/1", "statement")):
        room = Room()
        account = {"as": kind, "schema": schema, "subject": "self", "content": {}}
        told = room.put("IN", "statement", "record.received/1", {"from": "RU", "how": "said", "account": account})
        assert room.reason(told) == "content"


@pytest.mark.parametrize(
    ("kind", "schema", "reason"),
    [
        ("statement", "t.note/2", "not-adopted"),
        ("position", "t.meeting/2", "not-adopted"),
        ("position", "t.note/1", "content"),
        ("statement", "t.meeting/1", "content"),
        ("seal", "record.seal/2", "not-adopted"),
        ("finding", "record.seal/1", "content"),
        ("unheard-of", "t.note/1", "content"),
        ("unheard-of", "record.entry/1", "content"),
        ("statement", "record.entry/1", "content"),
    ],
)
def test_what_is_not_known_is_void_and_the_log_goes_on(kind: str, schema: str, reason: str) -> None:
    room = Room()
    assert room.reason(room.put("IN", kind, schema, {})) == reason
    assert room.reason(room.note("IN")) == ""
    assert room.waiting("IN") == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"v":2}', "not-adopted"),
        (b'{"v":1}', "malformed"),
        (b'{"v":0}', "malformed"),
        (b'{"v":true}', "malformed"),
        (b'{"v":"2"}', "malformed"),
        (b'{"w":2}', "malformed"),
        (b"[2]", "malformed"),
        (b"2", "malformed"),
        (b'{"v": 2}', "malformed"),
        (b"", "malformed"),
    ],
)
def test_bytes_that_are_no_entry(data: bytes, reason: str) -> None:
    room = Room()
    assert room.reason(room.hold("IN", data)) == reason
    assert room.reason(room.note("IN")) == ""


@pytest.mark.parametrize(
    "wrong", [{"seq": 1}, {"seq": 3}, {"room": OTHER}, {"log": "in.example/c7/RU/record"}, {"log": "in.example/c7/IN/w-IN-1"}]
)
def test_an_entry_out_of_place(wrong: dict[str, Any]) -> None:
    room = Room()
    room.note("IN")
    room.note("IN")
    assert room.reason(room.put("IN", "statement", "t.note/1", {"subject": "self", "text": "x"}, **wrong)) == "misplaced"
    assert room.reason(room.note("IN")) == ""


def test_acknowledging() -> None:
    room = joined()
    meeting = room.meeting("IN")
    log = f"w-{meeting.replace('/record/', '-')}"
    size = room.fold.log(room.origin("IN")).applied
    cases = [
        room.see("RU", IN=size - 1),
        room.see("RU", IN=size - 2),
        room.see("RU", IN=size - 1),
        room.see("RU", RU=1),
        room.see("RU", working={"IN": 1}, IN=size),
        room.see("RU", working={}),
        room.see("RU", IN=size),
    ]
    assert [room.reason(one) for one in cases] == ["", "backwards", "", "backwards", "names-working", "backwards", ""]
    room.position("IN", "t.paragraph/1", {"name": "1"}, log=log)
    in_working = [
        room.see("RU", log, working={"RU": 1}),
        room.see("RU", log, working={"IN": 1}),
        room.see("RU", log, working={}, RU=2),
        room.see("RU", log, working={}, RU=1),
        room.see("RU", log, working={"IN": 0}),
        room.see("RU", log, working={}),
    ]
    assert [room.reason(one) for one in in_working] == ["backwards", "", "", "backwards", "backwards", "backwards"]
    assert room.table("w_head") == [(f"RU/{log}", f"IN/{log}", 1, PAPER, f"RU/{log}"), (f"RU/{log}", "RU/record", 2, PAPER, f"RU/{log}")]
    assert [row[:3] for row in room.table("j_head")] == [("IN/record", "RU/record", 3), ("RU/record", "IN/record", size)]


def test_an_acknowledgement_of_what_is_not_here_waits_with_all_behind_it() -> None:
    lone = Room()
    assert lone.reason(lone.see("RU", IN=0)) == ""
    assert lone.waiting("RU") == ""
    lone.see("RU", IN=1)
    assert lone.waiting("RU") == "IN/record up to 1"
    room = Room()
    room.see("RU", IN=2)
    behind = room.note("RU")
    assert room.waiting("RU") == "IN/record up to 2"
    room.note("IN")
    assert room.waiting("RU") == "IN/record up to 2"
    assert room.table("j_statement")[-1][0] == "IN/record/0"
    room.note("IN")
    assert room.waiting("RU") == ""
    assert [row[0] for row in room.table("j_statement")] == ["IN/record/0", "IN/record/1", behind]
