"""A room founded by one Side; the other joins; both seal the new terms; what was one Side's becomes joint."""

import pytest

from cochair.exchange import descriptor
from cochair.kit.errors import Conflict, Denied, Rejected
from cochair.protocol import terms
from cochair.record import positions, queries
from tests.makers import bodies
from tests.makers import nodes as base
from tests.makers.actors import OBSERVER
from tests.protocol import flow
from tests.protocol.flow import IN, RU, exchange

LETTER = b"%PDF SPECIMEN letter of the secretary"


@pytest.fixture
def two(tmp_path):
    ours, theirs = (base.new_node(tmp_path / side, side, flow.REGISTRY) for side in ("IN", "RU"))
    room = ours.found("c7")
    for node, other in ((theirs, ours), (ours, theirs)):
        given = descriptor.open_descriptor(descriptor.describe(other, room))
        descriptor.trust(node, given, given.fingerprint())
    yield ours, theirs, room
    ours.close()
    theirs.close()


def joint(ours, theirs, room):
    digest = terms.propose_terms(ours, room, IN, [theirs.descriptor("c7")])
    first = terms.seal_terms(ours, room, IN, digest, LETTER)
    exchange(ours, theirs, room)
    second = terms.seal_terms(theirs, room, RU, digest, LETTER)
    terms.find_terms(theirs, room, RU, first)
    exchange(ours, theirs, room)
    terms.find_terms(ours, room, IN, second)
    exchange(ours, theirs, room)
    return digest


def test_terms_are_in_force_when_both_sides_sealed_them(two):
    ours, theirs, room = two
    body = positions.propose(ours, room, "bodies.body", bodies.body(parent=None))
    exchange(ours, theirs, room)
    positions.accept(theirs, room, "bodies.body", body)
    exchange(ours, theirs, room)
    with ours.read() as tx:
        assert queries.matter(tx, room, "bodies.body", body).standing != "agreed", "a room with one Side agrees on nothing"
    joint(ours, theirs, room)
    for node in two[:2]:
        assert [each["side"] for each in node.terms(room)["sides"]] == ["IN", "RU"]
        with node.read() as tx:
            assert queries.matter(tx, room, "bodies.body", body).standing == "agreed"
    assert ours.state_digest(room) == theirs.state_digest(room)
    assert ours.fsck(room) == theirs.fsck(room) == []


def test_one_seal_is_not_enough_and_is_not_given_twice(two):
    ours, theirs, room = two
    digest = terms.propose_terms(ours, room, IN, [theirs.descriptor("c7")])
    terms.seal_terms(ours, room, IN, digest, LETTER)
    exchange(ours, theirs, room)
    assert len(theirs.terms(room)["sides"]) == 1
    with pytest.raises(Conflict, match="already"):
        terms.seal_terms(ours, room, IN, digest, LETTER)


def test_keys_that_nobody_compared_are_not_sealed(two):
    ours, theirs, room = two
    stranger = theirs.descriptor("c7") | {"log_key": ours.descriptor("c7")["log_key"]}
    with pytest.raises(Conflict, match="other keys"):
        terms.propose_terms(ours, room, IN, [stranger])
    with pytest.raises(Conflict, match="not paired"):
        terms.propose_terms(ours, room, IN, [theirs.descriptor("c7") | {"side": "EU"}])


@pytest.mark.parametrize("change", [{"working": "recorded"}, {"slug": "c8"}, {"limits": {}}])
def test_terms_change_nothing_but_the_sides(two, change):
    ours, theirs, room = two
    digest = terms.propose_terms(ours, room, IN, [theirs.descriptor("c7")])
    spoiled = ours.put_structural(room, ours.structural(room, digest) | change)
    with pytest.raises(Conflict):
        terms.seal_terms(ours, room, IN, spoiled, LETTER)


def test_who_may_not_and_what_is_no_step(two):
    ours, theirs, room = two
    with pytest.raises(Denied):
        terms.propose_terms(ours, room, OBSERVER, [theirs.descriptor("c7")])
    with pytest.raises(Conflict, match="no further Side"):
        terms.propose_terms(ours, room, IN, [])
    digest = terms.propose_terms(ours, room, IN, [theirs.descriptor("c7")])
    with pytest.raises(Rejected, match="letter"):
        terms.seal_terms(ours, room, IN, digest, b"")
    joint(ours, theirs, room)
    with pytest.raises(Conflict, match="do not follow"):
        terms.seal_terms(ours, room, IN, digest, LETTER)
