"""Backup, restore and recovery of a node (`docs/operate/backup.md`, `docs/operate/recover.md`)."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, slug, the_room
from cochair.exchange import carry, recover
from cochair.exchange.recover import Recovered
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, Conflict
from cochair.kit.ids import check_hex
from cochair.record.node import Node
from cochair.record.paper_keys import FILE as PAPER_KEYS
from cochair.record.tree import write_tree

BESIDE = ("app.sqlite3", "peers.json")
"""Files of a node's folder, besides its record, that a backup takes along: accounts, internal papers, drafts; where the peers are."""


def backup(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write; it must not exist. Mode 0600.")],
    json: show.JsonOption = False,
) -> None:
    """Write database, sealed papers and accounts to one file; the node may go on working. The signer's folder and paper-keys are not in it: copy them apart.

    Example: `cochair node backup node-in 2026-09-01.backup`
    """
    from cochair.record import backup as copies

    files.fresh(file)
    with opened(folder) as node, show.working("Writing"):
        about = copies.write(node, file, BESIDE)
    size = file.stat().st_size
    entries = sum(sum(logs.values()) for logs in about.heads.values())
    value = {"file": str(file), "bytes": size, "heads": about.heads, "members": len(about.members)}
    lines = [
        f"{file}: {entries} entries, {len(about.members)} files, {size} bytes",
        f"Not in it, by design: the keys and the sign-ledger in {folder / 'signer'}, and {folder / PAPER_KEYS}. Keep their own newest copies apart.",
    ]
    show.result(value, json, lines)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup that `cochair node backup` wrote.")],
    folder: Annotated[Path, typer.Argument(help="New folder for the node.")],
    signer: Annotated[Path, typer.Option(help="The newest copy of the node's signer folder: its keys and its sign-ledger.")],
    database_url: Annotated[str | None, typer.Option(help="postgresql://…#schema, empty; SQLite in the folder if left out.")] = None,
    keys: Annotated[
        Path | None,
        typer.Option("--paper-keys", help="The newest copy of the file paper-keys; looked for in and beside --signer if left out."),
    ] = None,
    papers_lost: Annotated[
        bool, typer.Option("--papers-lost", help="There is no copy of the paper keys; papers come back from the other Side alone.")
    ] = False,
    ledger_lost: Annotated[
        bool, typer.Option("--ledger-lost", help="The copy of the keys has no sign-ledger; the other Side is the only witness.")
    ] = False,
    json: show.JsonOption = False,
) -> None:
    """Make a node's folder out of a backup, and ask the other Sides how far its logs had come. Until they answered, it writes nothing.

    Example: `cochair node restore 2026-09-01.backup node-in --signer signer-copy`
    """
    from cochair.record import backup as copies

    if keys is None:
        keys = next((path for path in (signer / PAPER_KEYS, signer.absolute().parent / PAPER_KEYS) if path.is_file()), None)
    with show.working("Restoring"):
        about, dropped = copies.restore(
            file, folder, signer=signer, keys=keys, database_url=database_url, ledger_lost=ledger_lost, papers_lost=papers_lost
        )
    with opened(folder) as node, show.working("Asking the other Sides"):
        found = {room: recover.recover(node, room) for room in node.rooms()}
        _finish(node, found)
        value = {"folder": str(folder), "at": about.at, **_value(node, found)}
        value["papers_without_key"] = dropped
        lines = [f"{folder}: {about.side} as of {about.at}", *_lines(node, found)]
        if dropped:
            lines.insert(1, f"{dropped} papers of the backup have no key any more: erased since, or to be fetched from the other Side")
        if not value["writes"]:
            lines.append(
                f"It reads and receives, and writes nothing yet. Next: cochair node recover {folder} --from TREE, or --bundle FILE"
            )
    show.result(value, json, lines)


def regain(
    folder: Annotated[Path, typer.Argument(help="New folder for the node.")],
    room: Annotated[str, typer.Option(help="Id of the room (64 digits), known from people or print.")],
    signer: Annotated[Path, typer.Option(help="The newest copy of the node's signer folder: its keys and its sign-ledger.")],
    source: Annotated[Path | None, typer.Option("--from", help="Folder with the other Side's tree.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A bundle of the other Side.")] = None,
    database_url: Annotated[str | None, typer.Option(help="postgresql://…#schema, empty; SQLite in the folder if left out.")] = None,
    specimen: Annotated[bool, typer.Option("--specimen", help="The room is a demonstration.")] = False,
    ledger_lost: Annotated[
        bool, typer.Option("--ledger-lost", help="The copy of the keys has no sign-ledger; the other Side is the only witness.")
    ] = False,
    json: show.JsonOption = False,
) -> None:
    """Make a node's folder anew where no backup is left: out of its keys, and of the other Side's copy of the room. Accounts and drafts are gone.

    Example: `cochair node regain node-in --room 3f1c… --signer signer-copy --bundle from-ru.bundle`
    """
    from cochair.record import backup as copies

    if bool(source) == bool(bundle):
        raise CochairError("One source is needed", "Give --from or --bundle")
    wanted = check_hex("".join(room.split()).lower(), 32)
    with carry.unpacked_unknown(bundle) if bundle else nullcontext((wanted, FolderSource(source or folder))) as (told, tree):
        if told != wanted:
            raise Conflict("The bundle is of another room", f"Ask for one of the room {wanted[:16]}…")
        tree.get(f"{wanted}/structural/{wanted}")  # nothing is made where there is nothing to regain
        copies.without(folder, signer=signer, specimen=specimen, database_url=database_url, ledger_lost=ledger_lost)
        with opened(folder) as node, show.working("Taking back"):
            found = {wanted: recover.regain(node, wanted, tree)}
            _finish(node, found)
            value, lines = _value(node, found), _lines(node, found)
    show.result(value, json, lines)
    if not value["writes"]:
        raise typer.Exit(1)


def recover_(
    folder: FolderArgument,
    room: RoomOption = "",
    source: Annotated[Path | None, typer.Option("--from", help="Folder with the other Side's tree, instead of its address.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A bundle of the other Side, instead of its address.")] = None,
    nobody: Annotated[
        bool,
        typer.Option("--nobody-holds-more", help="A person answers for it that nobody has seen more of our logs than this node holds."),
    ] = False,
    json: show.JsonOption = False,
) -> None:
    """Take back from the other Side what this node has lost of its own logs. Stop the server of the node before. The status is 1 while a log stays halted.

    Example: `cochair node recover node-in`, `cochair node recover node-in --bundle from-ru.bundle`
    """
    if source and bundle:
        raise CochairError("One source at a time", "Give --from or --bundle")
    with opened(folder) as node, show.working("Asking the other Side"):
        if bundle:
            with carry.unpacked(node, bundle) as (chosen, unpacked):
                found = {chosen: recover.recover(node, chosen, unpacked)}
        else:
            chosen_rooms = [the_room(node, room)] if room or source else node.rooms()
            found = {one: recover.recover(node, one, FolderSource(source) if source else None) for one in chosen_rooms}
        _finish(node, found, nobody=nobody)
        value, lines = _value(node, found), _lines(node, found)
    show.result(value, json, lines)
    if not value["writes"]:
        raise typer.Exit(1)


def _finish(node: Node, found: dict[str, Recovered], *, nobody: bool = False) -> None:
    """Let a restored node write once each other Side of each room has answered, or a person answers for it."""
    silent = [room for room in node.rooms() if set(node.peers(room)) - set(found[room].asked if room in found else ())]
    if node.ask_first and (nobody or not silent):
        node.asked()
    for room in node.rooms():
        write_tree(node, room)


def _value(node: Node, found: dict[str, Recovered]) -> dict[str, Any]:
    rooms = {room: {"taken": one.taken, "asked": one.asked, "problems": one.problems} for room, one in found.items()}
    return {"rooms": rooms, "halted": node.halted, "writes": not node.ask_first and not node.halted}


def _lines(node: Node, found: dict[str, Recovered]) -> list[str]:
    lines = []
    for room, one in found.items():
        lines += [f"{slug(node, room)}: {side} was asked" for side in one.asked]
        lines += [f"{origin}: {count} entries taken back" for origin, count in sorted(one.taken.items())]
        lines += [f"problem: {where}: {why}" for where, why in sorted(one.problems.items())]
    lines += [f"halted: {why}" for origin, why in sorted(node.halted.items()) if all(origin not in one.problems for one in found.values())]
    if not node.ask_first and not node.halted:
        lines.append("The node may write.")
    return lines
