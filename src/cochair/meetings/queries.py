"""Questions about meetings. What is agreed and what is only proposed come in one list, each with its status, the reader's own view first.

Every function takes one consistent snapshot (`Tx`), a room, and where it matters ``side``: whose chair the reader sits in. What one Side only
reports of the other (``account``) stands in as long as the other has said nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from cochair.kit.errors import NotFound
from cochair.meetings.contents import Agenda, Dates, Member, Session
from cochair.record import queries as record
from cochair.record.fields import of_text
from cochair.record.positions import Reading, Status, readings, said_order
from cochair.record.queries import ReceivedState, Tx


class SessionView(NamedTuple):
    """One meeting with its dates. ``dates`` is a reading of `Dates`, or ``None`` while nobody proposes any."""

    id: str
    content: Session
    status: Status
    dates: Reading | None

    def ordinal(self, side: str) -> int | None:
        """Its number as ``side`` counts, else as the other does."""
        numbers = self.content.ordinals
        return numbers.get(side, next(iter(numbers.values()), None))

    @property
    def start(self) -> str:
        """Its first day, "" while nobody names one."""
        return self.dates.content.start if self.dates is not None else ""


class DelegateView(NamedTuple):
    """One line of a delegation list. ``source`` is the entry that put it there, ``late`` whether it came after the freeze."""

    person: str
    order: int
    role: str
    kind: str
    post: str | None
    on_behalf_of: str | None
    source: str
    late: bool = False


class DelegationView(NamedTuple):
    """One Side's list for a session as it stands: the frozen pages and each later change in its order."""

    side: str
    members: tuple[DelegateView, ...]
    frozen: str
    """The freeze, or ""."""
    changes: tuple[str, ...]
    account: str

    @property
    def counts(self) -> dict[str, int]:
        """Members per kind: official, expert, industry. A total that a newspaper reports is a claim and stands elsewhere."""
        return dict(Counter(one.kind for one in self.members))


class ReportView(NamedTuple):
    """One sub-group's report to a session. ``by`` maps each Side that filed to its papers; ``joint`` once all that filed meant it so with the same papers."""

    body: str
    joint: bool
    by: Mapping[str, Mapping[str, str]]
    entries: Mapping[str, str]
    accounts: frozenset[str]
    """The Sides whose report is known by our account only."""


class LetterView(NamedTuple):
    """One line of the register. ``number`` is the sender's, ``our_number`` ours; ``how`` is "" for a letter in the record, else how it was received."""

    id: str
    sender: str
    to: str
    number: str
    our_number: str
    dated: str
    received: str
    about: dict[str, str]
    paper: str | None
    session: str | None
    answers: str | None
    how: str


class DeclarationView(NamedTuple):
    """One Side's statement for the record."""

    id: str
    side: str
    account: str
    item: str
    title: dict[str, str]
    papers: dict[str, str]


def sessions(tx: Tx, room: str, side: str, body: str | None = None) -> list[SessionView]:
    """All meetings (of one body), the earliest first, those without a date last in the order in which they were introduced."""
    dates = {one.subject: one for one in readings(tx, room, "meetings.dates", Dates, side)}
    found = [
        SessionView(one.subject, one.content, one.status, dates.get(one.subject))
        for one in readings(tx, room, "meetings.session", Session, side)
        if body in (None, one.content.body)
    ]
    return sorted(found, key=lambda one: one.start or "9999")


def session(tx: Tx, room: str, session_id: str, side: str) -> SessionView:
    """One meeting; raises `NotFound`."""
    for one in readings(tx, room, "meetings.session", Session, side, session_id):
        return SessionView(one.subject, one.content, one.status, dates(tx, room, session_id, side))
    raise NotFound("There is no meeting {session_id!r} in this room", "Open it from the page of its body", session_id=session_id[:40])


def dates(tx: Tx, room: str, session_id: str, side: str) -> Reading | None:
    """Dates and place: the content is a `Dates`."""
    return next(iter(readings(tx, room, "meetings.dates", Dates, side, session_id)), None)


def agenda(tx: Tx, room: str, session_id: str, side: str) -> Reading | None:
    """The agenda: the content is an `Agenda`."""
    return next(iter(readings(tx, room, "meetings.agenda", Agenda, side, session_id)), None)


def chain(tx: Tx, room: str, session_id: str, side: str) -> list[str]:
    """The sessions before one, as each names its previous one, the nearest first."""
    previous = {one.subject: one.content.previous for one in readings(tx, room, "meetings.session", Session, side)}
    found: list[str] = []
    before = previous.get(session_id)
    while before is not None and before != session_id and before not in found:
        found.append(before)
        before = previous.get(before)
    return found


def delegation(tx: Tx, room: str, session_id: str, of: str) -> DelegationView:
    """The list of Side ``of`` for a session, in its own order of precedence."""
    key = (room, session_id, of)
    pages = _own_word(tx.query("SELECT * FROM meetings_delegate WHERE room = ? AND session = ? AND side = ? ORDER BY page, line", key))
    freezes = _own_word(tx.query("SELECT * FROM meetings_freeze WHERE room = ? AND session = ? AND side = ?", key))
    changes = sorted(_own_word(tx.query("SELECT * FROM meetings_change WHERE room = ? AND session = ? AND side = ?", key)), key=said_order)
    freeze = max(freezes, key=said_order, default=None)
    if freeze is not None:
        named = of_text(freeze["pages"])
        pages = [row for row in pages if row["id"] in named]
    members = {
        row["person"]: DelegateView(row["person"], row["place"], row["role"], row["kind"], row["post"], row["on_behalf_of"], row["id"])
        for row in pages
    }
    for row in changes:
        members.pop(row["gone"], None)
        if row["joined"] is not None:
            one = msgspec.convert(of_text(row["joined"]), Member)
            members[one.person] = DelegateView(one.person, one.order, one.role, one.kind, one.post, one.on_behalf_of, row["id"], late=True)
    account = next((row["account"] for row in (*pages, *changes)), "")
    seated = tuple(sorted(members.values(), key=lambda one: one.order))
    return DelegationView(of, seated, freeze["id"] if freeze else "", tuple(row["id"] for row in changes), account)


def pages(tx: Tx, room: str, session_id: str, of: str) -> list[str]:
    """The ids of the standing pages of a Side's own list, in order."""
    rows = tx.query(
        "SELECT DISTINCT id, page FROM meetings_delegate WHERE room = ? AND session = ? AND side = ? AND account = '' ORDER BY page, id",
        (room, session_id, of),
    )
    return [row["id"] for row in rows]


def _own_word(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The Side's own word, or where it has said nothing itself what others report of it."""
    return [row for row in rows if row["account"] == ""] or rows


def reports(tx: Tx, room: str, session_id: str) -> list[ReportView]:
    """The sub-groups' reports to a session, one line a sub-group; of several by one Side the last one filed counts."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(tx.query("SELECT * FROM meetings_report WHERE room = ? AND session = ?", (room, session_id)), key=said_order):
        last[row["body"], row["side"]] = row
    views = []
    for body in dict.fromkeys(body for body, _ in last):
        rows = {side: row for (one, side), row in sorted(last.items()) if one == body}
        same = len({row["papers"] for row in rows.values()}) == 1
        views.append(
            ReportView(
                body,
                same and len(rows) > 1 and all(row["joint"] for row in rows.values()),
                {side: of_text(row["papers"]) for side, row in rows.items()},
                {side: row["id"] for side, row in rows.items()},
                frozenset(side for side, row in rows.items() if row["account"]),
            )
        )
    return views


def letters(tx: Tx, room: str, side: str, session_id: str | None = None) -> list[LetterView]:
    """The register of letters (of one session), the newest first: sent, come in, and received before the other Side had a node."""
    receipts = {row["letter"]: row for row in tx.query("SELECT * FROM meetings_receipt WHERE room = ? AND side = ?", (room, side))}
    found = []
    for row in tx.query("SELECT * FROM meetings_letter WHERE room = ?", (room,)):
        receipt = receipts.get(row["id"])
        ours = row["number"] if row["side"] == side else receipt["number"] if receipt else ""
        arrived = receipt["received"] if receipt else ""
        found.append(
            LetterView(
                row["id"], row["side"], row["addressee"], row["number"], ours, row["dated"], arrived, of_text(row["about"]), row["paper"],
                row["session"], row["answers"], row["account"] and "account",
            )
        )  # fmt: skip
    found += [
        LetterView(one.id, one.source, one.by, one.number, "", one.dated, "", {}, one.paper, None, None, one.how)
        for one in record.received(tx, room)
        if one.how == "letter" and not one.superseded and one.account.get("schema") != "meetings.letter/1"
    ]
    chosen = [one for one in found if session_id in (None, one.session)]
    return sorted(chosen, key=lambda one: (one.dated, _number(one.id)), reverse=True)


def declarations(tx: Tx, room: str, session_id: str) -> list[DeclarationView]:
    """The Sides' statements for the record of a session."""
    rows = tx.query("SELECT * FROM meetings_declaration WHERE room = ? AND session = ?", (room, session_id))
    return [
        DeclarationView(row["id"], row["side"], row["account"], row["item"], of_text(row["title"]), of_text(row["papers"]))
        for row in sorted(rows, key=lambda row: (row["side"], said_order(row)))
    ]


def to_confirm(tx: Tx, room: str, side: str) -> list[ReceivedState]:
    """What other Sides entered as received from ``side``, and it has neither confirmed nor corrected yet."""
    return [one for one in record.received(tx, room, side) if one.by != side and not one.answer and not one.superseded]


def _number(entry: str) -> tuple[str, int]:
    side, _, seq = entry.split("/")
    return side, int(seq)
