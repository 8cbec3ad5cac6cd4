"""The commands for when something is wrong: heal, regain, faults, evidence, check, resume, end, as an operator uses them."""

import contextlib
import json
import shutil
import sqlite3

import pytest

from cochair.cli.verify import trust_file
from tests.cli import program

pytestmark = pytest.mark.timeout(600)
IGNORED = shutil.ignore_patterns("lock", "socket")


def test_an_operator_heals_regains_and_ends_a_fork(tmp_path):
    room = program.ready(tmp_path)
    program.wrote(tmp_path, "IN", room, steps=12)
    program.exchanged(tmp_path, "IN", "RU", "IN")
    with program.inside(tmp_path, "IN") as (node,):
        digest, keys = node.state_digest(room), {each["side"]: each["log_key"] for each in node.terms(room)["sides"]}
    (tmp_path / "trust.json").write_bytes(trust_file(room, keys))
    # damage: an entry and a row
    with contextlib.closing(sqlite3.connect(tmp_path / "in" / "record.sqlite3")) as db, db:
        ((data,),) = db.execute("SELECT data FROM n_entry WHERE seq = 1 AND origin = 'in.example/c7/IN/record'")
        db.execute("UPDATE n_entry SET data = ? WHERE seq = 1 AND origin = 'in.example/c7/IN/record'", (data.replace(b"kind", b"kinx"),))
        db.execute("DELETE FROM j_matter WHERE key = (SELECT min(key) FROM j_matter)")
    said = program.cochair(tmp_path, "record", "fsck", "in", status=1)
    assert "in.example/c7/IN/record 1" in said
    assert program.ask(tmp_path, "record", "heal", "in", "--from", "ru/tree")["left"] == []
    program.cochair(tmp_path, "record", "fsck", "in")
    # nothing but keys
    shutil.copytree(tmp_path / "in" / "signer", tmp_path / "keys", ignore=IGNORED)
    shutil.copytree(tmp_path / "in", tmp_path / "twin", ignore=IGNORED)
    (tmp_path / "in").rename(tmp_path / "gone")
    program.cochair(tmp_path, "node", "regain", "in", "--room", "00" * 32, "--signer", "keys", "--from", "ru/tree", status=1)
    done = program.ask(tmp_path, "node", "regain", "in", "--room", room, "--signer", "keys", "--from", "ru/tree", "--specimen")
    assert done["writes"]
    with program.inside(tmp_path, "IN") as (node,):
        assert node.state_digest(room) == digest
    # a second copy of the machine writes as well: everybody stops, and can prove why
    shutil.copy(tmp_path / "gone" / "peers.json", tmp_path / "in" / "peers.json")
    assert program.wrote(tmp_path, "IN", room, steps=6, seed=3)
    program.exchanged(tmp_path, "IN", "RU")
    (tmp_path / "in").rename(tmp_path / "first")
    (tmp_path / "twin").rename(tmp_path / "in")
    assert program.wrote(tmp_path, "IN", room, steps=6, seed=4)
    program.cochair(tmp_path, "node", "pull", "in", status=1)
    program.cochair(tmp_path, "node", "pull", "ru", status=1)
    assert "discrepancy" in program.cochair(tmp_path, "node", "check", "in", status=4)
    assert "discrepancy" in program.cochair(tmp_path, "node", "check", "ru", status=4)
    program.cochair(tmp_path, "record", "faults", "ru", "--out", "evidence", status=1)
    (proof,) = (tmp_path / "evidence").iterdir()
    assert json.loads(proof.read_bytes())["kind"] == "heads"
    assert "two histories" in program.cochair(tmp_path, "record", "evidence", proof, "--room", "trust.json")
    program.cochair(tmp_path, "verify", proof, "--room", "trust.json")
    program.cochair(tmp_path, "record", "evidence", proof, status=3)
    assert "signs again" in program.cochair(tmp_path, "node", "resume", "in", "--decided", "Security officer: the twin is off")
