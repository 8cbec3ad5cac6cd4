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

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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
        yield log
    finally:
        process.terminate()
        process.wait(timeout=30)
