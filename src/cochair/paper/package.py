"""The ink way: both originals to be printed, with a sheet on top that says who signs where. Scans of the signed sheets come back as papers."""

from msgspec import Struct

from cochair.paper import typeset
from cochair.paper.layout import Sheet, body_name, named
from cochair.paper.model import Instrument
from cochair.paper.render import Rendered, finish, render_original
from cochair.paper.words import dates, day, session, word


class PrintPackage(Struct, frozen=True):
    """A cover sheet and the originals by the Side that keeps each, in the order of the parties."""

    cover: Rendered
    originals: dict[str, Rendered]


def render_print_package(instrument: Instrument) -> PrintPackage:
    """The package of an instrument. Raises Rejected as `render_original` does."""
    originals = {party.side: render_original(instrument, party.side) for party in instrument.parties}
    return PrintPackage(_cover(instrument, originals), originals)


def _cover(instrument: Instrument, originals: dict[str, Rendered]) -> Rendered:
    first = instrument.parties[0].side
    languages = instrument.language_order(first)
    lang = languages[0]
    head = " · ".join(word("cover", code) for code in languages)
    sheet = Sheet(
        {
            "title": head,
            "lang": lang,
            "date": list(day(instrument.end)),
            "specimen": [{"s": word("specimen", code), "lang": code} for code in languages] if instrument.specimen else [],
            "footer": {"left": {"s": head, "lang": lang}, "right": {"s": "", "lang": lang}},
        }
    )
    sheet.data["head"] = sheet.say(head)
    sheet.data["lines"] = [sheet.item(_line(instrument, first, code), code) for code in languages]
    sheet.data["originals"] = [_original(sheet, instrument, side, made, languages) for side, made in originals.items()]
    sheet.data["after"] = [sheet.item(word("after", code), code) for code in languages]
    return finish(typeset.compile_pdf("cover.typ", sheet.data), sheet.texts, {}, languages)


def _line(instrument: Instrument, side: str, lang: str) -> str:
    number = instrument.ordinals.get(side)
    parts = [
        word(instrument.kind, lang),
        body_name(instrument, side, lang),
        session(number, lang) if number else "",
        f"{named(instrument.places, lang)}, {dates(instrument.start, instrument.end, lang)}",
    ]
    return " · ".join(part for part in parts if part)


def _original(sheet: Sheet, instrument: Instrument, side: str, made: Rendered, languages: tuple[str, ...]) -> dict[str, object]:
    names = instrument.party(side).names
    found: dict[str, object] = {"names": [sheet.item(f"{word('original', code)}: {named(names, code)}", code) for code in languages]}
    found["head"] = [sheet.item(word(key, languages[0]), languages[0]) for key in ("where", "post", "done")]
    rows = []
    for place, party in zip(("place_left", "place_right"), instrument.order(side), strict=False):
        who = next(s for s in instrument.signatories if s.side == party.side)
        rows.append(
            {
                "where": [sheet.item(f"{word('page', code)} {made.sign_page}, {word(place, code)}", code) for code in languages],
                "who": [sheet.item(f"{named(who.heads, code)}: {named(who.posts, code)}", code) for code in languages],
            }
        )
    found["rows"] = rows
    lang = languages[0]
    found["facts"] = [sheet.item(f"{word('pages', lang)}: {made.pages}", lang), sheet.item(f"{word('digest', lang)}: {made.digest}", lang)]
    return found
