"""Originals: both nodes make the same bytes, each Side first in its own, and a manifest whose originals differ is not sealed."""

import msgspec
import pytest

from cochair.kit.errors import Conflict
from cochair.protocol import gather, manifest, originals, prepare, seals, steps
from cochair.protocol import operations as op
from cochair.protocol.operations import Unit
from cochair.protocol.text import heading, paragraph
from cochair.record import positions
from tests.makers import meetings
from tests.protocol import flow
from tests.protocol.flow import IN, RU


@pytest.fixture
def t(tmp_path):
    with flow.table(tmp_path) as made:
        yield made


def test_both_nodes_make_the_same_originals_and_each_side_leads_its_own(t):
    id_, _ = flow.settled(t)
    drafted = gather.draft(t.ours, t.room, id_)
    ours, theirs = (originals.make(node, t.room, drafted) for node in (t.ours, t.theirs))
    assert {side: made.data for side, made in ours.items()} == {side: made.data for side, made in theirs.items()}
    assert (ours["IN"].part.languages, ours["RU"].part.languages) == (("en", "ru"), ("ru", "en"))
    assert ours["IN"].data != ours["RU"].data


def test_an_original_says_cut_and_act_and_not_the_manifest(t):
    id_, _ = flow.settled(t)
    made = prepare.prepare(t.ours, t.room, IN, id_)
    data = originals.instrument_data(t.ours, t.room, made.manifest)
    assert data.marks.slot == f"sign|{id_}|0"
    assert {head.side: head.size for head in data.marks.heads} == made.manifest.cut
    assert all(made.digest.encode() not in file.data for file in made.originals.values())
    assert data.provisions[0].children[0].no == "1.1"
    assert data.specimen


def test_titles_terms_and_annexes_find_their_place(t):
    id_ = flow.opened(t)
    both = lambda en, ru, make=paragraph: {"en": make("en", en), "ru": make("ru", ru)}  # noqa: E731
    units = [
        Unit("title", both("Protocol of the Session", "Протокол заседания")),
        Unit("term", both("Body means the Working Group.", "Орган означает Рабочую группу.")),
        Unit("annex", both("Lists", "Списки", heading)),
        Unit("paragraph", both("First list.", "Первый список."), "", 2),
    ]
    op.propose_draft(t.ours, t.room, IN, id_, units)
    t.meet()
    op.accept_all(t.theirs, t.room, RU, id_)
    t.meet()
    op.mark_concordance(t.ours, t.room, IN, id_)
    op.mark_concordance(t.theirs, t.room, RU, id_)
    t.meet()
    drafted = gather.draft(t.ours, t.room, id_)
    data = originals.instrument_data(t.ours, t.room, drafted)
    assert data.titles["RU"]["ru"] == "Протокол заседания"
    assert [each.id for each in data.provisions] == ["p2"]
    [annex] = data.annexes
    assert (annex.heads["en"], annex.titles["ru"], annex.provisions[0].id) == ("Annex 1", "Списки", "p4")
    assert originals.make(t.ours, t.room, drafted)["RU"].pages >= 2


def test_what_the_sides_agree_later_does_not_change_a_sealed_original(t):
    id_, _ = flow.settled(t)
    made = prepare.prepare(t.ours, t.room, IN, id_)
    keys = {"IN": flow.mandate(t.ours, t.room, IN, t.body), "RU": flow.mandate(t.theirs, t.room, RU, t.body)}
    t.meet()
    for node, actor, side in ((t.ours, IN, "IN"), (t.theirs, RU, "RU")):
        flow.seal(node, t.room, actor, made.digest, keys[side])
        t.meet()
    seals.check_seals(t.ours, t.room)
    seals.check_seals(t.theirs, t.room)
    t.meet()
    positions.propose(t.ours, t.room, "meetings.dates", meetings.dates(end="2026-09-18"), subject=t.session)
    t.meet()
    positions.accept(t.theirs, t.room, "meetings.dates", t.session)
    t.meet()
    assert steps.current(t.theirs, t.room, id_).digest == made.digest
    assert originals.verify(t.theirs, t.room, made.manifest) == []
    signed = prepare.prepare(t.theirs, t.room, RU, id_, "sign")
    assert signed.manifest.originals == made.manifest.originals
    assert prepare.differences(t.ours, t.room, signed.manifest) == []


def test_a_manifest_with_another_original_is_not_sealed(t):
    id_, _ = flow.settled(t)
    made = prepare.prepare(t.ours, t.room, IN, id_).manifest
    spoiled = msgspec.structs.replace(made, originals=(msgspec.structs.replace(made.originals[0], sha256="00" * 32), made.originals[1]))
    digest = t.ours.put_structural(t.room, manifest.value(spoiled))
    key = flow.mandate(t.ours, t.room, IN, t.body)
    with pytest.raises(Conflict, match="original for IN differs"):
        seals.seal_request(t.ours, t.room, IN, digest, key[0])


def test_a_paper_with_a_bracket_hidden_in_a_manifest_is_seen(t):
    from cochair.protocol.text import dump

    id_, _ = flow.settled(t)
    made = gather.draft(t.ours, t.room, id_)
    paper = t.ours.put_paper(t.room, dump(flow.BRACKETED["en"]))
    last = msgspec.structs.replace(made.provisions[3], papers=made.provisions[3].papers | {"en": paper})
    spoiled = msgspec.structs.replace(made, provisions=(*made.provisions[:3], last))
    assert prepare.unread(t.ours, t.room, spoiled) == ["p4 has open brackets in en"]
    assert "provisions differs from what we have" in prepare.differences(t.ours, t.room, spoiled)
