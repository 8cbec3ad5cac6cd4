"""What most commands begin with: a node opened for the time of a ``with`` block, and the room that is meant.

The registry of the stages and the web shell stand beside the command line, not below it (see the order of imports), so they are named here and loaded,
never imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.kit.errors import Conflict, NotFound
from cochair.record.node import Node
from cochair.record.registry import Registry

FolderArgument = Annotated[Path, typer.Argument(help="Folder of the node.", show_default=False)]
RoomOption = Annotated[str, typer.Option("--room", help="Name or id (or its beginning) of the room; may be left out where there is one.")]


def registry() -> Registry:
    """What the stages write."""
    found = import_module("cochair.stages").REGISTRY
    assert isinstance(found, Registry)
    return found


def web(module: str) -> Any:
    """A module of the web shell."""
    return import_module(f"cochair.web.{module}")


@contextmanager
def opened(folder: Path) -> Iterator[Node]:
    """The node in a folder, closed afterwards."""
    node = Node.open(folder, registry=registry())
    try:
        yield node
    finally:
        node.close()


def slug(node: Node, room: str) -> str:
    """Name of a room."""
    return str(node.structural(room, room)["slug"])


def the_room(node: Node, wanted: str) -> str:
    """The room that is meant: the only one, or the one of that name or id. Raises `NotFound` or `Conflict`."""
    rooms = {room: slug(node, room) for room in node.rooms()}
    if not rooms:
        raise NotFound(
            "This node is in no room yet", "Found one: cochair node pair FOLDER --found NAME, or read the other Side's descriptor"
        )
    found = [room for room, name in rooms.items() if not wanted or wanted == name or (len(wanted) >= 8 and room.startswith(wanted))]
    listed = ", ".join(f"{name} ({room[:16]}…)" for room, name in rooms.items())
    if not found:
        raise NotFound(f"This node is in no room {wanted}", f"It is in: {listed}")
    if len(found) > 1:
        raise Conflict("Several rooms are meant", f"Choose one with --room: {listed}")
    return found[0]
