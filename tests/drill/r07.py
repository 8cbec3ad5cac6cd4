"""R7. Fork, rollback, conflicting heads and rewritten history are refused, with a proof that others can check (`tests.simulators.lies`). A piece has a pair of nodes and a seed of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill.lines import needs, number, share

NEEDS = ("tests.simulators.lies", "lies")
PIECES = 100


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    wanted = len(share("R7", part, parts, scale))
    if not wanted:
        return 0, 0, []
    with tempfile.TemporaryDirectory(prefix="cochair-drill-") as folder:
        found = needs(*NEEDS).lies(Path(folder), wanted, seed=number(seed, part))
    failed = max(len(found["failures"]), found["tried"] - found["refused"])
    return found["tried"], failed, [f"piece {part} of {parts}, {wanted} of seed {number(seed, part)}: {why}" for why in found["failures"]]
