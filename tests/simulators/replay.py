"""One state from any order: a fresh node takes a whole history in pieces of any size, in any order of logs, and comes to the digests of those who lived it.

The room keeps its working logs as records too (``working: recorded``), so that a third node, which has no key of any Side, can take all of them in. As a program
(``python -m tests.simulators.replay FOLDER SEED COUNT [POSTGRES]``) it prints the digests it came to, a line each: the drill runs it with other hash seeds, time zones
and locales.
"""

from __future__ import annotations

import json
import locale
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from cochair.exchange import run
from cochair.kit.ids import parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import LogSigner, sign_note
from cochair.record import positions
from cochair.record.keys import load_node_keys
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree
from cochair.stages import REGISTRY
from tests.makers import bodies, meetings
from tests.makers.nodes import new_node
from tests.makers.papers import stock
from tests.protocol.flow import instrument
from tests.simulators.chance import seeded
from tests.simulators.disk import watched
from tests.simulators.machine import FOLDER
from tests.simulators.world import Folder, World

SIDES = ("IN", "RU", "BY")
STEPS = 45
ROOT = Path(__file__).parents[2]
ZONES = ("UTC", "Asia/Kolkata", "Europe/Moscow", "America/St_Johns", "Pacific/Kiritimati")
LOCALES = ("C", "C.UTF-8", "POSIX", "en_US.UTF-8", "ru_RU.UTF-8", "tr_TR.UTF-8")


def lived(folder: Path, seed: int) -> dict[str, str]:
    """Let three governments live, and write down all that a fresh node needs -> their digests. The folder then holds ``history.json`` and the nodes."""
    with seeded(seed), watched() as disks:
        room, document = _begin(folder)
        world = World(folder, SIDES, room, document, random.Random(seed))
        disks.extend(machine.disk for machine in world.machines.values())
        world.start()
        for _ in range(STEPS):
            world.step(world.rng.choice(list(world.players.values())), 0)
        nodes = [player.node for player in world.players.values()]
        for _ in range(5):
            for node in nodes:
                run.settle(node, room)
                for other in nodes:
                    if other is not node:
                        run.exchange(node, room, Folder(other))
        assert len({str(node.heads(room)) for node in nodes}) == 1
        found = {which: nodes[0].state_digest(room, which) for which in ("record", "working")}
        assert all(node.state_digest(room, which) == digest for node in nodes for which, digest in found.items())
        history = {
            "room": room,
            "terms": nodes[0].structural(room, room),
            "logs": {origin: [data.hex() for data in nodes[0].entries(room, origin)] for origin in nodes[0].heads(room)},
            "structural": {name: nodes[0].papers.structural_stored(room, name).hex() for name in nodes[0].papers.structural_held(room)},
            "digests": found,
        }
        (folder / "history.json").write_text(json.dumps(history))
        for node in nodes:
            node.close()
    return found


def _begin(folder: Path) -> tuple[str, str]:
    nodes = [new_node(folder / side, side, REGISTRY) for side in SIDES]
    room = nodes[0].found("c7", sides=[node.descriptor("c7") for node in nodes], working="recorded")
    for node in nodes:
        node.join(nodes[0].terms(room))
        stock(node, room)
        open_tree(node)
    session = positions.propose(
        nodes[0], room, "meetings.session", meetings.session(positions.propose(nodes[0], room, "bodies.body", bodies.body(parent=None)))
    )
    document = positions.propose(nodes[0], room, "protocol.instrument", instrument(session))
    for node in nodes:
        run.settle(node, room)
        node.close()
    return room, document


class Taking:
    """A history, and fresh nodes that take it in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history: dict[str, Any] = json.loads((folder / "history.json").read_text())
        self.room = self.history["room"]
        self.logs = {origin: [bytes.fromhex(data) for data in entries] for origin, entries in self.history["logs"].items()}
        self.keys = {
            side: next(iter(load_node_keys(folder / side).logs.values())) for side in SIDES
        }  # heads of any size are wanted, so no signer is asked
        self._fresh: Path | None = None

    def once(self, rng: random.Random, postgres: str | None = None) -> dict[str, str]:
        """One order of arrival -> the digests that a fresh node comes to."""
        with tempfile.TemporaryDirectory(prefix="cochair-replay-", dir=FOLDER) as place:
            if postgres is None:
                node = self._copied(Path(place) / "ZZ")
            else:
                node = new_node(Path(place) / "ZZ", "ZZ", REGISTRY, postgres)
                node.join(self.history["terms"])
            try:
                self._take(node, rng)
                return {which: node.state_digest(self.room, which) for which in ("record", "working")}
            finally:
                node.close()

    def _copied(self, place: Path) -> Node:
        if self._fresh is None:
            self._fresh = Path(tempfile.mkdtemp(prefix="fresh-", dir=self.folder)) / "ZZ"
            made = new_node(self._fresh, "ZZ", REGISTRY)
            made.join(self.history["terms"])
            made.close()
        shutil.copytree(self._fresh, place)
        return Node.open(place, registry=REGISTRY, make_signer=InProcessSigner)

    def _take(self, node: Node, rng: random.Random) -> None:
        """All logs in pieces, and the structural contents at some time between them."""
        held = dict.fromkeys(self.logs, 0)
        contents = list(self.history["structural"].items())
        rng.shuffle(contents)
        greed = rng.choice((2, 8, 40, 1000))
        while contents or any(held[origin] < len(entries) for origin, entries in self.logs.items()):
            origin = rng.choice([*(o for o in self.logs if held[o] < len(self.logs[o])), *(["contents"] if contents else [])])
            if origin == "contents":
                name, data = contents.pop()
                node.put_structural_bytes(self.room, name, bytes.fromhex(data))
                node.settle(self.room)
                continue
            start, end = held[origin], min(len(self.logs[origin]), held[origin] + rng.randint(1, greed))
            text = Checkpoint(origin, end, root([leaf_hash(data) for data in self.logs[origin][:end]])).text()
            note = sign_note(text, [LogSigner(origin, self.keys[parse_origin(origin).side]).sign(text)])
            again = rng.randint(0, start)  # what is held may come again with it
            node.receive(self.room, origin, note, again, self.logs[origin][again:end])
            held[origin] = end
        assert node.waiting(self.room) == {}, node.waiting(self.room)


def child(folder: Path, seed: int, count: int, rng: random.Random, postgres: str | None = None) -> list[dict[str, str]]:
    """`count` orders in a process with a hash seed, a time zone and a locale of its own -> digests."""
    env = {
        **os.environ,
        "PYTHONHASHSEED": str(rng.randint(0, 2**32 - 1)),
        "TZ": rng.choice(ZONES),
        "LC_ALL": rng.choice(LOCALES),
        "PYTHONUTF8": rng.choice("01"),
    }
    asked = [sys.executable, "-m", "tests.simulators.replay", str(folder), str(seed), str(count), *([postgres] if postgres else [])]
    done = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{env['TZ']} {env['LC_ALL']} {env['PYTHONHASHSEED']}: {done.stderr[-2000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(folder: str, seed: str, count: str, postgres: str | None = None) -> None:
    time.tzset()
    with suppress(locale.Error):  # a locale that is not installed here
        locale.setlocale(locale.LC_ALL, "")
    taking = Taking(Path(folder))
    for number in range(int(count)):
        schema = None if postgres is None else f"{postgres}#r_{seed}_{number}"
        print(json.dumps(taking.once(random.Random(f"{seed} {number}"), schema)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
