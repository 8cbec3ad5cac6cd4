"""Bundles sealed to the node that they are for, by age (X25519; `docs/formats/recipient.md`).

A node makes an age identity of its own, ``bundle-identity`` in its folder, and says in a note under its record key where to seal to: the note stands in its
tree beside the checkpoint and travels with every exchange and bundle. It is no key of the terms: the exchange key never leaves the signer, and a lost
identity costs no more than asking for a bundle again.
"""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from cochair.exchange.bundle import SEALED, Readable, open_file
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.kit.ids import RECORD
from cochair.ledger import notes
from cochair.record.changes import keys_of
from cochair.record.closed import read_private
from cochair.record.keys import write_private
from cochair.record.node import Node, Peer
from cochair.record.publish import write_derived

DOMAIN = "cochair/recipient/v1"
FILE, IDENTITY = "recipient", "bundle-identity"


def own_recipient(node: Node, room: str) -> bytes:
    """The note that says where bundles for this node are sealed to; identity and note are made with the first call."""
    origin = node.origin(room)
    path = node.publisher.tree / origin / FILE
    if not (node.folder / IDENTITY).exists():
        from pyrage import x25519

        write_private(node.folder / IDENTITY, f"{x25519.Identity.generate()}\n".encode())
        path.unlink(missing_ok=True)
    elif path.exists():
        held = path.read_bytes()
        with suppress(Rejected):  # the log changed its key since
            notes.open_note(held, [notes.Verifier(keys_of(node, room, origin).newest)])
            return held
    note = node.signer.sign_text(origin, f"{DOMAIN}\n{origin}\n{_identity(node).to_public()}\n")
    write_derived(path, note)
    return note


def recipient_in(note: bytes) -> str:
    """The recipient that a note of ours names."""
    return notes.split_note(note)[0].split("\n")[2]


def take_recipient(node: Node, room: str, peer: Peer, note: bytes) -> str:
    """Keep the note of another Side -> its recipient. `Rejected` unless it is well formed and under the newest key of its record."""
    from pyrage import RecipientError, x25519

    origin = node.origin(room, RECORD, peer.side)
    lines = notes.open_note(note, [notes.Verifier(keys_of(node, room, origin).newest)]).text.split("\n")
    if len(lines) != 4 or lines[:2] != [DOMAIN, origin] or lines[3]:
        raise Rejected(
            f"The note is not the recipient of {peer.side} in this room", "Ask for the file that `cochair bundle recipient` wrote"
        )
    try:
        if str(x25519.Recipient.from_str(lines[2])) != lines[2]:
            raise Rejected("The recipient is not in its canonical form")
    except RecipientError:
        raise Rejected(f"The recipient of {peer.side} is no age recipient of X25519") from None
    path = node.publisher.tree / origin / FILE
    if not path.exists() or path.read_bytes() != note:
        write_derived(path, note)
    return lines[2]


def recipient_of(node: Node, room: str, side: str) -> str:
    """Where a bundle for a Side is sealed to; `NotFound` while its note is not here."""
    peer = node.peers(room).get(side)
    path = node.publisher.tree / node.origin(room, RECORD, side) / FILE
    if peer is None or not path.exists():
        raise NotFound(
            f"Where to seal bundles for {side} is not known here", "Exchange once, or take its file: cochair bundle recipient --take FILE"
        )
    return take_recipient(node, room, peer, path.read_bytes())


def seal_stream(stream: Iterator[bytes], out: BinaryIO, recipient: str) -> None:
    """Seal bytes to a recipient as they come."""
    from pyrage import encrypt_io, x25519

    encrypt_io(_Stream(stream), out, [x25519.Recipient.from_str(recipient)])


@contextmanager
def opened(node: Node, source: Path) -> Iterator[Readable]:
    """The bytes of a bundle, unsealed as they are read if it is sealed. `Rejected` if it is sealed to somebody else, or was changed."""
    with open_file(source) as file:
        sealed = file.read(len(SEALED)) == SEALED
        file.seek(0)
        if not sealed:
            yield file
            return
        if not (node.folder / IDENTITY).exists():
            raise Rejected("The bundle is sealed, and this node has never said where to seal to", "Ask the sender whom it is for")
        with _unsealed(node, file) as plain:
            yield plain


class _Stream(io.RawIOBase):
    """A stream of portions, as a file to read."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream, self._rest = stream, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            following = next(self._stream, None)
            if following is None:
                return b""
            self._rest = following
        data, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return data


class _Pipe:
    """The reading end: when the bytes end, it tells whether they were all."""

    def __init__(self, file: BinaryIO, failed: list[str], thread: threading.Thread) -> None:
        self._file, self._failed, self._thread = file, failed, thread

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            self._thread.join()
            if self._failed:
                raise Rejected(
                    f"The sealed bundle cannot be opened: {self._failed[0]}", "It is for another node, or was changed or cut short"
                )
        return data


@contextmanager
def _unsealed(node: Node, file: BinaryIO) -> Iterator[_Pipe]:
    """What age opens, through a pipe: it writes, the caller reads from front to back."""
    from pyrage import decrypt_io

    identity, failed = _identity(node), list[str]()
    read_end, write_end = os.pipe()

    def work() -> None:
        try:
            with os.fdopen(write_end, "wb", buffering=1 << 16) as out:
                decrypt_io(file, out, [identity])
        except BrokenPipeError:
            pass  # whoever read has had enough
        except Exception as error:  # noqa: BLE001 -- whatever the library says is told by the reading end
            failed.append(str(error) or type(error).__name__)

    thread = threading.Thread(target=work, name="unseal", daemon=True)
    thread.start()
    with suppress(BrokenPipeError):
        reading = os.fdopen(read_end, "rb", buffering=1 << 16)
        try:
            yield _Pipe(reading, failed, thread)
        finally:
            reading.close()
            thread.join()


def _identity(node: Node) -> Any:
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(read_private(node.folder / IDENTITY).decode("ascii").strip())
    except (IdentityError, UnicodeDecodeError):
        raise CochairError(
            f"{node.folder / IDENTITY} is damaged", "Remove it: a new one is made, and the other Side learns of it with the next exchange"
        ) from None
