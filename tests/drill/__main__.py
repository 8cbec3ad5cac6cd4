"""``python -m tests.drill [LINE…]``: the long reliability lines, run now; appends to ``build/drill.json`` and prints a table of what stands there.

``LINE`` is ``R4`` or ``R1.random``; all by default. ``--part 2/9`` runs one ninth, so that a line may be run on several days or machines; ``--scale 0.01``
a hundredth of what was promised; ``--minutes`` begins nothing new after so long. What was tried is counted, never what was asked for. A failure prints the
seed, the trial and the commit; ``--seed S --trial N`` runs that one trial again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.drill.lines import Line, NotBuilt, chosen, module
from tests.drill.table import table
from tests.drill.trials import piece

OUT = Path("build/drill.json")
PIECES = 16
"""How many pieces each process gets one after the other: so much is lost at most when a run is cut short."""


def run(line: Line, part: int, parts: int, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Part `part` (from 0) of `parts` of one line, over all processes -> its row."""
    found = module(line)
    pieces = asked.jobs * getattr(found, "PIECES", PIECES)
    todo = [(part * pieces + i, parts * pieces) for i in range(pieces)]
    until = time.monotonic() + asked.minutes * 60 if asked.minutes else None
    tried, failed, notes = 0, 0, []
    began = shown = time.monotonic()
    with ProcessPoolExecutor(asked.jobs, multiprocessing.get_context("spawn")) as pool:
        going: set[Future[tuple[int, int, list[str]]]] = set()
        try:
            while todo or going:
                while todo and len(going) < asked.jobs and (until is None or time.monotonic() < until):
                    going.add(pool.submit(piece, line, *todo.pop(0), seed, asked.scale))
                if not going:
                    break
                done, going = wait(going, return_when=FIRST_COMPLETED)
                for each in done:
                    more, wrong, said = each.result()
                    tried, failed = tried + more, failed + wrong
                    notes += said
                    for sentence in said if wrong else ():
                        print(f"  {line.id} seed {seed} commit {commit()}: {sentence}", flush=True)
                if time.monotonic() > shown + 20:
                    shown = time.monotonic()
                    print(f"  {line.id}: {tried:,} tried, {failed} failed, {shown - began:.0f} s", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            notes.append("cut short by hand")
    promise = getattr(found, "PROMISE", line.promise)
    return {
        "id": line.id,
        "what": line.what,
        "tried": tried,
        "failed": failed,
        "promise": promise,
        "met": failed == 0 and tried >= promise > 0 and not (line.exhaustive and todo),
        "cut": bool(todo),  # the time was over before all was begun
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit(),
        "part": f"{part + 1}/{parts}",
        "seed": seed,
        "scale": asked.scale,
        "seconds": round(time.monotonic() - began, 1),
        "notes": notes[:20],
    }


def commit() -> str:
    """What is drilled: the commit, with ``+`` if files were changed since."""
    made = subprocess.run(["git", "describe", "--always", "--dirty=+", "--abbrev=12"], capture_output=True, text=True, check=False)
    return made.stdout.strip() or "unknown"


def rows() -> list[dict[str, Any]]:
    """All that was drilled before."""
    return json.loads(OUT.read_text()) if OUT.exists() else []


def add(row: dict[str, Any]) -> None:
    """Append a row; the file is replaced whole."""
    OUT.parent.mkdir(exist_ok=True)
    beside = OUT.with_suffix(".new")
    beside.write_text(json.dumps([*rows(), row], indent=1, ensure_ascii=False) + "\n")
    beside.replace(OUT)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 if nothing failed, 1 if something did, 2 on a wrong name."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description="Runs the long reliability lines.")
    parser.add_argument("lines", nargs="*", metavar="LINE", help="R1, R2.lives, ...; all by default")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="run one of N equal parts")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seed", type=int, default=None, help="whole number; by default a new one each time")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the promised number")
    parser.add_argument("--minutes", type=float, default=0, help="begin nothing new after so many minutes a line")
    parser.add_argument("--trial", type=int, default=None, help="run this one trial of one line again, here")
    asked = parser.parse_args(arguments)
    try:
        lines = chosen(asked.lines)
        part, parts = (int(number) for number in asked.part.split("/"))
        if not 1 <= part <= parts:
            raise ValueError(asked.part)
    except KeyError as error:
        parser.error(f"there is no line {error.args[0]}")
    except ValueError:
        parser.error(f"{asked.part} is not a part such as 2/9")
    seed = secrets.randbelow(10**9) if asked.seed is None else asked.seed
    if asked.trial is not None:
        if os.environ.get("PYTHONHASHSEED") != "0":
            return subprocess.run(
                [sys.executable, "-m", "tests.drill", *sys.argv[1:]], env={**os.environ, "PYTHONHASHSEED": "0"}, check=False
            ).returncode
        return again(lines, seed, asked.trial)
    print(f"seed {seed}, commit {commit()}, part {asked.part}, {asked.jobs} processes", flush=True)
    os.environ["PYTHONHASHSEED"] = "0"  # of the processes that the pieces run in, and of ``--trial``
    worst = 0
    for line in lines:
        try:
            row = run(line, part - 1, parts, seed, asked)
        except NotBuilt as error:
            print(f"  {line.id}: {error}", flush=True)
            continue
        add(row)
        worst = max(worst, int(row["failed"] > 0))
    print("\n" + table(rows()))
    return worst


def again(lines: list[Line], seed: int, trial: int) -> int:
    """One trial alone, in this process: raises what is wrong with it."""
    for line in lines:
        module(line).one(seed, trial)
        print(f"{line.id} seed {seed} trial {trial}: nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
