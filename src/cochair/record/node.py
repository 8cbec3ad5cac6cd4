"""A node: one Side's record, in one folder. An object, never a global, so that five fit into one process.

The folder: ``node.json`` (who it is), ``signer/`` (keys and sign-ledger, read by the signer process alone), ``record.sqlite3`` (unless it uses PostgreSQL),
``rooms/`` (papers and structural contents), ``tree/`` (what the peer pulls; derived).

- `write` returns only when what was written is committed, its head signed and published (`record.writing`).
- `receive` takes the bytes of another Side's log against their checkpoint (`record.receiving`).
- What a page reads, it reads from tables, through `read()`: one consistent snapshot.
- A node whose sign-ledger is ahead of its log (an old copy was restored) opens, reads, receives, and does not write: see `recover`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cochair.kit.canonical import dumps
from cochair.kit.clock import Clock, SystemClock
from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.kit.ids import RECORD, Origin, parse_origin
from cochair.ledger.papers import check_paper, new_salt, paper_id, store_paper, structural_bytes, structural_digest
from cochair.record import checking, live, queries, receiving, writing
from cochair.record.contents import RECORD as RECORD_STAGE
from cochair.record.keys import create_node_keys, load_public_keys
from cochair.record.papers import Papers
from cochair.record.publish import Publisher, is_signed
from cochair.record.registry import Digest, Registry
from cochair.record.signer import Signer, start_signer
from cochair.record.signer_ledger import create_ledger
from cochair.record.store import Store, Tx, index_sql, open_store, table_sql
from cochair.record.tables import NODE_TABLES
from cochair.record.void import sides_of

LIMITS = {
    "entry": 8192,
    "note": 65536,
    "signatures": 16,
    "proof": 63,
    "paper": 268435456,
    "member": 4194304,
    "keys": 64,
}


class Draft(NamedTuple):
    """What shall become an entry: name of the log (``record`` or a working log), kind, schema, body."""

    log: str
    kind: str
    schema: str
    body: dict[str, Any]


class Peer(NamedTuple):
    """Another Side as this node knows it: by the terms in force, or by a descriptor that people compared."""

    side: str
    domain: str
    log_key: str
    cosign_key: str
    exchange_key: str


class _About(msgspec.Struct, frozen=True):
    v: int
    side: str
    domain: str
    specimen: bool
    database: str | None


class Node:
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
        self.papers = Papers(folder / "rooms")
        self.publisher = Publisher(folder, signer)
        self.halted: dict[str, str] = {}
        """Own logs that must not grow (origin -> why), until they are recovered."""
        self._lives: dict[str, live.Live] = {}
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
    ) -> Node:
        """Make a node: keys, sign-ledger, database. Conflict if the folder holds one already. `make_signer`: folder -> the signer to ask."""
        if (folder / "node.json").exists():
            raise Conflict(f"There is a node in {folder} already", "Choose an empty folder")
        folder.mkdir(parents=True, exist_ok=True)
        create_node_keys(folder, side=side, domain=domain)
        create_ledger(folder / "signer")
        about = _About(1, side, domain, specimen, database_url)
        (folder / "node.json").write_bytes(dumps(msgspec.to_builtins(about)))
        return cls.open(folder, registry=registry, clock=clock, make_signer=make_signer)

    @classmethod
    def open(
        cls, folder: Path, *, registry: Registry, clock: Clock | None = None, make_signer: Callable[[Path], Signer] = start_signer
    ) -> Node:
        """Open a node: make missing tables, compare the sign-ledger with the logs, sign again what a crash left unsigned."""
        try:
            about = msgspec.json.decode((folder / "node.json").read_bytes(), type=_About)
        except FileNotFoundError:
            raise NotFound(f"There is no node in {folder}", "Make one: cochair node init") from None
        except msgspec.DecodeError as error:
            raise Rejected(f"{folder / 'node.json'} is damaged: {error}", "Restore it from the backup") from None
        store = open_store(folder, about.database)
        node = cls(folder, about, registry=registry, clock=clock or SystemClock(), store=store, signer=make_signer(folder))
        stale = node._make_tables()
        for room in node.rooms():
            if stale:
                node.rebuild(room)
            node._compare_ledgers(room)
        return node

    def close(self) -> None:
        """Give back the database and the signer."""
        self.store.close()
        self.signer.close()

    def _make_tables(self) -> bool:
        """Make tables that are missing; True if logs were there before some joint table was, so that rows must be made anew."""
        have = self.store.tables()
        missing = [table for table in self.registry.tables.values() if table.name not in have]
        with self.store.write() as tx:
            if "n_room" not in have:
                for sql in NODE_TABLES:
                    tx.execute(sql.replace("{blob}", self.store.blob))
            for table in missing:
                tx.execute(table_sql(self.store, table))
                for sql in index_sql(table):
                    tx.execute(sql)
        return bool(missing) and "n_room" in have

    def _compare_ledgers(self, room: str) -> None:
        """A head that the signer signed must be in the log; a log that is ahead of it was not signed yet."""
        with self.read() as tx:
            logs = tx.query("SELECT origin, size, root FROM n_log WHERE room = ? AND side = ?", (room, self.side))
        for log in logs:
            signed = self.compare_ledger(log["origin"], log["size"], log["root"])
            if log["origin"] not in self.halted and (signed < log["size"] or self.publisher.size(log["origin"]) < log["size"]):
                self.publish(room, log["origin"], log["size"])

    def compare_ledger(self, origin: str, size: int, root: str) -> int:
        """Size that the signer signed last (-1: none); halts the log if that is more than it holds, or other contents."""
        last = self.signer.last(origin)
        if last and (last[0] > size or (last[0] == size and last[1].hex() != root)):
            self.halted[origin] = f"The log {origin} has {size} entries, but {last[0]} were signed: an old copy was restored"
        return last[0] if last else -1

    def _live(self, room: str) -> live.Live:
        with self._lock:
            if room not in self._lives:
                self._lives[room] = live.begin(self.registry, room, lambda digest: self.papers.structural(room, digest))
            return self._lives[room]

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
                        live.lock_room(tx, room)
                        known.changed = True
                        live.catch_up(tx, known)
                        known.changed = False
                        yield tx, known
                except BaseException:
                    if known.changed:
                        with self._lock:
                            self._lives.pop(room, None)
                    raise
                known.changed = False
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
        peers = None
        if parse_origin(origin).log != RECORD and not is_signed(origin, self.terms(room)):
            peers = {p.side: p.exchange_key for p in self.peers(room).values() if p.exchange_key}
        self.publisher.publish(known, origin, size, peers, refresh, anew=anew)

    # -- rooms --------------------------------------------------------------------------------------------------------------------------

    def rooms(self) -> list[str]:
        """Ids of the rooms this node is in, sorted."""
        with self.read() as tx:
            return [row["room"] for row in tx.query("SELECT room FROM n_room ORDER BY room")]

    def origin(self, room: str, log: str = RECORD, side: str | None = None) -> str:
        """Origin of a log in a room; of another Side only if it is known (NotFound)."""
        with self.read() as tx:
            rows = tx.query("SELECT slug FROM n_room WHERE room = ?", (room,))
        if not rows:
            raise NotFound(f"The room {room[:16]}… is not known here", "Found it, or join it with its founding terms")
        if side in (None, self.side):
            return str(Origin(self.domain, rows[0]["slug"], self.side, log))
        peer = self.peers(room).get(side or "")
        if peer is None:
            raise NotFound(f"The Side {side} is not known in this room", "Exchange descriptors with it first")
        return str(Origin(peer.domain, rows[0]["slug"], peer.side, log))

    def descriptor(self, slug: str, root_keys: Sequence[str] = ()) -> dict[str, Any]:
        """How terms name this node: Side, domain, verifier keys of its record in the room `slug` and of its cosignatures, exchange key, root keys."""
        public = load_public_keys(self.folder)
        return {
            "side": self.side,
            "domain": self.domain,
            "log_key": public.log_vkey(str(Origin(self.domain, slug, self.side, RECORD))),
            "cosign_key": public.cosign_vkey(),
            "exchange_key": public.exchange,
            "root_keys": list(root_keys),
        }

    def found(self, slug: str, *, root_keys: Sequence[str] = (), **terms: Any) -> str:
        """Found a room alone -> its id. `terms` may set suites, limits and ``working``."""
        value = {
            "v": 1,
            "what": "terms",
            "slug": slug,
            "specimen": self.specimen,
            "founder": self.side,
            "previous": None,
            "sides": [self.descriptor(slug, root_keys)],
            "limits": LIMITS,
            "suites": ["ed25519", "ecdsa-p256"],
            "working": "mac",
            **terms,
        }
        return self.join(value)

    def join(self, terms: Mapping[str, Any]) -> str:
        """Begin a room here from its founding terms (whose digest people compared) -> its id. Harmless if the room is known."""
        if (
            terms.get("what") != "terms"
            or terms.get("previous") is not None
            or not sides_of(terms)
            or not isinstance(terms.get("slug"), str)
        ):
            raise Rejected("These are not founding terms", "Ask the founder for the terms with which the room began")
        origin = str(parse_origin(str(Origin(self.domain, terms["slug"], self.side, RECORD))))
        room = structural_digest(structural_bytes(dict(terms)))
        self.papers.put_structural(room, dict(terms))
        with self.store.write() as tx:
            if not tx.query("SELECT room FROM n_room WHERE room = ?", (room,)):
                if tx.query("SELECT room FROM n_room WHERE slug = ?", (terms["slug"],)):
                    raise Conflict(f"This node is in another room named {terms['slug']}", "Choose another name")
                tx.execute("INSERT INTO n_room (room, slug) VALUES (?, ?)", (room, terms["slug"]))
                live.add_log(tx, room, origin)
        self._compare_ledgers(room)
        return room

    def terms(self, room: str) -> dict[str, Any]:
        """The terms in force."""
        digest = room
        with self.read() as tx:
            agreed = {
                r["step"]: r["agreed"] for r in tx.query("SELECT step, agreed FROM j_slot WHERE room = ? AND kind = 'terms'", (room,))
            }
        for step in range(1, len(agreed) + 1):
            following = agreed.get(step)
            if following is None or self.structural(room, following).get("previous") != digest:
                break
            digest = following
        return self.structural(room, digest)

    def trust(self, room: str, side: str, *, domain: str, log_key: str, cosign_key: str = "", exchange_key: str = "") -> None:
        """Pin another Side's keys, after people compared its descriptor; the terms take over once they name it. Conflict if other keys are pinned."""
        row = (domain, log_key, cosign_key, exchange_key)
        receiving.check_keys(side, *row)
        with self.store.write() as tx:
            held = tx.query("SELECT domain, log_key, cosign_key, exchange_key FROM n_trust WHERE room = ? AND side = ?", (room, side))
            if held and tuple(held[0].values()) != row:
                raise Conflict(f"Other keys of {side} are pinned in this room", "Compare the descriptors again by another way")
            if not held:
                tx.execute(
                    "INSERT INTO n_trust (room, side, domain, log_key, cosign_key, exchange_key) VALUES (?, ?, ?, ?, ?, ?)",
                    (room, side, *row),
                )
        self._authenticate_anew(room)

    def _authenticate_anew(self, room: str) -> None:
        """Give working checkpoints a line for a peer that has come."""
        with self.read() as tx:
            logs = tx.query("SELECT origin, size FROM n_log WHERE room = ? AND side = ? AND log <> ?", (room, self.side, RECORD))
        for log in logs:
            self.publish(room, log["origin"], log["size"], anew=True)

    def peers(self, room: str) -> dict[str, Peer]:
        """The other Sides: those of the terms in force, then those pinned."""
        with self.read() as tx:
            found = {
                r["side"]: Peer(r["side"], r["domain"], r["log_key"], r["cosign_key"], r["exchange_key"])
                for r in tx.query("SELECT * FROM n_trust WHERE room = ?", (room,))
            }
        for side in self.terms(room)["sides"]:
            found[side["side"]] = Peer(*(str(side.get(name, "")) for name in Peer._fields))
        found.pop(self.side, None)
        return dict(sorted(found.items()))

    # -- contents beside the logs -------------------------------------------------------------------------------------------------------

    def put_paper(self, room: str, data: bytes, salt: bytes | None = None) -> str:
        """Keep a paper durably -> its id. Without `salt` a fresh one."""
        salt = new_salt() if salt is None else salt
        name = paper_id(salt, data)
        self.papers.put(room, name, store_paper(salt, data))
        return name

    def put_stored_paper(self, room: str, name: str, stored: bytes) -> None:
        """Keep a paper that somebody sent (``salt || bytes``); Rejected if it is another, Conflict if it was erased."""
        with self.read() as tx:
            if name in erased(tx, room):
                raise Conflict(f"The paper {name[:16]}… was erased", "It is not taken in again")
        self.papers.put(room, name, stored)

    def paper(self, room: str, name: str) -> bytes:
        """The bytes of a paper; NotHeld if they are not here, or erased."""
        try:
            return check_paper(self.papers.stored(room, name), name)
        except NotHeld:
            with self.read() as tx:
                if name in erased(tx, room):
                    raise NotHeld(f"The paper {name[:16]}… was erased", "Only its name remains") from None
            raise

    def erase(self, room: str, name: str, ground: str) -> str:
        """Ask all Sides to erase a paper, and erase it here -> id of the entry. Conflict if a seal or a sealed manifest needs it."""
        with self.read() as tx:
            if name in needed(self, tx, room):
                raise Conflict(f"The paper {name[:16]}… is needed by what was sealed", "It is kept with it")
        (done,) = self.write(room, [Draft(RECORD, "erase", "record.erase/1", {"paper": name, "ground": ground})])
        self._remove(room, name)
        return done

    def _remove(self, room: str, name: str) -> None:
        self.papers.erase(room, name)
        (self.publisher.tree / room / "paper" / name).unlink(missing_ok=True)

    def remove_erased(self, room: str) -> list[str]:
        """Remove the papers that other Sides asked to erase, but for those that what was sealed needs -> their ids."""
        with self.read() as tx:
            names = sorted(n for n in erased(tx, room) - needed(self, tx, room) if self.papers.has(room, n))
        for name in names:
            self._remove(room, name)
        return names

    def put_structural(self, room: str, value: Mapping[str, Any]) -> str:
        """Keep structural content durably -> its digest; entries that waited for it are applied."""
        digest = self.papers.put_structural(room, dict(value))
        self.settle(room)
        return digest

    def put_structural_bytes(self, room: str, digest: str, data: bytes) -> None:
        """Keep structural bytes that somebody sent; Rejected if they are not what `digest` says."""
        self.papers.put_structural_bytes(room, digest, data)
        self.settle(room)

    def structural(self, room: str, digest: str) -> dict[str, Any]:
        """Structural content; NotHeld if it is not here. Do not change what is given."""
        value = self.papers.structural(room, digest)
        if value is None:
            raise NotHeld(f"The content {digest[:16]}… is not held here", "Fetch it from the other Side")
        return value

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
        return receiving.recover(self, room, origin, checkpoint_note, start, entries)

    def settle(self, room: str) -> None:
        """Apply entries that waited for something which has come."""
        with self.read() as tx:
            waits = tx.query("SELECT 1 AS one FROM n_log WHERE room = ? AND applied < size", (room,))
        if waits:
            with self.writing(room) as (tx, known):
                live.settle(tx, known, self.registry.tables)

    def read(self) -> AbstractContextManager[queries.Tx]:
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

    def fsck(self, room: str) -> list[checking.Problem]:
        """Recompute every hash, root, checkpoint, paper and row; [] if all is well, else what differs, the first difference of each log and table."""
        return checking.fsck(self, room)


def erased(tx: queries.Tx, room: str) -> set[str]:
    """Ids of the papers that some Side asked to erase."""
    return {notice["body"]["paper"] for notice in queries.notices(tx, room, "erase")}


def needed(node: Node, tx: queries.Tx, room: str) -> set[str]:
    """Names (of papers and others) that must stay: what sealed manifests, seals and mandates name."""
    names = {r["paper"] for r in tx.query("SELECT paper FROM j_seal WHERE room = ?", (room,))}
    names |= {r["certificate"] for r in tx.query("SELECT certificate FROM j_key WHERE room = ?", (room,)) if r["certificate"]}
    for row in tx.query("SELECT DISTINCT agreed FROM j_slot WHERE room = ? AND agreed IS NOT NULL", (room,)):
        with suppress(CochairError):
            names |= _strings(node.structural(room, row["agreed"]))
    return names


def _strings(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(_strings(v) for v in inner))
