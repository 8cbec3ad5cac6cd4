"""R4: worlds of two to four nodes under one seed: partitions, delays, damage, crashes, restarts, bundles, liars. See `tests.simulators.world`."""

from __future__ import annotations

from tests.drill.lines import number, share
from tests.drill.trials import all_of
from tests.simulators.world import trial

PIECES = 125


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    return all_of(lambda one_: trial(number(seed, one_)), share("R4", part, parts, scale))


def one(seed: int, trial_: int) -> None:
    trial(number(seed, trial_))
