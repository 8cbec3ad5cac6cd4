"""Forks, rollbacks, rewritten history, false acknowledgements: all refused, each with a portable proof (the long form is in `make drill`)."""

import os

from tests.simulators.lies import LIES, lies

NUMBER = int(os.environ.get("COCHAIR_LIES", "24"))
SEED = int(os.environ.get("COCHAIR_LIES_SEED", "0"))


def test_every_lie_is_refused_with_a_proof(tmp_path):
    result = lies(tmp_path, NUMBER, seed=SEED)
    assert result["failures"] == [], result
    assert result["tried"] == result["refused"] == NUMBER
    assert result["proven"] == NUMBER - result["bytes"]
    assert all(result[lie] for lie in LIES)
