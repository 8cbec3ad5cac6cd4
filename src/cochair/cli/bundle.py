"""`cochair bundle`: carry a room by file, where no network is."""

from pathlib import Path
from typing import Annotated

import typer

from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, slug, the_room
from cochair.exchange import carry, pull, run, sealing
from cochair.kit.errors import CochairError
from cochair.ledger.notes import NOTE_LIMIT

app = typer.Typer(help="A room as one file, to carry by mail, stick or relay.", no_args_is_help=True)


@app.command()
def write(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle to write; it must not exist.")],
    room: RoomOption = "",
    public: Annotated[bool, typer.Option("--record-only", help="Only what belongs to the record, for anybody to check.")] = False,
    to: Annotated[
        str, typer.Option("--for", metavar="SIDE", help="The Side that it is for; may be left out where there is one other.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(metavar="seen|N", help="Only what is new to that Side: what it has not `seen`, or our own record from entry N on."),
    ] = "",
    sealed: Annotated[bool, typer.Option("--sealed", help="Encrypt it (age) to that Side's node.")] = False,
    json: show.JsonOption = False,
) -> None:
    """Write what the node publishes in a room to one file for the other Side. Cut off, the same command goes on where it stopped, unless it is sealed.

    Example: `cochair bundle write node-in to-ru.bundle`, `cochair bundle write node-in to-ru.bundle --since seen --sealed`
    """
    files.fresh(file)
    new, start = _since(since)
    with opened(folder) as node, show.progress("Writing") as progress:
        chosen = the_room(node, room)
        header = carry.write_bundle(node, chosen, file, working=not public, to=to, new=new, since=start, sealed=sealed, progress=progress)
        name = slug(node, chosen)
        seen = carry.acknowledged(node, chosen, carry.the_other(node, chosen, to)) if start is not None else {}
    size = file.stat().st_size
    goes_on = {head.origin: head.size for head in header.since}
    value = {
        "file": str(file), "room": chosen, "side": header.side, "members": header.members, "bytes": size, "working": not public,
        "since": goes_on, "sealed": sealed,
    }  # fmt: skip
    told = [f"{file}: {size} bytes, room {name}, {header.members} members of the record" + ("" if public else ", and the working papers")]
    told += [f"It goes on from entry {size} of {origin}" for origin, size in goes_on.items()]
    told += [
        f"{origin}: {seen.get(origin, 0)} entries are acknowledged, so its reader must have taken in the bundle that ended at {size}"
        for origin, size in goes_on.items()
        if start is not None and size > seen.get(origin, 0)
    ]
    show.result(value, json, told)


@app.command()
def read(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle of the other Side.")],
    json: show.JsonOption = False,
) -> None:
    """Take in a bundle of the other Side: every byte is checked, then acknowledged. Reading one twice changes nothing; cut off, the same command goes on.

    Example: `cochair bundle read node-ru to-ru.bundle`
    """
    with opened(folder) as node:
        with show.progress("Reading") as progress:
            room, pulled = carry.read_bundle(node, file, progress)
        with show.working("Settling"):
            run.settle(node, room)
            missing = list(pull.wanted(node, room))
    lines = show.pulled(run.as_json(pulled))
    if missing:
        lines.append(f"{len(missing)} papers or contents are still missing: exchange, or ask for a bundle without --since")
    show.result({"room": room, **run.as_json(pulled), "missing": missing}, json, lines)
    if pulled.problems:
        raise typer.Exit(1)


@app.command()
def recipient(
    folder: FolderArgument,
    room: RoomOption = "",
    out: Annotated[Path | None, typer.Option(help="Write our own note to this file, for the other Side.")] = None,
    take: Annotated[Path | None, typer.Option(help="Take in the note of the other Side from this file.")] = None,
    side: Annotated[str, typer.Option("--of", metavar="SIDE", help="Whose note it is; may be left out where there is one other.")] = "",
    json: show.JsonOption = False,
) -> None:
    """Say where bundles are sealed to. Each exchange and bundle carries these notes anyway; by hand they are needed only before the first one.

    Example: `cochair bundle recipient node-in --out in.recipient`, `cochair bundle recipient node-ru --take in.recipient`
    """
    with opened(folder) as node:
        chosen = the_room(node, room)
        note = sealing.own_recipient(node, chosen)
        if out:
            files.write_new(out, note)
        if take:
            peer = node.peers(chosen)[carry.the_other(node, chosen, side)]
            sealing.take_recipient(
                node, chosen, peer, files.read(take, limit=NOTE_LIMIT, what="the file that `bundle recipient --out` wrote")
            )
        known = {node.side: sealing.recipient_in(note)}
        for other in node.peers(chosen):
            try:
                known[other] = sealing.recipient_of(node, chosen, other)
            except CochairError:
                known[other] = ""
    show.result(known, json, [f"{one} {key or 'is not known here yet'}" for one, key in known.items()])


def _since(text: str) -> tuple[bool, int | None]:
    if text in ("", "seen"):
        return text == "seen", None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise CochairError(f"--since {text} is neither `seen` nor a number of entries", "Say --since seen")
    return True, int(text)
