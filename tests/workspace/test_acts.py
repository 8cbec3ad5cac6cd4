"""What people do on pages, on two real nodes: accept, propose, withdraw, settle, assess, enter and confirm what was received."""

import re

import pytest

from cochair.followup import queries as followup
from cochair.meetings import queries as meetings
from cochair.record import positions
from cochair.record import queries as record
from cochair.workspace.addresses import ref
from tests.makers import meetings as make

AGENDA = "/matter/c7/meetings.agenda/{session}/"
DATES = "/matter/c7/meetings.dates/{session}/"


def hidden(answer, name="seen"):
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    return found[1] if found else ""


def reading(node, room, kind, session):
    with node.read() as tx:
        return getattr(meetings, kind)(tx, room, session, node.side)


def agenda_form(seen, *titles, **over):
    data = {"act": "propose", "seen": seen, "items-rows": "5"}
    for row, title in enumerate(titles):
        data |= {f"items-{row}-no": str(row + 1), f"items-{row}-title-en": title, f"items-{row}-title-ru": f"Пункт {row + 1}"}
    return data | over


def test_their_agenda_is_accepted_with_one_click(table, sit):
    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    page = browser.get(url)
    assert b"Accept theirs" in page.content
    assert browser.post(url, {"act": "accept", "seen": hidden(page)}).status_code == 302
    assert reading(table.ours, table.room, "agenda", table.session).status == "agreed"
    table.meet()
    assert reading(table.theirs, table.room, "agenda", table.session).status == "agreed"
    assert b"Accept theirs" not in browser.get(url).content


def test_ad_referendum_is_accepted_and_later_confirmed(table, sit):
    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    browser.post(url, {"act": "accept-ad-referendum", "seen": hidden(browser.get(url))})
    assert reading(table.ours, table.room, "agenda", table.session).status == "ad-referendum"
    page = browser.get(url)
    assert b"our capital agrees" in page.content
    browser.post(url, {"act": "accept", "seen": hidden(page)})
    assert reading(table.ours, table.room, "agenda", table.session).status == "agreed"


def test_a_counter_proposal_shows_both_with_the_words_that_differ(table, sit):
    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    page = browser.get(url)
    assert browser.post(url, agenda_form(hidden(page), "Opening remarks", "Review of actions")).status_code == 302
    page = browser.get(url)
    text = page.content.decode()
    assert reading(table.ours, table.room, "agenda", table.session).status == "differ"
    assert text.index("India") < text.index("inserted by Russia")
    assert "app-del--other" in text
    assert "Withdraw ours" in text
    browser.post(url, {"act": "withdraw", "seen": hidden(page)})
    assert reading(table.ours, table.room, "agenda", table.session).status == "theirs"
    history = browser.get(url).content.decode()
    assert "withdrew its proposal" in history


def test_more_rows_lose_nothing_and_write_nothing(table, sit):
    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    before = table.ours.heads(table.room)
    answer = browser.post(url, agenda_form("", "A title kept", act="more"))
    assert answer.status_code == 200
    assert b'value="A title kept"' in answer.content
    assert b'name="items-9-no"' in answer.content
    assert table.ours.heads(table.room) == before


def test_dates_are_proposed_anew_and_agreed_by_the_other_side(table, sit):
    browser, url = sit(table.ours, "secretary"), DATES.format(session=ref(table.session))
    page = browser.get(url)
    given = {
        "start": "2026-10-05",
        "end": "2026-10-06",
        "place-en": "New Delhi",
        "timezone": "Asia/Kolkata",
        "form": "in-person",
        "state": "planned",
    }
    assert browser.post(url, {"act": "propose", "seen": hidden(page), **given}).status_code == 302
    table.meet()
    other = sit(table.theirs, "secretary", language="ru")
    page = other.get(url)
    assert "5–6 октября 2026" in page.content.decode()
    other.post(url, {"act": "accept", "seen": hidden(page)})
    assert reading(table.theirs, table.room, "dates", table.session).content.start == "2026-10-05"


def test_a_clash_writes_nothing_and_keeps_what_was_typed(table, sit):
    browser, url = sit(table.ours, "secretary"), AGENDA.format(session=ref(table.session))
    seen = hidden(browser.get(url))
    positions.propose(table.theirs, table.room, "meetings.agenda", make.agenda("Only this"), subject=table.session)
    table.meet()
    before = table.ours.heads(table.room)
    for data in ({"act": "accept", "seen": seen}, agenda_form(seen, "Typed with care")):
        answer = browser.post(url, data)
        assert answer.status_code == 409
        assert b"Only this" in answer.content
    assert b'value="Typed with care"' in answer.content
    assert table.ours.heads(table.room) == before


def test_crossed_acceptances_settle_with_one_click(table, sit):
    for node, start in ((table.ours, "2026-11-01"), (table.theirs, "2026-11-02")):
        positions.propose(node, table.room, "meetings.dates", make.dates(start=start, end="2026-11-03"), subject=table.session)
    table.meet()
    for node in (table.ours, table.theirs):
        positions.accept(node, table.room, "meetings.dates", table.session)
    table.meet()
    url = DATES.format(session=ref(table.session))
    clicked = 0
    for node in (table.ours, table.theirs):
        browser = sit(node, "secretary")
        page = browser.get(url)
        if b'value="settle"' in page.content:
            assert browser.post(url, {"act": "settle", "seen": hidden(page)}).status_code == 302
            clicked += 1
    table.meet()
    assert clicked == 1
    assert [reading(node, table.room, "dates", table.session).status for node in (table.ours, table.theirs)] == ["agreed", "agreed"]


def test_assessments_are_accepted_in_bulk_but_not_those_that_moved(table, sit):
    browser, url = sit(table.ours, "secretary"), f"/sessions/c7/{ref(table.session)}/review/"
    rows = re.findall(r'name="row" value="([^"]+)"', browser.get(url).content.decode())
    assert len(rows) == 2
    from tests.makers import followup as follow

    positions.propose(
        table.theirs, table.room, "followup.assessment", follow.assessment("blocked"), subject=table.actions[1], part=table.session
    )
    table.meet()
    answer = browser.post(url, {"row": rows})
    assert answer.status_code == 409
    with table.ours.read() as tx:
        found = followup.assessments(tx, table.room, "IN")
    assert found[table.actions[0]][table.session].status == "agreed"
    assert found[table.actions[1]][table.session].status == "theirs"
    assert browser.post(url, {}).status_code == 422


def test_the_first_row_is_the_one_on_which_the_sides_differ(table, sit):
    text = sit(table.ours, "secretary").get(f"/sessions/c7/{ref(table.session)}/review/").content.decode()
    assert text.index("10.1") < text.index("10.2") < text.index("10.3")
    assert text.index("app-row--differs") < text.index("10.1")
    assert "Date passed" in text


def test_an_assessment_and_a_way_forward_are_proposed(table, sit):
    browser = sit(table.ours, "secretary")
    url = f"/matter/c7/followup.assessment/{ref(table.actions[2])}/{ref(table.session)}/"
    given = {
        "act": "propose",
        "seen": "",
        "state": "sides-differ",
        "carry_over": "on",
        "reason": "Not the same list",
        "new_due-code": "none",
    }
    assert browser.post(url, given).status_code == 302
    with table.ours.read() as tx:
        made = followup.assessments(tx, table.room, "IN")[table.actions[2]][table.session].content
    assert (made.state, made.carry_over, table.ours.paper(table.room, made.reason)) == ("sides-differ", True, b"Not the same list")
    url = f"/matter/c7/followup.way_forward/{ref(table.session)}/"
    given = {
        "act": "propose",
        "seen": "",
        "next-ordinals-IN": "12",
        "next-host": "RU",
        "next-due-code": "quarter",
        "next-due-quarter": "2027-Q3",
        "plan-rows": "3",
        "plan-0-text-en": "Exchange lists",
        "plan-0-due-code": "none",
        "intersessional-rows": "3",
    }
    assert browser.post(url, given).status_code == 302
    assert b"quarter 3 of 2027" in browser.get(url).content
    assert b"Exchange lists" in browser.get(f"/sessions/c7/{ref(table.session)}/review/").content


def test_a_lead_reports_in_two_clicks(table, sit):
    browser = sit(table.ours, "lead")
    action = ref(table.actions[1])
    url = re.search(r'href="(/say/[^"]+)"', browser.get("/").content.decode())[1]
    assert url == f"/say/c7/followup-report/{action}/"
    answer = browser.post(url, {"dated": "2026-09-02", "state": "done", "text-en": "Handed over"})
    assert answer.status_code == 302
    assert b"Handed over" in browser.get(f"/actions/c7/{action}/").content


def test_a_session_is_proposed_and_opens(table, sit):
    browser = sit(table.ours, "secretary")
    answer = browser.post(
        "/new/c7/meetings-session/",
        {"body": table.body, "kind": "session", "ordinals-IN": "12", "ordinals-RU": "12", "previous": table.session, "host": "RU"},
    )
    assert answer.status_code == 302
    page = browser.get(answer["Location"])
    assert b"12th Session" in page.content
    assert b"not proposed yet" in page.content


def test_a_letter_is_entered_alone_and_stands_as_our_account(lone, sit):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = sit(lone.ours, "secretary")
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.7 SPECIMEN")
    came = {
        "came-how": "letter",
        "came-from_side": "RU",
        "came-number": "out-9",
        "came-dated": "2026-08-01",
        "came-subject": lone.session,
        "came-paper": letter,
    }
    said = {
        "start": "2026-09-16",
        "end": "2026-09-17",
        "place-en": "New Delhi",
        "place-ru": "Нью-Дели",
        "venue-en": "Vanijya Bhawan",
        "venue-ru": "Ваниджья-бхаван",
        "timezone": "Europe/Moscow",
        "form": "in-person",
        "state": "planned",
    }
    answer = browser.post("/received/c7/new/meetings-dates/", {**came, **said, "act": "enter"})
    assert answer.status_code == 302, answer.content.decode()
    assert reading(lone.ours, lone.room, "dates", lone.session).status == "account"
    listed = browser.get("/received/").content.decode()
    assert "out-9" in listed
    url = re.search(r'href="(/papers/[^"]+)"', listed)[1]
    paper = browser.get(url)
    assert (paper.content, paper["Content-Type"]) == (b"%PDF-1.7 SPECIMEN", "application/pdf")
    assert "attachment" in paper["Content-Disposition"]


@pytest.mark.parametrize("act", ["confirm", "correct"])
def test_when_the_other_side_joins_it_confirms_or_corrects(table, sit, act):
    from cochair.meetings import received
    from tests.makers.actors import SECRETARY

    made = received.enter_received(
        table.ours,
        table.room,
        SECRETARY,
        from_side="RU",
        how="said",
        account=received.account_of_position(table.ours, "meetings.agenda", make.agenda("Told"), subject=table.before),
    )
    table.meet()
    browser = sit(table.theirs, "secretary")
    assert f"/received/c7/answer/{ref(made)}/" in browser.get("/").content.decode()
    url = f"/received/c7/answer/{ref(made)}/"
    assert b"Told" in browser.get(url).content
    answer = browser.post(url, {"act": "confirm"} if act == "confirm" else agenda_form("", "Said otherwise", act="correct"))
    assert answer.status_code == 302
    with table.theirs.read() as tx:
        one = next(each for each in record.received(tx, table.room) if each.id == made)
    assert one.answer == f"{act}s"
    table.meet()
    stands = reading(table.ours, table.room, "agenda", table.before)
    assert stands.content.items[0].title["en"] == ("Told" if act == "confirm" else "Said otherwise")


def test_a_list_that_was_received_is_told_by_names_and_words(lone, sit):
    from cochair.meetings import received
    from cochair.meetings.contents import Delegation
    from tests.makers.actors import SECRETARY
    from tests.workspace.scene import people

    members = tuple(people(lone.ours, lone.room, 2))
    account = received.account_of_statement(lone.ours, "meetings.delegation", Delegation(session=lone.session, page=0, members=members))
    made = received.enter_received(lone.ours, lone.room, SECRETARY, from_side="RU", how="said", account=account)
    html = sit(lone.ours, "secretary", language="ru").get(f"/received/c7/answer/{ref(made)}/").content.decode()
    assert "1. Делегат 1 (ОБРАЗЕЦ)" in html
    assert "Делегат 2 (ОБРАЗЕЦ)" in html
    assert "&quot;name&quot;" not in html
    assert "members" not in html


def test_home_says_what_waits_and_what_is_owed(table, sit):
    text = sit(table.ours, "secretary", "cochair").get("/").content.decode()
    for words in (
        "Agenda: 11th Session",
        "in 15 days",
        "What we owe",
        "4 agreed actions",
        "What they owe: Russia",
        "Date passed",
        "Report on 10.2",
    ):
        assert words in text, words
    assert "Agenda: 11th Session" not in sit(table.ours, "observer").get("/").content.decode()
    assert "no seat in this room" in sit(table.ours).get("/").content.decode()


def test_the_session_page_puts_both_agendas_side_by_side_and_counts_from_lists(table, sit):
    text = sit(table.theirs, "secretary", language="en").get(f"/sessions/c7/{ref(table.session)}/").content.decode()
    for words in (
        "11th Session",
        "16–17 September 2026",
        "Vanijya Bhawan, New Delhi",
        "Secretary, SPECIMEN Department (IN)",
        "India 5",
        "0 of 8",
        "to answer",
    ):
        assert words in text, words
    assert text.index("Deputy Minister") < text.index("Secretary, SPECIMEN Department")


def test_a_node_without_a_room_says_what_to_do_next(reader):
    assert b"Welcome to Cochair" in reader("secretary").get("/").content


def test_a_signature_that_is_asked_stands_on_home(tmp_path, sit):
    from tests.protocol import flow

    with flow.table(tmp_path) as made:
        text, _units = flow.settled(made)
        key = flow.mandate(made.ours, made.room, flow.IN, made.body)
        _, digest = flow.prepare.prepare_manifest(made.ours, made.room, text, kind="adopt")
        flow.seal(made.ours, made.room, flow.IN, digest, key)
        made.meet()
        assert "Your Side is asked to adopt: Protocol, 12th Session" in sit(made.theirs, "cochair").get("/").content.decode()
        assert "Your Side is asked" not in sit(made.theirs, "observer").get("/").content.decode()
        assert "Your Side is asked" not in sit(made.ours, "cochair").get("/").content.decode()


def test_a_discrepancy_and_what_is_not_counted_stand_on_home(table, sit):
    from cochair.record.node import Draft

    with table.ours.read() as tx:
        origin = table.ours.origin(table.room, side="RU")
        assert record.voids(tx, table.room) == []
    table.ours.write(table.room, [Draft("record", "fault", "record.fault/1", {"log": origin, "what": "fork", "evidence": None})])
    text = sit(table.ours, "secretary").get("/").content.decode()
    assert "A discrepancy in the record" in text
    assert "/record/" in text
