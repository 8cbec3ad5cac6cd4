"""What is published and what could be: for each body, session and protocol that the Sides agree on, our consents beside theirs.

A tick is our Side's consent; public is what every Side ticked. The form says which boxes were ticked when it was drawn, so that saving changes only what this
person changed, and never takes back what a colleague gave meanwhile.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.kit.errors import CochairError, NotFound
from cochair.protocol.history import sealed_texts
from cochair.publication import operations as op
from cochair.publication import queries as public
from cochair.publication.contents import ITEMS_OF, NEEDS
from cochair.publication.words import ITEMS, TELLS
from cochair.record import queries
from cochair.record.queries import MatterState, Tx
from cochair.workspace.addresses import ref
from cochair.workspace.desk import told
from cochair.workspace.names import Names, names_of
from cochair.workspace.place import Place, enter, places, side_name
from cochair.workspace.words import code

TEMPLATE = "workspace/publication.html"


class Thing(NamedTuple):
    """One body, session or instrument that could be published; ``body`` is the one whose seats may do it."""

    id: str
    kind: str
    name: str
    body: str
    sealed: bool


@needs("publication.consent")
@require_safe
def publication(request: HttpRequest) -> HttpResponse:
    """The rooms of this node; of one room its page at once."""
    found = list(places(request))
    if len(found) == 1:
        return HttpResponseRedirect(reverse("publication-room", args=(found[0].slug,)))
    rooms = [(place.slug, reverse("publication-room", args=(place.slug,))) for place in found]
    return render(request, TEMPLATE, {"rooms": rooms})


@needs("publication.consent")
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, room: str) -> HttpResponse:
    """What is published in a room, what we propose, what they propose; saving our part of it."""
    place = enter(request, room)
    things = _things(place)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(place, things))
    try:
        changed = _accept(place, things, request.POST["accept"]) if "accept" in request.POST else _save(place, things, request)
    except CochairError as error:
        ticked = None if "accept" in request.POST else set(request.POST.getlist("item"))
        return refused(request, TEMPLATE, _context(place, things, ticked) | {"error": told(error)})
    if changed:
        text = ngettext("%(count)s consent was written.", "%(count)s consents were written.", changed) % {"count": changed}
        messages.success(request, text)
    else:
        messages.info(request, _("Nothing was changed."))
    return HttpResponseRedirect(request.path)


def _things(place: Place) -> list[Thing]:
    with place.node.read() as tx:
        names = names_of(tx, place)
        found: list[Thing] = []
        for body in names.bodies.values():
            if body.status not in ("agreed", "ad-referendum"):
                continue
            found.append(Thing(body.id, "bodies.body", names.of(body.id), body.id, sealed=False))
            for session in names.sessions.values():
                if session.content.body == body.id and session.status in ("agreed", "ad-referendum"):
                    found.append(Thing(session.id, "meetings.session", names.of(session.id), body.id, sealed=False))
                    found += _instruments(tx, place, names, session.id, body.id)
    return found


def _instruments(tx: Tx, place: Place, names: Names, session: str, body: str) -> Iterable[Thing]:
    for one in queries.matters(tx, place.room, "protocol.instrument"):
        if one.standing == "agreed" and one.content and one.content["session"] == session:
            name = f"{code(one.content['kind'])}, {names.of(session)}"
            yield Thing(one.subject, "protocol.instrument", name, body, sealed=bool(sealed_texts(tx, place.room, one.subject)))


def _context(place: Place, things: list[Thing], ticked: set[str] | None = None) -> dict[str, Any]:
    with place.node.read() as tx:
        given = public.consents(tx, place.room)
        states: dict[str, dict[str, MatterState]] = {}
        for one in queries.matters(tx, place.room, "publication.consent"):
            states.setdefault(one.subject, {})[one.part] = one
    site = public.published(place.node, place.room)
    shown = {one.id for part in (site.bodies, site.sessions, site.protocols) for one in part} if site else set()
    rows = [_row(place, thing, states.get(thing.id, {}), given.get(thing.id, {}), ticked, shown) for thing in things]
    others = [side_name(side) for side in place.others]
    return {
        "rows": rows,
        "others": others,
        "public_url": reverse("public-index", args=(place.slug,)) if site else "",
        "alone": len(place.node.terms(place.room)["sides"]) < 2,
    }


def _row(
    place: Place, thing: Thing, states: dict[str, MatterState], given: dict[str, str | None], ticked: set[str] | None, shown: set[str]
) -> dict[str, Any]:
    items = []
    for item in ITEMS_OF[thing.kind]:
        key = f"{ref(thing.id)}:{item}"
        positions = states[item].positions if item in states else {}
        ours = place.side in positions and positions[place.side].content is not None
        theirs = [side for side, one in positions.items() if side != place.side and one.content is not None]
        items.append(
            {
                "key": key,
                "name": ITEMS[item],
                "tells": TELLS[f"{thing.kind}/{item}"],
                "ours": ours,
                "ticked": ours if ticked is None else key in ticked,
                "closed": item in ("text", "proof") and not thing.sealed and not ours,
                "state": "public"
                if item in given
                else "differs"
                if ours and theirs
                else "awaited"
                if ours
                else "to-answer"
                if theirs
                else "",
                "needs": ITEMS[NEEDS[item]] if item in NEEDS else "",
            }
        )
    return {
        "id": ref(thing.id),
        "kind": thing.kind,
        "name": thing.name,
        "items": items,
        "offered": any(one["state"] in ("to-answer", "differs") for one in items),
        "hidden": "existence" in given and thing.id not in shown,
    }


def _save(place: Place, things: list[Thing], request: HttpRequest) -> int:
    now, was = set(request.POST.getlist("item")), set(request.POST.getlist("was"))
    written = 0
    for thing in things:
        keys = {f"{ref(thing.id)}:{item}": item for item in ITEMS_OF[thing.kind]}
        more, less = {keys[key] for key in now - was if key in keys}, {keys[key] for key in was - now if key in keys}
        if more or less:
            wanted = (op.ours(place.node, place.room, thing.id) | more) - less
            written += len(op.state(place.node, place.room, _actor(place, thing), {thing.id: wanted}))
    return written


def _accept(place: Place, things: list[Thing], short: str) -> int:
    for thing in things:
        if ref(thing.id) == short:
            return len(op.accept(place.node, place.room, _actor(place, thing), thing.id))
    raise NotFound("There is nothing called {short!r} that could be published", "Choose a body, a session or a protocol", short=short[:40])


def _actor(place: Place, thing: Thing) -> Any:
    with place.node.read() as tx:
        return place.actor(tx, thing.body)
