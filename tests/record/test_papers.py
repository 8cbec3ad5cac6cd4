"""Papers at rest: sealed, found again, refused when altered, gone with their keys; given later and checked against their id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.ledger.papers import new_salt, paper_id, store_paper
from cochair.record import backup, paper_keys, spool
from cochair.record.node import Draft, Node
from cochair.record.paper_keys import PaperKeys
from cochair.record.papers import Papers
from cochair.record.signer import InProcessSigner
from tests.record.makers import REGISTRY, exchange, note, reopen
from tests.vectors.make import HERE

ROOM = "ab" * 32
CASES = json.loads((Path(HERE) / "paper-store.json").read_text())["cases"]


def papers_in(folder: Path) -> Papers:
    return Papers(folder / "rooms", PaperKeys(folder / paper_keys.FILE))


def planted(node: Node, room: str, data: bytes) -> str:
    name = node.put_paper(room, data)
    node.write(room, [Draft("record", "fault", "record.fault/1", {"log": "x", "what": "letter", "evidence": name})])
    return name


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return papers_in(tmp_path)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 33, (1 << 20) - 32, (1 << 20) - 31, (3 << 20) + 5])
def test_what_is_put_is_given_back_and_lies_nowhere_in_clear(papers: Papers, tmp_path: Path, size: int) -> None:
    salt, data = new_salt(), (b"clear text " * (size // 11 + 1))[:size]
    name = paper_id(salt, data)
    assert papers.put(ROOM, name, store_paper(salt, data))
    assert not papers.put(ROOM, name, store_paper(salt, data))
    assert papers.stored(ROOM, name) == salt + data
    assert papers_in(tmp_path).stored(ROOM, name) == salt + data, "another process reads it too"
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or (b"clear text" not in path.read_bytes() and salt not in path.read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["number"]))
def test_the_vectors_open(tmp_path: Path, case: dict[str, object]) -> None:
    """Sealed by the textbook; the key file is sparse up to the record that is meant."""
    from tests.vectors import stream

    keys, record = tmp_path / paper_keys.FILE, bytes.fromhex(str(case["record_hex"]))
    keys.touch(0o600)
    with keys.open("r+b") as file:
        file.write(paper_keys.HEADER)
        file.seek(96 * int(str(case["number"])))
        file.write(record)
    if "file_hex" in case:
        sealed = bytes.fromhex(str(case["file_hex"]))
    else:
        stored = hashlib.sha256(b"vector salt").digest() + bytes(int(str(case["size"])) - 32)
        bound = b"cochair/paper-at-rest/v1\n" + record[:64]
        parts = stream.push(record[64:], bytes.fromhex(str(case["header_hex"])), [stored[: 1 << 20], stored[1 << 20 :]], bound)
        sealed = bound[:25] + int(str(case["number"])).to_bytes(8, "big") + bytes.fromhex(str(case["header_hex"])) + b"".join(parts)
        assert hashlib.sha256(sealed).hexdigest() == case["file_sha256"]
    papers = papers_in(tmp_path)
    path = papers.paper_path(str(case["room"]), str(case["id"]))
    path.parent.mkdir(parents=True)
    path.write_bytes(sealed)
    assert hashlib.sha256(papers.stored(str(case["room"]), str(case["id"]))).hexdigest() == case["stored_sha256"]


def test_no_altered_file_is_given_out_and_it_may_be_put_again(papers: Papers) -> None:
    salt, data = new_salt(), b"a letter" * 10
    name = paper_id(salt, data)
    papers.put(ROOM, name, salt + data)
    path = papers.paper_path(ROOM, name)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((Rejected, NotHeld)):
            papers.stored(ROOM, name)
    for wrong in (b"", whole[:20], whole[:-1], whole + b"x", whole[:57]):
        path.write_bytes(wrong)
        with pytest.raises(Rejected):
            papers.stored(ROOM, name)
    path.write_bytes(whole[:10])
    assert not papers.has(ROOM, name)
    assert papers.put(ROOM, name, salt + data)
    assert papers.stored(ROOM, name) == salt + data


def test_a_file_in_anothers_place_does_not_open(papers: Papers) -> None:
    names = []
    for text in (b"one", b"two"):
        salt = new_salt()
        names.append(paper_id(salt, text))
        papers.put(ROOM, names[-1], salt + text)
    one, two = (papers.paper_path(ROOM, name) for name in names)
    two.write_bytes(one.read_bytes())
    with pytest.raises(NotHeld, match="key"):
        papers.stored(ROOM, names[1])


def test_a_destroyed_key_opens_no_copy_also_one_sealed_earlier(papers: Papers, tmp_path: Path) -> None:
    salt, data = new_salt(), b"to be erased"
    name = paper_id(salt, data)
    copies = []
    for _ in range(2):  # lost and fetched again: two keys
        papers.put(ROOM, name, salt + data)
        copies.append(papers.paper_path(ROOM, name).read_bytes())
        papers.paper_path(ROOM, name).unlink()
    keys = (tmp_path / paper_keys.FILE).read_bytes()
    papers.erase(ROOM, name)
    after = (tmp_path / paper_keys.FILE).read_bytes()
    assert len(after) == len(keys) == 3 * 96
    assert [after[at + 64 : at + 96] for at in (96, 192)] == [bytes(32)] * 2
    for copy in copies:
        papers.paper_path(ROOM, name).write_bytes(copy)
        assert not papers.has(ROOM, name)
        with pytest.raises(NotHeld):
            papers.stored(ROOM, name)
    assert papers.drop_keyless(ROOM) == [name]


def test_a_torn_record_is_written_over(papers: Papers, tmp_path: Path) -> None:
    for number, text in enumerate((b"one", b"two"), 1):
        salt = new_salt()
        papers.put(ROOM, paper_id(salt, text), salt + text)
        with (tmp_path / paper_keys.FILE).open("ab") as file:
            file.write(b"torn" * number)
    again = papers_in(tmp_path)
    for name in list(again.held(ROOM)):
        assert again.stored(ROOM, name)[32:] in (b"one", b"two")


def test_many_writers_never_share_a_record(tmp_path: Path) -> None:
    stores = [papers_in(tmp_path) for _ in range(3)]
    texts = [str(number).encode() for number in range(60)]

    def put(number: int) -> str:
        salt = hashlib.sha256(texts[number]).digest()
        name = paper_id(salt, texts[number])
        stores[number % 3].put(ROOM, name, salt + texts[number])
        stores[(number + 1) % 3].put(ROOM, name, salt + texts[number])
        return name

    with ThreadPoolExecutor(6) as pool:
        names = list(pool.map(put, range(60)))
    assert [papers_in(tmp_path).stored(ROOM, name)[32:] for name in names] == texts


def test_a_key_file_that_others_may_read_or_that_is_another_is_refused(papers: Papers, tmp_path: Path) -> None:
    path = tmp_path / paper_keys.FILE
    salt = new_salt()
    papers.put(ROOM, paper_id(salt, b"x"), salt + b"x")
    path.chmod(0o644)
    with pytest.raises(CochairError, match="open to other users"):
        papers_in(tmp_path).stored(ROOM, paper_id(salt, b"x"))
    path.chmod(0o600)
    path.write_bytes(b"something else".ljust(960, b"."))
    with pytest.raises(Rejected, match="paper keys"):
        papers_in(tmp_path).stored(ROOM, paper_id(salt, b"x"))


def test_a_paper_given_later_is_checked_against_its_id(make: Callable[[str], Node]) -> None:
    one = make("IN")
    other = make("RU")
    room = one.found("c7", sides=[one.descriptor("c7"), other.descriptor("c7")])
    other.join(one.terms(room))
    name = planted(one, room, b"a letter that was kept back")
    exchange(one, other, room)
    stored = one.stored_paper(room, name)
    with pytest.raises(Rejected, match="does not have the id"):
        other.disclose(room, name, stored[:-1] + b"?")
    with pytest.raises(Rejected, match="does not have the id"):
        other.disclose(room, name, bytes(32) + stored[32:])
    unnamed = paper_id(bytes(32), b"nobody asked")
    with pytest.raises(NotFound, match="Nothing in this room names"):
        other.disclose(room, unnamed, bytes(32) + b"nobody asked")
    assert other.disclose(room, name, stored)
    assert other.paper(room, name) == b"a letter that was kept back"
    assert not other.disclose(room, name, stored)
    one.erase(room, name, "request")
    exchange(one, other, room)
    with pytest.raises(Conflict, match="was erased"):
        other.disclose(room, name, stored)


def test_no_table_of_either_database_holds_a_paper(make: Callable[[str], Node], request: pytest.FixtureRequest) -> None:
    """On PostgreSQL what is searched is every file of the cluster, its write-ahead log included."""
    node = make("IN")
    room = node.found("c7")
    secret, marker = b"a name that stands in a paper alone", "a marker that stands in an entry"
    name = planted(node, room, secret)
    node.write(room, [note(marker)])
    places = [node.folder]
    if type(node.store).__name__ == "PostgresStore":
        with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as db:
            db.execute("CHECKPOINT")
            places = [Path(db.execute("SHOW data_directory").fetchone()[0])]

    def found(what: bytes) -> bool:
        return any(what in path.read_bytes() for place in places for path in place.rglob("*") if path.is_file() and not path.is_symlink())

    assert found(marker.encode()), "the search does not find what is there"
    assert not found(secret)
    node.erase(room, name, "request")
    assert not found(secret)


def test_a_backup_without_the_newest_keys_says_so_and_drops_what_they_do_not_open(tmp_path: Path, make: Callable[[str], Node]) -> None:
    node = make("IN")
    if type(node.store).__name__ == "PostgresStore":
        pytest.skip("the restored one is put on SQLite in both cases")
    room = node.found("c7")
    early, late = planted(node, room, b"early"), None
    old = tmp_path / "old-keys"
    old.write_bytes((node.folder / paper_keys.FILE).read_bytes())
    late = planted(node, room, b"late")
    backup.write(node, tmp_path / "a.backup")
    node.close()

    def restored(name: str, **more: object) -> tuple[int, list[str]]:
        done = backup.restore(tmp_path / "a.backup", tmp_path / name, signer=node.folder / "signer", **more)
        again = Node.open(tmp_path / name, registry=REGISTRY, make_signer=InProcessSigner)
        held = list(again.papers.held(room))
        again.close()
        return done.dropped, held

    with pytest.raises(NotFound, match="No paper keys were given"):
        restored("none")
    with pytest.raises(NotFound, match="no paper keys at"):
        restored("missing", keys=tmp_path / "nowhere")
    assert not (tmp_path / "none").exists()
    assert restored("lost", papers_lost=True) == (2, [])
    assert restored("old", keys=old) == (1, [early])
    assert restored("new", keys=node.folder / paper_keys.FILE) == (0, sorted([early, late]))
    assert b"early" not in (tmp_path / "a.backup").read_bytes()


def test_what_a_killed_process_left_goes_at_the_next_start(tmp_path: Path, make: Callable[[str], Node]) -> None:
    node = make("IN")
    room = node.found("c7")
    with spool.workplace(node.folder, "in") as busy:
        for left in ("in-killed", "import-half"):
            (node.folder / "spool" / left / room / "paper").mkdir(parents=True)
            (node.folder / "spool" / left / room / "paper" / ("ab" * 32)).write_bytes(b"x")
        (busy / room / "paper").mkdir(parents=True)
        (busy / room / "paper" / ("ab" * 32)).write_bytes(b"x")
        spool.sweep(node.folder, imports=False)
        assert sorted(path.name for path in (node.folder / "spool").iterdir()) == sorted(["import-half", busy.name])
        spool.forget(node.folder, room, "ab" * 32)
        assert [path for path in (node.folder / "spool").rglob("*") if path.is_file()] == []
        assert busy.exists()
    (node.folder / "spool" / "out-killed").mkdir()
    reopen(node)
    assert list((node.folder / "spool").iterdir()) == []
