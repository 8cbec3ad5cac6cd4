"""Drives any program over the cases of a folder and compares its answers (`docs/formats/conformance.md`). Needs nothing but Python: it can be taken alone.

    python runner.py FOLDER PROGRAM [ARGUMENT...]

The program reads one request a line (JSON) from its standard input and writes one answer a line to its standard output, in the same order.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HOLD = 600
"""Seconds for all cases together."""
SHOWN = 20
"""Wrong answers that are printed."""


class Outcome(NamedTuple):
    """How often each kind of case was answered right, the cases answered wrong (id, expected, answer), and how many of each kind the program does not read."""

    right: Counter[str]
    wrong: list[tuple[str, Any, Any]]
    unsupported: Counter[str]


def load(folder: Path) -> list[dict[str, Any]]:
    """The cases of a folder, their files as absolute paths."""
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text().splitlines()]
    return [{**c, "files": [str(folder.absolute() / f) for f in c["files"]]} if "files" in c else c for c in cases]


def run(cases: Sequence[Mapping[str, Any]], program: Sequence[str], timeout: float = HOLD) -> Outcome:
    """Ask the program every case. A program that ends early leaves the rest unanswered, which is wrong."""
    asked = "".join(json.dumps({k: v for k, v in case.items() if k != "expect"}) + "\n" for case in cases)
    told = subprocess.run(list(program), input=asked, capture_output=True, text=True, timeout=timeout, check=False)
    lines = told.stdout.splitlines()
    outcome = Outcome(Counter(), [], Counter())
    for number, case in enumerate(cases):
        try:
            answer = json.loads(lines[number]) if number < len(lines) else {"error": told.stderr[-300:] or "no answer"}
        except ValueError:
            answer = {"error": f"no JSON: {lines[number][:200]}"}
        if not isinstance(answer, dict):
            answer = {"error": f"no object: {lines[number][:200]}"}
        if answer.get("unsupported"):
            outcome.unsupported[case["what"]] += 1
        elif _fits(case["expect"], answer):
            outcome.right[case["what"]] += 1
        else:
            outcome.wrong.append((case["id"], case["expect"], answer))
    return outcome


def _fits(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """What decides must be there and equal: ``accepted``, ``status``, the value of what was accepted. ``why``, ``needs`` and the slots agreed are compared where they are given."""
    for name, value in expected.items():
        if name == "why":
            if value and "why" in answer and answer["why"] not in value:
                return False
        elif name == "needs":
            if "needs" in answer and answer["needs"] != value:
                return False
        elif name == "agreed" and "status" in expected:
            given = answer.get("agreed", value)
            if value is not None and (not isinstance(given, list) or sorted(map(str, given)) != sorted(value)):
                return False
        elif answer.get(name, "nothing") != value:
            return False
    return True


def report(outcome: Outcome) -> str:
    """The outcome for people."""
    lines = [f"{what}: {count} right" for what, count in sorted(outcome.right.items())]
    lines += [f"{what}: {count} not read by this program" for what, count in sorted(outcome.unsupported.items())]
    lines += [
        f"WRONG {name}: expected {json.dumps(expected)}, answered {json.dumps(answer)[:400]}"
        for name, expected, answer in outcome.wrong[:SHOWN]
    ]
    return "\n".join(
        [*lines, f"{sum(outcome.right.values())} right, {len(outcome.wrong)} wrong, {sum(outcome.unsupported.values())} not read"]
    )


def main(arguments: Sequence[str]) -> int:
    """0 if no answer is wrong, 1 otherwise, 2 on wrong usage."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    outcome = run(load(Path(arguments[0])), arguments[1:])
    print(report(outcome))
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
