"""The keys of papers at rest: one file, ``paper-keys`` in the node's folder, never in a backup (`docs/formats/paper-store.md`).

Records of 96 bytes, the first one a header; then room, paper id, key, 32 bytes each. A record is appended and synced before the file that it opens is
written, and never moves: the file names its number. Destroying a key writes zeros over it, in every record of that paper; what was sealed with it is
noise from then on, in the node's folder and in each old backup.
"""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cochair.kit.errors import CochairError, Rejected
from cochair.record.closed import check_closed
from cochair.record.keys import sync_folder

FILE = "paper-keys"
HEADER = b"cochair/paper-keys/v1\n".ljust(96, b"\0")
_RECORD, _KEY = 96, 32
_NOTHING = bytes(_KEY)


class PaperKeys:
    """The key file of one node. Safe for threads and for several processes."""

    def __init__(self, path: Path) -> None:
        """`path` is made with the first key."""
        self._path = path
        self._file = -1
        self._turn = threading.Lock()

    def new(self, room: str, name: str) -> tuple[int, bytes]:
        """A fresh key for a paper, durable when this returns -> (number of its record, key)."""
        key = secrets.token_bytes(_KEY)
        with self._alone(make=True) as file:
            number = os.fstat(file).st_size // _RECORD  # what a crash left of a record behind the last whole one was never used
            os.pwrite(file, bytes.fromhex(room) + bytes.fromhex(name) + key, number * _RECORD)
            os.fdatasync(file)
        return number, key

    def get(self, number: int, room: str, name: str) -> bytes | None:
        """The key of record `number`, if it is of that paper and was not destroyed."""
        with self._turn:
            file = self._opened(make=False)
            if file is None or not 0 < number < 2**40:
                return None
            record = os.pread(file, _RECORD, number * _RECORD)
        if len(record) != _RECORD or record[:64] != bytes.fromhex(room) + bytes.fromhex(name) or record[64:] == _NOTHING:
            return None
        return record[64:]

    def destroy(self, room: str, name: str) -> int:
        """Write zeros over every key of a paper, durably -> how many there were."""
        wanted, found = bytes.fromhex(room) + bytes.fromhex(name), 0
        with self._alone(make=False) as file:
            if file < 0:
                return 0
            data = os.pread(file, os.fstat(file).st_size, 0)
            at = data.find(wanted)
            while at >= 0:
                if at % _RECORD == 0 and data[at + 64 : at + _RECORD] != _NOTHING:
                    os.pwrite(file, _NOTHING, at + 64)
                    found += 1
                at = data.find(wanted, at + 1)
            os.fdatasync(file)
        return found

    def close(self) -> None:
        """Give the file back."""
        with self._turn:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    @contextmanager
    def _alone(self, *, make: bool) -> Iterator[int]:
        """The file, locked among threads and processes; -1 if there is none and none shall be made."""
        with self._turn:
            file = self._opened(make=make)
            if file is None:
                yield -1
                return
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield file
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def _opened(self, *, make: bool) -> int | None:
        if self._file >= 0:
            return self._file
        if make and not self._path.exists():
            _make(self._path)
        try:
            file = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CochairError(f"{self._path} cannot be opened: {error.strerror}", "Check its owner, or put its newest copy back") from None
        status = os.fstat(file)
        try:
            check_closed(self._path, status.st_mode, status.st_uid)
            if os.pread(file, _RECORD, 0) != HEADER:
                raise Rejected(f"{self._path} is not a file of paper keys", "Put its newest copy back")
        except CochairError:
            os.close(file)
            raise
        self._file = file
        return file


def _make(path: Path) -> None:
    """An empty key file, which appears whole; whoever was quicker wins."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(HEADER)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
        sync_folder(path.parent)
    except FileExistsError:
        pass
    except OSError as error:
        raise CochairError(f"{path} cannot be written: {error.strerror}", "Check the disk and the owner of the folder") from None
    finally:
        beside.unlink(missing_ok=True)
