"""`cochair record schema`, and what a node, a reader and the other commands say whose program does not know what was adopted."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cochair.cli import opening, replay
from cochair.cli.main import app
from cochair.exchange import pull
from cochair.exchange.run import Address, set_address
from cochair.kit.errors import CochairError, Conflict
from cochair.record import positions, queries
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree
from cochair.stages import REGISTRY
from tests.makers.later import LATER, LETTER, Letter2
from tests.makers.nodes import new_node
from tests.record.makers import seal

NEEDS = f"needs version 9.1 of Cochair ({LETTER})"
SIDES = {"IN": "RU", "RU": "IN"}


class Desk:
    """Two folders, and the commands of people who have this or that version of the program."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        (folder / "letter.pdf").write_bytes(b"%PDF SPECIMEN letter of the secretary")
        real = Node.open.__func__  # type: ignore[attr-defined]
        opened = classmethod(
            lambda cls, place, *, registry, **more: real(cls, place, registry=registry, **{**more, "make_signer": InProcessSigner})
        )
        nodes = [new_node(folder / side, side, LATER) for side in SIDES]
        self.room = nodes[0].found("c7", sides=[node.descriptor("c7") for node in nodes])
        nodes[1].join(nodes[0].terms(self.room))
        for node in nodes:
            open_tree(node)
            set_address(node, self.room, SIDES[node.side], Address(folder=str(folder / SIDES[node.side] / "tree")))
            node.close()
        monkeypatch.setattr(Node, "open", opened)
        self.program()

    def program(self, registry=LATER):
        self.monkeypatch.setattr(opening, "registry", lambda: registry)

    def run(self, *arguments: str, status: int = 0, error: str = ""):
        given = [str(self.folder / one) if one in (*SIDES, "letter.pdf", "record.tar") else one for one in arguments]
        done = CliRunner().invoke(app, given)
        if error:
            assert isinstance(done.exception, CochairError), done.output
            assert error in str(done.exception)
            return str(done.exception)
        assert done.exit_code == status, (done.output, done.exception)
        return done.output

    def ask(self, *arguments: str, status: int = 0):
        return json.loads(self.run(*arguments, "--json", status=status))

    def exchanged(self, *sides: str):
        for side in sides:
            assert self.ask("node", "pull", side)

    def adopted(self):
        self.run("record", "schema", "adopt", "IN", "--letter", "letter.pdf")
        self.exchanged("IN", "RU")
        self.run("record", "schema", "adopt", "RU", "--letter", "letter.pdf")
        self.exchanged("RU", "IN")
        self.run("record", "schema", "adopt", "IN")
        self.exchanged("IN", "RU", "IN")

    def node(self, side: str):
        return opening.opened(self.folder / side)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return Desk(tmp_path, monkeypatch)


def letter(node, room, **more):
    about = {
        "number": "7",
        "dated": "2026-09-01",
        "to": "RU",
        "about": {"en": "SPECIMEN"},
        "paper": node.put_paper(room, b"SPECIMEN letter"),
    }
    return positions.say(node, room, "meetings.letter", Letter2(**about, **more))


def test_a_schema_is_shown_adopted_by_both_and_then_written(desk):
    shown = desk.ask("record", "schema", "show", "IN")
    assert (shown["adopted"], shown["proposed"]) == ({}, [])
    assert [(one["schema"], one["fields"], one["program"]) for one in shown["adoptable"]] == [(LETTER, {"copies": "new"}, "9.1")]
    assert "meetings.letter/2: Letter, with who got a copy. Against the version before: copies (new)." in desk.run(
        "record", "schema", "show", "IN"
    )
    assert "Give the secretary's letter" in desk.run(
        "record", "schema", "adopt", "IN", error="Our Side has not sealed these schemas: meetings.letter/2"
    )
    desk.run(
        "record",
        "schema",
        "adopt",
        "IN",
        "--letter",
        "letter.pdf",
        "--only",
        "meetings.rumour/1",
        error="no schema that this room could adopt",
    )
    first = desk.ask("record", "schema", "adopt", "IN", "--letter", "letter.pdf", "--only", LETTER)
    assert "The other Side is next" in first["waits"]
    assert first["adopted"] == []
    desk.exchanged("IN", "RU")
    proposed = desk.ask("record", "schema", "show", "RU")
    assert ([one["schema"] for one in proposed["proposed"]], proposed["adoptable"], proposed["sealed"]) == ([LETTER], [], False)
    desk.program(REGISTRY)
    assert f"{LETTER}: not known to this program, or not in this meaning. It needs version 9.1 of Cochair" in desk.run(
        "record", "schema", "show", "RU"
    )
    desk.run("record", "schema", "adopt", "RU", "--letter", "letter.pdf", error="it needs version 9.1 of Cochair")
    desk.program()
    second = desk.ask("record", "schema", "adopt", "RU", "--letter", "letter.pdf")
    assert len(second["done"]) == 2
    desk.exchanged("RU", "IN")
    assert desk.ask("record", "schema", "adopt", "IN")["adopted"] == [LETTER]
    desk.exchanged("IN", "RU")
    for side in SIDES:
        assert desk.ask("record", "schema", "show", side)["adopted"] == {LETTER: "9.1"}
    assert desk.ask("record", "schema", "adopt", "RU") == {"done": [], "waits": "", "adopted": [LETTER]}
    with desk.node("IN") as node:
        said = letter(node, desk.room, copies=("BY",))
        with node.read() as tx:
            assert [one.schema for one in queries.statements(tx, desk.room) if one.id == said] == [LETTER]
            assert tx.query("SELECT id, side FROM meetings_copy") == [{"id": said, "side": "BY"}]
    assert "All is well." in desk.run("record", "fsck", "IN")


def test_a_proposal_is_taken_back(desk):
    desk.run("record", "schema", "withdraw", "IN", error="no seal here that could be taken back")
    desk.run("record", "schema", "adopt", "IN", "--letter", "letter.pdf")
    assert desk.ask("record", "schema", "withdraw", "IN")["entry"].startswith("IN/record/")
    desk.exchanged("IN", "RU")
    assert desk.ask("record", "schema", "show", "RU")["proposed"] == []
    desk.exchanged("IN")
    desk.adopted()
    assert desk.ask("record", "schema", "show", "RU")["adopted"] == {LETTER: "9.1"}


def test_a_room_of_one_side_adopts_nothing(tmp_path, monkeypatch):
    desk = Desk(tmp_path, monkeypatch)
    with desk.node("IN") as node:
        node.found("alone")
    desk.run("record", "schema", "adopt", "IN", "--letter", "letter.pdf", "--room", "alone", error="A room with one Side adopts nothing")


def test_an_older_node_takes_bytes_cosigns_them_says_which_version_it_needs_and_reads_on_when_updated(desk):
    desk.adopted()
    with desk.node("IN") as node:
        letter(node, desk.room, copies=("BY",))
        origin, size = node.origin(desk.room), node.heads(desk.room)[node.origin(desk.room)][0]
    desk.exchanged("IN")
    desk.program(REGISTRY)
    desk.exchanged("RU", "IN", "RU")
    with desk.node("RU") as node:
        assert node.heads(desk.room)[origin][0] >= size
        read = node.cut(desk.room)[origin]
        assert read < size
        with node.read() as tx:
            assert tx.query("SELECT size FROM j_head WHERE log = 'RU/record' AND of = 'IN/record'")[0]["size"] <= read
        with pytest.raises(Conflict, match=r"the rest needs version 9\.1 of Cochair"):
            seal(node, desk.room, desk.room, "schema", desk.room, 2)
    with desk.node("IN") as node:
        cosigned = pull.cosigned(node, desk.room)["RU"]
        assert int(cosigned.split(b"\n")[1]) >= size, "it holds these bytes, and says no more than that"
    for words in (desk.run("record", "fsck", "RU"), desk.run("record", "schema", "show", "RU")):
        assert NEEDS in words
    fsck = desk.ask("record", "fsck", "RU")
    assert (fsck["problems"], fsck["rooms"][desk.room]["stops"]) == ([], {origin: [read, NEEDS]})
    assert "All that this program can read is well." in desk.run("record", "fsck", "RU")
    assert NEEDS in json.dumps(desk.ask("node", "check", "RU", status=1))
    desk.run("bundle", "write", "RU", "record.tar", "--record-only")
    assert LETTER not in replay._FULL.kinds, "the reader is of the older program"
    verified = desk.run("verify", "record.tar", "--room", desk.room, status=4)
    assert NEEDS in " ".join(verified.split())

    desk.program()
    desk.exchanged("RU", "IN", "RU", "IN")
    with desk.node("IN") as ours, desk.node("RU") as theirs:
        assert ours.state_digest(desk.room) == theirs.state_digest(desk.room)
        assert theirs.waiting(desk.room) == {}
        assert ours.fsck(desk.room) == theirs.fsck(desk.room) == []
