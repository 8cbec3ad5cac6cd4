"""Deny by default, proven over all addresses, for nobody and for each role."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.urls.converters import get_converters

from cochair.accounts import access
from cochair.accounts.access import access_of, needs, public_page, signed_in
from cochair.accounts.rights import RIGHTS, ROLES
from cochair.kit.errors import Conflict, Denied, NotFound, NotHeld, Rejected
from cochair.web import checks

RIGHT = min(RIGHTS)
SAMPLES = {
    "StringConverter": "x",
    "SlugConverter": "x",
    "IntConverter": "1",
    "PathConverter": "x",
    "UUIDConverter": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
}
OPEN = {  # every page that a stranger may open; a new one is added here by hand, after a thought
    "/livez", "/readyz", "/exchange/<path:path>", "/language/<slug:code>/", "/dev/components", "/sign-in/", "/sign-out/", "/sign-in/inactive/", "/sign-in/code/",
    # what both Sides consented to publish; each answers 404 until they did
    "/public/", "/public/data.json", "/public/<slug:slug>/", "/public/<slug:slug>/data.json", "/public/<slug:slug>/check/", "/public/<slug:slug>/record.tar",
    "/public/<slug:slug>/sessions/<slug:ref>/", "/public/<slug:slug>/protocols/<slug:ref>/",
}  # fmt: skip


def address(pattern, route):
    """An address that the route matches, with a sample in the place of each converter."""
    for name, converter in pattern.pattern.converters.items():
        kind = next(k for k, v in get_converters().items() if type(v) is type(converter))
        sample = SAMPLES.get(type(converter).__name__, "x")
        route = route.replace(f"<{kind}:{name}>", sample).replace(f"<{name}>", sample)
    return route


def everything():
    return [(route, pattern, access_of(pattern.callback)) for route, pattern in access.pages()]


def test_every_page_declares_who_may_see_it():
    assert list(access.undeclared()) == []


def test_what_strangers_may_open_is_listed_by_hand():
    ours = {route for route, _pattern, declared in everything() if declared.kind == "public"}
    assert ours == OPEN


@pytest.mark.parametrize(("route", "pattern", "declared"), everything(), ids=[route for route, *_ in everything()])
def test_a_stranger_is_sent_to_sign_in_or_served(route, pattern, declared, client, db, node):
    answer = client.get(address(pattern, route))
    if declared.kind == "public":
        assert answer.status_code in {200, 302, 401, 404, 405}  # 401: the exchange asks for a signed request, not for a person
        assert not answer.get("Location", "").startswith("/sign-in/?next=")
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")
        assert client.post(address(pattern, route)).status_code == 403


@pytest.mark.parametrize("role", ["", *sorted(ROLES)])
def test_each_role_opens_what_the_table_says_and_nothing_else(role, reader):
    browser = reader(*([role] if role else []))
    for route, pattern, declared in everything():
        if declared.kind == "right" and role not in RIGHTS[declared.right]:
            for answer in (browser.get(address(pattern, route)), browser.post(address(pattern, route))):
                assert answer.status_code == 403, f"{role or 'no role'} reached {route}"
        elif declared.kind == "right":
            answer = browser.get(address(pattern, route))
            assert answer.status_code != 403, f"{role} was refused {route}"
            assert not answer.get("Location", "").startswith("/sign-in/"), f"{role} was taken for a stranger at {route}"


def plain(_request):
    return HttpResponse("seen")


@public_page
def failing(request):
    raise {"d": Denied, "n": NotFound, "h": NotHeld, "c": Conflict, "r": Rejected}[request.GET["e"]]("It did not <work>", "Do this")


@public_page
def broken(_request):
    raise ValueError("secret detail")


urlpatterns = [
    path("undeclared", plain),
    path("right", needs(RIGHT)(plain)),
    path("unknown-right", needs("nobody.ever")(plain)),
    path("known", signed_in(plain)),
    path("failing", failing),
    path("broken", broken),
    path("sign-in/", public_page(plain), name="account_login"),
    path("account/", public_page(plain), name="mfa_index"),
    path("sign-out/", public_page(plain), name="account_logout"),
    path("language/<slug:code>/", public_page(plain), name="language"),
]
handler500 = "cochair.web.views.server_error"
handler404 = "cochair.web.views.not_found"


@pytest.mark.urls(__name__)
def test_a_view_without_declaration_is_refused_to_everybody(reader):
    assert reader(*ROLES).get("/undeclared").status_code == 403


@pytest.mark.urls(__name__)
def test_the_check_names_undeclared_pages_and_unknown_rights():
    found = checks.check_rights()
    assert {message.id for message in found} == {"cochair.E005"}
    text = " ".join(message.msg for message in found)
    assert "/undeclared" in text
    assert "nobody.ever" in text
    assert "/right" not in text.replace("/unknown-right", "")


@pytest.mark.urls(__name__)
def test_a_seat_with_the_right_enters_and_another_does_not(reader):
    holder = min(RIGHTS[RIGHT])
    browser = reader(holder)
    assert browser.get("/right").content == b"seen"
    from cochair.accounts.models import Seat

    Seat.objects.all().delete()
    refused = browser.get("/right")
    assert refused.status_code == 403
    assert b"<h1" in refused.content
    assert browser.get("/known").content == b"seen"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("code", "status"), [("d", 403), ("n", 404), ("h", 404), ("c", 409), ("r", 422)])
def test_our_errors_become_pages_that_say_the_next_step(code, status, client, db, node):
    answer = client.get("/failing", {"e": code})
    assert answer.status_code == status
    assert "It did not &lt;work&gt;" in answer.content.decode()
    assert "Do this." in answer.content.decode()


@pytest.mark.urls(__name__)
def test_an_unforeseen_error_tells_a_stranger_nothing(client, db, node):
    client.raise_request_exception = False
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert b"secret detail" not in answer.content
    assert b"Try again in a minute" in answer.content


@pytest.mark.urls(__name__)
def test_the_last_error_page_needs_neither_node_nor_tables(client, monkeypatch):
    def failing_node():
        raise RuntimeError("the node is the error")

    monkeypatch.setattr("cochair.accounts.here.get_node", failing_node)
    client.raise_request_exception = False
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert b"Try again in a minute" in answer.content


@pytest.mark.urls(__name__)
def test_a_form_sent_after_the_sign_in_ended_keeps_the_text_in_the_browser(client, db, node):
    answer = client.post("/known", {"wording": "long work"})
    assert answer.status_code == 403
    assert "your text is still there" in answer.content.decode()
    assert "no-store" not in answer.get("Cache-Control", "")


def test_an_actor_is_asked_for_in_vain_without_sign_in(node):
    with pytest.raises(Denied):
        access.actor(RequestFactory().get("/"))
