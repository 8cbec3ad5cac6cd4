"""What the Sides say while they negotiate an instrument: the instrument itself in the record, its text in the working log.

Only the instrument is a matter of the record. Provisions, their wording, order and concordance live in the working log of the instrument and
may be destroyed with it; what is adopted of them is restated in the manifest. A text is named by paper id, so that accepting means accepting
these bytes, and wording typed anew is a new proposal until somebody says that it is the same.
"""

from typing import Annotated, Literal

from msgspec import Meta

from cochair.record.fields import Digest, Id, Language, Paper
from cochair.record.registry import Content

InstrumentKind = Literal["protocol", "agreed-minutes", "final-act", "memorandum", "correction"]
ProvisionKind = Literal["title", "heading", "paragraph", "list", "table", "term", "annex"]
LanguageStatus = Literal["authentic", "official", "working"]
PrintedNumber = Annotated[str, Meta(max_length=16, pattern=r"\A[0-9A-Za-z.()IVXLC§-]*\Z")]


class InstrumentLanguage(Content, frozen=True, gc=False):
    """One language of the instrument. An authentic text binds, an official one is made by the Sides, a working one only helps."""

    lang: Language
    status: LanguageStatus = "authentic"


class Instrument(Content, frozen=True, gc=False):
    """`protocol.instrument/1`, a matter that introduces: a protocol under negotiation. Its id names its working log and its slots."""

    session: Id
    kind: InstrumentKind
    languages: tuple[InstrumentLanguage, ...]
    prevailing: Language | None = None
    manifest: Digest | None = None
    """The signed manifest that this instrument corrects or follows."""


class Ending(Content, frozen=True, gc=False):
    """`protocol.ending/1`, a statement: our Side agrees that a working log of the instrument ends and is destroyed by all, after adoption or to be begun anew."""

    instrument: Id
    log: Annotated[str, Meta(pattern=r"\Aw-[A-Z][A-Z0-9]{1,7}-(?:0|[1-9][0-9]{0,14})(?:-(?:[2-9]|[1-9][0-9]))?\Z")]
    why: Literal["adopted", "anew"]


class Provision(Content, frozen=True, gc=False):
    """`protocol.provision/1`, a working matter that introduces: one unit of the text. Where it stands is said by the order alone."""

    kind: ProvisionKind
    parent: Id | None = None
    """The heading under which it was proposed; the order decides in the end."""


class TextContent(Content, frozen=True, gc=False):
    """`protocol.text/1`, a working matter on a provision, part = language: the wording."""

    paper: Paper


class Alternative(Content, frozen=True, gc=False):
    """`protocol.alternative/1`, a working matter on a provision, part = language, "/", Side, "/", number: a wording kept beside the Side's position.

    Written when two people of one Side typed over each other: the later one finds the position changed, and both wordings stay proposals.
    """

    paper: Paper
    base: Id | None = None
    """The position that its author had before him."""


class OrderRow(Content, frozen=True, gc=False):
    """One provision in its place: printed number (an attribute, never a key) and the heading above it."""

    id: Id
    no: PrintedNumber = ""
    parent: Id | None = None


class Order(Content, frozen=True, gc=False):
    """`protocol.order/1`, a working matter on the instrument, part = "" or the number of a further page: provisions in order.

    An entry holds about sixty rows, so a long order is written as pages "", "1", "2" ...; read in that order, up to the first empty page.
    """

    provisions: tuple[OrderRow, ...]


class Concordance(Content, frozen=True, gc=False):
    """`protocol.concordance/1`, a working matter on a provision, part = Side "/" language: that Side's check of these very papers.

    A mark says that the text in the part's language says the same as the text in the instrument's first language. It is stale, by comparison of
    paper ids, as soon as one of the texts changes. Only the position of the Side named in the part means anything.
    """

    papers: dict[Language, Paper]


class Signatory(Content, frozen=True, gc=False):
    """`protocol.signatory/1`, a statement: the post that will sign an instrument for this Side, and the designee's statement if another acts for it."""

    instrument: Id
    post: Id
    designee: Id | None = None
