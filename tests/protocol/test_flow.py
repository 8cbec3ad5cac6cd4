"""One instrument from the first proposal to the late pen change, on two real nodes that pass bytes."""

import pytest

from cochair.kit.errors import Conflict
from cochair.protocol import gather, seals, steps
from cochair.protocol import operations as op
from cochair.protocol.manifest import encode
from cochair.protocol.queries import grid
from cochair.protocol.text import paragraph, plain
from cochair.protocol.texts import wording
from cochair.record import queries
from tests.protocol import flow
from tests.protocol.flow import IN, RU


def test_from_the_first_proposal_to_the_late_pen_change(tmp_path):
    with flow.table(tmp_path) as t:
        id_ = flow.opened(t)
        made = op.propose_draft(t.ours, t.room, IN, id_, flow.units())
        t.meet()

        ours, theirs = t.grids(id_)
        assert [row.no for row in ours.rows] == [row.no for row in theirs.rows] == ["1", "1.1", "2", "2.1"]
        assert {cell.state for row in ours.rows for cell in row.cells.values()} == {"ours"}
        assert {cell.state for row in theirs.rows for cell in row.cells.values()} == {"theirs"}
        assert (ours.move, theirs.move) == ("them", "us")
        with pytest.raises(Conflict, match=r"2\.1"):
            gather.draft(t.ours, t.room, id_)

        assert op.accept_all(t.theirs, t.room, RU, id_) == 8
        t.meet()
        ours, theirs = t.grids(id_)
        assert (ours.meter.agreed, ours.meter.all, ours.meter.brackets) == (6, 8, 2)
        assert ours.rows[3].cells["en"].state == "brackets"

        for lang, words in (("en", "agreed to build"), ("ru", "договорились построить")):
            base = ours.rows[3].cells[lang].ours.position
            assert not op.resolve_bracket(t.ours, t.room, IN, made[3], lang, 0, words, base=base).beside
        t.meet()
        cell = flow.grid_cell(t.theirs, t.room, id_, made[3], "en")
        assert cell.state == "differ"
        assert [c.text for c in cell.changes if c.mark == "old"] == ["[IN: ", " / RU: discussed]"]
        op.accept_texts(t.theirs, t.room, RU, made[3])
        t.meet()
        ours, theirs = t.grids(id_)
        assert ours.meter.agreed == ours.meter.all == 8
        assert ours.meter.unmarked == 8 and not ours.meter.clean

        assert op.mark_concordance(t.ours, t.room, IN, id_) == 4
        with pytest.raises(Conflict, match="RU has not confirmed"):
            gather.draft(t.ours, t.room, id_)
        assert op.mark_concordance(t.theirs, t.room, RU, id_) == 4
        t.meet()
        ours, theirs = t.grids(id_)
        assert ours.meter.clean and theirs.meter.clean

        # both builders make the same bytes at the same cut
        drafted = gather.draft(t.ours, t.room, id_)
        assert encode(gather.draft(t.theirs, t.room, id_, cut=drafted.cut)) == encode(drafted)

        keys = {"IN": flow.mandate(t.ours, t.room, IN, t.body), "RU": flow.mandate(t.theirs, t.room, RU, t.body)}
        t.meet()
        adopted = flow.step(t, "adopt", id_, keys)
        for node in (t.ours, t.theirs):
            view = seals.slot_status(node, t.room, "adopt", id_)
            assert view.agreed == adopted
            assert [one.state for one in view.seals] == ["counts", "counts"]
            with node.read() as tx:
                assert len(tx.query("SELECT * FROM protocol_adopted WHERE room = ?", [t.room])) == 8

        signed = flow.step(t, "sign", id_, keys)
        assert [one.slot.kind for one in steps.steps(t.theirs, t.room, id_)] == ["adopt", "sign"]
        assert steps.current(t.ours, t.room, id_).manifest.cites == adopted

        # a late pen change: one wording in each language, then the marks, then the act
        for lang, words in (("en", "The Sides met in Moscow on 16 September."), ("ru", "Стороны провели встречу в Москве 16 сентября.")):
            base = flow.grid_cell(t.theirs, t.room, id_, made[1], lang).ours.position
            op.propose_text(t.theirs, t.room, RU, made[1], lang, paragraph(lang, words), base=base)
        t.meet()
        op.accept_texts(t.ours, t.room, IN, made[1])
        t.meet()
        with pytest.raises(Conflict, match="confirmed"):
            steps.correction(t.ours, t.room, id_)
        op.mark_concordance(t.ours, t.room, IN, id_, [made[1]])
        op.mark_concordance(t.theirs, t.room, RU, id_, [made[1]])
        t.meet()
        corrected = flow.step(t, "correct", id_, keys)
        last = steps.current(t.theirs, t.room, id_)
        assert last.digest == corrected and last.manifest.cites == signed
        changed = [each for each in last.manifest.provisions if each.predecessor]
        assert [each.no for each in changed] == ["1.1"]
        assert changed[0].predecessor.manifest == signed
        assert "16 September" in plain(wording(t.ours, t.room, changed[0].papers["en"], "en").text)

        for which in ("record", "working"):
            assert t.ours.state_digest(t.room, which) == t.theirs.state_digest(t.room, which)
        before = t.ours.state_digest(t.room)
        t.ours.rebuild(t.room)
        assert t.ours.state_digest(t.room) == before
        assert t.ours.fsck(t.room) == []
        with t.ours.read() as tx:
            assert queries.slot(tx, t.room, "correct", id_).agreed == corrected
        assert grid(t.ours, t.room, id_).move == ""
