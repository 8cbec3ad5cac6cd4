"""A later version of a schema: adopted by seals of both Sides, written from then on, and what a node does whose program does not know it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cochair.kit.errors import CochairError, Conflict
from cochair.record import positions, queries
from cochair.record.contents import RECORD
from cochair.record.fold import Fold
from cochair.record.node import Draft, Node
from cochair.record.registry import Content, Registry, Stage, StatementKind
from cochair.record.schemas import Adopted, make_list
from cochair.record.state import LogState
from tests.record.lives import Book
from tests.record.makers import (
    NEWER,
    REGISTRY,
    STAGE,
    Meeting,
    Meeting2,
    Note,
    Note2,
    adopt,
    exchange,
    find,
    join_terms,
    make_node,
    note,
    position,
    pull,
    received,
    reopen,
    seal,
    settle_slot,
    smuggle,
)

IN, RU = "in.example/c7/IN/record", "ru.example/c7/RU/record"
NEEDS = "needs version 9.1 of Cochair (t.note/2)"
Database = Callable[[str], str | None]


def note2(text: str, tone: str = "dry") -> Draft:
    return Draft("record", "statement", "t.note/2", {"subject": "self", "text": text, "tone": tone})


def voids(node: Node, room: str) -> dict[str, str]:
    with node.read() as tx:
        return {one["id"]: one["reason"] for one in queries.voids(tx, room)}


def pair(folder: Path, database: Database = lambda _side: None, *, adopted: bool = True) -> tuple[Node, Node, str]:
    """Two Sides with the later program."""
    one, other = (make_node(folder / side, side, database(side), NEWER) for side in ("IN", "RU"))
    room = one.found("c7")
    join_terms(one, other, room)
    if adopted:
        adopt(one, other, room)
    return one, other, room


def close(*nodes: Node) -> None:
    for node in nodes:
        node.close()


def test_a_later_version_is_used_once_both_sides_sealed_it(tmp_path: Path) -> None:
    one, other, room = pair(tmp_path, adopted=False)
    with pytest.raises(Conflict, match="not be counted: its schema was not adopted"):
        one.write(room, [note2("too early")])
    positions.say(one, room, "t.note", Note("first"))
    early = smuggle(other, room, "statement", "t.note/2", {"subject": "self", "text": "smuggled"})
    with pytest.raises(Conflict, match="not adopted version 2"):
        positions.say(one, room, "t.note", Note2("too early"))
    exchange(one, other, room)
    assert voids(one, room) == {early: "not-adopted"}
    adopt(one, other, room)
    assert sorted(one.schemas(room)) == sorted(other.schemas(room)) == ["t.meeting/2", "t.note/2", "t.paragraph/2"]
    said = positions.say(one, room, "t.note", Note2("second", "dry"))
    old_form = positions.say(other, room, "t.note", Note("in the old form", weight=3))
    exchange(one, other, room)
    with one.read() as tx:
        tones = {row["id"]: (row["text"], row["tone"]) for row in tx.query("SELECT id, text, tone FROM t_tone")}
    assert tones == {said: ("second", "dry"), old_form: ("in the old form", "")}
    assert voids(other, room) == {early: "not-adopted"}, "what was void when it was written stays so"
    assert one.state_digest(room) == other.state_digest(room)
    assert one.fsck(room) == other.fsck(room) == []
    close(one, other)


def test_both_versions_of_a_matter_are_read_and_do_not_agree_by_themselves(tmp_path: Path) -> None:
    one, other, room = pair(tmp_path, adopted=False)
    meeting = positions.propose(one, room, "t.meeting", Meeting("12th"))
    adopt(one, other, room)
    positions.propose(other, room, "t.meeting", Meeting2("12th", "Moscow"), subject=meeting)
    exchange(one, other, room)
    with one.read() as tx:
        (ours,) = positions.readings(tx, room, "t.meeting", Meeting2, "IN")
        (theirs,) = positions.readings(tx, room, "t.meeting", Meeting2, "RU")
    assert (ours.content, ours.theirs, ours.status) == (Meeting2("12th", ""), Meeting2("12th", "Moscow"), "differ")
    assert (theirs.content, theirs.theirs) == (Meeting2("12th", "Moscow"), Meeting2("12th", ""))
    positions.accept(one, room, "t.meeting", meeting)
    exchange(one, other, room)
    with other.read() as tx:
        (settled,) = positions.readings(tx, room, "t.meeting", Meeting2, "IN")
    assert (settled.content, settled.status) == (Meeting2("12th", "Moscow"), "agreed")
    positions.withdraw(one, room, "t.meeting", meeting)
    with one.read() as tx:
        assert {side: said.schema for side, said in queries.matter(tx, room, "t.meeting", meeting).positions.items()} == {
            "IN": "t.meeting/2",
            "RU": "t.meeting/2",
        }
    close(one, other)


def test_an_older_program_stops_there_and_reads_on_when_it_is_updated(tmp_path: Path, database: Database) -> None:
    one, other, room = pair(tmp_path, database)
    other = reopen(other, REGISTRY)
    meeting = one.write(room, [position("t.meeting/1", {"name": "12th"}), note2("later"), note("behind")])[0]
    manifest = one.put_structural(room, {"v": 1, "x": 1})
    held = seal(one, room, manifest, "adopt", meeting)
    assert pull(other, one, room) == ["new"]
    stopped = other.cut(room)[IN]
    assert other.waiting(room) == {IN: NEEDS}
    assert other.heads(room)[IN] == one.heads(room)[IN], "every byte is taken in"
    assert stopped < other.heads(room)[IN][0]
    assert other.state_digest(room) == one.state_digest(room, cut={**one.cut(room), IN: stopped})
    assert other.fsck(room) == []

    mine = other.write(room, [note("own work goes on"), position("t.meeting/1", {"name": "12th"}, meeting)])
    with other.read() as tx:
        assert tx.query("SELECT size FROM j_head WHERE log = 'RU/record' AND of = 'IN/record'") == [{"size": stopped}]
    for act in (lambda: seal(other, room, manifest, "adopt", meeting), lambda: find(other, room, held)):
        with pytest.raises(Conflict, match=r"IN/record is read up to .* entries, and the rest needs version 9\.1 of Cochair") as told:
            act()
        assert "Update Cochair" in told.value.next_step
    pull(one, other, room)
    one.write(room, [note2("and more")])
    assert pull(other, one, room) == ["new"]
    assert other.heads(room)[IN] == one.heads(room)[IN]

    before = other.heads(room)[RU]
    other = reopen(other, NEWER)
    assert other.waiting(room) == {}
    assert other.heads(room)[RU] == before
    exchange(one, other, room)
    with one.read() as tx:
        assert queries.matter(tx, room, "t.meeting", meeting).standing == "agreed"
        assert mine[1] == queries.matter(tx, room, "t.meeting", meeting).positions["RU"].id
    settle_slot(one, other, room, one.put_structural(room, {"v": 1, "x": 2}), "initial", meeting)
    assert one.state_digest(room) == other.state_digest(room), "one knew it from the start"
    assert one.fsck(room) == other.fsck(room) == []
    close(one, other)


def test_an_older_program_than_the_tables_makes_them_anew_up_to_where_it_can_read(tmp_path: Path) -> None:
    """The node was updated, wrote in the later version, and the older program was put back."""
    one, other, room = pair(tmp_path)
    one.write(room, [note2("later"), note("behind")])
    exchange(one, other, room)
    digest, sizes = other.state_digest(room), other.heads(room)
    one, other = reopen(one, REGISTRY), reopen(other, REGISTRY)
    assert one.waiting(room)[IN] == other.waiting(room)[IN] == NEEDS
    assert other.heads(room) == sizes
    assert one.fsck(room) == other.fsck(room) == []
    with pytest.raises(CochairError, match=r"own log .* needs version 9") as told:
        one.write(room, [note("own log")])
    assert "Update Cochair" in told.value.next_step
    assert other.state_digest(room) != digest
    other = reopen(other, NEWER)
    assert other.state_digest(room) == digest
    assert other.fsck(room) == []
    close(one, other)


def test_the_same_name_in_another_meaning_is_not_known(tmp_path: Path) -> None:
    class Other(Content, frozen=True):
        text: str
        tone: int = 0
        before = Note

    one, other, room = pair(tmp_path)
    stage = replace(STAGE, statements=(*STAGE.statements, StatementKind("t.note", 2, Other, "Another", program="8.0")))
    other = reopen(other, Registry([RECORD, stage]))
    one.write(room, [note2("later")])
    pull(other, one, room)
    assert other.waiting(room) == {IN: NEEDS}
    with pytest.raises(CochairError, match=r"needs version 9\.1"):
        other.write(room, [note2("mine")])
    assert positions.say(other, room, "t.note", Note("in the version that both know"))
    close(one, other)


def test_reports_and_working_papers_in_a_later_version(tmp_path: Path) -> None:
    one, other, room = pair(tmp_path, adopted=False)
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    log = "w-IN-" + meeting.rpartition("/")[2]
    content = {"name": "1", "mark": "a"}
    for draft in (received("t.note/2", {"text": "said"}, kind="statement"), position("t.paragraph/2", content, log=log)):
        with pytest.raises(Conflict, match="not adopted"):
            one.write(room, [draft])
    exchange(one, other, room)
    adopt(one, other, room)
    (paragraph,) = one.write(room, [position("t.paragraph/2", content, log=log)])
    exchange(one, other, room)
    other.write(room, [position("t.paragraph/2", content, paragraph, log=log)])
    (told,) = one.write(room, [received("t.note/2", {"text": "said"}, kind="statement")])
    exchange(one, other, room)
    with other.read() as tx:
        assert queries.matter(tx, room, "t.paragraph", paragraph).standing == "agreed"
        assert [row["id"] for row in tx.query("SELECT id FROM t_tone")] == [told]
    assert voids(other, room) == {}
    assert [one.state_digest(room, which) for which in ("record", "working")] == [
        other.state_digest(room, w) for w in ("record", "working")
    ]
    other = reopen(other, REGISTRY)
    assert {origin for origin, why in other.waiting(room).items() if why.startswith("needs version")} == {IN, f"in.example/c7/IN/{log}"}
    with pytest.raises(CochairError, match=r"own log .* needs version 9\.1"):  # it had acknowledged what can no longer be read
        other.write(room, [note("own log")])
    close(one, other)


def test_lists_grow_and_change_nothing(tmp_path: Path) -> None:
    one, other, room = pair(tmp_path, adopted=False)
    first = adopt(one, other, room, "t.note/2")
    with pytest.raises(Conflict, match="not adopted"):
        one.write(room, [position("t.meeting/2", {"name": "12th", "place": "Delhi"})])
    described = Adopted("11" * 32, "9.1")
    for wrong in (
        make_list(room, first, {"t.meeting/2": described}),
        make_list(room, first, one.schemas(room)),
        make_list(room, first, {"t.note/2": described, "t.meeting/2": described}),
        make_list(room, None, {**one.schemas(room), "t.meeting/2": described}),
    ):
        with pytest.raises(Conflict, match="list of schemas does not follow"):
            seal(one, room, one.put_structural(room, wrong), "schema", room, 2)
    adopt(one, other, room, "t.meeting/2")
    assert one.write(room, [position("t.meeting/2", {"name": "12th", "place": "Delhi"}), note2("still")])
    assert len(one.schema_lists(room)) == 2
    close(one, other)


def test_the_verdict_rests_on_what_its_own_log_acknowledged_and_not_on_what_its_node_holds(tmp_path: Path) -> None:
    one, other, room = pair(tmp_path, adopted=False)
    digest = one.put_structural(room, make_list(room, None, {"t.note/2": Adopted(NEWER.described("t.note/2")[1], "9.1")}))
    exchange(one, other, room)
    a = seal(one, room, digest, "schema", room, 1)
    pull(other, one, room)
    b = seal(other, room, digest, "schema", room, 1)
    find(other, room, a)
    pull(one, other, room)
    find(one, room, b)
    pull(other, one, room)
    # RU holds IN's finding and has not acknowledged it: for its log the list is not agreed yet
    blind = smuggle(other, room, "statement", "t.note/2", {"subject": "self", "text": "blind"})
    assert voids(other, room) == {blind: "not-adopted"}
    seeing = other.write(room, [note2("seeing")])  # acknowledges first
    exchange(one, other, room)
    assert voids(one, room) == voids(other, room) == {blind: "not-adopted"}
    assert seeing
    close(one, other)


# -- whatever the order


def logs_of(node: Node, room: str) -> dict[str, list[bytes]]:
    return {origin: node.entries(room, origin) for origin in node.heads(room)}


def all_rows(
    fold: Fold, logs: dict[str, list[bytes]], rng: random.Random | None = None, upto: dict[str, int] | None = None
) -> dict[str, Any]:
    """The rows after all entries came, at once or in random portions and orders."""
    book, left = Book(), {origin: list(entries) for origin, entries in logs.items()}
    for origin in left:
        fold.log(origin)
    while any(left.values()):
        origin = rng.choice([o for o in left if left[o]]) if rng else next(o for o in left if left[o])
        portion = rng.randint(1, 4) if rng else len(left[origin])
        fold.hold(origin, left[origin][:portion])
        del left[origin][:portion]
        if not rng or rng.random() < 0.7:
            book.apply(fold.advance(upto))
    book.apply(fold.advance(upto))
    return book.rows()


def stands(fold: Fold) -> dict[str, tuple[int, str]]:
    def of(log: LogState) -> tuple[int, str]:
        return log.applied, log.stopped

    return {log.origin: of(log) for log in fold.state.logs.values()}


def grown(folder: Path) -> tuple[Node, Node, str]:
    """A room that adopted one schema after the other while both wrote, with entries that came too early."""
    one, other, room = pair(folder, adopted=False)
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    for number, names in enumerate((("t.note/2",), ("t.meeting/2", "t.paragraph/2"))):
        smuggle(other, room, "statement", "t.note/2", {"subject": "self", "text": f"early {number}"})
        smuggle(one, room, "position", "t.meeting/2", {"subject": "self", "content": {"name": "x", "place": "y"}, "level": "agreed"})
        adopt(one, other, room, *names)
        one.write(room, [note2(f"of {number}"), note("old form")])
        other.write(room, [note("mine"), received("t.note/2", {"text": "said"}, kind="statement", side="IN")])
        exchange(one, other, room)
    other.write(room, [position("t.meeting/2", {"name": "12th", "place": "Delhi"}, meeting)])
    exchange(one, other, room)
    one.write(room, [position("t.meeting/2", {"name": "12th", "place": "Delhi"}, meeting)])
    exchange(one, other, room)
    return one, other, room


def test_whatever_the_order_an_older_program_stops_at_the_same_place_and_a_later_one_comes_to_the_same_rows(tmp_path: Path) -> None:
    one, other, room = grown(tmp_path)
    logs, structural = logs_of(one, room), lambda digest: one.papers.structural(room, digest)
    fold, old = Fold(NEWER, room, structural), Fold(REGISTRY, room, structural)
    want, upto = all_rows(fold, logs), all_rows(old, logs)
    assert {size == len(logs[origin]) and not why for origin, (size, why) in stands(fold).items()} == {True}
    assert {why for _, why in stands(old).values()} == {NEEDS}
    assert len(want["j_void"]) == 3, "one meeting came when it was adopted for its Side already"
    for seed in range(25):
        rng = random.Random(seed)
        fold, older = Fold(NEWER, room, structural), Fold(REGISTRY, room, structural)
        assert all_rows(fold, logs, rng) == want, f"seed {seed}"
        assert all_rows(older, logs, rng) == upto, f"seed {seed}"
        assert stands(older) == stands(old), f"seed {seed}"
        cut = {origin: size for origin, (size, _) in stands(old).items()}
        assert all_rows(Fold(NEWER, room, structural), logs, rng, cut) == upto, f"seed {seed}: the two programs agree as far as both read"
    assert one.state_digest(room) == other.state_digest(room)
    close(one, other)


# -- the database


def test_tables_of_another_program_are_made_anew_and_those_of_a_newer_one_refused(tmp_path: Path, database: Database) -> None:
    one, other, room = pair(tmp_path, database)
    one.write(room, [note2("later"), note("first")])
    exchange(one, other, room)
    digest = one.state_digest(room)
    for spoil in (
        "DROP TABLE n_about",  # of a program before it was there
        "DROP TABLE t_tone",
        "DELETE FROM n_about WHERE name = 'joint'",  # a crash on the way
    ):
        with one.store.write() as tx:
            tx.execute(spoil)
            tx.execute("DELETE FROM t_note")
        one = reopen(one, NEWER)
        assert one.state_digest(room) == digest, spoil
        assert one.fsck(room) == [], spoil
    with one.read() as tx:
        made = json.loads(tx.query("SELECT value FROM n_about WHERE name = 'joint'")[0]["value"])
    for change in (
        {"fold": 0},
        {"tables": {**made["tables"], "t_gone": [["id", "text", 0]]}},
        {"schemas": {**made["schemas"], "t.gone/1": "00" * 32}},
    ):
        with one.store.write() as tx:
            tx.execute("UPDATE n_about SET value = ? WHERE name = 'joint'", (json.dumps({**made, **change}),))
            tx.execute("DELETE FROM t_note")
            if "tables" in change:
                tx.execute("CREATE TABLE t_gone (id TEXT)")
        one = reopen(one, NEWER)
        assert one.state_digest(room) == digest, change
        assert "t_gone" not in one.store.tables()
    with one.store.write() as tx:
        tx.execute("UPDATE n_about SET value = '2' WHERE name = 'version'")
    with pytest.raises(Conflict, match="newer version of Cochair wrote this node's database"):
        reopen(one, NEWER)
    close(other)


def test_a_program_that_only_knows_more_keeps_its_rows(tmp_path: Path) -> None:
    """Without new tables nothing is made anew: the fold goes on where it stopped."""
    few = replace(STAGE, statements=(*STAGE.statements, StatementKind("t.note", 2, Note2, "A note with its tone", program="9.1")))
    node = make_node(tmp_path / "IN", "IN")
    room = node.found("c7")
    node.write(room, [note("first")])
    with node.store.write() as tx:
        tx.execute("UPDATE t_note SET weight = 99")
    node = reopen(node, Registry([RECORD, few]))
    with node.read() as tx:
        assert tx.query("SELECT weight FROM t_note") == [{"weight": 99}]
    node.close()


def test_what_a_stage_may_not_register() -> None:
    class Wrong(Content, frozen=True):
        when: float

    for kind, why in (
        (StatementKind("t.note", 2, Note2, "x"), "which version of Cochair"),
        (StatementKind("t.note", 2, Note, "x", program="9.1"), "content is of version 1"),
        (StatementKind("t.note", 1, Note2, "x"), "content is of version 2"),
    ):
        with pytest.raises(ValueError, match=why):
            Registry([RECORD, Stage(name="t", statements=(kind,))])
    with pytest.raises(ValueError, match="no word"):
        Registry([RECORD, Stage(name="t", statements=(StatementKind("t.wrong", 1, Wrong, "x"),))]).described("t.wrong/1")
