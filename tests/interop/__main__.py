"""``python -m tests.interop [--allow-missing] [--seed N] [--sizes N] [--big N,N,…]``: foreign programs on our logs, proofs and envelopes, and ours on theirs.

Prints a table and writes ``build/interop.json``. Exit status: 0 no disagreement; 1 a disagreement; 3 a program is missing (0 with ``--allow-missing``).
"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.interop import lines, room, scales, sigstore
from tests.interop.logs import Log
from tests.interop.programs import BUILD, Go, Missing, Node

SIZES = 600
BIG = (65_535, 65_536, 65_537, 100_000, 1_000_000)
OUT = BUILD.parent / "interop.json"


def main(arguments: list[str] | None = None) -> int:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop", description="Foreign programs on our logs, and ours on theirs.")
    parser.add_argument("--allow-missing", action="store_true", help="a program that is not on this machine is no failure")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**9), help="which places are tried and how forgeries are made"
    )
    parser.add_argument("--sizes", type=int, default=SIZES, metavar="N", help=f"every size from 1 to N (by default {SIZES})")
    parser.add_argument("--big", default=",".join(map(str, BIG)), metavar="N,…", help="some large sizes; empty for none")
    asked = parser.parse_args(arguments)
    big = [int(one) for one in asked.big.split(",") if one]
    start = time.monotonic()
    print(f"seed {asked.seed}", flush=True)
    rows, missing = run(asked.seed, asked.sizes, big)
    mark = {"date": datetime.now(UTC).strftime("%Y-%m-%d"), "commit": _commit(), "seed": asked.seed}
    lines.write_json(
        OUT,
        [{**row._asdict(), "promise": "0 disagreements", **mark} for row in rows]
        + [{"id": "R8", "missing": one, "met": False, **mark} for one in missing],
    )
    failed = sum(row.failed for row in rows)
    print(
        f"\n{sum(row.tried for row in rows)} verdicts, {failed} disagreements, {len(missing)} programs missing; {time.monotonic() - start:.0f} s; {OUT.relative_to(BUILD.parents[1])}"
    )
    for one in missing:
        print(f"MISSING  {one}")
    if failed or not rows:
        return 1
    return 3 if missing and not asked.allow_missing else 0


def run(seed: int, sizes: int, big: list[int]) -> tuple[list[lines.Row], list[str]]:
    """All lines -> rows, and which programs are missing."""
    rng = random.Random(seed)
    small = Log(lines.emptied(BUILD / "small"))
    small.grow(range(1, sizes + 1))
    every = list(range(1, sizes + 1))
    some = sorted({*every[:40], *every[250:262], *every[510:516], *every[-3:]})
    rows: list[lines.Row] = []
    missing: list[str] = []

    def go_lines() -> None:
        go = Go()
        _show(rows, lines.go_reads(go, small, every, rng, 2))
        _show(rows, lines.go_confirms(go, small, some, rng))
        _show(rows, lines.go_writes(go, lines.emptied(BUILD / "go"), [*range(1, 34), 255, 256, 257, 600, 65_537], rng))
        _show(rows, room.go_reads(go, rng))

    def scales_lines() -> None:
        scales.found()
        _show(rows, scales.reads(small, some, rng, 2))
        _show(rows, scales.writes(lines.emptied(BUILD / "scales") / "log", [*range(1, 34), 255, 256, 257, 600, 65_537], rng))

    def node_lines() -> None:
        _show(rows, sigstore.checks(Node(), small, every, rng))

    def big_lines() -> None:
        if big:
            go = Go()
            large = Log(lines.emptied(BUILD / "large"))
            large.grow(big)
            _show(rows, lines.go_reads(go, large, big, rng, 0)._replace(what=f"the same of {', '.join(f'{n:,}' for n in big)} entries"))
            lines.emptied(BUILD / "large")

    for part in (go_lines, scales_lines, node_lines, big_lines):
        _try(part, missing)
    return rows, missing


def _try(part: Callable[[], None], missing: list[str]) -> None:
    try:
        part()
    except Missing as error:
        if str(error) not in missing:
            missing.append(str(error))


def _show(rows: list[lines.Row], row: lines.Row) -> None:
    if not rows:
        print(f"{'line':4}  {'verdicts':>8}  {'good':>7}  {'forged':>7}  {'explained':>9}  {'differ':>6}  what", flush=True)
    rows.append(row)
    print(
        f"{row.id:4}  {row.tried:8}  {row.good:7}  {row.forged:7}  {row.explained:9}  {row.failed:6}  {row.what} [{row.program}]",
        flush=True,
    )
    for note in row.notes:
        print(f"{'':52}{note}", flush=True)


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=BUILD.parents[1])
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
