"""What an original is made of: plain frozen data, no bytes of PDF, no database.

Rulebook:

1. One `Instrument` yields one original for each party (`render.render_original(instrument, holder)`). The originals differ only by the
   *alternat*: the holder's name, languages and signature come first. Printed numbers, order of provisions and wording never turn; where a
   sentence itself names the parties in turn, `Provision.alternat` gives each holder's wording.
2. Texts are the trees of `docs/formats/text.md` (heading, paragraph, list, table; runs are strings). A bracket in any of them is refused:
   an original is made of clean text only.
3. What is printed comes from here or from the closed word list in `words.py`; nothing is read from a clock, a locale or a network.
4. `Marks` are the record heads of the cut and the slot, printed as text and as a QR code of the same. The manifest's digest is not among
   them: the manifest names the digest of the original, so the original cannot name the manifest's.
5. Dates are ISO 8601 (`2025-08-06`), languages BCP 47 (`en`, `ru`, `hi`), Sides their codes (`IN`, `RU`), heads 64 hex digits.
"""

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from cochair.kit.errors import Rejected

Words = dict[str, str]
"""Language -> words in it."""
TextTree = dict[str, Any]
"""One provision in one language, the JSON tree of `docs/formats/text.md`."""

LANGUAGES = ("en", "ru", "hi")
"""The languages that `words.py` and the shipped fonts cover."""


class Party(Struct, frozen=True, gc=False):
    """A Side as it stands on paper. ``languages`` are its own, the one that leads its original first."""

    side: str
    names: Words
    languages: tuple[str, ...]


class Provision(Struct, frozen=True):
    """One unit of the text. ``no`` is the printed number; ``texts`` maps language to tree; ``alternat`` maps holder to texts that replace them."""

    texts: dict[str, TextTree]
    no: str = ""
    id: str = ""
    children: "tuple[Provision, ...]" = ()
    alternat: dict[str, dict[str, TextTree]] = {}

    def text(self, lang: str, holder: str) -> TextTree:
        """The tree printed in this language in the holder's original. Raises Rejected if the language is missing."""
        tree = self.alternat.get(holder, self.texts).get(lang)
        if tree is None:
            raise Rejected(
                f"Provision {self.no or self.id or '(without number)'} has no text in {lang}",
                "Complete the text in every language before originals are made",
            )
        return tree


class Annex(Struct, frozen=True):
    """An annex: printed on a new page. ``heads`` is "Annex 1" per language, ``titles`` its name."""

    heads: Words
    titles: Words = {}
    provisions: tuple[Provision, ...] = ()


class Signatory(Struct, frozen=True, gc=False):
    """Who signs for a Side, as a post: ``heads`` "For the Indian Side", ``posts`` "Co-chair of the Working Group". ``names`` only if a Side asks."""

    side: str
    heads: Words
    posts: Words
    names: Words = {}

    @property
    def field(self) -> str:
        """Name of the signature field in the PDF."""
        return field_name(self.side)


class Head(Struct, frozen=True, gc=False):
    """Head of one Side's record at the cut: number of entries and root hash (64 hex digits)."""

    side: str
    size: int
    root: str


class Marks(Struct, frozen=True, gc=False):
    """What ties the paper to the record: room id (64 hex digits), slot (``sign|IN/record/12|0``), heads of the cut in the order of the parties."""

    room: str
    slot: str
    heads: tuple[Head, ...]

    def line(self) -> str:
        """The text of the QR code: ASCII, one line, fields parted by blanks."""
        heads = " ".join(f"{h.side}={h.size}:{h.root}" for h in self.heads)
        return f"cochair/original/v1 room={self.room} slot={self.slot} {heads}"


class Instrument(Struct, frozen=True):
    """Everything that the originals of one instrument are printed from. ``bodies`` maps Side -> language -> the body's name as that Side writes it."""

    kind: Literal["protocol", "agreed-minutes", "final-act", "memorandum", "correction"]
    bodies: dict[str, Words]
    parties: tuple[Party, ...]
    languages: tuple[str, ...]
    places: Words
    start: str
    end: str
    provisions: tuple[Provision, ...]
    signatories: tuple[Signatory, ...]
    marks: Marks
    ordinals: dict[str, int] = {}
    annexes: tuple[Annex, ...] = ()
    titles: dict[str, Words] = {}
    """Optional, Side -> language -> a full title that replaces kind, body and session."""
    layout: Literal["columns", "parts"] = "columns"
    """Two languages side by side, provision by provision; or one language after the other (always so with three languages)."""
    specimen: bool = True

    def party(self, side: str) -> Party:
        """The party of that code. Raises Rejected if it is not one."""
        for party in self.parties:
            if party.side == side:
                return party
        raise Rejected(f"{side} is not a party to this instrument", "Choose one of " + ", ".join(p.side for p in self.parties))

    def order(self, holder: str) -> tuple[Party, ...]:
        """The parties under the alternat: the holder first, the others in their usual order."""
        return (self.party(holder), *(p for p in self.parties if p.side != holder))

    def language_order(self, holder: str) -> tuple[str, ...]:
        """Languages under the alternat: the holder's own, then the other parties' own, then those that are nobody's own."""
        wanted = [lang for party in self.order(holder) for lang in party.languages]
        return tuple(dict.fromkeys(lang for lang in (*wanted, *self.languages) if lang in self.languages))


def field_name(side: str) -> str:
    """Side -> name of its signature field in every original."""
    return f"sign-{side}"


def walk(provisions: tuple[Provision, ...]) -> Iterator[Provision]:
    """All provisions in printed order."""
    for provision in provisions:
        yield provision
        yield from walk(provision.children)
