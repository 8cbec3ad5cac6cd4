"""Date, city and venue of the session.

Rules of this module:

- Only sentences that speak of the current session count: its ordinal, its body with a verb of holding, or its chairs. A date or place that stands behind another session's
  ordinal belongs to that one; a date taken by a statement belongs to the statement.
- ``here`` is the place of the dateline. ``the Armenian capital`` is that capital.
- A weekday without any date to count from stays unresolved (value None, ``weekday`` kept).
"""

from functools import cache

from cochair.press.datafiles import load
from cochair.press.dates import When, code_of, resolve
from cochair.press.page import Page, Sentence

_PLACE_WORDS = frozenset({"in", "at", "hosted", "by", "в"})


@cache
def capitals() -> dict[str, str]:
    """-> state -> its capital (the first city of its list)."""
    return {code: state["cities"]["en"][0] for code, state in load("states").items() if state["cities"]["en"]}


def _frames(page: Page) -> list[Sentence]:
    out = []
    for sentence in page.body_text():
        if sentence.scope == "engagement":
            continue
        current = page.has("cursession", sentence.first, sentence.last) is not None
        verb = page.has("held", sentence.first, sentence.last) is not None or page.has("future", sentence.first, sentence.last) is not None
        noun = any(page.at("sessnoun", i) and page.fold(i - 1) in {"the", "this"} for i in range(sentence.first, sentence.last))
        body = any(b.value["id"] == page.facts["main"] for b in page.each("body", sentence))
        if current or (verb and (body or noun)):
            out.append(sentence)
    return out


def _behind_other(page: Page, sentence: Sentence, i: int) -> bool:
    """Does the nearest session before token ``i`` in the sentence belong to another number?"""
    other = [c.start for c in page.each("othersession", sentence) if c.start < i]
    current = [c.start for c in page.each("cursession", sentence) if c.start < i]
    return bool(other) and max(other) > max(current, default=-1)


def _of_treaty(page: Page, i: int) -> bool:
    """Is the date at ``i`` that of a founding paper (``the agreement signed on 2 November 1992``)?"""
    return any(page.fold(k) in {"agreement", "treaty"} for k in range(max(0, i - 5), i)) and any(
        page.fold(k) in {"signed", "of"} for k in range(max(0, i - 3), i)
    )


def _dates(page: Page, frames: list[Sentence]) -> None:
    begin = page.facts.get("dateline_end", 0)
    used = page.found.get("usedate", {})
    settled = False
    for sentence in frames:
        ahead = page.has("future", sentence.first, sentence.last) is not None
        for found in page.each("date", sentence):
            when: When = found.value
            day = when.day is not None or when.weekday is not None or (when.relative or "").startswith("day")
            if (
                not day
                or found.start < begin
                or found.start in used
                or found.start in page.masked
                or _behind_other(page, sentence, found.start)
            ):
                continue
            if (
                settled
                or page.fold(found.start - 1) in {"since", "until", "before", "after", *(() if when.until else ("from",))}
                or _of_treaty(page, found.start)
            ):
                continue
            value = resolve(when, page.facts.get("reference"), ahead=ahead)
            page.claim("session.date", (found.start, found.end), value, "session.date", weekday=code_of(when) if value is None else None)
            settled = True


def _cities(page: Page, frames: list[Sentence]) -> None:
    begin = page.facts.get("dateline_end", 0)
    taken: str | None = None
    for sentence in frames:
        inside = {i for kind in ("body", "unit") for c in page.each(kind, sentence) for i in range(c.start, c.end)}
        for city in page.each("city", sentence):
            code, name = city.value
            i = city.start
            before = page.fold(i - 1)
            placed = (
                before in _PLACE_WORDS
                or (before == "," and page.has("venue", sentence.first, i) is not None)
                or page.fold(city.end) in {"hosted", "hosts"}
            )
            if i < begin or not placed or i in inside or i in page.masked or _behind_other(page, sentence, i) or (taken and taken != name):
                continue
            page.claim("session.city", (i, city.end), name, "city.placed", country=code)
            taken = name
        for i in range(sentence.first, sentence.last - 1):
            state = page.at("demonym", i)
            if state and page.fold(state[0]) == "capital" and state[1] in capitals() and not taken:
                taken = capitals()[state[1]]
                page.claim("session.city", (i, state[0] + 1), taken, "city.capital", country=state[1])
            dateline = page.facts.get("dateline")
            if page.fold(i) == "here" and i >= begin and dateline and (not taken or taken == dateline[0]) and i not in page.masked:
                page.claim("session.city", (i, i + 1), dateline[0], "city.here", country=dateline[1], deictic=True)
                taken = dateline[0]


def _venue_at(page: Page, i: int, last: int) -> int | None:
    """Token after ``at`` -> end of a proper name that can be a venue."""
    j, word = i, False
    while j < last and j - i < 10:
        token = page.tokens[j]
        if (
            token.text[0].isupper()
            and token.text[0].isalpha()
            and not any(page.at(k, j) for k in ("sessnoun", "month", "weekday", "ordword"))
        ):
            if page.at("city", j) and j == i and not page.at("venueword", (page.at("city", j) or (j, 0))[0]):
                return None
            word = word or page.at("venueword", j) is not None
            j += 1
        elif j > i and token.fold in {"of", "and", "for"} and j + 1 < last and page.capital(j + 1):
            j += 1
        else:
            break
    if j == i:
        return None
    k = j + 1 if page.fold(j) in {",", "in"} else j
    return j if word or (k > j and k < last and page.at("city", k)) else None


def _venues(page: Page, frames: list[Sentence]) -> None:
    for sentence in frames:
        for i in range(sentence.first, sentence.last - 1):
            if page.fold(i) not in {"at", "in"} or i in page.masked:
                continue
            start = i + (2 if page.fold(i + 1) == "the" else 1)
            end = _venue_at(page, start, sentence.last) if start < sentence.last else None
            if end and any(c.start <= start < c.end for c in page.each("unit", sentence)):
                continue
            if (
                end
                and (page.fold(i) == "at" or any(page.at("venueword", k) for k in range(start, end)))
                and not _behind_other(page, sentence, i)
            ):
                page.claim("session.venue", (start, end), page.words(start, end), "venue.at")
                page.mark("venue", start, end, None)
                break


def read_session(page: Page) -> None:
    """Claims session.date, session.city, session.venue; sets ``host`` in ``page.facts``."""
    frames = _frames(page)
    _dates(page, frames)
    _venues(page, frames)
    _cities(page, frames)
    city = next((c for c in page.claims if c.field == "session.city"), None)
    place = city.detail.get("country") if city else (page.facts.get("dateline") or (None, None))[1]
    page.facts["host"] = place if place in page.facts["parties"] else None
