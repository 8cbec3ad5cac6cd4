"""What a person can do about meetings: rights, courtesy rules, clean text, one entry (a delegation list: one a page). Each returns the id of the entry.

For a matter, ``subject="self"`` (the default) introduces a new meeting; an id makes a counter-proposal on that meeting. Accepting and withdrawing are
the same for every matter and stand in ``record.positions``. What the other Side sent by other ways is entered in ``received.py``.
"""

from collections.abc import Sequence

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict, NotFound
from cochair.meetings import queries, rules
from cochair.meetings.contents import (
    Agenda,
    Dates,
    Declaration,
    Delegation,
    DelegationChange,
    Freeze,
    Letter,
    Member,
    Receipt,
    Report,
    Session,
)
from cochair.record import positions
from cochair.record import queries as record
from cochair.record.node import Node
from cochair.record.positions import Level

MATTER_RIGHTS = {"meetings.session": "session.propose", "meetings.dates": "dates.propose", "meetings.agenda": "agenda.propose"}
"""Matter kind -> the right that proposing, accepting and withdrawing ask for."""


def propose_session(node: Node, room: str, actor: Actor, content: Session, *, subject: str = "self", level: Level = "agreed") -> str:
    """Propose that a meeting takes place."""
    rights.require(actor, "session.propose", node.side)
    previous = None
    if content.previous is not None:
        with node.read() as tx:
            previous = queries.session(tx, room, content.previous, node.side).content
    rules.session(content, previous)
    return positions.propose(node, room, "meetings.session", content, subject=subject, level=level)


def propose_dates(node: Node, room: str, actor: Actor, session: str, content: Dates, *, level: Level = "agreed") -> str:
    """Propose dates and place."""
    rights.require(actor, "dates.propose", node.side)
    rules.dates(content)
    return positions.propose(node, room, "meetings.dates", content, subject=session, level=level)


def propose_agenda(node: Node, room: str, actor: Actor, session: str, content: Agenda, *, level: Level = "agreed") -> str:
    """Propose an agenda."""
    rights.require(actor, "agenda.propose", node.side)
    rules.agenda(content)
    return positions.propose(node, room, "meetings.agenda", content, subject=session, level=level)


def give_delegation(node: Node, room: str, actor: Actor, session: str, members: Sequence[Member]) -> list[str]:
    """Give our Side's list as a whole, replacing one given before -> ids of its pages; a page that stays as it is stays. Raises `Conflict` once it is frozen."""
    rights.require(actor, "delegation.state", node.side)
    rules.members(members)
    with node.read() as tx:
        before, frozen = queries.pages(tx, room, session, node.side), queries.delegation(tx, room, session, node.side).frozen
        stands = {one.id: one.content for one in record.statements(tx, room, "meetings.delegation/1")}
    if frozen:
        raise Conflict("The list is frozen", "Notify the change: who leaves, who joins")
    written = []
    for page, start in enumerate(range(0, len(members), rules.PAGE)):
        content = Delegation(session=session, page=page, members=tuple(members[start : start + rules.PAGE]))
        if page < len(before) and stands.get(before[page]) == positions.plain(content):
            written.append(before[page])
        elif page < len(before):
            written.append(str(positions.say_anew(node, room, "meetings.delegation", before[page], content)))
        else:
            written.append(positions.say(node, room, "meetings.delegation", content))
    for left_over in before[len(written) :]:
        positions.say_anew(node, room, "meetings.delegation", left_over, None)
    return written


def freeze_delegation(node: Node, room: str, actor: Actor, session: str) -> str:
    """Say that our Side's list is final."""
    rights.require(actor, "delegation.freeze", node.side)
    with node.read() as tx:
        standing = queries.pages(tx, room, session, node.side)
        frozen = queries.delegation(tx, room, session, node.side).frozen
    if frozen:
        raise Conflict("The list is frozen already", "Notify the change: who leaves, who joins")
    if not standing:
        raise NotFound("Your Side has given no list for this session", "Give the list, then freeze it")
    return positions.say(node, room, "meetings.freeze", Freeze(session=session, pages=tuple(standing)))


def change_delegation(node: Node, room: str, actor: Actor, content: DelegationChange) -> str:
    """Notify one change of our Side's frozen list."""
    rights.require(actor, "delegation.state", node.side)
    with node.read() as tx:
        present = queries.delegation(tx, room, content.session, node.side)
    rules.change(content, [one.person for one in present.members], frozen=bool(present.frozen))
    return positions.say(node, room, "meetings.change", content)


def file_report(node: Node, room: str, actor: Actor, content: Report) -> str:
    """File a sub-group's report for our Side."""
    rights.require(actor, "report.state", node.side)
    rules.report(content)
    return positions.say(node, room, "meetings.report", content)


def send_letter(node: Node, room: str, actor: Actor, content: Letter) -> str:
    """Put a letter of our Side into the register."""
    rights.require(actor, "letter.state", node.side)
    rules.letter(content, side=node.side)
    return positions.say(node, room, "meetings.letter", content)


def note_receipt(node: Node, room: str, actor: Actor, content: Receipt) -> str:
    """Say that a letter of the other Side arrived, and under which number of ours."""
    rights.require(actor, "letter.state", node.side)
    rules.receipt(content)
    return positions.say(node, room, "meetings.receipt", content)


def declare(node: Node, room: str, actor: Actor, content: Declaration) -> str:
    """Enter our Side's statement for the record of a session."""
    rights.require(actor, "declaration.state", node.side)
    rules.declaration(content)
    return positions.say(node, room, "meetings.declaration", content)
