"""Lives of one node whose database is turned back to old copies, while its keys and sign-ledger stay: does it ever sign two histories of one log?

The database is a list of entries that copies restore at will, also under the running node; the signer is the product's own, with its files on disk; the
peer holds what it has pulled. A node that starts asks the peer for the highest head first, as the product does; one whose sign-ledger is ahead of its
log recovers its bytes from the peer, or stops. A *fork* is two signed heads of which neither is a beginning of the other.
"""

import random
from pathlib import Path

from cochair.kit.errors import Conflict, Rejected
from cochair.ledger.merkle import EMPTY_ROOT
from cochair.record.signer import InProcessSigner
from tests.record.signing import ORIGIN, growth_of, head_of, new_node


class NoLedger:
    """What a signer without a sign-ledger would do: sign whatever it is given."""

    def last(self, _origin):
        return None

    def sign(self, _origin, _size, _root, _growth=None):
        pass

    def close(self):
        pass


class SizesOnly(NoLedger):
    """What a signer would do that remembers the last size and root, and asks for no proof that the log grew out of it."""

    def __init__(self):
        self._last = None

    def sign(self, _origin, size, root, _growth=None):
        if self._last and (size < self._last[0] or (size == self._last[0] and root != self._last[1])):
            raise Conflict("smaller, or changed")
        self._last = (size, root)


class Life:
    """One node from its first entry to the end of the trial. `ended` says how: "sound", "recovered" or "stopped"."""

    def __init__(self, rng: random.Random, signer) -> None:
        self.rng, self.signer = rng, signer
        self.log: list[bytes] = []
        self.copies: list[list[bytes]] = [[]]
        self.published: list[bytes] = []  # the entries under the newest note that left
        self.signed: list[list[bytes]] = []
        self.peer: list[bytes] = []
        self.ended, self.forks, self.counter, self.restored = "sound", 0, 0, 0

    def run(self, steps: int) -> "Life":
        acts = (self.write,) * 4 + (self.pull,) * 5 + (self.copy, self.restore, self.restart)
        for _ in range(steps):
            self.rng.choice(acts)()
            if self.ended == "stopped":
                break
        return self

    def write(self) -> None:
        for _ in range(self.rng.randint(1, 6)):
            self.counter += 1
            self.log.append(b"entry %d" % self.counter)  # a lost entry is never written again in the same words
        if self.rng.random() < 0.85:  # else the node dies between commit and signature
            self.sign()

    def sign(self) -> None:
        last = self.signer.last(ORIGIN) or (0, EMPTY_ROOT)
        try:
            self.signer.sign(ORIGIN, *head_of(self.log), growth_of(self.log, min(last[0], len(self.log))))
        except (Conflict, Rejected):
            self.recover()
            return
        now = list(self.log)
        self.forks += any(one[: len(now)] != now[: len(one)] for one in self.signed)
        self.signed.append(now)
        self.published = now

    def recover(self) -> None:
        """The ledger is ahead of the log: take the own bytes from the peer, if it has them as far as the ledger says; else stop."""
        last = self.signer.last(ORIGIN) or (0, EMPTY_ROOT)
        if len(self.peer) >= last[0] and head_of(self.peer[: last[0]]) == last:
            self.log = list(self.peer)
            self.ended = "recovered"
        else:
            self.ended = "stopped"

    def pull(self) -> None:
        """The peer takes what the newest note covers; it keeps its copy if the node serves less."""
        if len(self.published) >= len(self.peer):
            assert self.forks or self.published[: len(self.peer)] == self.peer
            self.peer = list(self.published)

    def copy(self) -> None:
        self.copies.append(list(self.log))

    def restore(self) -> None:
        self.log = list(self.rng.choice(self.copies))
        self.restored += 1
        if self.rng.random() < 0.5:
            self.restart()  # else the database is turned back under the running node

    def restart(self) -> None:
        if self.peer[: len(self.log)] != self.log[: len(self.peer)] or len(self.peer) > len(self.log):
            if len(self.peer) > len(self.log) or self.signer.last(ORIGIN):
                self.recover()
            return
        last = self.signer.last(ORIGIN)
        if last and head_of(self.log[: last[0]]) != last:
            self.recover()
        elif self.log:
            self.sign()


def trials(folder: Path, number: int, *, steps: int = 30, seed: int = 0, signer=None) -> dict[str, int]:
    """Run `number` lives -> how many ended how, and how many forked. `signer`: a maker of a weaker signer, to show that the search has teeth."""
    result = {"trials": 0, "restored": 0, "forked": 0, "sound": 0, "recovered": 0, "stopped": 0}
    for trial in range(number):
        if signer is None:
            node = folder / f"{seed}-{trial}"
            new_node(node)
        used = signer() if signer else InProcessSigner(node)
        try:
            life = Life(random.Random(f"{seed} {trial}"), used).run(steps)
        finally:
            used.close()
        result["trials"] += 1
        result["restored"] += bool(life.restored)
        result["forked"] += bool(life.forks)
        result[life.ended] += 1
    return result
