"""The manifest of the next step: made, compared with what the other Side made, and kept.

Each node makes the manifest itself before it seals (``differences``): the fold reads no papers, so only this tells whether every text is held,
safe and without brackets, and whether the tables say what the manifest restates.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit import canonical
from cochair.kit.errors import CochairError, Conflict, Words
from cochair.protocol import manifest as m
from cochair.protocol.gather import draft, heads
from cochair.protocol.originals import Original, make, verify
from cochair.protocol.steps import correction, following
from cochair.protocol.text import is_clean
from cochair.protocol.texts import wording

if TYPE_CHECKING:
    from cochair.record.node import Node


def differences(node: "Node", room: str, proposed: m.Manifest) -> list[Words]:
    """What this node would make otherwise at the same cut, in words; also texts not held or not clean, originals whose bytes differ.

    Empty: it may be sealed.
    """
    found = unread(node, room, proposed)
    held = heads(node, room)
    found += [
        Words("We hold less of the record of {side} than the manifest rests on", side=side)
        for side, size in proposed.cut.items()
        if size > held.get(side, 0)
    ]
    try:
        ours = _again(node, room, proposed)
    except CochairError as error:
        return [*found, error.what if isinstance(error.what, Words) else Words(error.what)]
    theirs, mine = m.value(proposed), m.value(ours)
    if proposed.originals and not found:
        found += verify(node, room, proposed)
    return found + [Words("{name} differs from what we have", name=name.replace("_", " ")) for name in theirs if theirs[name] != mine[name]]


def _again(node: "Node", room: str, proposed: m.Manifest) -> m.Manifest:
    id_ = proposed.instrument
    if proposed.slot.kind in m.FIRST:
        return draft(node, room, id_, originals=proposed.originals, cut=proposed.cut, kind=proposed.slot.kind)
    if proposed.slot.kind == "correct":
        return correction(node, room, id_, originals=proposed.originals, cut=proposed.cut)
    return following(node, room, id_, proposed.slot.kind, proposed.originals)


def unread(node: "Node", room: str, proposed: m.Manifest) -> list[Words]:
    """Which texts of a manifest are not held, flagged, or hold a bracket: the check that each node makes, since the fold reads no papers."""
    found = []
    for each in proposed.provisions:
        for lang, paper in each.papers.items():
            held = wording(node, room, paper, lang)
            if held.text is None or held.flags:
                found.append(
                    Words("{name} in {lang}: {why}", name=each.id, lang=lang, why=held.flags[0] if held.flags else Words("not readable"))
                )
            elif not is_clean(held.text):
                found.append(Words("{name} has open brackets in {lang}", name=each.id, lang=lang))
    return found


class Prepared(NamedTuple):
    """The next step, ready to be sealed: its manifest, the digest that seals name, and the originals of all parties as made here."""

    manifest: m.Manifest
    digest: str
    originals: dict[str, Original]


def prepare(node: "Node", room: str, actor: Actor, id_: str, kind: str = "adopt", cut: Mapping[str, int] | None = None) -> Prepared:
    """Make the next step of an instrument with its originals, and keep its manifest. Raises Conflict with everything that is missing.

    A step that only confirms (sign, initial, confirm) keeps the originals of the step before; adoption and correction make new ones.
    """
    rights.require(actor, "manifest.prepare", node.side)
    first, _ = prepare_manifest(node, room, id_, kind=kind, cut=cut, keep=False)
    files = make(node, room, first)
    parts = tuple(files[side].part for side in first.parties)
    made, digest = prepare_manifest(node, room, id_, parts, kind=kind, cut=first.cut if kind in m.FIRST or kind == "correct" else None)
    return Prepared(made, digest, files)


def prepare_manifest(
    node: "Node",
    room: str,
    id_: str,
    originals: Sequence[m.OriginalPart] = (),
    *,
    kind: str = "adopt",
    cut: Mapping[str, int] | None = None,
    keep: bool = True,
) -> tuple[m.Manifest, str]:
    """Make, check and keep the manifest of the next step -> (manifest, digest). Raises Conflict with what is missing.

    ``originals`` are those that the manifest names; a step that confirms keeps those of the step before if none are given.
    """
    if kind in m.FIRST:
        made = draft(node, room, id_, originals=originals, cut=cut, kind=kind)
    elif kind == "correct":
        made = correction(node, room, id_, originals=originals, cut=cut)
    else:
        made = following(node, room, id_, kind, originals or None)
    if bad := unread(node, room, made):
        raise Conflict("The text is not clean: {missing}", "Resolve what is named, then prepare again", missing=bad[:8])
    return made, node.put_structural(room, m.value(made)) if keep else m.digest(made)


def parse_held(node: "Node", room: str, digest: str) -> m.Manifest:
    """A manifest that this node holds, by digest. Raises NotHeld, or Rejected if it is no manifest of an instrument."""
    return m.decode(canonical.dumps(node.structural(room, digest)))
