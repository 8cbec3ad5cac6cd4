"""Files beside the logs: papers (``salt || bytes``, erasable) and structural contents (never erased), each named by its digest.

A file is written beside its place, synced, renamed, and its folder synced, *before* the entry that names it is committed: so an entry never names bytes
that a crash took away. Reading checks the digest; bytes that do not match are never given out.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cochair.kit.errors import NotHeld, Rejected
from cochair.ledger.papers import check_paper, open_structural, structural_bytes, structural_digest

_HEX = frozenset("0123456789abcdef")


class Papers:
    """The files of one node's rooms, under ``<folder>/<room>/paper/<2 digits>/<id>`` and ``.../structural/<digest>``."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first file comes."""
        self._folder = folder
        self._structural: dict[tuple[str, str], dict[str, Any]] = {}

    def _path(self, room: str, what: str, name: str) -> Path:
        if len(name) != 64 or not _HEX.issuperset(name) or len(room) != 64 or not _HEX.issuperset(room):
            raise Rejected(f"{name[:70]!r} is not the name of a paper", "It has 64 hex digits")
        return self._folder / room / what / name[:2] / name if what == "paper" else self._folder / room / what / name

    def paper_path(self, room: str, name: str) -> Path:
        """Where a paper's stored bytes are; Rejected if that cannot be its name."""
        return self._path(room, "paper", name)

    def structural_path(self, room: str, digest: str) -> Path:
        """Where structural bytes are; Rejected if that cannot be their digest."""
        return self._path(room, "structural", digest)

    def put(self, room: str, name: str, stored: bytes) -> bool:
        """Keep a paper's stored bytes, durably; Rejected if they are not what `name` says. False if it was held."""
        check_paper(stored, name)
        return _write(self._path(room, "paper", name), stored)

    def stored(self, room: str, name: str) -> bytes:
        """``salt || bytes``, checked; NotHeld if they are not here, Rejected if the file was altered."""
        data = _read(self._path(room, "paper", name))
        if data is None:
            raise NotHeld(f"The paper {name[:16]}… is not held here", "Fetch it from the other Side")
        check_paper(data, name)
        return data

    def has(self, room: str, name: str) -> bool:
        """Whether the file is there (unchecked)."""
        return self._path(room, "paper", name).exists()

    def erase(self, room: str, name: str) -> None:
        """Remove a paper's bytes and salt; nothing happens if they are not there."""
        path = self._path(room, "paper", name)
        if path.exists():
            path.unlink()
            sync_folder(path.parent)

    def held(self, room: str) -> Iterator[str]:
        """Ids of the papers whose files are there, sorted."""
        yield from sorted(p.name for p in (self._folder / room / "paper").glob("??/*") if len(p.name) == 64)

    def put_structural(self, room: str, value: Any) -> str:
        """Keep structural content -> its digest."""
        data = structural_bytes(value)
        digest = structural_digest(data)
        _write(self._path(room, "structural", digest), data)
        return digest

    def put_structural_bytes(self, room: str, digest: str, data: bytes) -> None:
        """Keep structural bytes that somebody sent; Rejected if they are not what `digest` says, or no object: all structural contents are."""
        if not isinstance(open_structural(data, digest), dict):
            raise Rejected(f"The content {digest[:16]}… is not an object", "Ask the sender what it should be")
        _write(self._path(room, "structural", digest), data)

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
        yield from sorted(p.name for p in (self._folder / room / "structural").glob("*") if len(p.name) == 64)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, data: bytes) -> bool:
    """Write durably under the final name; True if the file is new."""
    if path.exists():
        return False
    missing = [p for p in (path.parent, *path.parent.parents) if not p.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:16]}.{secrets.token_hex(4)}")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    for folder in (path.parent, *(p.parent for p in missing)):
        sync_folder(folder)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
