"""Real processes killed -9 at random moments of writing: what was acknowledged is there, nothing is half there, and the work goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cochair.record.node import Node
from tests.record.makers import REGISTRY, make_node, note

ROOT = Path(__file__).parents[2]
ORIGIN = "in.example/c7/IN/record"
CODE = """
import sys
from pathlib import Path
from cochair.record.node import Draft, Node
from tests.record.makers import REGISTRY, note, position
node, room = Node.open(Path(sys.argv[1]), registry=REGISTRY), sys.argv[2]
print("ready", flush=True)
n = 0
while True:
    n += 1
    paper = node.put_paper(room, b"text of %d" % n)
    (thing,) = node.write(room, [position("t.meeting/1", {"name": str(n)})])
    print(thing, flush=True)
    for done in node.write(room, [note(paper), position("t.dates/1", {"start": str(n)}, thing)]):
        print(done, flush=True)
"""


def test_killed_ten_times(tmp_path: Path) -> None:
    rng = random.Random(os.urandom(8))
    node = make_node(tmp_path / "IN", "IN")
    room = node.found("c7")
    node.close()
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    acknowledged: set[str] = set()
    for turn in range(10):
        child = subprocess.Popen([sys.executable, "-c", CODE, str(node.folder), room], stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        acknowledged |= {child.stdout.readline().strip() for _ in range(rng.randint(3, 9))}
        time.sleep(rng.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        lines = child.stdout.read().split("\n")
        child.wait()
        acknowledged |= set(lines[:-1])
        node = Node.open(tmp_path / "IN", registry=REGISTRY)
        size = node.heads(room)[ORIGIN][0]
        assert node.halted == {}
        assert {int(i.rpartition("/")[2]) for i in acknowledged} <= set(range(size)), f"lost after kill {turn}"
        assert node.fsck(room) == []
        with node.read() as tx:
            papers = [r["text"] for r in tx.query("SELECT text FROM t_note WHERE weight = 0")]
        assert all(node.paper(room, p).startswith(b"text of") for p in papers if len(p) == 64)
        acknowledged |= set(node.write(room, [note("goes on")]))
        node.close()
    assert len(acknowledged) > 30


@pytest.mark.parametrize("torn", [1, 40, 4000])
def test_a_torn_end_of_the_write_ahead_log_loses_nothing_acknowledged(tmp_path: Path, torn: int) -> None:
    """Bytes of a transaction that was never committed are at the end of the file: they are passed over."""
    node = make_node(tmp_path / "IN", "IN")
    room = node.found("c7")
    done = node.write(room, [note("a"), note("b")])
    with (node.folder / "record.sqlite3-wal").open("ab") as file:
        file.write(random.Random(torn).randbytes(torn))
    with node.read() as tx:
        assert len(tx.query("SELECT id FROM j_statement")) == len(done)
    assert node.write(room, [note("c")]) == ["IN/record/2"]
    assert node.fsck(room) == []
    node.close()
