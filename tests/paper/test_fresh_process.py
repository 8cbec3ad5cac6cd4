"""A check must not lean on what the signing of the same file happened to import: the reader is another process."""

import subprocess
import sys

from cochair.paper.model import field_name
from cochair.paper.sign import sign_pdf
from tests.makers import certificates, originals

PROGRAM = """
import sys
from pathlib import Path
from cochair.paper.check import check_pdf
path, length, digest, *fields = sys.argv[1:]
print(check_pdf(Path(path).read_bytes(), length=int(length), digest=digest, fields=fields).words)
"""


def test_a_process_that_only_checks_finds_the_signatures_good(tmp_path):
    made = originals.original()
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign_pdf(made.pdf, field_name("IN"), certificates.person("IN"), signed_at="2025-08-06T12:00:00Z"))
    given = [str(path), str(made.length), made.digest, *made.fields]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *given], capture_output=True, text=True, check=False)
    assert "1 good signature and nothing else" in done.stdout, done.stdout + done.stderr
