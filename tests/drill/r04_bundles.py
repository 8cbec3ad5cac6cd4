"""R4, second half: random schedules of bundles instead of pulls give the online digest (`tests.simulators.bundles`: ``trial(seed) -> None``, raises)."""

from __future__ import annotations

from tests.drill.lines import needs, number, share
from tests.drill.trials import all_of

NEEDS = ("tests.simulators.bundles", "trial")


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    trial = needs(*NEEDS).trial
    return all_of(trial, seed, share("R4.bundles", part, parts, scale))


def one(seed: int, trial: int) -> None:
    needs(*NEEDS).trial(number(seed, trial))
