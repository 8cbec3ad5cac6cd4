"""Bundles in any order, doubled, lost, cut off, mixed with pulls, end where an exchange without them ends."""

import os
from collections import Counter

from tests.simulators.bundles import trial

NUMBER = int(os.environ.get("COCHAIR_BUNDLE_TRIALS", "4"))
SEED = int(os.environ.get("COCHAIR_BUNDLE_SEED", "0"))


def test_any_schedule_of_bundles_ends_in_the_online_digest(tmp_path):
    seen = Counter()
    for number in range(NUMBER):
        seen.update(trial(SEED, number, tmp_path))
    assert all(seen[what] for what in ("written", "read", "pulled", "new", "sealed", "cut", "unconnected")), seen
