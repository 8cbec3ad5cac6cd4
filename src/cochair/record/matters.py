"""One matter at a cut: does its content stand, and how? Pure; called whenever a position, an account or the set of Sides changed.

- **agreed**: two Sides at least, and every Side's position names the same content (schema and canonical text), none of them reserved.
- **account** ("by our account"): every Side that has a position names one content, at least one Side has none but is said, by *received* entries of others,
  to hold that same content, and every Side without a position is so reported. Never counts as that Side's position.
- **open**: something is named, and it does not stand. **none**: nothing is named.
- **crossed**: two Sides have each taken what the other had named before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from cochair.record.state import Account, Matter, Value


class Standing(NamedTuple):
    """`value` and `level` are set when the matter stands (agreed or by account)."""

    standing: str
    value: Value | None = None
    level: str | None = None
    crossed: bool = False


def evaluate(matter: Matter, sides: Sequence[str]) -> Standing:
    """The matter at a cut where `sides` are the Sides of the terms in force."""
    held = {side: matter.positions[side] for side in sides if side in matter.positions}
    named = {side: position.names() for side, position in held.items()}
    accounts = [a for a in present_accounts(matter) if a.side not in held]
    crossed = any(_crossed(matter, a, b) for a, b in combinations(held, 2))
    levels = [p.level for p in held.values()]
    values = set(named.values())
    if len(values) == 1 and None not in values:
        (value,) = values
        if len(sides) >= 2 and len(held) == len(sides):
            return Standing("agreed", value, _level(levels), crossed)
        told = {a.side for a in accounts}
        if accounts and all(a.value == value and a.level != "reserved" for a in accounts) and set(sides) <= set(held) | told:
            return Standing("account", value, _level([*levels, *(a.level for a in accounts)]), crossed)
    something = any(v is not None for v in named.values()) or any(a.value is not None for a in accounts)
    return Standing("open" if something else "none", crossed=crossed)


def present_accounts(matter: Matter) -> Iterable[Account]:
    """The accounts that count at present: per (Side, reporter) the last that was neither taken back nor corrected nor made a position."""
    for entered in matter.accounts.values():
        last = next((a for a in reversed(entered) if not a.superseded), None)
        if last is not None and last.answer == "":
            yield last


def _level(levels: Iterable[str]) -> str:
    return "ad-referendum" if "ad-referendum" in levels else "agreed"


def _crossed(matter: Matter, a: str, b: str) -> bool:
    one, other = matter.positions[a], matter.positions[b]
    if one.value is None or other.value is None:  # who has withdrawn, and had named nothing before, took nothing
        return False
    return one.value != other.value and one.value == other.previous and other.value == one.previous
