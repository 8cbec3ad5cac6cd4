"""Orders of arrival, hash seeds, time zones, locales and both databases give one state. The long line is ``make drill LINE=R5``."""

from __future__ import annotations

import random

import pytest

from tests.simulators.replay import Taking, child, lived


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("history")
    lived(found, 5)
    return found


def test_any_order_of_arrival_gives_the_digests_of_those_who_lived_it(folder):
    taking = Taking(folder)
    assert all(taking.once(random.Random(order)) == taking.history["digests"] for order in range(8))


def test_other_processes_and_postgresql_give_the_same(folder, postgres_url):
    taking, rng = Taking(folder), random.Random(3)
    for where in (None, postgres_url):
        assert child(folder, 7, 2, rng, where) == [taking.history["digests"]] * 2


def test_a_history_with_one_entry_less_gives_another_digest(folder):
    taking = Taking(folder)
    log = max((o for o in taking.logs if o.endswith("/record")), key=lambda o: len(taking.logs[o]))
    taking.logs[log].pop()
    with pytest.raises(AssertionError):
        assert taking.once(random.Random(1)) == taking.history["digests"]
