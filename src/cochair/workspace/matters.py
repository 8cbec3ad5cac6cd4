"""Every kind of matter of the record that pages can act on: its content, the right it asks for, and the operation that proposes it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from cochair.accounts.rights import Actor
from cochair.bodies import operations as bodies
from cochair.bodies.contents import Body, Rules
from cochair.followup import operations as followup
from cochair.followup.contents import Action, Area, Assessment, Phrase, Project, WayForward
from cochair.kit.errors import NotFound
from cochair.meetings import operations as meetings
from cochair.meetings.contents import Agenda, Dates, Session
from cochair.protocol.contents import Instrument
from cochair.record import queries as record
from cochair.record.node import Node
from cochair.record.positions import Level
from cochair.record.queries import MatterState, Tx
from cochair.workspace.names import Names


class About(NamedTuple):
    """What a matter is about: its subject ("self" for a new thing) and part."""

    subject: str = "self"
    part: str = ""


class Kind(NamedTuple):
    """One kind. ``propose`` writes a content about something; None where another page proposes it (a protocol has pages of its own)."""

    content: type[Any]
    right: str
    propose: Callable[[Node, str, Actor, About, Any, Level], str] | None


RIGHTS = bodies.MATTER_RIGHTS | meetings.MATTER_RIGHTS | followup.MATTER_RIGHTS | {"protocol.instrument": "protocol.accept"}

_PROPOSE: dict[str, tuple[type[Any], Callable[[Node, str, Actor, About, Any, Level], str] | None]] = {
    "bodies.body": (Body, lambda n, r, a, on, c, lv: bodies.propose_body(n, r, a, c, subject=on.subject, level=lv)),
    "bodies.rules": (Rules, lambda n, r, a, on, c, lv: bodies.propose_rules(n, r, a, on.subject, c, level=lv)),
    "meetings.session": (Session, lambda n, r, a, on, c, lv: meetings.propose_session(n, r, a, c, subject=on.subject, level=lv)),
    "meetings.dates": (Dates, lambda n, r, a, on, c, lv: meetings.propose_dates(n, r, a, on.subject, c, level=lv)),
    "meetings.agenda": (Agenda, lambda n, r, a, on, c, lv: meetings.propose_agenda(n, r, a, on.subject, c, level=lv)),
    "followup.area": (Area, lambda n, r, a, on, c, lv: followup.propose_area(n, r, a, c, subject=on.subject, level=lv)),
    "followup.project": (Project, lambda n, r, a, on, c, lv: followup.propose_project(n, r, a, c, subject=on.subject, level=lv)),
    "followup.phrase": (Phrase, lambda n, r, a, on, c, lv: followup.call_project(n, r, a, on.subject, on.part, c, level=lv)),
    "followup.action": (Action, lambda n, r, a, on, c, lv: followup.propose_action(n, r, a, c, subject=on.subject, level=lv)),
    "followup.assessment": (Assessment, lambda n, r, a, on, c, lv: followup.assess(n, r, a, on.subject, on.part, c, level=lv)),
    "followup.way_forward": (WayForward, lambda n, r, a, on, c, lv: followup.propose_way_forward(n, r, a, on.subject, c, level=lv)),
    "protocol.instrument": (Instrument, None),
}
KINDS = {name: Kind(content, RIGHTS[name], propose) for name, (content, propose) in _PROPOSE.items()}
INTRODUCED = {
    kind.content: name
    for name, kind in KINDS.items()
    if name in {"bodies.body", "meetings.session", "followup.area", "followup.project", "followup.action"}
}
WITH_PART = frozenset({"followup.phrase", "followup.assessment"})
ABOUT = {
    "rules": "bodies",
    "dates": "sessions",
    "agenda": "sessions",
    "way_forward": "sessions",
    "assessment": "actions",
    "phrase": "projects",
}
"""Where the subject of a kind that introduces nothing is found."""


def kind_of(name: str) -> Kind:
    """A kind by its name. Raises NotFound."""
    if name not in KINDS:
        raise NotFound("There is no kind of matter called {name!r}", "Open it from the page of its session or body", name=name[:40])
    return KINDS[name]


def state_of(tx: Tx, room: str, name: str, about: About) -> MatterState | None:
    """The matter, or None while nobody has said anything about it."""
    return record.matter(tx, room, name, about.subject, about.part)


def body_of(names: Names, entry: str) -> str | None:
    """The body that a thing belongs to, for the rights of its people; None where it belongs to none."""
    if entry in names.bodies:
        return entry
    if entry in names.sessions:
        return str(names.sessions[entry].content.body)
    if entry in names.actions:
        action = names.actions[entry].content
        return action.body or (body_of(names, action.session) if action.session else None)
    if entry in names.texts:
        return body_of(names, names.texts[entry].content.session)
    if entry in names.projects:
        return body_of(names, names.projects[entry].content.area)
    if entry in names.areas:
        found: str | None = names.areas[entry].content.body
        return found
    return None
