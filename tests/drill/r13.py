"""R13: sessions with markers planted in what a government keeps to itself: 0 found outside. See `tests.simulators.leaks`."""

from __future__ import annotations

from tests.drill.lines import number, share
from tests.drill.trials import all_of
from tests.simulators.leaks import trial

PIECES = 60


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    return all_of(lambda one_: trial(number(seed, one_)), share("R13", part, parts, scale))


def one(seed: int, trial_: int) -> None:
    trial(number(seed, trial_))
