"""Files beside the logs: papers (``salt || bytes``, erasable) and structural contents (never erased), each named by its digest.

A file is written beside its place, synced, renamed, and its folder synced, *before* the entry that names it is committed: so an entry never names bytes
that a crash took away. Reading checks the digest; bytes that do not match are never given out.

A paper lies sealed under a key of its own (`record.paper_keys`, `docs/formats/paper-store.md`): erasing destroys the key first, then the file.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from cochair.kit.errors import NotHeld, Rejected
from cochair.ledger.papers import PAPER_LIMIT, SALT_SIZE, check_paper, open_structural, structural_bytes, structural_digest
from cochair.record.paper_keys import PaperKeys

SEALED = b"cochair/paper-at-rest/v1\n"
"""First bytes of a paper's file, and of what is authenticated with each chunk."""
_HEX = frozenset("0123456789abcdef")
_CHUNK = 1 << 20
_MORE = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_STREAM = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_MIDDLE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE


class Papers:
    """The files of one node's rooms, under ``<folder>/<room>/paper/<2 digits>/<id>`` and ``.../structural/<digest>``."""

    def __init__(self, folder: Path, keys: PaperKeys) -> None:
        """`folder` is made when the first file comes."""
        self._folder = folder
        self._keys = keys
        self._structural: dict[tuple[str, str], dict[str, Any]] = {}

    def _path(self, room: str, what: str, name: str) -> Path:
        if len(name) != 64 or not _HEX.issuperset(name) or len(room) != 64 or not _HEX.issuperset(room):
            raise Rejected(f"{name[:70]!r} is not the name of a paper", "It has 64 hex digits")
        # in one piece: every exchange asks for all papers, and a path put together part by part costs more than opening the file
        return Path(f"{self._folder}/{room}/paper/{name[:2]}/{name}" if what == "paper" else f"{self._folder}/{room}/{what}/{name}")

    def paper_path(self, room: str, name: str) -> Path:
        """Where a paper's stored bytes are; Rejected if that cannot be its name."""
        return self._path(room, "paper", name)

    def structural_path(self, room: str, digest: str) -> Path:
        """Where structural bytes are; Rejected if that cannot be their digest."""
        return self._path(room, "structural", digest)

    def put(self, room: str, name: str, stored: bytes) -> bool:
        """Keep a paper's stored bytes, durably; Rejected if they are not what `name` says. False if it was held."""
        check_paper(stored, name)
        path = self._path(room, "paper", name)
        if self.has(room, name):
            return False
        number, key = self._keys.new(room, name)
        return _write(path, _seal(stored, key, room, name, number), again=True)

    def stored(self, room: str, name: str) -> bytes:
        """``salt || bytes``, checked; NotHeld if they are not here, Rejected if the file was altered."""
        data = b"".join(self.chunks(room, name))
        check_paper(data, name)
        return data

    def chunks(self, room: str, name: str) -> Iterator[bytes]:
        """``salt || bytes`` in portions, each authenticated; errors as of `stored`, perhaps after the first portions."""
        try:
            file = self._path(room, "paper", name).open("rb")
        except FileNotFoundError:
            raise NotHeld(f"The paper {name[:16]}… is not held here", "Fetch it from the other Side") from None
        with file:
            key = self._key(file, room, name)
            if key is None:
                raise NotHeld(
                    f"The key of the paper {name[:16]}… is not held here", "Put the newest paper-keys back, or fetch the paper again"
                )
            yield from _open(file, key, room, name)

    def has(self, room: str, name: str) -> bool:
        """Whether the file is there and can be opened (contents unchecked)."""
        try:
            with self._path(room, "paper", name).open("rb", buffering=0) as file:
                return self._key(file, room, name) is not None
        except (FileNotFoundError, Rejected):
            return False  # of an altered one `fsck` speaks; it may be put again

    def _key(self, file: BinaryIO, room: str, name: str) -> bytes | None:
        head = file.read(len(SEALED) + 8)
        if len(head) != len(SEALED) + 8 or not head.startswith(SEALED):
            raise Rejected(f"The file of the paper {name[:16]}… was altered", "Fetch it again")
        return self._keys.get(int.from_bytes(head[len(SEALED) :], "big"), room, name)

    def erase(self, room: str, name: str) -> None:
        """Destroy a paper's keys, so that no copy of the file tells anything, then the file; nothing happens if they are not there."""
        path = self._path(room, "paper", name)
        self._keys.destroy(room, name)
        if path.exists():
            path.unlink()
            sync_folder(path.parent)

    def drop_keyless(self, room: str) -> list[str]:
        """Remove the files whose keys are gone: papers that were erased after a backup was made, or came after the key file -> their ids."""
        gone = []
        for name in self.held(room):
            if not self.has(room, name):
                self._path(room, "paper", name).unlink()
                gone.append(name)
        return gone

    def close(self) -> None:
        """Give the key file back."""
        self._keys.close()

    def held(self, room: str) -> Iterator[str]:
        """Ids of the papers whose files are there, sorted."""
        folder = f"{self._folder}/{room}/paper"
        for begin in sorted(name for name in listed(folder) if len(name) == 2):
            yield from sorted(name for name in listed(f"{folder}/{begin}") if len(name) == 64)

    def put_structural(self, room: str, value: Any) -> str:
        """Keep structural content -> its digest."""
        data = structural_bytes(value)
        digest = structural_digest(data)
        _write(self._path(room, "structural", digest), [data])
        return digest

    def put_structural_bytes(self, room: str, digest: str, data: bytes) -> None:
        """Keep structural bytes that somebody sent; Rejected if they are not what `digest` says, or no object: all structural contents are."""
        if not isinstance(open_structural(data, digest), dict):
            raise Rejected(f"The content {digest[:16]}… is not an object", "Ask the sender what it should be")
        _write(self._path(room, "structural", digest), [data])

    def structural(self, room: str, digest: str) -> dict[str, Any] | None:
        """Structural content, or None while it is not held; Rejected if the file was altered. Kept in memory: it never changes."""
        value = self._structural.get((room, digest))
        if value is None:
            data = _read(self._path(room, "structural", digest)) if len(digest) == 64 and _HEX.issuperset(digest) else None
            if data is None:
                return None
            value = open_structural(data, digest)
            if not isinstance(value, dict):
                return None
            self._structural[room, digest] = value
        return value

    def structural_stored(self, room: str, digest: str) -> bytes:
        """The bytes of structural content; NotHeld if they are not here."""
        data = _read(self._path(room, "structural", digest))
        if data is None:
            raise NotHeld(f"The content {digest[:16]}… is not held here", "Fetch it from the other Side")
        open_structural(data, digest)
        return data

    def structural_held(self, room: str) -> Iterator[str]:
        """Digests of the structural contents whose files are there, sorted."""
        yield from sorted(name for name in listed(f"{self._folder}/{room}/structural") if len(name) == 64)


def listed(folder: str | Path) -> set[str]:
    """Names in a folder; none if it is not there."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries}
    except FileNotFoundError:
        return set()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _seal(stored: bytes, key: bytes, room: str, name: str, number: int) -> Iterator[bytes]:
    """The bytes of a paper's file."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    yield SEALED + number.to_bytes(8, "big") + sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    bound = SEALED + bytes.fromhex(room) + bytes.fromhex(name)
    for at in range(0, len(stored), _CHUNK):
        tag = _LAST if at + _CHUNK >= len(stored) else _MIDDLE
        yield sodium.crypto_secretstream_xchacha20poly1305_push(state, stored[at : at + _CHUNK], bound, tag)


def _open(file: BinaryIO, key: bytes, room: str, name: str) -> Iterator[bytes]:
    """What `_seal` sealed, from behind its number on."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    bound = SEALED + bytes.fromhex(room) + bytes.fromhex(name)
    tag, length = _MIDDLE, 0
    try:
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, file.read(_STREAM), key)
        while tag == _MIDDLE:
            data, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, file.read(_CHUNK + _MORE), bound)
            length += len(data)
            if length > SALT_SIZE + PAPER_LIMIT:
                break
            yield data
    except (CryptoError, ValueError, RuntimeError) as error:  # too short, or not what was sealed
        raise Rejected(f"The file of the paper {name[:16]}… was altered", "Fetch it again") from error
    if tag != _LAST or file.read(1):
        raise Rejected(f"The file of the paper {name[:16]}… was altered", "Fetch it again")


def _write(path: Path, chunks: Iterable[bytes], *, again: bool = False) -> bool:
    """Write durably under the final name; True if the file is new, or was written `again`."""
    if path.exists() and not again:
        return False
    write_durably(path, chunks)
    return True


def write_durably(path: Path, chunks: Iterable[bytes]) -> None:
    """Put a file in its place, whole and on the disk before this returns; what stood there stands until then."""
    missing = [p for p in (path.parent, *path.parent.parents) if not p.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:16]}.{secrets.token_hex(4)}")
    with beside.open("wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    for folder in (path.parent, *(p.parent for p in missing)):
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
