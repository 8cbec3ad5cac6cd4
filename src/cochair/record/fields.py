"""The field types of every statement's and matter's content, so that one word means one thing in all stages.

Rules: a content is a frozen msgspec struct that forbids unknown fields and whose class never changes once written (a change is a new version
of the kind). Bounds stand in the type, so an entry that breaks them is judged from its own bytes alone. In a content every string of 64 hex
digits is the id of a *paper*, except in a field named ``manifest``: that is how papers are found without knowing the kind.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from cochair.kit import canonical
from cochair.kit.errors import CochairError

_SIDE = r"[A-Z][A-Z0-9]{1,7}"
_NUMBER = r"(?:0|[1-9][0-9]{0,15})"

Id = Annotated[str, Meta(pattern=rf"\A{_SIDE}/(?:record|w-[A-Za-z][A-Za-z0-9]{{1,7}}-{_NUMBER}(?:-(?:[2-9]|[1-9][0-9]))?)/{_NUMBER}\Z")]
"""A joint thing: Side, log and number of the entry that introduced it (the form of ``kit.ids``)."""

Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Paper = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A paper id (``ledger.papers``): the text itself is erasable and stands outside the log."""

SideCode = Annotated[str, Meta(pattern=rf"\A{_SIDE}\Z")]
Language = Annotated[str, Meta(pattern=r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")]
Day = Annotated[str, Meta(pattern=r"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")]
"""A day as the Sides write it, ``2026-08-06``; whether the month has that day is asked at writing, never of the other Side's entry."""

Word = Annotated[str, Meta(max_length=64)]
Line = Annotated[str, Meta(min_length=1, max_length=300)]
Lines = dict[Language, Line]
"""One short text per language."""

Note = Annotated[str, Meta(min_length=1, max_length=1200)]
Notes = dict[Language, Note]
Papers = dict[Language, Paper]
"""One paper per language."""

Count = Annotated[int, Meta(ge=0, le=1_000_000)]


def day(text: str) -> date:
    """The day that ``2026-02-28`` names; raises `CochairError` on one that no month has."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CochairError(f"{text[:20]!r} is not a day", "Write year, month and day as 2026-02-28") from None


def as_text(content: Any) -> str:
    """A content, or a part of it, as one column: canonical JSON, so that equal values are equal text on every node."""
    return canonical.again(content).decode()


def of_text(column: str) -> Any:
    """What `as_text` wrote."""
    return msgspec.json.decode(column)


_HEX = frozenset("0123456789abcdef")


def papers_named(content: Any) -> Iterator[str]:
    """Each paper id that a content (plain JSON values) names, in document order."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name != "manifest":
                yield from papers_named(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from papers_named(value)
    elif isinstance(content, str) and len(content) == 64 and _HEX.issuperset(content):
        yield content
