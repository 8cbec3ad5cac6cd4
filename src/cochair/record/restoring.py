"""After a backup was put back: ask the peer first, and never fork.

A backup is always older than what was signed since, and on an empty machine the sign-ledger is as old as the database, so nothing here can tell. Therefore
a restored node is *marked* and writes nothing until whoever mirrors its logs was asked for their highest heads (`ask`), or a person says that there is
nobody to ask (`Node.asked`). What the peer holds under our own signature is taken back; then the node goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cochair.kit.errors import NotHeld, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.notes import split_note
from cochair.ledger.tiles import WIDTH, bundle_decode, bundles_for
from cochair.record import changes
from cochair.record.publish import is_signed

if TYPE_CHECKING:
    from cochair.record.node import Node

MARK = "restored"

Get = Callable[[str], bytes]
"""Path in the peer's tree -> bytes; raises NotHeld if the peer has none, another CochairError if it cannot be reached."""


def mark(folder: Path) -> None:
    """Say that this node folder came out of a backup."""
    (folder / MARK).touch()


def ask(node: Node, room: str, get: Get, logs: Iterable[str] = ()) -> dict[str, int]:
    """Take back what the peer holds of the own logs of a room (those known here, and `logs` by name) -> origin -> size now. Call `Node.asked` after all rooms."""
    known = [origin.rpartition("/")[2] for origin in node.heads(room)]
    names = sorted({RECORD, *known, *logs}, key=lambda name: (name != RECORD, name))
    return {origin: take_back(node, room, origin, get) for origin in (node.origin(room, name) for name in names)}


def take_back(node: Node, room: str, origin: str, get: Get) -> int:
    """Take back what the peer holds of one own log beyond ours -> its size now."""
    held = node.heads(room).get(origin, (0, b""))[0]
    try:
        note = get(f"{origin}/checkpoint")
    except NotHeld:
        return held  # the peer never saw this log
    size = Checkpoint.parse(split_note(note)[0]).size
    try:
        learn(node, room, origin, note, get)
        try:
            start = min(held // WIDTH * WIDTH, size)
            return node.recover(room, origin, note, start, _entries(get, origin, start, size))
        except Rejected:
            if not held or size <= held:
                raise
            return node.recover(
                room, origin, note, 0, _entries(get, origin, 0, size)
            )  # damaged on the way, or two histories: the whole tells
    except Rejected as error:
        if parse_origin(origin).log == RECORD:
            raise
        # a MAC that the peer can make as well proves nothing about our own words
        node.halt(room, origin, f"{error.what}: this working log is to be begun anew by both Sides")
        return held


def learn(node: Node, room: str, origin: str, note: bytes, get: Get) -> None:
    """Changes of our own key that our copy does not know of: our root keys signed them, so they are ours."""
    if not is_signed(origin, node.terms(room)):
        return
    try:
        changes.open_signed(node, room, origin, note)
    except changes.EndedKey:
        return
    except Rejected:
        with suppress(NotHeld):
            changes.learn(node, room, origin, get(f"{origin}/{changes.FILE}"))


def _entries(get: Get, origin: str, start: int, size: int) -> list[bytes]:
    return [entry for bundle in bundles_for(size, start) for entry in bundle_decode(get(f"{origin}/{bundle.path}"))]
