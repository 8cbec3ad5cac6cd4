"""Word diffs and marked spans as data: pure functions from texts to runs, which the template tags draw.

A diff works on words as Unicode sees them (letters of a word are never split, nor Hindi vowel signs), and joins neighbours: a changed word between two
changed words is shown as one change, so that the result reads as a phrase.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

import unicode_segmentation_rs as segmentation


@dataclass(frozen=True)
class Run:
    """A piece of text: ``kind`` is "same", "ins", "del" or "bracket"; ``side`` whose wording it is ("" = nobody's).

    A bracket has ``alts``: each Side's wording as (side, text), in the order in which they are shown.
    """

    kind: str
    text: str = ""
    side: str = ""
    alts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of a report that were read as a claim: ``label`` is shown, ``kind`` colours it, ``anchor`` can be linked to."""

    start: int
    end: int
    label: str
    kind: str = "fact"
    anchor: str = ""


def redline(old: str, new: str, side: str = "") -> list[Run]:
    """What ``side`` changes when it writes ``new`` in place of ``old``."""
    if old == new:
        return [Run("same", new)] if new else []
    a, b = _words(old), _words(new)
    runs: list[Run] = []
    for tag, a0, a1, b0, b1 in _joined(SequenceMatcher(None, a, b, autojunk=False).get_opcodes(), a):
        before, after = "".join(a[a0:a1]), "".join(b[b0:b1])
        if tag == "equal":
            runs.append(Run("same", after))
            continue
        if before:
            runs.append(Run("del", before, side))
        if after:
            runs.append(Run("ins", after, side))
    return runs


def segments(text: str, spans: Sequence[Span]) -> list[tuple[str, tuple[Span, ...]]]:
    """The text cut where a span starts or ends: (piece, the spans over it, outermost first). Spans outside the text are cut to it."""
    edges = {0, len(text)}
    for span in spans:
        edges.update((max(0, min(span.start, len(text))), max(0, min(span.end, len(text)))))
    cuts = sorted(edges)
    pieces = []
    for start, end in pairwise(cuts):
        over = sorted((s for s in spans if s.start <= start and end <= s.end), key=lambda s: (s.start - s.end, s.start, s.label))
        pieces.append((text[start:end], tuple(over)))
    return pieces


def _words(text: str) -> list[str]:
    """Words and what stands between them; all white space between two words is one token."""
    parts: list[str] = segmentation.split_word_bounds(text)
    return ["".join(group) for _space, group in groupby(parts, key=_Blank())]


class _Blank:
    """Key for groupby that joins neighbouring blanks and leaves every other token alone."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, token: str) -> int:
        if not token.isspace():
            self.count += 1
            return self.count
        return -1


def _joined(codes: Sequence[tuple[str, int, int, int, int]], a: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Changes with nothing but white space between them become one."""
    out: list[tuple[str, int, int, int, int]] = []
    for index, code in enumerate(codes):
        tag, a0, a1, _b0, b1 = code
        between = tag == "equal" and 0 < index < len(codes) - 1 and all(token.isspace() for token in a[a0:a1])
        if out and out[-1][0] != "equal" and (tag != "equal" or between):
            out[-1] = ("replace", out[-1][1], a1, out[-1][3], b1)
        else:
            out.append(code)
    return out
