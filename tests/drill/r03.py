"""R3: old copies of the database put back at random while keys and sign-ledger stay, and cloned nodes: no fork, ever."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill.lines import number, share
from tests.simulators.restore import trials

PIECES = 40


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    tried, failed, notes = 0, 0, []
    with tempfile.TemporaryDirectory(prefix="cochair-r3-") as folder:
        for trial in share("R3", part, parts, scale):
            found = trials(Path(folder), 1, seed=number(seed, trial))
            tried += found["trials"]
            failed += found["forked"]
            notes += [f"trial {trial}: {found}"] if found["forked"] else []
    return tried, failed, notes


def one(seed: int, trial: int) -> None:
    with tempfile.TemporaryDirectory(prefix="cochair-r3-") as folder:
        found = trials(Path(folder), 1, seed=number(seed, trial))
    assert not found["forked"], found
