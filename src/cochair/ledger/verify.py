"""Verify a whole log against a checkpoint: canonical form of every entry, its place, every hash, the root. One pass, constant memory.

The caller opens the checkpoint's note first (`notes.open_note`), so that the root is the signed one. What is not judged here: findings, seals,
unknown kinds; that is the fold's.
"""

from collections.abc import Iterable
from hashlib import sha256

from cochair.kit.errors import Rejected
from cochair.ledger import entries
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import Frontier
from cochair.ledger.tiles import WIDTH, bundle_decode


def verify_log(bundles: Iterable[bytes], checkpoint: Checkpoint, *, room: str | None = None) -> None:
    """Raise `Rejected` unless the entry bundles, in order and all full but the last, are the log that the checkpoint signs.

    Every entry must name the checkpoint's origin and one and the same room (``room``, if given), and carry its own index.
    """
    frontier = Frontier()
    for bundle in bundles:
        if frontier.size % WIDTH:
            raise Rejected(f"A bundle stands behind one that is not full, at entry {frontier.size}")
        room = extend(frontier, bundle_decode(bundle), checkpoint.origin, room)
        if frontier.size > checkpoint.size:
            raise Rejected(f"The log goes on behind the {checkpoint.size} entries of its checkpoint")
    if frontier.size != checkpoint.size:
        raise Rejected(f"The log has {frontier.size} entries, its checkpoint says {checkpoint.size}", "Fetch the missing entries")
    if frontier.root() != checkpoint.root:
        raise Rejected("The entries do not have the root that the checkpoint signs", "Do not use this copy; fetch the log again")


def extend(frontier: Frontier, leaves: list[bytes], origin: str, room: str | None) -> str:
    """Add verified entries to a frontier; gives back the room that they name. Raises `Rejected`, the frontier then unchanged."""
    if room is None:
        room = entries.decode(leaves[0]).room
    entries.check_run(leaves, origin, room, frontier.size)
    frontier.extend([sha256(b"\0" + data).digest() for data in leaves])
    return room
