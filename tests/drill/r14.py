"""R14: after an erasure no byte of the payload is left in any store, and the state digest is the same (`tests.simulators.erasure`: ``trial(seed) -> None``, raises)."""

from __future__ import annotations

from tests.drill.lines import needs, number, share
from tests.drill.trials import all_of

NEEDS = ("tests.simulators.erasure", "trial")


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    return all_of(needs(*NEEDS).trial, seed, share("R14", part, parts, scale))


def one(seed: int, trial: int) -> None:
    needs(*NEEDS).trial(number(seed, trial))
