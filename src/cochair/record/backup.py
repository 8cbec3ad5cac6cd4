"""A node's backup as one file, and a folder made out of it (`docs/operate/backup.md`).

An uncompressed tar file of regular files: first ``backup.json`` (who, when, heads, and path, size and SHA-256 of every other member, in order), then

- ``node.json``, without the address of its database, which may hold a password;
- ``record.sqlite3``: the node's own tables (rooms, logs with every byte, pinned keys, evidence), one consistent snapshot, whatever database the node uses.
  The joint tables are not in it: they follow from the logs, and are made anew;
- ``rooms/…``: papers, sealed as they lie in the folder, and structural contents. They are listed after the snapshot, so that every entry of the snapshot has
  its papers;
- files beside it that the caller names, such as the accounts.

**Never in it: the keys of the papers, the signer's keys, the sign-ledger.** A paper whose key was destroyed later is erased in every backup. A ledger that travels with the database would be turned back together with it, and could no longer
say that an old copy was restored. A folder made from a backup is marked (`record.restoring`) and writes nothing until the other Sides were asked how far its
logs had come.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NamedTuple

import msgspec

from cochair.kit.canonical import dumps
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.record import paper_keys, spool
from cochair.record.keys import SIGNER_FOLDER, load_public_keys
from cochair.record.opening import open_store
from cochair.record.paper_keys import PaperKeys
from cochair.record.papers import Papers
from cochair.record.restoring import mark
from cochair.record.signer_ledger import FILE, create_ledger
from cochair.record.store import Store, Tx, quoted
from cochair.record.tables import NODE_TABLES, make_node_tables

if TYPE_CHECKING:
    from cochair.record.node import Node

ABOUT, LIMIT = "backup.json", 64 * 1024 * 1024
_NAME = re.compile(r"[a-z]{1,20}\.(json|sqlite3)|rooms/[0-9a-f]{64}/(paper/[0-9a-f]{2}|structural)/[0-9a-f]{64}")
_TABLES = ("n_room", "n_log", "n_entry", "n_trust", "n_evidence")
_ORDER = {"n_entry": "room, origin, seq"}
_BLOCK = 5000
_CHUNK = 1 << 20
_ASK = "Take the file that `cochair node backup` wrote"


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: path in the folder, size in bytes, SHA-256 in hex."""

    path: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    digest: str


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself. ``heads``: room -> origin -> size; ``at``: RFC 3339 UTC."""

    side: str
    domain: str
    at: str
    heads: dict[str, dict[str, int]]
    members: list[Member]
    what: str = "cochair/backup/v2"


class Restored(NamedTuple):
    """What was put back, and how many of its papers no key opens any more."""

    about: About
    dropped: int


def write(node: Node, target: Path, beside: Sequence[str] = ()) -> About:
    """Write a backup of ``node`` to ``target``, which appears whole or not at all. ``beside``: names of further files in the folder, if they are there."""
    if target.exists():
        raise Conflict(f"{target} exists already", "Choose another name: a backup never replaces an older one")
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with spool.workplace(node.folder, "backup") as work:
            about = _gather(node, work, partial, beside)
        os.link(partial, target)
    except FileExistsError:
        raise Conflict(f"{target} exists already", "Choose another name: a backup never replaces an older one") from None
    except OSError as error:
        raise CochairError(f"The backup could not be written to {target}: {error.strerror}", "Choose another place, or make room") from None
    finally:
        partial.unlink(missing_ok=True)
    return about


def _gather(node: Node, work: Path, partial: Path, beside: Sequence[str]) -> About:
    """All that belongs into a backup, packed into `partial`."""
    heads = _snapshot(node, work / "record.sqlite3")
    plain = json.loads((node.folder / "node.json").read_bytes())
    (work / "node.json").write_bytes(dumps({**plain, "database": None}))
    for name in beside:
        _copy(node.folder / name, work / name)
    files = {path.name: path for path in sorted(work.iterdir())}
    for room in heads:
        held = [node.papers.paper_path(room, name) for name in node.papers.held(room)]
        held += [node.papers.structural_path(room, digest) for digest in node.papers.structural_held(room)]
        files |= {path.relative_to(node.folder).as_posix(): path for path in held}
    about = _about(node, heads, files)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _pack(file, about, files)
    return about


def _snapshot(node: Node, path: Path) -> dict[str, dict[str, int]]:
    """The node's own tables at one moment, in a file of their own -> heads by room."""
    with node.read() as tx, closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        for sql in NODE_TABLES:
            db.execute(sql.format(blob="BLOB", keyed=""))
        for table in _TABLES:
            for rows in _rows(tx, table):
                names = list(rows[0])
                insert = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, names))}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 -- own names
                db.executemany(insert, [tuple(row[name] for name in names) for row in rows])
        db.execute("COMMIT")
        heads: dict[str, dict[str, int]] = {row["room"]: {} for row in tx.query("SELECT room FROM n_room ORDER BY room")}
        for row in tx.query("SELECT room, origin, size FROM n_log ORDER BY room, origin"):
            heads[row["room"]][row["origin"]] = row["size"]
    return heads


def _rows(tx: Tx, table: str) -> Iterator[list[dict[str, Any]]]:
    """All rows of a table, in portions."""
    order = _ORDER.get(table, "room")
    at = 0
    while rows := tx.query(f"SELECT * FROM {quoted(table)} ORDER BY {order} LIMIT {_BLOCK} OFFSET {at}"):  # noqa: S608 -- own names
        yield rows
        at += len(rows)


def _copy(source: Path, target: Path) -> None:
    """A file as it is at one moment; nothing if there is none."""
    if not source.exists():
        return
    if source.suffix != ".sqlite3":
        target.write_bytes(source.read_bytes())
        return
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as db, closing(sqlite3.connect(target)) as copy:
        db.backup(copy)


def _about(node: Node, heads: dict[str, dict[str, int]], files: Mapping[str, Path]) -> About:
    members = [Member(name, path.stat().st_size, _digest(path)) for name, path in files.items()]
    return About(node.side, node.domain, node.clock.now(), heads, members)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(file: BinaryIO, about: About, files: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        first = msgspec.json.format(msgspec.json.encode(about), indent=1)
        tar.addfile(_info(ABOUT, len(first)), io.BytesIO(first))
        for member in about.members:
            with files[member.path].open("rb") as content:
                tar.addfile(_info(member.path, member.size), content)
    file.flush()
    os.fsync(file.fileno())


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def restore(
    source: Path,
    folder: Path,
    *,
    signer: Path | None,
    keys: Path | None = None,
    database_url: str | None = None,
    ledger_lost: bool = False,
    papers_lost: bool = False,
) -> Restored:
    """Make a node's folder out of a backup. ``signer``: the folder of its keys, given back from their own copy; without it the keys are put in by hand.
    ``keys``: the newest copy of the paper keys; papers that it does not open any more, or not yet, are removed.

    ``ledger_lost``: begin a new sign-ledger where the copy of the keys has none; ``papers_lost``: go on without paper keys, and so without papers. The folder
    appears whole or not at all, and its node writes nothing until the other Sides were asked. Raises `CochairError`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty", "Restore into a new folder")
    if not folder.absolute().parent.is_dir():
        raise NotFound(f"There is no folder {folder.absolute().parent}", "Make it, or choose another place")
    with _unpacked(source, folder.absolute().parent) as (work, about):
        if signer is not None:
            _give_back_keys(signer, work, about, ledger_lost=ledger_lost)
        dropped = _give_back_paper_keys(keys, work, about, lost=papers_lost)
        snapshot = work / "record.sqlite3"
        snapshot = snapshot.rename(work / ".snapshot")
        store = open_store(work, database_url)
        try:
            _load(store, snapshot)
        finally:
            store.close()
        snapshot.unlink()
        plain = json.loads((work / "node.json").read_bytes())
        (work / "node.json").write_bytes(dumps({**plain, "database": database_url}))
        mark(work)
        if folder.exists():
            folder.rmdir()
        work.rename(folder)
    return Restored(about, dropped)


def without(folder: Path, *, signer: Path, specimen: bool, database_url: str | None = None, ledger_lost: bool = False) -> About:
    """Make a node's folder out of its keys alone, where no backup is left: it knows no room, and is marked as restored. Raises `CochairError`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty", "Choose a new folder")
    work = Path(tempfile.mkdtemp(prefix=".regain-", dir=folder.absolute().parent))
    try:
        _copy_keys(signer, work, ledger_lost=ledger_lost)
        public = load_public_keys(work)
        about = {"v": 1, "side": public.side, "domain": public.domain, "specimen": specimen, "database": database_url}
        (work / "node.json").write_bytes(dumps(about))
        mark(work)
        if folder.exists():
            folder.rmdir()
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return About(public.side, public.domain, "", {}, [])


@contextmanager
def _unpacked(source: Path, parent: Path) -> Iterator[tuple[Path, About]]:
    """A new folder with the members of a backup, each one checked; gone afterwards unless it was moved."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise CochairError(f"{source} cannot be read: {error.strerror}", _ASK) from None
    work: Path | None = None
    try:
        with file, tarfile.open(fileobj=file, mode="r|") as tar:
            about = _first(tar.next(), tar)
            work = Path(tempfile.mkdtemp(prefix=".restore-", dir=parent))
            for member in about.members:
                _unpack(tar, tar.next(), member, work)
            if tar.next() is not None:
                raise Rejected("The backup holds more than it lists", _ASK)
        yield work, about
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Rejected(f"{source} is not a backup, or was cut short: {error}", _ASK) from None
    except OSError as error:
        raise CochairError(f"{error.filename or source}: {error.strerror}", "Check your rights there, and the space on the disk") from None
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _first(info: tarfile.TarInfo | None, tar: tarfile.TarFile) -> About:
    if info is None or info.name != ABOUT or not info.isreg() or info.size > LIMIT:
        raise Rejected("The file is not a backup of a node", _ASK)
    content = tar.extractfile(info)
    assert content is not None
    try:
        about = msgspec.json.decode(content.read(), type=About)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"The list of the backup is damaged: {error}", "Take an older backup") from None
    names = [member.path for member in about.members]
    if about.what != "cochair/backup/v2" or len(set(names)) != len(names) or not {"node.json", "record.sqlite3"} <= set(names):
        raise Rejected("The list of the backup is not in order", "Take an older backup")
    if bad := [name for name in names if not _NAME.fullmatch(name)]:
        raise Rejected(f"The backup lists {bad[0][:80]!r}, which is no file of a node", "Take an older backup")
    return about


def _unpack(tar: tarfile.TarFile, info: tarfile.TarInfo | None, member: Member, work: Path) -> None:
    if info is None or not info.isreg() or (info.name, info.size) != (member.path, member.size):
        raise Rejected(f"The backup lacks {member.path}, or holds something else in its place", "Take an older backup")
    content = tar.extractfile(info)
    assert content is not None
    target = work / member.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as out:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != member.digest:
        raise Rejected(f"{member.path} in the backup is damaged", "Take an older backup")


def _give_back_keys(signer: Path, work: Path, about: About, *, ledger_lost: bool) -> None:
    """The keys of the node that the backup is of."""
    _copy_keys(signer, work, ledger_lost=ledger_lost)
    public = load_public_keys(work)
    if (public.side, public.domain) != (about.side, about.domain):
        raise Conflict(
            f"The keys are of {public.side} at {public.domain}, the backup of {about.side} at {about.domain}", "Give the node's own keys"
        )


def _copy_keys(signer: Path, work: Path, *, ledger_lost: bool) -> None:
    """Copy the signer's folder, but for what a running signer makes."""
    target = work / SIGNER_FOLDER
    target.mkdir(mode=0o700)
    for path in sorted(signer.iterdir()) if signer.is_dir() else ():
        if path.name not in {"lock", "socket", paper_keys.FILE} and path.is_file():
            with os.fdopen(os.open(target / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(path.read_bytes())
    try:
        load_public_keys(work)
    except NotFound:
        raise NotFound(
            f"There are no keys of a node in {signer}", "Give the folder `signer` of the node, from the copy of its keys"
        ) from None
    if not (target / FILE).exists():
        if not ledger_lost:
            raise NotFound(
                f"There is no {FILE} in {signer}, and keys without it must not sign",
                "Look for its newest copy. If there is none, restore with --ledger-lost: then only the other Side can say how far the logs had come",
            )
        create_ledger(target)


def _give_back_paper_keys(keys: Path | None, work: Path, about: About, *, lost: bool) -> int:
    """Put the paper keys in place, and remove the papers that they do not open -> how many."""
    rooms = {room for room in about.heads if any(member.path.startswith(f"rooms/{room}/paper/") for member in about.members)}
    if keys is not None and keys.is_file():
        with os.fdopen(os.open(work / paper_keys.FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out, keys.open("rb") as given:
            shutil.copyfileobj(given, out, _CHUNK)
            out.flush()
            os.fsync(out.fileno())
    elif rooms and not lost:
        raise NotFound(
            f"There are no paper keys at {keys}" if keys else "No paper keys were given, and the backup holds sealed papers",
            "Give the newest copy of the file paper-keys. If there is none, restore with --papers-lost: then papers come back from the other Side alone",
        )
    papers = Papers(work / "rooms", PaperKeys(work / paper_keys.FILE))
    try:
        return sum(len(papers.drop_keyless(room)) for room in sorted(rooms))
    finally:
        papers.close()


def _load(store: Store, snapshot: Path) -> None:
    """Put the rows of a snapshot into an empty database. Raises `Conflict` if a node is there."""
    if "n_room" in store.tables():
        raise Conflict("The database holds a node already", "Name an empty schema: postgresql://…#name")
    with closing(sqlite3.connect(f"file:{snapshot}?mode=ro", uri=True)) as db, store.write() as tx:
        make_node_tables(store, tx)
        try:
            for table in _TABLES:
                listed = db.execute(
                    "SELECT name FROM pragma_table_info(?) WHERE name <> 'ord'", (table,)
                )  # which a backup of an older version has
                names = [name for (name,) in listed]
                cursor = db.execute(f"SELECT {', '.join(map(quoted, names))} FROM {quoted(table)}")  # noqa: S608 -- own names
                insert = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, names))}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
                while rows := cursor.fetchmany(_BLOCK):
                    tx.many(insert, rows)
        except sqlite3.Error as error:
            raise Rejected(f"The record in the backup cannot be read: {error}", "Take an older backup") from None
