"""R14: after an erasure no byte of the payload is left in any store, and the state digest is the same (`tests.simulators.erasure`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill.lines import needs, share
from tests.drill.trials import all_of

NEEDS = ("tests.simulators.erasure", "trial")
PIECES = 60


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    trial = needs(*NEEDS).trial
    with tempfile.TemporaryDirectory(prefix="cochair-drill-") as folder:
        return all_of(lambda number: trial(seed, number, Path(folder)), share("R14", part, parts, scale))


def one(seed: int, trial_: int) -> None:
    with tempfile.TemporaryDirectory(prefix="cochair-drill-") as folder:
        needs(*NEEDS).trial(seed, trial_, Path(folder))
