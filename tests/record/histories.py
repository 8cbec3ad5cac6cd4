"""Histories of seals: all of them up to a length, and guided random ones in which nodes that talk at random times do agree.

A history is {side: [entry, ...]} in the form of `reference_rule`. Only histories that can happen are made: an entry acknowledges what was written.
"""

import random
from collections.abc import Iterator

from cochair.record.agreement import Event, Finding, Revoke, Seal, Seen, SideLog

State = tuple[tuple[tuple, ...], ...]


def moves(state: State, p: int, names: str) -> Iterator[tuple]:
    """Every entry that Side number `p` of `names` could write next."""
    log = state[p]
    yield ("seal", "M")
    if any(e[0] == "seal" for entries in state for e in entries):  # by symmetry the first manifest is M
        yield ("seal", "N")
    for k, e in enumerate(log):
        if e[0] == "seal" and ("revoke", k) not in log:
            yield ("revoke", k)
    for q, other in enumerate(names):
        if q != p:
            known = max((e[2] for e in log if e[0] == "seen" and e[1] == other), default=0)
            for n in range(known + 1, len(state[q]) + 1):
                yield ("seen", other, n)
            for k in range(known):
                if state[q][k][0] == "seal":
                    for ok in (True, False):
                        if ("find", other, k, ok) not in log:
                            yield ("find", other, k, ok)


def every(length: int, names: str = "AB", last: int | None = None) -> Iterator[tuple[State, list[State]]]:
    """(state, its predecessors) for every possible history with at most `length` entries a Side (`last` for the last Side), shortest first."""
    limits = [length] * (len(names) - 1) + [last or length]
    level: dict[State, list[State]] = {tuple(() for _ in names): []}
    while level:
        following: dict[State, list[State]] = {}
        for state, before in level.items():
            yield state, before
            for p in range(len(names)):
                if len(state[p]) < limits[p]:
                    for entry in moves(state, p, names):
                        new = (*state[:p], (*state[p], entry), *state[p + 1 :])
                        following.setdefault(new, []).append(state)
        level = following


def guided(rng: random.Random, names: str, steps: int) -> list[tuple[str, tuple]]:
    """One random history as a line of (side, entry): Sides mostly look before they act, seal one of two manifests, and check what they have seen."""
    logs: dict[str, list[tuple]] = {p: [] for p in names}
    known = {(p, q): 0 for p in names for q in names}
    line = []
    calm = 1 / (len(names) - 1)  # the more Sides must come together, the rarer one goes its own way
    revoking, other_text, doubt = (rng.uniform(0, most) * calm for most in (14, 0.4, 0.1))  # and some sessions are calm, some are not

    def write(p: str, entry: tuple) -> None:
        logs[p].append(entry)
        line.append((p, entry))

    def check(p: str, q: str, k: int, trust: float) -> None:
        write(p, ("find", q, k, rng.random() < trust))

    for _ in range(steps):
        p = rng.choice(names)
        q = rng.choice([s for s in names if s != p])
        mine = [k for k, e in enumerate(logs[p]) if e[0] == "seal"]
        act = rng.choices(("look", "seal", "revoke", "find", "other"), (55, 25, revoking, 8, 2))[0]
        if act == "look" and known[p, q] < len(logs[q]):
            first, known[p, q] = known[p, q], len(logs[q]) if rng.random() < 0.4 else rng.randint(known[p, q] + 1, len(logs[q]))
            write(p, ("seen", q, known[p, q]))
            for k in range(first, known[p, q]):
                if logs[q][k][0] == "seal" and rng.random() < 0.95:
                    check(p, q, k, 1 - doubt)
        elif act == "seal":
            write(p, ("seal", "N" if rng.random() < other_text else "M"))
        elif act == "revoke" and mine:
            write(p, ("revoke", rng.choice(mine) if rng.random() < 0.1 else mine[-1]))
        elif act == "find":
            theirs = [k for k in range(len(logs[q]) if rng.random() < 0.1 else known[p, q]) if logs[q][k][0] == "seal"]
            if theirs:
                check(p, q, rng.choice(theirs), 0.8)  # now and then a second opinion, or one of a seal not yet seen
        elif act == "other":
            write(p, ("statement",))
    return line


def as_side_logs(logs: dict[str, list[tuple]]) -> dict[str, SideLog]:
    """The same history as the product takes it."""
    return {side: SideLog(len(log), [(i, event) for i, e in enumerate(log) if (event := as_event(e))]) for side, log in logs.items()}


def as_event(entry: tuple) -> Event | None:
    match entry:
        case ("seen", side, n):
            return Seen(side, n)
        case ("seal", manifest):
            return Seal(manifest)
        case ("revoke", k):
            return Revoke(k)
        case ("find", side, k, ok):
            return Finding(side, k, ok)
        case _:
            return None
