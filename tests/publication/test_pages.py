"""The public pages and the page of consents, as browsers get them from a real node."""

import pytest

from cochair.accounts.here import using
from cochair.kit.errors import Denied
from cochair.publication import operations as op
from cochair.publication.queries import published
from tests.pages import make_user
from tests.protocol.flow import IN, RU
from tests.publication.world import SECRETS


@pytest.fixture
def ours(world):
    with using(world.t.ours):
        yield world


def public_addresses(world):
    short = {name: id_.replace("/record/", "-") for name, id_ in [*world.things.items(), ("open", world.open)]}
    return [
        "/public/", "/public/data.json", "/public/c7/", "/public/c7/data.json", "/public/c7/check/", "/public/c7/record.tar",
        f"/public/c7/sessions/{short['session']}/", f"/public/c7/protocols/{short['instrument']}/", f"/public/c7/protocols/{short['open']}/",
    ]  # fmt: skip


def everything_seen(client, world):
    return "".join(
        b"".join(answer.streaming_content).decode(errors="replace") if answer.streaming else answer.content.decode()
        for answer in (client.get(url, headers={"accept-language": lang}) for url in public_addresses(world) for lang in ("en", "ru") if not url.endswith(".tar"))
    )  # fmt: skip


def test_a_stranger_sees_nothing_by_default(client, db, ours):
    found = {url: client.get(url).status_code for url in public_addresses(ours)}
    assert {url for url, status in found.items() if status == 200} == {"/public/", "/public/data.json"}
    shown = everything_seen(client, ours)
    assert not [word for word in (*SECRETS, "Working Group", "ACTION", "wind tunnel", "c7</") if word in shown]
    assert client.get("/public/data.json").json()["rooms"] == []


def test_a_room_without_anything_public_answers_like_no_room(client, db, ours):
    one, other = client.get("/public/c7/"), client.get("/public/nowhere/")
    assert one.status_code == other.status_code == 404
    assert one.content.replace(b"c7", b"nowhere") == other.content


def test_with_every_consent_a_stranger_sees_it_and_no_secret(client, db, ours):
    ours.everything()
    assert {
        client.get(url).status_code for url in public_addresses(ours) if not url.endswith(f"/{ours.open.replace('/record/', '-')}/")
    } == {200}
    shown = everything_seen(client, ours)
    assert not [secret for secret in SECRETS if secret in shown]
    for word in ("wind tunnel", "аэродинамическую трубу", "ACTION exchange lists", "12.8", ours.t.room, "Specimen"):
        assert word in shown
    assert "sessionid" not in client.get("/public/").cookies


def test_a_body_is_named_in_the_readers_language_whichever_side_has_the_name(client, db, ours):
    ours.both(ours.t.body, "existence")
    assert "SPECIMEN India-Russia Working Group" in client.get("/public/", headers={"accept-language": "en"}).content.decode()
    assert (
        '<h2 class="govuk-heading-l">ОБРАЗЕЦ Российско-индийская рабочая группа</h2>'
        in client.get("/public/", headers={"accept-language": "ru"}).content.decode()
    )


def test_a_person_of_the_other_side_consents_to_nothing_here(client, db, ours):
    with pytest.raises(Denied):
        op.consent(ours.t.ours, ours.t.room, RU, ours.t.body, "existence")


def test_only_one_page_is_closed_by_one_withdrawal(client, db, ours):
    ours.everything()
    op.withdraw(ours.t.ours, ours.t.room, IN, ours.instrument, "existence")
    assert client.get(f"/public/c7/protocols/{ours.instrument.replace('/record/', '-')}/").status_code == 404
    assert client.get("/public/c7/").status_code == 200


@pytest.fixture
def secretary(client, db, ours):
    client.force_login(make_user("secretary", "secretary"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def key(id_, item):
    return f"{id_.replace('/record/', '-')}:{item}"


def test_ticking_consents_and_the_other_side_makes_it_public(secretary, ours):
    t = ours.t
    assert "At present nothing of this room is public." in secretary.get("/publication/", follow=True).content.decode()
    answer = secretary.post("/publication/c7/", {"item": [key(t.body, "existence"), key(t.session, "existence")]}, follow=True)
    assert "2 consents were written." in answer.content.decode()
    assert "Their consent awaited" in answer.content.decode()
    assert published(t.ours, t.room) is None
    op.consent(t.theirs, t.room, RU, t.body, "existence")
    op.consent(t.theirs, t.room, RU, t.session, "existence", "actions")
    t.meet()
    shown = secretary.get("/publication/c7/").content.decode()
    assert "They propose it" in shown
    secretary.post("/publication/c7/", {"accept": key(t.session, "x").partition(":")[0]})
    assert published(t.ours, t.room).session(t.session).actions is not None


def test_saving_an_old_page_takes_nothing_back_that_a_colleague_gave(secretary, ours):
    t = ours.t
    op.consent(t.ours, t.room, IN, t.body, "existence")
    secretary.post("/publication/c7/", {"item": [key(t.session, "existence")]})  # drawn before: it knew of no consent to the body
    assert op.ours(t.ours, t.room, t.body) == {"existence"}
    secretary.post(
        "/publication/c7/", {"was": [key(t.body, "existence"), key(t.session, "existence")], "item": [key(t.session, "existence")]}
    )
    assert op.ours(t.ours, t.room, t.body) == set()
    assert op.ours(t.ours, t.room, t.session) == {"existence"}


def test_a_wrong_form_writes_nothing_and_loses_no_tick(secretary, ours):
    size = ours.t.ours.cut(ours.t.room)
    answer = secretary.post("/publication/c7/", {"item": [key(ours.instrument, "text")]})
    assert answer.status_code == 422
    assert f'value="{key(ours.instrument, "text")}"' in answer.content.decode()
    assert answer.content.decode().count(" checked") == 1
    assert ours.t.ours.cut(ours.t.room) == size
    assert secretary.post("/publication/c7/", {"accept": "IN-99"}).status_code == 422


def test_only_who_may_consent_is_shown_the_way(secretary, client, ours):
    ours.everything()
    assert "/publication/" in secretary.get("/public/").content.decode()
    client.logout()
    assert "/publication/" not in client.get("/public/").content.decode()


def test_who_may_not_consent_is_refused(client, db, ours):
    client.force_login(make_user("observer", "observer"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/publication/c7/").status_code == 403
    assert client.post("/publication/c7/", {"item": [key(ours.t.body, "existence")]}).status_code == 403
    assert op.ours(ours.t.ours, ours.t.room, ours.t.body) == set()
