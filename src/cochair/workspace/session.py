"""The session page: one workspace from the head data to the proof, with what is missing on the way; and the list of all sessions."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cochair.accounts.access import needs
from cochair.accounts.shown import days, page_language
from cochair.bodies import queries as bodies
from cochair.followup import queries as followup
from cochair.kit.errors import CochairError
from cochair.meetings import queries as meetings
from cochair.meetings.queries import SessionView
from cochair.protocol.history import InstrumentView, instruments
from cochair.protocol.queries import Grid, grid
from cochair.record.queries import Tx
from cochair.workspace import matter
from cochair.workspace.actions import review_rows
from cochair.workspace.addresses import entry, ref, session_url
from cochair.workspace.matters import About
from cochair.workspace.names import Names, names_of, person_name
from cochair.workspace.place import Place, enter, places, side_name, side_names
from cochair.workspace.timeline import STOOD, steps
from cochair.workspace.words import READING, body_name, code, picked, session_title

EXCERPT = 5  # rows of the review on the session page


@needs("matter.view")
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """All sessions and other meetings, the next first."""
    rooms = []
    for place in places(request):
        with place.node.read() as tx:
            names = names_of(tx, place)
            may = place.may("session.propose", tx)
        found = sorted(names.sessions.values(), key=lambda one: one.start or "9999", reverse=True)
        rooms.append(
            {
                "rows": [_line(place, names, one) for one in found],
                "new_url": reverse("begin", args=(place.slug, "meetings-session")) if may else "",
            }
        )
    return render(request, "workspace/sessions.html", {"rooms": rooms})


def _line(place: Place, names: Names, one: SessionView) -> dict[str, Any]:
    dates = one.dates
    return {
        "title": session_title(one.content, place.side),
        "url": session_url(place.slug, one.id),
        "body": names.of(one.content.body),
        "when": days(dates.content.start, dates.content.end) if dates else "",
        "place": picked(dates.content.place) if dates else "",
        "status": READING[dates.status if dates and one.status in STOOD else one.status],
        "left": days_left(place, one),
    }


def days_left(place: Place, one: SessionView) -> int | None:
    """Days until a session begins, by the node's clock; None once it has begun, or while it has no date."""
    if not one.start or one.start < place.today:
        return None
    return (date.fromisoformat(one.start) - date.fromisoformat(place.today)).days


@needs("matter.view")
@require_safe
def session(request: HttpRequest, room: str, session: str) -> HttpResponse:
    """One session."""
    place, session_id = enter(request, room), entry(session)
    with place.node.read() as tx:
        names = names_of(tx, place)
        view = meetings.session(tx, place.room, session_id, place.side)
        agenda = meetings.agenda(tx, place.room, session_id, place.side)
        found = instruments(tx, place.room, session_id, place.side)
        rows = review_rows(tx, place, names, session_id)
        reports = meetings.reports(tx, place.room, session_id)
        context: dict[str, Any] = {
            "delegations": [_delegation(tx, place, session_id, side) for side in place.sides],
            "chairs": _chairs(tx, place, view),
            "letters": [_letter(place, one) for one in meetings.letters(tx, place.room, place.side, session_id)],
            "declarations": [
                {
                    "side": side_name(one.side),
                    "title": picked(one.title),
                    "item": one.item,
                    "url": reverse("paper", args=(place.slug, ref(one.id), 0)) if one.papers else "",
                }
                for one in meetings.declarations(tx, place.room, session_id)
            ],
            "may": {
                name: place.may(right, tx, view.content.body)
                for name, right in (
                    ("letter", "letter.state"),
                    ("received", "received.enter"),
                    ("protocol", "protocol.open"),
                    ("declaration", "declaration.state"),
                )
            },
            "forward": followup.way_forward(tx, place.room, session_id, place.side),
        }
    pages = {
        name: matter.opened(place, names, kind, About(session_id))
        for name, kind in (("dates", "meetings.dates"), ("agenda", "meetings.agenda"), ("itself", "meetings.session"))
    }
    texts = [_panel(place, one) for one in found if place.somewhere("negotiation.view")]
    groups = _groups(names, view)
    title = session_title(view.content, place.side)
    body = names.bodies.get(view.content.body)
    return render(
        request,
        "workspace/session.html",
        {
            **context,
            "title": title,
            "body": names.of(view.content.body),
            "body_url": reverse("body", args=(place.slug, ref(view.content.body))) if body else "",
            "under": _under(place, names, view),
            "crumbs": body_crumbs(place, names, view.content.body),
            "facts": _facts(view, context),
            "specimen_counts": bool(place.node.terms(place.room).get("specimen")),
            "steps": steps(
                view,
                agenda,
                [panel["grid"] for panel in texts],
                found,
                (len({one.body for one in reports} & set(groups)), len(groups)),
                context["forward"],
            ),
            "agenda": matter_parts(pages["agenda"]),
            "dates": matter_parts(pages["dates"]),
            "itself": matter_parts(pages["itself"]),
            "items": agenda.content.items if agenda is not None and agenda.status in STOOD else (),
            "reports": _reports(place, names, groups, reports),
            "rows": rows[:EXCERPT],
            "row_count": len(rows),
            "review_url": reverse("review", args=(place.slug, session)),
            "previous": names.of(view.content.previous) if view.content.previous else "",
            "panels": texts,
            "sides": [side_name(side) for side in place.sides],
            "side_names": side_names(place),
            "own_side": place.side,
            "links": _links(place),
            "proof_url": link("record-room", place.slug),
            "new_text_url": link("protocol-begin", place.slug, session) if context["may"]["protocol"] else "",
            "say": {
                name: reverse("say", args=(place.slug, f"meetings-{name}", session))
                for name in ("letter", "report", "declaration")
                if (context["may"][name] if name != "report" else place.somewhere("report.state"))
            },
            "delegation_url": reverse("delegation", args=(place.slug, session)) if place.somewhere("negotiation.view") else "",
            "received_url": reverse("received-new", args=(place.slug, "meetings-agenda"))
            if place.others and context["may"]["received"]
            else "",
        },
    )


def link(name: str, *args: str) -> str:
    """The address of a page of another part; "" where this node has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _links(place: Place) -> list[tuple[str, str]]:
    found = [
        (_("Press reports"), link("press")),
        (_("Public page"), link("public")),
        (_("What is published"), link("publication-room", place.slug) if place.somewhere("publication.consent") else ""),
        (_("Proof"), link("record-room", place.slug)),
    ]
    return [(words, url) for words, url in found if url]


def matter_parts(page: matter.Open) -> dict[str, Any]:
    """What `parts/positions.html` shows of one matter."""
    read = page.read
    may = page.may
    return {
        "url": page.url,
        "sides": matter.pair(page),
        "acts": matter.acts(page) if may else [],
        "may": may,
        "seen": page.seen,
        "status": READING[read.status] if read is not None else "none",
        "stands": read is not None and read.status in STOOD,
    }


def body_crumbs(place: Place, names: Names, body: str | None) -> list[tuple[str, str]]:
    """The way to a body, itself included: all bodies, the top one, and so on."""
    return [(_("Bodies"), reverse("bodies")), *((names.of(one), reverse("body", args=(place.slug, ref(one)))) for one in names.above(body))]


def _under(place: Place, names: Names, view: SessionView) -> str:
    body = names.bodies.get(view.content.body)
    parent = names.bodies.get(body.content.parent or "") if body else None
    return _("Under %(body)s") % {"body": body_name(parent.content, place.side)} if parent else ""


def _facts(view: SessionView, context: dict[str, Any]) -> list[tuple[str, str]]:
    dates = view.dates.content if view.dates else None
    where = ", ".join(word for word in (picked(dates.venue), picked(dates.place)) if word) if dates else ""
    counts = [f"{side_name(one['side'])} {one['count']}" for one in context["delegations"] if one["count"]]
    return [
        (_("Date"), days(dates.start, dates.end) if dates else _("not proposed yet")),
        (_("Place"), where or _("not proposed yet")),
        (_("Co-chairs"), " · ".join(context["chairs"]) or "–"),
        (_("Delegates"), " · ".join(counts) or _("no lists yet")),
        *([(_("Host"), side_name(view.content.host))] if view.content.host else []),
    ]


def _chairs(tx: Tx, place: Place, view: SessionView) -> list[str]:
    """Each Side's co-chair by office, never by name: the innermost link of the chain as that Side writes it."""
    found = []
    for post in bodies.posts(tx, place.room, place.side, view.content.body):
        if post.kind != "co-chair":
            continue
        holder = post.on(view.start or place.today)
        office = next(iter(holder.office.get(_nearest(holder.office), ())), "") if holder is not None else ""
        found.append(f"{office or picked(post.titles)} ({post.side})")
    return found


def _nearest(office: dict[str, list[str]]) -> str:
    return next((tag for tag in (page_language(), "en", *office) if tag in office), "")


def _delegation(tx: Tx, place: Place, session: str, side: str) -> dict[str, Any]:
    view = meetings.delegation(tx, place.room, session, side)
    return {
        "side": side,
        "name": side_name(side),
        "count": len(view.members),
        "kinds": [(code(kind, "kind"), number) for kind, number in sorted(view.counts.items(), key=lambda one: -one[1])],
        "frozen": bool(view.frozen),
        "account": bool(view.account),
        "members": [
            {
                "order": one.order,
                "name": person_name(place, one.person),
                "role": code(one.role),
                "kind": code(one.kind, "delegate"),
                "late": one.late,
            }
            for one in view.members
        ]
        if place.somewhere("negotiation.view")
        else [],
    }


def _letter(place: Place, one: meetings.LetterView) -> dict[str, Any]:
    return {
        "sender": side_name(one.sender),
        "number": one.number or "–",
        "dated": one.dated,
        "about": picked(one.about) or _("as received"),
        "how": one.how,
        "url": reverse("paper", args=(place.slug, ref(one.id), 0)) if one.paper else "",
    }


def _groups(names: Names, view: SessionView) -> list[str]:
    return [body for body, one in names.bodies.items() if one.content.parent == view.content.body]


def _reports(place: Place, names: Names, groups: list[str], found: list[meetings.ReportView]) -> list[dict[str, Any]]:
    by = {one.body: one for one in found}
    rows = []
    for body in dict.fromkeys([*groups, *by]):
        one = by.get(body)
        cells = [
            {
                "side": side_name(side),
                "filed": one is not None and side in one.by,
                "account": one is not None and side in one.accounts,
                "url": reverse("paper", args=(place.slug, ref(one.entries[side]), 0)) if one is not None and side in one.entries else "",
            }
            for side in place.sides
        ]
        rows.append({"name": names.of(body), "joint": one is not None and one.joint, "cells": cells})
    return rows


def _panel(place: Place, one: InstrumentView) -> dict[str, Any]:
    """What the panel says of one instrument: how far its text is, and whose move it is where."""
    try:
        shown: Grid | None = grid(place.node, place.room, one.id)
    except CochairError:  # its working papers are destroyed, or have not arrived
        shown = None
    found: dict[str, Any] = {
        "id": one.id,
        "grid": shown,
        "title": code(one.content.kind),
        "sealed": one.sealed,
        "status": READING[one.status],
    }
    found["url"], found["originals_url"] = link("protocol", place.slug, ref(one.id)), link("originals", place.slug, ref(one.id))
    found["signing_url"] = link("signing", place.slug, ref(one.id))
    if shown is None:
        return found
    moves = {who: [row.no for row in shown.rows if any(cell.move == who for cell in row.cells.values())] for who in ("us", "them")}
    found["ours"], found["theirs"] = moves["us"], moves["them"]
    found["places"] = {
        who: "¶\u00a0" + ", ".join(no for no in numbers[:4] if no) + ("…" if len(numbers) > 4 else "") if any(numbers) else ""
        for who, numbers in moves.items()
    }
    found["own_name"], found["other_name"] = side_name(place.side), ", ".join(side_name(side) for side in place.others)
    found["next"] = next((no for no in moves["us"] if no), "")
    found["missing"] = _missing(shown)
    return found


def _missing(shown: Grid) -> str:
    meter, parts = shown.meter, []
    if meter.brackets:
        parts.append(ngettext("%(count)s in brackets", "%(count)s in brackets", meter.brackets) % {"count": meter.brackets})
    if meter.awaiting:
        parts.append(
            ngettext("%(count)s text not yet entered", "%(count)s texts not yet entered", meter.awaiting) % {"count": meter.awaiting}
        )
    if meter.unmarked:
        parts.append(
            ngettext("%(count)s concordance mark missing", "%(count)s concordance marks missing", meter.unmarked)
            % {"count": meter.unmarked}
        )
    return ", ".join(parts)
