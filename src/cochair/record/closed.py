"""Files that others may not open: read only if their owner and rights are right, and never through a link."""

import os
from pathlib import Path

from cochair.kit.errors import CochairError, NotFound, Rejected

FILE_LIMIT = 16 * 1024


def read_private(path: Path) -> bytes:
    """Bytes of a private file; raises `CochairError` if others may read it or it belongs to another user."""
    return read_file(path, closed=True)


def check_closed(path: Path, mode: int, owner: int) -> None:
    """Raise `CochairError` if group or others have any right on the file or folder, or it is not ours."""
    if mode & 0o077:
        raise CochairError(f"{path} is open to other users (mode {mode & 0o777:04o})", f"Close it: chmod go= {path}")
    if owner != os.geteuid():
        raise CochairError(f"{path} belongs to another user", "Run the node as the user who owns its keys")


def read_file(path: Path, *, closed: bool = False) -> bytes:
    """Bytes of a key file, never through a link; raises `CochairError`. `closed`: others must have no right on it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if closed:
                check_closed(path, status.st_mode, status.st_uid)
            data = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no {path}", "Make the node's keys with: cochair node init, or restore the key backup") from None
    except OSError as error:
        raise cannot("read", path, error) from None
    if len(data) > FILE_LIMIT:
        raise Rejected(f"{path} is too long for a key file")
    return data


def cannot(what: str, path: Path, error: OSError) -> CochairError:
    """The error for a file that the system refused."""
    return CochairError(f"Cannot {what} {path}: {error.strerror}", "Check the disk and the owner of the folder")
