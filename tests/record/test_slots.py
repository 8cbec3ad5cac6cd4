"""Whose seals a manifest needs, and which terms are in force; and when positions cross. Written by hand."""

from __future__ import annotations

from cochair.record.agreement import Acknowledgements, Seen
from cochair.record.matters import Standing
from cochair.record.slots import TermsChain, _named, _verdict, causal_cut, known_cut
from cochair.record.state import LogState
from tests.record.rooms_by_hand import Room


def agreed(room: Room, kind: str = "adopt", step: int = 0) -> str | None:
    return next(row[4] for row in room.table("j_slot") if row[0] == f"{kind}|{room.room}|{step}")


def test_terms_that_name_another_predecessor_never_come_into_force() -> None:
    room = Room()
    terms = room.join()
    stale = room.terms("IN", "RU", previous=room.room, note="stale")
    room.agree(stale, "terms", None, 2)
    assert agreed(room, "terms", 2) == stale
    assert room.fold.chain().digests == [room.room, terms]
    assert room.fold.chain().sides == [("IN",), ("IN", "RU")]
    third = room.terms("IN", "RU", previous=stale, note="third")
    room.agree(third, "terms", None, 3)
    assert room.fold.chain().digests == [room.room, terms]


def test_a_manifest_needs_the_sides_of_the_terms_under_which_it_was_sealed() -> None:
    room = Room("IN", "RU", "EU")
    two = room.terms("IN", "RU")
    room.agree(two, "terms", None, 1, ("IN", "RU"))
    for side in ("IN", "RU"):
        room.see(side)
    old, new = room.keep({"v": 1}), room.keep({"v": 2})
    first = room.seal("IN", old)
    room.agree(room.terms("IN", "RU", "EU", previous=two), "terms", None, 2)
    for side in room.sides:
        room.see(side)
    assert room.fold.chain().sides == [("IN",), ("IN", "RU"), ("EU", "IN", "RU")]
    room.agree(new, "adopt", None, 1, ("IN", "RU"))
    assert agreed(room, step=1) is None  # sealed under the terms of three
    theirs = room.seal("RU", old)
    room.see("IN")
    room.find("IN", theirs)
    room.find("RU", first)
    assert agreed(room) == old  # begun under the terms of two
    mixed = room.seal("RU", new)
    room.see("IN")
    room.find("IN", mixed)
    assert {row[0]: row[-3] for row in room.table("j_seal")}[mixed] == 0


def test_a_manifest_needs_its_own_terms_not_those_of_another_in_the_same_slot() -> None:
    room = Room("IN", "RU", "EU")
    two = room.terms("IN", "RU")
    room.agree(two, "terms", None, 1, ("IN", "RU"))
    for side in ("IN", "RU"):
        room.see(side)
    old, new = room.keep({"v": 1}), room.keep({"v": 2})
    room.revoke("RU", room.seal("RU", old))
    room.agree(room.terms("IN", "RU", "EU", previous=two), "terms", None, 2)
    for side in room.sides:
        room.see(side)
    for side in room.sides:
        room.see(side)
    seals = room.agree(new, "adopt", None, 0, ("IN", "RU"))
    assert agreed(room) is None
    seals["EU"] = room.seal("EU", new)
    for side in room.sides:
        room.see(side)
    for side in ("IN", "RU"):
        room.find(side, seals["EU"])
        room.find("EU", seals[side])
    assert agreed(room) == new


def test_a_seal_from_before_there_were_two_sides_counts_with_a_later_one() -> None:
    room = Room()
    manifest = room.keep({"v": 1})
    first = room.seal("IN", manifest)
    room.join()
    second = room.seal("RU", manifest)
    room.see("IN")
    room.find("RU", first)
    room.find("IN", second)
    assert agreed(room) == manifest


def test_what_a_log_knew_of_the_records() -> None:
    log = LogState("in.example/c7/IN/w-IN-1", "IN", "w-IN-1")
    assert (log.stopped, log.waiting, log.singly, log.name) == ("", "", 0, "IN/w-IN-1")
    log.heads = {"RU/record": (2, ""), "RU/w-IN-1": (7, ""), "EU/record": (0, "")}
    log.tags = ["", "", ""]
    assert known_cut(log) == {"RU": 2, "EU": 0, "IN": 3}


def test_positions_cross_only_when_each_took_what_the_other_had() -> None:
    for moves, crossed in (
        ((("RU", "M"), ("IN", "N")), 0),
        ((("RU", "M"), ("RU", "N")), 0),
        ((("RU", "N"), ("IN", "N")), 0),
        ((("RU", "N"), ("IN", "N"), ("RU", "M")), 1),
        ((("RU", "N"), ("RU", "M"), ("IN", "N")), 1),
        ((("RU", "M"), ("IN", None)), 0),
        ((("RU", "M"), ("RU", None)), 0),
        ((("RU", "N"), ("IN", "N"), ("RU", "M"), ("RU", None)), 0),
    ):
        room = Room()
        room.join()
        meeting = room.meeting("IN", "M")
        room.see("RU")
        for side, name in moves:
            room.meeting(side, name, meeting)
        assert room.standing(meeting)[3] == crossed, moves
    assert Standing("none") == ("none", None, None, False)


def test_an_account_of_a_side_that_has_spoken_does_not_count() -> None:
    room = Room("EU", "IN", "RU")
    room.join()
    meeting = room.meeting("IN", "M")
    room.received("IN", "RU", "t.meeting/1", {"name": "N"}, meeting)
    room.received("IN", "EU", "t.meeting/1", {"name": "M"}, meeting)
    assert room.standing(meeting)[0] == "open"
    room.see("RU")
    room.meeting("RU", "M", meeting)
    assert room.standing(meeting)[0] == "account"


def test_what_is_not_held_names_nobody() -> None:
    assert TermsChain("00" * 32, {}, Acknowledgements(), {}, lambda _digest: None).sides == [()]
    assert _named("00" * 32, lambda _digest: None) == ((), ())


def test_the_seal_of_a_stranger_makes_nothing_need_fewer_sides() -> None:
    room = Room("IN", "RU", "EU")
    two = room.terms("IN", "RU")
    room.agree(two, "terms", None, 1, ("IN", "RU"))
    for _ in range(2):
        for side in room.sides:
            room.see(side)
    manifest = room.keep({"v": 1})
    stranger = room.seal("EU", manifest)
    assert {row[0]: row[10] for row in room.table("j_seal")}[stranger] == two
    room.agree(room.terms("IN", "RU", "EU", previous=two), "terms", None, 2)
    for _ in range(2):
        for side in room.sides:
            room.see(side)
    room.agree(manifest, "adopt", None, 0, ("IN", "RU"))
    assert agreed(room) is None


def test_what_a_log_knew_through_others() -> None:
    acks = Acknowledgements()
    for side, index, other, size in (("RU", 0, "EU", 1), ("RU", 3, "EU", 9), ("EU", 0, "CN", 4), ("CN", 2, "IN", 7)):
        acks.add(side, index, Seen(other, size))
    record = LogState("in.example/c7/IN/record", "IN", "record")
    record.tags = ["", ""]
    assert causal_cut(record, acks) == {"IN": 2}
    record.heads = {"RU/record": (3, "")}
    assert causal_cut(record, acks) == {"IN": 7, "RU": 3, "EU": 1, "CN": 4}
    working = LogState("in.example/c7/IN/w-IN-1", "IN", "w-IN-1")
    working.tags = ["", "", ""]
    assert causal_cut(working, acks) == {"IN": 0}
    working.heads = {"IN/record": (5, ""), "RU/record": (0, "")}
    assert causal_cut(working, acks) == {"IN": 5, "RU": 0}


def test_a_seal_beyond_the_cut_names_no_manifest() -> None:
    room = Room()
    room.join()
    manifest = room.keep({"v": 1})
    seq = int(room.seal("IN", manifest).rpartition("/")[2])
    room.seal("RU", room.keep({"v": 2}))
    fold, slot = room.fold, room.fold.state.slots[f"adopt|{room.room}|0"]
    for cut, named in (({"IN": seq + 1}, {manifest}), ({"IN": seq}, set()), ({}, set())):
        assert set(_verdict(slot, fold.acks, cut, fold.chain(), fold.structural)[1]) == named
    early = Room()
    first = early.seal("IN", early.keep({"v": 1}))
    assert first == "IN/record/0"
    slot = early.fold.state.slots[f"adopt|{early.room}|0"]
    assert _verdict(slot, early.fold.acks, {}, early.fold.chain(), early.fold.structural)[1] == {}
