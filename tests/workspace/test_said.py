"""What one Side says by itself, typed on pages: posts and holders, letters, sub-groups' reports, statements for the record."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cochair.bodies import queries as bodies
from cochair.meetings import queries as meetings
from cochair.workspace.addresses import ref


def file(name, data=b"SPECIMEN text"):
    return SimpleUploadedFile(name, data)


def test_a_letter_goes_into_the_register(lone, sit):
    browser = sit(lone.ours, "secretary")
    url = f"/say/c7/meetings-letter/{ref(lone.session)}/"
    answer = browser.post(
        url, {"number": "12/3", "dated": "2026-09-01", "to": "RU", "about-en": "SPECIMEN invitation", "paper": file("letter.pdf")}
    )
    assert answer.status_code == 302
    with lone.ours.read() as tx:
        [letter] = [one for one in meetings.letters(tx, lone.room, "IN", lone.session) if one.number == "12/3"]
    assert (letter.sender, letter.to, letter.about) == ("IN", "RU", {"en": "SPECIMEN invitation"})
    assert "SPECIMEN invitation" in browser.get(f"/sessions/c7/{ref(lone.session)}/").content.decode()


def test_a_form_calls_its_fields_by_what_they_are(lone, sit):
    """One word of English is two of Russian: to whom a letter goes is not what an action follows, the day from which is not from whom."""
    browser = sit(lone.ours, "secretary", language="ru")
    page = browser.get(f"/say/c7/meetings-letter/{ref(lone.session)}/").content.decode()
    assert "Кому" in page
    assert "Более ранняя" not in page
    with lone.ours.read() as tx:
        post = next(one.id for one in bodies.posts(tx, lone.room, "IN") if one.side == "IN")
    page = browser.get(f"/posts/c7/{ref(post)}/").content.decode()
    assert "С какого дня" in page
    assert "От кого" not in page


def test_a_letter_to_oneself_or_without_a_paper_is_refused_and_what_was_typed_stays(lone, sit):
    browser = sit(lone.ours, "secretary")
    url = f"/say/c7/meetings-letter/{ref(lone.session)}/"
    for more in ({"to": "IN", "paper": file("letter.pdf")}, {"to": "RU"}, {"to": "RU", "dated": "2026-02-30", "paper": file("a.pdf")}):
        answer = browser.post(url, {"number": "77", "dated": "2026-09-01", "about-en": "SPECIMEN"} | more)
        assert answer.status_code == 422
        assert 'value="77"' in answer.content.decode()


def test_a_report_is_filed_with_a_paper_in_each_language(lone, sit):
    browser = sit(lone.ours, "secretary")
    url = f"/say/c7/meetings-report/{ref(lone.session)}/"
    given = {"body": lone.group, "papers-en": file("r.txt"), "papers-ru": file("r.txt", "ОБРАЗЕЦ".encode()), "dated": "2026-09-02"}
    assert browser.post(url, given).status_code == 302
    with lone.ours.read() as tx:
        report = next(one for one in meetings.reports(tx, lone.room, lone.session) if one.body == lone.group)
    assert set(report.by["IN"]) == {"en", "ru"}
    assert lone.ours.paper(lone.room, report.by["IN"]["ru"]) == "ОБРАЗЕЦ".encode()
    answer = browser.post(url, {"body": lone.group})
    assert answer.status_code == 422
    assert "The report has no text" in answer.content.decode()


def test_a_statement_for_the_record_is_entered(lone, sit):
    browser = sit(lone.ours, "secretary")
    url = f"/say/c7/meetings-declaration/{ref(lone.session)}/"
    assert browser.post(url, {"title-en": "SPECIMEN view", "papers-en": file("d.txt"), "item": "3"}).status_code == 302
    assert "SPECIMEN view" in browser.get(f"/sessions/c7/{ref(lone.session)}/").content.decode()


@pytest.fixture
def post(lone, sit):
    """(browser, id of a new post)."""
    browser = sit(lone.ours, "secretary")
    url = f"/say/c7/bodies-post/{ref(lone.body)}/"
    assert browser.post(url, {"kind": "executive-secretary", "titles-en": "SPECIMEN Secretary", "order": "4"}).status_code == 302
    with lone.ours.read() as tx:
        made = next(one for one in bodies.posts(tx, lone.room, "IN", lone.body) if one.titles == {"en": "SPECIMEN Secretary"})
    return browser, made.id


def test_a_post_gets_a_holder_who_leaves_again(lone, post):
    browser, post_id = post
    assert f"/posts/c7/{ref(post_id)}/" in browser.get(f"/bodies/c7/{ref(lone.body)}/").content.decode()
    url = f"/posts/c7/{ref(post_id)}/"
    given = {
        "act": "name",
        "holder-name-en": "SPECIMEN Person",
        "holder-office-en": "Secretary\r\n  Department \r\n\r\nMinistry",
        "holder-since": "2026-01-01",
    }
    assert browser.post(url, given).status_code == 302
    [holder] = held(lone, post_id)
    assert (holder.office, holder.since, holder.until) == ({"en": ["Secretary", "Department", "Ministry"]}, "2026-01-01", None)
    page = browser.get(f"/bodies/c7/{ref(lone.body)}/").content.decode()
    assert "SPECIMEN Person" in page
    assert "Secretary, Department, Ministry" in page
    assert browser.post(url, {"act": "end", "end-holder": ref(holder.id), "end-until": "2026-13-01"}).status_code == 422
    assert browser.post(url, {"act": "end", "end-holder": ref(holder.id), "end-until": "2026-06-30"}).status_code == 302
    assert [one.until for one in held(lone, post_id)] == ["2026-06-30"]


def held(lone, post_id):
    with lone.ours.read() as tx:
        return next(one for one in bodies.posts(tx, lone.room, "IN", lone.body) if one.id == post_id).holders


def test_what_a_holder_lacks_is_said_at_its_field(lone, post):
    browser, post_id = post
    url = f"/posts/c7/{ref(post_id)}/"
    many = "\n".join(["x"] * 9)
    for given, says in (
        ({"holder-office-en": "Secretary"}, "Write the name in at least one language"),
        ({"holder-name-en": "SPECIMEN", "holder-office-en": many}, "At most 8 lines"),
        ({"holder-name-en": "SPECIMEN", "holder-since": "soon"}, "Not a day of the calendar"),
    ):
        answer = browser.post(url, {"act": "name"} | given)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert held(lone, post_id) == ()


def test_nobody_speaks_for_another_side_or_without_the_right(lone, sit, post):
    _, post_id = post
    member = sit(lone.ours, "member")
    assert member.get(f"/posts/c7/{ref(post_id)}/").status_code == 403
    for kind, subject in (
        ("bodies-post", lone.body),
        ("meetings-letter", lone.session),
        ("meetings-declaration", lone.session),
        ("meetings-report", lone.session),
    ):
        assert member.get(f"/say/c7/{kind}/{ref(subject)}/").status_code == 403, kind
    secretary = sit(lone.ours, "secretary")
    assert secretary.get("/posts/c7/RU-1/").status_code == 404
    assert secretary.get(f"/say/c7/meetings-letter/{ref(lone.body)}/").status_code == 404
