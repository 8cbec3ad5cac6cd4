"""Documentation fails the build: each kind of entry, setting, page, command and dependency is described, or red."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def words(folder):
    return "\n".join(path.read_text() for path in sorted((DOCS / folder).rglob("*.md")))


def test_each_kind_of_content_stands_in_the_formats_and_none_besides():
    from cochair.stages import REGISTRY

    named = set(re.findall(r"`([a-z]+\.[a-z_]+/[0-9]+)`", words("formats")))
    assert {str(kind) for kind in REGISTRY.kinds} - named == set(), "a kind of entry without a description in docs/formats"
    assert {name for name in named if not name.startswith("record.")} - set(REGISTRY.kinds) == set(), (
        "a description of a kind that does not exist"
    )


def test_each_dependency_is_named_with_its_use():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    asked = [*project["project"]["dependencies"], *(line for group in groups for line in group if isinstance(line, str))]
    names = {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in asked}
    told = (DOCS / "decisions" / "dependencies.md").read_text().lower()
    assert {name for name in names if f"`{name}`" not in told} == set()


def test_each_command_is_in_the_guide():
    import typer.main

    from cochair.cli.main import app

    def walk(command, path):
        yield path
        if hasattr(command, "list_commands"):
            for name in command.list_commands(None):
                yield from walk(command.get_command(None, name), [*path, name])

    guide = (DOCS / "guide" / "commands.md").read_text()
    missing = [" ".join(path) for path in walk(typer.main.get_command(app), ["cochair"]) if f"`{' '.join(path)}" not in guide]
    assert missing == []


def test_each_setting_is_in_the_operators_guide():
    text = (ROOT / "src/cochair/web/settings.py").read_text()
    used = set(re.findall(r"\b(COCHAIR_[A-Z_]+|DATABASE_URL)\b", text))
    told = (DOCS / "operate" / "settings.md").read_text()
    assert used
    assert {name for name in used if f"`{name}`" not in told} == set()


def test_each_page_is_in_the_guide():
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
    from tests.house.pages import routes

    guide = (DOCS / "guide" / "pages.md").read_text()
    assert [route for route in routes() if f"`/{route}`" not in guide] == []


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: str(path.relative_to(DOCS)))
def test_links_between_documents_lead_somewhere(path):
    broken = [target for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()) if not (path.parent / target).exists()]
    assert broken == []
