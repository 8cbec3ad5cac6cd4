"""Courtesy checks when something about follow-up is written here. They never judge what the other Side wrote.

Each check raises `CochairError` on what cannot be meant, and returns warnings (plain sentences) on what is odd. Odd dates warn, never refuse.
"""

from collections.abc import Sequence

from cochair.followup.contents import (
    ENDED,
    Action,
    ActionReport,
    Area,
    Assessment,
    Due,
    Lead,
    Phrase,
    Project,
    WayForward,
)
from cochair.kit.errors import CochairError, Words
from cochair.record.fields import day


def due(content: Due, *, today: str | None = None) -> list[str]:
    """Check a term: its code says which of its fields is filled."""
    if (content.code == "date") != (content.date is not None) or (content.code == "quarter") != (content.quarter is not None):
        raise CochairError("The term does not fit its kind", "Give the date or the quarter that it speaks of, and nothing else")
    if content.date is not None:
        day(content.date)
    last = last_day(content)
    return ["The date has passed already"] if last is not None and today is not None and last < today else []


def last_day(content: Due) -> str | None:
    """The last day of a term that has one: of a date or a quarter; ``None`` for the next session and for no term."""
    if content.code == "quarter" and content.quarter is not None:
        year, quarter = content.quarter.split("-Q")
        return f"{year}-{('03-31', '06-30', '09-30', '12-31')[int(quarter) - 1]}"
    return content.date if content.code == "date" else None


def area(content: Area, *, own_id: str | None = None, ancestors: Sequence[str] = ()) -> list[str]:
    """Check an area; ``ancestors`` are the ids from its parent up."""
    _named(content.names, Words("The area has no name"))
    if own_id is not None and own_id in (content.parent, *ancestors):
        raise CochairError("The area would stand below itself", "Choose another parent")
    return []


def project(content: Project) -> list[str]:
    """Check a joint project."""
    _named(content.names, Words("The project has no name"))
    return [] if content.session else ["No session is named at which the project came up"]


def phrase(content: Phrase) -> list[str]:
    """Check what a session called a project."""
    return [] if content.wording else ["No wording is given; the page will show mode and stage alone"]


def action(content: Action, *, own_id: str | None = None, today: str | None = None) -> list[str]:
    """Check an action that is proposed as agreed."""
    if not content.text and not content.papers:
        raise CochairError("The action has no wording", "Give it in short, or name the signed paragraph")
    if content.kind == "request" and (content.asked_by is None or content.answer is None):
        raise CochairError("A request needs the Side that asks and the state of the answer", "Name the Side; a new request is pending")
    if content.kind != "request" and (content.asked_by is not None or content.answer is not None):
        raise CochairError("Only a request has an asking Side and an answer", "Leave both out, or call it a request")
    if own_id is not None and any(link.to == own_id for link in content.links):
        raise CochairError("The action would follow itself", "Choose another action")
    warnings = due(content.due, today=today)
    if content.source is None and not content.printed:
        warnings.append("No signed paragraph and no printed number is named; people cite an action by its number")
    return warnings


def lead(content: Lead) -> list[str]:
    """Check the lead of one Side."""
    _named(content.lead, Words("The lead has no name"))
    return []


def report(content: ActionReport, *, today: str | None = None) -> list[str]:
    """Check one Side's report on an action."""
    day(content.dated)
    if content.new_due is not None:
        due(content.new_due)
    told = bool(content.text or content.papers)
    return [
        text
        for odd, text in (
            (today is not None and content.dated > today, "The report is dated in the future"),
            (content.state == "delayed" and content.new_due is None, "A delay without a new date; say by when it is expected now"),
            (content.state in ("delayed", "blocked") and not told, "No reason is given; a state without a reason helps nobody"),
            (content.state == "done" and not told and not content.evidence, "Done without a word on the result"),
        )
        if odd
    ]


def assessment(content: Assessment, *, own_id: str | None = None) -> list[str]:
    """Check what is proposed as the agreed state of the action ``own_id``."""
    if content.new_due is not None:
        due(content.new_due)
    if content.state == "replaced" and content.replaced_by is None:
        raise CochairError("A replaced action names the one that replaces it", "Choose that action, or another state")
    if content.state != "replaced" and content.replaced_by is not None:
        raise CochairError("Only a replaced action names a successor", "Leave it out, or choose the state 'replaced'")
    if own_id is not None and content.replaced_by == own_id:
        raise CochairError("The action would replace itself", "Choose another action")
    return [
        text
        for odd, text in (
            (content.state in ENDED and content.carry_over, "The action has ended and would still be carried over"),
            (
                content.state not in ENDED and not content.carry_over,
                "The action has not ended and would not be carried over: it leaves the review",
            ),
            (content.state == "delayed" and content.new_due is None, "A delay without a new date"),
            (
                content.state == "sides-differ" and content.reason is None,
                "The Sides differ; a paper that says on what would help the next review",
            ),
        )
        if odd
    ]


def way_forward(content: WayForward, *, host: str | None = None, alternate: bool = True) -> list[str]:
    """Check the way forward; ``host`` is the host of the session that it closes."""
    for term in (content.next.due, *(step.due for step in content.plan), *(meeting.due for meeting in content.intersessional)):
        due(term)
    if any(not step.text for step in content.plan) or any(not meeting.what for meeting in content.intersessional):
        raise CochairError("A step of the way forward has no words", "Say in one language at least what is to be done")
    warnings = []
    if alternate and host is not None and content.next.host == host:
        warnings.append("The next session would have the same host, although the body's rules let hosting alternate")
    if content.next.due.code == "none" and not content.next.text:
        warnings.append("Nothing is said on when the next session is to be")
    return warnings


def _named(names: dict[str, str], otherwise: Words) -> None:
    if not names:
        raise CochairError(otherwise, "Give it in at least one language")
