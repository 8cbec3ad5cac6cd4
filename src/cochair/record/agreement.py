"""When is a manifest agreed in a slot? Rules R1-R4, evaluated in time proportional to the few entries that speak of the slot.

The rulebook (a *seal* binds a Side to a manifest; a *revoke* takes it back; a *finding* is one Side's check of another's seal; *seen* acknowledges the
first n entries of another Side's log; an index is the place of an entry in the whole log of its Side):

R1  A seal is valid only if each earlier valid seal of that Side in that slot is *released in its own view*, that is
    (a) some other Side's first finding on it is "not valid", and the Side had acknowledged that finding; or
    (b) the Side had revoked it, and some other Side's log, as far as acknowledged, shows a `seen` beyond the revoke before any valid seal of that same
        manifest which this Side has not itself found invalid.
R2  A manifest is agreed when there are valid seals of it, one by each Side (two at least), such that no Side had acknowledged the revoke of another's
    seal when it wrote its own.
R3  Only closed cuts are judged: an entry that acknowledges more than is held and applied waits, and all behind it.
R4  A seal counts only when every *other* Side's first finding on it is "valid". A finding written before its log had seen the seal says nothing.

From these follows: what is agreed stays agreed, however the logs grow; a slot agrees at most one manifest; a withdrawal is free until acknowledged.
No clock, no database, no signature check: the same input gives the same answer on every node, and there is no switch that weakens a rule.

Input: per Side a `SideLog` (its whole length, and only the entries that matter), or, for a caller who keeps the acknowledgements of a room from entry to
entry, an `Acknowledgements` and the acts of one slot (`judge`). A log of a hundred thousand entries with three seals costs what three seals cost.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from cochair.kit.errors import Conflict

MAX_SEALS = 64
"""Seals that one Side may write in one slot; what goes beyond is not counted (a void reason of the fold, not judged here)."""


class Seen(NamedTuple):
    """The writer acknowledges the first `size` entries of `side`'s log."""

    side: str
    size: int


class Seal(NamedTuple):
    """The writer binds itself to `manifest` (a digest; compared, never read) in this slot."""

    manifest: str


class Revoke(NamedTuple):
    """The writer takes back its own seal at index `seal`."""

    seal: int


class Finding(NamedTuple):
    """The writer's check of `side`'s seal at index `seal`."""

    side: str
    seal: int
    valid: bool


Act: TypeAlias = Seal | Revoke | Finding
Event: TypeAlias = Seen | Act
Acts: TypeAlias = Mapping[str, Sequence[tuple[int, Act]]]


class SideLog(NamedTuple):
    """One Side's log: its length, and the entries that matter with their indices, ascending. Everything else in the log is left out."""

    length: int
    events: Sequence[tuple[int, Event]]


class Reason(NamedTuple):
    """Why a seal does not count: a code of `REASONS`, the Side it speaks of ("" = the writer) and the index (seq) of the entry it points at, if any."""

    code: str
    side: str = ""
    seq: int | None = None

    def text(self) -> str:
        """In plain English, as the record page says it."""
        return REASONS[self.code].format(side=self.side)


REASONS = {
    "bound": "bound by an earlier seal",
    "refused": "found not valid by {side}",
    "unfound": "not yet found valid by {side}",
    "alone": "{side} has no valid seal of the same manifest",
    "pending": "the seal of {side} does not count yet",
    "crossed": "{side} knew that it was revoked when it sealed the same manifest",
    "knew": "written after {side} was seen to revoke its seal of the same manifest",
    "revoked": "revoked",
    "double": "another seal of the same Side already counts",
    "settled": "another manifest is agreed in this slot",
    "apart": "the seals of the same manifest do not fit together",
}


class SealVerdict(NamedTuple):
    """One seal, judged: `valid` by R1; `counts` if the manifest is agreed by this very seal; else `reasons` says why not, the heaviest first."""

    side: str
    seq: int
    manifest: str
    valid: bool
    counts: bool
    reasons: tuple[Reason, ...]


class Verdict(NamedTuple):
    """A slot at a closed cut: the agreed manifest or None, the seals that make it so, and every seal with its reasons."""

    manifest: str | None
    by: Mapping[str, int]
    seals: tuple[SealVerdict, ...]


@dataclass(slots=True)
class _Known:
    """What p has acknowledged of q: indices in p's log, and the greatest size acknowledged before the first, the second, ... and after the last; ascending."""

    at: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=lambda: [0])


_NOTHING = _Known()


class Acknowledgements:
    """Who had acknowledged how much of whose log when; kept by the fold for a whole room, one `add` an acknowledgement, in the order of each log."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Known] = {}

    def add(self, side: str, index: int, seen: Seen) -> None:
        """`side`'s entry `index` says `seen`. One that goes no further than an earlier one changes nothing."""
        known = self._known.setdefault((side, seen.side), _Known())
        if seen.size > known.size[-1]:
            known.at.append(index)
            known.size.append(seen.size)

    def before(self, side: str, index: int, other: str) -> int:
        """How many entries of `other`'s log `side` had acknowledged before it wrote its entry `index`."""
        known = self._known.get((side, other), _NOTHING)
        return known.size[bisect_left(known.at, index)]

    def known_by(self, side: str) -> list[str]:
        """The Sides of whose logs `side` had ever acknowledged anything."""
        return [other for by, other in self._known if by == side]

    def first_beyond(self, side: str, other: str, index: int) -> int | None:
        """Index of the first entry of `side` that acknowledges `other`'s entry `index`, or None."""
        known = self._known.get((side, other), _NOTHING)
        beyond = bisect_right(known.size, index)
        return known.at[beyond - 1] if beyond < len(known.size) else None


def close(logs: Mapping[str, SideLog], cut: Mapping[str, int]) -> dict[str, int]:
    """R3: the greatest prefixes within `cut` in which every acknowledgement points at entries that are held and applied.

    Applied from the empty prefix upwards, so acknowledgements that go round in a circle (which hashes make impossible) wait for ever instead of misleading.
    """
    limit = {side: min(cut.get(side, 0), log.length) for side, log in logs.items()}
    waiting = {side: [(i, e) for i, e in reversed(log.events) if isinstance(e, Seen)] for side, log in logs.items()}  # the next one last
    applied: dict[str, int] = {}
    before = None
    while before != applied:
        before = dict(applied)
        for side, acks in waiting.items():
            while acks and acks[-1][1].size <= applied.get(acks[-1][1].side, 0):
                acks.pop()
            applied[side] = min(acks[-1][0], limit[side]) if acks else limit[side]
    return applied


def agreed(logs: Mapping[str, SideLog], cut: Mapping[str, int]) -> str | None:
    """The manifest agreed in the slot whose acts `logs` holds, given the first `cut` entries of each log; None if there is none."""
    return explain(logs, cut).manifest


def explain(logs: Mapping[str, SideLog], cut: Mapping[str, int]) -> Verdict:
    """As `agreed`, with every seal and why it counts or not."""
    acks = Acknowledgements()
    acts: dict[str, list[tuple[int, Act]]] = {side: [] for side in logs}
    for side, log in logs.items():
        for index, event in log.events:
            if isinstance(event, Seen):
                acks.add(side, index, event)
            else:
                acts[side].append((index, event))
    return judge(acts, acks, close(logs, cut))


class Party(NamedTuple):
    """Whose seals a manifest needs (`sides`), and which of them can release a Side from its seal of it (`releasing`).

    They differ from manifest to manifest where a Side joins. Who is not needed for a manifest cannot release from it: his knowing of a revoke keeps no seal of
    a needed Side from counting. So the seals of one slot are judged together, each earlier seal by those whom *its* manifest needs.
    """

    sides: Sequence[str]
    releasing: Sequence[str]


def judge(acts: Acts, acks: Acknowledgements, cut: Mapping[str, int], parties: Mapping[str, Party] | None = None) -> Verdict:
    """Judge one slot at a *closed* cut.

    acts: for every Side of the slot (also one that has written nothing) its seals and revokes in this slot and its findings on others' seals in it,
    ascending; acks: of the whole room. Acts of other slots may be there, they find no seal to speak of; seals of other slots may not.
    parties: manifest -> whose seals it needs, if not those of all Sides in `acts`.
    """
    return _Slot(acts, acks, cut, parties or {}).verdict()


class _Slot:
    """The acts of one slot, indexed for the questions that the rules ask."""

    def __init__(self, acts: Acts, acks: Acknowledgements, cut: Mapping[str, int], parties: Mapping[str, Party]) -> None:
        self.acks = acks
        self.sides = sorted(acts)
        self.parties = parties
        self.all = Party(self.sides, self.sides)
        held = {side: [(i, e) for i, e in acts[side] if i < cut.get(side, 0)] for side in self.sides}
        self.seals = {side: {i: e.manifest for i, e in held[side] if isinstance(e, Seal)} for side in self.sides}
        self.revoked: dict[tuple[str, int], int] = {}  # (side, seal) -> index of its first revoke
        self.found: dict[
            tuple[str, str, int], tuple[int, bool]
        ] = {}  # (finder, side, seal) -> (index, valid) of the first finding that says something
        for side in self.sides:
            for index, act in held[side]:
                match act:
                    case Revoke(seal) if seal < index:
                        self.revoked.setdefault((side, seal), index)
                    case Finding(other, seal, valid) if acks.before(side, index, other) > seal:
                        self.found.setdefault((side, other, seal), (index, valid))
                    case _:
                        pass
        self.bound: dict[tuple[str, int], int | None] = {}  # judged by R1: (side, seal) -> None if valid, else the earlier seal that binds
        self._judge_all()

    def needed(self, manifest: str) -> list[str]:
        return sorted(self.parties.get(manifest, self.all).sides)

    def valid(self, side: str, seal: int) -> bool:
        """Judged, and bound by none."""
        return self.bound.get((side, seal), seal) is None

    def finding(self, finder: str, side: str, seal: int, before: int | None = None) -> bool | None:
        """`finder`'s first finding on the seal, if written before its index `before`."""
        if (first := self.found.get((finder, side, seal))) is None:
            return None
        index, valid = first
        return None if before is not None and index >= before else valid

    def _judge_all(self) -> None:
        """R1 in causal order: a seal is judged after its Side's earlier ones and after all that its Side had acknowledged."""
        queue = {side: list(seals) for side, seals in self.seals.items()}
        moved = True
        while moved:
            moved = False
            for side in self.sides:
                while queue[side] and all(
                    not queue[other] or queue[other][0] >= self.acks.before(side, queue[side][0], other) for other in self.sides
                ):
                    seal = queue[side].pop(0)  # later ones are not judged yet, so those that are valid are earlier
                    self.bound[side, seal] = next(
                        (k for k in self.seals[side] if self.valid(side, k) and not self._released(side, k, seal)), None
                    )
                    moved = True

    def _released(self, side: str, earlier: int, at: int) -> bool:
        """Was `side` free of its seal `earlier`, as far as it had acknowledged the others when it wrote its entry `at`?"""
        manifest = self.seals[side][earlier]
        releasing = self.parties.get(manifest, self.all).releasing
        known = {other: self.acks.before(side, at, other) for other in releasing if other != side}
        if any(self.finding(other, side, earlier, size) is False for other, size in known.items()):
            return True
        revoke = self.revoked.get((side, earlier))
        return revoke is not None and any(self._told(side, revoke, other, size, manifest, at) for other, size in known.items())

    def _told(self, side: str, revoke: int, other: str, known: int, manifest: str, at: int) -> bool:
        """Do the first `known` entries of `other` show that he knew of the revoke before he was bound to the manifest, as `side` saw it at its entry `at`?

        They show nothing of a revoke that is later than `at`: who acknowledged it cannot have been acknowledged before it.
        """
        told = self.acks.first_beyond(other, side, revoke)
        return (
            told is not None
            and told < known
            and not any(
                a < told and sealed == manifest and self.valid(other, a) and self.finding(side, other, a, at) is not False
                for a, sealed in self.seals[other].items()
            )
        )

    def _accepted(self, side: str, seal: int) -> bool:  # R4
        return all(self.finding(other, side, seal) for other in self.needed(self.seals[side][seal]) if other != side)

    def _knew(self, side: str, seal: int, other: str, theirs: int) -> bool:
        """Had `side` acknowledged the revoke of `other`'s seal `theirs` when it wrote `seal`?"""
        revoke = self.revoked.get((other, theirs))
        return revoke is not None and revoke < self.acks.before(side, seal, other)

    def _pick(self, manifest: str) -> dict[str, int] | None:
        """R2: one counting seal a Side, or None."""
        needed = self.needed(manifest)
        return self._extended({}, needed, manifest) if len(needed) >= 2 else None

    def _extended(self, chosen: dict[str, int], rest: Sequence[str], manifest: str) -> dict[str, int] | None:
        """`chosen` with a seal of each Side of `rest` that goes with all others, or None."""
        if not rest:
            return chosen
        side, *others = rest
        for seal, sealed in self.seals[side].items():
            if sealed != manifest or not self.valid(side, seal) or not self._accepted(side, seal):
                continue
            if any(self._knew(side, seal, p, k) or self._knew(p, k, side, seal) for p, k in chosen.items()):
                continue
            if pick := self._extended({**chosen, side: seal}, others, manifest):
                return pick
        return None

    def verdict(self) -> Verdict:
        manifests = {manifest for seals in self.seals.values() for manifest in seals.values()}
        picks = {m: pick for m in manifests if (pick := self._pick(m))}
        if len(picks) > 1:  # never seen in all searches: stop rather than choose
            raise Conflict(
                f"two manifests are agreed in one slot: {', '.join(sorted(picks))}",
                "keep both logs and report this as a fault of the program",
            )
        agreed_on, by = next(iter(picks.items()), (None, dict[str, int]()))
        judged = []
        for side in self.sides:
            for seal, manifest in self.seals[side].items():
                counts = by.get(side) == seal
                reasons = () if counts else tuple(self._reasons(side, seal, manifest, agreed_on)) or (Reason("apart"),)
                judged.append(SealVerdict(side, seal, manifest, self.valid(side, seal), counts, reasons))
        return Verdict(agreed_on, by, tuple(judged))

    def _reasons(self, side: str, seal: int, manifest: str, agreed_on: str | None) -> Iterable[Reason]:
        if not self.valid(side, seal):
            yield Reason("bound", "", self.bound.get((side, seal)))
        others = [other for other in self.needed(manifest) if other != side]
        for other in others:
            index, valid = self.found.get((other, side, seal), (None, None))
            if valid is not True:
                yield Reason("unfound" if valid is None else "refused", other, index)
        for other in others:
            theirs = [k for k, m in self.seals[other].items() if m == manifest and self.valid(other, k)]
            accepted = [k for k in theirs if self._accepted(other, k)]
            if not accepted:
                yield Reason("pending" if theirs else "alone", other)
            elif all(self._knew(other, k, side, seal) for k in accepted):
                yield Reason("crossed", other)
            elif all(self._knew(other, k, side, seal) or self._knew(side, seal, other, k) for k in accepted):
                yield Reason("knew", other)
        if (side, seal) in self.revoked:
            yield Reason("revoked", "", self.revoked[side, seal])
        if agreed_on is not None:
            yield Reason("double" if agreed_on == manifest else "settled")
