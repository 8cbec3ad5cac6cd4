"""Answers a peer's signed request from the tree that the node publishes, and with papers as they are opened; the web server mounts it under ``/exchange/``."""

import os
from pathlib import Path

from cochair.exchange import requests
from cochair.kit.errors import CochairError, Denied
from cochair.record.node import Node
from cochair.record.tree import write_tree


def answer(node: Node, path: str, header: str) -> tuple[int, bytes]:
    """Status and body for a request of ``path`` with that Authorization header: 200, 401 (says why), 404."""
    try:
        room = requests.check(node, header, path)
        if path.endswith("/checkpoint"):  # what the newest checkpoint covers must be there to be read after it
            write_tree(node, room)
        if path.startswith(f"{room}/paper/"):
            return 200, node.papers.stored(room, path.removeprefix(f"{room}/paper/"))
    except Denied as error:
        return 401, f"{error}\n".encode()
    except CochairError as error:
        return 404, f"{error}\n".encode()
    try:
        with open(Path(node.folder) / "tree" / path, "rb", opener=_plain) as file:
            return 200, file.read()
    except OSError:
        return 404, b"not held\n"


def _plain(path: str, flags: int) -> int:
    """No link is followed; a folder is refused, and its handle given back, by whoever opens a file with this."""
    return os.open(path, flags | os.O_NOFOLLOW)
