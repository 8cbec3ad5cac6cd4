"""Scans of paper: every page of the given PDFs as one grey picture with a stroke of ink on it, as a scanner hands it out."""

import io
import zlib

import pikepdf
import pypdfium2


def scan(*pdfs: bytes, scale: float = 1.0) -> bytes:
    """One PDF of pictures."""
    made = pikepdf.new()
    for data in pdfs:
        source = pypdfium2.PdfDocument(data)
        for page in source:
            bitmap = page.render(scale=scale, grayscale=True)
            _add(made, _inked(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride), bitmap.width, bitmap.height)
        source.close()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _inked(rows: bytes, width: int, height: int, stride: int) -> bytes:
    lines = [bytearray(rows[y * stride : y * stride + width]) for y in range(height)]
    for x in range(width // 8, width // 3):
        lines[height * 4 // 5 + (x * 7 % 23)][x] = 40
    return b"".join(lines)


def _add(made: pikepdf.Pdf, grey: bytes, width: int, height: int) -> None:
    page = made.add_blank_page(page_size=(width, height))
    picture = pikepdf.Stream(made, zlib.compress(grey))
    picture.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height, ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode,
    )  # fmt: skip
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=made.make_indirect(picture)))
    page.obj.Contents = pikepdf.Stream(made, f"q {width} 0 0 {height} 0 0 cm /Scan Do Q".encode())
