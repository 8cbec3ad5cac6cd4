"""The sealed steps of an instrument, and the manifests of those that follow the first: sign, initial, confirm, correct.

A step after adoption restates the text of the step before it and cites it. A correction restates it with the wordings on which the Sides have
agreed since; it never changes order, numbers or the parts of the record that the first manifest restated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from cochair.kit.errors import Conflict, NotFound
from cochair.protocol import manifest as m
from cochair.protocol.gather import heads, unmarked
from cochair.protocol.queries import Grid, Row, grid
from cochair.protocol.text import is_clean

if TYPE_CHECKING:
    from cochair.record.node import Node


@dataclass(frozen=True)
class Step:
    """One sealed step of an instrument and the manifest that it sealed."""

    slot: m.Slot
    digest: str
    manifest: m.Manifest


def steps(node: "Node", room: str, id_: str) -> list[Step]:
    """The sealed steps of an instrument in the order in which they cite each other; empty before adoption."""
    with node.read() as tx:
        rows = tx.query("SELECT slot, step, manifest, cites FROM protocol_step WHERE room = ? AND instrument = ?", (room, id_))
    after: dict[str | None, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["slot"] != "sign", row["slot"], row["step"])):
        after.setdefault(row["cites"], []).append(row)
    found: list[Step] = []
    waiting = after.pop(None, [])
    while waiting:
        row = waiting.pop(0)
        made = msgspec.convert(node.structural(room, row["manifest"]), m.Manifest)
        found.append(Step(made.slot, row["manifest"], made))
        waiting += after.pop(row["manifest"], [])
    return found


def current(node: "Node", room: str, id_: str) -> Step:
    """The last sealed step: what stands as adopted, signed or corrected. Raises NotFound before adoption."""
    found = steps(node, room, id_)
    if not found:
        raise NotFound("The text is not adopted yet", "Adopt it first: both Sides seal the same manifest")
    return found[-1]


def following(node: "Node", room: str, id_: str, kind: str = "sign", originals: Sequence[m.OriginalPart] | None = None) -> m.Manifest:
    """The manifest of a step that confirms the text as it stands (sign, initial, confirm): the same content, citing the step before."""
    before = current(node, room, id_)
    number = sum(step.slot.kind == kind for step in steps(node, room, id_))
    slot = m.Slot(kind, id_, number)  # type: ignore[arg-type]  # checked by the encoder
    made = msgspec.structs.replace(before.manifest, slot=slot, cites=before.digest)
    if originals is not None:
        made = msgspec.structs.replace(made, originals=tuple(originals))
    m.encode(made)
    return made


def correction(
    node: "Node", room: str, id_: str, *, originals: Sequence[m.OriginalPart] = (), cut: Mapping[str, int] | None = None
) -> m.Manifest:
    """A late pen change: the text as sealed, with each wording that the Sides have agreed on since. Raises Conflict when nothing changed.

    A correction changes wording, never the order or number of provisions; those need an amendment, an instrument of its own.
    """
    before = current(node, room, id_)
    view = grid(node, room, id_)
    at = dict(cut or heads(node, room))
    rows = [row for row in view.rows if row.placed]
    sealed = before.manifest.provisions
    if [(row.kind, row.no) for row in rows] != [(each.kind, each.no) for each in sealed]:
        raise Conflict(
            "The order or the numbers have changed since the text was sealed", "Take the order back: a correction changes wording only"
        )
    now = [_corrected(row, each, before) for row, each in zip(rows, sealed, strict=True)]
    changed = [row for row, new, old in zip(rows, now, sealed, strict=True) if new.papers != old.papers]
    if not changed:
        raise Conflict("No agreed wording differs from the sealed text", "Propose and agree on the corrected wording first")
    if len(at) > 1 and (missing := unmarked(_only(view, changed), sorted(at))):
        raise Conflict(
            "The correction cannot be sealed yet: {missing}", "Each Side checks the corrected language versions", missing=missing
        )
    for row in changed:
        for lang, cell in row.cells.items():
            if cell.standing and (cell.standing.text is None or not is_clean(cell.standing.text)):
                raise Conflict("Provision {no} is not clean in {lang}", "Resolve its brackets", no=row.no, lang=lang)
    number = sum(step.slot.kind == "correct" for step in steps(node, room, id_))
    made = msgspec.structs.replace(
        before.manifest,
        slot=m.Slot("correct", id_, number),
        cites=before.digest,
        cut=at,
        provisions=tuple(now),
        originals=tuple(originals),
    )
    m.encode(made)
    return made


def _only(view: Grid, rows: list[Row]) -> Grid:
    return Grid(view.instrument, view.side, view.languages, view.order, tuple(rows), view.meter, view.move)


def _corrected(row: Row, sealed: m.ManifestProvision, before: Step) -> m.ManifestProvision:
    """The sealed provision, with what the Sides agreed on since; where they agree on nothing new, the sealed wording stands."""
    papers = {
        lang: cell.standing.paper if (cell := row.cells.get(lang)) and cell.clean and cell.standing else paper
        for lang, paper in sealed.papers.items()
    }
    if papers == sealed.papers:
        return msgspec.structs.replace(sealed, predecessor=None)
    return msgspec.structs.replace(sealed, papers=papers, predecessor=m.Predecessor(before.digest, sealed.id))
