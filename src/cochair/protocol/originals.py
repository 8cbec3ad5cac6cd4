"""The originals of an instrument: one for each Side under the alternat, made from a manifest and the papers it names.

Each Side's node makes all originals itself and compares: same manifest, same renderer, same fonts, same bytes. What is printed comes from the
manifest, from the papers it names and from the entries of the record that it rests on; nothing from a clock or a node's own settings. An
original prints the cut and the slot for which it is made, never the manifest's digest, because the manifest holds the digest of the original.
"""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cochair.kit.errors import Conflict, Words
from cochair.kit.ids import parse_id, parse_origin
from cochair.ledger.entries import decode
from cochair.ledger.merkle import leaf_hash, root
from cochair.protocol.manifest import Coordinate, Manifest, ManifestProvision, OriginalPart
from cochair.protocol.sides import ANNEX, words_of
from cochair.protocol.text import Text, plain
from cochair.protocol.texts import read

if TYPE_CHECKING:
    from cochair.paper.model import Annex, Instrument, Marks, Provision, Signatory
    from cochair.record.node import Node


class Original(NamedTuple):
    """One original as made here: the PDF, unsigned, its number of pages, and what the manifest says of it."""

    data: bytes
    pages: int
    part: OriginalPart


def make(node: "Node", room: str, manifest: Manifest) -> dict[str, Original]:
    """A manifest (its own ``originals`` are not looked at) -> Side -> its original. Raises Rejected or NotHeld if a text cannot be printed."""
    from cochair.paper import render

    data = instrument_data(node, room, manifest)
    made = {}
    for side in manifest.parties:
        done = render.render_original(data, side)
        fonts = tuple(done.fonts[name] for name in sorted(done.fonts))
        made[side] = Original(done.pdf, done.pages, OriginalPart(side, done.languages, done.length, done.digest, done.renderer, fonts))
    return made


def verify(node: "Node", room: str, manifest: Manifest) -> list[Words]:
    """Make every original again -> what differs from the manifest, in words; empty when all bytes are the same."""
    again = make(node, room, manifest)
    found = []
    for part in manifest.originals:
        ours = again.get(part.holder)
        if ours is None or (ours.part.length, ours.part.sha256) != (part.length, part.sha256):
            other = ours is not None and (ours.part.renderer, ours.part.fonts) != (part.renderer, part.fonts)
            found.append(
                Words("The original for {side} differs: it was made by another renderer or with other fonts", side=part.holder)
                if other
                else Words("The original for {side} differs", side=part.holder)
            )
    return found


def instrument_data(node: "Node", room: str, manifest: Manifest) -> "Instrument":
    """A manifest -> the data that ``cochair.paper`` prints. Raises NotFound if an entry that it rests on is not held."""
    from cochair.paper.model import Instrument, Party

    bound = tuple(manifest.bound)
    if manifest.dates is None:
        raise Conflict("The dates and the place of the session are not agreed, and an original names them", "Agree on them first")
    body, session, dates = (_content(node, room, each) for each in (manifest.body, manifest.meeting, manifest.dates.source))
    texts = {each.id: {lang: read(node, room, each.papers[lang], lang) for lang in bound} for each in manifest.provisions}
    parties = tuple(
        Party(side, words_of(side).names, tuple(lang for lang in words_of(side).languages if lang in bound)) for side in manifest.parties
    )
    titles = [each for each in manifest.provisions if each.kind == "title"]
    return Instrument(
        kind=manifest.kind,
        bodies=body["names"],
        parties=parties,
        languages=bound,
        places=dates["place"],
        start=dates["start"],
        end=dates["end"],
        provisions=_tree(manifest, texts, None),
        signatories=tuple(_signatory(one.side, _said(node, room, one.post)["titles"]) for one in manifest.signatories),
        marks=_marks(node, room, manifest),
        ordinals=session["ordinals"],
        annexes=tuple(_annex(manifest, texts, each, number) for number, each in enumerate(_annexes(manifest), start=1)),
        titles={party.side: {lang: plain(texts[titles[0].id][lang]) for lang in bound} for party in parties} if titles else {},
        specimen=bool(node.terms(room).get("specimen")),
    )


def _content(node: "Node", room: str, coordinate: Coordinate) -> dict[str, Any]:
    """The content of a matter as the manifest has it, whatever the Sides have agreed on since."""
    return _said(node, room, next(iter(coordinate.positions.values())))


def _said(node: "Node", room: str, entry: str) -> dict[str, Any]:
    """The content of one entry of the record: of a position or statement, or of the account in a *received*."""
    at = parse_id(entry)
    body = decode(node.entry(room, node.origin(room, at.log, at.side), at.seq)).body
    held: dict[str, Any] = body["account"]["content"] if "account" in body else body.get("content", body)
    return held


def _annexes(manifest: Manifest) -> list[ManifestProvision]:
    return [each for each in manifest.provisions if each.kind == "annex"]


def _tree(manifest: Manifest, texts: dict[str, dict[str, Text]], above: str | None) -> "tuple[Provision, ...]":
    from cochair.paper.model import Provision

    return tuple(
        Provision(_json(texts[each.id]), each.no, each.id, _tree(manifest, texts, each.id))
        for each in manifest.provisions
        if each.parent == above and each.kind not in ("title", "annex")
    )


def _json(texts: dict[str, Text]) -> dict[str, Any]:
    from cochair.protocol.text import dump

    return {lang: json.loads(dump(text)) for lang, text in texts.items()}


def _annex(manifest: Manifest, texts: dict[str, dict[str, Text]], each: ManifestProvision, number: int) -> "Annex":
    """An annex whose own text is a heading or a line is titled by it; a list or table is its first unit."""
    from cochair.paper.model import Annex, Provision

    own = texts[each.id]
    titled = all(text.kind in ("heading", "paragraph") for text in own.values())
    first = () if titled else (Provision(_json(own), each.no, each.id),)
    heads = {lang: f"{ANNEX.get(lang, ANNEX['en'])} {number}" for lang in own}
    return Annex(heads, {lang: plain(text) for lang, text in own.items()} if titled else {}, first + _tree(manifest, texts, each.id))


def _signatory(side: str, titles: dict[str, str]) -> "Signatory":
    from cochair.paper.model import Signatory

    return Signatory(side, words_of(side).heads, titles)


def _marks(node: "Node", room: str, manifest: Manifest) -> "Marks":
    """The heads of the cut, by the root over exactly that many entries, and the act for which the paper is made."""
    from cochair.paper.model import Head, Marks

    kind = "sign" if manifest.slot.kind in ("adopt", "initial", "sign") else manifest.slot.kind
    slot = msgspec.structs.replace(manifest.slot, kind=kind)
    origins = {parse_origin(origin).side: origin for origin in node.heads(room) if parse_origin(origin).log == "record"}
    found = []
    for side, size in sorted(manifest.cut.items()):
        if side not in origins:
            raise Conflict("The record of {side} is not held here", "Exchange with the other Side, then prepare anew", side=side)
        leaves = [leaf_hash(entry) for entry in node.entries(room, origins[side], 0, size)]
        if len(leaves) < size:
            raise Conflict(
                "We hold less of the record of {side} than the manifest rests on", "Exchange with the other Side first", side=side
            )
        found.append(Head(side, size, root(leaves).hex()))
    return Marks(room, slot.key, tuple(found))
