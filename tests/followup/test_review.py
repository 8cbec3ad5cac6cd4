"""The review of a session, as two Sides and as one alone go through it."""

import pytest

from cochair.followup import operations, queries
from cochair.followup.review import review
from cochair.meetings import received
from cochair.record import positions
from tests.followup.test_operations import two_sessions
from tests.makers import followup as make
from tests.makers.actors import SECRETARY, THEIR_SECRETARY
from tests.makers.nodes import bring, lone, meet, pair

TODAY = "2026-09-01"


def rows(node, room, session, today=TODAY):
    with node.read() as tx:
        return review(tx, room, session, node.side, today=today)


def carried(node, room, session):
    with node.read() as tx:
        return [one.content.printed for one in queries.carried_over(tx, room, session, node.side)]


@pytest.fixture
def agreed(tmp_path):
    """Two Sides with four agreed actions of the 11th session, before the 12th."""
    with pair(tmp_path) as (ours, theirs, room):
        first, second = two_sessions(ours, room)
        made = [operations.propose_action(ours, room, SECRETARY, make.plain_action(first, printed)) for printed in ("10", "2", "9", "1")]
        bring(ours, theirs, room)
        for kind, subjects in (("meetings.session", (first, second)), ("meetings.dates", (first, second)), ("followup.action", made)):
            for subject in subjects:
                positions.accept(theirs, room, kind, subject)
        meet(ours, theirs, room)
        yield ours, theirs, room, second, made


def test_each_action_has_its_row_in_the_order_of_printed_numbers(agreed):
    ours, theirs, room, second, _ = agreed
    for node in (ours, theirs):
        found = rows(node, room, second)
        assert [row.content.printed for row in found] == ["1", "2", "9", "10"]
        assert {row.status for row in found} == {"agreed"}
        assert {(row.assessment, row.carry_over, row.differs, row.date_passed) for row in found} == {(None, None, "", True)}
    assert {row.date_passed for row in rows(ours, room, second, today=None)} == {False}
    assert {row.date_passed for row in rows(ours, room, second, today="2026-03-31")} == {False}


def test_differences_come_first_and_what_is_assessed_comes_last(agreed):
    ours, theirs, room, second, (ten, two, nine, one) = agreed
    operations.report_action(ours, room, SECRETARY, make.report(nine, "done"))
    operations.report_action(theirs, room, THEIR_SECRETARY, make.report(nine, "in-progress"))
    operations.assess(ours, room, SECRETARY, ten, second, make.assessment("sides-differ"))
    operations.assess(ours, room, SECRETARY, one, second, make.assessment("in-progress"))
    meet(ours, theirs, room)
    done = operations.accept_assessments(theirs, room, THEIR_SECRETARY, second, [one, ten, two])
    assert set(done) == {one, ten}
    operations.assess(ours, room, SECRETARY, two, second, make.assessment("delayed", new_due=make.due("2027-01-31")))
    operations.assess(theirs, room, THEIR_SECRETARY, two, second, make.assessment("blocked"))
    meet(ours, theirs, room)
    for node in (ours, theirs):
        found = rows(node, room, second)
        assert [(row.content.printed, row.differs) for row in found] == [
            ("2", "proposals"),
            ("9", "reports"),
            ("10", "assessment"),
            ("1", ""),
        ]
        assert [row.carry_over for row in found] == [None, None, True, True]
        assert {side: report.content.state for side, report in found[1].reports.items()} == {"IN": "done", "RU": "in-progress"}
    proposals = rows(theirs, room, second)[0].assessment
    assert (proposals.content.state, proposals.theirs.state) == ("blocked", "delayed")


def test_an_agreed_new_date_moves_the_term_and_an_end_ends_it(agreed):
    ours, theirs, room, second, (ten, two, nine, _) = agreed
    operations.assess(ours, room, SECRETARY, ten, second, make.assessment("delayed", new_due=make.due("2027-01-31")))
    operations.assess(ours, room, SECRETARY, two, second, make.assessment("done", carry_over=False))
    operations.assess(ours, room, SECRETARY, nine, second, make.assessment("delayed", new_due=make.due("2027-01-31")))
    meet(ours, theirs, room)
    operations.accept_assessments(theirs, room, THEIR_SECRETARY, second, [ten, two])
    meet(ours, theirs, room)
    passed = {row.content.printed: (row.date_passed, row.due.date) for row in rows(ours, room, second)}
    assert passed == {
        "10": (False, "2027-01-31"),
        "2": (False, "2026-03-31"),
        "9": (True, "2026-03-31"),  # a new date that only we propose moves nothing
        "1": (True, "2026-03-31"),
    }


def test_an_action_goes_on_until_both_say_otherwise(agreed):
    ours, theirs, room, second, (ten, two, nine, _) = agreed
    from cochair.meetings import operations as meetings
    from tests.makers.meetings import session

    third = meetings.propose_session(ours, room, SECRETARY, session("IN/record/0", ordinals={"IN": 13}, previous=second))
    operations.assess(ours, room, SECRETARY, ten, second, make.assessment("done", carry_over=False))
    operations.assess(ours, room, SECRETARY, two, second, make.assessment("in-progress"))
    operations.assess(ours, room, SECRETARY, nine, second, make.assessment("done", carry_over=False))
    meet(ours, theirs, room)
    operations.accept_assessments(theirs, room, THEIR_SECRETARY, second, [ten, two])
    meet(ours, theirs, room)
    assert sorted(carried(ours, room, second)) == ["1", "10", "2", "9"]
    assert sorted(carried(ours, room, third)) == ["1", "2", "9"]


def test_the_latest_report_counts_and_a_later_account_is_marked(agreed):
    ours, theirs, room, second, (ten, *_) = agreed
    operations.report_action(theirs, room, THEIR_SECRETARY, make.report(ten, "not-started", dated="2026-02-01"))
    operations.report_action(theirs, room, THEIR_SECRETARY, make.report(ten, "in-progress", dated="2026-05-01"))
    operations.report_action(theirs, room, THEIR_SECRETARY, make.report(ten, "blocked", dated="2026-04-01"))
    meet(ours, theirs, room)
    assert rows(ours, room, second)[-1].reports["RU"].content.state == "in-progress"
    told = received.account_of_statement(ours, "followup.report", make.report(ten, "done", dated="2026-08-01"))
    received.enter_received(ours, room, SECRETARY, from_side="RU", account=told, how="said")
    latest = next(row for row in rows(ours, room, second) if row.action == ten).reports["RU"]
    assert (latest.content.state, latest.account) == ("done", "IN")


def test_a_side_alone_reviews_by_its_account(tmp_path):
    with lone(tmp_path) as (node, room):
        first, second = two_sessions(node, room)
        made = operations.propose_action(node, room, SECRETARY, make.plain_action(first))

        def by_letter(account):
            given = {"from_side": "RU", "how": "letter", "paper": b"SPECIMEN", "number": "7", "dated": "2026-05-01"}
            return received.enter_received(node, room, SECRETARY, account=account, **given)

        assert [row.status for row in rows(node, room, second)] == ["ours"]
        by_letter(received.account_of_position(node, "followup.action", make.plain_action(first), subject=made))
        by_letter(received.account_of_statement(node, "followup.lead", make.lead(made, lead={"ru": "ОБРАЗЕЦ"})))
        by_letter(received.account_of_statement(node, "followup.report", make.report(made, "done")))
        operations.report_action(node, room, SECRETARY, make.report(made, "in-progress"))
        operations.assess(node, room, SECRETARY, made, second, make.assessment("done", carry_over=False))
        (row,) = rows(node, room, second)
        assert (row.status, row.differs, row.assessment.status, row.carry_over) == ("account", "reports", "ours", None)
        assert {side: (one.content.state, one.account) for side, one in row.reports.items()} == {
            "IN": ("in-progress", ""),
            "RU": ("done", "IN"),
        }
        assert row.leads["RU"].account == "IN"
        by_letter(
            received.account_of_position(node, "followup.assessment", make.assessment("done", carry_over=False), subject=made, part=second)
        )
        (row,) = rows(node, room, second)
        assert (row.assessment.status, row.carry_over, row.differs, row.date_passed) == ("account", False, "", False)


def test_the_way_forward_closes_the_review(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        _, second = two_sessions(ours, room)
        operations.propose_way_forward(ours, room, SECRETARY, second, make.way_forward())
        bring(ours, theirs, room)
        positions.accept(theirs, room, "followup.way_forward", second)
        meet(ours, theirs, room)
        with theirs.read() as tx:
            read = queries.way_forward(tx, room, second, "RU")
        assert (read.status, read.content.next.ordinals, len(read.content.plan)) == ("agreed", {"IN": 13, "RU": 13}, 1)
        assert ours.state_digest(room) == theirs.state_digest(room)
