"""A node: one Side's record, in one folder. An object, never a global, so that five fit into one process.

The folder: ``node.json`` (who it is), ``signer/`` (keys and sign-ledger, read by the signer process alone), ``record.sqlite3`` (unless it uses PostgreSQL),
``rooms/`` (papers, sealed, and structural contents), ``paper-keys`` (what opens the papers), ``tree/`` (what the peer pulls; derived), ``spool/`` (work in
progress).

- `write` returns only when what was written is committed, its head signed and published (`record.writing`).
- `receive` takes the bytes of another Side's log against their checkpoint (`record.receiving`).
- What a page reads, it reads from tables, through `read()`: one consistent snapshot.
- A node whose sign-ledger is ahead of its log (an old copy was restored) opens, reads, receives, and does not write: see `recover`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from cochair.kit.canonical import dumps
from cochair.kit.clock import Clock, SystemClock
from cochair.kit.errors import Conflict, NotFound, NotHeld, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.record import changes, checking, destroying, faults, live, paper_keys, receiving, restoring, spool, upgrade, writing
from cochair.record.contents import RECORD as RECORD_STAGE
from cochair.record.holding import Draft, Holding
from cochair.record.keys import create_node_keys
from cochair.record.opening import open_store
from cochair.record.paper_keys import PaperKeys
from cochair.record.papers import Papers
from cochair.record.publish import Publisher, is_signed
from cochair.record.registry import Digest, Registry
from cochair.record.rooms import Peer, Rooms
from cochair.record.signer import Signer, start_signer
from cochair.record.signer_ledger import create_ledger
from cochair.record.store import Store, Tx
from cochair.record.token import TokenSettings
from cochair.record.tree import drop_unsynced


class _About(msgspec.Struct, frozen=True):
    v: int
    side: str
    domain: str
    specimen: bool
    database: str | None


class Node(Holding, Rooms):
    """See above. Safe for threads; several processes may open one folder."""

    def __init__(self, folder: Path, about: _About, *, registry: Registry, clock: Clock, store: Store, signer: Signer) -> None:
        """Use `open` or `init`."""
        self.folder = folder
        self.side = about.side
        self.domain = about.domain
        self.specimen = about.specimen
        self.clock = clock
        self.registry = registry if "record.received/1" in registry.statements else Registry([RECORD_STAGE, *registry.stages])
        self.store = store
        self.signer = signer
        self.papers = Papers(folder / "rooms", PaperKeys(folder / paper_keys.FILE))
        self.publisher = Publisher(folder, signer)
        self.halted: dict[str, str] = {}
        """Own logs that must not grow (origin -> why), until they are recovered."""
        self.ask_first = (folder / restoring.MARK).exists()
        """A backup was put back: nothing is written until the peer was asked for our own heads (`record.restoring`)."""
        self._lives: dict[str, live.Live] = {}
        self.queues: dict[str, writing.Queue] = {}
        self._lock = threading.Lock()

    # -- life ---------------------------------------------------------------------------------------------------------------------------

    @classmethod
    def init(
        cls,
        folder: Path,
        *,
        side: str,
        domain: str,
        registry: Registry,
        database_url: str | None = None,
        specimen: bool = False,
        clock: Clock | None = None,
        make_signer: Callable[[Path], Signer] = start_signer,
        token: TokenSettings | None = None,
    ) -> Node:
        """Make a node: keys (log and cosigning key in a `token`, if one is given), sign-ledger, database. Conflict if the folder holds one already.

        `make_signer`: folder -> the signer to ask.
        """
        if (folder / "node.json").exists():
            raise Conflict(f"There is a node in {folder} already", "Choose an empty folder")
        folder.mkdir(parents=True, exist_ok=True)
        create_node_keys(folder, side=side, domain=domain, token=token)
        create_ledger(folder / "signer")
        about = _About(1, side, domain, specimen, database_url)
        (folder / "node.json").write_bytes(dumps(msgspec.to_builtins(about)))
        return cls.open(folder, registry=registry, clock=clock, make_signer=make_signer)

    @classmethod
    def open(
        cls, folder: Path, *, registry: Registry, clock: Clock | None = None, make_signer: Callable[[Path], Signer] = start_signer
    ) -> Node:
        """Open a node: bring its tables to this program's form, compare the sign-ledger with the logs, sign again what a crash left unsigned."""
        try:
            about = msgspec.json.decode((folder / "node.json").read_bytes(), type=_About)
        except FileNotFoundError:
            raise NotFound(f"There is no node in {folder}", "Make one: cochair node init") from None
        except (ValueError, RecursionError) as error:
            raise Rejected(f"{folder / 'node.json'} is damaged: {error}", "Restore it from the backup") from None
        drop_unsynced(folder)
        store = open_store(folder, about.database)
        node = cls(folder, about, registry=registry, clock=clock or SystemClock(), store=store, signer=make_signer(folder))
        spool.sweep(folder, imports=False)
        upgrade.run(node)
        for room in node.rooms():
            node.compare_ledgers(room)
            node.settle(room)
            node.remove_erased(room)  # what a crash, or an older copy, left of it
        faults.halt_all(node)
        for room in node.rooms():
            changes.finish(node, room)
            receiving.authenticate(node, room)
        return node

    def close(self) -> None:
        """Give back the database and the signer."""
        self.store.close()
        self.papers.close()
        self.publisher.close()
        self.signer.close()

    def compare_ledgers(self, room: str) -> None:
        """Compare all own logs of a room: a head that the signer signed must be in the log; a log that is ahead of it was not signed yet."""
        sql = "SELECT origin, size, root, frozen FROM n_log WHERE room = ? AND side = ?"
        with self.read() as tx:
            known = [row["origin"] for row in tx.query(sql, (room, self.side))]
        heads = {
            origin: self.signer.last(origin) for origin in known
        }  # asked before the logs are read: another process may be writing, and
        with self.read() as tx:  # what it signed is committed by then, so that only an old copy can be behind the ledger
            logs = [row for row in tx.query(sql, (room, self.side)) if row["origin"] in heads]
        for log in logs:
            if log["frozen"] == faults.DESTROYED:
                continue
            if log["frozen"]:
                self.halted[log["origin"]] = log["frozen"]
            signed = self._compare(log["origin"], log["size"], log["root"], heads[log["origin"]])
            behind = signed < log["size"] or self.publisher.size(log["origin"]) < log["size"]
            if behind and not self.ask_first and log["origin"] not in self.halted and not faults.stopped(self):
                try:
                    self.publish(room, log["origin"], log["size"])
                except NotHeld as error:  # its key is lost: the node opens, reads and receives
                    if not changes.due(self, room, log["origin"], log["size"]):
                        self.halted[log["origin"]] = str(error)

    def asked(self) -> None:
        """The peer was asked for our own heads (or a person says that there is none): the restored node may write again."""
        self.ask_first = False
        (self.folder / restoring.MARK).unlink(missing_ok=True)
        for room in self.rooms():
            self.compare_ledgers(room)

    def halt(self, room: str, origin: str, why: str) -> None:
        """Let an own log grow no more, also after a restart."""
        with self.writing(room) as (tx, _):
            if not tx.query("SELECT origin FROM n_log WHERE room = ? AND origin = ?", (room, origin)):
                live.add_log(tx, room, origin)
            tx.execute("UPDATE n_log SET frozen = ? WHERE room = ? AND origin = ?", (why, room, origin))
        self.halted[origin] = why

    def compare_ledger(self, origin: str, size: int, root: str) -> int:
        """Size that the signer signed last (-1: none); halts the log if that is more than it holds, or other contents."""
        return self._compare(origin, size, root, self.signer.last(origin))

    def _compare(self, origin: str, size: int, root: str, last: tuple[int, bytes] | None) -> int:
        if last and (last[0] > size or (last[0] == size and last[1].hex() != root)):
            self.halted[origin] = f"The log {origin} has {size} entries, but {last[0]} were signed: an old copy was restored"
        return last[0] if last else -1

    def begin(self, room: str) -> live.Live:
        """A room's memory, empty: to be filled from the tables."""
        return live.begin(self.registry, room, lambda digest: self.papers.structural(room, digest))

    def take_over(self, known: live.Live) -> None:
        """Use this memory of a room, which is what the tables say, in the place of the one held so far."""
        known.committed.update({origin: tree.size for origin, tree in known.trees.items()})
        with self._lock:
            self._lives[known.room] = known

    def _live(self, room: str) -> live.Live:
        with self._lock:
            if room not in self._lives:
                self._lives[room] = self.begin(room)
            return self._lives[room]

    def forget(self, room: str) -> None:
        """Read the room anew from its tables before the next write: somebody changed them behind its memory."""
        with self._lock:
            self._lives.pop(room, None)

    @contextmanager
    def writing(self, room: str) -> Iterator[tuple[Tx, live.Live]]:
        """One transaction of the record on a room: locked, up to date; committed at the end. A failure forgets the room's memory with the transaction."""
        while True:
            known = self._live(room)
            with known.lock:
                if self._lives.get(room) is not known:
                    continue  # another thread failed on it while we waited
                try:
                    with self.store.write() as tx:
                        live.lock_room(tx, known)
                        known.changed = True
                        live.catch_up(tx, known)
                        known.changed = False
                        known.moment = None
                        yield tx, known
                except BaseException:
                    if known.changed:
                        with self._lock:
                            self._lives.pop(room, None)
                    raise
                known.changed = False
                known.moment = tx.after
                known.committed.update({origin: tree.size for origin, tree in known.trees.items()})
                return

    def publish(self, room: str, origin: str, size: int, *, anew: bool = False) -> None:
        """Sign and publish the newest head of an own log, at least `size`."""
        known = self._live(room)

        def refresh() -> None:
            with known.lock, self.store.read() as tx:
                live.catch_up(tx, known)
                known.committed.update({o: tree.size for o, tree in known.trees.items()})

        if known.tree(origin).size < size:
            refresh()
        peers, own = None, ""
        if not origin.endswith(f"/{RECORD}") and not is_signed(origin, self.terms(room)):
            peers = {p.side: p.exchange_key for p in self.peers(room).values() if p.exchange_key}
            own = self.named(room)["exchange_key"]
        self.publisher.publish(known, origin, size, peers, refresh, anew=anew, own=own)

    # -- the record ---------------------------------------------------------------------------------------------------------------------

    def write(self, room: str, drafts: Sequence[Draft]) -> list[str]:
        """Write entries in one transaction -> their ids, once committed, signed and published. Conflict if one would not count; then nothing is written."""
        return writing.write(self, room, drafts)

    def acknowledge(self, room: str) -> list[str]:
        """Write `seen` in each own log whose counterparts have grown by more than `seen` -> ids of the entries."""
        return writing.acknowledge(self, room)

    def receive(self, room: str, origin: str, checkpoint_note: bytes, start: int, entries: Sequence[bytes]) -> receiving.Received:
        """Take entries of another Side's log, from index `start`, against their checkpoint."""
        return receiving.receive(self, room, origin, checkpoint_note, start, entries)

    def recover(self, room: str, origin: str, checkpoint_note: bytes, start: int, entries: Sequence[bytes]) -> int:
        """Take own entries back from whoever mirrored them -> the log's size. Working bytes only up to the own ledger's head."""
        size = receiving.recover(self, room, origin, checkpoint_note, start, entries)
        self.remove_erased(room)
        return size

    def destroy(self, room: str, log: str, keep: Collection[str] = ()) -> None:
        """Destroy a working log of every Side here: entries, rows, files, papers that nothing else names (but those to `keep`). The caller asks whether all have said so."""
        destroying.destroy(self, room, log, keep)

    def settle(self, room: str) -> None:
        """Apply entries that waited for something which has come."""
        with self.read() as tx:
            waits = tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND applied < size", (room,))
        if waits:
            with self.writing(room) as (tx, known):
                live.settle(tx, known, self.registry.tables)

    def read(self) -> AbstractContextManager[Tx]:
        """One consistent snapshot of the tables."""
        return self.store.read()

    def heads(self, room: str) -> dict[str, tuple[int, bytes]]:
        """Origin -> (size, root) of every log held here, own ones included."""
        with self.read() as tx:
            rows = tx.query("SELECT origin, size, root FROM n_log WHERE room = ? ORDER BY origin", (room,))
        return {r["origin"]: (r["size"], bytes.fromhex(r["root"])) for r in rows}

    def cut(self, room: str) -> dict[str, int]:
        """Origin -> applied size: the closed cut at which the tables stand."""
        with self.read() as tx:
            return {
                r["origin"]: r["applied"] for r in tx.query("SELECT origin, applied FROM n_log WHERE room = ? ORDER BY origin", (room,))
            }

    def waiting(self, room: str) -> dict[str, str]:
        """Origin -> why a log is not applied to its end: frozen, stopped, or what its next entry waits for."""
        return checking.waiting(self, room)

    def checkpoint(self, room: str, origin: str) -> bytes:
        """The checkpoint that covers all that is held of a log: our own as published, another's as received. NotFound if there is none."""
        if parse_origin(origin).side == self.side:
            return self.publisher.note(origin)
        with self.read() as tx:
            rows = tx.query("SELECT note FROM n_log WHERE room = ? AND origin = ?", (room, origin))
        if not rows or rows[0]["note"] is None:
            raise NotFound(f"The log {origin} is not held here", "Pull it from the other Side")
        return bytes(rows[0]["note"])

    def entry(self, room: str, origin: str, seq: int) -> bytes:
        """The exact bytes of one entry."""
        found = self.entries(room, origin, seq, seq + 1)
        if not found:
            raise NotFound(f"{origin} has no entry {seq} here", "Pull the log from the other Side")
        return found[0]

    def entries(self, room: str, origin: str, start: int = 0, end: int | None = None) -> list[bytes]:
        """The exact bytes of the entries from `start` up to (not with) `end`."""
        with self.read() as tx:
            sql = "SELECT data FROM n_entry WHERE room = ? AND origin = ? AND seq >= ? AND seq < ? ORDER BY seq"
            return [bytes(r["data"]) for r in tx.query(sql, (room, origin, start, 2**62 if end is None else end))]

    def state_digest(self, room: str, which: Digest = "record", cut: Mapping[str, int] | None = None) -> str:
        """Digest of the joint tables at a closed cut (the present one, if none is named), hex. See docs/formats/state.md."""
        return checking.state_digest(self, room, which, cut)

    def rebuild(self, room: str) -> None:
        """Make the room's joint tables anew from its logs, indexes last, then switch."""
        checking.rebuild(self, room)

    def rebuild_in(self, tx: Tx, room: str) -> None:
        """The same inside a transaction that has begun; the caller forgets the room."""
        checking.rebuild_in(self, tx, room)

    def fsck(self, room: str) -> list[checking.Problem]:
        """Recompute every hash, root, checkpoint, paper and row; [] if all is well, else what differs, the first difference of each log and table."""
        return checking.fsck(self, room)


__all__ = ["Draft", "Node", "Peer"]
