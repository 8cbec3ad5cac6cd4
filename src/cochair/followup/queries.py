"""Questions about areas, projects and agreed actions: lists, the life of one of them, what goes on, what may become an action.

What is agreed and what is only proposed come in one list, each with its status, the reader's own view first. The review itself is in ``review.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from cochair.followup.contents import Action, ActionReport, Area, Assessment, Phrase, Project, WayForward
from cochair.followup.effects import SETTLED
from cochair.kit.errors import NotFound
from cochair.meetings import queries as meetings
from cochair.record.fields import of_text
from cochair.record.positions import Reading, Status, readings, said_order
from cochair.record.queries import Tx


class AreaView(NamedTuple):
    """One area in its tree, with its projects."""

    id: str
    content: Area
    status: Status
    depth: int
    projects: tuple[Reading, ...]


class PhraseView(NamedTuple):
    """What one session called a project. ``session`` is "" when it came up outside a session."""

    session: str
    mode: str
    stage: str
    wording: dict[str, str]
    status: Status


class LeadView(NamedTuple):
    """One Side's lead of an action, the last one it named."""

    id: str
    lead: dict[str, str]
    others: tuple[dict[str, str], ...]
    account: str


class ActionReportView(NamedTuple):
    """One report. ``account`` is the Side that reports it for the other, or "" for the Side's own word."""

    id: str
    side: str
    content: ActionReport
    account: str


class ActionLife(NamedTuple):
    """All that is known of one action: leads by Side, reports by date, assessments by session, older actions it follows and later ones that follow it."""

    action: Reading
    leads: Mapping[str, LeadView]
    reports: tuple[ActionReportView, ...]
    assessments: tuple[Reading, ...]
    follows: tuple[tuple[str, str], ...]
    followed_by: tuple[tuple[str, str], ...]


class CandidateView(NamedTuple):
    """A paragraph of a settled protocol that no action stands on yet."""

    manifest: str
    provision: str
    instrument: str
    session: str
    printed: str
    papers: dict[str, str]


def areas(tx: Tx, room: str, side: str) -> list[AreaView]:
    """The tree of areas, top first, siblings by code; a ring of proposals hangs at the top."""
    found = {one.subject: one for one in readings(tx, room, "followup.area", Area, side)}
    grouped: dict[str, list[Reading]] = {}
    for one in projects(tx, room, side):
        grouped.setdefault(one.content.area, []).append(one)
    views: dict[str, AreaView] = {}

    def walk(one: Reading, depth: int) -> None:
        if one.subject not in views:
            views[one.subject] = AreaView(one.subject, one.content, one.status, depth, tuple(grouped.get(one.subject, ())))
            for below in sorted(
                (each for each in found.values() if each.content.parent == one.subject), key=lambda each: each.content.code
            ):
                walk(below, depth + 1)

    for one in sorted(found.values(), key=lambda each: (each.content.parent in found, each.content.code)):
        walk(one, 0)
    return list(views.values())


def projects(tx: Tx, room: str, side: str) -> list[Reading]:
    """All joint projects: each content is a `Project`."""
    return readings(tx, room, "followup.project", Project, side)


def life_of_phrase(tx: Tx, room: str, project: str, side: str) -> list[PhraseView]:
    """What each session called a project, the earliest first; raises `NotFound`."""
    first = next(iter(readings(tx, room, "followup.project", Project, side, project)), None)
    if first is None:
        raise NotFound("There is no project {project!r} in this room", "Open it from the list of areas", project=project[:40])
    order = {one.id: place for place, one in enumerate(meetings.sessions(tx, room, side))}
    later = [
        PhraseView(one.part, one.content.mode, one.content.stage, one.content.wording, one.status)
        for one in readings(tx, room, "followup.phrase", Phrase, side, project)
    ]
    born = first.content.session or ""
    begun = (
        [] if any(one.session == born for one in later) else [PhraseView(born, first.content.mode, first.content.stage, {}, first.status)]
    )
    return sorted([*begun, *later], key=lambda one: order.get(one.session, -1))


def heat(tx: Tx, room: str, side: str) -> dict[tuple[str, str], int]:
    """(area, session) -> how many of the area's projects that session spoke of."""
    area = {one.subject: one.content.area for one in projects(tx, room, side)}
    spoken = {(one.subject, one.content.session) for one in projects(tx, room, side) if one.content.session}
    spoken |= {(one.subject, one.part) for one in readings(tx, room, "followup.phrase", Phrase, side) if one.subject in area}
    return dict(Counter((area[project], session) for project, session in spoken))


def actions(tx: Tx, room: str, side: str, body: str | None = None) -> list[Reading]:
    """All actions (of one body): each content is an `Action`."""
    return [one for one in readings(tx, room, "followup.action", Action, side) if body in (None, one.content.body)]


def action(tx: Tx, room: str, action_id: str, side: str) -> Reading:
    """One action; raises `NotFound`."""
    for one in readings(tx, room, "followup.action", Action, side, action_id):
        return one
    raise NotFound("There is no action {action_id!r} in this room", "Open it from the review", action_id=action_id[:40])


def leads(tx: Tx, room: str, action_id: str | None = None) -> dict[str, dict[str, LeadView]]:
    """Action -> Side -> its lead: its own last word, or what is reported of it while it has said nothing."""
    where, params = ("", (room,)) if action_id is None else (" AND action = ?", (room, action_id))
    found: dict[str, dict[str, LeadView]] = {}
    for row in sorted(tx.query(f"SELECT * FROM followup_lead WHERE room = ?{where}", params), key=said_order):  # noqa: S608
        view = LeadView(row["id"], of_text(row["lead"]), tuple(of_text(row["others"])), row["account"])
        found.setdefault(row["action"], {})[row["side"]] = view
    return found


def reports(tx: Tx, room: str, action_id: str | None = None) -> dict[str, list[ActionReportView]]:
    """Action -> all its reports by their dates, the earliest first."""
    where, params = ("", (room,)) if action_id is None else (" AND action = ?", (room, action_id))
    found: dict[str, list[ActionReportView]] = {}
    rows = tx.query(f"SELECT * FROM followup_report WHERE room = ?{where}", params)  # noqa: S608
    for row in sorted(rows, key=lambda row: (row["dated"], *said_order(row))):
        view = ActionReportView(row["id"], row["side"], msgspec.convert(of_text(row["content"]), ActionReport), row["account"])
        found.setdefault(row["action"], []).append(view)
    return found


def assessments(tx: Tx, room: str, side: str, action_id: str | None = None) -> dict[str, dict[str, Reading]]:
    """Action -> session -> its assessment there, agreed or proposed: each content is an `Assessment`."""
    found: dict[str, dict[str, Reading]] = {}
    for one in readings(tx, room, "followup.assessment", Assessment, side, action_id):
        found.setdefault(one.subject, {})[one.part] = one
    return found


def life_of_action(tx: Tx, room: str, action_id: str, side: str) -> ActionLife:
    """One action over sessions; raises `NotFound`."""
    found = {one.subject: one for one in actions(tx, room, side)}
    if action_id not in found:
        raise NotFound("There is no action {action_id!r} in this room", "Open it from the review", action_id=action_id[:40])
    order = {one.id: place for place, one in enumerate(meetings.sessions(tx, room, side))}
    assessed = assessments(tx, room, side, action_id).get(action_id, {}).values()
    return ActionLife(
        found[action_id],
        leads(tx, room, action_id).get(action_id, {}),
        tuple(reports(tx, room, action_id).get(action_id, ())),
        tuple(sorted(assessed, key=lambda one: order.get(one.part, -1))),
        tuple((link.rel, link.to) for link in found[action_id].content.links),
        tuple((link.rel, one.subject) for one in found.values() for link in one.content.links if link.to == action_id),
    )


def carried_over(
    tx: Tx, room: str, session_id: str, side: str, assessed: Mapping[str, Mapping[str, Reading]] | None = None
) -> list[Reading]:
    """The actions of earlier sessions that the session reviews.

    An action goes on until an assessment that stands (agreed, or by our account) says that it is not carried over: silence never drops one.
    ``assessed`` is what `assessments` gave, if the caller has it. Of an action without a session it is enough that its body is the session's or is not named.
    """
    of_body = meetings.session(tx, room, session_id, side).content.body
    before = meetings.chain(tx, room, session_id, side)
    assessed = assessments(tx, room, side) if assessed is None else assessed
    return [
        one
        for one in actions(tx, room, side)
        if (one.content.session in before if one.content.session else one.content.body in (None, of_body))
        and not _left(assessed.get(one.subject, {}), before)
    ]


def _left(assessed: Mapping[str, Reading], before: list[str]) -> bool:
    standing = {part: one for part, one in assessed.items() if one.status in ("agreed", "ad-referendum", "account")}
    last = next((standing[part] for part in before if part in standing), None)
    return last is not None and not last.content.carry_over


def way_forward(tx: Tx, room: str, session_id: str, side: str) -> Reading | None:
    """How the review of a session closes: the content is a `WayForward`."""
    return next(iter(readings(tx, room, "followup.way_forward", WayForward, side, session_id)), None)


def candidates(tx: Tx, room: str, session_id: str, side: str) -> list[CandidateView]:
    """The paragraphs of a session's settled protocol, in its last wording, on which no action stands yet, in their order."""
    rows = tx.query("SELECT * FROM followup_candidate WHERE room = ? AND session = ? ORDER BY place", (room, session_id))
    last: dict[str, tuple[int, int, str]] = {}
    for row in rows:
        last[row["instrument"]] = max(last.get(row["instrument"], (-1, -1, "")), (SETTLED.index(row["slot"]), row["step"], row["manifest"]))
    known = actions(tx, room, side)
    taken = {(one.content.source.manifest, one.content.source.provision) for one in known if one.content.source}
    worded = [one.content.papers for one in known if one.content.papers]
    found = {
        (row["manifest"], row["provision"]): CandidateView(
            row["manifest"], row["provision"], row["instrument"], row["session"], row["printed"], of_text(row["papers"])
        )
        for row in rows
        if row["manifest"] == last[row["instrument"]][2]
    }
    return [one for key, one in found.items() if key not in taken and one.papers not in worded]
