"""R7: fork, rollback, conflicting heads and rewritten history are refused with a proof that others can check (`tests.simulators.forks`: ``trial(seed) -> None``, raises)."""

from __future__ import annotations

from tests.drill.lines import needs, number, share
from tests.drill.trials import all_of

NEEDS = ("tests.simulators.forks", "trial")


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    return all_of(needs(*NEEDS).trial, seed, share("R7", part, parts, scale))


def one(seed: int, trial: int) -> None:
    needs(*NEEDS).trial(number(seed, trial))
