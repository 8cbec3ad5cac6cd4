"""One Side runs the cycle alone, by letters; then the other joins the room and answers each account; then both hold one record."""

import pytest

from cochair.bodies import operations as bodies
from cochair.bodies import queries as bodies_queries
from cochair.followup import operations
from cochair.followup import queries as followup
from cochair.followup.review import review
from cochair.meetings import operations as meetings
from cochair.meetings import queries, received
from tests.makers import bodies as make_bodies
from tests.makers import followup as make
from tests.makers.actors import SECRETARY, THEIR_SECRETARY
from tests.makers.meetings import agenda, change, dates, letter, member, members, report, session
from tests.makers.nodes import bring, lone, meet, new_node
from tests.makers.papers import stock
from tests.record.makers import join_terms


def by_letter(node, room, account):
    given = {"from_side": "RU", "how": "letter", "paper": b"SPECIMEN letter", "number": "7", "dated": "2026-05-01"}
    return received.enter_received(node, room, SECRETARY, account=account, **given)


def agreed_by_letter(node, room, kind, content, subject, part=""):
    return by_letter(node, room, received.account_of_position(node, kind, content, subject=subject, part=part))


def a_cycle_alone(node, room):
    """Body, session, dates, agenda, one action, its review: each proposed by us and answered by letter."""
    body = bodies.propose_body(node, room, SECRETARY, make_bodies.commission())
    agreed_by_letter(node, room, "bodies.body", make_bodies.commission(), body)
    first = meetings.propose_session(node, room, SECRETARY, session(body, ordinals={"IN": 11}, host="IN"))
    second = meetings.propose_session(node, room, SECRETARY, session(body, previous=first))
    meetings.propose_dates(node, room, SECRETARY, second, dates())
    meetings.propose_agenda(node, room, SECRETARY, second, agenda())
    agreed_by_letter(node, room, "meetings.session", session(body, ordinals={"IN": 11}, host="IN"), first)
    agreed_by_letter(node, room, "meetings.session", session(body, previous=first), second)
    agreed_by_letter(node, room, "meetings.dates", dates(start="2026-09-20", end="2026-09-21"), second)
    agreed_by_letter(node, room, "meetings.dates", dates(), second)
    agreed_by_letter(node, room, "meetings.agenda", agenda(), second)
    action = operations.propose_action(node, room, SECRETARY, make.plain_action(first))
    agreed_by_letter(node, room, "followup.action", make.plain_action(first), action)
    by_letter(node, room, received.account_of_statement(node, "followup.report", make.report(action, "done")))
    operations.report_action(node, room, SECRETARY, make.report(action, "done"))
    operations.name_lead(node, room, SECRETARY, make.lead(action))
    operations.assess(node, room, SECRETARY, action, second, make.assessment("done", carry_over=False))
    stock(node, room, 99)
    meetings.give_delegation(node, room, SECRETARY, second, members(40))
    meetings.freeze_delegation(node, room, SECRETARY, second)
    meetings.change_delegation(node, room, SECRETARY, change(second, joined=member(99, order=2)))
    meetings.file_report(node, room, SECRETARY, report(second, body))
    meetings.send_letter(node, room, SECRETARY, letter(session=second))
    post = bodies.add_post(node, room, SECRETARY, make_bodies.post(body))
    bodies.name_holder(node, room, SECRETARY, make_bodies.holder(post))
    bodies.name_designee(node, room, SECRETARY, make_bodies.designee(post, second))
    project = operations.propose_project(
        node, room, SECRETARY, make.project(operations.propose_area(node, room, SECRETARY, make.area()), session=first)
    )
    operations.call_project(node, room, SECRETARY, project, second, make.phrase())
    agreed_by_letter(node, room, "followup.assessment", make.assessment("done", carry_over=False), action, second)
    return second


def statuses(node, room, second):
    with node.read() as tx:
        (row,) = review(tx, room, second, node.side, today="2026-09-01")
        view = queries.session(tx, room, second, node.side)
        tree = bodies_queries.bodies(tx, room, node.side)
        told = {row.reports[side].account for side in row.reports}
        return {tree[0].status, view.status, view.dates.status, queries.agenda(tx, room, second, node.side).status, row.status}, told, row


def everything(node, room, second):
    """What the Indian Side reads out of a node, by every question of the three stages."""
    with node.read() as tx:
        posts = bodies_queries.posts(tx, room, "IN")
        projects = followup.projects(tx, room, "IN")
        return [
            bodies_queries.bodies(tx, room, "IN"),
            posts,
            [bodies_queries.acting(tx, room, post, second, "2026-09-16") for post in posts],
            queries.sessions(tx, room, "IN"),
            queries.chain(tx, room, second, "IN"),
            [queries.delegation(tx, room, second, side) for side in ("IN", "RU")],
            queries.pages(tx, room, second, "IN"),
            queries.reports(tx, room, second),
            queries.letters(tx, room, "IN"),
            queries.declarations(tx, room, second),
            followup.areas(tx, room, "IN"),
            [followup.life_of_phrase(tx, room, one.subject, "IN") for one in projects],
            followup.heat(tx, room, "IN"),
            [followup.life_of_action(tx, room, one.subject, "IN") for one in followup.actions(tx, room, "IN")],
            followup.candidates(tx, room, second, "IN"),
            review(tx, room, second, "IN", today="2026-09-01"),
        ]


@pytest.fixture(params=["sqlite", "postgres"])
def their_database(request):
    return None if request.param == "sqlite" else f"{request.getfixturevalue('postgres_url')}#joining"


def test_the_other_side_joins_and_confirms_each(tmp_path, their_database):
    with lone(tmp_path) as (ours, room):
        second = a_cycle_alone(ours, room)
        found, told, row = statuses(ours, room, second)
        assert (found, told) == ({"account"}, {"", "IN"})
        assert (row.assessment.status, row.carry_over) == ("account", False)
        theirs = new_node(tmp_path / "RU", "RU", url=their_database)
        try:
            join_terms(ours, theirs, room)
            bring(ours, theirs, room)
            found, told, _ = statuses(theirs, room, second)
            assert (found, told) == ({"account"}, {"", "IN"})
            with theirs.read() as tx:
                waiting = queries.to_confirm(tx, room, "RU")
            assert len(waiting) == 9
            for one in waiting:
                received.confirm_received(theirs, room, THEIR_SECRETARY, one.id)
            meet(ours, theirs, room)
            for node in (ours, theirs):
                found, told, row = statuses(node, room, second)
                assert (found, told, row.assessment.status) == ({"agreed"}, {""}, "agreed")
                assert node.fsck(room) == []
            assert ours.state_digest(room) == theirs.state_digest(room)
            assert everything(ours, room, second) == everything(theirs, room, second)
            assert all(everything(ours, room, second)[place] for place in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15))
            before = theirs.state_digest(room)
            theirs.rebuild(room)
            assert everything(ours, room, second) == everything(theirs, room, second)
            assert theirs.state_digest(room) == before
        finally:
            theirs.close()
