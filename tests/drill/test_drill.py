"""The drill counts what was tried, and says of nothing that it is met before it is."""

import json
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.drill import __main__ as drill
from tests.drill.lines import LINES, Line, NotBuilt, chosen, module, needs, share
from tests.drill.table import table, total, verdict
from tests.drill.trials import all_of, piece


def row(line, tried, part="1/1", *, failed=0, seed=1, commit="c", scale=1.0):
    return {"id": line.id, "tried": tried, "failed": failed, "part": part, "seed": seed, "commit": commit, "scale": scale}


@pytest.fixture
def line(monkeypatch):
    """A line whose trials go wrong at number 7."""

    def trial(number):
        if number == 7:
            raise AssertionError("lost")

    made = types.ModuleType("tests.drill.sample")
    made.run = lambda part, parts, seed, scale: all_of(trial, share("R14", part, parts, scale))
    made.PIECES = 1
    made.__spec__ = types.SimpleNamespace(name="tests.drill.sample")
    monkeypatch.setitem(sys.modules, "tests.drill.sample", made)
    return Line("R14", "a sample", 100, "sample")


@pytest.mark.parametrize("parts", [1, 3, 7, 100, 250])
def test_the_parts_of_a_line_are_all_of_it_and_none_twice(parts):
    found = [trial for part in range(parts) for trial in share("R14", part, parts, 1)]
    assert found == list(range(100))


def test_a_failure_is_counted_with_its_number_and_the_rest_is_tried(line):
    tried, failed, notes = piece(line, 0, 2, 5, 1)
    assert (tried, failed) == (50, 1)
    assert notes[0].startswith("trial 7: ")
    assert "lost" in notes[0]


def test_a_piece_that_breaks_is_a_failure(line, monkeypatch):
    monkeypatch.setattr(sys.modules["tests.drill.sample"], "run", lambda *_: 1 / 0)
    assert piece(line, 0, 1, 5, 1)[:2] == (0, 1)


def test_a_line_without_module_or_without_what_it_needs_is_not_built():
    with pytest.raises(NotBuilt):
        module(Line("R99", "", 1))
    with pytest.raises(NotBuilt):
        module(Line("R99", "", 1, "r99_nowhere"))
    with pytest.raises(NotBuilt, match=r"no tests\.simulators\.nowhere"):
        needs("tests.simulators.nowhere", "trial")
    with pytest.raises(NotBuilt, match="has no nothing"):
        needs("tests.simulators.restore", "nothing")
    assert verdict(Line("R99", "", 1), [row(Line("R99", "", 1), 5)])[2] == "not built"


def test_met_only_with_all_trials_at_one_commit_and_none_failed(line):
    whole, half = row(line, 100), [row(line, 50, "1/2"), row(line, 50, "2/2")]
    assert verdict(line, [])[2] == "not run"
    assert verdict(line, [whole])[2] == "met"
    assert verdict(line, half)[2] == "met"
    assert verdict(line, half[:1])[2] == "50% of it"
    assert verdict(line, [half[0], half[0]])[2] == "50% of it"
    assert verdict(line, [row(line, 50, "1/2", commit="older"), half[1]])[2] == "50% of it"
    assert verdict(line, [whole, row(line, 1, "1/2", failed=1)])[2] == "FAILED"
    assert verdict(line, [row(line, 99)])[2] == "99% of it"


def test_an_exhaustive_line_is_met_by_all_parts_of_one_division(line):
    every = line._replace(exhaustive=True)
    assert total(every, [row(line, 60, "1/2", seed=1), row(line, 60, "1/2", seed=2)])[0] == 0
    assert total(every, [row(line, 60, "1/2", seed=1), row(line, 60, "2/2", seed=2)])[0] == 120
    assert total(every, [row(line, 60, "1/2"), row(line, 1, "2/2", scale=0.1)])[0] == 0
    assert total(every, [row(line, 120) | {"cut": True}])[0] == 0


def test_names_stand_for_all_their_lines():
    assert [one.id for one in chosen(["R1"])] == ["R1.every", "R1.random", "R1.teeth"]
    assert chosen([]) == list(LINES)
    with pytest.raises(KeyError):
        chosen(["R"])


def test_rows_are_appended_and_the_table_shows_every_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(drill, "OUT", tmp_path / "build" / "drill.json")
    drill.add(row(LINES[0], 5))
    assert drill.main(["R3", "--scale", "0.0009", "--seed", "1", "--jobs", "1", "--part", "2/3"]) == 0
    rows = json.loads(drill.OUT.read_text())
    assert [(one["id"], one["tried"], one["failed"]) for one in rows] == [(LINES[0].id, 5, 0), ("R3", 3, 0)]
    assert rows[-1]["met"] is False
    shown = table(rows)
    assert all(one.id in shown for one in LINES)
    assert "R3" in capsys.readouterr().out


def test_an_exhaustive_search_that_ran_out_of_time_met_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(drill, "OUT", tmp_path / "build" / "drill.json")
    times = iter([0.0, 0.0, 0.0, *[1e6] * 1000])
    monkeypatch.setattr(drill.time, "monotonic", lambda: next(times))
    monkeypatch.setattr(drill, "ProcessPoolExecutor", lambda *_: ThreadPoolExecutor(1))
    assert drill.main(["R1.every", "--scale", "0.01", "--minutes", "1", "--jobs", "1"]) == 0
    [cut] = json.loads(drill.OUT.read_text())
    assert (cut["cut"], cut["met"], cut["failed"]) == (True, False, 0)
    assert cut["tried"] > 0
