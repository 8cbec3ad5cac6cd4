"""What all tests share: a real PostgreSQL for the session, on a free port of this machine, gone afterwards; and a thread free of the browser's event loop."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

USER = "postgres"


@pytest.fixture(autouse=True)
def outside_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """The browser that a journey opened keeps its event loop marked as running in this thread, until the worker ends. Tests that open none are not inside it."""
    if "journeys" in request.path.parts:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


def _binaries() -> Path | None:
    """The folder of initdb and pg_ctl: the newest Debian package, else the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    path = found[-1] if found else shutil.which("initdb")
    return Path(path).resolve().parent if path else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty database on a cluster that lives for this session only."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here (no initdb found)")
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
            [*run, str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "-N"],
            check=True,
            capture_output=True,
            env=env,
            cwd=folder,
        )
        subprocess.run(
            [*run, str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            env=env,
            cwd=folder,
        )
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                [*run, str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"],
                check=True,
                stdout=subprocess.DEVNULL,
                env=env,
                cwd=folder,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
