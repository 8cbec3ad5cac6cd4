"""Renewing a node's cosigning and exchange key by later terms: proposed, checked, and what our node does with its keys meanwhile (`record.renewals`).

Rules:

1. The Side whose keys they are proposes. Its old cosigning key counts for each other Side's record up to what the node holds of it then, with the root, so
   that all which it has cosigned stands. From its seal on it cosigns nothing beyond with that key, and with the new one once the terms are in force.
2. Another Side seals them only if it holds the same heads, none below a cosignature that it was given: what was given stands.
3. It seals, or finds the seal valid, only once people have compared the fingerprint of the new keys (`protocol.terms`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cochair.kit.errors import Conflict
from cochair.kit.ids import RECORD
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import EMPTY_ROOT
from cochair.ledger.notes import COSIGNATURE, parse_vkey, split_note
from cochair.record import queries
from cochair.record.keys import load_public_keys
from cochair.record.renewals import KEYS, Ended, Head, ended, known, renewed

if TYPE_CHECKING:
    from cochair.record.node import Node


def proposed(node: "Node", room: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Our entry of the terms with the newest keys that the signer has. Raises Conflict if the terms name these."""
    public = load_public_keys(node.folder)
    newest = {"cosign_key": public.cosign_vkey(), "exchange_key": public.exchange}
    new = {name: newest[name] for name in KEYS if newest[name] not in known(entry, name)}
    if not new:
        raise Conflict(
            "The terms name the newest keys of our node already", "Make new ones: cochair keys renew, with --cosign or --exchange"
        )
    heads = node.heads(room)
    held = {
        side: Head(size, root.hex())
        for side in (each["side"] for each in node.terms(room)["sides"] if each["side"] != node.side)
        for size, root in [heads.get(node.origin(room, RECORD, side), (0, EMPTY_ROOT))]
    }
    return renewed(entry, new, held)


def check_heads(node: "Node", room: str, side: str, last: Ended) -> None:
    """Raise Conflict unless the heads up to which a Side's old key counts are those that we hold, and cover what it has cosigned as far as we know."""
    for of, head in last.heads.items():
        size, origin = 0, ""
        if of in node.peers(room) or of == node.side:
            origin = node.origin(room, RECORD, of)
            size = node.heads(room).get(origin, (0, b""))[0]
        if head.size > size:
            raise Conflict(
                "The terms name {n} entries of {of}, and {held} are held here", "Exchange, then seal", n=head.size, of=of, held=size
            )
        with node.writing(room) as (_, live):
            root = (live.tree(origin).root(head.size) if origin else EMPTY_ROOT).hex()
        if root != head.root:
            raise Conflict(
                "The terms name other entries of {of} than are held here", "Do not seal; compare with the other Side: it is evidence", of=of
            )
    for of in {node.side, *node.peers(room)} - {side} if last.cosign_key else ():
        size = _cosigned(node, room, side, of)
        if size > last.heads.get(of, Head(0, "")).size:
            raise Conflict(
                "{side} has cosigned {size} entries of {of}, and the terms name less", "What was given stands: let it propose again",
                side=side, size=size, of=of,
            )  # fmt: skip


def _cosigned(node: "Node", room: str, side: str, of: str) -> int:
    """Up to where a Side has cosigned the record of another, as far as we gave it or were given it."""
    tree = node.folder / "tree" / room
    path = tree / "by-peers" / side if of == node.side else tree / "cosigned" / node.origin(room, RECORD, of)
    if not path.exists() or node.side not in (side, of):
        return 0
    return Checkpoint.parse(split_note(path.read_bytes())[0]).size


def cosign_with(node: "Node", room: str, of: str, size: int) -> str:
    """Our cosigning key (public, hex) for so much of another Side's record; "" while new terms are sealed that let the old key count for less."""
    own = node.named(room)
    key = parse_vkey(own["cosign_key"], COSIGNATURE)[1].hex()
    with node.read() as tx:
        states = queries.slots(tx, room, "terms", room)
    for state in states:
        for seal in state.seals if state.agreed is None else ():
            if seal.side != node.side or seal.revoked:
                continue
            entry = next((each for each in node.structural(room, seal.manifest)["sides"] if each["side"] == node.side), own)
            if entry["cosign_key"] != own["cosign_key"] and size > ended(entry)[-1].heads.get(of, Head(0, "")).size:
                return ""
    return key
