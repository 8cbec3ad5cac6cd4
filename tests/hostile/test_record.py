"""Entries that no honest program writes: the same verdict on every node in every order, and the honest log goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cochair.exchange import carry, pull
from cochair.kit.errors import CochairError, Conflict, Rejected
from cochair.record import queries
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from tests.hostile.conftest import Scene
from tests.record.makers import REGISTRY, make_node, note, position

RU = "ru.example/c7/RU/record"


def voids(node: Node, room: str) -> dict[str, str]:
    with node.read() as tx:
        return {r["id"]: r["reason"] for r in tx.query("SELECT id, reason FROM j_void WHERE room = ?", (room,))}


def twin(node: Node, folder: Path) -> Node:
    """The same node, a second time: to give it the same entries in another order."""
    shutil.copytree(node.folder, folder)
    return Node.open(folder, registry=REGISTRY, make_signer=lambda _: node.signer)


def test_bytes_that_are_no_entry_are_void_and_stop_nothing(scene: Scene, tmp_path: Path) -> None:
    ours, liar, room = scene
    liar.note("before")
    for bad in (b"", b"{}", b"[" * 8000, b'{"v":1}', b"\xff\xfe", b"x" * 65535, b'"\\ud800"', b'{"a":1,"a":2}'):
        liar.raw(bad)
    liar.note("after")
    pulled = pull.pull(ours, room, liar)
    assert pulled.problems == {}
    assert ours.cut(room)[RU] == 10
    assert set(voids(ours, room).values()) == {"malformed"}
    assert len(voids(ours, room)) == 8
    assert ours.fsck(room) == []
    ours.write(room, [note("own work goes on")])
    carry.write_bundle(ours, room, tmp_path / "record.tar", working=False)


def test_entries_of_a_version_or_schema_that_nobody_adopted_stop_nothing(scene: Scene) -> None:
    """Were a log to stop at them, its Side could take its own record from everybody's reading whenever it wants."""
    ours, liar, room = scene
    liar.note("before")
    liar.raw(b'{"v":2}')
    liar.raw(b'{"v":9007199254740991}')
    liar.say("statement", "meetings.letter/2", {"subject": "self"})
    liar.say("blessing", "record.blessing/1", {})
    liar.note("after")
    assert pull.pull(ours, room, liar).problems == {}
    assert ours.cut(room)[RU] == 6
    assert ours.waiting(room) == {}
    assert set(voids(ours, room).values()) == {"not-adopted"}
    ours.write(room, [note("own work goes on")])


def test_terms_are_judged_alike_whether_their_predecessor_came_early_or_late(scene: Scene, tmp_path: Path) -> None:
    ours, liar, room = scene
    founding = ours.terms(room)
    unknown = liar.structural({**founding, "previous": room, "limits": {"entry": 1}}, publish=False)
    following = liar.structural({**founding, "previous": unknown})
    body = {"slot": {"kind": "terms", "of": room, "step": 2}, "manifest": following, "heads": {}, "paper": "00" * 32, "how": "scan"}
    liar.say("seal", "record.seal/1", body)
    late = twin(ours, tmp_path / "late")
    for node in (ours, late):
        node.put_structural(room, {**founding, "previous": unknown})
    ours.put_structural(room, {**founding, "previous": room, "limits": {"entry": 1}})
    liar.give(ours)
    liar.give(late)
    late.put_structural(room, {**founding, "previous": room, "limits": {"entry": 1}})
    assert ours.cut(room)[RU] == late.cut(room)[RU] == 1
    assert ours.state_digest(room) == late.state_digest(room)
    late.store.close()


def test_working_positions_on_the_room_would_depend_on_the_order_of_arrival(scene: Scene, tmp_path: Path) -> None:
    ours, liar, room = scene
    one, two = ours.write(room, [position("t.meeting/1", {"name": "a"}), position("t.meeting/1", {"name": "b"})])
    logs = ["w-IN-" + one.rpartition("/")[2], "w-IN-" + two.rpartition("/")[2]]
    liar.seen(ours)
    for number, log in enumerate(logs):
        liar.seen(ours, log)
        body = {"subject": room, "part": "en", "content": {"words": f"text {number}"}, "level": "agreed"}
        liar.say("position", "t.text/1", body, log)
    other = twin(ours, tmp_path / "other")
    for node, order in ((ours, logs), (other, logs[::-1])):
        for log in ("record", *order):
            liar.give(node, log)
    assert ours.cut(room) == other.cut(room)
    assert ours.state_digest(room, "working") == other.state_digest(room, "working")
    other.store.close()


@pytest.mark.parametrize("name", ["../../../../x", "IN/../RU", "", "in", "A" * 40])
def test_terms_cannot_name_a_side_that_is_a_path(tmp_path: Path, name: str) -> None:
    ours = make_node(tmp_path / "IN", "IN")
    bad = {**ours.descriptor("c7"), "side": name}
    with pytest.raises(Rejected):
        ours.found("c7", sides=[ours.descriptor("c7"), bad])
    ours.close()


@pytest.mark.parametrize("change", ["log_key", "exchange_key", "twice", "domain"])
def test_a_room_whose_terms_name_other_keys_for_us_is_not_joined(tmp_path: Path, change: str) -> None:
    ours, theirs = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    false = make_node(tmp_path / "false", "IN").descriptor("c7")
    own = ours.descriptor("c7")
    sides = [own, false] if change == "twice" else [{**own, change: false[change] if change != "domain" else "other.example"}]
    founding = {**theirs.terms(theirs.found("c7")), "sides": [theirs.descriptor("c7"), *sides]}
    with pytest.raises((Rejected, Conflict)):
        ours.join(founding)
    assert ours.rooms() == []
    for node in (ours, theirs):
        node.close()


def test_keys_that_people_compared_are_not_set_aside_by_the_founder(tmp_path: Path) -> None:
    ours, theirs, third = (make_node(tmp_path / side, side) for side in ("IN", "RU", "EU"))
    founder_says = {**third.descriptor("c7"), "exchange_key": theirs.descriptor("c7")["exchange_key"]}
    room = ours.join({**theirs.terms(theirs.found("c7")), "sides": [theirs.descriptor("c7"), founder_says]})
    keys = {name: third.descriptor("c7")[name] for name in ("domain", "log_key", "cosign_key", "exchange_key")}
    with pytest.raises(Conflict):
        ours.trust(room, "EU", **keys)
    for node in (ours, theirs, third):
        node.close()


def test_a_side_cannot_erase_what_we_wrote_or_sealed(scene: Scene) -> None:
    ours, liar, room = scene
    text, signature, theirs = ours.put_paper(room, b"our text"), ours.put_paper(room, b"signature"), liar.paper(b"a person of theirs")
    manifest = ours.put_structural(room, {"v": 1, "text": text})
    body = {"slot": {"kind": "adopt", "of": room, "step": 0}, "manifest": manifest, "heads": {}, "paper": signature, "how": "scan"}
    from cochair.record.node import Draft

    ours.write(room, [Draft("record", "seal", "record.seal/1", body)])
    evidence = ours.put_paper(room, b"what they did")
    ours.write(room, [Draft("record", "fault", "record.fault/1", {"log": RU, "what": "fork", "evidence": evidence})])
    liar.say("fault", "record.fault/1", {"log": RU, "what": "person", "evidence": theirs})
    pull.pull(ours, room, liar)
    assert ours.paper(room, theirs)
    for name in (text, signature, evidence, theirs):
        liar.say("erase", "record.erase/1", {"paper": name, "ground": "mine"})
    pull.pull(ours, room, liar)
    for name in (text, signature, evidence):
        assert ours.paper(room, name)
    with pytest.raises(CochairError, match="erased"):
        ours.paper(room, theirs)


def test_a_fork_behind_what_we_hold_is_frozen_with_both_heads(scene: Scene) -> None:
    ours, liar, room = scene
    for text in "abc":
        liar.note(text)
    pull.pull(ours, room, liar)
    held = ours.heads(room)[RU]
    liar.logs["record"] = []
    for text in "abXde":
        liar.note(text)
    pulled = pull.pull(ours, room, liar)
    assert "contradict" in pulled.problems[RU]
    assert ours.heads(room)[RU] == held
    with ours.read() as tx:
        assert [n["body"]["what"] for n in queries.notices(tx, room, "fault")] == ["conflicting-heads"]
    ours.write(room, [note("own work goes on")])


def test_saying_seen_inside_something_else_is_no_fault_of_anybody(scene: Scene) -> None:
    ours, liar, room = scene
    size = ours.heads(room)[ours.origin(room)][0]
    liar.say("statement", "t.note/1", {"subject": "self", "text": "x", "heads": {"IN": {"size": size + 9}}, "x": {"kind": "seen"}})
    pull.pull(ours, room, liar)
    with ours.read() as tx:
        assert queries.notices(tx, room, "fault") == []


def test_returned_working_entries_are_ours_only_if_the_ledger_remembers_them(scene: Scene, tmp_path: Path) -> None:
    """The peer knows the MAC key of our working log too: what it returns counts only under the very head that we signed last."""
    ours, liar, room = scene
    (instrument,) = ours.write(room, [position("t.meeting/1", {"name": "protocol"})])
    log = "w-IN-" + instrument.rpartition("/")[2]
    ours.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    origin, size = ours.origin(room, log), ours.heads(room)[ours.origin(room, log)][0]
    with ours.store.write() as tx:  # an old database beside a ledger that is not old
        tx.execute("DELETE FROM n_entry WHERE origin = ?", (origin,))
        tx.execute("DELETE FROM n_log WHERE origin = ?", (origin,))
    folder = ours.folder
    ours.close()
    back = Node.open(folder, registry=REGISTRY, make_signer=InProcessSigner)
    from cochair.ledger.checkpoints import Checkpoint
    from cochair.ledger.merkle import leaf_hash, root

    for pretended in (1, size):
        liar.logs[log] = []
        for number in range(pretended):
            liar.say("seen", "record.seen/1", {"heads": {"IN": {"size": 1, "root": f"{number:064x}"}}}, log, log=origin)
        false = liar.logs.pop(log)
        note_ = liar.mac_for(back, origin, "RU", Checkpoint(origin, pretended, root([leaf_hash(e) for e in false])))
        with pytest.raises(CochairError):
            back.recover(room, origin, note_, 0, false)
        assert back.heads(room).get(origin, (0, b""))[0] == 0
    back.close()


def test_what_was_withheld_is_asked_for_again(scene: Scene) -> None:
    ours, liar, room = scene
    inner = liar.paper(b"a text that is shown late")
    withheld = liar.structural({"v": 1, "text": inner}, publish=False)
    signature = liar.paper(b"a signature")
    late = {path: liar.files.pop(path) for path in list(liar.files)}
    body = {"slot": {"kind": "adopt", "of": room, "step": 0}, "manifest": withheld, "heads": {}, "paper": signature, "how": "scan"}
    liar.note("first")
    liar.say("seal", "record.seal/1", body)
    liar.note("behind it")
    for _ in range(2):
        pull.pull(ours, room, liar)
        assert ours.cut(room)[RU] == 1
    ours.write(room, [note("own work goes on")])
    liar.structural({"v": 1, "text": inner})
    pull.pull(ours, room, liar)
    assert ours.cut(room)[RU] == 3
    liar.files |= late
    pull.pull(ours, room, liar)
    assert ours.paper(room, inner)
    assert ours.paper(room, signature)


def test_structural_content_is_an_object(scene: Scene) -> None:
    ours, liar, room = scene
    from cochair.ledger.papers import structural_bytes

    for value in ([], "text", 5, None):
        name = liar.structural(value)
        with pytest.raises(Rejected):
            ours.put_structural_bytes(room, name, structural_bytes(value))
    assert list(ours.papers.structural_held(room)) == [room]


def test_lines_on_a_checkpoint_cannot_spoil_our_cosignature(scene: Scene) -> None:
    """The liar puts unknown lines, one of them in the name of our own cosigning key, on its checkpoint."""
    from cochair.ledger.checkpoints import Checkpoint
    from cochair.ledger.cosignatures import CosignatureVerifier
    from cochair.ledger.notes import SignatureLine, open_note, sign_note, split_note

    ours, liar, room = scene
    liar.note("a")
    verifier = CosignatureVerifier(ours.descriptor("c7")["cosign_key"])
    text, lines = split_note(liar.checkpoint())
    for more in (
        [SignatureLine(f"x{n}", b"abcd", b"y") for n in range(15)],
        [SignatureLine(verifier.name, verifier.key_id, bytes(72))],
        [SignatureLine(RU, b"abcd", b"y")],
    ):
        ours.receive(room, RU, sign_note(text, [*more, *lines]), 0, liar.logs["record"])
        pull.acknowledge(ours, room)
        path = ours.folder / "tree" / room / "cosigned" / RU
        opened = open_note(path.read_bytes(), [verifier])
        assert Checkpoint.parse(opened.text).origin == RU
        path.unlink()
