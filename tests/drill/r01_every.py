"""R1: every history of two Sides with 4 and 5 entries, findings included, each once: nothing lost, nothing double, product and reference the same.

Counted are histories. `scale` below 1 takes 4 and 4 entries, below 0.1 3 and 4: a smaller search that is whole in itself, and keeps no promise.
"""

from __future__ import annotations

from itertools import chain

from tests.simulators.agreement import Wrong, below, check_state, starts

PIECES = 60


def limits(scale: float) -> tuple[int, int]:
    return (4, 5) if scale >= 1 else (4, 4) if scale >= 0.1 else (3, 4)


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    tried, agreed, notes = 0, 0, []
    above, level = starts(limits(scale))
    following = (state for start in level[part::parts] for state in below(start, limits(scale)))
    for state in chain(above if part == 0 else (), following):
        tried += 1
        try:
            agreed += check_state(state)
        except Wrong as error:
            notes.append(str(error))
    return tried, len(notes), notes or [f"{agreed} agree"]
