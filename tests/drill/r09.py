"""R9: hostile input, fuzzed: seconds of ``tests.simulators.fuzz.fuzz(parser, seed, seconds) -> {"tried": …, "failed": …}`` over its `PARSERS`, 20 minutes each.

Counted are seconds that were fuzzed; how many inputs that were stands in the notes.
"""

from __future__ import annotations

import time

from tests.drill.lines import needs, number

NEEDS = ("tests.simulators.fuzz", "fuzz", "PARSERS")
SECONDS = 1200


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    found = needs(*NEEDS)
    seconds, failed, notes = 0.0, 0, []
    for place, parser in enumerate(found.PARSERS):
        began = time.monotonic()
        done = found.fuzz(parser, number(seed, part * 1000 + place), SECONDS * scale / parts)
        seconds += min(time.monotonic() - began, SECONDS * scale / parts)
        failed += done["failed"]
        notes.append(f"{parser}: {done}")
    return round(seconds), failed, notes


def __getattr__(name: str) -> int:
    if name == "PROMISE":  # known once the parsers are
        return round(SECONDS * 0.99) * len(needs(*NEEDS).PARSERS)
    raise AttributeError(name)
