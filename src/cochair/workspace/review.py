"""The review of a session: one row an action, differences first; theirs accepted one by one or many at once; the way forward at its end.

A row that is accepted carries the position that its reader saw. If the other Side has moved since, that row is left alone and named.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.followup import operations as followup
from cochair.meetings import queries as meetings
from cochair.record import queries as record
from cochair.workspace.actions import review_rows
from cochair.workspace.addresses import entry, session_url
from cochair.workspace.describe import describe
from cochair.workspace.matter import opened
from cochair.workspace.matters import About
from cochair.workspace.names import names_of
from cochair.workspace.place import Place, enter, side_name, side_names
from cochair.workspace.session import matter_parts
from cochair.workspace.words import session_title

SHOWS = ("all", "differ", "answer", "open")


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, room: str, session: str) -> HttpResponse:
    """The review; a form accepts the rows that were chosen."""
    place, session_id = enter(request, room), entry(session)
    with place.node.read() as tx:
        view = meetings.session(tx, place.room, session_id, place.side)
        who = place.actor(tx, view.content.body)
    if request.method != "POST":
        return render(request, "workspace/review.html", _shown(place, session_id))
    rights.require(who, "assessment.propose")
    chosen = request.POST.getlist("row")
    if not chosen:
        return refused(request, "workspace/review.html", _shown(place, session_id) | {"error": _("Choose at least one row")})
    same, moved = _unmoved(place, session_id, chosen)
    done = followup.accept_assessments(place.node, place.room, who, session_id, same)
    if done:
        messages.success(
            request, ngettext("%(count)s assessment accepted.", "%(count)s assessments accepted.", len(done)) % {"count": len(done)}
        )
    if moved:
        words = _(
            "The other Side has changed its assessment since you opened this page, or nothing is left to accept. These rows were left alone; compare them again."
        )
        context = _shown(place, session_id) | {"error": words, "chosen": [one.partition("=")[0] for one in moved]}
        return render(request, "workspace/review.html", context, status=409)
    return HttpResponseRedirect(reverse("review", args=(room, session)))


def _unmoved(place: Place, session: str, chosen: list[str]) -> tuple[list[str], list[str]]:
    """(actions whose assessment by the other Side is still the one that was seen, the other choices)."""
    same, moved = [], []
    with place.node.read() as tx:
        for one in chosen:
            name, _sep, seen = one.partition("=")
            action = entry(name)
            state = record.matter(tx, place.room, "followup.assessment", action, session)
            theirs = {p.id for side, p in state.positions.items() if side != place.side and p.content is not None} if state else set()
            if seen in theirs:
                same.append(action)
            else:
                moved.append(one)
    return same, moved


def _shown(place: Place, session: str) -> dict[str, Any]:
    with place.node.read() as tx:
        names = names_of(tx, place)
        view = meetings.session(tx, place.room, session, place.side)
        rows = review_rows(tx, place, names, session)
        may = place.may("assessment.propose", tx, view.content.body)
    show = place.request.GET.get("show", "all")
    kept = {
        "differ": [row for row in rows if row["differs"]],
        "answer": [row for row in rows if row["their_id"]],
        "open": [row for row in rows if not row["standing"]],
    }
    title = session_title(view.content, place.side)
    forward = opened(place, names, "followup.way_forward", About(session))
    here = reverse("review", args=(place.slug, place.request.resolver_match.kwargs["session"])) if place.request.resolver_match else ""
    labels = {"all": _("All"), "differ": _("Differences"), "answer": _("To answer"), "open": _("Not settled")}
    return {
        "title": title,
        "previous": names.of(view.content.previous) if view.content.previous else "",
        "crumbs": [(_("Sessions"), reverse("sessions")), (title, session_url(place.slug, session))],
        "rows": kept.get(show, rows),
        "bulk": may and any(row["their_id"] for row in rows),
        "may": may,
        "settled": sum(row["standing"] for row in rows),
        "all": len(rows),
        "tabs": [(f"{words} ({len(kept.get(name, rows))})", f"{here}?show={name}", name == show) for name, words in labels.items()],
        "sides": [side_name(side) for side in place.sides],
        "side_names": side_names(place),
        "own_side": place.side,
        "forward": matter_parts(forward),
        "forward_text": describe(forward.read.content, names) if forward.read is not None else "",
        "chosen": [],
    }
