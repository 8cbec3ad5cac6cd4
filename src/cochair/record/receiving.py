"""Taking another Side's log in, and taking one's own log back. Nothing is believed that is not under a checkpoint by a key that terms or people pinned.

| the checkpoint | the node |
|---|---|
| goes on from what is held | mirrors the bytes, applies what can be applied (``new``) |
| is what is held | keeps the newest note (``same``) |
| is an older head of the same log | keeps its own copy (``stale``): the caller tells the peer and offers the bytes back |
| contradicts what is held | freezes that log at the last good head, keeps both notes as evidence, files `fault` (``frozen``); never deletes, merges or chooses |
| does not match the bytes that came with it | refuses the bytes (`Rejected`): they may have been damaged on the way; the whole log from 0 settles which it is |

Working logs are authenticated by a MAC that both nodes can make, so a contradiction there proves nothing: the log is frozen and begun anew by both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cochair.kit.canonical import dumps
from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.kit.ids import RECORD, check_side, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.entries import decode
from cochair.ledger.macs import check_exchange_public
from cochair.ledger.merkle import leaf_hash
from cochair.ledger.merkle import root as tree_root
from cochair.ledger.notes import COSIGNATURE, parse_vkey
from cochair.ledger.tiles import ENTRY_CAP
from cochair.record import changes
from cochair.record import live as rooms
from cochair.record.live import Live
from cochair.record.publish import is_signed
from cochair.record.store import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node
    from cochair.record.rooms import Peer


class Received(NamedTuple):
    """What became of a checkpoint: `status` new | same | stale | frozen; sizes held and applied; why it is not applied to its end, or ""."""

    status: str
    size: int
    applied: int
    waiting: str = ""


def check_keys(side: str, domain: str, log_key: str, cosign_key: str, exchange_key: str) -> None:
    """Raise Rejected unless these can be a Side's pinned keys. Cosign and exchange key may be "" (none yet)."""
    check_side(side)
    name, _ = parse_vkey(log_key)
    parts = parse_origin(name)
    if (parts.domain, parts.side, parts.log) != (domain, side, RECORD):
        raise Rejected(f"The key is named {name}, not after the record of {side} at {domain}", "Ask for the descriptor of this room")
    if cosign_key:
        parse_vkey(cosign_key, COSIGNATURE)
    if exchange_key:
        try:
            check_exchange_public(bytes.fromhex(exchange_key))
        except ValueError:
            raise Rejected("The exchange key is not 32 bytes in hex") from None


def receive(node: Node, room: str, origin: str, note: bytes, start: int, entries: Sequence[bytes]) -> Received:
    """See `Node.receive`."""
    parts = parse_origin(origin)
    if parts.side == node.side:
        raise Conflict(f"{origin} is this node's own log", "Take it back with recover")
    peer = node.peers(room).get(parts.side)
    if peer is None or origin != node.origin(room, parts.log, parts.side):
        raise NotFound(f"The log {origin} does not belong to a Side that is known in this room", "Exchange descriptors first")
    try:
        checkpoint = open_checkpoint(node, room, origin, note, peer)
    except changes.EndedKey:
        if changes.evidence(node, room, origin, "ended-key", "".join(changes.notes_of(node, room, origin)).encode(), note):
            changes.fault(node, room, origin, "ended-key", note)
        raise
    with node.writing(room) as (tx, live):
        rows = tx.query("SELECT note, frozen FROM n_log WHERE room = ? AND origin = ?", (room, origin))
        if rows and rows[0]["frozen"]:
            return _result(live, origin, "frozen", rows[0]["frozen"])
        status, fresh = _compare(live, origin, checkpoint, start, entries)
        if status == "frozen":
            _freeze(node, tx, live, origin, bytes(rows[0]["note"] or b""), note)
        elif status == "same" and rows:
            tx.execute("UPDATE n_log SET note = ? WHERE room = ? AND origin = ?", (note, room, origin))
        elif status == "new" or not rows:
            if parts.log == RECORD:
                changes.check_first(live, origin, changes.keys_of(node, room, origin), checkpoint, fresh)
            rooms.append(tx, live, origin, fresh, note)
            rooms.settle(tx, live, node.registry.tables)
        result = _result(live, origin, status)
        faults = _misacknowledged(node, live, fresh) if parts.log == RECORD else []
    if status == "new" and any(b'"kind":"erase"' in data for data in fresh):
        node.remove_erased(room)
    if status == "frozen" and parts.log == RECORD:
        evidence = dumps({"held": node.checkpoint(room, origin).decode(), "shown": note.decode()})
        changes.fault(node, room, origin, "conflicting-heads", evidence)
    for what in faults:
        changes.fault(node, room, origin, what, note)
    return result


def open_checkpoint(node: Node, room: str, origin: str, note: bytes, peer: Peer) -> Checkpoint:
    """The checkpoint of a note, if it is by the peer's key (or the MAC shared with it) and of this log; raises Rejected."""
    if is_signed(origin, node.terms(room)):
        checkpoint = changes.open_signed(node, room, origin, note)
    else:
        checkpoint = node.signer.open_working(note, room=room, peer=peer.exchange_key)
    if checkpoint.origin != origin:
        raise Rejected(f"The checkpoint is of {checkpoint.origin}, not of {origin}")
    return checkpoint


def open_pulled(node: Node, room: str, origin: str, note: bytes, get: Callable[[str], bytes]) -> Checkpoint:
    """As `open_checkpoint`; where the key is unknown, the changes beside the checkpoint are taken first. `get`: path in the other Side's tree -> bytes."""
    peer = node.peers(room)[parse_origin(origin).side]
    try:
        return open_checkpoint(node, room, origin, note, peer)
    except changes.EndedKey:
        receive(node, room, origin, note, 0, [])  # keeps the evidence, and raises
        raise
    except Rejected as refused:
        try:
            beside = get(f"{origin}/{changes.FILE}")
        except NotHeld:
            raise refused from None
        if not changes.learn(node, room, origin, beside):
            raise
        return open_pulled(node, room, origin, note, get)


def _compare(live: Live, origin: str, checkpoint: Checkpoint, start: int, entries: Sequence[bytes]) -> tuple[str, list[bytes]]:
    """(status, entries that are new)."""
    tree = live.tree(origin)
    if checkpoint.size <= tree.size:
        if tree.root(checkpoint.size) != checkpoint.root:
            return "frozen", []
        return ("same" if checkpoint.size == tree.size else "stale"), []
    if any(len(data) > ENTRY_CAP for data in entries):
        raise Rejected("An entry is longer than a log can hold")
    if not 0 <= start <= tree.size or start + len(entries) < checkpoint.size:
        raise Conflict(f"Entries {tree.size} to {checkpoint.size} of {origin} are wanted", "Pull them, then try again")
    given = list(entries[: checkpoint.size - start])
    leaves = [leaf_hash(data) for data in given]
    frontier = tree.frontier()
    frontier.extend(leaves[tree.size - start :])
    if leaves[: tree.size - start] == tree.leaves[start:] and frontier.root() == checkpoint.root:
        return "new", given[tree.size - start :]
    if start == 0 and tree_root(leaves) == checkpoint.root:
        return "frozen", []  # the whole log as it is shown now does not begin with what was shown before
    raise Rejected(f"The entries of {origin} do not match their checkpoint", "Pull the whole log again from its beginning")


def _freeze(node: Node, tx: Tx, live: Live, origin: str, held: bytes, shown: bytes) -> None:
    signed = parse_origin(origin).log == RECORD
    why = "two heads that contradict each other" if signed else "two heads that contradict each other: to be begun anew by both Sides"
    tx.execute("UPDATE n_log SET frozen = ? WHERE room = ? AND origin = ?", (why, live.room, origin))
    sql = "INSERT INTO n_evidence (room, origin, what, at, held, shown) VALUES (?, ?, 'conflicting-heads', ?, ?, ?)"
    tx.execute(sql, (live.room, origin, node.clock.now(), held, shown))


def _misacknowledged(node: Node, live: Live, fresh: Sequence[bytes]) -> list[str]:
    """Faults in what the other Side says it has seen of our record: more than there is, or another root."""
    own = next(log for log in live.fold.state.logs.values() if log.side == node.side and not log.working)
    tree = live.tree(own.origin)
    faults = []
    for data in fresh:
        if b'"kind":"seen"' not in data:
            continue
        try:
            entry = decode(data)
            head = entry.body.get("heads", {}).get(node.side) if entry.kind == "seen" else None
        except (Rejected, AttributeError):
            continue
        if isinstance(head, dict) and isinstance(size := head.get("size"), int):
            if size > tree.size:
                faults.append("seen-beyond")
            elif size >= 0 and tree.root(size).hex() != head.get("root"):
                faults.append("seen-root")
    return sorted(set(faults))


def _result(live: Live, origin: str, status: str, waiting: str = "") -> Received:
    log = live.fold.log(origin)
    return Received(status, live.tree(origin).size, log.applied, waiting or log.stopped or log.waiting)


def recover(node: Node, room: str, origin: str, note: bytes, start: int, entries: Sequence[bytes]) -> int:
    """See `Node.recover`."""
    parts = parse_origin(origin)
    if parts.side != node.side or origin != node.origin(room, parts.log):
        raise Conflict(f"{origin} is not this node's own log", "Take it in with receive")
    last = node.signer.last(origin)
    if is_signed(origin, node.terms(room)):
        checkpoint = changes.open_signed(node, room, origin, note)
    else:
        checkpoint = _open_own_working(node, room, note)
        if last is None or checkpoint.size > last[0]:
            raise Rejected("What is returned goes beyond what this node remembers to have written", "Show it as returned by the other Side")
    if checkpoint.origin != origin:
        raise Rejected(f"The checkpoint is of {checkpoint.origin}, not of {origin}")
    with node.writing(room) as (tx, live):
        status, fresh = _compare(live, origin, checkpoint, start, entries)
        if status == "new" and not is_signed(origin, node.terms(room)) and (checkpoint.size, checkpoint.root) != last:
            raise Rejected("What is returned is not what this node remembers to have written", "Show it as returned by the other Side")
        if status == "frozen":
            raise CochairError(
                f"{origin} was signed twice with different contents", "Stop this node and look into it together with the other Side"
            )
        if status == "new":
            rooms.append(tx, live, origin, fresh)
            rooms.settle(tx, live, node.registry.tables)
        tree = live.tree(origin)
        size = tree.size
        sound = last is None or (last[0] <= size and tree.root(last[0]) == last[1])
    if sound:
        node.halted.pop(origin, None)
        node.publish(room, origin, size)
    return size


def _open_own_working(node: Node, room: str, note: bytes) -> Checkpoint:
    for peer in node.peers(room).values():
        try:
            return node.signer.open_working(note, room=room, peer=peer.exchange_key, to=peer.side)
        except Rejected:
            continue
    raise Rejected("The returned working checkpoint is not one that this node made", "Ask the other Side for its last copy")
