"""What was sealed is read from the record alone; what a Side did last, from its positions."""

import shutil

import pytest

from cochair.protocol import history, steps
from cochair.protocol import operations as op
from cochair.protocol.queries import grid
from cochair.protocol.text import paragraph, plain
from cochair.protocol.texts import read
from tests.protocol import flow
from tests.protocol.flow import IN, RU


@pytest.fixture
def t(tmp_path):
    with flow.table(tmp_path) as made:
        yield made


def adopted(t):
    id_, made = flow.settled(t)
    keys = {"IN": flow.mandate(t.ours, t.room, IN, t.body), "RU": flow.mandate(t.theirs, t.room, RU, t.body)}
    t.meet()
    return id_, made, keys, flow.step(t, "adopt", id_, keys)


def test_a_sealed_text_needs_no_working_log(t, tmp_path):
    """A third reader who gets the records and the papers, and never the working log, reads the adopted text."""
    from cochair.kit.ids import parse_origin
    from tests.makers import nodes

    id_, _, _, digest = adopted(t)
    reader = nodes.new_node(tmp_path / "EU", "EU", flow.REGISTRY)
    try:
        assert reader.join(t.ours.terms(t.room)) == t.room
        for name in t.ours.papers.structural_held(t.room):
            reader.put_structural_bytes(t.room, name, t.ours.papers.structural_stored(t.room, name))
        with t.ours.read() as tx:
            needed = {one.paper for one in history.sealed_texts(tx, t.room, id_)}
        for name in needed:
            reader.put_stored_paper(t.room, name, t.ours.papers.stored(t.room, name))
        for _ in range(2):
            for node in (t.ours, t.theirs):
                for origin, (size, _) in node.heads(t.room).items():
                    held = reader.heads(t.room).get(origin, (0, b""))[0]
                    at = parse_origin(origin)
                    if at.side == node.side and at.log == "record" and size > held:
                        reader.receive(t.room, origin, node.checkpoint(t.room, origin), held, node.entries(t.room, origin, held))
        with reader.read() as tx:
            sealed = history.sealed_texts(tx, t.room, id_)
        shown = [(one.no, one.lang, plain(read(reader, t.room, one.paper, one.lang))) for one in sealed]
        assert ("2.1", "en", "The Sides agreed to build a wind tunnel by 1 March 2027.") in shown
        assert len(shown) == 8
        assert steps.current(reader, t.room, id_).digest == digest
        assert grid(reader, t.room, id_).rows == ()
    finally:
        reader.close()
        shutil.rmtree(tmp_path / "EU", ignore_errors=True)


def test_the_instruments_of_a_session_say_how_far_they_are(t):
    id_, _, _, digest = adopted(t)
    with t.theirs.read() as tx:
        [one] = history.instruments(tx, t.room, t.session, "RU")
    assert (one.id, one.status, one.step, one.manifest) == (id_, "agreed", "adopt", digest)
    assert history.ORDER.index(one.step) == 0


def test_after_a_correction_the_corrected_wording_is_read_and_the_earlier_one_can_be(t):
    id_, made, keys, first = adopted(t)
    for lang, words in (("en", "The Sides met in Kazan."), ("ru", "Стороны провели встречу в Казани.")):
        base = flow.grid_cell(t.ours, t.room, id_, made[1], lang).ours.position
        op.propose_text(t.ours, t.room, IN, made[1], lang, paragraph(lang, words), base=base)
    t.meet()
    op.accept_texts(t.theirs, t.room, RU, made[1])
    t.meet()
    op.mark_concordance(t.ours, t.room, IN, id_)
    op.mark_concordance(t.theirs, t.room, RU, id_)
    t.meet()
    corrected = flow.step(t, "correct", id_, keys)
    signed = flow.step(t, "sign", id_, keys)
    with t.theirs.read() as tx:
        last = {(one.no, one.lang): one for one in history.sealed_texts(tx, t.room, id_)}
        before = {(one.no, one.lang): one for one in history.sealed_texts(tx, t.room, id_, first)}
    assert plain(read(t.theirs, t.room, last["1.1", "en"].paper, "en")) == "The Sides met in Kazan."
    assert plain(read(t.theirs, t.room, before["1.1", "en"].paper, "en")) == "The Sides met in Moscow."
    assert [one.digest for one in steps.steps(t.ours, t.room, id_)] == [first, corrected, signed]


def test_whose_last_changes(t):
    id_ = flow.opened(t)
    made = op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    t.meet()
    op.accept_text(t.theirs, t.room, RU, made[0], "en")
    op.reserve(t.theirs, t.room, RU, made[0], "ru")
    t.meet()
    with t.ours.read() as tx:
        found = history.follow(tx, t.room, id_, "RU")
    assert [(one.what, one.lang) for one in found] == [("reserves text", "ru"), ("agrees to text", "en"), ("agrees to provision", "")]
