"""`cochair paper`: papers given later, and papers erased."""

from pathlib import Path
from typing import Annotated

import typer

from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, the_room
from cochair.ledger.papers import PAPER_LIMIT, SALT_SIZE

app = typer.Typer(help="Papers: given later to who knows their id alone, and erased.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the paper, as entries name it: 64 hex digits.")]


@app.command()
def save(
    folder: FolderArgument,
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write: salt and bytes; it must not exist. Mode 0600.")],
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Write a paper with its salt to a file, so that whoever has the entry that names it can check it.

    Example: `cochair paper save node-in 9f2c… letter.paper`
    """
    files.fresh(file)
    with opened(folder) as node:
        stored = node.stored_paper(the_room(node, room), name)
    files.write_new(file, stored, 0o600)
    show.result(
        {"file": str(file), "paper": name, "bytes": len(stored) - SALT_SIZE},
        json,
        [f"{file}: {len(stored) - SALT_SIZE} bytes and their salt"],
    )


@app.command()
def disclose(
    folder: FolderArgument,
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `cochair paper save` wrote, on either Side.")],
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Take in a paper whose id stood in the log and whose bytes come only now. It is refused unless they are what the id says.

    Example: `cochair paper disclose node-ru 9f2c… letter.paper`
    """
    stored = files.read(file, limit=PAPER_LIMIT + SALT_SIZE, what="the file that `cochair paper save` wrote")
    with opened(folder) as node:
        fresh = node.disclose(the_room(node, room), name, stored)
    show.result({"paper": name, "new": fresh}, json, [f"{name}: {'taken in' if fresh else 'was held already'}"])


@app.command()
def erase(
    folder: FolderArgument,
    name: NameArgument,
    ground: Annotated[str, typer.Option(help="Why: a short code, such as personal-data.")],
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Destroy a paper here, in every store and in each backup, and ask the other Sides to do the same. There is no way back.

    Example: `cochair paper erase node-in 9f2c… --ground personal-data`
    """
    with opened(folder) as node:
        entry = node.erase(the_room(node, room), name, ground)
    show.result({"paper": name, "entry": entry}, json, [f"{name}: erased here, and asked for in {entry}"])
