"""Signing in: password, code of an authenticator app, five failures, no sign-up; and what becomes of seats."""

import time

import pytest
from django.core.exceptions import ValidationError

from cochair.accounts.models import Seat, known_roles
from cochair.accounts.rights import ROLES
from cochair.accounts.seats import actor_of
from tests.pages import PASSWORD, make_user


@pytest.fixture
def account(db, node):
    return make_user("secretary-in", "secretary", name="Executive Secretary of the Indian Side")


def enter(client, username="secretary-in", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": username, "password": password, **more})


def test_a_right_password_opens_the_page_asked_for(client, account):
    answer = enter(client, next="/account/codes/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/codes/"
    page = client.get("/account/codes/").content.decode()
    assert "Executive Secretary of the Indian Side" in page
    assert "Sign out" in page


def test_sign_in_never_leads_to_a_foreign_site(client, account):
    assert enter(client, next="https://elsewhere.example/")["Location"] == "/"


def test_a_wrong_password_says_so_and_keeps_the_name(client, account):
    answer = enter(client, password="wrong")
    page = answer.content.decode()
    assert "govuk-error-summary" in page
    assert 'value="secretary-in"' in page
    assert "wrong" not in page


def test_a_stranger_and_a_wrong_password_get_the_same_answer(client, account):
    def text(answer):
        return answer.content.decode().split("govuk-error-summary__list")[1].split("</ul>")[0]

    assert text(enter(client, password="wrong")) == text(enter(client, username="nobody", password="wrong"))


def test_five_failures_close_the_name_for_a_while(client, account):
    for _ in range(5):
        last = enter(client, password="wrong")
    assert last.status_code == 429
    assert "Too many attempts" in last.content.decode()
    assert enter(client).status_code == 429
    assert enter(client, username="Secretary-IN").status_code == 429
    assert client.get("/account/codes/").status_code == 302


def test_signing_out_ends_it(client, account):
    enter(client)
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/account/codes/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/account/codes/").status_code == 302


@pytest.mark.parametrize("path", ["/sign-up/", "/signup/", "/accounts/signup/", "/account/email/", "/password/reset/", "/admin/"])
def test_what_a_node_does_not_offer_is_not_there(client, account, path):
    assert client.get(path).status_code == 404


def test_a_code_of_an_app_is_asked_once_it_is_on(client, account):
    from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    answer = enter(client)
    assert answer["Location"].startswith("/sign-in/code/")
    assert client.get("/account/codes/").status_code == 302
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    assert client.get("/account/codes/").status_code == 302
    client.post("/sign-in/code/", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    assert client.get("/account/codes/").status_code == 200


def confirm(client):
    """Give the password once more, as the pages for codes ask for it."""
    client.post("/sign-in/again/", {"password": PASSWORD})


@pytest.mark.parametrize("path", ["/account/codes/on/", "/account/codes/off/", "/account/recovery/new/"])
def test_codes_are_turned_on_and_off_only_by_who_gave_the_password_just_now(client, account, path):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    enter(client)
    if path != "/account/codes/on/":
        TOTP.activate(account, generate_totp_secret())
    assert client.get(path)["Location"].startswith("/sign-in/again/")
    confirm(client)
    assert client.get(path).status_code == 200


def test_the_page_that_turns_codes_on_may_show_its_own_picture(client, account):
    enter(client)
    confirm(client)
    answer = client.get("/account/codes/on/")
    assert answer.status_code == 200
    assert "img-src 'self' data:" in answer["Content-Security-Policy"]


def test_every_account_page_is_drawn(client, account):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    enter(client)
    confirm(client)
    TOTP.activate(account, generate_totp_secret())
    RecoveryCodes.activate(account)
    for path in (
        "/account/codes/",
        "/account/codes/off/",
        "/account/recovery/",
        "/account/recovery/new/",
        "/account/password/",
        "/sign-out/",
        "/sign-in/again/",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert 'class="govuk-heading-l"' in answer.content.decode(), path


def test_passwords_are_long(client, account):
    enter(client)
    answer = client.post("/account/password/", {"oldpassword": PASSWORD, "password1": "short", "password2": "short"})
    assert answer.status_code == 422
    assert "What you typed is still here" not in answer.content.decode()  # a password never comes back
    assert "govuk-error-message" in answer.content.decode()


def test_an_actor_has_the_roles_of_all_seats_or_of_those_that_hold_at_a_place(db):
    user = make_user("many", "observer")
    Seat.objects.create(user=user, room="r1", body="IN/record/1", roles=["secretary"])
    Seat.objects.create(user=user, room="r2", roles=["lead"])
    assert actor_of(user, "IN").roles == {"observer", "secretary", "lead"}
    assert actor_of(user, "IN", room="r1").roles == {"observer"}
    assert actor_of(user, "IN", room="r1", bodies=frozenset({"IN/record/1"})).roles == {"observer", "secretary"}
    assert actor_of(user, "IN", room="r2", bodies=frozenset({"IN/record/1"})).roles == {"observer", "lead"}
    assert (actor_of(user, "RU").side, actor_of(user, "RU").name) == ("RU", "many")


def test_a_closed_account_has_no_roles_and_no_way_in(client, account):
    account.is_active = False
    account.save()
    assert actor_of(account, "IN").roles == frozenset()
    enter(client)
    assert client.get("/account/codes/").status_code == 302


@pytest.mark.parametrize("value", [[], ["king"], "secretary", None, {"secretary": 1}, [*ROLES, "x"]])
def test_a_seat_takes_known_roles_only(value):
    with pytest.raises(ValidationError):
        known_roles(value)


def test_every_role_of_the_table_may_be_given():
    known_roles(sorted(ROLES))
