"""R2: real node processes killed -9 at random points of a session (`tests/cli/test_killed.py`), ten kills a piece."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.drill.lines import number, share

ROOT = Path(__file__).parents[2]
TEST = "tests/cli/test_killed.py::test_nothing_acknowledged_is_lost_and_the_session_goes_on"
PIECES = 10


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    kills = len(share("R2.kill", part, parts, scale))
    if not kills:
        return 0, 0, []
    env = {**os.environ, "COCHAIR_KILLS": str(kills), "COCHAIR_KILL_SEED": str(number(seed, part))}
    asked = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider", TEST]
    done = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return kills, int(done.returncode != 0), [done.stdout[-3000:]] if done.returncode else []
