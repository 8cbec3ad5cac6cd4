"""Papers planted, spread and erased: afterwards no file of a node holds a byte of them, in no backup can they be opened, and no digest moved.

``trial(seed, number, folder)`` is one life of two nodes: payloads are written, pulled, published, bundled, half taken in, left behind by a killed process, backed
up; then one Side erases them, perhaps dying before it is done. Every file of both nodes is searched for the raw bytes, and for their usual spellings.
With ``without`` (see `PARTS`) a part of the erasing is left out, to show that the search has teeth.
"""

import base64
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from cochair.exchange import carry, recover, run
from cochair.kit.errors import CochairError, NotHeld
from cochair.record import backup, paper_keys, spool
from cochair.record.node import Draft, Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree, write_tree
from cochair.stages import REGISTRY
from tests.simulators.bundles import CutOff, Online, opened, other, template

PARTS: dict[str, Callable[[], object]] = {
    "key": lambda: mock.patch.object(paper_keys.PaperKeys, "destroy", return_value=0),
    "spool": lambda: mock.patch.object(spool, "forget", return_value=None),
    "finish": lambda: mock.patch.object(Node, "remove_erased", return_value=[]),
    "seal": lambda: mock.patch.multiple("cochair.record.papers", _seal=_in_clear, _open=_as_it_is),
}
CONTROL = "control-marker-that-stays"


def _in_clear(stored: bytes, _key: bytes, _room: str, _name: str, number: int) -> list[bytes]:
    from cochair.record.papers import SEALED

    return [SEALED + number.to_bytes(8, "big"), stored]


def _as_it_is(file, *_):
    yield file.read()


def spellings(core: bytes) -> list[bytes]:
    """A payload's core as it might stand in a file: raw, hex, base64 at each offset, UTF-16."""
    found = [core, core.hex().encode(), core.hex().upper().encode(), core.decode().encode("utf-16-le")]
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + core)
        found.append(text[4:-4])  # without what the neighbours change
    return found


def holding(folder: Path, cores: list[bytes]) -> list[str]:
    """Files below a folder that hold one of the payloads."""
    pattern, found = re.compile(b"|".join(re.escape(one) for core in cores for one in spellings(core))), []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found += [str(path)] if pattern.search(path.read_bytes()) else []
    return found


class Life:
    """Two nodes, and what was planted: paper id -> core of the payload."""

    def __init__(self, seed: int, number: int, folder: Path, room: str) -> None:
        self.rng = random.Random(f"erasure {seed} {number}")
        self.folder, self.room = folder, room
        self.nodes = {side: opened(folder / side, number) for side in ("IN", "RU")}
        self.planted: dict[str, bytes] = {}
        self.count = dict.fromkeys(("planted", "spread", "killed", "restored", "in_clear"), 0)
        self.outside = folder / "outside"
        self.outside.mkdir()

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()

    def reopen(self, side: str) -> Node:
        self.nodes[side].close()
        self.nodes[side] = opened(self.folder / side, 0)
        return self.nodes[side]

    def plant(self, side: str) -> None:
        node = self.nodes[side]
        for _ in range(self.rng.randint(1, 3)):
            core = f"payload {self.rng.getrandbits(120):030x}".encode()
            size = self.rng.choice((0, 300, 70_000, 70_000, 1_100_000))
            name = node.put_paper(self.room, core + b" " * size + core * (size > 0))
            node.write(self.room, [Draft("record", "fault", "record.fault/1", {"log": CONTROL, "what": "letter", "evidence": name})])
            self.planted[name] = core
            self.count["planted"] += 1

    def meet(self) -> None:
        for _ in range(2):
            for side, node in self.nodes.items():
                run.exchange(node, self.room, Online(node, self.nodes[other(side)], self.room))

    def spread(self, owner: str) -> None:
        """Wherever a copy may lie."""
        node, peer = self.nodes[owner], self.nodes[other(owner)]
        bundle = self.outside / "all.bundle"
        carry.write_bundle(node, self.room, bundle)
        ways = (
            lambda: open_tree(self.rng.choice((node, peer))),
            self.meet,
            lambda: self.break_off(peer, bundle),
            lambda: self.left_behind(self.rng.choice((node, peer)), bundle),
            lambda: self.given_out(node),
        )
        for way in self.rng.sample(ways, self.rng.randint(2, len(ways))):
            way()
            self.count["spread"] += 1

    def break_off(self, node: Node, bundle: Path) -> None:
        """A bundle taken in as far as its papers, and not further."""

        def progress(_done: int, _total: int) -> None:
            if list((node.folder / "spool").glob(f"import-*/**/paper/{list(self.planted)[-1]}")):
                raise CutOff(5, "Input/output error")

        try:
            carry.read_bundle(node, bundle, progress)
        except CochairError:
            pass
        else:
            run.settle(node, self.room)

    def left_behind(self, node: Node, bundle: Path) -> None:
        """What a process that was killed leaves: an upload, a download."""
        place = node.folder / "spool" / f"{self.rng.choice(('in', 'out'))}-{self.rng.getrandbits(32):08x}"
        place.mkdir(parents=True)
        shutil.copy(bundle, place / "bundle.tar")

    def given_out(self, node: Node) -> None:
        """A file made for many readers."""
        place = node.folder / "public" / self.room[:16]
        place.mkdir(parents=True, exist_ok=True)
        carry.write_bundle(node, self.room, place / "made.tar", working=False, papers=set(self.planted))

    def back_up(self) -> None:
        for side, node in self.nodes.items():
            backup.write(node, self.outside / f"{side}.backup")
            shutil.copytree(node.folder / "signer", self.outside / f"{side}-keys", ignore=shutil.ignore_patterns("socket", "lock"))
            shutil.copy(node.folder / "paper-keys", self.outside / f"{side}-paper-keys")

    def erase(self, side: str, *, killed: bool) -> None:
        node = self.nodes[side]
        for name in self.planted:
            if killed:
                with mock.patch.object(Node, "remove_paper", side_effect=KeyboardInterrupt), _expected(KeyboardInterrupt):
                    node.erase(self.room, name, "request")
            else:
                node.erase(self.room, name, "request")
        if killed:
            self.count["killed"] += 1
            self.reopen(side)

    def gone(self, node: Node) -> None:
        """Nothing of a payload is in any file of the node, and it says so."""
        assert holding(node.folder, list(self.planted.values())) == []
        for name in self.planted:
            assert not node.papers.has(self.room, name)
            with _expected(NotHeld):
                node.paper(self.room, name)
            header = requests_header(self, node, f"{self.room}/paper/{name}")
            assert header[0] == 404, header

    def restored(self, side: str, keys: Path, *, asked: bool) -> None:
        """The old backup put back with some copy of the paper keys, then asked (or not) what came since."""
        folder = self.folder / f"{side}-{keys.name}"
        backup.restore(self.outside / f"{side}.backup", folder, signer=self.outside / f"{side}-keys", keys=keys, ledger_lost=True)
        node = Node.open(folder, registry=REGISTRY, make_signer=InProcessSigner)
        try:
            if asked:
                found = recover.recover(node, self.room, Online(node, self.nodes[other(side)], self.room))
                assert not {why for why in found.problems.values() if "was erased" not in why and "begun anew" not in why}, found.problems
            assert holding(folder, list(self.planted.values())) == []
            for name in self.planted:
                assert not node.papers.has(self.room, name), "an old backup gave an erased paper back"
            self.count["restored"] += 1
        finally:
            node.close()


def requests_header(life: Life, node: Node, path: str) -> tuple[int, bytes]:
    """What the node answers to the other Side's signed request."""
    from cochair.exchange import requests, serving

    return serving.answer(node, path, requests.authorization(life.nodes[other(node.side)], life.room, path))


class _expected:
    def __init__(self, kind: type[BaseException]) -> None:
        self.kind = kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, _value, _trace) -> bool:
        assert kind is not None and issubclass(kind, self.kind), f"{self.kind.__name__} was expected, not {kind}"
        return True


def _live(life: Life) -> None:
    owner = life.rng.choice(("IN", "RU"))
    life.plant(owner)
    life.spread(owner)
    life.meet()
    life.back_up()
    node = life.nodes[owner]
    write_tree(node, life.room)
    cores = list(life.planted.values())
    life.count["in_clear"] += len(holding(life.folder / "IN", cores) + holding(life.folder / "RU", cores))
    assert holding(node.folder, [CONTROL.encode()]), "the search does not find what is there"
    cut = node.cut(life.room)
    digests = [node.state_digest(life.room, which, cut) for which in ("record", "working")]
    life.erase(owner, killed=life.rng.random() < 0.4)
    node = life.nodes[owner]
    life.gone(node)
    assert [node.state_digest(life.room, which, cut) for which in ("record", "working")] == digests
    life.meet()
    life.gone(life.nodes[other(owner)])
    life.gone(life.nodes[owner])
    assert node.state_digest(life.room) == life.nodes[other(owner)].state_digest(life.room)
    before = node.state_digest(life.room)
    node.rebuild(life.room)
    assert node.state_digest(life.room) == before
    backups = [life.outside / f"{side}.backup" for side in ("IN", "RU")]
    assert not [path for path in backups for core in cores if core in path.read_bytes()], "a backup holds a paper in clear"
    side = life.rng.choice(("IN", "RU"))
    life.restored(side, life.folder / side / "paper-keys", asked=False)
    life.restored(side, life.outside / f"{side}-paper-keys", asked=True)


def trial(seed: int, number: int, folder: Path, *, without: str = "") -> dict[str, int]:
    """One life in a folder of its own below ``folder`` -> what happened, counted. Raises `AssertionError` that names seed and number."""
    begun = folder / "template"
    begun.mkdir(exist_ok=True)
    room = template(begun)
    own = folder / f"{seed}-{number}-{without}"
    own.mkdir()
    for side in ("IN", "RU"):
        shutil.copytree(begun / side, own / side, ignore=shutil.ignore_patterns("socket", "lock"))
    life = Life(seed, number, own, room)
    try:
        if without:
            with PARTS[without]():
                _live(life)
        else:
            _live(life)
    except Exception as error:
        raise AssertionError(f"erasure trial(seed={seed}, number={number}) in {own}: {error!r}") from error
    finally:
        life.close()
        if not without:
            shutil.rmtree(own, ignore_errors=False)
    return life.count
