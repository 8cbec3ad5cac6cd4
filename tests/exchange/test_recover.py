"""A node that was restored, or is empty, comes back out of other Sides' copies: the same digests, papers and contents too, what was erased since gone again, no fork."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cochair.exchange import carry, recover, run
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, Conflict, Rejected
from cochair.kit.ids import working_log
from cochair.protocol.effects import STAGE as PROTOCOL
from cochair.record import backup, faults
from cochair.record.node import Node
from cochair.record.registry import Registry
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree, write_tree
from tests.record import makers
from tests.record.makers import exchange, note, position, settle_slot, trust

REGISTRY = Registry([*makers.REGISTRY.stages, PROTOCOL])
INSTRUMENT = {"kind": "protocol", "languages": [{"lang": "en", "status": "authentic"}], "prevailing": None, "manifest": None}
IN, RU = "in.example/c7/IN/record", "ru.example/c7/RU/record"


def make_node(folder: Path, side: str, url: str | None = None) -> Node:
    return makers.make_node(folder, side, url, REGISTRY)


class World:
    """IN and RU (and EU, if asked) in one room that IN founded alone; `backup`, taken before half of it was written."""

    def __init__(self, folder: Path, url: Callable[[], str | None]) -> None:
        self.folder, self.url = folder, url
        self.one, self.other = make_node(folder / "IN", "IN", url()), make_node(folder / "RU", "RU")
        one, other = self.one, self.other
        for node in (one, other):
            open_tree(node)
        self.room = room = one.found("c7")
        other.join(one.structural(room, room))
        trust(one, other, room)
        trust(other, one, room)
        second = {**one.structural(room, room), "previous": room, "sides": [one.descriptor("c7"), other.descriptor("c7")]}
        settle_slot(one, other, room, one.put_structural(room, second), "terms", room, 1)
        (meeting,) = one.write(room, [position("t.meeting/1", {"name": "12th"})])
        (instrument,) = one.write(room, [position("protocol.instrument/1", {"session": meeting, **INSTRUMENT})])
        self.log = working_log(instrument)
        one.write(room, [position("t.paragraph/1", {"name": "1"}, log=self.log)])
        self.erased = [self.paper(one, b"a name, erased by us later"), self.paper(other, b"a name, erased by them later")]
        self.meet()
        backup.write(one, folder / "backup")
        self.kept = self.paper(one, b"written after the backup")
        one.write(room, [note(f"number {n}") for n in range(20)] + [position("t.paragraph/1", {"name": "2"}, log=self.log)])
        settle_slot(one, other, room, one.put_structural(room, {"v": 1, "more": 1}), "adopt", meeting)
        one.erase(room, self.erased[0], "request")
        other.erase(room, self.erased[1], "request")
        self.meet()
        for name in self.erased:
            assert not one.papers.has(room, name)
        self.state = self.now(one)
        shutil.copytree(one.folder / "signer", folder / "keys", ignore=shutil.ignore_patterns("lock", "socket"))
        shutil.copyfile(one.folder / "paper-keys", folder / "paper-keys")

    def paper(self, node: Node, data: bytes) -> str:
        name = node.put_paper(self.room, data)
        body = {"from": "RU" if node.side == "IN" else "IN", "how": "letter", "number": "1", "dated": "2026-01-02", "paper": name}
        account = {"as": "statement", "schema": "t.note/1", "subject": "self", "content": {"text": "said"}}
        from cochair.record.node import Draft

        node.write(self.room, [Draft("record", "statement", "record.received/1", {**body, "account": account})])
        return name

    def meet(self) -> None:
        for _ in range(3):
            for node, of in ((self.one, self.other), (self.other, self.one)):
                write_tree(of, self.room)
                assert run.exchange(node, self.room, FolderSource(of.publisher.tree)).problems == {}

    def now(self, node: Node) -> tuple:
        return (
            node.heads(self.room),
            node.state_digest(self.room),
            node.state_digest(self.room, "working"),
            sorted(node.papers.held(self.room)),
        )

    def lose(self) -> None:
        self.one.close()
        shutil.rmtree(self.one.folder)

    def open(self) -> Node:
        self.one = Node.open(self.folder / "IN", registry=REGISTRY, make_signer=InProcessSigner)
        open_tree(self.one)
        return self.one

    def close(self) -> None:
        for node in (self.one, self.other):
            node.close()


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    number = iter(range(9))

    def url() -> str | None:
        if request.param == "sqlite":
            return None
        address, schema = request.getfixturevalue("postgres_url"), f"back_{next(number)}"
        with psycopg.connect(address, autocommit=True) as db:
            db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        return f"{address}#{schema}"

    made = World(tmp_path, url)
    yield made
    made.close()


def restore(world: World) -> None:
    keys = {"signer": world.folder / "keys", "keys": world.folder / "paper-keys"}
    backup.restore(world.folder / "backup", world.folder / "IN", database_url=world.url(), **keys)


def source(world: World, how: str):
    if how == "folder":
        write_tree(world.other, world.room)
        return FolderSource(world.other.publisher.tree)
    carry.write_bundle(world.other, world.room, world.folder / "from-ru.bundle")
    return world.folder / "from-ru.bundle"


def sound(world: World, node: Node) -> None:
    """It is what it was, and goes on without a fork."""
    assert world.now(node) == world.state
    assert node.fsck(world.room) == []
    assert node.paper(world.room, world.kept) == b"written after the backup"
    assert node.structural(world.room, next(iter(node.papers.structural_held(world.room))))
    assert node.write(world.room, [note("goes on"), position("t.paragraph/1", {"name": "3"}, log=world.log)])
    world.meet()
    assert node.state_digest(world.room) == world.other.state_digest(world.room)
    assert faults.troubles(node, world.room) == faults.troubles(world.other, world.room) == []


@pytest.mark.parametrize("how", ["folder", "bundle"])
def test_an_old_backup_put_back(world: World, how: str) -> None:
    given = source(world, how)
    world.lose()
    restore(world)
    node = world.open()
    assert not any(
        node.papers.has(world.room, name) for name in world.erased
    )  # their keys were destroyed: the old backup opens them no more
    if how == "folder":
        found = recover.recover(node, world.room, given)
    else:
        with carry.unpacked(node, given) as (room, tree):
            found = recover.recover(node, room, tree)
    assert (found.asked, found.problems) == (["RU"], {})
    node.asked()
    sound(world, node)


@pytest.mark.parametrize("how", ["folder", "bundle"])
def test_nothing_left_but_the_keys(world: World, how: str) -> None:
    given = source(world, how)
    world.lose()
    backup.without(world.folder / "IN", signer=world.folder / "keys", specimen=True, database_url=world.url())
    node = world.open()
    assert node.ask_first
    if how == "folder":
        found = recover.regain(node, world.room, given)
    else:
        with carry.unpacked_unknown(given) as (room, tree):
            assert room == world.room
            found = recover.regain(node, room, tree)
    assert found.problems == {}
    node.asked()
    sound(world, node)


def test_keys_of_somebody_else_regain_nothing(world: World, tmp_path: Path) -> None:
    given = source(world, "folder")
    other = make_node(tmp_path / "X", "IN")
    other.close()
    backup.without(tmp_path / "false", signer=tmp_path / "X" / "signer", specimen=True)
    node = Node.open(tmp_path / "false", registry=REGISTRY, make_signer=InProcessSigner)
    with pytest.raises(Rejected):
        recover.regain(node, world.room, given)
    assert node.rooms() == []
    node.close()


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Node, Node, Node, str]]:
    nodes = [make_node(tmp_path / side, side) for side in ("IN", "RU", "EU")]
    room = nodes[0].found("c7", sides=[node.descriptor("c7") for node in nodes])
    for node in nodes[1:]:
        node.join(nodes[0].terms(room))
    yield *nodes, room
    for node in nodes:
        node.close()


def trees(one: Node, room: str, *others: Node) -> None:
    for node in others:
        write_tree(node, room)
        run.set_address(one, room, node.side, run.Address(folder=str(node.publisher.tree)))


def test_of_two_copies_that_differ_in_length_the_longer_comes_back(three: tuple[Node, Node, Node, str], tmp_path: Path) -> None:
    one, ru, eu, room = three
    one.write(room, [note("a")])
    exchange(one, ru, room)
    exchange(one, eu, room)
    shutil.copytree(one.folder, tmp_path / "old", ignore=shutil.ignore_patterns("lock", "socket"))
    one.write(room, [note("b")])
    exchange(one, ru, room)
    one.write(room, [note("c")])
    exchange(one, eu, room)
    head = one.heads(room)[IN]
    one.close()
    shutil.rmtree(one.folder)
    shutil.copytree(tmp_path / "old", one.folder)
    from cochair.record.restoring import mark

    mark(one.folder)
    back = Node.open(one.folder, registry=REGISTRY, make_signer=InProcessSigner)
    trees(back, room, ru, eu)
    found = recover.recover(back, room)
    assert sorted(found.asked) == ["EU", "RU"]
    assert found.problems == {}
    assert back.heads(room)[IN] == head
    back.asked()
    assert back.write(room, [note("goes on")])
    assert back.fsck(room) == []
    back.close()


def test_a_damaged_copy_does_not_keep_the_good_one_from_healing(three: tuple[Node, Node, Node, str], tmp_path: Path) -> None:
    one, ru, eu, room = three
    one.write(room, [note("a"), note("b")])
    exchange(one, ru, room)
    exchange(one, eu, room)
    backup.write(one, tmp_path / "copy")
    one.write(room, [note("c")])
    exchange(one, ru, room)
    exchange(one, eu, room)
    state = one.state_digest(room)
    trees(one, room, ru, eu)
    peers = (one.folder / "peers.json").read_bytes()
    bundle_ = next((eu.publisher.tree / IN / "tile" / "entries").rglob("*.p")).rglob("*")
    for path in [p for p in bundle_ if p.is_file()]:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    shutil.copytree(one.folder / "signer", tmp_path / "keys", ignore=shutil.ignore_patterns("lock", "socket"))
    one.close()
    shutil.rmtree(one.folder)
    backup.restore(tmp_path / "copy", one.folder, signer=tmp_path / "keys")
    (one.folder / "peers.json").write_bytes(peers)
    back = Node.open(one.folder, registry=REGISTRY, make_signer=InProcessSigner)
    found = recover.recover(back, room)
    assert found.asked == ["RU"] and "EU" in found.problems
    assert back.state_digest(room) == state
    assert back.ask_first
    back.close()


def test_two_copies_with_two_histories_stop_it_with_a_proof(three: tuple[Node, Node, Node, str], tmp_path: Path) -> None:
    """The keys were used on two machines: RU has one history, EU the other. Nothing is chosen, nothing is signed."""
    one, ru, eu, room = three
    one.write(room, [note("a")])
    exchange(one, ru, room)
    exchange(one, eu, room)
    shutil.copytree(one.folder, tmp_path / "twin", ignore=shutil.ignore_patterns("lock", "socket"))
    shutil.copytree(one.folder, tmp_path / "third", ignore=shutil.ignore_patterns("lock", "socket"))
    twin = Node.open(tmp_path / "twin", registry=REGISTRY, make_signer=InProcessSigner)
    one.write(room, [note("one story")])
    twin.write(room, [note("another story"), note("longer")])
    exchange(one, ru, room)
    exchange(twin, eu, room)
    from cochair.record.restoring import mark

    mark(tmp_path / "third")
    back = Node.open(tmp_path / "third", registry=REGISTRY, make_signer=InProcessSigner)
    trees(back, room, ru, eu)
    found = recover.recover(back, room)
    assert "signed twice" in found.problems["RU"] or "signed twice" in found.problems["EU"]
    (trouble,) = [one for one in faults.troubles(back, room) if one.what == "fork"]
    assert trouble.file
    back.asked()
    with pytest.raises((CochairError, Conflict), match="two histories"):
        back.write(room, [note("never")])
    for node in (twin, back):
        node.close()


def test_a_restored_node_is_a_node_again_after_a_restart(world: World) -> None:
    given = source(world, "folder")
    world.lose()
    restore(world)
    node = world.open()
    recover.recover(node, world.room, given)
    world.one = node = makers.reopen(node, REGISTRY)
    with pytest.raises(CochairError, match="restored"):
        node.write(world.room, [note("not yet")])
    recover.recover(node, world.room, given)
    node.asked()
    sound(world, node)
