"""Areas, projects and actions on real nodes: proposed, confirmed, led, reported on, called this and then that."""

import pytest

from cochair.followup import operations, queries
from cochair.followup.contents import Link, Source
from cochair.kit.errors import Denied, NotFound
from cochair.meetings import operations as meetings
from cochair.record import positions
from tests.makers import followup as make
from tests.makers.actors import OBSERVER, SECRETARY, THEIR_SECRETARY
from tests.makers.meetings import dates, session
from tests.makers.nodes import bring, lone, meet, pair
from tests.makers.papers import LABELS as TEXTS
from tests.makers.papers import paper
from tests.record.makers import settle_slot

BODY = "IN/record/0"


def two_sessions(node, room):
    first = meetings.propose_session(node, room, SECRETARY, session(BODY, ordinals={"IN": 11, "RU": 11}, host="IN"))
    second = meetings.propose_session(node, room, SECRETARY, session(BODY, previous=first))
    meetings.propose_dates(node, room, SECRETARY, first, dates(start="2025-08-06", end="2025-08-06"))
    meetings.propose_dates(node, room, SECRETARY, second, dates())
    return first, second


def test_the_life_of_a_phrase_over_sessions(tmp_path):
    with lone(tmp_path) as (node, room):
        first, second = two_sessions(node, room)
        area = operations.propose_area(node, room, SECRETARY, make.area())
        below = operations.propose_area(node, room, SECRETARY, make.area(code="MIN-1", parent=area))
        project = operations.propose_project(node, room, SECRETARY, make.project(below, session=first))
        operations.call_project(node, room, SECRETARY, project, second, make.phrase())
        with node.read() as tx:
            life = queries.life_of_phrase(tx, room, project, "IN")
            assert [(one.session, one.mode, one.stage) for one in life] == [
                (first, "establishment", "explored"),
                (second, "joint-development", "welcomed"),
            ]
            tree = queries.areas(tx, room, "IN")
            assert [(one.id, one.depth, len(one.projects)) for one in tree] == [(area, 0, 0), (below, 1, 1)]
            assert queries.heat(tx, room, "IN") == {(below, first): 1, (below, second): 1}
            with pytest.raises(NotFound):
                queries.life_of_phrase(tx, room, area, "IN")


def test_an_action_exists_for_both_once_both_confirm(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        first, _ = two_sessions(ours, room)
        made = operations.propose_action(ours, room, SECRETARY, make.plain_action(first))
        bring(ours, theirs, room)
        with theirs.read() as tx:
            assert queries.action(tx, room, made, "RU").status == "theirs"
            assert tx.query("SELECT id FROM followup_action WHERE room = ?", (room,)) == []
        positions.accept(theirs, room, "followup.action", made)
        operations.name_lead(theirs, room, THEIR_SECRETARY, make.lead(made, lead={"ru": "ОБРАЗЕЦ Министерство"}))
        operations.name_lead(ours, room, SECRETARY, make.lead(made))
        operations.name_lead(ours, room, SECRETARY, make.lead(made, lead={"en": "SPECIMEN Department"}))
        meet(ours, theirs, room)
        with ours.read() as tx:
            assert queries.action(tx, room, made, "IN").status == "agreed"
            (row,) = tx.query("SELECT id, standing, due_day FROM followup_action WHERE room = ?", (room,))
            leads = queries.leads(tx, room)[made]
        assert row == {"id": made, "standing": "agreed", "due_day": "2026-03-31"}
        assert {side: one.lead for side, one in leads.items()} == {
            "IN": {"en": "SPECIMEN Department"},
            "RU": {"ru": "ОБРАЗЕЦ Министерство"},
        }


def test_an_action_knows_the_older_ones_it_follows(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        first, second = two_sessions(ours, room)
        old = operations.propose_action(ours, room, SECRETARY, make.plain_action(first))
        new = operations.propose_action(
            ours, room, SECRETARY, make.action(session=second, source=None, links=(Link(rel="splits", to=old),))
        )
        bring(ours, theirs, room)
        positions.accept(theirs, room, "followup.action", new)
        bring(theirs, ours, room)
        with ours.read() as tx:
            assert tx.query("SELECT action, rel, earlier FROM followup_link") == [{"action": new, "rel": "splits", "earlier": old}]


def settled(ours, theirs, room, session_id, kind, *numbers):
    """A protocol that both Sides sealed, with one paragraph a number."""
    units = [{"id": f"p{no}", "kind": "paragraph", "no": no, "papers": {"en": paper(TEXTS[int(no) - 1])}} for no in numbers]
    slot = {"kind": kind, "of": session_id, "step": 0}
    digest = ours.put_structural(room, {"v": 1, "what": "manifest", "slot": slot, "room": room, "session": session_id, "provisions": units})
    meet(ours, theirs, room)
    settle_slot(ours, theirs, room, digest, kind, session_id)
    return digest


def test_a_paragraph_of_a_settled_protocol_becomes_an_action_once(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        first, _ = two_sessions(ours, room)
        settled(ours, theirs, room, first, "adopt", "1", "2", "3")
        with ours.read() as tx:
            assert [one.provision for one in queries.candidates(tx, room, first, "IN")] == ["p1", "p2", "p3"]
        digest = settled(ours, theirs, room, first, "sign", "1", "2")
        with ours.read() as tx:
            found = queries.candidates(tx, room, first, "IN")
        assert [(one.manifest, one.provision, one.printed) for one in found] == [(digest, "p1", "1"), (digest, "p2", "2")]
        made = operations.confirm_candidate(ours, room, SECRETARY, first, digest, "p2", due=make.due())
        with ours.read() as tx:
            action = queries.action(tx, room, made, "IN").content
            assert [one.provision for one in queries.candidates(tx, room, first, "IN")] == ["p1"]
        assert (action.source, action.printed, action.papers, action.body) == (
            Source(manifest=digest, provision="p2"),
            "2",
            {"en": paper(TEXTS[1])},
            BODY,
        )
        with pytest.raises(NotFound, match="no candidate"):
            operations.confirm_candidate(ours, room, SECRETARY, first, digest, "p2")
        bring(ours, theirs, room)
        with theirs.read() as tx:
            assert queries.action(tx, room, made, "RU").status == "theirs"


def test_the_life_of_an_action_over_sessions(tmp_path):
    with lone(tmp_path) as (node, room):
        first, second = two_sessions(node, room)
        old = operations.propose_action(node, room, SECRETARY, make.plain_action(first))
        operations.name_lead(node, room, SECRETARY, make.lead(old))
        operations.report_action(node, room, SECRETARY, make.report(old, "delayed"))
        operations.assess(node, room, SECRETARY, old, second, make.assessment("delayed"))
        operations.assess(node, room, SECRETARY, old, first, make.assessment("not-started"))
        new = operations.propose_action(node, room, SECRETARY, make.plain_action(second, links=(Link(rel="continues", to=old),)))
        with node.read() as tx:
            life = queries.life_of_action(tx, room, old, "IN")
            assert queries.life_of_action(tx, room, new, "IN").follows == (("continues", old),)
        assert [(one.part, one.content.state) for one in life.assessments] == [(first, "not-started"), (second, "delayed")]
        assert [one.content.state for one in life.reports] == ["delayed"]
        assert (life.action.status, set(life.leads), life.follows, life.followed_by) == ("ours", {"IN"}, (), (("continues", new),))


def test_without_the_right_nothing_is_written(tmp_path):
    with lone(tmp_path) as (node, room):
        first, second = two_sessions(node, room)
        before = node.heads(room)
        for act in (
            lambda: operations.propose_area(node, room, OBSERVER, make.area()),
            lambda: operations.propose_project(node, room, OBSERVER, make.project()),
            lambda: operations.call_project(node, room, OBSERVER, first, second, make.phrase()),
            lambda: operations.propose_action(node, room, OBSERVER, make.plain_action(first)),
            lambda: operations.confirm_candidate(node, room, OBSERVER, first, make.MANIFEST, "p1"),
            lambda: operations.name_lead(node, room, OBSERVER, make.lead()),
            lambda: operations.report_action(node, room, OBSERVER, make.report()),
            lambda: operations.assess(node, room, OBSERVER, first, second, make.assessment()),
            lambda: operations.accept_assessments(node, room, OBSERVER, second, [first]),
            lambda: operations.propose_way_forward(node, room, OBSERVER, second, make.way_forward()),
        ):
            with pytest.raises(Denied):
                act()
        assert node.heads(room) == before
