"""An instrument -> the holder's original as PDF/A-2a, the same bytes on every run and on each Side's machine.

The order of work: lay out (`layout`), typeset (`typeset`), give the page its exact words (`textlayer`), turn the marked places into empty
signature fields, write. All signature fields exist before the first signature, and length and digest are those of the file with the empty
fields: everything that a signature adds stands behind them (`sign`, `check`).
"""

import hashlib
import io
from typing import Any

from msgspec import Struct

from cochair.kit.errors import Rejected
from cochair.paper import fontset, typeset
from cochair.paper.layout import original_sheet
from cochair.paper.model import Instrument

PROFILE = "cochair/original/v1"
"""Version of template, word list and text layer together; it changes whenever the bytes of an original would."""


class Rendered(Struct, frozen=True):
    """A finished file. ``digest`` is SHA-256 of ``pdf`` (hex), ``renderer`` the versions that made it, ``fonts`` file name -> SHA-256 (hex)."""

    pdf: bytes
    digest: str
    length: int
    pages: int
    renderer: str
    fonts: dict[str, str]
    languages: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    sign_page: int = 0
    """The page (from 1) on which the signatures stand; 0 where nothing is signed."""


def render_original(instrument: Instrument, holder: str) -> Rendered:
    """The original that ``holder`` keeps: its name, language and signature first. Raises Rejected if the data is not fit to be printed."""
    sheet = original_sheet(instrument, holder)
    fields = {s.field: s.heads[sheet.data["lang"]] for s in instrument.signatories}
    return finish(typeset.compile_pdf("original.typ", sheet.data), sheet.texts, fields, instrument.language_order(holder))


def renderer() -> str:
    """The versions that decide the bytes, as a manifest names them."""
    from importlib.metadata import version

    return f"{PROFILE}; {typeset.version()}; pikepdf {version('pikepdf')}"


def finish(pdf: bytes, texts: list[str], fields: dict[str, str], languages: tuple[str, ...] = ()) -> Rendered:
    """Typst's file -> the file with its exact words and empty signature fields. ``fields``: name -> what a screen reader says there."""
    import pikepdf

    from cochair.paper import textlayer

    with pikepdf.open(io.BytesIO(pdf)) as doc:
        textlayer.write(doc, texts)
        sign_page = _add_fields(doc, fields) if fields else 0
        out = io.BytesIO()
        doc.save(
            out,
            deterministic_id=True,
            compress_streams=False,  # no compressor's version in the bytes
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,  # a plain cross-reference table, which `check` reads
        )
        pages = len(doc.pages)
    made = out.getvalue()
    return Rendered(
        pdf=made,
        digest=hashlib.sha256(made).hexdigest(),
        length=len(made),
        pages=pages,
        renderer=renderer(),
        fonts=fontset.verified(),
        languages=languages,
        fields=tuple(fields),
        sign_page=sign_page,
    )


def _add_fields(doc: Any, fields: dict[str, str]) -> int:
    """Turn each link to ``cochair:<field>`` that the template drew into an empty signature field of the same place and tag -> its page."""
    from pikepdf import Array, Dictionary, Name, String

    empty = doc.make_stream(b"")
    empty.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), Resources=Dictionary()))
    found: dict[str, Any] = {}
    sign_page = 0
    for number, page in enumerate(doc.pages, 1):
        for mark in page.obj.get("/Annots", Array()):
            name = str(mark.get("/A", Dictionary()).get("/URI", "")).removeprefix("cochair:")
            if name not in fields or name in found:
                raise Rejected(
                    "The template drew a link that is not a place for a signature", "This is a defect of the template; report it"
                )
            for key in ("/A", "/Border", "/Contents", "/StructParent"):
                del mark[key]
            mark.update(Dictionary(Subtype=Name.Widget, FT=Name.Sig, T=String(name), TU=String(fields[name])))
            mark.update(Dictionary(F=132, P=page.obj, AP=Dictionary(N=empty)))  # printed, locked, without an appearance that could change
            found[name] = mark
            sign_page = number
    if set(found) != set(fields):
        raise Rejected("The template left out a place for a signature", "This is a defect of the template; report it")
    # Field and widget are one object, which a signature replaces, and other programs take it badly if the structure tree points to that one.
    # So the tree keeps a form element that says what is there, and no reference.
    for node in doc.objects:
        if isinstance(node, Dictionary) and node.get("/Type") == Name.StructElem and node.get("/S") == Name.Link:
            node.Alt = node.K[0].Obj.TU
            node.S = Name.Form
            del node.K
    doc.Root.AcroForm = doc.make_indirect(Dictionary(Fields=Array([found[name] for name in fields]), SigFlags=3))
    return sign_page
