"""Badges of a delegation, ten on a page of A4 with lines to cut along, each as large as a bank card is wide: 90 by 52 mm.

A badge shows what is called across a room: the Side, the name in up to two languages, what the person is there for. Nothing else of a person is asked for.
"""

from msgspec import Struct

from cochair.paper import typeset
from cochair.paper.layout import Sheet
from cochair.paper.render import finish
from cochair.paper.words import day, word

FACES = ("en", "ru", "hi")


class Badge(Struct, frozen=True, gc=False):
    """One badge. ``names``: (language, name), the first the larger; ``below``: (language, line), such as role and organisation."""

    side: str
    names: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, str], ...] = ()


def render_badges(badges: tuple[Badge, ...], *, title: str, lang: str, on: str, specimen: bool) -> bytes:
    """The badges as PDF/A, the same bytes each time. ``title``: the meeting, printed on each; ``on``: the day of the file, ISO."""
    sheet = Sheet({"title": title, "lang": lang, "date": list(day(on)), "badges": []})
    for one in badges:
        sheet.data["badges"].append(
            {
                "title": _said(sheet, lang, title),  # in the order in which the template sets them
                "side": _said(sheet, lang, one.side),
                "names": [_said(sheet, tag, text) for tag, text in one.names[:2]],
                "below": [_said(sheet, tag, text) for tag, text in one.below[:2]],
                "specimen": [_said(sheet, lang, word("specimen", lang))] if specimen else [],
            }
        )
    return finish(typeset.compile_pdf("badges.typ", sheet.data), sheet.texts, {}, (lang,)).pdf


def _said(sheet: Sheet, lang: str, text: str) -> dict[str, str]:
    return sheet.item(text, lang if lang in FACES else "en")
