"""Writing a bundle: the same members always make the same bytes, so a write that was cut off goes on where it stopped.

``<target>.part`` holds what was written so far. The next write compares what it would write with what stands there, keeps the part that agrees, and goes on
behind it; if the members are others by now, that is near the beginning. Only the whole file gets its name. A sealed bundle differs at each writing: it begins anew.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cochair.exchange import bundle
from cochair.exchange.bundle import BLOCK, COUNT_LIMIT, LIST, NOTE, WORKING_LIST, Header, Member, Since
from cochair.exchange.sealing import seal_stream
from cochair.exchange.unpacking import Progress
from cochair.kit.errors import CochairError, Rejected


class Content(NamedTuple):
    """A file that travels: its path in the tree, and what gives its bytes in portions, the same ones each time."""

    path: str
    chunks: Callable[[], Iterator[bytes]]


def of_file(root: Path, path: str) -> Content:
    """The file at ``path`` below ``root``."""
    return Content(path, lambda: _portions(root / path))


def of_bytes(path: str, data: bytes) -> Content:
    """Bytes at hand."""
    return Content(path, lambda: iter((data,)))


def write(
    target: Path,
    record: Iterable[Content],
    *,
    room: str,
    side: str,
    sign: Callable[[str], bytes],
    working: Iterable[Content] = (),
    since: Sequence[Since] = (),
    recipient: str = "",
    progress: Progress | None = None,
) -> Header:
    """Write a bundle to ``target``, which appears whole or not at all, in memory that does not grow with its size.

    ``sign(text) -> note`` signs with the record's key; with ``recipient`` (age) the file is sealed to it. Raises `CochairError` if the file cannot be written.
    """
    contents = [*sorted(record), *(private := sorted(working))]
    if len(contents) > COUNT_LIMIT:
        raise Rejected(
            f"The bundle would have {len(contents)} members, more than the {COUNT_LIMIT} allowed", "Write what is new alone: --since"
        )
    members = [_describe(content) for content in contents]
    listed = members[: len(members) - len(private)]
    record_list = b"".join(member.line() for member in listed)
    working_list = b"".join(member.line() for member in members[len(listed) :])
    header = Header(room, side, len(listed), hashlib.sha256(record_list).hexdigest(), tuple(sorted(since)))
    heads = [(NOTE, sign(header.text())), (LIST, record_list), *([(WORKING_LIST, working_list)] if private else [])]
    stream = _stream(heads, zip(members, contents, strict=True), sum(member.size for member in members), progress)
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("r+b" if partial.exists() else "w+b") as file:
            if recipient:
                file.truncate(0)
                seal_stream(stream, file, recipient)
            else:
                _go_on(stream, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        raise CochairError(
            f"The bundle could not be written to {target}: {error.strerror}",
            f"Make room, then run the same command: it goes on from {partial.name}; or choose another place",
        ) from error
    return header


def _describe(content: Content) -> Member:
    digest, size = hashlib.sha256(), 0
    for chunk in content.chunks():
        digest.update(chunk)
        size += len(chunk)
    return Member(content.path, size, digest.hexdigest())


def _stream(
    heads: Iterable[tuple[str, bytes]], rest: Iterable[tuple[Member, Content]], total: int, progress: Progress | None
) -> Iterator[bytes]:
    """All bytes of the file, in order."""
    length = done = 0
    for name, data in heads:
        padded = bundle.tar_header(name, len(data)) + data + bytes(-len(data) % BLOCK)
        length += len(padded)
        yield padded
    for member, content in rest:
        yield bundle.tar_header(member.path, member.size)
        left = member.size
        for chunk in content.chunks():
            left -= len(chunk)
            yield chunk
        if left:
            raise CochairError(f"{member.path} changed while the bundle was written", "Write it again")
        yield bytes(-member.size % BLOCK)
        length += BLOCK + member.size + -member.size % BLOCK
        done += member.size
        if progress:
            progress(done, total)
    yield bundle.ending(length)


def _go_on(stream: Iterator[bytes], file: BinaryIO) -> None:
    """Write the stream over what stands in the file, from the first difference on."""
    agrees = True
    for data in stream:
        if agrees:
            at = file.tell()
            if file.read(len(data)) == data:
                continue
            agrees = False
            file.seek(at)
            file.truncate()
        file.write(data)
    file.truncate()


def _portions(path: Path) -> Iterator[bytes]:
    try:
        file = path.open("rb")
    except FileNotFoundError:  # a whole tile took the place of a part
        raise CochairError(f"{path.name} went while the bundle was written", "Write it again") from None
    with file:
        while chunk := file.read(bundle.CHUNK):
            yield chunk
