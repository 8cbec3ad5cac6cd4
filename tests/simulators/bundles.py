"""Random schedules of bundles between two nodes: written whole, as what is new, or sealed; lost, doubled, reordered, cut off half way, mixed with pulls.

Each trial ends with bundles alone, and must end where its double ends online: just before the last bundles both nodes are copied, the copies pull from each
other, and all four must show the same heads and the same digests of record and working papers. ``trial(seed, number, folder)`` is one schedule.
"""

import random
import shutil
from pathlib import Path

from cochair.exchange import carry, pull, requests, run, serving
from cochair.kit.clock import FixedClock, SystemClock
from cochair.kit.errors import CochairError, Conflict, NotHeld
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.spool import SPOOL
from cochair.stages import REGISTRY
from tests.makers.nodes import new_node
from tests.makers.papers import stock
from tests.simulators.session import Session

SIDES = ("IN", "RU")


class Online:
    """The other node's answers to signed requests, without the line between."""

    def __init__(self, reader: Node, server: Node, room: str) -> None:
        self.reader, self.server, self.room = reader, server, room

    def get(self, path: str) -> bytes:
        status, body = serving.answer(self.server, path, requests.authorization(self.reader, self.room, path))
        if status == 404:
            raise NotHeld(path)
        assert status == 200, (path, status, body)
        return body


def template(folder: Path) -> str:
    """Two nodes that have begun to work together, made once in ``folder`` -> room."""
    mark = folder / "room"
    if mark.exists():
        return mark.read_text()
    nodes = [new_node(folder / side, side, REGISTRY) for side in SIDES]
    room = nodes[0].found("c7", sides=[node.descriptor("c7") for node in nodes])
    nodes[1].join(nodes[0].terms(room))
    for node in nodes:
        node.clock = SystemClock()
        stock(node, room)
    sessions = [Session(node, room, 0) for node in nodes]
    for act in ("body", "session", "open"):
        getattr(sessions[0], act)()
        for node, other in (nodes, nodes[::-1]):
            run.exchange(node, room, Online(node, other, room))
    sessions[1].accept()
    for node in nodes:
        node.close()
    mark.write_text(room)
    return room


def opened(folder: Path, number: int) -> Node:
    clock = FixedClock(f"2026-09-{1 + number % 28:02}T09:00:00Z")
    node = Node.open(folder, registry=REGISTRY, clock=clock, make_signer=InProcessSigner)
    node.clock = SystemClock()  # requests are good for five minutes
    return node


class CutOff(OSError):
    """The medium is pulled out."""


class Schedule:
    """One trial: two nodes, and the bundles that were written and may come at any time, or never."""

    def __init__(self, seed: int, number: int, folder: Path, room: str) -> None:
        self.rng = random.Random(f"bundles {seed} {number}")
        self.folder, self.room = folder, room
        self.nodes = {side: opened(folder / side, number) for side in SIDES}
        self.sessions = {side: Session(node, room, hash_of(seed, number)) for side, node in self.nodes.items()}
        self.bundles: list[tuple[str, Path]] = []
        self.count = dict.fromkeys(("written", "read", "unconnected", "cut", "pulled", "acts", "new", "sealed"), 0)

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()

    def run(self, steps: int) -> None:
        acts = (self.act,) * 4 + (self.write,) * 3 + (self.read,) * 4 + (self.pull, self.cut, self.lose)
        for _ in range(steps):
            self.rng.choice(acts)(self.rng.choice(SIDES))

    def act(self, side: str) -> None:
        self.sessions[side].step()
        self.count["acts"] += 1

    def write(self, side: str) -> None:
        node, to = self.nodes[side], other(side)
        kind = self.rng.choice(("whole", "new", "new", "since"))
        known = (node.publisher.tree / node.origin(self.room, "record", to) / "recipient").exists()
        sealed = known and self.rng.random() < 0.3
        size = node.heads(self.room)[node.origin(self.room)][0]
        since = self.rng.randint(0, size) if kind == "since" else None
        path = self.folder / f"{self.count['written']}-{side}.bundle"  # lost ones leave no number free
        carry.write_bundle(node, self.room, path, to=to, new=kind == "new", since=since, sealed=sealed)
        self.bundles.append((side, path))
        self.count["written"] += 1
        self.count["new"] += kind == "new"
        self.count["sealed"] += sealed

    def read(self, side: str, *, settle: bool = True) -> None:
        given = [path for by, path in self.bundles if by != side]
        if not given:
            return
        node, path = self.nodes[side], self.rng.choice(given[-3:] if self.rng.random() < 0.6 else given)
        before = node.heads(self.room)
        try:
            _, pulled = carry.read_bundle(node, path)
        except Conflict as error:
            refused = error
            pulled = None
        if pulled is None:
            assert "is missing" in str(refused), refused
            assert node.heads(self.room) == before, "a bundle that does not connect left something"
            self.count["unconnected"] += 1
            return
        unconnected = {why for why in pulled.problems.values() if "lacks entries" in why}
        assert len(unconnected) == len(pulled.problems), pulled.problems
        self.count["read"] += 1
        if settle:
            run.settle(node, self.room)

    def cut(self, side: str) -> None:
        """A bundle that breaks off while it is read, and is perhaps read again later."""
        given = [path for by, path in self.bundles if by != side]
        if not given:
            return
        node, left = self.nodes[side], self.rng.randint(1, 12)

        def progress(_done: int, _total: int) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise CutOff(5, "Input/output error")

        before = node.heads(self.room)
        try:
            carry.read_bundle(node, self.rng.choice(given), progress)
        except Conflict:
            return
        except CochairError as error:
            failed = str(error)
        else:
            return
        if failed:
            assert "Input/output" in failed, failed
            assert node.heads(self.room) == before, "half a bundle was applied"
            self.count["cut"] += 1

    def pull(self, side: str) -> None:
        node = self.nodes[side]
        pulled = run.exchange(node, self.room, Online(node, self.nodes[other(side)], self.room))
        assert not pulled.problems, pulled.problems
        self.count["pulled"] += 1

    def lose(self, _side: str) -> None:
        if self.bundles:
            self.bundles.pop(self.rng.randrange(len(self.bundles)))[1].unlink()

    def end(self) -> None:
        """The last bundles, and the double that goes online instead."""
        doubles = {}
        for side, node in self.nodes.items():
            node.close()
            shutil.copytree(self.folder / side, self.folder / f"{side}-online", ignore=shutil.ignore_patterns("socket", "lock"))
            self.nodes[side] = opened(self.folder / side, 0)
            doubles[side] = opened(self.folder / f"{side}-online", 0)
        try:
            for side, node in doubles.items():
                assert not pull.pull(node, self.room, Online(node, doubles[other(side)], self.room)).problems
            last = {}
            for side in SIDES:
                last[side] = self.folder / f"last-{side}"
                carry.write_bundle(self.nodes[side], self.room, last[side], to=other(side), new=self.rng.random() < 0.5)
            for side in self.rng.sample(SIDES, 2) * 2:
                _, pulled = carry.read_bundle(self.nodes[side], last[other(side)])
                assert not pulled.problems, pulled.problems
            ends = [shown(node, self.room) for node in (*self.nodes.values(), *doubles.values())]
            assert all(end == ends[0] for end in ends), ends
            for node in self.nodes.values():
                assert not list((node.folder / SPOOL).glob("*")), "something was left in the spool"
        finally:
            for node in doubles.values():
                node.close()


def shown(node: Node, room: str) -> tuple[dict[str, tuple[int, bytes]], str, str]:
    return node.heads(room), node.state_digest(room, "record"), node.state_digest(room, "working")


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def hash_of(seed: int, number: int) -> int:
    return seed * 1_000_003 + number


def trial(seed: int, number: int, folder: Path, *, steps: int = 24) -> dict[str, int]:
    """One schedule in a folder of its own below ``folder`` -> what happened, counted. Raises `AssertionError` that names seed and number."""
    begun = folder / "template"
    begun.mkdir(exist_ok=True)
    room = template(begun)
    own = folder / f"{seed}-{number}"
    own.mkdir()
    for side in SIDES:
        shutil.copytree(begun / side, own / side, ignore=shutil.ignore_patterns("socket", "lock"))
    schedule = Schedule(seed, number, own, room)
    try:
        schedule.run(steps)
        schedule.end()
    except Exception as error:
        raise AssertionError(f"bundles trial(seed={seed}, number={number}) in {own}: {error!r}") from error
    finally:
        schedule.close()
    shutil.rmtree(own)
    return schedule.count
