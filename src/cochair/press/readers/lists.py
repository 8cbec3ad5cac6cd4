"""Lists of things in prose: where they end, what separates them, which ``and`` joins two things and which stands inside one.

Rules of this module:

- A list runs until a word that cannot be in one (``which``, ``said``, ``to``...), a token already taken, or a sign that closes it.
- With a final ``, and`` the commas separate, and an ``and`` inside an item belongs to the item. Without it the last ``and`` of the last item separates too.
- An ``and`` never separates where a name of an area covers it (``science and technology``), before a bare activity (``production and processing``)
  or after a bare adjective (``industrial and domestic waste management``). ``or`` always separates.
- ``including``, ``as well as``, ``alongside`` and their like separate.
"""

from dataclasses import dataclass, field
from typing import Any

from cochair.press.page import Page

_CLOSING = frozenset({".", ";", ":", "—", "–", "(", ")", "“", "”", '"', "?", "!", "[", "]", "«", "»"})
_ADJECTIVE_ENDINGS = ("al", "ic", "ary", "ive", "ous", "able", "ible", "ian", "ese", "ish")
_AFTER_VERB = frozenset({"on", "a", "an", "the", "that", "their", "its", "to", "about", "with", "at", "by"})
_ARTICLES = frozenset({"the", "a", "an", "both", "also", "its", "their", "of", "respective"})


@dataclass
class Segment:
    """Tokens of one piece between separators; ``sep`` is what stands before it: "", ",", ", and", "and", "or", "join"; ``cue`` is what a reader attached."""

    first: int
    last: int
    sep: str = ""
    cue: Any = None
    breaks: list[int] = field(default_factory=list)


def separator(page: Page, i: int) -> tuple[int, str] | None:
    """Token -> (end, kind) of a separator that starts there; a plain ``and`` is not one."""
    fold = page.fold(i)
    join = page.at("listjoin", i)
    if fold == ",":
        if page.fold(i + 1) == "and":
            again = page.at("listjoin", i + 1)
            return (again[0], "join") if again else (i + 2, ", and")
        after = page.at("listjoin", i + 1)
        return (after[0], "join") if after else (i + 1, ",")
    if join:
        return join[0], "join"
    return (i + 1, "or") if fold == "or" else None


def closes(page: Page, i: int, allow: frozenset[str] = frozenset()) -> bool:
    """Token -> does a list end before it? Words of ``allow`` do not end it."""
    return (
        i in page.masked
        or _finite(page, i)
        or page.tokens[i].text in _CLOSING
        or (page.at("stop", i) is not None and page.fold(i) not in allow and not page.glued(i))
    )


def _finite(page: Page, i: int) -> bool:
    """Is it a verb in the past (``reported on``, ``visited a``)?"""
    text = page.tokens[i].text
    return (
        len(text) > 4
        and text.endswith("ed")
        and text.islower()
        and not page.glued(i)
        and (page.fold(i + 1) in _AFTER_VERB or (page.fold(i - 1) == "," and page.fold(i + 1) in {".", ","}))
    )


def plain_list(page: Page, first: int, last: int, allow: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    """Tokens -> items of a list without cues inside, as (first, last) tokens; the end is found by the rules above."""
    segments, i, start, sep = [], first, first, ""
    while i < last:
        found = separator(page, i)
        if found:
            if (
                found[1] == "join" and page.fold(i) in {"as", ","} and page.fold(found[0] - 1) == "as"
            ):  # what follows "as well as" is another thing
                break
            segments.append(Segment(start, i, sep))
            start, sep, i = found[0], found[1], found[0]
        elif closes(page, i, allow):
            break
        else:
            i += 1
    segments.append(Segment(start, i, sep))
    return split_group(page, [s for s in segments if s.last > s.first], closed=False)


def _blocked(page: Page, i: int, first: int, last: int) -> bool:
    """Is the ``and`` at ``i`` inside one thing?"""
    for k in range(max(first, i - 4), i):
        if any(end > i + 1 and end <= last for end, _ in page.found.get("area", {}).get(k, ())):
            return True
    before, after = page.fold(i - 1), page.fold(i + 1)
    if i + 2 >= last and page.at("activity", i + 1) and (page.at("activity", i - 1) or page.at("weak", i - 1)):
        return True
    own = any(end == i for k in range(max(first, i - 4), i) for end, _ in page.found.get("area", {}).get(k, ()))
    if not own and (page.at("adjective", i - 1) or before.endswith(_ADJECTIVE_ENDINGS)) and i - first <= 2:
        return True
    return after == "other" or (page.at("generic", i - 1) is not None and i - 1 == first)


def split_group(page: Page, segments: list[Segment], *, closed: bool) -> list[tuple[int, int]]:
    """Segments of one group -> items. ``closed``: the group is followed by a final ``and`` of the list around it."""
    out: list[tuple[int, int]] = []
    oxford = closed or any(s.sep == ", and" for s in segments[1:])
    for number, segment in enumerate(segments):
        first, last = segment.first, segment.last
        final = number == len(segments) - 1 or segments[number + 1].sep == "join"
        if len(segments) > 1 and (oxford or not final):
            out.append((first, last))
            continue
        cuts = [i for i in range(first + 1, last - 1) if page.fold(i) in {"and", "&", "и"} and not _blocked(page, i, first, last)]
        start = first
        for cut in cuts[-1:] if len(segments) > 1 else cuts:
            out.append((start, cut))
            start = cut + 1
        out.append((start, last))
    return [item for item in (trim(page, *item) for item in out) if item[0] < item[1]]


def trim(page: Page, first: int, last: int) -> tuple[int, int]:
    """Item -> item without articles and heads that say nothing (``the``, ``advancements in``) and without stray signs."""
    moved = True
    while moved and first < last:
        moved = False
        head = page.at("itemhead", first)
        if head and head[0] < last:
            first, moved = head[0], True
        elif page.fold(first) in _ARTICLES or page.fold(first) in {"and", ",", "-"}:
            first, moved = first + 1, True
    while last > first and page.tokens[last - 1].text in {",", ".", "-", "and", "'", "’"}:
        last -= 1
    return first, last


def generic(page: Page, first: int, last: int) -> bool:
    """Do the words say nothing of their own (``key industrial sectors``)?"""
    return all(
        page.at("generic", i) or page.at("coop", i) or page.at("stop", i) or not page.tokens[i].text[0].isalnum()
        for i in range(first, last)
    )
