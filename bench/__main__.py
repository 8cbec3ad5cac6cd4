"""``python -m bench [LINE…]``: the promises of ``docs/promises.md``, measured now on this machine; prints a table and writes ``build/bench.json``.

Everything happens in a temporary folder below ``build/``, on the disk that is measured, and is removed.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Row, table

LINES = {
    "S1": "bench.s01_verify",
    "S2": "bench.s02_append",
    "S3": "bench.s03_join",
    "S4": "bench.s04_rebuild",
    "S11": "bench.s11_start",
    "S12": "bench.s12_bundle",
}
OUT = Path("build/bench.json")


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 if every line ran, whether or not it kept its promise; 2 on a wrong name."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures promises; ours and the peers in turns.")
    parser.add_argument("lines", nargs="*", metavar="LINE", help=f"one or more of {', '.join(LINES)}; all by default")
    parser.add_argument(
        "--big", type=int, metavar="N", help="entries of S1's large log; 10,000,000 as promised takes minutes and 4 GB of disk"
    )
    asked = parser.parse_args(arguments)
    lines = [line.upper() for line in asked.lines] or list(LINES)
    if unknown := [line for line in lines if line not in LINES]:
        parser.error(f"there is no line {unknown[0]}; choose from {', '.join(LINES)}")
    OUT.parent.mkdir(exist_ok=True)
    start = time.monotonic()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of rounds in turns\n", flush=True)
    rows: list[Row] = []
    for line in lines:
        with tempfile.TemporaryDirectory(dir=OUT.parent, prefix="bench-") as folder:
            more = {"big": asked.big} if line == "S1" and asked.big else {}
            found = importlib.import_module(LINES[line]).measure(Path(folder).resolve(), **more)
        rows += found
        text = table(found)
        print(text if len(rows) == len(found) else text.split("\n", 2)[2], flush=True)
    OUT.write_text(json.dumps([row._asdict() for row in rows], indent=1, ensure_ascii=False) + "\n")
    kept, missed = sum(row.met is True for row in rows), sum(row.met is False for row in rows)
    took = time.monotonic() - start
    print(f"\n{kept} kept, {missed} missed, {len(rows) - kept - missed} without a verdict; {took:.0f} s; {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
