"""Two nodes that exchange bytes in memory: what becomes joint, when, and that both compute the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cochair.kit.errors import Conflict
from cochair.record import queries
from cochair.record.node import Draft, Node
from cochair.record.queries import MatterState
from tests.record.makers import exchange, find, join_terms, note, position, pull, received, seal, settle_slot, trust

Make = Callable[[str], Node]
DATES = {"start": "2026-08-06", "place": ""}
OTHER = {"start": "2026-09-09", "place": "Delhi"}


@pytest.fixture
def pair(make: Make) -> tuple[Node, Node, str]:
    one, other = make("IN"), make("RU")
    room = one.found("c7")
    join_terms(one, other, room)
    return one, other, room


def matter(node: Node, room: str, kind: str, subject: str, part: str = "") -> MatterState:
    with node.read() as tx:
        found = queries.matter(tx, room, kind, subject, part)
    assert found is not None
    return found


def same(one: Node, other: Node, room: str) -> None:
    assert one.cut(room) == other.cut(room)
    for which in ("record", "working"):
        assert one.state_digest(room, which) == other.state_digest(room, which)
    for node in (one, other):
        assert node.fsck(room) == []
        assert node.waiting(room) == {}


def test_terms_join(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    assert [s["side"] for s in one.terms(room)["sides"]] == ["IN", "RU"]
    assert one.terms(room) == other.terms(room)
    same(one, other, room)
    with one.read() as tx:
        slot = queries.slot(tx, room, "terms", room, 1)
    assert slot.agreed is not None
    assert [(s.side, s.counts) for s in slot.seals] == [("IN", True), ("RU", True)]


def test_agreed_and_withdrawn(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    exchange(one, other, room)
    assert matter(other, room, "t.meeting", meeting).standing == "open"
    other.write(room, [position("t.meeting/1", {"name": "12th"}, meeting, level="ad-referendum")])
    exchange(one, other, room)
    state = matter(one, room, "t.meeting", meeting)
    assert (state.standing, state.level, state.content) == ("agreed", "ad-referendum", {"name": "12th"})
    with one.read() as tx:
        assert tx.query("SELECT value, standing FROM t_settled") == [{"value": "12th", "standing": "agreed"}]
    other.write(room, [position("t.meeting/1", {"name": "12th"}, meeting, level="reserved")])
    exchange(one, other, room)
    assert matter(one, room, "t.meeting", meeting).standing == "open"
    with one.read() as tx:
        assert tx.query("SELECT * FROM t_settled") == []
    other.write(room, [position("t.meeting/1", None, meeting)])
    one.write(room, [position("t.meeting/1", None, meeting)])
    exchange(one, other, room)
    assert matter(one, room, "t.meeting", meeting).standing == "none"
    same(one, other, room)


def test_crossed_acceptance(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    one.write(room, [position("t.dates/1", DATES, meeting)])
    exchange(one, other, room)
    other.write(room, [position("t.dates/1", OTHER, meeting)])
    exchange(one, other, room)
    one.write(room, [position("t.dates/1", OTHER, meeting)])
    other.write(room, [position("t.dates/1", DATES, meeting)])
    exchange(one, other, room)
    state = matter(one, room, "t.dates", meeting)
    assert (state.standing, state.crossed) == ("open", True)
    one.write(room, [position("t.dates/1", DATES, meeting)])
    exchange(one, other, room)
    state = matter(other, room, "t.dates", meeting)
    assert (state.standing, state.crossed) == ("agreed", False)
    same(one, other, room)


def test_by_our_account_then_confirmed_or_corrected(make: Make) -> None:
    one, other = make("IN"), make("RU")
    room = one.found("c7")
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    one.write(room, [position("t.dates/1", DATES, meeting)])
    a, b, c = one.write(
        room,
        [
            received("t.meeting/1", {"name": "12th"}, meeting),
            received("t.dates/1", DATES, meeting),
            received("t.note/1", {"text": "their report"}, kind="statement"),
        ],
    )
    assert matter(one, room, "t.meeting", meeting).standing == "account"
    assert matter(one, room, "t.dates", meeting).standing == "account"
    with one.read() as tx:
        assert tx.query("SELECT side, account FROM t_note") == [{"side": "RU", "account": "IN"}]
        assert {r["standing"] for r in tx.query("SELECT standing FROM t_settled")} == {"account"}
    join_terms(one, other, room)
    assert matter(other, room, "t.meeting", meeting).standing == "account"
    (mine,) = other.write(room, [position("t.dates/1", OTHER, meeting)])
    other.write(
        room,
        [
            Draft("record", "statement", "record.confirms/1", {"target": a}),
            Draft("record", "statement", "record.corrects/1", {"target": b, "with": mine}),
            Draft("record", "statement", "record.confirms/1", {"target": c}),
        ],
    )
    exchange(one, other, room)
    state = matter(one, room, "t.meeting", meeting)
    assert (state.standing, state.accounts["RU"].answer) == ("agreed", "confirms")
    assert matter(one, room, "t.dates", meeting).standing == "open"
    with one.read() as tx:
        assert tx.query("SELECT side, account FROM t_note") == [{"side": "RU", "account": ""}]
        assert [(r.id, r.answer) for r in queries.received(tx, room)] == [(a, "confirms"), (b, "corrects"), (c, "confirms")]
    with pytest.raises(Conflict):
        other.write(room, [Draft("record", "statement", "record.confirms/1", {"target": a})])
    same(one, other, room)


def test_superseded_statement_loses_its_rows(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    first, second = one.write(room, [note("wrong"), note("right")])
    one.write(room, [Draft("record", "statement", "record.supersedes/1", {"target": first, "with": second})])
    exchange(one, other, room)
    for node in (one, other):
        with node.read() as tx:
            assert [r["text"] for r in tx.query("SELECT text FROM t_note")] == ["right"]
            assert [(s.id, s.superseded != "") for s in queries.statements(tx, room, "t.note/1", superseded=True)] == [
                (first, True),
                (second, False),
            ]
    with pytest.raises(Conflict):
        other.write(room, [Draft("record", "statement", "record.supersedes/1", {"target": second})])
    same(one, other, room)


def test_slot_agreed_once_all_found_all_valid(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    exchange(one, other, room)
    manifest = one.put_structural(room, {"v": 1, "room": room, "slot": {"kind": "adopt", "of": meeting, "step": 0}})
    a = seal(one, room, manifest, "adopt", meeting)
    pull(other, one, room)
    other.acknowledge(room)
    b = seal(other, room, manifest, "adopt", meeting)
    exchange(one, other, room)
    find(one, room, b)
    exchange(one, other, room)
    with one.read() as tx:
        assert queries.slot(tx, room, "adopt", meeting).agreed is None
    find(other, room, a)
    exchange(one, other, room)
    for node in (one, other):
        with node.read() as tx:
            assert queries.slot(tx, room, "adopt", meeting).agreed == manifest
            assert tx.query("SELECT manifest, src FROM t_adopted") == [{"manifest": manifest, "src": f"manifest:{manifest}"}]
    same(one, other, room)


def test_seal_refused_when_the_slot_moved_on(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    manifest = one.put_structural(room, {"v": 1, "what": "a"})
    exchange(one, other, room)
    stale = {"IN": one.cut(room)["in.example/c7/IN/record"], "RU": one.cut(room)["ru.example/c7/RU/record"]}
    seal(other, room, manifest, "adopt", room)
    exchange(one, other, room)
    body = {
        "slot": {"kind": "adopt", "of": room, "step": 0},
        "manifest": manifest,
        "heads": stale,
        "paper": one.put_paper(room, b"s"),
        "how": "scan",
    }
    before = one.heads(room)
    with pytest.raises(Conflict, match="acted on this text"):
        one.write(room, [Draft("record", "seal", "record.seal/1", body)])
    assert one.heads(room) == before
    settle_slot(one, other, room, manifest, "adopt", room)
    same(one, other, room)


def test_entry_waits_for_structural_content(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    manifest = one.put_structural(room, {"v": 1, "what": "b"})
    one.write(room, [note("with a manifest", manifest=manifest), note("behind it")])
    origin = "in.example/c7/IN/record"
    held = other.heads(room)[origin][0]
    got = other.receive(room, origin, one.checkpoint(room, origin), held, one.entries(room, origin, held))
    assert got.applied < got.size
    assert manifest in got.waiting
    assert manifest in other.waiting(room)[origin]
    other.put_structural_bytes(room, manifest, one.papers.structural_stored(room, manifest))
    assert other.waiting(room) == {}
    exchange(one, other, room)
    same(one, other, room)


def test_working_log(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    (instrument,) = one.write(room, [position("t.meeting/1", {"name": "protocol"})])
    exchange(one, other, room)
    log = "w-IN-" + instrument.rpartition("/")[2]
    (paragraph,) = one.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    one.write(room, [position("t.text/1", {"words": "The Sides noted"}, paragraph, log=log, part="en")])
    exchange(one, other, room)
    record = one.state_digest(room, "record")
    other.write(
        room,
        [
            position("t.paragraph/1", {"name": "1"}, paragraph, log=log),
            position("t.text/1", {"words": "The Sides noted"}, paragraph, log=log, part="en"),
        ],
    )
    exchange(one, other, room)
    assert matter(one, room, "t.text", paragraph, "en").standing == "agreed"
    with one.read() as tx:
        assert tx.query("SELECT words FROM t_text") == [{"words": "The Sides noted"}]
    assert one.state_digest(room, "record") == record  # the record never depends on a working log
    same(one, other, room)
    with pytest.raises(Conflict, match="working log"):
        one.write(room, [note("about text", subject=paragraph)])
    with pytest.raises(Conflict, match="belong into this log"):
        one.write(room, [position("t.text/1", {"words": "x"}, paragraph, part="en")])


def test_digest_at_an_older_cut(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    exchange(one, other, room)
    cut, before = one.cut(room), one.state_digest(room, "record")
    one.write(room, [note("later"), position("t.meeting/1", {"name": "x"})])
    exchange(one, other, room)
    assert one.state_digest(room, "record") != before
    assert one.state_digest(room, "record", cut) == other.state_digest(room, "record", cut) == before
    with pytest.raises(Conflict):
        one.state_digest(room, "record", {**cut, "in.example/c7/IN/record": 9999})


def test_bare_seen_ends(pair: tuple[Node, Node, str]) -> None:
    one, other, room = pair
    exchange(one, other, room)
    heads = one.heads(room)
    exchange(one, other, room)
    assert one.heads(room) == other.heads(room) == heads
    assert one.acknowledge(room) == []


def test_trust_is_pinned(make: Make) -> None:
    one, other, third = make("IN"), make("RU"), make("EU")
    room = one.found("c7")
    trust(one, other, room)
    trust(one, other, room)
    keys = third.descriptor("c7")
    with pytest.raises(Conflict):
        forged = other.descriptor("c7")["log_key"]
        one.trust(room, "RU", domain="ru.example", log_key=forged, cosign_key=keys["cosign_key"])


def test_working_logs_of_a_room_that_records_them_are_signed(make: Make) -> None:
    one, other = make("IN"), make("RU")
    room = one.found("c7", working="recorded")
    join_terms(one, other, room)
    (instrument,) = one.write(room, [position("t.meeting/1", {"name": "protocol"})])
    exchange(one, other, room)
    log = "w-IN-" + instrument.rpartition("/")[2]
    (paragraph,) = one.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    exchange(one, other, room)
    other.write(room, [position("t.paragraph/1", {"name": "1"}, paragraph, log=log)])
    exchange(one, other, room)
    assert b"/mac/" not in one.checkpoint(room, one.origin(room, log))
    assert matter(one, room, "t.paragraph", paragraph).standing == "agreed"
    same(one, other, room)


def test_working_checkpoint_gets_a_line_when_the_peer_comes(make: Make) -> None:
    one, other = make("IN"), make("RU")
    room = one.found("c7")
    (instrument,) = one.write(room, [position("t.meeting/1", {"name": "protocol"})])
    (paragraph,) = one.write(room, [position("t.paragraph/1", {"name": "1"}, log="w-IN-0")])
    origin = one.origin(room, "w-IN-0")
    assert (b"/mac/IN" in one.checkpoint(room, origin), b"/mac/RU" in one.checkpoint(room, origin)) == (True, False)
    join_terms(one, other, room)
    assert b"/mac/RU" in one.checkpoint(room, origin)
    assert matter(other, room, "t.paragraph", paragraph).positions["IN"].content == {"name": "1"}
    assert instrument == "IN/record/0"
    same(one, other, room)


def test_three_sides(make: Make) -> None:
    """A third Side joins two: what the two had settled stays, what comes now needs all three."""
    one, other, third = make("IN"), make("RU"), make("EU")
    room = one.found("c7")
    join_terms(one, other, room)
    (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
    exchange(one, other, room)
    other.write(room, [position("t.meeting/1", {"name": "12th"}, meeting)])
    exchange(one, other, room)
    manifest = one.put_structural(room, {"v": 1, "x": 1})
    settle_slot(one, other, room, manifest, "adopt", meeting)
    third.join(one.structural(room, room))
    for a, b in ((one, third), (other, third), (third, one), (third, other)):
        trust(a, b, room)
    with one.read() as tx:
        before = queries.slot(tx, room, "terms", room, 1).agreed
    terms = one.put_structural(room, {**one.terms(room), "previous": before, "sides": [n.descriptor("c7") for n in (one, other, third)]})

    def round_trip() -> None:
        for _ in range(2):
            for a, b in ((one, other), (one, third), (other, third)):
                exchange(a, b, room)

    round_trip()
    seals = [seal(node, room, terms, "terms", room, 2) for node in (one, other, third)]
    round_trip()
    for node in (one, other, third):
        for name in seals:
            if not name.startswith(f"{node.side}/"):
                find(node, room, name)
    round_trip()
    for node in (one, other, third):
        assert len(node.terms(room)["sides"]) == 3
        assert matter(node, room, "t.meeting", meeting).standing == "open"
        with node.read() as tx:
            assert queries.slot(tx, room, "adopt", meeting).agreed == manifest
    third.write(room, [position("t.meeting/1", {"name": "12th"}, meeting)])
    round_trip()
    assert matter(one, room, "t.meeting", meeting).standing == "agreed"
    same(one, other, room)
    same(other, third, room)
