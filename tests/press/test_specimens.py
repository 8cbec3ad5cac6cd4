"""Specimen reports of other bodies, states and phrasings: floors on what was measured, so that no later rule for one family costs another."""

import pytest

from cochair.press.read import read
from cochair.press.register import Register
from cochair.press.score import Gold, score_readings
from tests.press.specimens import FACTS, FOLDER, REGISTER, facts_of

TUNED = sorted(FACTS)


def _score(keys):
    texts = {key: (FOLDER / f"{key}.txt").read_bytes().decode() for key in keys}
    register = Register.from_json(REGISTER)
    gold = Gold(files={}, facts={key: facts_of(texts[key], FACTS[key]) for key in keys})
    return score_readings({key: read(texts[key], register, key) for key in keys}, gold)


def test_the_specimens_are_read_in_full():
    result = _score(TUNED)
    assert result.facts >= 291
    assert result.recall >= 0.99, result.missed
    assert result.precision >= 0.99, result.wrong


@pytest.mark.parametrize("key", TUNED)
def test_offsets_hold_in_every_specimen(key):
    text = (FOLDER / f"{key}.txt").read_bytes().decode()
    reading = read(text, Register.from_json(REGISTER), key)
    assert all(text[s.start : s.end] == s.text for c in reading.claims for s in c.spans)
    assert reading == read(text, Register.from_json(REGISTER), key)
