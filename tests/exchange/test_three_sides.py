"""What an exchange between three Sides says: one source holds the cosignature of one Side, and that is no problem of the others."""

from __future__ import annotations

from cochair.exchange import pull, run
from cochair.exchange.sources import FolderSource
from cochair.record import positions
from cochair.record.tree import write_tree
from tests.makers import bodies
from tests.makers.nodes import new_node
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
