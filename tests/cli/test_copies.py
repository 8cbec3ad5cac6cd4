"""Backup, an empty machine, the keys given back from their own copy: the node asks the other Side first, takes its own bytes back, and never forks."""

import contextlib
import shutil
import sqlite3
import subprocess

import psycopg
import pytest

from cochair.kit.errors import CochairError
from tests.cli import program

pytestmark = pytest.mark.timeout(200)


@pytest.fixture
def lost(tmp_path):
    """IN is backed up, goes on, RU pulls, and the machine of IN is gone: its backup, and copies of its keys as of then and as of the end, remain."""
    room = program.ready(tmp_path)
    program.wrote(tmp_path, "IN", room, steps=15)
    with program.inside(tmp_path, "IN") as (node,):
        node.put_paper(room, b"a letter")  # so that there are keys of papers to be kept
    program.exchanged(tmp_path, "IN", "RU", "IN")
    program.cochair(tmp_path, "node", "backup", "in", "in.backup")
    keys_copied(tmp_path, "old-keys")
    assert program.wrote(tmp_path, "IN", room, steps=15, seed=1)
    program.exchanged(tmp_path, "IN", "RU", "IN")
    keys_copied(tmp_path, "new-keys")
    (tmp_path / "in").rename(tmp_path / "gone")
    return tmp_path, room


def keys_copied(folder, name):
    shutil.copytree(folder / "in" / "signer", folder / name, ignore=shutil.ignore_patterns("socket", "lock"))
    shutil.copy2(folder / "in" / "paper-keys", folder / name)


def heads(folder, room, node="in"):
    """Heads of IN's own logs as the database holds them."""
    with contextlib.closing(sqlite3.connect(folder / node / "record.sqlite3")) as db:
        return dict(db.execute("SELECT origin, size FROM n_log WHERE side = 'IN' AND room = ?", (room,)))


def goes_on(folder, room):
    """IN writes again, RU takes it without a word of a fork, both stand alike."""
    assert program.wrote(folder, "IN", room, steps=8, seed=2)
    program.exchanged(folder, "IN", "RU", "IN", "RU")
    alike(folder, room)


def alike(folder, room):
    with program.inside(folder, *program.SIDES) as (ours, theirs):
        for node in (ours, theirs):
            assert node.fsck(room) == []
        found = [{which: node.state_digest(room, which) for which in ("record", "working")} for node in (ours, theirs)]
        assert found[0] == found[1]
        return found[0]


@pytest.mark.parametrize("keys", ["old-keys", "new-keys"])
def test_on_an_empty_machine_the_node_asks_its_peer_first(lost, keys):
    folder, room = lost
    was = heads(folder, room, "gone")
    done = program.ask(folder, "node", "restore", "in.backup", "in", "--signer", keys)
    assert done["rooms"][room]["asked"] == ["RU"]
    assert sum(done["rooms"][room]["taken"].values()) > 0
    assert done["writes"]
    assert heads(folder, room) == was
    goes_on(folder, room)


def test_while_the_peer_is_away_it_writes_nothing(lost):
    folder, room = lost
    (folder / "ru").rename(folder / "away")
    done = program.ask(folder, "node", "restore", "in.backup", "in", "--signer", "old-keys")
    assert not done["writes"]
    before = heads(folder, room)
    with pytest.raises(CochairError, match="restored"):
        program.wrote(folder, "IN", room, steps=30)
    assert heads(folder, room) == before
    said = program.cochair(folder, "node", "check", "in", status=1)
    assert "cochair node recover" in said
    again = program.ask(folder, "node", "recover", "in", status=1)
    assert not again["writes"]
    assert program.ask(folder, "node", "recover", "in", "--from", "away/tree")["writes"]
    (folder / "away").rename(folder / "ru")
    goes_on(folder, room)


def test_a_bundle_of_the_peer_will_do(lost):
    folder, room = lost
    program.cochair(folder, "bundle", "write", "ru", "from-ru.bundle")
    (folder / "ru").rename(folder / "away")
    assert not program.ask(folder, "node", "restore", "in.backup", "in", "--signer", "old-keys")["writes"]
    assert program.ask(folder, "node", "recover", "in", "--bundle", "from-ru.bundle")["writes"]
    (folder / "away").rename(folder / "ru")
    goes_on(folder, room)


def test_what_was_signed_and_never_pulled_stops_the_log(lost):
    """Only the machine that is gone held those entries; to write others in their place would be a fork."""
    folder, room = lost
    (folder / "gone").rename(folder / "in")
    assert program.wrote(folder, "IN", room, steps=6, seed=3)
    keys_copied(folder, "last-keys")
    shutil.rmtree(folder / "in")
    done = program.ask(folder, "node", "restore", "in.backup", "in", "--signer", "last-keys")
    assert not done["writes"]
    assert any("were signed" in why for why in done["halted"].values())
    again = program.ask(folder, "node", "recover", "in", status=1)
    assert again["halted"] == done["halted"]


def test_a_lost_ledger_is_asked_for_and_then_begun_anew(lost):
    folder, room = lost
    (folder / "old-keys" / "sign-ledger").unlink()
    said = program.cochair(folder, "node", "restore", "in.backup", "in", "--signer", "old-keys", status=1)
    assert "--ledger-lost" in said
    assert not (folder / "in").exists()
    done = program.ask(folder, "node", "restore", "in.backup", "in", "--signer", "old-keys", "--ledger-lost")
    assert done["rooms"][room]["asked"] == ["RU"]
    record = "in.example/c7/IN/record"
    assert heads(folder, room)[record] == heads(folder, room, "gone")[record]


def test_no_key_is_in_a_backup_and_a_damaged_one_is_refused(lost):
    folder, _room = lost
    data = (folder / "in.backup").read_bytes()
    for path in (folder / "gone" / "signer").glob("*.pem"):
        secret = b"".join(path.read_bytes().splitlines()[1:-1])
        assert secret not in data
    assert b"PRIVATE" not in data
    assert (folder / "in.backup").stat().st_mode & 0o777 == 0o600
    before = sorted(path.name for path in folder.iterdir())
    for place in (300, len(data) // 3, len(data) // 2, len(data) - 12_000):
        (folder / "in.backup").write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        program.cochair(folder, "node", "restore", "in.backup", "in", "--signer", "old-keys", status=1)
        assert sorted(path.name for path in folder.iterdir()) == before, place
    (folder / "in.backup").write_bytes(data[: len(data) // 2])
    program.cochair(folder, "node", "restore", "in.backup", "in", "--signer", "old-keys", status=1)
    assert sorted(path.name for path in folder.iterdir()) == before


def drop_joint_tables(folder, url):
    """As somebody with the database's password could."""
    if url is None:
        with sqlite3.connect(folder / "record.sqlite3") as db:
            names = [
                row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'n|_%' ESCAPE '|'")
            ]
            for name in names:
                db.execute(f'DROP TABLE "{name}"')
    else:
        address, _, schema = url.partition("#")
        with psycopg.connect(address, autocommit=True) as db:
            rows = db.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (schema,)).fetchall()
            names = [row[0] for row in rows if not row[0].startswith("n_")]
            for name in names:
                db.execute(f'DROP TABLE "{schema}"."{name}"')
    return names


def test_tables_dropped_and_rebuilt_on_both_nodes_give_the_same_digests(tmp_path, database):
    urls = [database(side) for side in program.SIDES]
    room = program.ready(tmp_path, urls)
    program.wrote(tmp_path, "IN", room, steps=25)
    program.exchanged(tmp_path, "IN", "RU")
    program.wrote(tmp_path, "RU", room, steps=15)
    program.exchanged(tmp_path, "RU", "IN", "RU", "IN")
    before = alike(tmp_path, room)
    for side, url in zip(program.SIDES, urls, strict=True):
        assert len(drop_joint_tables(tmp_path / side.lower(), url)) > 10
        assert program.ask(tmp_path, "record", "rebuild", side.lower())[room] == before
    assert alike(tmp_path, room) == before


def test_a_backup_moves_a_node_from_one_database_to_another(tmp_path, database, postgres_url):
    room = program.ready(tmp_path, [database(side) for side in program.SIDES])
    program.wrote(tmp_path, "IN", room, steps=15)
    program.exchanged(tmp_path, "IN", "RU", "IN", "RU")
    before = alike(tmp_path, room)
    program.cochair(tmp_path, "node", "backup", "in", "in.backup")
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("DROP SCHEMA IF EXISTS n_moved CASCADE")
    for name, target in (("sqlite", []), ("postgres", ["--database-url", f"{postgres_url}#n_moved"])):
        done = program.ask(tmp_path, "node", "restore", "in.backup", name, "--signer", "in/signer", *target)
        assert done["writes"]
        found = program.ask(tmp_path, "record", "fsck", name)
        assert found["problems"] == []
        assert found["rooms"][room]["digests"] == before


def test_a_backup_while_the_node_writes_is_one_moment(tmp_path):
    room = program.ready(tmp_path)
    process = program.driver(tmp_path, "IN", room, steps=60)
    try:
        process.stdout.readline()
        for number in range(2):
            program.cochair(tmp_path, "node", "backup", "in", f"{number}.backup")
    finally:
        process.communicate(timeout=100)
    for number in range(2):
        done = program.ask(tmp_path, "node", "restore", f"{number}.backup", f"in-{number}", "--signer", "in/signer")
        assert done["rooms"][room]["asked"] == ["RU"]
        found = subprocess.run(
            [*program.PROGRAM, "record", "fsck", f"in-{number}"],
            cwd=tmp_path,
            env=program.ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "paper" not in found.stdout
        assert "row" not in found.stdout
        assert "ledger" in found.stdout or found.returncode == 0  # the keys were copied later than the database, as they should be
