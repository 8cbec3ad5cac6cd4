"""Which act an instrument stands at: what is sealed, which manifest is being sealed or was prepared last, and what may follow.

A manifest is content without an author, so a node keeps no list of those that it prepared: they are found among the contents that it holds. Of several
for one act the one that somebody sealed counts, else the one that rests on the most of the record.
"""

from typing import NamedTuple

from cochair.kit.errors import CochairError
from cochair.protocol import manifest as m
from cochair.protocol import prepare, seals
from cochair.protocol.seals import SlotView
from cochair.protocol.steps import Step, steps
from cochair.workspace.desk import Desk

FOLLOWS: dict[str, tuple[str, ...]] = {
    "": ("adopt",),
    "adopt": ("sign", "initial", "correct"),
    "initial": ("sign", "correct"),
    "sign": ("correct", "confirm"),
    "confirm": ("correct",),
    "correct": ("correct",),
}
"""What may follow which act; the first is what usually does."""


class Act(NamedTuple):
    """The act at hand. ``digest`` "" and ``manifest`` None: nothing is prepared for it yet; ``done``: the sealed steps before it."""

    kind: str
    step: int
    digest: str
    manifest: m.Manifest | None
    slot: SlotView
    done: tuple[Step, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """The kinds of act that may come now."""
        return FOLLOWS[self.done[-1].slot.kind if self.done else ""]


def present(desk: Desk) -> Act:
    """The act that is being sealed, else the one prepared last, else the one that usually comes next."""
    node, room = desk.place.node, desk.place.room
    done = tuple(steps(node, room, desk.id))
    kinds = FOLLOWS[done[-1].slot.kind if done else ""]
    prepared = held(desk)
    acts = []
    for kind in kinds:
        number = sum(step.slot.kind == kind for step in done)
        slot = seals.slot_status(node, room, kind, desk.id, number)
        sealed = [seal.manifest for seal in slot.seals if seal.state in ("counts", "awaiting")]
        mine = [(sum(made.cut.values()), digest) for digest, made in prepared.items() if (made.slot.kind, made.slot.step) == (kind, number)]
        digest = sealed[0] if sealed else max(mine)[1] if mine else ""
        made = prepared.get(digest)
        acts.append((bool(sealed), bool(digest), Act(kind, number, digest, made, slot, done)))
    return next(
        (act for sealed, _known, act in acts if sealed),
        next((act for _sealed, known, act in acts if known), acts[0][2]),
    )


def held(desk: Desk) -> dict[str, m.Manifest]:
    """Digest -> manifest, of all manifests of this instrument that the node holds."""
    node, room = desk.place.node, desk.place.room
    found = {}
    for digest in node.papers.structural_held(room):
        try:
            value = node.structural(room, digest)
            if value.get("what") == "manifest" and value.get("instrument") == desk.id:
                found[digest] = prepare.parse_held(node, room, digest)
        except CochairError:  # of another program, or damaged: fsck names it
            continue
    return found
