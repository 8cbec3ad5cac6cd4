"""From an instrument to the plain data that the Typst template sets, in reading order.

Everything printed in the body is listed in ``Sheet.texts`` in the order in which the template sets it. `textlayer` then gives each stretch
of the page its exact words, so a sentence comes back from the file as it was agreed, in every script. A text that is set but not listed, or
listed but not set, stops the rendering.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

from msgspec import Struct, field

from cochair.kit.errors import Rejected
from cochair.paper.model import Annex, Instrument, Provision, TextTree, walk
from cochair.paper.words import dates, day, session, word

KEEP_TOGETHER = 420
"""A provision whose longest text has at most this many characters is not split over two pages."""

SHORT_TITLE = 40


class Sheet(Struct):
    """Data for a template (JSON) and the texts that it prints, in reading order."""

    data: dict[str, Any]
    texts: list[str] = field(default_factory=list)

    def say(self, words: str) -> str:
        """Note the words as printed next; returns them with blanks made single (as they are set)."""
        clean = " ".join(words.split())
        if clean:
            self.texts.append(clean)
        return clean

    def item(self, words: str, lang: str, **more: str) -> dict[str, str]:
        """A text with its language, noted."""
        return {"s": self.say(words), "lang": lang, **more}


def original_sheet(instrument: Instrument, holder: str) -> Sheet:
    """The sheet of the holder's original. Raises Rejected where something printed is missing or a bracket is open."""
    languages = instrument.language_order(holder)
    if not languages:
        raise Rejected("The instrument has no language", "Name the languages of the instrument")
    two = instrument.layout == "columns" and len(languages) == 2
    sheet = Sheet(_page(instrument, holder, languages))
    blocks: list[dict[str, Any]] = []
    groups = [languages] if two else [(lang,) for lang in languages]
    for i, group in enumerate(groups):
        if i:
            blocks.append({"k": "part"})
        blocks.append({"k": "title", "cols": [_title(sheet, instrument, holder, lang) for lang in group]})
        _rows(sheet, blocks, instrument.provisions, group, holder)
        for annex in instrument.annexes if not two else ():
            _annex(sheet, blocks, annex, group, holder)
    if blocks[-1]["k"] == "row":
        blocks[-1]["sticky"] = True
    blocks.append({**_signing(sheet, instrument, holder, languages), "marks": _marks(sheet, instrument, languages[0])})
    if two:
        for annex in instrument.annexes:
            _annex(sheet, blocks, annex, languages, holder)
    sheet.data["blocks"] = blocks
    return sheet


def _page(instrument: Instrument, holder: str, languages: tuple[str, ...]) -> dict[str, Any]:
    lang = languages[0]
    party = instrument.party(holder)
    heads = " · ".join(f"{h.side} {h.size}" for h in instrument.marks.heads)
    return {
        "title": f"{word(instrument.kind, lang)} · {body_name(instrument, holder, lang)} · {word('original', lang)}: {named(party.names, lang)}",
        "lang": lang,
        "date": list(day(instrument.end)),
        "hang": _hang(instrument),
        "specimen": [{"s": word("specimen", code), "lang": code} for code in languages] if instrument.specimen else [],
        "header": [{"s": f"{word('original', code)}: {named(party.names, code)}", "lang": code} for code in languages[:2]],
        "footer": {"left": {"s": body_name(instrument, holder, lang), "lang": lang}, "right": {"s": heads, "lang": "en"}},
    }


def named(words: dict[str, str], lang: str) -> str:
    """The words in that language, blanks made single. Raises Rejected if there are none."""
    if not words.get(lang):
        raise Rejected(f"A name is missing in {lang}", "Give every name in all languages of the instrument")
    return " ".join(words[lang].split())


def body_name(instrument: Instrument, holder: str, lang: str) -> str:
    """The body as the holder writes it, else as the party whose own language it is does, else as anybody does."""
    for party in instrument.order(holder):
        if instrument.bodies.get(party.side, {}).get(lang):
            return named(instrument.bodies[party.side], lang)
    raise Rejected(f"The body has no name in {lang}", "Give the body's name in all languages of the instrument")


def _title(sheet: Sheet, instrument: Instrument, holder: str, lang: str) -> dict[str, Any]:
    own = instrument.titles.get(holder, {}).get(lang)
    if own:
        lines = [sheet.item(own, lang, style="kind" if len(own) <= SHORT_TITLE else "title")]
    else:
        lines = [
            sheet.item(word(instrument.kind, lang), lang, style="kind"),
            sheet.item(body_name(instrument, holder, lang), lang, style="body"),
        ]
        number = instrument.ordinals.get(holder)
        if number:
            lines.append(sheet.item(session(number, lang), lang, style="line"))
    lines.append(sheet.item(f"{named(instrument.places, lang)}, {dates(instrument.start, instrument.end, lang)}", lang, style="line"))
    return {"lang": lang, "lines": lines}


def _rows(sheet: Sheet, blocks: list[dict[str, Any]], provisions: tuple[Provision, ...], group: tuple[str, ...], holder: str) -> None:
    for provision in provisions:
        trees = [(lang, provision.text(lang, holder)) for lang in group]
        if any(tree.get("t") == "table" for _, tree in trees):
            blocks.extend(_table(sheet, provision.no, lang, tree) for lang, tree in trees)
        else:
            cols = [_unit(sheet, provision.no, lang, tree) for lang, tree in trees]
            longest = max(sum(len(b["s"]) for b in col["blocks"]) for col in cols)
            heading = all(tree.get("t") == "heading" for _, tree in trees)
            blocks.append({"k": "row", "cols": cols, "keep": longest <= KEEP_TOGETHER, "heading": heading, "sticky": heading})
        _rows(sheet, blocks, provision.children, group, holder)


def cell_words(cell: Any) -> str:
    """A line of runs -> its words. Raises Rejected on a bracket or anything that is not a run."""
    if isinstance(cell, str):
        return cell
    if not isinstance(cell, list) or not all(isinstance(run, str) for run in cell):
        raise Rejected("A provision still has brackets", "Resolve every bracket in every language before originals are made")
    return " ".join("".join(cell).split())


def _unit(sheet: Sheet, no: str, lang: str, tree: TextTree) -> dict[str, Any]:
    number = {"s": " ".join(no.split()), "width": sheet.data["hang"]}
    found: list[dict[str, Any]] = []
    try:
        match tree["t"]:
            case "heading":
                found.append({"t": "heading", "level": int(tree["level"]), "labels": [number], "s": cell_words(tree["c"])})
            case "paragraph":
                found.append({"t": "paragraph", "labels": [number], "s": cell_words(tree["c"])})
            case "list":
                wide = 1.6 if len(tree["items"]) < 10 else 2.1
                for i, item in enumerate(tree["items"], 1):
                    own = {"s": f"{i})" if tree["ordered"] else "–", "width": wide}
                    found.append({"t": "item", "labels": [number if i == 1 else {**number, "s": ""}, own], "s": cell_words(item)})
            case _:
                raise Rejected(f"A provision of the kind {tree['t']!r} cannot be printed", "Use heading, paragraph, list or table")
    except (KeyError, TypeError, ValueError):
        raise Rejected(f"Provision {no or '(without number)'} is not a text in the known form", "Propose its text anew") from None
    if not found or not all(block["s"] for block in found):
        raise Rejected(f"Provision {no or '(without number)'} has an empty line in {lang}", "Complete the text")
    for block in found:
        if not no:
            block["labels"] = block["labels"][1:]
        sheet.say(" ".join([*(label["s"] for label in block["labels"] if label["s"]), block["s"]]))
    return {"lang": lang, "blocks": found}


def _hang(instrument: Instrument) -> float:
    """Room for the longest printed number, in em: one measure for the whole original, so that all texts begin at one edge."""
    numbers = [len(p.no) for part in (instrument.provisions, *(a.provisions for a in instrument.annexes)) for p in walk(part)]
    return min(max(2.0, 0.5 * max(numbers, default=0) + 0.8), 5.0)


def _table(sheet: Sheet, no: str, lang: str, tree: TextTree) -> dict[str, Any]:
    number = sheet.say(no)
    rows = tree.get("rows")
    if tree.get("t") != "table" or not isinstance(rows, list) or not rows:
        raise Rejected(f"Provision {no or '(without number)'} is a table in one language only", "Make it a table in every language")
    cells = [[cell_words(cell) for cell in row] for row in rows]
    if len({len(row) for row in cells}) != 1:
        raise Rejected(f"The table of provision {no} has rows of different length", "Complete the table")
    for row in cells:
        for cell in row:
            sheet.say(cell)
    # A column is as wide as its longest cell asks for, within 1:5, so that a number column does not take half of the page.
    widths = [min(max(*(len(row[i]) for row in cells), 4), 40) for i in range(len(cells[0]))]
    return {"k": "table", "lang": lang, "no": number, "rows": cells, "head": bool(tree.get("head")), "widths": widths}


def _annex(sheet: Sheet, blocks: list[dict[str, Any]], annex: Annex, group: tuple[str, ...], holder: str) -> None:
    cols = []
    for lang in group:
        lines = [sheet.item(named(annex.heads, lang), lang, style="line")]
        if annex.titles:
            lines.append(sheet.item(named(annex.titles, lang), lang, style="body"))
        cols.append({"lang": lang, "lines": lines})
    blocks.append({"k": "annex", "cols": cols})
    _rows(sheet, blocks, annex.provisions, group, holder)


def _signing(sheet: Sheet, instrument: Instrument, holder: str, languages: tuple[str, ...]) -> dict[str, Any]:
    cols = []
    for party in instrument.order(holder):
        found = [s for s in instrument.signatories if s.side == party.side]
        if len(found) != 1:
            raise Rejected(f"{party.side} has {len(found)} signatories", "Name exactly one signatory post for each Side")
        who = found[0]
        cols.append(
            {
                "field": who.field,
                "heads": [sheet.item(named(who.heads, lang), lang) for lang in languages],
                "names": [sheet.item(named(who.names, lang), lang) for lang in languages] if who.names else [],
                "posts": [sheet.item(named(who.posts, lang), lang) for lang in languages],
            }
        )
    return {"k": "sign", "cols": cols}


def _marks(sheet: Sheet, instrument: Instrument, lang: str) -> dict[str, Any]:
    marks = instrument.marks
    pairs = [(word("room", lang), _spaced(marks.room)), (word("slot", lang), marks.slot.replace("|", " | "))]
    pairs += [(f"{word('head', lang)} {h.side}", f"{h.size} · {_spaced(h.root)}") for h in marks.heads]
    title = sheet.item(word("marks", lang), lang)
    lines = [[sheet.item(label, lang), sheet.item(value, "en")] for label, value in pairs]
    return {"qr": _qr(marks.line()), "alt": "QR", "title": title, "lines": lines}


@lru_cache(16)
def _qr(line: str) -> str:
    """The code as SVG. Kept: all originals of a manifest carry the same one, and each is made again whenever a Side checks what it is about to seal."""
    import segno

    code = segno.make_qr(line, error="m")
    rects = "".join(f"M{x} {y}h{wide}v1h-{wide}z" for y, row in enumerate(code.matrix) for x, wide in _dark_runs(row))
    size = len(code.matrix)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{rects}"/></svg>'


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """A row of a QR code -> (place, length) of its dark runs."""
    at = 0
    for dark, run in groupby(row):
        wide = len(list(run))
        if dark:
            yield at, wide
        at += wide


def _spaced(digest: str) -> str:
    """64 hex digits in groups of eight: a person can compare them."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
