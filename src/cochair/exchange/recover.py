"""Asking the other Sides for our own bytes: after a backup was put back, or whenever the sign-ledger is ahead of a log.

A source holds our logs as its Side mirrored them, under our own signatures; what goes beyond our copy is taken back (`record.restoring`), then their logs are
pulled, then our working logs, of which only the record tells that they exist. A restored node may write again once every other Side of every room was asked.
What it signed and nobody pulled is in no other place than its own machine: such a log stays halted, and says so.
"""

from typing import Any, NamedTuple

from cochair.exchange import pull, run
from cochair.exchange.sources import Source
from cochair.kit.errors import CochairError
from cochair.kit.ids import parse_origin
from cochair.ledger.entries import decode
from cochair.ledger.papers import open_structural
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
            found.problems[side] = str(error)  # another Side may hold more, or hold it whole
    for origin in node.heads(room):
        if parse_origin(origin).side == node.side and (why := node.halted.get(origin)):
            found.problems[origin] = why
    return found


def regain(node: Node, room: str, source: Source) -> Recovered:
    """A node that knows nothing but its keys comes back into a room out of the other Side's copy. The room's id comes from people; all else from what it proves.

    Founding terms are what the id says. The own record comes back under the own key. The keys of the others are believed as the founding terms name them, or terms that
    our own record sealed. Then as `recover`.
    """
    node.join(open_structural(source.get(f"{room}/structural/{room}"), room))
    own = node.origin(room)
    restoring.ask(node, room, source.get)
    for data in node.entries(room, own):
        for side in _sealed_sides(source, room, data):
            if side["side"] != node.side and side["side"] not in node.peers(room) and side.get("log_key"):
                node.trust(
                    room, side["side"], **{name: str(side.get(name, "")) for name in ("domain", "log_key", "cosign_key", "exchange_key")}
                )
    return recover(node, room, source)


def _sealed_sides(source: Source, room: str, data: bytes) -> list[dict[str, Any]]:
    """The Sides that terms name which this own entry sealed."""
    try:
        entry = decode(data)
        if entry.kind != "seal" or entry.body["slot"]["kind"] != "terms":
            return []
        terms = open_structural(source.get(f"{room}/structural/{entry.body['manifest']}"), entry.body["manifest"])
    except (CochairError, KeyError, TypeError):
        return []
    found = terms.get("sides") if isinstance(terms, dict) else None
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("side"), str)] if isinstance(found, list) else []


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
    node.settle(room)
    node.remove_erased(room)  # what was erased since the backup goes again
