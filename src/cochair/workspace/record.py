"""The record of a room in plain words: whose logs stand where, what was exchanged, what is not counted and why; exchange, bundles, the check of everything.

``stale``, ``discrepancy`` and ``under clarification`` are the pages' words for what is wrong with another Side's log; own work goes on in each case.
The operator sees that the record is sound; working papers are shown to who negotiates.
"""

import heapq
from collections.abc import Mapping
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cochair.accounts import rights
from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.exchange import carry, pull, run
from cochair.kit.errors import CochairError, Conflict, NotFound
from cochair.kit.ids import RECORD, Id, instrument_of, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.entries import decode
from cochair.ledger.notes import parse_vkey, split_note
from cochair.protocol import endings
from cochair.record import faults, queries, renewals, spool
from cochair.record.changes import keys_of
from cochair.record.node import Node
from cochair.record.queries import Tx
from cochair.record.roots import key_print, roots_print
from cochair.record.schemas import needed
from cochair.record.tree import write_tree
from cochair.workspace.addresses import entry, ref
from cochair.workspace.desk import told
from cochair.workspace.names import Names, names_of
from cochair.workspace.place import Place, enter, places, side_name
from cochair.workspace.said import entry_words, fault_words, level_words, reason_words, trouble_words, void_words, what_words
from cochair.workspace.uploads import BUNDLE_LIMIT, Upload
from cochair.workspace.words import code

A_PAGE = 40
ACKNOWLEDGEMENTS = 8  # so many entries at the end of a log are looked at


class BundleForm(forms.Form):
    """A bundle of the other Side."""

    bundle = Upload(
        label=gettext_lazy("Bundle of the other Side"),
        help_text=gettext_lazy("The file that their node wrote, at most 1 GiB"),
        limit=BUNDLE_LIMIT,
    )


@needs("record.view")
@require_safe
def rooms(request: HttpRequest) -> HttpResponse:
    """The records of this node; of a single one its page at once."""
    found = list(places(request))
    if len(found) == 1:
        return redirect("record-room", slug=found[0].slug)
    listed = [(place.slug, ", ".join(side_name(side) for side in place.sides)) for place in found]
    return render(request, "workspace/record_rooms.html", {"rooms": listed})


@needs("record.view")
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The record page."""
    place = _entered(request, slug)
    return render(request, "workspace/record.html", _context(place, BundleForm()))


def _entered(request: HttpRequest, slug: str, right: str = "record.view") -> Place:
    place = enter(request, slug)
    rights.require(place.actor(), right)
    return place


def _context(place: Place, form: BundleForm, **more: Any) -> dict[str, Any]:
    node, room = place.node, place.room
    waits = _waits(node, room)
    troubles = faults.troubles(node, room)
    number = place.request.GET.get("page", "1")
    at = int(number) if number.isdecimal() and 0 < int(number) < 10**6 else 1
    with node.read() as tx:
        names = names_of(tx, place)
        voids = {one["id"]: one["reason"] for one in queries.voids(tx, room)}
        entries, total = _entries(tx, place, voids, at)
        logs = _logs(tx, place, names, waits)
        findings = tx.query("SELECT id, side, seal, valid, reason FROM j_finding WHERE room = ?", (room,))
        filed = queries.notices(tx, room, "fault")
    actor = place.actor()
    return {
        "place": place,
        "logs": logs,
        "keys": _keys(place),
        "last": _last(place),
        "cosigned": _cosigned(place),
        "entries": entries,
        "total": total,
        "number": at,
        "earlier": at + 1 if at * A_PAGE < total else 0,
        "later": at - 1,
        "voids": [_void(place, name, why) for name, why in voids.items() if "/record/" in name or _negotiates(place)],
        "findings": [
            {
                "who": side_name(one["side"]),
                "url": _url(place, one["id"]),
                "valid": bool(one["valid"]),
                "why": reason_words(one["reason"]),
                "of": side_name(one["seal"].split("/")[0]),
            }
            for one in findings
        ],
        "discrepancies": _discrepancies(place, filed),
        "troubles": [_trouble(place, number, one) for number, one in enumerate(troubles)],
        "papers": _papers(place, names) if _negotiates(place) else [],
        "alone": not node.peers(room),
        "form": form,
        "may": {name.replace(".", "_"): rights.may(actor, name) for name in ("exchange.run", "bundle.write", "bundle.read")},
        "proof_url": "",
    } | more


def _negotiates(place: Place) -> bool:
    return place.may("negotiation.view")


def _url(place: Place, name: str) -> str:
    return reverse("record-entry", args=(place.slug, ref(name)))


def _void(place: Place, name: str, why: str) -> dict[str, str]:
    return {"name": name, "who": side_name(name.split("/", maxsplit=1)[0]), "why": void_words(why), "url": _url(place, name)}


def _logs(tx: Tx, place: Place, names: Names, waits: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each log that is held, our own first: how long, how far it is read, how much of it the other Side has said to have seen."""
    node, room = place.node, place.room
    instruments = {one.subject: one for one in queries.matters(tx, room, "protocol.instrument")}
    seen: dict[tuple[str, str], int] = {}
    for table in ("j_head", "w_head"):  # a working log acknowledges heads of the record as well
        for row in tx.query(f"SELECT log, of, size FROM {table} WHERE room = ?", (room,)):  # noqa: S608  # our own names
            key = (row["log"].split("/")[0], row["of"])
            seen[key] = max(seen.get(key, 0), row["size"])
    rows = tx.query("SELECT origin, side, log, size, applied, root, stopped, frozen FROM n_log WHERE room = ?", (room,))
    out = []
    for row in sorted(rows, key=lambda row: (row["side"] != place.side, row["side"], row["log"] != RECORD, row["log"])):
        own = row["side"] == place.side
        readers = [side for side in place.others if own] or ([place.side] if not own else [])
        known = [(side_name(side), _up_to(place, row, seen.get((side, f"{row['side']}/{row['log']}"), 0))) for side in readers]
        out.append(
            {
                "who": side_name(row["side"]),
                "own": own,
                "name": _("Record") if row["log"] == RECORD else _working(names, instruments, row["log"]),
                "size": row["size"],
                "applied": row["applied"],
                "seen": known,
                "root": row["root"],
                "origin": row["origin"],
                **_state(node.halted.get(row["origin"], ""), row["frozen"], row["stopped"], waits.get(row["origin"], "")),
            }
        )
    return out


def _keys(place: Place) -> list[dict[str, Any]]:
    """Whose key stands under which entries of each record, with the fingerprint that people can compare; the root keys that may change it; the node's other keys."""
    node, room = place.node, place.room
    named = {one["side"]: one.get("root_keys") or [] for one in node.terms(room)["sides"]}
    out = []
    for side in sorted({node.side, *node.peers(room)}, key=lambda side: (side != node.side, side)):
        known = keys_of(node, room, node.origin(room, side=side))
        starts = [0, *(one.size for one in known.changes)]
        spans = zip(known.all, starts, [*starts[1:], 0], strict=True)
        roots = named.get(side, [])
        out.append(
            {
                "who": side_name(side),
                "own": side == node.side,
                "keys": [{"first": first + 1, "last": last, "print": key_print(parse_vkey(key)[1].hex())} for key, first, last in spans],
                "roots": roots_print(side, roots) if roots else "",
                **_others(node.named(room, side)),
            }
        )
    return out


def _others(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The keys with which a node countersigns and authenticates working papers, and up to where those before them count."""
    try:
        spans = [(side_name(of), head.size) for one in renewals.ended(entry) for of, head in one.heads.items()]
        return {"others": renewals.keys_print(entry), "ended": spans}
    except CochairError:
        return {"others": "", "ended": []}  # terms that no program of ours would have sealed


def _up_to(place: Place, log: Mapping[str, Any], size: int) -> int:
    """How much of a log was acknowledged; what only acknowledges in its turn is never waited for, so it does not keep the figure below the whole."""
    if 0 < log["size"] - size <= ACKNOWLEDGEMENTS:
        rest = place.node.entries(place.room, log["origin"], size)
        if all(b'"kind":"seen"' in data for data in rest):
            return int(log["size"])
    return size


def _working(names: Names, instruments: Mapping[str, Any], log: str) -> str:
    found = instruments.get(instrument_of(log))
    content = found and (found.content or next((one.content for one in found.positions.values() if one.content), None))
    if not content:
        return _("Working papers")
    return _("Working papers: %(text)s, %(session)s") % {"text": code(content["kind"]), "session": names.of(content["session"])}


def _state(halted: str, frozen: str, stopped: str, waits: str) -> dict[str, str]:
    """A log's state as the pages call it: code of the status, and a sentence."""
    if faults.HELD in (halted, frozen):
        words = _("It waits for a change of its key: two custodians of root keys sign it, then it is written again.")
        return {"status": "awaited", "words": words}
    if halted:
        words = _("An old copy of this log was restored: it is not written until the missing entries are taken back from the other Side.")
        return {"status": "discrepancy", "words": words}
    if frozen == faults.DESTROYED:
        return {"status": "complete", "words": _("Destroyed by both Sides; nothing of it is kept.")}
    if frozen:
        words = _(
            "Two heads of this log contradict each other. It stands at the last good one, both are kept as proof, and your own work goes on."
        )
        return {"status": "discrepancy", "words": words}
    if stopped:
        words = _(
            "All Sides adopted something that this program does not know: it is read up to there and kept whole. The rest needs version %(version)s of Cochair; once that is installed, it is read on by itself."
        )
        return {"status": "clarification", "words": words % {"version": needed(stopped)}}
    if waits:
        return {
            "status": "awaited",
            "words": _("The next entry waits for something that has not arrived yet; ask for it with an exchange."),
        }
    return {"status": "complete", "words": ""}


def _last(place: Place) -> str:
    """When we last took something new from another Side: the time of our newest acknowledgement ("" if there is none)."""
    entries = place.node.entries(place.room, place.node.origin(place.room))
    for data in reversed(entries):
        found = decode(data)
        if found.kind == "seen":
            return found.at
    return ""


def _cosigned(place: Place) -> list[dict[str, Any]]:
    """Which Side countersigned how much of whose record."""
    node, room = place.node, place.room
    out = []
    for side, note in pull.cosigned(node, room).items():
        out.append({"who": side_name(side), "whose": side_name(place.side), "size": _size(note), "note": note.decode(errors="replace")})
    for side in node.peers(room):
        path = node.folder / "tree" / room / "cosigned" / node.origin(room, RECORD, side)
        if path.is_file():
            note = path.read_bytes()
            out.append({"who": side_name(place.side), "whose": side_name(side), "size": _size(note), "note": note.decode(errors="replace")})
    return out


def _size(note: bytes) -> int:
    try:
        return Checkpoint.parse(split_note(note)[0]).size
    except CochairError:
        return 0


def _discrepancies(place: Place, filed: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What either Side has filed in its record."""
    return [
        {
            "who": side_name(one["side"]),
            "words": fault_words(one["body"]["what"]),
            "log": one["body"]["log"],
            "at": one["at"],
            "url": _url(place, one["id"]),
        }
        for one in filed
    ]


def _waits(node: Node, room: str) -> Mapping[str, str]:
    try:
        return node.waiting(room)
    except CochairError:
        return {}  # the record itself is damaged: the check below says so


def _trouble(place: Place, number: int, one: faults.Trouble) -> dict[str, str]:
    """What is wrong with a log, as this node knows it: words, way out, the proof to take away."""
    words, way = trouble_words(one.what)
    url = reverse("record-evidence", args=(place.slug, number)) if one.file else ""
    kind = "error" if one.level == "discrepancy" else "warning"
    return {"title": level_words(one.level), "kind": kind, "words": words, "way": way, "log": one.origin, "at": one.at, "url": url}


def _papers(place: Place, names: Names) -> list[dict[str, Any]]:
    """The working papers of each instrument: what has been said about their end, and what may be said."""
    out = []
    with place.node.read() as tx:
        found = queries.matters(tx, place.room, "protocol.instrument")
        adopted = {
            row["of"] for row in tx.query("SELECT of FROM j_slot WHERE room = ? AND kind = 'adopt' AND agreed IS NOT NULL", (place.room,))
        }
    instruments = {one.subject: one for one in found}
    for one in found:
        now = endings.state(place.node, place.room, one.subject)
        ours, may = now.said.get(place.side, set()), place.may("working.end")
        out.append(
            {
                "name": _working(names, instruments, now.log),
                "log": now.log,
                "ref": ref(one.subject),
                "said": [(side_name(side), [WHY[why] for why in sorted(whys)]) for side, whys in sorted(now.said.items())],
                "destroyed": [side_name(side) for side in now.destroyed],
                "acts": [
                    (why, ACTS[why]) for why in ("adopted", "anew") if may and why not in ours and (why == "anew" or one.subject in adopted)
                ],
            }
        )
    return out


WHY = {"adopted": gettext_lazy("destroyed by both, after adoption"), "anew": gettext_lazy("begun anew by both")}
ACTS = {"adopted": gettext_lazy("Agree to destroy them"), "anew": gettext_lazy("Agree to begin them anew")}


@needs("record.view")
@require_safe
def evidence(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One file of evidence, to be given to anybody."""
    place = _entered(request, slug)
    found = faults.troubles(place.node, place.room)
    if number >= len(found) or not found[number].file:
        raise NotFound("There is no such proof", "Open the record page again: something has changed")
    one = found[number]
    name = f"{slug}-{one.what}-{parse_origin(one.origin).side}.json"
    return HttpResponse(one.file, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@needs("working.end")
@require_POST
def end(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Say for our Side that the working papers of an instrument end."""
    place = _entered(request, slug, "working.end")
    why = request.POST.get("why", "")
    if why not in WHY:
        raise Conflict("It was not said how the working papers end", "Use one of the buttons of the page")
    try:
        endings.say(place.node, place.room, place.actor(), entry(text), why)  # type: ignore[arg-type]  # one of the two
    except CochairError as error:
        messages.error(request, told(error))
    else:
        write_tree(place.node, place.room)
        messages.success(request, _("Said. They are destroyed as soon as every Side has said so."))
    return HttpResponseRedirect(reverse("record-room", args=(slug,)) + "#working")


def _entries(tx: Tx, place: Place, voids: Mapping[str, str], at: int) -> tuple[list[dict[str, Any]], int]:
    """One page of the record's entries, the newest first: each log in its own order, between logs by the time that is claimed -> (rows, how many there are)."""
    logs = tx.query("SELECT origin, size FROM n_log WHERE room = ? AND log = ? ORDER BY origin", (place.room, RECORD))
    # canonical bytes begin {"at":"2026-…": twenty characters behind the seventh
    times = "SELECT origin, seq, substr(data, 8, 20) AS at FROM n_entry WHERE room = ? AND origin = ? ORDER BY seq DESC LIMIT ?"
    newest = [tx.query(times, (place.room, log["origin"], at * A_PAGE)) for log in logs]
    shown = islice(heapq.merge(*newest, key=lambda row: bytes(row["at"]), reverse=True), (at - 1) * A_PAGE, at * A_PAGE)
    total = sum(log["size"] for log in logs)
    out = []
    for row in shown:
        one = "SELECT data FROM n_entry WHERE room = ? AND origin = ? AND seq = ?"
        [held] = tx.query(one, (place.room, row["origin"], row["seq"]))
        parts = parse_origin(row["origin"])
        name = str(Id(parts.side, parts.log, row["seq"]))
        try:
            found = decode(bytes(held["data"]))
            what, when = entry_words(found.kind, found.schema, found.body), found.at
        except CochairError:
            what, when = _("bytes that are no entry"), ""
        why = voids.get(name, "")
        out.append(
            {
                "name": name,
                "url": _url(place, name),
                "who": side_name(parts.side),
                "what": what,
                "at": when,
                "why": void_words(why) if why else "",
            }
        )
    return out, total


@needs("exchange.run")
@require_POST
def exchange(request: HttpRequest, slug: str) -> HttpResponse:
    """Take what the other Sides have put out since last time."""
    place = _entered(request, slug, "exchange.run")
    if not place.node.peers(place.room):
        raise Conflict("No other node is paired with this one", "Compare descriptors with the other Side first: cochair node pair")
    _report(request, run.exchange(place.node, place.room))
    return HttpResponseRedirect(reverse("record-room", args=(slug,)))


def _report(request: HttpRequest, pulled: pull.Pulled) -> None:
    """What an exchange brought, as messages."""
    number = sum(pulled.entries.values())
    if number:
        messages.success(request, ngettext("%(count)d new entry came.", "%(count)d new entries came.", number) % {"count": number})
    elif not pulled.problems:
        messages.info(request, _("Nothing new: both Sides hold the same."))
    for where, why in pulled.problems.items():
        messages.warning(request, _problem(where, why))


def _problem(where: str, why: str) -> str:
    side = side_name(parse_origin(where).side) if where.count("/") == 3 else side_name(where)
    if why.startswith("stale"):
        return _("Stale: %(side)s shows an older head than you hold. Your copy is kept; write a bundle to give them their bytes back.") % {
            "side": side
        }
    if why.startswith("frozen"):
        return _(
            "Discrepancy: the heads of %(side)s contradict each other. The log is frozen at the last good one, and your own work goes on."
        ) % {"side": side}
    return f"{side}: {why}"


@needs("bundle.write")
@require_POST
def bundle_out(request: HttpRequest, slug: str) -> FileResponse:
    """All that this node publishes in the room, as one file to carry."""
    place = _entered(request, slug, "bundle.write")
    working = bool(request.POST.get("working"))
    with spool.workplace(place.node.folder, "out") as folder:
        path = folder / "bundle.tar"
        carry.write_bundle(place.node, place.room, path, working=working)
        handle = path.open("rb")  # the open file outlives its name
    name = f"{slug}-{place.side}{'' if working else '-record'}.bundle"
    return FileResponse(handle, as_attachment=True, filename=name, content_type="application/octet-stream")


@needs("bundle.read")
@require_POST
def bundle_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Take in a bundle; the whole file is refused if anything in it is not in order."""
    place = _entered(request, slug, "bundle.read")
    form = BundleForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            with spool.workplace(place.node.folder, "in") as folder:
                path = folder / "bundle.tar"
                with path.open("wb") as out:
                    for chunk in form.cleaned_data["bundle"].chunks():
                        out.write(chunk)
                _room, pulled = carry.read_bundle(place.node, path)
            run.settle(place.node, _room)
        except CochairError as error:
            form.add_error("bundle", told(error))
        else:
            _report(request, pulled)
            return HttpResponseRedirect(reverse("record-room", args=(slug,)))
    return refused(request, "workspace/record.html", _context(place, form))


@needs("exchange.run")
@require_POST
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Derive everything again from the logs and compare: every hash, head, paper and row."""
    place = _entered(request, slug, "exchange.run")
    problems = place.node.fsck(place.room)
    digests = [
        (_("Record"), place.node.state_digest(place.room, "record")),
        (_("Working papers"), place.node.state_digest(place.room, "working")),
    ]
    shown = [{"what": what_words(one.what), "where": one.where, "detail": one.detail} for one in problems]
    return render(request, "workspace/record.html", _context(place, BundleForm(), checked=True, problems=shown, digests=digests))
