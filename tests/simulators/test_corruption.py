"""Flipped bits: all found, all named, all healed from the peer (the long form is in `make drill`)."""

import os

import pytest

from tests.simulators.corruption import KINDS, flips

NUMBER = int(os.environ.get("COCHAIR_FLIPS", "24"))
SEED = int(os.environ.get("COCHAIR_FLIPS_SEED", "0"))


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_every_flip_is_found_named_and_healed(tmp_path, request, database):
    url = f"{request.getfixturevalue('postgres_url')}#flips" if database == "postgres" else None
    number = NUMBER if url is None else NUMBER // 3
    result = flips(tmp_path, number, seed=SEED, url=url)
    assert result["failures"] == [], result
    assert result["tried"] == result["found"] == result["healed"] == number
    assert url or all(result[kind] for kind in KINDS), "too few flips: a kind was not tried"
