"""The fonts of every paper: shipped as files, pinned by SHA-256 in `fonts/fonts.json`, checked before the first page is set.

Rendering is part of the record: another version of a font breaks lines elsewhere, and then the digest in a manifest could never be met
again. So system fonts are never used, and a font file that is not the pinned one stops the work.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from cochair.kit.errors import Rejected

FOLDER = Path(__file__).parent / "fonts"


@cache
def verified() -> dict[str, str]:
    """File name -> SHA-256 (hex) of every font, after each file was read and compared. Raises Rejected on a missing, changed or extra file."""
    pinned: dict[str, str] = json.loads((FOLDER / "fonts.json").read_text("utf-8"))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FOLDER.glob("*.ttf"))}
    wrong = sorted(name for name in pinned.keys() | found.keys() if pinned.get(name) != found.get(name))
    if wrong:
        raise Rejected(
            f"Fonts of this installation are not the pinned ones: {', '.join(wrong)}", "Install Cochair again from a checked package"
        )
    return found
