"""R1: guided random histories of two to four Sides: nothing lost, nothing double, product and reference the same."""

from __future__ import annotations

from collections import Counter

from tests.drill.lines import number, share
from tests.simulators.agreement import Wrong, trial

PIECES = 100


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    agreed: Counter[int] = Counter()
    notes = []
    numbers = share("R1.random", part, parts, scale)
    for one_ in numbers:
        try:
            agreed[trial(number(seed, one_))] += 1
        except Wrong as error:
            notes.append(f"trial {one_}: {error}")
    if len(numbers) > 500 and sum(agreed[n] for n in (2, 3, 4)) < len(numbers) * 0.15:
        return len(numbers), 1, [f"only {dict(agreed)} of {len(numbers)} agree: the search proves nothing"]
    return len(numbers), len(notes), notes or [f"agreed, by number of Sides: {sorted(agreed.items())}"]


def one(seed: int, trial_: int) -> None:
    trial(number(seed, trial_))
