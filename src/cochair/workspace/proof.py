"""What stands behind a page, for who wants to check it: digests, entries and heads are in sight here and on the record page alone."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.kit.errors import CochairError, NotFound
from cochair.kit.ids import RECORD, parse_id
from cochair.ledger.entries import decode
from cochair.ledger.merkle import inclusion_proof, leaf_hash, root
from cochair.ledger.papers import open_paper, paper_id
from cochair.protocol import manifest as m
from cochair.record import queries
from cochair.record.fields import papers_named
from cochair.record.holding import erased
from cochair.workspace.act_words import act_words
from cochair.workspace.acts import present
from cochair.workspace.addresses import entry as entry_of
from cochair.workspace.addresses import ref
from cochair.workspace.desk import Desk, frame, open_desk, told
from cochair.workspace.place import Place, enter, side_name
from cochair.workspace.said import thing_name, void_words
from cochair.workspace.uploads import STORED_LIMIT, Upload


@needs("negotiation.view")
@require_safe
def manifest(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The manifests of an instrument: digest, cut, seals, originals, and their bytes."""
    desk = open_desk(request, slug, text)
    act = present(desk)
    known = [(one.digest, one.manifest) for one in act.done]
    if act.manifest is not None:
        known.append((act.digest, act.manifest))
    words = act_words()
    shown = []
    for digest, made in reversed(known):
        with desk.place.node.read() as tx:
            state = queries.slot(tx, desk.place.room, made.slot.kind, desk.id, made.slot.step)
        shown.append(
            {
                "name": words[made.slot.kind],
                "digest": digest,
                "agreed": state.agreed == digest,
                "facts": [(side_name(side), size) for side, size in sorted(made.cut.items())],
                "seals": [
                    (side_name(one.side), one.id, _entry_url(slug, one.id), one.paper, _scan_url(desk, one))
                    for one in state.seals
                    if one.manifest == digest
                ],
                "originals": [(side_name(one.holder), one.sha256, one.length, one.renderer) for one in made.originals],
                "json": json.dumps(m.value(made), ensure_ascii=False, indent=1, sort_keys=True),
            }
        )
    if not shown:
        raise NotFound("There is no manifest yet", "Prepare one on the signing page")
    return render(request, "workspace/proof_manifest.html", frame(desk) | {"shown": shown})


def _scan_url(desk: Desk, seal: queries.Seal) -> str:
    return desk.url("signing-scan", ref(seal.id)) if seal.how == "scan" else ""


def _entry_url(slug: str, name: str) -> str:
    from django.urls import reverse

    return reverse("record-entry", args=(slug, ref(name)))


class DiscloseForm(forms.Form):
    """A paper that is given later than the entry that names it."""

    paper = Upload(
        label=gettext_lazy("The paper with its salt"),
        help_text=gettext_lazy(
            "The file that “cochair paper save” wrote, on either Side. It is refused unless it is what the entry names."
        ),
        limit=STORED_LIMIT,
    )


@needs("record.view")
@require_safe
def entry(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One entry with its place in the log and the proof that it stands there."""
    place = enter(request, slug)
    return render(request, "workspace/proof_entry.html", _entry(place, entry_of(name), DiscloseForm()))


@needs("paper.disclose")
@require_POST
def disclose(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Take in a paper that the entry names and this node lacks; which one it is, its bytes say."""
    place, id_ = enter(request, slug), entry_of(name)
    rights.require(place.actor(), "paper.disclose")
    form = DiscloseForm(request.POST, request.FILES)
    context = _entry(place, id_, form)
    if form.is_valid():
        stored = form.cleaned_data["paper"].read()
        try:
            given = paper_id(*open_paper(stored))
            if given not in [one["name"] for one in context["papers"]]:
                form.add_error("paper", _("This is not a paper that the entry names. Compare the file with what the other Side gave."))
            else:
                place.node.disclose(place.room, given, stored)
                messages.success(request, _("The paper was checked against the entry and is held now."))
                return HttpResponseRedirect(reverse("record-entry", args=(slug, name)))
        except CochairError as error:
            form.add_error("paper", told(error))
    return refused(request, "workspace/proof_entry.html", context)


def _papers(place: Place, body: Any) -> list[dict[str, Any]]:
    """Papers that an entry names, each once: held, erased or missing."""
    with place.node.read() as tx:
        gone = erased(tx, place.room)
    return [
        {"name": paper, "held": place.node.papers.has(place.room, paper), "erased": paper in gone}
        for paper in dict.fromkeys(papers_named(body))
        if place.node.papers.structural(place.room, paper) is None
    ]


def _entry(place: Place, id_: str, form: DiscloseForm) -> dict[str, Any]:
    node, room, who = place.node, place.room, place.actor()
    at = parse_id(id_)
    rights.require(who, "record.view" if at.log == RECORD else "negotiation.view")
    origin = node.origin(room, at.log, at.side)
    data = node.entry(room, origin, at.seq)
    size, head = node.heads(room)[origin]
    leaves = [leaf_hash(one) for one in node.entries(room, origin)]
    with node.read() as tx:
        void = {one["id"]: one["reason"] for one in queries.voids(tx, room)}.get(id_, "")
    context: dict[str, Any] = {
        "place": place,
        "id": id_,
        "side": side_name(at.side),
        "void": void_words(void) if void else "",
        "origin": origin,
        "seq": at.seq,
        "size": size,
        "leaf": leaves[at.seq].hex(),
        "root": head.hex(),
        "holds": root(leaves) == head,
        "path": [one.hex() for one in inclusion_proof(leaves, at.seq)],
        "checkpoint": _note(node, room, origin),
        "bytes": data.decode(errors="replace"),
    }
    try:
        found = decode(data)
    except CochairError:
        context |= {"kind": "", "at": "", "json": "", "papers": []}
    else:
        body = json.dumps(found.body, ensure_ascii=False, indent=1, sort_keys=True)
        context |= {"kind": thing_name(found.schema.partition("/")[0]), "at": found.at, "json": body}
        named = (
            {} if found.kind == "seen" else found.body.get("certificate") if found.kind == "key" else found.body
        )  # other digests are no papers
        context["papers"] = _papers(place, named)
    lacks = any(not one["held"] and not one["erased"] for one in context["papers"])
    return context | {
        "form": form if lacks and rights.may(who, "paper.disclose") else None,
        "action": reverse("record-disclose", args=(place.slug, ref(id_))),
    }


def _note(node: Any, room: str, origin: str) -> str:
    try:
        return str(node.checkpoint(room, origin).decode(errors="replace"))
    except CochairError:
        return ""
