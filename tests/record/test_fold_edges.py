"""How far the fold goes, what it takes from stages, and what it refuses of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from cochair.kit.errors import CochairError
from tests.record.lives import live
from tests.record.rooms_by_hand import Room
from tests.record.test_fold import at_once, in_portions

OTHER = "22" * 32


def joined(*sides: str) -> Room:
    room = Room(*sides)
    room.join()
    return room


def test_no_more_than_asked_is_applied() -> None:
    room = Room()
    origin = room.origin("IN")
    for _ in range(3):
        room.fold.hold(origin, [room.bytes("IN", "statement", "t.note/1", {"text": "x"}, seq=room.sizes.get(origin, 0))])
        room.sizes[origin] = room.sizes.get(origin, 0) + 1
    log = room.fold.log(origin)
    for upto, applied in (({}, 0), ({origin: 1}, 1), ({origin: 1}, 1), ({origin: 2}, 2), (None, 3)):
        room.fold.advance(upto)
        assert log.applied == applied


def test_an_entry_that_was_offered_is_judged_once_and_only_for_its_own_bytes() -> None:
    from cochair.ledger.entries import decode

    room = Room()
    log = room.fold.log(room.origin("IN"))
    data = room.bytes("IN", "statement", "t.note/1", {"text": "x"})
    assert not room.fold.offer(log, data, decode(data)).void
    other = room.bytes("IN", "statement", "t.note/1", {"text": 5})
    assert room.reason(room.hold("IN", other)) == "content"
    bad = room.bytes("IN", "statement", "t.note/1", {"text": 5})
    assert room.fold.offer(log, bad, decode(bad)).void == "content"
    assert room.reason(room.hold("IN", bad)) == "content"


def test_an_effect_that_breaks_its_declaration_stops_with_the_fault() -> None:
    from cochair.record.contents import RECORD
    from cochair.record.registry import Registry, Row
    from tests.record.makers import STAGE

    def effects(rows: Any) -> Registry:
        return Registry([RECORD, STAGE.__class__(**{**vars(STAGE), "on_statement": rows})])

    whole = {"id": "IN/record/0", "side": "IN", "account": "", "text": "x", "weight": 1}
    for rows, said in (
        ([Row("t_note", {**whole, "more": "x"})], "columns that t_note does not have"),
        ([Row("t_note", {k: v for k, v in whole.items() if k != "text"})], "t_note.text the value None"),
        ([Row("t_note", {**whole, "weight": "1"})], "t_note.weight the value '1'"),
        ([Row("t_note", {**whole, "weight": 2**53})], "t_note.weight"),
        ([Row("t_note", {**whole, "weight": -(2**53)})], "t_note.weight"),
        ([Row("t_note", {**whole, "text": 1})], "t_note.text the value 1"),
        ([Row("t_nothing", whole)], "no table of its digest"),
        ([Row("t_text", {"subject": "x", "part": "", "words": ""})], "no table of its digest"),
    ):
        room = Room(registry=effects(lambda _view, rows=rows: rows))
        with pytest.raises(CochairError, match=said.replace("(", "\\(")):
            room.note("IN")
    for weight, kept in ((2**53 - 1, 2**53 - 1), (-(2**53) + 1, -(2**53) + 1), (True, 1), (False, 0)):
        room = Room(registry=effects(lambda _view, weight=weight: [Row("t_note", {**whole, "weight": weight})] * 2))
        room.note("IN")
        assert [row[4] for row in room.table("t_note")] == [kept, kept]
        assert type(room.table("t_note")[0][4]) is int
    for error in (KeyError("x"), TypeError("x"), ValueError("x"), AttributeError("x"), AssertionError("x")):

        def fails(_view: Any, error: Exception = error) -> Any:
            raise error

        with pytest.raises(CochairError, match="effect of IN/record/0 failed"):
            Room(registry=effects(fails)).note("IN")


def test_registries_that_cannot_be() -> None:
    import msgspec

    from cochair.record.registry import Column, Registry, Stage, StatementKind, Table
    from tests.record.makers import Meeting, Note

    class Loose(msgspec.Struct):
        text: str

    def table(**changes: Any) -> Table:
        return Table(**{"name": "t", "digest": "record", "columns": (Column("id"), Column("b")), "key": ("id",), **changes})

    for stages, said in (
        (
            [Stage("a", (StatementKind("a.b", 1, Note, ""),)), Stage("b", (StatementKind("a.b", 1, Meeting, ""),))],
            "a.b/1 is registered twice",
        ),
        ([Stage("a", (StatementKind("a.b", 1, Loose, ""),))], "unknown fields"),
        ([Stage("a", tables=(table(), table()))], "table t is registered twice"),
        ([Stage("a", tables=(table(columns=(Column("id"), Column("room"))),))], "belong to the store"),
        ([Stage("a", tables=(table(columns=(Column("id"), Column("src"))),))], "belong to the store"),
        ([Stage("a", tables=(table(key=("id", "c")),))], "are not columns"),
        ([Stage("a", tables=(table(indexes=(("b", "c"),)),))], "are not columns"),
    ):
        with pytest.raises(ValueError, match=said):
            Registry(stages)
    made = Registry(
        [Stage("a", (StatementKind("a.b", 1, Note, ""), StatementKind("a.c", 1, Note, "")), tables=(table(indexes=(("b",),)),))]
    )
    assert list(made.kinds) == list(made.statements) == ["a.b/1", "a.c/1"]
    assert made.matters == {}
    assert made.stage_of["a.c/1"].name == "a"


@pytest.mark.parametrize("sides", [("IN", "RU"), ("EU", "IN", "RU")])
def test_a_short_life_in_any_portions(sides: tuple[str, ...]) -> None:
    world = live(len(sides), sides, steps=45)
    want, rng = at_once(world), random.Random(5)
    for _ in range(3):
        assert in_portions(world, rng) == want
