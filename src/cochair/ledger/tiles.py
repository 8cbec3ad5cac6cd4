"""Tiles and entry bundles, c2sp.org/tlog-tiles: a log as static files (`docs/formats/log.md`).

- ``tile/<level>/<index>`` holds up to 256 hashes of the tree's level ``8 * level``; ``tile/entries/<index>`` up to 256 entries, each behind its
  length as u16be. An index is written in groups of three digits, all but the last marked: 1234067 is ``x001/x234/067``.
- A tile with fewer than 256 exists only at the right edge of a signed size and carries its width: ``….p/5``. Width 256 is never written.
- Paths are read as strictly as they are written: one tile, one path.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cochair.kit.errors import Rejected
from cochair.ledger.merkle import HASH_SIZE, MAX_SIZE, pair_up

WIDTH = 256
MAX_LEVEL = 7  # 256**8 leaves are more than any size
ENTRY_CAP = 65535
BUNDLE_LIMIT = WIDTH * (2 + ENTRY_CAP)
ENTRIES = "entries"

_PATH = re.compile(r"tile/([0-7]|entries)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of a log. ``level`` is None for an entry bundle, ``width`` the number of hashes or entries in it, 1 .. 256."""

    level: int | None
    index: int
    width: int

    @property
    def path(self) -> str:
        """Path below the log's prefix."""
        return entries_path(self.index, self.width) if self.level is None else tile_path(self.level, self.index, self.width)


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """``tile/0/x001/234`` or, when partial, ``tile/0/x001/234.p/5``; raises `Rejected` outside the bounds."""
    if not 0 <= level <= MAX_LEVEL:
        raise Rejected(f"There is no tile level {level}")
    return f"tile/{level}/{_index(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """``tile/entries/x001/234``; raises `Rejected` outside the bounds."""
    return f"tile/{ENTRIES}/{_index(index, width)}"


def _index(index: int, width: int) -> str:
    if not 0 <= index <= MAX_SIZE // WIDTH or not 1 <= width <= WIDTH:
        raise Rejected(f"There is no tile {index} of width {width}")
    head, last = divmod(index, 1000)
    text = f"{last:03}"
    while head:
        head, last = divmod(head, 1000)
        text = f"x{last:03}/{text}"
    return text if width == WIDTH else f"{text}.p/{width}"


def parse_path(path: str) -> Tile:
    """The tile that a path names; raises `Rejected` unless ``parse_path(path).path == path``."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise Rejected(f"{path[:80]!r} is not the path of a tile")
    level = None if match[1] == ENTRIES else int(match[1])
    tile = Tile(level, int(match[2].replace("x", "").replace("/", "")), int(match[3] or WIDTH))
    if tile.path != path:
        raise Rejected(f"{path[:80]!r} is not the path of a tile")
    return tile


def tiles_for(size: int, old: int = 0) -> Iterator[Tile]:
    """Every hash tile of a log of ``size`` entries that a log of ``old`` entries did not have, level by level, partial ones last in a level."""
    _check_sizes(size, old)
    for level in range(MAX_LEVEL + 1):
        yield from _row(level, size >> 8 * level, old >> 8 * level)


def bundles_for(size: int, old: int = 0) -> Iterator[Tile]:
    """Every entry bundle of a log of ``size`` entries that a log of ``old`` entries did not have, in order."""
    _check_sizes(size, old)
    yield from _row(None, size, old)


def _check_sizes(size: int, old: int) -> None:
    if not 0 <= old <= size <= MAX_SIZE:
        raise Rejected(f"A log of {size} entries cannot continue one of {old}")


def _row(level: int | None, count: int, old: int) -> Iterator[Tile]:
    if count == old:
        return
    for index in range(old // WIDTH, count // WIDTH):
        yield Tile(level, index, WIDTH)
    if count % WIDTH:
        yield Tile(level, count // WIDTH, count % WIDTH)


def subtree_roots(hashes: Sequence[bytes]) -> list[bytes]:
    """Roots of each whole run of 256 hashes: the hashes one tile level up. A rest of fewer is left out."""
    nodes = list(hashes[: len(hashes) // WIDTH * WIDTH])
    for _ in range(8):
        nodes = pair_up(nodes)
    return nodes


def hash_tile(leaf_hashes: Sequence[bytes], level: int, index: int, width: int = WIDTH) -> bytes:
    """The bytes of one tile, from all leaf hashes of the log; raises `Rejected` if the log does not fill that width."""
    span = WIDTH**level
    nodes = list(leaf_hashes[index * WIDTH * span : (index * WIDTH + width) * span])
    for _ in range(level):
        nodes = subtree_roots(nodes)
    if len(nodes) != width:
        raise Rejected(f"A log of {len(leaf_hashes)} entries has no {tile_path(level, index, width)}")
    return b"".join(nodes)


def tile_hashes(data: bytes, width: int = WIDTH) -> list[bytes]:
    """The hashes in a tile's bytes; raises `Rejected` unless there are exactly ``width``."""
    if not 1 <= width <= WIDTH or len(data) != width * HASH_SIZE:
        raise Rejected(f"A tile of width {width} has {len(data)} bytes")
    return [data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE)]


def bundle_encode(entries: Iterable[bytes]) -> bytes:
    """The bytes of an entry bundle of 1 to 256 entries; raises `Rejected`."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_CAP:
            raise Rejected(f"An entry of {len(entry)} bytes does not fit into a bundle")
        parts += (len(entry).to_bytes(2, "big"), entry)
    if not 2 <= len(parts) <= 2 * WIDTH:
        raise Rejected(f"A bundle holds 1 to {WIDTH} entries, not {len(parts) // 2}")
    return b"".join(parts)


def bundle_decode(data: bytes) -> list[bytes]:
    """The entries of a bundle; raises `Rejected` unless ``bundle_encode`` gives the same bytes."""
    entries: list[bytes] = []
    place, end = 0, len(data)
    while place + 1 < end and len(entries) <= WIDTH:
        start = place + 2
        place = start + (data[place] << 8 | data[place + 1])  # a fifth faster than a slice for `int.from_bytes`: this runs once an entry
        entries.append(data[start:place])
    if place != end or not 1 <= len(entries) <= WIDTH:
        raise Rejected(f"The bytes are not a bundle of 1 to {WIDTH} entries")
    return entries
