"""Two real nodes that negotiate: the makers of the protocol tests. SPECIMEN texts, acted by posts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cochair.accounts.rights import Actor
from cochair.ledger import dsse
from cochair.protocol import mandates, prepare, request, seals
from cochair.protocol import operations as op
from cochair.protocol.contents import Instrument, InstrumentLanguage
from cochair.protocol.effects import STAGE as PROTOCOL
from cochair.protocol.operations import Unit
from cochair.protocol.text import Bracket, Text, heading, paragraph
from cochair.record import positions
from cochair.record.node import Node
from cochair.record.registry import Registry
from tests.makers import bodies, meetings
from tests.makers import nodes as base

REGISTRY = Registry([*base.REGISTRY.stages, PROTOCOL])
ROLES = frozenset({"secretary", "cochair"})
IN, RU = Actor("IN", "Executive secretary of the Indian Side", ROLES), Actor("RU", "Executive secretary of the Russian Side", ROLES)

BRACKETED = {
    "en": paragraph("en", "The Sides ", Bracket({"IN": "agreed to build", "RU": "discussed"}), " a wind tunnel by 1 March 2027."),
    "ru": paragraph(
        "ru", "Стороны ", Bracket({"IN": "договорились построить", "RU": "обсудили"}), " аэродинамическую трубу до 1 марта 2027 года."
    ),
}


class Table(NamedTuple):
    """Two nodes at one table, with a session on which both agree."""

    ours: Node
    theirs: Node
    room: str
    session: str
    body: str

    def meet(self) -> None:
        exchange(self.ours, self.theirs, self.room)

    def grids(self, id_: str):
        from cochair.protocol.queries import grid

        return grid(self.ours, self.room, id_), grid(self.theirs, self.room, id_)


@contextmanager
def table(folder: Path) -> Iterator[Table]:
    """Two nodes, a room with both, a body and a session with dates and agenda, agreed; a co-chair's post on each Side."""
    ours, theirs = (base.new_node(folder / side, side, REGISTRY) for side in ("IN", "RU"))
    try:
        room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
        assert theirs.join(ours.terms(room)) == room
        body = positions.propose(ours, room, "bodies.body", bodies.body(parent=None))
        session = positions.propose(ours, room, "meetings.session", meetings.session(body))
        positions.propose(ours, room, "meetings.dates", meetings.dates(), subject=session)
        positions.propose(ours, room, "meetings.agenda", meetings.agenda(), subject=session)
        positions.say(ours, room, "bodies.post", bodies.post(body))
        exchange(ours, theirs, room)
        for kind, subject in (
            ("bodies.body", body),
            ("meetings.session", session),
            ("meetings.dates", session),
            ("meetings.agenda", session),
        ):
            positions.accept(theirs, room, kind, subject)
        positions.say(theirs, room, "bodies.post", bodies.post(body))
        exchange(ours, theirs, room)
        yield Table(ours, theirs, room, session, body)
    finally:
        ours.close()
        theirs.close()


def exchange(one: Node, other: Node, room: str) -> None:
    """All bytes both ways until both hold the same: papers, structural contents, logs."""
    for _ in range(3):
        for source, target in ((one, other), (other, one)):
            for digest in source.papers.structural_held(room):
                target.put_structural_bytes(room, digest, source.papers.structural_stored(room, digest))
            base.bring(source, target, room)
        one.acknowledge(room)
        other.acknowledge(room)


def instrument(session: str, **over) -> Instrument:
    given = {"session": session, "kind": "protocol", "languages": (InstrumentLanguage("en"), InstrumentLanguage("ru"))}
    return Instrument(**given | over)


def units() -> list[Unit]:
    def both(en: str, ru: str, make=paragraph) -> dict[str, Text]:
        return {"en": make("en", en), "ru": make("ru", ru)}

    return [
        Unit("heading", both("Opening", "Открытие", heading), "1"),
        Unit("paragraph", both("The Sides met in Moscow.", "Стороны провели встречу в Москве."), "1.1", 0),
        Unit("heading", both("Aerospace", "Аэрокосмос", heading), "2"),
        Unit("paragraph", BRACKETED, "2.1", 2),
    ]


def opened(t: Table) -> str:
    """An instrument on which both Sides agree."""
    id_ = op.open_instrument(t.ours, t.room, IN, instrument(t.session))
    t.meet()
    op.accept_instrument(t.theirs, t.room, RU, id_)
    t.meet()
    return id_


def settled(t: Table) -> tuple[str, list[str]]:
    """An instrument whose text is agreed, clean and marked by both Sides -> (instrument, provisions)."""
    id_ = opened(t)
    made = op.propose_draft(t.ours, t.room, IN, id_, units())
    t.meet()
    op.accept_all(t.theirs, t.room, RU, id_)
    t.meet()
    for lang, wording in (("en", "agreed to build"), ("ru", "договорились построить")):
        base_ = grid_cell(t.ours, t.room, id_, made[3], lang).ours.position
        op.resolve_bracket(t.ours, t.room, IN, made[3], lang, 0, wording, base=base_)
    t.meet()
    op.accept_texts(t.theirs, t.room, RU, made[3])
    t.meet()
    op.mark_concordance(t.ours, t.room, IN, id_)
    op.mark_concordance(t.theirs, t.room, RU, id_)
    t.meet()
    return id_, made


def grid_cell(node: Node, room: str, id_: str, provision: str, lang: str):
    from cochair.protocol.queries import grid

    return next(row for row in grid(node, room, id_).rows if row.provision == provision).cells[lang]


def mandate(node: Node, room: str, actor: Actor, body: str) -> tuple[str, dsse.PrivateKey]:
    """A fresh key for the co-chair's post of a node's Side, registered."""
    key = dsse.new_key()
    with node.read() as tx:
        [post] = [row["id"] for row in tx.query("SELECT id FROM bodies_post WHERE room = ? AND side = ?", [room, node.side])]
    entry = mandates.file_mandate(node, room, actor, post=post, body=body, public=key.public.data.hex(), since="2026-01-01")
    return entry, key


def seal(node: Node, room: str, actor: Actor, manifest: str, by: tuple[str, dsse.PrivateKey]) -> str:
    """Seal by key, as a person would: request out, response in."""
    asked = seals.seal_request(node, room, actor, manifest, by[0])
    return seals.file_seal(node, room, actor, request.respond(asked, by[1]))


def step(t: Table, kind: str, id_: str, keys, **given) -> str:
    """Prepare a step on our node, seal it on both, check both -> the manifest."""
    _, digest = prepare.prepare_manifest(t.ours, t.room, id_, kind=kind, **given)
    seal(t.ours, t.room, IN, digest, keys["IN"])
    t.meet()
    seal(t.theirs, t.room, RU, digest, keys["RU"])
    t.meet()
    seals.check_seals(t.ours, t.room)
    seals.check_seals(t.theirs, t.room)
    t.meet()
    return digest
