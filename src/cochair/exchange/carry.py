"""Bundles of a room: what this node publishes, written as one file; and a file from the other Side, read and pulled from."""

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from cochair.exchange import packing, pull, sealing, unpacking
from cochair.exchange.bundle import NOTE, Header, Reader, Since, parse_header
from cochair.exchange.packing import Content, of_bytes, of_file
from cochair.exchange.sources import FolderSource
from cochair.exchange.unpacking import Progress
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger import notes
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.keychanges import open_change
from cochair.ledger.merkle import Frontier, leaf_hash
from cochair.ledger.notes import split_note
from cochair.ledger.papers import open_structural
from cochair.ledger.tiles import WIDTH, bundles_for
from cochair.record import changes, spool
from cochair.record.node import Node
from cochair.record.tree import log_files, write_tree

BESIDE = (sealing.FILE, changes.FILE)
"""Files that stand beside the checkpoint of a record and travel with it, if there are any."""
_PORTION = 4096


class Log(NamedTuple):
    """A log as it travels: the checkpoint that it had when the writing began, and from which entry on."""

    origin: str
    note: bytes
    size: int
    start: int

    @property
    def is_record(self) -> bool:
        """Whether what it says may be signed."""
        return parse_origin(self.origin).log == RECORD


def write_bundle(
    node: Node,
    room: str,
    target: Path,
    *,
    working: bool = True,
    papers: Collection[str] | None = None,
    to: str = "",
    new: bool = False,
    since: int | None = None,
    sealed: bool = False,
    progress: Progress | None = None,
) -> Header:
    """Write what this node publishes in ``room`` to ``target``; without ``working`` only what belongs to the record, for anybody to check.

    Of papers goes to anybody only what proves: texts of agreed manifests, signatures and certificates under them; with ``papers`` no other than these at all.
    Entries name papers whose bytes are nobody else's business, lists of persons and letters among them.

    The logs of the other Sides that this node mirrors travel too: so a bundle is complete in itself, and gives a Side that lost its log its bytes back.

    ``new``: only what the Side ``to`` (the only other one, if none is named) has not acknowledged; ``since``: of our own record from that entry on.
    ``sealed``: to that Side. An unfinished write goes on (`packing`).
    """
    if new or since is not None or sealed:
        to = the_other(node, room, to)
    starts = _starts(node, room, to, since) if new or since is not None else {}
    sealing.own_recipient(node, room)
    logs = _logs(node, room, starts)
    settled = _settled(node, room)
    record = set(_record_names(node, room, logs, settled, whole=not starts))
    private = set(_working_names(node, room, logs, whole=not starts)) if working else set()
    papers = settled if papers is None and not working else papers
    if papers is not None:
        record = {path for path in record if not path.startswith(f"{room}/paper/") or path.rpartition("/")[2] in papers}
    recipient = sealing.recipient_of(node, room, to) if sealed else ""
    return packing.write(
        target,
        _contents(node, room, logs, record),
        room=room,
        side=node.side,
        sign=lambda text: node.signer.sign_text(node.origin(room), text),
        working=_contents(node, room, logs, private - record),
        since=[Since(log.origin, log.start, root_at(node, room, log.origin, log.start)) for log in logs if log.is_record and log.start],
        recipient=recipient,
        progress=progress,
    )


def the_other(node: Node, room: str, side: str = "") -> str:
    """The Side that a bundle is for; raises `NotFound` or `Conflict` if it is not clear."""
    peers = list(node.peers(room))
    if side and side not in peers:
        raise NotFound("{side} is no other Side of this room", "Look on the record page which Sides there are", side=side)
    if not side and len(peers) != 1:
        raise Conflict(
            "It is not clear which Side the bundle is for", "Name it, with --for; if no node is paired yet, pair the nodes first"
        )
    return side or peers[0]


def acknowledged(node: Node, room: str, side: str) -> dict[str, int]:
    """Origin -> how many entries a Side surely holds: what it said to have seen, and, of its own logs, what came from it."""
    slug = node.structural(room, room)["slug"]
    domains = {node.side: node.domain, **{peer.side: peer.domain for peer in node.peers(room).values()}}
    found = {origin: size for origin, (size, _root) in node.heads(room).items() if parse_origin(origin).side == side}
    with node.read() as tx:
        for table in ("j_head", "w_head"):  # a working log acknowledges heads of the record as well
            for row in tx.query(f"SELECT log, of, size FROM {table} WHERE room = ?", (room,)):  # noqa: S608 -- our own names
                owner, _, name = row["of"].partition("/")
                if row["log"].startswith(f"{side}/") and owner in domains:
                    origin = f"{domains[owner]}/{slug}/{owner}/{name}"
                    found[origin] = max(found.get(origin, 0), row["size"])
    return found


def root_at(node: Node, room: str, origin: str, size: int) -> str:
    """Root over the first ``size`` entries of a log, hex."""
    frontier = Frontier()
    for start in range(0, size, _PORTION):
        frontier.extend([leaf_hash(data) for data in node.entries(room, origin, start, min(start + _PORTION, size))])
    return frontier.root().hex()


def read_bundle(node: Node, source: Path, progress: Progress | None = None) -> tuple[str, pull.Pulled]:
    """Take in a bundle of a room that this node is in -> room, what came. `Rejected` as a whole if the file is not in order; `NotFound` for another room."""
    with unpacked(node, source, progress) as (room, folder):
        pulled = pull.pull(node, room, folder)
        for origin in [where for where, why in pulled.problems.items() if why.startswith("stale")]:
            del pulled.problems[origin]  # a file is as old as the day it was written
        return room, pulled


@contextmanager
def unpacked(node: Node, source: Path, progress: Progress | None = None) -> Iterator[tuple[str, FolderSource]]:
    """A bundle, checked and unpacked for the time of the block -> room, source to pull from. Raises as `read_bundle`.

    Cut off (a medium that fails, a process that ends), it goes on at the next try: members that were unpacked are not read again.
    """
    _meet(node, source)
    with spool.workplace(node.folder, "lists") as desk, sealing.opened(node, source) as file:
        reader = Reader(file)
        try:
            lists = unpacking.begin(reader, desk, lambda header: tuple(_sender(node, header)))
            _connects(node, lists.header)
            with spool.import_place(node.folder, lists.name) as place:
                try:
                    opened = unpacking.unpack(reader, lists, place / "tree", progress)
                except Rejected:
                    shutil.rmtree(place, ignore_errors=True)
                    raise
                yield lists.header.room, FolderSource(opened.folder)
                shutil.rmtree(place, ignore_errors=True)
        except OSError as error:
            raise CochairError(
                "{file} cannot be read or written: {why}",
                "Look at the medium and the disk, then take the bundle in again: it goes on",
                file=error.filename or source.name,
                why=error.strerror,
            ) from error


def _sender(node: Node, header: Header) -> list[notes.LineVerifier]:
    if header.room not in node.rooms():
        raise NotFound("The bundle is of a room that this node is not in", "Pair the nodes first: cochair node pair")
    peer = node.peers(header.room).get(header.side)
    if peer is None:
        raise Rejected(
            "The bundle is of {side}, whose node is not paired with this one",
            "Pair the nodes first, or take the bundle of the other Side",
            side=header.side,
        )
    return [notes.Verifier(key) for key in changes.keys_of(node, header.room, node.origin(header.room, side=header.side)).all]


def _meet(node: Node, source: Path) -> None:
    """Where a bundle is under a key that is not known yet, take the changes of its sender's key that it carries: root keys signed them."""
    with sealing.opened(node, source) as file:
        reader = Reader(file)
        note = reader.body(reader.expect(NOTE), notes.NOTE_LIMIT)
        header = parse_header(notes.split_note(note)[0])
        known = _sender(node, header)
        try:
            notes.open_note(note, known)
        except Rejected:
            record = node.origin(header.room, side=header.side)
            for name, data in unpacking.walk(reader, record, changes.FILE_LIMIT):
                if name == changes.FILE:
                    changes.learn(node, header.room, record, data)
                    return


@contextmanager
def unpacked_unknown(source: Path) -> Iterator[tuple[str, FolderSource]]:
    """A bundle of a room that this machine knows nothing of, in order in itself: its list is under a key that terms in it name for its sender. Nothing more is believed."""
    header = unpacking.peek(source)
    keys = set[str]()
    for name, data in unpacking.skim(source, f"{header.room}/structural", notes.NOTE_LIMIT):
        with suppress(Rejected):
            terms = open_structural(data, name)
            given = terms.get("sides", []) if isinstance(terms, dict) and terms.get("what") == "terms" else []
            for each in given:
                if isinstance(each, dict) and each.get("side") == header.side and each.get("log_key"):
                    keys.add(str(each["log_key"]))
                    keys.update(_later(source, str(each["log_key"]), each.get("root_keys")))
    if not keys:
        raise Rejected(
            "The bundle holds no terms that name {side}, who is said to have sent it", "Ask for a bundle of the record", side=header.side
        )
    with unpacking.read(source, verifiers=[notes.Verifier(key) for key in sorted(keys)], beside=source.absolute().parent) as opened:
        yield header.room, FolderSource(opened.folder)


def _later(source: Path, first: str, roots: object) -> list[str]:
    """Keys with which the record of a bundle's sender went on, by two of the root keys that its terms name."""
    found = []
    if isinstance(roots, list) and all(isinstance(root, str) for root in roots):
        for name, data in unpacking.skim(source, notes.parse_vkey(first)[0], changes.FILE_LIMIT):
            if name == changes.FILE:
                found += [open_change(note, roots).key for note in changes.parse_notes(data)]
    return found


def _connects(node: Node, header: Header) -> None:
    """Raise unless this node holds what the bundle goes on from."""
    heads = node.heads(header.room)
    for origin, size, root in header.since:
        held = heads.get(origin, (0, b""))[0]
        if held < size:
            raise Conflict(
                "The bundle goes on from entry {size} of {origin}, and {held} are held here: the one with the entries {held} to {last} is missing",
                "Take that one in first, or ask {side} for another: cochair bundle write --since {held}",
                size=size,
                origin=origin,
                held=held,
                last=size - 1,
                side=header.side,
            )
        if root_at(node, header.room, origin, size) != root:
            raise Rejected(
                "The bundle goes on from other entries of {origin} than the {size} that are held here",
                "Ask {side} for a whole bundle: it shows which is so",
                origin=origin,
                size=size,
                side=header.side,
            )


def _starts(node: Node, room: str, to: str, since: int | None) -> dict[str, int]:
    starts = acknowledged(node, room, to)
    if since is not None:
        own = node.origin(room)
        if not 0 <= since <= (held := node.heads(room)[own][0]):
            raise Conflict("The own record has {held} entries, not {since}", "Name a size that it had", held=held, since=since)
        starts[own] = since
    return {origin: start for origin, start in starts.items() if start}


def _logs(node: Node, room: str, starts: dict[str, int]) -> list[Log]:
    """Every log with a checkpoint whose tiles stand in the tree: others may write meanwhile, and whole tiles replace partial ones."""
    for _ in range(8):
        found = []
        for origin in node.heads(room):
            try:
                note = node.checkpoint(room, origin)
            except NotFound:
                continue
            size = Checkpoint.parse(split_note(note)[0]).size
            found.append(Log(origin, note, size, min(starts.get(origin, 0), size)))
        write_tree(node, room)
        if all((node.publisher.tree / path).is_file() for log in found for path in _tiles(log)):
            return found
    raise Conflict("The logs grow while the bundle is written", "Write it again in a moment")


def _tiles(log: Log) -> Iterator[str]:
    """All of a whole log; of one that goes on, the entries alone: hashes are made from them."""
    tiles = bundles_for(log.size, log.start // WIDTH * WIDTH) if log.start else log_files(log.origin, log.size)
    return (f"{log.origin}/{tile.path}" for tile in tiles)


def _contents(node: Node, room: str, logs: Iterable[Log], paths: Iterable[str]) -> list[Content]:
    """What is held of these paths: checkpoints and notes as they were at the beginning, papers as they are opened, the rest from the tree."""
    tree = node.publisher.tree
    pinned = {f"{log.origin}/checkpoint": log.note for log in logs}
    found = []
    for path in paths:
        if path in pinned:
            found.append(of_bytes(path, pinned[path]))
        elif path.startswith(f"{room}/paper/"):
            name = path.rpartition("/")[2]
            if node.papers.has(room, name):
                found.append(Content(path, lambda name=name: node.papers.chunks(room, name)))  # type: ignore[misc]  # bound now
        elif (tree / path).is_file():
            fixed = "/tile/" in path or path.startswith(f"{room}/structural/")
            found.append(of_file(tree, path) if fixed else of_bytes(path, (tree / path).read_bytes()))
    return found


def _names_of(node: Node, room: str, logs: Iterable[Log]) -> set[str]:
    """Whatever the entries that travel name."""
    names = set[str]()
    for log in logs:
        for start in range(log.start, log.size, _PORTION):
            for data in node.entries(room, log.origin, start, min(start + _PORTION, log.size)):
                names.update(pull.names_of(data))
    return names


def _record_names(node: Node, room: str, logs: list[Log], settled: Collection[str], *, whole: bool) -> Iterator[str]:
    """Logs, the structural contents that their entries lead to, and papers: none that a working log names, unless it was settled. The list of these is signed."""
    records = [log for log in logs if log.is_record]
    for log in records:
        yield f"{log.origin}/checkpoint"
        yield f"{room}/cosigned/{log.origin}"
        yield from (f"{log.origin}/{name}" for name in BESIDE)
        yield from _tiles(log)
    named = {room} | _names_of(node, room, records)
    held = set(node.papers.structural_held(room))
    reached, fresh = set[str](), named & held
    while fresh:
        reached |= fresh
        fresh = {name for digest in fresh for name in pull.names_in(node.structural(room, digest))} & held - reached
    yield from (f"{room}/structural/{digest}" for digest in reached)
    private = _names_of(node, room, [log._replace(start=0) for log in logs if not log.is_record])
    named |= set(settled) if whole else {name for digest in reached for name in pull.names_in(node.structural(room, digest))} & set(settled)
    yield from (f"{room}/paper/{name}" for name in named - (private - set(settled)))


def _settled(node: Node, room: str) -> set[str]:
    """Papers that prove what is agreed: those that agreed manifests name, the signatures that count, and the certificates of their mandates."""
    with node.read() as tx:
        agreed = tx.query("SELECT agreed FROM j_slot WHERE room = ? AND agreed IS NOT NULL AND kind <> 'terms'", (room,))
        seals = tx.query("SELECT s.paper, k.certificate FROM j_seal s LEFT JOIN j_key k ON k.room = s.room AND k.id = s.key WHERE s.room = ?"
            " AND s.counts = 1 AND s.slot NOT LIKE 'terms|%'", (room,))  # fmt: skip
    names = {name for row in seals for name in row.values() if name}
    return names | {name for row in agreed for name in pull.names_in(node.papers.structural(room, row["agreed"]))}


def _working_names(node: Node, room: str, logs: list[Log], *, whole: bool) -> Iterator[str]:
    """Working logs with what they name, and what else the other Side may want before it is sealed: manifests that were prepared, with their texts."""
    private = [log for log in logs if not log.is_record]
    for log in private:
        yield f"{log.origin}/checkpoint"
        yield from _tiles(log)
    yield from (f"{room}/paper/{name}" for name in _names_of(node, room, private))
    with node.read() as tx:
        sealed = {row["manifest"] for row in tx.query("SELECT DISTINCT manifest FROM j_seal WHERE room = ?", (room,))}
    for digest in node.papers.structural_held(room):
        if whole or digest not in sealed | {room}:
            yield f"{room}/structural/{digest}"
            yield from (f"{room}/paper/{name}" for name in pull.names_in(node.structural(room, digest)))
