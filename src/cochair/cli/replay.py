"""A record read from a tree of files alone, believing nothing in it: every hash, every checkpoint, every key by the terms, the fold from the first entry.

Rules:

1. The room is the digest of its founding terms, which stand in the tree. They name the first keys; a Side that joined later is known by the terms that the
   Sides before it sealed, and counts only if these terms are in force at the end (all Sides that they name have sealed them).
2. Each log must be whole: its entries have the root that its checkpoint signs, under the key of its Side. Tiles, cosignatures, papers and contents must be
   what their names say. Where the fold cannot go on (an entry of a kind that this program does not know, or one that waits for what the copy does not hold)
   it stops, and all else is judged at the closed cut that it reached: what is agreed there stays agreed, whatever follows. `unread` says where and why.
   What one Side acknowledged of another's record must be what stands there.
3. What is agreed is what the fold says, nothing else. Signatures by key under agreed manifests are checked here again, whatever the Sides found.
4. A record's key may have been changed: the change stands in the log as the first entry under the new key, and counts if two root keys signed it that the terms
   name for the Side, as far as the log knew them. A checkpoint must be by the key that stands at its size; an earlier key is refused.
5. Working papers are not looked at: they prove nothing to a third party.

No Django, no database, no network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

from cochair.cli import acknowledged, cosigned, keychain
from cochair.cli.opening import registry
from cochair.kit import canonical
from cochair.kit.errors import CochairError, Rejected
from cochair.kit.ids import RECORD, Origin, parse_origin
from cochair.ledger import notes
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.keychanges import LogKeys, claimed
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.papers import PAPER_LIMIT, check_paper, open_structural
from cochair.ledger.tiles import bundle_decode, bundles_for, hash_tile, tiles_for
from cochair.protocol import manifest as m
from cochair.protocol import request
from cochair.protocol.mandates import Mandate
from cochair.record.changes import FILE, FILE_LIMIT, parse_notes
from cochair.record.contents import RECORD as RECORD_STAGE
from cochair.record.digest import digest, folded_rows, row_line, tables_of
from cochair.record.fold import Fold
from cochair.record.registry import Registry
from cochair.record.rows import Changes

_HEX = re.compile(r"[0-9a-f]{64}")
_FULL = Registry([RECORD_STAGE, *(stage for stage in registry().stages if stage.name != RECORD_STAGE.name)])
ACTS = frozenset(get_args(m.SlotKind))
"""The acts whose manifest is one of an instrument; terms are followed on their own."""
MEMBER = 4_194_304
TREE_LIMIT = 200_000
"""Files that are looked at in one tree."""


@dataclass(frozen=True)
class Agreed:
    """One act that all Sides sealed. ``certificates``: Side -> SHA-256 of the certificate that the sealing key's mandate names, "" if it was not given along.

    ``scans``: SHA-256 of a scan that was given along -> the Sides that attest it.
    """

    manifest: m.Manifest
    digest: str
    certificates: Mapping[str, str]
    scans: Mapping[str, tuple[str, ...]]


@dataclass
class Replayed:
    """A room that is consistent in itself. ``entries``: origin -> leaf hashes, for comparing two copies. ``keys``: Side -> the key that its record began with, as
    the terms name it; ``chains``: Side -> its keys by size.
    """

    room: str
    slug: str
    specimen: bool
    keys: dict[str, str] = field(default_factory=dict)
    chains: dict[str, LogKeys] = field(default_factory=dict)
    leaves: dict[str, list[bytes]] = field(default_factory=dict)
    agreed: list[Agreed] = field(default_factory=list)
    state: str = ""
    founders: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """What was not read, a sentence a log: up to which head it was, and why not further."""


def rooms_in(folder: Path) -> list[str]:
    """Ids of the rooms whose founding terms stand in a tree."""
    return sorted(path.name for path in folder.iterdir() if _HEX.fullmatch(path.name) and (path / "structural" / path.name).is_file())


def replay(folder: Path, room: str) -> Replayed:
    """Read the record of a room from a tree. Raises `Rejected` with the first thing that does not hold."""
    tree = _Tree(folder, room)
    founding = tree.structural.get(room)
    if founding is None or founding.get("what") != "terms" or founding.get("previous") is not None:
        raise Rejected("The founding terms of the room are not in it", "Ask for a bundle of the record as it was written")
    found = Replayed(room, str(founding.get("slug")), bool(founding.get("specimen")))
    sides, logs = _load(tree, founding, found)
    changes, reached = _fold(tree, found, logs)
    rows = _Rows(changes)
    force = _in_force(tree, rows)
    for side, entry in force.items():
        if sides.get(side, entry).get("log_key") != entry.get("log_key"):
            raise Rejected(f"The log of {side} is under another key than the terms in force name", "Do not trust this copy")
    for side in sides.keys() - force.keys():
        found.notes.append(f"{side} is not a Side of the terms in force; what its log says counts for nothing")
    found.keys = {side: str(entry["log_key"]) for side, entry in sorted(force.items())}
    _keys(tree, found, rows, sides)
    found.founders = tuple(str(entry["side"]) for entry in _sides(founding))
    _cosignatures(tree, found, force)
    _agreed(tree, found, rows)
    lines = [row_line(_FULL, name, row) for name in tables_of(_FULL, "record") for row in folded_rows(changes, name)]
    found.state = digest(room, "record", reached, lines)
    sizes = ", ".join(f"{parse_origin(origin).side} {len(leaves)}" for origin, leaves in sorted(found.leaves.items()))
    found.notes.insert(
        0,
        f"{sum(map(len, found.leaves.values()))} entries ({sizes}), {tree.papers} papers, {len(tree.structural)} contents: every one is what its name says",
    )
    return found


class _Tree:
    """The files of one room; contents are checked as they are read."""

    def __init__(self, folder: Path, room: str) -> None:
        self.folder, self.room = folder, room
        self.structural: dict[str, Mapping[str, Any]] = {}
        for path in self._files(folder / room / "structural"):
            value = open_structural(self.read(path, MEMBER), path.name)
            if not isinstance(value, dict):
                raise Rejected(f"The content {path.name[:16]}… is not an object")
            self.structural[path.name] = value
        self.papers = 0
        for path in self._files(folder / room / "paper"):
            check_paper(self.read(path, PAPER_LIMIT + 32), path.name)
            self.papers += 1

    @staticmethod
    def _files(folder: Path) -> list[Path]:
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        if len(found) > TREE_LIMIT:
            raise Rejected(f"{folder.name} holds more than {TREE_LIMIT} files", "Check the room in parts")
        return found

    @staticmethod
    def read(path: Path, limit: int) -> bytes:
        """Bytes of one plain file, not followed through a link."""
        if path.is_symlink() or not path.is_file():
            raise Rejected(f"{path.name[:80]} is not a plain file")
        if path.stat().st_size > limit:
            raise Rejected(f"{path.name[:80]} has more than {limit} bytes")
        return path.read_bytes()

    def paper(self, name: str) -> bytes | None:
        """The bytes of a paper, if it was given along."""
        path = self.folder / self.room / "paper" / name
        return check_paper(self.read(path, PAPER_LIMIT + 32), name) if _HEX.fullmatch(name) and path.is_file() else None

    def origins(self) -> list[str]:
        """Origins of all logs in the tree."""
        found = []
        for path in sorted(self.folder.glob("*/*/*/*/checkpoint")):
            name = path.parent.relative_to(self.folder).as_posix()
            if not name.startswith(f"{self.room}/"):
                parse_origin(name)
                found.append(name)
        return found

    def log(self, origin: str, first: str) -> list[bytes]:
        """The entries of a log, all of them, under its checkpoint, by the key ``first`` or one that the log itself says came after; which one counts, `_keys` says."""
        if notes.Verifier(first).name != origin:
            raise Rejected(f"The key for {origin} is named for another log", "Do not trust this copy")
        note = self.read(self.folder / origin / "checkpoint", notes.NOTE_LIMIT)
        try:
            checkpoint = Checkpoint.parse(notes.split_note(note)[0])
        except Rejected as error:
            raise Rejected(
                f"The checkpoint of {origin} is not by the key that the terms name: {error.what}", "Do not trust this copy"
            ) from None
        if checkpoint.origin != origin:
            raise Rejected(f"The checkpoint of {origin} is that of another log")
        bundles = [self.read(self.folder / origin / tile.path, 1 << 25) for tile in bundles_for(checkpoint.size)]
        entries = [entry for each in bundles for entry in bundle_decode(each)]
        keychain.signed(note, [first, *keychain.named(entries, origin)], origin)
        leaves = [leaf_hash(entry) for entry in entries]
        if len(leaves) != checkpoint.size:
            raise Rejected(
                f"The log {origin} has {len(leaves)} entries, its checkpoint says {checkpoint.size}", "Fetch the missing entries"
            )
        if root(leaves) != checkpoint.root:
            raise Rejected(
                f"The entries of {origin} do not have the root that the checkpoint signs", "Do not use this copy; fetch the log again"
            )  # what an entry is worth, and whether it is one, the fold says: a Side must not take the proof from all by logging rubbish
        for tile in tiles_for(checkpoint.size):
            path = self.folder / origin / tile.path
            if path.is_file() and self.read(path, 1 << 14) != hash_tile(leaves, tile.level or 0, tile.index, tile.width):
                raise Rejected(f"The tile {tile.path} of {origin} does not have the hashes of the entries", "Do not trust this copy")
        return entries


class _Rows:
    """The tables that the fold gives, by name and column."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def of(self, table: str) -> list[dict[str, Any]]:
        """All rows of one table."""
        names = [*(column.name for column in _FULL.tables[table].columns), "src"]
        return [dict(zip(names, row, strict=True)) for row in folded_rows(self._changes, table)]


def _load(tree: _Tree, founding: Mapping[str, Any], found: Replayed) -> tuple[dict[str, Mapping[str, Any]], dict[str, list[bytes]]]:
    """Every record log whose key is named by the terms, or by terms that a Side known so far has sealed -> (Side -> its entry in them, origin -> entries)."""
    sides = {str(entry["side"]): entry for entry in _sides(founding)}
    logs: dict[str, list[bytes]] = {}
    present = tree.origins()
    while True:
        for side, entry in sorted(sides.items()):
            origin = str(Origin(str(entry.get("domain")), found.slug, side, RECORD))
            if origin in present and origin not in logs:
                logs[origin] = tree.log(origin, str(entry.get("log_key")))
                found.leaves[origin] = [leaf_hash(data) for data in logs[origin]]
        sealed = _terms_sealed(tree, logs)
        new = {
            str(entry["side"]): entry for digest_ in sealed for entry in _sides(tree.structural[digest_]) if str(entry["side"]) not in sides
        }
        if not new:
            break
        sides |= new
    if strange := [origin for origin in present if parse_origin(origin).log == RECORD and origin not in logs]:
        raise Rejected(f"It holds the log {strange[0]}, under no key that the terms name", "Do not trust this copy")
    if working := sum(parse_origin(origin).log != RECORD for origin in present):
        found.notes.append(f"{working} logs of working papers were left aside: they prove nothing to a third party")
    return {side: entry for side, entry in sides.items() if any(parse_origin(origin).side == side for origin in logs)}, logs


def _keys(tree: _Tree, found: Replayed, rows: _Rows, sides: Mapping[str, Mapping[str, Any]]) -> None:
    """The keys of each record by size (rule 4)."""
    for side, entry in sides.items():
        origin = str(Origin(str(entry.get("domain")), found.slug, side, RECORD))
        told = sorted((row for row in rows.of("j_log_key") if row["side"] == side), key=lambda row: int(row["size"]))
        keys, said = keychain.chain(str(entry["log_key"]), side, told, tree.structural, found.leaves[origin])
        found.notes += said
        size = len(found.leaves[origin])
        try:
            keychain.signed(tree.read(tree.folder / origin / "checkpoint", notes.NOTE_LIMIT), [keys.at(size)], origin)
        except Rejected:
            words = f"The checkpoint of {origin} is not by the key that stands at {size} entries"
            raise Rejected(words, "Do not trust this copy; keep it") from None
        path = tree.folder / origin / FILE
        if path.is_file() and any(claimed(note) not in keys.changes for note in parse_notes(tree.read(path, FILE_LIMIT))):
            raise Rejected(
                f"A change of the key of {origin} is given along which its log does not tell of", "Do not trust this copy; keep it"
            )
        found.chains[side] = keys


def _sides(terms: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = terms.get("sides")
    if not isinstance(given, list) or not all(isinstance(one, dict) and isinstance(one.get("side"), str) for one in given):
        raise Rejected("The terms do not name their Sides")
    return given


def _terms_sealed(tree: _Tree, logs: Mapping[str, list[bytes]]) -> list[str]:
    """Digests of the terms that the logs read so far seal, in their order."""
    found = []
    for entries in logs.values():
        for data in entries:
            if b'"kind":"terms"' in data and b'"kind":"seal"' in data:
                body = canonical.loads(data)
                inner = body.get("body") if isinstance(body, dict) else None
                manifest = inner.get("manifest") if isinstance(inner, dict) else None
                if isinstance(manifest, str) and manifest in tree.structural:
                    found.append(manifest)
    return found


def _fold(tree: _Tree, found: Replayed, logs: Mapping[str, list[bytes]]) -> tuple[Changes, dict[str, int]]:
    fold = Fold(_FULL, tree.room, tree.structural.get)
    for origin, entries in sorted(logs.items()):
        fold.log(origin)
        fold.hold(origin, entries)
    changes = fold.advance()
    for log in fold.state.logs.values():
        if log.pending:
            head = root(found.leaves[log.origin][: log.applied]).hex()
            why = f"entry {log.applied} {log.stopped}" if log.stopped else f"entry {log.applied} waits for {log.waiting or 'another log'}"
            whole = log.applied + len(log.pending)
            found.unread.append(f"{log.origin} was read up to {log.applied} of {whole} entries (root {head}): {why}")
    acknowledged.check(fold, logs, found.leaves)
    voids = sum(len(rows) for rows in changes.rows.get("j_void", {}).values())
    if voids:
        found.notes.append(f"{voids} entries are kept and not counted")
    return changes, {log.origin: log.applied for log in fold.state.logs.values()}


def _in_force(tree: _Tree, rows: _Rows) -> dict[str, Mapping[str, Any]]:
    """Side -> its entry in the terms in force, by the chain of terms that all Sides sealed."""
    agreed = {row["step"]: row["agreed"] for row in rows.of("j_slot") if row["kind"] == "terms"}
    last = tree.room
    step = 1
    while (following := agreed.get(step)) is not None and tree.structural[following].get("previous") == last:
        last, step = following, step + 1
    return {str(entry["side"]): entry for entry in _sides(tree.structural[last])}


def _cosignatures(tree: _Tree, found: Replayed, force: Mapping[str, Mapping[str, Any]]) -> None:
    """Cosignatures that were given along: each by a Side of the terms, with a key that counts at its size, over a head of a log that is held."""
    found.notes += cosigned.check_ends(force, {parse_origin(origin).side: leaves for origin, leaves in found.leaves.items()})
    base, count = tree.folder / tree.room / "cosigned", 0
    for origin, leaves in found.leaves.items():
        path = base / origin
        if not path.is_file() or parse_origin(origin).side not in found.keys:
            continue
        note = tree.read(path, notes.NOTE_LIMIT)
        side, size = parse_origin(origin).side, Checkpoint.parse(notes.split_note(note)[0]).size
        own = notes.Verifier(found.chains[side].at(size))
        opened = notes.open_note(note, [own, *cosigned.verifiers(force, side, size)])
        if not {own.name} < set(opened.verified):
            raise Rejected(
                f"The cosigned checkpoint of {origin} lacks the signature of its own Side or of the other, with a key that counts at {size} entries",
                "Do not trust this copy",
            )
        checkpoint = Checkpoint.parse(opened.text)
        if checkpoint.origin != origin or checkpoint.size > len(leaves) or root(leaves[: checkpoint.size]) != checkpoint.root:
            raise Rejected(f"A cosignature is over another log than {origin}", "Do not trust this copy; keep it, it proves a fork")
        count += 1
    if count:
        found.notes.append(f"{count} of the logs cosigned by the other Side")


def _agreed(tree: _Tree, found: Replayed, rows: _Rows) -> None:
    """The acts that all Sides sealed; signatures by key under them are checked again."""
    mandates = {row["id"]: Mandate(*(row[name] for name in Mandate._fields)) for row in rows.of("j_key")}
    for slot in sorted((row for row in rows.of("j_slot") if row["agreed"] and row["kind"] in ACTS), key=lambda row: str(row["slot"])):
        manifest = m.decode(canonical.dumps(dict(tree.structural[slot["agreed"]]), keys=4096))
        if manifest.room != tree.room or manifest.slot.key != slot["slot"]:
            raise Rejected(f"What was sealed as {slot['slot']} was made for another act", "Do not trust this copy")
        seals = [row for row in rows.of("j_seal") if row["slot"] == slot["slot"] and row["counts"] and row["manifest"] == slot["agreed"]]
        certificates: dict[str, str] = {}
        for seal in seals:
            if seal["how"] == "key":
                certificates |= _signature(tree, found, seal, manifest, mandates)
        missing = sum(tree.paper(paper) is None for each in manifest.provisions for paper in each.papers.values())
        by = " and ".join(sorted(f"{seal['side']} ({'key' if seal['how'] == 'key' else 'scan'})" for seal in seals))
        inked = {str(seal["side"]): str(seal["paper"]) for seal in seals if seal["how"] == "scan"}
        texts = f"{len(manifest.provisions)} provisions" + (f", {missing} texts not given along" if missing else "")
        found.notes.append(f"{slot['kind']} of {manifest.kind} {manifest.instrument}: sealed by {by}; {texts}")
        if inked:
            lost = [side for side, paper in sorted(inked.items()) if tree.paper(paper) is None]
            found.notes.append(
                f"{slot['kind']} in ink: attested by {' and '.join(sorted(inked))}, not proven; nothing compares a scan with the text"
                + (f"; the scan of {' and '.join(lost)} was not given along" if lost else "")
            )
        scans: dict[str, tuple[str, ...]] = {}
        for side, paper in sorted(inked.items()):
            if (data := tree.paper(paper)) is not None:
                name = sha256(data).hexdigest()
                scans[name] = (*scans.get(name, ()), side)
        found.agreed.append(Agreed(manifest, str(slot["agreed"]), certificates, scans))


def _signature(
    tree: _Tree, found: Replayed, seal: Mapping[str, Any], manifest: m.Manifest, mandates: Mapping[str, Mandate]
) -> dict[str, str]:
    """Check one seal by key -> Side -> SHA-256 of its certificate, if it names one."""
    mandate = mandates.get(seal["key"])
    if mandate is None or mandate.side != seal["side"]:
        raise Rejected(f"The seal {seal['id']} is under no mandate of its Side", "Do not trust this copy")
    response = tree.paper(seal["paper"])
    if response is None:
        found.notes.append(f"the signature of {seal['side']} in {manifest.slot.kind} was not given along; both Sides found it valid")
    else:
        try:
            asked = request.opened(response, mandate.public_key())
        except CochairError as error:
            raise Rejected(f"The signature of the seal {seal['id']} does not hold: {error.what}", "Do not trust this copy") from None
        said = (
            tree.room,
            found.slug,
            found.specimen,
            seal["side"],
            seal["manifest"],
            manifest.slot,
            canonical.loads(seal["heads"].encode()),
        )
        if said != (asked.room, asked.slug, asked.specimen, asked.side, asked.manifest, asked.slot, asked.heads) or (
            mandate.id,
            mandate.key,
        ) != (
            asked.mandate,
            asked.key,
        ):
            raise Rejected(f"The signature of the seal {seal['id']} is over something else", "Do not trust this copy")
    if not mandate.certificate:
        return {}
    certificate = tree.paper(mandate.certificate)
    return {seal["side"]: sha256(certificate).hexdigest() if certificate else ""}
