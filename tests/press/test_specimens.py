"""Specimen reports of other bodies, states and phrasings: floors on what was measured, so that no later rule for one family costs another."""

import pytest

from cochair.press.read import read
from cochair.press.register import Register
from cochair.press.score import Gold, score_readings
from tests.press.specimens import FACTS, FOLDER, REGISTER, facts_of

KEYS = sorted(FACTS)


def _score(keys):
    texts = {key: (FOLDER / f"{key}.txt").read_bytes().decode() for key in keys}
    register = Register.from_json(REGISTER)
    gold = Gold(files={}, facts={key: facts_of(texts[key], FACTS[key]) for key in keys})
    return score_readings({key: read(texts[key], register, key) for key in keys}, gold)


def test_the_specimens_are_read_as_well_as_measured():
    result = _score(KEYS)
    assert (len(KEYS), result.facts) == (35, 627)
    assert result.recall >= 0.985, result.missed
    assert result.precision >= 0.998, result.wrong


def test_no_field_is_read_badly_for_the_sake_of_the_mean():
    fields = {name: field for name, field in _score(KEYS).fields.items() if field.gold >= 10}
    assert len(fields) >= 14
    assert {name: field for name, field in fields.items() if field.found < 0.93 * field.gold or field.wrong > 0.02 * field.gold} == {}


@pytest.mark.parametrize("key", KEYS)
def test_offsets_hold_in_every_specimen(key):
    text = (FOLDER / f"{key}.txt").read_bytes().decode()
    reading = read(text, Register.from_json(REGISTER), key)
    assert all(text[s.start : s.end] == s.text for c in reading.claims for s in c.spans)
    assert reading == read(text, Register.from_json(REGISTER), key)
