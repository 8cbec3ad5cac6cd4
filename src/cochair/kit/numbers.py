"""Numbers and dates of a text, so that its language versions can be compared: 10 million is 10 млн is 1 करोड़, 6 August 2025 is 06.08.2025.

`figures` reads digits only (ASCII, Devanagari, Arabic), never number words, but for dimensions: 3D is трёхмерный is त्रि-आयामी. A comma parts thousands in English and Hindi and decimals in the others.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

_POINT = {"en", "hi", "zh"}  # decimal point; elsewhere the comma
_GAP = r"[ \u00a0\u2009\u202f]"
_MONTHS = (
    ("january", "januar", "янв", "जनवरी"), ("february", "феврал", "फ़रवरी", "फरवरी"), ("march", "март", "मार्च"), ("april", "апрел", "अप्रैल"),
    ("may", "мая", "май", "मई"), ("june", "июн", "जून"), ("july", "июл", "जुलाई"), ("august", "август", "अगस्त"),
    ("september", "сентябр", "सितंबर", "सितम्बर"), ("october", "октябр", "अक्टूबर", "अक्तूबर"), ("november", "ноябр", "नवंबर", "नवम्बर"), ("december", "декабр", "दिसंबर", "दिसम्बर"),
)  # fmt: skip
_MONTH_OF = {stem: number for number, stems in enumerate(_MONTHS, 1) for stem in stems}
_STEM = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_DATES = (
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_GAP}+(?:of )?(?P<m>{_STEM})\w*,?{_GAP}+(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(rf"\b(?P<m>{_STEM})\w*{_GAP}+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?{_GAP}+(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})(?![\d])"),
    re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d])"),
)
_SCALES = (
    (3, r"thousand|тыс\.?\w*|हज़ार|हजार"), (5, r"lakhs?|लाख"), (6, r"million|mln|миллион\w*|млн\.?|मिलियन"), (7, r"crores?|करोड़|करोड"),
    (9, r"billion|bln|миллиард\w*|млрд\.?|बिलियन|अरब"), (12, r"trillion|триллион\w*|трлн\.?"),
)  # fmt: skip
_SCALE = re.compile("".join((rf"{_GAP}*(?:", "|".join(f"(?P<e{power}>{words})" for power, words in _SCALES), r")(?!\w)")), re.IGNORECASE)
_DIMENSIONS = (
    (2, r"two-dimensional|двумерн\w*|двухмерн\w*|द्वि-?आयामी"), (3, r"three-dimensional|тр[её]хмерн\w*|त्रि-?आयामी"),
    (4, r"four-dimensional|четыр[её]хмерн\w*|चतुर्?-?आयामी"),
)  # fmt: skip
_DIMENSION = re.compile(
    "".join(
        (r"(?<![\w.,])(?:(?P<n>[2-9])-?(?:[DД](?!\w)|डी)|", "|".join(f"(?P<e{number}>(?i:{words}))" for number, words in _DIMENSIONS), ")")
    )
)
_NUMBER = {
    ".": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"),
    ",": re.compile(rf"\d{{1,3}}(?:{_GAP}\d{{3}})+(?:,\d+)?(?!\d)|\d+(?:,\d+)?"),
}


class Difference(NamedTuple):
    """A figure that stands more often in one language version than in the other."""

    figure: str
    more: str
    """Tag of the language that has it."""
    less: str


def figures(text: str, lang: str) -> Counter[str]:
    """How often each number (``10000000``, ``2.5``), date (``2025-08-06``) and dimension (``3D``) stands in a text of language ``lang``."""
    text = "".join(str(int(char)) if char.isdecimal() else char for char in text)
    found: Counter[str] = Counter()
    for pattern in _DATES:
        text = pattern.sub(lambda match: _take_date(match, found), text)
    text = _DIMENSION.sub(lambda match: _take_dimension(match, found), text)
    found.update(_numbers(text, "." if lang.split("-", maxsplit=1)[0] in _POINT else ","))
    return found


def _take_date(match: re.Match[str], found: Counter[str]) -> str:
    month = match["m"].lower()
    try:
        day = date(int(match["y"]), int(month) if month.isdecimal() else _MONTH_OF[month], int(match["d"]))
    except ValueError:
        return match[0]  # no day of the calendar: read as numbers
    found[day.isoformat()] += 1
    return " " * len(match[0])


def _take_dimension(match: re.Match[str], found: Counter[str]) -> str:
    found[f"{match['n'] or str(match.lastgroup)[1:]}D"] += 1
    return " " * len(match[0])


def _numbers(text: str, point: str) -> Iterator[str]:
    for match in _NUMBER[point].finditer(text):
        value = Decimal(re.sub(_GAP + ("|," if point == "." else ""), "", match[0]).replace(",", "."))
        scale = _SCALE.match(text, match.end())
        if scale and scale.lastgroup:
            value = value.scaleb(int(scale.lastgroup[1:]))
        yield f"{value.normalize():f}"


def differences(versions: Mapping[str, str]) -> list[Difference]:
    """Figures that two language versions (by tag) of one text do not share, in a fixed order; empty if all agree."""
    counts = {lang: figures(text, lang) for lang, text in sorted(versions.items())}
    result = []
    for one, other in combinations(counts, 2):
        result += [Difference(figure, one, other) for figure in sorted((counts[one] - counts[other]).elements())]
        result += [Difference(figure, other, one) for figure in sorted((counts[other] - counts[one]).elements())]
    return result
