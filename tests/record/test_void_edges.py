"""Why an entry is not counted, written by hand: the last that counts and the first that does not."""

from __future__ import annotations

from typing import Any

import pytest

from cochair.ledger.keychanges import KeyChange
from cochair.ledger.notes import LogSigner, sign_note
from cochair.record import void
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


def test_seals_that_are_void_or_wait() -> None:
    room = joined()
    room.see("IN")
    meeting, note = room.meeting("IN"), room.note("IN")
    key = {"key": OTHER, "public": "", "suite": "ed25519", "person": "0" * 32, "post": "p", "body": "b", "from": ""}
    mandate = room.put("IN", "key", "record.key/1", key)
    free = room.keep({"v": 1})
    slot = {"kind": "adopt", "of": meeting, "step": 0}
    bound = room.keep({"room": room.room, "slot": slot})
    for manifest, of, more, reason in (
        (free, None, {}, ""),
        (free, meeting, {}, ""),
        (free, "EU/record/0", {}, "unknown"),
        (free, "IN/record/1", {}, "not-a-thing"),
        (bound, meeting, {}, ""),
        (bound, note, {}, "other-slot"),
        (bound, meeting, {"step": 1}, "other-slot"),
        (bound, meeting, {"kind": "sign"}, "other-slot"),
        (room.keep({"room": OTHER}), meeting, {}, "other-slot"),
        (room.keep({"room": room.room}), meeting, {}, ""),
        (room.keep({"slot": "adopt"}), meeting, {}, ""),
        (free, meeting, {"key": mandate}, ""),
        (free, meeting, {"key": note}, "unknown"),
        (free, meeting, {"key": "EU/record/0"}, "unknown"),
        (free, meeting, {"key": "IN/w-IN-1/0"}, "names-working"),
        (free, meeting, {"step": 1000}, "content"),
        (free, meeting, {"step": 999}, ""),
    ):
        assert room.reason(room.seal("IN", manifest, of=of, **more)) == reason, (of, more)
    late = room.seal("IN", OTHER, of=meeting)
    assert room.waiting("IN") == f"structural content {OTHER}"
    room.structural[OTHER] = {"slot": {**slot, "step": 1}}
    room.note("RU")
    assert room.waiting("IN") == ""
    assert room.reason(late) == "other-slot"


def test_the_sixty_fourth_seal_counts_and_the_next_does_not() -> None:
    room = Room()
    manifest = room.keep({"v": 1})
    seals = [room.seal("IN", manifest) for _ in range(65)]
    assert [room.reason(one) for one in seals] == [""] * 64 + ["too-many-seals"]
    assert room.reason(room.seal("IN", manifest, step=1)) == ""
    assert room.reason(room.seal("RU", manifest)) == ""


def test_terms_that_do_not_follow() -> None:
    room = joined("IN", "RU")
    now = room.terms()
    three = room.terms("EU", "IN", "RU", previous=now)

    def reason(manifest: str, side: str = "IN", of: str | None = None, step: int = 2) -> str:
        return room.reason(room.seal(side, manifest, "terms", of, step))

    meeting = room.meeting("IN")
    assert reason(three) == ""
    assert reason(three, "RU") == ""
    assert reason(room.terms("IN", "RU", previous=now)) == ""
    assert reason(three, "EU") == ""
    for bad in (
        room.terms("IN", previous=now),
        room.terms("EU", "IN", previous=now),
        room.terms("EU", "RU", previous=now),
        room.terms("EU", "IN", "RU", previous=now, slug="c8"),
        room.terms("IN", "RU", previous=now, sides=[{"side": "IN"}, {"side": "RU"}, {"side": "RU"}]),
        room.terms("IN", "RU", previous=now, sides=[{"side": "IN"}, {"side": "RU"}, {"side": "eu"}]),
        room.terms("IN", "RU", previous=now, sides=[{"side": "IN"}, {"side": "RU"}, "EU"]),
        room.terms("IN", "RU", previous=now, sides=[{"side": "IN"}, {"side": "RU"}, {}]),
        room.terms("IN", "RU", previous=now, sides={"side": "IN"}),
        room.terms("IN", "RU", previous=now, sides=None),
        room.keep({"sides": [{"side": "IN"}, {"side": "RU"}], "slug": "c7"}),
        room.terms(previous=now[:63]),
        room.terms(previous=now.upper()),
        room.terms(previous=now + "\n"),
        room.terms(previous="z" * 64),
    ):
        assert reason(bad) == "terms"
    assert reason(three, step=0) == "terms"
    assert reason(three, of=meeting) == "terms"
    assert reason(room.terms("IN", "EU", previous=room.room), "RU", step=3) == "terms"  # RU is none of its Sides
    assert reason(room.terms(previous=OTHER)) == ""
    assert room.waiting("IN") == f"structural content {OTHER}"


def test_revokes_and_findings() -> None:
    room = joined()
    manifest = room.keep({"v": 1})
    mine = room.seal("IN", manifest)
    for side in ("RU", "IN"):
        room.see(side)
    theirs = room.seal("RU", manifest)
    room.see("IN")
    assert room.reason(room.find("IN", mine)) == "own-seal"
    assert room.reason(room.find("IN", theirs)) == ""
    assert room.reason(room.find("RU", "IN/record/99")) == "unknown"
    assert room.reason(room.revoke("IN", theirs)) == "not-own"
    assert room.reason(room.revoke("IN", mine)) == ""
    assert room.reason(room.revoke("IN", mine)) == "again"
    assert room.reason(room.revoke("IN", "nothing")) == "unknown"
    assert room.reason(room.find("IN", "RU/record/1")) == "not-a-seal"
    assert room.reason(room.put("IN", "finding", "record.finding/1", {"seal": theirs, "valid": "yes"})) == "content"


def test_working_logs() -> None:
    room = joined()
    meeting = room.meeting("IN")
    log, elsewhere = f"w-{meeting.replace('/record/', '-')}", "w-RU-1"
    room.see("RU")
    paragraph = room.position("IN", "t.paragraph/1", {"name": "1"}, log=log)
    far = room.position("IN", "t.paragraph/1", {"name": "1"}, log=elsewhere)
    room.see("IN", log, IN=room.fold.log(room.origin("IN")).applied, working=None)
    for subject, reason in (
        (paragraph, ""),
        (meeting, ""),
        (far, "wrong-log"),
        (room.room, "wrong-log"),
        ("nothing", "wrong-log"),
        (paragraph[:-1] + "9", "unknown"),
    ):
        assert room.reason(room.position("IN", "t.text/1", {"words": "x"}, subject, log=log)) == reason, subject
    assert room.reason(room.put("IN", "comment", "record.comment/1", {"subject": paragraph, "paper": PAPER}, log)) == ""
    assert room.reason(room.put("IN", "comment", "record.comment/1", {"subject": "nothing", "paper": PAPER}, log)) == "unknown"
    assert room.reason(room.put("IN", "comment", "record.comment/1", {"subject": paragraph, "paper": PAPER})) == "wrong-log"
    assert room.reason(room.put("IN", "comment", "record.comment/1", {"subject": paragraph}, log)) == "content"
    assert room.reason(room.put("IN", "revoke", "record.revoke/1", {"seal": "IN/record/0"}, log)) == "wrong-log"
    assert room.reason(room.note("IN", log=log)) == "wrong-log"
    assert room.reason(room.position("IN", "t.dates/1", {"start": "x"}, meeting, log=log)) == "wrong-log"
    assert room.reason(room.position("IN", "t.text/1", {"words": "x"}, meeting)) == "wrong-log"
    assert room.reason(room.say("IN", "key_change", log, note="x")) == "wrong-log"
    told = room.received("IN", "RU", "t.text/1", {"words": "x"}, paragraph, log)
    assert room.reason(told) == ""
    assert room.reason(room.say("IN", "supersedes", target=told)) == "names-working"
    assert room.reason(room.say("IN", "supersedes", log, target=told)) == ""
    assert room.reason(room.say("IN", "supersedes", log, target="IN/record/0")) == "not-own"


def test_a_content_that_names_structure_waits_for_it() -> None:
    room = Room()
    for put in (
        lambda digest: room.note("IN", manifest=digest),
        lambda digest: room.received("IN", "RU", "t.note/1", {"text": "x", "manifest": digest}),
    ):
        digest = f"{room.sizes.get(room.origin('IN'), 0):064x}"
        put(digest)
        assert room.waiting("IN") == f"structural content {digest}"
        room.structural[digest] = {}
        room.note("RU")
        assert room.waiting("IN") == ""
    room.note("IN", text='a text that says "manifest": and no more')
    assert room.waiting("IN") == ""


def test_the_form_of_what_waits_and_the_codes_stay() -> None:
    assert void.WAITS_FOR == "structural content "
    assert void._manifests({"a": [{"manifest": "x"}, {"manifest": ["y", {"manifest": "z"}]}], "manifest": 5, "b": "manifest"}) == ["x", "z"]


def test_the_codes_and_the_bare_verdict_stay() -> None:
    assert list(void.REASONS) == [
        "malformed", "misplaced", "wrong-log", "content", "unknown", "not-a-thing", "names-working", "backwards", "not-own", "not-a-seal", "again", "own-seal",
        "too-many-seals", "not-received", "other-slot", "terms", "not-adopted", "schema",
    ]  # fmt: skip
    assert void.VERSION == 2
    assert void.Judged() == (None, None, "", "", "", "")
    assert void.sides_of({"sides": [{"side": "RU"}, {"side": "IN"}]}) == ("IN", "RU")


def test_positions_that_do_not_fit() -> None:
    room = Room()
    for schema, content, subject, reason in (
        ("t.meeting/1", {"name": "M"}, "self", ""),
        ("t.meeting/1", {"name": 5}, "self", "content"),
        ("t.meeting/1", {"name": 5}, "IN/record/0", "content"),
        ("t.meeting/1", None, "self", "content"),
        ("t.meeting/1", None, "IN/record/0", ""),
        ("t.dates/1", {"start": "x"}, "self", "content"),
        ("t.dates/1", {"start": "x"}, "IN/record/0", ""),
    ):
        assert room.reason(room.position("IN", schema, content, subject)) == reason, (schema, content, subject)
    assert room.reason(room.note("IN", weight="1")) == "content"
    assert room.reason(room.note("IN", weight=1)) == ""


def test_an_answer_stands_in_the_log_of_what_it_answers() -> None:
    room = joined()
    told = room.received("IN", "RU", "t.note/1", {"text": "x"})
    log = "w-IN-1"
    room.see("RU", log, IN=room.fold.log(room.origin("IN")).applied)
    assert room.reason(room.say("RU", "confirms", log, target=told)) == "not-received"
    room.see("RU")
    assert room.reason(room.say("RU", "confirms", target=told)) == ""


def test_changes_of_the_logs_own_key() -> None:
    room = joined()

    def told(side: str = "IN", later: int = 0, **members: Any) -> str:
        origin = room.origin(side)
        given = {"room": room.room, "origin": origin, "size": room.sizes[room.origin("IN")] + later, "root": bytes(32), **members}
        change = KeyChange(**given, key=LogSigner(origin, bytes([42]) * 32).vkey)
        return sign_note(change.text(), [LogSigner("root.example", bytes([31]) * 32).sign(change.text())]).decode()

    size = room.sizes[room.origin("IN")]
    assert room.reason(room.say("IN", "key_change", note=told())) == ""
    for wrong in ({"later": 1}, {"later": -1}, {"side": "RU"}, {"room": OTHER}):
        assert room.reason(room.say("IN", "key_change", note=told(**wrong))) == "misplaced", wrong
    for note in ("no note", told() + "x"):
        assert room.reason(room.say("IN", "key_change", note=note)) == "content"
    assert [row[:3] for row in room.table("j_log_key")] == [(f"IN/record/{size}", "IN", size)]
    (row,) = room.table("j_log_key")
    assert row[3:6] == ("00" * 32, LogSigner(room.origin("IN"), bytes([42]) * 32).vkey, room.terms())
    assert row[6].startswith("cochair/key-change/v1\n")
    assert room.reason(room.say("IN", "supersedes", target=f"IN/record/{size}")) == "not-a-thing"
    assert room.reason(room.say("IN", "key_change", "w-IN-1", note=told())) == "wrong-log"
