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


def render_original(instrument: Instrument, holder: str) -> Rendered:
    """The original that ``holder`` keeps: its name, language and signature first. Raises Rejected if the data is not fit to be printed."""
    sheet = original_sheet(instrument, holder)
    fields = {s.field: s.heads[sheet.data["lang"]] for s in instrument.signatories}
    pdf, pages = finish(typeset.compile_pdf("original.typ", sheet.data), sheet.texts, fields)
    return rendered(pdf, pages, languages=instrument.language_order(holder), fields=tuple(fields))


def renderer() -> str:
    """The versions that decide the bytes, as a manifest names them."""
    from importlib.metadata import version

    return f"{PROFILE}; {typeset.version()}; pikepdf {version('pikepdf')}"


def rendered(pdf: bytes, pages: int, *, languages: tuple[str, ...] = (), fields: tuple[str, ...] = ()) -> Rendered:
    """Bytes with their digest, length and makers."""
    return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), len(pdf), pages, renderer(), fontset.verified(), languages, fields)


def finish(pdf: bytes, texts: list[str], fields: dict[str, str]) -> tuple[bytes, int]:
    """Typst's file -> (the file with its words and empty signature fields, number of pages). ``fields``: name -> what a screen reader says."""
    import pikepdf

    from cochair.paper import textlayer

    with pikepdf.open(io.BytesIO(pdf)) as doc:
        textlayer.write(doc, texts)
        if fields:
            _add_fields(doc, fields)
        out = io.BytesIO()
        doc.save(
            out,
            deterministic_id=True,
            compress_streams=False,  # no compressor's version in the bytes
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,  # a plain cross-reference table, which `check` reads
        )
        return out.getvalue(), len(doc.pages)


def _add_fields(doc: Any, fields: dict[str, str]) -> None:
    """Turn each link to ``cochair:<field>`` that the template drew into an empty, locked signature field of the same place and tag."""
    from pikepdf import Array, Dictionary, Name, String

    empty = doc.make_stream(b"")
    empty.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), Resources=Dictionary()))
    found: dict[str, Any] = {}
    for page in doc.pages:
        for mark in page.obj.get("/Annots", Array()):
            name = str(mark.get("/A", Dictionary()).get("/URI", "")).removeprefix("cochair:")
            if name not in fields or name in found:
                raise Rejected(
                    "The template drew a link that is not a place for a signature", "This is a defect of the template; report it"
                )
            for key in ("/A", "/Border", "/Contents"):
                del mark[key]
            mark.update(
                Dictionary(
                    Subtype=Name.Widget,
                    FT=Name.Sig,
                    T=String(name),
                    TU=String(fields[name]),
                    F=132,  # printed, locked
                    P=page.obj,
                    AP=Dictionary(N=empty),
                )
            )
            found[name] = mark
    if set(found) != set(fields):
        raise Rejected("The template left out a place for a signature", "This is a defect of the template; report it")
    for node in doc.objects:
        if isinstance(node, Dictionary) and node.get("/Type") == Name.StructElem and node.get("/S") == Name.Link:
            node.S = Name.Form
    doc.Root.AcroForm = doc.make_indirect(Dictionary(Fields=Array([found[name] for name in fields]), SigFlags=3))
