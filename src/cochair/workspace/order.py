"""The order of the paragraphs and their printed numbers, as one form: a place, a number and a heading for each. It works without script."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.kit.errors import CochairError
from cochair.protocol import operations as op
from cochair.protocol.contents import OrderRow
from cochair.protocol.queries import Row, grid
from cochair.workspace.addresses import entry, ref
from cochair.workspace.desk import frame, open_desk, told
from cochair.workspace.rows import kinds
from cochair.workspace.text_forms import first_words


class PlaceForm(forms.Form):
    """Where one paragraph stands; without a place it is in no order and will not be printed."""

    place = forms.IntegerField(label=gettext_lazy("Place"), required=False, min_value=1, max_value=9999)
    no = forms.RegexField(
        label=gettext_lazy("Printed number"),
        regex=r"\A[0-9A-Za-z.()IVXLC§-]{0,16}\Z",
        required=False,
        max_length=16,
        error_messages={"invalid": gettext_lazy("Write letters, digits and points, without spaces")},
    )
    under = forms.ChoiceField(label=gettext_lazy("Stands under"), required=False)

    def __init__(self, row: Row, heads: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """``heads``: what a paragraph can stand under."""
        super().__init__(*args, **kwargs)
        self.row, self.name = row, f"{row.no} {first_words(row)}".strip() or kinds()[row.kind]
        own = ref(row.provision)
        self.fields["under"].choices = [("", "–"), *(one for one in heads if one[0] != own)]  # type: ignore[attr-defined]  # a ChoiceField
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}: {self.name}"


@needs("protocol.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Propose the order and the numbers; the other Side then takes it, or proposes its own."""
    desk = open_desk(request, slug, text, "protocol.propose")
    node, room = desk.place.node, desk.place.room
    rows = grid(node, room, desk.id).rows
    heads = [(ref(row.provision), f"{row.no} {first_words(row)}".strip()) for row in rows if row.kind in ("heading", "annex")]
    sent = request.POST if request.method == "POST" else None
    lines = [
        PlaceForm(
            row,
            heads,
            sent,
            prefix=ref(row.provision),
            initial={"place": place if row.placed else None, "no": row.no, "under": ref(row.parent) if row.parent else ""},
        )
        for place, row in enumerate(rows, start=1)
    ]
    context = frame(desk) | {"lines": lines, "problem": ""}
    if sent is not None:
        wrong = [line for line in lines if not line.is_valid()]
        if not wrong:
            try:
                op.propose_order(node, room, desk.who, desk.id, _ordered(lines))
            except CochairError as error:
                context["problem"] = told(error)
            else:
                messages.success(request, _("The order is proposed; the other Side sees it after the next exchange."))
                return HttpResponseRedirect(desk.url("protocol"))
        context["wrong"] = wrong
        return refused(request, "workspace/order.html", context)
    return render(request, "workspace/order.html", context)


def _ordered(lines: list[PlaceForm]) -> list[OrderRow]:
    """The placed paragraphs by place; of two with one place the one that was moved stands first."""
    found = []
    for now, line in enumerate(lines, start=1):
        said = line.cleaned_data
        if said["place"] is not None:
            moved = "place" in line.changed_data
            found.append(
                ((said["place"], not moved, now), OrderRow(line.row.provision, said["no"], entry(said["under"]) if said["under"] else None))
            )
    return [row for _key, row in sorted(found, key=lambda one: one[0])]
