"""The agreement rule of the product against the plain reference, on every short history and on guided random ones; and that the searches have teeth."""

import os
import random
import runpy
import time
from pathlib import Path

import pytest

from cochair.kit.errors import Conflict
from cochair.record import agreement
from cochair.record.agreement import Acknowledgements, Finding, Reason, Revoke, Seal, Seen, SideLog, agreed, close, explain, judge
from tests.record import reference_rule
from tests.record.histories import as_side_logs, every, guided
from tests.record.reference_rule import FULL, Rules

HISTORIES = int(os.environ.get("COCHAIR_AGREEMENT_HISTORIES", "1500"))  # random histories a number of Sides; the drill asks for many more
LENGTH = os.environ.get("COCHAIR_AGREEMENT_LENGTH", "3x4")  # entries a Side, exhaustively, compared with the reference
STEPS = {2: 14, 3: 36, 4: 64}
ORIGINAL = Path(__file__).parents[2] / "../shared/design/agreement_rule.py"


def product(logs, cut):
    one = agreed(as_side_logs(logs), cut)
    return set() if one is None else {one}


def full(logs):
    return {side: len(log) for side, log in logs.items()}


def search(evaluate, number, names, seed=1):
    """Run guided histories through `evaluate(logs, cut)`: how many agree, lose an agreement as logs grow, or agree two manifests."""
    rng, reached, lost, double = random.Random(seed), 0, 0, 0
    for _ in range(number):
        logs = {side: [] for side in names}
        before = set()
        for side, entry in guided(rng, names, STEPS[len(names)]):
            logs[side].append(entry)
            now = evaluate(logs, full(logs))
            lost += bool(before - now)
            double += len(now) > 1
            if before - now or len(now) > 1:
                break
            before = now
        else:
            for _ in range(4):  # what somebody holds who is behind, unevenly
                if evaluate(logs, {side: rng.randint(0, len(log)) for side, log in logs.items()}) - before:
                    lost += 1
                    break
        reached += bool(before)
    return {"reached": reached, "lost": lost, "double": double}


def test_every_short_history_of_two_sides_agrees_with_the_reference_and_never_goes_back():
    first, last = (int(n) for n in LENGTH.split("x"))
    known: dict = {}
    agreements = 0
    for state, before in every(first, last=last):
        logs = dict(zip("AB", state, strict=True))
        now = product(logs, full(logs))
        assert now == reference_rule.agreed(logs, full(logs)), logs
        assert all(known[earlier] <= now for earlier in before), logs
        known[state] = now
        agreements += bool(now)
    assert agreements > 100
    assert {"M"} in known.values()


def test_every_history_of_three_sides_with_two_entries_equals_the_reference():
    for state, _ in every(2, "ABC", last=1):
        logs = dict(zip("ABC", state, strict=True))
        assert product(logs, full(logs)) == reference_rule.agreed(logs, full(logs))


@pytest.mark.parametrize("names", ["AB", "ABC", "ABCD"])
def test_random_histories_equal_the_reference_at_even_and_uneven_cuts(names):
    rng, share = random.Random(7), 0
    number = HISTORIES if len(names) == 2 else HISTORIES // 3
    for _ in range(number):
        logs = {side: [] for side in names}
        for side, entry in guided(rng, names, STEPS[len(names)]):
            logs[side].append(entry)
        now = product(logs, full(logs))
        assert now == reference_rule.agreed(logs, full(logs)), logs
        share += bool(now)
        for _ in range(3):
            cut = {side: rng.randint(0, len(log)) for side, log in logs.items()}
            assert product(logs, cut) == reference_rule.agreed(logs, cut), (logs, cut)
    assert share >= number * (0.2 if len(names) == 2 else 0.05), f"only {share} of {number} histories agree: the generator proves nothing"


@pytest.mark.parametrize(("names", "number"), [("AB", HISTORIES), ("ABC", HISTORIES // 5)])
def test_agreements_are_never_lost_and_never_two(names, number):
    result = search(product, number, names)
    assert (result["lost"], result["double"]) == (0, 0)
    assert result["reached"] >= number * (0.2 if len(names) == 2 else 0.05)


@pytest.mark.parametrize(
    ("rules", "harm"),
    [
        (Rules(r1=False), "double"),
        (Rules(latest=True), "lost"),
        (Rules(r3=False, r4=False), "lost"),
    ],
    ids=["without R1", "latest finding", "without R3 and R4"],
)
def test_the_search_finds_the_harm_when_a_rule_is_missing(rules, harm):
    assert search(lambda logs, cut: reference_rule.agreed(logs, cut, rules), 2000, "AB")[harm] > 0


SWAP = {  # each Side seals, takes back, sees the other's taking back, and seals what the other had sealed
    "A": [("seal", "M"), ("revoke", 0), ("seen", "B", 3), ("find", "B", 0, True), ("seal", "N"), ("seen", "B", 6), ("find", "B", 5, True)],
    "B": [
        *(("seal", "N"), ("revoke", 0), ("seen", "A", 2), ("seen", "A", 3), ("find", "A", 0, True)),
        *(("seal", "M"), ("seen", "A", 5), ("find", "A", 4, True)),
    ],
}
REFUSED = {  # A's seal is refused by B
    "A": [("seal", "M"), ("seen", "B", 3), ("find", "B", 2, True)],
    "B": [("seen", "A", 1), ("find", "A", 0, False), ("seal", "M")],
}


def test_a_swap_agrees_nothing_and_would_agree_both_without_r2():
    assert product(SWAP, full(SWAP)) == set()
    assert reference_rule.agreed(SWAP, full(SWAP)) == set()
    assert reference_rule.agreed(SWAP, full(SWAP), Rules(r2=False)) == {"M", "N"}


def test_a_refused_seal_does_not_count_and_would_without_r4():
    assert product(REFUSED, full(REFUSED)) == set()
    assert reference_rule.agreed(REFUSED, full(REFUSED), Rules(r4=False)) == {"M"}


def test_the_reference_has_the_meaning_of_the_rule_that_was_first_written_down():
    if not ORIGINAL.exists():
        pytest.skip("the first wording of the rule (../shared/design/agreement_rule.py) is not beside this repository")
    original = runpy.run_path(str(ORIGINAL))
    variants = (
        (FULL, {}),
        (Rules(r1=False), {"r1": False}),
        (Rules(r2=False), {"r2": False}),
        (Rules(r4=False), {"r4": False}),
        (Rules(latest=True), {"latest": True}),
        (Rules(r3=False, r4=False), {"r3": False, "r4": False}),
    )
    rng = random.Random(11)
    for names in ("AB", "ABC", "ABCD"):
        for _ in range(120):
            logs = {side: [] for side in names}
            for side, entry in guided(rng, names, 8 * len(names)):
                logs[side].append(entry)
            for cut in (full(logs), {side: rng.randint(0, len(log)) for side, log in logs.items()}):
                assert close(as_side_logs(logs), cut) == original["close"](logs, cut)
                assert product(logs, cut) == original["agreed"](logs, cut)
                for rules, switches in variants:
                    assert reference_rule.agreed(logs, cut, rules) == original["agreed"](logs, cut, **switches)


def test_fewer_than_two_sides_never_agree():
    alone = {"A": [("seal", "M")]}
    assert product(alone, {"A": 1}) == set()
    assert agreed({}, {}) is None


def test_acknowledgements_in_a_circle_wait_for_ever():
    circle = {"A": SideLog(2, [(0, Seen("B", 2)), (1, Seal("M"))]), "B": SideLog(2, [(0, Seen("A", 2)), (1, Seal("M"))])}
    assert close(circle, {"A": 2, "B": 2}) == {"A": 0, "B": 0}
    assert agreed(circle, {"A": 2, "B": 2}) is None


def test_an_entry_that_acknowledges_an_unknown_side_waits():
    logs = {"A": SideLog(5, [(2, Seen("C", 1)), (3, Seal("M"))]), "B": SideLog(1, [(0, Seal("M"))])}
    assert close(logs, {"A": 5, "B": 1}) == {"A": 2, "B": 1}


def test_a_cut_beyond_the_log_is_the_whole_log():
    assert close({"A": SideLog(3, []), "B": SideLog(0, [])}, {"A": 9}) == {"A": 3, "B": 0}


def two(a, b):
    logs = as_side_logs({"IN": a, "RU": b})
    return explain(logs, {side: log.length for side, log in logs.items()})


def reasons(verdict, side, index):
    return next(seal.reasons for seal in verdict.seals if (seal.side, seal.seq) == (side, index))


def test_the_page_is_told_who_must_still_find_the_seal_valid():
    verdict = two([("seal", "M")], [("seen", "IN", 1), ("seal", "M")])
    assert reasons(verdict, "IN", 0) == (Reason("unfound", "RU"), Reason("pending", "RU"))
    assert reasons(verdict, "IN", 0)[0].text() == "not yet found valid by RU"


def test_the_page_is_told_of_revoked_bound_and_refused_seals():
    verdict = two([("seal", "M"), ("revoke", 0), ("seal", "N")], [("seen", "IN", 2), ("find", "IN", 0, False)])
    assert Reason("revoked", "", 1) in reasons(verdict, "IN", 0)
    assert Reason("refused", "RU", 1) in reasons(verdict, "IN", 0)
    assert reasons(verdict, "IN", 2)[0] == Reason("bound", "", 0)
    assert [r.text() for r in reasons(verdict, "IN", 0)] == [
        "found not valid by RU",
        "RU has no valid seal of the same manifest",
        "revoked",
    ]


def test_an_agreement_names_the_seals_that_make_it_and_calls_later_ones_settled():
    a = [("seal", "M"), ("seen", "RU", 3), ("find", "RU", 2, True), ("revoke", 0)]
    b = [("seen", "IN", 1), ("find", "IN", 0, True), ("seal", "M"), ("seal", "N")]
    verdict = two(a, b)
    assert (verdict.manifest, verdict.by) == ("M", {"IN": 0, "RU": 2})  # a withdrawal that comes too late changes nothing
    assert [seal.counts for seal in verdict.seals] == [True, True, False]
    assert Reason("settled") in reasons(verdict, "RU", 3)


def test_a_seal_written_after_seeing_the_revoke_says_so_on_both_seals():
    a = [("seal", "M"), ("revoke", 0), ("seen", "RU", 3), ("find", "RU", 2, True)]
    b = [("seen", "IN", 2), ("find", "IN", 0, True), ("seal", "M")]
    verdict = two(a, b)
    assert verdict.manifest is None
    assert reasons(verdict, "IN", 0) == (Reason("crossed", "RU"), Reason("revoked", "", 1))
    assert reasons(verdict, "RU", 2) == (Reason("knew", "IN"),)


def test_every_seal_that_does_not_count_has_a_reason_and_every_reason_a_text():
    rng, codes = random.Random(5), set()
    for names in ("AB", "ABC"):
        for _ in range(400):
            logs = {side: [] for side in names}
            for side, entry in guided(rng, names, 8 * len(names)):
                logs[side].append(entry)
            verdict = explain(as_side_logs(logs), full(logs))
            assert {s.side: s.seq for s in verdict.seals if s.counts} == dict(verdict.by)
            for seal in verdict.seals:
                assert bool(seal.reasons) is not seal.counts
                assert all(reason.text() for reason in seal.reasons)
                codes |= {reason.code for reason in seal.reasons}
    assert codes >= set(agreement.REASONS) - {"apart"}


def test_two_agreed_manifests_stop_the_fold(monkeypatch):
    monkeypatch.setattr(agreement._Slot, "_pick", lambda self, _: dict.fromkeys(self.sides, 0))
    with pytest.raises(Conflict, match="two manifests"):
        two([("seal", "M"), ("seal", "N")], [])


def test_a_long_log_with_few_seals_costs_what_the_seals_cost():
    """100,000 entries with 20,000 acknowledgements a Side: a slot is judged from shared acknowledgements in far less than one pass over them."""
    acks, size = Acknowledgements(), 100_000
    for i in range(0, size, 5):
        acks.add("IN", i, Seen("RU", max(i, 1)))
        acks.add("RU", i + 1, Seen("IN", i + 1))
    seal_in, seal_ru = 50_003, 50_008
    acts = {
        "IN": [(seal_in, Seal("M")), (50_014, Finding("RU", seal_ru, True)), (60_003, Revoke(seal_in))],
        "RU": [(50_007, Finding("IN", seal_in, True)), (seal_ru, Seal("M"))],
    }
    acks.add("IN", 50_012, Seen("RU", 50_010))
    cut = {"IN": size, "RU": size}
    assert judge(acts, acks, cut).manifest == "M"
    start = time.perf_counter()
    for _ in range(100):
        judge(acts, acks, cut)
    assert (time.perf_counter() - start) / 100 < 0.02
