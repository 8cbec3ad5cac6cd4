"""Sealing on real nodes: by key outside the node, by scan, taken back, refused; and what a signature must be over."""

import msgspec
import pytest

from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict, Denied, NotFound, Rejected
from cochair.ledger import dsse
from cochair.protocol import gather, mandates, prepare, request, seals
from cochair.protocol import operations as op
from cochair.protocol.text import paragraph
from tests.protocol import flow
from tests.protocol.flow import IN, RU


@pytest.fixture
def t(tmp_path):
    with flow.table(tmp_path) as made:
        yield made


@pytest.fixture
def ready(t):
    """A text to be adopted, a manifest, a key on each Side."""
    id_, made = flow.settled(t)
    keys = {"IN": flow.mandate(t.ours, t.room, IN, t.body), "RU": flow.mandate(t.theirs, t.room, RU, t.body)}
    t.meet()
    _, digest = prepare.prepare_manifest(t.ours, t.room, id_)
    t.meet()
    return id_, made, digest, keys


def status(node, t, id_):
    return seals.slot_status(node, t.room, "adopt", id_)


def test_a_seal_by_key_is_checked_by_the_program_and_counts_when_both_have(t, ready):
    id_, _, digest, keys = ready
    flow.seal(t.ours, t.room, IN, digest, keys["IN"])
    t.meet()
    view = status(t.theirs, t, id_)
    assert (view.agreed, view.missing) == (None, ("RU",))
    assert view.waits_for_us == ("seal", f"check {view.seals[0].id}")
    [(_, found)] = seals.check_seals(t.theirs, t.room)
    assert found.result == "valid"
    assert seals.check_seals(t.theirs, t.room) == []
    assert seals.check_seal(t.theirs, t.room, view.seals[0].id).result == "valid"
    flow.seal(t.theirs, t.room, RU, digest, keys["RU"])
    t.meet()
    seals.check_seals(t.ours, t.room)
    t.meet()
    assert status(t.ours, t, id_).agreed == status(t.theirs, t, id_).agreed == digest
    assert status(t.ours, t, id_).waits_for_us == ()


def test_ink_the_scans_are_attested_by_both_and_confirmed_by_persons(t, ready):
    id_, _, digest, _ = ready
    for node, actor in ((t.ours, IN), (t.theirs, RU)):
        seals.attest_scan(node, t.room, actor, digest, b"%PDF of the scan", gather.heads(node, t.room))
        t.meet()
    for node, actor in ((t.ours, IN), (t.theirs, RU)):
        [theirs] = [one for one in status(node, t, id_).seals if one.side != node.side]
        assert seals.check_seal(node, t.room, theirs.id).result == "indeterminate"
        seals.confirm_scan(node, t.room, actor, theirs.id)
        with pytest.raises(Conflict):
            seals.confirm_scan(node, t.room, actor, theirs.id)
    t.meet()
    assert status(t.ours, t, id_).agreed == digest


def test_the_slot_has_changed_since_the_person_looked(t, ready):
    _, _, digest, keys = ready
    asked = seals.seal_request(t.ours, t.room, IN, digest, keys["IN"][0])
    flow.seal(t.theirs, t.room, RU, digest, keys["RU"])
    t.meet()
    with pytest.raises(Conflict, match="since it was read"):
        seals.file_seal(t.ours, t.room, IN, request.respond(asked, keys["IN"][1]))


def test_only_the_registered_key_over_the_very_request_is_taken(t, ready):
    _, _, digest, keys = ready
    asked = seals.seal_request(t.ours, t.room, IN, digest, keys["IN"][0])
    stranger = dsse.new_key()
    with pytest.raises(Rejected, match="another key"):
        request.respond(asked, stranger)
    forged = dsse.sign(request.PAYLOAD_TYPE, asked, [stranger])
    other = request.encode(msgspec.structs.replace(request.decode(asked), manifest="00" * 32))
    wrong_type = dsse.sign("application/vnd.other+json", asked, [keys["IN"][1]])
    for response in (forged, dsse.sign(request.PAYLOAD_TYPE, other, [stranger]), wrong_type, b"{}", b"not json"):
        with pytest.raises(Rejected):
            seals.file_seal(t.ours, t.room, IN, response)
    theirs = request.encode(msgspec.structs.replace(request.decode(asked), side="RU"))
    with pytest.raises(Rejected):
        seals.file_seal(t.ours, t.room, IN, dsse.sign(request.PAYLOAD_TYPE, theirs, [keys["IN"][1]]))
    assert status(t.ours, t, request.decode(asked).slot.of).seals == ()


def test_a_signature_over_something_else_is_left_to_a_person(t, ready):
    """A node that files what its checks would refuse: the other node's program does not find it valid."""
    id_, _, digest, keys = ready
    asked = request.decode(seals.seal_request(t.theirs, t.room, RU, digest, keys["RU"][0]))
    changes = ({"manifest": "00" * 32}, {"room": "11" * 32}, {"heads": {"IN": 1, "RU": 1}})
    for made in (msgspec.structs.replace(asked, **change) for change in changes):
        paper = t.theirs.put_paper(t.room, request.respond(request.encode(made), keys["RU"][1]))
        seals._file(t.theirs, t.room, asked.slot, digest, gather.heads(t.theirs, t.room), paper, keys["RU"][0])
    t.meet()
    found = seals.check_seals(t.ours, t.room)
    assert [one.result for _, one in found] == ["indeterminate"] * 3
    assert all("something else" in one.why for _, one in found)
    seals.refuse_seal(t.ours, t.room, IN, found[0][0], "not-the-request")
    t.meet()
    assert status(t.theirs, t, id_).seals[0].state == "refused"


def test_a_mandate_that_does_not_cover_the_day_shows_no_authority(t, ready):
    _, _, digest, _ = ready
    key = dsse.new_key()
    with t.theirs.read() as tx:
        [post] = [row["id"] for row in tx.query("SELECT id FROM bodies_post WHERE room = ? AND side = 'RU'", [t.room])]
    public = key.public.data.hex()
    entry = mandates.file_mandate(t.theirs, t.room, RU, post=post, body=t.body, public=public, since="2020-01-01", until="2020-12-31")
    flow.seal(t.theirs, t.room, RU, digest, (entry, key))
    t.meet()
    [(_, found)] = seals.check_seals(t.ours, t.room)
    assert found.result == "indeterminate" and "day" in found.why


@pytest.mark.parametrize("suite", dsse.SUITES)
def test_each_suite_can_be_registered_and_used(t, ready, suite):
    _, _, digest, _ = ready
    key = dsse.new_key(suite)
    with t.theirs.read() as tx:
        [post] = [row["id"] for row in tx.query("SELECT id FROM bodies_post WHERE room = ? AND side = 'RU'", [t.room])]
    public = key.public.data.hex()
    entry = mandates.file_mandate(t.theirs, t.room, RU, post=post, body=t.body, public=public, suite=suite, since="2026-01-01")
    flow.seal(t.theirs, t.room, RU, digest, (entry, key))
    t.meet()
    assert [one.result for _, one in seals.check_seals(t.ours, t.room)] == ["valid"]


@pytest.mark.parametrize("suite", ["ed25519", "ecdsa-p256"])
def test_a_key_in_its_der_form_is_the_same_key(suite):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = dsse.new_key(suite)
    der = key._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert mandates.public_key(suite, der.hex()) == mandates.public_key(suite, key.public.data.hex()) == key.public


@pytest.mark.parametrize(("suite", "public"), [("ed25519", "00"), ("ed25519", "zz"), ("ecdsa-p256", "ab" * 33), ("gost", "00" * 32)])
def test_what_is_no_key_is_not_registered(t, suite, public):
    with pytest.raises(Rejected):
        mandates.file_mandate(t.ours, t.room, IN, post="IN/record/4", body=t.body, public=public, suite=suite)


def test_a_seal_is_taken_back_and_given_anew(t, ready):
    id_, _, digest, keys = ready
    first = flow.seal(t.ours, t.room, IN, digest, keys["IN"])
    with pytest.raises(Conflict, match="already"):
        flow.seal(t.ours, t.room, IN, digest, keys["IN"])
    seals.revoke_seal(t.ours, t.room, IN, first)
    assert status(t.ours, t, id_).seals[0].state == "taken-back"
    t.meet()
    with pytest.raises(Rejected):
        seals.revoke_seal(t.theirs, t.room, RU, first)
    flow.seal(t.ours, t.room, IN, digest, keys["IN"])
    t.meet()
    flow.seal(t.theirs, t.room, RU, digest, keys["RU"])
    t.meet()
    seals.check_seals(t.ours, t.room)
    seals.check_seals(t.theirs, t.room)
    t.meet()
    assert status(t.ours, t, id_).agreed == digest


def test_what_has_moved_on_since_the_manifest_was_made_is_not_sealed(t, ready):
    id_, made, digest, keys = ready
    base = flow.grid_cell(t.theirs, t.room, id_, made[1], "en").ours.position
    op.propose_text(t.theirs, t.room, RU, made[1], "en", paragraph("en", "The Sides met in Kazan."), base=base)
    t.meet()
    with pytest.raises(Conflict, match=r"1\.1 is not agreed in en"):
        seals.seal_request(t.ours, t.room, IN, digest, keys["IN"][0])


def test_rights_and_unknown_things(t, ready):
    _, _, digest, keys = ready
    secretary = Actor("IN", "Secretary", frozenset({"secretary"}))
    with pytest.raises(Denied):
        seals.seal_request(t.ours, t.room, secretary, digest, keys["IN"][0])
    with pytest.raises(NotFound):
        seals.revoke_seal(t.ours, t.room, IN, "IN/record/999")
    with pytest.raises(NotFound):
        seals.seal_request(t.ours, t.room, IN, digest, keys["RU"][0])
