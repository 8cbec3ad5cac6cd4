"""Which schemas a log's writer may use, written by hand: what was adopted, as far as he knew, and no entry sooner."""

from __future__ import annotations

from typing import Any

import pytest

from cochair.record.registry import Registry, Stage, StatementKind
from cochair.record.schemas import Adopted, listed, make_list
from tests.record.makers import REGISTRY, Note
from tests.record.rooms_by_hand import Room

LATER = "u.later/1"
KNOWING = Registry([*REGISTRY.stages, Stage(name="u", statements=(StatementKind("u.later", 1, Note, "Later", "0.2"),))])
MEANT = Adopted(KNOWING.described(LATER)[1], "0.2")
OTHERWISE = Adopted("11" * 32, "0.3")


def joined(registry: Registry = REGISTRY, *sides: str) -> Room:
    room = Room(*sides, registry=registry)
    room.join()
    return room


def adopt(room: Room, previous: str | None = None, step: int = 1, **schemas: Adopted) -> str:
    listed = {name.replace("__", ".").replace("_v", "/"): one for name, one in schemas.items()}
    digest = room.keep(make_list(room.room, previous, listed))
    room.agree(digest, "schema", None, step)
    return digest


def later(room: Room, side: str, log: str = "record") -> str:
    return room.put(side, "statement", LATER, {"subject": "self", "text": "x"}, log)


@pytest.mark.parametrize(
    ("registry", "adopted", "stops"),
    [
        (KNOWING, MEANT, ""),
        (KNOWING, OTHERWISE, "needs version 0.3 of Cochair (u.later/1)"),
        (REGISTRY, MEANT, "needs version 0.2 of Cochair (u.later/1)"),
    ],
)
def test_a_schema_is_used_where_its_side_knows_that_all_adopted_it(registry: Registry, adopted: Adopted, stops: str) -> None:
    room = joined(registry)
    assert room.reason(later(room, "IN")) == "not-adopted"
    adopt(room, u__later_v1=adopted)
    unaware = later(room, "IN")  # its log has not acknowledged the last finding of the other
    assert room.reason(unaware) == "not-adopted"
    room.see("IN")
    room.note("IN")
    name = later(room, "IN")
    assert room.reason(name) == ""
    assert room.waiting("IN") == stops
    assert (name in [row[0] for row in room.table("j_statement")]) is (stops == "")


def test_a_report_of_what_was_not_adopted_or_is_not_known() -> None:
    for registry, adopted, stops in ((KNOWING, MEANT, ""), (REGISTRY, MEANT, "needs version 0.2 of Cochair (u.later/1)")):
        room = joined(registry)
        account = {"as": "statement", "schema": LATER, "subject": "self", "content": {"text": "x"}}
        body = {"from": "RU", "how": "said", "account": account}
        assert room.reason(room.put("IN", "statement", "record.received/1", body)) == "not-adopted"
        adopt(room, u__later_v1=adopted)
        room.see("IN")
        assert room.reason(room.put("IN", "statement", "record.received/1", body)) == ""
        assert room.waiting("IN") == stops


def test_entries_of_a_later_form() -> None:
    room = joined()
    assert room.reason(room.hold("IN", b'{"v":2}')) == "not-adopted"
    adopt(room, record__entry_v2=OTHERWISE)
    room.see("IN")
    assert room.reason(room.hold("IN", b'{"v":3}')) == "not-adopted"
    room.hold("IN", b'{"v":2}')
    assert room.waiting("IN") == "needs version 0.3 of Cochair (record.entry/2)"


def test_a_list_follows_the_one_before() -> None:
    room = joined(KNOWING)
    one = {LATER: MEANT}
    first = room.keep(make_list(room.room, None, one))
    more = {**one, "u.more/1": OTHERWISE}

    def reason(value: dict[str, Any], step: int = 1, of: str | None = None) -> str:
        return room.reason(room.seal("IN", room.keep(value), "schema", of, step))

    meeting = room.meeting("IN")
    good = make_list(room.room, None, one)
    assert reason(good) == ""
    assert reason(make_list(room.room, first, more), 2) == ""
    for value, step, of in (
        (good, 0, None),
        (make_list(room.room, first, more), 0, None),
        ({"v": 1}, 1, None),
        (good, 2, None),
        (good, 1, meeting),
        ({**good, "v": 2}, 1, None),
        ({**good, "schemas": []}, 1, None),
        (make_list(room.room, first, more), 1, None),
        (make_list(room.room, first, one), 2, None),
        (make_list(room.room, first, {LATER: OTHERWISE, "u.more/1": OTHERWISE}), 2, None),
        (make_list(room.room, first, {"u.more/1": OTHERWISE}), 2, None),
        (make_list(room.room, room.keep({"v": 1}), more), 2, None),
    ):
        assert reason(value, step, of) == "schema", (value, step)
    assert reason(make_list(room.room, "22" * 32, more), 2) == ""
    assert room.waiting("IN") == f"structural content {'22' * 32}"


def test_lists_come_into_force_one_after_the_other() -> None:
    room = joined(KNOWING)
    first = adopt(room, u__later_v1=MEANT)
    adopt(room, room.keep(make_list(room.room, None, {"u.other/1": OTHERWISE})), 2, u__other_v1=OTHERWISE, u__more_v1=OTHERWISE)
    for side in ("IN", "RU"):
        room.see(side)
    assert room.reason(later(room, "RU")) == ""
    assert room.reason(room.put("RU", "statement", "u.more/1", {})) == "not-adopted"  # its list follows another
    adopt(room, first, 3, u__later_v1=MEANT, u__more_v1=OTHERWISE)
    room.see("RU")
    assert room.reason(room.put("RU", "statement", "u.more/1", {})) == "not-adopted"  # nor is there a third without a second
    other = joined(KNOWING)
    first = adopt(other, u__later_v1=MEANT)
    adopt(other, first, 2, u__later_v1=MEANT, u__more_v1=OTHERWISE)
    other.see("RU")
    other.put("RU", "statement", "u.more/1", {})
    assert other.waiting("RU") == "needs version 0.3 of Cochair (u.more/1)"


def test_a_working_log_knows_what_it_acknowledged_of_the_records() -> None:
    room = joined(KNOWING)
    adopt(room, u__later_v1=MEANT)
    log = "w-IN-1"
    for heads, reason in (({}, "not-adopted"), ({"RU": 5}, "not-adopted"), ({"RU": room.sizes[room.origin("RU")]}, "not-adopted")):
        if heads:
            room.see("IN", log, **heads)
        assert room.reason(later(room, "IN", log)) == reason, heads
    room.see("IN", log, IN=room.sizes[room.origin("IN")])
    assert room.reason(later(room, "IN", log)) == "wrong-log"  # it may be used; a statement stands elsewhere


def test_what_others_knew_counts_as_known() -> None:
    room = joined(KNOWING, "EU", "IN", "RU")
    adopt(room, u__later_v1=MEANT)
    for side in ("EU", "IN"):
        room.see(side)
    assert room.reason(later(room, "RU")) == "not-adopted"
    room.see("RU", EU=room.sizes[room.origin("EU")])  # and so what EU had seen of IN
    assert room.reason(later(room, "RU")) == ""


def test_an_act_of_its_own_may_be_what_a_log_waited_for() -> None:
    room = joined(KNOWING)
    manifest = room.keep(make_list(room.room, None, {LATER: MEANT}))
    mine, theirs = room.seal("IN", manifest, "schema", None, 1), room.seal("RU", manifest, "schema", None, 1)
    room.see("RU")
    room.find("RU", mine)
    room.see("IN")
    assert room.reason(later(room, "IN")) == "not-adopted"
    room.find("IN", theirs)
    assert room.reason(later(room, "IN")) == ""


def test_lists_at_their_bounds() -> None:
    def of(number: int) -> dict[str, Any]:
        return make_list("ab" * 32, None, {f"u.s{one:04}/1": OTHERWISE for one in range(number)})

    assert len(listed(of(4096)) or {}) == 4096
    assert listed(of(4097)) is None
    assert listed(of(0)) is None
    good = make_list("ab" * 32, "cd" * 32, {"u.b/1": OTHERWISE, "u.a/1": OTHERWISE})
    assert [row["schema"] for row in good["schemas"]] == ["u.a/1", "u.b/1"]
    assert list(listed(good) or {}) == ["u.a/1", "u.b/1"]
    for previous in ("cd" * 31, "CD" * 32, "cd" * 32 + "\n", 5, "", ["cd" * 32], True):
        assert listed({**good, "previous": previous}) is None, previous
    for rows in ((), {}, "x", None, ("x",) * 2):
        assert listed({**good, "schemas": rows}) is None
