"""R7: a Side whose program forks, rolls back, rewrites and acknowledges falsely, at random sizes. Each lie must be refused or frozen, each with a proof that another program confirms.

`lies(folder, number, seed=0)`: two nodes once, a room a trial. What must hold each time is said beside each lie; a failure names its seed and trial.
"""

import random
from pathlib import Path

from cochair.exchange import pull
from cochair.kit.errors import CochairError
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import leaf_hash, root
from cochair.record import evidence, faults, receiving
from cochair.record.node import Node
from tests.hostile.liar import Liar
from tests.makers.foreign import by_hand
from tests.record.makers import make_node, note

LIES = ("rollback", "fork", "rewritten", "same-size", "bytes", "seen-root", "seen-beyond", "our-own-fork")


class Trial:
    """One lie in one room. Each method -> verdict that the evidence must prove ("" where there can be none), and whether the truth was kept."""

    def __init__(self, ours: Node, theirs: Node, rng: random.Random, number: int) -> None:
        self.ours, self.rng, slug = ours, rng, f"r{number}"
        self.room = ours.found(slug, sides=[ours.descriptor(slug), theirs.descriptor(slug)])
        theirs.join(ours.terms(self.room))
        self.liar = Liar(theirs, self.room)
        self.origin = theirs.origin(self.room)
        for each in range(rng.randint(1, 40)):
            self.liar.note(f"true {each}")
        pull.pull(ours, self.room, self.liar)
        ours.write(self.room, [note("ours")] * rng.randint(1, 3))
        self.held = ours.heads(self.room)[self.origin]

    def entries(self) -> list[bytes]:
        return self.liar.logs["record"]

    def other(self, start: int, count: int) -> None:
        """Another history from entry `start` on."""
        del self.entries()[start:]
        for each in range(count):
            self.liar.note(f"false {each} {self.rng.random()}")

    def rollback(self) -> str:
        del self.entries()[self.rng.randrange(len(self.entries())) :]
        pulled = pull.pull(self.ours, self.room, self.liar)
        status, shown = pulled.heads[self.origin]
        assert status == "stale"
        receiving.keep_stale(self.ours, self.room, self.origin, shown)
        return "older-head"

    def fork(self) -> str:
        size = len(self.entries())
        self.other(self.rng.randrange(size), size + self.rng.randint(1, 40))
        pull.pull(self.ours, self.room, self.liar)
        return "fork"

    def rewritten(self) -> str:
        """Shorter, and other: history rewritten."""
        size = len(self.entries())
        start = self.rng.randrange(size)
        self.other(start, max(1, self.rng.randint(0, size - start)))
        pull.pull(self.ours, self.room, self.liar)
        return "fork"

    def same_size(self) -> str:
        size = len(self.entries())
        start = self.rng.randrange(size)
        self.other(start, size - start)
        pull.pull(self.ours, self.room, self.liar)
        return "fork"

    def bytes(self) -> str:
        """A true head over false bytes: refused, and nothing is proven, for the bytes may have been damaged on the way."""
        self.liar.note("newer")
        true = self.liar.checkpoint()
        false = [*self.entries()[:-1], self.entries()[-1][:-1] + b" "]
        try:
            self.ours.receive(self.room, self.origin, true, 0, false)
        except CochairError:
            return ""
        raise AssertionError("false bytes were taken")

    def seen(self, size: int, digest: str) -> None:
        self.liar.say("seen", "record.seen/1", {"heads": {"IN": {"size": size, "root": digest}}})
        pull.pull(self.ours, self.room, self.liar)

    def seen_root(self) -> str:
        size = self.rng.randint(1, self.ours.heads(self.room)[self.ours.origin(self.room)][0])
        self.seen(size, f"{self.rng.getrandbits(256):064x}")
        return "seen-root"

    def seen_beyond(self) -> str:
        self.seen(self.ours.heads(self.room)[self.ours.origin(self.room)][0] + self.rng.randint(1, 99), "00" * 32)
        return "seen-beyond"

    def our_own_fork(self) -> str:
        """Somebody with our key signed another history, and the other Side shows it: we stop, with the proof."""
        own = self.ours.origin(self.room)
        thief = Liar(self.ours, self.room)
        start = self.rng.randrange(len(thief.logs["record"]))
        del thief.logs["record"][start:]
        for each in range(self.rng.randint(1, 9)):
            thief.note(f"never said {each}")
        false = thief.logs["record"]
        note_ = thief.sign(Checkpoint(own, len(false), root([leaf_hash(e) for e in false])))

        class Source:
            def get(_self, path: str) -> bytes:
                return note_ if path == f"{own}/checkpoint" else thief.get(path) if path.startswith(own) else self.liar.get(path)

        pull.pull(self.ours, self.room, Source())
        assert faults.stopped(self.ours)
        try:
            self.ours.write(self.room, [note("never")])
        except CochairError:
            return "fork"
        raise AssertionError("it signs on")


def lies(folder: Path, number: int, *, seed: int = 0) -> dict:
    """-> {"tried", "refused" (truth kept, nothing false taken), "proven" (by another program), one count a lie}; failures under "failures"."""
    ours, theirs = make_node(folder / "IN", "IN"), make_node(folder / "RU", "RU")
    result: dict = {"tried": 0, "refused": 0, "proven": 0, "failures": []} | dict.fromkeys(LIES, 0)
    try:
        for at in range(number):
            rng = random.Random(f"{seed} {at}")
            lie = LIES[at % len(LIES)]
            trial = Trial(ours, theirs, rng, at)
            try:
                wanted = getattr(trial, lie.replace("-", "_"))()
                files = [one.file for one in faults.troubles(ours, trial.room) if one.file]
                proven = [evidence.check(file).verdict for file in files]
                confirmed = [by_hand(file.decode()) for file in files]
                kept = ours.heads(trial.room)[trial.origin]
                true = kept == trial.held or lie in ("seen-root", "seen-beyond")
                assert proven == confirmed == ([wanted] if wanted else []), (proven, confirmed, wanted)
                assert true and ours.fsck(trial.room) == []
            except AssertionError as error:
                result["failures"].append((seed, at, lie, str(error)))
                continue
            finally:
                if faults.stopped(ours):
                    faults.resume(ours)
            result["tried"] += 1
            result["refused"] += 1
            result["proven"] += bool(wanted)
            result[lie] += 1
    finally:
        ours.close()
        theirs.close()
    return result
