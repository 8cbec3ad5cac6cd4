"""Seals, terms, working logs and keys: the last entry that counts and the first that does not, written by hand."""

from __future__ import annotations

from typing import Any

from cochair.ledger.keychanges import KeyChange
from cochair.ledger.notes import LogSigner, sign_note
from cochair.record import void
from tests.record.rooms_by_hand import PAPER, Room

OTHER = "22" * 32


def joined(*sides: str) -> Room:
    room = Room(*sides)
    room.join()
    return room


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
