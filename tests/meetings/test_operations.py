"""A session with its dates, agenda, delegations, sub-group reports and letters, on real nodes."""

import pytest

from cochair.kit.errors import CochairError, Conflict, Denied, NotFound
from cochair.meetings import operations, queries
from cochair.meetings.contents import Agenda, DelegationChange
from cochair.record import positions
from tests.makers import meetings as make
from tests.makers.actors import OBSERVER, SECRETARY, THEIR_SECRETARY
from tests.makers.nodes import bring, lone, meet, pair
from tests.makers.papers import person, stock

BODY = "IN/record/0"


def introduce(node, room, **over):
    return operations.propose_session(node, room, SECRETARY, make.session(BODY, **over))


def test_sessions_stand_in_the_order_of_their_dates_and_know_those_before(tmp_path):
    with lone(tmp_path) as (node, room):
        eleventh = introduce(node, room, ordinals={"IN": 11, "RU": 11}, host="IN")
        thirteenth = introduce(node, room, ordinals={"IN": 13})
        twelfth = introduce(node, room, previous=eleventh)
        operations.propose_session(node, room, SECRETARY, make.session(BODY, ordinals={"IN": 13}, previous=twelfth), subject=thirteenth)
        operations.propose_dates(node, room, SECRETARY, twelfth, make.dates())
        operations.propose_dates(node, room, SECRETARY, eleventh, make.dates(start="2025-08-06", end="2025-08-06"))
        with node.read() as tx:
            found = queries.sessions(tx, room, "IN", BODY)
            assert [one.id for one in found] == [eleventh, twelfth, thirteenth]
            assert [one.start for one in found] == ["2025-08-06", "2026-09-16", ""]
            assert [one.ordinal("RU") for one in found] == [11, 12, 13]
            assert queries.chain(tx, room, thirteenth, "IN") == [twelfth, eleventh]
            assert queries.sessions(tx, room, "IN", "IN/record/9") == []
            with pytest.raises(NotFound):
                queries.session(tx, room, "IN/record/99", "IN")


def test_dates_and_agenda_are_agreed_by_both(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        session = introduce(ours, room)
        operations.propose_dates(ours, room, SECRETARY, session, make.dates())
        operations.propose_agenda(ours, room, SECRETARY, session, make.agenda())
        bring(ours, theirs, room)
        for kind in ("meetings.session", "meetings.dates", "meetings.agenda"):
            positions.accept(theirs, room, kind, session)
        meet(ours, theirs, room)
        for node in (ours, theirs):
            with node.read() as tx:
                view, agenda = queries.session(tx, room, session, node.side), queries.agenda(tx, room, session, node.side)
                rows = tx.query("SELECT standing, first_day, place FROM meetings_dates WHERE room = ?", (room,))
            assert (view.status, view.dates.status, agenda.status) == ("agreed", "agreed", "agreed")
            assert isinstance(agenda.content, Agenda)
            assert [item.emerging for item in agenda.content.items] == [False, False, True]
            assert rows == [{"standing": "agreed", "first_day": "2026-09-16", "place": '{"en":"Moscow","ru":"Москва"}'}]
        assert ours.state_digest(room) == theirs.state_digest(room)


def test_a_long_list_is_given_in_pages_replaced_as_a_whole_and_counted(tmp_path):
    with lone(tmp_path) as (node, room):
        session = introduce(node, room)
        stock(node, room, 70)
        assert len(operations.give_delegation(node, room, SECRETARY, session, make.members(70))) == 3
        with node.read() as tx:
            first = queries.delegation(tx, room, session, "IN")
        assert len(first.members) == 70
        assert sum(first.counts.values()) == 70
        assert len(operations.give_delegation(node, room, SECRETARY, session, list(reversed(make.members(40))))) == 2
        with node.read() as tx:
            again = queries.delegation(tx, room, session, "IN")
            assert len(queries.pages(tx, room, session, "IN")) == 2
        assert [one.order for one in again.members] == list(range(1, 41))
        assert again.counts == {"expert": 14, "industry": 13, "official": 13}
        assert (again.frozen, again.changes, again.account) == ("", (), "")


def test_after_the_freeze_each_change_is_notified(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        session = introduce(ours, room)
        with pytest.raises(NotFound, match="given no list"):
            operations.freeze_delegation(ours, room, SECRETARY, session)
        operations.give_delegation(ours, room, SECRETARY, session, make.members(3))
        freeze = operations.freeze_delegation(ours, room, SECRETARY, session)
        with pytest.raises(Conflict, match="is frozen"):
            operations.give_delegation(ours, room, SECRETARY, session, make.members(4))
        with pytest.raises(Conflict, match="frozen already"):
            operations.freeze_delegation(ours, room, SECRETARY, session)
        replaced = operations.change_delegation(ours, room, SECRETARY, make.change(session, joined=make.member(9, order=2)))
        operations.change_delegation(ours, room, SECRETARY, DelegationChange(session=session, joined=make.member(10, order=1)))
        with pytest.raises(CochairError, match="not on the list"):
            operations.change_delegation(ours, room, SECRETARY, DelegationChange(session=session, left=person(2)))
        meet(ours, theirs, room)
        with theirs.read() as tx:
            view = queries.delegation(tx, room, session, "IN")
        assert [(one.person, one.late) for one in view.members] == [
            (person(1), False),
            (person(10), True),
            (person(9), True),
            (person(3), False),
        ]
        assert (view.frozen, view.changes[0]) == (freeze, replaced)


def test_a_report_is_joint_once_each_side_files_the_same(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        session = introduce(ours, room)
        bring(ours, theirs, room)
        operations.file_report(ours, room, SECRETARY, make.report(session, "IN/record/3"))
        operations.file_report(ours, room, SECRETARY, make.report(session, "IN/record/4"))
        meet(ours, theirs, room)
        with ours.read() as tx:
            assert [one.joint for one in queries.reports(tx, room, session)] == [False, False]
        operations.file_report(theirs, room, THEIR_SECRETARY, make.report(session, "IN/record/3"))
        operations.file_report(theirs, room, THEIR_SECRETARY, make.report(session, "IN/record/4", papers={"ru": make.TRANSLATION}))
        meet(ours, theirs, room)
        with ours.read() as tx:
            found = {one.body: one for one in queries.reports(tx, room, session)}
        assert (found["IN/record/3"].joint, found["IN/record/4"].joint) == (True, False)
        assert found["IN/record/4"].by == {"IN": {"en": make.PAPER}, "RU": {"ru": make.TRANSLATION}}


def test_the_register_shows_both_sides_numbers(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        sent = operations.send_letter(ours, room, SECRETARY, make.letter())
        bring(ours, theirs, room)
        operations.note_receipt(theirs, room, THEIR_SECRETARY, make.receipt(sent))
        operations.send_letter(theirs, room, THEIR_SECRETARY, make.letter("IN", number="исх-5", dated="2026-05-20", answers=sent))
        meet(ours, theirs, room)
        with theirs.read() as tx:
            answer, question = queries.letters(tx, room, "RU")
        assert (question.number, question.our_number, question.received) == ("P-11/2026", "вх-77", "2026-05-06")
        assert (answer.sender, answer.our_number, answer.answers) == ("RU", "исх-5", sent)
        with pytest.raises(CochairError):
            operations.send_letter(theirs, room, THEIR_SECRETARY, make.letter("RU"))


def test_a_statement_for_the_record_is_one_sides_own(tmp_path):
    with lone(tmp_path) as (node, room):
        session = introduce(node, room)
        operations.declare(node, room, SECRETARY, make.declaration(session))
        with node.read() as tx:
            (one,) = queries.declarations(tx, room, session)
        assert (one.side, one.item, one.account) == ("IN", "2", "")


def test_without_the_right_nothing_is_written(tmp_path):
    with lone(tmp_path) as (node, room):
        session = introduce(node, room)
        before = node.heads(room)
        for act in (
            lambda: operations.propose_session(node, room, OBSERVER, make.session(BODY)),
            lambda: operations.propose_dates(node, room, OBSERVER, session, make.dates()),
            lambda: operations.propose_agenda(node, room, OBSERVER, session, make.agenda()),
            lambda: operations.give_delegation(node, room, OBSERVER, session, make.members()),
            lambda: operations.freeze_delegation(node, room, OBSERVER, session),
            lambda: operations.change_delegation(node, room, OBSERVER, make.change(session)),
            lambda: operations.file_report(node, room, OBSERVER, make.report(session)),
            lambda: operations.send_letter(node, room, OBSERVER, make.letter()),
            lambda: operations.note_receipt(node, room, OBSERVER, make.receipt()),
            lambda: operations.declare(node, room, OBSERVER, make.declaration(session)),
        ):
            with pytest.raises(Denied):
                act()
        assert node.heads(room) == before
