"""R1: each of five weaker rules is caught: three by the random search, two by the histories that were made for them. One that is not caught is a failure."""

from __future__ import annotations

from functools import partial

from tests.drill.lines import number
from tests.record import reference_rule
from tests.record.reference_rule import Rules
from tests.record.test_agreement import REFUSED, SWAP
from tests.simulators.agreement import Wrong, full, product, trial

SEARCHED = (
    ("without R1", Rules(r1=False), "double"),
    ("latest finding", Rules(latest=True), "lost"),
    ("without R3 and R4", Rules(r3=False, r4=False), "lost"),
)
MADE = (("without R2", Rules(r2=False), SWAP, {"M", "N"}), ("without R4", Rules(r4=False), REFUSED, {"M"}))
HISTORIES = 6000
PIECES = 1


def run(part: int, parts: int, seed: int, scale: float) -> tuple[int, int, list[str]]:
    if part:
        return 0, 0, []
    missed = [name for name, rules, harm in SEARCHED if not caught(rules, harm, seed)]
    for name, rules, logs, both in MADE:
        if product(logs, full(logs)) or reference_rule.agreed(logs, full(logs), rules) != both:
            missed.append(name)
    return len(SEARCHED) + len(MADE), len(missed), [f"not caught: {name}" for name in missed]


def caught(rules: Rules, harm: str, seed: int) -> int:
    """The number of the first history that does harm under the weaker rules (from 1), 0 if none does."""
    for one in range(HISTORIES):
        try:
            trial(number(seed, one), partial(reference_rule.agreed, rules=rules), names="AB")
        except Wrong as error:
            if error.harm == harm:
                return one + 1
    return 0
