"""Bytes that the first release wrote (`tests/vectors/first-release`, never made again) are opened, verified, rebuilt, restored and written on by the program of today."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from cochair.cli import verify
from cochair.exchange import run
from cochair.exchange.sources import FolderSource
from cochair.ledger.published import FIRST_RELEASE
from cochair.record import backup, positions, restoring, upgrade
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree
from cochair.stages import REGISTRY
from tests.makers import bodies
from tests.makers.nodes import bring, meet

FOLDER = Path(__file__).parents[1] / "vectors/first-release"
BYTES = {
    "expected.json": "941f076ab9c60fee57c36bb4e02419c8de43ad53498e6cf41243d85fe54cfe7c",
    "in.backup.xz": "61c6d371cb96d449a79c68d7281a790b7cfc1ed203f8fe29bd1ffcbd49e2d524",
    "in.node.tar.xz": "605c4af3d6966ea75420cc219402096cbf114af0c6d023db9bc1177b8a7f4616",
    "record.bundle.xz": "c537edfd490ab8bb5bac798c76e888e53d12e66b69e10f2a314896f58830f76b",
    "ru.node.tar.xz": "ec4a1a0d72e3e427f0d33b4b3b4a1d7ed679d06bfae78af4d42217a2709153e3",
}
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text())
ROOM = EXPECTED["room"]
WHICH = ("record", "working")


@pytest.fixture(autouse=True)
def printed_keys_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cochair.record.keys.refuse_published", lambda key: key)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    for side in ("IN", "RU"):
        with tarfile.open(fileobj=io.BytesIO(unpacked(f"{side.lower()}.node.tar"))) as tar:
            tar.extractall(tmp_path / side)
        (tmp_path / side / "signer").chmod(0o700)  # a folder of keys that others may enter is not used
    return {side: tmp_path / side for side in ("IN", "RU")}


def unpacked(name: str) -> bytes:
    return lzma.decompress((FOLDER / f"{name}.xz").read_bytes())


@contextmanager
def opened(*places: Path) -> Iterator[list[Node]]:
    with ExitStack() as stack:
        nodes = [Node.open(place, registry=REGISTRY, make_signer=InProcessSigner) for place in places]
        for node in nodes:
            stack.callback(node.close)
        yield nodes


def digests(node: Node) -> dict[str, str]:
    return {which: node.state_digest(ROOM, which) for which in WHICH}


def test_the_bytes_are_those_of_the_first_release() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.iterdir()} == BYTES
    assert {key for node in EXPECTED["nodes"].values() for key in node["keys"]} == FIRST_RELEASE


def test_every_schema_of_the_first_release_is_still_in_force_without_being_adopted() -> None:
    assert set(EXPECTED["registry"]) == {schema for schema in REGISTRY.founding if not schema.startswith("record.")}


def test_the_nodes_open_say_what_they_said_and_are_whole(folders: dict[str, Path]) -> None:
    with opened(*folders.values()) as nodes:
        for node in nodes:
            told = EXPECTED["nodes"][node.side]
            assert {origin: [size, root.hex()] for origin, (size, root) in node.heads(ROOM).items()} == told["heads"]
            assert node.cut(ROOM) == told["applied"]
            assert digests(node) == told["digests"]
            assert node.fsck(ROOM) == told["problems"] == []


def test_their_tables_are_made_anew_to_the_same_rows(folders: dict[str, Path]) -> None:
    """Whoever changes what the fold makes of an old entry fails here: old rows stay, what is new goes into tables of its own."""
    with opened(*folders.values()) as nodes:
        for node in nodes:
            with node.store.write() as tx:
                tx.execute("DELETE FROM n_about")
                tx.execute("DELETE FROM j_statement")
            assert upgrade.run(node)
            node.forget(ROOM)
            assert digests(node) == EXPECTED["nodes"][node.side]["digests"]
            assert node.fsck(ROOM) == []


def test_the_bundle_is_proven(tmp_path: Path) -> None:
    (tmp_path / "record.bundle").write_bytes(unpacked("record.bundle"))
    keys = {side: node["keys"][0] for side, node in EXPECTED["nodes"].items()}
    verdict = verify.verify([tmp_path / "record.bundle"], verify.Anchor(ROOM))
    assert verdict.status == verify.PROVEN, verdict.lines
    assert {side: key.rpartition("+")[0] for side, key in verdict.keys.items()}.keys() == keys.keys()
    [line] = verdict.lines
    assert any("sealed by IN (key) and RU (key)" in detail for detail in line.details)
    assert "1 entries are kept and not counted" in line.details


def test_the_nodes_go_on_where_they_stood(folders: dict[str, Path]) -> None:
    with opened(*folders.values()) as (ours, theirs):
        body = positions.propose(ours, ROOM, "bodies.body", bodies.body(parent=None))
        bring(ours, theirs, ROOM)
        positions.accept(theirs, ROOM, "bodies.body", body)
        meet(ours, theirs, ROOM)
        assert digests(ours) == digests(theirs)
        assert ours.fsck(ROOM) == theirs.fsck(ROOM) == []


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_the_backup_is_put_back_asks_the_other_side_and_goes_on(
    folders: dict[str, Path], tmp_path: Path, where: str, request: pytest.FixtureRequest
) -> None:
    url = None
    if where == "postgres":
        import psycopg

        address = request.getfixturevalue("postgres_url")
        with psycopg.connect(address, autocommit=True) as db:
            db.execute("DROP SCHEMA IF EXISTS first_release CASCADE")
        url = f"{address}#first_release"
    (tmp_path / "in.backup").write_bytes(unpacked("in.backup"))
    place, gone = tmp_path / "restored", folders["IN"]
    backup.restore(tmp_path / "in.backup", place, signer=gone / "signer", keys=gone / "paper-keys", database_url=url)
    with opened(place, folders["RU"]) as (ours, theirs):
        open_tree(theirs)
        source = FolderSource(theirs.publisher.tree)
        assert ours.heads(ROOM)[ours.origin(ROOM)][0] < theirs.heads(ROOM)[ours.origin(ROOM)][0]
        restoring.ask(ours, ROOM, source.get)
        ours.asked()
        run.exchange(ours, ROOM, source)
        assert ours.cut(ROOM)[ours.origin(ROOM)] >= EXPECTED["nodes"]["IN"]["applied"][ours.origin(ROOM)]
        assert positions.propose(ours, ROOM, "bodies.body", bodies.body(parent=None)).startswith("IN/record/")
        meet(ours, theirs, ROOM)
        assert digests(ours) == digests(theirs)
        assert ours.fsck(ROOM) == []
