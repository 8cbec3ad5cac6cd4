"""Who holds a post of our Side: a new holder with his office as a chain, and the end of one who leaves. A post outlives its holders; nothing is overwritten."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.accounts.shown import language_name
from cochair.bodies import operations
from cochair.bodies import queries as bodies
from cochair.bodies.contents import Holder, Person
from cochair.kit.errors import CochairError, NotFound
from cochair.workspace.addresses import entry, ref
from cochair.workspace.desk import told
from cochair.workspace.names import names_of, person_name
from cochair.workspace.place import enter
from cochair.workspace.structured import OFFERED, DayField, Line
from cochair.workspace.words import code, picked

TEMPLATE = "workspace/holder.html"
LINKS = 8
"""Links of an office at most: post, department, ministry, and what stands above."""


def _day() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "govuk-input--width-10"})


class HolderForm(forms.Form):
    """A person and an office. The office is written innermost first, a link a line."""

    def __init__(self, **given: Any) -> None:
        """The languages are those in which the pages ask for names."""
        super().__init__(prefix="holder", **given)
        for tag in OFFERED:
            words = language_name(tag)
            self.fields[f"name-{tag}"] = Line(label=f"{pgettext('of a person', 'Name')}, {words}", max_length=300, required=False)
            self.fields[f"honorific-{tag}"] = Line(label=f"{_('Honorific')}, {words}", max_length=300, required=False)
            self.fields[f"office-{tag}"] = Line(
                label=f"{_('Office')}, {words}",
                max_length=2400,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("One link of the chain a line, the nearest first: post, department, ministry"),
            )
        self.fields["since"] = DayField(
            label=pgettext("a day", "From"), required=False, help_text=_("For example 2026-02-28"), widget=_day()
        )
        self.fields["until"] = DayField(
            label=pgettext("a day", "Until"), required=False, help_text=_("For example 2026-02-28"), widget=_day()
        )

    def clean(self) -> dict[str, Any]:
        """A name in one language at least, and links that fit."""
        found = super().clean() or {}
        if not any(found.get(f"name-{tag}") or self.has_error(f"name-{tag}") for tag in OFFERED):
            self.add_error(f"name-{OFFERED[0]}", _("Write the name in at least one language."))
        for tag in OFFERED:
            links = self.links(tag)
            if len(links) > LINKS or any(len(link) > 300 for link in links):
                self.add_error(f"office-{tag}", _("At most 8 lines of at most 300 characters."))
        return found

    def links(self, tag: str) -> tuple[str, ...]:
        """The office in one language."""
        return tuple(link for line in (self.cleaned_data.get(f"office-{tag}") or "").splitlines() if (link := " ".join(line.split())))

    def person(self) -> Person:
        """What is to be known of the person."""
        said = {
            field: {tag: " ".join(self.cleaned_data[f"{field}-{tag}"].split()) for tag in OFFERED if self.cleaned_data[f"{field}-{tag}"]}
            for field in ("name", "honorific")
        }
        return Person(said["name"], said["honorific"])


class EndForm(forms.Form):
    """Who leaves, and after which day."""

    holder = forms.ChoiceField(label=gettext_lazy("Who leaves"))
    until = DayField(label=gettext_lazy("Last day"), help_text=gettext_lazy("For example 2026-02-28"), widget=_day())

    def __init__(self, holders: list[tuple[str, str]], **given: Any) -> None:
        """``holders``: those of the post who have no last day."""
        super().__init__(prefix="end", **given)
        self.fields["holder"].choices = holders  # type: ignore[attr-defined]


@needs("matter.view")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, room: str, post: str) -> HttpResponse:
    """Name a holder, or say that one leaves."""
    place, post_id = enter(request, room), entry(post)
    with place.node.read() as tx:
        names = names_of(tx, place)
        found = next((one for one in bodies.posts(tx, place.room, place.side) if one.id == post_id and one.side == place.side), None)
        if found is None or found.account:
            raise NotFound("Your Side has no such post", "Open the body and choose a post of your Side")
        who = place.actor(tx, found.body)
    rights.require(who, "post.state")
    there = [(ref(one.id), person_name(place, one.person)) for one in found.holders if not one.until]
    act = request.POST.get("act", "")
    form = HolderForm(**({"data": request.POST} if act == "name" else {}))
    end = EndForm(there, **({"data": request.POST} if act == "end" else {}))
    back = reverse("body", args=(room, ref(found.body)))
    title = picked(found.titles) or code(found.kind)
    context = {
        "title": _("Holder of a post"),
        "caption": title,
        "crumbs": [(_("Bodies"), reverse("bodies")), (names.of(found.body), back)],
        "form": form,
        "end": end,
        "there": there,
    }
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    bound = end if act == "end" else form
    try:
        if bound.is_valid():
            if bound is end:
                operations.end_holder(place.node, place.room, who, entry(end.cleaned_data["holder"]), end.cleaned_data["until"])
            else:
                paper = operations.put_person(place.node, place.room, who, form.person())
                office = {tag: links for tag in OFFERED if (links := form.links(tag))}
                data = form.cleaned_data
                content = Holder(post=post_id, person=paper, office=office, since=data["since"] or None, until=data["until"] or None)
                operations.name_holder(place.node, place.room, who, content)
            messages.success(request, _("It is in the record. The other Side sees it after the next exchange."))
            return HttpResponseRedirect(back)
    except CochairError as error:
        bound.add_error(None, told(error))
    return refused(request, TEMPLATE, context)
