"""Step (2) and (3) of a write: the signer appends to its sign-ledger, syncs it, signs the new head; the checkpoint is put where the peer pulls it.

- Whoever waits for the same log shares one checkpoint: the first in line publishes the newest committed head, the others find themselves covered.
- Processes take turns by a lock on a file, so that heads are published in the order of their sizes.
- The file is derived and not synced: after a crash the head is signed again at start.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cochair.kit.errors import NotFound, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.notes import split_note
from cochair.record.live import Live
from cochair.record.signer_wire import growth

if TYPE_CHECKING:
    from cochair.record.signer import Signer


class Publisher:
    """Publishes the heads of this node's own logs under ``<tree>/<origin>/checkpoint``."""

    def __init__(self, folder: Path, signer: Signer) -> None:
        """`folder`: the node's."""
        self.tree = folder / "tree"
        self.tree.mkdir(exist_ok=True)
        self._lock_file = folder / "publish.lock"
        self._signer = signer
        self._lock = -1
        self._turn = threading.Lock()
        self._paths: dict[str, Path] = {}
        self._sizes: dict[str, int] = {}
        self._seen: dict[str, tuple[tuple[int, int], int]] = {}

    def path(self, origin: str) -> Path:
        """Where the checkpoint of a log stands."""
        path = self._paths.get(origin)
        if path is None:
            path = self._paths[origin] = self.tree / str(parse_origin(origin)) / "checkpoint"
        return path

    def note(self, origin: str) -> bytes:
        """The checkpoint as published; NotFound if there is none."""
        try:
            return self.path(origin).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"The log {origin} has no checkpoint yet", "Write to it first") from None

    def size(self, origin: str) -> int:
        """Size of the published checkpoint, -1 if there is none or it is damaged: it is made again. Read again only if the file is another than the one seen last."""
        try:
            status = os.stat(self.path(origin))  # noqa: PTH116  # the hot path of every write
            mark, size = self._seen.get(origin, ((0, 0), -1))
            if mark != (status.st_ino, status.st_mtime_ns):
                mark, size = (status.st_ino, status.st_mtime_ns), Checkpoint.parse(split_note(self.note(origin))[0]).size
                self._seen[origin] = mark, size
        except (NotFound, Rejected, FileNotFoundError):
            return -1
        return size

    def forget(self, origin: str) -> None:
        """Take away what was published of a log that was cut back: all of it is made again."""
        with self._alone():
            self._sizes.pop(origin, None)
            self._seen.pop(origin, None)
            shutil.rmtree(self.path(origin).parent, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn:
            if self._lock < 0:
                self._lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock's file back."""
        with self._turn:
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def publish(
        self,
        live: Live,
        origin: str,
        size: int,
        peers: Mapping[str, str] | None,
        refresh: Callable[[], None],
        *,
        anew: bool = False,
        own: str = "",
    ) -> None:
        """Sign and publish the newest committed head of `origin`, at least `size`. `peers`: Side -> exchange key, for a MAC with our `own`; None: a signature.

        `refresh` brings `live` up to the tables; `anew`: even if a head of that size stands already (a peer came, and its MAC line is wanted).
        """
        if self._sizes.get(origin, -1) >= size and not anew:
            return
        with self._alone():
            published = self.size(origin)
            if published >= size and not anew:
                return
            before, hashes = live.signed.get(origin, (-2, []))
            if before != published:  # another process, or an earlier life, signed last
                last = self._signer.last(origin)
                before, hashes = last[0] if last else 0, []
                if live.tree(origin).size < before:
                    refresh()
            with live.lock:
                tree = live.tree(origin)
                newest = max(live.committed.get(origin, 0), size)
                if not hashes:
                    before = min(before, newest)
                    hashes = tree.frontier(before).dump()
                proof = growth(before, hashes, tree.leaves[before:newest])
                root, signed = tree.root(newest), tree.frontier(newest).dump()
            if peers is None:
                note = self._signer.sign(origin, newest, root, proof)
            else:
                note = self._signer.mac(origin, newest, root, room=live.room, peers=peers, growth=proof, own=own)
            live.signed[origin] = (newest, signed)
            self._seen[origin] = write_derived(self.path(origin), note), newest
            self._sizes[origin] = newest


def is_signed(origin: str, terms: Mapping[str, object]) -> bool:
    """Whether checkpoints of this log are signed (the record, and working logs of a room that says so) or MACed."""
    return parse_origin(origin).log == RECORD or terms.get("working") == "recorded"


def write_derived(path: Path, data: bytes) -> tuple[int, int]:
    """Put a file in its place at once, unsynced: whatever a crash takes away is made again -> its inode and time, by which it is known again."""
    beside = f"{path.parent}/.{path.name}.{secrets.token_hex(4)}"
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        if data:
            os.posix_fallocate(handle, 0, len(data))  # a rename over a file flushes blocks that are not allocated yet: half its time
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        status = os.fstat(handle)
    finally:
        os.close(handle)
    os.replace(beside, path)  # noqa: PTH105  # the hot path of every write
    return status.st_ino, status.st_mtime_ns
