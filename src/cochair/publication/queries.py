"""What may be read by anybody: the joint consents, and the things they open, read from agreed rows alone.

Rules:
 1. Nothing is here without a consent of all Sides; a thing is shown only with what it belongs to: an action with its session, a session with its body.
 2. Only what all Sides agree on is read (standing ``agreed``, level ``agreed``): no proposal, no account of the other, no one-sided statement, no working paper.
 3. No person is ever read: papers are opened for wordings alone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from cochair.followup.contents import Action, Assessment, Due
from cochair.followup.review import by_number, passed
from cochair.protocol.history import ORDER, sealed_texts
from cochair.protocol.text import Text
from cochair.protocol.texts import wording
from cochair.record import queries
from cochair.record.fields import of_text
from cochair.record.queries import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

Names = dict[str, str]
_AGREED = "room = ? AND standing = 'agreed' AND level = 'agreed'"


@dataclass(frozen=True, slots=True)
class Body:
    """A body: each Side's names per language. ``parent`` is None at the top, and where the body above is not public."""

    id: str
    kind: str
    code: str
    names: dict[str, Names]
    parent: str | None


@dataclass(frozen=True, slots=True)
class AgreedAction:
    """An agreed action. ``state`` and ``date_passed`` are None where they are not public; ``state`` is "" while nothing is agreed."""

    id: str
    printed: str
    text: Names
    sides: tuple[str, ...]
    due: Due
    state: str | None
    date_passed: bool | None


@dataclass(frozen=True, slots=True)
class Session:
    """A session with its dates, if they are agreed. ``actions`` is None where they are not public."""

    id: str
    body: str
    kind: str
    ordinals: dict[str, int]
    host: str | None
    start: str
    end: str
    place: Names
    venue: Names
    actions: tuple[AgreedAction, ...] | None


@dataclass(frozen=True, slots=True)
class Provision:
    """One unit of a published text, in each language; None where its bytes have not come or were erased."""

    no: str
    kind: str
    texts: dict[str, Text | None]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol. ``step`` is the last sealed one, corrections aside ("" before adoption); ``text`` is None where it is not public; ``manifest`` is of the published text."""

    id: str
    session: str
    kind: str
    languages: tuple[tuple[str, str], ...]
    prevailing: str | None
    step: str
    text: tuple[Provision, ...] | None
    manifest: str
    proof: bool


@dataclass(frozen=True, slots=True)
class Published:
    """All that is public in one room. ``proof``: the record may be taken for checking; then ``papers`` are the paper ids that go with it."""

    room: str
    slug: str
    specimen: bool
    side: str
    sides: tuple[str, ...]
    bodies: tuple[Body, ...]
    sessions: tuple[Session, ...]
    protocols: tuple[Protocol, ...]
    papers: frozenset[str]

    @property
    def proof(self) -> bool:
        """Whether the record of the room may be taken for checking."""
        return any(one.proof for one in self.protocols)

    def session(self, id_: str) -> Session | None:
        """A public session."""
        return next((one for one in self.sessions if one.id == id_), None)

    def body(self, id_: str) -> Body | None:
        """A public body."""
        return next((one for one in self.bodies if one.id == id_), None)

    def protocol(self, id_: str) -> Protocol | None:
        """A public protocol."""
        return next((one for one in self.protocols if one.id == id_), None)


def consents(tx: Tx, room: str) -> dict[str, dict[str, str | None]]:
    """Thing -> item -> the manifest of a text, else None: what all Sides consent to."""
    found: dict[str, dict[str, str | None]] = {}
    for row in tx.query("SELECT subject, item, manifest FROM publication_consent WHERE room = ?", (room,)):
        found.setdefault(row["subject"], {})[row["item"]] = row["manifest"]
    return found


def published(node: "Node", room: str) -> Published | None:
    """What is public in a room; None if nothing is."""
    terms = node.terms(room)
    with node.read() as tx:
        given = consents(tx, room)
        bodies = _bodies(tx, room, given)
        if not bodies:
            return None
        sessions = _sessions(node, tx, room, given, {one.id for one in bodies})
        protocols = _protocols(node, tx, room, given, {one.id for one in sessions})
        papers = _papers(tx, room, protocols)
    sides = sorted((one["side"] for one in terms["sides"]), key=lambda side: (side != node.side, side))
    specimen = node.specimen or bool(terms.get("specimen"))
    return Published(room, str(terms["slug"]), specimen, node.side, tuple(sides), bodies, sessions, protocols, papers)


def _open(given: dict[str, dict[str, str | None]], subject: str, *items: str) -> bool:
    return all(item in given.get(subject, {}) for item in ("existence", *items))


def _bodies(tx: Tx, room: str, given: dict[str, dict[str, str | None]]) -> tuple[Body, ...]:
    rows = {row["id"]: row for row in tx.query(f"SELECT * FROM bodies_body WHERE {_AGREED}", (room,)) if _open(given, row["id"])}  # noqa: S608
    below: dict[str | None, list[dict[str, Any]]] = {}
    for row in sorted(rows.values(), key=lambda row: (row["code"], row["id"])):
        below.setdefault(row["parent"] if row["parent"] in rows else None, []).append(row)
    found: list[Body] = []

    def walk(parent: str | None) -> None:
        for row in below.pop(parent, []):
            found.append(Body(row["id"], row["kind"], row["code"], of_text(row["names"]), parent))
            walk(row["id"])

    walk(None)
    return tuple(found)


def _sessions(node: "Node", tx: Tx, room: str, given: dict[str, dict[str, str | None]], bodies: set[str]) -> tuple[Session, ...]:
    dates = {row["session"]: row for row in tx.query(f"SELECT * FROM meetings_dates WHERE {_AGREED}", (room,))}  # noqa: S608
    found = []
    for row in tx.query(f"SELECT * FROM meetings_session WHERE {_AGREED}", (room,)):  # noqa: S608
        if row["body"] not in bodies or not _open(given, row["id"]):
            continue
        when = dates.get(row["id"], {})
        found.append(
            Session(
                row["id"], row["body"], row["kind"], of_text(row["ordinals"]), row["host"], when.get("first_day", ""), when.get("last_day", ""),
                of_text(when.get("place", "{}")), of_text(when.get("venue", "{}")),
                _actions(node, tx, room, row["id"], set(given[row["id"]])) if _open(given, row["id"], "actions") else None,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.start or "9999", one.id), reverse=True))


def _actions(node: "Node", tx: Tx, room: str, session: str, open_: set[str]) -> tuple[AgreedAction, ...]:
    today = node.clock.now()[:10]
    days = {row["session"]: row["first_day"] for row in tx.query(f"SELECT session, first_day FROM meetings_dates WHERE {_AGREED}", (room,))}  # noqa: S608
    last: dict[str, tuple[str, Assessment]] = {}
    for row in tx.query(f"SELECT action, session, content FROM followup_assessment WHERE {_AGREED}", (room,)):  # noqa: S608
        day = days.get(row["session"], "")
        if row["action"] not in last or last[row["action"]][0] <= day:
            last[row["action"]] = (day, msgspec.convert(of_text(row["content"]), Assessment))
    found = []
    for row in tx.query(f"SELECT * FROM followup_action WHERE {_AGREED} AND session = ?", (room, session)):  # noqa: S608
        action = msgspec.convert(of_text(row["content"]), Action)
        assessed = last[row["id"]][1] if row["id"] in last else None
        due = (assessed.new_due if assessed else None) or action.due
        state = (assessed.state if assessed else "") if "status" in open_ else None
        late = passed(due, today, assessed) if "date-passed" in open_ else None
        text = dict(action.text) or {lang: _plain(node, room, paper, lang) for lang, paper in action.papers.items()}
        shown = due if "status" in open_ else action.due
        found.append(AgreedAction(row["id"], action.printed, {k: v for k, v in text.items() if v}, action.sides, shown, state, late))
    return tuple(sorted(found, key=lambda one: (by_number(one.printed), one.id)))


def _plain(node: "Node", room: str, paper: str, lang: str) -> str:
    from cochair.protocol.text import plain

    found = wording(node, room, paper, lang).text
    return plain(found) if found else ""


def _protocols(node: "Node", tx: Tx, room: str, given: dict[str, dict[str, str | None]], sessions: set[str]) -> tuple[Protocol, ...]:
    spoken: dict[str, list[tuple[int, str, str]]] = {}
    for row in tx.query("SELECT instrument, place, lang, status FROM protocol_language WHERE room = ?", (room,)):
        spoken.setdefault(row["instrument"], []).append((row["place"], row["lang"], row["status"]))
    steps: dict[str, list[tuple[int, int, str]]] = {}
    for row in tx.query("SELECT instrument, slot, step FROM protocol_step WHERE room = ?", (room,)):
        steps.setdefault(row["instrument"], []).append((ORDER.index(row["slot"]), row["step"], row["slot"]))
    found = []
    for row in tx.query(f"SELECT * FROM protocol_instrument WHERE {_AGREED}", (room,)):  # noqa: S608
        id_ = row["instrument"]
        if row["session"] not in sessions or not _open(given, id_):
            continue
        manifest = given[id_].get("text") or ""
        text = _text(node, tx, room, id_, manifest) if manifest else None
        languages = tuple((lang, status) for _place, lang, status in sorted(spoken.get(id_, ())))
        told = [one for one in steps.get(id_, ()) if one[2] != "correct"] or steps.get(id_, [])
        step = max(told)[2] if told else ""
        proof = text is not None and "proof" in given[id_]
        found.append(Protocol(id_, row["session"], row["kind"], languages, row["prevailing"], step, text, manifest if text else "", proof))
    return tuple(found)


def _text(node: "Node", tx: Tx, room: str, instrument: str, manifest: str) -> tuple[Provision, ...] | None:
    """The wording that this manifest settled; None if the manifest settled none of this instrument."""
    units: dict[str, Provision] = {}
    for one in sealed_texts(tx, room, instrument, manifest):
        unit = units.setdefault(one.provision, Provision(one.no, one.kind, {}))
        unit.texts[one.lang] = wording(node, room, one.paper, one.lang).text
    return tuple(units.values()) or None


def _papers(tx: Tx, room: str, protocols: tuple[Protocol, ...]) -> frozenset[str]:
    """The papers that go with the record: wordings of the published texts, the signatures on them and the keys' certificates. No letter, no list, no name."""
    found: set[str] = set()
    for one in protocols:
        if not one.proof:
            continue
        found |= {signed.paper for signed in sealed_texts(tx, room, one.id, one.manifest)}
        for seals in (slot.seals for slot in queries.slots(tx, room, of=one.id)):
            found |= {seal.paper for seal in seals}
            keys = tx.query("SELECT id, certificate FROM j_key WHERE room = ?", (room,))
            found |= {row["certificate"] for row in keys if row["certificate"] and row["id"] in {seal.key for seal in seals}}
    return frozenset(found)
