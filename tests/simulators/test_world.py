"""A few worlds of two to four governments; the long line is ``make drill LINE=R4``."""

from __future__ import annotations

import os

import pytest

from tests.simulators.world import trial

SEED = int(os.environ.get("COCHAIR_SIM_SEED", "40"))
NUMBER = int(os.environ.get("COCHAIR_SIM_WORLDS", "2"))


@pytest.mark.parametrize("part", range(2))
def test_whatever_happens_all_honest_nodes_come_to_one_state(part):
    for seed in range(SEED + NUMBER * part, SEED + NUMBER * (part + 1)):
        try:
            happened = trial(seed)
        except BaseException as error:
            error.add_note(f"COCHAIR_SIM_SEED={seed} COCHAIR_SIM_WORLDS=1")
            raise
        assert happened["exchanges"] > 5
