"""A machine with one node on it: its disk, its starts and stops; and an eye on every key that signs or MACs a head, in any process of any machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cochair.kit.clock import FixedClock
from cochair.kit.errors import CochairError
from cochair.kit.ids import parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.macs import MacVerifier
from cochair.ledger.notes import LogSigner
from cochair.record import signer_ledger, tree
from cochair.record.keys import SIGNER_FOLDER
from cochair.record.node import Node
from cochair.record.registry import Registry
from cochair.record.signer import InProcessSigner
from cochair.record.signer_ledger import FILE
from tests.simulators.disk import Crash, Disk

FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where simulators work: in memory, if the machine has such a folder."""


class Machine:
    """`node` while it runs; `boots`: how often the power went."""

    starting = 0
    """Boots of the machine that opens a node right now."""

    def __init__(self, home: Path, side: str, rng: random.Random, registry: Registry) -> None:
        self.home, self.side, self.rng, self.registry = home, side, rng, registry
        self.disk = Disk(home, rng)
        self.boots = 0
        self.node: Node | None = None
        self._signers: list[InProcessSigner] = []

    def open(self) -> Node:
        """Start the node; its disk may end that too (`Crash`)."""
        Machine.starting = self.boots
        self.node = Node.open(self.home, registry=self.registry, clock=FixedClock("2026-02-01T09:00:00Z"), make_signer=self._signer)
        return self.node

    def _signer(self, folder: Path) -> InProcessSigner:
        made = InProcessSigner(folder)
        self._signers.append(made)
        return made

    def end(self) -> None:
        """Stop the node in good order."""
        assert self.node is not None
        self.node.close()
        self.node = None
        self._signers.clear()

    def stop(self, *, power: bool) -> None:
        """The process is gone, with all that it held; if the power went, the disk is what a crash leaves of it."""
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

    def start(self, chance: float) -> int:
        """Start, perhaps to stop again on the way -> how often it stopped."""
        stopped = 0
        while True:
            self.disk.done, self.disk.end_at = 0, self.rng.randint(1, 40) if self.rng.random() < chance else None
            try:
                self.open()
            except Crash:
                stopped += 1
                self.stop(power=self.rng.random() < 0.8)
            else:
                self.disk.end_at = None
                return stopped


class Signed:
    """All heads that were signed or MACed: (origin, size) -> root. One that contradicts another, or its ledger, raises AssertionError there and then."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self.heads: dict[tuple[str, int], bytes] = {}
        self.machines = {machine.side: machine for machine in machines}

    @contextmanager
    def watched(self, compact_at: int | None = None) -> Iterator[None]:
        """While this is in force. `compact_at`: the sign-ledger is written anew at that many bytes."""
        real = LogSigner.sign, MacVerifier.sign, signer_ledger.COMPACT_AT, tree.boot
        LogSigner.sign, MacVerifier.sign = self._looking(real[0]), self._looking(real[1])  # type: ignore[method-assign]
        signer_ledger.COMPACT_AT = compact_at or real[2]
        tree.boot = lambda: b"%d" % Machine.starting
        try:
            yield
        finally:
            LogSigner.sign, MacVerifier.sign, signer_ledger.COMPACT_AT, tree.boot = real  # type: ignore[method-assign]

    def _looking(self, real: Callable[..., object]) -> Callable[..., object]:
        def sign(signer: object, text: str) -> object:
            with suppress(CochairError):
                self._look(Checkpoint.parse(text))
            return real(signer, text)

        return sign

    def _look(self, head: Checkpoint) -> None:
        machine = self.machines.get(parse_origin(head.origin).side)
        if machine is None:
            return
        line = f" {head.origin} {head.size} {head.root.hex()} ".encode()
        assert line in machine.disk.durable(machine.home / SIGNER_FOLDER / FILE), f"signed before its line was on the disk: {line!r}"
        assert self.heads.setdefault((head.origin, head.size), head.root) == head.root, f"two heads of {head.origin} at {head.size}"
