"""Folders for work in progress, ``<node>/spool/<what>-…``: bundles on their way, copies being made. Each is locked by whoever works in it.

What a killed process left there is removed at the next start, and at each erasure, so that no forgotten copy of a paper outlives it. A bundle that was
half taken in (``import-…``) stays until it is taken in, another one is, or something is erased.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cochair.kit.errors import Conflict

SPOOL, IMPORT = "spool", "import"
MADE = "public"
"""Folder of what is made once for many readers, and made again when it is missing."""


@contextmanager
def workplace(node: Path, what: str) -> Iterator[Path]:
    """A new folder, gone after the block."""
    base = _base(node)
    folder = Path(tempfile.mkdtemp(prefix=f"{what}-", dir=base))
    lock = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


@contextmanager
def import_place(node: Path, name: str) -> Iterator[Path]:
    """The folder for a bundle that is taken in, made or found as it was left; the caller removes it, or leaves it to go on. Other ones that were left are removed.

    Raises `Conflict` if somebody is taking the same bundle in.
    """
    folder = _base(node) / f"{IMPORT}-{name}"
    sweep(node, but=folder.name)
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = _lock(folder)
    if lock is None:
        raise Conflict("This bundle is being taken in already", "Wait until that is done")
    try:
        yield folder
    finally:
        os.close(lock)


def sweep(node: Path, *, imports: bool = True, but: str = "") -> None:
    """Remove what nobody works in any more; half imports too, unless they shall stay."""
    for folder in (node / SPOOL).glob("*"):
        if folder.name == but or (folder.name.startswith(f"{IMPORT}-") and not imports):
            continue
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def forget(node: Path, room: str, paper: str) -> None:
    """Remove what nobody works in, the copies of one paper from what is being worked in, and the files that were made of papers to be given out again."""
    sweep(node)
    shutil.rmtree(node / MADE, ignore_errors=True)
    for path in (node / SPOOL).glob(f"*/**/{room}/paper/{paper}"):
        path.unlink(missing_ok=True)


def _base(node: Path) -> Path:
    base = node / SPOOL
    base.mkdir(mode=0o700, exist_ok=True)
    return base


def _lock(folder: Path) -> int | None:
    """The folder, open and locked for us; None if somebody works in it, or it has just gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
