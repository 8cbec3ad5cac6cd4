"""The text of an instrument: provisions in rows with a column per language, both positions side by side, and what can be done with all of them at once.

Buttons that carry no typed words answer with a page of their own when the record refuses; what was typed stays on the form that held it (``provision.py``).
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cochair.accounts.access import needs
from cochair.accounts.pages import refused
from cochair.accounts.shown import days, language_name
from cochair.followup.review import review
from cochair.kit.errors import Conflict, Rejected
from cochair.kit.ids import parse_id
from cochair.meetings import queries as meetings
from cochair.protocol import compose, history
from cochair.protocol import operations as op
from cochair.protocol.queries import Grid, grid
from cochair.protocol.received import Told, enter_agreement
from cochair.protocol.texts import wording
from cochair.record import queries
from cochair.workspace.addresses import entry, ref
from cochair.workspace.desk import Desk, frame, language_title, open_desk
from cochair.workspace.names import names_of
from cochair.workspace.place import places, side_name, side_names
from cochair.workspace.rows import RowView, row_views, shown
from cochair.workspace.text_forms import AgreementForm
from cochair.workspace.words import code, picked

RIGHTS = (
    "protocol.open",
    "protocol.propose",
    "protocol.accept",
    "protocol.withdraw",
    "protocol.concordance",
    "protocol.comment",
    "received.enter",
)


@needs("matter.view")
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Every text of the node's rooms: what is negotiated, what is signed."""
    found = []
    for place in places(request):
        with place.node.read() as tx:
            names = names_of(tx, place)
            for state in queries.matters(tx, place.room, "protocol.instrument"):
                if state.standing == "none":
                    continue
                content = state.content or next((one.content for one in state.positions.values() if one.content), None)
                if content is None:
                    continue
                steps = tx.query("SELECT slot FROM protocol_step WHERE room = ? AND instrument = ?", (place.room, state.subject))
                far = history.sealed(row["slot"] for row in steps)
                found.append(
                    {
                        "url": reverse("protocol", args=(place.slug, ref(state.subject))) if place.somewhere("negotiation.view") else "",
                        "name": code(content["kind"]),
                        "session": names.of(content["session"]),
                        "body": names.of(names.sessions[content["session"]].content.body) if content["session"] in names.sessions else "",
                        "languages": ", ".join(language_title(each["lang"]) for each in content["languages"]),
                        "status": far or "draft",
                    }
                )
    return render(request, "workspace/texts.html", {"texts": found})


@needs("negotiation.view")
@require_safe
def page(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The protocol page."""
    desk = open_desk(request, slug, text)
    return render(request, "workspace/protocol.html", _context(request, desk, AgreementForm()))


def _context(request: HttpRequest, desk: Desk, form: AgreementForm) -> dict[str, Any]:
    view = grid(desk.place.node, desk.place.room, desk.id)
    rows = row_views(view, side_names(desk.place))
    only = request.GET.get("show", "")
    shown_rows = (
        [row for row in rows if row.mine] if only == "mine" else [row for row in rows if row.status != "agreed"] if only == "open" else rows
    )
    return frame(desk, "protocol") | {
        "view": view,
        "form": form,
        "review": _has_review(desk, view),
        "rows": shown_rows,
        "show": only if only in ("mine", "open") else "",
        "filters": _filters(desk, rows, only),
        "board": _board(desk, view, rows),
        "may": desk.may(*RIGHTS),
        "join": desk.place.side not in desk.state.positions and bool(desk.state.positions),
        "takes": sum(len(row.takes) for row in rows if all(cell.status in ("to-answer", "agreed", "untranslated") for cell in row.cells)),
        "order_theirs": view.order == "theirs",
        "order_differs": view.order == "differ",
        "signed": _signed(desk),
        "facts": _facts(desk),
        "alone": not desk.place.node.peers(desk.place.room) and desk.place.others,
    }


def _has_review(desk: Desk, view: Grid) -> bool:
    """Whether the agreed review of the session can be made into a section of this text, in its languages, and none is there yet."""
    bound = [lang for lang, status in view.languages if status != "working"]
    if not set(bound) <= set(compose.LANGUAGES) or _review_in(desk, view, bound):
        return False
    with desk.place.node.read() as tx:
        return bool(review(tx, desk.place.room, desk.content["session"], desk.place.side))


def _review_in(desk: Desk, view: Grid, languages: list[str]) -> bool:
    """Whether somebody proposed the section already: a heading of the text has its words in one of the languages."""
    titles = compose.review_titles(desk.place.node, desk.place.room, desk.content["session"], languages)
    cells = [cell for row in view.rows if row.kind == "heading" for cell in row.cells.values() if cell.lang in titles]
    return any(
        one is not None and one.text == titles[cell.lang] for cell in cells for one in (cell.standing, cell.ours, *cell.theirs.values())
    )


def _section(desk: Desk) -> int:
    """Propose the review section after what is there -> how many paragraphs. Raises Conflict when it is there: a second click adds no second one."""
    place = desk.place
    view = grid(place.node, place.room, desk.id)
    tops = [int(row.no) for row in view.rows if row.no.isdecimal()]
    spoken = [lang for lang, status in view.languages if status != "working"]
    if _review_in(desk, view, [lang for lang in spoken if lang in compose.LANGUAGES]):
        raise Conflict("The review stands in this text already", "Change its paragraphs as any other")
    units = compose.review_section(place.node, place.room, desk.content["session"], languages=spoken, number=str(max(tops, default=0) + 1))
    return len(op.propose_draft(place.node, place.room, desk.who, desk.id, units))


def _filters(desk: Desk, rows: list[RowView], only: str) -> list[tuple[str, str, bool]]:
    here = desk.url("protocol")
    mine, still_open = sum(row.mine for row in rows), sum(row.status != "agreed" for row in rows)
    return [
        (_("All paragraphs (%(count)d)") % {"count": len(rows)}, here, only not in ("mine", "open")),
        (_("Your move (%(count)d)") % {"count": mine}, f"{here}?show=mine", only == "mine"),
        (_("Not agreed yet (%(count)d)") % {"count": still_open}, f"{here}?show=open", only == "open"),
    ]


def _board(desk: Desk, view: Grid, rows: list[RowView]) -> dict[str, Any]:
    """The panel: how far the text is, whose move, where to go on."""
    clean = sum(row.status in ("agreed", "ad-referendum", "account") for row in rows)
    states = [row.status for row in rows]
    brackets, empty = states.count("brackets"), states.count("untranslated")
    proposed = sum(state in ("differs", "to-answer", "awaited", "crossed", "reserved") for state in states)
    missing = []
    if brackets:
        missing.append(ngettext("%(count)d in brackets", "%(count)d in brackets", brackets) % {"count": brackets})
    if proposed:
        missing.append(ngettext("%(count)d proposed", "%(count)d proposed", proposed) % {"count": proposed})
    if empty:
        missing.append(
            ngettext("%(count)d without a text in each language", "%(count)d without a text in each language", empty) % {"count": empty}
        )
    if view.meter.unmarked:
        missing.append(
            ngettext("%(count)d language check to make", "%(count)d language checks to make", view.meter.unmarked)
            % {"count": view.meter.unmarked}
        )
    mine = [row for row in rows if row.mine]
    theirs = [row for row in rows if any(cell.cell and cell.cell.move == "them" for cell in row.cells)]
    return {
        "clean": clean,
        "rows": len(rows),
        "missing": ", ".join(missing),
        "meter": view.meter,
        "mine": mine,
        "mine_nos": _numbers(mine),
        "theirs": theirs,
        "theirs_nos": _numbers(theirs),
        "own": side_name(desk.place.side),
        "others": ", ".join(side_name(side) for side in desk.place.others),
        "next": mine[0] if mine else None,
    }


def _facts(desk: Desk) -> list[tuple[str, str]]:
    """Date, place, languages: what the head of the page says."""
    place = desk.place
    with place.node.read() as tx:
        found = next((one for one in meetings.sessions(tx, place.room, place.side) if one.id == desk.content["session"]), None)
    when = found.dates.content if found and found.dates else None
    words = {"authentic": _("authentic"), "official": _("official"), "working": _("working")}
    spoken = ", ".join(f"{language_title(tag)} ({words[status]})" for tag, status in desk.languages)
    prevails = desk.content.get("prevailing")
    return [
        *([(_("Date"), days(when.start, when.end)), (_("Place"), picked(when.place))] if when else []),
        (_("Languages"), spoken),
        *([(_("Prevailing language"), language_title(prevails))] if prevails else []),
    ]


def _numbers(rows: list[RowView]) -> str:
    return ", ".join(row.no for row in rows[:4]) + (" …" if len(rows) > 4 else "")


def _signed(desk: Desk) -> str:
    """As "adopted", "signed" or "": how far this instrument is sealed."""
    with desk.place.node.read() as tx:
        rows = tx.query("SELECT slot FROM protocol_step WHERE room = ? AND instrument = ?", (desk.place.room, desk.id))
    return history.sealed(row["slot"] for row in rows)


@needs("negotiation.view")
@require_POST
def act(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """What can be done with the whole text in one click; the operations ask for the right of each."""
    desk = open_desk(request, slug, text)
    node, room, who = desk.place.node, desk.place.room, desk.who
    done = request.POST.get("do", "")
    unit, lang = request.POST.get("unit", ""), request.POST.get("lang", "")
    anchor = f"#{unit}" if unit else ""
    match done:
        case "join":
            op.accept_instrument(node, room, who, desk.id)
            said = _("The instrument is agreed: its kind and its languages are those that both Sides name.")
        case "accept-all":
            number = op.accept_all(node, room, who, desk.id)
            said = ngettext("%(count)d text of the other Side was taken.", "%(count)d texts of the other Side were taken.", number) % {
                "count": number
            }
        case "accept":
            langs = [one for one in lang.split(",") if one]
            number = len(op.accept_texts(node, room, who, entry(unit), langs))
            said = _("Their wording is ours now.")
        case "settle":
            for one in lang.split(","):
                op.settle_crossed(node, room, who, entry(unit), one)
            said = _("Settled: both Sides now hold the same wording.")
        case "order":
            op.accept_order(node, room, who, desk.id)
            said = _("Their order of the paragraphs is ours now.")
        case "review":
            number = _section(desk)
            said = ngettext(
                "%(count)d paragraph is proposed from the review.", "%(count)d paragraphs are proposed from the review.", number
            )
            said %= {"count": number}
        case "agreement":
            form = AgreementForm(request.POST)
            if not form.is_valid():
                return refused(request, "workspace/protocol.html", _context(request, desk, form))
            told_by = form.cleaned_data
            if not desk.place.others:
                raise Rejected("No other Side is known in this room", "Name the other Side in the body first")
            dated = told_by["dated"].isoformat() if told_by["dated"] else ""
            enter_agreement(node, room, who, desk.id, Told(desk.place.others[0], told_by["how"], None, told_by["number"], dated))
            said = _("Entered as received: by our account the other Side agrees to our wordings and their order.")
        case "marks":
            number = op.mark_concordance(node, room, who, desk.id)
            said = (
                ngettext("%(count)d language check was recorded.", "%(count)d language checks were recorded.", number) % {"count": number}
                if number
                else _("There is nothing new to check: texts are checked once both languages are agreed and without brackets.")
            )
        case _:
            raise Rejected("This page has no such button", "Open the text again")
    messages.success(request, said)
    return HttpResponseRedirect(desk.url("protocol") + anchor)


@needs("negotiation.view")
@require_safe
def changes(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """What one Side did last to the text, newest first; ``after`` leaves out what was seen before."""
    desk = open_desk(request, slug, text)
    place = desk.place
    side = request.GET.get("side", "")
    side = side if side in place.sides else next(iter(place.others), place.side)
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 10 else -1
    view = grid(place.node, place.room, desk.id)
    rows = {row.row.provision: row for row in row_views(view, side_names(place))}
    with place.node.read() as tx:
        found = history.follow(tx, place.room, desk.id, side, start)
    items = []
    for one in found:
        row = rows.get(one.provision)
        what, _blank, kind = one.what.rpartition(" ")
        text_of = wording(place.node, place.room, one.paper, one.lang) if one.paper and kind in ("text", "alternative") else None
        items.append(
            {
                "at": one.at,
                "no": row.no if row else "",
                "url": desk.url("provision", row.ref) if row else "",
                "words": _deed(what, kind, one.lang),
                "lang": one.lang,
                "block": shown(text_of, place.side) if text_of else None,
            }
        )
    context = frame(desk, "protocol-changes") | {
        "items": items,
        "sides": [(side_name(one), f"?side={one}", one == side) for one in place.sides],
        "newest": parse_id(found[0].entry).seq if found else None,
        "follow": side,
        "follow_name": side_name(side),
        "since": start,
    }
    return render(request, "workspace/changes.html", context)


def _deed(what: str, kind: str, lang: str) -> str:
    things = {
        "provision": _("the paragraph itself"),
        "text": _("the %(language)s text") % {"language": language_name(lang)},
        "alternative": _("another %(language)s wording beside it") % {"language": language_name(lang)},
        "order": _("the order of the paragraphs"),
        "concordance": _("the check of the %(language)s text") % {"language": language_name(lang)},
    }
    deeds = {
        "withdraws": _("took back: %(thing)s"),
        "reserves": _("reserves its position on: %(thing)s"),
        "agrees to": _("agrees to: %(thing)s"),
        "proposes": _("proposes: %(thing)s"),
    }
    return deeds[what] % {"thing": things[kind]}
