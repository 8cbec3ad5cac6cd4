"""One room in the memory of one process: its fold and the trees of its logs, brought up to date from the tables before each write.

Several processes may serve one node. Each keeps its own `Live`; whoever writes takes the room's lock first, reads what others have appended since (by the
count of arrival, `ord`), and so stands at the same cut. A `Live` that failed half way is thrown away and read anew.
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

_BLOCK = 256


class LogTree:
    """Leaf hashes of one log and roots at any size; what is hashed once stays."""

    def __init__(self) -> None:
        """The empty log."""
        self.leaves: list[bytes] = []
        self._blocks: list[bytes] = []
        self._whole = Frontier()

    @property
    def size(self) -> int:
        """How many leaves."""
        return len(self.leaves)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Put leaf hashes behind those held."""
        self.leaves.extend(leaves)
        self._whole.extend(leaves)
        while len(self.leaves) >= _BLOCK * (len(self._blocks) + 1):
            start = _BLOCK * len(self._blocks)
            self._blocks.append(tree_root(self.leaves[start : start + _BLOCK]))

    def frontier(self, size: int | None = None) -> Frontier:
        """The frontier over the first `size` leaves (all, if not said), the caller's own."""
        if size is None or size == self.size:
            return Frontier.load(self.size, self._whole.dump())
        frontier = Frontier()
        frontier.extend_subtrees(self._blocks[: size // _BLOCK], 8)
        frontier.extend(self.leaves[size // _BLOCK * _BLOCK : size])
        return frontier

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves."""
        return (self._whole if size is None or size == self.size else self.frontier(size)).root()


@dataclass
class Live:
    """What one process knows of one room.

    `ord`: the last arrival that it has read; `committed`: origin -> size that is surely in the tables; `signed`: origin -> (size, frontier) of the last
    head that was published.
    """

    room: str
    fold: Fold
    ord: int = -1
    trees: dict[str, LogTree] = field(default_factory=dict)
    committed: dict[str, int] = field(default_factory=dict)
    signed: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    changed: bool = False
    """Whether memory may be ahead of the tables: if the transaction fails now, the whole is thrown away."""
    lock: Any = field(default_factory=threading.RLock)

    def tree(self, origin: str) -> LogTree:
        """The tree of a log, begun if it is new."""
        return self.trees.setdefault(origin, LogTree())

    def add(self, origin: str, entries: Sequence[bytes]) -> None:
        """Take the next entries of a log into tree and fold (not yet applied)."""
        self.tree(origin).extend([leaf_hash(data) for data in entries])
        self.fold.hold(origin, entries)

    def clear(self) -> None:
        """Forget everything: what is held in memory is no longer in the tables."""
        self.fold = Fold(self.fold.registry, self.room, self.fold.structural)
        self.ord = -1
        self.trees, self.committed, self.signed = {}, {}, {}

    def cut(self) -> dict[str, int]:
        """Applied sizes by origin."""
        return {log.origin: log.applied for log in self.fold.state.logs.values()}


def begin(registry: Registry, room: str, structural: Structural) -> Live:
    """An empty room, to be filled by `catch_up`."""
    return Live(room, Fold(registry, room, structural))


def catch_up(tx: Tx, live: Live) -> None:
    """Bring the room to exactly the cut at which the tables are."""
    logs = tx.query("SELECT origin, size, root, applied FROM n_log WHERE room = ?", (live.room,))
    if any(log["origin"] in live.trees and live.trees[log["origin"]].size > log["size"] for log in logs):
        live.clear()  # a working log was destroyed, perhaps by another process
    first = live.ord == -1
    rows = tx.query("SELECT origin, seq, ord, data FROM n_entry WHERE room = ? AND ord > ? ORDER BY ord", (live.room, live.ord))
    batch: list[bytes] = []
    origin = ""
    for row in rows:
        if row["origin"] != origin:
            _add(live, origin, batch)
            origin, batch = row["origin"], []
        batch.append(bytes(row["data"]))
        live.ord = row["ord"]
    _add(live, origin, batch)
    if first:
        for log in logs:
            if (live.tree(log["origin"]).size, live.tree(log["origin"]).root().hex()) != (log["size"], log["root"]):
                raise CochairError(
                    f"The log {log['origin']} was altered in the database", "Run: cochair record fsck, and take it back from the other Side"
                )
    for log in logs:
        live.fold.log(log["origin"])
    if rows or any(live.fold.log(log["origin"]).applied < log["applied"] for log in logs):
        live.fold.advance({log["origin"]: log["applied"] for log in logs})
    for log in logs:
        if (state := live.fold.log(log["origin"])).applied < log["applied"]:
            why = state.stopped or state.waiting
            raise CochairError(
                f"{log['origin']} was applied up to {log['applied']} and now stops at {state.applied}: {why}", "Restore what is missing"
            )


def _add(live: Live, origin: str, batch: list[bytes]) -> None:
    if batch:
        live.add(origin, batch)


def settle(tx: Tx, live: Live, tables: Mapping[str, Table]) -> Changes:
    """Apply whatever can be applied, write its rows, and keep each log's state."""
    live.changed = True
    changes = live.fold.advance()
    apply_changes(tx, tables, live.room, changes)
    tx.many(
        "UPDATE n_log SET applied = ?, stopped = ? WHERE room = ? AND origin = ?",
        [(log.applied, log.stopped, live.room, log.origin) for log in live.fold.state.logs.values()],
    )
    return changes


def append(tx: Tx, live: Live, origin: str, entries: Sequence[bytes], note: bytes | None = None) -> None:
    """Put bytes behind a log: rows of entries, the log's size and root (and the checkpoint that came with them)."""
    live.changed = True
    tree = live.tree(origin)
    start = tree.size
    if start == 0 and not tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND origin = ?", (live.room, origin)):
        add_log(tx, live.room, origin)
    live.add(origin, entries)
    tx.many(
        "INSERT INTO n_entry (room, origin, seq, ord, data) VALUES (?, ?, ?, ?, ?)",
        [(live.room, origin, start + i, live.ord + 1 + i, data) for i, data in enumerate(entries)],
    )
    live.ord += len(entries)
    root = tree.root().hex()
    if note is None:
        tx.execute("UPDATE n_log SET size = ?, root = ? WHERE room = ? AND origin = ?", (tree.size, root, live.room, origin))
    else:
        sql = "UPDATE n_log SET size = ?, root = ?, note = ? WHERE room = ? AND origin = ?"
        tx.execute(sql, (tree.size, root, note, live.room, origin))


def add_log(tx: Tx, room: str, origin: str) -> None:
    """Begin a log."""
    parts = parse_origin(origin)
    root = tree_root([]).hex()
    sql = (
        "INSERT INTO n_log (room, origin, side, log, size, applied, root, note, stopped, frozen) VALUES (?, ?, ?, ?, 0, 0, ?, NULL, '', '')"
    )
    tx.execute(sql, (room, origin, parts.side, parts.log, root))


def lock_room(tx: Tx, room: str) -> None:
    """Take the room for this transaction: its own row and those of its logs."""
    tx.lock("n_room", room)
    tx.lock("n_log", room)
    if not tx.query("SELECT room FROM n_room WHERE room = ?", (room,)):
        raise NotFound(f"The room {room[:16]}… is not known here", "Found it, or join it with its founding terms")
