"""Home: what waits for the reader, the next session, what we owe and what they owe; and the first run, while there is no room yet.

Nothing is stored for it: each list is asked anew. What a reader may not do does not wait for them.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cochair.accounts.access import signed_in
from cochair.accounts.shown import days, moment
from cochair.kit.errors import CochairError
from cochair.meetings import queries as meetings
from cochair.protocol import seals
from cochair.protocol.history import instruments
from cochair.protocol.queries import grid
from cochair.record import faults
from cochair.record import queries as record
from cochair.record.positions import Reading, readings
from cochair.record.queries import Tx
from cochair.workspace.act_words import words_of
from cochair.workspace.actions import live_actions
from cochair.workspace.addresses import matter_url, ref, session_url
from cochair.workspace.matter import settled_by_us
from cochair.workspace.matters import KINDS, WITH_PART, body_of
from cochair.workspace.names import Names, names_of
from cochair.workspace.place import Place, places, side_name
from cochair.workspace.said import trouble_words
from cochair.workspace.session import days_left, link
from cochair.workspace.words import kind_name, picked, session_title

SHOWN = 12  # lines of each list; the rest is one click away
ENDED = frozenset({"done", "overtaken", "replaced", "ended-by-consent"})


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    found = list(places(request))
    if not found:
        return render(request, "workspace/first_run.html", {"operator": link("record")})
    return render(request, "workspace/home.html", {"rooms": [room_of(place) for place in found]})


def room_of(place: Place) -> dict[str, Any]:
    """One room's part of Home."""
    if not place.somewhere("matter.view"):
        alarms = [
            {"words": trouble_words(one.what)[0], "url": link("record-room", place.slug), "status": one.level}
            for one in (faults.troubles(place.node, place.room) if place.somewhere("record.view") else ())
        ]
        return {
            "place": place,
            "blind": True,
            "record": link("record-room", place.slug) if place.somewhere("record.view") else "",
            "alarms": alarms,
        }
    with place.node.read() as tx:
        names = names_of(tx, place)
        actions = live_actions(tx, place, names)
        waits = [*discrepancies(tx, place), *positions_waiting(tx, place, names), *received_waiting(tx, place)]
        texts = [(one, session) for session in names.sessions for one in instruments(tx, place.room, session, place.side)]
        slots = {(one.slot.kind, one.slot.of, one.slot.step) for one in record.slots(tx, place.room) if one.agreed is None}
    waits += reports_due(place, actions)
    if place.somewhere("negotiation.view"):
        waits += texts_waiting(place, names, texts) + signatures_waiting(place, names, slots, {one.id for one, _session in texts})
    owed = {side: [row for row in actions if row["agreed"] and side in row["sides"] and row["state"] not in ENDED] for side in place.sides}
    return {
        "place": place,
        "title": _title(place, names),
        "waits": waits[:SHOWN],
        "more": max(0, len(waits) - SHOWN),
        "count": len(waits),
        "next": next_session(place, names),
        "owed": [_owed(place, side, rows) for side, rows in owed.items()],
        "alone": not place.node.peers(place.room),
    }


def _title(place: Place, names: Names) -> str:
    top = next((one for one in names.bodies.values() if one.depth == 0), None)
    return names.of(top.id) if top else place.slug


def next_session(place: Place, names: Names) -> dict[str, Any] | None:
    """The session or meeting that begins next."""
    coming = [(left, one) for one in names.sessions.values() if (left := days_left(place, one)) is not None]
    if not coming:
        return None
    left, one = min(coming, key=lambda each: each[0])
    dates = one.dates.content if one.dates is not None else None
    return {
        "title": session_title(one.content, place.side),
        "body": names.of(one.content.body),
        "url": session_url(place.slug, one.id),
        "left": left,
        "when": days(dates.start, dates.end) if dates else "",
        "where": ", ".join(word for word in (picked(dates.venue), picked(dates.place)) if word) if dates else "",
    }


def positions_waiting(tx: Tx, place: Place, names: Names) -> list[dict[str, Any]]:
    """Matters of the record on which the next word is ours, for whoever may say it."""
    found = []
    for name, kind in KINDS.items():
        for one in readings(tx, place.room, name, kind.content, place.side):
            if our_move(place, one) and place.may(kind.right, tx, body_of(names, one.subject)):
                subject = names.of(one.subject)
                about = f"{subject}, {names.of(one.part)}" if name in WITH_PART else subject
                crossed = settled_by_us(place, one.state)
                found.append(
                    {
                        "words": _("%(what)s: %(about)s") % {"what": kind_name(name), "about": about},
                        "url": link("protocol", place.slug, ref(one.subject))
                        if name == "protocol.instrument"
                        else matter_url(place.slug, name, one.subject, one.part),
                        "status": "crossed" if crossed else "to-answer",
                    }
                )
    return found


def our_move(place: Place, one: Reading) -> bool:
    """Whether a matter waits for us: theirs alone, ours older than theirs, or crossed and ours to settle."""
    if one.status == "theirs":
        return True
    if one.status != "differ":
        return False
    state = one.state
    if settled_by_us(place, state):
        return True
    ours = state.positions[place.side].at
    return any(each.at > ours for side, each in state.positions.items() if side != place.side and each.content is not None)


def received_waiting(tx: Tx, place: Place) -> list[dict[str, Any]]:
    """What the other Side entered as received from us."""
    if not place.somewhere("received.answer"):
        return []
    return [
        {
            "words": _("Confirm or correct what they received from us: %(what)s")
            % {"what": kind_name(one.account["schema"].partition("/")[0])},
            "url": reverse("received-answer", args=(place.slug, ref(one.id))),
            "status": "to-answer",
        }
        for one in meetings.to_confirm(tx, place.room, place.side)
    ]


def discrepancies(tx: Tx, place: Place) -> list[dict[str, Any]]:
    """Evidence of something wrong, and entries that are not counted."""
    url = link("record")
    if not url or not place.somewhere("record.view"):
        return []
    filed, voids = record.notices(tx, place.room, "fault"), record.voids(tx, place.room)
    found = [
        {"words": trouble_words(one.what)[0], "url": link("record-room", place.slug), "status": one.level}
        for one in faults.troubles(place.node, place.room)
    ]
    found += [
        {"words": _("A discrepancy in the record, noted %(when)s") % {"when": moment(one["at"])}, "url": url, "status": "discrepancy"}
        for one in filed
    ]
    if voids:
        words = ngettext("%(count)s entry is not counted", "%(count)s entries are not counted", len(voids)) % {"count": len(voids)}
        found.append({"words": words, "url": url, "status": "not-counted"})
    return found


def reports_due(place: Place, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Actions of ours on which we have not reported, those whose date has passed first."""
    if not place.somewhere("report.state"):
        return []
    due = [row for row in actions if row["agreed"] and place.side in row["sides"] and not row["reports"][0]["state"]]
    return [
        {
            "words": _("Report on %(what)s") % {"what": f"{row['printed']}. {row['text']}"},
            "url": row["report_url"],
            "status": "date-passed" if row["date_passed"] else "to-answer",
        }
        for row in due
    ]


def texts_waiting(place: Place, names: Names, texts: list[tuple[Any, str]]) -> list[dict[str, Any]]:
    """Protocols with provisions to answer."""
    found = []
    for one, session in texts:
        url = link("protocol", place.slug, ref(one.id)) or session_url(place.slug, session)
        try:
            rows = grid(place.node, place.room, one.id).rows if one.sealed != "signed" else ()
        except CochairError:
            continue
        ours = [row.no for row in rows if any(cell.move == "us" for cell in row.cells.values())]
        if ours:
            words = ngettext("%(count)s provision to answer: %(session)s", "%(count)s provisions to answer: %(session)s", len(ours))
            found.append({"words": words % {"count": len(ours), "session": names.of(session)}, "url": url, "status": "to-answer"})
    return found


def signatures_waiting(place: Place, names: Names, slots: set[tuple[str, str, int]], known: set[str]) -> list[dict[str, Any]]:
    """Acts that the other Side has sealed and ours has not, and seals of theirs to look at."""
    if not (place.somewhere("seal.file") or place.somewhere("seal.find")):
        return []
    found = []
    for kind, of, step in sorted(slots):
        waits = seals.slot_status(place.node, place.room, kind, of, step).waits_for_us if of in known else ()
        if waits:
            asked = words_of(kind).asked if "seal" in waits else _("Look at what the other Side filed: %(what)s")
            words = asked % {"what": names.of(of)}
            found.append({"words": words, "url": link("signing", place.slug, ref(of)) or reverse("sessions"), "status": "to-answer"})
    return found


def _owed(place: Place, side: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    passed = sum(row["date_passed"] for row in rows)
    return {"side": side_name(side), "own": side == place.side, "count": len(rows), "passed": passed, "rows": rows[:5]}
