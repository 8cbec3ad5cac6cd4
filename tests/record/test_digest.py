"""The state digest to the byte, and the rows that go into it and into the tables."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

import pytest

from cochair.kit.canonical import dumps
from cochair.kit.errors import CochairError
from cochair.record.contents import RECORD
from cochair.record.digest import digest, folded_rows, row_line, stored_rows, tables_of
from cochair.record.registry import Column, Registry, Row, Stage, Table
from cochair.record.rows import Changes, Rows
from tests.record.makers import REGISTRY

ROOM = "ab" * 32
OWN, WORKING, EMPTY = "in.example/c7/IN/record", "in.example/c7/IN/w-IN-1", "ru.example/c7/RU/record"
TABLE = Table("x_own", "record", (Column("id"), Column("no", "int"), Column("more", null=True)), ("no", "id"))
OF_SOURCE = Table("x_of", "record", (Column("no", "int"), Column("id"), Column("of")), ("id", "no"), (), by_source=True)
SMALL = Registry([RECORD, Stage("x", tables=(TABLE, OF_SOURCE))])


def test_the_digest_to_the_byte() -> None:
    lines = [b"b\n", b"a\n"]
    for which, cut in (("record", {OWN: 3}), ("working", {OWN: 3, WORKING: 2})):
        head = dumps({"cut": cut, "room": ROOM, "which": which}) + b"\n"
        want = hashlib.sha256(b"cochair/state/v1\n" + head + b"a\nb\n").hexdigest()
        assert digest(ROOM, which, {WORKING: 2, OWN: 3, EMPTY: 0}, lines) == want  # type: ignore[arg-type]
    many = {f"in.example/c7/IN/w-IN-{number}": 1 for number in range(4096)}
    assert digest(ROOM, "working", many, [])
    with pytest.raises(CochairError):
        digest(ROOM, "working", {**many, OWN: 1}, [])


def test_rows_as_they_are_hashed_and_stored() -> None:
    values = ("one", 2, None, "IN/record/0")
    assert row_line(SMALL, "x_own", values) == b'["x_own",{"id":"one","more":null,"no":2,"src":"IN/record/0"}]\n'
    for wrong in (values[:3], (*values, "more")):
        with pytest.raises(ValueError, match="zip"):
            row_line(SMALL, "x_own", wrong)
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.execute("CREATE TABLE x_own (room TEXT, src TEXT, more TEXT, no INTEGER, id TEXT)")
    base.executemany("INSERT INTO x_own VALUES (?, ?, ?, ?, ?)", [(ROOM, "s", None, 2, "one"), ("cd" * 32, "s", None, 2, "two")])

    class Tx:
        def query(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
            return base.execute(sql, values).fetchall()

    assert stored_rows(Tx(), SMALL, ROOM, "x_own") == [("one", 2, None, "s")]  # type: ignore[arg-type]
    base.close()
    changes = Changes()
    assert folded_rows(changes, "x_own") == []
    changes.rows["x_own"] = {"a": [("1",), ("2",)], "b": [("3",)]}
    assert folded_rows(changes, "x_own") == [("1",), ("2",), ("3",)]


def test_tables_by_digest() -> None:
    record, working = tables_of(REGISTRY, "record"), tables_of(REGISTRY, "working")
    assert "t_note" in record
    assert "j_matter" in record
    assert "t_text" in working
    assert "w_matter" in working
    assert sorted(record + working) == tables_of(REGISTRY) == sorted(REGISTRY.tables)
    assert not set(record) & set(working)
    assert record == sorted(record)


def test_rows_that_are_taken_back_before_they_were_handed_over() -> None:
    rows = Rows(REGISTRY)
    rows.own("a", False, [("t_note", ("1",)), ("t_settled", ("2",)), ("t_note", ("3",))])
    rows.drop("a")
    rows.own("a", False, [("t_note", ("4",))])
    changes = rows.take()
    assert changes.deleted == {"t_note": ["a"], "t_settled": ["a"]}
    assert changes.rows == {"t_note": {"a": [("4", "a")]}, "t_settled": {}}
    rows.drop("a")
    rows.drop("a")
    assert rows.take().deleted == {"t_note": ["a"]}
    rows.insert("matter", True, "b", ("1",))
    rows.insert("matter", False, "c", ("1",))
    rows.insert("t_note", True, "d", ("1",))
    assert rows.take().rows == {"w_matter": {"b": [("1", "b")]}, "j_matter": {"c": [("1", "c")]}, "t_note": {"d": [("1", "d")]}}
    rows.drop("b")
    assert rows.take().deleted == {}  # what is inserted never changes


def test_a_row_of_a_source_names_it() -> None:
    rows = Rows(SMALL)
    good = {"no": 1, "id": "IN/record/0", "of": "x"}
    rows.stage("IN/record/0", lambda _view: [Row("x_of", good), Row("x_of", {**good, "no": True})], None, False)
    assert rows.take().rows == {"x_of": {"IN/record/0": [(1, "IN/record/0", "x", "IN/record/0")] * 2}}
    for wrong in ({**good, "id": "IN/record/1"}, {**good, "id": "x", "of": "IN/record/0"}):
        with pytest.raises(CochairError, match=r"x_of\.id the value"):
            rows.stage("IN/record/0", lambda _view, wrong=wrong: [Row("x_of", wrong)], None, False)
    for number in range(3):
        rows.stage(str(number), lambda _view: [Row("x_own", {"id": "a", "no": True})], None, False)
    assert [type(row[0][1]) for row in rows.take().rows["x_own"].values()] == [int, int, int]
