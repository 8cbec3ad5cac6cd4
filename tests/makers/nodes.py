"""Real nodes in one process that pass bytes from hand to hand: what an exchange does, without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cochair.bodies.effects import STAGE as BODIES
from cochair.followup.effects import STAGE as FOLLOWUP
from cochair.kit.clock import FixedClock
from cochair.kit.ids import parse_origin
from cochair.meetings.effects import STAGE as MEETINGS
from cochair.record.contents import RECORD
from cochair.record.node import Node
from cochair.record.registry import Registry
from cochair.record.signer import InProcessSigner
from tests.makers.papers import stock

REGISTRY = Registry([RECORD, BODIES, MEETINGS, FOLLOWUP])


def new_node(folder: Path, side: str, registry: Registry = REGISTRY, url: str | None = None) -> Node:
    domain = f"{side.lower()}.example"
    clock = FixedClock("2026-09-01T09:00:00Z")
    return Node.init(
        folder, side=side, domain=domain, registry=registry, database_url=url, specimen=True, clock=clock, make_signer=InProcessSigner
    )


@contextmanager
def lone(folder: Path) -> Iterator[tuple[Node, str]]:
    """One node and a room that it founded alone."""
    node = new_node(folder / "IN", "IN")
    try:
        room = node.found("c7")
        stock(node, room)
        yield node, room
    finally:
        node.close()


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Node, Node, str]]:
    """Two nodes and a room whose terms name both Sides. Nothing passes between them until `bring` is called."""
    ours, theirs = new_node(folder / "IN", "IN"), new_node(folder / "RU", "RU")
    try:
        room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
        assert theirs.join(ours.terms(room)) == room
        for node in (ours, theirs):
            stock(node, room)
        yield ours, theirs, room
    finally:
        ours.close()
        theirs.close()


def bring(source: Node, target: Node, room: str) -> None:
    """Carry what ``source`` wrote, and its papers, to ``target``."""
    for name in source.papers.held(room):
        target.put_stored_paper(room, name, source.papers.stored(room, name))
    for origin, (size, _) in source.heads(room).items():
        held = target.heads(room).get(origin, (0, b""))[0]
        if parse_origin(origin).side == source.side and size > held:
            target.receive(room, origin, source.checkpoint(room, origin), held, source.entries(room, origin, held))


def meet(one: Node, other: Node, room: str) -> None:
    """Both ways, until both hold the same and say so."""
    for _ in range(3):
        bring(one, other, room)
        bring(other, one, room)
        one.acknowledge(room)
        other.acknowledge(room)
