"""What a scanned original may be: a PDF of pages, a JPEG or a PNG, whole and with nothing behind it. The type is read from the bytes, never a name.

A scan proves nothing by itself: each Side's seal says that it is the signed original. Here it is only made sure that the file is of a kind
that a page can show and that it carries no program. Call it through `sandbox.run_limited`.
"""

import io
import zlib
from typing import Any, NamedTuple

from cochair.kit.errors import Rejected

LIMIT = 256 * 1024 * 1024
_NEXT = "Scan the signed original again and save it as PDF, JPEG or PNG"
_ACTIVE = {
    "/JavaScript",
    "/JS",
    "/Launch",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/OpenAction",
    "/AA",
    "/XFA",
    "/RichMedia",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
}
_DEPTH = 64
_FORMS = 4


def warm() -> None:
    """Import what `scan_kind` uses late (see `sandbox`)."""
    import pikepdf

    pikepdf.new().close()


def scan_kind(data: bytes) -> str:
    """``"pdf"``, ``"jpeg"`` or ``"png"``. Raises Rejected with the reason: another type, cut short, bytes behind the end, something active."""
    if len(data) > LIMIT:
        raise Rejected("The scan is larger than 256 MiB", "Scan with 300 dots per inch in grey")
    if data.startswith(b"%PDF-"):
        _pdf(data)
        return "pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        _png(data)
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        _jpeg(data)
        return "jpeg"
    raise Rejected("The file is neither PDF, JPEG nor PNG", _NEXT)


class Pages(NamedTuple):
    """What stands in a scan: how many pages, and the number of the first that holds no picture (0: every page holds one)."""

    pages: int
    bare: int = 0


def scan_pages(data: bytes) -> Pages:
    """The pages of a scan. Raises Rejected as `scan_kind` does. A page without a picture was not scanned: it is empty, or a program drew it."""
    if scan_kind(data) != "pdf":
        return Pages(1)
    import pikepdf

    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as doc:
        bare = next((number for number, page in enumerate(doc.pages, 1) if not _pictured(page.obj, 0)), 0)
        return Pages(len(doc.pages), bare)


def _pictured(thing: Any, depth: int) -> bool:
    """Whether a page, or a form drawn on it, names a picture among its resources."""
    import pikepdf

    found = thing.get("/Resources", {}).get("/XObject", {}) if depth < _FORMS else {}
    for one in found.values() if isinstance(found, pikepdf.Dictionary) else ():
        if isinstance(one, pikepdf.Stream) and (one.get("/Subtype") == "/Image" or _pictured(one, depth + 1)):
            return True
    return False


def _png(data: bytes) -> None:
    at, first = 8, True
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            break
        if first and (kind != b"IHDR" or length != 13):
            break
        if kind == b"IEND" and length == 0 and end == len(data):
            return
        first, at = False, end
    raise Rejected("The PNG file is damaged or has bytes behind its end", _NEXT)


def _jpeg(data: bytes) -> None:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:  # the picture itself: no marker but restarts until the one end
            at = data.find(b"\xff\xd9", at)
            if at != len(data) - 2:
                break
            return
        if length < 2 or marker in (0xD8, 0xD9, 0x00, 0xFF):
            break
        at += 2 + length
    raise Rejected("The JPEG file is damaged, has bytes behind its end, or is not a plain scan", _NEXT)


def _pdf(data: bytes) -> None:
    import pikepdf

    if not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        raise Rejected("The PDF file is cut short or has bytes behind its end", _NEXT)
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as doc:
            if doc.is_encrypted or not len(doc.pages):
                raise Rejected("The PDF file is locked or has no page", _NEXT)
            for thing in doc.objects:
                _plain(thing, 0)
    except Rejected:
        raise
    except Exception as error:  # any complaint of the reader about hostile bytes means the same here
        raise Rejected("The PDF file is damaged", _NEXT) from error


def _plain(thing: Any, depth: int) -> None:
    """No name in it stands for something active. Indirect objects are visited by themselves."""
    import pikepdf

    if depth > _DEPTH:
        raise Rejected("The PDF file is nested too deeply", _NEXT)
    if depth and isinstance(thing, pikepdf.Object) and thing.is_indirect:
        return
    if isinstance(thing, pikepdf.Name):
        if str(thing) in _ACTIVE:
            raise Rejected(f"The PDF file carries something active ({thing})", _NEXT)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in thing.keys():  # noqa: SIM118  # pikepdf's objects iterate by keys only when asked so
            if key in _ACTIVE:
                raise Rejected(f"The PDF file carries something active ({key})", _NEXT)
            _plain(thing[key], depth + 1)
    elif isinstance(thing, pikepdf.Array):
        for member in thing:
            _plain(member, depth + 1)
