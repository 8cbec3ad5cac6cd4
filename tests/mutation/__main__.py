"""``python -m tests.mutation [MODULE…] [--part K/N]``: change the ledger and the fold in thousands of small ways, and see which changes no test notices.

A module is named ``ledger.notes`` or ``notes``, a folder ``ledger`` or ``record``; all by default. Writes ``build/mutation.json`` (a row a module and part:
module, part, mutants, killed, survived, score, ...) and ``build/mutation.txt`` (what survived); rows of other modules and parts stay. Exit status 1 when a
survivor does not stand in ``docs/mutation.md``, or a score is below `PROMISE`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.mutation.table import MODULES, Module
from tests.mutation.trying import Tree, anew, quickly, temporary_folder

PROMISE = 95.0
OUT = Path("build/mutation.json")
LIST = Path("build/mutation.txt")
TOLD = Path("docs/mutation.md")
BEFORE = ("hypothesis", "msgspec", "rfc8785", "nacl.bindings", "cryptography.hazmat.primitives.asymmetric.rsa", "django.conf", "psycopg")
"""Libraries that every process needs, imported once; nothing of ours."""


def run(module: Module, part: int, parts: int, before: set[str] | None = None) -> dict[str, Any]:
    """Part `part` (from 1) of a module's mutants, tried -> its row. `before`: try those alone that survived before, the others are taken for killed still."""
    began = time.monotonic()
    tree = Tree(module)
    numbers = list(range(len(tree.mutants)))[part - 1 :: parts]
    asked = [number for number in numbers if before is None or _said(tree, number) in before]
    with temporary_folder() as name:
        temporary = Path(name)
        clean, results = quickly(tree, asked, temporary)
        ran = {name.partition(".<locals>")[0] for name in clean.imported[tree.path]}
        for number in asked:
            mutant = tree.mutants[number]
            unsure = results.get(number) == "survived" and (not mutant.function or mutant.function in ran)
            if number not in results or unsure:
                shutil.rmtree(temporary / "base", ignore_errors=True)
                results[number] = anew(tree, number, clean, temporary)
    counts = Counter(results.values())
    survived = counts["survived"] + counts["unreached"]
    lived = [number for number in asked if results[number] in ("survived", "unreached")]
    return {
        "module": module.name,
        "part": f"{part}/{parts}",
        "mutants": len(numbers),
        "killed": len(numbers) - survived,
        "survived": survived,
        "score": round(100 * (len(numbers) - survived) / len(numbers), 1) if numbers else 100.0,
        "by_time": counts["timeout"],
        "seconds": round(time.monotonic() - began, 1),
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit(),
        "survivors": [_said(tree, number) for number in lived],
        "unreached": counts["unreached"],
        "at": [tree.mutants[number].lines[0] for number in lived],
    }


def _said(tree: Tree, number: int) -> str:
    mutant = tree.mutants[number]
    return f"{tree.module.name} {mutant.function or '(module)'}: {mutant.what}"


def commit() -> str:
    """What is tried: the commit, with ``+`` if files were changed since."""
    made = subprocess.run(["git", "describe", "--always", "--dirty=+", "--abbrev=12"], capture_output=True, text=True, check=False)
    return made.stdout.strip() or "unknown"


def told() -> set[str]:
    """The survivors that the documentation explains."""
    lines = TOLD.read_text().splitlines() if TOLD.exists() else []
    return {line.split("`")[1] for line in lines if line.startswith("- `")}


def survivors(module: Module, part: str) -> set[str] | None:
    """What survived in this part of a module the last time; None if it was never tried."""
    rows = json.loads(OUT.read_text()) if OUT.exists() else []
    return next((set(row["survivors"]) for row in rows if (row["module"], row["part"]) == (module.name, part)), None)


def add(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Put a row in place of the one of the same module and part; both files are written whole."""
    rows = json.loads(OUT.read_text()) if OUT.exists() else []
    if row["part"] == "1/1":
        rows = [each for each in rows if each["module"] != row["module"]]
    rows = [each for each in rows if (each["module"], each["part"]) != (row["module"], row["part"])] + [row]
    order = {module.name: place for place, module in enumerate(MODULES)}
    rows.sort(key=lambda each: (order.get(each["module"], len(order)), each["part"]))
    OUT.parent.mkdir(exist_ok=True)
    for path, text in (
        (OUT, json.dumps(rows, indent=1, ensure_ascii=False) + "\n"),
        (LIST, "".join(f"{line}\n" for each in rows for line in each["survivors"])),
    ):
        beside = path.with_suffix(".new")
        beside.write_text(text)
        beside.replace(path)
    return rows


def chosen(names: list[str]) -> list[Module]:
    """The modules of these names; raises KeyError on one that is none."""
    found = []
    for name in names:
        these = [each for each in MODULES if name in (each.name, *each.name.split("."))]
        if not these:
            raise KeyError(name)
        found += these
    return found or list(MODULES)


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Tries which small changes of the core no test notices.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="ledger.notes, notes, ledger, record; all by default")
    parser.add_argument("--part", default="1/1", metavar="K/N", help="every Nth mutant of each module, from the Kth on")
    parser.add_argument(
        "--again", action="store_true", help="try those alone that survived the last time: when nothing but tests was added since"
    )
    asked = parser.parse_args(given)
    try:
        modules = chosen(asked.modules)
        part, parts = (int(number) for number in asked.part.split("/"))
        if not 1 <= part <= parts:
            raise ValueError(asked.part)
    except KeyError as error:
        parser.error(f"{error.args[0]} is no module that is mutated")
    except ValueError:
        parser.error(f"{asked.part} is not a part such as 1/4")
    for name in BEFORE:
        importlib.import_module(name)
    worst = 0
    known = told()
    for module in modules:
        row = run(module, part, parts, survivors(module, asked.part) if asked.again else None)
        add(row)
        new = [(line, text) for line, text in zip(row["at"], row["survivors"], strict=True) if text not in known]
        print(
            f"{row['module']:<22}{row['mutants']:>5} mutants {row['survived']:>4} survived {row['score']:>6} % {row['seconds']:>7} s",
            flush=True,
        )
        for line, text in new:
            print(f"  not explained: line {line}: {text}", flush=True)
        worst = max(worst, int(bool(new) or row["score"] < PROMISE))
    return worst


if __name__ == "__main__":
    sys.exit(main())
