"""S3: join a room: from a folder that holds keys and nothing else to a verified and cosigned mirror with its tables made and a page served; then catch up.

Beside it: `git clone` (a commit and a file an entry, checks no signature) and `git fetch` of as many new ones, both without a network; and
hypercore, an append-only log with signed heads that two stores replicate in one process.

Seconds of the wall, for reading, checking, writing and serving overlap. Both Sides' keys and the application's empty tables are made before. The other Side's
log is what its node published to a folder. The node's server and the command that joins start together: two processes, as git has.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import ROUNDS, NotHere, Row, compare, in_turns, not_measured, run
from bench.peers import Git
from bench.s02_append import BODY, post
from bench.s11_start import serving
from bench.sample import entry
from cochair.exchange.run import exchange
from cochair.exchange.sources import FolderSource
from cochair.kit.canonical import STRUCTURAL_LIMIT, dumps, loads
from cochair.record import positions
from cochair.record.node import Node
from cochair.record.tree import write_tree
from cochair.stages import REGISTRY

CHUNK = 1000
NPM = "hypercore@11"


class Room:
    """The other Side's node with a room of many entries, published; and this Side's keys."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.node = Node.init(folder / "RU", side="RU", domain="ru.example", registry=REGISTRY, specimen=True)
        self.empty = folder / "IN"
        ours = Node.init(self.empty, side="IN", domain="in.example", registry=REGISTRY, specimen=True)
        self.room = self.node.found("c7", sides=[self.node.descriptor("c7"), ours.descriptor("c7")])
        ours.close()
        self.terms = folder / "terms.json"
        self.terms.write_bytes(dumps(self.node.terms(self.room)))
        self.subject = positions.propose(self.node, self.room, "bodies.body", BODY)
        self.size = 1
        self.grow(size - 1)
        with serving(self.empty) as page:
            page()  # makes the application's tables, as the operator's first start does

    def grow(self, number: int) -> None:
        """Write and publish so many entries more."""
        for start in range(0, number, CHUNK):
            self.node.write(self.room, [post(self.subject)] * min(CHUNK, number - start))
        write_tree(self.node, self.room)
        self.size += number

    def tree(self) -> Path:
        """What the other Side published."""
        return self.node.publisher.tree

    def fresh(self, number: int) -> Path:
        """A folder with this Side's keys alone."""
        folder = self.folder / f"fresh-{number}"
        shutil.copytree(self.empty, folder, ignore=shutil.ignore_patterns("socket"))
        return folder


@contextmanager
def _joined(room: Room, number: int) -> Iterator[tuple[float, subprocess.Popen[str]]]:
    """A node's two processes, one that serves and one that joins -> seconds until both are there; the second then catches up at each line it reads."""
    folder = room.fresh(number)
    command = [sys.executable, "-m", "bench.s03_join", str(folder), str(room.terms), str(room.tree())]
    start = time.perf_counter()
    with serving(folder) as page:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdout
        assert child.stdin
        try:
            said = child.stdout.readline()
            page()
            seconds = time.perf_counter() - start
            if said.split() != ["joined", str(room.size)]:
                raise NotHere("the joining node failed")
            yield seconds, child
        finally:
            child.stdin.close()
            child.wait(60)
            child.stdout.close()


def _catch_up(child: subprocess.Popen[str], expected: int) -> float:
    """Seconds in which a running node takes what is new, checks, cosigns and writes it."""
    assert child.stdin
    assert child.stdout
    child.stdin.write("go\n")
    child.stdin.flush()
    taken, seconds = child.stdout.readline().split()
    assert int(taken) == expected, f"caught up with {taken} of {expected}"
    return float(seconds)


def _clone(git: Git, number: int) -> float:
    start = time.perf_counter()
    run("git", "clone", "-q", "--no-local", f"file://{git.folder}", str(git.folder.parent / f"clone-{number}"), env=git.env)
    return time.perf_counter() - start


def _fetch(git: Git, number: int) -> float:
    start = time.perf_counter()
    run("git", "fetch", "-q", "origin", env=git.env, cwd=git.folder.parent / f"clone-{number}")
    return time.perf_counter() - start


def _hypercore(folder: Path, blocks: int) -> float:
    """Blocks a second that one hypercore takes from another, both on the disk; the program is installed beside the figures once."""
    home = Path("build/bench-npm").resolve()
    if not (home / "node_modules" / "hypercore").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home), NPM)
    program = home / "hypercore.mjs"
    shutil.copyfile(Path(__file__).parent / "hypercore.mjs", program)
    return float(run("node", str(program), str(folder), str(blocks)))


def measure(folder: Path, *, size: int = 100_000, more: int = 1_000, blocks: int = 10_000, rounds: int = ROUNDS) -> list[Row]:
    """The rows of S3. `size`: entries to join; `more`: new ones a round; `blocks`: of hypercore, whose time grows with their number."""
    room = Room(folder, size)
    try:
        return _measure(folder, room, size, more, blocks, rounds)
    finally:
        room.node.close()


def _measure(folder: Path, room: Room, size: int, more: int, blocks: int, rounds: int) -> list[Row]:
    join, catch, rest = (
        f"join a room of {size:,} entries, times a second, beside `git clone`",
        f"catch up with {more:,} entries, times a second, beside `git fetch`",
        "join, entries/s, beside hypercore",
    )
    try:
        git = Git(folder / "git")
    except NotHere as error:
        return [not_measured("S3", what, f">= {promise:.3g}x", error) for what, promise in ((join, 2), (catch, 1 / 0.15), (rest, 10))]
    git.fill([entry(number) for number in range(size)])
    joins: list[float] = []
    catches: list[float] = []
    clones: list[float] = []
    fetches: list[float] = []
    for number in range(rounds):
        clones.append(1 / _clone(git, number))
        with _joined(room, number) as (seconds, child):
            joins.append(1 / seconds)
            room.grow(more)
            git.fill([entry(1_000_000 * (number + 1) + extra) for extra in range(more)], more=True)
            fetches.append(1 / _fetch(git, number))
            catches.append(1 / _catch_up(child, more))
    rows = [
        compare("S3", join, joins, clones, 2),
        compare("S3", catch, catches, fetches, 1 / 0.15),
    ]
    try:
        others = in_turns({"hypercore": lambda: _hypercore(folder, blocks)}, rounds)["hypercore"]
    except NotHere as error:
        return [*rows, not_measured("S3", rest, ">= 10x", error)]
    return [*rows, compare("S3", rest, [size * rate for rate in joins], others, 10)]


def _child(folder: str, terms: str, tree: str) -> None:
    """Join and say so; then catch up whenever a line comes."""
    node = Node.open(Path(folder), registry=REGISTRY)
    room = node.join(loads(Path(terms).read_bytes(), limit=STRUCTURAL_LIMIT))
    pulled = exchange(node, room, FolderSource(Path(tree)))
    assert not pulled.problems, pulled.problems
    print("joined", sum(pulled.entries.values()), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        pulled = exchange(node, room, FolderSource(Path(tree)))
        print(sum(pulled.entries.values()), time.perf_counter() - start, flush=True)
    node.close()


if __name__ == "__main__":
    _child(*sys.argv[1:])
