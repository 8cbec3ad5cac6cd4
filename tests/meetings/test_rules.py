"""What is refused and what is only warned about when somebody writes about meetings."""

import pytest

from cochair.kit import canonical
from cochair.kit.errors import CochairError
from cochair.meetings import rules
from cochair.meetings.contents import DelegationChange, Item
from cochair.record.positions import plain
from tests.makers import meetings as make


def test_only_a_session_is_numbered():
    assert rules.session(make.session(), make.session(ordinals={"IN": 11, "RU": 11}, host="IN")) == []
    with pytest.raises(CochairError, match="A session is numbered"):
        rules.session(make.session(ordinals={}))
    with pytest.raises(CochairError, match="Only a session is numbered"):
        rules.session(make.session(kind="video"))


def test_odd_counting_and_odd_hosts_are_warned_about():
    before = make.session(ordinals={"IN": 10, "RU": 11})
    told = rules.session(make.session(ordinals={"IN": 12, "RU": 13}), before)
    assert told == [
        "The Sides count this session differently",
        "IN counted 10 before and 12 now",
        "RU counted 11 before and 13 now",
        "The same Side was the host last time",
    ]
    assert rules.session(make.session(ordinals={"IN": 1, "RU": 1})) == []
    assert len(rules.session(make.session())) == 1


def test_dates_in_the_past_warn_and_dates_that_run_backwards_are_refused():
    assert rules.dates(make.dates(), today="2026-01-01") == []
    assert rules.dates(make.dates(), today="2026-12-01") == ["The first day has passed"]
    assert rules.dates(make.dates(start="2026-09-19", end="2026-09-20")) == ["The meeting starts or ends on a Saturday or Sunday"]
    assert rules.dates(make.dates(timezone="Mars/Base")) == ["The time zone 'Mars/Base' is not known here"]
    assert len(rules.dates(make.dates(place={}), previous_end="2026-09-16")) == 2
    with pytest.raises(CochairError, match="before it starts"):
        rules.dates(make.dates(end="2026-09-15"))
    with pytest.raises(CochairError, match="is not a day"):
        rules.dates(make.dates(start="2026-02-30"))


def test_an_agenda_has_items_with_titles_and_numbers_of_their_own():
    assert rules.agenda(make.agenda()) == []
    half = make.agenda(items=(Item(no="1", title={"en": "a", "ru": "а"}), Item(no="2", title={"en": "b"})))
    assert rules.agenda(half) == ["Item 2 has no title in ru"]
    for bad in (
        make.agenda(items=()),
        make.agenda(items=(Item(no="1", title={}),)),
        make.agenda(items=(Item(no="1", title={"en": "a"}),) * 2),
    ):
        with pytest.raises(CochairError):
            rules.agenda(bad)


def test_a_list_has_one_head_and_each_person_once():
    assert rules.members(make.members(4)) == []
    assert rules.members([make.member(2)]) == ["The delegation has no head"]
    assert len(rules.members([make.member(1), make.member(2, role="head", order=1)])) == 2
    with pytest.raises(CochairError, match="twice"):
        rules.members([make.member(1), make.member(1)])
    with pytest.raises(CochairError, match="empty"):
        rules.members([])


def test_a_full_page_of_a_list_fits_into_one_entry_with_posts_named():
    full = make.delegation(
        members=tuple(make.member(n, post="IN/record/1234", on_behalf_of="IN/record/1235") for n in range(1, rules.PAGE + 1))
    )
    assert len(canonical.dumps(plain(full))) < 8192 - 400


def test_a_change_names_people_of_the_list():
    present = [member.person for member in make.members(3)]
    assert rules.change(make.change(), present, frozen=True) == []
    assert rules.change(make.change(), present, frozen=False) == ["The list is not frozen yet; it can still be replaced as a whole"]
    for bad in (DelegationChange(session="IN/record/5"), make.change(left="0" * 64), make.change(left=None, joined=make.member(3))):
        with pytest.raises(CochairError):
            rules.change(bad, present, frozen=True)
    assert rules.change(make.change(left=present[2], joined=make.member(3, role="adviser")), present, frozen=True) == []


def test_letters_and_receipts():
    assert rules.letter(make.letter(), side="IN", today="2026-06-01") == []
    assert rules.letter(make.letter(number=""), side="IN", today="2026-01-01") == [
        "The letter has no number",
        "The letter is dated in the future",
    ]
    with pytest.raises(CochairError, match="addressed to its sender"):
        rules.letter(make.letter(to="IN"), side="IN")
    assert rules.receipt(make.receipt(), dated="2026-05-04") == []
    assert rules.receipt(make.receipt(), dated="2026-05-07") == ["The letter would have arrived before its date"]
