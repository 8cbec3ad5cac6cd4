"""The tree of bodies, and the page of one: names per Side, posts and holders over time, meetings, areas and projects with the life of each phrase."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cochair.accounts.access import needs
from cochair.accounts.shown import day, language_name, page_language
from cochair.bodies import queries as bodies
from cochair.bodies.queries import BodyView, HolderView, PostView
from cochair.followup import queries as followup
from cochair.meetings.queries import SessionView
from cochair.record.queries import Tx
from cochair.workspace.addresses import entry, matter_url, ref, session_url
from cochair.workspace.describe import both
from cochair.workspace.matter import opened
from cochair.workspace.matters import About
from cochair.workspace.names import Names, names_of, person_name
from cochair.workspace.place import Place, enter, places, side_name
from cochair.workspace.session import body_crumbs, days_left, matter_parts
from cochair.workspace.words import READING, body_name, code, picked, session_title


@needs("matter.view")
@require_safe
def bodies_list(request: HttpRequest) -> HttpResponse:
    """All commissions with their working groups and sub-groups."""
    rooms = []
    for place in places(request):
        with place.node.read() as tx:
            tree = bodies.bodies(tx, place.room, place.side)
            may = place.may("body.propose", tx)
        rows = [_line(place, one) for one in tree]
        rooms.append({"rows": rows, "new_url": reverse("begin", args=(place.slug, "bodies-body")) if may else ""})
    return render(request, "workspace/bodies.html", {"rooms": rooms})


def _line(place: Place, one: BodyView) -> dict[str, Any]:
    return {
        "name": body_name(one.content, place.side),
        "kind": code(one.content.kind),
        "code": one.content.code,
        "depth": min(one.depth, 3),
        "url": reverse("body", args=(place.slug, ref(one.id))),
        "status": READING[one.status],
    }


@needs("matter.view")
@require_safe
def body(request: HttpRequest, room: str, body: str) -> HttpResponse:
    """One body."""
    place, body_id = enter(request, room), entry(body)
    with place.node.read() as tx:
        names = names_of(tx, place)
        one = bodies.body(tx, place.room, body_id, place.side)
        own = place.may("post.state", tx, body_id)
        posts = [_post(place, post, may=own) for post in bodies.posts(tx, place.room, place.side, body_id)]
        areas = _areas(tx, place, names, body_id, one)
        may = {
            name: place.may(right, tx, body_id)
            for name, right in (("session", "session.propose"), ("area", "area.propose"), ("body", "body.propose"), ("post", "post.state"))
        }
    meetings = [each for each in names.sessions.values() if each.content.body == body_id]
    coming = [(left, each) for each in meetings if (left := days_left(place, each)) is not None]
    context = {
        "title": body_name(one.content, place.side),
        "kind": code(one.content.kind),
        "status": READING[one.status],
        "crumbs": body_crumbs(place, names, one.content.parent),
        "names": _names(place, one),
        "terms": both(one.content.terms),
        "tree": [_line(place, each) for each in names.bodies.values() if each.content.parent == body_id],
        "reports_to": _reports_to(place, names, one),
        "posts": posts,
        "meetings": [_meeting(place, each) for each in sorted(meetings, key=lambda each: each.start or "9999", reverse=True)],
        "next": _meeting(place, min(coming, key=lambda each: each[0])[1]) if coming else None,
        "areas": areas,
        "columns": [session_title(each.content, place.side) for each in _in_time(meetings)],
        "rules": matter_parts(opened(place, names, "bodies.rules", About(body_id))),
        "matter_url": matter_url(place.slug, "bodies.body", body_id),
        "side_names": {side: side_name(side) for side in place.sides},
        "own_side": place.side,
        "new_session": reverse("begin", args=(room, "meetings-session")) if may["session"] else "",
        "new_area": reverse("begin", args=(room, "followup-area")) if may["area"] else "",
        "new_project": reverse("begin", args=(room, "followup-project")) if may["area"] else "",
        "new_post": reverse("say", args=(room, "bodies-post", body)) if may["post"] else "",
        "new_body": reverse("begin", args=(room, "bodies-body")) if may["body"] else "",
    }
    return render(request, "workspace/body.html", context)


def _names(place: Place, one: BodyView) -> list[dict[str, str]]:
    """Each Side's name in each of its languages, the reader's Side first."""
    order = sorted(one.content.names, key=lambda side: (side != place.side, side))
    return [
        {"side": side_name(side), "lang": lang, "language": language_name(lang), "name": name}
        for side in order
        for lang, name in sorted(one.content.names[side].items())
    ]


def _reports_to(place: Place, names: Names, one: BodyView) -> tuple[str, str] | None:
    above = one.content.reports_to or one.content.parent
    return (names.of(above), reverse("body", args=(place.slug, ref(above)))) if above and above in names.bodies else None


def _post(place: Place, one: PostView, *, may: bool) -> dict[str, Any]:
    present = one.on(place.today)
    return {
        "side": side_name(one.side),
        "title": picked(one.titles) or code(one.kind),
        "kind": code(one.kind),
        "account": bool(one.account),
        "url": reverse("holder", args=(place.slug, ref(one.id))) if may and one.side == place.side and not one.account else "",
        "holders": [
            {
                "name": person_name(place, each.person),
                "office": _office(each),
                "span": _span(each),
                "now": each == present,
                "account": bool(each.account),
            }
            for each in reversed(one.holders)
        ],
    }


def _office(one: HolderView) -> str:
    """The office as a chain, as that Side writes it: the innermost link first."""
    tag = next((tag for tag in (page_language(), "en", *one.office) if tag in one.office), "")
    return ", ".join(one.office.get(tag, ()))


def _span(one: HolderView) -> str:
    since = _("since %(day)s") % {"day": day(one.since, "medium")} if one.since else ""
    until = _("until %(day)s") % {"day": day(one.until, "medium")} if one.until else ""
    return ", ".join(word for word in (since, until) if word)


def _meeting(place: Place, one: SessionView) -> dict[str, Any]:
    return {
        "title": session_title(one.content, place.side),
        "url": session_url(place.slug, one.id),
        "start": one.start,
        "place": picked(one.dates.content.place) if one.dates else "",
        "host": side_name(one.content.host) if one.content.host else "",
        "status": READING[one.status],
        "left": days_left(place, one),
    }


def _in_time(found: list[SessionView]) -> list[SessionView]:
    """As they followed each other, by number; those without a date too."""
    return sorted(found, key=lambda one: (max(one.content.ordinals.values(), default=0), one.start or "9999"))


def _areas(tx: Tx, place: Place, names: Names, body_id: str, one: BodyView) -> list[dict[str, Any]]:
    """The body's areas (of a body at the top: all that name no body), each with its projects and what each session called them."""
    sessions = _in_time([each for each in names.sessions.values() if each.content.body == body_id])
    found = []
    for area in followup.areas(tx, place.room, place.side):
        if area.content.body not in {None, body_id} or (area.content.body is None and one.content.kind == "sub-group"):
            continue
        projects = []
        for project in area.projects:
            life = followup.life_of_phrase(tx, place.room, project.subject, place.side)
            said = {each.session: each for each in life}
            projects.append(
                {
                    "name": picked(project.content.names),
                    "url": matter_url(place.slug, "followup.project", project.subject),
                    "status": READING[project.status],
                    "now": (code(life[-1].stage), code(life[-1].mode)),
                    "cells": [
                        {
                            "session": session_title(each.content, place.side),
                            "stage": code(said[each.id].stage) if each.id in said else "",
                            "mode": code(said[each.id].mode) if each.id in said else "",
                            "wording": picked(said[each.id].wording) if each.id in said else "",
                            "url": matter_url(place.slug, "followup.phrase", project.subject, each.id),
                        }
                        for each in sessions
                    ],
                }
            )
        found.append(
            {
                "name": picked(area.content.names),
                "depth": min(area.depth, 3),
                "url": matter_url(place.slug, "followup.area", area.id),
                "status": READING[area.status],
                "projects": projects,
            }
        )
    return found
