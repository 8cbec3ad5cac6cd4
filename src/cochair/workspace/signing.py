"""Signing: what is missing, the manifest of the next act, the two ways (ink and keys), who has signed what, and what follows.

A personal key never comes here: the page gives a request file and takes the response. A scan is attested by a person of each Side. What a seal is worth is
decided by the record; the page says it in plain words. Every form that carries a file or typed words comes back with its error at the field.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.accounts.shown import day
from cochair.bodies import queries as bodies
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.meetings import queries as meetings
from cochair.paper.model import field_name
from cochair.protocol import gather, mandates, prepare, seals
from cochair.protocol import manifest as m
from cochair.protocol.originals import instrument_data
from cochair.protocol.queries import grid
from cochair.protocol.seals import SealView
from cochair.workspace.act_words import ActWords, act_words, words_of
from cochair.workspace.acts import Act, held, present
from cochair.workspace.addresses import entry, ref
from cochair.workspace.checklist import points
from cochair.workspace.desk import Desk, frame, language_title, open_desk, told
from cochair.workspace.originals import attachment
from cochair.workspace.place import side_name
from cochair.workspace.said import reason_words, why_words
from cochair.workspace.sheets import originals_of
from cochair.workspace.signing_forms import CheckForm, MandateForm, PrepareForm, RefuseForm, ResponseForm, ScanForm
from cochair.workspace.uploads import SCAN_TYPES, check_scan, kind_of
from cochair.workspace.words import picked

STANDING = ("counts", "awaiting")
RIGHTS = ("manifest.prepare", "mandate.file", "seal.file", "seal.attest", "seal.revoke", "seal.find", "protocol.propose")


@needs("negotiation.view")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The signing page; what is done here comes back to it."""
    desk = open_desk(request, slug, text)
    act = present(desk)
    forms_ = _forms(desk, act)
    if request.method == "POST":
        done = request.POST.get("do", "")
        if done in forms_:
            forms_[done] = bound = _forms(desk, act, request)[done]
            answer = _typed(request, desk, act, done, bound) if bound.is_valid() else None
            if answer is not None:
                return answer
            if bound.errors:
                return refused(request, "workspace/signing.html", _context(desk, act, forms_) | {"bad": bound})
            return render(request, "workspace/signing.html", _context(desk, act, forms_) | {"checked": bound.result})
        _clicked(request, desk, done)
        return HttpResponseRedirect(desk.url("signing"))
    return render(request, "workspace/signing.html", _context(desk, act, forms_))


def _forms(desk: Desk, act: Act, request: HttpRequest | None = None) -> dict[str, Any]:
    """Every form of the page by what it does; bound to what was sent, if a request is given."""
    sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request else {}
    with desk.place.node.read() as tx:
        found = bodies.posts(tx, desk.place.room, desk.place.side, desk.body) if desk.body else []
    posts = [(one.id, picked(one.titles) or one.kind) for one in found if one.side == desk.place.side]
    holders = [part.holder for part in act.manifest.originals] if act.manifest else []
    holders.sort(key=lambda side: side != desk.place.side)
    heads = ",".join(f"{side}:{size}" for side, size in sorted(gather.heads(desk.place.node, desk.place.room).items()))
    return {
        "prepare": PrepareForm(act, **sent, auto_id="p_%s"),
        "mandate": MandateForm(posts, **sent, auto_id="m_%s", initial={"since": desk.place.today}),
        "response": ResponseForm(**sent, auto_id="r_%s"),
        "attest": ScanForm(words_of(act.kind), _name_of(_their_scan(desk, act)), **sent, auto_id="s_%s", initial={"heads": heads}),
        "check": CheckForm(holders, **sent, auto_id="c_%s"),
        "refuse": RefuseForm(**sent, auto_id="f_%s"),
    }


def _their_scan(desk: Desk, act: Act) -> SealView | None:
    """The other Side's standing seal whose scan is held here, so that our Side can attest the same paper."""
    for one in act.slot.seals:
        if one.side != desk.place.side and one.how == "scan" and one.state in STANDING and one.manifest == act.digest:
            paper = seals.find(desk.place.node, desk.place.room, one.id).paper
            if desk.place.node.papers.has(desk.place.room, paper):
                return one
    return None


def _name_of(seal: SealView | None) -> str:
    return side_name(seal.side) if seal else ""


def _typed(request: HttpRequest, desk: Desk, act: Act, done: str, form: Any) -> HttpResponse | None:
    """What a form with fields does -> where to go; None with errors at the fields (or with ``form.result`` to be shown)."""
    node, room, who = desk.place.node, desk.place.room, desk.who
    said = form.cleaned_data
    try:
        match done:
            case "prepare":
                prepare.prepare(node, room, who, desk.id, said["kind"])
                words = _("The manifest is prepared, with both originals. Look at them before you go on.")
            case "mandate":
                rights.require(who, "mandate.file")
                until = said["until"].isoformat() if said["until"] else None
                public = "".join(said["public"].split()).lower()
                mandates.file_mandate(
                    node,
                    room,
                    who,
                    post=said["post"],
                    body=desk.body,
                    public=public,
                    suite=said["suite"],
                    since=said["since"].isoformat(),
                    until=until,
                )
                words = _("The key is registered for the post.")
            case "response":
                seals.file_seal(node, room, who, said["response"].read())
                words = words_of(act.kind).filed
            case "attest":
                scan, problem = _scan(desk, act, said)
                if problem:
                    form.add_error("scan", problem)
                    return None
                seals.attest_scan(node, room, who, _digest(act), scan, _heads(said["heads"]))
                words = words_of(act.kind).standing
            case "refuse":
                seals.refuse_seal(node, room, who, entry(request.POST.get("seal", "")), said["reason"])
                words = _("Filed: your Side does not find it valid. This is final; the other Side may file anew.")
            case _:
                form.result = _checked(act, said["holder"], said["file"].read())
                return None
    except CochairError as error:
        field = {"response": "response", "attest": "scan", "mandate": "public"}.get(done)
        for line in told(error).split("; "):
            form.add_error(field, line)
        return None
    messages.success(request, words)
    return HttpResponseRedirect(desk.url("signing"))


def _scan(desk: Desk, act: Act, said: Mapping[str, Any]) -> tuple[bytes, str]:
    """The file to be attested, and what speaks against it ("" if nothing does)."""
    if not said.get("scan") and (theirs := _their_scan(desk, act)):
        return desk.place.node.paper(desk.place.room, seals.find(desk.place.node, desk.place.room, theirs.id).paper), ""
    data = said["scan"].read()
    made = originals_of(desk.place.node, desk.place.room, _digest(act)).values()
    return data, check_scan(data, [one.data for one in made], max(one.pages for one in made))


def _clicked(request: HttpRequest, desk: Desk, done: str) -> None:
    """Buttons without fields."""
    node, room, who = desk.place.node, desk.place.room, desk.who
    seal = entry(request.POST.get("seal", "")) if done in ("confirm", "revoke") else ""
    match done:
        case "confirm":
            seals.confirm_scan(node, room, who, seal)
            words = _("Filed: your Side has seen the scan and finds it good.")
        case "revoke":
            seals.revoke_seal(node, room, who, seal)
            words = _("Taken back, as far as the other Side has not done the same yet.")
        case "keys":
            rights.require(who, "seal.find")
            found = seals.check_seals(node, room)
            valid = sum(one.result == "valid" for _seal, one in found)
            words = _("Checked: %(count)d found valid.") % {"count": valid}
        case _:
            raise Rejected("This page has no such button", "Open the signing page again")
    messages.success(request, words)


def _digest(act: Act) -> str:
    if not act.digest:
        raise Conflict("Nothing is prepared for signing yet", "Prepare the manifest first")
    return act.digest


def _heads(text: str) -> dict[str, int]:
    """The heads that the person had before him, as the page wrote them."""
    found: dict[str, int] = {}
    for part in text.split(","):
        side, _colon, size = part.partition(":")
        if not side.isalnum() or not size.isdecimal() or len(size) > 15:
            raise Rejected("The form is damaged", "Open the signing page again")
        found[side] = int(size)
    return found


def _checked(act: Act, holder: str, data: bytes) -> dict[str, Any]:
    """A signed PDF against the manifest, in plain words."""
    from cochair.paper.check import check_limited

    if act.manifest is None:
        raise Conflict("Nothing is prepared for signing yet", "Prepare the manifest first")
    part = next(one for one in act.manifest.originals if one.holder == holder)
    fields = {field_name(one.side): one.side for one in act.manifest.signatories}
    answer = check_limited(data, length=part.length, digest=part.sha256, fields=list(fields))
    signers = [(side_name(fields.get(one.field, one.field)), one.signer.subject, one.claimed_at) for one in answer.signatures]
    missing = [side_name(side) for field, side in fields.items() if field not in {one.field for one in answer.signatures}]
    words = reason_words(str(answer.reason)) if answer.reason else ""
    return {"good": answer.good, "words": words, "signers": signers, "missing": missing, "holder": side_name(holder)}


def _context(desk: Desk, act: Act, forms_: Mapping[str, Any]) -> dict[str, Any]:
    words = act_words()
    first = not act.done
    todo = points(desk) if first and act.manifest is None else []
    with desk.place.node.read() as tx:
        keys = mandates.mandates(tx, desk.place.room, desk.place.side)
        found = bodies.posts(tx, desk.place.room, desk.place.side, desk.body) if desk.body else []
    titles = {one.id: picked(one.titles) or one.kind for one in found}
    views = [_seal(one, desk, titles, words_of(act.kind)) for one in act.slot.seals]
    standing = {one["side"]: one for one in views if one["state"] in STANDING}
    sides = act.manifest.parties if act.manifest else desk.place.sides
    order = sorted(sides, key=lambda side: (side != desk.place.side, side))
    return frame(desk, "signing") | {
        "act": act,
        "act_name": words[act.kind],
        "words": words_of(act.kind),
        "turn": _turn(desk),
        "met": _met(desk, act),
        "steps": _steps(act, words),
        "points": todo,
        "ready": all(one.done for one in todo),
        "missing": sum(not one.done for one in todo),
        "forms": forms_,
        "may": desk.may(*RIGHTS),
        "parties": [{"name": side_name(side), "own": side == desk.place.side, "seal": standing.get(side)} for side in order],
        "columns_of": [
            {"name": side_name(part.holder), "languages": ", ".join(language_title(lang) for lang in part.languages)}
            for part in sorted(act.manifest.originals if act.manifest else (), key=lambda part: part.holder != desk.place.side)
        ],
        "seals": views,
        "past": [_past(desk, one.slot, titles) for one in reversed(act.done)],
        "ours": next((one for one in views if one["own"] and one["state"] in STANDING), None),
        "to_confirm": [one for one in views if not one["own"] and one["state"] == "awaiting" and not one["found"]],
        "mandates": [
            (ref(one.id), f"{titles.get(one.post, one.post)}, {one.suite}, {_since(one)}") for one in keys if mandates.usable(keys, one)
        ],
        "moved": _moved(desk, act),
        "last": words[act.done[-1].slot.kind] if act.done else "",
        "proof_url": desk.url("signing-proof") if act.digest or act.done else "",
    }


def _past(desk: Desk, slot: m.Slot, titles: Mapping[str, str]) -> dict[str, Any]:
    """An act that is complete: what it is called, and every seal that was filed in it."""
    said = words_of(slot.kind)
    found = seals.slot_status(desk.place.node, desk.place.room, slot.kind, desk.id, slot.step).seals
    return {"name": said.name, "seals": [_seal(one, desk, titles, said) for one in found]}


def _turn(desk: Desk) -> dict[str, Any]:
    """Whose turn it is to prepare, so that it is not done twice: the host's of the session."""
    with desk.place.node.read() as tx:
        try:
            host = meetings.session(tx, desk.place.room, desk.content["session"], desk.place.side).content.host or ""
        except NotFound:  # an instrument of the other Side may name a session that has not arrived
            host = ""
    return {"host": side_name(host) if host else "", "own": host == desk.place.side, "alone": not desk.place.node.peers(desk.place.room)}


def _met(desk: Desk, act: Act) -> str:
    """How what both Sides prepared has met: "theirs" stands here and ours is set aside; of two sealed ones we "yield", or they do ("stand"); else ""."""
    own = desk.place.side
    sealed = {one.side: one.manifest for one in act.slot.seals if one.state in STANDING}
    if own in sealed and len(set(sealed.values())) > 1:
        return "stand" if sealed[own] == min(sealed.values()) else "yield"
    if sealed and own not in sealed and any(digest != act.digest and made.slot == act.slot.slot for digest, made in held(desk).items()):
        return "theirs"
    return ""


def _moved(desk: Desk, act: Act) -> bool:
    """Whether the text says something else by now than the manifest that was prepared for adoption."""
    if act.manifest is None or act.kind != "adopt" or act.slot.seals:
        return False
    view = grid(desk.place.node, desk.place.room, desk.id)
    now = [{lang: cell.standing.paper for lang, cell in row.cells.items() if cell.standing and cell.clean} for row in view.rows]
    return now != [each.papers for each in act.manifest.provisions]


def _since(one: mandates.Mandate) -> str:
    return _("from %(day)s") % {"day": day(one.since, "medium")}


def _steps(act: Act, words: Mapping[str, str]) -> list[dict[str, str]]:
    out = [{"name": words[one.slot.kind], "state": "done", "when": "", "note": ""} for one in act.done]
    note = "" if act.manifest is None else _("under way") if act.slot.seals else _("prepared")
    out.append({"name": words[act.kind], "state": "now", "when": "", "note": note})
    if act.kind == "adopt":
        out.append({"name": words["sign"], "state": "", "when": "", "note": ""})
    return out


def _seal(one: SealView, desk: Desk, titles: Mapping[str, str], said: ActWords) -> dict[str, Any]:
    tags = {
        "counts": ("green", said.done),
        "awaiting": ("yellow", _("Filed, not found valid yet")),
        "refused": ("red", _("Found not valid")),
        "taken-back": ("grey", _("Taken back")),
        "not-counted": ("red", _("Not counted")),
    }
    colour, words = tags[one.state]
    others = ", ".join(side_name(side) for side in desk.place.sides if side != one.side)
    paper = seals.find(desk.place.node, desk.place.room, one.id).paper
    with desk.place.node.read() as tx:
        rows = tx.query("SELECT seal FROM j_finding WHERE room = ? AND seal = ? AND side = ?", (desk.place.room, one.id, desk.place.side))
    return {
        "ref": ref(one.id),
        "side": one.side,
        "name": side_name(one.side),
        "own": one.side == desk.place.side,
        "heading": said.theirs % {"side": side_name(one.side)},
        "how": _("by key") if one.how == "key" else _("in ink, scan attested"),
        "scan": one.how == "scan",
        "scan_url": desk.url("signing-scan", ref(one.id))
        if one.how == "scan" and desk.place.node.papers.has(desk.place.room, paper)
        else "",
        "at": one.at,
        "state": one.state,
        "colour": colour,
        "words": words,
        "why": why_words(one.why, side_name(one.side), others) if one.why else "",
        "post": titles.get(one.mandate.post, "") if one.mandate else "",
        "found": bool(rows),
    }


@needs("seal.file")
@require_http_methods(["POST"])
def request_file(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The request for a signature by key, as a file for the signer's own machine."""
    desk = open_desk(request, slug, text, "seal.file")
    data = seals.seal_request(desk.place.node, desk.place.room, desk.who, _digest(present(desk)), entry(request.POST.get("mandate", "")))
    return attachment(data, "application/json", f"request-{slug}-{desk.args[1]}.json")


@needs("negotiation.view")
@require_safe
def package(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The ink way: a cover sheet that says who signs where, and both originals to be printed, in one archive."""
    from cochair.paper.package import render_print_package

    desk = open_desk(request, slug, text)
    act = present(desk)
    if act.manifest is None:
        raise NotFound("Nothing is prepared for signing yet", "Prepare the manifest first")
    made = render_print_package(instrument_data(desk.place.node, desk.place.room, act.manifest))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0-cover.pdf", made.cover.pdf)
        for number, (side, original) in enumerate(sorted(made.originals.items(), key=lambda one: one[0] != desk.place.side), start=1):
            archive.writestr(f"{number}-original-{side}.pdf", original.pdf)
    return attachment(out.getvalue(), "application/zip", f"print-{slug}-{desk.args[1]}.zip")


@needs("negotiation.view")
@require_safe
def scan(request: HttpRequest, slug: str, text: str, seal: str) -> HttpResponse:
    """The scan that a seal attests, as a file."""
    desk = open_desk(request, slug, text)
    found = seals.find(desk.place.node, desk.place.room, entry(seal))
    if found.how != "scan" or found.manifest not in held(desk):
        raise NotFound("There is no scan with this seal", "Open the signing page again")
    if not desk.place.node.papers.has(desk.place.room, found.paper):
        raise NotFound("The scan has not arrived here yet", "Exchange on the page Record, then save it")
    data = desk.place.node.paper(desk.place.room, found.paper)
    kind = kind_of(data)
    return attachment(data, SCAN_TYPES.get(kind, "application/octet-stream"), f"scan-{ref(found.id)}.{kind or 'bin'}")
