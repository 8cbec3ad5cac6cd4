"""The project speaks of itself alone, leaves no stubs, and marks what it made up."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = {".py", ".md", ".toml", ".html", ".txt", ".sh", ".json", ".yml", ".css", ".typ", ".po", ""}
STUBS = re.compile(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError")
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in listed:
        path = ROOT / name
        if (
            name
            and path.suffix in TEXTS
            and path.is_file()
            and path.stat().st_size < 1_000_000
            and path != Path(__file__)
            and "/static/" not in name
        ):
            yield name, path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize(("what", "pattern", "where"), [("a stub", STUBS, "src/"), ("a path of one machine", MACHINE, "")])
def test_no_such_word_in_the_tree(what, pattern, where):
    found = [f"{name}: {match[0]}" for name, text in tracked() if name.startswith(where) for match in [pattern.search(text)] if match]
    assert found == [], f"{what} was found"


def test_every_room_has_a_readme_of_a_few_lines():
    stages = [
        "bodies",
        "meetings",
        "followup",
        "protocol",
        "exchange",
        "press",
        "record",
        "paper",
        "accounts",
        "publication",
        "workspace",
    ]
    poor = [room for room in stages if not 4 <= len((ROOT / "src/cochair" / room / "README.md").read_text().splitlines()) <= 40]
    assert poor == []
