"""Many entries at once, logs that wait or stop, and what effects are shown: written by hand."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from cochair.record import fold as module
from cochair.record.contents import RECORD
from cochair.record.registry import MatterView, Registry, Stage
from cochair.record.schemas import Adopted, make_list
from tests.record.makers import STAGE
from tests.record.rooms_by_hand import PAPER, Room


def joined(*sides: str) -> Room:
    room = Room(*sides)
    room.join()
    return room


def many(room: Room, number: int, odd: dict[int, bytes] | None = None) -> list[bytes]:
    """So many notes of IN, some replaced; not yet held."""
    return [(odd or {}).get(seq) or room.bytes("IN", "statement", "t.note/1", {"text": str(seq)}, seq=seq) for seq in range(number)]


def test_many_entries_at_once_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Room()
    unusual = maker.bytes("IN", "statement", "t.note/1", {"text": "\N{GRINNING FACE}", "\N{GRINNING FACE}": 1}, seq=5)
    odd = {5: unusual, 300: b"no entry", 301: maker.bytes("IN", "statement", "t.note/1", {"text": 5}, seq=301)}
    asked: list[int] = []

    def runs(run: list[bytes], log: str, room: str, first: int) -> Any:
        asked.append(first)
        return decode_run(run, log, room, first)

    decode_run = module.decode_run
    monkeypatch.setattr(module, "decode_run", runs)
    whole, single = Room(), Room()
    data = many(whole, 1100, odd)
    whole.fold.hold(whole.origin("IN"), data)
    whole.book.apply(whole.fold.advance())
    assert asked == [0, 256, 512, 768]  # the first two hold something unusual: looked at one by one; the rest is too short
    for one in data:
        single.hold("IN", one)
    assert asked == [0, 256, 512, 768]
    assert whole.book.rows() == single.book.rows()
    log = whole.fold.log(whole.origin("IN"))
    assert (log.applied, len(log.pending), len(log.decoded), log.singly) == (1100, 0, 0, 0)
    assert [row[:2] for row in whole.table("j_void")] == [
        ("IN/record/300", "malformed"),
        ("IN/record/301", "content"),
        ("IN/record/5", "content"),
    ]
    assert log.tags[4:7] == ["t.note/1", "", "t.note/1"]


def test_a_usual_run_is_decoded_together_and_a_short_one_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_data: bytes) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "decode", never)
    room = Room()
    log = room.fold.log(room.origin("IN"))
    room.fold.hold(room.origin("IN"), many(room, 256))
    room.fold.advance({room.origin("IN"): 100})
    assert (log.applied, len(log.decoded)) == (100, 156)
    room.fold.advance()
    assert log.applied == 256
    short = Room()
    short.fold.hold(short.origin("IN"), many(short, 255))
    with pytest.raises(ZeroDivisionError):
        short.fold.advance()


def test_which_earlier_log_a_later_turn_waits_for() -> None:
    room = Room()
    log = room.fold.log
    later = log(room.origin("IN", "w-IN-1-3"))
    assert room.fold.earlier(log(room.origin("IN"))) == ""
    assert room.fold.earlier(later) == ""
    first = log(room.origin("RU", "w-IN-1"))  # known by name, and empty
    log(room.origin("RU", "w-RU-1-2"))
    assert room.fold.earlier(later) == ""
    assert room.fold.earlier(first) == ""
    room.fold.hold(first.origin, [room.bytes("RU", "seen", "record.seen/1", {"heads": {"IN": {"size": 9, "root": PAPER}}}, "w-IN-1")])
    assert room.fold.earlier(later) == "RU/w-IN-1"  # it holds what cannot be applied yet
    room.fold.advance()
    assert (first.applied, room.fold.earlier(later)) == (0, "RU/w-IN-1")
    assert room.fold.earlier(first) == ""


def test_tags_say_what_each_entry_is() -> None:
    room = joined()
    meeting = room.meeting("IN")
    room.meeting("IN", "N", meeting)
    room.note("IN")
    room.put("IN", "statement", "t.note/1", {"text": 5})
    assert room.fold.log(room.origin("IN")).tags == ["seal", "seen", "finding", "seen", "matter:t.meeting", "position", "t.note/1", ""]


def test_a_revoke_is_shown_at_once_and_frees_its_side() -> None:
    room = joined()
    one, other = room.keep({"v": 1}), room.keep({"v": 2})
    first = room.seal("IN", one)
    revoked = room.revoke("IN", first)
    assert next(row for row in room.table("j_seal") if row[0] == first)[11] == revoked
    room.see("RU")
    room.see("IN")
    second = room.seal("IN", other)
    assert next(row for row in room.table("j_seal") if row[0] == second)[-2] == "unfound"  # not bound by the first


def watched(seen: list[Any]) -> Registry:
    def look(view: Any) -> list[Any]:
        seen.append(view)
        return []

    return Registry([RECORD, Stage(**{**vars(STAGE), "on_agreed": look, "on_adopted": look, "on_statement": look})])


def test_what_effects_are_shown() -> None:
    seen: list[Any] = []
    room = Room("EU", "IN", "RU", registry=watched(seen))
    room.join()
    meeting = room.meeting("IN", "M")
    room.see("RU")
    taken = room.meeting("RU", "M", meeting)
    room.received("RU", "EU", "t.meeting/1", {"name": "M"}, meeting)
    heads = {"IN": int(meeting.rpartition("/")[2]) + 1, "RU": int(taken.rpartition("/")[2]) + 1}
    view: MatterView = seen[-1]
    assert view[:4] == (f"t.meeting|{meeting}|", "t.meeting", meeting, "")
    assert (view.content.name, view.level, view.standing, view.at_heads) == ("M", "agreed", "account", heads)
    note = room.note("IN", "x", subject=meeting)
    assert seen[-1][:7] == (note, "IN", "record", int(note.rpartition("/")[2]), "2026-01-05T09:00:00Z", "t.note/1", meeting)
    assert (seen[-1].content.text, seen[-1].account) == ("x", "")


def test_terms_and_schemas_are_no_business_of_stages() -> None:
    seen: list[Any] = []
    room = Room(registry=watched(seen))
    room.join()
    manifest = room.keep(make_list(room.room, None, {"u.later/1": Adopted("11" * 32, "0.2")}))
    room.agree(manifest, "schema", None, 1)
    assert next(row[4] for row in room.table("j_slot") if row[1] == "schema") == manifest
    assert seen == []
    room.agree(manifest, "adopt")
    assert [view.slot.kind for view in seen] == ["adopt"]  # of the slot that comes first by name


def test_garbage_is_not_looked_for_while_many_entries_are_folded() -> None:
    for before in (True, False):
        (gc.enable if before else gc.disable)()
        try:
            for entries, during in ((0, before), (2000, before), (2001, False)):
                with module.uncollected(entries):
                    assert gc.isenabled() is during
                assert gc.isenabled() is before
        finally:
            gc.enable()


def test_an_entry_offered_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []

    def judge(registry: Any, past: Any, entry: Any) -> Any:
        judged.append(entry.seq)
        return real(registry, past, entry)

    real = module.judge
    monkeypatch.setattr(module, "judge", judge)
    room = Room()
    log = room.fold.log(room.origin("IN"))
    for seq in range(3):
        data = room.bytes("IN", "statement", "t.note/1", {"text": str(seq)})
        room.fold.offer(log, data, module.decode(data))
        room.hold("IN", data)
    assert judged == [0, 1, 2]


def test_rows_are_handed_over_in_one_order() -> None:
    """Whatever the order in which things came, and however a set of texts is laid out in this process."""
    room = Room("IN", "RU")
    room.join()
    meetings = [room.meeting("IN") for _ in range(9)]
    room.see("RU")
    origin, size = room.origin("RU"), room.sizes[room.origin("RU")]
    data = []
    for place, one in enumerate(reversed(meetings)):
        body = {"subject": one, "content": {"name": "N"}, "level": "agreed"}
        data.append(room.bytes("RU", "position", "t.meeting/1", body, seq=size + 3 * place))
        data.append(
            room.bytes("RU", "seal", "record.seal/1", room.seal_body(room.keep({"v": 1}), step=20 - place), seq=size + 3 * place + 1)
        )
        account = {"as": "statement", "schema": "t.note/1", "subject": "self", "content": {"text": "x"}}
        data.append(
            room.bytes("RU", "statement", "record.received/1", {"from": "IN", "how": "said", "account": account}, seq=size + 3 * place + 2)
        )
    room.fold.hold(origin, data)
    made = room.fold.advance().rows
    for table in ("j_matter", "j_slot", "t_note"):
        assert len(made[table]) == 9
        assert list(made[table]) == sorted(made[table])
    heads = Room("AA", "BB", "CC", "DD")
    for side in ("DD", "CC", "BB", "AA"):
        heads.note(side)
    for of in ("DD", "CC", "BB"):
        heads.see("AA", **{of: 1})
    for side in ("DD", "CC", "BB"):
        entry = heads.bytes(side, "seen", "record.seen/1", {"heads": {"AA": {"size": 1, "root": PAPER}}})
        heads.fold.hold(heads.origin(side), [entry])
    entry = heads.bytes("AA", "seen", "record.seen/1", {"heads": {"BB": {"size": 2, "root": PAPER}}})
    heads.fold.hold(heads.origin("AA"), [entry])
    rows = heads.fold.advance().rows["j_head"]
    assert list(rows) == ["AA/record", "BB/record", "CC/record", "DD/record"]
    assert [row[1] for row in rows["AA/record"]] == ["BB/record", "CC/record", "DD/record"]


def test_positions_and_accounts_stand_in_the_order_of_the_sides() -> None:
    room = Room("CC", "BB", "AA")
    meeting = room.meeting("CC", "M")
    for side in ("BB", "AA"):
        room.see(side)
        room.meeting(side, "N", meeting)
        room.received(side, "DD", "t.meeting/1", {"name": "M"}, meeting)
    key = f"t.meeting|{meeting}|"
    assert [row[1] for row in room.book.tables["j_position"][key]] == ["AA", "BB", "CC"]
    assert [row[3] for row in room.book.tables["j_account"][key]] == ["AA", "BB"]


def test_who_is_no_side_is_not_counted_among_the_heads() -> None:
    seen: list[Any] = []
    room = Room("IN", "RU", registry=watched(seen))
    room.join()
    meeting = room.meeting("RU", "M")
    room.see("AA", RU=room.sizes[room.origin("RU")])
    room.meeting("AA", "N", meeting)
    room.see("IN")
    room.meeting("IN", "M", meeting)
    assert list(seen[-1].at_heads) == ["IN", "RU"]
