"""`docs/formats/README.md` is the closed list of domains and payload types: the code uses these and no others."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "formats" / "README.md").read_text()
SOURCES = "\n".join(path.read_text() for path in sorted((ROOT / "src" / "cochair").rglob("*.py")))
DOMAIN = re.compile(r"\bcochair/[a-z-]+/v[0-9]+\b")
TYPE = re.compile(r"application/vnd\.cochair\.[a-z.-]+\+json")


def test_every_domain_is_listed_and_every_listed_one_is_used():
    assert set(DOMAIN.findall(SOURCES)) == set(DOMAIN.findall(PAGE))


def test_every_payload_type_is_listed_and_every_listed_one_is_used():
    assert set(TYPE.findall(SOURCES)) == set(TYPE.findall(PAGE))
