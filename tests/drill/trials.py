"""Pieces of lines, and many trials one after the other: what one raises is a failure with its number, and the next one runs."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable

from tests.drill.lines import Line, NotBuilt, module


def piece(line: Line, part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    """One piece of a line, in a process of its own. What it raises is a failure of the line, never of the drill."""
    try:
        return module(line).run(part, parts, seed, scale)
    except NotBuilt:
        raise
    except Exception:
        return 0, 1, [f"piece {part} of {parts}: {traceback.format_exc(limit=-6).strip()}"]


def all_of(trial: Callable[[int], object], numbers: Iterable[int]) -> tuple[int, int, list[str]]:
    """`trial(number)` for each number -> (tried, failed, a sentence for each failure)."""
    tried, notes = 0, []
    for one in numbers:
        tried += 1
        try:
            trial(one)
        except Exception:
            notes.append(f"trial {one}: {traceback.format_exc(limit=-4).strip()}")
    return tried, len(notes), notes
