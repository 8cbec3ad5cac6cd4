"""The mutants are real changes, the runner tells the noticed from the unnoticed, and what the documentation explains still exists."""

from __future__ import annotations

import ast
import os
import signal
from pathlib import Path

import pytest

from tests.mutation.__main__ import OUT, add, chosen, told
from tests.mutation.operators import code, mutants
from tests.mutation.table import MODULES
from tests.mutation.trying import Tree, forked

SAMPLE = '''
"""Words."""
LIMIT = 4
REASONS = {"far": "too far away"}

def near(place: int, *, fast: bool = True) -> bool:
    """Words."""
    if place < LIMIT and fast:
        return True
    if not fast:
        raise ValueError(f"{place} is 1 too far" + "!")
    return any(place == each for each in (1,))
'''


def test_what_is_changed_and_what_is_not() -> None:
    found = {(each.function, each.what) for each in mutants(ast.parse(SAMPLE))}
    assert found >= {
        ("", "4 -> 5"),
        ("", "4 -> 3"),
        ("", "'far' -> 'XXfarXX'"),
        ("", "True -> False"),
        ("near", "place < LIMIT -> place <= LIMIT"),
        ("near", "place < LIMIT and fast -> place < LIMIT or fast"),
        ("near", "place < LIMIT and fast -> fast"),
        ("near", "return True -> None"),
        ("near", "not fast -> fast"),
        ("near", "place == each -> place != each"),
    }
    words = " ".join(what for _, what in found)
    assert "XXtoo" not in words
    assert "XXWords" not in words
    assert "XX is 1" not in words
    assert "2 too far" not in words
    assert any(what.startswith("raise") and what.endswith("pass") for _, what in found)


def test_each_mutant_is_another_program_and_the_tree_comes_back() -> None:
    tree = ast.parse(SAMPLE)
    before = ast.unparse(tree)
    seen = set()
    for each in mutants(tree):
        assert code(tree, each, "sample") is not None
        with each.applied():
            seen.add(ast.unparse(tree))
        assert ast.unparse(tree) == before
    assert before not in seen
    assert len(seen) > 15


def test_a_fork_says_what_became_of_its_work() -> None:
    def for_ever() -> bool:
        while True:
            pass

    assert forked(lambda: True, 0) == "survived"
    assert forked(lambda: False, 0) == "killed"
    assert forked(lambda: 1 / 0, 0) == "killed"
    assert forked(lambda: os.kill(os.getpid(), signal.SIGTERM), 0) == "killed"
    assert forked(for_ever, -1) == "timeout"


def test_modules_are_named_whole_or_in_part() -> None:
    assert chosen([]) == list(MODULES)
    assert [each.name for each in chosen(["ledger.notes"])] == [each.name for each in chosen(["notes"])] == ["ledger.notes"]
    assert {each.name.partition(".")[0] for each in chosen(["record"])} == {"record"}
    with pytest.raises(KeyError):
        chosen(["nothing"])
    assert all(Path(each.path).exists() and each.tests for each in MODULES)


def test_rows_add_up_by_module_and_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def row(module: str, part: str, *survivors: str) -> list[tuple[str, str]]:
        return [(each["module"], each["part"]) for each in add({"module": module, "part": part, "survivors": list(survivors)})]

    row("record.fold", "1/2", "b")
    row("ledger.notes", "1/1", "a")
    assert row("record.fold", "2/2") == [("ledger.notes", "1/1"), ("record.fold", "1/2"), ("record.fold", "2/2")]
    assert OUT.with_suffix(".txt").read_text() == "a\nb\n"
    assert row("record.fold", "1/1") == [("ledger.notes", "1/1"), ("record.fold", "1/1")]


def test_what_is_explained_still_exists() -> None:
    known = told()
    assert known
    exist = {f"{module.name} {each.function or '(module)'}: {each.what}" for module in MODULES for each in Tree(module).mutants}
    assert known - exist == set(), "docs/mutation.md explains a survivor that is no more"
