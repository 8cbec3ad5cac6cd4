"""What an exchange between three Sides says: one source holds the cosignature of one Side, and that is no problem of the others."""

from __future__ import annotations

import shutil

from cochair.exchange import pull, run
from cochair.exchange.sources import FolderSource
from cochair.ledger.notes import sign_note, split_note
from cochair.protocol import operations as op
from cochair.record import positions
from cochair.record.tree import write_tree
from tests.makers import bodies
from tests.makers.nodes import new_node
from tests.protocol import flow
from tests.protocol.flow import REGISTRY


def test_a_cosignature_is_kept_under_the_side_whose_key_made_it(tmp_path):
    nodes = [new_node(tmp_path / side, side, REGISTRY) for side in ("IN", "RU", "BY")]
    try:
        first = nodes[0]
        room = first.found("c7", sides=[node.descriptor("c7") for node in nodes])
        for node in nodes[1:]:
            node.join(first.terms(room))
        positions.propose(first, room, "bodies.body", bodies.body(parent=None))
        write_tree(first, room)
        for node in nodes[1:]:
            run.exchange(node, room, FolderSource(first.publisher.tree))
        for node in nodes[1:]:
            came = run.exchange(first, room, FolderSource(node.publisher.tree))
            assert came.cosigned == [node.side]
            assert not [place for place in came.problems if "cosignature" in place]
        assert sorted(pull.cosigned(first, room)) == ["BY", "RU"]
        (first.folder / "tree" / room / "by-peers" / "RU").unlink()
        path = nodes[1].publisher.tree / room / "cosigned" / first.origin(room)
        path.write_bytes(path.read_bytes().replace(b"ru.example", b"by.example"))
        came = run.exchange(first, room, FolderSource(nodes[1].publisher.tree))
        assert came.cosigned == []
        assert [place for place in came.problems if "cosignature" in place]
        assert sorted(pull.cosigned(first, room)) == ["BY"]
    finally:
        for node in nodes:
            node.close()


def test_a_copy_whose_line_for_us_was_spoilt_on_the_way_is_passed_over_unless_it_shows_more(tmp_path):
    """A Side that keeps another's working log checks the line made for itself, not those for the rest: what it passes on of them may be anything."""
    with flow.table(tmp_path / "nodes") as t:
        document = flow.opened(t)
        op.propose_draft(t.theirs, t.room, flow.RU, document, flow.units()[:1])
        write_tree(t.theirs, t.room)
        older = tmp_path / "older"
        shutil.copytree(t.theirs.publisher.tree, older)
        [working] = [origin for origin in t.theirs.heads(t.room) if "/RU/w-" in origin]
        assert run.exchange(t.ours, t.room, FolderSource(older)).problems == {}
        spoil(older / working / "checkpoint")
        assert run.exchange(t.ours, t.room, FolderSource(older)).problems == {}

        op.propose_draft(t.theirs, t.room, flow.RU, document, flow.units()[2:3])
        write_tree(t.theirs, t.room)
        newer = tmp_path / "newer"
        shutil.copytree(t.theirs.publisher.tree, newer)
        spoil(newer / working / "checkpoint")
        assert "MAC" in run.exchange(t.ours, t.room, FolderSource(newer)).problems[working]
        assert run.exchange(t.ours, t.room, FolderSource(t.theirs.publisher.tree)).problems == {}
        assert t.ours.heads(t.room)[working] == t.theirs.heads(t.room)[working]
        assert run.exchange(t.ours, t.room, FolderSource(older)).problems[working].startswith("stale")


def spoil(path):
    """Another MAC in each line."""
    text, lines = split_note(path.read_bytes())
    path.write_bytes(sign_note(text, [line._replace(blob=bytes(len(line.blob))) for line in lines]))
