"""Lines, blocks and sentences of a report, as offsets.

Rules of this module:

- A line end closes a sentence, unless the line was plainly broken inside one (hard-wrapped wire copy: it ends without a stop and the next begins small).
- A full stop ends a sentence before a space and a capital, digit or opening quote; not after an abbreviation or an initial, and not inside balanced quotation marks.
- One pass over the text; no look-ahead beyond a fixed distance.
"""

from typing import NamedTuple

from cochair.press.datafiles import small

ABBREVIATIONS = small("abbreviations")
_CLOSERS = "\"'”’»)]"
_PAIRS = {"“": "”", "«": "»", "„": "“"}
_MAX_QUOTE = 3000


class Stretch(NamedTuple):
    """A piece of the text by offsets: ``start`` to ``end`` (exclusive), in line number ``line`` of the file."""

    start: int
    end: int
    line: int


def _lines(text: str) -> list[tuple[int, int]]:
    out, start = [], 0
    for piece in text.splitlines(keepends=True):
        end = start + len(piece)
        left, right = start, end
        while left < right and text[left].isspace():
            left += 1
        while right > left and text[right - 1].isspace():
            right -= 1
        out.append((left, right))
        start = end
    return out


def blocks(text: str) -> list[Stretch]:
    """Text -> its paragraphs: non-empty lines, hard-wrapped ones joined."""
    out: list[Stretch] = []
    joinable = False
    for number, (start, end) in enumerate(_lines(text)):
        if start == end:
            joinable = False
            continue
        if joinable and (text[start].islower() or text[out[-1].end - 1] in ",;"):
            out[-1] = Stretch(out[-1].start, end, out[-1].line)
        else:
            out.append(Stretch(start, end, number))
        joinable = text[end - 1] not in ".!?।:" + _CLOSERS and end - start >= 30
    return out


def _ends(text: str, i: int, start: int, end: int) -> int:
    """-> the offset after the sentence that the stop at ``i`` closes, or 0."""
    j = i + 1
    while j < end and text[j] in ".!?…" + _CLOSERS:
        j += 1
    if j >= end:
        return end
    if not text[j].isspace():
        return 0
    k = j
    while k < end and text[k].isspace():
        k += 1
    if not (text[k].isupper() or text[k].isdigit() or text[k] in "“«\"'([‘" or "\u0900" <= text[k] <= "\u097f"):
        return 0
    if text[i] == ".":
        w = i
        while w > start and i - w < 12 and (text[w - 1].isalnum() or "\u0900" <= text[w - 1] <= "\u097f"):
            w -= 1
        word = text[w:i]
        if word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper()) or ("\u0900" <= word[:1] <= "\u097f" and len(word) <= 3):
            return 0
    return j


def sentences(text: str, block: Stretch) -> list[Stretch]:
    """One block -> its sentences."""
    out: list[Stretch] = []
    start, closing, opened = block.start, "", 0
    straight = text.count('"', block.start, block.end) % 2 == 0
    i = block.start
    while i < block.end:
        char = text[i]
        if closing:
            if char == closing or i - opened > _MAX_QUOTE:
                closing = ""
                # a quotation that ends with a full stop ends its sentence too
                stop = _ends(text, i - 1, start, block.end) if text[i - 1] in ".!?…" else 0
                if stop:
                    out.append(Stretch(start, stop, block.line))
                    start = stop
        elif char in _PAIRS and text.find(_PAIRS[char], i, min(i + _MAX_QUOTE, block.end)) > 0:
            closing, opened = _PAIRS[char], i
        elif char == '"' and straight:
            closing, opened = '"', i
        elif char in ".!?।…":
            stop = _ends(text, i, start, block.end)
            if stop:
                out.append(Stretch(start, stop, block.line))
                start = i = stop
                continue
        if start == i and text[i].isspace():
            start = i + 1
        i += 1
    if start < block.end:
        out.append(Stretch(start, block.end, block.line))
    trimmed = []
    for stretch in out:
        left = stretch.start
        while left < stretch.end and text[left].isspace():
            left += 1
        if left < stretch.end:
            trimmed.append(Stretch(left, stretch.end, block.line))
    return trimmed
