"""A text on two real nodes as a browser meets it: addresses, and what the tests of its pages share."""

from contextlib import contextmanager
from typing import NamedTuple

from cochair.protocol import prepare
from cochair.stages import REGISTRY
from cochair.workspace.addresses import ref
from tests.protocol import flow


class Desk(NamedTuple):
    """Two nodes, an instrument, its provisions."""

    t: flow.Table
    id: str
    made: list[str]

    def url(self, *parts: str) -> str:
        return "/".join(["/texts/c7", ref(self.id), *parts, ""])

    def unit(self, number: int) -> str:
        return self.url("paragraph", ref(self.made[number]))

    def cell(self, number: int, lang: str, node=None):
        return flow.grid_cell(node or self.t.ours, self.t.room, self.id, self.made[number], lang)


@contextmanager
def negotiating(folder):
    """Both Sides at a text: four units proposed by ours, three accepted by theirs, the last one (with brackets) still theirs to answer."""
    with _table(folder) as t:
        id_ = flow.opened(t)
        made = flow.op.propose_draft(t.ours, t.room, flow.IN, id_, flow.units())
        t.meet()
        for one in made[:3]:
            flow.op.accept_texts(t.theirs, t.room, flow.RU, one)
        flow.op.accept_order(t.theirs, t.room, flow.RU, id_)
        t.meet()
        yield Desk(t, id_, made)


@contextmanager
def settled(folder):
    """A text that is agreed, clean and checked by both."""
    with _table(folder) as t:
        yield Desk(t, *flow.settled(t))


@contextmanager
def _table(folder):
    before, flow.REGISTRY = flow.REGISTRY, REGISTRY
    try:
        with flow.table(folder) as t:
            yield t
    finally:
        flow.REGISTRY = before


def prepared(desk):
    """The manifest of the adoption, on our node."""
    return prepare.prepare(desk.t.ours, desk.t.room, flow.IN, desk.id)
