"""What a node holds beside its logs: papers, erased on request and kept where a seal needs them, and structural contents.

`put_*` return when the bytes are durable, so that an entry written afterwards never names what a crash could take away.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld
from cochair.kit.ids import RECORD
from cochair.ledger.papers import check_paper, new_salt, paper_id, store_paper
from cochair.record import queries, spool
from cochair.record.papers import Papers
from cochair.record.publish import Publisher
from cochair.record.store import Store

_PORTION = 4096


class Draft(NamedTuple):
    """What shall become an entry: name of the log (``record`` or a working log), kind, schema, body."""

    log: str
    kind: str
    schema: str
    body: dict[str, Any]


class Holding(ABC):
    """The part of `record.node.Node` that keeps papers and structural contents."""

    folder: Path
    side: str
    store: Store
    papers: Papers
    publisher: Publisher

    @abstractmethod
    def write(self, room: str, drafts: Sequence[Draft]) -> list[str]:
        """See `Node.write`."""

    @abstractmethod
    def settle(self, room: str) -> None:
        """See `Node.settle`."""

    def put_paper(self, room: str, data: bytes, salt: bytes | None = None) -> str:
        """Keep a paper durably -> its id. Without `salt` a fresh one."""
        salt = new_salt() if salt is None else salt
        name = paper_id(salt, data)
        self.papers.put(room, name, store_paper(salt, data))
        return name

    def put_stored_paper(self, room: str, name: str, stored: bytes) -> None:
        """Keep a paper that somebody sent (``salt || bytes``); Rejected if it is another, Conflict if it was erased."""
        with self.store.read() as tx:
            if name in erased(tx, room):
                raise Conflict(f"The paper {name[:16]}… was erased", "It is not taken in again")
        self.papers.put(room, name, stored)

    def disclose(self, room: str, name: str, stored: bytes) -> bool:
        """Keep a paper (``salt || bytes``) that is given later than the entry that names it; False if it is held already.

        Rejected if the bytes are not what the id says, NotFound if nothing in the room names it, Conflict if it was erased.
        """
        check_paper(stored, name)
        if not self.names(room, name):
            raise NotFound(
                f"Nothing in this room names the paper {name[:16]}…", "Compare the id with the entry; pull first, if the entry is new"
            )
        if self.papers.has(room, name):
            return False
        self.put_stored_paper(room, name, stored)
        return True

    def names(self, room: str, name: str) -> bool:
        """Whether an entry, or structural content, names a paper."""
        wanted = name.encode()
        with self.store.read() as tx:
            for log in tx.query("SELECT origin, size FROM n_log WHERE room = ?", (room,)):
                for start in range(0, log["size"], _PORTION):
                    sql = "SELECT data FROM n_entry WHERE room = ? AND origin = ? AND seq >= ? AND seq < ?"
                    rows = tx.query(sql, (room, log["origin"], start, start + _PORTION))
                    if any(wanted in bytes(row["data"]) for row in rows):
                        return True
        return any(wanted in self.papers.structural_stored(room, digest) for digest in self.papers.structural_held(room))

    def stored_paper(self, room: str, name: str) -> bytes:
        """``salt || bytes`` of a paper, to be given to somebody; NotHeld as of `paper`."""
        self.paper(room, name)
        return self.papers.stored(room, name)

    def paper(self, room: str, name: str) -> bytes:
        """The bytes of a paper; NotHeld if they are not here, or erased."""
        try:
            return check_paper(self.papers.stored(room, name), name)
        except NotHeld:
            with self.store.read() as tx:
                if name in erased(tx, room):
                    raise NotHeld(f"The paper {name[:16]}… was erased", "Only its name remains") from None
            raise

    def erase(self, room: str, name: str, ground: str) -> str:
        """Ask all Sides to erase a paper, and erase it here -> id of the entry. Conflict if a seal or a sealed manifest needs it."""
        with self.store.read() as tx:
            if name in needed(self, tx, room):
                raise Conflict(f"The paper {name[:16]}… is needed by what was sealed", "It is kept with it")
        (done,) = self.write(room, [Draft(RECORD, "erase", "record.erase/1", {"paper": name, "ground": ground})])
        self.remove_paper(room, name)
        return done

    def remove_paper(self, room: str, name: str) -> None:
        """Remove a paper's bytes and salt here, whoever may still name it."""
        self.papers.erase(room, name)
        (self.publisher.tree / room / "paper" / name).unlink(missing_ok=True)
        spool.forget(self.folder, room, name)

    def remove_erased(self, room: str) -> list[str]:
        """Remove the papers that were to be erased and are here (again: out of a backup, or from a peer) -> their ids. Kept are those that what was sealed needs, and
        at another Side's word those that our own entries name: what our Side wrote, took over or holds as evidence goes by our own `erase` alone.
        """
        with self.store.read() as tx:
            asked = {
                notice["body"]["paper"]: notice["side"] == self.side
                for notice in sorted(queries.notices(tx, room, "erase"), key=self._ours)
            }
            names = sorted(n for n in asked if self.papers.paper_path(room, n).exists())
            names = sorted(set(names) - needed(self, tx, room)) if names else []
            if any(not asked[name] for name in names):
                sql = "SELECT e.data FROM n_entry e JOIN n_log l ON l.room = e.room AND l.origin = e.origin WHERE e.room = ? AND l.side = ?"
                own = [bytes(row["data"]) for row in tx.query(sql, (room, self.side))]
                names = [name for name in names if asked[name] or not any(name.encode() in data for data in own)]
        for name in names:
            self.remove_paper(room, name)
        return names

    def _ours(self, notice: Mapping[str, Any]) -> bool:
        return bool(notice["side"] == self.side)

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


def erased(tx: queries.Tx, room: str) -> set[str]:
    """Ids of the papers that some Side asked to erase."""
    return {notice["body"]["paper"] for notice in queries.notices(tx, room, "erase")}


def needed(node: Holding, tx: queries.Tx, room: str) -> set[str]:
    """Names (of papers and others) that must stay: what sealed manifests, seals and mandates name."""
    names = {r["paper"] for r in tx.query("SELECT paper FROM j_seal WHERE room = ?", (room,))}
    names |= {r["certificate"] for r in tx.query("SELECT certificate FROM j_key WHERE room = ?", (room,)) if r["certificate"]}
    agreed = tx.query("SELECT agreed AS manifest FROM j_slot WHERE room = ? AND agreed IS NOT NULL", (room,))
    ours = tx.query(
        "SELECT manifest FROM j_seal WHERE room = ? AND side = ? AND revoked = ''", (room, node.side)
    )  # it may be agreed at any time
    for manifest in {row["manifest"] for row in (*agreed, *ours)}:
        with suppress(CochairError):
            names |= _strings(node.structural(room, manifest))
    return names


def _strings(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(_strings(v) for v in inner))
