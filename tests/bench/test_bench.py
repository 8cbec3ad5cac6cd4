"""Each line of the bench runs in a tiny form and writes rows that a reader can trust; nothing here asks how fast it was."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import measure, peers, s01_verify, s02_append, s03_join, s04_rebuild, s11_start, s12_bundle, sample
from cochair.kit.errors import Rejected

ROOT = Path(__file__).parents[2]


def check(rows, lines):
    assert {row.id for row in rows} == set(lines)
    for row in rows:
        assert row.what
        assert row.promise
        if row.ours is None:
            assert "not measured (" in row.what
            assert (row.beside, row.ratio, row.met) == (None, None, None)
        else:
            assert row.ours > 0
            assert (row.beside is None) == (row.ratio is None)


@pytest.fixture
def nothing_found(monkeypatch, tmp_path):
    """A machine without one program in its path."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


@pytest.fixture
def nothing_to_install(monkeypatch):
    """A machine without npm's program: a test fetches nothing."""

    def missing(*_):
        raise measure.NotHere("hypercore is not asked for here")

    monkeypatch.setattr(s03_join, "_hypercore", missing)


def test_verify_beside_whatever_is_here(tmp_path):
    rows = s01_verify.measure(tmp_path, size=600, big=1200, commits=2, rounds=2)
    check(rows, ["S1"])
    assert len(rows) == 6


def test_append_beside_whatever_is_here(tmp_path):
    rows = s02_append.measure(tmp_path, number=3, commits=1, rounds=2)
    check(rows, ["S2"])
    assert len(rows) == 6
    assert rows[2].ours is not None
    assert rows[5].ours is not None
    assert [row.met is None for row in rows[3:]] == [True] * 3  # the promises are about one writer


def test_rebuild_beside_whatever_is_here(tmp_path):
    rows = s04_rebuild.measure(tmp_path, size=40, rounds=2)
    check(rows, ["S4"])
    assert len(rows) == 3
    assert rows[1].ours is not None
    assert rows[2].met


def test_join_beside_git(tmp_path, nothing_to_install):
    rows = s03_join.measure(tmp_path, size=30, more=5, blocks=1, rounds=1)
    check(rows, ["S3"])
    no_git = shutil.which("ssh-keygen") is None  # commits cannot be signed
    assert [row.ours is None for row in rows] == [no_git, no_git, True]


def test_a_start_of_a_real_node(tmp_path):
    rows = s11_start.measure(tmp_path, rounds=1)
    check(rows, ["S11"])
    assert rows[0].ours is not None


def test_bundles_beside_a_copy(tmp_path):
    rows = s12_bundle.measure(tmp_path, papers=2, size=1000, rounds=1)
    check(rows, ["S12"])
    assert len(rows) == 4


def test_a_missing_peer_is_said_and_never_filled_in(tmp_path, nothing_found):
    rows = s01_verify.measure(tmp_path / "one", size=300, big=300, commits=1, rounds=1)
    assert [row.ours is None for row in rows] == [True, True, True, True, False, False]
    assert "there is no ssh-keygen" in rows[0].what
    assert "there is no cc" in rows[2].what
    rows = s02_append.measure(tmp_path / "two", number=2, commits=1, rounds=1)
    assert rows[0].ours is None
    assert rows[2].ours is not None


def test_the_log_that_is_measured_is_really_verified(tmp_path):
    log = sample.write_log(tmp_path, 300)
    log.verify()
    path = tmp_path / "tile/entries/000"
    path.write_bytes(path.read_bytes().replace(b"it goes on", b"it goes no", 1))
    with pytest.raises(Rejected):
        log.verify()


def test_the_c_loop_hashes_the_same(tmp_path):
    try:
        program = peers.c_loop(tmp_path)
    except measure.NotHere as error:
        pytest.skip(str(error))
    for size in (1, 2, 3, 255, 300):
        log = sample.write_log(tmp_path / str(size), size)
        flat = tmp_path / "flat"
        flat.write_bytes(b"".join(log.bundles()))
        assert peers.c_root(program, flat)[1] == log.root()


def test_rows_keep_their_promise_by_the_median_of_ratios_within_a_round():
    row = measure.compare("S1", "x", [10.0, 100.0, 30.0], [1.0, 10.0, 10.0], 10)
    assert (row.ours, row.beside, row.ratio, row.met) == (30, 10, 10, True)
    assert measure.compare("S1", "x", [10.0], [1.001], 10).met is False
    assert measure.compare("S1", "x", [10.0], [1.0], None).met is None
    assert "| S1 | x | 30 | 10 | 10 | >= 10x | yes |" in measure.table([row])


def test_the_command_writes_rows_and_refuses_a_wrong_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    row = measure.figure("S11", "x", 1.0, "<= 3 s", met=True)
    monkeypatch.setattr(s11_start, "measure", lambda folder: [row])
    assert bench.main(["s11"]) == 0
    assert json.loads((tmp_path / "build/bench.json").read_text()) == [row._asdict()]
    assert "1 kept, 0 missed" in capsys.readouterr().out
    done = subprocess.run([sys.executable, "-m", "bench", "S99"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no line S99; choose from S1" in done.stderr
