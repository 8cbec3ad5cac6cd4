"""The play: what its scenes share, what they expect, and the result that is read out of the run.

Rules:

1. A scene acts on real nodes and then asks them. `Play.expect` records each expectation with what was found; one that fails does not stop the play, but the
   command ends with status 1 and says which.
2. What a page shows comes from the nodes or the reports, never from the script.
3. Act two is a SPECIMEN: posts of two Sides act in it, never persons. Act one repeats what public reports say, each word with its source.
"""

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cochair.accounts.rights import Actor
from cochair.cli.demo.line import Line
from cochair.cli.opening import registry
from cochair.exchange import run
from cochair.exchange.sources import FolderSource
from cochair.kit.clock import FixedClock
from cochair.kit.errors import CochairError
from cochair.record.node import Node
from cochair.record.tree import open_tree

SIDES = ("IN", "RU")
NAMES = {"IN": "Indian Side", "RU": "Russian Side"}
BEGIN = "2026-08-31T06:00:00Z"
TODAY = "2026-08-31"
MARK = ".cochair-demo"


@dataclass(frozen=True)
class Scene:
    """What a reader sees of one scene. ``proof``: the only scene that may show hashes."""

    title: str
    told: tuple[str, ...]
    html: str
    act: int = 2
    proof: bool = False


@dataclass
class Play:
    """One run. Everything in ``result`` is put there by a scene that found it. ``line``: the servers, where the play may have some; ``forger``: who makes a false room
    meanwhile; ``screens``: scene, name and title of the product's own pages that were saved.
    """

    out: Path
    line: Line | None = None
    forger: subprocess.Popen[bytes] | None = None
    online: bool = False
    screens: list[tuple[int, str, str]] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    room: str = ""
    session: str = ""
    body: str = ""
    instrument: str = ""
    ids: dict[Any, Any] = field(default_factory=dict)
    scenes: list[Scene] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def expect(self, what: str, found: object, wanted: object = True) -> None:
        """Record whether ``found`` is what was wanted, with the scene in which it was asked."""
        self.checks.append(
            {"scene": len(self.scenes) + 1, "what": what, "found": _plain(found), "wanted": _plain(wanted), "ok": found == wanted}
        )

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The expectations that were not met."""
        return [check for check in self.checks if not check["ok"]]

    # -- nodes --------------------------------------------------------------------------------------------------------------------------

    def make_node(self, side: str) -> Node:
        """A node of a Side: its own folder, database, keys and signer process."""
        folder = self.out / "nodes" / side
        node = Node.init(
            folder, side=side, domain=f"{side.lower()}.example", registry=registry(), specimen=True, clock=FixedClock(BEGIN, step=7)
        )
        open_tree(node)  # before the line is plugged in, each pulls from the other's folder
        self.nodes[side] = node
        return node

    @property
    def ours(self) -> Node:
        """The node that began alone: the Indian Side's."""
        return self.nodes["IN"]

    @property
    def theirs(self) -> Node:
        """The node that joined: the Russian Side's."""
        return self.nodes["RU"]

    def meet(self) -> None:
        """Both nodes pull from each other by turns until nothing is new: over the line while it is plugged in, else from the folder where the other puts its files."""
        nodes = (self.ours, self.theirs)
        for node in nodes:
            run.settle(node, self.room)
        quiet = 0
        for turn in range(8):
            node, other = nodes[turn % 2], nodes[1 - turn % 2]
            pulled = run.exchange(node, self.room, None if self.online else FolderSource(other.publisher.tree))
            for where, why in pulled.problems.items():
                raise CochairError(f"The exchange stopped at {where}: {why}", "This is a defect; report it")
            quiet = 0 if any(pulled.entries.values()) else quiet + 1
            if quiet == len(nodes):
                return

    def plug_in(self) -> None:
        """Start both nodes' servers; they come up while the play goes on."""
        if self.line is not None:
            for side, node in self.nodes.items():
                self.line.plug(side, node.folder, "--every", "0")

    def go_online(self) -> None:
        """From here on the nodes meet over HTTPS."""
        if self.line is not None:
            self.line.ready()
            self.online = True

    def unplug(self) -> None:
        """Stop both servers."""
        self.online = False
        if self.line is not None:
            self.line.unplug()

    def digests(self) -> dict[str, dict[str, str]]:
        """Which state -> Side -> its digest."""
        return {which: {side: node.state_digest(self.room, which) for side, node in self.nodes.items()} for which in ("record", "working")}

    def close(self) -> None:
        """Give the nodes back, and end their servers and the forger."""
        self.unplug()
        if self.forger is not None and self.forger.poll() is None:
            self.forger.kill()
            self.forger.wait()
        for node in self.nodes.values():
            node.close()
        self.nodes.clear()


def secretary(side: str) -> Actor:
    """The executive secretary's post of a Side."""
    return Actor(side, f"Executive secretary of the {NAMES[side]}", frozenset({"secretary"}))


def cochair(side: str) -> Actor:
    """The co-chair's post of a Side."""
    return Actor(side, f"Co-chair of the {NAMES[side]}", frozenset({"cochair"}))


def prepare(out: Path, *, wired: bool = False) -> Play:
    """An empty folder for the play. Raises CochairError rather than remove anything that an earlier play did not write."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise CochairError(f"{out} holds files that are not a demonstration's", "Choose an empty folder: cochair demo --out FOLDER")
    if out.exists():
        shutil.rmtree(out)
    for name in ("originals", "bundle", "public", "pages", "pictures", "signers"):
        (out / name).mkdir(parents=True)
    (out / "signers").chmod(0o700)
    (out / MARK).write_text("made by `cochair demo`\n")
    return Play(out, line=Line(out / "line") if wired else None)


class Watch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    def seconds(self) -> float:
        """Rounded to hundredths."""
        return round(time.monotonic() - self._begin, 2)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
