"""The sign-ledger: what this node's keys have signed, kept beside the keys and never inside the database backup (`docs/formats/sign-ledger.md`).

1. A line is appended and made durable *before* the signature that it announces leaves the signer; so the last line is never behind a signature.
2. A head is refused if it is smaller than the last one of that log, or of the same size with another root: this is what makes a fork impossible, whatever
   happens to the database. The same head again is allowed, so that a crash between two steps is repaired by doing it again.
3. A log keeps one authenticator: signed, MACed or cosigned. A signature under a MACed head would prove to others what the MAC leaves deniable.
4. A key without its ledger must not sign: a missing file is an error, and only `create_ledger` makes one, with the keys or out of what the peer holds.
5. A torn tail (no newline, or NULs of a page that was never written) announces nothing that left, and is cut off. Any other damage stops the signer.
   NULs behind the last line are room made ahead: a line that is written into room changes no length, and the disk has one thing less to sync.
6. A change of a log's key, which two root keys signed, is a line of its own. It sets the log's head to the size and root that the quorum names, be it behind the
   last head: what a thief had signed beyond is not continued. Nothing else can turn a head back, and each log has one change a size, the sizes growing.
7. After a failed write the file is cut back; after a failed sync nothing is signed until the file has been read anew.

A line: ``<use> <origin> <size> <root in hex> <CRC-32 of what stands before it, 8 hex digits>``; use is ``sign``, ``mac`` or ``cosign``. A change:
``change <origin> <size> <root in hex> <new public key in hex> <CRC-32>``.
"""

import os
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.record.closed import check_closed
from cochair.record.keys import sync_folder, write_private

Use: TypeAlias = Literal["sign", "mac", "cosign"]

FILE = "sign-ledger"
STOPPED = "stopped"
"""File beside the ledger that ends all signing of heads: this node's key signed two histories (`record.faults`)."""
COMPACT_AT = 4 * 1024 * 1024
"""Bytes beyond which the file is written anew with the last line of each log."""

ROOM = 64 * 1024
"""Bytes of room made ahead."""

_LINE = re.compile(r"(sign|mac|cosign) (\S{1,600}) (0|[1-9][0-9]{0,18}) ([0-9a-f]{64}) ([0-9a-f]{8})")
_CHANGE = re.compile(r"change (\S{1,600}) (0|[1-9][0-9]{0,18}) ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{8})")


class Head(NamedTuple):
    """One line: the use, the log's origin, its size, its root (32 bytes)."""

    use: Use
    origin: str
    size: int
    root: bytes

    def line(self) -> bytes:
        """The bytes of the line, newline included."""
        text = f"{self.use} {self.origin} {self.size} {self.root.hex()}"
        return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()


class Change(NamedTuple):
    """From ``size`` on (over which stands ``root``, 32 bytes) the log is signed with ``key``, hex."""

    origin: str
    size: int
    root: bytes
    key: str

    def line(self) -> bytes:
        """The bytes of the line, newline included."""
        text = f"change {self.origin} {self.size} {self.root.hex()} {self.key}"
        return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()

    @property
    def head(self) -> Head:
        """Where the log stands with it."""
        return Head("sign", self.origin, self.size, self.root)


def create_ledger(folder: Path, heads: Iterable[Head] = ()) -> None:
    """Begin a sign-ledger in the keys' folder, with the heads that a peer proves were signed before; raises `Conflict` if there is one."""
    write_private(folder / FILE, b"".join(head.line() for head in heads))


class SignLedger:
    """The file, open for one process (the signer holds the lock), and the last head of each log."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._heads: dict[str, Head] = {}
        self._changes: dict[str, list[Change]] = {}
        self._broken = ""
        self._room = 0
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                status = os.fstat(self._file)
                check_closed(self.path, status.st_mode, status.st_uid)
                self._end = self._load()
            except BaseException:
                os.close(self._file)
                raise
        except FileNotFoundError:
            raise NotFound(
                f"There is no sign-ledger {self.path}, and a key without it must not sign",
                "Put its own copy back, or restore the node: it asks the other Side how far this node's logs had come",
            ) from None
        except OSError as error:
            raise self._cannot("be opened", error) from None

    def last(self, origin: str) -> Head | None:
        """The last head of a log, or None."""
        return self._heads.get(origin)

    def changes(self, origin: str) -> list[Change]:
        """The changes of a log's key, their sizes growing."""
        return self._changes.get(origin, [])

    def origins(self) -> list[str]:
        """Every log that has a head here."""
        return sorted(self._heads)

    def check(self, head: Head, last: Head | None) -> None:
        """Raise `Conflict` if ``head`` must not follow ``last`` (rules 2 and 3)."""
        if last is None:
            return
        if head.use != last.use:
            raise Conflict(
                f"{head.origin} has been used to {last.use}, never to {head.use}", "Nothing under a signature names working bytes"
            )
        if head.size < last.size:
            raise Conflict(
                f"{head.origin} was already {head.use}ed at {last.size} entries; the log now has {head.size}",
                "An old copy was restored: recover the missing entries from the other Side, then start again",
            )
        if head.size == last.size and head.root != last.root:
            raise Conflict(
                f"{head.origin} was already {head.use}ed at {head.size} entries with other contents",
                "The log was changed behind the signer: stop, and recover it from the other Side",
            )

    def check_change(self, change: Change) -> None:
        """Raise `Conflict` if the change must not stand (rule 6)."""
        last, before = self._heads.get(change.origin), self.changes(change.origin)
        if last is not None and last.use != "sign":
            raise Conflict(f"{change.origin} has been used to {last.use}, never to sign", "Only the key of a signed log is changed")
        if before and change.size <= before[-1].size:
            raise Conflict(
                f"The key of {change.origin} was changed at {before[-1].size} entries already, not before {change.size}",
                "Two changes at one size, or a later one at a smaller size, must not be: ask the custodians",
            )
        if last is not None and change.size == last.size and change.root != last.root:
            raise Conflict(
                f"The change names other contents of the {change.size} entries than were signed here", "Recover the log from the other Side"
            )

    def append_change(self, change: Change) -> None:
        """Make a change durable; the same again costs nothing. Raises `Conflict` or `CochairError`."""
        if self._broken:
            raise CochairError(self._broken, "Check the disk, then start the signer again")
        if change in self.changes(change.origin):
            return
        self.check_change(change)
        self._write(change.line())
        self._take(change)

    def _take(self, change: Change) -> None:
        self._changes.setdefault(change.origin, []).append(change)
        self._heads[change.origin] = change.head

    def append(self, heads: Iterable[Head]) -> None:
        """Make the heads durable, in one write and one sync. Those that only repeat the last head cost nothing. Raises `Conflict` or `CochairError`."""
        if self._broken:
            raise CochairError(self._broken, "Check the disk, then start the signer again")
        staged: dict[str, Head] = {}
        lines = []
        for head in heads:
            last = staged.get(head.origin) or self._heads.get(head.origin)
            self.check(head, last)
            if head != last:
                lines.append(head.line())
                staged[head.origin] = head
        if lines:
            self._write(b"".join(lines))
            self._heads.update(staged)
            if self._end > COMPACT_AT:
                self._compact()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, data: bytes) -> None:
        end = self._end + len(data)
        try:
            view = memoryview(data if end <= self._room else data + bytes(ROOM))
            at = self._end
            while view:
                written = os.pwrite(self._file, view, at)
                view, at = view[written:], at + written
        except OSError as error:
            try:
                os.ftruncate(self._file, self._end)
                self._room = self._end
            except OSError:
                self._broken = "The sign-ledger could not be cut back after a failed write"
            raise self._cannot("be written", error) from None
        try:
            os.fdatasync(self._file)
        except OSError as error:
            self._broken = "The sign-ledger could not be made durable"
            raise self._cannot("be made durable", error) from None
        self._end, self._room = end, max(at, self._room)

    def _load(self) -> int:
        """Read the file; gives the length of its good part, to which it is cut."""
        data = b""
        while piece := os.pread(self._file, 1 << 20, len(data)):
            data += piece
        self._room, data = len(data), data.rstrip(b"\0")
        good = 0
        lines = data.split(b"\n")
        for number, line in enumerate(lines[:-1], 1):
            head = self._parse(line)
            if isinstance(head, Change):
                try:
                    self.check_change(head)
                except Conflict:
                    raise self._damaged(number) from None
                self._take(head)
                good += len(line) + 1
                continue
            if head is None:
                if number == len(lines) - 1 and b"\0" in line:
                    break  # the last line, half of it never written
                raise self._damaged(number)
            try:
                self.check(head, self._heads.get(head.origin))
            except Conflict:
                raise self._damaged(number) from None
            self._heads[head.origin] = head
            good += len(line) + 1
        if good < len(data):
            os.ftruncate(self._file, good)
            os.fsync(self._file)
            self._room = good
        return good

    def _damaged(self, number: int) -> Rejected:
        return Rejected(
            f"The sign-ledger {self.path} is damaged in line {number}",
            "Do not delete it. Restore it from its own copy, or recover the log from the other Side and begin with a new log key",
        )

    @staticmethod
    def _parse(line: bytes) -> Head | Change | None:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return None
        if (changed := _CHANGE.fullmatch(text)) is not None:
            change = Change(changed[1], int(changed[2]), bytes.fromhex(changed[3]), changed[4])
            return change if change.line() == line + b"\n" else None
        match = _LINE.fullmatch(text)
        if match is None:
            return None
        head = Head(match[1], match[2], int(match[3]), bytes.fromhex(match[4]))  # type: ignore[arg-type]  # the pattern lists the uses
        return head if head.line() == line + b"\n" else None

    def _compact(self) -> None:
        """Write changes and last heads to a new file and put it in the old one's place; if that fails, the old one still serves."""
        new = self.path.with_suffix(".new")
        changes = b"".join(change.line() for _, each in sorted(self._changes.items()) for change in each)
        data = changes + b"".join(head.line() for _, head in sorted(self._heads.items()))
        try:
            new.unlink(missing_ok=True)
            file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except OSError:
            return
        try:
            whole = os.write(file, data) == len(data)
            os.fsync(file)
            if not whole:
                os.close(file)
                return
            new.replace(self.path)
        except OSError:
            os.close(file)
            new.unlink(missing_ok=True)
            return
        os.close(self._file)
        self._file, self._end, self._room = file, len(data), len(data)
        try:
            sync_folder(self.path.parent)
        except OSError:
            self._broken = "The sign-ledger's folder could not be made durable"

    def _cannot(self, what: str, error: OSError) -> CochairError:
        return CochairError(
            f"The sign-ledger {self.path} cannot {what}: {error.strerror}", "Nothing was signed. Free space or repair the disk"
        )
