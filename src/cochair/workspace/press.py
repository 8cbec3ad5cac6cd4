"""What the press says of our sessions: reports as they came, read into claims, laid beside each other and beside the record.

A claim never becomes record, and a report's text is for signed-in readers of this node alone. Nothing read is kept: a report is read anew for each page, so
that a better reader, or another tree of bodies, shows at once.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cochair.accounts.access import actor, needs
from cochair.accounts.here import get_node
from cochair.accounts.pages import in_room, refused
from cochair.accounts.rights import may, require
from cochair.kit.errors import CochairError, NotFound
from cochair.kit.redline import Span
from cochair.press import kept as store
from cochair.press.claims import Claim, Reading
from cochair.press.commands import samples
from cochair.press.kept import Kept
from cochair.press.read import MAX_BYTES, read_bytes
from cochair.press.reconcile import Row, reconcile
from cochair.press.register import Register
from cochair.workspace import press_record, press_words
from cochair.workspace.addresses import entry, ref
from cochair.workspace.desk import told
from cochair.workspace.names import names_of
from cochair.workspace.place import Place, places
from cochair.workspace.structured import DayField, Line
from cochair.workspace.uploads import Upload
from cochair.workspace.words import code

MANY = 8
"""Reports that are laid beside each other at most: a table of more cannot be read."""


class ReportForm(forms.Form):
    """A report to be kept: pasted, or as a plain text file."""

    outlet = Line(
        label=gettext_lazy("Outlet"),
        max_length=120,
        help_text=gettext_lazy("As you know it; what the report says of itself is read from its text"),
    )
    published = DayField(label=gettext_lazy("Date, if you know it"), required=False, help_text=gettext_lazy("For example 2026-02-28"))
    text = forms.CharField(
        label=gettext_lazy("Text of the report"),
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = Upload(label=gettext_lazy("Or a plain text file"), limit=MAX_BYTES, required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        found = super().clean() or {}
        if not (found.get("text") or "").strip() and not found.get("file") and "file" not in self.errors:
            self.add_error("text", _("Paste the text of the report, or choose a plain text file."))
        return found

    def data_bytes(self) -> bytes:
        """The report's bytes: of the file, else of what was pasted, with line ends as in a file."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else self.cleaned_data["text"].replace("\r\n", "\n").encode()


@needs("press.read")
@require_http_methods(["GET", "HEAD", "POST"])
def press(request: HttpRequest) -> HttpResponse:
    """All reports by the session that they speak of, and the form to keep another one."""
    if request.method == "POST":
        require(actor(request), "press.keep")
    form = ReportForm(request.POST, request.FILES) if request.method == "POST" else ReportForm()
    if form.is_bound and form.is_valid():
        node = get_node()
        try:
            given = {"outlet": form.cleaned_data["outlet"], "published": form.cleaned_data["published"] or ""}
            kept = store.keep(node.folder, form.data_bytes(), at=node.clock.now(), by=actor(request).name, **given)
        except CochairError as error:
            form.add_error("text", told(error))
        else:
            return HttpResponseRedirect(reverse("press-report", args=(kept.name,)))
    context = _list(list(places(request))) | {"form": form, "may_keep": may(actor(request), "press.keep")}
    return refused(request, "workspace/press.html", context) if form.is_bound else render(request, "workspace/press.html", context)


@needs("press.keep")
@require_POST
def load_samples(request: HttpRequest) -> HttpResponse:
    """Keep the sample reports of the product, on a specimen node only."""
    node = get_node()
    if not node.specimen:
        raise NotFound("Sample reports are for specimen nodes", "Paste a report, or choose a file")
    added = 0
    for path in sorted(samples()[0].glob("*.txt")):
        try:
            outlet = _("Sample report %(letter)s") % {"letter": path.stem.upper()}
            store.keep(
                node.folder, path.read_bytes(), outlet=outlet, published="", at=node.clock.now(), by=actor(request).name, sample=True
            )
            added += 1
        except CochairError:  # kept already
            continue
    messages.success(request, _("Sample reports are in the list.") if added else _("The sample reports are in the list already."))
    return HttpResponseRedirect(reverse("press"))


@needs("press.read")
@require_safe
def report(request: HttpRequest, name: str) -> HttpResponse:
    """One report with its read claims marked in the text, and the claims as a list."""
    kept, data = store.report(get_node().folder, name)
    rooms = list(places(request))
    register = press_record.register_of(rooms)
    reading = _read(data, register, name)
    speak = press_words.speaker(register)
    about = _about(rooms, press_record.spoken_of(rooms, reading))
    if about:
        in_room(request, about["room"])
    claims = [_claim(index, claim, speak) for index, claim in enumerate(reading.claims)]
    context = {
        "kept": kept,
        "text": data.decode(),
        "spans": _spans(reading),
        "claims": claims,
        "coverage": reading.coverage,
        "sentences": len(reading.sentences),
        "read": reading.coverage["claim"] + reading.coverage["boilerplate"],
        "about": about,
        "headline": next((str(claim.value) for claim in reading.of("doc.headline") if claim.value), ""),
        "lang": _lang(reading),
        "may_keep": may(actor(request), "press.keep"),
    }
    return render(request, "workspace/press_report.html", context)


@needs("press.keep")
@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Keep a report no longer."""
    store.remove(get_node().folder, name)
    messages.success(request, _("The report is no longer kept."))
    return HttpResponseRedirect(reverse("press"))


@needs("press.read")
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Fact by fact: which report says what, and what the record says. ``?session=room/IN-5`` or ``?report=…&report=…``."""
    rooms = list(places(request))
    register = press_record.register_of(rooms)
    asked = set(request.GET.getlist("report"))
    room, _sep, short = request.GET.get("session", "").partition("/")
    wanted = (room, entry(short)) if short else None
    chosen: list[tuple[Kept, Reading]] = []
    for kept in store.reports(get_node().folder):
        if asked and kept.name not in asked:
            continue
        reading = _read(store.report(get_node().folder, kept.name)[1], register, kept.name)
        if asked or (wanted is not None and press_record.spoken_of(rooms, reading) == wanted):
            chosen.append((kept, reading))
    if not chosen:
        raise NotFound("There is no report to compare", "Choose reports from the list")
    if len(chosen) > MANY:
        raise NotFound("More than {many} reports cannot be read beside each other", "Choose fewer", many=MANY)
    return render(request, "workspace/press_compare.html", _compared(request, rooms, register, chosen, wanted))


def _compared(
    request: HttpRequest, rooms: Sequence[Place], register: Register, chosen: Sequence[tuple[Kept, Reading]], wanted: tuple[str, str] | None
) -> dict[str, Any]:
    found = [press_record.spoken_of(rooms, reading) for _kept, reading in chosen]
    session = wanted or Counter(one for one in found if one).most_common(1)[0][0] if wanted or any(found) else None
    about = _about(rooms, session)
    held: dict[str, Any] | None = None
    if about is not None and session is not None:
        in_room(request, about["room"])
        held = press_record.facts(about["place"], session[1])
    rows = reconcile({kept.name: reading for kept, reading in chosen}, held)
    if about is not None and session is not None:
        press_record.settle_days(rows, about["place"], session[1])
        press_record.settle_bodies(rows, about["place"])
    speak = press_words.speaker(register)
    labels = {kept.name: kept.outlet for kept, _reading in chosen}
    return {
        "about": about,
        "strangers": [labels[kept.name] for (kept, _reading), one in zip(chosen, found, strict=True) if session and one and one != session],
        "reports": [{"label": kept.outlet, "url": reverse("press-report", args=(kept.name,))} for kept, _ in chosen],
        "samples": any(kept.sample for kept, _reading in chosen),
        "rows": [_row(row, chosen, speak, recorded=held is not None) for row in rows],
        "recorded": held is not None,
        "verdicts": sorted(Counter(row.verdict for row in rows).items()),
    }


def _row(row: Row, chosen: Sequence[tuple[Kept, Reading]], speak: Any, *, recorded: bool) -> dict[str, Any]:
    note = row.difference or ""
    if note.startswith("office: "):
        note = _("office: %(offices)s") % {"offices": note.removeprefix("office: ")}
    cells = [
        {
            "label": kept.outlet,
            "lang": _lang(reading),
            "said": kept.name in row.states,
            "text": speak(row.fact, row.states[kept.name]) if kept.name in row.states else "",
            "against": row.against_record.get(kept.name, "") if recorded and row.record is not None else "",
        }
        for kept, reading in chosen
    ]
    return {
        "fact": press_words.fact_name(row.fact, row.states),
        "cells": cells,
        "verdict": row.verdict,
        "note": str(press_words.DIFFERENCES.get(note, note)),
        "record": speak(row.fact, row.record) if row.record is not None else "",
        "worst": row.verdict in ("differs", "contradicts") or "contradicts" in row.against_record.values(),
    }


def _list(rooms: Sequence[Place]) -> dict[str, Any]:
    node = get_node()
    register = press_record.register_of(rooms)
    groups: dict[tuple[str, str] | None, list[dict[str, Any]]] = {}
    for kept in store.reports(node.folder):
        data = store.report(node.folder, kept.name)[1]
        reading = _read(data, register, kept.name)
        headline = next((str(claim.value) for claim in reading.of("doc.headline") if claim.value), "")
        groups.setdefault(press_record.spoken_of(rooms, reading), []).append(
            {
                "kept": kept,
                "url": reverse("press-report", args=(kept.name,)),
                "title": headline or kept.outlet,
                "coverage": reading.coverage,
                "claims": len(reading.claims),
            }
        )
    shown = [{"about": _about(rooms, key), "reports": found, "compare": _compare_url(key, found)} for key, found in groups.items()]
    return {"groups": sorted(shown, key=lambda group: group["about"] is None), "samples": node.specimen}


def _compare_url(key: tuple[str, str] | None, found: list[dict[str, Any]]) -> str:
    """Reports of one session of a room, or those of no known session by name."""
    if key is not None:
        return f"{reverse('press-compare')}?session={key[0]}/{ref(key[1])}"
    return f"{reverse('press-compare')}?{'&'.join('report=' + one['kept'].name for one in found[:MANY])}"


def _about(rooms: Sequence[Place], key: tuple[str, str] | None) -> dict[str, Any] | None:
    """The session of a room that reports speak of, as pages name it. Raises NotFound for a room or a session that is not there."""
    if key is None:
        return None
    for place in rooms:
        if place.slug == key[0]:
            with place.node.read() as tx:
                names = names_of(tx, place)
            if key[1] in names.sessions:
                body = names.of(names.sessions[key[1]].content.body)
                url = reverse("session", args=(place.slug, ref(key[1])))
                return {"place": place, "room": place.room, "title": names.of(key[1]), "body": body, "url": url}
    raise NotFound("There is no such session", "Open it from the list of sessions")


def _read(data: bytes, register: Register, name: str) -> Reading:
    return _reading(data, msgspec.json.encode(list(register.bodies.values())), name)


@lru_cache(maxsize=64)
def _reading(data: bytes, bodies: bytes, name: str) -> Reading:
    return read_bytes(data, Register.from_json(msgspec.json.decode(bodies)), report=name)


def _spans(reading: Reading) -> list[Span]:
    found = [
        Span(span.start, span.end, press_words.field_name(claim.field), press_words.COLOURS.get(claim.field, "fact"), f"c{index}")
        for index, claim in enumerate(reading.claims)
        for span in claim.spans
    ]
    taken = {(span.start, span.end) for span in found}
    for mark in reading.sentences:
        if mark.kind == "not classified":
            found.append(Span(mark.start, mark.end, _("not classified"), "unread"))
        elif mark.kind == "boilerplate" and (mark.start, mark.end) not in taken:
            found.append(Span(mark.start, mark.end, _("boilerplate"), "boilerplate"))
    return found


def _claim(index: int, claim: Claim, speak: Any) -> dict[str, Any]:
    """A claim as a row of the list: kind, value, what besides is known of it, and whose voice it is."""
    detail = claim.detail
    notes = [code(mode.replace("_", "-")) for mode in detail.get("modes") or []]
    notes += [code(str(detail["stage"]).replace("_", "-"))] if detail.get("stage") else []
    notes += [_span_text(detail["office"])] if "office" in detail else []
    notes += [_("about")] if detail.get("approximate") else []
    voice = _span_text(detail["attribution"]) if "attribution" in detail else _span_text(detail["speaker"]) if "speaker" in detail else ""
    return {
        "anchor": f"c{index}",
        "field": press_words.field_name(claim.field),
        "value": speak(claim.field, claim.value),
        "words": " … ".join(span.text for span in claim.spans)[:300],
        "notes": ", ".join(note for note in notes if note),
        "voice": voice,
    }


def _lang(reading: Reading) -> str:
    """The language of a report as HTML names it; "" where it is not known."""
    return "" if reading.language == "und" else reading.language


def _span_text(value: Any) -> str:
    found = value.get("span", value.get("source", "")) if isinstance(value, dict) else value
    return str(getattr(found, "text", found.get("text", "") if isinstance(found, dict) else found or ""))
