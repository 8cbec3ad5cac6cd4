"""Bundles sealed to one node, by age: opened there and nowhere else, and nothing of one that was changed or cut short is applied."""

import pytest
from pyrage import x25519

from cochair.exchange import carry, run, sealing, unpacking
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.ledger import notes
from cochair.record.spool import SPOOL
from tests.makers import nodes, papers
from tests.protocol import flow
from tests.record.makers import trust


@pytest.fixture
def pair(tmp_path):
    with nodes.pair(tmp_path) as made:
        yield made


def introduced(ours, theirs, room):
    sealing.take_recipient(ours, room, ours.peers(room)[theirs.side], sealing.own_recipient(theirs, room))


def sealed_to(ours, theirs, room, path):
    introduced(ours, theirs, room)
    carry.write_bundle(ours, room, path, sealed=True)
    return path


def test_only_the_node_that_it_is_for_opens_it(pair, tmp_path):
    ours, theirs, room = pair
    note = ours.put_paper(room, b"words that nobody on the way shall read")
    ours.write(room, [nodes_fault(note)])
    path = sealed_to(ours, theirs, room, tmp_path / "a.bundle")
    data = path.read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n")
    assert b"words that nobody" not in data
    assert ours.origin(room).encode() not in data
    with pytest.raises(Rejected, match="sealed to the node"):
        unpacking.peek(path)
    with pytest.raises(Rejected, match="never said where"):
        carry.read_bundle(nodes_third(tmp_path, ours, room), path)
    (theirs.folder / sealing.IDENTITY).rename(tmp_path / "kept")
    (theirs.publisher.tree / theirs.origin(room) / sealing.FILE).unlink()
    assert sealing.recipient_in(sealing.own_recipient(theirs, room)) != str(
        x25519.Identity.from_str((tmp_path / "kept").read_text().strip()).to_public()
    )
    with pytest.raises(Rejected, match="cannot be opened"):
        carry.read_bundle(theirs, path)
    (tmp_path / "kept").replace(theirs.folder / sealing.IDENTITY)
    assert carry.read_bundle(theirs, path)[1].entries == {ours.origin(room): 1}
    assert theirs.paper(room, note) == b"words that nobody on the way shall read"
    assert list((theirs.folder / SPOOL).iterdir()) == []


def nodes_fault(paper):
    from cochair.record.node import Draft

    return Draft("record", "fault", "record.fault/1", {"log": "x", "what": "letter", "evidence": paper})


def nodes_third(tmp_path, of, room):
    third = nodes.new_node(tmp_path / "XX", "XX", flow.REGISTRY)
    third.join(of.structural(room, room))
    trust(third, of, room)
    third.close()
    return third


def test_no_changed_or_shortened_one_is_applied(pair, tmp_path):
    ours, theirs, room = pair
    ours.write(room, [nodes_fault(ours.put_paper(room, bytes(200_000)))])
    data = sealed_to(ours, theirs, room, tmp_path / "a.bundle").read_bytes()
    for at in (30, 60, 100, 150, 200, 5000, 70_000, len(data) - 1):
        (tmp_path / "b").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(Rejected):
            carry.read_bundle(theirs, tmp_path / "b")
    for wrong in (data[:40], data[:300], data[:70_000], data[:-1], data + b"x", data[: len(data) // 65536 * 65536]):
        (tmp_path / "b").write_bytes(wrong)
        with pytest.raises(Rejected):
            carry.read_bundle(theirs, tmp_path / "b")
    assert theirs.heads(room).get(ours.origin(room), (0, b""))[0] == 0
    assert list((theirs.folder / SPOOL).iterdir()) == []


def test_a_sealed_bundle_that_was_cut_off_goes_on(pair, tmp_path):
    ours, theirs, room = pair
    path = sealed_to(ours, theirs, room, tmp_path / "a.bundle")

    def progress(done, total):
        if done > total // 2:
            raise OSError(5, "Input/output error")

    with pytest.raises(CochairError, match="Input/output"):
        carry.read_bundle(theirs, path, progress)
    assert list((theirs.folder / SPOOL).glob("import-*"))
    assert not carry.read_bundle(theirs, path)[1].problems
    assert list((theirs.folder / SPOOL).iterdir()) == []


def test_a_recipient_is_believed_under_the_pinned_key_alone(pair):
    ours, theirs, room = pair
    peer = ours.peers(room)["RU"]
    good = sealing.own_recipient(theirs, room)
    text = notes.split_note(good)[0]
    sign = theirs.signer.sign_text
    origin = theirs.origin(room)
    with pytest.raises(NotFound, match="not known here"):
        sealing.recipient_of(ours, room, "RU")
    for wrong in (
        good.replace(b"age1", b"age2"),
        ours.signer.sign_text(ours.origin(room), text),
        sign(origin, text + "more\n"),
        sign(origin, text.replace(origin, ours.origin(room))),
        sign(origin, text.replace("age1", "age1q")),
        sign(origin, text.replace(sealing.recipient_in(good), sealing.recipient_in(good).upper())),
        b"",
    ):
        with pytest.raises(Rejected):
            sealing.take_recipient(ours, room, peer, wrong)
    with pytest.raises(NotFound):
        sealing.recipient_of(ours, room, "RU")
    assert sealing.take_recipient(ours, room, peer, good) == sealing.recipient_of(ours, room, "RU") == sealing.recipient_in(good)


def test_a_bundle_of_what_is_new_is_small_and_tells_what_is_missing(pair, tmp_path):
    ours, theirs, room = pair
    ours.write(room, [nodes_fault(ours.put_paper(room, bytes(100_000))), *[nodes_fault(papers.paper("a letter"))] * 299])
    carry.write_bundle(ours, room, tmp_path / "whole")
    carry.write_bundle(ours, room, tmp_path / "late", since=200)
    with pytest.raises(Conflict, match="the one with the entries 0 to 199 is missing"):
        carry.read_bundle(theirs, tmp_path / "late")
    assert theirs.heads(room).get(ours.origin(room), (0, b""))[0] == 0
    carry.read_bundle(theirs, tmp_path / "whole")
    assert not carry.read_bundle(theirs, tmp_path / "late")[1].problems
    run.settle(theirs, room)
    carry.write_bundle(theirs, room, tmp_path / "back", new=True)
    carry.read_bundle(ours, tmp_path / "back")
    run.settle(ours, room)
    assert carry.acknowledged(ours, room, "RU")[ours.origin(room)] == 300
    header = carry.write_bundle(ours, room, tmp_path / "new", new=True)
    assert [head.size for head in header.since if head.origin == ours.origin(room)] == [300]
    assert (tmp_path / "new").stat().st_size < (tmp_path / "whole").stat().st_size // 3
    with pytest.raises(Conflict, match="entries, not 999"):
        carry.write_bundle(ours, room, tmp_path / "x", since=999)
    with pytest.raises(NotFound, match="XX is no other Side"):
        carry.write_bundle(ours, room, tmp_path / "x", to="XX", new=True)


def test_a_bundle_that_goes_on_from_other_entries_is_refused(pair, tmp_path):
    ours, theirs, room = pair
    ours.write(room, [nodes_fault(papers.paper("a letter"))])
    carry.write_bundle(ours, room, tmp_path / "whole")
    carry.read_bundle(theirs, tmp_path / "whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carry, "root_at", lambda *_: "ab" * 32)
        carry.write_bundle(ours, room, tmp_path / "other", since=1)
    before = theirs.heads(room)
    with pytest.raises(Rejected, match="goes on from other entries"):
        carry.read_bundle(theirs, tmp_path / "other")
    assert theirs.heads(room) == before


def test_what_carries_the_recipients(pair, tmp_path):
    """A plain bundle brings ours, and any exchange does."""
    ours, theirs, room = pair
    carry.write_bundle(ours, room, tmp_path / "a")
    carry.read_bundle(theirs, tmp_path / "a")
    assert sealing.recipient_of(theirs, room, "IN") == sealing.recipient_in(sealing.own_recipient(ours, room))
