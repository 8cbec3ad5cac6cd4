"""Lives of a node whose machine stops at any operation of its disk, again and again, also while it starts.

After each stop: the node opens and may write; what was acknowledged is there, byte for byte (entries, papers, erasures); nothing is half there (`fsck`); no two
heads that it ever signed contradict each other or the log; no signature was made before its line in the sign-ledger was on the disk, or before the entries
under it were committed; and what a peer can pull is what the node holds.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from cochair.kit.errors import NotHeld
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import split_note
from cochair.ledger.tiles import bundle_decode, bundles_for
from cochair.record.node import Draft, Node
from cochair.record.tree import write_tree
from tests.record.makers import REGISTRY, make_node, note, position
from tests.simulators.chance import seeded
from tests.simulators.disk import Crash, watched
from tests.simulators.machine import FOLDER, Machine, Signed

CRASHES, ACTS = 4, 10


def trial(seed: int) -> dict[str, int]:
    """One life -> what happened in it; raises AssertionError, or what the product raises."""
    template = _founded()
    with tempfile.TemporaryDirectory(prefix="cochair-life-", dir=FOLDER) as folder, seeded(seed):
        home = Path(folder) / "IN"
        shutil.copytree(template, home)
        with watched() as disks:
            life = Life(home, random.Random(seed))
            disks.append(life.machine.disk)
            with life.signed.watched(life.rng.choice((600, 2000, None))):
                life.run()
        return {"crashes": life.crashes, "entries": len(life.entries), "papers": len(life.papers), "signed": len(life.signed.heads)}


@cache
def _founded() -> Path:
    """The folder of a node that has founded a room and written once; copied for each life."""
    base = Path(tempfile.mkdtemp(prefix="cochair-founded-", dir=FOLDER))
    with seeded(0):
        node = make_node(base / "IN", "IN")
        room = node.found("c7")
        node.write(room, [position("t.meeting/1", {"name": "a protocol"})])
        write_tree(node, room)
        node.close()
    return base / "IN"


class Life:
    """What was promised to the outside: `entries` id -> bytes, `papers` id -> bytes, `erased`; `signed` (origin, size) -> root."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.home, self.rng = home, rng
        self.machine = Machine(home, "IN", rng, REGISTRY)
        self.signed = Signed([self.machine])
        self.entries: dict[str, bytes] = {}
        self.papers: dict[str, bytes] = {}
        self.erased: set[str] = set()
        self.crashes = self.counter = 0
        self.room = ""

    @property
    def node(self) -> Node:
        assert self.machine.node is not None
        return self.machine.node

    def run(self) -> None:
        disk = self.machine.disk
        self.machine.open()
        [self.room] = self.node.rooms()
        self.check()
        for _ in range(CRASHES):
            disk.done, disk.end_at = 0, int(self.rng.paretovariate(0.6)) if self.rng.random() < 0.3 else self.rng.randint(1, 120)
            try:
                for _ in range(ACTS):
                    self.rng.choice((self.write, self.write, self.paper, self.working, self.many, self.tree, self.pulled, self.erase))()
                self.node.close()
            except Crash:
                self.crashes += 1
            self.machine.stop(power=self.rng.random() < 0.8)
            self.crashes += self.machine.start(0.4)
            self.check()
        self.write()
        self.check()
        self.machine.end()

    # -- acts ---------------------------------------------------------------------------------------------------------------------------

    def _write(self, drafts: list[Draft]) -> list[str]:
        written = self.node.write(self.room, drafts)
        for one in written:
            _, log, seq = one.split("/")
            self.entries[one] = self.node.entry(self.room, self.node.origin(self.room, log), int(seq))
        return written

    def write(self) -> None:
        self.counter += 1
        self._write([note(f"note {self.counter}"), position("t.meeting/1", {"name": str(self.counter)})][: self.rng.randint(1, 2)])

    def many(self) -> None:
        if self.rng.random() < 0.08:  # over the edge of a tile
            self._write([note(f"one of many {i}") for i in range(self.rng.choice((40, 130, 270)))])

    def paper(self) -> None:
        data = self.rng.randbytes(self.rng.choice((3, 700, 9000)))
        name = self.node.put_paper(self.room, data)
        self.papers[name] = data
        if self.rng.random() < 0.8:
            self._write([note(name)])

    def working(self) -> None:
        """A paragraph in the working log of the first meeting, which stands for an instrument here."""
        self.counter += 1
        self._write([position("t.paragraph/1", {"name": f"paragraph {self.counter}"}, log="w-IN-0")])

    def tree(self) -> None:
        write_tree(self.node, self.room)

    def erase(self) -> None:
        if self.papers:
            name = self.rng.choice(sorted(self.papers))
            self.papers.pop(name)  # from now on it may be gone, whether or not the node comes to the end
            self.node.erase(self.room, name, "privacy")
            self.erased.add(name)

    def pulled(self) -> None:
        """A peer pulls what is served: whatever checkpoint it finds, the entries under it are those of the log."""
        write_tree(self.node, self.room)
        for origin in self.node.heads(self.room):
            base = self.node.publisher.tree / origin
            if (base / "checkpoint").exists():
                head = Checkpoint.parse(split_note((base / "checkpoint").read_bytes())[0])
                entries = [data for tile in bundles_for(head.size) for data in bundle_decode((base / tile.path).read_bytes())]
                assert root([leaf_hash(data) for data in entries]) == head.root, f"what is served of {origin} does not match its checkpoint"

    # -- what must hold -----------------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        node = self.node
        assert node.halted == {}, node.halted
        for name, data in self.entries.items():
            _, log, seq = name.split("/")
            assert node.entries(self.room, node.origin(self.room, log), int(seq), int(seq) + 1) == [data], (
                f"{name} was acknowledged and is lost"
            )
        for name, data in self.papers.items():
            assert node.paper(self.room, name) == data, f"the paper {name} was kept and is lost"
        logs = {origin: node.entries(self.room, origin) for origin in node.heads(self.room)}
        for (origin, size), head in self.signed.heads.items():
            held = logs.get(origin, [])
            assert len(held) >= size, f"{origin} was signed at {size} and has {len(held)} entries"
            assert root([leaf_hash(data) for data in held[:size]]) == head, f"{origin} was signed at {size} with other contents"
        self.pulled()
        assert (found := node.fsck(self.room)) == [], found
        for name in self.erased:
            self._gone(name)
        for origin, held in logs.items():
            if parse_origin(origin).log == RECORD:
                assert node.publisher.size(origin) == len(held), "what is committed is not published after the start"

    def _gone(self, name: str) -> None:
        with suppress(NotHeld):
            self.node.paper(self.room, name)
            raise AssertionError(f"the paper {name} was erased and is back")
        left = [path for path in self.home.rglob(f"{name}*") if path.is_file()]
        assert not left, f"bytes of the erased paper are in {left}"
