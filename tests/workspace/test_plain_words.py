"""What a person meets who takes a wrong turn: words of their language without codes, no link that ends in a refusal, no second helping from a second click."""

import re

import pytest

from cochair.workspace.addresses import ref
from tests.workspace import desks
from tests.workspace.test_acts import AGENDA

pytestmark = pytest.mark.django_db
RAW = re.compile(r"\b(?:IN|RU)/(?:record|w-)|\b[a-z_]+\.[a-z_]+\)|[0-9a-f]{16,}")


def main(answer):
    return re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main")[1])


@pytest.fixture
def desk(tmp_path):
    with desks.negotiating(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("language", "words", "open_to"),
    [
        ("en", "Your seat does not give the right to do this", "co-chair and executive secretary"),
        ("ru", "Ваше место не даёт на это права", "сопредседатель и ответственный секретарь"),
    ],
)
def test_a_refusal_names_posts_in_the_language_of_the_page(table, sit, language, words, open_to):
    answer = sit(table.ours, "observer", language=language).get("/publication/")
    assert answer.status_code == 403
    text = main(answer)
    assert words in text
    assert open_to in text
    assert "publication.consent" not in text


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("url", ["/sessions/c7/IN-9999/", "/texts/c7/IN-0/", "/record/c7/entry/IN-9999999999999999999999/"])
def test_what_is_not_there_is_said_without_its_id(table, sit, language, url):
    answer = sit(table.ours, "secretary", language=language).get(url)
    assert answer.status_code == 404
    text = main(answer)
    assert ("There is no such thing here" if language == "en" else "Здесь этого нет") in text
    assert not RAW.search(text)


def test_an_observer_is_offered_no_text_that_would_be_refused(table, sit):
    assert f"/texts/c7/{ref(table.text)}/" not in sit(table.ours, "observer").get("/texts/").content.decode()
    assert f"/texts/c7/{ref(table.text)}/" in sit(table.ours, "member").get("/texts/").content.decode()


def test_home_of_an_operator_leads_to_the_record(table, sit):
    html = sit(table.ours, "operator").get("/").content.decode()
    assert 'href="/record/c7/"' in html
    assert "has no seat" not in html


@pytest.mark.parametrize(("role", "shown"), [("secretary", True), ("cochair", True), ("member", False), ("observer", False)])
def test_the_session_leads_to_what_is_published_for_those_who_may(table, sit, role, shown):
    html = sit(table.ours, role).get(f"/sessions/c7/{ref(table.session)}/").content.decode()
    assert ('href="/publication/c7/"' in html) is shown


def test_pages_of_reports_do_not_call_the_reports_invented(table, sit):
    browser = sit(table.ours, "secretary")
    browser.post("/press/samples/")
    listed = browser.get("/press/").content.decode()
    address = re.search(r'href="(/press/reports/[^"]+/)"', listed)
    assert address
    for html in (listed, browser.get(address[1]).content.decode()):
        assert 'class="app-specimen"' in html
        assert "Nothing on this page was said" not in html
        assert "the words of others" in html


def test_a_form_that_is_too_long_says_so(table, sit, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    answer = sit(table.ours, "secretary").post(AGENDA.format(session=ref(table.session)), {"items-0-title-en": "x" * 3000})
    assert answer.status_code == 413
    assert "too long" in main(answer)
    assert "Go one page back" in main(answer)


@pytest.mark.parametrize("url", ["/say/c7/followup-lead/{action}/", "/received/c7/new/followup-action/", "/matter/c7/bodies.rules/{body}/"])
def test_fields_have_words(table, sit, url):
    html = sit(table.ours, "secretary").get(url.format(action=ref(table.actions[0]), body=ref(table.body))).content.decode()
    labels = [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"(?s)<label[^>]*>(.*?)</label>", html)]
    assert labels
    assert [one for one in labels if not one[0].isupper() and one[0].isascii()] == []


def test_a_second_click_on_a_reservation_writes_nothing(desk, sit):
    us, address = sit(desk.t.ours, "secretary"), desk.unit(3)
    page = us.get(address)
    assert "reserve:en" in page.content.decode()
    assert us.post(address, {"do": "reserve:en"}).status_code == 302
    before = desk.t.ours.heads(desk.t.room)
    again = us.post(address, {"do": "reserve:en"})
    assert again.status_code in {409, 422}
    assert "reserved its position here already" in main(again)
    assert desk.t.ours.heads(desk.t.room) == before
