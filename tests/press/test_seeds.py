"""The three public reports of 6-7 August 2025 and their gold: every fact, every row, no wrong value."""

from cochair.press.commands import read_files, score_folder
from cochair.press.register import Register
from cochair.press.score import load_gold
from tests.press.shared import GOLD, SEEDS, needs_shared

pytestmark = needs_shared


def test_every_fact_and_every_row_and_nothing_wrong():
    result = score_folder(SEEDS, GOLD)
    assert (result.facts_found, result.facts) == (114, 114), result.missed
    assert (result.rows_found, result.rows) == (37, 37), result.rows_missed
    assert result.wrong == []
    assert result.precision == 1.0


def test_spans_and_offices_are_exact_too():
    result = score_folder(SEEDS, GOLD)
    assert result.details_missed == []


def test_every_sentence_ends_as_claim_or_boilerplate():
    result = score_folder(SEEDS, GOLD)
    assert all(counts["not classified"] == 0 for counts in result.coverage.values()), result.coverage


def _reading(key):
    gold = load_gold(GOLD)
    return read_files([SEEDS / gold.files[key]["file"]], Register.from_json(gold.register))[0]


def test_a_weekday_without_any_date_stays_unresolved():
    (date,) = _reading("003").of("session.date")
    assert date.value is None
    assert date.detail["weekday"] == "WE"


def test_the_date_of_the_statement_is_not_the_date_of_the_session():
    reading = _reading("004")
    assert [c.value for c in reading.of("statement.date")] == ["2025-08-06"]
    assert reading.of("session.date") == []


def test_the_outlet_is_unknown_where_the_text_does_not_name_it():
    assert [bool(_reading(key).of("doc.outlet")) for key in ("000", "003", "004")] == [False, False, True]


def test_engagements_stay_apart_from_the_session():
    engagements = [c for key in ("000", "004") for c in _reading(key).of("engagement")]
    assert [c.value["status"] for c in engagements] == ["held", "ongoing", "held", "planned"]
    assert all(c.detail["part_of_session"] is False for c in engagements)
    assert {c.value["person"] for key in ("000", "003", "004") for c in _reading(key).of("chair")} == {
        "Amardeep Singh Bhatia",
        "Alexey Gruzdev",
    }


def test_only_the_reports_own_voice_makes_topics():
    reading = _reading("003")
    (quotation,) = reading.of("quotation")
    span = quotation.spans[0]
    assert not [c for c in reading.of("topic") if span.start <= c.spans[0].start < span.end]
