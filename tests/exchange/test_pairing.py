"""Two nodes that never trusted each other: descriptors, fingerprints, and every way of carrying the bytes ends in the same state."""

import pytest

from cochair.exchange import carry, descriptor, requests, run, serving
from cochair.exchange.sources import FolderSource, HttpsSource
from cochair.kit.errors import CochairError, Denied, NotHeld, Rejected
from cochair.record import positions
from cochair.record.tree import open_tree, write_tree
from tests.makers import bodies, nodes
from tests.protocol import flow


@pytest.fixture
def two(tmp_path):
    ours, theirs = (nodes.new_node(tmp_path / side, side, flow.REGISTRY) for side in ("IN", "RU"))
    room = ours.found("c7")
    yield ours, theirs, room
    ours.close()
    theirs.close()


@pytest.fixture
def paired(two):
    ours, theirs, room = two
    given = descriptor.open_descriptor(descriptor.describe(ours, room))
    descriptor.trust(theirs, given, given.fingerprint())
    back = descriptor.open_descriptor(descriptor.describe(theirs, room))
    descriptor.trust(ours, back, back.fingerprint())
    return ours, theirs, room


def digests(node, room):
    return {which: node.state_digest(room, which) for which in ("record", "working")}


def test_people_compare_a_fingerprint_before_anything_is_trusted(two):
    ours, theirs, room = two
    given = descriptor.open_descriptor(descriptor.describe(ours, room))
    assert len(given.fingerprint().split()) == 8
    assert given.room == room
    with pytest.raises(Rejected, match="fingerprint"):
        descriptor.trust(theirs, given, given.fingerprint()[:-1] + "x")
    assert theirs.rooms() == []
    assert descriptor.trust(theirs, given, given.fingerprint().replace(" ", "-")) == room


@pytest.mark.parametrize("place", [30, 200, 500, -60, -5])
def test_a_changed_descriptor_is_refused(two, place):
    ours, _theirs, room = two
    note = bytearray(descriptor.describe(ours, room))
    note[place] ^= 1
    with pytest.raises(Rejected):
        descriptor.open_descriptor(bytes(note))


def test_a_descriptor_of_the_own_side_is_not_a_peer(two):
    ours, _theirs, room = two
    own = descriptor.open_descriptor(descriptor.describe(ours, room))
    with pytest.raises(Rejected, match="own Side"):
        descriptor.trust(ours, own, own.fingerprint())


def test_a_folder_carries_both_ways_and_acknowledges(paired):
    ours, theirs, room = paired
    positions.propose(ours, room, "bodies.body", bodies.body(parent=None))
    for node in (ours, theirs):
        open_tree(node)
    for _ in range(3):
        for node, other in ((ours, theirs), (theirs, ours)):
            write_tree(other, room)
            pulled = run.exchange(node, room, FolderSource(other.publisher.tree))
            assert pulled.problems == {}
    assert digests(ours, room) == digests(theirs, room)
    assert pulled.cosigned == ["IN"]
    assert run.exchange(ours, room, FolderSource(theirs.publisher.tree)).entries == {}


def test_a_bundle_twice_or_late_changes_nothing_more(paired, tmp_path):
    ours, theirs, room = paired
    positions.propose(ours, room, "bodies.body", bodies.body(parent=None))
    early = tmp_path / "early.tar"
    carry.write_bundle(ours, room, early)
    positions.propose(ours, room, "bodies.body", bodies.commission())
    late = tmp_path / "late.tar"
    carry.write_bundle(ours, room, late)
    assert carry.read_bundle(theirs, late)[1].entries == {ours.origin(room): 2}
    assert carry.read_bundle(theirs, late)[1].entries == {}
    stale = carry.read_bundle(theirs, early)[1]
    assert stale.entries == stale.problems == {}
    assert theirs.heads(room)[ours.origin(room)] == ours.heads(room)[ours.origin(room)]


def test_a_bundle_of_a_stranger_is_refused(paired, tmp_path):
    ours, theirs, _room = paired
    stranger = nodes.new_node(tmp_path / "XX", "XX", flow.REGISTRY)
    other = stranger.found("c7")
    carry.write_bundle(stranger, other, tmp_path / "x.tar")
    stranger.close()
    with pytest.raises(CochairError, match="not in"):
        carry.read_bundle(theirs, tmp_path / "x.tar")
    assert theirs.rooms() == ours.rooms()


def test_a_record_bundle_names_no_working_byte(tmp_path):
    with flow.table(tmp_path) as t:
        flow.settled(t)
        carry.write_bundle(t.ours, t.room, tmp_path / "public.tar", working=False)
        assert b"/w-IN-" not in (tmp_path / "public.tar").read_bytes()
        carry.write_bundle(t.ours, t.room, tmp_path / "whole.tar")
        assert b"/w-IN-" in (tmp_path / "whole.tar").read_bytes()


def test_only_a_peer_reads_the_tree(paired, tmp_path):
    ours, theirs, room = paired
    write_tree(ours, room)
    path = f"{ours.origin(room)}/checkpoint"
    header = requests.authorization(theirs, room, path)
    assert serving.answer(ours, path, header) == (200, ours.checkpoint(room, ours.origin(room)))
    assert serving.answer(ours, path, "")[0] == 401
    assert serving.answer(ours, path, header[:-3] + "AAA")[0] == 401
    assert serving.answer(ours, f"{room}/structural/{room}", header)[0] == 401, "the signature is for one path"
    assert serving.answer(ours, path, requests.authorization(ours, room, path))[0] == 401, "a node is not its own peer"
    assert serving.answer(ours, "../node.json", requests.authorization(theirs, room, "../node.json"))[0] == 401


def test_an_old_request_is_refused(paired, time_machine):
    ours, theirs, room = paired
    path = f"{ours.origin(room)}/checkpoint"
    time_machine.move_to("2026-09-01T09:00:00Z")
    header = requests.authorization(theirs, room, path)
    requests.check(ours, header, path)
    time_machine.move_to("2026-09-01T09:06:00Z")
    with pytest.raises(Denied, match="too old"):
        requests.check(ours, header, path)


def test_a_source_that_cannot_be_reached_says_the_next_step(paired):
    ours, _theirs, room = paired
    with pytest.raises(CochairError, match="bundle write"):
        HttpsSource(ours, room, "https://127.0.0.1:9", "").get(f"{room}/structural/{room}")
    with pytest.raises(CochairError, match="looks like https"):
        HttpsSource(ours, room, "http://127.0.0.1:9", "")


def test_a_link_in_a_folder_is_as_good_as_nothing(tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a").symlink_to(tmp_path / "secret")
    with pytest.raises(NotHeld):
        FolderSource(tmp_path / "tree").get("a")
