"""Healing what `fsck` found: damaged bytes come back from the own tree or from whoever mirrors them, rows from the logs. Nothing is believed that a hash or key does not prove.

The order matters: structural contents and papers (each is what its name says), then the entries of each log (they must give the root that was signed), then
checkpoints, rows, tiles. What cannot be healed stays as it is, and is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cochair.kit.errors import CochairError, NotHeld, Rejected
from cochair.kit.ids import parse_origin
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.tiles import bundle_decode, bundles_for
from cochair.record.checking import Problem, open_own_or_peer
from cochair.record.live import add_log
from cochair.record.store import Tx
from cochair.record.tree import write_tree

if TYPE_CHECKING:
    from cochair.record.node import Node

Get = Callable[[str], bytes]
"""Path in a tree -> bytes; raises `CochairError` if there are none."""


class Healed(NamedTuple):
    """What was wrong, and what still is."""

    found: list[Problem]
    left: list[Problem]


def heal(node: Node, room: str, sources: Sequence[Get]) -> Healed:
    """Check everything, heal what can be healed out of the own tree and the `sources`, check again."""
    found = problems = node.fsck(room)
    if any(problem.what in ("structural", "paper") for problem in problems):
        for problem in problems:
            if problem.what in ("structural", "paper") and len(problem.where) == 64:
                _content(node, room, problem, sources)
        problems = node.fsck(room)
    own = node.publisher.tree
    everywhere = [_reader(own), *sources]
    spoiled = {problem.where.partition(" ")[0] for problem in problems if problem.what in ("entry", "root")}
    for origin in sorted(spoiled):
        _entries(node, room, origin, everywhere)
    if spoiled:
        problems = node.fsck(room)
    for problem in problems:
        if problem.what == "checkpoint":
            _checkpoint(node, room, problem.where, sources)
        elif problem.what == "tile":
            (own / problem.where).unlink(missing_ok=True)
    if any(problem.what in ("row", "applied") for problem in problems) and not any(
        problem.what in ("entry", "root") for problem in problems
    ):
        with node.store.write() as tx:
            tx.execute("UPDATE n_log SET applied = 0, stopped = '' WHERE room = ?", (room,))
        node.forget(room)
        node.rebuild(room)
    if problems:
        write_tree(node, room)
    return Healed(found, node.fsck(room) if found else [])


def _reader(tree: Path) -> Get:
    def get(path: str) -> bytes:
        try:
            return (tree / path).read_bytes()
        except OSError:
            raise NotHeld(f"{path} is not there") from None

    return get


def _content(node: Node, room: str, problem: Problem, sources: Sequence[Get]) -> None:
    """Put a paper or structural content back. The damaged file goes only when a good one has come."""
    kind, name = problem.what, problem.where
    path = node.papers.paper_path(room, name) if kind == "paper" else node.papers.structural_path(room, name)
    for get in sources:
        try:
            data = get(f"{room}/{kind}/{name}")
            beside = path.read_bytes() if path.exists() else b""
            path.unlink(missing_ok=True)
            (node.publisher.tree / room / kind / name).unlink(missing_ok=True)  # often the same file under a second name
            try:
                if kind == "paper":
                    node.put_stored_paper(room, name, data)
                else:
                    node.papers.put_structural_bytes(room, name, data)
            except CochairError:
                if beside:
                    path.write_bytes(beside)
                raise
        except CochairError:
            continue
        return


def _entries(node: Node, room: str, origin: str, sources: Sequence[Get]) -> None:
    """Put a log's entries back as they were signed."""
    for get in sources:
        try:
            note = get(f"{origin}/checkpoint")
            signed = open_own_or_peer(node, room, origin, note)
            given = [entry for bundle in bundles_for(signed.size) for entry in bundle_decode(get(f"{origin}/{bundle.path}"))]
            if root([leaf_hash(data) for data in given]) != signed.root:
                raise Rejected("The copy is damaged as well")
            with node.store.write() as tx:
                _put_back(node, tx, room, origin, given, note)
        except CochairError:
            continue
        node.forget(room)
        return


def _put_back(node: Node, tx: Tx, room: str, origin: str, given: list[bytes], note: bytes) -> None:
    rows = tx.query("SELECT seq, data FROM n_entry WHERE room = ? AND origin = ? ORDER BY seq", (room, origin))
    held = {row["seq"]: bytes(row["data"]) for row in rows}
    size, wanted = _signed(node, tx, room, origin, len(given))
    whole = [given[seq] if seq < len(given) else held.get(seq, b"") for seq in range(size)]
    if wanted and root([leaf_hash(data) for data in whole]) != wanted:
        raise Rejected("It is not what was signed")
    if parse_origin(origin).side == node.side:
        while len(whole) in held:  # committed, and not signed yet when the node stopped
            whole.append(held[len(whole)])
    wrong = sorted(seq for seq in {*held, *range(len(whole))} if held.get(seq) != (whole[seq] if 0 <= seq < len(whole) else None))
    tx.many("DELETE FROM n_entry WHERE room = ? AND origin = ? AND seq = ?", [(room, origin, seq) for seq in wrong])
    sql = "INSERT INTO n_entry (room, origin, seq, data) VALUES (?, ?, ?, ?)"
    tx.many(sql, [(room, origin, seq, whole[seq]) for seq in wrong if 0 <= seq < len(whole)])
    if not tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND origin = ?", (room, origin)):
        add_log(tx, room, origin)
    now = root([leaf_hash(data) for data in whole]).hex()
    tx.execute("UPDATE n_log SET size = ?, root = ? WHERE room = ? AND origin = ?", (len(whole), now, room, origin))
    if parse_origin(origin).side != node.side and not wanted:
        tx.execute("UPDATE n_log SET note = ? WHERE room = ? AND origin = ?", (note, room, origin))


def _signed(node: Node, tx: Tx, room: str, origin: str, given: int) -> tuple[int, bytes]:
    """How far the log must go, and with which root: by our own sign-ledger, or by the checkpoint that is kept of another's log; else as far as what is given."""
    if parse_origin(origin).side == node.side:
        last = node.signer.last(origin)
        return last or (given, b"")
    rows = tx.query("SELECT note FROM n_log WHERE room = ? AND origin = ?", (room, origin))
    try:
        kept = open_own_or_peer(node, room, origin, bytes(rows[0]["note"] or b"")) if rows else None
    except CochairError:
        kept = None
    return (kept.size, kept.root) if kept else (given, b"")


def _checkpoint(node: Node, room: str, origin: str, sources: Sequence[Get]) -> None:
    """A checkpoint of our own is signed again; another's is asked for."""
    size, now = node.heads(room)[origin]
    if parse_origin(origin).side == node.side:
        node.publisher.path(origin).unlink(missing_ok=True)
        node.forget(room)
        with suppress(CochairError):  # said by the check that follows
            node.publish(room, origin, size, anew=True)
        return
    for get in [_reader(node.publisher.tree), *sources]:
        try:
            note = get(f"{origin}/checkpoint")
            checkpoint = open_own_or_peer(node, room, origin, note)
        except CochairError:
            continue
        if (checkpoint.size, checkpoint.root) == (size, now):
            with node.store.write() as tx:
                tx.execute("UPDATE n_log SET note = ? WHERE room = ? AND origin = ?", (note, room, origin))
            return
