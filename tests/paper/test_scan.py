"""Scans: whole PDF, JPEG and PNG files pass, everything else is refused with a sentence."""

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit.errors import Rejected
from cochair.paper.sandbox import run_limited
from cochair.paper.scan import scan_kind
from tests.makers.originals import original
from tests.makers.small_files import jpeg, pdf, png


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
