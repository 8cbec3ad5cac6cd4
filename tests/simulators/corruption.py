"""R6: bits flipped in what a node keeps: entries, tiles, papers, contents, cells of joint tables. Each must be found and named, and healed from the peer.

`flips(folder, number, seed=0, url=None)` makes two nodes once, then flips, checks, heals, and compares with what was there before, `number` times.
"""

import random
from pathlib import Path

from cochair.exchange import heal
from cochair.exchange.sources import FolderSource
from cochair.record.digest import stored_rows, tables_of
from cochair.record.tree import log_files, open_tree, write_tree
from tests.record.makers import exchange, join_terms, make_node, note, position, received, settle_slot

KINDS = ("entry", "tile", "paper", "structural", "cell", "missing")


class World:
    """A node with something of everything, and its peer's tree."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.node, self.peer = make_node(folder / "IN", "IN", url), make_node(folder / "RU", "RU")
        for node in (self.node, self.peer):
            open_tree(node)
        node, peer = self.node, self.peer
        self.room = room = node.found("c7")
        (meeting,) = node.write(room, [position("t.meeting/1", {"name": "12th"})])
        node.write(room, [received("t.note/1", {"text": "said"}, kind="statement"), received("t.meeting/1", {"name": "12th"}, meeting)])
        join_terms(node, peer, room)
        peer.write(room, [position("t.meeting/1", {"name": "12th"}, meeting)])
        log = "w-IN-" + meeting.rpartition("/")[2]
        (paragraph,) = node.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
        node.write(room, [position("t.text/1", {"words": "x"}, paragraph, log=log)])
        exchange(node, peer, room)
        peer.write(room, [position("t.text/1", {"words": "x"}, paragraph, log=log)])
        node.write(room, [note(f"number {n}") for n in range(260)])
        exchange(node, peer, room)
        settle_slot(node, peer, room, node.put_structural(room, {"v": 1, "x": 1}), "adopt", meeting)
        for one, other in ((node, peer), (peer, node)):
            for number in range(3):
                name = one.put_paper(room, b"a paper of %d bytes" % number * 40)
                other.put_stored_paper(room, name, one.papers.stored(room, name))
            for name in one.papers.held(room):
                if not other.papers.has(room, name):
                    other.put_stored_paper(room, name, one.papers.stored(room, name))
        for one in (node, peer):
            write_tree(one, room)
        self.source = FolderSource(peer.publisher.tree)
        assert node.fsck(room) == []
        self.state = self.now()

    def now(self) -> tuple:
        return (
            self.node.heads(self.room),
            self.node.cut(self.room),
            *(self.node.state_digest(self.room, which) for which in ("record", "working")),
        )

    def close(self) -> None:
        self.node.close()
        self.peer.close()

    # -- one flip of each kind -> (what fsck must call it, where) -----------------------------------------------------------------------

    def entry(self, rng: random.Random) -> tuple[str, str]:
        origin, (size, _) = rng.choice([(o, head) for o, head in self.node.heads(self.room).items() if head[0]])
        seq = rng.randrange(size)
        data = flipped(self.node.entry(self.room, origin, seq), rng)
        with self.node.store.write() as tx:
            tx.execute("UPDATE n_entry SET data = ? WHERE room = ? AND origin = ? AND seq = ?", (data, self.room, origin, seq))
        return "entry", f"{origin} {seq}"

    def missing(self, rng: random.Random) -> tuple[str, str]:
        """Not a flip, a loss: an entry, or a paper of ours that an entry names."""
        origin, (size, _) = rng.choice([(o, head) for o, head in self.node.heads(self.room).items() if head[0]])
        seq = rng.randrange(size)
        with self.node.store.write() as tx:
            tx.execute("DELETE FROM n_entry WHERE room = ? AND origin = ? AND seq = ?", (self.room, origin, seq))
        return "entry", f"{origin} {seq}"

    def tile(self, rng: random.Random) -> tuple[str, str]:
        origin, (size, _) = rng.choice([(o, head) for o, head in self.node.heads(self.room).items() if head[0]])
        tile = rng.choice(log_files(origin, size))
        spoil(self.node.publisher.tree / origin / tile.path, rng)
        return "tile", f"{origin}/{tile.path}"

    def paper(self, rng: random.Random) -> tuple[str, str]:
        name = rng.choice(list(self.node.papers.held(self.room)))
        spoil(self.node.papers.paper_path(self.room, name), rng)
        return "paper", name

    def structural(self, rng: random.Random) -> tuple[str, str]:
        name = rng.choice(list(self.node.papers.structural_held(self.room)))
        spoil(self.node.papers.structural_path(self.room, name), rng)
        return "structural", name

    def cell(self, rng: random.Random) -> tuple[str, str]:
        registry = self.node.registry
        with self.node.read() as tx:
            filled = [(name, rows) for name in tables_of(registry) if (rows := stored_rows(tx, registry, self.room, name))]
        name, rows = rng.choice(filled)
        row, table = rng.choice(sorted(rows, key=repr)), registry.tables[name]
        columns = [c.name for c in table.columns] + ["src"]
        at = rng.randrange(len(columns))
        value = row[at]
        new = value ^ (1 << rng.randrange(20)) if isinstance(value, int) else "x" if not value else altered(value, rng)
        where = " AND ".join(f'"{key}" = ?' for key in (*table.key, "src"))
        keys = [row[columns.index(key)] for key in (*table.key, "src")]
        with self.node.store.write() as tx:
            assert tx.execute(f'UPDATE "{name}" SET "{columns[at]}" = ? WHERE room = ? AND {where}', [new, self.room, *keys]) == 1
        return "row", name


def flipped(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def altered(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + chr((ord(text[at]) ^ 1) or 2) + text[at + 1 :]


def spoil(path: Path, rng: random.Random) -> None:
    """In place: a second name of the same file is spoiled with it, as by a disk."""
    data = flipped(path.read_bytes(), rng)
    with path.open("r+b") as file:
        file.write(data)


def flips(folder: Path, number: int, *, seed: int = 0, url: str | None = None) -> dict[str, int]:
    """-> {"tried", "found" (fsck named the very place), "healed" (all is as before), one count a kind}; the first failures under "failures"."""
    world = World(folder, url)
    result: dict = {"tried": 0, "found": 0, "healed": 0, "failures": []} | dict.fromkeys(KINDS, 0)
    try:
        for trial in range(number):
            rng = random.Random(f"{seed} {trial}")
            kind = rng.choice(KINDS)
            wanted = getattr(world, kind)(rng)
            world.node.papers._structural.clear()
            world.node.forget(world.room)
            named = [(p.what, p.where) for p in world.node.fsck(world.room)]
            done = heal.heal(world.node, world.room, [world.source])
            good = done.left == [] and world.now() == world.state
            result["tried"] += 1
            result[kind] += 1
            result["found"] += wanted in named
            result["healed"] += good
            if wanted not in named or not good:
                result["failures"].append((seed, trial, kind, wanted, named, done.left))
                if not good:
                    break
    finally:
        world.close()
    return result
