"""Both originals side by side under the alternat: pictures of their pages, the same as text, who signs where, and the files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cochair.accounts.access import needs
from cochair.kit.errors import CochairError, NotFound
from cochair.protocol import manifest as m
from cochair.protocol.originals import Original, instrument_data
from cochair.protocol.texts import wording
from cochair.workspace.act_words import act_words
from cochair.workspace.acts import present
from cochair.workspace.desk import Desk, frame, language_title, open_desk, told
from cochair.workspace.place import side_name
from cochair.workspace.rows import Block, shown
from cochair.workspace.sheets import originals_of, picture
from cochair.workspace.words import picked


def chosen(desk: Desk, step: str = "") -> tuple[str, m.Manifest | None, list[tuple[str, str, bool]]]:
    """The manifest whose originals are shown -> (digest, manifest, tabs). ``step``: number of a sealed step, or "" for the act at hand."""
    act = present(desk)
    known: list[tuple[str, str, m.Manifest]] = [(one.slot.kind, one.digest, one.manifest) for one in act.done]
    if act.manifest is not None:
        known.append((act.kind, act.digest, act.manifest))
    if not known:
        return "", None, []
    at = int(step) if step.isdecimal() and int(step) < len(known) else len(known) - 1
    words = act_words()
    tabs = [
        (words[kind] if n < len(act.done) else _("%(act)s, being prepared") % {"act": words[kind]}, f"?step={n}", n == at)
        for n, (kind, _digest, _made) in enumerate(known)
    ]
    return known[at][1], known[at][2], tabs


@needs("negotiation.view")
@require_safe
def page(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The originals of all parties, the reader's own first."""
    desk = open_desk(request, slug, text)
    digest, manifest, steps = chosen(desk, request.GET.get("step", ""))
    context: dict[str, Any] = frame(desk, "originals") | {"steps": steps, "sheets": [], "problem": "", "same": ""}
    if manifest is not None:
        try:
            files = originals_of(desk.place.node, desk.place.room, digest)
            context["sheets"] = sheets(desk, manifest, files, request.GET.get("step", ""))
            context["same"] = _same(manifest, files)
        except CochairError as error:
            context["problem"] = told(error)
    return render(request, "workspace/originals.html", context)


def sheets(desk: Desk, manifest: m.Manifest, files: dict[str, Original], step: str = "") -> list[dict[str, Any]]:
    """What the page shows of each original, the reader's own first."""
    data = instrument_data(desk.place.node, desk.place.room, manifest)
    query = f"?step={step}" if step.isdecimal() else ""
    out = []
    for side in sorted(files, key=lambda one: (one != desk.place.side, one)):
        made = files[side]
        langs = data.language_order(side)
        places = (_("on the left, the place of honour"), _("on the right"), _("below"))
        signers = []
        for place, party in zip(places, data.order(side), strict=False):
            who = next((one for one in data.signatories if one.side == party.side), None)
            signers.append((side_name(party.side), f"{picked(who.posts) if who else _('nobody is named yet')}, {place}"))
        out.append(
            {
                "side": side,
                "name": side_name(side),
                "own": side == desk.place.side,
                "languages": ", ".join(language_title(lang) for lang in langs),
                "pages": [(n, desk.url("original-page", side, str(n)) + query) for n in range(1, made.pages + 1)],
                "count": made.pages,
                "pdf": desk.url("original-pdf", side) + query,
                "signers": signers,
                "texts": _texts(desk, manifest, langs),
                "lang": langs[0],
            }
        )
    return out


def _texts(desk: Desk, manifest: m.Manifest, langs: tuple[str, ...]) -> list[tuple[str, list[tuple[str, Block | None]]]]:
    node, room = desk.place.node, desk.place.room
    return [
        (each.no, [(lang, shown(wording(node, room, each.papers[lang], lang), desk.place.side)) for lang in langs if lang in each.papers])
        for each in manifest.provisions
    ]


def _same(manifest: m.Manifest, files: dict[str, Original]) -> str:
    """Say "yes" if the files are, byte for byte, those that the manifest names; "no" if not; "" where it names none."""
    if not manifest.originals:
        return ""
    named = {part.holder: (part.length, part.sha256) for part in manifest.originals}
    return "yes" if named == {side: (made.part.length, made.part.sha256) for side, made in files.items()} else "no"


def _file(desk: Desk, side: str, step: str) -> Original:
    digest, manifest, _tabs = chosen(desk, step)
    if manifest is None or side not in manifest.parties:
        raise NotFound("There is no such original yet", "It is made when the manifest is prepared, on the signing page")
    return originals_of(desk.place.node, desk.place.room, digest)[side]


@needs("negotiation.view")
@require_safe
def pdf(request: HttpRequest, slug: str, text: str, side: str) -> HttpResponse:
    """One original as a file."""
    desk = open_desk(request, slug, text)
    made = _file(desk, side, request.GET.get("step", ""))
    return attachment(made.data, "application/pdf", f"original-{side}-{desk.place.slug}-{desk.args[1]}.pdf")


@needs("negotiation.view")
@require_safe
def picture_of(request: HttpRequest, slug: str, text: str, side: str, number: int) -> HttpResponse:
    """One page of an original as a picture."""
    desk = open_desk(request, slug, text)
    made = _file(desk, side, request.GET.get("step", ""))
    return HttpResponse(picture(made.data, number), content_type="image/png")


def attachment(data: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved; ``name`` is made of codes alone."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
