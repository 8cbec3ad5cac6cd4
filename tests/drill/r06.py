"""R6: flips over tiles, entries, papers and cells of joint tables are found, named and healed from the peer (`tests.simulators.corruption`: ``trial(seed) -> None``, raises)."""

from __future__ import annotations

from tests.drill.lines import needs, number, share
from tests.drill.trials import all_of

NEEDS = ("tests.simulators.corruption", "trial")


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    return all_of(needs(*NEEDS).trial, seed, share("R6", part, parts, scale))


def one(seed: int, trial: int) -> None:
    needs(*NEEDS).trial(number(seed, trial))
