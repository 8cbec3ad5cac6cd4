"""The agreement rule once more, as slow and plain as it can be said, with switches that leave single rules out.

A test compares the product with it, and shows that a search finds a lost or a double agreement as soon as one rule is missing: the searches have teeth.
Entries are tuples: ("seen", side, n), ("seal", manifest), ("revoke", k), ("find", side, k, ok); every other tuple is an entry that says nothing here.
"""

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Rules:
    """Which rules are in force. `latest` lets the latest finding count instead of the first."""

    r1: bool = True
    r2: bool = True
    r3: bool = True
    r4: bool = True
    latest: bool = False


FULL = Rules()


class Reference:
    def __init__(self, logs, cut, rules=FULL):
        self.rules = rules
        self.cut = self.closed(logs, cut) if rules.r3 else dict(cut)
        self.logs = {side: list(log[: self.cut[side]]) for side, log in logs.items()}
        self.sides = sorted(logs)

    @staticmethod
    def closed(logs, cut):
        cut = dict(cut)
        while True:
            waiting = {
                side: min((i for i, e in enumerate(log[: cut[side]]) if e[0] == "seen" and e[2] > cut[e[1]]), default=cut[side])
                for side, log in logs.items()
            }
            if waiting == cut:
                return cut
            cut = waiting

    def others(self, side):
        return [s for s in self.sides if s != side]

    def known(self, side, i, other):
        sizes = [e[2] for e in self.logs[side][:i] if e[0] == "seen" and e[1] == other]
        return max(sizes, default=0)

    def revoke(self, side, k, within):
        hits = [j for j, e in enumerate(self.logs[side][:within]) if j >= k and e == ("revoke", k)]
        return hits[0] if hits else None

    def finding(self, finder, side, k, within, *, switch=False):
        """`switch`: this question is the one that the ablations of R4 and of the first finding change."""
        if switch and not self.rules.r4:
            return True
        said = []
        for i, e in enumerate(self.logs[finder][:within]):
            if e[0] == "find" and e[1] == side and e[2] == k and self.known(finder, i, side) > k:
                said.append(e[3])
        if not said:
            return None
        return said[-1] if switch and self.rules.latest else said[0]

    def seals(self, side, before):
        return [i for i, e in enumerate(self.logs[side][:before]) if e[0] == "seal"]

    def valid(self, side, i):
        if not self.rules.r1:
            return True
        return all(self.released(side, k, i) for k in self.seals(side, i) if self.valid(side, k))

    def released(self, side, k, i):
        if any(self.finding(q, side, k, self.known(side, i, q)) is False for q in self.others(side)):
            return True
        taken_back = self.revoke(side, k, i)
        return taken_back is not None and any(self.told_in_time(side, k, i, taken_back, q) for q in self.others(side))

    def told_in_time(self, side, k, i, taken_back, q):
        """Does q's log, as far as `side` had seen it, show the revoke acknowledged before any seal of the same manifest that binds q?"""
        for a in range(min(self.known(side, i, q), len(self.logs[q]))):
            e = self.logs[q][a]
            if e == self.logs[side][k] and self.valid(q, a) and self.finding(side, q, a, i) is not False:
                return False
            if e[0] == "seen" and e[1] == side and e[2] > taken_back:
                return True
        return False

    def agreed(self):
        if len(self.sides) < 2:
            return set()
        valid = {side: [i for i in self.seals(side, self.cut[side]) if self.valid(side, i)] for side in self.sides}
        found = set()
        for pick in product(*(valid[side] for side in self.sides)):
            chosen = dict(zip(self.sides, pick, strict=True))
            manifests = {self.logs[side][i][1] for side, i in chosen.items()}
            if len(manifests) == 1 and all(self.stands(p, chosen[p], q, chosen[q]) for p in self.sides for q in self.others(p)):
                found |= manifests
        return found

    def stands(self, p, i, q, k):
        """p wrote its seal i without knowing a revoke of q's seal k, and has found k valid."""
        if self.rules.r2 and self.revoke(q, k, self.known(p, i, q)) is not None:
            return False
        return self.finding(p, q, k, self.cut[p], switch=True) is True


def agreed(logs, cut, rules=FULL):
    """{side: [entry, ...]}, {side: size} -> the set of agreed manifests."""
    return Reference(logs, cut, rules).agreed()
