"""Lives of a node whose machine stops at any operation of its disk, again and again, also while it starts.

After each stop: the node opens and may write; what was acknowledged is there, byte for byte (entries, papers, erasures); nothing is half there (`fsck`); no two
heads that it ever signed contradict each other or the log; no signature was made before its line in the sign-ledger was on the disk, or before the entries
under it were committed; and what a peer can pull is what the node holds.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from cochair.kit.clock import FixedClock
from cochair.kit.errors import CochairError, NotHeld
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.macs import MacVerifier
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import LogSigner, split_note
from cochair.ledger.tiles import bundle_decode, bundles_for
from cochair.record import signer_ledger, tree
from cochair.record.keys import SIGNER_FOLDER
from cochair.record.node import Draft, Node
from cochair.record.signer import InProcessSigner
from cochair.record.signer_ledger import FILE
from tests.record.makers import REGISTRY, make_node, note, position
from tests.simulators.disk import Crash, Disk, watched

FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
CRASHES, ACTS = 4, 10


def trial(seed: int) -> dict[str, int]:
    """One life -> what happened in it; raises AssertionError, or what the product raises."""
    with tempfile.TemporaryDirectory(prefix="cochair-life-", dir=FOLDER) as folder:
        home = Path(folder) / "IN"
        shutil.copytree(_founded(), home)
        with watched() as disks:
            life = Life(home, random.Random(seed))
            disks.append(life.disk)
            with life.signing():
                life.run()
        return {"crashes": life.crashes, "entries": len(life.entries), "papers": len(life.papers), "signed": len(life.signed)}


@cache
def _founded() -> Path:
    """The folder of a node that has founded a room and written once; copied for each life."""
    base = Path(tempfile.mkdtemp(prefix="cochair-founded-", dir=FOLDER))
    node = make_node(base / "IN", "IN")
    room = node.found("c7")
    node.write(room, [position("t.meeting/1", {"name": "a protocol"})])
    tree.write_tree(node, room)
    node.close()
    return base / "IN"


class Life:
    """What was promised to the outside: `entries` id -> bytes, `papers` id -> bytes, `erased`; `signed` (origin, size) -> root."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.home, self.rng = home, rng
        self.disk = Disk(home, rng)
        self.entries: dict[str, bytes] = {}
        self.papers: dict[str, bytes] = {}
        self.erased: set[str] = set()
        self.signed: dict[tuple[str, int], bytes] = {}
        self.crashes = self.counter = self.boots = 0
        self.node: Node | None = None
        self.room = ""
        self._signers: list[InProcessSigner] = []

    def run(self) -> None:
        self.open()
        self.check()
        for _ in range(CRASHES):
            self.disk.done, self.disk.end_at = 0, int(self.rng.paretovariate(0.6)) if self.rng.random() < 0.3 else self.rng.randint(1, 120)
            try:
                for _ in range(ACTS):
                    self.rng.choice((self.write, self.write, self.paper, self.working, self.many, self.tree, self.pulled, self.erase))()
                self.end()
            except Crash:
                self.crashes += 1
            self.stop()
            while True:  # it may stop again while it starts
                self.disk.done, self.disk.end_at = 0, self.rng.randint(1, 40) if self.rng.random() < 0.4 else None
                try:
                    self.open()
                    break
                except Crash:
                    self.crashes += 1
                    self.stop()
            self.disk.end_at = None
            self.check()
        self.write()
        self.check()
        self.end()

    # -- starting and stopping ----------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        self.node = Node.open(self.home, registry=REGISTRY, clock=FixedClock("2026-02-01T09:00:00Z"), make_signer=self._signer)
        [self.room] = self.node.rooms()

    def _signer(self, folder: Path) -> InProcessSigner:
        made = InProcessSigner(folder)
        self._signers.append(made)
        return made

    def end(self) -> None:
        assert self.node is not None
        self.node.close()
        self.node = None

    def stop(self) -> None:
        """The machine has stopped: what the process held is gone; the disk is what a crash leaves of it."""
        power = self.rng.random() < 0.8
        self.boots += power
        self.disk.after_crash(power=power)
        for signer in self._signers:
            with suppress(OSError):
                signer.close()
        self._signers.clear()
        if self.node is not None:
            with suppress(OSError):
                self.node.publisher.close()
        self.node = None

    @contextmanager
    def signing(self) -> Iterator[None]:
        """Look over the shoulder of each key that signs or MACs a head."""
        real_sign, real_mac, real_limit = LogSigner.sign, MacVerifier.sign, signer_ledger.COMPACT_AT
        LogSigner.sign, MacVerifier.sign = self._looking(real_sign), self._looking(real_mac)  # type: ignore[method-assign]
        signer_ledger.COMPACT_AT = self.rng.choice((600, 2000, real_limit))
        tree.boot, real_boot = lambda: b"%d" % self.boots, tree.boot
        try:
            yield
        finally:
            LogSigner.sign, MacVerifier.sign, signer_ledger.COMPACT_AT = real_sign, real_mac, real_limit  # type: ignore[method-assign]
            tree.boot = real_boot

    def _looking(self, real: Callable[..., object]) -> Callable[..., object]:
        def sign(signer: object, text: str) -> object:
            with suppress(CochairError):
                head = Checkpoint.parse(text)
                line = f" {head.origin} {head.size} {head.root.hex()} ".encode()
                assert line in self.disk.durable(self.home / SIGNER_FOLDER / FILE), f"signed before its line was on the disk: {line!r}"
                assert self.signed.setdefault((head.origin, head.size), head.root) == head.root, (
                    f"two heads of {head.origin} at {head.size}"
                )
            return real(signer, text)

        return sign

    # -- acts ---------------------------------------------------------------------------------------------------------------------------

    def _write(self, drafts: list[Draft]) -> list[str]:
        assert self.node is not None
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
        assert self.node is not None
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
        assert self.node is not None
        tree.write_tree(self.node, self.room)

    def erase(self) -> None:
        assert self.node is not None
        if self.papers:
            name = self.rng.choice(sorted(self.papers))
            self.papers.pop(name)  # from now on it may be gone, whether or not the node comes to the end
            self.node.erase(self.room, name, "privacy")
            self.erased.add(name)

    def pulled(self) -> None:
        """A peer pulls what is served: whatever checkpoint it finds, the entries under it are those of the log."""
        assert self.node is not None
        tree.write_tree(self.node, self.room)
        for origin in self.node.heads(self.room):
            base = self.node.publisher.tree / origin
            if (base / "checkpoint").exists():
                head = Checkpoint.parse(split_note((base / "checkpoint").read_bytes())[0])
                entries = [data for tile in bundles_for(head.size) for data in bundle_decode((base / tile.path).read_bytes())]
                assert root([leaf_hash(data) for data in entries]) == head.root, f"what is served of {origin} does not match its checkpoint"

    # -- what must hold -----------------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        node = self.node
        assert node is not None
        assert node.halted == {}, node.halted
        for name, data in self.entries.items():
            _, log, seq = name.split("/")
            assert node.entries(self.room, node.origin(self.room, log), int(seq), int(seq) + 1) == [data], (
                f"{name} was acknowledged and is lost"
            )
        for name, data in self.papers.items():
            assert node.paper(self.room, name) == data, f"the paper {name} was kept and is lost"
        logs = {origin: node.entries(self.room, origin) for origin in node.heads(self.room)}
        for (origin, size), head in self.signed.items():
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
        assert self.node is not None
        with suppress(NotHeld):
            self.node.paper(self.room, name)
            raise AssertionError(f"the paper {name} was erased and is back")
        left = [path for path in self.home.rglob(f"{name}*") if path.is_file()]
        assert not left, f"bytes of the erased paper are in {left}"
