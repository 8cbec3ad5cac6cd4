"""What the record says of a session, in the press reader's facts: so that reports can be laid beside it. Claims never become record; it goes this way only.

Rules:
 1. Only what all Sides agree on, or a Side's own statement about itself, counts as what the record says; proposals do not.
 2. The register of bodies that the reader is given is the rooms' own tree; ids stand in it as ``room slug + " " + id``. What comes with the product is used for
    bodies that no room has, so that a report about another body is still read.
"""

from collections.abc import Sequence
from typing import Any

from cochair.bodies import queries as bodies
from cochair.followup import queries as followup
from cochair.kit.errors import CochairError
from cochair.meetings import queries as meetings
from cochair.meetings.contents import Dates
from cochair.press.claims import Reading
from cochair.press.commands import own_register
from cochair.press.reconcile import Row
from cochair.press.register import Body, Register
from cochair.press.topickeys import topic_keys
from cochair.protocol.history import instruments
from cochair.record.queries import Tx
from cochair.workspace.place import Place

STANDS = ("agreed", "ad-referendum")


def register_of(places: Sequence[Place]) -> Register:
    """The bodies of all rooms, and those of the product's register that no room has."""
    found: list[Body] = []
    for place in places:
        with place.node.read() as tx:
            for view in bodies.bodies(tx, place.room, place.side):
                names: dict[str, list[str]] = {}
                for by_language in view.content.names.values():
                    for lang, name in by_language.items():
                        names.setdefault(lang, []).append(name)
                parent = f"{place.slug} {view.content.parent}" if view.content.parent else None
                kind = view.content.kind if view.content.kind == "sub-group" else view.content.kind.replace("-", " ")
                found.append(Body(f"{place.slug} {view.id}", kind, sorted(view.content.names), names, parent))
    rooms = Register(found)
    for body in own_register().bodies.values():
        fields = [name.rpartition(" on ")[2] for names in body.names.values() for name in names if " on " in name]
        if not any(rooms.match(body.parties, body.kind, field) for field in fields):
            found.append(body)
    return Register(found)


def spoken_of(places: Sequence[Place], reading: Reading) -> tuple[str, str] | None:
    """The session of a room that a report speaks of, by its body and number -> (room slug, session id), or None."""
    names = [str(claim.value) for claim in reading.of("body.name") if claim.value]
    ordinals = [claim.value for claim in reading.of("session.ordinal") if claim.value]
    for place in places:
        with place.node.read() as tx:
            for one in meetings.sessions(tx, place.room, place.side):
                if f"{place.slug} {one.content.body}" in names and set(one.content.ordinals.values()) & set(ordinals):
                    return place.slug, one.id
    return None


def facts(place: Place, session: str) -> dict[str, Any]:
    """The facts that the record settles about a session -> the names of `reconcile`'s rows. What it does not settle is left out."""
    found: dict[str, Any] = {}
    with place.node.read() as tx:
        view = meetings.session(tx, place.room, session, place.side)
        if view.status not in STANDS:
            return found
        body = bodies.body(tx, place.room, view.content.body, place.side)
        found["body"] = f"{place.slug} {body.id}"
        if body.content.parent:
            found["framework"] = f"{place.slug} {body.content.parent}"
        if (number := view.ordinal(place.side)) is not None:
            found["session.ordinal"] = number
        if view.content.previous:
            before = meetings.session(tx, place.room, view.content.previous, place.side)
            found["session.previous"] = before.ordinal(place.side)
        if view.dates is not None and view.dates.status in STANDS:
            found |= _when(view.dates.content)
        found |= _chairs(tx, place, view.content.body, session, view.start)
        found |= _delegates(tx, place, session)
        found |= _reports(tx, place, session)
        found |= _document(tx, place, session)
        found |= _topics(tx, place, session)
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def settle_bodies(rows: Sequence[Row], place: Place) -> None:
    """A body that the record does not know cannot be said to be another one than it names: such a verdict is dropped."""
    for row in rows:
        if row.fact in ("body", "framework"):
            for key, stated in row.states.items():
                if not str(stated).startswith(f"{place.slug} "):
                    row.against_record.pop(key, None)


def settle_days(rows: Sequence[Row], place: Place, session: str) -> None:
    """A report that names one day of a session of several says the same, only coarser: mend the verdicts of the row of dates."""
    with place.node.read() as tx:
        dates = meetings.dates(tx, place.room, session, place.side)
    if dates is None or dates.status not in STANDS or dates.content.start == dates.content.end:
        return
    for row in rows:
        if row.fact == "session.date":
            row.record = f"{dates.content.start}/{dates.content.end}"
            for key, stated in row.states.items():
                within = isinstance(stated, str) and dates.content.start <= stated <= dates.content.end
                row.against_record[key] = "same" if stated == row.record else "coarser" if stated is None or within else "contradicts"


def _when(dates: Dates) -> dict[str, Any]:
    city, venue = (
        dates.place.get("en") or next(iter(dates.place.values()), ""),
        dates.venue.get("en") or next(iter(dates.venue.values()), ""),
    )
    return {"session.date": dates.start, "session.city": city, "session.venue": venue}


def _chairs(tx: Tx, place: Place, body: str, session: str, day: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for post in bodies.posts(tx, place.room, place.side, body):
        acting = bodies.acting(tx, place.room, post, session, day) if post.kind == "co-chair" else None
        person = bodies.person(place.node, place.room, acting.person) if acting else None
        if person is not None:
            found[f"chair.{post.side}"] = person.name.get("en") or next(iter(person.name.values()), "")
    return found


def _delegates(tx: Tx, place: Place, session: str) -> dict[str, Any]:
    lists = [meetings.delegation(tx, place.room, session, side) for side in place.sides]
    return {"delegates.count": sum(len(one.members) for one in lists)} if all(one.members for one in lists) else {}


def _reports(tx: Tx, place: Place, session: str) -> dict[str, Any]:
    found = []
    for report in meetings.reports(tx, place.room, session):
        try:
            names = bodies.body(tx, place.room, report.body, place.side).content.names
        except CochairError:  # a report of a body that nobody agreed on
            continue
        name = next((each["en"] for each in names.values() if each.get("en")), "")
        found.append(name.rpartition(" on ")[2].lower())
    return {"subgroups": found}


def _document(tx: Tx, place: Place, session: str) -> dict[str, Any]:
    far = {one.sealed for one in instruments(tx, place.room, session, place.side) if one.sealed}
    if not far:
        return {}
    return {"document.status": "signed" if "signed" in far else "adopted"}


def _topics(tx: Tx, place: Place, session: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for project in followup.projects(tx, place.room, place.side):
        if project.status not in STANDS:
            continue
        called = next((one for one in followup.life_of_phrase(tx, place.room, project.subject, place.side) if one.session == session), None)
        if called is None or called.status not in STANDS:
            continue
        name = project.content.names.get("en") or next(iter(project.content.names.values()), "")
        for label in topic_keys(name):
            modes = found.setdefault(f"topic:{label}", {"modes": []})["modes"]
            modes.append(called.mode.replace("-", "_"))
    return found
