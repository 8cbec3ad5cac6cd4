"""What is refused and what is only warned about when somebody writes about follow-up."""

import pytest

from cochair.followup import rules
from cochair.followup.contents import Due, Link, NextSession
from cochair.kit.errors import CochairError
from tests.makers import followup as make


def test_a_term_fits_its_kind_and_a_passed_one_only_warns():
    assert rules.due(make.due("2026-03-31"), today="2026-03-31") == []
    assert rules.due(make.due("2026-03-31"), today="2026-04-01") == ["The date has passed already"]
    assert rules.due(Due(code="quarter", quarter="2026-Q1"), today="2026-04-01") == ["The date has passed already"]
    assert rules.due(Due(code="next-session"), today="2099-01-01") == []
    for bad in (Due(code="date"), Due(code="none", date="2026-01-01"), Due(code="quarter", date="2026-01-01"), make.due("2026-02-30")):
        with pytest.raises(CochairError):
            rules.due(bad)


@pytest.mark.parametrize(
    ("quarter", "day"), [("2026-Q1", "2026-03-31"), ("2026-Q2", "2026-06-30"), ("2026-Q3", "2026-09-30"), ("2026-Q4", "2026-12-31")]
)
def test_the_last_day_of_a_quarter(quarter, day):
    assert rules.last_day(Due(code="quarter", quarter=quarter)) == day


def test_a_request_has_an_asking_side_and_nothing_else_has():
    assert rules.action(make.action(kind="request", asked_by="IN", answer="pending")) == []
    for bad in (make.action(kind="request"), make.action(asked_by="IN"), make.action(text={}), make.action(due=Due(code="date"))):
        with pytest.raises(CochairError):
            rules.action(bad)
    with pytest.raises(CochairError, match="follow itself"):
        rules.action(make.action(links=(Link(rel="continues", to="IN/record/30"),)), own_id="IN/record/30")


def test_a_state_without_its_reason_is_warned_about():
    assert rules.report(make.report()) == []
    assert len(rules.report(make.report(state="delayed", text={}))) == 2
    assert rules.report(make.report(state="delayed", new_due=make.due("2026-12-31"))) == []
    assert rules.report(make.report(), today="2026-01-01") == ["The report is dated in the future"]


def test_nothing_leaves_the_review_in_silence():
    assert rules.assessment(make.assessment()) == []
    assert "leaves the review" in rules.assessment(make.assessment(carry_over=False))[0]
    assert "still be carried over" in rules.assessment(make.assessment("done"))[0]
    assert rules.assessment(make.assessment("done", carry_over=False)) == []
    assert len(rules.assessment(make.assessment("sides-differ"))) == 1
    with pytest.raises(CochairError):
        rules.assessment(make.assessment("replaced", carry_over=False))
    with pytest.raises(CochairError):
        rules.assessment(make.assessment(replaced_by="IN/record/31"))
    with pytest.raises(CochairError, match="replace itself"):
        rules.assessment(make.assessment("replaced", replaced_by="IN/record/30", carry_over=False), own_id="IN/record/30")


def test_the_way_forward_alternates_the_host_and_says_when():
    assert rules.way_forward(make.way_forward(), host="RU") == []
    assert len(rules.way_forward(make.way_forward(), host="IN")) == 1
    assert rules.way_forward(make.way_forward(next=NextSession())) == ["Nothing is said on when the next session is to be"]


def test_names_are_asked_for():
    assert rules.area(make.area()) == []
    assert rules.project(make.project(session=None))
    assert rules.phrase(make.phrase(wording={}))
    for check, bad in ((rules.area, make.area(names={})), (rules.project, make.project(names={})), (rules.lead, make.lead(lead={}))):
        with pytest.raises(CochairError, match="has no name"):
            check(bad)
    with pytest.raises(CochairError, match="below itself"):
        rules.area(make.area(parent="IN/record/20"), own_id="IN/record/20")
