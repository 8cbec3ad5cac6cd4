"""Beginning something new: a body, a session, an area, a project, an action; and what one Side says by itself: reports, leads, posts, letters, statements."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.accounts.rights import Actor
from cochair.bodies import operations as bodies
from cochair.bodies.contents import Post
from cochair.followup import operations as followup
from cochair.followup.contents import ActionReport, Lead
from cochair.kit.errors import CochairError, NotFound
from cochair.meetings import operations as meetings
from cochair.meetings.contents import Declaration, Letter, Report
from cochair.record.node import Node
from cochair.workspace.addresses import entry, matter_url, session_url
from cochair.workspace.desk import told
from cochair.workspace.matters import INTRODUCED, About, body_of, kind_of
from cochair.workspace.names import names_of
from cochair.workspace.place import enter
from cochair.workspace.said import thing_name
from cochair.workspace.structured import ContentForm
from cochair.workspace.words import kind_name

TEMPLATE = "workspace/form.html"


class Said(NamedTuple):
    """One kind of statement. ``about``: among which things its subject is found; ``field`` names it in the content; ``fixed``: what is not asked for."""

    content: type[Any]
    right: str
    write: Callable[[Node, str, Actor, Any], str]
    about: str
    field: str
    fixed: dict[str, Any]


SAID = {
    "followup.report": Said(ActionReport, "report.state", followup.report_action, "actions", "action", {}),
    "followup.lead": Said(Lead, "lead.state", followup.name_lead, "actions", "action", {}),
    "bodies.post": Said(Post, "post.state", bodies.add_post, "bodies", "body", {}),
    "meetings.letter": Said(Letter, "letter.state", meetings.send_letter, "sessions", "session", {"direction": "out", "answers": None}),
    "meetings.report": Said(Report, "report.state", meetings.file_report, "sessions", "session", {}),
    "meetings.declaration": Said(Declaration, "declaration.state", meetings.declare, "sessions", "session", {}),
}
BACK = {
    "actions": ("action", _lazy("Agreed actions"), "actions"),
    "sessions": ("session", _lazy("Sessions"), "sessions"),
    "bodies": ("body", _lazy("Bodies"), "bodies"),
}
"""Where a statement's page leads back to: the page of its subject, and the list that has it."""


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, room: str, kind: str) -> HttpResponse:
    """Propose a new thing of a kind (``meetings-session`` in the address)."""
    place, name = enter(request, room), kind.replace("-", ".", 1)
    if name not in INTRODUCED.values():
        raise NotFound("This cannot be begun here", "Open it from the list it belongs to")
    found = kind_of(name)
    with place.node.read() as tx:
        names, who = names_of(tx, place), place.actor(tx)
    rights.require(who, found.right)
    asked: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    if request.POST.get("act") == "more":
        asked = {"more": request.POST}
    form = ContentForm(found.content, names, **asked)
    context = {
        "title": _("Propose: %(what)s") % {"what": kind_name(name)},
        "form": form,
        "unnamed": not place.others,
        "button": _("Propose"),
        "crumbs": [(_("Home"), reverse("home"))],
    }
    if not form.is_bound:
        return render(request, TEMPLATE, context)
    try:
        content = form.content(lambda data: place.node.put_paper(place.room, data)) if form.is_valid() else None
        if content is not None and found.propose is not None:
            made = found.propose(place.node, place.room, who, About(), content, "agreed")
            messages.success(request, _("Proposed. The other Side sees it after the next exchange."))
            return HttpResponseRedirect(session_url(room, made) if name == "meetings.session" else matter_url(room, name, made))
    except CochairError as error:
        form.add_error(None, told(error))
    return refused(request, TEMPLATE, context)


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, room: str, kind: str, subject: str) -> HttpResponse:
    """Say something of our Side: of an action its report and lead, of a body a post, at a session a letter, a sub-group's report, a statement for the record."""
    place, name, about = enter(request, room), kind.replace("-", ".", 1), entry(subject)
    if name not in SAID:
        raise NotFound("This cannot be said here", "Open the action and choose there")
    said = SAID[name]
    with place.node.read() as tx:
        names = names_of(tx, place)
        who = place.actor(tx, body_of(names, about))
    if about not in getattr(names, said.about):
        raise NotFound("There is no such thing here, or it is not open to you", "Open it from the page that lists it")
    own = said.content is Report and place.somewhere(said.right)  # a lead's seat is on the sub-group that the form names
    if not own:
        rights.require(who, said.right)
    asked: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = ContentForm(said.content, names, fixed={said.field: about, **said.fixed}, **asked)
    if "dated" in form.fields and not form.is_bound:
        form.fields["dated"].initial = place.today
    page, listed, home = BACK[said.about]
    back = reverse(page, args=(room, subject))
    context = {
        "title": thing_name(name),
        "about": names.of(about),
        "form": form,
        "button": _("Send to the record"),
        "crumbs": [(listed, reverse(home)), (names.of(about), back)],
    }
    if not form.is_bound:
        return render(request, TEMPLATE, context)
    try:
        content = form.content(lambda data: place.node.put_paper(place.room, data)) if form.is_valid() else None
        if content is not None:
            if own:
                with place.node.read() as tx:
                    who = place.actor(tx, getattr(content, "body", None))
            said.write(place.node, place.room, who, content)
            messages.success(request, _("It is in the record. The other Side sees it after the next exchange."))
            return HttpResponseRedirect(back)
    except CochairError as error:
        form.add_error(None, told(error))
    return refused(request, TEMPLATE, context)
