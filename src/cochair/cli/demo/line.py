"""The line between the capitals: each node served by a process of its own over HTTPS, with a certificate of its own that the other Side compared when pairing."""

import contextlib
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cochair.kit.errors import CochairError
from cochair.record.keys import write_private

READY_WITHIN = 60.0
ALIEN = ("COCHAIR_", "DJANGO_", "DATABASE_URL")
"""Settings of another node that this process may have been started with."""


class Line:
    """The servers of several nodes. Made without starting anything; `plug` starts them, `ready` waits, `unplug` ends them."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where certificates and logs of the servers are kept."""
        self._folder = folder
        self._ports: dict[str, int] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(mode=0o700)

    def place(self, side: str) -> tuple[str, str]:
        """Address and certificate (PEM) of a Side's node, for its descriptor; chosen at the first call."""
        if side not in self._ports:
            self._ports[side] = free_port()
            make_certificate(self._folder / f"{side}.crt", self._folder / f"{side}.key", side)
        return f"https://127.0.0.1:{self._ports[side]}", (self._folder / f"{side}.crt").read_text("ascii")

    def plug(self, side: str, node: Path, *options: str) -> None:
        """Start the server of a Side's node; it is not waited for."""
        command = [sys.executable, "-m", "cochair.cli.main", "node", "serve", str(node), "--port", str(self._ports[side]), *options]
        tls = ["--tls-cert", str(self._folder / f"{side}.crt"), "--tls-key", str(self._folder / f"{side}.key")]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ALIEN)}
        with (self._folder / f"{side}.log").open("wb") as log:
            self._processes[side] = subprocess.Popen([*command, *tls], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean)

    def ready(self) -> None:
        """Wait until every server answers. Raises `CochairError` with its last words if one does not."""
        until = time.monotonic() + READY_WITHIN
        for side, process in self._processes.items():
            context = ssl.create_default_context(cafile=str(self._folder / f"{side}.crt"))
            while not _answers(f"https://127.0.0.1:{self._ports[side]}/readyz", context):
                if process.poll() is not None or time.monotonic() > until:
                    said = (self._folder / f"{side}.log").read_text("utf-8", "replace").strip()[-400:]
                    raise CochairError(
                        f"The server of {side} did not come up: {said}", "Run `cochair node serve` on that folder to see why"
                    )
                time.sleep(0.05)

    def unplug(self) -> None:
        """End the servers. Twice is harmless."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(certificate: Path, key: Path, name: str) -> None:
    """A fresh certificate for this machine that vouches for itself alone, for a day."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"SPECIMEN node {name}")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    write_private(key, private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def _answers(url: str, context: ssl.SSLContext) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5, context=context) as answer:  # noqa: S310  # our own https address
        return bool(answer.status == 200)
    return False
