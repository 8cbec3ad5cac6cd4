"""Mandates: which key may sign for which post of a Side, on which body and when. A key says nothing; the entry that binds it does.

The entry holds the public key and a random name of the person; the certificate, if there is one, is a paper. Whether a mandate is enough is each
Side's own finding: a missing one is "authority not shown", and a later entry of that Side cures it.

A mandate ends before its time (the key was lost, the post has another holder) by a later entry of its Side: the same key, person, post and body, and an ``until``.
What was sealed before that entry stands; a seal that is filed behind it is not found valid.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict, NotFound, Rejected
from cochair.kit.ids import check_hex, new_person, parse_id
from cochair.ledger import dsse
from cochair.record.node import Draft
from cochair.record.queries import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node


class Mandate(NamedTuple):
    """A key bound to person, post, body and period by an entry of its Side. ``public`` as in the entry; ``key`` its digest there."""

    id: str
    side: str
    key: str
    public: str
    suite: str
    person: str
    post: str
    body: str
    since: str
    until: str | None
    certificate: str | None

    def covers(self, day: str) -> bool:
        """Whether a day (2026-02-28) lies in the period of the mandate."""
        return self.since <= day and (not self.until or day <= self.until)

    def public_key(self) -> dsse.PublicKey:
        """The key for checking signatures. Raises Rejected if it is damaged or of no known suite."""
        return public_key(self.suite, self.public)


def file_mandate(
    node: "Node",
    room: str,
    actor: Actor,
    *,
    post: str,
    body: str,
    public: str,
    suite: str = dsse.ED25519,
    since: str = "",
    until: str | None = None,
    person: str = "",
    certificate: bytes | None = None,
) -> str:
    """Bind a key to a post of our Side for a period -> the entry, which seals name. ``public``: hex of the DER public key (or raw Ed25519)."""
    rights.require(actor, "mandate.file", node.side)
    public_key(suite, public)
    entry = {
        "key": sha256(bytes.fromhex(public)).hexdigest(),
        "public": public,
        "suite": suite,
        "person": person or new_person(),
        "post": post,
        "body": body,
        "from": since,
        "until": until,
        "certificate": node.put_paper(room, certificate) if certificate else None,
    }
    return node.write(room, [Draft("record", "key", "record.key/1", entry)])[0]


def end_mandate(node: "Node", room: str, actor: Actor, mandate: str, until: str) -> str:
    """End a mandate of our Side with the day `until` -> the entry. Raises NotFound, or Conflict if it has ended already."""
    rights.require(actor, "mandate.file", node.side)
    with node.read() as tx:
        known = mandates(tx, room, node.side)
    one = next((each for each in known if each.id == mandate), None)
    if one is None:
        raise NotFound("{mandate} is not a mandate of our Side", "Look for the entry: cochair record log", mandate=mandate)
    if not usable(known, one):
        raise Conflict("This mandate has ended already", "File a new one for the new key")
    entry = {name: getattr(one, name) for name in ("key", "public", "suite", "person", "post", "body", "certificate")}
    return node.write(room, [Draft("record", "key", "record.key/1", {**entry, "from": one.since, "until": until})])[0]


def ended_by(known: Iterable[Mandate], mandate: Mandate) -> Mandate | None:
    """The entry by which its Side ended a mandate before its time, if there is one."""
    same = (mandate.side, mandate.key, mandate.person, mandate.post, mandate.body)
    seq = parse_id(mandate.id).seq
    later = (
        one for one in known if one.until and (one.side, one.key, one.person, one.post, one.body) == same and parse_id(one.id).seq > seq
    )
    return min(later, key=lambda one: parse_id(one.id).seq, default=None)


def usable(known: Sequence[Mandate], mandate: Mandate) -> bool:
    """Whether a person may still be asked to sign under it: it was not ended, and is not itself the entry that ended another."""
    return ended_by(known, mandate) is None and not any(ended_by(known, one) == mandate for one in known)


def mandates(tx: Tx, room: str, side: str | None = None, post: str | None = None) -> list[Mandate]:
    """The mandates of the room, of one Side or post if asked, in the order of their entries."""
    where = "".join(f" AND {name} = ?" for name, value in (("side", side), ("post", post)) if value is not None)
    rows = tx.query(f"SELECT * FROM j_key WHERE room = ?{where}", [room, *(v for v in (side, post) if v is not None)])  # noqa: S608  # our own names
    found = [Mandate(*(row[name] for name in Mandate._fields)) for row in rows]
    return sorted(found, key=lambda one: (one.side, parse_id(one.id).seq))


def public_key(suite: str, public: str) -> dsse.PublicKey:
    """The key of a mandate: DER SubjectPublicKeyInfo in hex, or the bare 32 bytes of an Ed25519 key."""
    try:
        data = bytes.fromhex(check_hex(public, len(public) // 2))
    except Rejected:
        raise Rejected("The public key cannot be read", "Give it in hex as `cochair keys` printed it") from None
    if suite == dsse.RSA or (suite == dsse.ED25519 and len(data) == 32) or (suite == dsse.ECDSA_P256 and len(data) == 33):
        return dsse.public_key(suite, data)
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as s

    try:
        key = s.load_der_public_key(data)
        encoding, form = (
            (s.Encoding.Raw, s.PublicFormat.Raw) if suite == dsse.ED25519 else (s.Encoding.X962, s.PublicFormat.CompressedPoint)
        )
        raw = key.public_bytes(encoding, form)
    except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm, InternalError):
        raise Rejected("The public key cannot be read", "Give it in hex as `cochair keys` printed it") from None
    return dsse.public_key(suite, raw)
