"""The line of steps of a session: what is done, the first that is not, what is to come; each with when it was done or what is missing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cochair.accounts.shown import day
from cochair.meetings.queries import SessionView
from cochair.protocol.history import InstrumentView
from cochair.protocol.queries import Grid
from cochair.record.positions import Reading

STOOD = ("agreed", "ad-referendum", "account")
"""How a matter reads (``positions.Status``) once its content stands."""


def steps(
    view: SessionView,
    agenda: Reading | None,
    grids: list[Grid | None],
    texts: list[InstrumentView],
    reports: tuple[int, int],
    forward: Reading | None,
) -> list[dict[str, str]]:
    """The line of steps: what is done, the first that is not, what is to come; each with what is missing."""
    shown = next((one for one in grids if one is not None), None)
    far = texts[0].sealed if texts else ""
    signed = far == "signed"
    filed, groups = reports
    found: list[tuple[str, str, str, bool]] = [
        (_("Dates and place"), _said_on(view.dates), _how(view.dates), view.dates is not None and view.dates.status in STOOD),
        (_("Agenda agreed"), _said_on(agenda), _how(agenda), agenda is not None and agenda.status in STOOD),
        (
            _("Drafts exchanged"),
            "",
            _text_note(shown) if shown else _("no draft yet") if not far else "",
            bool(far) or bool(shown and shown.rows),
        ),
        (
            _("Sub-group reports"),
            "",
            _("%(in)s of %(all)s in") % {"in": filed, "all": groups} if groups else _("no sub-groups"),
            filed >= groups,
        ),
        (
            _("Session and signing"),
            day(view.start, "medium") if view.start else "",
            _("signed") if signed else _("adopted") if far else _("text not yet clean") if shown and not shown.meter.clean else "",
            signed,
        ),
        (_("Way forward"), _said_on(forward), _how(forward), forward is not None and forward.status in STOOD),
    ]
    first = next((number for number, one in enumerate(found) if not one[3]), len(found))
    return [
        {"name": name, "when": when, "note": note, "state": "done" if done else "now" if number == first else ""}
        for number, (name, when, note, done) in enumerate(found)
    ]


def _text_note(shown: Grid) -> str:
    rows = sum(row.kind == "paragraph" for row in shown.rows)
    words = ngettext("%(count)s paragraph", "%(count)s paragraphs", rows) % {"count": rows}
    brackets = shown.meter.brackets
    return words + (", " + ngettext("%(count)s in brackets", "%(count)s in brackets", brackets) % {"count": brackets} if brackets else "")


def _said_on(one: Reading | None) -> str:
    if one is None or one.status not in STOOD:
        return ""
    said = [each.at for each in one.state.positions.values()] + [each.at for each in one.state.accounts.values()]
    return day(max(said, default="")[:10], "medium")


def _how(one: Reading | None) -> str:
    if one is None:
        return _("nobody has proposed it yet")
    return {
        "agreed": _("both Sides name the same"),
        "ad-referendum": _("a capital has still to confirm"),
        "account": _("by our account"),
        "ours": _("the other Side has to answer"),
        "theirs": _("waits for our answer"),
        "told": _("their proposal, as received"),
        "differ": _("the Sides propose differently"),
    }[one.status]
