"""Files that commands read and write: bounded reading, and writing that never replaces what is there and never leaves a half."""

import os
import secrets
from pathlib import Path

from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected

ORIGINAL_LIMIT = 256 * 1024 * 1024


def read(path: Path, *, limit: int, what: str) -> bytes:
    """The bytes of a file that the user named. ``what`` it should be, for the message. Raises `CochairError`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}", f"Name {what}") from None
    except OSError as error:
        raise CochairError(f"{path} cannot be read: {error.strerror}", f"Name {what}") from None
    if len(data) > limit:
        raise Rejected(f"{path} has more than {limit} bytes, too many for what is asked", f"Name {what}")
    return data


def fresh(path: Path) -> Path:
    """The path, given back, if a new file can be made there. Raises `Conflict` or `CochairError`; called before any work is done."""
    if path.exists() or path.is_symlink():
        raise Conflict(f"{path} exists already", "Choose another name, or move that file away")
    if not path.parent.is_dir():
        raise CochairError(f"There is no folder {path.parent}", "Make it, or choose another place")
    if not os.access(path.parent, os.W_OK):
        raise CochairError(f"No right to write in {path.parent}", "Choose another place")
    return path


def write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a new file, whole and durable, or nothing. Raises `Conflict` if it exists, `CochairError` if it cannot be written."""
    fresh(path)
    beside = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)  # fails if somebody was quicker, where a rename would replace
    except FileExistsError:
        raise Conflict(f"{path} exists already", "Choose another name") from None
    except OSError as error:
        raise CochairError(f"{path} cannot be written: {error.strerror}", "Choose another place, or make room") from None
    finally:
        beside.unlink(missing_ok=True)
