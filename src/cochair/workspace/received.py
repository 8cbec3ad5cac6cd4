"""What came by letter, as a file or was said at the table: entered as our account; and what the other Side entered of us: confirmed or corrected.

A form is made of the content that the other Side would have written itself, with what came with it: how, from whom, number, date, and the paper.
"""

from typing import Any, NamedTuple

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.followup.contents import ActionReport
from cochair.kit.errors import CochairError, NotFound
from cochair.meetings import queries as meetings
from cochair.meetings import received as accounts
from cochair.meetings.queries import to_confirm
from cochair.record import positions
from cochair.record import queries as record
from cochair.record.fields import papers_named
from cochair.record.queries import ReceivedState
from cochair.record.registry import Content
from cochair.workspace.addresses import entry as entry_of
from cochair.workspace.addresses import matter_url, ref
from cochair.workspace.describe import describe
from cochair.workspace.desk import told
from cochair.workspace.matters import ABOUT, INTRODUCED, KINDS, WITH_PART
from cochair.workspace.names import Names, names_of
from cochair.workspace.place import Place, enter, places, side_name
from cochair.workspace.structured import PAPER_LIMIT, ContentForm, DayField, Line
from cochair.workspace.words import code, kind_name

OFFERED = (
    "meetings.dates",
    "meetings.agenda",
    "followup.report",
    "followup.assessment",
    "meetings.session",
    "bodies.body",
    "followup.action",
    "followup.way_forward",
)
STATEMENTS: dict[str, type[Any]] = {"followup.report": ActionReport}


class Came(forms.Form):
    """What came, apart from what it says."""

    how = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[("letter", gettext_lazy("By letter")), ("word", gettext_lazy("As a file")), ("said", gettext_lazy("Said at the table"))],
    )
    from_side = forms.ChoiceField(label=gettext_lazy("From"))
    number = Line(
        label=gettext_lazy("Number of the letter"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    dated = DayField(
        label=gettext_lazy("Date of the letter"),
        required=False,
        help_text=gettext_lazy("For example 2026-02-28"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    paper = forms.FileField(
        label=gettext_lazy("The paper itself: scan or file"),
        required=False,
        help_text=gettext_lazy("Needed for a letter; choose it again if the page comes back"),
    )
    subject = forms.ChoiceField(label=gettext_lazy("What it is about"))
    part = forms.ChoiceField(label=gettext_lazy("For which session"))

    def __init__(self, place: Place, names: Names, kind: str, **given: Any) -> None:
        super().__init__(prefix="came", **given)
        shown: Any = self.fields
        others = [(side, side_name(side)) for side in place.others]
        shown["from_side"].choices = others
        about = names.choices(ABOUT.get(kind.rpartition(".")[2], "bodies"))
        if kind in STATEMENTS or kind in INTRODUCED.values():
            del shown["subject"]
        else:
            shown["subject"].choices = [("", "–"), *about]
        if kind in WITH_PART:
            shown["part"].choices = [("", "–"), *names.choices("sessions")]
        else:
            del shown["part"]

    def clean_paper(self) -> Any:
        """A paper within the limit of what a page takes."""
        paper = self.cleaned_data.get("paper")
        if paper is not None and paper.size > PAPER_LIMIT:
            raise forms.ValidationError(_("The file is larger than 20 MB"))
        if paper is not None and not paper.size:
            raise forms.ValidationError(_("The file is empty"))
        return paper

    def clean(self) -> dict[str, Any]:
        """A letter comes with its paper."""
        found = super().clean() or {}
        if found.get("how") == "letter" and not found.get("paper") and "paper" not in self.errors:
            self.add_error("paper", _("A letter is entered with its paper: attach the scan or the file"))
        return found


@needs("matter.view")
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """What waits for our answer, and what we entered ourselves."""
    rooms = []
    for place in places(request):
        with place.node.read() as tx:
            names = names_of(tx, place)
            waiting = to_confirm(tx, place.room, place.side)
            ours = [one for one in record.received(tx, place.room) if one.by == place.side and not one.superseded]
        rooms.append(
            {
                "waiting": [_row(place, names, one) for one in waiting],
                "ours": [_row(place, names, one) for one in reversed(ours)],
                "kinds": [(kind_name(name), reverse("received-new", args=(place.slug, name.replace(".", "-")))) for name in OFFERED],
                "may_enter": place.may("received.enter"),
                "may_answer": place.may("received.answer"),
            }
        )
    return render(request, "workspace/received.html", {"rooms": rooms})


def _row(place: Place, names: Names, one: ReceivedState) -> dict[str, Any]:
    name = one.account["schema"].partition("/")[0]
    subject = one.account["subject"]
    words = content_of(one)
    action = getattr(words, "action", "") if subject == "self" else ""
    about = names.of(action) if action else names.of(subject) if subject != "self" else ""
    matter = name in KINDS and one.account["as"] == "position"
    return {
        "what": kind_name(name),
        "about": about,
        "text": describe(words, names),
        "from": side_name(one.source),
        "by": side_name(one.by),
        "how": code(one.how),
        "number": one.number,
        "dated": one.dated,
        "status": {"confirms": "confirmed", "corrects": "corrected"}.get(one.answer, "account"),
        "paper_url": reverse("paper", args=(place.slug, ref(one.id), 0)) if one.paper else "",
        "answer_url": reverse("received-answer", args=(place.slug, ref(one.id))),
        "matter_url": matter_url(place.slug, name, one.id if subject == "self" else subject, one.account.get("part", "")) if matter else "",
    }


def content_of(one: ReceivedState) -> Content | None:
    """What an account says, typed; None where it says that a proposal was withdrawn, or is of a kind that these pages do not show."""
    name = one.account["schema"].partition("/")[0]
    kind = KINDS[name].content if name in KINDS else SHOWN.get(name)
    if kind is None or one.account["content"] is None:
        return None
    try:
        return positions.typed(kind, one.account["content"], one.account["schema"])
    except msgspec.ValidationError:
        return None


def _statements() -> dict[str, type[Any]]:
    from cochair.bodies.contents import Holder, Post
    from cochair.followup.contents import Lead
    from cochair.meetings.contents import Delegation, Letter, Report

    return {
        "followup.report": ActionReport,
        "followup.lead": Lead,
        "meetings.letter": Letter,
        "meetings.report": Report,
        "meetings.delegation": Delegation,
        "bodies.post": Post,
        "bodies.holder": Holder,
    }


SHOWN = _statements()


class Entry(NamedTuple):
    """One form of this page: what came and what it says."""

    came: Came
    said: ContentForm


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_account(request: HttpRequest, room: str, kind: str) -> HttpResponse:
    """Enter what came (``meetings-dates`` in the address says what it is about)."""
    place, name = enter(request, room), kind.replace("-", ".", 1)
    content = STATEMENTS.get(name) or (KINDS[name].content if name in KINDS else None)
    if content is None:
        raise NotFound("This cannot be entered here", "Choose what it is about on the page Received")
    with place.node.read() as tx:
        names, who = names_of(tx, place), place.actor(tx)
    rights.require(who, "received.enter")
    posted = request.method == "POST"
    more = request.POST.get("act") == "more"
    came = Came(
        place, names, name, **({"data": request.POST, "files": request.FILES} if posted and not more else {"initial": _typed(request)})
    )
    said = ContentForm(
        content, names, **({"more": request.POST} if more else {"data": request.POST, "files": request.FILES} if posted else {})
    )
    context = {
        "title": kind_name(name),
        "came": came,
        "form": said,
        "unnamed": not place.others,
        "crumbs": [(_("Received"), reverse("received"))],
    }
    if not posted or more:
        return render(request, "workspace/received_new.html", context)
    if came.is_valid() & said.is_valid():
        try:
            made = _enter(place, who, name, Entry(came, said))
            if made:
                messages.success(
                    request, _("Entered as received. It is our account; the other Side confirms or corrects it when it joins.")
                )
                return HttpResponseRedirect(reverse("received"))
        except CochairError as error:
            said.add_error(None, told(error))
    return refused(request, "workspace/received_new.html", context)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stands in the first part already: what was typed before more rows were asked for, or what a link names."""
    given = request.POST or request.GET
    return {name.removeprefix("came-"): value for name, value in given.items() if name.startswith("came-")}


def _enter(place: Place, who: rights.Actor, name: str, forms_: Entry) -> str:
    content = forms_.said.content(lambda data: place.node.put_paper(place.room, data))
    if content is None:
        return ""
    came = forms_.came.cleaned_data
    if name in STATEMENTS:
        account = accounts.account_of_statement(place.node, name, content)
    else:
        account = accounts.account_of_position(
            place.node, name, content, subject=came.get("subject") or "self", part=came.get("part") or ""
        )
    paper = came["paper"].read() if came.get("paper") else None
    return accounts.enter_received(
        place.node,
        place.room,
        who,
        from_side=came["from_side"],
        account=account,
        how=came["how"],
        paper=paper,
        number=came["number"],
        dated=came["dated"],
    )


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, room: str, entry: str) -> HttpResponse:
    """Confirm or correct one account of our Side; or take back one that we entered."""
    place, found = enter(request, room), entry_of(entry)
    with place.node.read() as tx:
        names, who = names_of(tx, place), place.actor(tx)
        one = next((each for each in record.received(tx, place.room) if each.id == found), None)
        waits = any(each.id == found for each in meetings.to_confirm(tx, place.room, place.side))
    if one is None:
        raise NotFound("There is no such account", "Choose one from the page Received")
    said = content_of(one)
    form = ContentForm(type(said), names, said) if said is not None and waits and not list(papers_named(one.account["content"])) else None
    context: dict[str, Any] = {
        "row": _row(place, names, one),
        "form": form,
        "waits": waits and rights.may(who, "received.answer"),
        "ours": one.by == place.side and not one.superseded and rights.may(who, "received.enter"),
        "crumbs": [(_("Received"), reverse("received"))],
    }
    if request.method != "POST":
        return render(request, "workspace/received_answer.html", context)
    act = request.POST.get("act", "")
    rights.require(who, "received.enter" if act == "take-back" else "received.answer")
    if act in {"correct", "more"} and said is not None:
        context["asked"] = True
        if act == "more":
            return render(
                request, "workspace/received_answer.html", context | {"form": ContentForm(type(said), names, said, more=request.POST)}
            )
        context["form"] = form = ContentForm(type(said), names, said, data=request.POST, files=request.FILES)
    try:
        if _answered(place, who, one, act, form):
            messages.success(request, DONE[act])
            return HttpResponseRedirect(reverse("received"))
    except CochairError as error:
        if form is not None and act == "correct":
            form.add_error(None, told(error))
        else:
            return render(request, "workspace/received_answer.html", context | {"problem": error}, status=422)
    return refused(request, "workspace/received_answer.html", context)


DONE = {
    "confirm": gettext_lazy("Confirmed: it is your Side's own word now."),
    "correct": gettext_lazy("Corrected: your Side's own word stands in its place."),
    "take-back": gettext_lazy("Taken back. It stays readable and no longer feeds anything."),
}


def _answered(place: Place, who: rights.Actor, one: ReceivedState, act: str, form: ContentForm | None) -> bool:
    if act == "confirm":
        accounts.confirm_received(place.node, place.room, who, one.id)
    elif act == "take-back":
        if one.by != place.side:
            raise NotFound("This account is the other Side's", "Confirm or correct it")
        accounts.take_back_received(place.node, place.room, who, one.id)
    elif act == "correct" and form is not None:
        content = form.content(lambda data: place.node.put_paper(place.room, data)) if form.is_valid() else None
        if content is None:
            return False
        accounts.correct_received(place.node, place.room, who, one.id, content=content)
    else:
        raise NotFound("This page cannot do that", "Go back and choose one of its buttons")
    return True
