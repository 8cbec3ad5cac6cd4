"""Propose, accept, withdraw, settle: between two real nodes, and from one alone."""

import pytest

from cochair.kit.errors import Conflict, NotFound, NotHeld, Rejected
from cochair.meetings.contents import Agenda, Dates, Item, Session
from cochair.record import positions, queries
from cochair.record.node import Draft
from tests.makers import bodies, meetings
from tests.makers.nodes import bring, lone, meet, pair


@pytest.fixture
def two(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        session = positions.propose(ours, room, "meetings.session", meetings.session(body=ours.side + "/record/0"))
        meet(ours, theirs, room)
        positions.accept(theirs, room, "meetings.session", session)
        meet(ours, theirs, room)
        yield ours, theirs, room, session


def agenda(node, room, session):
    with node.read() as tx:
        state = queries.matter(tx, room, "meetings.agenda", session)
        return state, state and positions.reading(state, node.side, Agenda)


def test_a_proposal_stands_once_the_other_side_names_the_same(two):
    ours, theirs, room, session = two
    positions.propose(ours, room, "meetings.agenda", meetings.agenda(), subject=session)
    assert agenda(ours, room, session)[1].status == "ours"
    bring(ours, theirs, room)
    assert agenda(theirs, room, session)[1].status == "theirs"
    positions.accept(theirs, room, "meetings.agenda", session, level="ad-referendum")
    meet(ours, theirs, room)
    for node in (ours, theirs):
        assert agenda(node, room, session)[1].status == "ad-referendum"
    with pytest.raises(Conflict, match="names the same already"):
        positions.accept(ours, room, "meetings.agenda", session, level="agreed")


def test_a_counter_proposal_is_shown_beside_ours_and_withdrawing_leaves_theirs(two):
    ours, theirs, room, session = two
    positions.propose(ours, room, "meetings.agenda", meetings.agenda("Review"), subject=session)
    meet(ours, theirs, room)
    positions.propose(theirs, room, "meetings.agenda", meetings.agenda("Review", "Way forward"), subject=session)
    meet(ours, theirs, room)
    read = agenda(ours, room, session)[1]
    assert (read.status, len(read.content.items), len(read.theirs.items)) == ("differ", 1, 2)
    positions.withdraw(ours, room, "meetings.agenda", session)
    read = agenda(ours, room, session)[1]
    assert (read.status, len(read.content.items), read.theirs) == ("theirs", 2, None)
    with pytest.raises(NotFound, match="nothing to withdraw"):
        positions.withdraw(ours, room, "meetings.agenda", session)


def test_crossed_acceptances_settle_with_one_click_of_one_side(two):
    ours, theirs, room, session = two
    positions.propose(ours, room, "meetings.agenda", meetings.agenda("One"), subject=session)
    positions.propose(theirs, room, "meetings.agenda", meetings.agenda("Two"), subject=session)
    meet(ours, theirs, room)
    positions.accept(ours, room, "meetings.agenda", session)
    positions.accept(theirs, room, "meetings.agenda", session)
    meet(ours, theirs, room)
    assert agenda(ours, room, session)[0].crossed
    with pytest.raises(Conflict, match="is the one that stands"):
        positions.settle_crossed(ours, room, "meetings.agenda", session)
    positions.settle_crossed(theirs, room, "meetings.agenda", session)
    meet(ours, theirs, room)
    assert [agenda(node, room, session)[1].status for node in (ours, theirs)] == ["agreed", "agreed"]
    with pytest.raises(Conflict, match="do not cross"):
        positions.settle_crossed(ours, room, "meetings.agenda", session)


def test_the_same_words_under_two_salts_settle_too(two):
    ours, theirs, room, session = two
    for node in (ours, theirs):
        paper = node.put_paper(room, b"the annotated agenda")
        positions.propose(node, room, "meetings.agenda", meetings.agenda("One", paper=paper), subject=session)
    meet(ours, theirs, room)
    assert agenda(ours, room, session)[1].status == "differ"
    assert positions.same_words(ours, room, agenda(ours, room, session)[0])
    positions.settle_crossed(theirs, room, "meetings.agenda", session)
    meet(ours, theirs, room)
    assert agenda(ours, room, session)[1].status == "agreed"


def test_nobody_accepts_what_he_cannot_read(two):
    ours, theirs, room, session = two
    paper = ours.put_paper(room, b"the annotated agenda")
    positions.propose(ours, room, "meetings.agenda", meetings.agenda("One", paper=paper), subject=session)
    stored = ours.papers.stored(room, paper)
    ours.papers.erase(room, paper)
    bring(ours, theirs, room)
    with pytest.raises(NotHeld):
        positions.accept(theirs, room, "meetings.agenda", session)
    theirs.put_stored_paper(room, paper, stored)
    assert positions.accept(theirs, room, "meetings.agenda", session)


def test_hidden_characters_are_refused_from_us_and_not_acceptable_from_them(two):
    ours, theirs, room, session = two
    hidden = meetings.agenda("Review\u202eweiver")
    with pytest.raises(Rejected):
        positions.propose(ours, room, "meetings.agenda", hidden, subject=session)
    item = {"no": "1", "title": {"en": "Review\u202eweiver"}, "emerging": False, "body": None}
    body = {"subject": session, "part": "", "content": {"items": [item], "paper": None}, "level": "agreed"}
    theirs.write(room, [Draft("record", "position", "meetings.agenda/1", body)])
    bring(theirs, ours, room)
    assert agenda(ours, room, session)[1].status == "theirs"
    with pytest.raises(Rejected, match="cannot be taken over"):
        positions.accept(ours, room, "meetings.agenda", session)


def test_two_introductions_of_one_session_are_settled_by_dropping_one(two):
    ours, theirs, room, _ = two
    first = positions.propose(ours, room, "meetings.session", meetings.session(ordinals={"IN": 13}))
    second = positions.propose(theirs, room, "meetings.session", meetings.session(ordinals={"RU": 13}))
    meet(ours, theirs, room)
    positions.drop_twin(theirs, room, "meetings.session", keep=first, drop=second)
    meet(ours, theirs, room)
    with ours.read() as tx:
        found = {one.subject: one.status for one in positions.readings(tx, room, "meetings.session", Session, "IN")}
    assert found.pop(first) == "agreed"
    assert second not in found


def test_a_side_alone_sees_its_own_proposals_and_nothing_is_agreed(tmp_path):
    with lone(tmp_path) as (node, room):
        body = positions.propose(node, room, "bodies.body", bodies.commission())
        session = positions.propose(node, room, "meetings.session", meetings.session(body=body))
        positions.propose(node, room, "meetings.dates", meetings.dates(), subject=session)
        with node.read() as tx:
            (read,) = positions.readings(tx, room, "meetings.dates", Dates, "IN", session)
        assert (read.status, read.state.standing) == ("ours", "open")
        with pytest.raises(NotFound, match="proposes nothing"):
            positions.accept(node, room, "meetings.dates", session)
        with pytest.raises(NotFound, match="Nobody has proposed"):
            positions.accept(node, room, "meetings.agenda", session)


def test_what_does_not_fit_is_refused_before_anything_is_written(two):
    ours, _, room, session = two
    before = ours.heads(room)
    for wrong in (
        lambda: positions.propose(ours, room, "meetings.nothing", meetings.agenda(), subject=session),
        lambda: positions.propose(ours, room, "meetings.agenda", meetings.agenda()),
        lambda: positions.propose(ours, room, "meetings.agenda", meetings.dates(), subject=session),
        lambda: positions.propose(ours, room, "meetings.agenda", meetings.agenda(), subject=session, log="w-IN-1"),
        lambda: positions.propose(ours, room, "meetings.agenda", meetings.agenda(), subject="RU/record/999"),
        lambda: positions.propose(ours, room, "meetings.agenda", meetings.agenda(*(str(n) * 200 for n in range(60))), subject=session),
    ):
        with pytest.raises((Rejected, NotFound, Conflict)):
            wrong()
    assert ours.heads(room) == before


def test_a_statement_taken_back_gives_way_to_its_successor(two):
    ours, theirs, room, session = two
    first = positions.say(ours, room, "meetings.declaration", meetings.declaration(session))
    second = positions.say_anew(ours, room, "meetings.declaration", first, meetings.declaration(session, item="3"))
    meet(ours, theirs, room)
    with theirs.read() as tx:
        standing = queries.statements(tx, room, "meetings.declaration/1")
        both = queries.statements(tx, room, "meetings.declaration/1", superseded=True)
        rows = tx.query("SELECT id, item FROM meetings_declaration WHERE room = ?", (room,))
    assert [one.id for one in standing] == [second]
    assert [one.id for one in both] == [first, second]
    assert rows == [{"id": second, "item": "3"}]


def test_an_item_of_an_agenda_keeps_its_flag(two):
    ours, theirs, room, session = two
    content = Agenda(items=(Item(no="7", title={"en": "New and emerging areas"}, emerging=True),))
    positions.propose(ours, room, "meetings.agenda", content, subject=session)
    bring(ours, theirs, room)
    positions.accept(theirs, room, "meetings.agenda", session)
    bring(theirs, ours, room)
    with ours.read() as tx:
        rows = tx.query("SELECT no, emerging, standing FROM meetings_item WHERE room = ?", (room,))
    assert rows == [{"no": "7", "emerging": 1, "standing": "agreed"}]
