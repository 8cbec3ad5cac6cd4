"""`cochair demo --serve`: both nodes stay up after the play, with a sign-in for each post; they go on exchanging from each other's folders."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from cochair.cli.demo.line import ALIEN, READY_WITHIN
from cochair.cli.demo.play import NAMES, SIDES, Play
from cochair.cli.opening import web
from cochair.exchange import run
from cochair.kit.errors import CochairError

PORTS = {"IN": 8471, "RU": 8472}
EVERY = "5"
POSTS = (("secretary", "Executive secretary"), ("cochair", "Co-chair"), ("member", "Member of the delegation"), ("observer", "Observer"))


class Login(NamedTuple):
    """One seat: where, under which name and password, and what it may do there."""

    side: str
    name: str
    password: str
    shown: str
    role: str


def meet_by_folder(play: Play) -> None:
    """Each node takes what the other puts into its own folder; called while the nodes are open."""
    for side, node in play.nodes.items():
        other = next(one for one in SIDES if one != side)
        run.set_address(node, play.room, other, run.Address(folder=str(play.nodes[other].publisher.tree.absolute())))


def give_seats(out: Path) -> list[Login]:
    """A seat for each post on each node, with fresh passwords. Raises `CochairError` with the reason if one was refused."""
    logins = [
        Login(side, f"{role}-{side.lower()}", "-".join(secrets.token_hex(3) for _ in range(3)), f"{post}, {NAMES[side]} (SPECIMEN)", role)
        for side in SIDES
        for role, post in POSTS
    ]
    running = {}
    for side in SIDES:
        command = [sys.executable, "-m", "cochair.cli.demo.serving", str(out / "nodes" / side)]
        running[side] = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment())
    for side, process in running.items():
        _, err = process.communicate(json.dumps([one for one in logins if one.side == side]))
        if process.returncode:
            raise CochairError(
                f"The seats on the node of the {NAMES[side]} could not be given: {err.strip()[-300:]}", "This is a defect; report it"
            )
    return logins


def serve(out: Path, console: Console, ports: dict[str, int] | None = None) -> None:
    """Serve both nodes until Ctrl-C, or until one of them ends. Prints addresses and sign-ins."""
    ports = ports or PORTS
    logins = give_seats(out)
    servers = {}
    try:
        for side in SIDES:
            command = [*_PROGRAM, "node", "serve", str(out / "nodes" / side), "--port", str(ports[side]), "--every", EVERY]
            servers[side] = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=_environment(), start_new_session=True)
        for side in SIDES:
            _wait(f"http://127.0.0.1:{ports[side]}/readyz", servers[side])
        console.print("\nBoth nodes are up (SPECIMEN). Sign in with these fresh passwords; Ctrl-C ends the nodes.")
        for side in SIDES:
            console.print(f"\n[bold]http://127.0.0.1:{ports[side]}/[/bold]  node of the {NAMES[side]}")
            for one in (each for each in logins if each.side == side):
                console.print(f"   {one.name:<14} {one.password:<22} {one.shown}", markup=False, soft_wrap=True)
        while all(server.poll() is None for server in servers.values()):
            time.sleep(0.3)
        side, ended = next((side, server) for side, server in servers.items() if server.poll() is not None)
        raise CochairError(
            f"The node of the {NAMES[side]} ended with status {ended.returncode}", f"See above; port {ports[side]} may be taken"
        )
    except KeyboardInterrupt:
        console.print("The nodes are going down.")
    finally:
        for server in servers.values():
            server.terminate()
        for server in servers.values():
            server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until a server answers, or has ended; the caller sees which."""
    until = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- our own address on this machine
            return
        time.sleep(0.1)


_PROGRAM = (sys.executable, "-m", "cochair.cli.main")


def _environment() -> dict[str, str]:
    """The environment without the settings of another node."""
    return {name: value for name, value in os.environ.items() if not name.startswith(ALIEN)}


if __name__ == "__main__":  # one process serves one node: it gives the seats that come on its standard input
    web("serve").prepare(Path(sys.argv[1]))
    for _side, name_, password_, shown_, role_ in json.load(sys.stdin):
        web("seats").give_seat(name_, password_, [role_], shown_)
