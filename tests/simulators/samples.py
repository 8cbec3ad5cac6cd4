"""Good files with signatures that no second run would make again: `python -m tests.simulators.samples` wrote `samples.json`, once. SPECIMEN keys, thrown away."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cochair.paper.sign import embed, load_key, make_cms, prepare
from cochair.paper.specimen import specimen_pem

FILE = Path(__file__).with_name("samples.json")
AT = "2025-08-06T12:00:00Z"


def small_original() -> bytes:
    """The smallest PDF with the shape of an original: one empty page, two empty signature fields."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>",
        b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] /Annots [ 5 0 R 6 0 R ] >>",
        b"<< /Fields [ 5 0 R 6 0 R ] /SigFlags 3 >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (sign-IN) /Rect [ 0 0 0 0 ] /P 3 0 R >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (sign-RU) /Rect [ 0 0 0 0 ] /P 3 0 R >>",
        b"<< /Title (SPECIMEN) >>",
    ]
    out, table = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    at, size = len(out), len(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(table)
    out += b"trailer << /Info 7 0 R /Root 1 0 R /Size %d /ID [<%b><%b>] >>\n" % (size, b"ab" * 16, b"ab" * 16)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


@cache
def samples() -> dict[str, dict[str, bytes]]:
    """Kind of key -> ``cms``, ``covered`` (the bytes that it signs), ``signed`` (the original with it) and ``certificate`` (PEM)."""
    found = {}
    for kind, held in json.loads(FILE.read_text())["kinds"].items():
        made = prepare(small_original(), "sign-IN", signed_at=AT)
        cms = base64.b64decode(held["cms"])
        found[kind] = {"cms": cms, "covered": made.covered(), "signed": embed(made, cms), "certificate": held["certificate"].encode()}
    return found


def main() -> None:
    """Write the file anew."""
    kinds = {}
    for kind in ("ecdsa", "rsa", "ed25519"):
        pem = specimen_pem("Co-chair", "IN", now=datetime(2025, 8, 6, 12, tzinfo=UTC), kind=kind)
        made = prepare(small_original(), "sign-IN", signed_at=AT)
        cms = make_cms(made, load_key(pem))
        certificate = pem[pem.index(b"-----BEGIN CERTIFICATE") :].decode()
        kinds[kind] = {"cms": base64.b64encode(cms).decode(), "certificate": certificate}
    about = "CMS signatures over samples.small_original(), SPECIMEN; " + hashlib.sha256(small_original()).hexdigest()
    FILE.write_text(json.dumps({"about": about, "kinds": kinds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
