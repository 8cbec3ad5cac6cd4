"""Slots at a closed cut: which terms are in force, whose seals a manifest needs, and which manifest is agreed.

The rule itself is `record.agreement`; here only *who the Sides are* is settled:

- Terms are a chain: the founding terms (the room's id), then for step 1, 2, ... the manifest of the slot ``terms|<room>|<step>`` that names its predecessor
  and is agreed by all Sides that it names. The last one is in force.
- A manifest in any other slot needs the Sides of the terms in force when it was sealed, in the view of the sealing Side (its causal past); if its seals
  were made under different terms, of the earliest that name two Sides or more. So what is agreed stays agreed when a further Side joins.
- With fewer than two Sides nothing is ever agreed.
- Lists of adopted schemas are a chain in the same way: step 1, 2, ... of the slot ``schema|<room>|<step>``. A log's writer may use what is agreed in his causal past: what
  his log holds and acknowledged, and what those entries acknowledged in their turn, which is a closed cut. So a schema that he may use he may use for ever.
- All seals of a slot are judged together, each manifest with the Sides that it needs. A Side is released from a seal only by Sides that its manifest needs for
  good: those that terms themselves name, elsewhere those of the first terms with two Sides or more, since terms never drop a Side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cochair.record.agreement import Acknowledgements, Acts, Party, SealVerdict, Verdict, judge
from cochair.record.schemas import Adopted, listed
from cochair.record.state import LogState, Sealed, Slot
from cochair.record.void import sides_of

Structural = Callable[[str], Mapping[str, Any] | None]


class TermsChain:
    """The terms that came into force one after the other at a cut: digests with their Sides, the founding ones first."""

    def __init__(
        self, room: str, slots: Mapping[str, Slot], acks: Acknowledgements, cut: Mapping[str, int], structural: Structural
    ) -> None:
        """`cut`: Side -> applied size of its record log."""
        self.digests = [room]
        self.sides = [sides_of(structural(room) or {})]
        while (slot := slots.get(f"terms|{room}|{len(self.digests)}")) is not None:
            following = self._agreed(slot, acks, cut, structural)
            if following is None:
                return
            self.digests.append(following)
            self.sides.append(sides_of(structural(following) or {}))

    def _agreed(self, slot: Slot, acks: Acknowledgements, cut: Mapping[str, int], structural: Structural) -> str | None:
        parties = {manifest: _named(manifest, structural) for manifest in {seal.manifest for seal in slot.seals.values()}}
        agreed = judge(_acts(slot, parties), acks, cut, parties).manifest
        return agreed if agreed is not None and (structural(agreed) or {}).get("previous") == self.digests[-1] else None


def verdicts(
    slot: Slot, acks: Acknowledgements, cut: Mapping[str, int], chain: TermsChain, structural: Structural
) -> tuple[str | None, dict[str, SealVerdict]]:
    """(agreed manifest or None, verdict on each seal by ``SIDE/SEQ`` id) of one slot at a closed cut."""
    verdict, parties = _verdict(slot, acks, cut, chain, structural)
    judged = {f"{s.side}/record/{s.seq}": s for s in verdict.seals if s.side in parties[s.manifest].sides}
    return verdict.manifest, judged


def _verdict(
    slot: Slot, acks: Acknowledgements, cut: Mapping[str, int], chain: TermsChain, structural: Structural
) -> tuple[Verdict, dict[str, Party]]:
    core = next((sides for sides in chain.sides if len(sides) >= 2), ())
    held = [seal for seal in slot.seals.values() if seal.seq < cut.get(seal.side, 0)]
    parties = {
        manifest: _named(manifest, structural) if slot.name.kind == "terms" else Party(_sides(held, manifest, chain), core)
        for manifest in {seal.manifest for seal in held}
    }
    return judge(_acts(slot, parties), acks, cut, parties), parties


def schemas_in_force(
    room: str, slots: Mapping[str, Slot], acks: Acknowledgements, cut: Mapping[str, int], chain: TermsChain, structural: Structural
) -> dict[str, Adopted]:
    """What all Sides adopted beyond the schemas of the first release, at a closed cut with its terms."""
    found: dict[str, Adopted] = {}
    previous, step = None, 1
    while (slot := slots.get(f"schema|{room}|{step}")) is not None:
        agreed = _verdict(slot, acks, cut, chain, structural)[0].manifest
        value = None if agreed is None else structural(agreed)
        if value is None or value.get("previous") != previous:
            break
        found, previous, step = listed(value) or {}, agreed, step + 1
    return found


def _acts(slot: Slot, parties: Mapping[str, Party]) -> Acts:
    sides = {side for party in parties.values() for side in party.sides} | set(slot.acts)
    return {side: slot.acts.get(side, []) for side in sides}


def _named(manifest: str, structural: Structural) -> Party:
    sides = sides_of(structural(manifest) or {})
    return Party(sides, sides)


def _sides(seals: Sequence[Sealed], manifest: str, chain: TermsChain) -> Sequence[str]:
    """The Sides of the earliest terms under which a Side that they name sealed the manifest."""
    for step, sides in enumerate(chain.sides):
        if len(sides) >= 2 and any(s.manifest == manifest and s.terms == chain.digests[step] and s.side in sides for s in seals):
            return sides
    return ()


def known_cut(log: LogState) -> dict[str, int]:
    """What the writer of the log's next entry knew of the records: Side -> size, its own prefix included."""
    cut = {name.removesuffix("/record"): size for name, (size, _) in log.heads.items() if name.endswith("/record")}
    cut[log.side] = log.applied
    return cut


def causal_cut(log: LogState, acks: Acknowledgements) -> dict[str, int]:
    """Sizes of the records in the causal past of the log's next entry: what it holds and acknowledged, and what that acknowledged in its turn. Closed."""
    cut = known_cut(log)
    if log.working:
        own = log.heads.get(f"{log.side}/record")
        cut[log.side] = own[0] if own else 0
    moved = True
    while moved:
        moved = False
        for by, size in list(cut.items()):
            for other in acks.known_by(by):
                if (known := acks.before(by, size, other)) > cut.get(other, 0):
                    cut[other] = known
                    moved = True
    return cut
