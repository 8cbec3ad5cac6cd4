"""From what the tables say to the manifest: the one builder that both nodes use, so that what one seals the other can make again.

- ``draft`` reads what stands now; ``cut`` says how much of each record it may rest on (default: what is held and applied). Two nodes that hold
  the same state make the same bytes for the same cut.
- Everything that is missing is said at once, in words, before anything is made: people mend a text, not an exception.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from cochair.kit.errors import Conflict, Words
from cochair.kit.ids import parse_id, parse_origin
from cochair.protocol import manifest as m
from cochair.protocol.contents import InstrumentLanguage
from cochair.protocol.queries import Grid, Row, content_of, grid, instrument
from cochair.record import queries
from cochair.record.queries import MatterState, StatementState, Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

STANDS = ("agreed", "account")


@dataclass
class _Standing:
    """Collects on what the manifest rests: its schemas, and whether anything stands by account only."""

    room: str
    tx: Tx
    cut: Mapping[str, int]
    contents: set[str]
    account: bool = False

    def matters(self, kind: str, *, subject: str | None = None, part: str | None = None) -> list[MatterState]:
        found = [one for one in queries.matters(self.tx, self.room, kind, subject) if one.standing in STANDS and part in (None, one.part)]
        for one in found:
            self.account = self.account or one.standing == "account"
            self.contents |= {position.schema for position in one.positions.values()}
        return found

    def matter(self, kind: str, subject: str, part: str = "") -> MatterState | None:
        return next(iter(self.matters(kind, subject=subject, part=part)), None)

    def statements(self, schema: str, **wanted: str) -> list[StatementState]:
        found = [
            one
            for one in queries.statements(self.tx, self.room, schema)
            if all(one.content.get(name) == value for name, value in wanted.items()) and parse_id(one.id).seq < self.cut.get(one.side, 0)
        ]
        self.contents |= {schema for _ in found}
        return found


def heads(node: "Node", room: str) -> dict[str, int]:
    """Side -> number of entries of its record that this node holds and has applied: the cut as of now."""
    return {parse_origin(origin).side: size for origin, size in node.cut(room).items() if parse_origin(origin).log == "record"}


def problems(view: Grid) -> list[Words]:
    """Why a text cannot be adopted yet, in words; empty when it can."""
    found: list[Words] = []
    bound = [lang for lang, status in view.languages if status != "working"]
    if not view.rows:
        found.append(Words("There is no text yet"))
    if view.order not in ("agreed", "ad-referendum", "account"):
        found.append(Words("The order of the provisions is not agreed"))
    for row in view.rows:
        name = _named(row)
        if not row.placed:
            found.append(Words("{name} is proposed and has no place in the order: place it or withdraw it", name=name))
            continue
        for lang in bound:
            cell = row.cells[lang]
            if cell.state == "brackets":
                found.append(Words("{name} has open brackets in {lang}", name=name, lang=lang))
            elif cell.state == "awaiting":
                found.append(Words("{name} has no text in {lang}", name=name, lang=lang))
            elif not cell.clean:
                found.append(Words("{name} is not agreed in {lang}", name=name, lang=lang))
            elif cell.standing and cell.standing.flags:
                found.append(Words("{name} in {lang}: {why}", name=name, lang=lang, why=cell.standing.flags[0]))
    return found


def _named(row: Row) -> Words:
    return Words("Provision {no}", no=row.no) if row.no else Words("The provision {id} without a number", id=row.provision)


def unmarked(view: Grid, sides: Iterable[str]) -> list[Words]:
    """Which concordance marks are missing or stale, in words."""
    bound = [lang for lang, status in view.languages if status != "working"]
    return [
        Words(
            "{name}: {side} has not confirmed that {lang} says the same as {lang2}", name=_named(row), side=side, lang=lang, lang2=bound[0]
        )
        for row in view.rows
        if row.placed
        for side in sides
        for lang in bound[1:]
        if row.marks.get((side, lang)) != "fresh"
    ]


def draft(
    node: "Node",
    room: str,
    id_: str,
    *,
    originals: Sequence[m.OriginalPart] = (),
    cut: Mapping[str, int] | None = None,
    kind: str = "adopt",
) -> m.Manifest:
    """What stands now -> the manifest to be adopted (or initialled). Raises Conflict with everything that is missing."""
    view = grid(node, room, id_)
    at = dict(cut or heads(node, room))
    with node.read() as tx:
        content = content_of(instrument(tx, room, id_), node.side) or {}
        standing = _Standing(room, tx, at, {"protocol.provision/1", "protocol.text/1", "protocol.order/1"})
        built = standing.matter("protocol.instrument", id_)
        missing = problems(view) + ([] if built else [Words("The instrument itself (its kind and languages) is not agreed")])
        alone = any(cell.state == "account" for row in view.rows for cell in row.cells.values()) or len(at) < 2
        if not alone:
            missing += unmarked(view, sorted(at))
        if missing:
            raise Conflict(
                "The text cannot be adopted yet: {missing}", "{count} thing(s) to settle first", missing=missing[:12], count=len(missing)
            )
        parts, body = _session(standing, id_, content["session"])
    by_account = standing.account or alone
    names = {row.provision: f"p{place}" for place, row in enumerate(view.rows, start=1)}
    marks = [
        m.Mark(side, names[row.provision], lang)
        for row in view.rows
        for (side, lang), state in sorted(row.marks.items())
        if state == "fresh"
    ]
    made = m.Manifest(
        room=room,
        slot=m.Slot(kind, id_),  # type: ignore[arg-type]  # checked by the encoder
        instrument=id_,
        kind=content["kind"],
        session=content["session"],
        cites=None,
        cut=at,
        standing="account" if by_account else "agreed",
        parties=tuple(sorted({*at, *(body["names"] if by_account else ())})),
        languages=tuple(msgspec.convert(each, InstrumentLanguage) for each in content["languages"]),
        prevailing=content["prevailing"],
        provisions=tuple(_provision(row, names) for row in view.rows),
        concordance=tuple(sorted(marks, key=lambda mark: (mark.side, int(mark.provision[1:]), mark.lang))),
        originals=tuple(originals),
        contents=tuple(sorted(standing.contents)),
        **parts,
    )
    m.encode(made)
    return made


def _provision(row: Row, names: Mapping[str, str]) -> m.ManifestProvision:
    papers = {lang: cell.standing.paper for lang, cell in row.cells.items() if cell.standing and cell.clean}
    parent = names.get(row.parent) if row.parent else None
    return m.ManifestProvision(names[row.provision], row.kind, parent, row.no, papers)  # type: ignore[arg-type]  # checked by the encoder


def _session(at: _Standing, id_: str, session: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Everything of the record that the manifest restates about the session, and the content of its body."""
    held = at.matter("meetings.session", session)
    body = held.content["body"] if held and held.content else ""
    body_matter = at.matter("bodies.body", body)
    if held is None or body_matter is None:
        raise Conflict("The session or its body is not agreed", "Agree on the session and on the body before its protocol is adopted")
    agenda, dates = at.matter("meetings.agenda", session), at.matter("meetings.dates", session)
    way = at.matter("followup.way_forward", session)
    parts = {
        "meeting": _coordinate(held),
        "body": _coordinate(body_matter),
        "agenda": agenda and _agenda(agenda),
        "dates": dates and _dates(dates),
        "assessments": tuple(_assessment(one) for one in at.matters("followup.assessment", part=session)),
        "areas": tuple(m.AreaPart(one.subject, _of(one)["code"], _of(one)["parent"]) for one in at.matters("followup.area")),
        "projects": tuple(_projects(at, session)),
        "reports": tuple(m.EntryPart(one.side, one.id) for one in at.statements("meetings.report/1", session=session)),
        "delegations": tuple(_delegations(at, session)),
        "statements": tuple(m.EntryPart(one.side, one.id) for one in at.statements("meetings.declaration/1", session=session)),
        "way_forward": way and _coordinate(way),
        "signatories": tuple(signatories(at.tx, at.room, id_, session, body)),
    }
    return parts, _of(body_matter)


def _of(state: MatterState) -> dict[str, Any]:
    return state.content or {}


def _coordinate(state: MatterState) -> m.Coordinate:
    return m.Coordinate(state.key, {side: one.id for side, one in state.positions.items() if one.content == state.content})


def _agenda(state: MatterState) -> m.AgendaPart:
    items = tuple(m.AgendaItem(item["no"], item["emerging"], item["body"]) for item in _of(state)["items"])
    return m.AgendaPart(_coordinate(state), items, _of(state)["paper"])


def _dates(state: MatterState) -> m.DatesPart:
    when = _of(state)
    return m.DatesPart(_coordinate(state), when["start"], when["end"], when["timezone"], when["form"])


def _assessment(state: MatterState) -> m.AssessmentPart:
    found = _of(state)
    due = found["new_due"] or {}
    day = due.get("date") or due.get("quarter")
    return m.AssessmentPart(
        state.subject, found["state"], found["carry_over"], due.get("code"), day, found["reason"], found["replaced_by"], _coordinate(state)
    )


def _projects(at: _Standing, session: str) -> Iterable[m.ProjectPart]:
    said = {one.subject: _of(one) for one in at.matters("followup.phrase", part=session)}
    for one in at.matters("followup.project"):
        now = said.get(one.subject, _of(one))
        yield m.ProjectPart(one.subject, _of(one)["area"], now["mode"], now["stage"])


def _delegations(at: _Standing, session: str) -> Iterable[m.DelegationPart]:
    pages, freezes, changes = (at.statements(f"meetings.{name}/1", session=session) for name in ("delegation", "freeze", "change"))
    for side in sorted({one.side for one in pages}):
        freeze = next((one for one in reversed(freezes) if one.side == side), None)
        frozen = tuple(freeze.content["pages"]) if freeze else tuple(one.id for one in pages if one.side == side)
        yield m.DelegationPart(side, frozen, freeze.id if freeze else None, tuple(one.id for one in changes if one.side == side))


def signatories(tx: Tx, room: str, id_: str, session: str, body: str) -> list[m.SignatoryPart]:
    """Who signs for each Side: as it stated for this instrument, else the post of its co-chair of the body, with its designee for the session.

    A Side's own word goes before what another reports of it.
    """

    def said(sql: str, *params: str) -> list[dict[str, Any]]:
        rows = tx.query(sql, [room, *params])
        return sorted(rows, key=lambda row: (row["account"] == "", parse_id(row["id"]).seq))  # the last of a Side's own counts most

    chosen = {
        row["side"]: row
        for row in said(
            "SELECT statement AS id, side, account, post, designee FROM protocol_signatory WHERE room = ? AND instrument = ?", id_
        )
    }
    chairs = {
        row["side"]: row["id"]
        for row in said("SELECT id, side, account FROM bodies_post WHERE room = ? AND body = ? AND kind = 'co-chair'", body)
    }
    acting = {
        (row["side"], row["post"]): row["id"]
        for row in said("SELECT id, side, account, post FROM bodies_designee WHERE room = ? AND meeting = ?", session)
    }
    found = []
    for side in sorted(set(chosen) | set(chairs)):
        post = chosen[side]["post"] if side in chosen else chairs[side]
        named = chosen[side]["designee"] if side in chosen else None
        found.append(m.SignatoryPart(side, post, named or acting.get((side, post))))
    return found
