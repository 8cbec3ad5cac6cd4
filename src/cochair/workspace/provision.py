"""One provision: both positions, brackets, further wordings, remarks, and the form to propose. Also the forms for a new provision and a new instrument.

Nothing typed is lost: a form that is refused comes back with all fields; a proposal over a colleague's newer one is kept beside it, and the page says so.
What stands in a field unchanged is not proposed; what equals the other Side's wording is an acceptance of it, not a new text.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cochair.accounts.access import needs
from cochair.accounts.pages import refused, said
from cochair.accounts.shown import language_name
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.kit.ids import instrument_of, parse_id
from cochair.protocol import history, typed
from cochair.protocol import operations as op
from cochair.protocol.contents import Instrument, InstrumentLanguage
from cochair.protocol.queries import Row, grid
from cochair.protocol.received import Told, enter_text
from cochair.protocol.text import Text, brackets
from cochair.workspace.addresses import entry, ref, session_url
from cochair.workspace.desk import Desk, frame, language_title, open_desk, told
from cochair.workspace.names import names_of
from cochair.workspace.place import enter, side_name, side_names
from cochair.workspace.protocol import RIGHTS
from cochair.workspace.rows import checks, positions, row_view, shown
from cochair.workspace.text_forms import FORMS, BeginForm, BracketForm, NewForm, ReceivedForm, RemarkForm, UnitForm, WordingForm


@needs("negotiation.view")
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, slug: str, text: str, provision: str) -> HttpResponse:
    """One provision; what is done here is done to it."""
    desk = open_desk(request, slug, text)
    row = _row(desk, entry(provision))
    form = UnitForm(row, desk.languages, auto_id="w_%s")
    remark = RemarkForm(auto_id="r_%s")
    received = ReceivedForm(desk.languages, auto_id="g_%s")
    other: tuple[str, BracketForm] | None = None
    here = desk.url("provision", ref(row.provision))
    if request.method == "POST":
        done, _colon, rest = request.POST.get("do", "").partition(":")
        if done == "propose":
            form = UnitForm(row, desk.languages, request.POST, auto_id="w_%s")
            if form.is_valid() and _propose(request, desk, row, form):
                return HttpResponseRedirect(here)
        elif done == "remark":
            remark = RemarkForm(request.POST, auto_id="r_%s")
            if remark.is_valid() and _remark(desk, row, remark):
                messages.success(request, _("Your remark stands below; the other Side reads it after the next exchange."))
                return HttpResponseRedirect(f"{here}#remarks")
        elif done == "received":
            received = ReceivedForm(desk.languages, request.POST, auto_id="g_%s")
            if received.is_valid() and _receive(desk, row, received):
                messages.success(request, _("Entered as received: our account of it, never their act."))
                return HttpResponseRedirect(here)
        elif done == "wording":
            form_of = BracketForm(request.POST, auto_id=f"b{rest.replace('.', '-')}_%s")
            if form_of.is_valid() and _resolve(request, desk, row, rest, form_of):
                return HttpResponseRedirect(here)
            other = (rest, form_of)
        else:
            _act(request, desk, row, done, rest)
            return HttpResponseRedirect(here)
    context = _context(desk, row, other) | {"form": form, "remark": remark, "received": received}
    bad = [one for one in (form, remark, received, other and other[1]) if one is not None and one.is_bound and one.errors]
    if bad:
        return refused(request, "workspace/provision.html", context | {"bad": bad[0]})
    return render(request, "workspace/provision.html", context)


def _row(desk: Desk, provision: str) -> Row:
    if parse_id(provision).log == "record" or instrument_of(parse_id(provision).log) != desk.id:
        raise NotFound("There is no such paragraph in this text", "Choose one from the text")
    for row in grid(desk.place.node, desk.place.room, desk.id).rows:
        if row.provision == provision:
            return row
    raise NotFound("This paragraph is no longer in the text", "Choose one from the text")


def _context(desk: Desk, row: Row, other: tuple[str, BracketForm] | None) -> dict[str, Any]:
    place, names = desk.place, side_names(desk.place)
    view = grid(place.node, place.room, desk.id)
    order = [one.provision for one in view.rows]
    at = order.index(row.provision)
    near = {
        name: desk.url("provision", ref(order[to])) if 0 <= to < len(order) else "" for name, to in (("before", at - 1), ("after", at + 1))
    }
    return frame(desk) | {
        "row": row_view(row, place.side, names),
        "versions": [_language(desk, row, tag, status, other) for tag, status in desk.languages],
        "checks": checks(row),
        "remarks": [
            {"who": side_name(one.side), "own": one.side == place.side, "at": one.at, "lang": one.lang, "text": one.text}
            for one in history.remarks(place.node, place.room, row.provision)
        ],
        "may": desk.may(*RIGHTS),
        "near": near,
        "hint": FORMS,
        "alone": not place.node.peers(place.room) and place.others,
    }


def _language(desk: Desk, row: Row, tag: str, status: str, other: tuple[str, BracketForm] | None) -> dict[str, Any]:
    """One language of the provision: both positions, open brackets, further wordings, marks, and what can be done."""
    cell, side, names = row.cells[tag], desk.place.side, side_names(desk.place)
    theirs = next(iter(cell.theirs.values()), None)
    base = cell.standing or cell.ours
    found = brackets(base.text) if base and base.text else []
    first = next(lang for lang, kind in desk.languages if kind != "working")
    marks = [(names.get(one, one), row.marks.get((one, tag), "")) for one in desk.place.sides]
    return {
        "tag": tag,
        "name": language_title(tag),
        "status": row_view(row, side, names).cells[[one for one, _s in desk.languages].index(tag)].status,
        "cell": cell,
        "standing": shown(cell.standing, side) if cell.standing else None,
        "sides": positions(cell, side, names),
        "flags": [said(flag) for one in (cell.ours, theirs) if one for flag in (*one.flags, *one.warnings)],
        "brackets": [_bracket(tag, index, one.alts, names, other) for index, one in enumerate(found)],
        "alternatives": [
            {"who": names.get(who, who), "side": who, "part": part, "block": shown(wording, side)}
            for who, part, wording in cell.alternatives
        ],
        "take": bool(theirs and theirs.position and not theirs.flags and theirs.text and not cell.crossed)
        and not (cell.ours and theirs and cell.ours.paper == theirs.paper and cell.ours.level == "agreed"),
        "same": bool(cell.ours and theirs and cell.ours.paper == theirs.paper),
        "settle": cell.crossed and cell.move == "us",
        "crossed_wait": cell.crossed and cell.move == "them",
        "confirm": bool(cell.ours and cell.ours.level in ("reserved", "ad-referendum")),
        "reserved": bool(cell.ours and cell.ours.level == "reserved"),
        "marks": marks if tag != first and status != "working" else [],
        "mark": tag != first and status != "working" and row.cells[first].clean and cell.clean and row.marks.get((side, tag)) != "fresh",
        "first": language_title(first),
    }


def _bracket(tag: str, index: int, alts: Any, names: dict[str, str], other: tuple[str, BracketForm] | None) -> dict[str, Any]:
    key = f"{tag}.{index}"
    form = other[1] if other and other[0] == key else BracketForm(auto_id=f"b{tag}-{index}_%s")
    own_first = sorted(alts.items(), key=lambda one: list(names).index(one[0]) if one[0] in names else 9)
    return {"key": key, "number": index + 1, "alts": [(code, names.get(code, code), words) for code, words in own_first], "form": form}


def _propose(request: HttpRequest, desk: Desk, row: Row, form: UnitForm) -> bool:
    """Each changed text becomes our position; False with errors at the fields."""
    place = desk.place
    texts = form.read(row.kind, list(place.sides))
    if form.errors:
        return False
    later = form.cleaned_data["ad_referendum"]
    done = 0
    for tag, text in texts.items():
        cell = row.cells[tag]
        base, _bar, _shown = form.cleaned_data[f"seen_{tag}"].partition("|")
        if _unchanged(desk, form, tag, text) or (cell.ours and cell.ours.text == text and not later):
            continue
        theirs = next((one for one in cell.theirs.values() if one.position and one.text == text and not one.flags), None)
        try:
            if theirs:
                op.accept_text(place.node, place.room, desk.who, row.provision, tag, ad_referendum=later)
            elif op.propose_text(place.node, place.room, desk.who, row.provision, tag, text, base=base or None, ad_referendum=later).beside:
                messages.warning(
                    request,
                    _("A colleague changed the %(language)s text while you were typing. Both wordings are kept: choose below.")
                    % {"language": language_name(tag)},
                )
        except CochairError as error:
            form.add_error(f"text_{tag}", told(error))
            return False
        done += 1
    if not done:
        form.add_error(None, _("Nothing was changed: type the wording that you propose."))
        return False
    messages.success(request, _("Your wording is proposed; the other Side sees it after the next exchange."))
    return True


def _unchanged(desk: Desk, form: WordingForm, tag: str, text: Text) -> bool:
    """Whether the field still says what it said when the page was opened: then nothing is proposed in this language."""
    shown_entry = form.cleaned_data[f"seen_{tag}"].partition("|")[2]
    if not shown_entry:
        return False
    from cochair.ledger.entries import decode
    from cochair.protocol.texts import read

    try:
        at = parse_id(shown_entry)
        body = decode(desk.place.node.entry(desk.place.room, desk.place.node.origin(desk.place.room, at.log, at.side), at.seq)).body
        content = body.get("content") or {}
        return bool(read(desk.place.node, desk.place.room, str(content.get("paper", "")), tag) == text)
    except CochairError:
        return False


def _remark(desk: Desk, row: Row, form: RemarkForm) -> bool:
    from cochair.accounts.shown import page_language

    try:
        op.comment(desk.place.node, desk.place.room, desk.who, row.provision, page_language(), form.cleaned_data["words"])
    except CochairError as error:
        form.add_error("words", told(error))
    return not form.errors


def _receive(desk: Desk, row: Row, form: ReceivedForm) -> bool:
    place, said = desk.place, form.cleaned_data
    if not place.others:
        raise Rejected("No other Side is known in this room", "Name the other Side in the body first")
    try:
        words = typed.read(said["words"], said["lang"])
        from_whom = Told(place.others[0], said["how"], None, said["number"], said["dated"].isoformat() if said["dated"] else "")
        enter_text(place.node, place.room, desk.who, row.provision, said["lang"], words, from_whom)
    except CochairError as error:
        form.add_error("words", told(error))
    return not form.errors


def _resolve(request: HttpRequest, desk: Desk, row: Row, rest: str, form: BracketForm) -> bool:
    """Propose the text with one bracket replaced: by a Side's wording (``side``), or by what was typed."""
    lang, _dot, index = rest.partition(".")
    cell = row.cells.get(lang)
    found = cell and (cell.standing or cell.ours)
    open_brackets = brackets(found.text) if found and found.text else []
    if cell is None or not index.isdecimal() or int(index) >= len(open_brackets):
        raise NotFound("There is no such bracket any more", "Open the paragraph again")
    side = request.POST.get("side", "")
    words = open_brackets[int(index)].alts.get(side, "") if side else form.cleaned_data["words"].strip()
    if not side and not words:
        form.add_error("words", _("Type the wording, or take one of the two."))
        return False
    try:
        done = op.resolve_bracket(
            desk.place.node,
            desk.place.room,
            desk.who,
            row.provision,
            lang,
            int(index),
            words,
            base=cell.ours.position if cell.ours else None,
        )
    except CochairError as error:
        form.add_error("words", told(error))
        return False
    del done
    messages.success(request, _("Proposed with that wording in place of the bracket; the other Side can take it."))
    return True


def _act(request: HttpRequest, desk: Desk, row: Row, done: str, rest: str) -> None:
    """One click on one language of this provision."""
    node, room, who, name = desk.place.node, desk.place.room, desk.who, row.provision
    match done:
        case "accept":
            op.accept_text(node, room, who, name, rest, ad_referendum=bool(request.POST.get("later")))
            said = _("Their wording is ours now.")
        case "withdraw":
            op.withdraw_text(node, room, who, name, rest)
            said = _("Our wording is taken back.")
        case "reserve":
            op.reserve(node, room, who, name, rest)
            said = _("Our position is reserved: the text is not agreed until we lift it.")
        case "confirm":
            op.confirm(node, room, who, name, rest)
            said = _("Confirmed: our position stands without reservation.")
        case "settle":
            op.settle_crossed(node, room, who, name, rest)
            said = _("Settled: both Sides now hold the same wording.")
        case "mark":
            op.mark_concordance(node, room, who, desk.id, [name], [rest])
            said = _("Recorded: the languages say the same.")
        case "take":
            side, _colon, part = rest.partition(":")
            op.take_alternative(node, room, who, name, part, side)
            said = _("That wording is our position now.")
        case _:
            raise Rejected("This page has no such button", "Open the paragraph again")
    messages.success(request, said)


@needs("protocol.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Propose a new provision."""
    desk = open_desk(request, slug, text, "protocol.propose")
    place = desk.place
    rows = list(grid(place.node, place.room, desk.id).rows)
    form = NewForm(rows, desk.languages, request.POST if request.method == "POST" else None)
    context = frame(desk) | {"form": form, "hint": FORMS}
    if request.method == "POST":
        if form.is_valid():
            kind = form.cleaned_data["kind"]
            texts = form.read(kind, list(place.sides))
            if not texts and not form.errors:
                form.add_error(f"text_{desk.languages[0][0]}", _("Type the wording in one language at least."))
            if not form.errors:
                under = form.cleaned_data["under"]
                try:
                    made = op.propose_provision(
                        place.node,
                        place.room,
                        desk.who,
                        desk.id,
                        kind,
                        texts,
                        no=form.cleaned_data["no"],
                        under=entry(under) if under else None,
                    )
                except CochairError as error:
                    form.add_error(None, told(error))
                else:
                    messages.success(request, _("The paragraph is proposed, with its place in the order."))
                    return HttpResponseRedirect(f"{desk.url('protocol')}#{ref(made)}")
        return refused(request, "workspace/provision_new.html", context)
    return render(request, "workspace/provision_new.html", context)


@needs("protocol.open")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, slug: str, session: str) -> HttpResponse:
    """Introduce an instrument of a session; its text is negotiated from then on."""
    place, of = enter(request, slug), entry(session)
    with place.node.read() as tx:
        names = names_of(tx, place)
        if of not in names.sessions:
            raise NotFound("There is no such session in this room", "Open it from the list of sessions")
        who = place.actor(tx, names.sessions[of].content.body)
    form = BeginForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "session": names.of(of), "crumbs": [(names.of(of), session_url(slug, of))]}
    if request.method == "POST":
        if form.is_valid():
            said = form.cleaned_data
            spoken = tuple(InstrumentLanguage(tag, said[f"lang_{tag}"]) for tag in ("en", "ru", "hi") if said[f"lang_{tag}"])
            content = Instrument(of, said["kind"], spoken, said["prevailing"] or None)
            try:
                made = op.open_instrument(place.node, place.room, who, content)
            except CochairError as error:
                form.add_error(None, told(error))
            else:
                return HttpResponseRedirect(reverse("protocol", args=(slug, ref(made))))
        return refused(request, "workspace/protocol_new.html", context)
    return render(request, "workspace/protocol_new.html", context)
