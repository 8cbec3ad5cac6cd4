"""Verdicts between reports, one rule at a time."""

import pytest

from cochair.press.claims import Claim, Reading, Span
from cochair.press.commands import own_register, read_files, samples
from cochair.press.read import read
from cochair.press.reconcile import reconcile
from cochair.press.render import pieces
from cochair.press.topickeys import compare_modes, topic_keys


def _reading(name, *claims):
    made = [Claim(field, [Span(i, i + 1, str(value))], value, "test", dict(detail)) for i, (field, value, detail) in enumerate(claims)]
    return Reading(name, "", 0, "en", made, [])


def _verdict(fact, *readings):
    return next(row.verdict for row in reconcile(list(readings)) if row.fact == fact)


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        ({"production"}, {"joint_development"}, "contradicts"),
        ({"establishment"}, {"joint_venture"}, "differs"),
        ({"joint_project"}, {"joint_venture"}, "differs"),
        ({"technology_transfer"}, {"enhanced_engagement"}, "same"),
        (set(), {"production"}, "same"),
    ],
)
def test_modes(one, two, verdict):
    assert compare_modes([frozenset(one), frozenset(two)]) == verdict
    assert compare_modes([frozenset(two), frozenset(one)]) == verdict


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("underground coal gasification", ["coal_gasification"]),
        ("rare earth and critical minerals extraction", ["rare_earth", "critical_minerals"]),
        ("science and technology", []),
        ("tramway transport", ["tramway"]),
        ("Railways", ["railway"]),
        ("modern glacier stations", ["glacier_station"]),
    ],
)
def test_areas_line_topics_up(text, keys):
    assert topic_keys(text) == keys


def test_numbers_names_and_weekdays():
    a = _reading(
        "a",
        ("session.date", "2025-08-06", {}),
        ("chair", {"person": "Alexey Gruzdev", "side": "RU"}, {}),
        ("delegates.count", 80, {"approximate": True}),
    )
    b = _reading(
        "b", ("session.date", None, {"weekday": "WE"}), ("chair", {"person": "A. Gruzdev", "side": "RU"}, {}), ("delegates.count", 83, {})
    )
    c = _reading(
        "c",
        ("session.date", None, {"weekday": "TH"}),
        ("chair", {"person": "Boris Gruzdev", "side": "RU"}, {}),
        ("delegates.count", 120, {}),
    )
    assert (_verdict("session.date", a, b), _verdict("session.date", a, c)) == ("same", "coarser")
    assert (_verdict("chair.RU", a, b), _verdict("chair.RU", a, c)) == ("same", "contradicts")
    assert (_verdict("delegates.count", a, b), _verdict("delegates.count", a, c)) == ("differs", "contradicts")
    assert _verdict("session.date", a) == "silent"


def test_one_city_in_two_scripts_is_no_contradiction():
    a = _reading("a", ("session.city", "Tashkent", {"country": "UZ"}))
    b = _reading("b", ("session.city", "Ташкент", {"country": "UZ"}))
    c = _reading("c", ("session.city", "Samarkand", {"country": "UZ"}))
    assert (_verdict("session.city", a, b), _verdict("session.city", a, c), _verdict("session.city", a, b, c)) == (
        "same",
        "contradicts",
        "contradicts",
    )


@pytest.mark.parametrize(
    ("field", "value", "record", "verdict"),
    [
        ("session.date", "2025-08-06", "2025-08-06", "same"),
        ("session.date", "2025-08-06", "2025-08-07", "contradicts"),
        ("session.date", None, "2025-08-06", "coarser"),
        ("session.city", "Moscow", "Moscou", "contradicts"),
        ("session.ordinal", 11, 12, "contradicts"),
        ("session.ordinal", 11, None, "silent"),
    ],
)
def test_against_the_record(field, value, record, verdict):
    (row,) = reconcile([_reading("a", (field, value, {}))], {field: record})
    assert row.against_record == {"a": verdict}


def test_different_ordinals_contradict():
    assert (
        _verdict("session.ordinal", _reading("a", ("session.ordinal", 11, {})), _reading("b", ("session.ordinal", 12, {}))) == "contradicts"
    )


def test_pieces_are_the_text_and_know_their_claims():
    folder, _ = samples()
    path = folder / "a.txt"
    text = path.read_bytes().decode()
    (reading,) = read_files([path])
    made = pieces(text, reading)
    assert "".join(p.text for p in made) == text
    for index, claim in enumerate(reading.claims):
        span = claim.spans[0]
        assert "".join(p.text for p in made if index in p.claims) == text[span.start : span.end]
    assert {p.sentence for p in made} == {"", "claim", "boilerplate"}


def test_every_sentence_is_told_apart():
    reading = read(
        "The 11th session of the India-Russia Working Group was held in Hanoi.\nThe cat sat down.\nSubscribe to our newsletter.",
        own_register(),
    )
    assert [mark.kind for mark in reading.sentences] == ["claim", "not classified", "boilerplate"]
    assert reading.coverage == {"claim": 1, "boilerplate": 1, "not classified": 1}
    assert reading.to_json()["coverage"] == reading.coverage
