"""Rows of agreed actions as review, session, Home and the list of actions show them, and the page of one action: its whole life over sessions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cochair.accounts.access import needs
from cochair.followup import queries as followup
from cochair.followup import review as reviewing
from cochair.followup.contents import ENDED, Assessment
from cochair.followup.queries import ActionReportView
from cochair.followup.review import STANDING, ReviewRow, by_number
from cochair.record.positions import Reading
from cochair.record.queries import Tx
from cochair.workspace.addresses import entry, matter_url, ref, session_url
from cochair.workspace.describe import due_words
from cochair.workspace.matters import body_of
from cochair.workspace.names import Names, names_of, paper_text
from cochair.workspace.place import Place, enter, places, side_name
from cochair.workspace.words import READING, code, picked


def action_url(slug: str, action: str) -> str:
    """The page of one action."""
    return reverse("action", args=(slug, ref(action)))


def review_rows(tx: Tx, place: Place, names: Names, session: str) -> list[dict[str, Any]]:
    """The review of a session as rows of the template, in the order of the review."""
    found = reviewing.review(tx, place.room, session, place.side, today=place.today)
    return [review_row(place, names, session, row) for row in found]


def review_row(place: Place, names: Names, session: str, row: ReviewRow) -> dict[str, Any]:
    """One row: wording, number, both leads, term, both reports, the assessment and what may be done with it."""
    return {
        "id": row.action,
        "ref": ref(row.action),
        "printed": row.content.printed or "–",
        "text": picked(row.content.text) or paper_text(place, picked(row.content.papers)) or names.of(row.action),
        "url": action_url(place.slug, row.action),
        "cells": [
            {
                "name": side_name(side),
                "lead": picked(row.leads[side].lead) if side in row.leads else "–",
                "report": report_cell(row.reports.get(side), place),
            }
            for side in place.sides
        ],
        "due": due_words(row.due),
        "date_passed": row.date_passed,
        "differs": row.differs,
        "carry_over": row.carry_over,
        **assessment_cell(row.assessment, place),
        "assess_url": matter_url(place.slug, "followup.assessment", row.action, session),
        "report_url": reverse("say", args=(place.slug, "followup-report", ref(row.action))),
    }


def report_cell(one: ActionReportView | None, place: Place) -> dict[str, str]:
    """One Side's latest report in a cell."""
    if one is None:
        return {"state": "", "words": "", "text": "", "dated": "", "account": ""}
    text = picked(one.content.text) or paper_text(place, picked(one.content.papers))
    return {"state": one.content.state, "words": code(one.content.state), "text": text, "dated": one.content.dated, "account": one.account}


def assessment_cell(one: Reading | None, place: Place) -> dict[str, Any]:
    """The assessment of a row: what stands or is proposed, and whether theirs waits to be accepted; ``their_id`` is what is accepted."""
    if one is None:
        return {"state": "", "reading": "", "theirs": "", "their_id": "", "standing": False}
    content: Assessment = one.content
    theirs = next((p for side, p in one.state.positions.items() if side != place.side and p.content is not None), None)
    waits = theirs is not None and one.status in ("theirs", "differ")
    return {
        "state": content.state,
        "reading": READING[one.status],
        "theirs": one.theirs.state if one.theirs is not None else "",
        "their_id": theirs.id if waits and theirs is not None else "",
        "standing": one.status in STANDING,
    }


def standing_assessment(assessed: dict[str, Reading], order: dict[str, int]) -> Assessment | None:
    """The last assessment that stands (agreed or by account), by the order of sessions."""
    found = sorted((one for one in assessed.values() if one.status in STANDING), key=lambda one: order.get(one.part, -1))
    return found[-1].content if found else None


def live_actions(tx: Tx, place: Place, names: Names) -> list[dict[str, Any]]:
    """All actions that have not ended, each with its term as it stands and who is to act; by printed number."""
    assessed = followup.assessments(tx, place.room, place.side)
    order = {session: number for number, session in enumerate(names.sessions)}
    reports, leads = followup.reports(tx, place.room), followup.leads(tx, place.room)
    rows = []
    for subject, one in names.actions.items():
        last = standing_assessment(assessed.get(subject, {}), order)
        if last is not None and last.state in ENDED and not last.carry_over:
            continue
        if one.content.kind == "request" and one.content.answer == "declined":
            continue
        due = last.new_due if last is not None and last.new_due is not None else one.content.due
        rows.append(
            {
                "id": subject,
                "ref": ref(subject),
                "printed": one.content.printed or "–",
                "text": picked(one.content.text) or paper_text(place, picked(one.content.papers)) or names.of(subject),
                "url": action_url(place.slug, subject),
                "due": due_words(due),
                "by": due.date or "",
                "date_passed": reviewing.passed(due, place.today, last),
                "state": last.state if last is not None else "",
                "reading": READING[one.status],
                "agreed": one.status in STANDING,
                "sides": [side for side in place.sides if not one.content.sides or side in one.content.sides],
                "reports": [report_cell(reviewing.latest(reports.get(subject, [])).get(side), place) for side in place.sides],
                "leads": [
                    (side_name(side), picked(leads[subject][side].lead) if side in leads.get(subject, {}) else "–") for side in place.sides
                ],
                "report_url": reverse("say", args=(place.slug, "followup-report", ref(subject))),
                "order": by_number(one.content.printed),
            }
        )
    return sorted(rows, key=lambda row: (not row["date_passed"], row["order"]))


@needs("matter.view")
@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """All agreed actions that go on, those whose date has passed first."""
    rooms = []
    for place in places(request):
        with place.node.read() as tx:
            names = names_of(tx, place)
            rooms.append(
                {
                    "rows": live_actions(tx, place, names),
                    "sides": [side_name(side) for side in place.sides],
                    "place": place,
                    "new_url": reverse("begin", args=(place.slug, "followup-action")),
                    "may": place.may("action.propose"),
                }
            )
    return render(request, "workspace/actions.html", {"rooms": rooms})


@needs("matter.view")
@require_safe
def action(request: HttpRequest, room: str, action: str) -> HttpResponse:
    """One action: its words, who leads it, every report and assessment, and what it follows."""
    place, subject = enter(request, room), entry(action)
    with place.node.read() as tx:
        names = names_of(tx, place)
        life = followup.life_of_action(tx, place.room, subject, place.side)
        body = body_of(names, subject)
        may = {right: place.may(f"{right}.state", tx, body) for right in ("report", "lead")}
        row = next((one for one in live_actions(tx, place, names) if one["id"] == subject), None)
    content = life.action.content
    session = names.sessions.get(content.session or "")
    context = {
        "title": names.action(content),
        "crumbs": [(_("Agreed actions"), reverse("actions"))],
        "status": READING[life.action.status],
        "row": row,
        "facts": [
            (_("Printed number"), content.printed or "–"),
            (_("Kind"), code(content.kind)),
            (_("Term"), row["due"] if row else due_words(content.due)),
            (_("Agreed at"), names.of(content.session) if content.session else "–"),
        ],
        "session_url": session_url(place.slug, session.id) if session else "",
        "leads": [(side_name(side), picked(life.leads[side].lead) if side in life.leads else "–") for side in place.sides],
        "reports": [{"side": side_name(one.side), **report_cell(one, place)} for one in reversed(life.reports)],
        "assessments": [
            {
                "session": names.of(one.part),
                "url": matter_url(place.slug, "followup.assessment", subject, one.part),
                **assessment_cell(one, place),
            }
            for one in reversed(life.assessments)
        ],
        "links": [(code(rel), names.of(to), action_url(place.slug, to)) for rel, to in life.follows],
        "followed_by": [(code(rel), names.of(to), action_url(place.slug, to)) for rel, to in life.followed_by],
        "matter_url": matter_url(place.slug, "followup.action", subject),
        "report_url": reverse("say", args=(place.slug, "followup-report", action)) if may["report"] else "",
        "lead_url": reverse("say", args=(place.slug, "followup-lead", action)) if may["lead"] else "",
    }
    return render(request, "workspace/action.html", context)
