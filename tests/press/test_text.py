"""Sentences, tokens, dates, patterns: the parts that everything else stands on."""

from datetime import date

import pytest

from cochair.press.dates import When, mark_dates, resolve
from cochair.press.page import Page
from cochair.press.patterns import Matcher
from cochair.press.register import Register
from cochair.press.text import blocks, sentences
from cochair.press.tokens import fold, stem, tokenize

NONE = Register([])


def _sentences(text):
    return [text[s.start : s.end] for block in blocks(text) for s in sentences(text, block)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The meeting ended. It was short.", 2),
        ("Mr. S. Berg of the U.S. Department spoke. Then he left.", 2),
        ("It cost Rs. 500 Cr. in all and approx. 80 came.", 1),
        ("He said, “We are glad. We are also ready.” He left.", 2),
        ("BISHKEK, 6 Aug. 2025. The session opened.", 2),
        ("Совещание прошло 6 авг. Участники разъехались.", 2),
        ("बैठक समाप्त हुई। डॉ. एस. आए।", 2),
        ("One line\nAnother line", 2),
        ("a line of the wire copy that was broken hard\nin its middle ends here.", 1),
    ],
)
def test_sentences(text, count):
    assert len(_sentences(text)) == count, _sentences(text)


def test_tokens_and_foldings():
    assert [t.text for t in tokenize("Russia’s 11th co-chaired 3D 06.12.2023 N'Djamena")] == [
        "Russia", "’s", "11th", "co", "-", "chaired", "3D", "06.12.2023", "N'Djamena",
    ]  # fmt: skip
    assert fold("Modernisation") == fold("modernization")
    assert fold("заседание") == fold("заседания")
    assert stem("railways") == stem("Railway")
    assert len(tokenize("कार्य समूह")) == 2


def _dates(text):
    page = Page(text, NONE)
    mark_dates(page)
    return [(page.words(d.start, d.end), d.value) for s in page.sentences for d in page.each("date", s)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on 6 August 2025 in", When(2025, 8, 6)),
        ("on August 6 in", When(None, 8, 6)),
        ("on the 6th of August, 2025 in", When(2025, 8, 6)),
        ("on Tuesday, June 11, 2024 in", When(2024, 6, 11)),
        ("from 6 to 7 August 2025 in", When(2025, 8, 6, (8, 7))),
        ("on 30 July - 2 August 2025 in", When(2025, 7, 30, (8, 2))),
        ("on 06.08.2025 in", When(2025, 8, 6)),
        ("on 2025-08-06 in", When(2025, 8, 6)),
        ("in September 2024 in", When(2024, 9)),
        ("12 апреля 2023 года", When(2023, 4, 12)),
        ("later this month", When(relative="month")),
    ],
)
def test_dates_are_marked_as_written(text, value):
    ((_, found),) = _dates(text)
    assert found == value


@pytest.mark.parametrize(
    "text", ["They may agree in a session", "the march of time", "We met in a hall", "second of three", "31.31.2025", "12 of them"]
)
def test_what_is_no_date(text):
    assert _dates(text) == []


def test_resolving_counts_from_the_reference_only():
    thursday = date(2025, 8, 7)
    assert resolve(When(weekday=3), thursday) == "2025-08-06"
    assert resolve(When(weekday=4), thursday) == "2025-08-07"
    assert resolve(When(weekday=5), thursday, ahead=True) == "2025-08-08"
    assert resolve(When(weekday=3), None) is None
    assert resolve(When(month=12, day=30), date(2025, 1, 3)) == "2024-12-30"
    assert resolve(When(month=2, day=30), thursday) is None
    assert resolve(When(month=8, day=6), None) is None
    assert resolve(When(relative="month-1"), date(2025, 1, 3)) == "2024-12"
    assert resolve(When(2025, 2, 31), None) is None


def test_patterns_keep_names_stop_at_walls_and_end_with_the_sentence():
    page = Page("They signed a new protocol. The plan was read and a memorandum was signed.", NONE)
    first, second = page.sentences
    match = Matcher("a=<signverb> a|an|the? ..4 doc=<doc>").at(page, first.first + 1, first.last)
    assert match is not None
    assert page.words(match["doc"].start, match["doc"].end) == "protocol"
    assert Matcher("protocol . the").at(page, first.first + 4, first.last) is None
    passive = Matcher("doc=<doc> ..6 was a=<signverb>").all(page, second.first, second.last)
    assert [page.words(m["doc"].start, m["doc"].end) for m in passive] == ["memorandum"]
