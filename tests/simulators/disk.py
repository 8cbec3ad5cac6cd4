"""A disk that the power may leave at any operation: what was synced survives, of everything else some does, in any order, whole, torn or not at all.

The files are real ones in a folder (in memory, if the machine has such). While `watched()` is in force, each call of the operating system that changes names
or makes something durable passes by the folder's `Disk`, which counts it and may end the machine there (`Crash`). `Disk.after_crash` then makes the folder
what a disk might hold:

- the bytes of a file: as last synced; or as written; or a mixture: where bytes were synced, each sector is the old or the new one, whole; behind them there is a
  beginning of what was written, or zeros in its place, or in the place of single sectors;
- a name in a folder: as it was when the folder was last synced, or as any later operation left it, each name for itself;
- a database of SQLite: all that was committed, nothing else. That a synced commit survives is SQLite's promise; a commit that is not synced is refused here.

A process that is killed, while the machine lives on, loses nothing that was written (`after_crash(power=False)`).
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECTOR = 512
DATABASE = ".sqlite3"


class Crash(BaseException):
    """The machine stops. No handler of the program may take it for an error of the disk."""


class Disk:
    """The disk under one folder. `end_at`: the number of the operation at which the power goes, or None; `done`: how many there were."""

    def __init__(self, root: Path, rng: random.Random) -> None:
        self.root, self.rng = root.resolve(), rng
        self.end_at: int | None = None
        self.grave = self.root.with_name(f"{self.root.name}.grave")
        self.connections: list[sqlite3.Connection] = []
        self.mount()

    # -- what is durable ----------------------------------------------------------------------------------------------------------------

    def mount(self) -> None:
        """Take the folder as it is: all of it is on the disk."""
        shutil.rmtree(self.grave, ignore_errors=True)
        self.grave.mkdir()
        self.done, self.dead, self.off = 0, False, False
        self.bytes: dict[int, bytes] = {}
        self.names: dict[str, dict[str, int]] = {}
        self.since: dict[str, list[tuple[str, int | None]]] = {}
        self.kept: dict[int, Path] = {}
        for folder, _, files in os.walk(self.root):
            self.names[folder] = _listing(folder)
            for name in files:
                if DATABASE not in name:
                    path = Path(folder) / name
                    self.bytes[path.stat().st_ino] = path.read_bytes()

    def owns(self, path: str) -> bool:
        return path == str(self.root) or path.startswith(f"{self.root}/")

    def step(self) -> None:
        """One operation begins, or never does."""
        if self.dead:
            raise Crash
        self.done += 1
        if self.end_at is not None and self.done > self.end_at:
            self.dead = True
            raise Crash

    def synced(self, handle: int, path: str) -> None:
        """A file, or the names in a folder, became durable."""
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            self.names[path] = _listing(path)
            self.since.pop(path, None)
        elif DATABASE not in path:
            self.bytes[status.st_ino] = Path(f"/proc/self/fd/{handle}").read_bytes()

    def renamed(self, path: str, number: int | None) -> None:
        """The name at `path` is about to stand for another file, or for none; the old one is kept, for the case that this never reaches the disk."""
        folder, name = os.path.split(path)
        try:
            old = os.lstat(path)
        except FileNotFoundError:
            old = None
        if old is not None and stat.S_ISREG(old.st_mode):
            if old.st_ino not in self.kept:
                self.kept[old.st_ino] = self.grave / str(len(self.kept))
                REAL["link"](path, self.kept[old.st_ino])
            self.since.setdefault(folder, []).append((name, old.st_ino))
        self.since.setdefault(folder, []).append((name, number))

    def durable(self, path: Path) -> bytes:
        """The bytes of a file as last synced, b"" if they never were."""
        return self.bytes.get(path.stat().st_ino, b"")

    # -- what a crash leaves ------------------------------------------------------------------------------------------------------------

    def after_crash(self, *, power: bool = True) -> None:
        """Make the folder what the disk holds after the crash, and go on with it."""
        self.off = True
        style = self.rng.choice(("mixed", "mixed", "durable", "written")) if power else "written"
        image = self.root.with_name(f"{self.root.name}.image")
        shutil.rmtree(image, ignore_errors=True)
        numbers: dict[int, Path] = {}
        self._folder(str(self.root), image, style, numbers)
        for one in self.connections:
            one.close()  # rolls back what was not committed
        self.connections.clear()
        for path in self.root.rglob(f"*{DATABASE}*"):
            target = image / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        shutil.rmtree(self.root)
        image.rename(self.root)
        self.mount()

    def _folder(self, folder: str, image: Path, style: str, made: dict[int, Path]) -> None:
        image.mkdir(parents=True, exist_ok=True)
        image.chmod(stat.S_IMODE(Path(folder).stat().st_mode) if Path(folder).is_dir() else 0o700)
        now = _listing(folder) if Path(folder).is_dir() else {}
        durable = self.names.get(folder, {})
        history: dict[str, list[int | None]] = {}
        for name in (*durable, *now, *(name for name, _ in self.since.get(folder, ()))):
            history.setdefault(name, [durable.get(name)])
        for name, number in self.since.get(folder, ()):
            history[name].append(number)
        for name, numbers in sorted(history.items()):
            if DATABASE in name:
                continue
            numbers.append(now.get(name))
            chosen = {"durable": numbers[0], "written": numbers[-1]}.get(style) if style != "mixed" else self.rng.choice(numbers)
            if chosen is None:
                continue
            path = f"{folder}/{name}"
            if Path(path).is_dir() and now.get(name) == chosen:
                self._folder(path, image / name, style, made)
            elif chosen in made:
                REAL["link"](made[chosen], image / name)
            else:
                source = self.kept.get(chosen) or (Path(path) if now.get(name) == chosen else self._find(chosen))
                if source is None:
                    continue
                made[chosen] = image / name
                made[chosen].write_bytes(self._content(chosen, source.read_bytes(), style))
                made[chosen].chmod(stat.S_IMODE(source.stat().st_mode))

    def _find(self, number: int) -> Path | None:
        """A file by its number, wherever a rename has brought it."""
        return next((p for p in self.root.rglob("*") if p.is_file() and p.stat().st_ino == number), None)

    def _content(self, number: int, written: bytes, style: str) -> bytes:
        synced = self.bytes.get(number)
        if style == "written" or synced == written:
            return written
        old = synced or b""
        how = self.rng.choice(("old", "written", "cut", "zeros", "sectors")) if style == "mixed" else "old"
        if how == "old":
            return old
        if how == "written":
            return written
        begun = min(len(old), len(written))  # so far there are synced bytes: each sector there is the old one or the new one, whole
        head = b"".join(self.rng.choice((old, written))[at : min(at + SECTOR, begun)] for at in range(0, begun, SECTOR))
        at = self.rng.randint(begun, len(written))
        if how == "cut":
            return head + written[begun:at]
        if how == "zeros":
            return head + written[begun:at] + bytes(len(written) - at)
        tail = bytearray(written[begun:])
        for place in range(0, len(tail), SECTOR):
            if self.rng.random() < 0.4:
                piece = tail[place : place + SECTOR]
                tail[place : place + SECTOR] = bytes(len(piece))
        return head + bytes(tail)


def _listing(folder: str) -> dict[str, int]:
    with os.scandir(folder) as found:
        return {one.name: one.inode() for one in found}


# --- the calls of the operating system -----------------------------------------------------------------------------------------------

REAL: dict[str, Callable[..., Any]] = {
    name: getattr(os, name)
    for name in ("replace", "rename", "link", "unlink", "remove", "rmdir", "mkdir", "fsync", "fdatasync", "ftruncate", "write", "pwrite")
}
_CONNECT = sqlite3.connect
_DISKS: list[Disk] = []


def _disk(path: str) -> Disk | None:
    return next((disk for disk in _DISKS if disk.owns(path) and not disk.off), None)


def _place(path: Any, at: int | None = None) -> str:
    """The absolute path of what a call names; a link at its end is not followed."""
    if at is not None:
        return f"{_of(at)}/{os.fspath(path)}"
    given = Path(path).absolute()
    return str(given.parent.resolve() / given.name) if str(given).startswith("/proc/") else str(given)


def _of(handle: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{handle}").readlink()).removesuffix(" (deleted)")
    except OSError:
        return ""


def _moving(name: str) -> Callable[..., None]:
    def call(source: Any, target: Any, **more: Any) -> None:
        here, there = _place(source, more.get("src_dir_fd")), _place(target, more.get("dst_dir_fd"))
        if disk := _disk(there) or _disk(here):
            disk.step()
            number = os.lstat(here).st_ino
            if name != "link" or not Path(there).exists():
                disk.renamed(there, number)
            if name != "link":
                disk.renamed(here, None)
        REAL[name](source, target, **more)

    return call


def _removing(name: str) -> Callable[..., None]:
    def call(path: Any, **more: Any) -> None:
        place = _place(path, more.get("dir_fd"))
        if disk := _disk(place):
            disk.step()
            disk.renamed(place, None)
        REAL[name](path, **more)

    return call


def _making(path: Any, *args: Any, **more: Any) -> None:
    if disk := _disk(_place(path, more.get("dir_fd"))):
        disk.step()
    REAL["mkdir"](path, *args, **more)


def _syncing(name: str) -> Callable[[Any], None]:
    def call(file: Any) -> None:
        handle = file if isinstance(file, int) else file.fileno()
        if disk := _disk(path := _of(handle)):
            disk.step()
            disk.synced(handle, path)

    return call


def _changing(name: str) -> Callable[..., Any]:
    def call(handle: int, *args: Any) -> Any:
        if _DISKS and (disk := _disk(_of(handle))):
            disk.step()
        return REAL[name](handle, *args)

    return call


class _Connection(sqlite3.Connection):
    """A connection whose commits are operations of the disk."""

    disk: Disk | None = None

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if self.disk is None or self.disk.off or sql.strip().upper() not in ("COMMIT", "END"):
            return super().execute(sql, *args)
        if super().execute("PRAGMA query_only").fetchone()[0]:
            return super().execute(sql, *args)
        assert super().execute("PRAGMA synchronous").fetchone()[0] >= 2, (
            "a commit that is not synced: this disk does not know how to lose it"
        )
        self.disk.step()
        done = super().execute(sql, *args)
        self.disk.step()
        return done


def _connecting(path: Any, *args: Any, **more: Any) -> sqlite3.Connection:
    disk = _disk(_place(path)) if isinstance(path, str | os.PathLike) else None
    if disk is None:
        return _CONNECT(path, *args, **more)
    made: _Connection = _CONNECT(path, *args, factory=_Connection, **more)  # type: ignore[assignment]
    made.disk = disk
    disk.connections.append(made)
    return made


@contextmanager
def watched() -> Iterator[list[Disk]]:
    """Let the calls pass by the disks in the list that is given; at its end nothing of them is left in the process."""
    for name in ("replace", "rename", "link"):
        setattr(os, name, _moving(name))
    for name in ("unlink", "remove", "rmdir"):
        setattr(os, name, _removing(name))
    for name in ("fsync", "fdatasync"):
        setattr(os, name, _syncing(name))
    for name in ("ftruncate", "write", "pwrite"):
        setattr(os, name, _changing(name))
    os.mkdir = _making
    sqlite3.connect = _connecting
    try:
        yield _DISKS
    finally:
        for name, function in REAL.items():
            setattr(os, name, function)
        sqlite3.connect = _CONNECT
        for disk in _DISKS:
            disk.off = True
            for one in disk.connections:
                one.close()
            shutil.rmtree(disk.grave, ignore_errors=True)
        _DISKS.clear()
