"""The page of a delegation list: a table looked at before it is sent, one delegate at a time, files out, the freeze."""

import io
import re

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cochair.meetings import listing, sheet
from cochair.meetings import queries as meetings
from cochair.workspace.addresses import ref

CSV = "No.,Role,Kind,Name [en],Organisation [en]\r\n1,Head,Official,SPECIMEN Alpha,SPECIMEN Ministry\r\n2,Member,Expert,SPECIMEN Beta,\r\n"


@pytest.fixture
def at(lone, sit):
    """(browser, address, the list as it stands) of a session without a list."""
    browser = sit(lone.ours, "secretary")
    listing.take(lone.ours, lone.room, _secretary(), lone.session, _lines(CSV))
    url = f"/sessions/c7/{ref(lone.session)}/delegation/"
    return browser, url, lambda: listing.seated(lone.ours, lone.room, lone.session)


def _secretary():
    from tests.makers.actors import SECRETARY

    return SECRETARY


def _lines(text):
    return sheet.read(text.encode(), {}).lines


def names(stands):
    return [one.line.person.name["en"] for one in stands()]


def look(browser, url, data, name="list.csv"):
    return browser.post(url, {"act": "look", "table": SimpleUploadedFile(name, data)})


def send(browser, url, answer):
    page = answer.content.decode()
    rows = re.search(r'<textarea name="rows" hidden>\s?(.*?)</textarea>', page, re.DOTALL)[1]
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    return browser.post(url, {"act": "send", "rows": rows.replace("&quot;", '"').replace("&#x27;", "'"), "seen": seen})


def test_a_table_is_looked_at_then_sent(at):
    browser, url, stands = at
    changed = CSV.replace("Beta", "Gamma").replace("Head,Official", "Head,Industry")
    answer = look(browser, url, changed.encode())
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Nothing has been sent yet", "1 person joins", "SPECIMEN Gamma", "1 person leaves", "SPECIMEN Beta", "1 person changes"):
        assert words in page
    assert names(stands) == ["SPECIMEN Alpha", "SPECIMEN Beta"]
    assert send(browser, url, answer).status_code == 302
    assert names(stands) == ["SPECIMEN Alpha", "SPECIMEN Gamma"]
    assert "there is nothing to send" in look(browser, url, changed.encode()).content.decode()


def test_a_list_that_moved_meanwhile_is_looked_at_again(at):
    browser, url, stands = at
    answer = look(browser, url, (CSV + "3,Member,Official,SPECIMEN Delta,\r\n").encode())
    send(browser, url, look(browser, url, CSV.replace("Beta", "Other").encode()))
    again = send(browser, url, answer)
    assert again.status_code == 200
    assert "SPECIMEN Other" in again.content.decode()
    assert names(stands) == ["SPECIMEN Alpha", "SPECIMEN Other"]


def test_mistakes_are_told_by_row_and_nothing_is_sent(at):
    browser, url, stands = at
    answer = look(browser, url, (CSV + "x,Member,Official,SPECIMEN Delta,\r\n4,King,Official,SPECIMEN Eps,\r\n").encode())
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 rows are right" in page
    assert re.search(r'rowheader">4</th>.*?is no number.*?rowheader">5</th>.*?King', page, re.DOTALL)
    assert names(stands) == ["SPECIMEN Alpha", "SPECIMEN Beta"]
    for data in (b"", b"%PDF-1.7 \0", b"Name [en],Passport No\r\nSPECIMEN,1\r\n"):
        assert look(browser, url, data).status_code == 422
    assert browser.post(url, {"act": "look"}).status_code == 422


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_taken_out_can_be_brought_back(at, kind):
    browser, url, stands = at
    for language in ("en", "ru"):
        browser.cookies["cochair-language"] = language
        answer = browser.get(f"{url}list.{kind}")
        assert answer.status_code == 200
        assert sheet.read(answer.content, {}).lines == tuple(one.line for one in stands())
    browser.cookies["cochair-language"] = "en"
    assert "nothing to send" in look(browser, url, answer.content, f"list.{kind}").content.decode()


def test_badges_carry_every_name(at):
    browser, url, _ = at
    answer = browser.get(f"{url}list.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(answer.content)))
    assert "SPECIMEN Alpha" in text
    assert "SPECIMEN Beta" in text
    assert browser.get(f"{url}list.exe").status_code == 404


def person(order, name, **over):
    given = {"order": order, "name-en": name, "role": "member", "kind": "official"}
    return {"act": "person", **{f"delegate-{field}": value for field, value in (given | over).items()}}


def test_one_delegate_is_added_changed_and_taken_out(at):
    browser, url, stands = at
    assert browser.post(url, person(3, "SPECIMEN Gamma")).status_code == 302
    assert names(stands) == ["SPECIMEN Alpha", "SPECIMEN Beta", "SPECIMEN Gamma"]
    page = browser.get(f"{url}?change=2").content.decode()
    assert 'value="SPECIMEN Beta"' in page
    mark = re.search(r'name="person" value="([0-9a-f]{12})"', page)[1]
    browser.post(url, person(5, "SPECIMEN Beta", role="adviser") | {"person": mark})
    assert [(one.line.order, one.line.role) for one in stands()] == [(1, "head"), (3, "member"), (5, "adviser")]
    browser.post(url, {"act": "out", "person": mark})
    assert names(stands) == ["SPECIMEN Alpha", "SPECIMEN Gamma"]
    assert browser.post(url, {"act": "out", "person": mark}).status_code == 302


def test_what_was_typed_stays_when_it_is_refused(at):
    browser, url, stands = at
    answer = browser.post(url, person("x", "", **{"organisation-en": "SPECIMEN Works"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write the name in at least one language" in page
    assert 'value="SPECIMEN Works"' in page
    assert len(names(stands)) == 2


def test_after_the_freeze_a_change_is_notified(at, lone):
    browser, url, _stands = at
    assert browser.post(url, {"act": "freeze"}).status_code == 302
    assert browser.post(url, {"act": "freeze"}).status_code == 422
    answer = look(browser, url, (CSV + "3,Member,Official,SPECIMEN Delta,\r\n").encode())
    assert "1 change would be notified" in answer.content.decode()
    send(browser, url, answer)
    with lone.ours.read() as tx:
        view = meetings.delegation(tx, lone.room, lone.session, "IN")
    assert len(view.changes) == 1
    assert [one.late for one in view.members] == [False, False, True]


def test_who_may_not_change_the_list_sees_it_without_forms(at, sit, lone):
    _browser, url, stands = at
    reader = sit(lone.ours, "member")
    page = reader.get(url).content.decode()
    assert "SPECIMEN Alpha" in page
    assert '<form method="post"' not in page.partition("<main")[2]
    for data in (person(3, "SPECIMEN Gamma"), {"act": "freeze"}, {"act": "send", "rows": CSV, "seen": ""}):
        assert reader.post(url, data).status_code == 403
    assert sit(lone.ours, "observer").get(url).status_code == 403
    assert len(names(stands)) == 2
