"""A co-chair's brief: two pages at most, from plain data. An internal paper of one Side; it is printed here and sent nowhere.

Order: when and where, what is his to decide, the open brackets with both wordings, what we owe, what they owe, what the press asks.
It is set smaller until it fits two pages; what still does not fit is counted ("and 4 more"), never cut off in silence.
"""

from typing import Any

from msgspec import Struct, structs

from cochair.kit.errors import Rejected
from cochair.paper import typeset
from cochair.paper.layout import Sheet
from cochair.paper.render import Rendered, finish
from cochair.paper.words import dates, day, word

PAGES = 2
_SIZES = (10.0, 9.5, 9.0, 8.5)


class OpenBracket(Struct, frozen=True, gc=False):
    """A place where the Sides differ: printed number, both wordings ("" = nothing there), our advice if any."""

    no: str
    ours: str
    theirs: str
    advice: str = ""


class Owed(Struct, frozen=True, gc=False):
    """Something agreed that is still to be done: what, until when in words ("" = no date), whether the date has passed."""

    text: str
    due: str = ""
    passed: bool = False


class Question(Struct, frozen=True, gc=False):
    """What the press asks or says, and the line to take."""

    asks: str
    line: str = ""


class Brief(Struct, frozen=True):
    """The data of a brief in one language. ``day`` is the day on which it is printed (ISO), ``days`` the days left, ``sign`` our Side's code."""

    lang: str
    title: str
    side: str
    day: str
    start: str
    end: str
    place: str
    days: int
    decisions: tuple[str, ...] = ()
    brackets: tuple[OpenBracket, ...] = ()
    we_owe: tuple[Owed, ...] = ()
    they_owe: tuple[Owed, ...] = ()
    press: tuple[Question, ...] = ()
    specimen: bool = True


def render_brief(data: Brief) -> bytes:
    """The brief as PDF/A, at most two pages. Raises Rejected if even short lists do not fit (a single text of a page and more)."""
    return brief_file(data).pdf


def brief_file(data: Brief) -> Rendered:
    """The same with digest, length and number of pages."""
    keep = 40
    while keep:
        for size in _SIZES if keep == 40 else _SIZES[-1:]:
            sheet = _sheet(data, size, keep)
            made = finish(typeset.compile_pdf("brief.typ", sheet.data), sheet.texts, {}, (data.lang,))
            if made.pages <= PAGES:
                return made
        keep = keep * 3 // 4
    raise Rejected("The brief does not fit two pages", "Shorten its longest texts")


def _sheet(data: Brief, size: float, keep: int) -> Sheet:
    lang = data.lang
    left = word("days", lang).format(data.days)
    sheet = Sheet(
        {
            "title": f"{word('brief', lang)} · {data.title}",
            "lang": lang,
            "date": list(day(data.day)),
            "size": size,
            "specimen": [{"s": word("specimen", lang), "lang": lang}] if data.specimen else [],
            "internal": {"s": f"{data.side} · {word('internal', lang)}", "lang": lang},
            "footer": {"left": {"s": data.title, "lang": lang}, "right": {"s": dates(data.day, data.day, lang), "lang": lang}},
        }
    )
    sheet.data["kind"] = sheet.say(word("brief", lang))
    sheet.data["head"] = sheet.say(data.title)
    sheet.data["next"] = [sheet.say(word("next", lang)), sheet.say(f"{data.place}, {dates(data.start, data.end, lang)}"), sheet.say(left)]
    sheet.data["sections"] = [
        _section(sheet, data, "decide", [{"t": "line", "s": s} for s in data.decisions], keep),
        _section(sheet, data, "brackets", [{"t": "bracket", **structs.asdict(b)} for b in data.brackets], keep),
        _section(sheet, data, "we_owe", [_owed(o, lang) for o in data.we_owe], keep),
        _section(sheet, data, "they_owe", [_owed(o, lang) for o in data.they_owe], keep),
        _section(sheet, data, "press", [{"t": "asked", "s": q.asks, "line": q.line} for q in data.press], keep),
    ]
    return sheet


def _owed(owed: Owed, lang: str) -> dict[str, Any]:
    due = f"{owed.due} {word('due', lang)}" if lang == "hi" else f"{word('due', lang)} {owed.due}"
    parts = [due if owed.due else "", word("passed", lang) if owed.passed else ""]
    return {"t": "owed", "s": owed.text, "due": " · ".join(part for part in parts if part), "passed": owed.passed}


def _section(sheet: Sheet, data: Brief, key: str, items: list[dict[str, Any]], keep: int) -> dict[str, Any]:
    """One section with its texts noted in the order in which the template sets them."""
    lang = data.lang
    section: dict[str, Any] = {"key": key, "head": sheet.say(word(key, lang)), "items": items[:keep], "note": ""}
    if key == "brackets" and items:
        section["heads"] = [sheet.say("№" if lang != "hi" else "क्र."), sheet.say(word("ours", lang)), sheet.say(word("theirs", lang))]
    for item in section["items"]:
        match item["t"]:
            case "bracket":
                item["no"] = sheet.say(item["no"] or "–")
                item["ours"], item["theirs"] = sheet.say(item["ours"] or "–"), sheet.say(item["theirs"] or "–")
                item["advice"] = sheet.say(item["advice"])
            case "owed":
                item["s"], item["due"] = sheet.say(item["s"]), sheet.say(item["due"] or "–")
            case "asked":
                item["s"], item["line"] = sheet.say(item["s"]), sheet.say(item["line"])
            case _:
                item["s"] = sheet.say(item["s"])
    if not items:
        section["note"] = sheet.say(word("nothing", lang))
    elif len(items) > keep:
        section["note"] = sheet.say(word("more", lang).format(len(items) - keep))
    return section
