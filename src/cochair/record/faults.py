"""What is wrong with a log, kept so that nobody overlooks it: evidence in `n_evidence`, one alarm in the log of the program, and, after a fork of our own, no signature more.

| what | kept | who acts |
|---|---|---|
| `older-head` | the peer shows less than it did; gone as soon as it shows what we hold | the other Side recovers, from our copy if need be |
| `conflicting-heads` | another Side's record has two histories: frozen for ever, proof as a portable file and in a `fault` entry | people of both Sides |
| `working-heads` | a working log has two histories: it is begun anew by both; no proof, by design | both Sides |
| `seen-root`, `seen-beyond` | another Side acknowledges of our record what is not so, and no signature of ours is on it | people of both Sides |
| `ended-key`, `conflicting-changes`, `beyond-change` | a head under a key that had ended; two changes at one place; what stood behind a change (`record.changes`) | people of both Sides |
| `fork` | our own key signed two histories: nothing is signed any more, by any log of this node, until a person decides (`resume`) | people here |

The mark that stops signing lies beside the keys, where no restored backup takes it away, and the signer looks at it before each head.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cochair.kit import canonical
from cochair.kit.ids import RECORD, parse_origin
from cochair.record.keys import SIGNER_FOLDER, sync_folder
from cochair.record.signer_ledger import STOPPED
from cochair.record.store import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

ALARM = logging.getLogger("cochair.alarm")
FORKED = "This node's key signed two histories of one log: nothing is signed until people have looked into it"
TWO_HEADS = "two heads that contradict each other"
ANEW = f"{TWO_HEADS}: to be begun anew by both Sides"
DESTROYED = "destroyed by both Sides"
HELD = "it waits for a change of its key"


class Trouble(NamedTuple):
    """One thing that is not well. ``what``: a code of the table above, or `behind`, `restored`, `version`; ``level``: stale | discrepancy |
    clarification; ``file``: the portable evidence, b"" where there is none.
    """

    what: str
    level: str
    room: str
    origin: str
    at: str
    detail: str
    file: bytes = b""


GRAVE = frozenset({"fork", "conflicting-heads", "working-heads"})
"""Two histories of one log: people of both Sides must act."""
LEVELS = {"older-head": "stale", "fork": "discrepancy", "conflicting-heads": "discrepancy", "conflicting-changes": "discrepancy"}


def alarm(what: str, room: str, origin: str, words: str) -> None:
    """One line of JSON for whoever watches the node."""
    ALARM.error("%s", canonical.dumps({"alarm": what, "log": origin, "room": room, "words": words}).decode())


def keep(tx: Tx, room: str, origin: str, what: str, at: str, held: bytes, shown: bytes, file: bytes) -> bool:
    """Keep evidence once -> whether it is new. Of `older-head` the newest is enough."""
    rows = tx.query("SELECT held, shown FROM n_evidence WHERE room = ? AND origin = ? AND what = ?", (room, origin, what))
    if any((bytes(row["held"]), bytes(row["shown"])) == (held, shown) for row in rows):
        return False
    if what == "older-head":
        tx.execute("DELETE FROM n_evidence WHERE room = ? AND origin = ? AND what = ?", (room, origin, what))
    sql = "INSERT INTO n_evidence (room, origin, what, at, held, shown, file) VALUES (?, ?, ?, ?, ?, ?, ?)"
    tx.execute(sql, (room, origin, what, at, held, shown, file))
    return not (what == "older-head" and rows)  # said once, not each time that a little of it changes


def cleared(node: Node, room: str, origin: str) -> None:
    """The peer shows again all that we hold of its log."""
    with node.read() as tx:
        there = tx.query("SELECT at FROM n_evidence WHERE room = ? AND origin = ? AND what = 'older-head'", (room, origin))
    if there:
        with node.store.write() as tx:
            tx.execute("DELETE FROM n_evidence WHERE room = ? AND origin = ? AND what = 'older-head'", (room, origin))


def stop_signing(node: Node, room: str, origin: str, held: bytes, shown: bytes, file: bytes) -> None:
    """Our own key signed two histories: from now on no log of this node grows, also after a restart, until `resume`."""
    path = node.folder / SIGNER_FOLDER / STOPPED
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(canonical.dumps({"at": node.clock.now(), "log": origin, "room": room, "v": 1}) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        sync_folder(path.parent)
    with node.store.write() as tx:
        fresh = keep(tx, room, origin, "fork", node.clock.now(), held, shown, file)
        tx.execute("UPDATE n_log SET frozen = ? WHERE room = ? AND origin = ?", (FORKED, room, origin))
    halt_all(node)
    if fresh:
        alarm("fork", room, origin, FORKED)


def stopped(node: Node) -> str:
    """Why this node signs nothing at all, or ""."""
    return FORKED if (node.folder / SIGNER_FOLDER / STOPPED).exists() else ""


def halt_all(node: Node) -> None:
    """Let no own log grow while the mark is there."""
    if why := stopped(node):
        with node.read() as tx:
            for row in tx.query("SELECT origin FROM n_log WHERE side = ?", (node.side,)):
                node.halted.setdefault(row["origin"], why)


def resume(node: Node) -> list[str]:
    """A person has decided: the node signs again, but for the logs that forked -> these. Say before what was found (`evidence`), and by whom it was decided."""
    (node.folder / SIGNER_FOLDER / STOPPED).unlink(missing_ok=True)
    sync_folder(node.folder / SIGNER_FOLDER)
    node.halted.clear()
    for room in node.rooms():
        node.compare_ledgers(room)
    with node.read() as tx:
        return [row["origin"] for row in tx.query("SELECT origin FROM n_log WHERE side = ? AND frozen = ?", (node.side, FORKED))]


def unread(node: Node, room: str) -> dict[str, tuple[int, str]]:
    """Logs that hold what a later program wrote: origin -> how many entries were read, and which version of Cochair the rest needs."""
    with node.read() as tx:
        rows = tx.query("SELECT origin, applied, stopped FROM n_log WHERE room = ? AND stopped <> '' ORDER BY origin", (room,))
    return {row["origin"]: (row["applied"], row["stopped"]) for row in rows}


def troubles(node: Node, room: str) -> list[Trouble]:
    """All that is not well in a room, the worst first."""
    found: list[Trouble] = []
    with node.read() as tx:
        kept = tx.query("SELECT origin, what, at, file FROM n_evidence WHERE room = ? ORDER BY at", (room,))
        logs = tx.query("SELECT origin, side, log, stopped, frozen FROM n_log WHERE room = ? ORDER BY origin", (room,))
    for row in kept:
        level = LEVELS.get(row["what"], "clarification")
        found.append(Trouble(row["what"], level, room, row["origin"], row["at"], "", bytes(row["file"] or b"")))
    told = {one.origin for one in found}
    for row in logs:
        own, origin = row["side"] == node.side, row["origin"]
        if row["frozen"] == HELD:
            continue  # nothing is wrong with it
        if row["frozen"] and row["frozen"] != DESTROYED and origin not in told:
            found.append(
                Trouble("working-heads" if row["log"] != RECORD else "conflicting-heads", "discrepancy", room, origin, "", row["frozen"])
            )
        elif own and (why := node.halted.get(origin)) and not row["frozen"] and why != FORKED:
            found.append(Trouble("behind", "discrepancy", room, origin, "", why))
        elif row["stopped"]:
            found.append(Trouble("version", "clarification", room, origin, "", row["stopped"]))
    if node.ask_first:
        found.append(
            Trouble("restored", "discrepancy", room, node.origin(room), "", "It was restored and has not asked the other Sides yet")
        )
    if (why := stopped(node)) and not any(one.what == "fork" for one in found):
        found.append(Trouble("fork", "discrepancy", room, node.origin(room), "", why))
    order = {"discrepancy": 0, "clarification": 1, "stale": 2}
    return sorted(found, key=lambda one: order[one.level])


def files(found: Sequence[Trouble]) -> Iterator[tuple[str, bytes]]:
    """The portable files of evidence among these: name, bytes."""
    for number, one in enumerate((one for one in found if one.file), 1):
        yield f"{one.what}-{parse_origin(one.origin).side}-{number}.json", one.file


WORDS = {
    "older-head": "its Side shows less of it than it did; our copy is kept and lies in our tree, for that Side to take back with cochair node recover",
    "conflicting-heads": "its key signed two histories; it stands at the last good head, both are kept as proof, and own work goes on",
    "working-heads": "two heads of these working papers contradict each other; both Sides begin them anew with cochair record end --why anew",
    "seen-root": "the other Side acknowledges other contents of our record than it has; compare the evidence with the other Side",
    "seen-beyond": "the other Side acknowledges more of our record than there is; compare the evidence with the other Side",
    "ended-key": "a head of it was signed with a key that had ended; it is kept as proof; ask its Side how the old key came to be used",
    "conflicting-changes": "its root keys named two keys for one place; both notes are kept as proof; ask its Side's custodians",
    "beyond-change": "entries beyond the change of its key were cut off; they are kept as proof of what the old key was used for",
    "fork": "our own key signed two histories of this log; nothing is signed until people have decided (docs/operate/recover.md)",
    "behind": "more of it was signed than is here: an old copy was restored; take the rest back with cochair node recover",
    "restored": "the node was restored, and writes nothing until the other Sides were asked: cochair node recover",
    "version": "all Sides adopted a schema that this program does not know: it is read up to there; update Cochair, and it reads on",
}
"""What each trouble is, and the way out, for the command line."""
