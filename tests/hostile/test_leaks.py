"""What third parties get of us, whatever the other Side writes, and what an unknown caller can make our node do."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from cochair.exchange import bundle, carry, pull, requests, serving
from cochair.kit.errors import Denied, NotHeld, Rejected
from cochair.ledger.tiles import bundle_decode
from cochair.protocol import prepare
from cochair.record.node import Draft
from cochair.record.tree import write_tree
from tests.hostile.conftest import Scene
from tests.hostile.liar import Liar
from tests.protocol import flow


def members(path: Path) -> tuple[bytes, bytes]:
    """(the signed list, the list of working members) of a bundle."""
    with path.open("rb") as file:
        found, reader = {}, bundle.Reader(file)
        for _ in range(3):
            name, size = reader.next()
            found[name] = reader.body(size, 1 << 26)
    return found["bundle.list"], found.get("working.list", b"")


def test_nothing_of_the_negotiation_is_under_our_signature(tmp_path: Path) -> None:
    """Prepared manifests, and papers of our texts that the other Side names in its record on purpose."""
    with flow.table(tmp_path) as t:
        id_, made = flow.settled(t)
        _, digest = prepare.prepare_manifest(t.ours, t.room, id_)
        texts = set(pull.names_in(t.ours.structural(t.room, digest))) & set(t.ours.papers.held(t.room))
        cell = flow.grid_cell(t.ours, t.room, id_, made[0], "en")
        mine = next(name for name in texts if name in str(cell))
        liar = Liar(t.theirs, t.room)
        liar.seen(t.ours)
        liar.say("fault", "record.fault/1", {"log": "x", "what": "look-here", "evidence": mine})
        pull.pull(t.ours, t.room, liar)
        letter = t.ours.put_paper(t.room, b"a letter with names")
        t.ours.write(t.room, [Draft("record", "fault", "record.fault/1", {"log": "x", "what": "letter", "evidence": letter})])
        carry.write_bundle(t.ours, t.room, tmp_path / "all.tar")
        carry.write_bundle(t.ours, t.room, tmp_path / "record.tar", working=False)
        for name in ("all", "record"):
            signed, working = members(tmp_path / f"{name}.tar")
            assert [one for one in {*texts, digest, mine} if one.encode() in signed] == []
            assert b"/w-" not in signed
            assert all(one.encode() in working for one in {*texts, digest}) is (name == "all")
        whole = (tmp_path / "record.tar").read_bytes()
        assert b"a letter with names" not in whole
        assert (letter.encode() in members(tmp_path / "all.tar")[0]) is True


def test_a_caller_without_key_gets_a_refusal_whatever_he_sends(scene: Scene) -> None:
    ours, _, room = scene
    path = f"{room}/structural/{room}"
    for header in (
        "",
        "Cochair",
        "Cochair ä",
        "Cochair \xff\xfe",
        "Cochair " + "A" * 5000,
        "Cochair " + base64.b64encode(b"\0" * 99).decode(),
        "Basic x",
    ):
        assert serving.answer(ours, path, header)[0] == 401
        with pytest.raises(Denied):
            requests.check(ours, header, path)


def test_asking_for_folders_costs_the_node_nothing(scene: Scene) -> None:
    ours, liar, room = scene
    write_tree(ours, room)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (
        room,
        f"{room}/structural",
        "in.example/c7/IN/record",
        f"{room}/../x",
        "/etc/passwd",
        f"{room}//x",
        f"{room}/structural/.",
    ):
        try:
            header = requests.authorization(liar.node, room, path)
        except Rejected:
            continue
        assert serving.answer(ours, path, header)[0] in (401, 404)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_bundle_of_entries_has_at_most_256(scene: Scene) -> None:
    for data in (bytes(2 * 257), bytes(40_000_000), b"\xff\xff" * 3):
        with pytest.raises(Rejected):
            bundle_decode(data)
    assert len(bundle_decode(bytes(512))) == 256


def test_nothing_is_fetched_on_the_word_of_a_head_that_nobody_signed(scene: Scene) -> None:
    ours, liar, room = scene
    asked: list[str] = []
    huge = b"ru.example/c7/RU/record\n9000000000000000000\n" + base64.b64encode(bytes(32)) + "\n\n— x AAAAAAA=\n".encode()

    class Endless:
        def get(self, path: str) -> bytes:
            asked.append(path)
            if path.endswith("/checkpoint"):
                return huge
            if "tile" in path:
                return bytes(512)
            raise NotHeld(path)

    assert pull.pull(ours, room, Endless()).problems
    assert not [path for path in asked if "tile" in path]
    assert liar.side == "RU"
