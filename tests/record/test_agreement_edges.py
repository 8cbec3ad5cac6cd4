"""The agreement rule at its edges, written by hand; and a few hundred random histories beside the plain reference, as many as a second allows."""

from __future__ import annotations

import random

import pytest

from cochair.record.agreement import Acknowledgements, Finding, Party, Reason, Revoke, Seal, Seen, SideLog, agreed, close, explain, judge
from tests.record import reference_rule
from tests.record.histories import as_side_logs, guided

STEPS = {2: 14, 3: 36, 4: 64}


@pytest.mark.parametrize(("names", "number"), [("AB", 600), ("ABC", 250), ("ABCD", 80)])
def test_a_few_random_histories_equal_the_reference(names: str, number: int) -> None:
    rng, share = random.Random(number), 0
    for _ in range(number):
        logs: dict[str, list] = {side: [] for side in names}
        for side, entry in guided(rng, names, STEPS[len(names)]):
            logs[side].append(entry)
        whole = {side: len(log) for side, log in logs.items()}
        for cut in (whole, {side: rng.randint(0, len(log)) for side, log in logs.items()}):
            verdict = explain(as_side_logs(logs), cut)
            assert set(filter(None, [verdict.manifest])) == reference_rule.agreed(logs, cut), (logs, cut)
            assert (verdict.manifest is None) == (not verdict.by)
            assert {seal.side: seal.seq for seal in verdict.seals if seal.counts} == dict(verdict.by)
            share += verdict.manifest is not None
    assert share > number / 20


def test_acknowledgements_to_the_entry() -> None:
    acks = Acknowledgements()
    assert acks.before("A", 9, "B") == 0
    assert acks.first_beyond("A", "B", 0) is None
    for index, size in ((2, 3), (5, 3), (6, 2), (7, 4), (9, 0)):
        acks.add("A", index, Seen("B", size))
    acks.add("A", 8, Seen("C", 1))
    assert [acks.before("A", index, "B") for index in range(10)] == [0, 0, 0, 3, 3, 3, 3, 3, 4, 4]
    assert [acks.first_beyond("A", "B", index) for index in range(5)] == [2, 2, 2, 7, None]
    assert acks.before("A", 9, "C") == 1
    assert acks.before("B", 9, "A") == 0
    acks.add("B", 0, Seen("A", 0))
    assert acks.before("B", 1, "A") == 0
    assert acks.first_beyond("B", "A", 0) is None


def test_cuts_are_closed_to_the_entry() -> None:
    logs = {"A": SideLog(4, [(1, Seen("B", 2)), (3, Seen("B", 3))]), "B": SideLog(3, [(2, Seen("A", 3))])}
    for cut, closed in (
        ({"A": 4, "B": 3}, {"A": 4, "B": 3}),
        ({"A": 4, "B": 2}, {"A": 3, "B": 2}),
        ({"A": 4, "B": 1}, {"A": 1, "B": 1}),
        ({"A": 2, "B": 3}, {"A": 2, "B": 2}),
        ({"A": 1, "B": 3}, {"A": 1, "B": 2}),
        ({"A": 3, "B": 3}, {"A": 3, "B": 3}),
        ({"A": 9, "B": 9}, {"A": 4, "B": 3}),
        ({"B": 3}, {"A": 0, "B": 2}),
        ({}, {"A": 0, "B": 0}),
    ):
        assert close(logs, cut) == closed, cut


def told(a: list, b: list, c: list | None = None) -> tuple:
    logs = as_side_logs({"IN": a, "RU": b} | ({"EU": c} if c is not None else {}))
    return explain(logs, {side: log.length for side, log in logs.items()})


def seals(verdict: tuple) -> dict[str, tuple[bool, bool, tuple[str, ...]]]:
    """SIDE/SEQ -> (valid, counts, reasons as CODE:SIDE:SEQ)."""
    assert all(reason.text() for one in verdict.seals for reason in one.reasons)
    return {
        f"{one.side}/{one.seq}": (one.valid, one.counts, tuple(f"{r.code}:{r.side}:{'' if r.seq is None else r.seq}" for r in one.reasons))
        for one in verdict.seals
    }


def test_a_revoke_or_finding_counts_only_once_its_seal_is_known() -> None:
    early = told([("seal", "M")], [("find", "IN", 0, True), ("seen", "IN", 1), ("seal", "M")])
    assert seals(early)["IN/0"][2] == ("unfound:RU:", "pending:RU:")
    first = told([("seal", "M")], [("seen", "IN", 1), ("find", "IN", 0, False), ("find", "IN", 0, True), ("seal", "M")])
    assert seals(first)["IN/0"][2][0] == "refused:RU:1"
    ahead = told([("revoke", 1), ("seal", "M")], [])
    assert "revoked::0" not in seals(ahead)["IN/1"][2]
    itself = told([("revoke", 0), ("seal", "M"), ("revoke", 1), ("revoke", 1)], [])
    assert seals(itself)["IN/1"][2] == ("unfound:RU:", "alone:RU:", "revoked::2")


def test_who_is_free_of_an_earlier_seal() -> None:
    for a, b, bound in (
        ([("seal", "M"), ("seal", "N")], [], True),
        ([("seal", "M"), ("revoke", 0), ("seal", "N")], [], True),
        ([("seal", "M"), ("revoke", 0), ("seen", "RU", 1), ("seal", "N")], [("seen", "IN", 2)], False),
        ([("seal", "M"), ("revoke", 0), ("seal", "N"), ("seen", "RU", 1)], [("seen", "IN", 2)], True),
        ([("seal", "M"), ("revoke", 0), ("seen", "RU", 1), ("seal", "N")], [("seen", "IN", 1), ("seen", "IN", 2)], True),
        ([("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("seal", "N")], [("seal", "M"), ("seen", "IN", 2)], True),
        ([("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("seal", "N")], [("seal", "N"), ("seen", "IN", 2)], False),
        ([("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("seal", "N")], [("seen", "IN", 2), ("seal", "M")], False),
        (
            [("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("find", "RU", 0, False), ("seal", "N")],
            [("seal", "M"), ("seen", "IN", 2)],
            False,
        ),
        (
            [("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("seal", "N"), ("find", "RU", 0, False)],
            [("seal", "M"), ("seen", "IN", 2)],
            True,
        ),
        ([("seal", "M"), ("seen", "RU", 2), ("seal", "N")], [("seen", "IN", 1), ("find", "IN", 0, False)], False),
        ([("seal", "M"), ("seen", "RU", 1), ("seal", "N")], [("seen", "IN", 1), ("find", "IN", 0, False)], True),
        ([("seal", "M"), ("seen", "RU", 2), ("seal", "N")], [("seen", "IN", 1), ("find", "IN", 0, True)], True),
        ([("seal", "M"), ("seal", "N"), ("seen", "RU", 2)], [("seen", "IN", 1), ("find", "IN", 0, False)], True),
    ):
        verdict = seals(told(a, b))
        last = f"IN/{max(i for i, e in enumerate(a) if e[0] == 'seal')}"
        assert verdict[last][0] is not bound, (a, b)
        assert (verdict[last][2][0] == "bound::0") is bound
        assert verdict["IN/0"][0]


def test_any_other_side_may_free_one() -> None:
    a = [("seal", "M"), ("seen", "EU", 2), ("seal", "N")]
    assert seals(told(a, [], [("seen", "IN", 1), ("find", "IN", 0, False)]))["IN/2"][0]
    a = [("seal", "M"), ("revoke", 0), ("seen", "EU", 1), ("seal", "N")]
    assert seals(told(a, [], [("seen", "IN", 2)]))["IN/3"][0]
    a = [("seal", "M"), ("seen", "RU", 2), ("seal", "N")]
    assert seals(told(a, [("seen", "IN", 1), ("find", "IN", 0, False)], []))["IN/2"][0]


def test_only_those_whom_a_manifest_needs_are_asked() -> None:
    acks = Acknowledgements()
    acks.add("EU", 0, Seen("IN", 1))
    acks.add("IN", 1, Seen("EU", 2))
    acts = {"IN": [(0, Seal("M")), (2, Seal("N"))], "EU": [(1, Finding("IN", 0, False))], "RU": []}
    cut = {"IN": 3, "EU": 2, "RU": 0}
    both = Party(["IN", "RU"], ["IN", "RU"])
    assert [seal.valid for seal in judge(acts, acks, cut).seals] == [True, True]
    assert [seal.valid for seal in judge(acts, acks, cut, {"M": both}).seals] == [True, False]
    assert [seal.valid for seal in judge(acts, acks, cut, {"N": both}).seals] == [True, True]
    verdict = judge(acts, acks, cut, {"N": both})
    assert [reason.side for reason in verdict.seals[1].reasons] == ["RU", "RU"]
    assert [reason.side for reason in verdict.seals[0].reasons] == ["EU", "RU", "EU", "RU"]


def test_two_sides_agree_beside_a_third_that_is_not_needed() -> None:
    acks = Acknowledgements()
    acks.add("IN", 1, Seen("RU", 1))
    acks.add("RU", 1, Seen("IN", 1))
    acts = {"IN": [(0, Seal("M")), (2, Finding("RU", 0, True))], "RU": [(0, Seal("M")), (2, Finding("IN", 0, True))], "EU": []}
    cut = {"IN": 3, "RU": 3, "EU": 0}
    assert judge(acts, acks, cut).manifest is None
    needed = Party(["RU", "IN"], ["RU", "IN"])
    verdict = judge(acts, acks, cut, {"M": needed})
    assert (verdict.manifest, verdict.by) == ("M", {"IN": 0, "RU": 0})
    assert judge(acts, acks, {"IN": 2, "RU": 3}, {"M": needed}).manifest is None
    assert judge(acts, acks, cut, {"M": Party(["IN"], ["IN"])}).manifest is None
    assert judge({**acts, "IN": [*acts["IN"], (3, Revoke(0))]}, acks, {**cut, "IN": 4}, {"M": needed}).manifest == "M"


def test_each_reason_says_whom_it_speaks_of() -> None:
    assert Reason("unfound", "RU").text() == "not yet found valid by RU"
    assert Reason("bound", "", 3).text() == "bound by an earlier seal"
    a = [("seal", "M"), ("revoke", 0), ("seal", "M"), ("seen", "RU", 3), ("find", "RU", 1, True)]
    b = [("seen", "IN", 2), ("seal", "M"), ("find", "IN", 0, True)]
    assert seals(told(a, b)) == {
        "IN/0": (True, False, ("crossed:RU:", "revoked::1")),
        "IN/2": (False, False, ("bound::0", "unfound:RU:")),
        "RU/1": (True, False, ("knew:IN:",)),
    }
    again = [("seal", "M"), ("seen", "RU", 2), ("find", "RU", 1, True), ("seal", "M")]
    verdict = told(again, [("seen", "IN", 1), ("seal", "M"), ("find", "IN", 0, True), ("seal", "N")])
    assert seals(verdict) == {
        "IN/0": (True, True, ()),
        "IN/3": (False, False, ("bound::0", "unfound:RU:", "double::")),
        "RU/1": (True, True, ()),
        "RU/3": (False, False, ("bound::1", "unfound:IN:", "alone:IN:", "settled::")),
    }


def test_a_later_seal_counts_where_the_first_does_not() -> None:
    a = [("seal", "M"), ("seen", "RU", 3), ("find", "RU", 2, True), ("seal", "M")]
    b = [("seen", "IN", 1), ("find", "IN", 0, False), ("seal", "M"), ("seen", "IN", 4), ("find", "IN", 3, True)]
    assert told(a, b).by == {"IN": 3, "RU": 2}
    a = [("seal", "M"), ("revoke", 0), ("seen", "RU", 1), ("seal", "M"), ("seen", "RU", 5), ("find", "RU", 3, True)]
    b = [("seen", "IN", 2), ("find", "IN", 0, True), ("seen", "IN", 4), ("seal", "M"), ("find", "IN", 3, True)]
    assert told(a, b).by == {"IN": 3, "RU": 3}
    logs = as_side_logs({"RU": b, "IN": a})
    whole = {side: log.length for side, log in logs.items()}
    assert agreed(logs, whole) == "M"
    assert [seal.side for seal in explain(logs, whole).seals] == ["IN", "IN", "RU"]


def test_acknowledgements_only_grow() -> None:
    acks = Acknowledgements()
    for index, size in enumerate((1, 5, 3, 6)):
        acks.add("A", index, Seen("B", size))
    assert [acks.before("A", index, "B") for index in range(5)] == [0, 1, 5, 5, 6]
    acks.add("A", 9, Seen("C", 1))
    acks.add("B", 0, Seen("A", 1))
    assert acks.known_by("A") == ["B", "C"]
    assert acks.known_by("C") == []


def test_a_seal_is_judged_after_all_that_its_side_had_seen() -> None:
    a = [("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("seal", "N")]
    verdict = seals(told(a, [("seal", "M"), ("seen", "IN", 2), ("seal", "Z")]))
    assert verdict["IN/3"][2][0] == "bound::0"  # RU's seal of the same manifest stood when it learned of the revoke


def test_a_side_may_seal_again_what_it_took_back() -> None:
    a = [("seen", "RU", 2), ("find", "RU", 0, True), ("seal", "M"), ("seen", "RU", 4), ("find", "RU", 3, True)]
    b = [("seal", "M"), ("revoke", 0), ("seen", "IN", 1), ("seal", "M"), ("seen", "IN", 3), ("find", "IN", 2, True)]
    assert told(a, b).by == {"IN": 2, "RU": 3}


def test_what_lies_beyond_the_cut_is_not_judged_and_reasons_stand_in_the_order_of_the_sides() -> None:
    acts = {"RU": [(0, Seal("M"))], "IN": [(0, Seal("M"))], "EU": []}
    three = Party(["RU", "EU", "IN"], ["RU", "EU", "IN"])
    (only,) = judge(acts, Acknowledgements(), {"IN": 1}, {"M": three}).seals
    assert (only.side, [reason.side for reason in only.reasons]) == ("IN", ["EU", "RU", "EU", "RU"])
    assert [seal.side for seal in judge(acts, Acknowledgements(), {"IN": 1, "RU": 1}).seals] == ["IN", "RU"]


def test_who_acknowledges_nothing_waits_for_nothing_and_no_circle_is_too_small() -> None:
    assert close({"A": SideLog(2, [(1, Seen("C", 0))])}, {"A": 2}) == {"A": 2}
    assert close({"A": SideLog(2, [(1, Seen("C", 1))])}, {"A": 2}) == {"A": 1}
    circle = {"A": SideLog(1, [(0, Seen("B", 1))]), "B": SideLog(1, [(0, Seen("A", 1))])}
    assert close(circle, {"A": 1, "B": 1}) == {"A": 0, "B": 0}


def test_nobody_frees_himself_whatever_he_says_of_his_own_log() -> None:
    a = [("seal", "M"), ("seen", "IN", 1), ("find", "IN", 0, False), ("seen", "IN", 3), ("seal", "N")]
    assert seals(told(a, []))["IN/4"][2][0] == "bound::0"
    assert seals(told([*a[:3], ("revoke", 0), ("seen", "IN", 4), ("seen", "IN", 5), ("seal", "N")], []))["IN/6"][2][0] == "bound::0"


def test_every_side_must_be_as_far_as_it_was_seen_before_a_seal_is_judged() -> None:
    a = [("seal", "M"), ("revoke", 0), ("seen", "RU", 2), ("seal", "M")]
    b = [("seal", "M"), ("seen", "IN", 2)]
    assert seals(told(a, b, []))["IN/3"][2][0] == "bound::0"  # EU, of whom nothing was seen, does not make up for RU


def test_a_seal_that_is_itself_bound_holds_nobody() -> None:
    a = [("seal", "M"), ("revoke", 0), ("seen", "RU", 1), ("find", "RU", 0, False), ("seen", "RU", 3), ("seal", "M")]
    b = [("seal", "M"), ("seal", "M"), ("seen", "IN", 2)]
    verdict = seals(told(a, b))
    assert not verdict["RU/1"][0]
    assert verdict["IN/5"][0]
    assert seals(told([("seal", "M")], [("seal", "N"), ("seal", "M")]))["IN/0"][2] == ("unfound:RU:", "alone:RU:")


def test_a_reason_holds_against_every_seal_of_the_other_side() -> None:
    a = [("seal", "M"), ("revoke", 0), ("seen", "RU", 3), ("seal", "M")]
    b = [("seen", "IN", 1), ("find", "IN", 0, True), ("seen", "IN", 2), ("seen", "IN", 4), ("find", "IN", 3, True), ("seal", "M")]
    assert seals(told(a, b))["RU/5"][2] == ("unfound:IN:",)  # one of two was revoked before its eyes
    a = [("seen", "RU", 2), ("find", "RU", 0, True), ("seal", "M"), ("revoke", 2), ("seen", "RU", 5), ("find", "RU", 4, True)]
    b = [("seal", "M"), ("revoke", 0), ("seen", "IN", 4), ("find", "IN", 2, True), ("seal", "M")]
    assert seals(told(a, b)) == {
        "IN/2": (True, False, ("knew:RU:", "revoked::3")),  # RU/0 was revoked before its eyes, and RU/4 written when it was revoked itself
        "RU/0": (True, False, ("crossed:IN:", "revoked::1")),
        "RU/4": (True, False, ("knew:IN:",)),
    }


def test_a_seal_that_goes_with_each_of_two_that_do_not_go_together() -> None:
    a = [("seal", "M"), ("seen", "RU", 1), ("find", "RU", 0, True), ("seen", "EU", 2), ("find", "EU", 1, True)]
    b = [("seal", "M"), ("revoke", 0), ("seen", "IN", 1), ("find", "IN", 0, True), ("seen", "EU", 2), ("find", "EU", 1, True)]
    c = [("seen", "RU", 2), ("seal", "M"), ("find", "RU", 0, True), ("seen", "IN", 1), ("find", "IN", 0, True)]
    assert seals(told(a, b, c)) == {
        "IN/0": (True, False, ("apart::",)),
        "RU/0": (True, False, ("crossed:EU:", "revoked::1")),
        "EU/1": (True, False, ("knew:RU:",)),
    }
