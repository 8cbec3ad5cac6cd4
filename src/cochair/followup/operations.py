"""What a person can do about follow-up: rights, courtesy rules, clean text, one entry. Each returns the id of the entry.

For a matter, ``subject="self"`` (the default) introduces a new thing; an id makes a counter-proposal on it. Accepting and withdrawing are the same for
every matter and stand in ``record.positions``.
"""

from collections.abc import Iterable
from typing import Literal

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.followup import queries, rules
from cochair.followup.contents import Action, ActionReport, Area, Assessment, Due, Lead, Phrase, Project, Source, WayForward
from cochair.kit.errors import Conflict, NotFound
from cochair.meetings import queries as meetings
from cochair.record import positions
from cochair.record.node import Node
from cochair.record.positions import Level

MATTER_RIGHTS = {
    "followup.area": "area.propose",
    "followup.project": "project.propose",
    "followup.phrase": "project.propose",
    "followup.action": "action.propose",
    "followup.assessment": "assessment.propose",
    "followup.way_forward": "way_forward.propose",
}
"""Matter kind -> the right that proposing, accepting and withdrawing ask for."""


def propose_area(node: Node, room: str, actor: Actor, content: Area, *, subject: str = "self", level: Level = "agreed") -> str:
    """Propose an area of cooperation."""
    rights.require(actor, "area.propose", node.side)
    rules.area(content, own_id=None if subject == "self" else subject)
    return positions.propose(node, room, "followup.area", content, subject=subject, level=level)


def propose_project(node: Node, room: str, actor: Actor, content: Project, *, subject: str = "self", level: Level = "agreed") -> str:
    """Propose a joint project in an area."""
    rights.require(actor, "project.propose", node.side)
    rules.project(content)
    return positions.propose(node, room, "followup.project", content, subject=subject, level=level)


def call_project(node: Node, room: str, actor: Actor, project: str, session: str, content: Phrase, *, level: Level = "agreed") -> str:
    """Propose what a session calls a project: mode, stage and words."""
    rights.require(actor, "project.propose", node.side)
    rules.phrase(content)
    return positions.propose(node, room, "followup.phrase", content, subject=project, part=session, level=level)


def propose_action(node: Node, room: str, actor: Actor, content: Action, *, subject: str = "self", level: Level = "agreed") -> str:
    """Propose an action as agreed; it exists once the other Side accepts."""
    rights.require(actor, "action.propose", node.side)
    rules.action(content, own_id=None if subject == "self" else subject)
    return positions.propose(node, room, "followup.action", content, subject=subject, level=level)


def confirm_candidate(
    node: Node,
    room: str,
    actor: Actor,
    session: str,
    manifest: str,
    provision: str,
    *,
    kind: Literal["do", "report", "consider", "inform"] = "do",
    due: Due | None = None,
) -> str:
    """Propose a paragraph of a settled protocol as an agreed action of ``session``. Raises `NotFound` when it is none or an action stands on it."""
    rights.require(actor, "action.propose", node.side)
    with node.read() as tx:
        found = {(one.manifest, one.provision): one for one in queries.candidates(tx, room, session, node.side)}
        body = meetings.session(tx, room, session, node.side).content.body
    one = found.get((manifest, provision))
    if one is None:
        raise NotFound("This paragraph is no candidate", "It may stand in an older wording, or an action stands on it already")
    content = Action(
        kind=kind,
        papers=one.papers,
        printed=one.printed,
        source=Source(manifest=manifest, provision=provision),
        session=session,
        body=body,
        due=due or Due(),
    )
    return propose_action(node, room, actor, content)


def name_lead(node: Node, room: str, actor: Actor, content: Lead) -> str:
    """Name our Side's lead of an action, as the other Side may see it."""
    rights.require(actor, "lead.state", node.side)
    rules.lead(content)
    return positions.say(node, room, "followup.lead", content)


def report_action(node: Node, room: str, actor: Actor, content: ActionReport) -> str:
    """Give our Side's account of an action."""
    rights.require(actor, "report.state", node.side)
    rules.report(content)
    return positions.say(node, room, "followup.report", content)


def assess(node: Node, room: str, actor: Actor, action: str, session: str, content: Assessment, *, level: Level = "agreed") -> str:
    """Propose the agreed state of an action at a session."""
    rights.require(actor, "assessment.propose", node.side)
    rules.assessment(content, own_id=action)
    return positions.propose(node, room, "followup.assessment", content, subject=action, part=session, level=level)


def accept_assessments(node: Node, room: str, actor: Actor, session: str, actions: Iterable[str]) -> dict[str, str]:
    """Accept the other Side's assessments of several actions -> action -> id of the entry; those where nothing is to be accepted are left out."""
    rights.require(actor, "assessment.propose", node.side)
    done: dict[str, str] = {}
    for action in actions:
        try:
            done[action] = positions.accept(node, room, "followup.assessment", action, session)
        except (NotFound, Conflict):
            continue
    return done


def propose_way_forward(node: Node, room: str, actor: Actor, session: str, content: WayForward, *, level: Level = "agreed") -> str:
    """Propose how the review of a session closes."""
    rights.require(actor, "way_forward.propose", node.side)
    with node.read() as tx:
        host = meetings.session(tx, room, session, node.side).content.host
    rules.way_forward(content, host=host)
    return positions.propose(node, room, "followup.way_forward", content, subject=session, level=level)
