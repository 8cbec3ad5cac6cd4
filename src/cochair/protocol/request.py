"""The request that leaves the node for a person's own machine, and the response that comes back: a personal key never reaches the node.

The request is canonical JSON and says what is to be sealed: room, slot, manifest, the record heads that the person had before him, Side, mandate.
The response is a DSSE envelope over exactly these bytes, payload type ``application/vnd.cochair.seal+json``; it becomes the paper of the seal.
Pure: neither function knows a node.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger import dsse
from cochair.protocol.manifest import Size, Slot
from cochair.record.fields import Digest, Id, SideCode

PAYLOAD_TYPE = "application/vnd.cochair.seal+json"
LIMIT = 65_536


class Request(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What a person is asked to sign. ``specimen`` rooms are no acts of any state; the signing program says so before it signs."""

    room: Digest
    slot: Slot
    manifest: Digest
    heads: dict[SideCode, Size]
    side: SideCode
    mandate: Id
    key: Digest
    specimen: bool
    slug: Annotated[str, Meta(max_length=63)] = ""
    what: Literal["seal-request"] = "seal-request"
    v: Literal[1] = 1


def encode(request: Request) -> bytes:
    """Request -> the bytes of its file."""
    return canonical.dumps(msgspec.json.decode(msgspec.json.encode(request)))


def decode(data: bytes) -> Request:
    """Bytes of a request file -> Request; strict. Raises Rejected."""
    canonical.loads(data, limit=LIMIT)
    try:
        request = msgspec.json.decode(data, type=Request)
    except msgspec.DecodeError as error:
        raise Rejected(
            "This is not a request for a signature: {error}", "Take the request file from the signing page again", error=error
        ) from None
    if encode(request) != data:
        raise Rejected("This is not a request for a signature: a field is left out", "Take the request file from the signing page again")
    return request


def respond(data: bytes, key: dsse.Signs) -> bytes:
    """Bytes of a request -> bytes of the response, signed. Raises Rejected if it is no request or asks for another key."""
    request = decode(data)
    if key.public.id != request.key:
        raise Rejected(
            "The request is for another key than this one", "Sign with the key that is registered for the post, or register this one"
        )
    return dsse.sign(PAYLOAD_TYPE, data, [key])


def opened(response: bytes, key: dsse.PublicKey) -> Request:
    """A response -> the request that this key signed. Raises Rejected if the signature does not hold or something else was signed."""
    return decode(dsse.verify(response, PAYLOAD_TYPE, [key]).payload)
