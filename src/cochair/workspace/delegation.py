"""The delegation list of our own Side: shown by precedence, changed one by one or as a table, given out as CSV, workbook and badges; beside it the other Sides' lists.

A table that is brought is looked at first: who would join, change and leave, and what is wrong with which row. The rows then stand in the page itself, so that
nothing lies on the node that nobody has sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.accounts.rights import Actor
from cochair.accounts.shown import page_language
from cochair.bodies import queries as bodies
from cochair.kit.errors import CochairError, NotFound
from cochair.meetings import listing, operations, sheet
from cochair.meetings import queries as meetings
from cochair.meetings.listing import Difference, Seated
from cochair.meetings.sheet import Line
from cochair.paper.badges import Badge, render_badges
from cochair.workspace.addresses import entry, session_url
from cochair.workspace.delegate_form import DelegateForm
from cochair.workspace.desk import told
from cochair.workspace.place import Place, enter, side_name
from cochair.workspace.uploads import Upload
from cochair.workspace.words import code, picked, session_title

TEMPLATE = "workspace/delegation.html"
LANGUAGES = {"IN": ("en", "hi"), "RU": ("ru", "en")}
"""In what languages a Side's delegates are asked for first; every Side else: English. Whatever else a list holds stays."""
MARK = 12
"""So many digits of a paper's name tell the delegates of a list apart in a form."""
FILES = {
    "csv": (sheet.write_csv, "text/csv; charset=utf-8"),
    "xlsx": (sheet.write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class TableForm(forms.Form):
    """A list that somebody filled in elsewhere."""

    table = Upload(label="", limit=sheet.LIMIT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The label is the page's own."""
        super().__init__(*args, **kwargs)
        self.fields["table"].label = _("The list as a workbook or CSV")
        self.fields["table"].help_text = _("At most 2 MB. Begin with the file that is given out here: the same headings are read.")


@dataclass(frozen=True)
class Listed:
    """The page's data: a session's list of our Side, its posts, and who looks at it."""

    place: Place
    session: str
    view: meetings.SessionView
    stands: list[Seated]
    frozen: bool
    posts: Mapping[str, Mapping[str, str]]
    who: Actor

    @property
    def may(self) -> bool:
        """Whether the reader may change the list."""
        return rights.may(self.who, "delegation.state")

    @property
    def languages(self) -> list[str]:
        """The languages of the table."""
        return sheet.languages_of([one.line for one in self.stands], LANGUAGES.get(self.place.side, ("en",)))

    def marked(self, request: HttpRequest) -> Seated | None:
        """The delegate of whom a form speaks."""
        mark = request.POST.get("person", "")
        return next((one for one in self.stands if len(mark) == MARK and one.paper.startswith(mark)), None)

    @property
    def url(self) -> str:
        """The page itself."""
        return reverse("delegation", args=(self.place.slug, self.session.replace("/record/", "-")))


def _open(request: HttpRequest, room: str, session: str) -> Listed:
    place, session_id = enter(request, room), entry(session)
    with place.node.read() as tx:
        view = meetings.session(tx, place.room, session_id, place.side)
        posts = {one.id: one.titles for one in bodies.posts(tx, place.room, place.side) if one.side == place.side}
        frozen = bool(meetings.delegation(tx, place.room, session_id, place.side).frozen)
        who = place.actor(tx, view.content.body)
    rights.require(who, "negotiation.view")
    return Listed(place, session_id, view, listing.seated(place.node, place.room, session_id), frozen, posts, who)


@needs("negotiation.view")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, room: str, session: str) -> HttpResponse:
    """The list; a form adds, changes or takes out one delegate, looks at a table, sends it, or says that the list is final."""
    found = _open(request, room, session)
    if request.method != "POST":
        return render(request, TEMPLATE, _shown(found) | _asked(found, request.GET.get("change", "")))
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound("There is no such act on a delegation list", "Open the page again and choose there")
    rights.require(found.who, "delegation.state")
    return act(request, found)


def _asked(found: Listed, row: str = "") -> dict[str, Any]:
    """The form of one delegate, empty or filled with the one who stands in this row (from 1) of the list."""
    chosen = found.stands[int(row) - 1] if row.isdecimal() and 0 < int(row[:6]) <= len(found.stands) else None
    order = max((one.line.order for one in found.stands), default=0) + 1
    form = DelegateForm(found.languages, found.posts, chosen.line if chosen else None, order=order)
    return {"form": form, "person": chosen.paper[:MARK] if chosen else "", "changes": _name(chosen.line) if chosen else ""}


def _one(request: HttpRequest, found: Listed) -> HttpResponse:
    """Add a delegate, or say something else of one."""
    chosen = found.marked(request)
    form = DelegateForm(found.languages, found.posts, chosen.line if chosen else None, data=request.POST)
    if form.is_valid():
        line = form.line()
        others = [one.line for one in found.stands if one is not chosen]
        try:
            return _taken(found, [*others, line], request)
        except CochairError as error:
            form.add_error(None, told(error))
    asked = {"form": form, "person": chosen.paper[:MARK] if chosen else "", "changes": _name(chosen.line) if chosen else "", "open": True}
    return refused(request, TEMPLATE, _shown(found) | asked)


def _out(request: HttpRequest, found: Listed) -> HttpResponse:
    """Take a delegate out."""
    chosen = found.marked(request)
    left = [one.line for one in found.stands if one is not chosen]
    if chosen is None:
        messages.info(request, _("That person is not on the list any more."))
        return HttpResponseRedirect(found.url)
    try:
        return _taken(found, left, request)
    except CochairError as error:
        return refused(request, TEMPLATE, _shown(found) | _asked(found) | {"error": told(error)})


def _look(request: HttpRequest, found: Listed) -> HttpResponse:
    """Look at a table before anything of it is sent."""
    form = TableForm(files=request.FILES)
    if form.is_valid():
        try:
            data = form.cleaned_data["table"].read()
            read = sheet.read(data, found.posts)
            if not read.wrong:
                return _preview(request, found, read.lines)
            lines = [(one.row, one.heading, told(one.error)) for one in read.wrong]
            return refused(request, TEMPLATE, _shown(found) | _asked(found) | {"table": form, "wrong": lines, "good": len(read.lines)})
        except CochairError as error:
            form.add_error("table", told(error))
    return refused(request, TEMPLATE, _shown(found) | _asked(found) | {"table": form})


def _preview(request: HttpRequest, found: Listed, lines: Sequence[Line]) -> HttpResponse:
    """What the table would change; ``rows`` carries the table itself to the next step."""
    difference = listing.compare(found.stands, lines)
    languages = sheet.languages_of(lines, found.languages)
    context = {
        "title": _("Look before it is sent"),
        "caption": session_title(found.view.content, found.place.side),
        "crumbs": [*_crumbs(found), (_title(found), found.url)],
        "difference": difference,
        "joined": [_row(found, line) for line in difference.joined],
        "left": [_row(found, one.line) for one in difference.left],
        "changed": [{**_row(found, line), "what": _changes(found, one.line, line)} for one, line in difference.changed],
        "same": len(difference.stays) - len(difference.changed),
        "rows": sheet.write_csv(lines, found.posts, languages, "en").decode("utf-8-sig"),
        "seen": _mark(found.stands),
        "heads": sum(line.role == "head" for line in lines),
        "frozen": found.frozen,
        "notified": len(difference.joined) + len(difference.left) + len(difference.changed),
        "back": found.url,
    }
    return render(request, "workspace/delegation_table.html", context)


def _send(request: HttpRequest, found: Listed) -> HttpResponse:
    """Send the table that was looked at; if the list has changed since, look again."""
    read = sheet.read(request.POST.get("rows", "").encode(), found.posts)
    if read.wrong:
        raise CochairError("The table was changed on its way", "Bring the file again")
    if request.POST.get("seen") != _mark(found.stands):
        messages.info(request, _("The list was changed by somebody since you looked. Look again."))
        return _preview(request, found, read.lines)
    return _taken(found, read.lines, request)


def _freeze(request: HttpRequest, found: Listed) -> HttpResponse:
    try:
        operations.freeze_delegation(found.place.node, found.place.room, found.who, found.session)
    except CochairError as error:
        return refused(request, TEMPLATE, _shown(found) | _asked(found) | {"error": told(error)})
    messages.success(request, _("The list is final. From now on each change is notified by itself."))
    return HttpResponseRedirect(found.url)


_ACTS = {"person": _one, "out": _out, "look": _look, "send": _send, "freeze": _freeze}


def _taken(found: Listed, lines: Sequence[Line], request: HttpRequest) -> HttpResponse:
    done: Difference = listing.take(found.place.node, found.place.room, found.who, found.session, lines)
    number = len(done.joined) + len(done.left) + len(done.changed)
    if not number:
        messages.info(request, _("Nothing was changed: the list is the same."))
    elif found.frozen:
        words = ngettext("%(count)s change notified to the other Side.", "%(count)s changes notified to the other Side.", number)
        messages.success(request, words % {"count": number})
    else:
        messages.success(request, _("The list is in the record. The other Side sees it after the next exchange."))
    return HttpResponseRedirect(found.url)


@needs("negotiation.view")
@require_safe
def file(request: HttpRequest, room: str, session: str, kind: str) -> HttpResponse:
    """Our list as a file that can be brought again, or as badges."""
    found = _open(request, room, session)
    lines = [one.line for one in found.stands]
    if kind == "pdf":
        data, mime, name = _badges(found), "application/pdf", "badges"
    elif kind in FILES:
        write, mime = FILES[kind]
        data, name = write(lines, found.posts, found.languages, page_language()), "delegation"
    else:
        raise NotFound("There is no such file", "Choose CSV, workbook or badges on the page of the list")
    head = {"Content-Disposition": f'attachment; filename="{name}-{found.place.side}.{kind}"'}
    return HttpResponse(data, content_type=mime, headers=head)


def _badges(found: Listed) -> bytes:
    lang = page_language()
    badges = tuple(
        Badge(
            side_name(found.place.side),
            tuple((tag, f"{line.person.honorific.get(tag, '')} {name}".strip()) for tag, name in line.person.name.items()),
            ((lang, code(line.role)), *tuple(line.person.organisation.items())[:1]),
        )
        for line in (one.line for one in found.stands if one.line.person.name)
    )
    if not badges:
        raise NotFound("There is nobody on the list to print a badge for", "Give the list first")
    title = session_title(found.view.content, found.place.side)
    on, specimen = found.view.start or found.place.today, bool(found.place.node.terms(found.place.room).get("specimen"))
    return render_badges(badges, title=title, lang=lang, on=on, specimen=specimen)


# -- what is shown --------------------------------------------------------------------------------------------------------------------------


def _shown(found: Listed) -> dict[str, Any]:
    place = found.place
    with place.node.read() as tx:
        others = [(side, meetings.delegation(tx, place.room, found.session, side)) for side in place.others]
    return {
        "title": _title(found),
        "caption": session_title(found.view.content, place.side),
        "crumbs": _crumbs(found),
        "rows": [{**_row(found, one.line), "paper": one.paper, "late": one.late} for one in found.stands],
        "counts": _counts([one.line.kind for one in found.stands]),
        "frozen": found.frozen,
        "may": found.may,
        "url": found.url,
        "files": {
            kind: reverse("delegation-file", args=(place.slug, found.session.replace("/record/", "-"), kind)) for kind in (*FILES, "pdf")
        },
        "table": TableForm(),
        "others": [
            {
                "name": side_name(side),
                "counts": _counts([one.kind for one in view.members]),
                "rows": [_row(found, one.line) for one in listing.seated(place.node, place.room, found.session, side)],
                "frozen": bool(view.frozen),
                "account": bool(view.account),
            }
            for side, view in others
        ],
    }


def _title(found: Listed) -> str:
    return _("Delegation of %(side)s") % {"side": side_name(found.place.side)}


def _crumbs(found: Listed) -> list[tuple[str, str]]:
    return [
        (_("Sessions"), reverse("sessions")),
        (session_title(found.view.content, found.place.side), session_url(found.place.slug, found.session)),
    ]


def _counts(kinds: Sequence[str]) -> list[tuple[str, int]]:
    return [(code(kind, "kind"), kinds.count(kind)) for kind in sheet.KINDS if kind in kinds]


def _row(found: Listed, line: Line) -> dict[str, Any]:
    return {
        "order": line.order,
        "name": _name(line),
        "also": [name for name in line.person.name.values() if name != picked(line.person.name)],
        "organisation": picked(line.person.organisation),
        "role": code(line.role),
        "kind": code(line.kind, "delegate"),
        "post": picked(dict(found.posts.get(line.post or "", {}))),
        "behalf": picked(dict(found.posts.get(line.on_behalf_of or "", {}))),
    }


def _name(line: Line) -> str:
    return f"{picked(line.person.honorific)} {picked(line.person.name)}".strip() or _("name not held here")


def _changes(found: Listed, before: Line, after: Line) -> list[tuple[str, str, str]]:
    """(what, before, after) of each thing that would be said otherwise."""
    one, other = _row(found, before), _row(found, after)
    words = {
        "order": _("No."),
        "name": pgettext("of a person", "Name"),
        "organisation": _("Organisation"),
        "role": _("Role"),
        "kind": _("Kind"),
        "post": _("Post"),
        "behalf": _("On behalf of"),
    }
    told = [(label, str(one[key]) or "–", str(other[key]) or "–") for key, label in words.items() if one[key] != other[key]]
    return told or [(_("Other particulars"), "", "")]


def _mark(stands: Sequence[Seated]) -> str:
    """Which list a person had before him: papers and their places."""
    return " ".join(f"{one.paper[:MARK]}.{one.line.order}.{one.line.role}.{one.line.kind}" for one in stands)
