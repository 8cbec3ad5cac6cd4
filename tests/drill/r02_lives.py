"""R2: simulated lives: each runs from a start of the machine to its end in the middle of an operation; the next one finds what the disk kept.

Counted are lives that ended so; a trial is a chain of some four, on one node.
"""

from __future__ import annotations

import traceback

from tests.drill.lines import number, share
from tests.simulators.crash import trial

A_TRIAL = 3  # lives that a trial surely has on average

PIECES = 200


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    lives, notes = 0, []
    for chain in sorted({one_ // A_TRIAL for one_ in share("R2.lives", part, parts, scale)}):
        try:
            lives += trial(number(seed, chain))["crashes"]
        except Exception:
            lives += 1
            notes.append(f"trial {chain}: {traceback.format_exc(limit=-4).strip()}")
    return lives, len(notes), notes


def one(seed: int, trial_: int) -> None:
    trial(number(seed, trial_))
