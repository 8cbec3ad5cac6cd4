"""Healing a node from the other Sides: every address that is known, or one source that was named (`record.healing`)."""

from collections.abc import Sequence

from cochair.exchange import run
from cochair.exchange.sources import Source
from cochair.kit.errors import CochairError
from cochair.record import healing
from cochair.record.healing import Get, Healed
from cochair.record.node import Node


def heal(node: Node, room: str, sources: Sequence[Source] = ()) -> Healed:
    """Check a room and heal it from ``sources``, or from every Side at its address; papers that were erased stay away."""
    healed = healing.heal(node, room, [one.get for one in sources] or list(_addresses(node, room)))
    node.remove_erased(room)
    return healed


def _addresses(node: Node, room: str) -> list[Get]:
    found: list[Get] = []
    for side in run.addresses(node).get(room, {}):
        try:
            found.append(run.source_of(node, room, side).get)
        except CochairError:
            continue
    return found
