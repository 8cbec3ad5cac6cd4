"""The cosigning and the exchange key of a node renewed by terms: what the old keys still say, and what whoever stole them cannot say."""

import pytest

from cochair.cli import verify as v
from cochair.exchange import carry, descriptor, pull, run
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, Conflict, Denied, NotFound, Rejected
from cochair.kit.ids import working_log
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.cosignatures import CosignatureVerifier, Cosigner
from cochair.ledger.notes import open_note, sign_note, split_note
from cochair.protocol import operations as op
from cochair.protocol import terms
from cochair.record import positions, receiving, renewals
from cochair.record.keys import load_node_keys, load_public_keys, renew_keys
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.tree import open_tree, write_tree
from cochair.stages import REGISTRY
from tests.makers import bodies
from tests.makers.actors import OBSERVER
from tests.protocol import flow
from tests.protocol.flow import IN, RU

LETTER = b"%PDF SPECIMEN letter of the secretary"


@pytest.fixture
def t(tmp_path, monkeypatch):
    monkeypatch.setattr(flow, "REGISTRY", REGISTRY)
    with flow.table(tmp_path) as made:
        for node in (made.ours, made.theirs):
            open_tree(node)
        yield made
        for node in (made.ours, made.theirs):
            assert node.fsck(made.room) == []


def met(t, node):
    """One exchange of a node -> what it could not take."""
    other = t.theirs if node is t.ours else t.ours
    write_tree(other, t.room)
    return run.exchange(node, t.room, FolderSource(other.publisher.tree)).problems


def meet(t):
    for _ in range(3):
        for node in (t.theirs, t.ours):
            assert met(t, node) == {}


def renewed(t, **uses):
    """Both Sides settle terms with new keys of ours -> those terms. Theirs have not taken that they are in force."""
    renew_keys(t.ours.folder, **uses)
    digest = terms.propose_renewal(t.ours, t.room, IN)
    first = terms.seal_terms(t.ours, t.room, IN, digest, LETTER)
    meet(t)
    second = terms.seal_terms(t.theirs, t.room, RU, digest, LETTER, told(t, digest))
    terms.find_terms(t.theirs, t.room, RU, first)
    meet(t)
    terms.find_terms(t.ours, t.room, IN, second)
    receiving.authenticate(t.ours, t.room)
    return digest


def told(t, digest):
    """What our secretary reads out."""
    return renewals.keys_print(next(each for each in t.ours.structural(t.room, digest)["sides"] if each["side"] == "IN"))


def cosigned(t):
    """Which of our keys is on their checkpoint -> (size, verifier key)."""
    note = (t.ours.folder / "tree" / t.room / "cosigned" / t.theirs.origin(t.room)).read_bytes()
    for key in renewals.all_cosigners(t.ours.named(t.room)):
        try:
            return Checkpoint.parse(open_note(note, [CosignatureVerifier(key)]).text).size, key
        except Rejected:
            continue
    raise AssertionError("it is cosigned by none of our keys")


def write(t, node):
    positions.say(node, t.room, "bodies.post", bodies.post(t.body))


def proof(t, tmp_path, name="proof.tar"):
    carry.write_bundle(t.ours, t.room, tmp_path / name, working=False)
    return v.verify([tmp_path / name], v.Anchor(t.room, {}))


def test_the_new_key_cosigns_from_its_terms_on_and_the_old_one_counts_up_to_them(t, tmp_path):
    meet(t)
    old = t.ours.named(t.room)["cosign_key"]
    before = cosigned(t)
    renew_keys(t.ours.folder, cosign=True)
    digest = terms.propose_renewal(t.ours, t.room, IN)
    terms.seal_terms(t.ours, t.room, IN, digest, LETTER)
    [entry] = [each for each in t.ours.structural(t.room, digest)["sides"] if each["side"] == "IN"]
    [last] = renewals.ended(entry)
    assert (last.cosign_key, last.exchange_key, last.heads["RU"].size) == (old, "", t.ours.heads(t.room)[t.theirs.origin(t.room)][0])
    write(t, t.theirs)
    meet(t)
    assert cosigned(t)[1] == old
    assert before[0] <= cosigned(t)[0] <= last.heads["RU"].size, "what its end does not cover, the old key does not sign"
    second = terms.seal_terms(t.theirs, t.room, RU, digest, LETTER, told(t, digest))
    [first] = terms.open_terms(t.theirs, t.room).seals[:1]
    terms.find_terms(t.theirs, t.room, RU, first.id)
    meet(t)
    terms.find_terms(t.ours, t.room, IN, second)
    meet(t)
    for node in (t.ours, t.theirs):
        assert node.named(t.room, "IN")["cosign_key"] == load_public_keys(t.ours.folder).cosign_vkey() != old
    write(t, t.theirs)
    meet(t)
    assert cosigned(t) == (t.ours.heads(t.room)[t.theirs.origin(t.room)][0], t.ours.named(t.room)["cosign_key"])
    assert pull.cosigned(t.theirs, t.room)["IN"] == (t.ours.folder / "tree" / t.room / "cosigned" / t.theirs.origin(t.room)).read_bytes()
    verdict = proof(t, tmp_path)
    assert verdict.status == v.PROVEN, verdict.lines
    assert any("with a key that has ended" in one for one in verdict.lines[0].details)
    assert t.ours.state_digest(t.room) == t.theirs.state_digest(t.room)


def thief(node):
    """A cosigner with the first cosigning key of a node."""
    keys = load_node_keys(node.folder)
    return Cosigner(keys.public.cosigner, keys.cosigns[keys.public.cosigns[0]])


def test_a_stolen_cosigning_key_says_nothing_beyond_its_end(t, tmp_path):
    meet(t)
    renewed(t, cosign=True)
    meet(t)
    write(t, t.theirs)
    meet(t)
    origin, stolen = t.theirs.origin(t.room), thief(t.ours)
    text, lines = split_note(t.theirs.checkpoint(t.room, origin))
    forged = sign_note(text, [*lines, stolen.sign(text, 1_800_000_000)])
    path = t.ours.publisher.tree / t.room / "cosigned" / origin
    good = path.read_bytes()
    path.write_bytes(forged)
    pulled = pull.Pulled()
    pull._take_cosignature(t.theirs, t.room, FolderSource(t.ours.publisher.tree), pulled)
    assert "a key that had ended before" in pulled.problems[f"cosignature of {origin}"]
    assert pull.cosigned(t.theirs, t.room)["IN"] == good
    assert proof(t, tmp_path).status == v.REFUSED
    path.write_bytes(good)
    assert proof(t, tmp_path, "good.tar").status == v.PROVEN


def test_another_history_up_to_the_end_of_a_key_is_not_taken_for_the_one_that_the_terms_name(t, tmp_path, monkeypatch):
    renewed(t, cosign=True)
    meet(t)
    assert proof(t, tmp_path).status == v.PROVEN
    real = renewals._head
    monkeypatch.setattr(renewals, "_head", lambda value: real(value)._replace(root="ab" * 32))
    refused = v.verify([tmp_path / "proof.tar"], v.Anchor(t.room, {}))
    assert refused.status == v.REFUSED
    assert "another history" in refused.lines[0].words


def test_working_papers_go_on_under_the_new_exchange_key_and_the_old_one_makes_nothing_new(t, tmp_path):
    id_ = flow.opened(t)
    op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    meet(t)
    op.propose_draft(t.theirs, t.room, RU, id_, flow.units())
    meet(t)
    ours, theirs = (node.origin(t.room, working_log(id_)) for node in (t.ours, t.theirs))
    old = t.ours.checkpoint(t.room, ours)
    renewed(t, exchange=True)
    assert met(t, t.ours) == {}, "what it holds already is no wrong, under whichever key"
    op.propose_draft(t.theirs, t.room, RU, id_, flow.units())
    assert "exchange key that has ended" in met(t, t.ours)[theirs]
    assert met(t, t.theirs) == {}
    meet(t)
    key = t.ours.named(t.room)["exchange_key"]
    assert t.theirs.signer.open_working(t.ours.checkpoint(t.room, ours), room=t.room, peer=key).origin == ours
    op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    with pytest.raises(Rejected):
        t.theirs.receive(t.room, ours, old, 0, t.ours.entries(t.room, ours))
    meet(t)
    assert t.ours.heads(t.room) == t.theirs.heads(t.room)
    assert t.ours.state_digest(t.room, "working") == t.theirs.state_digest(t.room, "working")


def again(t, node):
    """The node closed and opened."""
    node.close()
    opened = Node.open(node.folder, registry=node.registry, clock=node.clock, make_signer=InProcessSigner)
    node.__dict__.update(opened.__dict__)
    return node


@pytest.mark.parametrize("use", ["cosign", "exchange"])
def test_a_key_that_is_lost_is_renewed_and_the_node_goes_on(t, use):
    id_ = flow.opened(t)
    op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    meet(t)
    t.ours.close()
    (t.ours.folder / "signer" / f"{use}.pem").unlink()
    with pytest.raises(NotFound, match=rf"keys renew .* --{use}"):
        Node.open(t.ours.folder, registry=REGISTRY, make_signer=InProcessSigner)
    renew_keys(t.ours.folder, **{use: True})
    t.ours.__dict__.update(Node.open(t.ours.folder, registry=REGISTRY, clock=t.ours.clock, make_signer=InProcessSigner).__dict__)
    write(t, t.theirs)
    assert met(t, t.theirs) == {}
    lost = met(t, t.ours)
    assert [why.partition(" key ")[0] for why in lost.values()] == ["The exchange"] * (use == "exchange"), lost
    if use == "exchange":
        with pytest.raises(CochairError, match="The exchange key"):
            op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    digest = terms.propose_renewal(t.ours, t.room, IN)
    first = terms.seal_terms(t.ours, t.room, IN, digest, LETTER)
    met(t, t.theirs)
    second = terms.seal_terms(t.theirs, t.room, RU, digest, LETTER, told(t, digest))
    terms.find_terms(t.theirs, t.room, RU, first)
    met(t, t.ours)
    terms.find_terms(t.ours, t.room, IN, second)
    again(t, t.ours)
    for node in (t.ours, t.theirs, t.ours):
        met(t, node)
    op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    write(t, t.theirs)
    meet(t)
    assert t.ours.heads(t.room) == t.theirs.heads(t.room)
    assert cosigned(t)[0] == t.ours.heads(t.room)[t.theirs.origin(t.room)][0]


def test_keys_restored_from_before_a_renewal_are_told_and_renewed_again(t):
    old = {path: path.read_bytes() for path in (t.ours.folder / "signer").glob("*.*") if path.suffix in (".pem", ".json")}
    renewed(t, cosign=True, exchange=True)
    meet(t)
    t.ours.close()
    for path in (t.ours.folder / "signer").glob("*-*.pem"):
        path.unlink()
    for path, data in old.items():
        path.write_bytes(data)
    again(t, t.ours)
    write(t, t.theirs)
    assert met(t, t.ours) == {}
    assert cosigned(t)[0] < t.ours.heads(t.room)[t.theirs.origin(t.room)][0], "it has no key that it could cosign with"
    with pytest.raises(Conflict, match="already"):
        terms.propose_renewal(t.ours, t.room, IN)
    renewed(t, cosign=True, exchange=True)
    meet(t)
    assert cosigned(t) == (t.ours.heads(t.room)[t.theirs.origin(t.room)][0], load_public_keys(t.ours.folder).cosign_vkey())


def test_own_working_papers_come_back_from_a_copy_that_was_made_under_the_key_before(t):
    id_ = flow.opened(t)
    op.propose_draft(t.ours, t.room, IN, id_, flow.units())
    meet(t)
    origin = t.ours.origin(t.room, working_log(id_))
    held = t.theirs.checkpoint(t.room, origin)
    renewed(t, exchange=True)
    assert receiving.own_head(t.ours, t.room, origin, held) == "known"
    for _ in range(2):
        met(t, t.theirs)
        met(t, t.ours)
    (t.ours.folder / "signer" / "exchange.pem").unlink()
    again(t, t.ours)
    with pytest.raises(Rejected, match="not one that this node made"):
        receiving.own_head(t.ours, t.room, origin, held)


def test_nobody_seals_keys_that_were_not_compared_or_heads_that_he_does_not_hold(t):
    meet(t)
    renew_keys(t.ours.folder, cosign=True, exchange=True)
    with pytest.raises(Denied):
        terms.propose_renewal(t.ours, t.room, OBSERVER)
    digest = terms.propose_renewal(t.ours, t.room, IN)
    first = terms.seal_terms(t.ours, t.room, IN, digest, LETTER)
    meet(t)
    for typed in ("", renewals.keys_print(t.ours.named(t.room))):
        with pytest.raises(Conflict, match="nobody has compared"):
            terms.seal_terms(t.theirs, t.room, RU, digest, LETTER, typed)
    with pytest.raises(Conflict, match="has not sealed them"):
        terms.find_terms(t.theirs, t.room, RU, first)
    made = t.ours.structural(t.room, digest)
    for size, root, match in ((10_000, None, "held here"), (None, "ab" * 32, "other entries"), (0, None, "other entries")):
        spoiled = changed(made, heads={"RU": {"size": size, "root": root}})
        with pytest.raises(Conflict, match=match):
            seal_as_said(t, spoiled)
    from cochair.ledger.merkle import EMPTY_ROOT

    with pytest.raises(Conflict, match="the terms name less"):
        seal_as_said(t, changed(made, heads={"RU": {"size": 0, "root": EMPTY_ROOT.hex()}}))


def seal_as_said(t, made):
    digest = t.theirs.put_structural(t.room, made)
    [entry] = [each for each in made["sides"] if each["side"] == "IN"]
    terms.seal_terms(t.theirs, t.room, RU, digest, LETTER, renewals.keys_print(entry))


def changed(made, **told):
    """Terms in which what ended of IN is said otherwise; None keeps a value."""
    sides = []
    for each in made["sides"]:
        if each["side"] == "IN":
            [*rest, last] = each["ended"]
            item = {**last, **{k: x for k, x in told.items() if k != "heads"}}
            for side, head in told.get("heads", {}).items():
                kept = last["heads"][side]
                item["heads"] = {**last["heads"], side: {k: kept[k] if x is None else x for k, x in head.items()}}
            each = {**each, "ended": [*rest, item]}
        sides.append(each)
    return {**made, "sides": sides}


def test_terms_that_another_proposes_for_us_end_nothing_that_we_gave(t):
    meet(t)
    from cochair.ledger.merkle import EMPTY_ROOT

    renew_keys(t.ours.folder, cosign=True)
    made = t.ours.structural(t.room, terms.propose_renewal(t.ours, t.room, IN))
    spoiled = t.ours.put_structural(t.room, changed(made, heads={"RU": {"size": 0, "root": EMPTY_ROOT.hex()}}))
    with pytest.raises(Conflict, match="the terms name less"):
        terms.seal_terms(t.ours, t.room, IN, spoiled, LETTER)


def test_a_cosignature_of_another_history_is_not_kept(t):
    meet(t)
    origin, stolen = t.theirs.origin(t.room), thief(t.ours)
    size = t.theirs.heads(t.room)[origin][0]
    text = Checkpoint(origin, size, bytes(32)).text()
    path = t.ours.publisher.tree / t.room / "cosigned" / origin
    good = path.read_bytes()
    path.write_bytes(sign_note(text, [stolen.sign(text, 1_800_000_000)]))
    pulled = pull.Pulled()
    pull._take_cosignature(t.theirs, t.room, FolderSource(t.ours.publisher.tree), pulled)
    assert "another history" in pulled.problems[f"cosignature of {origin}"]
    assert pull.cosigned(t.theirs, t.room)["IN"] == good


def test_terms_that_renew_otherwise_than_they_must_are_not_sealed(t):
    renew_keys(t.ours.folder, cosign=True)
    digest = terms.propose_renewal(t.ours, t.room, IN)
    made, before = t.ours.structural(t.room, digest), t.ours.terms(t.room)
    [entry], [old] = ([each for each in one["sides"] if each["side"] == "IN"] for one in (made, before))
    bad = [
        {**entry, "ended": []},
        {**entry, "ended": entry["ended"] * 2},
        {**entry, "ended": [{**entry["ended"][0], "cosign_key": entry["cosign_key"]}]},
        {**entry, "exchange_key": "09" + "00" * 31},
        {**old, "ended": entry["ended"]},
        {**entry, "cosign_key": old["cosign_key"].replace("in.example", "to.example")},
        {**entry, "cosign_key": "nonsense"},
        {**entry, "ended": {}},
        {**entry, "ended": [{}]},
        {**entry, "ended": [{"cosign_key": old["cosign_key"]}]},
        {**entry, "ended": [{**entry["ended"][0], "heads": {"RU": {"size": True, "root": "ab" * 32}}}]},
        {**entry, "log_key": old["log_key"].replace("c7", "c8")},
    ]
    for each in bad:
        spoiled = {**made, "sides": [each if one["side"] == "IN" else one for one in made["sides"]]}
        with pytest.raises(CochairError):
            seal_as_said(t, spoiled)
    seal_as_said(t, made)


def test_a_second_renewal_adds_to_the_first_and_a_key_never_comes_back(t, tmp_path):
    renewed(t, cosign=True)
    meet(t)
    renewed(t, cosign=True, exchange=True)
    meet(t)
    entry = t.theirs.named(t.room, "IN")
    assert [bool(one.exchange_key) for one in renewals.ended(entry)] == [False, True]
    assert len(set(renewals.all_cosigners(entry))) == 3
    with pytest.raises(Conflict, match="already"):
        terms.propose_renewal(t.ours, t.room, IN)
    back = renewals.renewed(entry, {"cosign_key": renewals.all_cosigners(entry)[0]}, {})
    with pytest.raises(Rejected, match="used before"):
        renewals.step(entry, back)
    write(t, t.theirs)
    meet(t)
    assert proof(t, tmp_path).status == v.PROVEN
    told_ = descriptor.open_descriptor(descriptor.describe(t.ours, t.room))
    assert descriptor.trust(t.theirs, told_, told_.fingerprint()) == t.room, "paired again, for a new address, by the keys of now"
    assert t.ours.join(t.ours.structural(t.room, t.room)) == t.room


def test_a_seal_of_new_terms_is_taken_back_and_the_old_key_goes_on(t):
    meet(t)
    renew_keys(t.ours.folder, cosign=True)
    terms.seal_terms(t.ours, t.room, IN, terms.propose_renewal(t.ours, t.room, IN), LETTER)
    terms.withdraw_terms(t.ours, t.room, IN)
    with pytest.raises(Conflict, match="no seal"):
        terms.withdraw_terms(t.ours, t.room, IN)
    old = t.ours.named(t.room)["cosign_key"]
    write(t, t.theirs)
    meet(t)
    assert cosigned(t) == (t.ours.heads(t.room)[t.theirs.origin(t.room)][0], old)


def test_a_new_room_begins_with_the_new_keys_and_an_old_one_keeps_its_own(t):
    first = t.ours.named(t.room)
    renew_keys(t.ours.folder, cosign=True, exchange=True)
    room = t.ours.found("c8")
    assert {name for name in renewals.KEYS if t.ours.named(room)[name] != first[name]} == set(renewals.KEYS)
    assert t.ours.named(t.room) == first
    write(t, t.theirs)
    meet(t)
    assert cosigned(t)[1] == first["cosign_key"]
    with pytest.raises(Conflict, match="join first"):
        terms.propose_renewal(t.ours, room, IN)
