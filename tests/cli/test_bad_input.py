"""A wrong file to any command: an error that says what and the next step, status not zero, nothing written."""

import hashlib
import os

import pytest

from tests.cli import program

JUNK = bytes(range(256)) * 40

COMMANDS = {  # command -> arguments with the place of the file in question, and what that file is when all is well
    "node init": ["node", "init", "@", "--side", "IN", "--domain", "in.example"],
    "node init side": ["node", "init", "new", "--side", "not a side", "--domain", "in.example"],
    "node init domain": ["node", "init", "new", "--side", "IN", "--domain", "no domain!"],
    "node init database": ["node", "init", "new", "--side", "IN", "--domain", "in.example", "--database-url", "mysql://x"],
    "node init database away": [
        "node",
        "init",
        "new",
        "--side",
        "IN",
        "--domain",
        "in.example",
        "--database-url",
        "postgresql://127.0.0.1:9/x",
    ],
    "node pair": ["node", "pair", "in", "@", "--fingerprint", "1"],
    "node pair certificate": ["node", "pair", "in", "--out", "d", "--address", "https://127.0.0.1:1", "--certificate", "@"],
    "node pair out": ["node", "pair", "in", "--out", "@"],
    "node pair nothing": ["node", "pair", "in"],
    "node join": ["node", "join", "in", "--letter", "@"],
    "node serve": ["node", "serve", "@"],
    "node serve tls": ["node", "serve", "in", "--tls-cert", "@", "--tls-key", "@"],
    "node seat": ["node", "seat", "@", "name", "secretary"],
    "node pull": ["node", "pull", "@"],
    "node pull from": ["node", "pull", "in", "--from", "@"],
    "node check": ["node", "check", "@"],
    "node backup": ["node", "backup", "@", "new.backup"],
    "node backup to": ["node", "backup", "in", "@"],
    "node restore": ["node", "restore", "@", "new", "--signer", "in/signer"],
    "node restore signer": ["node", "restore", "in.backup", "new", "--signer", "@"],
    "node restore to": ["node", "restore", "in.backup", "@", "--signer", "in/signer"],
    "node recover": ["node", "recover", "@"],
    "node recover bundle": ["node", "recover", "in", "--bundle", "@"],
    "keys new": ["keys", "new", "--out", "@"],
    "keys new suite": ["keys", "new", "--suite", "rot13", "--out", "new.pem"],
    "keys show": ["keys", "show", "@"],
    "record log": ["record", "log", "@"],
    "record fsck": ["record", "fsck", "@"],
    "record rebuild": ["record", "rebuild", "@"],
    "record room": ["record", "fsck", "in", "--room", "elsewhere"],
    "bundle write": ["bundle", "write", "@", "new.bundle"],
    "bundle write to": ["bundle", "write", "in", "@"],
    "bundle read": ["bundle", "read", "in", "@"],
    "sign": ["sign", "@", "--key", "person.pem"],
    "sign key": ["sign", "request.json", "--key", "@"],
    "sign pdf": ["sign", "request.json", "--key", "person.pem", "--pdf", "@", "--certificate", "person.pem"],
    "verify": ["verify", "@"],
    "verify room": ["verify", "in.bundle", "--room", "@"],
    "press read": ["press", "read", "@"],
    "press register": ["press", "read", "report.txt", "--register", "@"],
    "press score": ["press", "score", "@", "gold.json"],
    "press gold": ["press", "score", ".", "@"],
}
FILES = {  # what stands in the place of the file
    "missing": "nowhere/nothing",
    "junk": "junk",
    "folder": "empty",
    "json": "wrong.json",
    "picture": "picture.png",
    "closed": "/sys/kernel/nothing",  # even the superuser may not write there
}
FINE = {  # what is no fault: a place for a new node, a tree without anything new, text that is text, a letter of any kind
    ("node init", "missing"),
    ("node init", "folder"),
    ("node restore to", "folder"),
    ("node pull from", "folder"),
    ("press read", "json"),
    ("node join", "junk"),
    ("node join", "json"),
    ("node join", "picture"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    program.ready(folder)
    with program.inside(folder, "IN") as (node,):
        room = node.rooms()[0]
    program.wrote(folder, "IN", room, steps=4)
    program.exchanged(folder, "IN")
    program.cochair(folder, "node", "backup", "in", "in.backup")
    program.cochair(folder, "bundle", "write", "in", "in.bundle", "--record-only")
    key = program.ask(folder, "keys", "new", "--out", "person.pem")["key"]
    (folder / "request.json").write_bytes(request(room, key))
    (folder / "report.txt").write_text("The Sides met in Moscow on 5 August.")
    (folder / "gold.json").write_text("{}")
    (folder / "junk").write_bytes(JUNK)
    (folder / "junk").chmod(0o600)
    (folder / "empty").mkdir()
    (folder / "wrong.json").write_text('{"what": "something else", "v": 1.5}')
    (folder / "wrong.json").chmod(0o600)
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + JUNK)
    (folder / "picture.png").chmod(0o600)
    return folder


def request(room, key):
    from cochair.protocol.manifest import Slot
    from cochair.protocol.request import Request, encode

    return encode(Request(room, Slot("sign", "IN/record/1", 0), "0" * 64, {"IN": 1}, "IN", "IN/record/1", key, specimen=True, slug="c7"))


def standing(folder):
    """Every file and what is in it; what a running signer or SQLite keeps for itself aside."""
    own = ("-wal", "-shm", "socket", "lock", ".log")
    files = (path for path in folder.rglob("*") if not path.name.endswith(own) and path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


CASES = [
    (name, kind) for name, arguments in COMMANDS.items() for kind in (FILES if "@" in arguments else ["none"]) if (name, kind) not in FINE
]
SHORT = os.environ.get("COCHAIR_BAD_INPUT", "") != "all"


def chosen():
    """All commands with each of their wrong files; in the short run two kinds a command, so that every kind comes up many times."""
    if not SHORT:
        return CASES
    kinds = list(FILES)
    picked = []
    for number, name in enumerate(COMMANDS):
        mine = [case for case in CASES if case[0] == name]
        picked += [mine[(number * 2 + step) % len(mine)] for step in range(min(2, len(mine)))]
    assert {kind for _name, kind in picked} >= set(kinds)
    return picked


@pytest.mark.parametrize(("name", "kind"), chosen(), ids=lambda value: value.replace(" ", "-"))
def test_a_wrong_file_is_refused_with_the_next_step(place, name, kind):
    arguments = [FILES[kind] if argument == "@" else argument for argument in COMMANDS[name]]
    before = standing(place)
    said = program.cochair(place, *arguments, status=1)
    assert standing(place) == before, "something was written"
    if name.startswith("verify") and "REFUSED" in said:
        assert "next:  " in said
        return
    lines = said.strip().splitlines()
    assert any(line.startswith("error: ") and len(line) > 12 for line in lines), said
    assert any(line.startswith("next:  ") and len(line) > 12 for line in lines), said


@pytest.mark.parametrize(
    "arguments", [["node", "init"], ["node", "fly"], ["keys", "new", "--suite"], ["bundle", "write", "in", "x", "y"], ["sign", "--key"]]
)
def test_wrong_usage_is_two(place, arguments):
    before = standing(place)
    assert "Error" in program.cochair(place, *arguments, status=2)
    assert standing(place) == before


def test_an_error_is_json_where_json_is_asked_for(place):
    said = program.ask(place, "record", "fsck", "nowhere", status=1)
    assert set(said) == {"error", "next"}
    assert said["next"]
