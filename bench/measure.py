"""How a promise is measured: ours and its peers in turns, round after round, so that whatever else the machine does hits both; then medians.

- A way is a function without arguments that does its work once and gives a rate (things a second, higher is better).
- A ratio is the median over the rounds of ours divided by the peer's in the same round.
- A peer that cannot run here raises `NotHere`; its row then has no figures and says so. A figure is never filled in from elsewhere.
"""

import os
import subprocess
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

Way = Callable[[], float]
Rates = dict[str, list[float]]
ROUNDS = 5


class NotHere(Exception):
    """A peer is missing on this machine, and why."""


class Row(NamedTuple):
    """One line of ``build/bench.json``. `met`: None where nothing is promised or nothing was measured."""

    id: str
    what: str
    ours: float | None
    beside: float | None
    ratio: float | None
    promise: str
    met: bool | None


def in_turns(ways: Mapping[str, Way], rounds: int = ROUNDS) -> Rates:
    """Every way once a round -> its rates by name."""
    rates: Rates = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            rates[name].append(way())
    return rates


def compare(id_: str, what: str, ours: list[float], beside: list[float], at_least: float | None) -> Row:
    """A row from the rates of both; `at_least`: the smallest ratio that keeps the promise, None if nothing is promised."""
    ratio = median(a / b for a, b in zip(ours, beside, strict=True))
    promise = f">= {at_least:,g}x" if at_least is not None else "printed, no promise"
    return Row(
        id_, what, _short(median(ours)), _short(median(beside)), _short(ratio), promise, None if at_least is None else ratio >= at_least
    )


def figure(id_: str, what: str, value: float, promise: str, *, met: bool | None) -> Row:
    """A row without a peer."""
    return Row(id_, what, _short(value), None, None, promise, met)


def not_measured(id_: str, what: str, promise: str, why: object) -> Row:
    """A row for what this machine cannot measure."""
    return Row(id_, f"{what}: not measured ({why})", None, None, None, promise, None)


def _short(value: float) -> float:
    """Four figures: more would be noise."""
    return float(f"{value:.4g}")


def number(value: float | None) -> str:
    """A figure for people."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| line | what | ours | beside | ratio | promise | met |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        met = {True: "yes", False: "**no**", None: "-"}[row.met]
        lines.append(f"| {row.id} | {row.what} | {number(row.ours)} | {number(row.beside)} | {number(row.ratio)} | {row.promise} | {met} |")
    return "\n".join(lines)


def run(*command: str, env: Mapping[str, str] | None = None, cwd: os.PathLike[str] | None = None, data: bytes | None = None) -> bytes:
    """What a child process prints; `NotHere` if there is no such program or it fails."""
    try:
        done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, input=data, capture_output=True, check=True)
    except FileNotFoundError:
        raise NotHere(f"there is no {command[0]} on this machine") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise NotHere(f"{command[0]} failed: {said[0][:120] if said else error.returncode}") from None
    return done.stdout
