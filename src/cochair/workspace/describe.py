"""A content of the record as lines of words, so that people can compare two of them: every field that says something, no id and no digest.

What both languages say is shown in both, because a proposal may differ in one of them only. A paper is shown by its text if it has one.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from cochair.accounts.shown import day, days, language_name, page_language
from cochair.followup.contents import Due
from cochair.meetings.contents import Agenda, Dates, Delegation
from cochair.workspace.names import Names, paper_text, person_name
from cochair.workspace.place import side_name
from cochair.workspace.words import code, field_name, yes_no

_ID = re.compile(r"[A-Z][A-Z0-9]{1,7}/(?:record|w-[^/]+)/[0-9]+")
_PAPER = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SIDE = re.compile(r"[A-Z][A-Z0-9]{1,7}")


def describe(content: msgspec.Struct | None, names: Names) -> str:
    """A content as lines; "" of none."""
    if content is None:
        return ""
    if isinstance(content, Agenda):
        return "\n".join(_agenda(content, names))
    if isinstance(content, Dates):
        return "\n".join([days(content.start, content.end), *_fields(content, names, skip={"start", "end"})])
    if isinstance(content, Delegation):
        return "\n".join(_delegation(content, names))
    return "\n".join(_fields(content, names))


def due_words(due: Due) -> str:
    """A term: a date, a quarter, by the next session, or none."""
    if due.code == "date":
        return day(due.date)
    if due.code == "quarter" and due.quarter:
        year, quarter = due.quarter.split("-Q")
        return _("quarter %(quarter)s of %(year)s") % {"quarter": quarter, "year": year}
    return code(due.code)


def both(lines: dict[str, str]) -> str:
    """One short text in all its languages, the page's first."""
    order = sorted(lines, key=lambda tag: (tag != page_language(), tag))
    return " / ".join(dict.fromkeys(lines[tag] for tag in order if lines[tag]))


def _agenda(content: Agenda, names: Names) -> Iterator[str]:
    for item in content.items:
        extra = [_("new and emerging area")] if item.emerging else []
        extra += [names.of(item.body)] if item.body else []
        yield f"{item.no}. {both(item.title)}" + (f" ({', '.join(extra)})" if extra else "")
    if content.paper:
        yield f"{field_name('paper')}: {_paper(content.paper, names)}"


def _delegation(content: Delegation, names: Names) -> Iterator[str]:
    yield f"{field_name('session')}: {names.of(content.session)}"
    for one in sorted(content.members, key=lambda member: member.order):
        yield f"{one.order}. {person_name(names.place, one.person)}, {code(one.role)}, {code(one.kind, 'delegate')}"


def _fields(content: msgspec.Struct, names: Names, skip: frozenset[str] | set[str] = frozenset()) -> Iterator[str]:
    for one in msgspec.structs.fields(content):
        value = getattr(content, one.name)
        if one.name in skip or value is None or (not value and not isinstance(value, bool | int)):
            continue
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            yield f"{field_name(one.name)}:"
            yield from (f"– {_line(each, names)}" for each in value)
        elif words := person_name(names.place, value) if one.name == "person" else _value(value, names):
            yield f"{field_name(one.name)}: {words}"


def _line(content: msgspec.Struct, names: Names) -> str:
    if isinstance(content, Due):
        return due_words(content)
    parts = [(one.name, getattr(content, one.name)) for one in msgspec.structs.fields(content)]
    told = [
        language_name(value) if name == "lang" else _value(value, names)
        for name, value in parts
        if value not in (None, "", {}, (), False) and value != Due() and name != "manifest"
    ]
    return "; ".join(word for word in told if word)


def _value(value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, msgspec.Struct):
        return _line(value, names)
    if isinstance(value, dict):
        return _map(value, names)
    if isinstance(value, tuple | list):
        return ", ".join(_value(one, names) for one in value)
    text = str(value)
    if _ID.fullmatch(text):
        return names.of(text)
    if _PAPER.fullmatch(text):
        return _paper(text, names)
    if _DAY.fullmatch(text):
        return day(text)
    return side_name(text) if _SIDE.fullmatch(text) and text in names.place.sides else code(text)


def _map(value: dict[str, Any], names: Names) -> str:
    if any(_SIDE.fullmatch(key) for key in value):
        ordered = sorted(value, key=lambda side: (side != names.place.side, side))
        return "; ".join(f"{side_name(side)}: {_value(value[side], names)}" for side in ordered)
    if all(isinstance(one, str) and not _PAPER.fullmatch(one) for one in value.values()):
        return both(value)
    return "; ".join(f"{language_name(tag)}: {_value(one, names)}" for tag, one in value.items())


def _paper(paper: str, names: Names) -> str:
    return paper_text(names.place, paper) or _("attached paper")
