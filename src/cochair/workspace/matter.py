"""Any matter of the record: both Sides' positions side by side, accept theirs, propose, withdraw, settle what crossed, and how it came to be.

Every form carries the positions that its reader had before him (``seen``). If anybody has moved since, nothing is written: the page comes back with
the positions as they are now and with what was typed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.accounts.rights import Actor
from cochair.accounts.shown import moment
from cochair.kit.errors import CochairError, Conflict, NotFound
from cochair.kit.ids import RECORD, parse_id
from cochair.kit.redline import redline
from cochair.ledger.entries import decode
from cochair.record import positions
from cochair.record.positions import Reading, reading, same_words
from cochair.record.queries import MatterState
from cochair.record.registry import Content
from cochair.workspace.addresses import entry, matter_url, ref, session_url
from cochair.workspace.describe import describe
from cochair.workspace.desk import told
from cochair.workspace.matters import WITH_PART, About, Kind, body_of, kind_of, state_of
from cochair.workspace.names import Names, names_of
from cochair.workspace.place import Place, enter, side_name, side_names
from cochair.workspace.structured import ContentForm
from cochair.workspace.words import READING, kind_name

LEVELS: tuple[positions.Level, ...] = ("agreed", "ad-referendum", "reserved")
TEMPLATE = "workspace/matter.html"


class Open(NamedTuple):
    """A matter opened by a person: the state that the page shows, and who acts on it."""

    place: Place
    name: str
    kind: Kind
    about: About
    state: MatterState | None
    names: Names
    who: Actor

    @property
    def read(self) -> Reading | None:
        """The matter from the reader's chair; None while nobody names anything."""
        return None if self.state is None else reading(self.state, self.place.side, self.kind.content)

    @property
    def seen(self) -> str:
        """The entries that the page shows: what a form is compared with when it comes back."""
        if self.state is None:
            return ""
        found = [one.id for one in self.state.positions.values()] + [one.id for one in self.state.accounts.values()]
        return " ".join(sorted(found))

    @property
    def may(self) -> bool:
        """Whether the reader may act on it."""
        return rights.may(self.who, self.kind.right)

    @property
    def url(self) -> str:
        """The page itself."""
        return matter_url(self.place.slug, self.name, self.about.subject, self.about.part)


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest, room: str, kind: str, subject: str, part: str = "") -> HttpResponse:
    """One matter; the form says what it wants in ``act``."""
    page = open_matter(request, room, kind, subject, part)
    if request.method != "POST":
        return render(request, TEMPLATE, shown(page))
    rights.require(page.who, page.kind.right)
    act = request.POST.get("act", "")
    if act in {"propose", "more"}:
        return _propose(request, page, more=act == "more")
    done = ACTS.get(act)
    if done is None:
        raise NotFound("This page cannot do that", "Go back and choose one of its buttons")
    try:
        _unmoved(request, page)
        done[0](page)
    except CochairError as error:
        return render(request, TEMPLATE, shown(page, problem=error), status=409 if isinstance(error, Conflict) else 422)
    messages.success(request, done[1]())
    return HttpResponseRedirect(page.url)


def open_matter(request: HttpRequest, room: str, kind: str, subject: str, part: str = "") -> Open:
    """The matter that an address names. Raises NotFound where its subject is nothing of this room."""
    place, found = enter(request, room), kind_of(kind)
    about = About(entry(subject), entry(part) if part else "")
    if bool(part) != (kind in WITH_PART):
        raise NotFound("There is no such matter", "Open it from the page of its session")
    with place.node.read() as tx:
        names = names_of(tx, place)
        state = state_of(tx, place.room, kind, about)
        who = place.actor(tx, body_of(names, about.subject))
    if state is None and (not _known(names, kind, about.subject) or (part and about.part not in names.sessions)):
        raise NotFound("There is no such matter in this room", "Open it from the page of its session or body")
    return Open(place, kind, found, about, state, names, who)


def opened(place: Place, names: Names, kind: str, about: About) -> Open:
    """A matter as a part of another page, whose things are known to be there."""
    with place.node.read() as tx:
        return Open(
            place, kind, kind_of(kind), about, state_of(tx, place.room, kind, about), names, place.actor(tx, body_of(names, about.subject))
        )


def _known(names: Names, kind: str, subject: str) -> bool:
    """Whether this kind may be begun on this subject: what introduces nothing is always about something that is there."""
    lists = {"bodies.rules": names.bodies, "followup.assessment": names.actions, "followup.phrase": names.projects}
    sessions = {"meetings.dates", "meetings.agenda", "followup.way_forward"}
    return subject in (names.sessions if kind in sessions else lists.get(kind, {}))


# -- acting ---------------------------------------------------------------------------------------------------------------------------------


def _accept(page: Open, level: positions.Level = "agreed") -> str:
    return positions.accept(page.place.node, page.place.room, page.name, page.about.subject, page.about.part, level=level)


def _accept_later(page: Open) -> str:
    return _accept(page, "ad-referendum")


def _withdraw(page: Open) -> str:
    return positions.withdraw(page.place.node, page.place.room, page.name, page.about.subject, page.about.part)


def _settle(page: Open) -> str:
    return positions.settle_crossed(page.place.node, page.place.room, page.name, page.about.subject, page.about.part)


ACTS: dict[str, tuple[Callable[[Open], str], Callable[[], str]]] = {
    "accept": (_accept, lambda: _("Accepted: both Sides name the same.")),
    "accept-ad-referendum": (_accept_later, lambda: _("Accepted ad referendum: your capital has still to confirm.")),
    "withdraw": (_withdraw, lambda: _("Your Side's proposal is withdrawn.")),
    "settle": (_settle, lambda: _("Settled: both Sides name the same.")),
}


def _unmoved(request: HttpRequest, page: Open) -> None:
    """Raise Conflict if a position was written since the page of this form was drawn."""
    if request.POST.get("seen", "") != page.seen:
        raise Conflict(_("The positions have changed since you opened this page"), _("Compare them below, then act again"))


def _propose(request: HttpRequest, page: Open, *, more: bool) -> HttpResponse:
    if page.kind.propose is None:
        raise NotFound("This is proposed on a page of its own", "Open the session")
    if more:
        return render(
            request, TEMPLATE, shown(page, form=ContentForm(page.kind.content, page.names, _begin(page), more=request.POST), asked=True)
        )
    form = ContentForm(page.kind.content, page.names, _begin(page), data=request.POST, files=request.FILES)
    level: positions.Level = next((one for one in LEVELS if one == request.POST.get("level")), "agreed")
    try:
        _unmoved(request, page)
        content = form.content(lambda data: page.place.node.put_paper(page.place.room, data)) if form.is_valid() else None
        if content is not None:
            page.kind.propose(page.place.node, page.place.room, page.who, page.about, content, level)
            messages.success(request, _("Proposed. The other Side sees it after the next exchange."))
            return HttpResponseRedirect(page.url)
    except Conflict as error:
        return render(request, TEMPLATE, shown(page, form=form, problem=error, asked=True), status=409)
    except CochairError as error:
        form.add_error(None, told(error))
    return refused(request, TEMPLATE, shown(page, form=form, asked=True))


def _begin(page: Open) -> Content | None:
    """What a new proposal begins with: what stands, else ours, else theirs."""
    read = page.read
    return None if read is None else read.content


# -- showing --------------------------------------------------------------------------------------------------------------------------------


def shown(page: Open, *, form: ContentForm | None = None, problem: CochairError | None = None, asked: bool = False) -> dict[str, Any]:
    """Everything the template needs."""
    may, read = page.may, page.read
    if form is None and may and page.kind.propose is not None:
        form = ContentForm(page.kind.content, page.names, _begin(page))
    return {
        "title": kind_name(page.name),
        "about": title_of(page),
        "crumbs": crumbs_of(page),
        "sides": (sides := pair(page)),
        "legend": (side_name(page.place.side), next(one["name"] for one in sides if one["runs"]))
        if any(one["runs"] for one in sides)
        else None,
        "side_names": side_names(page.place),
        "own_side": page.place.side,
        "status": READING[read.status] if read is not None else "none",
        "acts": acts(page) if may else [],
        "form": form,
        "asked": asked or bool(form is not None and read is None),
        "seen": page.seen,
        "problem": problem,
        "history": history(page),
        "crossed": page.state is not None and page.state.crossed,
        "alone": not page.place.node.peers(page.place.room),
        "levels": [
            ("agreed", _("Agreed at working level")),
            ("ad-referendum", _("Ad referendum: our capital has still to confirm")),
            ("reserved", _("With a reservation")),
        ],
        "received_url": reverse("received-new", args=(page.place.slug, page.name.replace(".", "-")))
        if page.place.may("received.enter") and not page.place.node.peers(page.place.room)
        else "",
        "proof_url": reverse("record-entry", args=(page.place.slug, ref(page.about.subject))),
    }


def title_of(page: Open) -> str:
    """What the matter is about."""
    subject = page.names.of(page.about.subject)
    return f"{subject}, {page.names.of(page.about.part)}" if page.about.part else subject


def crumbs_of(page: Open) -> list[tuple[str, str]]:
    """The way back: sessions or bodies, then the thing."""
    slug = page.place.slug
    session = page.about.part or page.about.subject
    if session in page.names.sessions:
        return [(_("Sessions"), reverse("sessions")), (page.names.of(session), session_url(slug, session))]
    body = body_of(page.names, page.about.subject)
    if body is not None:
        return [(_("Bodies"), reverse("bodies")), (page.names.of(body), reverse("body", args=(slug, ref(body))))]
    return [(_("Home"), reverse("home"))]


def pair(page: Open) -> list[dict[str, Any]]:
    """Each Side's position, the reader's first; the other's as a word diff against ours."""
    state, ours = page.state, ""
    found = []
    for side in page.place.sides:
        position = state.positions.get(side) if state else None
        account = state.accounts.get(side) if state and position is None else None
        one = position or account
        words = describe(positions.typed(page.kind.content, one.content, one.schema), page.names) if one and one.content is not None else ""
        own = side == page.place.side
        ours = words if own else ours
        differs = bool(words and ours and words != ours and not own)
        found.append(
            {
                "name": side_name(side),
                "own": own,
                "text": words,
                "runs": redline(ours, words, side) if differs else None,
                "status": _standing(page, side),
                "foot": _foot(one, told=account is not None),
            }
        )
    return found


def _standing(page: Open, side: str) -> str:
    state = page.state
    position = state.positions.get(side) if state else None
    if state is None or (position is None and side not in state.accounts):
        return "none"
    if position is None:
        return "account"
    if position.content is None:
        return "withdrawn"
    if position.level == "reserved":
        return "reserved"
    if state.standing == "agreed":
        return "ad-referendum" if position.level == "ad-referendum" else "agreed"
    return "open"


def _foot(one: Any, *, told: bool) -> str:
    if one is None:
        return ""
    return _("by our account, entered %(when)s") % {"when": moment(one.at)} if told else moment(one.at)


def acts(page: Open) -> list[dict[str, str]]:
    """The buttons that make sense now: (act, words, look)."""
    state, side = page.state, page.place.side
    if state is None:
        return []
    ours = state.positions.get(side)
    theirs = [one for name, one in state.positions.items() if name != side and one.content is not None]
    found = []
    if settles(page):
        return [{"act": "settle", "words": _("Settle on the text that stands"), "look": ""}]
    if theirs and (ours is None or ours.content != theirs[0].content):
        found.append({"act": "accept", "words": _("Accept theirs"), "look": ""})
        found.append({"act": "accept-ad-referendum", "words": _("Accept ad referendum"), "look": "govuk-button--secondary"})
    elif theirs and ours is not None and ours.level == "ad-referendum":
        found.append({"act": "accept", "words": _("Confirm: our capital agrees"), "look": ""})
    if ours is not None and ours.content is not None:
        found.append({"act": "withdraw", "words": _("Withdraw ours"), "look": "govuk-button--warning"})
    return found


def settles(page: Open) -> bool:
    """Whether one click of ours settles crossed acceptances or the same words under two names."""
    return settled_by_us(page.place, page.state)


def settled_by_us(place: Place, state: MatterState | None) -> bool:
    """As `settles`, for a list of matters."""
    if state is None or state.standing == "agreed":
        return False
    held = {side: one for side, one in state.positions.items() if one.content is not None}
    if place.side not in held or len(held) < 2 or not (state.crossed or same_words(place.node, place.room, state)):
        return False
    return min(held, key=lambda side: tuple(parse_id(held[side].id))) != place.side


def history(page: Open) -> list[dict[str, str]]:
    """Every position on this matter that this node holds, the newest first: who, when, and what became of it in one word."""
    found = []
    for side in page.place.sides:
        try:
            origin = page.place.node.origin(page.place.room, RECORD, side)
        except NotFound:
            continue
        for data in page.place.node.entries(page.place.room, origin):
            try:
                one = decode(data)
            except CochairError:  # bytes that are no entry: kept, not counted
                continue
            if one.kind == "position" and _same(page, one.schema, one.body, f"{side}/{RECORD}/{one.seq}"):
                content = one.body.get("content")
                found.append(
                    {
                        "at": one.at,
                        "side": side_name(side),
                        "what": _("withdrew its proposal") if content is None else _("named:"),
                        "text": "" if content is None else _told(page, content, one.schema),
                    }
                )
    return sorted(found, key=lambda one: one["at"], reverse=True)


def _same(page: Open, schema: str, body: dict[str, Any], name: str) -> bool:
    subject = name if body.get("subject") == "self" else body.get("subject")  # an entry that is not counted may lack anything
    return schema.partition("/")[0] == page.name and (subject, body.get("part", "")) == tuple(page.about)


def _told(page: Open, content: Any, schema: str) -> str:
    try:
        return describe(positions.typed(page.kind.content, content, schema), page.names)
    except msgspec.ValidationError:  # another version of the kind
        return ""
