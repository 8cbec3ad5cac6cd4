"""The product's own pages, as both nodes show them when the play is over: saved as files that need no server, and drawn by a browser if there is one.

Run as a program, it saves the pages of one node: one process serves one node, so each node's pages are made by a process of its own.
"""

import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from cochair.cli.demo.line import ALIEN
from cochair.cli.demo.play import NAMES, Play
from cochair.cli.opening import web
from cochair.kit.errors import CochairError

_LINK = re.compile(r'(href|src|action)="(/[^"]*)"')
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
SEAT = "secretary-cochair-shown"
"""Where the visitor stands who draws the pages: a seat of its own, with a password that nobody is told."""


class Screen(NamedTuple):
    """One page: its name, whose node, its address there, the scene to which it belongs."""

    name: str
    side: str
    path: str
    scene: int
    title: str


def screens(play: Play) -> list[Screen]:
    """Eight pages, in the order of the scenes."""
    slug = str(play.ours.structural(play.room, play.room)["slug"])
    session, text = (_short(one) for one in (play.session, play.instrument))
    return [
        Screen("home", "IN", "/", 3, "Home of the Indian Side's secretary"),
        Screen("received", "IN", "/received/", 4, "What was received, and what the other Side said to it"),
        Screen(
            "agenda", "RU", f"/matter/{slug}/meetings.agenda/{session}/", 4, "The agenda with both positions, on the Russian Side's node"
        ),
        Screen("review", "IN", f"/sessions/{slug}/{session}/review/", 5, "The review, as the Indian Side sees it"),
        Screen("protocol", "RU", f"/texts/{slug}/{text}/", 6, "The protocol, on the Russian Side's node"),
        Screen("originals", "RU", f"/texts/{slug}/{text}/originals/", 7, "The originals side by side, the Russian Side's first"),
        Screen("signing", "IN", f"/texts/{slug}/{text}/signing/", 9, "Who has signed what"),
        Screen("session", "IN", f"/sessions/{slug}/{session}/", 10, "The session, when all is done"),
    ]


def save(play: Play) -> list[dict[str, Any]]:
    """Save the pages of both nodes -> what each answered: name, status, whether it says that it is a specimen, whether a hash stands on it."""
    wanted = screens(play)
    running = {}
    for side in play.nodes:
        own = [f"{one.name}={one.path}" for one in wanted if one.side == side]
        command = [sys.executable, "-m", "cochair.cli.demo.screens", str(play.nodes[side].folder), str(play.out / "screens"), side, *own]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ALIEN)}
        running[side] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean
        )
    found: list[dict[str, Any]] = []
    for side, process in running.items():
        out, err = process.communicate()
        if process.returncode:
            raise CochairError(f"The pages of the {NAMES[side]} could not be made: {err.strip()[-300:]}", "This is a defect; report it")
        found += json.loads(out)
    return found


def make(node: Path, target: Path, side: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
    """Ask one node for its pages and save them -> see `save`."""
    web("serve").prepare(node)
    web("seats").give_seat(SEAT, secrets.token_hex(16), ["secretary", "cochair"], f"Executive secretary, {NAMES[side]} (SPECIMEN)")
    from django.contrib.auth import get_user_model
    from django.test import Client

    visitor = Client(SERVER_NAME="127.0.0.1")
    visitor.force_login(get_user_model().objects.get(username=SEAT), backend="allauth.account.auth_backends.AuthenticationBackend")
    target.mkdir(exist_ok=True)
    saved = {path: f"{name}.html" for name, path in wanted.items()}
    answers = []
    for name, path in wanted.items():
        answer = visitor.get(path)
        page = answer.content.decode()
        for image in sorted(set(re.findall(r'src="(/[^"]+\.png)"', page))):
            (target / _flat(image)).write_bytes(visitor.get(image).content)
        (target / f"{name}.html").write_text(_still(page, saved), "utf-8")
        said = {
            "name": name,
            "side": side,
            "status": answer.status_code,
            "specimen": "SPECIMEN" in page or "Specimen" in page,
            "hash": bool(_HASH.search(page)),
        }
        answers.append(said)
    return answers


def _still(page: str, saved: dict[str, str]) -> str:
    """A page that needs no server: style beside it, links to saved pages alone, no script."""

    def local(found: re.Match[str]) -> str:
        kind, address = found[1], found[2].partition("?")[0]
        if address.startswith("/static/cochair/"):
            return f'{kind}="../static/{address.removeprefix("/static/cochair/")}"'
        if address.endswith(".png"):
            return f'{kind}="{_flat(address)}"'
        return f'{kind}="{saved.get(address, "#")}"'

    return _LINK.sub(local, _SCRIPT.sub("", page))


def _flat(address: str) -> str:
    return address.strip("/").replace("/", "-")


def _short(name: str) -> str:
    """``IN/record/8`` as addresses of pages write it."""
    return name.replace("/record/", "-")


if __name__ == "__main__":
    _, node_, target_, side_, *pages_ = sys.argv
    print(json.dumps(make(Path(node_), Path(target_), side_, dict(one.split("=", 1) for one in pages_))))
