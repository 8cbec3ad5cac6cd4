"""The foreign programs: built or found here, asked one JSON line a question. `Missing` says which is not on this machine, and how to get it."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "interop"
GOCODE = Path("/usr/share/gocode")


class Missing(Exception):
    """A foreign program is not on this machine, and why."""


def plain(value: Any) -> Any:
    """Bytes become base64, as Go's JSON has them."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def ask(command: list[str], questions: Iterable[dict[str, Any]], *, cwd: Path | None = None, timeout: float = 900) -> list[dict[str, Any]]:
    """Answers to questions, in order."""
    lines = [json.dumps(plain(one)) for one in questions]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=timeout, check=False, cwd=cwd)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(lines):
        raise RuntimeError(
            f"{command[0]} answered {len(answers)} of {len(lines)} questions, status {done.returncode}: {done.stderr[-800:]}"
        )
    return answers


class Go:
    """Go's tlog and note, from Debian's packages; nothing is downloaded."""

    name = "Go x/mod/sumdb"

    def __init__(self) -> None:
        if shutil.which("go") is None or not (GOCODE / "src/golang.org/x/mod/sumdb/tlog").is_dir():
            raise Missing("Go and its library: apt install golang-go golang-golang-x-mod-dev")
        BUILD.mkdir(parents=True, exist_ok=True)
        self.program = BUILD / "check"
        source = HERE / "check.go"
        if not self.program.exists() or self.program.stat().st_mtime < source.stat().st_mtime:
            env = {
                **os.environ,
                "GO111MODULE": "off",
                "GOPATH": str(GOCODE),
                "GOCACHE": str(BUILD / "go-cache"),
                "GOFLAGS": "",
                "GOPROXY": "off",
            }
            made = subprocess.run(
                ["go", "build", "-o", str(self.program), str(source)], env=env, capture_output=True, text=True, check=False
            )
            if made.returncode:
                raise RuntimeError(f"check.go does not build: {made.stderr[-800:]}")
        words = subprocess.run(
            ["go", "version"], capture_output=True, text=True, check=True, env={**os.environ, "GOFLAGS": ""}
        ).stdout.split()
        self.version = f"{words[2]}, x/mod {_debian('golang-golang-x-mod-dev')}"

    def ask(self, questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return ask([str(self.program)], questions)


def confirm_conflict(go: Go, key: str, one: bytes, other: bytes, leaves: Iterable[bytes] = ()) -> str:
    """Two signed checkpoints of one log, and the log's verifier key -> ``""`` if Go confirms both signatures and that they contradict each other, else why not.

    Heads of one size need nothing more. For two sizes, ``leaves`` are the leaf hashes of the longer log, which its own head commits to.
    """
    [answer] = go.ask([{"kind": "conflict", "note": one, "other": other, "keys": [key], "leaves": b"".join(leaves)}])
    return "" if answer["ok"] else str(answer["why"])


class Node:
    """npm's ``@sigstore/verify``, installed into ``build/``."""

    name = "npm @sigstore/verify"

    def __init__(self) -> None:
        self.folder = BUILD / "npm"
        package = self.folder / "node_modules" / "@sigstore" / "verify" / "package.json"
        if shutil.which("node") is None or not package.exists():
            raise Missing("Node.js and @sigstore/verify: ./setup.sh interop (it takes node, npm and the npm registry)")
        self.version = json.loads(package.read_text())["version"]

    def ask(self, questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return ask(["node", str(HERE / "sigstore.cjs"), str(self.folder)], questions)


def _debian(package: str) -> str:
    try:
        return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "of unknown version"
