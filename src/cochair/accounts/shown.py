"""Dates, spans and session names as the page's language writes them: one form for templates and for code.

Dates come out of the record as ISO strings and may be passed as they are.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from cochair.kit.languages import LANGUAGES

LOCALES = {"en": "en_GB", "ru": "ru_RU", "hi": "hi_IN"}


def locale() -> str:
    """The Babel locale of the page's language."""
    return LOCALES.get(get_language() or "en", "en_GB")


def page_language() -> str:
    """The tag of the page's language."""
    return (get_language() or "en").split("-")[0]


def language_name(tag: str) -> str:
    """A language as the page's language calls it."""
    found, own = LANGUAGES.get(tag), page_language()
    if found is None:
        return tag
    return {"en": found.english, "ru": found.russian}.get(own) or str(Locale(own).languages.get(tag, found.own_name))


def day(value: Any, style: str = "long") -> str:
    """From "2025-08-06" to "6 August 2025", "6 августа 2025 г."; style "medium" shortens the month; what is no date is shown as it is."""
    found = _date(value)
    return format_date(found, style, locale()) if found else str(value or "")


def days(start: Any, end: Any = "") -> str:
    """A span of days: "6–8 August 2025"."""
    first, last = _date(start), _date(end)
    if first is None or last is None or first == last:
        return day(start)
    if (first.year, first.month) == (last.year, last.month):  # each of our languages writes the day first
        return f"{first.day}–{day(last)}"
    return f"{format_date(first, 'd MMMM' if first.year == last.year else 'long', locale())} – {day(last)}"


def moment(value: Any) -> str:
    """From "2025-08-06T09:30:00Z" to "6 Aug 2025, 09:30 UTC"."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value or "")
    return f"{format_datetime(found.astimezone(UTC), 'medium' if found.second else 'd MMM y, HH:mm', locale=locale())} UTC"


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def session_name(ordinal: Any) -> str:
    """11 -> "11th Session", "11-е заседание", "सत्र 11"; without a number: "Session"."""
    if ordinal in {None, ""}:
        return _("Session")
    number = int(ordinal)
    suffix = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    # Translators: in English the number comes with its suffix ("11th"), in other languages bare ("11").
    shown = f"{number}{suffix}" if (get_language() or "en").startswith("en") else str(number)
    return pgettext("title", "%(ordinal)s Session") % {"ordinal": shown}


def and_list(values: Iterable[Any]) -> str:
    """The list as "a, b and c", "a, b и c"."""
    return str(format_list([str(value) for value in values], locale=locale()))
