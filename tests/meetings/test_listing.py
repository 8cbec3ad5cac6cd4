"""A delegation list brought as a whole: only what is new is written, and after the freeze change by change."""

import pytest
from msgspec import structs

from cochair.bodies.contents import Person
from cochair.kit.errors import CochairError, Denied
from cochair.meetings import listing, operations, queries
from cochair.meetings.sheet import Line
from tests.makers import meetings as make
from tests.makers.actors import OBSERVER, SECRETARY
from tests.makers.nodes import lone, meet, pair

BODY = "IN/record/0"


def line(number, **over):
    given = {"role": "head" if number == 1 else "member", "kind": "official", "person": Person({"en": f"SPECIMEN {number}"})}
    return Line(order=number, **given | over)


def renamed(one, **over):
    return one._replace(person=structs.replace(one.person, **over))


def entries(node, room):
    return len(node.entries(room, node.origin(room)))


def names(node, room, session, side="IN"):
    return [one.line.person.name.get("en", "") for one in listing.seated(node, room, session, side)]


def test_the_same_list_again_writes_nothing_and_a_changed_one_only_its_page(tmp_path):
    with lone(tmp_path) as (node, room):
        session = operations.propose_session(node, room, SECRETARY, make.session(BODY))
        lines = [line(number) for number in range(1, 41)]
        first = listing.take(node, room, SECRETARY, session, lines)
        assert len(first.joined) == 40
        with node.read() as tx:
            pages = queries.pages(tx, room, session, "IN")
        size, papers = entries(node, room), [one.paper for one in listing.seated(node, room, session)]
        assert listing.take(node, room, SECRETARY, session, lines).empty
        assert entries(node, room) == size
        lines[35] = lines[35]._replace(role="adviser")
        assert [new.role for _, new in listing.take(node, room, SECRETARY, session, lines).changed] == ["adviser"]
        with node.read() as tx:
            after = queries.pages(tx, room, session, "IN")
        assert after[0] == pages[0]
        assert after[1] != pages[1]
        assert [one.paper for one in listing.seated(node, room, session)] == papers


def test_after_the_freeze_each_change_is_notified_by_itself(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        session = operations.propose_session(ours, room, SECRETARY, make.session(BODY))
        listing.take(ours, room, SECRETARY, session, [line(number) for number in (1, 2, 3)])
        operations.freeze_delegation(ours, room, SECRETARY, session)
        wanted = [line(1), renamed(line(3), rank="SPECIMEN rank"), line(4, kind="expert")]
        found = listing.compare(listing.seated(ours, room, session), wanted)
        assert [one.line.order for one in found.left] == [2]
        assert [new.order for new in found.joined] == [4]
        assert [new.person.rank for _, new in found.changed] == ["SPECIMEN rank"]
        listing.take(ours, room, SECRETARY, session, wanted)
        meet(ours, theirs, room)
        for node in (ours, theirs):
            with node.read() as tx:
                view = queries.delegation(tx, room, session, "IN")
            assert len(view.changes) == 3
            assert [(one.order, one.late) for one in view.members] == [(1, False), (3, True), (4, True)]
        assert names(theirs, room, session)[0] in ("SPECIMEN 1", "")  # the paper travels with the bundle, the name with the paper


def test_who_is_renamed_in_one_language_is_still_the_same_person():
    before = listing.Seated("p", line(1, person=Person({"en": "SPECIMEN One", "ru": "ОБРАЗЕЦ Один"})), late=False)
    after = line(1, person=Person({"en": "SPECIMEN Uno", "ru": "образец один"}))
    found = listing.compare([before], [after])
    assert (found.joined, found.left) == ((), ())
    assert found.changed == ((before, after),)
    strange = listing.compare([before], [line(1, person=Person({"en": "SPECIMEN Uno"}))])
    assert (len(strange.joined), len(strange.left)) == (1, 1)


def test_a_person_whose_paper_is_gone_is_nobody_that_a_row_names():
    gone = listing.Seated("p", line(1, person=Person({})), late=False)
    found = listing.compare([gone], [line(1)])
    assert found.left == (gone,)
    assert len(found.joined) == 1


def test_the_same_row_twice_is_refused_and_so_is_who_has_no_right(tmp_path):
    with lone(tmp_path) as (node, room):
        session = operations.propose_session(node, room, SECRETARY, make.session(BODY))
        size = entries(node, room)
        with pytest.raises(CochairError, match="stands twice"):
            listing.take(node, room, SECRETARY, session, [line(1), line(1)._replace(order=2)])
        with pytest.raises(Denied):
            listing.take(node, room, OBSERVER, session, [line(1)])
        assert entries(node, room) == size
