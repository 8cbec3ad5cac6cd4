"""The press pages over a real node: reports kept, read, marked, compared with each other and with the record; nothing of them enters the record."""

import re
from pathlib import Path

import pytest

from cochair.accounts.here import using
from cochair.accounts.rights import Actor
from cochair.bodies import operations as bodies
from cochair.kit.errors import CochairError
from cochair.meetings import operations as meetings
from cochair.press import kept
from cochair.record import positions
from tests.makers import bodies as make_body
from tests.makers import meetings as make
from tests.makers.nodes import meet, new_node
from tests.pages import make_user

SECRETARY = Actor("IN", "Executive secretary of the Indian Side", frozenset({"secretary", "cochair"}))
NAME = "India-Russia Working Group on Modernisation and Industrial Cooperation"
REPORT = (
    "India and Russia sign protocol\n"
    "New Delhi, August 6, 2025: The 11th Session of the India-Russia Working Group on Modernisation and Industrial Cooperation was held in Mumbai.\n"
    "The session concluded with the signing of the protocol.\n"
    "MARKPRESS wanders here without any claim at all.\n"
)


@pytest.fixture(scope="session")
def two(tmp_path_factory):
    """Two nodes that agree on the 11th session of the working group: New Delhi, 6 August 2025, two co-chairs."""
    from cochair.stages import REGISTRY

    folder = tmp_path_factory.mktemp("press")
    ours, theirs = (new_node(folder / side, side, REGISTRY) for side in ("IN", "RU"))
    room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
    theirs.join(ours.terms(room))
    names = {side: {"en": NAME, "ru": "Рабочая группа по модернизации и промышленному сотрудничеству"} for side in ("IN", "RU")}
    body = positions.propose(ours, room, "bodies.body", make_body.body(parent=None, names=names))
    earlier = meetings.propose_session(ours, room, SECRETARY, make.session(body, ordinals={"IN": 10, "RU": 10}))
    session = meetings.propose_session(
        ours, room, SECRETARY, make.session(body, ordinals={"IN": 11, "RU": 11}, previous=earlier, host="IN")
    )
    place = {"en": "New Delhi", "ru": "Нью-Дели"}
    dates = make.dates(start="2025-08-06", end="2025-08-06", place=place, venue={"en": "Vanijya Bhawan"}, timezone="Asia/Kolkata")
    meetings.propose_dates(ours, room, SECRETARY, session, dates)
    post = bodies.add_post(ours, room, SECRETARY, make_body.post(body))
    person = bodies.put_person(ours, room, SECRETARY, make_body.person(name={"en": "Co-chair SPECIMEN"}))
    bodies.name_holder(ours, room, SECRETARY, make_body.holder(post, person=person))
    meet(ours, theirs, room)
    for kind, subject in (("bodies.body", body), ("meetings.session", earlier), ("meetings.session", session), ("meetings.dates", session)):
        positions.accept(theirs, room, kind, subject)
    meet(ours, theirs, room)
    yield ours, room, session
    ours.close()
    theirs.close()


@pytest.fixture
def desk(two, client, db):
    """A signed-in secretary in front of an empty list of reports."""
    node, _room, _session = two
    for one in kept.reports(node.folder):
        kept.remove(node.folder, one.name)
    with using(node):
        client.force_login(make_user("secretary", "secretary"), backend="allauth.account.auth_backends.AuthenticationBackend")
        yield client


def page(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def shown(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def add(client, text=REPORT, outlet="SPECIMEN Daily", **given):
    return client.post("/press/", {"outlet": outlet, "published": "2025-08-07", "text": text} | given, follow=True)


def test_a_report_is_kept_and_read_with_its_claims_marked_where_they_stand(desk):
    html = page(add(desk))
    assert html.count("<mark") > 8
    assert "MARKPRESS" in html
    assert "not classified" in html
    assert re.search(r"<mark[^>]*>11th Session|11th", html)
    assert "number of the session" in shown(html)
    assert "SPECIMEN Daily" in html
    assert "11th Session" in shown(html)


def test_the_text_on_the_page_is_the_text_of_the_report(desk):
    html = page(add(desk, "<script>alert(1)</script> The 11th Session of the India-Russia Working Group was held & closed.\n"))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_facts_stand_beside_the_record_and_what_cannot_be_both_is_said(desk):
    add(desk)
    html = page(desk.get("/press/compare/?session=c7/IN-2"))
    rows = {shown(row).strip().split("  ")[0]: shown(row) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)}
    city = next(text for name, text in rows.items() if name.strip().startswith("City"))
    assert "Mumbai" in city
    assert "New Delhi" in city
    assert "against the record: Contradicts" in city
    number = next(text for name, text in rows.items() if name.strip().startswith("Number of the session"))
    assert "against" not in number


def test_sample_reports_load_once_and_are_compared(desk):
    for _ in range(2):
        html = page(desk.post("/press/samples/", follow=True))
        assert [one.outlet for one in kept.reports(using_folder())] == ["Sample report A", "Sample report B", "Sample report C"]
    assert "Sample report B" in html
    text = shown(page(desk.get("/press/compare/?session=c7/IN-2")))
    assert "Vanijya Bhawan" in text
    assert "Contradicts" in text, "the reports differ on what became of the protocol"
    assert "One report only" in text


def test_nothing_of_a_report_enters_the_record(desk, two):
    node, room, _session = two
    size = node.cut(room)
    add(desk)
    desk.post("/press/samples/")
    desk.get("/press/compare/?session=c7/IN-2")
    assert node.cut(room) == size
    for origin, (count, _root) in node.heads(room).items():
        assert b"MARKPRESS" not in b"".join(node.entries(room, origin, 0, count))
    assert not [name for name in node.papers.held(room) if b"MARKPRESS" in node.paper(room, name)]


def test_reports_are_for_signed_in_readers_alone(desk, client):
    page(add(desk))
    name = kept.reports(using_folder())[0].name
    client.logout()
    for url in ("/press/", f"/press/reports/{name}/", "/press/compare/?session=c7/IN-2"):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")
    assert client.post("/press/samples/").status_code == 403
    for url in ("/public/", "/public/data.json"):
        assert "MARKPRESS" not in client.get(url).content.decode()


def using_folder():
    from cochair.accounts.here import get_node

    return get_node().folder


def test_a_body_whose_name_in_the_record_differs_by_a_word_is_still_the_same_body(sit, tmp_path):
    from tests.workspace import scene

    with scene.alone(tmp_path) as made:
        browser = sit(made.ours, "secretary")
        browser.post("/press/samples/")
        assert "11th Session in the press" in shown(
            page(browser.get(f"/press/compare/?session=c7/{made.session.replace('/record/', '-')}"))
        )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": ""}, "Paste the text"),
        ({"outlet": ""}, "SPECIMEN words typed"),
        ({"published": "2025-02-30"}, "Not a day of the calendar"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(desk, given, said):
    typed = {"outlet": "SPECIMEN Daily", "text": "SPECIMEN words typed by hand"}
    html = page(add(desk, **typed | given), 422)
    assert said in html
    assert kept.reports(using_folder()) == []
    for value in (typed | given).values():
        assert value in html


def test_the_same_report_twice_and_files_that_are_no_text(desk):
    from django.core.files.uploadedfile import SimpleUploadedFile

    page(add(desk))
    assert "kept already" in page(add(desk), 422)
    for data in (b"\xff\xfe\x00binary", b"%PDF-1.7 \x00 no text", b""):
        page(add(desk, "", file=SimpleUploadedFile("report.txt", data)), 422)
    page(add(desk, "", file=SimpleUploadedFile("report.txt", "Отчёт о заседании.".encode())))
    assert len(kept.reports(using_folder())) == 2


def test_a_report_can_be_taken_out_again(desk):
    page(add(desk))
    name = kept.reports(using_folder())[0].name
    page(desk.post(f"/press/reports/{name}/remove/", follow=True))
    assert kept.reports(using_folder()) == []
    assert desk.get(f"/press/reports/{name}/").status_code == 404
    assert desk.get("/press/compare/?session=c7/IN-2").status_code == 404


def test_an_observer_reads_and_keeps_nothing(desk, client):
    page(add(desk))
    name = kept.reports(using_folder())[0].name
    client.force_login(make_user("observer", "observer"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Add a report" not in page(client.get("/press/"))
    page(client.get(f"/press/reports/{name}/"))
    assert add(client, "SPECIMEN another").status_code == 403
    assert client.post(f"/press/reports/{name}/remove/").status_code == 403
    assert client.post("/press/samples/").status_code == 403
    assert [one.name for one in kept.reports(using_folder())] == [name]


@pytest.mark.parametrize("query", ["", "?session=c7/IN-99", "?session=nowhere/IN-2", "?session=c7/x", "?report=../../node"])
def test_an_address_that_leads_nowhere_says_so(desk, query):
    page(add(desk))
    assert desk.get(f"/press/compare/{query}").status_code == 404


def test_a_name_is_never_a_path(two):
    with pytest.raises(CochairError):
        kept.report(two[0].folder, "../node")


def test_public_reports_are_read_on_the_page_to_the_last_sentence(desk):
    seeds = Path(__file__).parents[3] / "shared" / "seeds"
    if not seeds.is_dir():
        pytest.skip("needs ../shared/seeds, three public reports that do not come with the product")
    for path in sorted(seeds.glob("*.txt")):
        add(desk, path.read_text(), path.stem)
    found = kept.reports(using_folder())
    assert len(found) == 3
    for one in found:
        assert "0 not classified" in shown(page(desk.get(f"/press/reports/{one.name}/")))
    text = shown(page(desk.get("/press/compare/?session=c7/IN-2")))
    assert "What became of the protocol" in text
    assert "about 80 delegates" in text


def test_the_pages_of_real_reports_on_a_specimen_node_say_so(desk):
    desk.post("/press/samples/")
    name = kept.reports(using_folder())[0].name
    for url in (f"/press/reports/{name}/", "/press/compare/?session=c7/IN-2"):
        assert "The sample reports retell public reports of a real session" in page(desk.get(url))
    text = shown(page(desk.get("/press/compare/?session=c7/IN-2")))
    assert "the record beside them is a specimen" in text
    assert "Co-chair SPECIMEN" in text, "the record's own holder of the post stands beside the persons whom reports name"
