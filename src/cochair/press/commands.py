"""What the command line asks of the press reader: read files, score a folder.

Rules of this module:

- Files are read as bytes, up to a bound, and never followed as anything but plain text. Every fault is a CochairError that names the file.
- Without a register of bodies the one that comes with the product is used (data/register.json).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cochair.kit.errors import CochairError, Rejected
from cochair.press.claims import Reading
from cochair.press.datafiles import load
from cochair.press.read import MAX_BYTES, read_bytes
from cochair.press.reconcile import Row, reconcile
from cochair.press.register import Register
from cochair.press.score import Score, score


def own_register() -> Register:
    """-> the register of bodies that comes with the product."""
    return Register.from_json(load("register")["bodies"])


def load_register(path: Path) -> Register:
    """JSON file (a list of bodies, or an object with ``register``) -> Register. Raises Rejected."""
    try:
        value: Any = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError, RecursionError) as fault:
        raise Rejected(f"{path.name} cannot be read as a register of bodies: {fault}", "Give a JSON list of bodies") from None
    return Register.from_json(value.get("register", value.get("bodies")) if isinstance(value, dict) else value)


def read_files(paths: Sequence[Path], register: Register | None = None) -> list[Reading]:
    """Paths of text files -> their readings, in order. Raises CochairError that names the file."""
    known = register or own_register()
    out = []
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(4 * MAX_BYTES + 1)
        except OSError as fault:
            raise Rejected(f"{path} cannot be read: {fault.strerror}", "Name a plain text file") from None
        try:
            out.append(read_bytes(data, known, report=path.name))
        except CochairError as fault:
            raise Rejected(f"{path.name}: {fault.what}", fault.next_step) from None
    return out


def reconcile_files(paths: Sequence[Path], register: Register | None = None, record: dict[str, Any] | None = None) -> list[Row]:
    """Paths of reports of one session -> rows of reconciliation."""
    return reconcile(read_files(paths, register), record)


def score_folder(folder: Path, gold: Path) -> Score:
    """Folder of reports, gold file -> Score."""
    return score(folder, gold)


def samples() -> tuple[Path, Path]:
    """-> (folder, gold) of the reports that come with the product."""
    folder = Path(__file__).parent / "data" / "samples"
    return folder, folder / "gold.json"
