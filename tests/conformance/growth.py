"""Rooms whose Sides adopted schemas that no reader here knows, or that they did not quite adopt: who stops, at which version, and who goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.conformance.rooms import Played, Room, bundle, seed

if TYPE_CHECKING:
    from tests.conformance.scenarios import Scenario

ADOPTED = ["adopt IN/record/3"]
LATER = "meetings.letter/2"


def list_of(room: Room, /, *names: str, program: str = "7.1", previous: str | None = None, **changed: Any) -> str:
    """The list that adopts these -> its digest."""
    rows = [{"schema": name, "description": seed("description", name).hex(), "program": program} for name in sorted(names)]
    return room.put({"v": 1, "what": "schema", "room": room.room, "previous": previous, "schemas": rows, **changed})


def adopt(room: Room, digest: str, *, step: int = 1, sides: tuple[str, ...] = ("IN", "RU"), until: str = "", of: str = "") -> None:
    """Seal a list by these Sides, each finding the other's seal valid; ``until``: stop before ``findings``, or before they are ``known``."""
    slot = {"kind": "schema", "of": of or room.room, "step": step}
    made = {side: room.seal(side, slot, digest) for side in sides}
    room.seen("IN", "RU")
    room.seen("RU", "IN")
    if until == "findings":
        return
    for side, other in (("IN", "RU"), ("RU", "IN")):
        if other in made:
            room.finding(side, made[other])
    if until != "known":
        room.seen("IN", "RU")
        room.seen("RU", "IN")


def letter(room: Room, side: str = "RU", schema: str = LATER) -> str:
    return room.say(side, "statement", schema, {"subject": "self"})


def account(schema: str) -> dict[str, Any]:
    said = {"as": "statement", "schema": schema, "subject": "self", "part": "", "content": {"text": "x"}, "level": "agreed"}
    return {"from": "IN", "how": "said", "account": said, "paper": None, "number": "", "dated": ""}


UNKNOWN: Mapping[str, tuple[str, Callable[[Room], Any]]] = {
    "kind": ("record.blessing/1", lambda r: r.say("RU", "blessing", "record.blessing/1", {})),
    "schema": ("meetings.rumour/1", lambda r: letter(r, schema="meetings.rumour/1")),
    "version": (LATER, letter),
    "version-of-a-seal": ("record.seal/2", lambda r: r.say("RU", "seal", "record.seal/2", {})),
    "version-of-a-matter": ("meetings.session/2", lambda r: r.position("RU", "meetings.session/2", "self", {})),
    "version-of-entries": ("record.entry/2", lambda r: r.say("RU", "statement", "meetings.letter/1", {}, v=2)),
    "reported": (LATER, lambda r: r.say("RU", "statement", "record.received/1", account(LATER))),
}
"""Name -> a schema that no reader here knows, and an entry that uses it."""


def growth(scenario: type[Scenario]) -> Iterator[Scenario]:
    def whole(name: str, room: Room) -> Scenario:
        return scenario(name, {"record.tar": bundle(room)}, room.room, 0, (), ADOPTED)

    def stops(name: str, room: Room, needs: str = "7.1") -> Scenario:
        return scenario(name, {"record.tar": bundle(room)}, room.room, 4, (), ADOPTED, [needs])

    for name, (schema, write) in UNKNOWN.items():
        room = Played()
        write(room)
        yield whole(f"good-not-adopted-{name}", room)
        room = Played()
        adopt(room, list_of(room, schema))
        write(room)
        room.seen("IN", "RU", size=len(room.sides["RU"].entries) - 1)
        yield stops(f"partly-needs-a-later-program-{name}", room)
    room = Played()
    room.say("RU", "statement", "meetings.session/1", {"subject": "self"})
    room.position("RU", "meetings.letter/1", "self", {})
    room.say("RU", "statement", "record.seen/1", {"heads": {}})
    room.say("RU", "finding", "record.seal/1", {})
    room.say("RU", "blessing", "meetings.letter/1", {})
    yield whole("good-schemas-of-other-kinds", room)

    for name, made in {
        "by-one-alone": lambda r: adopt(r, list_of(r, LATER), sides=("RU",)),
        "with-no-findings": lambda r: adopt(r, list_of(r, LATER), until="findings"),
        "and-not-yet-known": lambda r: adopt(r, list_of(r, LATER), until="known"),
        "in-a-later-step": lambda r: adopt(r, list_of(r, LATER), step=2),
        "in-no-step": lambda r: adopt(r, list_of(r, LATER), step=0),
        "for-another-thing": lambda r: adopt(r, list_of(r, LATER), of="IN/record/3"),
        "following-nothing": lambda r: adopt(r, list_of(r, LATER, previous=list_of(r, "meetings.rumour/1"))),
        "of-another-room": lambda r: adopt(r, list_of(r, LATER, room="11" * 32)),
        "of-another-version": lambda r: adopt(r, list_of(r, LATER, v=2)),
        "of-another-kind": lambda r: adopt(r, list_of(r, LATER, what="schemas")),
        "with-a-member-more": lambda r: adopt(r, list_of(r, LATER, more=1)),
        "with-no-program": lambda r: adopt(r, list_of(r, LATER, program="")),
        "with-a-program-in-words": lambda r: adopt(r, list_of(r, LATER, program="the next one")),
        "of-nothing": lambda r: adopt(r, list_of(r, schemas=[])),
        "twice": lambda r: adopt(r, list_of(r, schemas=[{"schema": LATER, "description": "22" * 32, "program": "7.1"}] * 2)),
        "as-a-manifest": lambda r: adopt(r, r.manifest),
    }.items():
        room = Played()
        made(room)
        letter(room)
        yield whole(f"good-adopted-{name}", room)

    room = Room("IN", "RU", "EU")
    digest = list_of(room, LATER)
    three = {side: room.seal(side, {"kind": "schema", "of": room.room, "step": 1}, digest) for side in room.sides}
    for side in room.sides:
        room.seen(side, *(other for other in room.sides if other != side))
    for side in room.sides:
        for other in sorted(room.sides.keys() - {side}):
            room.finding(side, three[other])
    room.seen("RU", "EU")
    letter(room, "IN")  # it knows of no finding by another yet
    room.seen("IN", "RU")  # and now of that by EU through RU
    letter(room, "IN")
    yield scenario("partly-adopted-as-known-through-a-third", {"record.tar": bundle(room)}, room.room, 4, (), [], ["7.1"])
    room = Played()
    adopt(room, list_of(room, LATER), until="known")
    letter(room, "RU")  # its own log knows of no finding by IN yet: not counted
    room.seen("RU", "IN")
    letter(room, "RU")
    yield stops("partly-adopted-as-soon-as-it-is-known", room)

    def second(room: Room, *names: str, program: str = "7.1", step: int = 2, previous: str = "") -> None:
        first = list_of(room, "meetings.rumour/1")
        adopt(room, first)
        adopt(room, list_of(room, *names, program=program, previous=previous or first), step=step)

    room = Played()
    second(room, "meetings.rumour/1", LATER)
    letter(room)
    yield stops("partly-adopted-in-a-second-step", room)
    room = Played()
    second(room, "meetings.rumour/1", LATER)
    letter(room, schema="meetings.rumour/1")
    yield stops("partly-adopted-in-the-first-step-of-two", room)
    for name, given in {
        "that-drops-the-first": (LATER,), "that-adds-nothing": ("meetings.rumour/1",),
    }.items():  # fmt: skip
        room = Played()
        second(room, *given)
        letter(room)
        yield whole(f"good-second-list-{name}", room)
    room = Played()
    second(room, "meetings.rumour/1", LATER, program="7.2")
    letter(room)
    yield whole("good-second-list-that-changes-the-first", room)
    room = Played()
    second(room, "meetings.rumour/1", LATER)
    room.structural.pop(next(d for d, data in room.structural.items() if b'"what":"schema"' in data and LATER.encode() in data))
    letter(room)
    yield scenario("partly-list-left-out", {"record.tar": bundle(room)}, room.room, 4, (), ADOPTED)
    room = Played()
    adopt(room, list_of(room, LATER))
    letter(room)
    letter(room, "IN")
    room.position("IN", "bodies.body/1", "self", None)
    yield stops("partly-both-logs-need-a-later-program", room)
