"""What a government keeps to itself is found nowhere outside; and it would be found if it were there. The long line is ``make drill LINE=R13``."""

from __future__ import annotations

import os

import pytest

from tests.simulators.leaks import Watched, trial

SEED = int(os.environ.get("COCHAIR_SIM_SEED", "0"))


def test_nothing_of_what_is_internal_leaves_a_node():
    for seed in (SEED, SEED + 1):
        assert trial(seed, 15) > 500_000, f"COCHAIR_SIM_SEED={seed}"


@pytest.mark.parametrize("way", ["a note in the tree", "a paper that was sent"])
def test_a_leak_is_found(monkeypatch, way):
    plant = Watched._plant

    def leaking(self, node):
        for name, marker in plant(self, node):
            if name == "press" and way == "a note in the tree":
                (node.folder / "tree" / self.room / "notes.txt").write_bytes(b"beside the record: " + marker)
            elif name == "press":
                node.put_paper(self.room, marker)
            yield name, marker

    monkeypatch.setattr(Watched, "_plant", leaking)
    with pytest.raises(AssertionError, match="of what IN keeps to itself was found in"):
        trial(SEED, 1)
