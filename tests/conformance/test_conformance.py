"""Both our readers, the one in Python and the one in JavaScript, answer every case as they must; and the runner finds out who does not."""

import json
import lzma
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance import cases, keyed, rooms, runner, scenarios

ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-m", "tests.conformance.python_reader"]


def node() -> str:
    """Node 20 or newer: the machine's, or the one that drives the browser of the journeys."""
    from playwright._impl._driver import compute_driver_executable

    for program in (shutil.which("node"), str(compute_driver_executable()[0])):
        if program and Path(program).exists():
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
            if int(version.removeprefix("v").partition(".")[0] or 0) >= 20:
                return program
    pytest.skip("needs Node 20 or newer for the reader in JavaScript (Debian: nodejs)")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return cases.write(tmp_path_factory.mktemp("conformance"), short=True)


def test_there_is_enough_of_everything(asked):
    kinds = Counter(case["what"] for case in asked)
    agreed = [case for case in asked if case["what"] == "agreement" and case["expect"]["agreed"]]
    spoilt = [case for case in asked if case["what"] == "room" and case["expect"]["status"] == 1]
    assert len({case["id"] for case in asked}) == len(asked)
    assert kinds["agreement"] >= 200
    assert len(agreed) >= 0.2 * kinds["agreement"]
    assert len(spoilt) >= 100
    assert kinds["room"] - len(spoilt) >= 40


def test_the_reader_in_python_answers_every_case(asked):
    outcome = runner.run(asked, PYTHON)
    assert outcome.wrong == []
    assert not outcome.unsupported


def test_the_reader_in_javascript_answers_every_case(asked):
    outcome = runner.run(asked, [node(), str(ROOT / "tests/conformance/reader.mjs")])
    assert outcome.wrong == []
    assert not outcome.unsupported


def test_the_reader_in_javascript_tells_of_a_change_of_a_key_and_of_one_that_counts_for_nothing(tmp_path):
    for at, (by, code) in enumerate([((0, 2), "went on with another key from 10 entries on"), ((1,), "at 10 entries is not counted")]):
        room = scenarios.Played()
        keyed.change(room, by=keyed.lines_by(room, "IN", *by), counts=len(by) > 1)
        whole = tmp_path / f"{at}.tar"
        whole.write_bytes(rooms.bundle(room))
        reader = [node(), str(ROOT / "src/cochair/web/assets/reader/cli.mjs"), "--json", "--room", room.room, str(whole)]
        told = json.loads(subprocess.run(reader, capture_output=True, text=True, check=False).stdout)
        assert told["status"] == 0
        [words] = [one for one in told["lines"][0]["details"] if "key of IN" in one or "another key" in one]
        assert code in words
        assert words.endswith(keyed.new_key(room, "IN").vkey)


def test_the_reader_in_javascript_proves_the_record_of_the_first_release(tmp_path):
    kept = ROOT / "tests/vectors/first-release"
    room = json.loads((kept / "expected.json").read_text())["room"]
    (tmp_path / "record.bundle").write_bytes(lzma.decompress((kept / "record.bundle.xz").read_bytes()))
    reader = [node(), str(ROOT / "src/cochair/web/assets/reader/cli.mjs"), "--json", "--room", room, str(tmp_path / "record.bundle")]
    told = json.loads(subprocess.run(reader, capture_output=True, text=True, check=False).stdout)
    assert (told["status"], [line["code"] for line in told["lines"]]) == (0, ["proven"])
    assert any("sealed by IN (key), RU (key)" in detail for detail in told["lines"][0]["details"])


@pytest.mark.parametrize(
    ("program", "wrong"),
    [
        ('import sys\nfor _ in sys.stdin: print(\'{"accepted": true, "status": 0, "agreed": null}\')', True),
        ('import sys\nfor _ in sys.stdin: print(\'{"accepted": false, "status": 1, "agreed": null}\')', True),
        ("import sys\nfor _ in sys.stdin: print('{\"unsupported\": true}')", False),
        ("raise SystemExit('no')", True),
        ("print('not JSON')", True),
    ],
)
def test_a_program_that_only_pretends_is_found_out(asked, program, wrong):
    some = asked[::9]
    outcome = runner.run(some, [sys.executable, "-c", program])
    assert bool(outcome.wrong) == wrong
    assert sum(outcome.right.values()) + len(outcome.wrong) + sum(outcome.unsupported.values()) == len(some)
    assert runner.report(outcome)


def test_the_runner_stands_alone(asked, tmp_path):
    folder = Path(next(case["files"][0] for case in asked if case["what"] == "room")).parents[2]
    program = tmp_path / "deaf.py"
    program.write_text("import sys\nfor _ in sys.stdin: print('{\"unsupported\": true}')\n")
    told = subprocess.run(
        [sys.executable, "-I", str(folder / "runner.py"), str(folder), sys.executable, str(program)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert told.returncode == 0, told.stderr
    assert "0 wrong" in told.stdout
