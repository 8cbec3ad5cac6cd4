"""Bad input to every form: an error at its field, 422, all that was typed still there, and nothing written. And who may not act."""

import pytest

from cochair.workspace.addresses import ref
from tests.workspace.test_acts import AGENDA, DATES, agenda_form

DAYS = {"start": "2026-02-31", "end": "soon", "place-en": "A place\u202ekept", "timezone": "UTC", "form": "in-person", "state": "planned"}


def refusal(browser, url, data, node, room):
    before = node.heads(room)
    answer = browser.post(url, data)
    assert answer.status_code == 422, answer.status_code
    assert node.heads(room) == before
    return answer.content.decode()


def test_a_bad_date_is_said_at_its_field(table, sit):
    browser, url = sit(table.ours, "secretary"), DATES.format(session=ref(table.session))
    seen = browser.get(url).context["seen"]
    text = refusal(browser, url, {"act": "propose", "seen": seen, **DAYS}, table.ours, table.room)
    for words in ('value="2026-02-31"', 'value="soon"', 'id="id_start_error"', 'id="id_place-en_error"', 'href="#id_start"'):
        assert words in text, words


def test_what_does_not_fit_together_is_said_above(table, sit):
    browser, url = sit(table.ours, "secretary"), DATES.format(session=ref(table.session))
    seen = browser.get(url).context["seen"]
    given = DAYS | {"start": "2026-10-09", "end": "2026-10-08", "place-en": "Delhi"}
    assert "2026-10-09" in refusal(browser, url, {"act": "propose", "seen": seen, **given}, table.ours, table.room)


def test_an_agenda_item_without_words_keeps_the_others(table, sit):
    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    seen = browser.get(url).context["seen"]
    given = agenda_form(seen, "Kept") | {"items-1-no": "2"}
    assert 'value="Kept"' in refusal(browser, url, given, table.ours, table.room)


@pytest.mark.parametrize(
    ("url", "data", "words"),
    [
        ("/new/c7/meetings-session/", {"kind": "session", "body": "IN/record/999", "ordinals-IN": "-4"}, 'value="-4"'),
        ("/new/c7/bodies-body/", {"kind": "commission", "names-IN-en": "Kept name", "code": "C", "parent": "{body}"}, 'value="Kept name"'),
        ("/new/c7/followup-action/", {"kind": "do", "printed": "9.9", "due-code": "date"}, 'value="9.9"'),
        ("/say/c7/followup-report/{action}/", {"dated": "yesterday", "state": "done", "text-en": "Kept words"}, "Kept words"),
        ("/say/c7/followup-lead/{action}/", {"lead-en": ""}, "id_lead-en"),
        (
            "/received/c7/new/meetings-dates/",
            {"came-how": "letter", "came-from_side": "RU", "came-number": "N-1", **DAYS, "act": "enter"},
            'value="N-1"',
        ),
        (
            "/received/c7/new/followup-report/",
            {"came-how": "said", "came-from_side": "XX", "text-en": "Kept words", "act": "enter"},
            "Kept words",
        ),
        ("/sessions/c7/{session}/review/", {}, "Choose at least one row"),
    ],
)
def test_every_other_form(table, sit, url, data, words):
    names = {"session": ref(table.session), "action": ref(table.actions[0]), "body": table.body}
    browser = sit(table.ours, "secretary")
    data = {name: value.format(**names) for name, value in data.items()}
    assert words in refusal(browser, url.format(**names), data, table.ours, table.room)


@pytest.mark.parametrize(
    "url",
    [
        "/sessions/nowhere/IN-1/", "/sessions/c7/x/", "/sessions/c7/IN-9999/", "/bodies/c7/IN-9999/", "/matter/c7/no.such/IN-1/", "/matter/c7/meetings.dates/IN-9999/",
        "/matter/c7/meetings.dates/{session}/IN-1/", "/matter/c7/followup.assessment/{action}/", "/matter/c7/followup.assessment/{action}/IN-9999/",
        "/actions/c7/IN-9999/", "/new/c7/meetings-dates/", "/say/c7/x/{action}/", "/say/c7/followup-lead/{session}/", "/received/c7/new/no-such/",
        "/received/c7/answer/IN-1/", "/papers/c7/IN-9999/0/", "/papers/c7/{session}/0/", "/papers/c7/IN.w-IN-7.0/0/",
    ],
)  # fmt: skip
def test_an_address_that_names_nothing_is_not_found(table, sit, url):
    answer = sit(table.ours, "secretary").get(url.format(session=ref(table.session), action=ref(table.actions[0])))
    assert answer.status_code == 404


@pytest.mark.parametrize("act", ["accept", "accept-ad-referendum", "withdraw", "settle", "propose", "more"])
@pytest.mark.parametrize("role", ["observer", "member", "lead"])
def test_who_may_only_read_cannot_act(table, sit, role, act):
    browser, url = sit(table.ours, role), AGENDA.format(session=ref(table.session))
    page = browser.get(url)
    assert page.status_code == 200
    assert b"Accept theirs" not in page.content
    before = table.ours.heads(table.room)
    assert browser.post(url, {"act": act, "seen": page.context["seen"]}).status_code == 403
    assert table.ours.heads(table.room) == before


def test_an_unknown_act_and_nothing_to_do_are_told(table, sit):
    browser, url = sit(table.ours, "secretary"), DATES.format(session=ref(table.session))
    seen = browser.get(url).context["seen"]
    assert browser.post(url, {"act": "explode", "seen": seen}).status_code == 404
    assert browser.post(url, {"act": "accept", "seen": seen}).status_code == 409


def test_forms_without_their_token_are_refused(table, sit):
    from django.test import Client

    sit(table.ours, "secretary")
    browser = Client(enforce_csrf_checks=True)
    from cochair.accounts.models import User

    browser.force_login(User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.post(AGENDA.format(session=ref(table.session)), {"act": "accept"}).status_code == 403


def test_papers_of_persons_are_not_given_out(table, sit):
    from cochair.meetings import queries

    with table.ours.read() as tx:
        page = queries.pages(tx, table.room, table.session, "IN")[0]
    assert sit(table.ours, "secretary").get(f"/papers/c7/{ref(page)}/0/").status_code == 403


@pytest.mark.parametrize(("seat", "may"), [("group", False), ("body", True), ("commission", True)])
def test_a_seat_on_one_body_holds_there_and_below_only(table, sit, seat, may):
    from cochair.accounts.models import Seat

    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    Seat.objects.update(room=table.room, body=getattr(table, seat))
    page = browser.get(url)
    assert (b"Accept theirs" in page.content) == may
    assert browser.post(url, {"act": "accept", "seen": page.context["seen"]}).status_code == (302 if may else 403)
