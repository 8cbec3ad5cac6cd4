"""Reading a bundle: checked from front to back while it is unpacked into a folder, and refused whole on the first thing that is not in order.

Memory does not grow with the file: lists lie on disk, members go through in portions. The folder may be one in which the same bundle was half unpacked: members
that stand there with their size and digest are not read again. What is unpacked is a folder to pull from, and pulling checks every byte again.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from cochair.exchange import bundle
from cochair.exchange.bundle import AGAIN, ASK, LIST, NOTE, SEALED, WORKING_LIST, Header, Member, Readable, Reader
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import notes

Progress = Callable[[int, int], None]
"""Told now and then: bytes done, bytes in all."""


class Lists(NamedTuple):
    """The beginning of a bundle, checked: its header, the files of its lists, how many members and bytes they name; ``name`` tells it from every other one."""

    header: Header
    record: Path
    working: Path
    members: int
    private: int
    size: int
    name: str


class Opened(NamedTuple):
    """A bundle that was checked and unpacked into ``folder``."""

    folder: Path
    header: Header
    members: int
    working: int


@contextmanager
def read(source: Path, *, verifiers: Iterable[notes.LineVerifier], beside: Path | None = None) -> Iterator[Opened]:
    """Check the bundle ``source`` whole, unpack it into a new folder (in ``beside``), and give it for the time of the ``with`` block.

    Raises `Rejected` with the reason on anything that is not in order; then nothing of the file is left.
    """
    folder = Path(tempfile.mkdtemp(prefix="bundle-", dir=beside))
    try:
        with bundle.open_file(source) as file:
            reader = Reader(file)
            lists = begin(reader, folder, lambda _header: tuple(verifiers))
            yield unpack(reader, lists, folder / "tree")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def note_of(source: Path) -> bytes:
    """The note of a bundle, **unverified**. Raises `Rejected`."""
    with bundle.open_file(source) as file:
        if file.read(len(SEALED)) == SEALED:
            raise Rejected(f"{source.name} is sealed to the node that it is for", "Take it in there: cochair bundle read")
        file.seek(0)
        reader = Reader(file)
        return reader.body(reader.expect(NOTE), notes.NOTE_LIMIT)


def peek(source: Path) -> Header:
    """What the note of a bundle says, **unverified**: to find whose key to check it with. Raises `Rejected`."""
    return bundle.parse_header(notes.split_note(note_of(source))[0])


def skim(source: Path, under: str, limit: int) -> Iterator[tuple[str, bytes]]:
    """Names (below the folder ``under``) and bytes of the members there, **unverified**, those beyond ``limit`` bytes left out. Raises `Rejected`."""
    with bundle.open_file(source) as file:
        yield from walk(Reader(file), under, limit)


def walk(reader: Reader, under: str, limit: int) -> Iterator[tuple[str, bytes]]:
    """As `skim`, of what a reader has not read yet."""
    while (member := reader.next())[0]:
        name, size = member
        if name.startswith(f"{under}/") and size <= limit:
            yield name[len(under) + 1 :], reader.body(size, limit)
        else:
            reader.skip(size)


def begin(reader: Reader, desk: Path, verifiers_of: Callable[[Header], tuple[notes.LineVerifier, ...]]) -> Lists:
    """Read note and lists, put the lists into the folder ``desk``, and check them. ``verifiers_of``: header, yet unverified -> whose signature is asked for."""
    note = reader.body(reader.expect(NOTE), notes.NOTE_LIMIT)
    header = bundle.parse_header(notes.split_note(note)[0])
    notes.open_note(note, verifiers_of(header))
    record, working = desk / "record.list", desk / "working.list"
    if _keep(reader, reader.expect(LIST), record) != header.digest:
        raise Rejected(f"{LIST} is not the one that was signed")
    name = hashlib.sha256(note)
    private = size = members = 0
    for member in bundle.listed(record):
        members, size = members + 1, size + member.size
    working.touch()
    mark = reader.ahead()
    if mark == WORKING_LIST:
        name.update(_keep(reader, reader.expect(WORKING_LIST), working).encode())
        for member in bundle.listed(working):
            private, size = private + 1, size + member.size
    if members != header.members:
        raise Rejected(f"{LIST} has {members} members, not the {header.members} signed")
    if members + private > bundle.COUNT_LIMIT:
        raise Rejected(f"The bundle has {members + private} members, more than the {bundle.COUNT_LIMIT} allowed")
    if twice := bundle.same(bundle.listed(record), bundle.listed(working)):
        raise Rejected(f"The bundle lists {twice} as of the record and as a working paper")
    return Lists(header, record, working, members, private, size, name.hexdigest()[:32])


def unpack(reader: Reader, lists: Lists, folder: Path, progress: Progress | None = None) -> Opened:
    """Unpack the members into ``folder``, each one checked, up to a proper end. Raises `Rejected`, or `CochairError` if the medium fails: then it can go on."""
    folder.mkdir(exist_ok=True)
    if lists.size > (free := shutil.disk_usage(folder).free):
        raise CochairError(f"The bundle holds {lists.size} bytes, and {free} are free in {folder}", "Make room, then take it in again")
    done = 0
    for member in chain(bundle.listed(lists.record), bundle.listed(lists.working)):
        _member(reader, member, folder)
        done += member.size
        if progress:
            progress(done, lists.size)
    if (name := reader.next()[0]) != "":
        raise Rejected(f"The bundle holds {name[:80]!r}, which is not listed or stands twice")
    return Opened(folder, lists.header, lists.members, lists.private)


def _keep(reader: Reader, size: int, target: Path) -> str:
    """Put a list into a file -> SHA-256."""
    if size > bundle.LIST_LIMIT:
        raise Rejected(f"A list of the bundle has {size} bytes, more than the {bundle.LIST_LIMIT} allowed")
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for chunk in reader.chunks(size):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _member(reader: Reader, member: Member, folder: Path) -> None:
    name, size = reader.next()
    if not name:
        raise Rejected(f"The bundle lacks listed members, the first is {member.path}", AGAIN)
    if name != member.path:
        raise Rejected(f"The bundle holds {name[:80]!r} where {member.path} is listed", ASK)
    if size != member.size:
        raise Rejected(f"{name} has {size} bytes, not the {member.size} listed")
    target = folder / member.path
    if _stands(target, member):
        reader.skip(size)
        return
    part, digest = folder.parent / "part", hashlib.sha256()
    with part.open("wb") as out:
        for chunk in reader.chunks(size):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != member.digest:
        raise Rejected(f"{member.path} does not have the digest that was listed: it was changed on the way")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise Rejected(f"{member.path} is listed below, or above, another member") from None


def _stands(target: Path, member: Member) -> bool:
    """Whether an earlier try left this member whole: a crash may have left names without their bytes, so the digest decides."""
    try:
        if target.is_symlink() or not target.is_file() or target.stat().st_size != member.size:
            return False
        with target.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == member.digest
    except NotADirectoryError:
        return False


__all__ = ["Lists", "Opened", "Progress", "Readable", "begin", "peek", "read", "skim", "unpack", "walk"]
