"""fsck finds what was altered and names it; rebuild makes the same rows; the digest is the same on every database."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError
from cochair.record import live as rooms
from cochair.record.digest import stored_rows, tables_of
from cochair.record.node import Node
from cochair.record.store import table_sql
from tests.record.lives import World, live
from tests.record.makers import REGISTRY, exchange, join_terms, make_node, note, position, received, reopen, settle_slot

Make = Callable[[str], Node]
ORIGIN = "in.example/c7/IN/record"


def take(node: Node, world: World, rng: random.Random) -> str:
    """A whole life into one node, in random portions, unsigned: only the database is looked at here."""
    room = node.join(world.structural[world.room])
    rest = {origin: list(entries) for origin, entries in world.logs.items() if entries}
    missing = [d for d in world.structural if d != room]
    while rest or missing:
        if missing and (not rest or rng.random() < 0.2):
            node.put_structural(room, world.structural[missing.pop(rng.randrange(len(missing)))])
            continue
        origin = rng.choice(sorted(rest))
        count = rng.randint(1, 40)
        with node.writing(room) as (tx, known):
            rooms.append(tx, known, origin, rest[origin][:count], b"")
            rooms.settle(tx, known, node.registry.tables)
        rest[origin] = rest[origin][count:]
        if not rest[origin]:
            del rest[origin]
        if rng.random() < 0.1:
            node._lives.clear()  # as after a restart
    return room


@pytest.mark.parametrize("seed", [3, 7, 11])
def test_both_databases_and_a_rebuild_say_the_same(tmp_path: Path, postgres_url: str, seed: int) -> None:
    world = live(seed, ("IN", "RU"), 150)
    digests, waits = set(), set()
    for name, url in (("a", None), ("b", None), ("c", f"{postgres_url}#life_{seed}")):
        node = make_node(tmp_path / name, "XX", url)
        room = take(node, world, random.Random(f"{seed}{name}"))
        for _ in range(2):
            digests.add((node.state_digest(room), node.state_digest(room, "working")))
            node.rebuild(room)
        assert [p for p in node.fsck(room) if p.what in ("row", "applied", "entry", "root")] == []
        waits.add(str(node.waiting(room)))
        with node.writing(room) as (_, known):
            assert known.fold.advance().rows == {}
        node.close()
    assert len(digests) == 1
    assert len(waits) == 1


@pytest.fixture
def full(make: Make) -> tuple[Node, str]:
    """One node of two, every table of the record and of the stage filled."""
    one, other = make("IN"), make("RU")
    room = one.found("c7")
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    one.write(
        room, [received("t.note/1", {"text": "said"}, kind="statement"), received("t.meeting/1", {"name": "12th"}, meeting), note("ours")]
    )
    join_terms(one, other, room)
    other.write(room, [position("t.meeting/1", {"name": "12th"}, meeting)])
    log = "w-IN-" + meeting.rpartition("/")[2]
    (paragraph,) = one.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    one.write(room, [position("t.text/1", {"words": "x"}, paragraph, log=log)])
    exchange(one, other, room)
    other.write(room, [position("t.text/1", {"words": "x"}, paragraph, log=log)])
    exchange(one, other, room)
    settle_slot(one, other, room, one.put_structural(room, {"v": 1, "x": 1}), "adopt", meeting)
    assert one.fsck(room) == []
    return one, room


def test_every_cell_is_checked(full: tuple[Node, str]) -> None:
    """One cell of each column of each filled table is changed, found, named, and healed by rebuild."""
    node, room = full
    digests = node.state_digest(room), node.state_digest(room, "working")
    rng = random.Random(1)
    filled = 0
    for name in tables_of(REGISTRY):
        table = REGISTRY.tables[name]
        with node.read() as tx:
            rows = stored_rows(tx, REGISTRY, room, name)
        if not rows:
            continue
        filled += 1
        column = rng.choice([*table.columns])
        with node.store.write() as tx:
            value = 77 if column.type == "int" else "altered"
            where = " AND ".join(f'"{key}" = ?' for key in table.key)
            keys = [rows[0][[c.name for c in table.columns].index(k)] for k in table.key]
            tx.execute(f'UPDATE "{name}" SET "{column.name}" = ? WHERE room = ? AND {where}', [value, room, *keys])
        (problem,) = node.fsck(room)
        assert (problem.what, problem.where) == ("row", name)
        assert str(value) in problem.detail
        which = 0 if table.digest == "record" else 1
        assert node.state_digest(room, table.digest) != digests[which]
        node.rebuild(room)
        assert node.fsck(room) == []
        assert (node.state_digest(room), node.state_digest(room, "working")) == digests
    assert filled >= 15


def test_a_row_too_many_or_too_few(full: tuple[Node, str]) -> None:
    node, room = full
    with node.store.write() as tx:
        tx.execute("DELETE FROM t_settled WHERE room = ?", (room,))
    assert [(p.what, p.where) for p in node.fsck(room)] == [("row", "t_settled")]
    with node.store.write() as tx:
        tx.execute("INSERT INTO t_note (room, id, side, account, text, weight, src) VALUES (?, 'x', 'IN', '', 'planted', 0, 'x')", (room,))
    assert [(p.what, p.where) for p in node.fsck(room)] == [("row", "t_note"), ("row", "t_settled")]
    node.rebuild(room)
    assert node.fsck(room) == []


def test_dropped_tables_are_made_again_at_start(full: tuple[Node, str]) -> None:
    node, room = full
    digests = node.state_digest(room), node.state_digest(room, "working")
    with node.store.write() as tx:
        for name in tables_of(REGISTRY):
            tx.execute(f'DROP TABLE "{name}"')
    node = reopen(node)
    assert (node.state_digest(room), node.state_digest(room, "working")) == digests
    assert node.fsck(room) == []
    assert node.write(room, [note("goes on")])
    node.close()


def test_a_rebuild_leaves_the_rows_of_other_rooms_alone(make: Make) -> None:
    node = make("IN")
    rooms_ = [node.found(slug) for slug in ("c7", "c8", "c9")]
    for number, room in enumerate(rooms_):
        node.write(room, [position("t.meeting/1", {"name": f"{number}th"}), *(note(f"{number} {n}") for n in range(number + 2))])
    digests = [node.state_digest(room) for room in rooms_]
    for room in sorted(rooms_):  # the first, the middle and the last in the order of the key
        node.rebuild(room)
        node.rebuild(room)
        assert [node.state_digest(each) for each in rooms_] == digests
    for room in rooms_:
        assert node.fsck(room) == []
        assert node.write(room, [note("goes on")])
        assert node.fsck(room) == []


def test_a_folder_of_the_layout_before_is_laid_out_anew(full: tuple[Node, str]) -> None:
    """With a count of arrivals beside each entry, and joint tables that kept no primary key."""
    node, room = full
    digests = node.state_digest(room), node.state_digest(room, "working")
    with node.store.write() as tx:
        tx.execute("ALTER TABLE n_entry RENAME TO n_new")
        tx.execute(
            "CREATE TABLE n_entry (room TEXT NOT NULL, origin TEXT NOT NULL, seq BIGINT NOT NULL, ord BIGINT NOT NULL,"
            f" data {node.store.blob} NOT NULL, PRIMARY KEY (room, origin, seq))"
        )
        for ord_, row in enumerate(tx.query("SELECT * FROM n_new ORDER BY seq, origin")):
            tx.execute("INSERT INTO n_entry VALUES (?, ?, ?, ?, ?)", (row["room"], row["origin"], row["seq"], ord_, row["data"]))
        tx.execute("CREATE UNIQUE INDEX n_entry_ord ON n_entry (room, ord)")
        tx.execute("DROP TABLE n_new")
        tx.execute("DROP TABLE j_statement")
        tx.execute(table_sql(node.store, REGISTRY.tables["j_statement"], keyed=False))
    node = reopen(node)
    assert node.store.columns("n_entry") == ["room", "origin", "seq", "data"]
    assert (node.state_digest(room), node.state_digest(room, "working")) == digests
    assert node.fsck(room) == []
    assert node.write(room, [note("goes on")])
    node.close()


def test_altered_bytes_are_found(full: tuple[Node, str]) -> None:
    node, room = full
    with node.store.write() as tx:
        (row,) = tx.query("SELECT data FROM n_entry WHERE room = ? AND origin = ? AND seq = 0", (room, ORIGIN))
        tx.execute(
            "UPDATE n_entry SET data = ? WHERE room = ? AND origin = ? AND seq = 0",
            (bytes(row["data"]).replace(b"12th", b"13th"), room, ORIGIN),
        )
    node._lives.clear()
    problems = node.fsck(room)
    assert {"root", "checkpoint", "ledger"} <= {p.what for p in problems}
    with pytest.raises(CochairError):
        node.write(room, [note("on sand")])
    with node.store.write() as tx:
        tx.execute("UPDATE n_entry SET data = ? WHERE room = ? AND origin = ? AND seq = 0", (bytes(row["data"]), room, ORIGIN))
        tx.execute("DELETE FROM n_entry WHERE room = ? AND origin = 'ru.example/c7/RU/record' AND seq = 1", (room,))
    assert next((p.what, p.where) for p in node.fsck(room)) == ("entry", "ru.example/c7/RU/record 1")


def test_altered_files_are_found(full: tuple[Node, str]) -> None:
    node, room = full
    paper = node.put_paper(room, b"the text of an annex")
    digest = node.put_structural(room, {"v": 1, "more": 1})
    for path in (node.papers.paper_path(room, paper), node.papers.structural_path(room, digest)):
        data = bytearray(path.read_bytes())
        data[-3] ^= 1
        path.write_bytes(data)
    assert [(p.what, p.where) for p in node.fsck(room)] == [("structural", digest), ("paper", paper)]
    with pytest.raises(CochairError):
        node.paper(room, paper)
    for path in (node.papers.paper_path(room, paper), node.papers.structural_path(room, digest)):
        path.unlink()
    with node.read() as tx:
        (named,) = tx.query("SELECT paper FROM j_seal WHERE room = ? AND side = 'IN' AND slot LIKE 'adopt%'", (room,))
    node.papers.paper_path(room, named["paper"]).unlink()
    assert [(p.what, p.where) for p in node.fsck(room)] == [("paper", named["paper"])]
    checkpoint = node.publisher.path(ORIGIN)
    checkpoint.write_bytes(checkpoint.read_bytes().replace(b"\n\n", b"\n1\n\n", 1))
    assert ("checkpoint", ORIGIN) in [(p.what, p.where) for p in node.fsck(room)]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    node = make_node(tmp_path / "IN", "IN")
    node.close()
    (node.folder / "record.sqlite3").write_bytes(b"not a database" * 100)
    for leftover in ("record.sqlite3-wal", "record.sqlite3-shm"):
        (node.folder / leftover).unlink(missing_ok=True)
    with pytest.raises(CochairError):
        reopen(node)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(node.folder / "record.sqlite3").execute("SELECT 1 FROM n_room")
