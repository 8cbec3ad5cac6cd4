"""R8: foreign programs read our log and proofs: ``make interop`` in the root of the tree; its exit status says whether all agreed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.drill.lines import NotBuilt

ROOT = Path(__file__).parents[2]
PIECES = 1


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    if "\ninterop:" not in (ROOT / "Makefile").read_text():
        raise NotBuilt("not built: no make interop")
    if part:
        return 0, 0, []
    done = subprocess.run(["make", "interop"], cwd=ROOT, capture_output=True, text=True, check=False)
    return 1, int(done.returncode != 0), [(done.stdout + done.stderr)[-2000:]] if done.returncode else []
