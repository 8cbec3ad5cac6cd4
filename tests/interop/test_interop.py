"""The short form of `make interop`: our own verdicts on good and forged ones always, the foreign programs where they are on the machine."""

import os
import random

import pytest

from cochair.ledger.merkle import leaf_hash, root
from tests.interop import lines, logs, programs, scales, sigstore
from tests.interop.__main__ import _try

SEED = int(os.environ.get("COCHAIR_INTEROP_SEED", str(random.SystemRandom().randrange(10**9))))
SIZES = [1, 2, 3, 5, 8, 13, 21]
GOOD = {
    "inclusion",
    "consistency",
    "consistency from 0",
    "log on the disk",
    "note",
    "note by the log's key alone",
    "note by the cosigner's key alone",
}
OPEN = (
    "another place",
    "the other way round",
    "empty proof",
    "to another size",
)  # changes that may leave a good proof: no verdict is meant, only that all agree


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    made = logs.Log(tmp_path_factory.mktemp("log"))
    made.grow(range(1, 22))
    return made


def here(program):
    try:
        return program()
    except programs.Missing as error:
        pytest.skip(f"{error}; make interop installs it")


def test_ours_accepts_each_good_one_and_refuses_each_forged_one(log):
    good, forged = 0, 0
    for size in SIZES:
        rng = random.Random(SEED + size)
        proofs = [*logs.record_questions(log, size, rng), *logs.tree_questions(log, size, rng), *logs.note_questions(log, size, rng)]
        for question in [*proofs, *(one.question for one in logs.whole_questions(log, size, rng))]:
            meant = question.what in GOOD
            if meant or not question.what.endswith(OPEN):
                assert question.ours is meant, f"seed {SEED}, size {size}: {question.what}"
            good, forged = good + question.ours, forged + (not question.ours)
    assert good > 50
    assert forged > 250


def test_go_reads_our_logs(log):
    row = lines.go_reads(here(programs.Go), log, SIZES, random.Random(SEED), 1)
    assert row.failed == 0, f"seed {SEED}: {row.notes}"
    assert row.forged > row.good > 50


def test_we_read_a_log_that_go_wrote(tmp_path):
    row = lines.go_writes(here(programs.Go), tmp_path, [1, 2, 5, 257], random.Random(SEED))
    assert row.failed == 0, f"seed {SEED}: {row.notes}"


def test_go_confirms_a_fork_and_no_honest_pair(log):
    go = here(programs.Go)
    row = lines.go_confirms(go, log, [2, 7], random.Random(SEED))
    assert row.failed == 0, f"seed {SEED}: {row.notes}"
    liar = log.sign(logs.Checkpoint(logs.ORIGIN, 7, root([leaf_hash(b"%d" % n) for n in range(7)])))
    assert programs.confirm_conflict(go, log.signer.vkey, log.notes[7], liar) == ""
    assert "invalid signature" in programs.confirm_conflict(go, log.signer.vkey, log.notes[7], liar.replace(b"\n7\n", b"\n8\n"))


def test_tlog_scales_reads_our_logs_and_we_read_its(log, tmp_path):
    here(scales.found)
    row = scales.reads(log, SIZES, random.Random(SEED), 1)
    assert row.failed == 0, f"seed {SEED}: {row.notes}"
    assert scales.writes(tmp_path / "log", [1, 2, 5, 257], random.Random(SEED)).failed == 0


def test_sigstore_checks_our_proofs_and_envelopes(log):
    row = sigstore.checks(here(programs.Node), log, SIZES, random.Random(SEED))
    assert row.failed == 0, f"seed {SEED}: {row.notes}"
    assert row.forged > row.good > 20


def test_a_disagreement_is_counted_and_a_missing_program_is_said():
    tally = lines.Tally("R8", "x", "y")
    tally.add(logs.Question("good", {}, ours=True), theirs=False, why="because")
    tally.add(logs.Question("forged", {}, ours=False), theirs=True)
    tally.add(logs.Question("other", {}, ours=True, explained="the reason"), theirs=False)
    row = tally.row()
    assert (row.failed, row.explained, row.met, row.tried) == (2, 1, False, 3)
    missing: list[str] = []

    def absent():
        raise programs.Missing("Go")

    _try(absent, missing)
    assert missing == ["Go"]
