"""The review section of the draft: what the Sides assessed, in each language, with brackets where they did not."""

import pytest

from cochair.accounts.rights import Actor
from cochair.followup import operations as follow
from cochair.kit.errors import Rejected
from cochair.protocol import operations as op
from cochair.protocol.compose import STATES, WORDS, review_section
from cochair.protocol.queries import grid
from cochair.protocol.text import dump, parse, plain
from cochair.record import positions
from tests.makers import followup, meetings
from tests.protocol import flow
from tests.protocol.flow import IN

LEAD = {"IN": Actor("IN", "Lead", frozenset({"secretary", "lead"})), "RU": Actor("RU", "Lead", frozenset({"secretary", "lead"}))}


def test_the_review_of_the_last_session_becomes_provisions(tmp_path):
    with flow.table(tmp_path) as t:
        before = positions.propose(t.ours, t.room, "meetings.session", meetings.session(t.body, ordinals={"IN": 11, "RU": 11}))
        done = positions.propose(t.ours, t.room, "followup.action", followup.plain_action(before, "4.1"))
        late = positions.propose(t.ours, t.room, "followup.action", followup.plain_action(before, "4.2"))
        session = positions.propose(t.ours, t.room, "meetings.session", meetings.session(t.body, previous=before))
        t.meet()
        for kind, subject in (
            ("meetings.session", before),
            ("followup.action", done),
            ("followup.action", late),
            ("meetings.session", session),
        ):
            positions.accept(t.theirs, t.room, kind, subject)
        follow.assess(
            t.ours, t.room, IN, done, session, followup.assessment("partly-done", carry_over=True, new_due=followup.due("2027-03-31"))
        )
        follow.report_action(t.ours, t.room, LEAD["IN"], followup.report(late, "in-progress"))
        positions.propose(t.ours, t.room, "followup.way_forward", followup.way_forward(), subject=session)
        t.meet()
        positions.accept(t.theirs, t.room, "followup.assessment", done, session)
        positions.accept(t.theirs, t.room, "followup.way_forward", session)
        follow.report_action(t.theirs, t.room, LEAD["RU"], followup.report(late, "delayed"))
        t.meet()

        units = review_section(t.ours, t.room, session, number="2")
        shown = {unit.no: {lang: plain(text) for lang, text in unit.texts.items()} for unit in units}
        assert shown["2"]["en"] == "Implementation of the decisions of the 11th session"
        said = {text["en"] for text in shown.values()}
        assert "Item 4.1: Exchange lists of enterprises – done in part; to be continued by 31 March 2027." in said
        assert "Item 4.2: Exchange lists of enterprises – [IN: work is in progress / RU: delayed]." in said
        assert "The Sides agreed to hold the 13th session in New Delhi by the end of quarter 3 of 2027." in said
        russian = {text["ru"] for text in shown.values()}
        assert any(
            line.startswith("Пункт 4.1: Обменяться перечнями предприятий – выполнено частично") and "31 марта 2027 г." in line
            for line in russian
        )
        for unit in units:
            for text in unit.texts.values():
                assert parse(dump(text)) == text

        id_ = op.open_instrument(t.ours, t.room, IN, flow.instrument(session))
        op.propose_draft(t.ours, t.room, IN, id_, units)
        view = grid(t.ours, t.room, id_)
        assert [row.depth for row in view.rows] == [0, *[1] * (len(units) - 1)]
        assert all(not row.checks for row in view.rows), [row.checks for row in view.rows]
        t.meet()
        assert {cell.state for row in grid(t.theirs, t.room, id_).rows for cell in row.cells.values()} == {"theirs"}
        with pytest.raises(Rejected):
            review_section(t.ours, t.room, session, languages=("en", "hi"))


def test_every_state_has_words_in_every_language():
    from typing import get_args

    from cochair.followup.contents import ReportState

    assert set(STATES) == {*get_args(ReportState), "sides-differ"}
    assert all(set(words) == {"en", "ru"} for words in (*STATES.values(), *WORDS.values()))
