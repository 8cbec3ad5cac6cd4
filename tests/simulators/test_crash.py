"""Simulated lives on a disk that loses, tears and reorders what was not synced; and that such lives find each missing sync."""

from __future__ import annotations

import os

import pytest

from cochair.record import node as node_module
from tests.simulators.crash import trial
from tests.simulators.disk import Disk

SEED = int(os.environ.get("COCHAIR_SIM_SEED", "0"))


@pytest.mark.parametrize("part", range(2))
def test_nothing_acknowledged_is_lost_on_a_disk_that_loses_what_was_not_synced(part):
    crashes = 0
    for seed in range(SEED + 4 * part, SEED + 4 * part + 4):
        try:
            crashes += trial(seed)["crashes"]
        except BaseException as error:
            error.add_note(f"COCHAIR_SIM_SEED={seed}")
            raise
    assert crashes >= 4


def unsynced(what):
    """A disk on which syncing files or folders with such a path does nothing."""
    real = Disk.synced

    def synced(self, handle, path):
        if what not in path:
            real(self, handle, path)

    return synced


@pytest.mark.parametrize("what", ["sign-ledger", "/paper/"])
def test_the_lives_find_a_sync_that_does_nothing(monkeypatch, what):
    monkeypatch.setattr(Disk, "synced", unsynced(what))
    with pytest.raises(Exception, match=r"before its line was on the disk|The stored paper is|is not held here|was kept and is lost"):
        for seed in range(40):
            trial(seed)


def test_the_lives_find_a_tree_that_is_trusted_after_the_power_went(monkeypatch):
    monkeypatch.setattr(node_module, "drop_unsynced", lambda folder: None)
    with pytest.raises(Exception, match=r"The note has|not a bundle|does not match its checkpoint"):
        for seed in range(40):
            trial(seed)
