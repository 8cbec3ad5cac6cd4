"""Patterns over tokens: the small language of ``data/patterns.json``.

A pattern is words and marks separated by spaces:

- ``word`` or ``one|two``: a token by its fold; ``<class>``: a phrase of that class of the page (word lists and what earlier rules have marked);
- ``name=...``: keep what this part matched under that name; a ``?`` at the end: the part may be missing;
- ``..4``: up to four tokens of any kind, but not over another verb (``was``), nor over ``and`` with an article, where another thing begins.

Matching never leaves a sentence. A part that failed at a token is never tried there again, so the work is at most parts x tokens x the fixed gap.
"""

from typing import Any, NamedTuple

from cochair.press.tokens import fold

_VERBS = frozenset({"was", "were", "is", "are", "which", "will"})


class Part(NamedTuple):
    """One part of a pattern: alternatives (words or classes), the name to keep, whether it may be missing, the gap it allows."""

    words: frozenset[str]
    classes: tuple[str, ...]
    name: str
    optional: bool
    gap: int


class Capture(NamedTuple):
    """Tokens ``start`` to ``end`` (exclusive) and the value of the class that matched."""

    start: int
    end: int
    value: Any


def parse(pattern: str) -> tuple[Part, ...]:
    """Text of a pattern -> its parts."""
    parts = []
    for piece in pattern.split():
        if piece.startswith(".."):
            parts.append(Part(frozenset(), (), "", optional=False, gap=int(piece[2:])))
            continue
        optional = piece.endswith("?") and len(piece) > 1
        body = piece[:-1] if optional else piece
        name, body = body.split("=", 1) if "=" in body and body != "=" else ("", body)
        options = body.split("|") if body != "|" else ["|"]
        parts.append(
            Part(
                frozenset(fold(o) for o in options if not o.startswith("<")),
                tuple(o[1:-1] for o in options if o.startswith("<")),
                name,
                optional=optional,
                gap=0,
            )
        )
    return tuple(parts)


def _wall(page: Any, i: int) -> bool:
    """Token -> is it where a gap must end?"""
    return page.fold(i) in _VERBS or (page.fold(i) == "and" and page.fold(i + 1) in {"a", "an", "the"})


class Matcher:
    """Finds one pattern in a page (an object with ``tokens``, ``found`` and ``bounds``)."""

    def __init__(self, pattern: str) -> None:
        self.parts = parse(pattern)

    def at(self, page: Any, start: int, end: int) -> dict[str, Capture] | None:
        """page, first token, end of the sentence -> captures (with ``all`` for the whole), or None."""
        failed: set[tuple[int, int]] = set()
        captures: dict[str, Capture] = {}
        stop = self._match(page, 0, start, end, failed, captures)
        if stop is None:
            return None
        captures["all"] = Capture(start, stop, None)
        return captures

    def _match(self, page: Any, index: int, at: int, end: int, failed: set[tuple[int, int]], captures: dict[str, Capture]) -> int | None:
        if index == len(self.parts):
            return at
        if (index, at) in failed:
            return None
        part = self.parts[index]
        if part.gap:
            for skip in range(part.gap + 1):
                if at + skip > end or (skip and _wall(page, at + skip - 1)):
                    break
                stop = self._match(page, index + 1, at + skip, end, failed, captures)
                if stop is not None:
                    return stop
        else:
            for stop_here, value in self._options(page, part, at, end):
                stop = self._match(page, index + 1, stop_here, end, failed, captures)
                if stop is not None:
                    if part.name:
                        captures[part.name] = Capture(at, stop_here, value)
                    return stop
            if part.optional:
                stop = self._match(page, index + 1, at, end, failed, captures)
                if stop is not None:
                    return stop
        failed.add((index, at))
        return None

    @staticmethod
    def _options(page: Any, part: Part, at: int, end: int) -> list[tuple[int, Any]]:
        if at >= end:
            return []
        out = [match for name in part.classes for match in page.found.get(name, {}).get(at, ()) if match[0] <= end]
        if page.tokens[at].fold in part.words:
            out.append((at + 1, None))
        return out

    def all(self, page: Any, start: int, end: int) -> list[dict[str, Capture]]:
        """page, tokens of one sentence -> all matches that do not overlap, from left to right."""
        out = []
        at = start
        while at < end:
            match = self.at(page, at, end)
            if match is None or match["all"].end == at:
                at += 1
            else:
                out.append(match)
                at = match["all"].end
        return out
