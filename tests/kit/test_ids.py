import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit import clock, ids
from cochair.kit.errors import CochairError, Rejected


@given(st.from_regex(r"[A-Z]{2}/(record|w-[A-Z]{2}-[1-9][0-9]?)/[1-9][0-9]{0,3}", fullmatch=True))
def test_an_id_is_written_as_it_is_read(text):
    assert str(ids.parse_id(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "IN/record",
        "IN/record/01",
        "IN/record/-1",
        "in/record/1",
        "IN/other/1",
        "IN/record/1\n",
        "IN/w-IN-01/1",
        "IN/record/1/2",
        "IN/record/१",
        "self",
    ],
)
def test_refuses_what_is_not_an_id(text):
    with pytest.raises(Rejected):
        ids.parse_id(text)


def test_origin_and_working_log():
    origin = ids.parse_origin("in.example/c7/IN/w-RU-12")
    assert (origin.domain, origin.slug, origin.side, origin.log) == ("in.example", "c7", "IN", "w-RU-12")
    assert str(origin) == "in.example/c7/IN/w-RU-12"
    assert ids.instrument_of(ids.working_log("RU/record/12")) == "RU/record/12"
    for bad in (
        "in.example/c7/IN",
        "In.example/c7/IN/record",
        "in.example/c7/IN/record/",
        "a b/c7/IN/record",
        "in.example/c7/IN/record\n",
        "-/c7/IN/record",
    ):
        with pytest.raises(Rejected):
            ids.parse_origin(bad)
    with pytest.raises(Rejected):
        ids.working_log("RU/w-RU-12/1")
    with pytest.raises(Rejected):
        ids.instrument_of("record")


def test_codes_of_sides_hex_and_persons():
    assert ids.check_side("EU") == "EU"
    assert ids.check_hex("0aff", 2) == "0aff"
    assert len(ids.new_person()) == 32 != ids.new_person()
    for call in (
        lambda: ids.check_side("e"),
        lambda: ids.check_hex("0AFF", 2),
        lambda: ids.check_hex("0a", 2),
        lambda: ids.check_hex("0g", 1),
    ):
        with pytest.raises(Rejected):
            call()


def test_clocks():
    fixed = clock.FixedClock("2025-08-06T23:59:59Z", step=2)
    assert [fixed.now(), fixed.now()] == ["2025-08-06T23:59:59Z", "2025-08-07T00:00:01Z"]
    fixed.set("2026-01-01T00:00:00Z")
    assert fixed.now() == "2026-01-01T00:00:00Z"
    assert clock.stamp(clock.parse(clock.SystemClock().now())).endswith("Z")
    for bad in ("2025-02-30T00:00:00Z", "2025-08-06T00:00:00+00:00", "2025-8-6T00:00:00Z", "2025-08-06 00:00:00Z", ""):
        with pytest.raises(Rejected):
            clock.parse(bad)


def test_an_error_says_the_next_step():
    assert str(CochairError("The file is empty", "Choose another")) == "The file is empty. Choose another"
    assert str(CochairError("The file is empty")) == "The file is empty"
