"""The review: one row an action that a session goes through, differences first.

Whether a date has passed is computed here from the day that the caller gives, and only for a term that names a day or a quarter: nobody is
late for "by the next session" or for an action without a term. What one Side only reports of the other is marked as its account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from cochair.followup import queries
from cochair.followup.contents import ENDED, Action, Assessment, Due
from cochair.followup.queries import ActionReportView, LeadView
from cochair.followup.rules import last_day
from cochair.meetings import queries as meetings
from cochair.record.positions import Reading, Status
from cochair.record.queries import Tx

STANDING: tuple[Status, ...] = ("agreed", "ad-referendum", "account")


class ReviewRow(NamedTuple):
    """One action in a session's review. Leads and reports are by Side; ``assessment`` reads an `Assessment` or is ``None``."""

    action: str
    content: Action
    status: Status
    leads: Mapping[str, LeadView]
    reports: Mapping[str, ActionReportView]
    due: Due
    """The term as it stands: that of the action, or the new one of the last assessment that gave one."""
    date_passed: bool
    assessment: Reading | None
    carry_over: bool | None
    """Whether the action goes on to the next session; ``None`` while no assessment stands."""
    differs: str
    """Why the row stands first: ``assessment`` (agreed: the Sides differ), ``proposals``, ``reports``, or ""."""


def review(tx: Tx, room: str, session_id: str, side: str, *, today: str | None = None) -> list[ReviewRow]:
    """The review of a session as ``side`` reads it; ``today`` as ``2026-02-28``. Differences first, then what is not assessed, then by printed number."""
    chain = meetings.chain(tx, room, session_id, side)
    leads, reports = queries.leads(tx, room), queries.reports(tx, room)
    assessed = queries.assessments(tx, room, side)
    sessions = [session_id, *chain]
    rows = [
        _row(
            one,
            leads.get(one.subject, {}),
            latest(reports.get(one.subject, [])),
            [found[part] for part in sessions if part in (found := assessed.get(one.subject, {}))],
            session_id,
            today,
        )
        for one in queries.carried_over(tx, room, session_id, side, assessed)
    ]
    return sorted(rows, key=lambda row: (not row.differs, row.carry_over is not None, by_number(row.content.printed), row.action))


def _row(
    one: Reading,
    leads: Mapping[str, LeadView],
    reports: Mapping[str, ActionReportView],
    assessed: list[Reading],
    session_id: str,
    today: str | None,
) -> ReviewRow:
    here = next((each for each in assessed if each.part == session_id), None)
    standing = [each.content for each in assessed if each.status in STANDING]
    due = next((each.new_due for each in standing if each.new_due is not None), one.content.due)
    settled = here is not None and here.status in STANDING
    return ReviewRow(
        one.subject,
        one.content,
        one.status,
        leads,
        reports,
        due,
        passed(due, today, standing[0] if standing else None),
        here,
        here.content.carry_over if here is not None and settled else None,
        _difference(here, reports),
    )


def latest(reports: list[ActionReportView]) -> dict[str, ActionReportView]:
    """Each Side's latest report: by date, and of one date the Side's own word over an account of it."""
    return {one.side: one for one in reports}


def _difference(here: Reading | None, reports: Mapping[str, ActionReportView]) -> str:
    if here is not None and here.status in STANDING:
        return "assessment" if here.content.state == "sides-differ" else ""
    if here is not None and here.status == "differ":
        return "proposals"
    return "reports" if len({one.content.state for one in reports.values()}) > 1 else ""


def passed(due: Due, today: str | None, assessment: Assessment | None) -> bool:
    """Whether the term names a day that lies before ``today``, and no assessment that stands says that the action has ended."""
    last = last_day(due)
    return last is not None and today is not None and last < today and (assessment is None or assessment.state not in ENDED)


def by_number(printed: str) -> tuple[tuple[bool, int, str], ...]:
    """The order of printed numbers as people read them: 9 before 12.8 before 12.10 before a)."""
    return tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"[0-9]+|[^\W\d_]+", printed))
