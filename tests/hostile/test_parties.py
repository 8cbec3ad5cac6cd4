"""A slot whose manifests need different Sides, as when several wish to join at once: still one manifest a slot, and none that is lost."""

from __future__ import annotations

import random

from cochair.record.agreement import Acknowledgements, Finding, Party, Revoke, Seal, Seen, close, judge
from cochair.record.agreement import SideLog as Log

PARTIES = {
    "M": Party(("A", "B"), ("A", "B")),
    "N": Party(("A", "C"), ("A", "C")),
    "O": Party(("A", "B", "C"), ("A", "B", "C")),
}


def agreed(logs, cut):
    """What is agreed at a cut; raises Conflict if two are."""
    acks = Acknowledgements()
    for side, log in logs.items():
        for index, event in enumerate(log):
            if isinstance(event, Seen):
                acks.add(side, index, event)
    closed = close({side: Log(len(log), list(enumerate(log))) for side, log in logs.items()}, cut)
    acts = {side: [(n, e) for n, e in enumerate(log) if not isinstance(e, Seen)] for side, log in logs.items()}
    return judge(acts, acks, closed, PARTIES).manifest


def test_a_side_that_is_not_needed_releases_nobody():
    """A takes its seal of M back, C sees it, A and C seal N; B's acceptance of M was on its way, and wins."""
    logs = {
        "A": [Seal("M"), Revoke(0), Seen("C", 1), Seal("N"), Seen("B", 3), Finding("B", 1, True), Seen("C", 4), Finding("C", 2, True)],
        "B": [Seen("A", 1), Seal("M"), Finding("A", 0, True)],
        "C": [Seen("A", 2), Seen("A", 4), Seal("N"), Finding("A", 3, True)],
    }
    assert agreed(logs, {"A": 8, "B": 3, "C": 4}) == "M"
    without = {**logs, "B": [], "A": [*logs["A"][:4], *logs["A"][6:]]}
    assert agreed(without, {"A": 6, "B": 0, "C": 4}) is None


def test_never_two_and_none_lost():
    rng, reached = random.Random(7), 0
    for _ in range(800):
        logs, before = {side: [] for side in "ABC"}, None
        told = {(p, q): 0 for p in "ABC" for q in "ABC"}
        for _ in range(30):
            p = rng.choice("AABC")
            q = rng.choice([side for side in "ABC" if side != p])
            mine = [i for i, e in enumerate(logs[p]) if isinstance(e, Seal)]
            roll = rng.random()
            if roll < 0.5 and told[p, q] < len(logs[q]):
                start, told[p, q] = told[p, q], rng.randint(told[p, q] + 1, len(logs[q]))
                logs[p].append(Seen(q, told[p, q]))
                for k in range(start, told[p, q]):
                    if isinstance(logs[q][k], Seal) and rng.random() < 0.9:
                        logs[p].append(Finding(q, k, rng.random() < 0.95))
            elif roll < 0.8:
                logs[p].append(Seal(rng.choice([m for m in "MMNO" if p in PARTIES[m].sides])))
            elif mine:
                logs[p].append(Revoke(mine[-1]))
            now = agreed(logs, {side: len(log) for side, log in logs.items()})
            assert before in (None, now)
            before = now
        for _ in range(3):
            assert agreed(logs, {side: rng.randint(0, len(log)) for side, log in logs.items()}) in (None, before)
        reached += before is not None
    assert reached > 80
