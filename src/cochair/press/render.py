"""A report's text in pieces for a page: each piece knows the claims that cover it and what became of its sentence.

Rules of this module:

- The pieces in order are the whole text, unchanged; a piece breaks wherever a claim or a sentence begins or ends. Nothing is escaped here: the page does that.
"""

from itertools import pairwise

import msgspec

from cochair.press.claims import Reading


class Piece(msgspec.Struct, frozen=True):
    """Code points ``start`` to ``end``; ``claims`` are indexes into ``Reading.claims``; ``sentence`` is its kind, or "" between sentences."""

    start: int
    end: int
    text: str
    claims: list[int]
    sentence: str


def pieces(text: str, reading: Reading) -> list[Piece]:
    """text, its reading -> pieces in order."""
    starts: dict[int, list[int]] = {}
    stops: dict[int, list[int]] = {}
    for index, claim in enumerate(reading.claims):
        for span in claim.spans:
            starts.setdefault(span.start, []).append(index)
            stops.setdefault(span.end, []).append(index)
    kinds = {mark.start: mark.kind for mark in reading.sentences}
    ends = {mark.end for mark in reading.sentences}
    cuts = sorted({0, len(text), *starts, *stops, *kinds, *ends})
    out: list[Piece] = []
    open_claims: dict[int, None] = {}
    kind = ""
    for start, end in pairwise(cuts):
        for index in stops.get(start, ()):
            open_claims.pop(index, None)
        if start in ends:
            kind = ""
        kind = kinds.get(start, kind)
        for index in starts.get(start, ()):
            open_claims[index] = None
        out.append(Piece(start, end, text[start:end], list(open_claims), kind))
    return out
