"""One room in the memory of one process: its fold and the trees of its logs, brought up to date from the tables before each write.

Several processes may serve one node. Each keeps its own `Live`; whoever writes takes the room's lock first, reads what others have appended since (by the
size of each log), and so stands at the same cut; it reads nothing where the database says that nobody else has written. A `Live` that failed half way is
thrown away and read anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cochair.kit.errors import CochairError, NotFound
from cochair.kit.ids import parse_origin
from cochair.ledger.merkle import Frontier, leaf_hash
from cochair.ledger.merkle import root as tree_root
from cochair.record.fold import Fold, Structural
from cochair.record.registry import Registry, Table
from cochair.record.rows import Changes
from cochair.record.store import Tx, apply_changes

_LEVEL = 8
_BLOCK = 1 << _LEVEL


class LogTree:
    """Leaf hashes of one log and roots at any size; what is hashed once stays."""

    def __init__(self) -> None:
        """The empty log."""
        self.leaves: list[bytes] = []
        self._blocks: list[bytes] = []
        self._whole = Frontier()
        self._root: bytes | None = None

    @property
    def size(self) -> int:
        """How many leaves."""
        return len(self.leaves)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Put leaf hashes behind those held."""
        first = -self.size % _BLOCK  # as many as fill the block that is begun
        self.leaves.extend(leaves)
        self._whole.extend(leaves[:first])
        blocks = []
        while len(self.leaves) >= _BLOCK * (len(self._blocks) + 1):
            start = _BLOCK * len(self._blocks)
            self._blocks.append(tree_root(self.leaves[start : start + _BLOCK]))
            blocks.append(self._blocks[-1])
        if len(leaves) > first:
            self._whole.extend_subtrees(blocks[bool(first) :], _LEVEL)
            self._whole.extend(leaves[first + _BLOCK * len(blocks[bool(first) :]) :])
        self._root = None

    def frontier(self, size: int | None = None) -> Frontier:
        """The frontier over the first `size` leaves (all, if not said), the caller's own."""
        if size is None or size == self.size:
            return self._whole.copy()
        frontier = Frontier()
        frontier.extend_subtrees(self._blocks[: size // _BLOCK], _LEVEL)
        frontier.extend(self.leaves[size // _BLOCK * _BLOCK : size])
        return frontier

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves."""
        if size is not None and size != self.size:
            return self.frontier(size).root()
        if self._root is None:
            self._root = self._whole.root()
        return self._root


@dataclass
class Live:
    """What one process knows of one room.

    `moment`: when memory and tables were last the same, as `record.store.Tx` tells it; `kept`: origin -> size, applied and stopped as they stand in the
    tables; `notes`: origin -> a checkpoint that came and is not yet there; `committed`: origin -> size that is surely there; `signed`: origin -> (size,
    frontier) of the last head that was published.
    """

    room: str
    fold: Fold
    moment: object | None = None
    kept: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, LogTree] = field(default_factory=dict)
    committed: dict[str, int] = field(default_factory=dict)
    signed: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    changed: bool = False
    """Whether memory may be ahead of the tables: if the transaction fails now, the whole is thrown away."""
    lock: Any = field(default_factory=threading.RLock)

    def tree(self, origin: str) -> LogTree:
        """The tree of a log, begun if it is new."""
        return self.trees.setdefault(origin, LogTree())

    def add(self, origin: str, entries: Sequence[bytes], leaves: Sequence[bytes] | None = None) -> None:
        """Take the next entries of a log into tree and fold (not yet applied). `leaves`: their leaf hashes, where they are known."""
        self.tree(origin).extend([leaf_hash(data) for data in entries] if leaves is None else leaves)
        self.fold.hold(origin, entries)

    def clear(self) -> None:
        """Forget everything: what is held in memory is no longer in the tables."""
        self.fold = Fold(self.fold.registry, self.room, self.fold.structural)
        self.moment = None
        self.kept, self.notes, self.trees, self.committed, self.signed = {}, {}, {}, {}, {}

    def cut(self) -> dict[str, int]:
        """Applied sizes by origin."""
        return {log.origin: log.applied for log in self.fold.state.logs.values()}


def begin(registry: Registry, room: str, structural: Structural) -> Live:
    """An empty room, to be filled by `catch_up`."""
    return Live(room, Fold(registry, room, structural))


def catch_up(tx: Tx, live: Live) -> None:
    """Bring the room to exactly the cut at which the tables are. Raise CochairError if the tables do not hold what memory or their own roots say."""
    if tx.moment is not None and tx.moment == live.moment:
        return
    read(tx, live)
    logs = tx.query("SELECT origin, applied FROM n_log WHERE room = ?", (live.room,))
    if any(live.fold.log(log["origin"]).applied < log["applied"] for log in logs):
        live.fold.advance({log["origin"]: log["applied"] for log in logs})
    for log in logs:
        if (state := live.fold.log(log["origin"])).applied < log["applied"]:
            why = state.stopped or state.waiting
            raise CochairError(
                f"{log['origin']} was applied up to {log['applied']} and now stops at {state.applied}: {why}",
                "Update Cochair on this node" if state.stopped else "Restore what is missing",
            )


def read(tx: Tx, live: Live) -> None:
    """Take all entries that the tables hold beyond memory; nothing is applied. Each log must give the root that stands beside it."""
    logs = tx.query("SELECT origin, size, root, applied, stopped FROM n_log WHERE room = ? ORDER BY origin", (live.room,))
    if any(log["origin"] in live.trees and live.trees[log["origin"]].size > log["size"] for log in logs):
        live.clear()  # a working log was destroyed, or a record cut back at a change of its key, perhaps by another process
    for log in logs:
        origin = log["origin"]
        tree = live.tree(origin)
        if tree.size < log["size"]:
            sql = "SELECT data FROM n_entry WHERE room = ? AND origin = ? AND seq >= ? ORDER BY seq"
            live.add(origin, [bytes(data) for (data,) in tx.values(sql, (live.room, origin, tree.size))])
        elif origin in live.kept and live.kept[origin][0] == tree.size == log["size"] and tree.root().hex() == log["root"]:
            live.kept[origin] = (log["size"], log["applied"], log["stopped"])
            continue
        if (tree.size, tree.root().hex()) != (log["size"], log["root"]):
            raise CochairError(
                f"The log {origin} was altered in the database", "Run: cochair record fsck, and take it back from the other Side"
            )
        live.fold.log(origin)
        live.kept[origin] = (log["size"], log["applied"], log["stopped"])


def settle(tx: Tx, live: Live, tables: Mapping[str, Table]) -> Changes:
    """Apply whatever can be applied, write its rows, and keep the state of each log that moved."""
    live.changed = True
    changes = live.fold.advance()
    apply_changes(tx, tables, live.room, changes)
    keep(tx, live)
    return changes


def keep(tx: Tx, live: Live) -> None:
    """Write size, root, applied size and checkpoint of the logs for which they are no longer what the tables say."""
    for log in live.fold.state.logs.values():
        tree = live.tree(log.origin)
        now = (tree.size, log.applied, log.stopped)
        note = live.notes.pop(log.origin, None)
        if live.kept.get(log.origin) != now or note is not None:
            sql = "UPDATE n_log SET size = ?, root = ?, applied = ?, stopped = ?, note = COALESCE(?, note) WHERE room = ? AND origin = ?"
            tx.execute(sql, (tree.size, tree.root().hex(), log.applied, log.stopped, note, live.room, log.origin))
            live.kept[log.origin] = now


def append(
    tx: Tx, live: Live, origin: str, entries: Sequence[bytes], note: bytes | None = None, leaves: Sequence[bytes] | None = None
) -> None:
    """Put bytes behind a log; `settle` keeps its size and root (and the checkpoint that came with them). `leaves`: as `Live.add` takes them."""
    live.changed = True
    start = live.tree(origin).size
    if start == 0 and not tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND origin = ?", (live.room, origin)):
        add_log(tx, live.room, origin)
    live.add(origin, entries, leaves)
    sql = "INSERT INTO n_entry (room, origin, seq, data) VALUES (?, ?, ?, ?)"
    tx.many(sql, [(live.room, origin, start + i, data) for i, data in enumerate(entries)])
    if note is not None:
        live.notes[origin] = note


def add_log(tx: Tx, room: str, origin: str) -> None:
    """Begin a log."""
    parts = parse_origin(origin)
    root = tree_root([]).hex()
    sql = (
        "INSERT INTO n_log (room, origin, side, log, size, applied, root, note, stopped, frozen) VALUES (?, ?, ?, ?, 0, 0, ?, NULL, '', '')"
    )
    tx.execute(sql, (room, origin, parts.side, parts.log, root))


def lock_room(tx: Tx, live: Live) -> None:
    """Take the room for this transaction: its own row and those of its logs."""
    room = live.room
    tx.lock("n_room", room)
    tx.lock("n_log", room)
    if not live.kept and not tx.query("SELECT room FROM n_room WHERE room = ?", (room,)):
        raise NotFound(f"The room {room[:16]}… is not known here", "Found it, or join it with its founding terms")
