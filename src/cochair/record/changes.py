"""Whose key stands under which part of a record: the first one by the terms (or as people compared it), then the changes by root keys (`ledger.keychanges`).

1. A change counts if two root keys signed it that the terms in force name for its Side: those that the log knew of when it wrote the change, and as long as it has
   not been logged, those in force here. It is logged as the first entry under the new key.
2. A note that came and is not logged yet is kept in ``changes/<room>``: from then on no head beyond its size is taken under the old key.
3. The peer's acknowledgement fixes what was read: a change at a smaller size is refused, by us for their log, and for our own before anything is done.
4. What was held beyond the size, and not acknowledged, is cut off and kept as evidence: it was signed by a key that does not stand there.
5. Two changes at one size, or a signature of an ended key, are evidence, and filed as a fault.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cochair.kit import canonical
from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.keychanges import MAX_CHANGES, KeyChange, LogKeys, claimed, open_change
from cochair.ledger.merkle import leaf_hash
from cochair.ledger.notes import Verifier, open_note, parse_vkey, split_note, vkey
from cochair.record import faults
from cochair.record.contents import KEY_CHANGE
from cochair.record.faults import HELD
from cochair.record.holding import Draft
from cochair.record.papers import sync_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cochair.record.live import Live
    from cochair.record.node import Node

FILE = "keys"
FILE_LIMIT = 256 * 1024


class EndedKey(Rejected):
    """A head was signed by a key of its log that had ended before."""


def notes_file(notes: Sequence[str]) -> bytes:
    """The file that stands beside a checkpoint: the notes of all changes, in their order."""
    return canonical.dumps(list(notes))


def parse_notes(data: bytes) -> list[str]:
    """Notes of such a file; raises `Rejected`."""
    value = canonical.loads(data, limit=FILE_LIMIT)
    if not isinstance(value, list) or len(value) > MAX_CHANGES or not all(isinstance(note, str) for note in value):
        raise Rejected("The file of the log's keys is not a list of notes")
    return value


def roots_of(terms: dict[str, Any], side: str) -> list[str]:
    """The root keys that terms name for a Side, hex; raises `NotFound` if none."""
    entry: dict[str, Any] = next((each for each in terms["sides"] if each["side"] == side), {})
    roots = entry.get("root_keys")
    if not isinstance(roots, list) or not roots or not all(isinstance(root, str) for root in roots):
        raise NotFound(f"The terms name no root keys of {side}", "Bring them into the terms: cochair keys roots")
    return roots


def keys_of(node: Node, room: str, origin: str) -> LogKeys:
    """The keys of a log, own or another Side's, by size. A working log that is signed keeps the first."""
    return _known(node, room, origin)[0]


def notes_of(node: Node, room: str, origin: str) -> list[str]:
    """The notes of the changes that count, in order."""
    return [] if parse_origin(origin).log != RECORD else _known(node, room, origin)[1]


def _known(node: Node, room: str, origin: str) -> tuple[LogKeys, list[str]]:
    parts = parse_origin(origin)
    if parts.side == node.side:
        first = node.signer.public().log_vkey(origin)
    else:
        peer = node.peers(room).get(parts.side)
        if peer is None:
            raise NotFound(f"The Side {parts.side} is not known in this room", "Exchange descriptors with it first")
        first = vkey(origin, parse_vkey(peer.log_key)[1])
    keys, notes = LogKeys(first), list[str]()
    if parts.log != RECORD:
        return keys, notes
    for note, terms in _told(node, room, parts.side):
        try:
            changed = keys.with_change(open_change(note, roots_of(terms, parts.side)))
        except CochairError:
            continue  # it stands in the log, and counts for nothing
        if changed != keys:
            notes.append(note)
        keys = changed
    return keys, notes


def _told(node: Node, room: str, side: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Notes with the terms that name the root keys: those logged, then those that wait to be."""
    with node.read() as tx:
        rows = tx.query("SELECT note, terms FROM j_log_key WHERE room = ? AND side = ? ORDER BY size", (room, side))
    for row in rows:
        yield row["note"], node.structural(room, row["terms"])
    for path in sorted(_folder(node, room).glob(f"{side}-*"), key=lambda path: int(path.name.rpartition("-")[2])):
        yield path.read_text(), node.terms(room)


def _folder(node: Node, room: str) -> Path:
    return node.folder / "changes" / room


def _keep(node: Node, change: KeyChange, note: str) -> None:
    folder = _folder(node, change.room)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{parse_origin(change.origin).side}-{change.size}"
    beside = path.with_name(f".{path.name}")
    with beside.open("w") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(folder)


def open_signed(node: Node, room: str, origin: str, note: bytes) -> Checkpoint:
    """The checkpoint of a note of a signed log under the key that stands at its size; raises `Rejected`, `EndedKey` if an earlier key signed it."""
    text, lines = split_note(note)
    size = Checkpoint.parse(text).size
    keys = keys_of(node, room, origin)
    try:
        return Checkpoint.parse(open_note(note, [Verifier(keys.at(size))]).text)
    except Rejected:
        if keys.changes and keys.ended(text, lines, size):
            raise EndedKey(
                f"The head of {origin} at {size} entries is signed by a key that had ended before",
                "Keep it: it is evidence. Ask the other Side how its old key came to be used",
            ) from None
        raise


def learn(node: Node, room: str, origin: str, data: bytes) -> bool:
    """Take the changes of a log's key from the file beside its checkpoint -> whether one was new. Raises `Rejected` or `Conflict`; what is wrong is kept as evidence."""
    new = False
    for note in parse_notes(data):
        new |= take(node, room, note, of=origin)
    return new


def take(node: Node, room: str, note: str, of: str = "") -> bool:
    """Take one change of another Side's key (or, on the way back from it, of our own) -> whether it was new. Raises `Rejected` or `Conflict`."""
    change = claimed(note)
    if change.room != room or (of and change.origin != of):
        raise Rejected(
            f"The change is of {change.origin} in the room {change.room[:16]}…, not of this log", "Take the file that belongs here"
        )
    parts = parse_origin(change.origin)
    if change.origin != node.origin(room, side=parts.side):
        raise Rejected(f"{change.origin} is not a record of this room", "Take the file that belongs here")
    keys = keys_of(node, room, change.origin)
    if change in keys.changes:
        return False
    open_change(note, roots_of(node.terms(room), parts.side))
    try:
        keys.with_change(change)
    except Conflict as error:
        _conflict(node, change, note, str(error))
        raise
    if parts.side == node.side:
        _keep(node, change, note)
        node.signer.change_key(note.encode(), [node.origin(each) for each in node.rooms()])
        node.compare_ledgers(room)
        return True
    acknowledged = _acknowledged(node, room, parts.side, by=node.side)
    if change.size < acknowledged:
        raise Conflict(
            f"The change names {change.size} entries of {change.origin}, and our Side has acknowledged {acknowledged}",
            f"What was acknowledged stands: the custodians name a size of at least {acknowledged}",
        )
    with node.writing(room) as (_, live):
        tree = live.tree(change.origin)
        held = tree.size
        good = held < change.size or tree.root(change.size) == change.root
    if not good or held > change.size:
        cut(node, room, change.origin, change.size if good else acknowledged)
    _keep(node, change, note)
    return True


def _acknowledged(node: Node, room: str, of: str, *, by: str = "", but: str = "") -> int:
    """How much of the record of a Side others (one of them, or all but one) have acknowledged or countersigned."""
    with node.read() as tx:
        rows = tx.query("SELECT log, size FROM j_head WHERE room = ? AND of = ?", (room, f"{of}/{RECORD}"))
    return max((r["size"] for r in rows if r["log"].endswith(f"/{RECORD}") and (not by or r["log"] == f"{by}/{RECORD}")
        and (not but or r["log"] != f"{but}/{RECORD}")), default=0)  # fmt: skip


def _conflict(node: Node, change: KeyChange, note: str, why: str) -> None:
    """Two changes of one key: keep both, let the log grow no more here, say so."""
    held = next((n for n in notes_of(node, change.room, change.origin) if claimed(n).size >= change.size), "")
    if evidence(node, change.room, change.origin, "conflicting-changes", held.encode(), note.encode()):
        with node.writing(change.room) as (tx, _):
            tx.execute("UPDATE n_log SET frozen = ? WHERE room = ? AND origin = ?", (why, change.room, change.origin))
        shown = canonical.dumps({"held": held, "shown": note})
        fault(node, change.room, change.origin, "conflicting-changes", shown)


def evidence(node: Node, room: str, origin: str, what: str, held: bytes, shown: bytes) -> bool:
    """Keep what proves a wrong -> False if that was kept before."""
    with node.writing(room) as (tx, _):
        fresh = faults.keep(tx, room, origin, what, node.clock.now(), held, shown, b"")
    if fresh:
        faults.alarm(what, room, origin, "Look at: cochair node check")
    return fresh


def fault(node: Node, room: str, origin: str, what: str, evidence: bytes) -> None:
    """File what proves a wrong with a log, unless this node cannot write now."""
    if node.ask_first or node.halted.get(node.origin(room)) or faults.stopped(node):
        return  # it cannot write now; the evidence is kept
    paper = node.put_paper(room, evidence)
    node.write(room, [Draft(RECORD, "fault", "record.fault/1", {"log": origin, "what": what, "evidence": paper})])


def cut(node: Node, room: str, origin: str, size: int) -> None:
    """Cut a record back to `size` entries: what stands behind was signed by a key that does not stand there. It is kept as evidence; the tables are made anew."""
    with node.writing(room) as (tx, live):
        rest = node.entries(room, origin, size)
        note = tx.query("SELECT note FROM n_log WHERE room = ? AND origin = ?", (room, origin))[0]["note"]
        shown = canonical.dumps([data.decode("utf-8", "replace") for data in rest])
        faults.keep(tx, room, origin, "beyond-change", node.clock.now(), bytes(note or b""), shown, b"")
        tx.execute("DELETE FROM n_entry WHERE room = ? AND origin = ? AND seq >= ?", (room, origin, size))
        root = live.tree(origin).root(size).hex()
        tx.execute("UPDATE n_log SET size = ?, root = ?, note = NULL WHERE room = ? AND origin = ?", (size, root, room, origin))
        live.changed = True
        node.rebuild_in(tx, room)
        node.forget(room)  # whoever waits for the room reads it anew
    node.publisher.forget(origin)


def check_first(live: Live, origin: str, keys: LogKeys, checkpoint: Checkpoint, fresh: Sequence[bytes]) -> None:
    """Raise `Rejected` unless each change that is new with these entries stands at its size, over the root that the quorum named, as the first entry under its key."""
    tree = live.tree(origin)
    for change in keys.changes:
        at = change.size - tree.size
        if at < 0 or change.size >= checkpoint.size:
            continue
        frontier = tree.frontier()
        frontier.extend(leaf_hash(data) for data in fresh[:at])
        if frontier.root() != change.root:
            raise Rejected(
                f"The first {change.size} entries of {origin} are not those that the change of its key names", "Ask the other Side"
            )
        if not is_change(fresh[at], change):
            raise Rejected(f"Entry {change.size} of {origin} is not the change of its key", "A new key is logged first under itself")


def is_change(data: bytes, change: KeyChange) -> bool:
    """Whether an entry's bytes log this change."""
    try:
        value = canonical.loads(data)
        body = value["body"] if isinstance(value, dict) and value.get("schema") == KEY_CHANGE else {}
        return claimed(str(body.get("note"))) == change
    except (Rejected, KeyError, AttributeError):
        return False


# -- the own log --------------------------------------------------------------------------------------------------------------------------


def request(node: Node, room: str, public: str, size: int | None = None) -> KeyChange:
    """What the custodians are asked to sign: the own record goes on with `public` (hex) from `size` entries on (all that there are, if not said).

    The log is not written from now on until the change is done, or given up (`release`). Raises `Conflict`.
    """
    origin = node.origin(room)
    _not_stopped(node, room, origin)
    if size is None and origin not in node.halted:
        with suppress(NotHeld):  # the key may be lost; what is not signed yet is signed by the new one
            node.acknowledge(room)  # so that the log knows the terms in force
    with node.writing(room) as (_, live):
        tree = live.tree(origin)
        size = tree.size if size is None else size
        terms = live.fold.terms_known(live.fold.log(origin))
        if not 0 <= size <= tree.size:
            raise Conflict(
                f"{origin} has {tree.size} entries here, not {size}", "Take back from the other Side what is missing: cochair node recover"
            )
        root = tree.root(size)
    _not_before(node, room, origin, size)
    roots_of(node.structural(room, terms), node.side)
    change = KeyChange(room, origin, size, root, vkey(origin, bytes.fromhex(public)))
    change.text()
    keys_of(node, room, origin).with_change(change)
    if not node.halted.get(origin):
        node.halt(room, origin, HELD)
    return change


def release(node: Node, room: str) -> bool:
    """Let the own record be written again after a request that is given up -> whether it was held."""
    origin = node.origin(room)
    if node.halted.get(origin) != HELD:
        return False
    with node.writing(room) as (tx, _):
        tx.execute("UPDATE n_log SET frozen = '' WHERE room = ? AND origin = ?", (room, origin))
    node.halted.pop(origin)
    node.compare_ledgers(room)
    return True


def _not_stopped(node: Node, room: str, origin: str) -> None:
    """Raise `Conflict` after a fork of our own: the others hold two histories under our key, and no other key makes one of them."""
    with node.read() as tx:
        rows = tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND origin = ? AND frozen = ?", (room, origin, faults.FORKED))
    if rows:
        raise Conflict(faults.FORKED, "No change of its key mends this log: found a new room, with new keys")
    if why := faults.stopped(node):
        raise Conflict(why, "Look at the evidence, then decide: cochair node check, cochair node resume")


def _not_before(node: Node, room: str, origin: str, size: int) -> None:
    known = _acknowledged(node, room, node.side, but=node.side)
    base = node.publisher.tree / room / "by-peers"
    for path in base.glob("*") if base.is_dir() else ():
        known = max(known, Checkpoint.parse(split_note(path.read_bytes())[0]).size)
    if size < known:
        raise Conflict(
            f"The other Side has acknowledged {known} entries of {origin}", f"What was acknowledged stands: name at least {known}"
        )


def apply(node: Node, room: str, note: str, *, beyond: bool = False) -> str:
    """Go on with the own record under the key of a change -> id of its entry. `beyond`: cut off what stands behind its size. Harmless if repeated.

    Raises `Rejected` without a quorum, `Conflict` if the log or the other Side stands elsewhere, `NotHeld` if the new key is not here.
    """
    origin, change = node.origin(room), claimed(note)
    if (change.room, change.origin) != (room, origin):
        raise Rejected(f"The change is of {change.origin}, another log than {origin}", "Choose the room that is meant: --room")
    open_change(note, roots_of(node.terms(room), node.side))
    _not_stopped(node, room, origin)
    keys = keys_of(node, room, origin)
    if not (logged := logged_at(node, room, origin, change)):
        keys.with_change(change)
        _not_before(node, room, origin, change.size)
        with node.writing(room) as (_, live):
            size = live.tree(origin).size
            same = size >= change.size and live.tree(origin).root(change.size) == change.root
        if not same:
            raise Conflict(
                f"{origin} does not hold the {change.size} entries that the change names",
                "Take them back from the other Side: cochair node recover",
            )
        if size > change.size and not beyond:
            raise Conflict(
                f"{origin} has {size - change.size} entries beyond the change",
                "Ask for a new change at the present size; only if they are not our Side's own, cut them off: --cut",
            )
        if node.halted.get(origin) != HELD:
            node.halt(room, origin, HELD)
        node.signer.change_key(note.encode(), [node.origin(each) for each in node.rooms()])
        if size > change.size:
            cut(node, room, origin, change.size)
        _keep(node, change, note)
        release(node, room)
        logged = finish(node, room)
    return logged


def logged_at(node: Node, room: str, origin: str, change: KeyChange) -> str:
    """Id of the entry that logs a change, "" if none does."""
    with node.read() as tx:
        rows = tx.query("SELECT id, note FROM j_log_key WHERE room = ? AND side = ?", (room, parse_origin(origin).side))
    return next((str(row["id"]) for row in rows if claimed(row["note"]) == change), "")


def due(node: Node, room: str, origin: str, size: int) -> bool:
    """Whether the next entry of an own log is the change of its key."""
    known = keys_of(node, room, origin).changes
    return bool(known) and known[-1].size == size


def finish(node: Node, room: str) -> str:
    """Log a change of the own key that the signer has and the log has not, whatever came between -> id of the entry, "" if there is none to log."""
    origin = node.origin(room)
    if not _folder(node, room).is_dir() or node.halted.get(origin) or node.ask_first:
        return ""
    keys, notes = _known(node, room, origin)
    if not keys.changes or node.heads(room)[origin][0] != keys.changes[-1].size:
        return ""
    if node.signer.last(origin) != (keys.changes[-1].size, keys.changes[-1].root):
        return ""  # the signer was not asked yet
    return node.write(room, [Draft(RECORD, "statement", KEY_CHANGE, {"note": notes[-1]})])[0]
