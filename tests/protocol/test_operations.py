"""What people do to a text on real nodes: no typing is lost, a clash keeps both, crossed hands are settled, one Side works alone."""

import pytest

from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict, Denied, NotFound, NotHeld, Rejected
from cochair.protocol import history
from cochair.protocol import operations as op
from cochair.protocol.contents import OrderRow, Signatory
from cochair.protocol.operations import Unit
from cochair.protocol.queries import grid
from cochair.protocol.text import Bracket, paragraph, plain
from tests.protocol import flow
from tests.protocol.flow import IN, RU


@pytest.fixture
def t(tmp_path):
    with flow.table(tmp_path) as made:
        yield made


@pytest.fixture
def id_(t):
    return flow.opened(t)


def one(t, id_, en="The Sides met.", ru="Стороны встретились."):
    made = op.propose_provision(t.ours, t.room, IN, id_, "paragraph", {"en": paragraph("en", en), "ru": paragraph("ru", ru)}, no="1")
    t.meet()
    return made


def test_two_people_of_one_side_type_over_each_other_and_both_wordings_stay(t, id_):
    made = one(t, id_)
    base = flow.grid_cell(t.ours, t.room, id_, made, "en").ours.position
    first = op.propose_text(t.ours, t.room, IN, made, "en", paragraph("en", "The Sides met in Moscow."), base=base)
    second = op.propose_text(t.ours, t.room, IN, made, "en", paragraph("en", "The two Sides met."), base=base)
    assert (first.beside, second.beside) == (False, True)
    t.meet()
    for node in (t.ours, t.theirs):
        cell = flow.grid_cell(node, t.room, id_, made, "en")
        assert plain(cell.shown.text) == "The Sides met in Moscow."
        [(side, part, kept)] = cell.alternatives
        assert (side, plain(kept.text)) == ("IN", "The two Sides met.")
    op.take_alternative(t.ours, t.room, IN, made, part, "IN")
    cell = flow.grid_cell(t.ours, t.room, id_, made, "en")
    assert plain(cell.shown.text) == "The two Sides met." and cell.alternatives == ()


def test_a_proposal_of_each_side_never_touches_the_others(t, id_):
    made = one(t, id_)
    op.propose_text(t.theirs, t.room, RU, made, "en", paragraph("en", "The Sides met on Monday."), base=None)
    base = flow.grid_cell(t.ours, t.room, id_, made, "en").ours.position
    op.propose_text(t.ours, t.room, IN, made, "en", paragraph("en", "The Sides met on Tuesday."), base=base)
    t.meet()
    ours, theirs = (flow.grid_cell(node, t.room, id_, made, "en") for node in (t.ours, t.theirs))
    assert ours.state == theirs.state == "differ"
    assert plain(ours.ours.text) == plain(theirs.theirs["IN"].text) == "The Sides met on Tuesday."
    assert [c.text for c in ours.changes if c.mark != "same"] == ["Tuesday", "Monday"]


def test_crossed_acceptances_are_settled_by_the_side_whose_turn_it_is(t, id_):
    made = one(t, id_)
    op.propose_text(t.theirs, t.room, RU, made, "en", paragraph("en", "The Sides gathered."), base=None)
    t.meet()
    op.accept_text(t.ours, t.room, IN, made, "en")
    op.accept_text(t.theirs, t.room, RU, made, "en")
    t.meet()
    ours, theirs = (flow.grid_cell(node, t.room, id_, made, "en") for node in (t.ours, t.theirs))
    assert ours.crossed and theirs.crossed
    assert {ours.move, theirs.move} == {"us", "them"}
    who, actor = (t.ours, IN) if ours.move == "us" else (t.theirs, RU)
    op.settle_crossed(who, t.room, actor, made, "en")
    t.meet()
    assert flow.grid_cell(t.ours, t.room, id_, made, "en").state == "agreed"


def test_the_same_words_typed_twice_are_settled_with_one_click(t, id_):
    made = one(t, id_)
    op.propose_text(t.theirs, t.room, RU, made, "en", paragraph("en", "The Sides met."), base=None)
    t.meet()
    assert flow.grid_cell(t.ours, t.room, id_, made, "en").changes == ()
    op.settle_crossed(t.theirs, t.room, RU, made, "en")
    t.meet()
    assert flow.grid_cell(t.ours, t.room, id_, made, "en").state == "agreed"


def test_a_wording_that_only_looks_the_same_is_pointed_at(t, id_):
    made = one(t, id_)
    op.propose_text(t.theirs, t.room, RU, made, "en", paragraph("en", "The Sidеs met."), base=None)  # a Cyrillic letter in it
    t.meet()
    cell = flow.grid_cell(t.ours, t.room, id_, made, "en")
    assert cell.look_alike and not cell.crossed and cell.state == "differ"
    assert cell.theirs["RU"].warnings


def test_reserved_is_not_agreed_until_lifted(t, id_):
    made = one(t, id_)
    op.reserve(t.theirs, t.room, RU, made, "en")
    t.meet()
    ours = flow.grid_cell(t.ours, t.room, id_, made, "en")
    assert (ours.state, ours.move) == ("reserved", "them")
    op.confirm(t.theirs, t.room, RU, made, "en")
    t.meet()
    assert flow.grid_cell(t.ours, t.room, id_, made, "en").state == "agreed"


def test_ad_referendum_is_agreed_and_said_to_be_so(t, id_):
    made = one(t, id_)
    op.accept_text(t.theirs, t.room, RU, made, "en", ad_referendum=True)
    t.meet()
    cell = flow.grid_cell(t.ours, t.room, id_, made, "en")
    assert (cell.state, cell.clean, cell.move) == ("ad-referendum", True, "them")


def test_a_withdrawn_text_awaits_another(t, id_):
    made = one(t, id_)
    op.withdraw_text(t.ours, t.room, IN, made, "en")
    assert flow.grid_cell(t.ours, t.room, id_, made, "en").state == "awaiting"
    with pytest.raises(NotFound):
        op.withdraw_text(t.ours, t.room, IN, made, "en")


def test_what_has_not_arrived_is_not_accepted(t, id_):
    made = one(t, id_)
    paper = flow.grid_cell(t.theirs, t.room, id_, made, "en").theirs["IN"].paper
    t.theirs.papers.erase(t.room, paper)
    assert flow.grid_cell(t.theirs, t.room, id_, made, "en").theirs["IN"].flags
    with pytest.raises(NotHeld):
        op.accept_text(t.theirs, t.room, RU, made, "en")


def test_hostile_bytes_of_the_other_side_are_shown_as_flagged_and_not_taken(t, id_):
    made = one(t, id_)
    for bad in (b"not a text", b'{"c":["\xe2\x80\xaeevil"],"lang":"en","t":"paragraph","v":1}'):
        from cochair.protocol.contents import TextContent
        from cochair.protocol.drafts import position

        paper = t.theirs.put_paper(t.room, bad)
        t.theirs.write(t.room, [position(made.split("/")[1], "text", made, "en", TextContent(paper))])
        t.meet()
        assert flow.grid_cell(t.ours, t.room, id_, made, "en").theirs["RU"].flags
        with pytest.raises(Rejected):
            op.accept_text(t.ours, t.room, IN, made, "en")


@pytest.mark.parametrize(
    "text",
    [
        paragraph("ru", "Не тот язык"),
        paragraph("en", "hidden \u202e turn"),
        paragraph("en", "x ", Bracket({"EU": "a Side that is not here"})),
    ],
)
def test_what_may_not_be_typed_is_refused_and_nothing_is_written(t, id_, text):
    made = one(t, id_)
    before = t.ours.heads(t.room)
    base = flow.grid_cell(t.ours, t.room, id_, made, "en").ours.position
    with pytest.raises(Rejected) as told:
        op.propose_text(t.ours, t.room, IN, made, "en", text, base=base)
    assert told.value.next_step
    assert t.ours.heads(t.room) == before


def test_a_language_that_the_instrument_does_not_have_is_refused(t, id_):
    with pytest.raises(Rejected):
        op.propose_draft(t.ours, t.room, IN, id_, [Unit("paragraph", {"hi": paragraph("hi", "पाठ")})])


def test_rights_are_asked_first(t, id_):
    reader = Actor("IN", "Observer", frozenset({"observer"}))
    for act in (
        lambda: op.propose_draft(t.ours, t.room, reader, id_, flow.units()),
        lambda: op.mark_concordance(t.ours, t.room, reader, id_),
        lambda: op.comment(t.ours, t.room, reader, id_, "en", "x"),
    ):
        with pytest.raises(Denied):
            act()


def test_marks_grow_stale_when_a_text_changes(t):
    id_, made = flow.settled(t)
    assert grid(t.ours, t.room, id_).rows[1].marks == {("IN", "ru"): "fresh", ("RU", "ru"): "fresh"}
    base = flow.grid_cell(t.ours, t.room, id_, made[1], "ru").ours.position
    op.propose_text(t.ours, t.room, IN, made[1], "ru", paragraph("ru", "Стороны встретились в Москве."), base=base)
    t.meet()
    op.accept_text(t.theirs, t.room, RU, made[1], "ru")
    t.meet()
    view = grid(t.theirs, t.room, id_)
    assert view.rows[1].marks == {("IN", "ru"): "stale", ("RU", "ru"): "stale"}
    assert view.meter.unmarked == 2


def test_machine_checks_between_languages_are_shown(t, id_):
    one(t, id_, "The Sides met 3 times in 2026.", "Стороны встретились 4 раза в 2026 году.")
    [row] = grid(t.ours, t.room, id_).rows
    assert any("3" in each for each in row.checks) and any("4" in each for each in row.checks)


def test_an_order_of_many_provisions_is_written_as_pages_and_can_shrink(t, id_):
    units = [Unit("paragraph", {"en": paragraph("en", f"Unit {n}.")}, str(n)) for n in range(1, 121)]
    made = op.propose_draft(t.ours, t.room, IN, id_, units)
    t.meet()
    op.accept_order(t.theirs, t.room, RU, id_)
    t.meet()
    view = grid(t.theirs, t.room, id_)
    assert (view.order, len(view.rows), view.rows[119].no) == ("agreed", 120, "120")
    op.propose_order(t.ours, t.room, IN, id_, [OrderRow(name, str(n)) for n, name in enumerate(reversed(made[:10]), 1)])
    t.meet()
    op.accept_order(t.theirs, t.room, RU, id_)
    t.meet()
    view = grid(t.ours, t.room, id_)
    assert [row.provision for row in view.rows if row.placed] == list(reversed(made[:10]))
    assert view.meter.unplaced == 110  # their texts are still proposed: nothing vanishes


def test_an_order_that_makes_no_sense_is_refused(t, id_):
    made = one(t, id_)
    for rows in ([OrderRow(made), OrderRow(made)], [OrderRow("IN/record/1")], [OrderRow(made, "1", "IN/w-in-0/9")]):
        with pytest.raises(Conflict):
            op.propose_order(t.ours, t.room, IN, id_, rows)


def test_a_provision_is_put_below_its_heading(t, id_):
    made = op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    late = op.propose_provision(t.ours, t.room, IN, id_, "paragraph", {"en": paragraph("en", "Late.")}, no="1.2", under=made[0])
    view = grid(t.ours, t.room, id_)
    assert [row.provision for row in view.rows] == [*made[:2], late, *made[2:]]
    assert [row.depth for row in view.rows] == [0, 1, 1, 0, 1]


def test_remarks_reach_the_other_side_and_the_last_changes_can_be_followed(t, id_):
    made = one(t, id_)
    op.comment(t.ours, t.room, IN, made, "en", "Please check the date.")
    t.meet()
    [remark] = history.remarks(t.theirs, t.room, made)
    assert (remark.side, remark.text) == ("IN", "Please check the date.")
    assert grid(t.theirs, t.room, id_).rows[0].comments == 1
    with t.theirs.read() as tx:
        seen = history.follow(tx, t.room, id_, "IN")
        assert [each.what for each in seen] == ["proposes order", "proposes text", "proposes text", "proposes provision"]
        assert history.follow(tx, t.room, id_, "IN", after=int(seen[0].entry.rsplit("/", 1)[1])) == []


def test_one_side_alone_negotiates_with_what_the_other_sent_by_letter(tmp_path):
    from cochair.protocol import gather, originals, prepare, received, seals
    from cochair.record import positions, queries
    from cochair.record.node import Draft
    from tests.makers import bodies, meetings, nodes

    node = nodes.new_node(tmp_path / "IN", "IN", flow.REGISTRY)
    try:
        room = node.found("c7")
        body = positions.propose(node, room, "bodies.body", bodies.body(parent=None))
        session = positions.propose(node, room, "meetings.session", meetings.session(body))
        positions.propose(node, room, "meetings.dates", meetings.dates(), subject=session)
        positions.say(node, room, "bodies.post", bodies.post(body))
        id_ = op.open_instrument(node, room, IN, flow.instrument(session))
        made = op.propose_provision(
            node, room, IN, id_, "paragraph", {"en": paragraph("en", "We met."), "ru": paragraph("ru", "Мы встретились.")}, no="1"
        )
        told = received.Told("RU", "letter", node.put_paper(room, b"letter"), "17", "2026-08-01")
        received.enter_text(node, room, IN, made, "en", paragraph("en", "We gathered."), told)
        cell = flow.grid_cell(node, room, id_, made, "en")
        assert (cell.state, plain(cell.theirs["RU"].text)) == ("differ", "We gathered.")
        with pytest.raises(Conflict):
            gather.draft(node, room, id_)

        received.enter_agreement(node, room, IN, id_, told)
        view = grid(node, room, id_)
        assert {cell.state for cell in view.rows[0].cells.values()} == {"account"}
        with pytest.raises(Conflict, match="its body is not agreed"):
            gather.draft(node, room, id_)
        for kind, subject in (("bodies.body", body), ("meetings.session", session), ("meetings.dates", session)):
            with node.read() as tx:
                ours = queries.matter(tx, room, kind, subject).positions["IN"]
            held = Draft("record", "position", ours.schema, {"subject": subject, "part": "", "content": ours.content, "level": "agreed"})
            node.write(room, [received.account(held, told)])
        post = {"as": "statement", "schema": "bodies.post/1", "subject": "self", "content": positions.plain(bodies.post(body))}
        node.write(room, [Draft("record", "statement", "record.received/1", {"from": "RU", "how": "letter", "account": post})])
        made_of = gather.draft(node, room, id_)
        assert [one.side for one in made_of.signatories] == ["IN", "RU"]
        assert (made_of.standing, made_of.parties, set(made_of.cut)) == ("account", ("IN", "RU"), {"IN"})
        assert set(originals.make(node, room, made_of)) == {"IN", "RU"}
        _, digest = prepare.prepare_manifest(node, room, id_)
        seals.attest_scan(node, room, IN, digest, b"%PDF scan", gather.heads(node, room))
        status = seals.slot_status(node, room, "adopt", id_)
        assert (status.agreed, [one.state for one in status.seals]) == (None, ["awaiting"])
    finally:
        node.close()


def test_who_signs_is_stated_or_follows_from_the_posts(t):
    from cochair.protocol import gather
    from cochair.record import positions
    from tests.makers import bodies

    id_, _ = flow.settled(t)
    assert [one.side for one in gather.draft(t.ours, t.room, id_).signatories] == ["IN", "RU"]
    with t.ours.read() as tx:
        posts = {row["side"]: row["id"] for row in tx.query("SELECT id, side FROM bodies_post WHERE room = ?", [t.room])}
    op.name_signatory(t.ours, t.room, IN, Signatory(id_, posts["IN"]))
    designee = positions.say(
        t.ours, t.room, "bodies.designee", bodies.designee(posts["IN"], t.session, person=t.ours.put_paper(t.room, b"{}"), letter=None)
    )
    assert gather.draft(t.ours, t.room, id_).signatories[0].designee == designee
    with t.ours.read() as tx:
        [row] = tx.query("SELECT * FROM protocol_signatory WHERE room = ?", [t.room])
    assert (row["side"], row["instrument"], row["post"]) == ("IN", id_, posts["IN"])
