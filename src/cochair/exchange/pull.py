"""Pulling: take what the other Sides have written since last time, from wherever their tree is put.

For each log of each peer: its checkpoint, then the entry bundles that are missing, then the structural contents and papers that those entries name, and only then
the entries themselves, which the node verifies against the checkpoint. What a source withholds is asked for again next time; what it made up is refused by
the node, log by log, without holding up the others. Order of things afterwards: acknowledge (`seen` in the own logs), cosign, settle findings by hand of `protocol`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cochair.exchange import sealing
from cochair.exchange.sources import Source
from cochair.kit.errors import CochairError, Conflict, NotHeld, Rejected
from cochair.kit.ids import RECORD, Origin
from cochair.ledger import notes
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.cosignatures import CosignatureVerifier
from cochair.ledger.entries import decode
from cochair.ledger.tiles import bundle_decode, entries_path
from cochair.protocol import endings, renewing
from cochair.record import changes, faults, queries, receiving, renewals, restoring
from cochair.record.holding import erased
from cochair.record.node import Node, Peer
from cochair.record.papers import write_durably
from cochair.record.publish import is_signed, write_derived
from cochair.record.receiving import open_pulled
from cochair.record.void import WAITS_FOR

_NAME = re.compile(r"[0-9a-f]{64}")
_QUOTED = re.compile(r'"([0-9a-f]{64})"')
_IN_BYTES = re.compile(rb'"[0-9a-f]{64}"')
_WIDTH = 256
_STATUS = {
    "stale": "the source shows an older head than this node holds",
    "frozen": "it shows a head that contradicts the one held; both are kept as evidence",
}


@dataclass
class Pulled:
    """What came: entries by origin; papers and contents; ``problems``: origin -> what was refused or missing, in plain words."""

    entries: dict[str, int] = field(default_factory=dict)
    papers: int = 0
    structural: int = 0
    cosigned: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    heads: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Origin -> what became of the head that the source shows (`receive`), and the head."""


def pull(node: Node, room: str, source: Source) -> Pulled:
    """Take from ``source`` what any peer of the room has written and this node does not hold."""
    pulled = Pulled()
    _look_at_own(node, room, source, pulled)
    for peer in node.peers(room).values():
        slug = node.structural(room, room)["slug"]
        for log in (RECORD, None):  # the record first: it says which instruments, and so which working logs, there are
            for name in [RECORD] if log else list(working_logs(node, room)):
                origin = str(Origin(peer.domain, slug, peer.side, name))
                try:
                    _take_log(node, room, source, origin, pulled)
                except NotHeld:
                    continue
                except CochairError as error:
                    pulled.problems[origin] = str(error)
        _take_recipient(node, room, source, peer, pulled)
    _take_cosignature(node, room, source, pulled)
    _fill_gaps(node, room, source, pulled)
    for origin in receiving.examine(node, room):
        pulled.problems[origin] = faults.FORKED
    return pulled


def _look_at_own(node: Node, room: str, source: Source, pulled: Pulled) -> None:
    """What the source holds of our own record, under our own signature: more than we do is taken back (an old copy was restored here), another history stops us."""
    origin = node.origin(room)
    try:
        note = source.get(f"{origin}/checkpoint")
        restoring.learn(node, room, origin, note, source.get)
        said = receiving.own_head(node, room, origin, note)
        if said == "behind":
            before = node.heads(room)[origin][0]
            size = restoring.take_back(node, room, origin, source.get)
            pulled.entries[origin] = size - before
            for name in dict.fromkeys(name for data in node.entries(room, origin, before) for name in names_of(data)):
                take_content(node, room, source, name, pulled)
        elif said == "fork":
            pulled.problems[origin] = faults.FORKED
    except NotHeld:
        return
    except changes.EndedKey:
        return  # the source does not know of the change of our key yet; it stands in our tree
    except CochairError as error:
        pulled.problems[origin] = str(error)


def working_logs(node: Node, room: str) -> Iterator[str]:
    """Names of the working logs that the room's instruments have, by any Side's word; those that all Sides have ended are never taken in again."""
    with node.read() as tx:
        instruments = queries.matters(tx, room, "protocol.instrument")
    for matter in instruments:
        yield endings.current(node, room, matter.subject)


def acknowledge(node: Node, room: str) -> list[str]:
    """Say in the own logs what was taken, then cosign the peers' records -> ids of the entries written. Log, then cosign: the order is evidence."""
    written = node.acknowledge(room)
    if faults.stopped(node):
        return written
    for peer in node.peers(room).values():
        origin = node.origin(room, RECORD, peer.side)
        try:
            note = node.checkpoint(room, origin)
        except CochairError:
            continue
        path = node.folder / "tree" / room / "cosigned" / origin
        if path.exists() and notes.split_note(path.read_bytes())[0] == notes.split_note(note)[0]:
            continue
        text, lines = notes.split_note(note)
        key = renewing.cosign_with(node, room, peer.side, Checkpoint.parse(text).size)
        try:
            line = node.signer.cosign(note, key=key) if key else ""
        except NotHeld:
            line = ""  # it is lost: the word in the log stands, and another key follows by terms
        if not line:
            continue
        own = notes.sign_note(text, [one for one in lines if one.name == origin][:1])  # other lines are nobody's word, and would spoil ours
        write_derived(path, own + line.encode() + b"\n")
    return written


def cosigned(node: Node, room: str) -> dict[str, bytes]:
    """Side -> own checkpoint with that Side's cosignature, the newest that was pulled."""
    folder = node.folder / "tree" / room / "by-peers"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))} if folder.is_dir() else {}


def names_in(value: Any) -> Iterator[str]:
    """Every string in JSON that looks like a digest or paper id."""
    if isinstance(value, str):
        if _NAME.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from names_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item)


def names_of(entry: bytes) -> Iterator[str]:
    """As `names_in`, of an entry's bytes. Bytes that are no entry name nothing: such are kept, and not counted."""
    if len(_IN_BYTES.findall(entry)) < 2:
        return  # its room alone: most entries name no paper, and need not be decoded
    try:
        body = decode(entry).body
    except Rejected:
        return
    yield from names_in(body)


def _take_log(node: Node, room: str, source: Source, origin: str, pulled: Pulled) -> None:
    note = source.get(f"{origin}/checkpoint")
    held, root = node.heads(room).get(origin, (0, b""))
    try:
        size = open_pulled(node, room, origin, note, source.get).size  # before anything is fetched on its word
    except Rejected:
        if held and not is_signed(origin, node.terms(room)):
            shown = Checkpoint.parse(notes.split_note(note)[0])
            if (shown.size, shown.root) == (held, root):
                return  # a copy that a third Side keeps: it cannot check the line that is for us, and this one says nothing that is not held
            if shown.size < held:
                pulled.problems[origin] = f"stale: {_STATUS['stale']}"
                return
        raise
    try:
        entries = _entries(source, origin, held, size)
    except NotHeld:
        raise Conflict(
            f"The source lacks entries of {origin} between {held} and {size}", "Take the bundle that carries them in first, or a whole one"
        ) from None
    for name in dict.fromkeys(name for entry in entries for name in names_of(entry)):
        take_content(node, room, source, name, pulled)
    try:
        received = node.receive(room, origin, note, held, entries)
    except Rejected as error:
        if not held:
            raise
        try:
            whole = _entries(source, origin, 0, size)
        except NotHeld:
            raise error from None  # a source of what is new alone cannot tell which it is
        received = node.receive(room, origin, note, 0, whole)  # damaged on the way, or a fork behind what we hold
    pulled.heads[origin] = received.status, note
    if entries:
        pulled.entries[origin] = len(entries)
    if received.status in ("stale", "frozen"):
        why = _STATUS[received.status]
        pulled.problems[origin] = f"{received.status}: {received.waiting or why}"


def _entries(source: Source, origin: str, start: int, size: int) -> list[bytes]:
    found: list[bytes] = []
    for index in range(start // _WIDTH, -(-size // _WIDTH) if size > start else 0):
        width = min(_WIDTH, size - index * _WIDTH)
        found.extend(bundle_decode(source.get(f"{origin}/{entries_path(index, width)}")))
    return found[start % _WIDTH :] if found else []


def take_content(node: Node, room: str, source: Source, name: str, pulled: Pulled) -> None:
    """Structural content or paper of that name, if the source holds one; contents name further papers."""
    if node.papers.has(room, name) or node.papers.structural(room, name) is not None:
        return
    try:
        data = source.get(f"{room}/structural/{name}")
    except NotHeld:
        _take_paper(node, room, source, name, pulled)
        return
    node.put_structural_bytes(room, name, data)
    pulled.structural += 1
    for inner in names_in(node.structural(room, name)):
        if not node.papers.has(room, inner):
            _take_paper(node, room, source, inner, pulled)


def _take_paper(node: Node, room: str, source: Source, name: str, pulled: Pulled) -> None:
    try:
        node.put_stored_paper(room, name, source.get(f"{room}/paper/{name}"))
        pulled.papers += 1
    except NotHeld:
        return  # erased, or not there yet: asked for again next time
    except CochairError as error:
        pulled.problems[f"{room}/paper/{name}"] = str(error)


def _fill_gaps(node: Node, room: str, source: Source, pulled: Pulled) -> None:
    """Ask again for contents that applied or waiting entries name and that did not come at first; what then applies may name more."""
    asked: set[str] = set()
    while fresh := [name for name in wanted(node, room) if name not in asked]:
        asked.update(fresh)
        taken = pulled.papers, pulled.structural
        for name in fresh:
            try:
                take_content(node, room, source, name, pulled)
            except CochairError as error:
                pulled.problems[name] = str(error)
        if taken == (pulled.papers, pulled.structural):
            return


def wanted(node: Node, room: str) -> Iterable[str]:
    """Contents that logs wait for, and papers that positions, statements, seals, mandates and sealed manifests name, which this node lacks."""
    names = {why.removeprefix(WAITS_FOR) for why in node.waiting(room).values() if why.startswith(WAITS_FOR)}
    with node.read() as tx:
        for table, column in _NAMING:
            rows = tx.query(f"SELECT DISTINCT {column} AS text FROM {table} WHERE room = ? AND {column} IS NOT NULL", (room,))  # noqa: S608 -- named above
            names.update(name for row in rows for name in (_QUOTED.findall(row["text"]) if column in _JSON else [row["text"]]))
        manifests = [row["manifest"] for row in tx.query("SELECT DISTINCT manifest FROM j_seal WHERE room = ?", (room,))]
        gone = erased(tx, room)
    for manifest in manifests:
        value = node.papers.structural(room, manifest) or {}
        names.update(
            names_in(value.get("previous") if value.get("what") == "terms" else value)
        )  # terms name keys, in the same form as papers
    return sorted(name for name in names - gone if not node.papers.has(room, name) and node.papers.structural(room, name) is None)


_NAMING = (
    ("j_position", "content"),
    ("w_position", "content"),
    ("j_statement", "content"),
    ("j_received", "account"),
    ("j_received", "paper"),
    ("j_seal", "paper"),
    ("j_key", "certificate"),
    ("j_notice", "body"),
)
"""Where the tables name papers: as a column of its own, or within JSON."""
_JSON = ("content", "account", "body")


def _take_cosignature(node: Node, room: str, source: Source, pulled: Pulled) -> None:
    """Keep what whoever serves this source cosigned of our record. Which of the Sides that is, its key says."""
    own = node.origin(room)
    try:
        note = source.get(f"{room}/cosigned/{own}")
    except NotHeld:
        return
    except CochairError as error:
        pulled.problems[f"cosignature of {own}"] = str(error)
        return
    why = ""
    for side in node.peers(room):
        try:
            named = node.named(room, side)
            known = [CosignatureVerifier(key) for key in renewals.all_cosigners(named)]
            checkpoint = Checkpoint.parse(notes.open_note(note, known).text)
            counted = [CosignatureVerifier(key) for key in renewals.cosigners(named, node.side, checkpoint.size)]
            if not any(line.key_id == one.key_id for line in notes.split_note(note)[1] for one in counted):
                why = f"{side} cosigned {checkpoint.size} entries of it with a key that had ended before"
                break
        except CochairError as error:
            why = why or str(error)
            continue
        if checkpoint.origin == own and checkpoint.size <= node.heads(room)[own][0]:
            with node.writing(room) as (_, live):
                if live.tree(own).root(checkpoint.size) != checkpoint.root:
                    why = f"{side} cosigned another history of it at {checkpoint.size} entries"
                    break
            path = node.folder / "tree" / room / "by-peers" / side
            if not path.exists() or path.read_bytes() != note:
                write_durably(path, [note])  # the other Side's word for what we wrote: nobody here could make it again
            pulled.cosigned.append(side)
        return
    pulled.problems[f"cosignature of {own}"] = why


def _take_recipient(node: Node, room: str, source: Source, peer: Peer, pulled: Pulled) -> None:
    """Where bundles for that Side are sealed to. A note under a key that has ended says nothing; that Side makes it anew."""
    origin = node.origin(room, RECORD, peer.side)
    try:
        note = source.get(f"{origin}/{sealing.FILE}")
        if not changes.keys_of(node, room, origin).ended(*notes.split_note(note), 2**62):
            sealing.take_recipient(node, room, peer, note)
    except NotHeld:
        return
    except CochairError as error:
        pulled.problems[f"recipient of {peer.side}"] = str(error)
