"""Dates in the text: an own grammar over tokens, then arithmetic against the report's own dates. No searching of prose by guess.

Rules of this module:

- A date is marked as it is written (``When``): day with or without year, range, month, weekday, relative word. Nothing is filled in at that time.
- ``resolve`` counts from one reference day. A day without a year takes the year that brings it nearest; a weekday is the last one on or before the reference,
  or the next one on or after it when the sentence looks ahead. Without a reference the answer is None: unresolved stays unresolved.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from cochair.press.page import Page

WEEKDAY_CODES = {1: "MO", 2: "TU", 3: "WE", 4: "TH", 5: "FR", 6: "SA", 7: "SU"}


@dataclass(frozen=True)
class When:
    """A date as written. ``weekday`` 1 (Monday) to 7; ``relative`` like "day", "month-1"; ``until`` is the last day of a range."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    until: tuple[int, int] | None = None
    weekday: int | None = None
    relative: str | None = None


def _number(page: Page, i: int, low: int, high: int) -> int | None:
    text = page.fold(i)
    for ending in ("st", "nd", "rd", "th"):
        if text.endswith(ending):
            text = text[:-2]
            break
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 and low <= int(text) <= high else None


def _year(page: Page, i: int) -> tuple[int, int | None]:
    j = i + 1 if page.fold(i) == "," else i
    year = _number(page, j, 1900, 2199)
    if year is None or not page.tokens[j].text.isdigit():
        return i, None
    return j + (2 if page.fold(j + 1) in {"год", "г"} else 1), year


_RANGE = frozenset({"-", "and", "to", "&", "и", "по"})


def _day_month(page: Page, i: int) -> tuple[int, When] | None:
    """6 August 2025; 6th of August; 6-7 August; 30 July - 2 August."""
    day = _number(page, i, 1, 31)
    if day is None:
        return None
    j, until = i + 1, None
    if page.fold(j) in _RANGE and (last := _number(page, j + 1, 1, 31)):
        until, j = last, j + 2
    elif page.fold(j) == "of":
        j += 1
    month = page.at("month", j)
    if month is None:
        return None
    if page.fold(month[0]) in _RANGE and until is None:
        last, second = _number(page, month[0] + 1, 1, 31), page.at("month", month[0] + 2)
        if last and second:
            end, year = _year(page, second[0])
            return end, When(year, month[1], day, (second[1], last))
    end, year = _year(page, month[0])
    return end, When(year, month[1], day, (month[1], until) if until else None)


def _month_day(page: Page, i: int) -> tuple[int, When] | None:
    """August 6, 2025; Aug. 6-7; August 2025."""
    month = page.at("month", i)
    if month is None or not page.capital(i):
        return None
    j = month[0] + (1 if page.fold(month[0]) == "." else 0)
    end, year = _year(page, j)
    if year is not None and page.fold(j) != ",":
        return end, When(year, month[1])
    day = _number(page, j, 1, 31)
    if day is None:
        return None
    j, until = j + 1, None
    if page.fold(j) in _RANGE and (last := _number(page, j + 1, 1, 31)) and page.fold(j + 2) != "%":
        until, j = last, j + 2
    end, year = _year(page, j)
    return end, When(year, month[1], day, (month[1], until) if until else None)


def _digits(page: Page, i: int) -> tuple[int, When] | None:
    """2025-08-06; 06.08.2025; 06/08/2025 (day first)."""
    pieces = page.tokens[i].text.split(".")
    end = i + 1
    if len(pieces) != 3 and page.fold(i + 1) in {"-", "/"} and page.fold(i + 3) == page.fold(i + 1):
        pieces, end = [page.fold(i), page.fold(i + 2), page.fold(i + 4)], i + 5
    if len(pieces) != 3 or not all(p.isascii() and p.isdigit() and len(p) <= 4 for p in pieces):
        return None
    numbers = [int(p) for p in pieces]
    if numbers[0] < 1900:
        numbers.reverse()
    year, month, day = numbers
    return (end, When(year, month, day)) if 1900 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= 31 else None


def mark_dates(page: Page) -> None:
    """Mark every date of the page in class ``date``, longest first."""
    i = 0
    while i < len(page.tokens):
        weekday, relative = page.at("weekday", i), page.at("reldate", i)
        start = i
        if weekday:
            j = weekday[0]
            j += 1 if page.fold(j) in {",", "("} else 0
            exact = (_day_month(page, j) or _month_day(page, j)) if j < len(page.tokens) else None
            match = (exact[0], exact[1]) if exact else (weekday[0], When(weekday=weekday[1]))
        elif relative:
            match = (relative[0], When(relative=relative[1]))
        else:
            made = _digits(page, i) or _day_month(page, i) or _month_day(page, i)
            if made is None:
                i += 1
                continue
            match = made
        page.mark("date", start, match[0], match[1])
        i = match[0]


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(month: int, day: int, reference: date | None) -> date | None:
    if reference is None:
        return None
    options = [d for y in (reference.year - 1, reference.year, reference.year + 1) if (d := _safe(y, month, day))]
    return min(options, key=lambda d: abs((d - reference).days), default=None)


def resolve(when: When, reference: date | None, *, ahead: bool = False) -> str | None:
    """when, reference day -> "2025-08-06", "2025-08" for a month, "a/b" for a range, or None: unresolved."""
    if when.month is not None:
        if when.day is None:
            return f"{when.year}-{when.month:02}" if when.year else None
        first = _safe(when.year, when.month, when.day) if when.year else _nearest(when.month, when.day, reference)
        if first is None:
            return None
        if when.until:
            last = _safe(first.year, *when.until)
            return f"{first.isoformat()}/{last.isoformat()}" if last else None
        return first.isoformat()
    if reference is None:
        return None
    if when.weekday:
        back = (reference.isoweekday() - when.weekday) % 7
        return (reference + timedelta(days=(7 - back) % 7) if ahead else reference - timedelta(days=back)).isoformat()
    return _relative(when.relative or "", reference)


def _relative(relative: str, reference: date) -> str | None:
    unit, sign, amount = relative.partition("+") if "+" in relative else relative.partition("-")
    step = int(amount or 0) * (-1 if sign == "-" else 1)
    if unit == "day":
        return (reference + timedelta(days=step)).isoformat()
    if unit == "month":
        months = reference.year * 12 + reference.month - 1 + step
        return f"{months // 12}-{months % 12 + 1:02}"
    return str(reference.year + step) if unit == "year" else None


def code_of(when: When) -> str | None:
    """When -> "WE" for a bare weekday, else None."""
    return WEEKDAY_CODES[when.weekday] if when.weekday and when.month is None else None
