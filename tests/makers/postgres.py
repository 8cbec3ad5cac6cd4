"""A real PostgreSQL for tests and drills: a cluster of its own on a free port of this machine, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl: the newest Debian package, else the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    path = found[-1] if found else shutil.which("initdb")
    return Path(path).resolve().parent if path else None


@contextmanager
def cluster() -> Iterator[str]:
    """Address of an empty database. `binaries` must have found one."""
    where = binaries()
    assert where is not None
    folder = Path(tempfile.mkdtemp(prefix="cochair-pg-", dir="/tmp"))
    run = []
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
        run = ["runuser", "-u", USER, "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c max_connections=60 -c shared_buffers=32MB"
    )
    data = str(folder / "data")
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        subprocess.run(
            [*run, str(where / "initdb"), "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "-N"],
            check=True,
            capture_output=True,
            env=env,
            cwd=folder,
        )
        subprocess.run(
            [*run, str(where / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            env=env,
            cwd=folder,
        )
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                [*run, str(where / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"],
                check=True,
                stdout=subprocess.DEVNULL,
                env=env,
                cwd=folder,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
