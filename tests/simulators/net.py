"""The network between the nodes of a world, in memory: what one serves, another gets, late, damaged, in part, from an older day, or not at all."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

from cochair.exchange.bundle import check_path
from cochair.kit.errors import CochairError, NotHeld


class Net:
    """`down`: pairs (who asks, whom) that cannot be reached; `trouble`: the share of answers with which something is wrong."""

    def __init__(self, rng: random.Random, folder: Path) -> None:
        self.rng, self.folder = rng, folder
        self.down: set[tuple[str, str]] = set()
        self.trouble = 0.0
        self.days: dict[str, list[Path]] = {}
        self._count = 0

    def keep_day(self, side: str, tree: Path) -> None:
        """Keep what a node serves now, to be served again on another day by whoever stands between."""
        self._count += 1
        kept = self.folder / f"day-{self._count}"
        shutil.copytree(tree, kept, copy_function=os.link)  # files of a tree are replaced, never written in place
        self.days.setdefault(side, []).append(kept)

    def heal(self) -> None:
        """From now on all are reached, and nothing is wrong."""
        self.down.clear()
        self.trouble = 0.0

    def source(self, to: str, of: str, tree: Path) -> Wire:
        """What `to` pulls from when it asks `of`."""
        old = self.days.get(of)
        if self.trouble and old and self.rng.random() < 0.2:
            tree = self.rng.choice(old)
        return Wire(self, (to, of), tree)


class Wire:
    """One exchange (`exchange.sources.Source`)."""

    def __init__(self, net: Net, pair: tuple[str, str], tree: Path) -> None:
        self.net, self.pair, self.tree = net, pair, tree
        rng = net.rng
        self.left = rng.randint(0, 12) if net.trouble and rng.random() < 0.3 else None
        """Answers until the line breaks."""

    def get(self, path: str) -> bytes:
        """See `Source`."""
        if self.pair in self.net.down or self.left == 0:
            raise CochairError(f"{self.pair[1]} cannot be reached")
        if self.left is not None:
            self.left -= 1
        found = self.tree / check_path(path)
        if self.net.rng.random() < self.net.trouble:
            return self._wrong(found)
        try:
            return found.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            raise NotHeld(f"not held: {path}") from None

    def _wrong(self, found: Path) -> bytes:
        """Withheld, cut, a bit turned, bytes of another file, or of the same file on an older day."""
        rng = self.net.rng
        how = rng.choice(("withheld", "cut", "flipped", "another", "older"))
        place = found
        if how == "another":
            others = sorted(found.parent.glob("*")) if found.parent.is_dir() else []
            place = rng.choice(others) if others else found
        elif how == "older" and (days := self.net.days.get(self.pair[1])):
            place = rng.choice(days) / found.relative_to(self.tree)
        if how == "withheld" or not place.is_file():
            raise NotHeld("not held today")
        data = place.read_bytes()
        if how == "cut":
            return data[: rng.randint(0, len(data))]
        if how == "flipped" and data:
            at = rng.randrange(len(data))
            return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        return data
