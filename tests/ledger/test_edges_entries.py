"""Entries at their edges: the last value that is taken and the first that is refused, one by one."""

import enum
from datetime import UTC, date, datetime

import pytest

from cochair.kit import canonical
from cochair.ledger import entries
from tests.makers.refused import entry, raw, refused
from tests.vectors import make

ROOM = make.ROOM
ORIGIN = make.ORIGIN


def test_an_entry_of_8192_bytes_is_the_longest():
    less = entries.LIMIT - len(entries.encode(entry(body={"text": ""})))
    longest = entry(body={"text": "x" * less})
    for data in (entries.encode(longest), entries.compose(longest)[0]):
        assert len(data) == 8192
        assert entries.decode(data) == longest
        entries.check_run([data], ORIGIN, ROOM, 0)
        assert (
            entries.decode_run([data], ORIGIN, ROOM, 0) == [longest] or entries.decode_run([data], ORIGIN, ROOM, 0)[0].body == longest.body
        )
    over = entry(body={"text": "x" * (less + 1)})
    for call in (
        lambda: entries.encode(over),
        lambda: entries.compose(over),
        lambda: entries.decode(raw(body={"text": "x" * (less + 1)})),
        lambda: entries.check_run([raw(body={"text": "x" * (less + 1)})], ORIGIN, ROOM, 0),
    ):
        refused(call, "8193")
    assert entries.decode_run([raw(body={"text": "x" * (less + 1)})], ORIGIN, ROOM, 0) is None


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("v", [1], [0, 2, -1, True, "1"]),
        ("seq", [0, 2**53 - 1], [-1, True, "0", None]),
        ("at", ["2026-01-05T00:00:00Z", "2024-02-29T23:59:59Z"],
         ["2026-02-29T00:00:00Z", "2026-01-05T24:00:00Z", "2026-01-05T00:60:00Z", "2026-01-05T00:00:60Z", "2026-01-05 00:00:00Z", "2026-01-05T00:00:00",
          "2026-01-05T00:00:00ZZ", "20260105T00:00:00Z", "2026-W01-1T00:00:00Z", "", 5]),
        ("salt", ["0" * 32, "0123456789abcdef" * 2], ["0" * 31, "0" * 33, "A" * 32, "g" * 32, "X" * 32, " " * 32, "", "0" * 15 + "x" + "0" * 16]),
        ("kind", ["a", "a" * 32, "a-b"], ["", "A", "-a", "a" * 33, "a_b", "a1", "a\n"]),
        ("schema", ["a.b/1", "a.b/9999", "a" * 32 + "." + "b" * 48 + "/1", "a0_-.b0_-/10"],
         ["a.b/0", "a.b/01", "a.b/10000", "a" * 33 + ".b/1", "a." + "b" * 49 + "/1", "a.b", "A.b/1", "a.B/1", "a.b/1\n", "0a.b/1", "a.0b/1", ""]),
        ("log", ["in.example/c7/IN/w-IN-7"], ["", "in.example/c7/IN", "in.example/c7/IN/record\n"]),
        ("room", ["0" * 64, "0123456789abcdef" * 4], ["0" * 63, "0" * 65, "A" * 64, "", "g" * 64, "X" * 64, "0" * 31 + "x" + "0" * 32]),
        ("body", [{}], [[], None, "{}"]),
    ],
)  # fmt: skip
def test_each_member_of_an_entry(name, good, bad):
    for value in good:
        data = entries.encode(entry(**{name: value}))
        assert data == raw(**{name: value})
        assert entries.decode(data) == entry(**{name: value})
        entries.check_run(
            [data],
            *([value, ROOM] if name == "log" else [ORIGIN, value] if name == "room" else [ORIGIN, ROOM]),
            value if name == "seq" else 0,
        )
    for value in bad:
        for call in (
            lambda value=value: entries.encode(entry(**{name: value})),
            lambda value=value: entries.compose(entry(**{name: value})),
            lambda value=value: entries.decode(raw(**{name: value})),
            lambda value=value: entries.check_run([raw(**{name: value})], ORIGIN, ROOM, 0),
        ):
            refused(call)
        assert entries.decode_run([raw(**{name: value})], ORIGIN, ROOM, 0) is None


def test_two_entries_cannot_make_up_for_each_other():
    for name, one, other in (
        ("salt", "0" * 30, "0" * 34),
        ("salt", "0" * 31, "0" * 33),
        ("salt", "0" * 31, "0" * 31),
        ("salt", "0" * 33, "0" * 33),
    ):
        run = [raw(0, **{name: one}), raw(1, **{name: other})]
        assert entries.decode_run(run, ORIGIN, ROOM, 0) is None
        refused(lambda run=run: entries.check_run(run, ORIGIN, ROOM, 0))


def test_members_are_all_there_and_none_besides():
    whole = {name: getattr(make.entry(0), name) for name in entries.Entry.__struct_fields__}
    for wrong in ({**whole, "w": 1}, {name: value for name, value in whole.items() if name != "kind"}, [whole], "x"):
        refused(lambda wrong=wrong: entries.decode(canonical.dumps(wrong)), "not an entry")
        assert entries.decode_run([canonical.dumps(wrong)], ORIGIN, ROOM, 0) is None


@pytest.mark.parametrize(
    "kind", ["statement", "position", "seal", "revoke", "finding", "seen", "key", "erase", "destroyed", "fault", "comment"]
)
def test_a_run_of_known_kinds_goes_the_fast_way(kind):
    run = [raw(number, kind=kind) for number in range(3)]
    found = entries.decode_run(run, ORIGIN, ROOM, 0)
    assert found is not None
    assert [one.kind for one in found] == [kind] * 3
    assert entries.decode_run([raw(0, kind="unheard-of")], ORIGIN, ROOM, 0) is None


def test_a_run_says_which_entry_is_wrong():
    run = [raw(number) for number in range(3)]
    assert entries.decode_run(run, ORIGIN, ROOM, 0) is not None
    assert entries.decode_run([], ORIGIN, ROOM, 0) is None
    for place, words in (
        ((ORIGIN, ROOM, 1), "entry 1 does not carry"),
        ((ORIGIN, "0" * 64, 0), "entry 0 belongs to another room"),
        (("ru.example/c7/RU/record", ROOM, 0), "entry 0 belongs to another log"),
    ):
        refused(lambda place=place: entries.check_run(run, *place), words)
        assert entries.decode_run(run, *place) is None
    refused(lambda: entries.check_run([run[0], run[2]], ORIGIN, ROOM, 0), "entry 1 does not carry")
    refused(lambda: entries.check_run([run[0], run[1].replace(b'"v":1', b'"v":2')], ORIGIN, ROOM, 0), "version 2")
    assert entries.decode_run(run, "no log", ROOM, 0) is None
    assert entries.decode_run(run, ORIGIN, "no room", 0) is None


def test_hours_of_a_run_are_looked_at():
    for good in ("00", "09", "19", "20", "23"):
        assert entries.decode_run([raw(at=f"2026-01-05T{good}:00:00Z")], ORIGIN, ROOM, 0) is not None
    for clock in ("24:00:00Z", "2x:00:00Z", "00:00:00z", "00:00:0aZ", "00-00-00Z"):
        assert entries.decode_run([raw(at=f"2026-01-05T{clock}")], ORIGIN, ROOM, 0) is None


def test_a_value_that_only_looks_equal_is_written_as_every_reader_reads_it():
    for body, read in (
        ({"a": True}, True),
        ({"a": 1}, 1),
        ({"a": [1, True, [0]]}, [1, True, [0]]),
        ({"a": (1, 2)}, [1, 2]),
        ({"a": {"b": (True,)}}, {"b": [True]}),
        ({"a": [(1,)]}, [[1]]),
    ):
        data, made = entries.compose(entry(body=body))
        assert repr(made.body["a"]) == repr(read)
        assert repr(entries.decode(data).body["a"]) == repr(read)
        assert data == entries.encode(entry(body=body))
    assert entries._same([1, 2], [1, 2])
    for one, other in (
        ([1], [True]),
        ([1, 2], [1]),
        ([1], [1, 2]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {}),
        ({}, {"a": 1}),
        ((1,), [1]),
        ([[0]], [[False]]),
    ):
        assert not entries._same(one, other)
    refused(lambda: entries.compose(entry(body={1: "x"})))


def test_a_deep_body_and_one_beyond_the_bmp_are_taken_the_slow_way():
    deep = {"a": [[[[[[[[1]]]]]]]]}
    high = {"\N{GRINNING FACE}": 1, "\uffee": 2}
    for body in (deep, high):
        data = entries.encode(entry(body=body))
        assert entries.decode(data).body == body
        assert entries.compose(entry(body=body)) == (data, entry(body=body))
        assert entries.decode_run([data], ORIGIN, ROOM, 0) is None
        entries.check_run([data], ORIGIN, ROOM, 0)
    refused(lambda: entries.decode(raw().replace(b'"v":1', b'"v": 1')))
    refused(lambda: entries.decode(b"[" * 5000))
    refused(lambda: entries.decode(raw(body={"a": "\\u0000"}).replace(b"\\\\", b"\\")))
    refused(lambda: entries.compose(entry(body={"a": "\0"})))


class Number(enum.IntEnum):
    ONE = 1


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value", [Number.ONE, [1, Number.ONE], {"a": 1, "b": Number.ONE}, [Number.ONE, 1], Text("x"), date(2026, 9, 1), 1.0]
)
def test_a_value_of_a_kind_that_json_does_not_have_is_refused_however_it_would_be_written(value):
    refused(lambda: entries.compose(entry(body={"a": value})))
    refused(lambda: entries.encode(entry(body={"a": value})))


def test_a_member_that_would_be_written_well_by_luck_is_refused():
    refused(lambda: entries.compose(entry(at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC))), "'at' of the entry has the wrong type")
    nested = []
    for _ in range(20_000):
        nested = [nested]
    refused(lambda: entries.compose(entry(body={"a": nested})))


def test_same_is_said_of_each_part():
    for one, other, same in (
        ([1, True], [1, 1], False),
        ([1, True], [1, True], True),
        ({"a": 1, "b": True}, {"a": 1, "b": 1}, False),
        ({"a": 1, "b": [True]}, {"a": 1, "b": [True]}, True),
        ([], [], True),
    ):
        assert entries._same(one, other) is same


def test_a_run_that_only_the_slow_way_may_judge():
    high = raw(0, body={"\N{GRINNING FACE}": 1, "\uffee": 2})
    swapped = high.replace('"\N{GRINNING FACE}":1,"\uffee":2'.encode(), '"\uffee":2,"\N{GRINNING FACE}":1'.encode())
    nul = raw(0, body={"a": "_"}).replace(b'"_"', b'"\\u0000"')
    for bad in (swapped, nul):
        assert bad not in (high, raw(0, body={"a": "_"}))
        refused(lambda bad=bad: entries.decode(bad))
        refused(lambda bad=bad: entries.check_run([bad], ORIGIN, ROOM, 0))
        assert entries.decode_run([bad], ORIGIN, ROOM, 0) is None
    long = raw(1, body={"a": "x" * 8192})
    for run in ([raw(0), long], [long.replace(b'"seq":1', b'"seq":0'), raw(1)]):
        assert entries.decode_run(run, ORIGIN, ROOM, 0) is None
    torn = [raw(0) + b"\n" + raw(1), raw(2)]
    assert entries.decode_run(torn, ORIGIN, ROOM, 0) is None
    refused(lambda: entries.check_run(torn, ORIGIN, ROOM, 0))


def test_a_run_of_a_log_or_room_that_cannot_be():
    refused(lambda: entries.check_run([raw(0, log="no log")], "no log", ROOM, 0))
    refused(lambda: entries.check_run([raw(0, room="no room")], ORIGIN, "no room", 0))
    refused(lambda: entries.check_run([raw(0, at="2026-01-05T24:00:00Z")], ORIGIN, ROOM, 0), "not a time in UTC")
