"""Asking the other Sides for our own bytes: after a backup was put back, or whenever the sign-ledger is ahead of a log.

A source holds our logs as its Side mirrored them, under our own signatures; what goes beyond our copy is taken back (`record.restoring`), then their logs are
pulled, then our working logs, of which only the record tells that they exist. A restored node may write again once every other Side of every room was asked.
What it signed and nobody pulled is in no other place than its own machine: such a log stays halted, and says so.
"""

from typing import NamedTuple

from cochair.exchange import pull, run
from cochair.exchange.sources import Source
from cochair.kit.errors import CochairError
from cochair.kit.ids import parse_origin
from cochair.record import restoring
from cochair.record.node import Node


class Recovered(NamedTuple):
    """What came back: own origin -> entries taken back; Sides that answered; ``problems``: Side or origin -> why."""

    taken: dict[str, int]
    asked: list[str]
    problems: dict[str, str]


def recover(node: Node, room: str, source: Source | None = None) -> Recovered:
    """Ask every other Side of a room at its address, or one ``source``, for our own logs, and take back what it has more."""
    found = Recovered({}, [], {})
    for side in node.peers(room):
        try:
            _ask(node, room, source or run.source_of(node, room, side), found)
            found.asked.append(side)
        except CochairError as error:
            found.problems[side] = str(error)
    for origin in node.heads(room):
        if parse_origin(origin).side == node.side and (why := node.halted.get(origin)):
            found.problems[origin] = why
    return found


def _ask(node: Node, room: str, source: Source, found: Recovered) -> None:
    """One source: own record, then all that the other Side wrote, then own working logs."""
    before = {origin: size for origin, (size, _root) in node.heads(room).items()}
    restoring.ask(node, room, source.get)
    _contents(node, room, source, before)
    found.problems.update(pull.pull(node, room, source).problems)
    restoring.ask(node, room, source.get, pull.working_logs(node, room))
    _contents(node, room, source, before)
    for origin, (size, _root) in node.heads(room).items():
        if parse_origin(origin).side == node.side and size > before.get(origin, 0):
            found.taken[origin] = size - before.get(origin, 0)


def _contents(node: Node, room: str, source: Source, before: dict[str, int]) -> None:
    """Papers and structural contents that the entries name which came back."""
    pulled = pull.Pulled()
    for origin in node.heads(room):
        if parse_origin(origin).side == node.side:
            for data in node.entries(room, origin, before.get(origin, 0)):
                for name in pull.names_of(data):
                    pull.take_content(node, room, source, name, pulled)
