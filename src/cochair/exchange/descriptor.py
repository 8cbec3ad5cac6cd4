"""Pairing: what one node hands to another so that people can decide whose keys these are (`docs/formats/descriptor.md`).

A descriptor is a signed note (``cochair/descriptor/v1``, a line of canonical JSON) by the node's record key: it shows that its sender holds the key, and nothing else.
Whose it is, people say: each secretary reads the fingerprint of both descriptors to the other, on a line that the servers do not control.
The fingerprint is ``SHA-256("cochair/fingerprint/v1\\n" || JSON)``, its first 24 bytes as a number, of which the last forty decimal digits (132 bits) are read in
eight groups of five, the last group first: digits are the same in every script.
Nothing is trusted before the fingerprint was typed in.
"""

from typing import Annotated, Any

import msgspec

from cochair.kit import canonical, fingerprint
from cochair.kit.errors import Rejected
from cochair.kit.ids import RECORD, Origin, parse_origin
from cochair.ledger import notes
from cochair.ledger.keychanges import LogKeys, open_change
from cochair.ledger.papers import structural_bytes, structural_digest
from cochair.record.changes import notes_of
from cochair.record.node import Node

DOMAIN = "cochair/descriptor/v1"
_LIMIT = 32 * 1024


class Descriptor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One node in one room. ``founding``: the room's founding terms; ``address`` and ``certificate`` (PEM) are "" if it takes no connections.

    ``changes``: notes by which the log key was changed since (`ledger.keychanges`); then the newest key signs the descriptor.
    """

    side: Annotated[str, msgspec.Meta(max_length=8)]
    domain: str
    founding: dict[str, Any]
    log_key: str
    cosign_key: str
    exchange_key: str
    root_keys: list[str]
    address: str
    certificate: str
    changes: list[str] = []

    @property
    def room(self) -> str:
        """Id of the room: the digest of its founding terms."""
        return structural_digest(structural_bytes(self.founding))

    @property
    def record(self) -> str:
        """Origin of the node's record in the room."""
        return str(Origin(self.domain, self.founding["slug"], self.side, RECORD))

    def fingerprint(self) -> str:
        """``"01234 56789 …"``: what people compare."""
        return fingerprint.fingerprint(canonical.dumps(msgspec.to_builtins(self)))


def describe(node: Node, room: str, *, address: str = "", certificate: str = "") -> bytes:
    """This node's descriptor for a room, as the file that is handed over."""
    founding = node.structural(room, room)
    named = node.named(room)
    held = {name: named.get(name, value) for name, value in node.descriptor(founding["slug"]).items()}
    record = node.origin(room)
    told: dict[str, Any] = {"address": address, "certificate": certificate, "changes": notes_of(node, room, record)}
    descriptor = Descriptor(**held, founding=founding, **told)
    text = f"{DOMAIN}\n{canonical.dumps(msgspec.to_builtins(descriptor)).decode()}\n"
    return node.signer.sign_text(descriptor.record, text)


def open_descriptor(note: bytes) -> Descriptor:
    """The descriptor of a file; `Rejected` unless it is well formed and signed by the key that it names."""
    if len(note) > _LIMIT:
        raise Rejected(
            f"The file has {len(note)} bytes, too many for a descriptor", "Ask the other Side for the file that `cochair node pair` wrote"
        )
    text, _lines = notes.split_note(note)
    first, _, rest = text.partition("\n")
    if first != DOMAIN:
        raise Rejected("The file is not a node's descriptor", "Ask the other Side for the file that `cochair node pair` wrote")
    value = canonical.loads(rest.removesuffix("\n").encode(), limit=_LIMIT)
    try:
        descriptor = msgspec.convert(value, Descriptor)
    except msgspec.ValidationError as error:
        raise Rejected(f"The descriptor is malformed: {error}") from None
    founding = descriptor.founding
    if founding.get("what") != "terms" or founding.get("previous") is not None or not isinstance(founding.get("slug"), str):
        raise Rejected("The descriptor does not carry founding terms")
    verifier = notes.Verifier(descriptor.log_key)
    if verifier.name != str(parse_origin(descriptor.record)):
        raise Rejected("The key in the descriptor is for another log")
    keys = LogKeys(descriptor.log_key)
    for change in descriptor.changes:
        keys = keys.with_change(open_change(change, descriptor.root_keys))
    notes.open_note(note, [notes.Verifier(keys.newest)])
    return descriptor


def trust(node: Node, descriptor: Descriptor, typed: str) -> str:
    """Pin the other node's keys, after a person typed the fingerprint that the other Side read to him -> room.

    Joins the room if this node is not in it yet. `Rejected` if the fingerprint is another one.
    """
    if not fingerprint.same(typed, descriptor.fingerprint()):
        raise Rejected(
            "The fingerprint is not that of this file",
            "Ask the other Side to read its fingerprint again; if it still differs, the file was changed on its way",
        )
    if descriptor.side == node.side:
        raise Rejected(
            f"The descriptor is of {descriptor.side}, which is this node's own Side", "Take the file that the other Side gave you"
        )
    room = node.join(descriptor.founding)
    node.trust(
        room,
        descriptor.side,
        domain=descriptor.domain,
        log_key=descriptor.log_key,
        cosign_key=descriptor.cosign_key,
        exchange_key=descriptor.exchange_key,
    )
    return room
