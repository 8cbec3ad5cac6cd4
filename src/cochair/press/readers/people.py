"""Persons with their offices.

Rules of this module:

- A *unit* is an office and a name in either order: ``Deputy Minister of Industry and Trade of the Russian Federation, Alexey Gruzdev``;
  ``Colonel General A. B.``; ``A. B., Secretary, Department for ...``. An office is a chain as written: posts, ministries, areas, commas and all.
- A name is capitalised words that are no post, state, area, month or body; with initials, particles and hyphens. A name without office is a unit only where a reader asks for it.
- The state comes from the office itself (``Russian``, ``of the Russian Federation``, ``India's``). A possessive state before the office is not part of the office.
"""

from dataclasses import dataclass, field

from cochair.press.datafiles import small
from cochair.press.page import Page
from cochair.press.readers.bodies import party_at

_PARTICLES = frozenset({"bin", "al", "el", "de", "da", "van", "von", "del", "der", "di", "ibn", "ul", "la", "le", "dos"})
_CONNECT = frozenset({"of", "for", "and", "&", "the", "on", "in", "to", "at"})
_COMMON = small("no_name")
_AREA_ENDINGS = ("tion", "ment", "ity", "ance", "ics", "ture", "cy", "ogy", "sm", "ness")


@dataclass(frozen=True)
class Unit:
    """Tokens of a person with office; ``name``/``office``/``rank``/``side_span`` are (first, last) pairs of tokens."""

    first: int
    last: int
    name: tuple[int, int]
    office: tuple[int, int] | None = None
    rank: tuple[int, int] | None = None
    side: str | None = None
    side_span: tuple[int, int] | None = None
    full: str = field(default="")


def _officeish(page: Page, i: int) -> int | None:
    """Token -> end of a word that belongs to offices, if one starts there."""
    for kind in ("posthead", "postmod", "orgword"):
        match = page.at(kind, i)
        if match:
            return match[0]
    match = page.at("areaword", i)
    if match and page.fold(i) != "and":
        return match[0]
    text = page.tokens[i].text
    if len(text) >= 3 and text.isupper() and text.isalpha() and not page.at("rank", i):
        return i + 1
    if text[0].isupper() and len(text) > 5 and page.tokens[i].fold.endswith(_AREA_ENDINGS):
        return i + 1
    return None


def _nameish(page: Page, i: int, last: int) -> int | None:
    """Token -> end of a word that can be part of a name, if one starts there."""
    token = page.tokens[i]
    if not token.text[0].isupper() or not token.text[0].isalpha() or token.fold in _COMMON:
        return None
    if len(token.text) == 1:
        return i + 2 if i + 1 < last and page.fold(i + 1) == "." else None
    if page.at("month", i) and not (i + 1 < last and page.capital(i + 1) and page.at("weekday", i + 1) is None):
        return None
    for kind in (
        "country",
        "demonym",
        "weekday",
        "posthead",
        "orgword",
        "bodytype",
        "sessnoun",
        "doc",
        "honorific",
        "stateform",
        "areaword",
    ):
        if page.at(kind, i) and token.fold != "sir":
            return None
    if page.at("city", i) and not page.at("posthead", i - 1):
        return None
    return i + 1


def name_at(page: Page, i: int, last: int) -> int | None:
    """Token -> end of the name that starts there, or None. At most six words."""
    j, count = i, 0
    while j < last and count < 6:
        step = _nameish(page, j, last)
        if step is None and count and page.fold(j) in _PARTICLES and j + 1 < last and _nameish(page, j + 1, last):
            j += 1
            continue
        if step is None:
            break
        j, count = step, count + 1
        if j + 1 < last and page.fold(j) == "-" and page.joined(j) and page.joined(j + 1):
            j += 1
            if j < last and page.tokens[j].text[0].isalpha():
                j += 1
    if not count or (page.fold(j - 1) == "." and count == 1):
        return None
    return j


def _skip(page: Page, i: int, last: int, kind: str) -> int:
    while i < last and (match := page.at(kind, i)):
        i = match[0]
        i += 1 if page.fold(i) == "." else 0
    return i


def _office(page: Page, i: int, last: int) -> tuple[int, str | None, bool]:
    """Token -> (end of the office chain, state named in it, is there a post in it)."""
    j = end = i
    side, post = None, False
    while j < last:
        state = party_at(page, j) if not page.at("stateform", j) or page.fold(page.at("stateform", j)[0]) == "of" else None  # type: ignore[index]
        if state and page.fold(j) != "the":
            side, j = side or state[1], state[0]
            end = j
            if page.fold(j) == "'s" or page.fold(j) == "’s":
                j += 1
            continue
        step = _officeish(page, j)
        if step is not None:
            post = post or any(page.at("posthead", k) for k in range(j, step))
            j = end = step
            continue
        fold = page.fold(j)
        if fold == "(" and page.fold(j + 2) == ")" and page.tokens[j + 1].text.isupper():
            j = end = j + 3
        elif fold in _CONNECT and j + 1 < last and j > i:
            after = j + 1 + (1 if page.fold(j + 1) == "the" else 0)
            if after >= last:
                break
            known = party_at(page, after) or _officeish(page, after)
            unknown = fold in {"of", "for"} and page.capital(after) and not page.at("honorific", after)
            # a name must be left over for an unknown word after "and" to belong to the office
            unknown = unknown or (
                fold == "and" and post and after + 2 < last and all(_nameish(page, k, last) for k in range(after, after + 3))
            )
            if not known and not unknown:
                break
            j = after if known else after + 1
            end = end if known else j
        elif (
            fold in {",", "-"}
            and j + 1 < last
            and j > i
            and (_officeish(page, j + 1) is not None or (page.fold(j + 1) in {"and", "&"} and _officeish(page, j + 2) is not None))
        ):
            if (
                fold == ","
                and page.at("postmod", j + 1) is None
                and page.at("posthead", j + 1) is None
                and page.at("orgword", j + 1) is None
                and not post
            ):
                break
            j += 1
        else:
            break
    return end, side, post


def _lead(page: Page, i: int, last: int) -> tuple[int, str | None, tuple[int, int] | None]:
    """``Russia's``, ``the`` before an office -> (token after, state, its tokens)."""
    j = i + 1 if page.fold(i) == "the" else i
    country = page.at("country", j)
    if country and country[0] < last and page.fold(country[0]) in {"'s", "’s"}:
        return country[0] + 1, country[1], (j, country[0])
    return j, None, None


def unit_at(page: Page, i: int, last: int, *, bare: bool = False) -> Unit | None:
    """token, end -> the unit that starts there. ``bare``: a name without office counts too."""
    start, side, side_span = _lead(page, i, last)
    if start >= last:
        return None
    begin = _skip(page, start, last, "honorific")
    if begin >= last:
        return None
    end, inner, post = _office(page, begin, last)
    if post:
        j = end + (1 if end < last and page.fold(end) == "," else 0)
        j = _skip(page, j, last, "honorific")
        rank_from = j
        j = _skip(page, j, last, "rank")
        rank = (rank_from, j) if j > rank_from else None
        j = _skip(page, j, last, "honorific")
        stop = name_at(page, j, last) if j < last else None
        if stop:
            side = side or inner
            after = party_at(page, stop + 1) if page.fold(stop) == "of" and stop + 1 < last and side is None else None
            return Unit(
                i, after[0] if after else stop, (j, stop), (begin, end), rank, after[1] if after else side, side_span, page.words(j, stop)
            )
        return None
    rank_from = begin
    begin = _skip(page, begin, last, "rank")
    stop = name_at(page, begin, last)
    if not stop or side_span:
        return None
    j = stop + (1 if stop < last and page.fold(stop) in {",", "("} else 0)
    j += 1 if j < last and page.fold(j) == "the" and j > stop else 0
    if j > stop and j < last and (party_at(page, j) or _officeish(page, j)):
        lead, own_side, own_span = _lead(page, j, last)
        end, inner, post = _office(page, lead, last)
        if post:
            return Unit(i, end, (begin, stop), (lead, end), None, own_side or inner, own_span, page.words(begin, stop))
    if bare and stop - begin >= 1:
        return Unit(i, stop, (begin, stop), None, (rank_from, begin) if begin > rank_from else None, None, None, page.words(begin, stop))
    return None


def units(page: Page, first: int, last: int, *, bare: bool = False) -> list[Unit]:
    """Tokens -> units in them from left to right."""
    out, i = [], first
    while i < last:
        token = page.tokens[i]
        candidate = token.text[0].isupper() or page.at("posthead", i) or page.at("postmod", i) or page.at("honorific", i)
        unit = unit_at(page, i, last, bare=bare) if candidate and i not in page.masked else None
        if unit:
            out.append(unit)
            i = unit.last
        else:
            i += 1
    return out


def full_name(page: Page, name: str) -> str:
    """A surname alone -> the full name that the report gave before, else the name itself."""
    known: dict[str, str] = page.facts.setdefault("names", {})
    return known.get(name.rsplit(maxsplit=1)[-1].lower(), name) if len(name.split()) == 1 else name


def learn_names(page: Page) -> None:
    """Remember every name with an office, for later mentions by surname."""
    known: dict[str, str] = page.facts.setdefault("names", {})
    sides: dict[str, str] = page.facts.setdefault("sides", {})
    offices: dict[str, str] = page.facts.setdefault("offices", {})
    for sentence in page.body_text():
        for unit in units(page, sentence.first, sentence.last):
            page.mark("unit", unit.first, unit.last, None)
            if len(unit.full.split()) > 1:
                known.setdefault(unit.full.rsplit(maxsplit=1)[-1].lower(), unit.full)
                known.setdefault(unit.full.split(maxsplit=1)[0].lower(), unit.full)  # family name first
            if unit.side:
                sides.setdefault(unit.full, unit.side)
            if unit.office:
                offices.setdefault(unit.full, page.words(*unit.office))
