"""The long reliability lines: what each is called, what was promised, and which module runs it. A line whose module is not there yet is said to be not built."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple


class NotBuilt(Exception):
    """What the line needs is not there yet; the text says what."""


class Line(NamedTuple):
    """`promise`: how many trials there must be, with none failed. `module`: below ``tests.drill``, or "" while nobody has written it.

    A module has ``run(part, parts, seed, scale) -> (tried, failed, notes)``: the piece number `part` (from 0) of `parts` of ``promise * scale`` trials. The
    trials are numbered through, so that a failure is found again by seed and number whatever the pieces were: ``one(seed, trial)``, where the module
    has it, runs that trial alone and raises what is wrong. ``NEEDS = ("tests.simulators.erasure", "trial")`` names what it stands on. `notes` are sentences, one for each failure at least. `exhaustive`: the seed changes nothing.
    """

    id: str
    what: str
    promise: int
    module: str = ""
    exhaustive: bool = False


LINES = (
    Line("R1.every", "agreement: every history with findings, 2 Sides x 4 and 5 entries: lost, double or differing", 1, "r01_every", True),
    Line("R1.random", "agreement: guided random histories, 2 to 4 Sides: lost, double or differing", 1_000_000, "r01_random"),
    Line("R1.teeth", "agreement: five weaker rules, each must be caught", 5, "r01_teeth"),
    Line("R2.kill", "crash: real nodes killed -9", 200, "r02_kill"),
    Line("R2.lives", "crash: simulated lives on a disk that loses, tears and reorders", 100_000, "r02_lives"),
    Line("R3", "restore of an old backup, cloned node", 10_000, "r03"),
    Line("R4", "whole system: 2 to 4 nodes, partitions, delays, restarts, liars", 1_000, "r04"),
    Line("R4.bundles", "random bundle schedules give the online digest", 1_000, "r04_bundles"),
    Line("R5", "replay: orders x hash seeds x time zones x locales x databases", 1_000, "r05"),
    Line("R6", "corruption: found and named, and healed from the peer", 10_000, "r06"),
    Line("R7", "fork, rollback, rewritten history: refused with a portable proof", 1_000, "r07"),
    Line("R8", "foreign programs and published vectors: disagreements", 1, "r08"),
    Line("R9", "hostile input: seconds of fuzzing, 20 minutes a parser", 0, "r09"),
    Line("R10", "PDF attacks: 12 classes x 20 files", 240),
    Line("R11", "text attacks in three languages", 1_000),
    Line("R12", "every URL x role x side", 1),
    Line("R13", "internal papers never leave: sessions with planted markers", 1_000, "r13"),
    Line("R14", "erasure: payload bytes left in any store", 100, "r14"),
    Line("R15", "load for 30 minutes", 1),
    Line("R16", "PostgreSQL leader killed under load; backup and restore", 1),
    Line("R17", "ASVS rows without test or reason", 1),
)


def chosen(names: Sequence[str]) -> list[Line]:
    """``R1`` stands for all that begins so: ``R1.every``, ``R1.random`` ... Without names: all. `KeyError` with the first name that is none."""
    for name in names:
        if not any(line.id == name or line.id.startswith(f"{name}.") for line in LINES):
            raise KeyError(name)
    return [line for line in LINES if not names or any(line.id == name or line.id.startswith(f"{name}.") for name in names)]


def module(line: Line) -> ModuleType:
    """The line's module; `NotBuilt` if there is none. A module that is there and cannot be imported is an error, not "not built"."""
    name = f"tests.drill.{line.module}"
    if not line.module or importlib.util.find_spec(name) is None:
        raise NotBuilt("not built")
    found = importlib.import_module(name)
    if hasattr(found, "NEEDS"):
        needs(*found.NEEDS)
    return found


def needs(name: str, *members: str) -> ModuleType:
    """A module that the line stands on, with the functions it must have; `NotBuilt` if it or one of them is missing."""
    if importlib.util.find_spec(name) is None:
        raise NotBuilt(f"not built: no {name}")
    found = importlib.import_module(name)
    if missing := [member for member in members if not hasattr(found, member)]:
        raise NotBuilt(f"not built: {name} has no {missing[0]}")
    return found


def share(id_: str, part: int, parts: int, scale: float) -> range:
    """Numbers of the trials of piece `part` (from 0) of `parts`: together they are all of the line's promise, times `scale` (one at least), none twice."""
    total = max(1, round(next(line.promise for line in LINES if line.id == id_) * scale))
    return range(total * part // parts, total * (part + 1) // parts)


def number(seed: int, trial: int) -> int:
    """One number for both, the same in every process, for simulators that take one seed."""
    return seed * 1_000_003 + trial
