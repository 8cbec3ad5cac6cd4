"""One write, in the order that survives every crash:

1. lock the room and the log, read what others appended, judge the new entries as every node will; append, apply, COMMIT;
2. the signer appends the new head to its sign-ledger and syncs it;
3. it signs, the checkpoint is published, and only then the caller gets the ids.

Threads that wait at the same time share one transaction, one sync of the ledger and one checkpoint. A crash after (1) is repaired at start: the head is signed again. Before an own act the log acknowledges (`seen`) what is applied of the others, so that the
act has its causes in its past; a bare `seen` is written only if another Side added something other than `seen`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cochair.kit.errors import CochairError, Conflict, Rejected
from cochair.kit.ids import RECORD, instrument_of, parse_id, parse_origin
from cochair.ledger.entries import Entry, compose, encode, new_salt
from cochair.ledger.merkle import EMPTY_ROOT
from cochair.record import faults
from cochair.record import live as rooms
from cochair.record.contents import BODIES, KEY_CHANGE
from cochair.record.live import Live
from cochair.record.schemas import needed
from cochair.record.state import LogState
from cochair.record.store import Tx
from cochair.record.void import REASONS

if TYPE_CHECKING:
    from cochair.record.holding import Draft
    from cochair.record.node import Node

SEEN = BODIES["seen"][0]


class _Job:
    """What one caller wants written, and what came of it."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.done = False
        self.ids: list[str] = []
        self.sizes: dict[str, int] = {}
        self.error: BaseException | None = None


class Queue:
    """Those who wait to write into one room: whoever has the turn writes for all of them, in one transaction with one sync."""

    def __init__(self) -> None:
        """Nobody waits."""
        self.turn = threading.Lock()
        self.waiting: list[_Job] = []


def write(node: Node, room: str, drafts: Sequence[Draft]) -> list[str]:
    """See `Node.write`."""
    if not drafts:
        return []
    job = _Job(drafts)
    queue = node.queues.setdefault(room, Queue())
    queue.waiting.append(job)
    with queue.turn:
        if not job.done:
            jobs = queue.waiting[:]
            try:
                _write_jobs(node, room, jobs)
            finally:
                for each in jobs:
                    if each.done or each is job:
                        queue.waiting.remove(each)  # in place: others append meanwhile
    if job.error is not None:
        raise job.error
    for origin, size in job.sizes.items():
        node.publish(room, origin, size)
    return job.ids


def _write_jobs(node: Node, room: str, jobs: Sequence[_Job]) -> None:
    """Write for all in one transaction; each by itself, where one would leave half of its own behind."""
    try:
        with node.writing(room) as (tx, live):
            for job in jobs:
                job.ids, job.sizes, job.error = [], {}, None  # what an attempt left that was rolled back
                before = sum(tree.size for tree in live.trees.values())
                try:
                    _write_drafts(node, tx, live, job)
                except CochairError as error:
                    if len(jobs) == 1 or sum(tree.size for tree in live.trees.values()) != before:
                        raise
                    job.error = error
            rooms.settle(tx, live, node.registry.tables)
    except BaseException as error:
        if len(jobs) == 1 or not isinstance(error, Exception):
            raise
        for job in jobs:
            try:
                _write_jobs(node, room, [job])
            except Exception as own:  # noqa: BLE001  # it is raised where this job was given
                job.error, job.done = own, True
        return
    for job in jobs:
        job.done = True


def _write_drafts(node: Node, tx: Tx, live: Live, job: _Job) -> None:
    for draft in job.drafts:
        log = _own_log(node, tx, live, draft.log)
        _catch_up_seen(node, tx, live, log, draft)
        if draft.kind in ("seal", "finding"):
            _check_read(live, node.side)
        if draft.kind == "seal":
            _check_slot(live, node.side, draft.body)
        job.ids.append(_append(node, tx, live, log, draft.kind, draft.schema, draft.body))
        job.sizes[log.origin] = log.applied


def acknowledge(node: Node, room: str) -> list[str]:
    """See `Node.acknowledge`."""
    sizes: dict[str, int] = {}
    ids = []
    with node.writing(room) as (tx, live):
        for name in sorted({log.log for log in live.fold.state.logs.values()}, key=lambda n: (n != RECORD, n)):
            others = [log for log in live.fold.state.logs.values() if log.side != node.side and log.log == name]
            own = live.fold.state.logs.get(f"{node.side}/{name}")
            if not any(_said_something(log, _seen_of(own, log)) for log in others):
                continue
            if node.ask_first or faults.stopped(node) or node.halted.get(node_origin(node, live, name)):
                continue
            log = _own_log(node, tx, live, name)
            body = _heads(live, log)
            if body is not None:
                ids.append(_append(node, tx, live, log, "seen", SEEN, body))
                sizes[log.origin] = log.applied
        rooms.settle(tx, live, node.registry.tables)
    for origin, size in sizes.items():
        node.publish(room, origin, size)
    return ids


def node_origin(node: Node, live: Live, log: str) -> str:
    """Origin of an own log in a room, out of the room's own record log (no query)."""
    record = live.fold.state.logs[f"{node.side}/{RECORD}"]
    return record.origin if log == RECORD else str(parse_origin(record.origin)._replace(log=log))


def _own_log(node: Node, tx: Tx, live: Live, name: str) -> LogState:
    origin = node_origin(node, live, name)
    _check_halted(node, origin)
    if name != RECORD:
        thing = parse_id(instrument_of(name))
        record = live.fold.state.logs.get(f"{thing.side}/{RECORD}")
        if record is None or thing.seq >= record.applied or not record.tags[thing.seq].startswith("matter:"):
            raise Conflict("There is no instrument {thing}", "Introduce it in the record first", thing=thing)
    log = live.fold.log(origin)
    if log.applied == 0:
        if tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND origin = ? AND frozen = ?", (live.room, origin, faults.DESTROYED)):
            raise Conflict("These working papers were destroyed by both Sides", "Go on in those that follow them")
        node.compare_ledger(origin, 0, EMPTY_ROOT.hex())  # a log that an old copy does not know of
        _check_halted(node, origin)
    if earlier := live.fold.earlier(log):
        raise Conflict("{log} is still here, and these working papers follow it", "Exchange: both Sides destroy it first", log=earlier)
    if log.stopped or log.pending:
        raise CochairError(
            "The own log {origin} is not applied to its end: {stopped}",
            "Update Cochair on this node if a newer version is named, else run: cochair record fsck",
            origin=origin,
            stopped=log.stopped or next((f"{one.name} {one.stopped}" for one in live.fold.state.logs.values() if one.stopped), log.waiting),
        )
    return log


def _check_halted(node: Node, origin: str) -> None:
    if faults.stopped(node):
        raise CochairError(
            "This node's key signed two histories of one log: nothing is signed until people have looked into it",
            "Look at the evidence, then decide: cochair node check, cochair node resume",
        )
    if node.ask_first:
        raise CochairError(
            "This node was restored from a backup and has not asked the other Side for its own heads", "Pull from the other Side first"
        )
    if reason := node.halted.get(origin):
        raise CochairError(reason, "Recover the missing entries from the peer, then write again")


def _seen_of(own: LogState | None, log: LogState) -> int:
    return own.heads.get(log.name, (0, ""))[0] if own else 0


def _said_something(log: LogState, since: int) -> bool:
    """Whether the log holds, beyond the acknowledged prefix, anything but `seen`."""
    return any(tag != "seen" for tag in log.tags[since:])


def _heads(live: Live, log: LogState) -> dict[str, Any] | None:
    """Body of the `seen` that acknowledges all that is applied now, or None if nothing is new."""
    heads: dict[str, Any] = {}
    working: dict[str, Any] = {}
    for other in live.fold.state.logs.values():
        if other.log == RECORD and (log.working or other.side != log.side):
            into = heads
        elif other.log == log.log and other.side != log.side:
            into = working
        else:
            continue
        if other.applied > _seen_of(log, other):
            into[other.side] = {"size": other.applied, "root": live.tree(other.origin).root(other.applied).hex()}
    if not heads and not working:
        return None
    return {"heads": heads, "working": working} if working else {"heads": heads}


def _catch_up_seen(node: Node, tx: Tx, live: Live, log: LogState, draft: Draft) -> None:
    """Acknowledge before an own act, if there is something to acknowledge."""
    if draft.kind != "seen" and draft.schema != KEY_CHANGE:  # a new key is logged first under itself
        body = _heads(live, log)
        if body is not None:
            _append(node, tx, live, log, "seen", SEEN, body, only_if_counts=draft)


def _append(
    node: Node, tx: Tx, live: Live, log: LogState, kind: str, schema: str, body: dict[str, Any], *, only_if_counts: Draft | None = None
) -> str:
    """Judge one entry and put it behind the log -> its id. Raise before anything is changed, if it would not count."""
    data, entry = compose(
        Entry(
            v=1, log=log.origin, room=live.room, seq=log.applied, at=node.clock.now(), salt=new_salt(), kind=kind, schema=schema, body=body
        )
    )
    verdict = live.fold.offer(log, data, entry)
    if verdict.stop:
        raise Rejected("It needs version {version} of Cochair", "Update Cochair on this node", version=needed(verdict.stop))
    if verdict.void:
        raise Conflict("It would not be counted: {void}", "Look at the page again: something may have changed", void=REASONS[verdict.void])
    if verdict.wait:
        raise Conflict("It names what is not held here: {wait}", "Keep the content first, then write", wait=verdict.wait)
    if only_if_counts is not None:
        encode_probe(only_if_counts, entry)
    rooms.append(tx, live, log.origin, [data])
    live.fold.apply_held(log)
    return f"{log.name}/{entry.seq}"


def encode_probe(draft: Draft, like: Entry) -> None:
    """Raise Rejected now if the draft cannot become an entry at all (too long, not canonical), before its `seen` is appended."""
    encode(
        Entry(
            v=1,
            log=like.log,
            room=like.room,
            seq=like.seq + 1,
            at=like.at,
            salt=like.salt,
            kind=draft.kind,
            schema=draft.schema,
            body=draft.body,
        )
    )


def _check_read(live: Live, own: str) -> None:
    """Nothing is sealed, and no seal is judged, over what this program cannot read; what binds nobody goes on."""
    for log in live.fold.state.logs.values():
        if log.side != own and log.stopped:
            raise Conflict(
                "{log} is read up to {size} entries, and the rest needs version {version} of Cochair: nothing is sealed or found valid before it is read",
                "Update Cochair on this node; it then reads on by itself",
                log=log.name,
                size=log.applied,
                version=needed(log.stopped),
            )


def _check_slot(live: Live, own: str, body: dict[str, Any]) -> None:
    """A seal is refused if anybody has acted in its slot since the person had it before him (`heads`)."""
    slot, heads = body.get("slot"), body.get("heads")
    if not isinstance(slot, dict) or not isinstance(heads, dict):
        return  # the judging says what is wrong
    held = live.fold.state.slots.get(f"{slot.get('kind')}|{slot.get('of')}|{slot.get('step')}")
    for side, acts in held.acts.items() if held else _none():
        if acts and acts[-1][0] >= heads.get(side, acts[-1][0] + 1 if side == own else 0):
            raise Conflict("{side} has acted on this text since you opened the page", "Look at it again, then sign", side=side)


def _none() -> Iterable[tuple[str, list[tuple[int, Any]]]]:
    return ()
