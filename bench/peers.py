"""The peers: what somebody would pick instead. Each is set up in a temporary folder on the disk that is measured, in the form that is fastest for it."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.measure import NotHere, Way, run

HERE = Path(__file__).parent


def _children() -> float:
    """Seconds of processor that child processes have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Git:
    """A repository with ssh-signed commits and none of the machine's or person's own settings."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder / "repository"
        self.env = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
        key = folder / "key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "specimen", "-f", str(key))
        (folder / "signers").write_text(f"specimen@in.example {key.with_suffix('.pub').read_text()}")
        run("git", "init", "-q", "-b", "main", str(self.folder), env=self.env)
        for name, value in {
            "user.name": "Specimen",
            "user.email": "specimen@in.example",
            "gpg.format": "ssh",
            "gpg.ssh.allowedSignersFile": str(folder / "signers"),
            "user.signingKey": str(key),
            "gc.auto": "0",
        }.items():
            self("config", name, value)

    def __call__(self, *command: str, data: bytes | None = None) -> bytes:
        """What a git command prints."""
        return run("git", *command, env=self.env, cwd=self.folder, data=data)

    def append(self, entries: Sequence[bytes]) -> float:
        """Signed commits a second, the entry as the message: one process each and no file, which is the fastest that the tool can do."""
        start = time.perf_counter()
        for entry in entries:
            self("commit", "-S", "-q", "--allow-empty", "--cleanup=verbatim", "-m", entry.decode())
        return len(entries) / (time.perf_counter() - start)

    def verify_signatures(self, commits: int) -> float:
        """Signed commits checked a second of processor."""
        start = _children()
        said = self("log", "--format=%G?").split()
        took = _children() - start
        if said != [b"G"] * commits:
            raise NotHere("git does not call its own signatures good")
        return commits / took

    def fill(self, entries: Sequence[bytes], *, more: bool = False) -> None:
        """One unsigned commit and one file an entry, 256 files a folder, straight into a pack. `more`: behind the commits that are there."""
        parts = [b"reset refs/heads/bulk\nfrom refs/heads/bulk^0\n"] if more else []
        for number, entry in enumerate(entries):
            parts.append(b"commit refs/heads/bulk\ncommitter S <s@in.example> %d +0000\ndata 0\n" % (1_700_000_000 + number))
            parts.append(b"M 100644 inline %d/%d\ndata %d\n%b\n" % (number // 256, number % 256, len(entry), entry))
        self("fast-import", "--quiet", data=b"".join(parts))

    def check_hashes(self, commits: int) -> float:
        """Commits that `git fsck` checks a second of processor, without signatures."""
        start = _children()
        self("fsck", "--no-progress", "--no-dangling")
        return commits / (_children() - start)


def c_loop(folder: Path) -> Path:
    """The compiled Merkle loop of ``merkle.c``: the speed that hashing alone allows."""
    program = folder / "merkle"
    run("cc", "-O2", "-o", str(program), str(HERE / "merkle.c"), "-lcrypto")
    return program


def c_root(program: Path, bundles: Path) -> tuple[float, bytes]:
    """Leaves a second of processor and root of a file of u16be length-prefixed entries, as the C loop says."""
    rate, root = run(str(program), str(bundles)).split()
    return float(rate), bytes.fromhex(root.decode())


def bare_append(path: Path, entries: Sequence[bytes]) -> float:
    """Entries a second, each appended to a file and synced: what this disk allows."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        start = time.perf_counter()
        for entry in entries:
            os.write(file, entry)
            os.fsync(file)
        return len(entries) / (time.perf_counter() - start)
    finally:
        os.close(file)


@contextmanager
def doltlite(folder: Path, number: int) -> Iterator[Way]:
    """Rows inserted and committed a second by doltlite, in a process of its own, for it takes the place of SQLite."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / "doltlite_child.py"), str(folder / "dolt.db"), str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin
    assert child.stdout
    try:
        if child.stdout.readline() != b"ready\n":
            raise NotHere("the package doltlite does not start here")

        def way() -> float:
            assert child.stdin
            assert child.stdout
            child.stdin.write(b"go\n")
            child.stdin.flush()
            return float(child.stdout.readline())

        yield way
    finally:
        child.stdin.close()
        child.stdout.close()
        child.wait(10)
