"""The import contracts hold something: a pattern that matches nothing would pass in silence."""

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
MODULES = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if "node_modules" not in path.parts
)
HEAVY = ("pyhanko", "typst", "pikepdf", "pypdfium2")


def patterns():
    for contract in CONTRACTS:
        for key in ("source_modules", "forbidden_modules", "protected_modules", "allowed_importers", "ancestors"):
            for pattern in contract.get(key, ()):
                if pattern.startswith("cochair"):
                    yield pytest.param(pattern, id=f"{contract['name']}: {pattern}")
        for container in contract.get("containers", ()):
            for layer in contract["layers"]:
                for name in re.split(r"\s*\|\s*", layer):
                    if name.startswith("("):  # a layer that may still be missing
                        continue
                    yield pytest.param(f"{container}.{name}", id=f"{contract['name']}: {name}")


@pytest.mark.parametrize("pattern", list(patterns()))
def test_each_pattern_of_a_contract_matches_a_module(pattern):
    assert any(fnmatchcase(module, pattern) for module in MODULES), f"{pattern} matches no module: mend the contract"


def test_package_init_files_are_empty():
    full = [
        str(path.relative_to(ROOT)) for path in SOURCE.rglob("__init__.py") if "migrations" not in path.parts and path.read_text().strip()
    ]
    assert full == []


@pytest.mark.parametrize("module", ["cochair.cli.verify", "cochair.cli.main", "cochair.stages", "cochair.press.read"])
def test_heavy_libraries_wait_until_they_are_used(module):
    code = f"import sys, {module}; print(sorted(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_the_offline_verifier_runs_without_django():
    code = "import sys; sys.modules['django'] = None; import cochair.cli.verify"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
