"""`cochair bundle`: carry a room by file, where no network is."""

from pathlib import Path
from typing import Annotated

import typer

from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, slug, the_room
from cochair.exchange import carry, run

app = typer.Typer(help="A room as one file, to carry by mail, stick or relay.", no_args_is_help=True)


@app.command()
def write(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle to write; it must not exist.")],
    room: RoomOption = "",
    public: Annotated[bool, typer.Option("--record-only", help="Only what belongs to the record, for anybody to check.")] = False,
    json: show.JsonOption = False,
) -> None:
    """Write what the node publishes in a room to one file for the other Side.

    Example: `cochair bundle write node-in to-ru.bundle`
    """
    files.fresh(file)
    with opened(folder) as node, show.working("Writing"):
        chosen = the_room(node, room)
        header = carry.write_bundle(node, chosen, file, working=not public)
        name = slug(node, chosen)
    size = file.stat().st_size
    value = {"file": str(file), "room": chosen, "side": header.side, "members": header.members, "bytes": size, "working": not public}
    told = f"{file}: {size} bytes, room {name}, {header.members} members of the record" + ("" if public else ", and the working papers")
    show.result(value, json, [told])


@app.command()
def read(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle of the other Side.")],
    json: show.JsonOption = False,
) -> None:
    """Take in a bundle of the other Side: every byte is checked, then acknowledged. Reading one twice changes nothing.

    Example: `cochair bundle read node-ru to-ru.bundle`
    """
    with opened(folder) as node, show.working("Reading"):
        room, pulled = carry.read_bundle(node, file)
        run.settle(node, room)
    show.result({"room": room, **run.as_json(pulled)}, json, show.pulled(run.as_json(pulled)))
    if pulled.problems:
        raise typer.Exit(1)
