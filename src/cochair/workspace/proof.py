"""What stands behind a page, for who wants to check it: digests, entries and heads are in sight here and on the record page alone."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.kit.errors import CochairError, NotFound
from cochair.kit.ids import RECORD, parse_id
from cochair.ledger.entries import decode
from cochair.ledger.merkle import inclusion_proof, leaf_hash, root
from cochair.protocol import manifest as m
from cochair.record import queries
from cochair.workspace.act_words import act_words
from cochair.workspace.acts import present
from cochair.workspace.addresses import entry as entry_of
from cochair.workspace.addresses import ref
from cochair.workspace.desk import Desk, frame, open_desk
from cochair.workspace.place import enter, side_name
from cochair.workspace.said import thing_name, void_words


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


@needs("record.view")
@require_safe
def entry(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One entry with its place in the log and the proof that it stands there."""
    place = enter(request, slug)
    node, room, who = place.node, place.room, place.actor()
    id_ = entry_of(name)
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
        context |= {"kind": "", "at": "", "json": ""}
    else:
        body = json.dumps(found.body, ensure_ascii=False, indent=1, sort_keys=True)
        context |= {"kind": thing_name(found.schema.partition("/")[0]), "at": found.at, "json": body}
    return render(request, "workspace/proof_entry.html", context)


def _note(node: Any, room: str, origin: str) -> str:
    try:
        return str(node.checkpoint(room, origin).decode(errors="replace"))
    except CochairError:
        return ""
