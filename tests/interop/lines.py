"""One line a foreign program: what it was asked, and where its verdict and ours differ."""

import json
import random
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from bench.sample import ORIGIN, entry

from cochair.ledger import merkle, notes, tiles
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.verify import verify_log
from tests.interop.logs import Log, Question, Whole, holds, note_questions, opened, record_questions, spots, tree_questions, whole_questions
from tests.interop.programs import Go, confirm_conflict, plain


class Row(NamedTuple):
    """One line of ``build/interop.json``. ``tried``: questions asked; ``good`` and ``forged``: how many of them ours accepts and refuses; ``failed``: disagreements."""

    id: str
    what: str
    program: str
    tried: int
    good: int
    forged: int
    explained: int
    failed: int
    met: bool
    notes: list[str]


class Tally:
    """Counts agreements and disagreements of one line."""

    def __init__(self, id_: str, what: str, program: str) -> None:
        self.id, self.what, self.program = id_, what, program
        self.good = self.forged = self.failed = 0
        self.explained: Counter[str] = Counter()
        self.found: Counter[str] = Counter()

    def add(self, question: Question, theirs: bool, why: str = "") -> None:
        """One verdict of theirs."""
        if question.ours:
            self.good += 1
        else:
            self.forged += 1
        if theirs is not question.ours:
            if question.explained:
                self.explained[f"{question.what}: {question.explained}"] += 1
            else:
                self.differ(f"{question.what}: ours {question.ours}, theirs {theirs} {why}")

    def must(self, holds_: bool, what: str) -> None:
        """One thing that has to be so."""
        self.good += 1
        if not holds_:
            self.differ(what)

    def differ(self, what: str) -> None:
        self.failed += 1
        self.found[what[:200]] += 1

    def row(self) -> Row:
        said = [f"{count} x {what}" for what, count in self.found.most_common(20)] + [
            f"explained, {count} x {what}" for what, count in self.explained.items()
        ]
        tried = self.good + self.forged
        met = self.failed == 0 and tried > 0
        return Row(self.id, self.what, self.program, tried, self.good, self.forged, self.explained.total(), self.failed, met, said)


def go_reads(go: Go, log: Log, sizes: Iterable[int], rng: random.Random, more: int) -> Row:
    """Go on our notes, proofs and files."""
    tally = Tally("R8", "Go checks our logs: notes, tiles, proofs, forged ones", f"{go.name} {go.version}")
    for size in sizes:
        proofs = [*record_questions(log, size, rng, more), *tree_questions(log, size, rng, more), *note_questions(log, size, rng)]
        wholes = list(whole_questions(log, size, rng, more))
        answers = go.ask([one.ask for one in proofs] + [one.question.ask for one in wholes])
        for question, answer in zip(proofs, answers, strict=False):
            tally.add(question, answer["ok"], answer["why"])
            if question.ask["kind"] == "note" and answer["ok"] and not question.explained:
                tally.must(
                    tuple(answer["signers"]) == opened(question.ask["note"], question.ask["keys"]), f"{question.what}: other signers"
                )
        for whole, answer in zip(wholes, answers[len(proofs) :], strict=True):
            tally.add(whole.question, answer["ok"], answer["why"])
            if whole.records:
                _same_proofs(tally, whole, answer)
    return tally.row()


def _same_proofs(tally: Tally, whole: Whole, answer: dict[str, Any]) -> None:
    """The proofs that Go makes from our tiles are those that we make from the entries."""
    tally.must(answer.get("records") == plain(whole.records), "Go's inclusion proofs from our tiles are others than ours")
    tally.must(answer.get("trees") == plain(whole.trees), "Go's consistency proofs from our tiles are others than ours")


def go_writes(go: Go, folder: Path, sizes: list[int], rng: random.Random) -> Row:
    """Ours on a log that Go wrote."""
    tally = Tally("R8", "we check a log that Go wrote: note, tiles, bundles, proofs", f"{go.name} {go.version}")
    entries = [entry(number) for number in range(max(sizes))]
    ask = {
        "kind": "write",
        "dir": str(folder.resolve()),
        "entries": entries,
        "sizes": sizes,
        "name": ORIGIN,
        "seed": secrets.token_bytes(32),
    }
    [answer] = go.ask([ask])
    leaves = [merkle.leaf_hash(data) for data in entries]
    records, trees = iter(answer["records"]), iter(answer["trees"])
    for size in sizes:
        note = (folder / f"checkpoint.{size}").read_bytes()
        point = Checkpoint.parse(notes.open_note(note, [notes.Verifier(answer["key"])]).text)
        tally.must(point.root == merkle.root(leaves[:size]), f"another root of {size} entries")
        bundles = [(folder / tile.path).read_bytes() for tile in tiles.bundles_for(size)]
        tally.must(holds(lambda bundles=bundles, point=point: verify_log(bundles, point)), f"we refuse Go's log of {size} entries")  # type: ignore[misc]
        spoilt = [*bundles[:-1], bundles[-1][:-2] + bytes([bundles[-1][-2] ^ 1]) + bundles[-1][-1:]]
        tally.must(not holds(lambda spoilt=spoilt, point=point: verify_log(spoilt, point)), "we accept Go's log with an entry changed")  # type: ignore[misc]
        same = all(
            (folder / tile.path).read_bytes() == tiles.hash_tile(leaves[:size], tile.level or 0, tile.index, tile.width)
            for tile in tiles.tiles_for(size)
        )
        tally.must(same, f"Go's tiles of {size} entries are others than ours")
        for index in range(0, size, 1 + size // 7):
            proof = unplain(next(records))
            tally.must(
                holds(lambda p=proof, i=index, n=size, r=point.root: merkle.verify_inclusion(leaves[i], i, n, p, r)),
                "we refuse Go's inclusion proof",
            )  # type: ignore[misc]
        for old in range(1, size + 1, 1 + size // 7):
            proof = unplain(next(trees))
            before = merkle.root(leaves[:old])
            tally.must(
                holds(lambda p=proof, o=old, b=before, n=size, r=point.root: merkle.verify_consistency(o, b, n, r, p)),
                "we refuse Go's consistency proof",
            )  # type: ignore[misc]
    _ = rng
    return tally.row()


def unplain(value: Iterable[str]) -> list[bytes]:
    from base64 import b64decode

    return [b64decode(one) for one in value]


def go_confirms(go: Go, log: Log, sizes: Iterable[int], rng: random.Random) -> Row:
    """R7: Go confirms each fork that our own maker forges, and no honest pair of heads."""
    tally = Tally("R7", "Go confirms two signed heads that contradict each other, and no honest pair", f"{go.name} {go.version}")
    key = log.signer.vkey

    def forged(ok: bool, what: str, one: bytes, other: bytes, leaves: Iterable[bytes] = ()) -> None:
        why = confirm_conflict(go, key, one, other, leaves)
        tally.add(Question(what, {}, ok), not why, why)

    for size in sizes:
        history = [*log.leaves[: size - 1], merkle.leaf_hash(b"another history")]
        liar = log.sign(Checkpoint(ORIGIN, size, merkle.root(history)))
        forged(True, "two roots of one size", log.notes[size], liar)
        longer = [*history, *(merkle.leaf_hash(b"later %d" % number) for number in range(3))]
        behind = log.sign(Checkpoint(ORIGIN, len(longer), merkle.root(longer)))
        forged(True, "a longer log with another beginning", log.notes[size], behind, longer)
        forged(False, "the same head twice", log.notes[size], log.notes[size])
        if size > 1 and size - 1 in log.notes:
            forged(False, "a log that grew", log.notes[size - 1], log.notes[size], log.leaves[:size])
        forged(False, "a longer log, its leaves not shown", log.notes[size], behind)
        forged(False, "leaves of another log", log.notes[size], behind, [rng.randbytes(32)] * len(longer))
        text, lines = notes.split_note(liar)
        stranger = notes.sign_note(text, [log.stranger.sign(text)])
        forged(False, "a head by a stranger", log.notes[size], stranger)
        forged(
            False,
            "a head whose signature was changed",
            log.notes[size],
            notes.sign_note(text, [lines[0]._replace(blob=bytes(64)), lines[1]]),
        )
        other = Checkpoint("in.example/c8/IN/record", size, merkle.root(history)).text()
        forged(False, "a head of another log", log.notes[size], notes.sign_note(other, [log.signer.sign(other)]))
    return tally.row()


Reader = Callable[[], Row]


def emptied(folder: Path) -> Path:
    """A new empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_json(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


__all__ = ["Row", "Tally", "emptied", "go_confirms", "go_reads", "go_writes", "spots", "unplain", "write_json"]
