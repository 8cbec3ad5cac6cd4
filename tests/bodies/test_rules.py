"""What is refused and what is only warned about when somebody writes about bodies."""

import pytest

from cochair.bodies import rules
from cochair.bodies.contents import BodyLanguage, person_of
from cochair.kit import canonical
from cochair.kit.errors import CochairError
from cochair.record.positions import plain
from tests.makers import bodies as make


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (make.body(names={"IN": {}}), {}),
        (make.commission(parent="IN/record/9"), {}),
        (make.body(kind="sub-group", parent=None), {}),
        (make.body(), {"own_id": "IN/record/1"}),
        (make.body(), {"own_id": "IN/record/8", "ancestors": ["IN/record/1", "IN/record/8"]}),
    ],
    ids=["no name", "commission below another", "sub-group on its own", "below itself", "below its own child"],
)
def test_a_body_that_cannot_be_meant_is_refused_with_a_next_step(content, how):
    with pytest.raises(CochairError) as caught:
        rules.body(content, **how)
    assert caught.value.next_step


def test_an_odd_body_is_warned_about():
    assert rules.body(make.body()) == []
    assert rules.body(make.body(parent=None)) == ["This working group has no commission above it"]
    assert len(rules.body(make.body(code="", names={"IN": {"en": "One"}}))) == 2


def test_a_prevailing_language_is_an_authentic_one():
    assert rules.rules(make.rules()) == []
    with pytest.raises(CochairError, match="not an authentic one"):
        rules.rules(make.rules(prevailing="hi"))
    with pytest.raises(CochairError, match="twice"):
        rules.rules(make.rules(languages=(BodyLanguage(lang="en", status="authentic"), BodyLanguage(lang="en", status="working"))))
    assert "unsafe" in rules.rules(make.rules(silence="both-laws"))[0]


def test_two_holders_at_one_time_are_warned_about_and_a_wrong_order_is_refused():
    first = make.holder(until="2024-12-31")
    assert rules.holder(make.holder(since="2025-01-01"), [first]) == []
    assert rules.holder(make.holder(since="2024-12-31"), [first]) == ["Another holder of this post is named for the same time"]
    with pytest.raises(CochairError, match="before taking it"):
        rules.holder(make.holder(until="2023-01-01"))
    with pytest.raises(CochairError, match="is not a day"):
        rules.holder(make.holder(until="2026-02-30"))


def test_a_designee_without_a_letter_is_warned_about():
    assert rules.designee(make.designee()) == []
    assert rules.designee(make.designee(letter=None))


def test_the_paper_of_a_person_is_read_back_and_nothing_else_is():
    person = make.person()
    assert person_of(canonical.dumps(plain(person))) == person
    assert person_of(b"%PDF-1.7") is None
    assert person_of(b'{"what":"person","v":2,"name":{"en":"x"}}') is None
    assert person_of(b"\xff\xfe") is None
