"""Whose cosignature counts on how much of a record, out of the terms in force alone (`record.renewals`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from cochair.kit.errors import Rejected
from cochair.ledger.cosignatures import CosignatureVerifier
from cochair.ledger.merkle import root
from cochair.record import renewals

Force = Mapping[str, Mapping[str, Any]]
"""Side -> its entry in the terms in force."""


def verifiers(force: Force, side: str, size: int) -> list[CosignatureVerifier]:
    """The keys of all other Sides that count on the record of a Side at this size."""
    return [CosignatureVerifier(key) for other, entry in force.items() if other != side for key in renewals.cosigners(entry, side, size)]


def check_ends(force: Force, leaves: Mapping[str, Sequence[bytes]]) -> list[str]:
    """Which keys have ended, in words, a sentence each; `leaves`: Side -> leaf hashes of its record. Raises `Rejected` if a record is not the one that an end names."""
    said = []
    for side, entry in sorted(force.items()):
        for last in renewals.ended(entry):
            for of, head in sorted(last.heads.items()):
                held = leaves.get(of, ())
                if head.size <= len(held) and root(held[: head.size]).hex() != head.root:
                    raise Rejected(
                        f"The record of {of} is another history than the terms name up to which {side} cosigned with a key before",
                        "Do not trust this copy; keep it, it proves a fork",
                    )
                said.append(f"up to {head.size} entries of {of}, {side} cosigned with a key that has ended")
    return said
