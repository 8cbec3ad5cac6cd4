"""A bundle: the tree that a node publishes, as one file that travels by mail, stick or relay (`docs/formats/bundle.md`).

An uncompressed ustar file with regular files only:
 1. ``bundle.note``: a signed note by the sender's record key. Its text: ``cochair/bundle/v1``, room, Side, number of listed members, SHA-256 of ``bundle.list``.
 2. ``bundle.list``: one line a member ``<path> <size> <sha256>``, sorted by path: what belongs to the record.
 3. where working papers travel: ``working.list``, the same form, under nothing: what is signed must not name them. It guards against damage alone; who wrote
    them is settled, as always, by the MAC on their checkpoint when they are pulled from the unpacked folder.
 4. the members, in the order of the lists.

Reading streams into a new folder and refuses the whole file on: a link, device or folder member; an absolute path, ``..``, backslash or empty part; a name
twice, unlisted or missing; a size or digest that differs; a member beyond the limit; a list under no known key; bytes behind the end. Only when all is well is
the folder moved into place, in one step. Reading twice, or out of order, is harmless: what is read is a folder to pull from, and pulling checks every byte again.
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import notes
from cochair.ledger.papers import PAPER_LIMIT

DOMAIN = "cochair/bundle/v1"
NOTE, LIST, WORKING_LIST = "bundle.note", "bundle.list", "working.list"
MEMBER_LIMIT = PAPER_LIMIT + 32  # a paper travels whole, with its salt; everything else is far smaller
LIST_LIMIT = 64 * 1024 * 1024
_BLOCK = 512
_CHUNK = 1 << 20
_LINE = re.compile(r"([^ \n]{1,240}) (0|[1-9][0-9]{0,11}) ([0-9a-f]{64})")
_PART = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,100}")


class Member(NamedTuple):
    """One listed file: relative path, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    digest: str


class Header(NamedTuple):
    """What a bundle's note says."""

    room: str
    side: str
    members: int
    digest: str

    def text(self) -> str:
        """The text that is signed."""
        return f"{DOMAIN}\n{self.room}\n{self.side}\n{self.members}\n{self.digest}\n"


class Opened(NamedTuple):
    """A bundle that was checked and unpacked into ``folder``."""

    folder: Path
    header: Header
    members: int
    working: int


def check_path(path: str) -> str:
    """A member's path, given back; raises `Rejected` unless it is relative, plain and stays inside."""
    if len(path) > 240 or not all(_PART.fullmatch(part) for part in path.split("/")):
        raise Rejected(f"{path[:80]!r} is not a plain path inside a tree")
    return path


def make_list(members: Iterable[Member]) -> bytes:
    """The bytes of a list, sorted by path."""
    lines = [f"{check_path(member.path)} {member.size} {member.digest}\n" for member in sorted(members)]
    return "".join(lines).encode()


def parse_list(data: bytes) -> dict[str, Member]:
    """List -> members by path; raises `Rejected` unless it is in its one form."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Rejected("The list of the bundle is not plain text") from None
    found: dict[str, Member] = {}
    for line in lines[:-1]:
        match = _LINE.fullmatch(line)
        if match is None:
            raise Rejected("The list of the bundle has a malformed line")
        found[match[1]] = Member(check_path(match[1]), int(match[2]), match[3])
    if make_list(found.values()) != data:
        raise Rejected("The list of the bundle is not sorted, or names a member twice")
    return found


def parse_header(text: str) -> Header:
    """Text of a bundle's note -> header; raises `Rejected`."""
    parts = text.split("\n")
    if len(parts) != 6 or parts[0] != DOMAIN or not parts[3].isascii() or not parts[3].isdigit():
        raise Rejected("The note does not speak of a bundle", "Ask the sender for the file that `cochair bundle write` made")
    header = Header(parts[1], parts[2], int(parts[3]), parts[4])
    if header.text() != text:
        raise Rejected("The bundle's note is not in its canonical form")
    return header


def describe(root: Path, paths: Iterable[str]) -> list[Member]:
    """Members of the files at ``root``."""
    members = []
    for path in paths:
        digest = hashlib.sha256()
        with (root / path).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        members.append(Member(path, (root / path).stat().st_size, digest.hexdigest()))
    return members


def write(
    target: Path,
    root: Path,
    *,
    room: str,
    side: str,
    record: Iterable[str],
    sign: Callable[[str], bytes],
    working: Iterable[str] = (),
) -> Header:
    """Write the files at ``root`` named by ``record`` (and ``working``) to ``target``, which appears whole or not at all.

    ``sign(text) -> note`` signs with the record's key. Raises `CochairError` if the file cannot be written.
    """
    listed = describe(root, sorted(record))
    private = describe(root, sorted(working))
    record_list, working_list = make_list(listed), make_list(private)
    header = Header(room, side, len(listed), hashlib.sha256(record_list).hexdigest())
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            _put(tar, NOTE, sign(header.text()))
            _put(tar, LIST, record_list)
            if private:
                _put(tar, WORKING_LIST, working_list)
            for member in [*listed, *private]:
                with (root / member.path).open("rb") as content:
                    tar.addfile(_info(member.path, member.size), content)
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CochairError(
            f"The bundle could not be written to {target}: {error.strerror}", "Choose another place, or make room"
        ) from error
    return header


@contextmanager
def read(source: Path, *, verifiers: Iterable[notes.LineVerifier], beside: Path | None = None) -> Iterator[Opened]:
    """Check the bundle ``source`` whole, unpack it into a new folder (in ``beside``), and give it for the time of the ``with`` block.

    Raises `Rejected` with the reason on anything the rules above refuse; then nothing of the file is left.
    """
    folder = Path(tempfile.mkdtemp(prefix="bundle-", dir=beside))
    try:
        with _open(source) as file:
            yield _unpack(file, folder, tuple(verifiers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def peek(source: Path) -> Header:
    """What the note of a bundle says, **unverified**: to find whose key to check it with. Raises `Rejected`."""
    with _open(source) as file:
        name, size = _next(file)
        if name != NOTE:
            raise Rejected(f"{source.name} does not begin with {NOTE}", "Ask the sender for the file that `cochair bundle write` made")
        text, _lines = notes.split_note(_body(file, size, notes.NOTE_LIMIT))
    return parse_header(text)


def skim(source: Path, under: str, limit: int) -> Iterator[tuple[str, bytes]]:
    """Names (below the folder ``under``) and bytes of the members there, **unverified**, those beyond ``limit`` bytes left out. Raises `Rejected`."""
    with _open(source) as file:
        while (member := _next(file))[0]:
            name, size = member
            start = file.tell()
            if name.startswith(f"{under}/") and size <= limit:
                yield name[len(under) + 1 :], file.read(size)
            file.seek(start + size + -size % _BLOCK)


def _open(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise CochairError(f"{source} cannot be read: {error.strerror}", "Check the name of the file") from error


def _unpack(file: BinaryIO, folder: Path, verifiers: tuple[notes.LineVerifier, ...]) -> Opened:
    name, size = _next(file)
    if name != NOTE:
        raise Rejected(f"The bundle does not begin with {NOTE}", "Ask the sender for the file that `cochair bundle write` made")
    header = parse_header(notes.open_note(_body(file, size, notes.NOTE_LIMIT), verifiers).text)
    listed = _list(file, header)
    working: dict[str, Member] = {}
    name, size = _next(file)
    if name == WORKING_LIST:
        working = parse_list(_body(file, size, LIST_LIMIT))
        name, size = _next(file)
    expected = {**listed, **working}
    if len(expected) != len(listed) + len(working):
        raise Rejected("The bundle lists a member as of the record and as a working paper")
    while name:
        member = expected.pop(name, None)
        if member is None:
            raise Rejected(f"The bundle holds {name[:80]!r}, which is not listed or stands twice")
        if member.size != size:
            raise Rejected(f"{name} has {size} bytes, not the {member.size} listed")
        _store(file, folder / name, member)
        name, size = _next(file)
    if expected:
        raise Rejected(
            f"The bundle lacks {len(expected)} listed members, the first is {min(expected)}",
            "Ask for it again; the file may have been cut short",
        )
    return Opened(folder, header, len(listed), len(working))


def _list(file: BinaryIO, header: Header) -> dict[str, Member]:
    name, size = _next(file)
    if name != LIST:
        raise Rejected(f"The bundle lacks {LIST}")
    data = _body(file, size, LIST_LIMIT)
    if hashlib.sha256(data).hexdigest() != header.digest:
        raise Rejected(f"{LIST} is not the one that was signed")
    members = parse_list(data)
    if len(members) != header.members:
        raise Rejected(f"{LIST} has {len(members)} members, not the {header.members} signed")
    return members


def _store(file: BinaryIO, target: Path, member: Member) -> None:
    if member.size > MEMBER_LIMIT:
        raise Rejected(f"{member.path} has {member.size} bytes, more than the {MEMBER_LIMIT} allowed")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), member.size
    with target.open("xb") as out:
        while left:
            chunk = file.read(min(left, _CHUNK))
            if not chunk:
                raise Rejected(f"The bundle ends inside {member.path}", "Ask for it again; the file was cut short")
            digest.update(chunk)
            out.write(chunk)
            left -= len(chunk)
    _padding(file, member.size)
    if digest.hexdigest() != member.digest:
        raise Rejected(f"{member.path} does not have the digest that was listed: it was changed on the way")


def _body(file: BinaryIO, size: int, limit: int) -> bytes:
    if size > limit:
        raise Rejected(f"A member of the bundle has {size} bytes, more than the {limit} allowed")
    data = file.read(size)
    if len(data) != size:
        raise Rejected("The bundle ends inside a member", "Ask for it again; the file was cut short")
    _padding(file, size)
    return data


def _padding(file: BinaryIO, size: int) -> None:
    rest = -size % _BLOCK
    if file.read(rest) != bytes(rest):
        raise Rejected("The bundle holds bytes between its members")


def _next(file: BinaryIO) -> tuple[str, int]:
    """Name and size of the next member, or ``("", 0)`` at a proper end. Our own reading of the header: exactly the form that `_info` writes."""
    block = file.read(_BLOCK)
    if block == bytes(_BLOCK):
        rest = file.read(64 * 1024)
        if rest.strip(b"\0") or len(rest) < _BLOCK or file.read(1):
            raise Rejected("The bundle has bytes behind its end")
        return "", 0
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        plain = info.isreg() and not info.linkname and _info(info.name, info.size).tobuf(tarfile.USTAR_FORMAT, "ascii", "strict") == block
    except (tarfile.HeaderError, ValueError):
        raise Rejected(
            "The file is not a bundle, or was cut short", "Ask the sender for the file that `cochair bundle write` made"
        ) from None
    if not plain:
        raise Rejected(f"The bundle holds {info.name[:80]!r}, which is not a plain file in the one form allowed")
    return check_path(info.name), info.size


def _info(path: str, size: int) -> tarfile.TarInfo:
    """The one header that a member of this name and size can have: no owner, no time, no link."""
    info = tarfile.TarInfo(path)
    info.size = size
    info.mode = 0o644
    return info


def _put(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    tar.addfile(_info(name, len(data)), io.BytesIO(data))
