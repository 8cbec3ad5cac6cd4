"""A bundle: the tree that a node publishes, as one file that travels by mail, stick or relay (`docs/formats/bundle.md`). Here: its form.

An uncompressed ustar file with regular files only:
 1. ``bundle.note``: a signed note by the sender's record key: room, Side, number of listed members, SHA-256 of ``bundle.list``, and, if the bundle carries
    only what is new, the record heads that it goes on from.
 2. ``bundle.list``: one line a member ``<path> <size> <sha256>``, sorted by path: what belongs to the record.
 3. where working papers travel: ``working.list``, the same form, under nothing: what is signed must not name them. It guards against damage alone; who wrote
    them is settled, as always, by the MAC on their checkpoint when they are pulled from the unpacked folder.
 4. the members, in the order of the lists.

There is one sequence of bytes for given members and one way to read it, `Reader` and `packing`: every header, its padding and the end are exactly what is
written here. A link, device, folder, sparse or long-named member has another header, and is refused with the whole file.
"""

import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from cochair.kit.errors import CochairError, Rejected
from cochair.ledger.papers import PAPER_LIMIT

DOMAIN = "cochair/bundle/v1"
NOTE, LIST, WORKING_LIST = "bundle.note", "bundle.list", "working.list"
MEMBER_LIMIT = PAPER_LIMIT + 32  # a paper travels whole, with its salt; everything else is far smaller
SEALED = b"age-encryption.org/v1\n"
"""How a sealed bundle begins."""
LIST_LIMIT = 64 * 1024 * 1024
COUNT_LIMIT = 500_000
CHUNK = 1 << 20
BLOCK, RECORD = tarfile.BLOCKSIZE, tarfile.RECORDSIZE
ASK = "Ask the sender for the file that `cochair bundle write` made"
AGAIN = "Ask for it again; the file was cut short"
_LINE = re.compile(rb"([^ \n]{1,240}) (0|[1-9][0-9]{0,11}) ([0-9a-f]{64})\n")
_PART = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,100}")
_SINCE = re.compile(r"([^ ]{1,240}) ([1-9][0-9]{0,11}) ([0-9a-f]{64})")


class Member(NamedTuple):
    """One listed file: relative path, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    digest: str

    def line(self) -> bytes:
        """Its line in a list."""
        return f"{check_path(self.path)} {self.size} {self.digest}\n".encode()


class Since(NamedTuple):
    """A record head that a bundle goes on from: what it covers, the reader must hold already."""

    origin: str
    size: int
    root: str


class Header(NamedTuple):
    """What a bundle's note says. ``since`` is empty for a whole room, else sorted by origin."""

    room: str
    side: str
    members: int
    digest: str
    since: tuple[Since, ...] = ()

    def text(self) -> str:
        """The text that is signed."""
        heads = "".join(f"{head.origin} {head.size} {head.root}\n" for head in self.since)
        return f"{DOMAIN}\n{self.room}\n{self.side}\n{self.members}\n{self.digest}\n{heads}"


class Readable(Protocol):
    """Whatever gives bytes in order; fewer than asked for only at its end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


def check_path(path: str) -> str:
    """A member's path, given back; raises `Rejected` unless it is relative, plain and stays inside."""
    if len(path) > 240 or not all(_PART.fullmatch(part) for part in path.split("/")):
        raise Rejected(f"{path[:80]!r} is not a plain path inside a tree", ASK)
    return path


def parse_header(text: str) -> Header:
    """Text of a bundle's note -> header; raises `Rejected`."""
    parts = text.split("\n")
    if len(parts) < 6 or parts[0] != DOMAIN or not parts[3].isascii() or not parts[3].isdigit() or len(parts[3]) > 12:
        raise Rejected("The note does not speak of a bundle", ASK)
    since = [_SINCE.fullmatch(line) for line in parts[5:-1]]
    heads = tuple(Since(match[1], int(match[2]), match[3]) for match in since if match)
    header = Header(parts[1], parts[2], int(parts[3]), parts[4], heads)
    if header.text() != text or list(heads) != sorted(heads) or len({head.origin for head in heads}) != len(heads):
        raise Rejected("The bundle's note is not in its canonical form", ASK)
    return header


def listed(path: Path) -> Iterator[Member]:
    """The members that a list names, from its file; raises `Rejected` unless the list is in its one form: sorted, each path once."""
    before = ""
    with path.open("rb") as file:
        while line := file.readline(512):
            match = _LINE.fullmatch(line)
            if match is None:
                raise Rejected("The list of the bundle has a malformed line", ASK)
            member = Member(check_path(match[1].decode("ascii", "replace")), int(match[2]), match[3].decode())
            if member.path <= before:
                raise Rejected("The list of the bundle is not sorted, or names a member twice", ASK)
            if member.size > MEMBER_LIMIT:
                raise Rejected(f"{member.path} has {member.size} bytes, more than the {MEMBER_LIMIT} allowed", ASK)
            before = member.path
            yield member


def tar_header(path: str, size: int) -> bytes:
    """The one header that a member of this name and size can have: no owner, no time, no link."""
    return info(path, size).tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def info(path: str, size: int) -> tarfile.TarInfo:
    """As `tar_header`, before it becomes bytes."""
    one = tarfile.TarInfo(path)
    one.size = size
    one.mode = 0o644
    return one


def ending(length: int) -> bytes:
    """What stands behind the members of a file of ``length`` bytes so far: two zero blocks, then zeros up to the record."""
    return bytes(2 * BLOCK + -(length + 2 * BLOCK) % RECORD)


class Reader:
    """A bundle, read from front to back once. ``at``: bytes read so far."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._ahead: tuple[str, int] | None = None
        self.at = 0

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        self.at += len(data)
        return data

    def ahead(self) -> str:
        """The name that `next` will give."""
        if self._ahead is None:
            self._ahead = self._header()
        return self._ahead[0]

    def next(self) -> tuple[str, int]:
        """Name and size of the next member, or ``("", 0)`` at a proper end."""
        if self._ahead is not None:
            found, self._ahead = self._ahead, None
            return found
        return self._header()

    def _header(self) -> tuple[str, int]:
        start = self.at
        block = self._take(BLOCK)
        if block == bytes(BLOCK):
            rest = ending(start)[BLOCK:]
            if self._take(len(rest)) != rest or self._take(1):
                raise Rejected("The bundle has bytes behind its end, or lacks some of it", ASK)
            return "", 0
        try:
            found = tarfile.TarInfo.frombuf(block, "ascii", "strict")
            plain = found.isreg() and tar_header(found.name, found.size) == block
        except (tarfile.HeaderError, ValueError):
            raise Rejected("The file is not a bundle, or was cut short", ASK) from None
        if not plain:
            raise Rejected(f"The bundle holds {found.name[:80]!r}, which is not a plain file in the one form allowed", ASK)
        return check_path(found.name), found.size

    def expect(self, name: str) -> int:
        """The size of the next member, which must have this name."""
        found, size = self.next()
        if found != name:
            raise Rejected(f"The bundle lacks {name} in its place", ASK)
        return size

    def body(self, size: int, limit: int) -> bytes:
        """The bytes of the member just named, small enough to be held."""
        if size > limit:
            raise Rejected(f"A member of the bundle has {size} bytes, more than the {limit} allowed", ASK)
        return b"".join(self.chunks(size))

    def chunks(self, size: int) -> Iterator[bytes]:
        """The same in portions; the padding behind it is checked at the end."""
        left = size
        while left:
            data = self._take(min(left, CHUNK))
            if not data:
                raise Rejected("The bundle ends inside a member", AGAIN)
            left -= len(data)
            yield data
        padding = -size % BLOCK
        if self._take(padding) != bytes(padding):
            raise Rejected("The bundle holds bytes between its members", ASK)

    def skip(self, size: int) -> None:
        """Leave the member just named unread, where the file allows it."""
        seek = getattr(self._file, "seek", None)
        if seek is None:
            for _ in self.chunks(size):
                pass
            return
        self.at += size + -size % BLOCK
        seek(self.at)


def open_file(source: Path) -> BinaryIO:
    """The file of a bundle; raises `CochairError`."""
    try:
        return source.open("rb")
    except OSError as error:
        raise CochairError(f"{source} cannot be read: {error.strerror}", "Check the name of the file") from error


def same(left: Iterable[Member], right: Iterable[Member]) -> str:
    """The first path that two sorted lists share, or ""."""
    ones, others = iter(left), iter(right)
    one, other = next(ones, None), next(others, None)
    while one and other:
        if one.path == other.path:
            return one.path
        if one.path < other.path:
            one = next(ones, None)
        else:
            other = next(others, None)
    return ""
