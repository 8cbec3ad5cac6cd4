"""Destroying working papers: one working log of every Side, with all that only it holds. The record, its tables and its digest never depended on it.

What goes: the entries, the rows of the working tables, tiles and checkpoints of the published tree, the papers that nothing else names, evidence about these
logs. What stays: the name of the log with the mark that it is gone (so that it is never taken in or written again), and, in the signer's own list, how long it
was. Files go first and the mark comes last: what a crash interrupts is done again from the beginning.

Backups and the other Side's copy are not reached from here; the other Side says in its record that it destroyed its own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from typing import TYPE_CHECKING

from cochair.kit.errors import Conflict
from cochair.kit.ids import RECORD
from cochair.ledger.merkle import EMPTY_ROOT
from cochair.record.checking import rebuild_in
from cochair.record.faults import DESTROYED
from cochair.record.holding import needed
from cochair.record.store import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

_NAME = re.compile(rb"[0-9a-f]{64}")


def destroy(node: Node, room: str, log: str, keep: Collection[str]) -> None:
    """See `Node.destroy`."""
    if log == RECORD:
        raise Conflict("The record is never destroyed", "Only working papers are")
    with node.read() as tx:
        origins = [row["origin"] for row in tx.query("SELECT origin FROM n_log WHERE room = ? AND log = ?", (room, log))]
        lone = _named(tx, room, log, own=True) - _named(tx, room, log, own=False) - needed(node, tx, room)
    kept = {
        name.decode() for digest in node.papers.structural_held(room) for name in _NAME.findall(node.papers.structural_stored(room, digest))
    }
    for name in lone - kept - set(keep):
        node.remove_paper(room, name)
    own = node.origin(room, log)
    for origin in {*origins, own}:
        shutil.rmtree(node.publisher.tree / origin, ignore_errors=True)
    with node.writing(room) as (tx, live):
        tx.execute(
            "DELETE FROM n_entry WHERE room = ? AND origin IN (SELECT origin FROM n_log WHERE room = ? AND log = ?)", (room, room, log)
        )
        tx.execute(
            "DELETE FROM n_evidence WHERE room = ? AND origin IN (SELECT origin FROM n_log WHERE room = ? AND log = ?)", (room, room, log)
        )
        sql = "UPDATE n_log SET size = 0, applied = 0, root = ?, note = NULL, stopped = '', frozen = ? WHERE room = ? AND log = ?"
        tx.execute(sql, (EMPTY_ROOT.hex(), DESTROYED, room, log))
        live.changed = True
        rebuild_in(node, tx, room)
        node.forget(room)  # whoever waits for the room reads it anew
    node.store.scrub()
    for origin in origins:
        node.halted.pop(origin, None)
    node.settle(room)  # a log that follows may have waited for this


def _named(tx: Tx, room: str, log: str, *, own: bool) -> set[str]:
    """All that looks like the name of a paper in the entries of the logs of this name, or of all others."""
    sql = "SELECT e.data FROM n_entry e JOIN n_log l ON l.room = e.room AND l.origin = e.origin WHERE e.room = ? AND l.log "
    rows = tx.query(sql + ("= ?" if own else "<> ?"), (room, log))
    return {name.decode() for row in rows for name in _NAME.findall(bytes(row["data"]))}
