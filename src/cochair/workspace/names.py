"""What the joint things of a room are called on a page: id -> words, for whatever a content may name."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cochair.bodies import queries as bodies
from cochair.bodies.queries import BodyView
from cochair.followup import queries as followup
from cochair.followup.contents import Action
from cochair.kit.errors import CochairError, NotHeld
from cochair.meetings import queries as meetings
from cochair.meetings.queries import SessionView
from cochair.protocol.contents import Instrument
from cochair.protocol.text import parse, plain
from cochair.record.positions import Reading, readings
from cochair.record.queries import Tx
from cochair.workspace.place import Place
from cochair.workspace.words import body_name, code, picked, session_title

SHORT = 20_000  # bytes of a paper that are read to show its text


class Names(NamedTuple):
    """All named things of a room as one page reads them, in the order of their own lists."""

    place: Place
    bodies: Mapping[str, BodyView]
    sessions: Mapping[str, SessionView]
    areas: Mapping[str, Reading]
    projects: Mapping[str, Reading]
    actions: Mapping[str, Reading]
    texts: Mapping[str, Reading]

    def of(self, entry: str) -> str:
        """The name of one thing; its short id where this room has no name for it."""
        if entry in self.bodies:
            return body_name(self.bodies[entry].content, self.place.side)
        if entry in self.sessions:
            return session_title(self.sessions[entry].content, self.place.side)
        for found in (self.areas, self.projects):
            if entry in found:
                return picked(found[entry].content.names)
        if entry in self.actions:
            return self.action(self.actions[entry].content)
        if entry in self.texts:
            content = self.texts[entry].content
            return f"{code(content.kind)}, {self.of(content.session)}"
        return entry.replace("/record/", "-")

    def action(self, content: Action) -> str:
        """What an action says, short: its number and its words."""
        words = picked(content.text) or paper_text(self.place, picked(content.papers))
        return f"{content.printed}. {words}" if content.printed else words

    def above(self, body: str | None) -> list[str]:
        """The bodies from the top of the tree down to this one, itself included."""
        found: list[str] = []
        while body is not None and body in self.bodies and body not in found:
            found.append(body)
            body = self.bodies[body].content.parent
        return found[::-1]

    def choices(self, what: str) -> list[tuple[str, str]]:
        """(id, name) of all things of a sort: bodies, sessions, areas, projects or actions."""
        return [(entry, self.of(entry)) for entry in getattr(self, what)]


def names_of(tx: Tx, place: Place) -> Names:
    """The names of a room, from one snapshot."""
    room, side = place.room, place.side
    return Names(
        place,
        {one.id: one for one in bodies.bodies(tx, room, side)},
        {one.id: one for one in meetings.sessions(tx, room, side)},
        {one.id: _area(one) for one in followup.areas(tx, room, side)},
        {one.subject: one for one in followup.projects(tx, room, side)},
        {one.subject: one for one in followup.actions(tx, room, side)},
        {one.subject: one for one in readings(tx, room, "protocol.instrument", Instrument, side)},
    )


def _area(one: Any) -> Reading:
    return Reading(one.id, "", one.content, one.status, None)  # type: ignore[arg-type]  # only the content is read


def paper_text(place: Place, paper: str) -> str:
    """The words of a paper that holds plain text or a text of a protocol; "" of any other, or one that is not held."""
    if not paper:
        return ""
    try:
        data = place.node.paper(place.room, paper)
    except NotHeld:
        return ""
    return plain_text(data[:SHORT])


def person_name(place: Place, paper: str) -> str:
    """The name on a person's paper, with the honorific of its Side; words that say so where the paper is not held or was erased."""
    found = bodies.person(place.node, place.room, paper)
    if found is None:
        return _("name not held here")
    honorific = picked(found.honorific)
    return f"{honorific} {picked(found.name)}".strip()


def plain_text(data: bytes) -> str:
    """Bytes as text if a person could have typed them, else ""."""
    with suppress(CochairError):
        return plain(parse(data))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if all(char.isprintable() or char in "\n\t" for char in text) else ""
