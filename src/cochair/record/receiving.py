"""Taking another Side's log in, and taking one's own log back. Nothing is believed that is not under a checkpoint by a key that terms or people pinned.

| the checkpoint | the node |
|---|---|
| goes on from what is held | mirrors the bytes, applies what can be applied (``new``) |
| is what is held | keeps the newest note (``same``) |
| is an older head of the same log | keeps its own copy (``stale``); the peer finds its bytes in our tree, and is told by them (`own_head`) |
| contradicts what is held | freezes that log at the last good head, keeps both as a portable proof (`record.evidence`), files `fault` (``frozen``); never deletes, merges or chooses |
| does not match the bytes that came with it | refuses the bytes (`Rejected`): they may have been damaged on the way; the whole log from 0 settles which it is |

Working logs are authenticated by a MAC that both nodes can make, so a contradiction there proves nothing: the log is frozen and begun anew by both.

A head of *our own* log that somebody shows us is believed under our own signature alone: a longer one is taken back (an old copy was restored here), one that
contradicts what we hold means that our key signed two histories, and this node signs nothing more (`record.faults`).
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
from cochair.ledger.merkle import consistency_proof, inclusion_proof, leaf_hash
from cochair.ledger.merkle import root as tree_root
from cochair.ledger.notes import COSIGNATURE, parse_vkey, split_note
from cochair.ledger.tiles import ENTRY_CAP
from cochair.record import changes, evidence, faults, queries
from cochair.record import live as rooms
from cochair.record.fold import uncollected
from cochair.record.live import Live
from cochair.record.publish import is_signed
from cochair.record.renewals import pairs
from cochair.record.store import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node
    from cochair.record.rooms import Peer


class Received(NamedTuple):
    """What became of a checkpoint: `status` new | same | stale | frozen | destroyed; sizes held and applied; why it is not applied to its end, or ""."""

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
    with uncollected(len(entries)), node.writing(room) as (tx, live):
        rows = tx.query("SELECT note, frozen FROM n_log WHERE room = ? AND origin = ?", (room, origin))
        if rows and rows[0]["frozen"]:
            return _result(live, origin, "destroyed" if rows[0]["frozen"] == faults.DESTROYED else "frozen", rows[0]["frozen"])
        status, fresh, leaves = _compare(live, origin, checkpoint, start, entries)
        found: list[tuple[str, bytes]] = []
        if status == "frozen":
            held = bytes(rows[0]["note"] or b"")
            proof = _two_heads(node, live, origin, held, note, leaves) if is_signed(origin, node.terms(room)) else b""
            found = _freeze(node, tx, live, origin, held, note, proof)
        elif status == "same" and rows:
            tx.execute("UPDATE n_log SET note = ? WHERE room = ? AND origin = ?", (note, room, origin))
        elif status == "new" or not rows:
            if parts.log == RECORD:
                changes.check_first(live, origin, changes.keys_of(node, room, origin), checkpoint, fresh)
            rooms.append(tx, live, origin, fresh, note, leaves)
            rooms.settle(tx, live, node.registry.tables)
        result = _result(live, origin, status)
        if parts.log == RECORD and status == "new":
            found = _misacknowledged(node, tx, live, origin, note, fresh)
    if status == "new" and any(b'"kind":"erase"' in data for data in fresh):
        node.remove_erased(room)
    for what, file in found:
        faults.alarm(what, room, node.origin(room) if what.startswith("seen") else origin, "Look at: cochair node check")
        if file:
            changes.fault(node, room, origin, what, file)
    return result


def _two_heads(node: Node, live: Live, origin: str, held: bytes, shown: bytes, whole: Sequence[bytes]) -> bytes:
    """The portable file about what is held of a log and another head of it; ``whole``: leaf hashes of the other, where it is longer.

    A file of evidence is about one key. Where a change of the key stands between the two heads, they are put together with its note as they are.
    """
    leaves = live.tree(origin).leaves
    size = Checkpoint.parse(split_note(shown)[0]).size
    keys = changes.keys_of(node, live.room, origin)
    if (verifier := keys.at(size)) != keys.at(Checkpoint.parse(split_note(held)[0]).size):
        notes = changes.notes_of(node, live.room, origin)
        return dumps({"changes": notes, "held": held.decode(), "room": live.room, "shown": shown.decode(), "what": "two heads", "v": 1})
    if size <= len(leaves):
        return evidence.heads(live.room, verifier, shown, held, tree_root(leaves[:size]), consistency_proof(leaves, size))
    return evidence.heads(live.room, verifier, held, shown, tree_root(whole[: len(leaves)]), consistency_proof(whole, len(leaves)))


def keep_stale(node: Node, room: str, origin: str, shown: bytes) -> None:
    """The peer itself shows an older head than we hold: keep the proof that there was more, and say so once."""
    with node.writing(room) as (tx, live):
        rows = tx.query("SELECT note FROM n_log WHERE room = ? AND origin = ? AND frozen = ''", (room, origin))
        if not rows:
            return
        held = bytes(rows[0]["note"] or b"")
        known = tx.query("SELECT held, shown FROM n_evidence WHERE room = ? AND origin = ? AND what = 'older-head'", (room, origin))
        if any((bytes(one["held"]), bytes(one["shown"])) == (held, shown) for one in known):
            return
        file = _two_heads(node, live, origin, held, shown, ()) if is_signed(origin, node.terms(room)) else b""
        fresh = faults.keep(tx, room, origin, "older-head", node.clock.now(), held, shown, file)
    if fresh:
        faults.alarm("older-head", room, origin, "It shows less than it did; our copy is kept, and lies in our tree for it to take back")


def open_checkpoint(node: Node, room: str, origin: str, note: bytes, peer: Peer) -> Checkpoint:
    """The checkpoint of a note, if it is by the peer's key (or the MAC shared with it) and of this log; raises Rejected."""
    if is_signed(origin, node.terms(room)):
        checkpoint = changes.open_signed(node, room, origin, note)
    else:
        checkpoint = _open_mac(node, room, origin, note, peer)
    if checkpoint.origin != origin:
        raise Rejected(f"The checkpoint is of {checkpoint.origin}, not of {origin}")
    return checkpoint


def _open_mac(node: Node, room: str, origin: str, note: bytes, peer: Peer) -> Checkpoint:
    """A checkpoint under the exchange keys in force. Under ones that ended it may say what is held already, and nothing new: its Side has not seen the new terms yet."""
    try:
        return node.signer.open_working(note, room=room, peer=peer.exchange_key, own=node.named(room)["exchange_key"])
    except NotHeld as lost:
        raise Conflict(lost.what, lost.next_step) from None  # the source has what is asked for, and we cannot read it
    except Rejected as refused:
        try:
            checkpoint = open_held(node, room, note, peer.side)
        except Rejected:
            raise refused from None
        if node.heads(room).get(origin) == (checkpoint.size, checkpoint.root):
            return checkpoint
        raise Rejected(
            f"The head of {origin} is under an exchange key that has ended",
            "Its Side makes it anew once it has taken the new terms: let it exchange, then exchange again",
        ) from None


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


def _compare(live: Live, origin: str, checkpoint: Checkpoint, start: int, entries: Sequence[bytes]) -> tuple[str, list[bytes], list[bytes]]:
    """(status, entries that are new, their leaf hashes; or those of the whole log as it is shown, where that is longer and contradicts what is held)."""
    tree = live.tree(origin)
    if checkpoint.size <= tree.size:
        if tree.root(checkpoint.size) != checkpoint.root:
            return "frozen", [], []
        return ("same" if checkpoint.size == tree.size else "stale"), [], []
    if any(len(data) > ENTRY_CAP for data in entries):
        raise Rejected("An entry is longer than a log can hold")
    if not 0 <= start <= tree.size or start + len(entries) < checkpoint.size:
        raise Conflict(f"Entries {tree.size} to {checkpoint.size} of {origin} are wanted", "Pull them, then try again")
    given = list(entries[: checkpoint.size - start])
    leaves = [leaf_hash(data) for data in given]
    frontier = tree.frontier()
    frontier.extend(leaves[tree.size - start :])
    if leaves[: tree.size - start] == tree.leaves[start:] and frontier.root() == checkpoint.root:
        return "new", given[tree.size - start :], leaves[tree.size - start :]
    if start == 0 and tree_root(leaves) == checkpoint.root:
        return "frozen", [], leaves  # the whole log as it is shown now does not begin with what was shown before
    raise Rejected(f"The entries of {origin} do not match their checkpoint", "Pull the whole log again from its beginning")


def _freeze(node: Node, tx: Tx, live: Live, origin: str, held: bytes, shown: bytes, file: bytes) -> list[tuple[str, bytes]]:
    what = "conflicting-heads" if file else "working-heads"
    why = faults.TWO_HEADS if file else faults.ANEW
    tx.execute("UPDATE n_log SET frozen = ? WHERE room = ? AND origin = ?", (why, live.room, origin))
    faults.keep(tx, live.room, origin, what, node.clock.now(), held, shown, file)
    return [(what, file if parse_origin(origin).log == RECORD else b"")]


def _misacknowledged(node: Node, tx: Tx, live: Live, origin: str, note: bytes, fresh: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Faults in what the other Side says it has seen of our record: more than there is, or another root. The first of each kind tells.

    Silent while this node may itself be behind: then it asks for its own heads first, and what the other saw beyond ours may well be our own word.
    """
    if node.ask_first or faults.stopped(node):
        return []
    own = next(log for log in live.fold.state.logs.values() if log.side == node.side and not log.working)
    if node.halted.get(own.origin):
        return []
    tree, by = live.tree(own.origin), live.tree(origin)
    found: dict[str, bytes] = {}
    for number, data in enumerate(fresh, by.size - len(fresh)):
        if b'"kind":"seen"' not in data:
            continue
        try:
            entry = decode(data)
            head = entry.body.get("heads", {}).get(node.side) if entry.kind == "seen" else None
        except (Rejected, AttributeError):
            continue
        if not isinstance(head, dict) or not isinstance(size := head.get("size"), int) or size < 0:
            continue
        what = "seen-beyond" if size > tree.size else "seen-root" if tree.root(size).hex() != head.get("root") else ""
        if what and what not in found and (entry.log, entry.room, entry.seq) == (origin, live.room, number):
            ours = node.publisher.note(own.origin)
            covered = Checkpoint.parse(split_note(ours)[0]).size
            leaves = tree.leaves[:covered]
            if what == "seen-root" and size > covered:
                continue  # not published yet: nobody can have seen it
            prefix, proof = (tree_root(leaves[:size]), consistency_proof(leaves, size)) if what == "seen-root" else (None, [])
            mine = changes.keys_of(node, live.room, own.origin).at(covered), ours, prefix, proof
            key = changes.keys_of(node, live.room, origin).at(by.size)
            theirs = key, note, data, number, inclusion_proof(by.leaves, number)
            found[what] = evidence.acknowledgement(live.room, mine, theirs)
            faults.keep(tx, live.room, own.origin, what, node.clock.now(), ours, note, found[what])
    return sorted(found.items())


def examine(node: Node, room: str) -> list[str]:
    """Look at the evidence that other Sides filed about our own record: if our signature is on two histories, stop -> logs that forked."""
    found = []
    with node.read() as tx:
        filed = [notice["body"] for notice in queries.notices(tx, room, "fault") if notice["side"] != node.side]
        frozen = {row["origin"] for row in tx.query("SELECT origin FROM n_log WHERE room = ? AND frozen = ?", (room, faults.FORKED))}
    for body in filed:
        origin, paper = body["log"], body.get("evidence")
        if not paper or origin in frozen or body["what"] != "conflicting-heads" or origin != node.origin(room):
            continue
        try:
            file = node.paper(room, paper)
            proven = evidence.check(file)
            for head in evidence.two_heads(file):  # a key that had ended proves nothing against us
                changes.open_signed(node, room, origin, head)
        except (Rejected, NotHeld):
            continue
        if proven.verdict == "fork" and proven.origin == origin and proven.room == room:
            faults.stop_signing(node, room, origin, b"", file, file)
            found.append(origin)
    return found


def _result(live: Live, origin: str, status: str, waiting: str = "") -> Received:
    log = live.fold.log(origin)
    return Received(status, live.tree(origin).size, log.applied, waiting or log.stopped or log.waiting)


def own_head(node: Node, room: str, origin: str, note: bytes) -> str:
    """What a head of our own log that somebody shows us says: `known` (we hold it, or more), `behind` (it goes beyond what we hold), `fork`. Raises Rejected.

    A fork of the record stops all signing; a working log in which a head contradicts ours is to be begun anew.
    """
    checkpoint = _open_own(node, room, origin, note)
    with node.writing(room) as (tx, live):
        tree = live.tree(origin)
        if checkpoint.size > tree.size:
            return "behind"
        if tree.root(checkpoint.size) == checkpoint.root:
            return "known"
        rows = tx.query("SELECT frozen FROM n_log WHERE room = ? AND origin = ?", (room, origin))
        if rows and rows[0]["frozen"]:
            return "fork"  # known already
    _forked(node, room, origin, note, ())
    return "fork"


def _open_own(node: Node, room: str, origin: str, note: bytes) -> Checkpoint:
    if is_signed(origin, node.terms(room)):
        checkpoint = changes.open_signed(node, room, origin, note)
    else:
        checkpoint = _open_own_working(node, room, note)
    if checkpoint.origin != origin:
        raise Rejected(f"The checkpoint is of {checkpoint.origin}, not of {origin}")
    return checkpoint


def _forked(node: Node, room: str, origin: str, note: bytes, whole: Sequence[bytes]) -> None:
    """Two histories of an own log: of the record (or a signed working log) all signing ends; a MACed one is to be begun anew."""
    if not is_signed(origin, node.terms(room)):
        node.halt(room, origin, faults.ANEW)
        return
    with node.writing(room) as (tx, live):
        if tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND origin = ? AND frozen = ?", (room, origin, faults.FORKED)):
            return  # people have seen it, and decided
        held = node.publisher.note(origin)
        file = _two_heads(node, live, origin, held, note, whole)
    faults.stop_signing(node, room, origin, held, note, file)


def recover(node: Node, room: str, origin: str, note: bytes, start: int, entries: Sequence[bytes]) -> int:
    """See `Node.recover`."""
    parts = parse_origin(origin)
    if parts.side != node.side or origin != node.origin(room, parts.log):
        raise Conflict(f"{origin} is not this node's own log", "Take it in with receive")
    last = node.signer.last(origin)
    signed = is_signed(origin, node.terms(room))
    checkpoint = _open_own(node, room, origin, note)
    if not signed and (last is None or checkpoint.size > last[0]):
        raise Rejected("What is returned goes beyond what this node remembers to have written", "Show it as returned by the other Side")
    with uncollected(len(entries)), node.writing(room) as (tx, live):
        status, fresh, leaves = _compare(live, origin, checkpoint, start, entries)
        if status == "new" and not signed and (checkpoint.size, checkpoint.root) != last:
            raise Rejected("What is returned is not what this node remembers to have written", "Show it as returned by the other Side")
        if status == "new":
            rooms.append(tx, live, origin, fresh, leaves=leaves)
            rooms.settle(tx, live, node.registry.tables)
        tree = live.tree(origin)
        size = tree.size
        ahead = last is not None and (last[0] > size or tree.root(last[0]) != last[1])
    if status == "frozen":
        _forked(node, room, origin, note, leaves)
        raise CochairError(
            f"{origin} was signed twice with different contents",
            "This node signs nothing more: look at the evidence with cochair node check",
        )
    if status == "new" and any(b'"kind":"erase"' in data for data in fresh):
        node.remove_erased(room)
    if not ahead and not faults.stopped(node):
        with node.read() as tx:
            frozen = tx.query("SELECT frozen FROM n_log WHERE room = ? AND origin = ? AND frozen <> ''", (room, origin))
        if not frozen:
            node.halted.pop(origin, None)
            node.publish(room, origin, size)
    return size


def _open_own_working(node: Node, room: str, note: bytes) -> Checkpoint:
    for side in node.peers(room):
        try:
            return open_held(node, room, note, side, to=side)
        except Rejected:
            continue
    raise Rejected("The returned working checkpoint is not one that this node made", "Ask the other Side for its last copy")


def open_held(node: Node, room: str, note: bytes, peer: str, to: str = "") -> Checkpoint:
    """The checkpoint of a MACed note that was good when it came, under the exchange keys of now or those that ended since; raises `Rejected`.

    Only for what our own ledger or tables tell anyhow: with an ended key, whoever stole it makes such notes.
    """
    own = node.named(room)
    for mine, theirs in pairs(own, node.named(room, peer) if peer else own):
        try:
            return node.signer.open_working(note, room=room, peer=theirs, to=to, own=mine)
        except (Rejected, NotHeld):
            continue
    raise Rejected("The MAC of the working checkpoint does not hold", "Exchange: its Side makes it anew under the keys in force")


def authenticate(node: Node, room: str) -> None:
    """Give our working checkpoints MACs under the exchange keys in force, where these changed since. Without our own, these logs are not written."""
    if node.ask_first or faults.stopped(node):
        return
    terms, own = node.terms(room), node.named(room)
    with node.read() as tx:
        logs = tx.query(
            "SELECT origin, size FROM n_log WHERE room = ? AND side = ? AND log <> ? AND frozen = ''", (room, node.side, RECORD)
        )
    for log in logs:
        origin, peers = log["origin"], [peer for peer in node.peers(room).values() if peer.exchange_key]
        if is_signed(origin, terms) or node.halted.get(origin) or node.publisher.size(origin) < 0:
            continue
        note = node.publisher.note(origin)
        try:
            for peer in peers:
                node.signer.open_working(note, room=room, peer=peer.exchange_key, to=peer.side, own=own["exchange_key"])
        except Rejected:
            node.publish(room, origin, log["size"], anew=True)
        except NotHeld as lost:
            node.halted[origin] = str(lost)
