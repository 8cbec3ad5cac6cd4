"""Old database copies restored at random: no fork, ever; each life that lost something ends stopped or recovered from the peer. Weaker signers fork."""

import os

import pytest

from tests.simulators.restore import NoLedger, SizesOnly, trials

NUMBER = int(os.environ.get("COCHAIR_RESTORE_TRIALS", "250"))
SEED = int(os.environ.get("COCHAIR_RESTORE_SEED", "0"))


def test_no_restore_of_an_old_copy_ever_forks_the_log(tmp_path):
    result = trials(tmp_path, NUMBER, seed=SEED)
    assert result["forked"] == 0
    assert result["restored"] >= NUMBER * 0.8, "the lives restore too rarely to prove anything"
    assert result["recovered"] >= NUMBER * 0.05
    assert result["stopped"] >= NUMBER * 0.05
    assert result["sound"] + result["recovered"] + result["stopped"] == NUMBER


@pytest.mark.parametrize("weaker", [NoLedger, SizesOnly])
def test_the_same_lives_fork_with_a_weaker_signer(tmp_path, weaker):
    assert trials(tmp_path, 250, seed=SEED, signer=weaker)["forked"] > 0
