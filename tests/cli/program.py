"""The `cochair` program as its users have it: a process of its own, a folder of its own, nothing shared with the test but files."""

import contextlib
import datetime as dt
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cochair.exchange import run
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree
from cochair.stages import REGISTRY
from tests.simulators.session import Session

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "cochair.cli.main"]
SIDES = ("IN", "RU")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("COCHAIR_", "DJANGO_", "DATABASE_URL"))}
ENVIRONMENT = {**CLEAN, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}


def cochair(folder, *arguments, status=0, given="") -> str:
    """Run a command in a folder -> what it printed. Fails unless the status is the one expected."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], cwd=folder, input=given, capture_output=True, text=True, check=False, timeout=120, env=ENVIRONMENT
    )
    assert done.returncode == status, f"{' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr if status else done.stdout


def ask(folder, *arguments, status=0):
    """The same with ``--json`` -> the value."""
    out = cochair(folder, *arguments, "--json", status=status)
    return json.JSONDecoder().raw_decode(out)[0]


def founded(folder, urls=(None, None), addresses=("", "")) -> str:
    """Two nodes, ``in`` and ``ru``, made and paired by commands -> room. ``addresses``: where each is reached, or a folder beside."""
    for side, url in zip(SIDES, urls, strict=True):
        database = ["--database-url", url] if url else []
        cochair(folder, "node", "init", side.lower(), "--side", side, "--domain", f"{side.lower()}.example", "--specimen", *database)
        cochair(folder, "node", "publish", side.lower())
    own = [["--address", a, "--certificate", f"{s.lower()}.crt"] if a else [] for s, a in zip(SIDES, addresses, strict=True)]
    beside = [[] if a else ["--peer-folder", f"{s.lower()}/tree"] for s, a in zip(SIDES, addresses, strict=True)]
    first = ask(folder, "node", "pair", "in", "--found", "c7", "--out", "in.descriptor", *own[0])
    second = ask(
        folder, "node", "pair", "ru", "in.descriptor", "--fingerprint", first["fingerprint"], "--out", "ru.descriptor", *own[1], *beside[0]
    )
    paired = ask(folder, "node", "pair", "in", "ru.descriptor", "--fingerprint", second["fingerprint"], *beside[1])
    assert first["room"] == second["room"] == paired["room"]
    return first["room"]


def hand_over(folder, side):
    """What one node wrote comes to the other: each exchanges once, the writer first, so that its tree is up to date."""
    for one in (side, *(other for other in SIDES if other != side)):
        ask(folder, "node", "pull", one.lower())


def joined(folder, carry=hand_over):
    """Both Sides settle the terms by letters; ``carry`` brings over what a Side wrote."""
    (Path(folder) / "letter.txt").write_text("SPECIMEN letter of the secretary")
    for side in ("IN", "RU", "IN"):
        done = ask(folder, "node", "join", side.lower(), "--letter", "letter.txt")
        carry(folder, side)
    assert done["sides"] == ["IN", "RU"]


def acted(folder, side, room, seconds=0.0, steps=0, seed=0):
    """Session operations on a node's folder by a process of its own -> ids that were acknowledged."""
    process = driver(folder, side, room, steps=steps, seed=seed)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.split()


def driver(folder, side, room, *, steps=0, seed=0):
    """The driver as a running process; it prints each id once it was acknowledged, and with ``steps`` ends by itself."""
    command = [sys.executable, "-m", "tests.simulators.session", str(Path(folder) / side.lower()), room, str(steps), str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=ENVIRONMENT)


@contextlib.contextmanager
def inside(folder, *sides):
    """The nodes of a folder in this process, where a test is about something else than their processes."""
    nodes = [Node.open(Path(folder) / side.lower(), registry=REGISTRY, make_signer=InProcessSigner) for side in sides]
    try:
        yield nodes
    finally:
        for node in nodes:
            node.close()


def ready(folder, urls=(None, None)) -> str:
    """Like `founded` and a folder beside each, in this process, and the terms name both Sides -> room."""
    nodes = [
        Node.init(
            Path(folder) / side.lower(), side=side, domain=f"{side.lower()}.example", registry=REGISTRY, database_url=url, specimen=True,
            make_signer=InProcessSigner,
        )
        for side, url in zip(SIDES, urls, strict=True)
    ]  # fmt: skip
    room = nodes[0].found("c7", sides=[node.descriptor("c7") for node in nodes])
    nodes[1].join(nodes[0].terms(room))
    for node, other in (nodes, nodes[::-1]):
        run.set_address(node, room, other.side, run.Address(folder=str(other.folder.absolute() / "tree")))
    for node in nodes:
        open_tree(node)
        node.close()
    return room


def wrote(folder, side, room, steps, seed=0):
    """Like `acted`, in this process."""
    with inside(folder, side) as (node,):
        session = Session(node, room, seed)
        return [entry for _ in range(steps) for entry in session.step()]


def exchanged(folder, *order):
    """Each of the Sides exchanges, in this order."""
    with inside(folder, *SIDES) as nodes:
        known = {node.side: node for node in nodes}
        for side in order:
            for room in known[side].rooms():
                assert run.exchange(known[side], room).problems == {}


def digests(folder, room):
    """Side -> its state digests, after fsck found nothing."""
    found = {}
    for side in SIDES:
        value = ask(folder, "record", "fsck", side.lower())
        assert value["problems"] == []
        found[side] = value["rooms"][room]["digests"]
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder, name):
    """An own certificate for 127.0.0.1: ``<name>.crt`` and ``<name>.key``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"SPECIMEN {name}")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


class Served(NamedTuple):
    """A running server: where it writes what it says, and its process."""

    log: Path
    pid: int


@contextlib.contextmanager
def serving(folder, side, port, *options):
    """A node served over TLS by the command, until the end of the block; it answers when the block begins."""
    name = side.lower()
    command = [*PROGRAM, "node", "serve", name, "--port", str(port), "--tls-cert", f"{name}.crt", "--tls-key", f"{name}.key", *options]
    log = folder / f"{name}.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out, env=ENVIRONMENT)
    context = ssl.create_default_context(cafile=folder / f"{name}.crt")
    try:
        for _ in range(400):
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"https://127.0.0.1:{port}/readyz", timeout=5, context=context) as answer,
            ):
                if answer.status == 200:
                    break
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        else:
            raise AssertionError(log.read_text())
        yield Served(log, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)
