"""A commission with its working group and sub-groups, its posts and who holds them, on real nodes."""

import pytest

from cochair.bodies import operations, queries
from cochair.bodies.contents import Rules
from cochair.kit.errors import CochairError, Denied, NotFound
from cochair.record import positions
from tests.makers import bodies as make
from tests.makers.actors import OBSERVER, SECRETARY, THEIR_SECRETARY
from tests.makers.nodes import bring, lone, meet, pair


def found_tree(node, room):
    top = operations.propose_body(node, room, SECRETARY, make.commission())
    group = operations.propose_body(node, room, SECRETARY, make.body(parent=top))
    subs = [operations.propose_body(node, room, SECRETARY, make.sub_group(group, code)) for code in ("SG-2", "SG-1")]
    return top, group, subs


def test_the_tree_is_read_top_first_with_names_per_side(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        top, group, subs = found_tree(ours, room)
        bring(ours, theirs, room)
        for one in (top, group, *subs):
            positions.accept(theirs, room, "bodies.body", one)
        meet(ours, theirs, room)
        for node in (ours, theirs):
            with node.read() as tx:
                tree = queries.bodies(tx, room, node.side)
                assert [(one.id, one.depth, one.status) for one in tree] == [
                    (top, 0, "agreed"),
                    (group, 1, "agreed"),
                    (subs[1], 2, "agreed"),
                    (subs[0], 2, "agreed"),
                ]
                assert queries.ancestors(tx, room, subs[0], node.side) == [group, top]
                assert queries.body(tx, room, group, node.side).content.names["RU"]["ru"].startswith("ОБРАЗЕЦ")
                assert {row["standing"] for row in tx.query("SELECT standing FROM bodies_body WHERE room = ?", (room,))} == {"agreed"}


def test_a_ring_is_refused_where_it_is_typed(tmp_path):
    with lone(tmp_path) as (node, room):
        top, group, subs = found_tree(node, room)
        with pytest.raises(CochairError, match="below itself"):
            operations.propose_body(node, room, SECRETARY, make.body(parent=subs[0]), subject=group)
        positions.propose(node, room, "bodies.body", make.body(parent=subs[0]), subject=group)  # as another program might log it
        with node.read() as tx:
            tree = queries.bodies(tx, room, "IN")
            assert {one.id for one in tree} == {top, group, *subs}
            assert queries.ancestors(tx, room, subs[0], "IN") == [group, subs[0]]


def test_rules_of_a_body(tmp_path):
    with lone(tmp_path) as (node, room):
        top, *_ = found_tree(node, room)
        operations.propose_rules(node, room, SECRETARY, top, make.rules(prevailing="en"))
        with node.read() as tx:
            read = queries.rules(tx, room, top, "IN")
        assert isinstance(read.content, Rules)
        assert (read.content.prevailing, read.status) == ("en", "ours")


def test_a_post_outlives_its_holders(tmp_path):
    with lone(tmp_path) as (node, room):
        top, *_ = found_tree(node, room)
        post = operations.add_post(node, room, SECRETARY, make.post(top))
        person = operations.put_person(node, room, SECRETARY, make.person())
        first = operations.name_holder(node, room, SECRETARY, make.holder(post, person=person))
        ended = operations.end_holder(node, room, SECRETARY, first, "2025-06-30")
        operations.name_holder(node, room, SECRETARY, make.holder(post, person=make.OTHER_PERSON, since="2025-07-01"))
        with node.read() as tx:
            (view,) = queries.posts(tx, room, "IN", top)
        assert next(one.id for one in view.holders) == ended
        assert [view.on(day) and view.on(day).person for day in ("2023-01-01", "2025-06-30", "2025-07-01")] == [
            None,
            person,
            make.OTHER_PERSON,
        ]
        assert view.holders[0].office == {"en": ["Secretary", "SPECIMEN Department", "SPECIMEN Ministry"]}
        assert queries.person(node, room, person) == make.person()
        assert queries.person(node, room, make.OTHER_PERSON) is None  # a paper that describes nobody
        assert queries.person(node, room, "ab" * 32) is None
        with pytest.raises(NotFound):
            operations.end_holder(node, room, SECRETARY, first, "2025-06-30")


def test_a_designee_acts_at_one_meeting_by_letter(tmp_path):
    with lone(tmp_path) as (node, room):
        top, *_ = found_tree(node, room)
        post = operations.add_post(node, room, SECRETARY, make.post(top))
        operations.name_holder(node, room, SECRETARY, make.holder(post))
        operations.name_designee(node, room, SECRETARY, make.designee(post, "IN/record/2"))
        with node.read() as tx:
            (view,) = queries.posts(tx, room, "IN")
            here = queries.acting(tx, room, view, "IN/record/2", "2026-09-16")
            elsewhere = queries.acting(tx, room, view, "IN/record/3", "2026-09-16")
            before = queries.acting(tx, room, view, "IN/record/3", "2020-01-01")
        assert (here.person, here.designee, here.letter) == (make.OTHER_PERSON, True, make.LETTER)
        assert (elsewhere.person, elsewhere.designee, before) == (make.PERSON, False, None)


def test_the_readers_own_side_stands_first(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        top, *_ = found_tree(ours, room)
        bring(ours, theirs, room)
        operations.add_post(ours, room, SECRETARY, make.post(top))
        operations.add_post(theirs, room, THEIR_SECRETARY, make.post(top))
        meet(ours, theirs, room)
        for node in (ours, theirs):
            with node.read() as tx:
                assert [one.side for one in queries.posts(tx, room, node.side)] == sorted(("IN", "RU"), key=lambda side: side != node.side)


def test_without_the_right_nothing_is_written(tmp_path):
    with lone(tmp_path) as (node, room):
        before, papers = node.heads(room), list(node.papers.held(room))
        for act in (
            lambda: operations.propose_body(node, room, OBSERVER, make.commission()),
            lambda: operations.propose_rules(node, room, OBSERVER, "IN/record/1", make.rules()),
            lambda: operations.add_post(node, room, OBSERVER, make.post()),
            lambda: operations.put_person(node, room, OBSERVER, make.person()),
            lambda: operations.name_holder(node, room, OBSERVER, make.holder()),
            lambda: operations.end_holder(node, room, OBSERVER, "IN/record/1", "2026-01-01"),
            lambda: operations.name_designee(node, room, OBSERVER, make.designee()),
        ):
            with pytest.raises(Denied):
                act()
        assert node.heads(room) == before
        assert list(node.papers.held(room)) == papers
