"""R6. Flips over tiles, entries, papers and cells of joint tables are found, named and healed from the peer (`tests.simulators.corruption`). A piece has a pair of nodes and a seed of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill.lines import needs, number, share

NEEDS = ("tests.simulators.corruption", "flips")
PIECES = 100


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    wanted = len(share("R6", part, parts, scale))
    if not wanted:
        return 0, 0, []
    with tempfile.TemporaryDirectory(prefix="cochair-drill-") as folder:
        found = needs(*NEEDS).flips(Path(folder), wanted, seed=number(seed, part))
    failed = max(len(found["failures"]), found["tried"] - found["healed"])
    return found["tried"], failed, [f"piece {part} of {parts}, {wanted} of seed {number(seed, part)}: {why}" for why in found["failures"]]
