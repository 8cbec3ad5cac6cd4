"""A room of two: our honest node, and a Side whose program lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cochair.record.node import Node
from tests.hostile.liar import Liar
from tests.record.makers import make_node


class Scene(NamedTuple):
    ours: Node
    liar: Liar
    room: str


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    ours, theirs = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
    theirs.join(ours.terms(room))
    yield Scene(ours, Liar(theirs, room), room)
    ours.close()
    theirs.close()
