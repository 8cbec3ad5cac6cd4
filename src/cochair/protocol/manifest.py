"""The manifest: all that the Sides seal, as codes, ids and digests, and nothing that a person wrote.

Rulebook (the bytes stand in ``docs/formats/manifest.md``):

1. With a manifest alone, and the papers it names, the joint tables of its instrument are rebuilt after the working papers are gone.
2. It names no working byte: provisions are renamed ``p1, p2 ...`` in their order, so that nobody can read out of it who offered what.
   What stays in the record (agenda, dates, assessments) is named by the entries that made it agreed.
3. It is canonical: one state at one cut makes one sequence of bytes on every node. Lists whose order means nothing are sorted.
4. ``check`` asks what can be asked of the bytes alone; whether it is what the tables say is asked by building it again (``prepare``).
"""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger.papers import structural_digest
from cochair.protocol.contents import InstrumentKind, InstrumentLanguage, PrintedNumber, ProvisionKind
from cochair.record.fields import Day, Digest, Id, Language, Paper, SideCode

LIMIT = 4_194_304

Code = Annotated[str, Meta(max_length=64, pattern=r"\A[A-Za-z0-9][A-Za-z0-9_.:/+-]*\Z")]
Renderer = Annotated[str, Meta(max_length=120, pattern=r"\A[A-Za-z0-9][A-Za-z0-9 _.:;/+-]*\Z")]
"""Names and versions of the programs that made the bytes."""
MatterKey = Annotated[str, Meta(max_length=200, pattern=r"\A[a-z_.]+\|[A-Za-z0-9/-]+\|[A-Za-z0-9/_-]*\Z")]
ProvisionName = Annotated[str, Meta(pattern=r"\Ap[1-9][0-9]{0,4}\Z")]
Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Papers = dict[Language, Paper]
SlotKind = Literal["adopt", "initial", "sign", "confirm", "correct", "amend", "terminate"]
FIRST = frozenset({"adopt"})
"""The slots whose manifest may stand at the beginning, citing none."""


class Slot(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What is sealed: the kind of act, the instrument, and the step where there are several of one kind."""

    kind: SlotKind
    of: Id
    step: Annotated[int, Meta(ge=0, le=63)] = 0

    @property
    def key(self) -> str:
        """``adopt|IN/record/12|0``"""
        return f"{self.kind}|{self.of}|{self.step}"


class Coordinate(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A matter of the record as it stood: its key and the position of each Side that made it agreed."""

    matter: MatterKey
    positions: dict[SideCode, Id]


class Predecessor(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The unit that this one replaces: its name in an earlier manifest."""

    manifest: Digest
    id: ProvisionName


class ManifestProvision(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One unit of the text; its place is its place in the list, its number is what is printed."""

    id: ProvisionName
    kind: ProvisionKind
    parent: ProvisionName | None
    no: PrintedNumber
    papers: Papers
    predecessor: Predecessor | None = None


class Mark(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One Side's check that the text in ``lang`` says the same as the text in the first language."""

    side: SideCode
    provision: ProvisionName
    lang: Language


class AgendaItem(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One item of the agenda by its printed number; its wording stands in the record."""

    no: str
    emerging: bool
    body: Id | None


class AgendaPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The agenda."""

    source: Coordinate
    items: tuple[AgendaItem, ...]
    paper: Paper | None = None


class DatesPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """When; the place is named in the record by the same entries."""

    source: Coordinate
    start: Day
    end: Day
    timezone: Code
    form: Code


class AssessmentPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The agreed assessment of one action at this session."""

    action: Id
    state: Code
    carry_over: bool
    due: Code | None
    due_date: Code | None
    reason: Paper | None
    replaced_by: Id | None
    source: Coordinate


class AreaPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An area of cooperation."""

    id: Id
    code: str
    parent: Id | None


class ProjectPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A joint project with its mode and stage at this session."""

    id: Id
    area: Id
    mode: Code
    stage: Code


class EntryPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A one-sided entry of the record: whose, which."""

    side: SideCode
    entry: Id


class DelegationPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The list of one Side as it stood: its pages, the freeze that made it final, and each later change."""

    side: SideCode
    pages: tuple[Id, ...]
    freeze: Id | None
    changes: tuple[Id, ...] = ()


class SignatoryPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Who is to sign for a Side: the post, the designee's statement if another acts for it, the mandate of a key if it is signed by key."""

    side: SideCode
    post: Id
    designee: Id | None = None
    key: Id | None = None


class OriginalPart(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One original before any signature: its first ``length`` bytes have this SHA-256. Fonts by digest, in the order of their file names."""

    holder: SideCode
    languages: tuple[Language, ...]
    length: Size
    sha256: Digest
    renderer: Renderer
    fonts: tuple[Digest, ...]


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The whole (rule 1). Written by ``protocol.gather`` and ``protocol.steps``; never edited."""

    room: Digest
    slot: Slot
    instrument: Id
    kind: InstrumentKind
    session: Id
    meeting: Coordinate
    body: Coordinate
    cites: Digest | None
    cut: dict[SideCode, Size]
    standing: Literal["agreed", "account"]
    """Whether all Sides agreed by their own logs, or one Side says so of the other from what it received."""
    parties: tuple[SideCode, ...]
    """The Sides of the instrument, sorted: those of the cut and, where it stands by account, also those that have no record yet."""
    languages: tuple[InstrumentLanguage, ...]
    prevailing: Language | None
    provisions: tuple[ManifestProvision, ...]
    concordance: tuple[Mark, ...]
    agenda: AgendaPart | None
    dates: DatesPart | None
    assessments: tuple[AssessmentPart, ...]
    areas: tuple[AreaPart, ...]
    projects: tuple[ProjectPart, ...]
    reports: tuple[EntryPart, ...]
    delegations: tuple[DelegationPart, ...]
    statements: tuple[EntryPart, ...]
    way_forward: Coordinate | None
    signatories: tuple[SignatoryPart, ...]
    originals: tuple[OriginalPart, ...]
    contents: tuple[Code, ...]
    what: Literal["manifest"] = "manifest"
    v: Literal[1] = 1

    @property
    def authentic(self) -> list[str]:
        """The languages whose texts bind, in the instrument's order."""
        return [each.lang for each in self.languages if each.status == "authentic"]

    @property
    def bound(self) -> list[str]:
        """The languages that must have a text of each provision: all but working translations."""
        return [each.lang for each in self.languages if each.status != "working"]


_DECODER = msgspec.json.Decoder(Manifest)


def value(manifest: Manifest) -> dict[str, Any]:
    """Manifest -> plain JSON value, as `put_structural` takes it."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(manifest))
    return plain


def encode(manifest: Manifest) -> bytes:
    """Manifest -> canonical bytes. Raises Rejected if it breaks a rule."""
    check(manifest)
    data = canonical.dumps(value(manifest))
    decode(data)
    return data


def decode(data: bytes) -> Manifest:
    """Bytes -> Manifest, strict and checked. Raises Rejected."""
    plain = canonical.loads(data, limit=LIMIT)
    try:
        manifest = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise _bad(str(error)) from None
    if plain != value(manifest):  # a field left out and a field at its default would be two byte forms of one manifest
        raise _bad("a field is left out")
    check(manifest)
    return manifest


def digest(manifest: Manifest) -> str:
    """Manifest -> the digest by which seals and later manifests name it, 64 hex digits."""
    return structural_digest(encode(manifest))


def check(manifest: Manifest) -> None:
    """Raise Rejected if the manifest contradicts itself (rule 4)."""
    if manifest.slot.of != manifest.instrument:
        raise _bad("the slot is of another instrument")
    if (manifest.cites is None) != (manifest.slot.kind in FIRST):
        raise _bad("what is adopted cites nothing, every later step cites the manifest that it follows")
    _languages(manifest)
    _provisions(manifest)
    _marks(manifest)
    sides = set(manifest.parties)
    if (
        list(manifest.parties) != sorted(sides)
        or not set(manifest.cut) <= sides
        or (manifest.standing == "agreed" and set(manifest.cut) != sides)
    ):
        raise _bad("the parties are not those of the cut")
    for name in ("concordance", "reports", "delegations", "statements", "signatories"):
        if not {part.side for part in getattr(manifest, name)} <= sides:
            raise _bad(f"{name} of a Side that is not a party")
    if not {each.holder for each in manifest.originals} <= sides or len({o.holder for o in manifest.originals}) != len(manifest.originals):
        raise _bad("an original for a Side that is not a party, or two for one")
    for original in manifest.originals:
        if set(original.languages) != set(manifest.bound) or len(original.languages) != len(manifest.bound):
            raise _bad("an original in other languages than the instrument's")
    for part in (*manifest.reports, *manifest.statements):
        if int(part.entry.rsplit("/", 1)[1]) >= manifest.cut.get(part.side, 0):
            raise _bad(f"{part.entry} stands beyond the cut")
    for coordinate in _coordinates(manifest):
        for side, entry in coordinate.positions.items():
            of, log, seq = entry.split("/")
            if of != side or log != "record" or int(seq) >= manifest.cut.get(side, 0):
                raise _bad(f"{coordinate.matter} rests on an entry beyond the cut")
    if any(re.search(r"/w-", each) for each in _ids(value(manifest))):
        raise _bad("it names a working log")


def _languages(manifest: Manifest) -> None:
    names = [each.lang for each in manifest.languages]
    if not manifest.authentic or len(set(names)) != len(names):
        raise _bad("no authentic language, or one named twice")
    if manifest.prevailing is not None and manifest.prevailing not in manifest.authentic:
        raise _bad("the prevailing language is not authentic")


def _provisions(manifest: Manifest) -> None:
    if not manifest.provisions:
        raise _bad("it has no text")
    above: set[str] = set()
    for place, each in enumerate(manifest.provisions, start=1):
        if each.id != f"p{place}":
            raise _bad(f"the provision in place {place} is not called p{place}")
        if each.parent is not None and each.parent not in above:
            raise _bad(f"{each.id} stands before its heading")
        if not set(manifest.bound) <= set(each.papers) or not set(each.papers) <= {lang.lang for lang in manifest.languages}:
            raise _bad(f"{each.id} lacks a language, or has one too many")
        above.add(each.id)


def _marks(manifest: Manifest) -> None:
    wanted = {(side, each.id, lang) for side in manifest.cut for each in manifest.provisions for lang in manifest.bound[1:]}
    if manifest.standing == "agreed" and {(m.side, m.provision, m.lang) for m in manifest.concordance} != wanted:
        raise _bad("a concordance mark is missing")


def _coordinates(manifest: Manifest) -> list[Coordinate]:
    parts = [manifest.agenda, manifest.dates, *manifest.assessments]
    return [c for c in (manifest.meeting, manifest.body, manifest.way_forward, *(part.source for part in parts if part)) if c]


def _ids(plain: Any) -> list[str]:
    if isinstance(plain, dict):
        return [found for item in plain.values() for found in _ids(item)]
    if isinstance(plain, list):
        return [found for item in plain for found in _ids(item)]
    return [plain] if isinstance(plain, str) else []


def _bad(what: str) -> Rejected:
    return Rejected("This manifest cannot be sealed: {thing}", "Compare what each node builds at this cut, and make it anew", thing=what)
