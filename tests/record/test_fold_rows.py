"""Every row that comes of a small life, written by hand."""

from __future__ import annotations

from tests.record.rooms_by_hand import AT, PAPER, Room

OTHER = "22" * 32


def joined(*sides: str) -> Room:
    room = Room(*sides)
    room.join()
    return room


def test_every_row_of_a_matter() -> None:
    room = joined()
    meeting = room.meeting("IN", "M")
    key = f"t.meeting|{meeting}|"
    assert room.standing(meeting) == ("open", None, None, 0)
    room.see("RU")
    theirs = room.meeting("RU", "N", meeting)
    assert room.table("j_position") == [
        (key, "IN", meeting, "t.meeting/1", '{"name":"M"}', "agreed", AT, None, key),
        (key, "RU", theirs, "t.meeting/1", '{"name":"N"}', "agreed", AT, None, key),
    ]
    assert room.standing(meeting) == ("open", None, None, 0)
    room.see("IN")
    room.meeting("IN", "N", meeting)
    assert room.table("j_matter") == [(key, "t.meeting", meeting, "", "agreed", "t.meeting/1", '{"name":"N"}', "agreed", 0, key)]
    assert room.table("t_settled") == [("t.meeting", meeting, "N", "agreed", key)]
    room.meeting("RU", "M", meeting)  # now each has taken what the other had named
    assert room.standing(meeting) == ("open", None, None, 1)
    assert room.table("t_settled") == []
    room.meeting("RU", "M", meeting, level="ad-referendum")
    assert room.standing(meeting)[3] == 1
    room.meeting("IN", "M", meeting)
    assert room.standing(meeting) == ("agreed", '{"name":"M"}', "ad-referendum", 0)
    room.meeting("IN", "M", meeting, level="reserved")
    assert room.standing(meeting) == ("open", None, None, 0)
    room.meeting("IN", None, meeting)
    room.meeting("RU", None, meeting)
    assert room.standing(meeting) == ("none", None, None, 0)
    assert [row[4] for row in room.table("j_position")] == [None, None]


def test_a_matter_by_our_account() -> None:
    room = joined()
    meeting = room.meeting("IN", "M")
    key = f"t.meeting|{meeting}|"
    told = room.received("IN", "RU", "t.meeting/1", {"name": "M"}, meeting, level="ad-referendum")
    assert room.standing(meeting) == ("account", '{"name":"M"}', "ad-referendum", 0)
    assert room.table("t_settled") == [("t.meeting", meeting, "M", "account", key)]
    assert room.table("j_account") == [(key, "RU", told, "IN", "t.meeting/1", '{"name":"M"}', "ad-referendum", AT, "", key)]
    assert room.table("j_received") == [
        (told, "IN", "RU", None, "", "", "letter",
         f'{{"as":"position","content":{{"name":"M"}},"level":"ad-referendum","schema":"t.meeting/1","subject":"{meeting}"}}', told),
    ]  # fmt: skip
    other = room.received("IN", "RU", "t.meeting/1", {"name": "N"}, meeting)
    assert room.standing(meeting) == ("open", None, None, 0)  # the later one counts
    assert room.table("j_account")[0][2] == other
    taken_back = room.say("IN", "supersedes", target=other)
    assert room.standing(meeting)[0] == "account"
    assert room.table("j_account")[0][2] == told
    assert room.table("j_answer") == [(taken_back, other, "IN", "supersedes", None, taken_back)]
    room.see("RU")
    confirmed = room.say("RU", "confirms", target=told)
    assert room.standing(meeting) == ("agreed", '{"name":"M"}', "ad-referendum", 0)
    assert room.table("j_account")[0][8] == "confirms"
    assert room.table("j_position")[1] == (key, "RU", confirmed, "t.meeting/1", '{"name":"M"}', "ad-referendum", AT, told, key)
    room.say("IN", "supersedes", target=told)  # the Side's own word stays
    assert room.standing(meeting)[0] == "agreed"
    assert room.table("j_account") == []


def test_a_corrected_account_counts_no_more() -> None:
    room = joined()
    meeting = room.meeting("IN", "M")
    told = room.received("IN", "RU", "t.meeting/1", {"name": "M"}, meeting)
    room.see("RU")
    mine = room.note("RU")
    answer = room.say("RU", "corrects", target=told, **{"with": mine})
    assert room.standing(meeting) == ("open", None, None, 0)
    assert room.table("j_account")[0][8] == "corrects"
    assert room.table("j_answer") == [(answer, told, "RU", "corrects", mine, answer)]


def test_who_reports_nothing_of_the_content_or_reserves_it_gives_no_account() -> None:
    room = joined("EU", "IN", "RU")
    meeting = room.meeting("IN", "M")
    room.received("IN", "RU", "t.meeting/1", {"name": "M"}, meeting)
    assert room.standing(meeting)[0] == "open"  # nothing is known of EU
    room.received("IN", "EU", "t.meeting/1", {"name": "M"}, meeting, level="reserved")
    assert room.standing(meeting)[0] == "open"
    room.received("IN", "EU", "t.meeting/1", None, meeting)
    assert room.standing(meeting)[0] == "open"
    room.received("IN", "EU", "t.meeting/1", {"name": "M"}, meeting)
    assert room.standing(meeting) == ("account", '{"name":"M"}', "agreed", 0)
    room.see("EU")
    room.meeting("EU", "N", meeting)
    assert room.standing(meeting)[0] == "open"
    room.meeting("EU", "M", meeting)
    assert room.standing(meeting)[0] == "account"
    room.see("RU")
    room.meeting("RU", "M", meeting)
    assert room.standing(meeting) == ("agreed", '{"name":"M"}', "agreed", 0)


def test_a_thing_introduced_by_an_account() -> None:
    room = joined()
    told = room.received("IN", "RU", "t.meeting/1", {"name": "M"})
    assert room.standing(told) == ("open", None, None, 0)
    room.meeting("IN", "M", told)
    assert room.standing(told)[0] == "account"
    assert room.table("j_matter")[0][2:4] == (told, "")
    part = room.position("IN", "t.dates/1", {"start": "1"}, told, part="p")
    assert room.table("j_matter")[0][:4] == (f"t.dates|{told}|p", "t.dates", told, "p")
    assert room.table("j_position")[0][:3] == (f"t.dates|{told}|p", "IN", part)


def test_nothing_is_agreed_by_one_side_alone() -> None:
    room = Room("IN")
    meeting = room.meeting("IN", "M")
    assert room.standing(meeting) == ("open", None, None, 0)
    assert room.table("t_settled") == []


def test_terms_that_come_into_force_put_every_matter_and_slot_anew() -> None:
    room = Room()
    meeting = room.meeting("IN", "M")
    room.see("RU")
    room.meeting("RU", "M", meeting)
    assert room.standing(meeting)[0] == "open"
    manifest = room.keep({"v": 1})
    terms = room.join()
    assert room.standing(meeting)[0] == "agreed"
    three = Room("EU", "IN", "RU")
    meeting = three.meeting("EU", "M")
    three.see("IN")
    three.meeting("IN", "M", meeting)
    first = three.terms("EU", "IN")
    three.agree(first, "terms", None, 1, ("EU", "IN"))
    assert three.standing(meeting)[0] == "agreed"
    three.agree(three.terms(previous=first), "terms", None, 2)
    assert three.standing(meeting)[0] == "open"
    assert [row[:5] for row in room.table("j_slot")] == [(f"terms|{room.room}|1", "terms", room.room, 1, terms)]
    room.agree(manifest)
    assert next(row[:5] for row in room.table("j_slot")) == (f"adopt|{room.room}|0", "adopt", room.room, 0, manifest)


def test_every_row_of_a_slot() -> None:
    room = joined()
    terms = room.terms()
    manifest, other = room.keep({"v": 1}), room.keep({"v": 2})
    slot = f"adopt|{room.room}|0"
    body = room.seal_body(manifest)
    first = room.put("IN", "seal", "record.seal/1", {**body, "heads": {"RU": 2, "IN": 3}, "how": "key"})
    room.see("RU")
    room.find("RU", first)
    second = room.seal("RU", manifest)
    room.see("IN")
    assert room.table("t_adopted") == []
    rows = {row[0]: row for row in room.table("j_seal")}
    assert rows[first] == (first, slot, "IN", 4, manifest, None, PAPER, "key", AT, '{"IN":3,"RU":2}', terms, "", 0, "pending", slot)
    assert rows[second][-3:-1] == (0, "unfound")
    found = room.find("IN", second, reason="by our law")
    assert room.table("t_adopted") == [(slot, manifest, f"manifest:{manifest}")]
    assert (found, slot, second, "IN", 6, 1, "by our law", slot) in room.table("j_finding")
    revoked, third = room.revoke("IN", first), room.seal("IN", other)
    rows = {row[0]: row for row in room.table("j_seal")}
    assert rows[first][-4:-1] == (revoked, 1, "")
    assert rows[second][-4:-1] == ("", 1, "")
    assert rows[third][-4:-1] == ("", 0, "bound")
    assert room.table("j_slot")[0] == (slot, "adopt", room.room, 0, manifest, slot)
    assert room.table("t_adopted") == [(slot, manifest, f"manifest:{manifest}")]
    assert {row[10] for row in room.table("j_seal") if row[1].startswith("terms")} == {room.room}


def test_a_manifest_agreed_in_two_slots_has_the_rows_of_the_first() -> None:
    room = joined()
    manifest = room.keep({"v": 1})
    room.agree(manifest, step=1)
    assert [row[:2] for row in room.table("t_adopted")] == [(f"adopt|{room.room}|1", manifest)]
    room.agree(manifest)
    assert [row[:2] for row in room.table("t_adopted")] == [(f"adopt|{room.room}|0", manifest)]
    room.agree(manifest, step=2)
    assert [row[:2] for row in room.table("t_adopted")] == [(f"adopt|{room.room}|0", manifest)]


def test_a_seal_of_a_side_that_the_manifest_does_not_need_is_alone() -> None:
    room = joined()
    manifest = room.keep({"v": 1})
    room.agree(manifest)
    room.see("EU", IN=1)
    stranger = room.seal("EU", manifest)
    assert next(row for row in room.table("j_seal") if row[0] == stranger)[-3:-1] == (0, "alone")
    assert [row[12] for row in room.table("j_seal") if row[1].startswith("adopt")] == [0, 1, 1]


def test_statements_and_their_accounts() -> None:
    room = joined()
    meeting = room.meeting("IN")
    note = room.note("IN", "one", subject=meeting)
    told = room.received("IN", "RU", "t.note/1", {"text": "said"})
    assert room.table("j_statement") == [(note, "IN", "record", 5, AT, "t.note/1", meeting, '{"text":"one"}', note)]
    assert room.table("t_note") == [(note, "IN", "", "one", 0, note), (told, "RU", "IN", "said", 0, told)]
    room.see("RU")
    room.say("RU", "confirms", target=told)
    assert room.table("t_note")[1] == (told, "RU", "", "said", 0, told)
    room.say("IN", "supersedes", target=told)
    assert room.table("t_note")[1] == (told, "RU", "", "said", 0, told)  # what its Side confirmed stays
    lost = room.received("IN", "RU", "t.note/1", {"text": "lost"})
    room.say("IN", "supersedes", target=lost)
    wrong = room.received("IN", "RU", "t.note/1", {"text": "wrong"})
    room.see("RU")
    room.say("RU", "corrects", target=wrong, **{"with": "RU/record/0"})
    room.say("IN", "supersedes", target=note)
    assert [row[0] for row in room.table("t_note")] == [told]
    assert next(row[0] for row in room.table("j_statement")) == note  # stays readable


def test_keys_notices_and_comments() -> None:
    room = joined()
    key = {"key": OTHER, "public": "00", "suite": "ed25519", "person": "1" * 32, "post": "p", "body": "b", "from": "2026-01-01"}
    mandate = room.put("IN", "key", "record.key/1", {**key, "until": "2026-12-31", "certificate": PAPER})
    assert room.table("j_key") == [(mandate, "IN", OTHER, "00", "ed25519", "1" * 32, "p", "b", "2026-01-01", "2026-12-31", PAPER, mandate)]
    notices = {
        "erase": {"paper": PAPER, "ground": "law"},
        "destroyed": {"log": "in.example/c7/IN/w-IN-1", "size": 3},
        "fault": {"log": "ru.example/c7/RU/record", "what": "fork"},
    }
    names = {kind: room.put("IN", kind, f"record.{kind}/1", body) for kind, body in notices.items()}
    assert {row[2]: row for row in room.table("j_notice")} == {
        "erase": (names["erase"], "IN", "erase", f'{{"ground":"law","paper":"{PAPER}"}}', AT, names["erase"]),
        "destroyed": (names["destroyed"], "IN", "destroyed", '{"log":"in.example/c7/IN/w-IN-1","size":3}', AT, names["destroyed"]),
        "fault": (names["fault"], "IN", "fault", '{"log":"ru.example/c7/RU/record","what":"fork"}', AT, names["fault"]),
    }
    log = "w-IN-1"
    paragraph = room.position("IN", "t.paragraph/1", {"name": "1"}, log=log)
    comment = room.put("IN", "comment", "record.comment/1", {"subject": paragraph, "paper": PAPER}, log)
    assert room.table("w_comment") == [(comment, "IN", paragraph, PAPER, AT, comment)]
    state = room.fold.log(room.origin("IN", log))
    assert state.tags == ["matter:t.paragraph", "comment"]
    assert (state.name, state.working, state.applied) == (f"IN/{log}", True, 2)


def test_working_matters_write_working_tables() -> None:
    room = joined()
    meeting = room.meeting("IN")
    log = f"w-{meeting.replace('/record/', '-')}"
    for side in ("IN", "RU"):
        room.see(side, log, IN=room.fold.log(room.origin("IN")).applied)
    room.position("IN", "t.text/1", {"words": "x"}, meeting, log=log)
    room.position("RU", "t.text/1", {"words": "x"}, meeting, log=log)
    key = f"t.text|{meeting}|"
    assert room.table("w_matter") == [(key, "t.text", meeting, "", "agreed", "t.text/1", '{"words":"x"}', "agreed", 0, key)]
    assert room.table("t_text") == [(meeting, "", "x", key)]
    assert [row[:2] for row in room.table("w_position")] == [(key, "IN"), (key, "RU")]
    bad = room.note("IN", log=log)
    assert room.table("w_void") == [(bad, "wrong-log", bad)]


def test_a_later_turn_of_a_working_log_waits_until_the_earlier_is_gone() -> None:
    room = joined()
    meeting = room.meeting("IN")
    log = f"w-{meeting.replace('/record/', '-')}"
    first = room.position("RU", "t.text/1", {"words": "x"}, meeting, log=log)
    assert room.reason(first) == "unknown"
    room.position("IN", "t.text/1", {"words": "x"}, meeting, log=f"{log}-2")
    assert room.waiting("IN", f"{log}-2") == "RU/" + log + " to be destroyed"
    other = Room()
    other.position("IN", "t.paragraph/1", {"name": "1"}, log="w-IN-1-3")
    assert other.waiting("IN", "w-IN-1-3") == ""
    other.position("IN", "t.paragraph/1", {"name": "1"}, log="w-IN-1-2")
    assert other.waiting("IN", "w-IN-1-2") == ""  # an earlier turn does not wait for a later one
    other.position("IN", "t.paragraph/1", {"name": "1"}, log="w-IN-1-3")
    assert other.waiting("IN", "w-IN-1-3") == "IN/w-IN-1-2 to be destroyed"
    other.position("IN", "t.paragraph/1", {"name": "1"}, log="w-IN-2")
    assert other.waiting("IN", "w-IN-2") == ""
