"""The rooms of a node: founding, joining, terms, and whose keys are believed.

A room is named by the digest of its founding terms, which one Side may write alone. Another Side's keys are believed when people have compared its descriptor
(`trust`), and from then on as the terms in force name them. Every change of terms is sealed by all Sides that it names (`record.slots`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cochair.kit.errors import Conflict, NotFound, Rejected
from cochair.kit.ids import RECORD, Origin, parse_origin
from cochair.ledger.keychanges import check_roots
from cochair.ledger.papers import structural_bytes, structural_digest
from cochair.record import live, receiving
from cochair.record.keys import load_public_keys
from cochair.record.papers import Papers
from cochair.record.schemas import Adopted, listed
from cochair.record.store import Store
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


class Peer(NamedTuple):
    """Another Side as this node knows it: by the terms in force, or by a descriptor that people compared."""

    side: str
    domain: str
    log_key: str
    cosign_key: str
    exchange_key: str


class Rooms(ABC):
    """The part of `record.node.Node` that knows rooms and Sides."""

    folder: Path
    side: str
    domain: str
    specimen: bool
    store: Store
    papers: Papers

    @abstractmethod
    def publish(self, room: str, origin: str, size: int, *, anew: bool = False) -> None:
        """See `Node.publish`."""

    @abstractmethod
    def compare_ledgers(self, room: str) -> None:
        """See `Node.compare_ledgers`."""

    @abstractmethod
    def structural(self, room: str, digest: str) -> dict[str, Any]:
        """See `Holding.structural`."""

    def rooms(self) -> list[str]:
        """Ids of the rooms this node is in, sorted."""
        with self.store.read() as tx:
            return [row["room"] for row in tx.query("SELECT room FROM n_room ORDER BY room")]

    def origin(self, room: str, log: str = RECORD, side: str | None = None) -> str:
        """Origin of a log in a room; of another Side only if it is known (NotFound)."""
        with self.store.read() as tx:
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

    def named(self, room: str, side: str = "") -> dict[str, Any]:
        """A Side (our own, if none is said) as the terms in force name it; before they do, its keys as they were compared. Raises NotFound."""
        terms = self.terms(room)
        found = next((each for each in terms["sides"] if each["side"] == (side or self.side)), None)
        if found is not None:
            return dict(found)
        if side in ("", self.side):
            return self.descriptor(terms["slug"])
        peer = self.peers(room).get(side)
        if peer is None:
            raise NotFound(f"The Side {side} is not known in this room", "Exchange descriptors with it first")
        return peer._asdict()

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
        self._check_sides(terms)
        room = structural_digest(structural_bytes(dict(terms)))
        self.papers.put_structural(room, dict(terms))
        with self.store.write() as tx:
            if not tx.query("SELECT room FROM n_room WHERE room = ?", (room,)):
                if tx.query("SELECT room FROM n_room WHERE slug = ?", (terms["slug"],)):
                    raise Conflict(f"This node is in another room named {terms['slug']}", "Choose another name")
                tx.execute("INSERT INTO n_room (room, slug) VALUES (?, ?)", (room, terms["slug"]))
                live.add_log(tx, room, origin)
        self.compare_ledgers(room)
        return room

    def _check_sides(self, terms: Mapping[str, Any]) -> None:
        """Raise Rejected unless the keys in founding terms are in form, and our own Side has ours: whoever founds could name his own for us."""
        own, public = self.descriptor(terms["slug"]), load_public_keys(self.folder)
        ours = {
            **{name: [own[name]] for name in Peer._fields},
            "cosign_key": [public.cosign_vkey(key) for key in public.cosigns],
            "exchange_key": public.exchanges,
        }
        for each in terms["sides"]:
            named = {name: str(each.get(name, "")) for name in Peer._fields}
            if each.get("root_keys"):
                check_roots(each["root_keys"])
            if any(named[name] for name in Peer._fields[1:]):  # a Side may be named before it has a node
                receiving.check_keys(**named)
            if named["side"] == self.side and any(named[name] not in ours[name] for name in Peer._fields):
                raise Rejected(
                    "These terms name other keys for this node's Side than its own", "Do not join; ask the founder whose keys they are"
                )

    def terms(self, room: str) -> dict[str, Any]:
        """The terms in force."""
        digest = room
        with self.store.read() as tx:
            agreed = {
                r["step"]: r["agreed"] for r in tx.query("SELECT step, agreed FROM j_slot WHERE room = ? AND kind = 'terms'", (room,))
            }
        for step in range(1, len(agreed) + 1):
            following = agreed.get(step)
            if following is None or self.structural(room, following).get("previous") != digest:
                break
            digest = following
        return self.structural(room, digest)

    def schema_lists(self, room: str) -> list[str]:
        """Digests of the lists of schemas that all Sides adopted one after the other."""
        with self.store.read() as tx:
            rows = tx.query("SELECT step, agreed FROM j_slot WHERE room = ? AND kind = 'schema' AND of = ?", (room, room))
        agreed = {row["step"]: row["agreed"] for row in rows}
        found: list[str] = []
        while (following := agreed.get(len(found) + 1)) is not None:
            if self.structural(room, following).get("previous") != (found[-1] if found else None):
                break
            found.append(following)
        return found

    def schemas(self, room: str) -> dict[str, Adopted]:
        """What all Sides adopted beyond the schemas of the first release, and so what our next entry may use."""
        lists = self.schema_lists(room)
        return (listed(self.structural(room, lists[-1])) or {}) if lists else {}

    def trust(self, room: str, side: str, *, domain: str, log_key: str, cosign_key: str = "", exchange_key: str = "") -> None:
        """Pin another Side's keys, after people compared its descriptor; the terms take over once they name it. Conflict if other keys are pinned."""
        row = (domain, log_key, cosign_key, exchange_key)
        receiving.check_keys(side, *row)
        named = next((each for each in self.terms(room)["sides"] if each["side"] == side), None)
        if named is not None and tuple(str(named.get(name, "")) for name in Peer._fields[1:]) != row:
            raise Conflict(
                f"The terms of the room name other keys of {side}",
                "Compare the descriptors again by another way; do not go on in this room",
            )
        if named is not None:
            return  # what was compared before the terms named it may have been renewed by them
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
        with self.store.read() as tx:
            logs = tx.query("SELECT origin, size FROM n_log WHERE room = ? AND side = ? AND log <> ?", (room, self.side, RECORD))
        for log in logs:
            self.publish(room, log["origin"], log["size"], anew=True)

    def peers(self, room: str) -> dict[str, Peer]:
        """The other Sides: those of the terms in force, then those pinned."""
        with self.store.read() as tx:
            found = {
                r["side"]: Peer(r["side"], r["domain"], r["log_key"], r["cosign_key"], r["exchange_key"])
                for r in tx.query("SELECT * FROM n_trust WHERE room = ?", (room,))
            }
        for side in self.terms(room)["sides"]:
            found[side["side"]] = Peer(*(str(side.get(name, "")) for name in Peer._fields))
        found.pop(self.side, None)
        return dict(sorted(found.items()))
