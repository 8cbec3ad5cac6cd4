"""Printed numbers and terms as people read them."""

import pytest

from cochair.followup.contents import Due
from cochair.followup.review import by_number, passed
from tests.makers import followup as make


def test_numbers_stand_in_the_order_in_which_people_count():
    printed = ["12.10", "a)", "9", "12.8", "", "12"]
    assert sorted(printed, key=by_number) == ["", "9", "12", "12.8", "12.10", "a)"]


@pytest.mark.parametrize(
    ("due", "today", "state", "expected"),
    [
        (make.due("2026-03-31"), "2026-03-31", None, False),
        (make.due("2026-03-31"), "2026-04-01", None, True),
        (make.due("2026-03-31"), "2026-04-01", "in-progress", True),
        (make.due("2026-03-31"), "2026-04-01", "done", False),
        (make.due("2026-03-31"), None, None, False),
        (Due(code="quarter", quarter="2026-Q1"), "2026-04-01", None, True),
        (Due(code="next-session"), "2099-01-01", None, False),
        (Due(), "2099-01-01", None, False),
    ],
)
def test_a_date_has_passed_only_when_a_day_was_named(due, today, state, expected):
    assert passed(due, today, state and make.assessment(state)) is expected
