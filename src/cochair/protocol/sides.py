"""How the Sides stand on paper: names, own languages, and the line above a signature, for the states that the program knows.

An original must be the same bytes on every node, so these words are a closed list in the program and never a node's own label. A Side that is
not in the list stands there by its code. What a Side calls a *body* comes from the record (``bodies.body``), not from here.
"""

from typing import NamedTuple


class SideWords(NamedTuple):
    """Names and signature lines per language; ``languages`` are the Side's own, in its order."""

    languages: tuple[str, ...]
    names: dict[str, str]
    heads: dict[str, str]


_KNOWN = {
    "IN": SideWords(
        ("en", "hi"),
        {"en": "Republic of India", "ru": "Республика Индия", "hi": "भारत गणराज्य"},
        {"en": "For the Indian Side", "ru": "За Индийскую Сторону", "hi": "भारतीय पक्ष की ओर से"},
    ),
    "RU": SideWords(
        ("ru",),
        {"en": "Russian Federation", "ru": "Российская Федерация", "hi": "रूसी संघ"},
        {"en": "For the Russian Side", "ru": "За Российскую Сторону", "hi": "रूसी पक्ष की ओर से"},
    ),
}
ANNEX = {"en": "Annex", "ru": "Приложение", "hi": "अनुलग्नक"}


def words_of(side: str) -> SideWords:
    """The words of a Side; of one that is not in the list, its code."""
    unknown = dict.fromkeys(("en", "ru", "hi"), side)
    return _KNOWN.get(side, SideWords((), unknown, {"en": f"For {side}", "ru": f"За {side}", "hi": f"{side} की ओर से"}))
