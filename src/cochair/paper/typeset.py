"""Typst, held in one long-lived compiler: template + data -> PDF/A-2a bytes, the same on every run and machine.

System fonts, packages and the clock are out of reach: fonts are the pinned ones, templates come from this package, the data is one JSON
file in memory, the date of the document is in the data. One compiler serves the whole process (its cache makes a second rendering of
nearly the same text many times faster); a lock keeps threads apart.
"""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from cochair.kit.errors import Rejected
from cochair.paper import fontset

STANDARD = "a-2a"
_TEMPLATES = Path(__file__).parent / "typst"
_lock = Lock()


@cache
def _compiler() -> Any:
    import typst

    fontset.verified()
    return typst.Compiler(font_paths=[str(fontset.FOLDER)], ignore_system_fonts=True)


@cache
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


def version() -> str:
    """Name and version of the engine, as a manifest names it: ``typst 0.15.2``."""
    from importlib.metadata import version as installed

    return f"typst {installed('typst')}"


def compile_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Template file name and its data -> tagged PDF/A. Raises Rejected if the engine refuses (a defect of template or data)."""
    files = {
        "main.typ": _template(template),
        "common.typ": _template("common.typ"),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
    }
    with _lock:
        try:
            made = _compiler().compile(input=files, format="pdf", pdf_standards=[STANDARD])
        except (RuntimeError, ValueError, OSError) as error:
            raise Rejected(f"The paper could not be typeset: {error}", "Check the text for characters that no font here has") from error
    return bytes(made)
