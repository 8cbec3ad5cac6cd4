"""Working papers destroyed by both after adoption, and begun anew by both: the bytes are gone, the record is what it was, the room goes on."""

import contextlib
import shutil

import pytest

from cochair.exchange import carry, run
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, Conflict, Denied, NotHeld
from cochair.kit.ids import working_log
from cochair.protocol import anew, endings
from cochair.protocol import operations as op
from cochair.protocol.history import sealed_texts
from cochair.protocol.queries import grid
from cochair.protocol.text import paragraph
from cochair.record import faults, queries
from cochair.record.node import Node
from cochair.record.restoring import mark
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree, write_tree
from tests.protocol import flow
from tests.protocol.flow import IN, RU


@pytest.fixture
def t(tmp_path):
    with flow.table(tmp_path) as made:
        for node in (made.ours, made.theirs):
            open_tree(node)
        yield made


def meet(t, *nodes) -> None:
    """As nodes exchange: from each other's published trees."""
    for _ in range(3):
        for node, other in ((t.ours, t.theirs), (t.theirs, t.ours)):
            write_tree(other, t.room)
            problems = run.exchange(node, t.room, FolderSource(other.publisher.tree)).problems
            assert problems == {}, problems


def everything(node: Node) -> bytes:
    """All bytes of a node's folder, but for its signer's, and all papers that it can still open."""
    node.store.scrub()
    opened = []
    for room in node.rooms():
        for name in sorted(node.papers.held(room)):
            with contextlib.suppress(NotHeld):
                opened.append(node.paper(room, name))
    return b"".join(opened) + b"".join(
        p.read_bytes() for p in sorted(node.folder.rglob("*")) if p.is_file() and "signer" not in p.relative_to(node.folder).parts
    )


def adopted(t):
    id_, made = flow.settled(t)
    op.propose_text(t.ours, t.room, IN, made[1], "en", paragraph("en", "An offer that nobody shall ever read again."), base=None)
    keys = {"IN": flow.mandate(t.ours, t.room, IN, t.body), "RU": flow.mandate(t.theirs, t.room, RU, t.body)}
    t.meet()
    return id_, made, keys


def test_after_adoption_both_destroy_and_the_room_goes_on(t, tmp_path) -> None:
    id_, _made, keys = adopted(t)
    with pytest.raises(Conflict, match="not adopted"):
        endings.say(t.ours, t.room, IN, id_, "adopted")
    flow.step(t, "adopt", id_, keys)
    log = working_log(id_)
    backup = tmp_path / "old"
    shutil.copytree(t.theirs.folder, backup, ignore=shutil.ignore_patterns("lock", "socket"))
    words = b"An offer that nobody shall ever read again."
    assert words in everything(t.ours) and words in everything(t.theirs)
    with t.ours.read() as tx:
        text = sealed_texts(tx, t.room, id_)
    assert text
    endings.say(t.ours, t.room, IN, id_, "adopted")
    with pytest.raises(Conflict, match="already"):
        endings.say(t.ours, t.room, IN, id_, "adopted")
    meet(t)
    assert words in everything(t.ours), "one Side alone destroys nothing"
    assert t.ours.fsck(t.room) == []
    before = t.theirs.cut(t.room), t.theirs.state_digest(t.room)
    record = {origin: size for origin, size in before[0].items() if origin.endswith("/record")}
    endings.say(t.theirs, t.room, RU, id_, "adopted")
    meet(t)
    for node in (t.ours, t.theirs):
        assert words not in everything(node)
        assert not [origin for origin, (size, _) in node.heads(t.room).items() if origin.endswith(log) and size]
        assert not (node.publisher.tree / node.origin(t.room, log)).exists()
        with node.read() as tx:
            assert {n["side"] for n in queries.notices(tx, t.room, "destroyed")} == {"IN", "RU"}
            assert sealed_texts(tx, t.room, id_) == text
            for row in text:
                assert node.paper(t.room, row.paper)
            assert not tx.query("SELECT 1 AS one FROM w_position WHERE room = ?", (t.room,))
        assert node.state_digest(t.room, "record", record) == before[1], "the record at that cut is what it was"
        digests = node.state_digest(t.room), node.state_digest(t.room, "working")
        node.rebuild(t.room)
        assert (node.state_digest(t.room), node.state_digest(t.room, "working")) == digests
        assert node.fsck(t.room) == []
        assert faults.troubles(node, t.room) == []
        assert endings.current(node, t.room, id_) == f"{log}-2"
    assert t.ours.state_digest(t.room) == t.theirs.state_digest(t.room)
    # the protocol goes on: it is signed, and new wording is proposed in the working papers that follow
    flow.step(t, "sign", id_, keys)
    [new] = op.propose_draft(t.ours, t.room, IN, id_, flow.units()[:1])
    assert new.startswith(f"IN/{log}-2/")
    meet(t)
    op.accept_all(t.theirs, t.room, RU, id_)
    meet(t)
    assert grid(t.ours, t.room, id_).rows[0].cells["en"].state == "agreed"
    assert t.ours.state_digest(t.room, "working") == t.theirs.state_digest(t.room, "working")
    # a backup from before, put back: the papers are in it, and go again when the other Side was asked
    t.theirs.close()
    shutil.rmtree(t.theirs.folder)
    shutil.copytree(backup, t.theirs.folder)
    mark(t.theirs.folder)
    back = Node.open(t.theirs.folder, registry=flow.REGISTRY, clock=t.theirs.clock, make_signer=InProcessSigner)
    assert words in everything(back)
    from cochair.exchange import recover

    source = FolderSource(t.ours.publisher.tree)
    recover.recover(back, t.room, source)
    back.asked()
    run.exchange(back, t.room, source)
    assert words not in everything(back)
    assert back.fsck(t.room) == []
    assert back.state_digest(t.room) == t.ours.state_digest(t.room)
    back.close()


def test_a_bundle_from_before_does_not_bring_them_back(t, tmp_path) -> None:
    id_, _made, keys = adopted(t)
    flow.step(t, "adopt", id_, keys)
    carry.write_bundle(t.theirs, t.room, tmp_path / "before.tar")
    for node, who in ((t.ours, IN), (t.theirs, RU)):
        endings.say(node, t.room, who, id_, "adopted")
        t.meet()
    meet(t)
    carry.read_bundle(t.ours, tmp_path / "before.tar")
    run.settle(t.ours, t.room)
    assert b"An offer that nobody" not in everything(t.ours)
    with pytest.raises(CochairError):
        t.ours.write(t.room, [flow.op.position(working_log(id_), "provision", "self", "", flow.op.Provision("paragraph"))])


def test_begun_anew_each_side_proposes_again_what_it_held(t) -> None:
    id_, made = flow.settled(t)
    own = op.propose_provision(
        t.theirs, t.room, RU, id_, "paragraph", {"en": paragraph("en", "Theirs alone."), "ru": paragraph("ru", "Только их.")}
    )
    op.comment(t.ours, t.room, IN, made[1], "en", "A remark to be kept")
    t.meet()
    before = [
        [
            (row.kind, row.no, {lang: (cell.state, cell.shown.paper) for lang, cell in row.cells.items()})
            for row in grid(node, t.room, id_).rows
        ]
        for node in (t.ours, t.theirs)
    ]
    meters = [grid(node, t.room, id_).meter for node in (t.ours, t.theirs)]
    assert len(before[0]) == 5
    log = working_log(id_)
    t.ours.halt(t.room, t.ours.origin(t.room, log), faults.ANEW)
    assert [one.what for one in faults.troubles(t.ours, t.room)] == ["working-heads"]
    with pytest.raises(Denied):
        endings.say(t.ours, t.room, RU, id_, "anew")
    endings.say(t.ours, t.room, IN, id_, "anew")
    meet(t)
    assert endings.current(t.ours, t.room, id_) == log
    endings.say(t.theirs, t.room, RU, id_, "anew")
    meet(t)
    for node in (t.ours, t.theirs):
        assert endings.current(node, t.room, id_) == f"{log}-2"
        assert not anew.waiting(node, t.room, log)
        assert not list((node.folder / "anew").iterdir())
        assert node.fsck(t.room) == []
        assert faults.troubles(node, t.room) == []
        with node.read() as tx:
            assert {n["side"] for n in queries.notices(tx, t.room, "destroyed")} == {"IN", "RU"}
            assert len(tx.query("SELECT 1 AS one FROM w_comment WHERE room = ?", (t.room,))) == 1
    after = [
        [
            (row.kind, row.no, {lang: (cell.state, cell.shown.paper) for lang, cell in row.cells.items()})
            for row in grid(node, t.room, id_).rows
        ]
        for node in (t.ours, t.theirs)
    ]
    for one, two in zip(before, after, strict=True):
        assert sorted(map(repr, one)) == sorted(map(repr, two))
    assert t.ours.state_digest(t.room, "working") == t.theirs.state_digest(t.room, "working")
    assert own.startswith(f"RU/{log}/")
    assert [grid(node, t.room, id_).meter for node in (t.ours, t.theirs)] == meters
