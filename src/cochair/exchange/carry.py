"""Bundles of a room: what this node publishes, written as one file; and a file from the other Side, read and pulled from."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cochair.exchange import bundle, pull
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import NotFound, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger import notes
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.notes import split_note
from cochair.ledger.papers import open_structural
from cochair.record.node import Node
from cochair.record.tree import log_files, write_tree


def write_bundle(node: Node, room: str, target: Path, *, working: bool = True, papers: Collection[str] | None = None) -> bundle.Header:
    """Write all that this node publishes in ``room`` to ``target``; without ``working`` only what belongs to the record, for anybody to check.

    Of papers goes to anybody only what proves: texts of agreed manifests, signatures and certificates under them; with ``papers`` no other than these at all.
    Entries name papers whose bytes are nobody else's business, lists of persons and letters among them.

    The logs of the other Sides that this node mirrors travel too: so a bundle is complete in itself, and gives a Side that lost its log its bytes back.
    """
    write_tree(node, room)
    tree = node.publisher.tree
    settled = _settled(node, room)
    record, private = set(_record_files(node, room, settled)), set(_working_files(node, room)) if working else set()
    papers = settled if papers is None and not working else papers
    if papers is not None:
        record = {path for path in record if not path.startswith(f"{room}/paper/") or path.rpartition("/")[2] in papers}
    held = {path for path in record | private if (tree / path).is_file()}
    return bundle.write(
        target,
        tree,
        room=room,
        side=node.side,
        record=record & held,
        sign=lambda text: node.signer.sign_text(node.origin(room), text),
        working=(private - record) & held,
    )


def read_bundle(node: Node, source: Path) -> tuple[str, pull.Pulled]:
    """Take in a bundle of a room that this node is in -> room, what came. `Rejected` as a whole if the file is not in order; `NotFound` for another room."""
    with unpacked(node, source) as (room, folder):
        return room, pull.pull(node, room, folder)


@contextmanager
def unpacked(node: Node, source: Path) -> Iterator[tuple[str, FolderSource]]:
    """A bundle, checked and unpacked for the time of the block -> room, source to pull from. Raises as `read_bundle`."""
    header = bundle.peek(source)
    if header.room not in node.rooms():
        raise NotFound("The bundle is of a room that this node is not in", "Pair the nodes first: cochair node pair")
    peer = node.peers(header.room).get(header.side)
    if peer is None:
        raise Rejected(
            "The bundle is of {side}, whose node is not paired with this one",
            "Pair the nodes first, or take the bundle of the other Side",
            side=header.side,
        )
    with bundle.read(source, verifiers=[notes.Verifier(peer.log_key)], beside=node.folder) as opened:
        if opened.header != header:
            raise Rejected("The bundle changed while it was read")
        yield header.room, FolderSource(opened.folder)


@contextmanager
def unpacked_unknown(source: Path) -> Iterator[tuple[str, FolderSource]]:
    """A bundle of a room that this machine knows nothing of, in order in itself: its list is under a key that terms in it name for its sender. Nothing more is believed."""
    header = bundle.peek(source)
    keys = set()
    for name, data in bundle.skim(source, f"{header.room}/structural", notes.NOTE_LIMIT):
        with suppress(Rejected):
            terms = open_structural(data, name)
            given = terms.get("sides", []) if isinstance(terms, dict) and terms.get("what") == "terms" else []
            keys |= {
                str(each["log_key"]) for each in given if isinstance(each, dict) and each.get("side") == header.side and each.get("log_key")
            }
    if not keys:
        raise Rejected(
            "The bundle holds no terms that name {side}, who is said to have sent it", "Ask for a bundle of the record", side=header.side
        )
    with bundle.read(source, verifiers=[notes.Verifier(key) for key in sorted(keys)], beside=source.absolute().parent) as opened:
        yield header.room, FolderSource(opened.folder)


def _logs(node: Node, room: str, *, record: bool) -> Iterator[tuple[str, int]]:
    for origin in node.heads(room):
        if (parse_origin(origin).log == RECORD) is record:
            try:
                yield origin, Checkpoint.parse(split_note(node.checkpoint(room, origin))[0]).size
            except NotFound:
                continue


def _record_files(node: Node, room: str, settled: Collection[str]) -> Iterator[str]:
    """Logs, the structural contents that their entries lead to, and papers: none that a working log names, unless it was settled. The list of these is signed."""
    named = {room}
    for origin, size in _logs(node, room, record=True):
        yield f"{origin}/checkpoint"
        yield f"{room}/cosigned/{origin}"
        yield from (f"{origin}/{tile.path}" for tile in log_files(origin, size))
        named.update(name for data in node.entries(room, origin, 0, size) for name in pull.names_of(data))
    held = set(node.papers.structural_held(room))
    reached, fresh = set[str](), named & held
    while fresh:
        reached |= fresh
        fresh = {name for digest in fresh for name in pull.names_in(node.structural(room, digest))} & held - reached
    yield from (f"{room}/structural/{digest}" for digest in reached)
    yield from (f"{room}/paper/{name}" for name in named - _working_names(node, room) | set(settled))


def _settled(node: Node, room: str) -> set[str]:
    """Papers that prove what is agreed: those that agreed manifests name, the signatures that count, and the certificates of their mandates."""
    with node.read() as tx:
        agreed = tx.query("SELECT agreed FROM j_slot WHERE room = ? AND agreed IS NOT NULL AND kind <> 'terms'", (room,))
        seals = tx.query("SELECT s.paper, k.certificate FROM j_seal s LEFT JOIN j_key k ON k.room = s.room AND k.id = s.key WHERE s.room = ?"
            " AND s.counts = 1 AND s.slot NOT LIKE 'terms|%'", (room,))  # fmt: skip
    names = {name for row in seals for name in row.values() if name}
    return names | {name for row in agreed for name in pull.names_in(node.papers.structural(room, row["agreed"]))}


def _working_names(node: Node, room: str) -> set[str]:
    logs = list(_logs(node, room, record=False))
    return {name for origin, size in logs for data in node.entries(room, origin, 0, size) for name in pull.names_of(data)}


def _working_files(node: Node, room: str) -> Iterator[str]:
    """Working logs with what they name, and what else the other Side may want before it is sealed: manifests that were prepared, with their texts."""
    for origin, size in _logs(node, room, record=False):
        yield f"{origin}/checkpoint"
        yield from (f"{origin}/{tile.path}" for tile in log_files(origin, size))
    yield from (f"{room}/paper/{name}" for name in _working_names(node, room))
    for digest in node.papers.structural_held(room):
        yield f"{room}/structural/{digest}"
        yield from (f"{room}/paper/{name}" for name in pull.names_in(node.structural(room, digest)))
