"""R5: one state digest over orders of arrival, hash seeds, time zones, locales, SQLite and PostgreSQL. A piece has a history of its own.

Without PostgreSQL on the machine nothing is counted as done: the promise names both.
"""

from __future__ import annotations

import random
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.drill.lines import NotBuilt, number, share
from tests.makers import postgres
from tests.simulators.machine import FOLDER
from tests.simulators.replay import child, lived

A_CHILD = 25
PIECES = 5


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    if postgres.binaries() is None:
        raise NotBuilt("not run: PostgreSQL is not installed here")
    left, tried, notes = len(share("R5", part, parts, scale)), 0, []
    rng = random.Random(number(seed, part))
    with tempfile.TemporaryDirectory(prefix="cochair-r5-", dir=FOLDER) as folder, ExitStack() as stack:
        digests = lived(Path(folder), number(seed, part))
        url = stack.enter_context(postgres.cluster())
        while left:
            count = min(left, A_CHILD)
            where = url if rng.random() < 0.3 else None
            for order, found in enumerate(child(Path(folder), rng.randrange(10**9), count, rng, where)):
                tried += 1
                if found != digests:
                    notes.append(f"piece {part} of {parts}, order {order} on {'PostgreSQL' if where else 'SQLite'}: {found}, not {digests}")
            left -= count
    return tried, len(notes), notes
