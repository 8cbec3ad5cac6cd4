"""The tree of static files that a node publishes: what its peer pulls, from HTTPS, a folder, a drop or a medium. Derived from the tables, never synced.

    <origin>/keys                         changes of the record's key, if there were any (docs/formats/key-change.md)
    <origin>/checkpoint                   the note; written last, so that whoever reads it finds the tiles it covers
    <origin>/tile/<level>/<index>         hash tiles, 256 wide, whole ones for ever, partial ones (`.p/<width>`) for the newest size
    <origin>/tile/entries/<index>         entry bundles, likewise
    <room>/structural/<digest>            terms, manifests
    <room>/paper/<id>                     salt || bytes; gone once erased

Papers lie in a tree in clear. In the node's own they stand only where others pull from that folder itself (`open_tree`): over HTTPS the node answers with
the paper as it opens it, and a bundle is written from the sealed files.

Mirrored logs stand beside the own ones, so that a Side that lost its log finds its bytes with the other. The own ``checkpoint`` of a node's own tree is
written by each write at once (`record.publish`), the tiles behind it by `write_tree`: serve only after calling it. What is not synced may be torn once the
machine has stopped: at the first start of a node after a start of the machine all of it goes, and is made again (`drop_unsynced`).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cochair.kit.errors import CochairError, NotFound
from cochair.kit.ids import parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import leaf_hash
from cochair.ledger.notes import split_note
from cochair.ledger.tiles import WIDTH, Tile, bundle_encode, bundles_for, hash_tile, subtree_roots, tiles_for
from cochair.record import changes
from cochair.record.papers import listed
from cochair.record.publish import write_derived

if TYPE_CHECKING:
    from cochair.record.node import Node

OPEN = "open-tree"
"""A file in the node's folder: its tree holds papers."""


def write_tree(node: Node, room: str, folder: Path | None = None) -> int:
    """Bring a tree (the node's own, if no folder is named) up to the room's heads -> how many files were written. Done twice, the second writes none."""
    base = node.publisher.tree if folder is None else folder
    written = sum(_write_log(node, room, origin, base) for origin in node.heads(room))
    for digest in sorted(set(node.papers.structural_held(room)) - listed(base / room / "structural")):
        written += _link(node.papers.structural_path(room, digest), base / room / "structural" / digest)
    held = set(node.papers.held(room)) if folder is not None or tree_is_open(node) else set()
    there = listed(base / room / "paper")
    for name in sorted(held - there):
        written += _unseal(node, room, name, base / room / "paper" / name)
    for path in there - held:
        # what another process is just putting there begins with a dot and has more behind the name
        name = path.split(".")[1] if path.startswith(".") else path
        if name not in held:
            (base / room / "paper" / path).unlink(missing_ok=True)
    return written


def open_tree(node: Node, *, is_open: bool = True) -> None:
    """Let papers stand in the node's own tree, in clear, for others who pull from that folder; or no longer. Takes effect at once, and stays so."""
    mark = node.folder / OPEN
    if is_open:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    for room in node.rooms():
        write_tree(node, room)


def tree_is_open(node: Node) -> bool:
    """Whether papers stand in the node's own tree."""
    return (node.folder / OPEN).exists()


BOOT = "boot"
"""File in the node's folder: during which run of the machine the tree was begun."""
KEPT = "by-peers"
"""Folder of a room's tree with the other Sides' cosignatures of our checkpoints: received, synced, not to be made again here."""


def boot() -> bytes:
    """The present run of the machine: another one after each start."""
    return Path("/proc/sys/kernel/random/boot_id").read_bytes()


def drop_unsynced(folder: Path) -> None:
    """Remove what is derived from a node's tree if the machine was started since it was begun: half of any such file may be missing, and be served for ever."""
    mark, now = folder / BOOT, boot()
    if mark.exists() and mark.read_bytes() == now:
        return
    for path in [path for path in (folder / "tree").rglob("*") if not path.is_dir() and path.parent.name != KEPT]:
        path.unlink(missing_ok=True)
    write_derived(mark, now)


def log_files(origin: str, size: int) -> list[Tile]:
    """All tiles and bundles of a log of `size` entries."""
    parse_origin(origin)
    return [*tiles_for(size), *bundles_for(size)]


def _write_log(node: Node, room: str, origin: str, base: Path) -> int:
    try:
        note = node.checkpoint(room, origin)
    except NotFound:
        return 0
    size = Checkpoint.parse(split_note(note)[0]).size
    folder = base / origin
    missing = [tile for tile in log_files(origin, size) if not (folder / tile.path).exists()]
    start = min((tile.index * WIDTH ** ((tile.level or 0) + 1) for tile in missing), default=size)
    first = start // WIDTH * WIDTH
    entries = node.entries(room, origin, first, size) if missing else []
    leaves = [leaf_hash(data) for data in entries]
    for tile in missing:
        if tile.level is None:
            at = tile.index * WIDTH - first
            data = bundle_encode(entries[at : at + tile.width])
        else:
            data = hash_tile(_above(node, room, origin, leaves, first, tile), 0, 0, tile.width)
        write_derived(folder / tile.path, data)
        if tile.width == WIDTH:
            shutil.rmtree(folder / f"{tile.path}.p", ignore_errors=True)
    if (notes := changes.notes_of(node, room, origin)) and (data := changes.notes_file(notes)):
        path = folder / changes.FILE
        if not path.exists() or path.read_bytes() != data:
            write_derived(path, data)
    checkpoint = folder / "checkpoint"
    if not checkpoint.exists() or checkpoint.read_bytes() != note:
        write_derived(checkpoint, note)
        return len(missing) + 1
    return len(missing)


def altered(node: Node, room: str) -> list[str]:
    """Paths, below the node's own tree, of tiles and bundles of the newest sizes that are there and are not what the tables give."""
    base, wrong = node.publisher.tree, []
    for origin, (size, _) in node.heads(room).items():
        there = [tile for tile in log_files(origin, size) if (base / origin / tile.path).exists()]
        entries = node.entries(room, origin) if there else []
        leaves = [leaf_hash(data) for data in entries]
        for tile in there:
            at = tile.index * WIDTH
            data = (
                bundle_encode(entries[at : at + tile.width])
                if tile.level is None
                else hash_tile(leaves, tile.level, tile.index, tile.width)
            )
            if (base / origin / tile.path).read_bytes() != data:
                wrong.append(f"{origin}/{tile.path}")
    return wrong


def published_leaves(node: Node, room: str, origin: str) -> list[bytes]:
    """Leaf hashes as the tree's own hash tiles of the present size have them; [] if one is missing. Whether they are right, their root tells."""
    size = node.heads(room).get(origin, (0, b""))[0]
    found: list[bytes] = []
    for tile in tiles_for(size):
        if tile.level == 0:
            try:
                data = (node.publisher.tree / origin / tile.path).read_bytes()
            except OSError:
                return []
            found += [data[at : at + 32] for at in range(0, len(data), 32)]
    return found


def _above(node: Node, room: str, origin: str, leaves: list[bytes], first: int, tile: Tile) -> list[bytes]:
    """The hashes of one tile: leaf hashes, or roots of whole subtrees below it."""
    level = tile.level or 0
    span = WIDTH**level
    start, end = tile.index * WIDTH * span, (tile.index * WIDTH + tile.width) * span
    hashes = leaves[start - first : end - first] if start >= first else [leaf_hash(d) for d in node.entries(room, origin, start, end)]
    for _ in range(level):
        hashes = subtree_roots(hashes)
    return hashes


def _link(source: Path, target: Path) -> int:
    """The same bytes under a second name, without a copy where the disk allows it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        write_derived(target, source.read_bytes())
    return 1


def _unseal(node: Node, room: str, name: str, target: Path) -> int:
    """A paper in clear where the peer reads it."""
    try:
        write_derived(target, node.papers.stored(room, name))
    except CochairError:
        return 0  # altered, or erased meanwhile: `fsck` speaks of it
    return 1
