"""What a node asks its signer, and what it is answered: length-prefixed msgpack on a Unix socket that only the node's own user can open.

A frame is ``u32be(length) || msgpack``; one answer a request, in order. Requests and answers are these structs and nothing else; a frame that is none of them
ends the connection. The socket carries no secret but the requests themselves: private keys never pass it.
"""

import struct
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from cochair.kit.errors import CochairError, Conflict, Denied, NotFound, NotHeld, Rejected
from cochair.record.keys import PublicKeys

FRAME_LIMIT = 64 * 1024 * 1024
LENGTH = struct.Struct(">I")

_KINDS: dict[str, type[CochairError]] = {e.__name__: e for e in (CochairError, Conflict, Denied, NotFound, NotHeld, Rejected)}


class Growth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Proof that a log only grew: the frontier of the last signed head (`Frontier.size`, `.dump()`) and the leaf hashes added since (32 bytes each, joined).

    With it the signer refuses not only a smaller log but any log that does not begin with what it has signed.
    """

    size: int
    frontier: list[str]
    leaves: bytes


def growth(size: int, frontier: Sequence[str], leaves: Sequence[bytes]) -> Growth:
    """A `Growth` from a frontier's size and dump, and the leaf hashes that follow."""
    return Growth(size, list(frontier), b"".join(leaves))


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    pass


class Sign(_Request, frozen=True, tag="sign"):
    """Sign a head of a record log -> note."""

    origin: str
    size: int
    root: bytes
    growth: Growth | None = None


class Mac(_Request, frozen=True, tag="mac"):
    """Authenticate a head of a working log to each peer (Side -> public exchange key), or to oneself if there is none -> note. `own`: our exchange key that the
    room's terms name (public, hex); the newest if left out.
    """

    origin: str
    size: int
    root: bytes
    room: str
    peers: dict[str, bytes] = {}
    growth: Growth | None = None
    own: str = ""


class Cosign(_Request, frozen=True, tag="cosign"):
    """Cosign a checkpoint of another Side's log, whose bytes are held -> line. `time`: seconds since 1970, 0 = now. `key`: our cosigning key that the room's terms
    name (public, hex); the newest if left out.
    """

    note: bytes
    time: int = 0
    growth: Growth | None = None
    key: str = ""


class OpenWorking(_Request, frozen=True, tag="open-working"):
    """Check the MAC line addressed to Side `to` ("" = this node's) under the key that `own` shares with `peer` -> the checkpoint's text."""

    note: bytes
    room: str
    peer: bytes
    to: str = ""
    own: str = ""


class SignText(_Request, frozen=True, tag="sign-text"):
    """Sign a text of the closed list of `signer_core.TEXTS` with the log key under the name `name` -> note."""

    name: str
    text: str


class ChangeKey(_Request, frozen=True, tag="change-key"):
    """Sign a record of this node with another of its log keys from now on, as a note of two root keys says -> line. `records`: the node's records."""

    note: bytes
    records: list[str] = []


class Last(_Request, frozen=True, tag="last"):
    """The last head that was signed, MACed or cosigned -> head."""

    origin: str


class Public(_Request, frozen=True, tag="public"):
    """The public keys."""


Request: TypeAlias = Sign | Mac | Cosign | OpenWorking | SignText | ChangeKey | Last | Public


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="is"):
    pass


class Note(_Answer, frozen=True, tag="note"):
    """Bytes of a note."""

    note: bytes


class Line(_Answer, frozen=True, tag="line"):
    """A signature line or the text of a checkpoint."""

    text: str


class LastHead(_Answer, frozen=True, tag="last"):
    """Size and root of the last head; size -1 if there is none."""

    size: int
    root: bytes


class Keys(_Answer, frozen=True, tag="keys"):
    """The public keys."""

    keys: PublicKeys


class Failed(_Answer, frozen=True, tag="failed"):
    """An error of `cochair.kit.errors`, by its class name."""

    kind: str
    what: str
    next_step: str


Answer: TypeAlias = Note | Line | LastHead | Keys | Failed

encode = msgspec.msgpack.Encoder().encode
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def frame(message: Request | Answer) -> bytes:
    """The bytes of one frame; raises `Rejected` if it would be too long."""
    data = encode(message)
    if len(data) > FRAME_LIMIT:
        raise Rejected("The request to the signer is too long", "Sign the log in steps of at most a million entries")
    return LENGTH.pack(len(data)) + data


def read_request(data: bytes) -> Request:
    """A request; raises `Rejected`."""
    try:
        return _requests.decode(data)
    except (ValueError, RecursionError) as error:  # also bytes that are no text, and what is nested too deep
        raise Rejected(f"The signer does not know this request: {error}") from None


def read_answer(data: bytes) -> Answer:
    """An answer that is not an error; an error is raised as what it is."""
    try:
        answer = _answers.decode(data)
    except (ValueError, RecursionError) as error:  # also bytes that are no text, and what is nested too deep
        raise Rejected(f"The signer's answer is damaged: {error}", "Start the node and its signer from the same installation") from None
    if isinstance(answer, Failed):
        raise _KINDS.get(answer.kind, CochairError)(answer.what, answer.next_step)
    return answer


def failed(error: CochairError) -> Failed:
    """The error as an answer."""
    kind = next((k.__name__ for k in type(error).__mro__ if k.__name__ in _KINDS), "CochairError")
    return Failed(kind, str(error.what), str(error.next_step))  # a sentence with its values is no plain text on the wire
