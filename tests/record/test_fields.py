"""The field types at their bounds: what a content may hold, to the letter."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from cochair.kit.errors import CochairError
from cochair.record import fields

HEX = "0123456789abcdef" * 4


def fits(kind: Any, value: Any) -> bool:
    try:
        return bool(msgspec.convert(value, kind, strict=True) == value)
    except msgspec.ValidationError:
        return False


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            fields.Id,
            [
                "IN/record/0",
                "RU2/record/12",
                "IN/w-IN-7/0",
                "IN/w-ru-7/3",
                "IN/w-IN-7-2/0",
                "IN/w-IN-7-99/0",
                "ABCDEFGH/record/1" + "0" * 15,
            ],
            [
                "",
                "in/record/0",
                "I/record/0",
                "ABCDEFGHI/record/0",
                "IN/record/00",
                "IN/record/1" + "0" * 16,
                "IN/record/-1",
                "IN/record",
                "IN/w-IN-7-1/0",
                "IN/w-IN-7-100/0",
                "IN/w-IN-07/0",
                "IN/w-I-7/0",
                "IN/records/0",
                " IN/record/0",
                "IN/record/0\n",
                "XIN/record/0X",
                "IN/record/0XX",
            ],
        ),
        (fields.Digest, [HEX], [HEX[:-1], HEX + "0", HEX.upper(), HEX + "\n", "g" * 64, ""]),
        (fields.Paper, [HEX], [HEX[:-1], HEX + "0", HEX.upper(), HEX + "\n", "g" * 64, ""]),
        (fields.SideCode, ["IN", "R2", "ABCDEFGH"], ["I", "in", "2R", "ABCDEFGHI", "IN\n", " IN", ""]),
        (
            fields.Language,
            ["en", "hin", "zh-Hant", "sr-Latn-RS", "de-CH-1996-x1", "en-US"],
            ["e", "engl", "EN", "en-", "en-a", "en-abcdefghi", "en-aa-bb-cc-dd", "en\n", " en", "en_US"],
        ),
        (
            fields.Day,
            ["2026-01-01", "2026-12-31", "0000-10-09", "2026-02-30"],
            ["2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "26-01-01", "2026-1-01", "2026-01-01\n", " 2026-01-01", ""],
        ),
        (fields.Word, ["", "x" * 64], ["x" * 65]),
        (fields.Line, ["x", "x" * 300], ["", "x" * 301]),
        (fields.Note, ["x", "x" * 1200], ["", "x" * 1201]),
        (fields.Count, [0, 1, 1_000_000], [-1, 1_000_001, True, "1", 1.0]),
    ],
)
def test_each_type_to_its_last_letter(kind: Any, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not fits(kind, value)] == []
    assert [value for value in bad if fits(kind, value)] == []


def test_days() -> None:
    assert fields.day("2028-02-29") == date(2028, 2, 29)
    for text in ("2026-02-29", "", "x"):
        with pytest.raises(CochairError, match="is not a day") as caught:
            fields.day(text)
        assert caught.value.next_step == "Write year, month and day as 2026-02-28"


def test_a_content_as_a_column_and_back() -> None:
    assert fields.as_text({"b": [1, None], "a": "я"}) == '{"a":"я","b":[1,null]}'
    assert fields.of_text('{"a":"я","b":[1,null]}') == {"b": [1, None], "a": "я"}


def test_papers_are_found_wherever_they_are_named() -> None:
    one, two, three, four = ("0" * 64, "1" * 64, "2" * 64, HEX)
    content = {"a": one, "b": [two, {"c": (three, "x")}], "manifest": "3" * 64, "d": {"manifest": ["4" * 64], "e": four}, "n": 64}
    assert list(fields.papers_named(content)) == [one, two, three, four]
    for other in ("0" * 63, "0" * 65, "A" * 64, "X" * 64, "g" * 64, "", None, 5, ["0"] * 64, b"0" * 64):
        assert list(fields.papers_named(other)) == []
    assert list(fields.papers_named(one)) == [one]
