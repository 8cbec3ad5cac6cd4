"""After an erasure no file of any node holds a byte of the payload, no backup gives it back, and no digest moved. Leaving out a part of it is found."""

import os
from collections import Counter

import pytest

from tests.simulators.erasure import PARTS, trial

NUMBER = int(os.environ.get("COCHAIR_ERASURE_TRIALS", "3"))
SEED = int(os.environ.get("COCHAIR_ERASURE_SEED", "0"))


def test_nothing_is_left_of_an_erased_paper(tmp_path):
    seen = Counter()
    for number in range(NUMBER):
        seen.update(trial(SEED, number, tmp_path))
    assert all(seen[what] for what in ("planted", "spread", "killed", "restored", "in_clear")), seen


@pytest.mark.parametrize("without", sorted(PARTS))
def test_the_search_finds_what_half_an_erasure_leaves(tmp_path, without):
    failed = 0
    for number in range(4):
        try:
            trial(SEED, number, tmp_path, without=without)
        except AssertionError:
            failed += 1
            break
    assert failed, f"nothing was found although the erasing went on without: {without}"
