"""Our Side's delegation list, taken as a whole: what another version of it would change, and that change written.

A person whose particulars stay the same stays the same paper, so that a list which is brought again says only what is new. Until the list is frozen its pages
are given anew; after that each change is notified by itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cochair.accounts.rights import Actor
from cochair.bodies import operations as bodies
from cochair.bodies import queries as people
from cochair.bodies.contents import Person
from cochair.kit.errors import CochairError
from cochair.meetings import operations, queries
from cochair.meetings.contents import DelegationChange, Member
from cochair.meetings.sheet import Line
from cochair.record.node import Node


class Seated(NamedTuple):
    """One delegate of a list that stands: the paper of the person, and the line; its person has no name where the paper is not held or was erased."""

    paper: str
    line: Line
    late: bool


class Difference(NamedTuple):
    """What another version of a list would change. ``stays``: (as it stands, as it would be), whether or not the two are equal."""

    stays: tuple[tuple[Seated, Line], ...]
    joined: tuple[Line, ...]
    left: tuple[Seated, ...]

    @property
    def changed(self) -> tuple[tuple[Seated, Line], ...]:
        """Those who stay and of whom something is said otherwise."""
        return tuple((one, line) for one, line in self.stays if one.line != line)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.changed or self.joined or self.left)


def seated(node: Node, room: str, session: str, side: str | None = None) -> list[Seated]:
    """The list of a Side (ours, if none is said) as it stands, with what is held of each person."""
    with node.read() as tx:
        view = queries.delegation(tx, room, session, side or node.side)
    found = []
    for one in view.members:
        person = people.person(node, room, one.person) or Person({})
        line = Line(one.order, one.role, one.kind, person, one.post, one.on_behalf_of)  # type: ignore[arg-type]  # codes of the record
        found.append(Seated(one.person, line, one.late))
    return found


def compare(stands: Sequence[Seated], lines: Sequence[Line]) -> Difference:
    """Who stays, joins and leaves. The same person: the same particulars, else a name in common in one language. Raises CochairError if somebody stands twice."""
    if any(line.person == other.person for number, line in enumerate(lines) for other in lines[:number]):
        raise CochairError("A person stands twice on the list", "Leave one of the two lines out")
    rest, pairs, new = list(stands), [], list(lines)
    for alike in (Person.__eq__, _named_alike):
        for line in tuple(new):
            known = next((one for one in rest if alike(one.line.person, line.person)), None)
            if known is not None:
                pairs.append((known, line))
                rest.remove(known)
                new.remove(line)
    return Difference(tuple(sorted(pairs, key=lambda pair: pair[1].order)), tuple(new), tuple(rest))


def _named_alike(one: Person, other: Person) -> bool:
    return any(other.name.get(tag, "").casefold() == name.casefold() for tag, name in one.name.items())


def take(node: Node, room: str, actor: Actor, session: str, lines: Sequence[Line]) -> Difference:
    """Make the list that stands into this one -> what changed. Nothing is written where nothing changes."""
    difference = compare(seated(node, room, session), lines)
    if difference.empty:
        return difference
    papers = {id(line): one.paper for one, line in difference.stays if one.line.person == line.person}

    def seat(line: Line) -> Member:
        paper = papers.get(id(line)) or bodies.put_person(node, room, actor, line.person)
        return Member(person=paper, order=line.order, role=line.role, kind=line.kind, post=line.post, on_behalf_of=line.on_behalf_of)

    with node.read() as tx:
        frozen = queries.delegation(tx, room, session, node.side).frozen
    if not frozen:
        operations.give_delegation(node, room, actor, session, [seat(line) for line in sorted(lines, key=lambda line: line.order)])
        return difference
    for left, line in difference.changed:
        operations.change_delegation(node, room, actor, DelegationChange(session=session, left=left.paper, joined=seat(line)))
    for line in difference.joined:
        operations.change_delegation(node, room, actor, DelegationChange(session=session, joined=seat(line)))
    for left in difference.left:
        operations.change_delegation(node, room, actor, DelegationChange(session=session, left=left.paper))
    return difference
