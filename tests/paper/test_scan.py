"""Scans: whole PDF, JPEG and PNG files pass, everything else is refused with a sentence."""

import io
import zlib

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit.errors import Rejected
from cochair.paper.sandbox import run_limited
from cochair.paper.scan import scan_kind
from tests.makers.originals import original


def png():
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = chunk(b"IHDR", (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg():
    return b"\xff\xd8" + b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + b"\xff\xda\x00\x02" + b"\x12\x34\xff\x00\x56" + b"\xff\xd9"


def pdf(**root):
    doc = pikepdf.new()
    doc.add_blank_page()
    for key, value in root.items():
        doc.Root[f"/{key}"] = value
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("data", "kind"), [(png(), "png"), (jpeg(), "jpeg"), (pdf(), "pdf"), (original().pdf, "pdf")])
def test_whole_files_pass(data, kind):
    assert scan_kind(data) == kind
    assert run_limited(scan_kind, data) == kind


SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        png() + b"x",
        png()[:-3],
        png().replace(b"IHDR", b"IHDX"),
        jpeg() + b"<script>",
        jpeg()[:-1],
        pdf() + b"MZ",
        pdf()[:-20],
        pdf(OpenAction=SCRIPT),
        pdf(AA=pikepdf.Dictionary(WC=SCRIPT)),
        pdf(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array()))),
    ],
)
def test_everything_else_is_refused(data):
    with pytest.raises(Rejected):
        scan_kind(data)


@given(st.binary(max_size=200), st.sampled_from([b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]))
def test_any_bytes_are_refused_and_nothing_else_is_raised(data, head):
    with pytest.raises(Rejected):
        scan_kind(head + data)
