"""Nothing by default: what is public is what both Sides consented to, and only as long as both do."""

import pytest

from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict, Denied, NotFound, Rejected
from cochair.publication import operations as op
from cochair.publication.contents import Consent
from cochair.publication.data import data, encode
from cochair.publication.queries import published
from cochair.record import positions
from tests.protocol.flow import IN, RU
from tests.publication.world import SECRETS


def seen(node, room):
    found = published(node, room)
    return encode(data([found] if found else [])).decode()


def test_nothing_is_public_by_default(world):
    assert published(world.t.ours, world.t.room) is None


@pytest.mark.parametrize("side", ["IN", "RU"])
def test_the_consent_of_one_side_publishes_nothing(world, side):
    node, who = (world.t.ours, IN) if side == "IN" else (world.t.theirs, RU)
    op.consent(node, world.t.room, who, world.t.body, "existence")
    world.t.meet()
    assert published(world.t.ours, world.t.room) is None
    assert published(world.t.theirs, world.t.room) is None


def test_each_consent_opens_what_it_names_and_no_more(world):
    t = world.t
    world.both(t.body, "existence")
    assert "Working Group" in seen(t.ours, t.room)
    assert "ordinals" not in seen(t.ours, t.room)
    world.both(t.session, "existence")
    assert '"ordinals"' in seen(t.ours, t.room)
    assert "ACTION" not in seen(t.ours, t.room)
    world.both(t.session, "actions")
    assert "ACTION" in seen(t.ours, t.room)
    assert "delayed" not in seen(t.ours, t.room)
    world.both(t.session, "status")
    assert "delayed" in seen(t.ours, t.room)
    assert "date_passed" not in seen(t.ours, t.room)
    world.both(t.session, "date-passed")
    assert "date_passed" in seen(t.ours, t.room)
    world.both(world.instrument, "existence")
    assert '"protocol"' in seen(t.ours, t.room)
    assert "wind tunnel" not in seen(t.ours, t.room)
    world.both(world.instrument, "text")
    assert "agreed to build a wind tunnel" in seen(t.ours, t.room)
    assert "договорились построить" in seen(t.ours, t.room)
    assert not published(t.ours, t.room).proof
    world.both(world.instrument, "proof")
    assert published(t.ours, t.room).proof
    assert not [secret for secret in SECRETS if secret in seen(t.ours, t.room)]


def test_both_nodes_publish_the_same(world):
    world.everything()
    assert seen(world.t.ours, world.t.room) == seen(world.t.theirs, world.t.room)


def test_what_one_side_takes_back_is_gone_with_what_needs_it(world):
    world.everything()
    op.withdraw(world.t.theirs, world.t.room, RU, world.instrument, "text")
    world.t.meet()
    found = published(world.t.ours, world.t.room)
    assert found.protocol(world.instrument).text is None
    assert not found.proof
    assert op.ours(world.t.theirs, world.t.room, world.instrument) == {"existence"}
    op.withdraw(world.t.ours, world.t.room, IN, world.t.body, "existence")
    assert published(world.t.ours, world.t.room) is None, "nothing hangs in the air without its body"


def test_an_open_text_cannot_be_published_and_its_existence_can(world):
    world.everything()
    with pytest.raises(Conflict, match="not adopted"):
        op.consent(world.t.ours, world.t.room, IN, world.open, "existence", "text")
    world.both(world.open, "existence")
    shown = seen(world.t.ours, world.t.room)
    assert world.open in shown
    assert "MARK" not in shown


def test_a_consent_to_a_text_that_names_no_sealed_wording_publishes_none(world):
    t = world.t
    world.both(t.body, "existence")
    world.both(t.session, "existence")
    world.both(world.open, "existence")
    for node in (t.ours, t.theirs):
        positions.propose(node, t.room, "publication.consent", Consent(manifest=world.manifest), subject=world.open, part="text")
    t.meet()
    assert published(t.ours, t.room).protocol(world.open).text is None


def test_ad_referendum_publishes_nothing(world):
    t = world.t
    for node in (t.ours, t.theirs):
        positions.propose(node, t.room, "publication.consent", Consent(), subject=t.body, part="existence", level="ad-referendum")
    t.meet()
    assert published(t.ours, t.room) is None


def test_accepting_takes_all_that_the_other_side_proposes(world):
    t = world.t
    op.consent(t.theirs, t.room, RU, t.session, "existence", "actions")
    t.meet()
    op.accept(t.ours, t.room, IN, t.session)
    assert op.ours(t.ours, t.room, t.session) == {"existence", "actions"}
    with pytest.raises(NotFound):
        op.accept(t.ours, t.room, IN, t.session)


def test_who_may_not_and_what_cannot(world):
    t = world.t
    with pytest.raises(Denied):
        op.consent(t.ours, t.room, Actor("IN", "Observer", frozenset({"observer"})), t.body, "existence")
    with pytest.raises(Rejected, match="without"):
        op.consent(t.ours, t.room, IN, world.instrument, "text")
    with pytest.raises(Rejected, match="cannot be published"):
        op.consent(t.ours, t.room, IN, t.body, "text")
    with pytest.raises(NotFound):
        op.consent(t.ours, t.room, IN, "IN/record/99", "existence")
    assert op.consent(t.ours, t.room, IN, t.body) == []


def test_consents_survive_a_rebuild(world):
    world.everything()
    before = seen(world.t.ours, world.t.room), world.t.ours.state_digest(world.t.room, "record")
    world.t.ours.rebuild(world.t.room)
    assert (seen(world.t.ours, world.t.room), world.t.ours.state_digest(world.t.room, "record")) == before
    assert before[1] == world.t.theirs.state_digest(world.t.room, "record")
