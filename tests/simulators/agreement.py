"""The agreement rule searched at length: every short history once, and guided random ones, the product against the plain reference.

What is asked of each: the product says what the reference says; what is agreed stays agreed however the logs grow, and is never agreed twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from cochair.record.agreement import agreed
from tests.record import reference_rule
from tests.record.histories import as_side_logs, guided, moves
from tests.record.reference_rule import FULL, Rules

Logs = dict[str, tuple[tuple, ...]]
State = tuple[tuple[tuple, ...], tuple[tuple, ...]]
STEPS = {2: 14, 3: 36, 4: 64}


class Wrong(AssertionError):
    """`harm`: lost, double or differing."""

    def __init__(self, harm: str, logs: object) -> None:
        super().__init__(f"{harm}: {logs}")
        self.harm = harm


def product(logs, cut) -> set[str]:
    one = agreed(as_side_logs(logs), cut)
    return set() if one is None else {one}


def full(logs) -> dict[str, int]:
    return {side: len(log) for side, log in logs.items()}


# --- every history, once ---


def children(state: State, last: int, limits: tuple[int, int]) -> Iterator[tuple[State, int]]:
    """(state with one entry more, whose it is): each possible pair of logs is reached by one path only.

    That path lets A write whenever its next entry needs nothing new of B. So behind an entry of B (`last` = 1) A may write only what needs that entry: the
    `seen` that reaches it. By symmetry the first seal on the path is of M.
    """
    a, b = state
    sealed = any(e[0] == "seal" for log in state for e in log)
    for p in (0, 1):
        if len(state[p]) >= limits[p]:
            continue
        for entry in moves(state, p, "AB"):
            if entry == ("seal", "N") and not sealed:
                continue
            if p == 0 and last == 1 and entry != ("seen", "B", len(b)):
                continue
            yield ((*a, entry), b) if p == 0 else (a, (*b, entry)), p


def starts(limits: tuple[int, int], depth: int = 4) -> tuple[list[State], list[tuple[State, int]]]:
    """All states above `depth` entries, and those of that depth with whose entry was the last: where the search is cut into pieces."""
    above: list[State] = []
    level: list[tuple[State, int]] = [(((), ()), 0)]
    for _ in range(depth):
        above += [state for state, _ in level]
        level = [child for state, last in level for child in children(state, last, limits)]
    return above, level


def below(start: tuple[State, int], limits: tuple[int, int]) -> Iterator[State]:
    """The state and all that follow from it."""
    stack = [start]
    while stack:
        state, last = stack.pop()
        yield state
        stack.extend(children(state, last, limits))


def check_state(state: State) -> bool:
    """Whether something is agreed; raises `Wrong`. A state without a finding "valid" by each Side agrees nothing by R4: there the reference is not asked."""
    logs = dict(zip("AB", state, strict=True))
    now = product(logs, full(logs))
    both = all(any(e[0] == "find" and e[3] for e in log) for log in state)
    if now != (reference_rule.agreed(logs, full(logs)) if both else set()):
        raise Wrong("differing", logs)
    if both and not now:
        for side in "AB":  # no agreement may have stood one entry earlier
            if logs[side] and product(logs, {**full(logs), side: len(logs[side]) - 1}):
                raise Wrong("lost", logs)
    elif now:
        for side in "AB":
            earlier = product(logs, {**full(logs), side: len(logs[side]) - 1})
            if not earlier <= now:
                raise Wrong("double", logs)
    return bool(now)


# --- guided random histories ---


def sides_of(rng: random.Random) -> str:
    """Two Sides mostly, three and four often."""
    return rng.choices(("AB", "ABC", "ABCD"), (6, 3, 1))[0]


def trial(seed: int, evaluate: Callable[..., set[str]] = product, rules: Rules = FULL, names: str = "") -> int:
    """One history -> how many Sides agreed (0: none); raises `Wrong`.

    The agreed manifests after each entry, at uneven cuts (what somebody holds who is behind), and against the reference at the end and at one uneven cut.
    """
    rng = random.Random(seed)
    names = names or sides_of(rng)
    logs: dict[str, list[tuple]] = {side: [] for side in names}
    before: set[str] = set()
    for side, entry in guided(rng, names, STEPS[len(names)]):
        logs[side].append(entry)
        if entry[0] in ("seen", "statement"):  # by themselves they change nothing that counts; what follows them is looked at
            continue
        now = evaluate(logs, full(logs))
        if before - now:
            raise Wrong("lost", logs)
        if len(now) > 1:
            raise Wrong("double", logs)
        before = now
    now = evaluate(logs, full(logs))
    if before - now:
        raise Wrong("lost", logs)
    if evaluate is product and now != reference_rule.agreed(logs, full(logs), rules):
        raise Wrong("differing", logs)
    for turn in range(3):
        cut = {side: rng.randint(0, len(log)) for side, log in logs.items()}
        behind = evaluate(logs, cut)
        if behind - now:
            raise Wrong("lost", (logs, cut))
        if evaluate is product and not turn and behind != reference_rule.agreed(logs, cut, rules):
            raise Wrong("differing", (logs, cut))
    return len(names) if now else 0
