"""What stands around the text: headline, outlet, publication date, dateline, boilerplate.

Rules of this module:

- Boilerplate is whole lines by their first words (the class ``boilerplate``), or a line of digits alone.
- A line of nothing but a date (and words like ``date``, ``published``, a clock time, counters) gives the publication date.
- The headline is the first other line, if it does not end like a sentence and a longer text follows.
- A dateline is ``PLACE [Country], date (AGENCY) :`` at the beginning of a paragraph; each part may be missing, the sign at the end or the agency may not.
"""

from datetime import date

from cochair.press.datafiles import small
from cochair.press.dates import resolve
from cochair.press.page import Page, Sentence

_META_WORDS = small("meta")
_SIGNS = frozenset({":", "-", "–", "—", "--", "―"})
_HEADLINE_TOKENS = 32


def _blocks(page: Page) -> dict[int, list[Sentence]]:
    out: dict[int, list[Sentence]] = {}
    for sentence in page.sentences:
        out.setdefault(sentence.block, []).append(sentence)
    return out


def _boilerplate(page: Page, group: list[Sentence]) -> bool:
    first, last = group[0].first, group[-1].last
    match = page.at("boilerplate", first) or (page.at("boilerplate", first + 1) if page.fold(first) in {"(", "*", "[", "-"} else None)
    digits = all(t.text.isdigit() for t in page.tokens[first:last])
    if match is None and not digits:
        return False
    # a cue that is only the first word of a sentence of the text ("Subscribe" as a verb is; "Comments" of a minister are not) must stand alone or open a short line
    if (
        match
        and match[0] - first == 1
        and match[1] in {"comments", "subscribe", "share", "tags", "credit", "advertisement"}
        and last - first > 25
    ):
        return False
    for sentence in group:
        sentence.role = "boilerplate"
    page.claim("doc.boilerplate", (first, last), match[1] if match else "counter", "boilerplate.line")
    return True


def _meta(page: Page, group: list[Sentence]) -> bool:
    """A line with one date and nothing else that speaks: publication date, and counters as boilerplate."""
    first, last = group[0].first, group[-1].last
    dates = [d for s in group for d in page.each("date", s)]
    if not dates or dates[0].value.month is None or dates[0].value.day is None or dates[0].value.year is None:
        return False
    inside = {i for d in dates for i in range(d.start, d.end)}
    rest = [i for i in range(first, last) if i not in inside]
    if any(page.fold(i) not in _META_WORDS and not page.tokens[i].text[0].isdigit() for i in rest):
        return False
    for sentence in group:
        sentence.role = "meta"
    if not any(c.field == "doc.published" for c in page.claims):
        page.claim("doc.published", (dates[0].start, dates[0].end), resolve(dates[0].value, None), "published.line")
    for i in rest:
        if page.tokens[i].text.isdigit() and i > dates[0].start:
            page.claim("doc.boilerplate", (i, i + 1), "counter", "boilerplate.counter")
    return True


def _headline(page: Page, group: list[Sentence], following: list[Sentence] | None) -> bool:
    first, last = group[0].first, group[-1].last
    if following is None or last - first > _HEADLINE_TOKENS or len(group) > 2 or page.tokens[last - 1].text in {".", ":", "।", "”", ";"}:
        return False
    if page.at("outlet", first) and last - first <= 3:
        return False
    for sentence in group:
        sentence.role = "headline"
    span = page.span(first, last)
    page.claim("doc.headline", span, span.text, "headline.first-line")
    return True


def _agency(page: Page, i: int) -> tuple[int, int, int] | None:
    """(MENAFN), /TASS/ -> (end, first and last token of the name)."""
    pairs = {"(": ")", "/": "/", "[": "]"}
    close = pairs.get(page.fold(i))
    if not close:
        return None
    for j in range(i + 2, min(i + 8, len(page.tokens))):
        if page.fold(j) == close:
            name = page.words(i + 1, j)
            known = page.at("outlet", i + 1)
            if (known and known[0] <= j) or (
                name.replace("-", "").replace(" ", "").isalpha()
                and name.isupper()
                and 2 <= len(name) <= 16
                and page.at("country", i + 1) is None
            ):
                return j + 1, i + 1, (known[0] if known else j)
            return None
    return None


def _dateline(page: Page, group: list[Sentence]) -> bool:
    first, last = group[0].first, group[-1].last
    i = first
    agency = _agency(page, i)
    if agency:
        page.claim("doc.outlet", (agency[1], agency[2]), page.words(agency[1], agency[2]), "outlet.lead")
        i = agency[0]
    place = page.at("city", i)
    end_place, when = i, None
    if place:
        i = end_place = place[0]
        country = page.at("country", i + 1)
        if page.fold(i) in {"[", "(", ","} and country and page.fold(country[0]) in {"]", ")", ",", ".", *_SIGNS}:
            i = end_place = country[0] + (1 if page.fold(country[0]) in {"]", ")"} else 0)
    while i < last and page.fold(i) in {",", "."}:
        i += 1
    found = page.at("date", i) if place else None
    if found and found[1].day is not None:
        when, start_when, i = found[1], i, found[0]
    after = _agency(page, i) or (_agency(page, i + 1) if page.fold(i) in {",", "."} else None)
    if after and not agency:
        page.claim("doc.outlet", (after[1], after[2]), page.words(after[1], after[2]), "outlet.dateline")
        i = after[0]
    if (
        when
        and not after
        and page.fold(i) == ","
        and i + 2 < last
        and page.fold(i + 2) == "."
        and page.tokens[i + 1].text.isupper()
        and len(page.fold(i + 1)) > 2
    ):
        page.claim("doc.outlet", (i + 1, i + 2), page.tokens[i + 1].text, "outlet.dateline")  # YEREVAN, MAY 10, ARMENPRESS.
        i += 2
    while i < last and page.fold(i) == ".":
        i += 1
    closed = (i < last and page.fold(i) in _SIGNS) or (page.tokens[first].text.isupper() and page.fold(i - 1) == "." and i == group[0].last)
    if not place or not (closed or after or (when and i < last and page.fold(i - 1) == ".")):
        return agency is not None or (after is not None)
    code, name = place[1]
    canonical = name if not name.isupper() else name.title()
    page.claim("doc.dateline_place", (first if not agency else agency[0], end_place), canonical, "dateline.place", country=code)
    page.facts["dateline"] = (canonical, code)
    page.facts["dateline_end"] = i
    if when:
        reference = page.facts.get("published")
        value = resolve(when, reference)
        page.claim("doc.dateline_date", (start_when, found[0] if found else start_when), value, "dateline.date")
        if value:
            page.facts["dateline_date"] = date.fromisoformat(value[:10])
    return True


def read_frame(page: Page) -> None:
    """Claims doc.*; sets roles of sentences and ``published``, ``dateline``, ``dateline_date`` in ``page.facts``."""
    groups = list(_blocks(page).values())
    headline = dateline = False
    for number, group in enumerate(groups):
        if _boilerplate(page, group):
            continue
        if number < 6 or number >= len(groups) - 3:
            if _meta(page, group):
                published = next((c for c in page.claims if c.field == "doc.published"), None)
                if published and published.value:
                    page.facts["published"] = date.fromisoformat(published.value[:10])
                continue
            if not headline and not dateline and number < 4:
                following = groups[number + 1] if number + 1 < len(groups) else None
                headline = _headline(page, group, following)
                if headline:
                    continue
        if not dateline and number < 8:
            dateline = _dateline(page, group)
    if not page.facts.get("published") and page.facts.get("dateline_date"):
        page.facts["reference"] = page.facts["dateline_date"]
    else:
        page.facts["reference"] = page.facts.get("dateline_date") or page.facts.get("published")
