"""Which schemas are in force in a room (`docs/formats/schemas.md`): those of the first release, and what all Sides adopted by seals.

A **list** of adopted schemas is structural content, sealed in the slot ``schema`` of the room as terms are sealed: step 1, 2, ..., each names the list before it,
keeps all of it and adds to it. For each schema it says the digest of its description and the version of the program that first knows it. So a program
that does not know a schema can say which one it needs, and one that means something else by the same name does not go on.

Which list is agreed where, `record.slots` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_SCHEMA = re.compile(r"[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}/[1-9][0-9]{0,3}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PROGRAM = re.compile(r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){1,2}")
_MOST = 4096


class Adopted(NamedTuple):
    """One schema of a list: digest of its description, and the version of the program that first knows it (``0.2``)."""

    description: str
    program: str


def needs(schema: str, adopted: Adopted) -> str:
    """At what a log stops, in the words that stand in its row: ``needs version 0.2 of Cochair (meetings.letter/2)``."""
    return f"needs version {adopted.program} of Cochair ({schema})"


def needed(stopped: str) -> str:
    """The version that a log needs to be read on, out of these words."""
    return stopped.removeprefix("needs version ").partition(" ")[0]


def make_list(room: str, previous: str | None, schemas: Mapping[str, Adopted]) -> dict[str, Any]:
    """The structural content."""
    rows = [{"schema": name, **one._asdict()} for name, one in sorted(schemas.items())]
    return {"v": 1, "what": "schema", "room": room, "previous": previous, "schemas": rows}


def listed(value: Mapping[str, Any] | None) -> dict[str, Adopted] | None:
    """The schemas of a list; None if it is not in the one form."""
    if value is None or value.keys() != {"v", "what", "room", "previous", "schemas"} or value["what"] != "schema":
        return None
    rows, previous = value["schemas"], value["previous"]
    if value["v"] != 1 or isinstance(value["v"], bool) or not isinstance(rows, list) or not 0 < len(rows) <= _MOST:
        return None
    if previous is not None and not (isinstance(previous, str) and _DIGEST.fullmatch(previous)):
        return None
    found: dict[str, Adopted] = {}
    for row in rows:
        if not isinstance(row, dict) or row.keys() != {"schema", "description", "program"}:
            return None
        given = (row["schema"], row["description"], row["program"])
        if not all(isinstance(one, str) and form.fullmatch(one) for one, form in zip(given, (_SCHEMA, _DIGEST, _PROGRAM), strict=True)):
            return None
        found[given[0]] = Adopted(*given[1:])
    return found if [row["schema"] for row in rows] == sorted(found) else None


def follows(value: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    """Whether a list adds to the one before it (None: it is the first), and changes nothing of that."""
    new, old = listed(value), {} if before is None else listed(before)
    return new is not None and old is not None and (value["previous"] is None) == (before is None) and old.items() < new.items()
