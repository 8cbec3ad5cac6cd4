"""Real node processes killed at random points while a session goes on: nothing that was acknowledged is lost, fsck finds nothing, the session goes on."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cochair.record.node import Node
from cochair.stages import REGISTRY
from tests.cli import program
from tests.makers.nodes import meet, new_node

KILLS = int(os.environ.get("COCHAIR_KILLS", "10"))
SEED = int(os.environ.get("COCHAIR_KILL_SEED", str(random.randrange(10**6))))

pytestmark = pytest.mark.timeout(60 + 25 * KILLS)


def signers(folder):
    """Process ids of the signer of this node folder, found by its arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"cochair.record.signer" in arguments and str(folder).encode() in arguments:
            found.append(int(path.parent.name))
    return found


def lived(process, delay, victims):
    """Let the driver acknowledge something, then kill it (and whom else) after a delay -> ids that it printed."""
    first = process.stdout.readline()
    time.sleep(delay)
    for victim in [process.pid, *victims()]:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            assert victim != process.pid
    rest = process.stdout.read()
    process.wait(timeout=20)
    assert process.returncode == -signal.SIGKILL, "the driver ended before it was killed"
    whole = (first + rest).rpartition("\n")[0]  # a line that was cut short was never said
    return whole.split()


def test_nothing_acknowledged_is_lost_and_the_session_goes_on(tmp_path):
    print(f"COCHAIR_KILL_SEED={SEED}")
    rng = random.Random(SEED)
    ours, theirs = (new_node(tmp_path / side.lower(), side, REGISTRY) for side in program.SIDES)
    room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
    theirs.join(ours.terms(room))
    ours.close()
    theirs.close()
    acknowledged, kept = [], {}
    for turn in range(KILLS):
        side = rng.choice(program.SIDES)
        with_signer = rng.random() < 0.4  # sometimes the signer dies with its node, mostly it does not
        process = program.driver(tmp_path, side, room, seed=turn)
        acknowledged += lived(
            process, rng.uniform(0, 0.5), lambda side=side, on=with_signer: signers(tmp_path / side.lower()) if on else []
        )
        found = program.ask(tmp_path, "record", "fsck", side.lower())
        assert found["problems"] == [], f"seed {SEED}, kill {turn}"
        heads = found["rooms"][room]["heads"]
        for entry in acknowledged:
            name, log, seq = entry.split("/")
            if name == side:
                assert heads[f"{name.lower()}.example/c7/{name}/{log}"] > int(seq), f"{entry} was acknowledged and is lost (seed {SEED})"
        if turn % 5 == 4:
            together(tmp_path, room)
            kept = same_bytes(tmp_path, room, kept)
    assert len(acknowledged) > KILLS, "the drivers wrote too little to prove anything"
    assert program.acted(tmp_path, "IN", room, steps=10), "the session does not go on"
    together(tmp_path, room)
    same_bytes(tmp_path, room, kept)


def together(folder, room):
    """Both nodes exchange all and stand alike."""
    nodes = [Node.open(folder / side.lower(), registry=REGISTRY) for side in program.SIDES]
    try:
        meet(*nodes, room)
        for which in ("record", "working"):
            assert nodes[0].state_digest(room, which) == nodes[1].state_digest(room, which)
    finally:
        for node in nodes:
            node.close()


def same_bytes(folder, room, kept):
    """Every entry that was once exchanged is still the same, byte by byte -> all entries now."""
    node = Node.open(folder / "in", registry=REGISTRY)
    try:
        now = {(origin, seq): data for origin in node.heads(room) for seq, data in enumerate(node.entries(room, origin))}
    finally:
        node.close()
    assert {key: now.get(key) for key in kept} == kept
    return now


def test_a_server_that_is_killed_comes_back(tmp_path):
    """The web server and its worker die at once in the middle of exchanges; the next one starts on the same folder and is sound."""
    ports = {side: program.free_port() for side in program.SIDES}
    for side in program.SIDES:
        program.certificate(tmp_path, side.lower())
    room = program.founded(tmp_path, addresses=[f"https://127.0.0.1:{ports[side]}" for side in program.SIDES])
    for _ in range(2):
        with program.serving(tmp_path, "IN", ports["IN"], "--every", "0.1") as served:
            written = program.acted(tmp_path, "IN", room, steps=5)
            killed(served.pid)
        assert written
        assert program.ask(tmp_path, "record", "fsck", "in")["problems"] == []
    with program.serving(tmp_path, "IN", ports["IN"], "--every", "0"):
        came = program.ask(tmp_path, "node", "pull", "ru")[room]
    assert came["problems"] == {}
    assert sum(came["entries"].values()) >= len(written)


def killed(pid):
    """SIGKILL to a server and all its children."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split()
    parents = dict(zip(map(int, listed[::2]), map(int, listed[1::2]), strict=True))
    family = {pid}
    for _ in range(4):
        family |= {child for child, parent in parents.items() if parent in family}
    assert len(family) > 1, "a server has a worker"
    for each in family:
        os.kill(each, signal.SIGKILL)
