"""The text layer: what a reader copies, searches or extracts from an original is, word for word, what was agreed.

A typeset page holds glyphs, and glyphs of Devanagari do not map back to letters one to one: vowel signs stand before their consonant, marks
of one syllable are drawn in two runs. Typst writes its own hints per syllable; tools extract about a third of Hindi sentences from them.
So after typesetting:

1. Each text element of the structure tree (paragraph, heading, cell) is matched, in reading order, with the text it was set from. The words
   recovered from its glyphs must account for exactly that text; otherwise nothing is made (`Rejected`).
2. Each run of glyphs (a line, or a part of it) then carries its own words as one ``/ActualText`` span, cut at blanks: a word broken at a
   hyphen stands whole on the line where it begins, and so does a sentence that runs on to the next page. Typst's hints inside are taken away.
3. Page contents are left uncompressed, so that the bytes of an original never depend on a compression library.

Nothing drawn is touched: only marked-content operators are changed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf

from cochair.kit.errors import Rejected
from cochair.paper.glyphs import decoder, recover, tighten

_GROUP = re.compile(
    rb"(/\w+<<[^<>]*/MCID (\d+)[^<>]*>>BDC)\nq 1 0 0 -1 (-?[\d.]+) (-?[\d.]+) cm([^\n]*)\nBT(.*?)\nET\nQ\nEMC",
    re.DOTALL,
)
_PLACE = re.compile(rb"([-\d.]+ [-\d.]+ [-\d.]+ [-\d.]+) ([-\d.]+) ([-\d.]+) Tm")
_HINT = re.compile(rb"/Span<</ActualText<[0-9A-F]*>>>BDC|\nEMC(?= 0 Tr|/Span<</ActualText|\Z)")
_INLINE = {"/Span", "/Strong", "/Em", "/Link", "/Form", "/Reference", "/Quote", "/Code"}
_SENTENCE_END = re.compile(r"[.!?…।॥]['\"»”’)]*(?=\s+[^\sa-zа-яё]|\s*\Z)")  # "6 августа 2025 г. в Дели" goes on


class _Group:
    """One marked-content sequence with glyphs: where it stands on its page, what its glyphs say, and the words it is given."""

    __slots__ = ("match", "page", "says", "words", "x", "y")

    def __init__(self, page: int, match: "re.Match[bytes]", says: str) -> None:
        self.page, self.match, self.says = page, match, says
        self.x, self.y = float(match[3]), float(match[4])
        self.words = ""

    def continues(self, last: "_Group") -> bool:
        """On the line of ``last``, in the same ink, and the very next thing in the page's contents."""
        return (
            self.page == last.page
            and self.match.start() == last.match.end()
            and self.match[5] == last.match[5]
            and abs(self.y - last.y) < 4
        )


def write(pdf: pikepdf.Pdf, texts: Sequence[str]) -> None:
    """Give ``pdf`` (fresh from Typst, tagged) the exact words of ``texts``, the texts in reading order. Raises Rejected if they do not match."""
    contents: list[bytes] = []
    groups: dict[tuple[int, int], _Group] = {}
    numbers: dict[tuple[int, int], int] = {}
    for number, page in enumerate(pdf.pages):
        numbers[page.obj.objgen] = number
        data = page.obj.Contents.read_bytes()
        read = decoder(page.obj)
        for match in _GROUP.finditer(data):
            groups[number, int(match[2])] = _Group(number, match, recover(match[6], read))
        contents.append(data)
    units = list(_units(pdf.Root.StructTreeRoot, groups, numbers))
    if len(units) != len(texts):
        raise Rejected(f"The page holds {len(units)} texts and the instrument {len(texts)}", "This is a defect of the template; report it")
    lines: list[list[list[_Group]]] = [[] for _ in contents]
    for unit, text in zip(units, texts, strict=True):
        own = _lines(unit)
        _give(own, text)
        for line in own:
            lines[line[0].page].append(line)
    for number, page in enumerate(pdf.pages):
        lines[number].sort(key=lambda line: line[0].match.start())
        page.obj.Contents = pdf.make_stream(_mark(contents[number], lines[number]))


def _lines(unit: list[_Group]) -> list[list[_Group]]:
    """The groups of an element, those that continue one another together: Typst parts a line where a mark of a syllable sits higher."""
    lines: list[list[_Group]] = []
    for group in unit:
        if lines and group.continues(lines[-1][-1]):
            lines[-1].append(group)
        else:
            lines.append([group])
    return lines


def _units(node: Any, groups: dict[tuple[int, int], _Group], numbers: dict[tuple[int, int], int]) -> Iterator[list[_Group]]:
    """Text elements in reading order: the lowest structure element that is not inline, with the glyph groups of its inline children."""
    found: list[_Group] = []
    page = numbers.get(node.Pg.objgen) if "/Pg" in node else None
    kids = node.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            if page is not None and (page, kid) in groups:
                found.append(groups[page, kid])
        elif kid.get("/Type") == "/MCR":
            key = (numbers[kid.Pg.objgen] if "/Pg" in kid else page, int(kid.MCID))
            if key in groups:
                found.append(groups[key])
        elif kid.get("/Type") == "/OBJR":
            continue
        elif str(kid.get("/S", "")) in _INLINE:
            found.extend(group for unit in _units(kid, groups, numbers) for group in unit)
        else:
            if found:
                yield found
                found = []
            yield from _units(kid, groups, numbers)
    if any(group.says.strip() for group in found):
        yield found


def _align(text: str, said: Sequence[str]) -> list[int] | None:
    """Where in ``text`` each group's glyphs end, or None. A group may skip one blank, and may repeat the syllable that the last one ended in."""
    stack: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
    seen: set[tuple[int, int]] = set()
    while stack:
        index, at, ends = stack.pop()
        if index == len(said):
            if not text[at:].strip():
                return list(ends)
            continue
        if (index, at) in seen:
            continue
        seen.add((index, at))
        says = said[index]
        steps = [
            at + len(says) - k
            for k in range(min(len(says), at, 12), 0, -1)
            if text[at - k : at] == says[:k] and text.startswith(says[k:], at)
        ]
        if text[at : at + 1] == " " and text.startswith(says, at + 1):
            steps.append(at + 1 + len(says))
        if text.startswith(says, at):
            steps.append(at + len(says))
        stack.extend((index + 1, step, (*ends, step)) for step in steps)
    return None


def _give(lines: list[list[_Group]], text: str) -> None:
    """Share ``text`` among the lines, whole words to a line, whole sentences to a page; the first group of a line holds its words."""
    ends = _align(text, [group.says for line in lines for group in line])
    if ends is None:
        recovered = "".join(group.says for line in lines for group in line)
        raise Rejected(f"The page says {recovered[:80]!r} where {text[:80]!r} was set", "This is a defect of the template; report it")
    at = count = 0
    for i, line in enumerate(lines):
        count += len(line)
        end = max(ends[count - 1], at)
        if i + 1 == len(lines):
            end = len(text)
        elif lines[i + 1][0].page != line[0].page:
            end = _sentence(text, end)
        else:
            end = _word(text, end)
        line[0].words = text[at:end]
        at = end


def _word(text: str, at: int) -> int:
    """The first place from ``at`` on where a line may end: before a blank or at the end, never behind a hyphen."""
    while at < len(text) and not (text[at - 1] == " " or (text[at] == " " and text[at - 1] != "-")):
        at += 1
    if text[at - 2 : at] == "- ":  # a dash typed as a hyphen: tools that undo hyphenation would eat it
        return _word(text, at + 1)
    return at


def _sentence(text: str, at: int) -> int:
    """The first end of a sentence at or behind the last letter before ``at``, with the blank behind it."""
    start = len(text[:at].rstrip(" .!?…।॥'\"»”’)"))
    found = _SENTENCE_END.search(text, start)
    return len(text) if found is None else min(max(found.end() + 1, at), len(text))


def _mark(data: bytes, lines: list[list[_Group]]) -> bytes:
    """Page contents with each line as one text object under its words; Typst's own hints taken out of it."""
    out: list[bytes] = []
    at = 0
    for line in lines:
        first = line[0]
        match = first.match
        out += [data[at : match.start()], match[1], b"\nq 1 0 0 -1 ", match[3], b" ", match[4], b" cm", match[5], b"\nBT"]
        # Inside BT ... ET: tools place the words by the matrix in force where the span ends.
        out += [b"/Span<</ActualText<FEFF", first.words.encode("utf-16-be").hex().upper().encode(), b">>>BDC"]
        glyphs = [_HINT.sub(b"", match[6])]
        glyphs += [_moved(_HINT.sub(b"", group.match[6]), group.x - first.x, first.y - group.y) for group in line[1:]]
        out.append(tighten(b"".join(glyphs)))
        out += [b"\nEMC\nET\nQ\nEMC"]
        out += [group.match[1] + b"\nEMC" for group in line[1:]]  # the numbers stay known to the structure tree
        at = line[-1].match.end()
    out.append(data[at:])
    return b"".join(out)


def _moved(glyphs: bytes, right: float, down: float) -> bytes:
    """The text operators with their places given from another origin, so that nothing moves on the page."""

    def place(match: "re.Match[bytes]") -> bytes:
        return match[1] + f" {_number(float(match[2]) + right)} {_number(float(match[3]) + down)} Tm".encode()

    return _PLACE.sub(place, glyphs)


def _number(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".") or "0"
