"""Reports that a Side keeps to read: the bytes as they came, with what the person who kept them knew. In the node's folder, never in the record.

Rules of this module:

- A report is named by the beginning of its SHA-256, so that the same bytes are kept once. Beside ``<name>.txt`` stands ``<name>.json`` (``Kept``).
- Reports are other people's texts: they are for signed-in readers of this node, and travel to nobody.
"""

import hashlib
import os
from pathlib import Path

import msgspec

from cochair.kit.errors import Conflict, NotFound, Rejected
from cochair.press.read import MAX_BYTES

FOLDER = "press"
LIMIT = 500
"""Reports that a node keeps."""


class Kept(msgspec.Struct, frozen=True):
    """One report: ``outlet`` and ``published`` (a day, or "") as the keeper knew them; ``at`` and ``by`` when and by whom it was kept; ``sample``: of the product."""

    name: str
    outlet: str
    published: str
    at: str
    by: str
    sample: bool = False


def keep(folder: Path, data: bytes, *, outlet: str, published: str, at: str, by: str, sample: bool = False) -> Kept:
    """Keep the bytes of a report in a node's folder. Raises Rejected when they are no text or too many, Conflict when they are kept already."""
    if len(data) > MAX_BYTES:
        raise Rejected("The report is larger than {limit} bytes", "Give one report a file", limit=MAX_BYTES)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("The file is not UTF-8 text", "Save the report as plain UTF-8 text") from None
    if "\0" in text or not text.strip():
        raise Rejected("There is no text in it", "Paste the text of the report, or choose a plain text file")
    name = hashlib.sha256(data).hexdigest()[:16]
    place = folder / FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    if (place / f"{name}.json").exists():
        raise Conflict("This report is kept already", "Open it from the list")
    if len(list(place.glob("*.json"))) >= LIMIT:
        raise Conflict("This node keeps {limit} reports already", "Remove those that are no longer needed", limit=LIMIT)
    kept = Kept(name, outlet, published, at, by, sample)
    _write(place / f"{name}.txt", data)
    _write(place / f"{name}.json", msgspec.json.encode(kept))
    return kept


def reports(folder: Path) -> list[Kept]:
    """All reports that are kept, by the day of publishing, then in the order in which they were kept."""
    found = [msgspec.json.decode(path.read_bytes(), type=Kept) for path in (folder / FOLDER).glob("*.json")]
    return sorted(found, key=lambda one: (one.published, one.at, one.outlet, one.name))


def report(folder: Path, name: str) -> tuple[Kept, bytes]:
    """One report with its bytes. Raises NotFound."""
    found = next((one for one in reports(folder) if one.name == name), None)
    if found is None:
        raise NotFound("There is no report {name!r}", "Open it from the list", name=name[:20])
    return found, (folder / FOLDER / f"{name}.txt").read_bytes()


def remove(folder: Path, name: str) -> None:
    """Keep a report no longer. Raises NotFound."""
    kept, _ = report(folder, name)
    (folder / FOLDER / f"{kept.name}.json").unlink(missing_ok=True)
    (folder / FOLDER / f"{kept.name}.txt").unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    partial = path.with_suffix(path.suffix + ".part")
    with partial.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
