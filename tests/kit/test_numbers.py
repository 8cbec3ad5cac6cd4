import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit.numbers import Difference, differences, figures


@pytest.mark.parametrize(
    "versions",
    [
        {
            "en": "On 6 August 2025 about 80 delegates",
            "ru": "6 августа 2025 г. около 80 делегатов",
            "hi": "६ अगस्त २०२५ को लगभग ८० प्रतिनिधि",
        },
        {"en": "August 6, 2025", "ru": "06.08.2025"},
        {"en": "10 million dollars", "ru": "10 млн долларов", "hi": "1 करोड़ डॉलर"},
        {"en": "1,234,567.5 tonnes", "ru": "1 234 567,5 тонны", "hi": "12,34,567.5 टन"},
        {"en": "2.5 per cent", "ru": "2,5 %"},
        {"en": "1.5 billion", "ru": "1500 миллионов"},
    ],
)
def test_the_same_figures_in_each_language(versions):
    assert differences(versions) == []


def test_a_figure_that_differs_is_named_both_ways():
    assert differences({"en": "10 million by 6 August 2025", "ru": "11 млн к 7 августа 2025 г."}) == [
        Difference("10000000", "en", "ru"),
        Difference("2025-08-06", "en", "ru"),
        Difference("11000000", "ru", "en"),
        Difference("2025-08-07", "ru", "en"),
    ]


def test_counts_matter():
    assert differences({"en": "5 and 5", "ru": "5"}) == [Difference("5", "en", "ru")]


def test_a_day_that_does_not_exist_is_read_as_numbers():
    assert figures("31 February 2025", "en") == {"31": 1, "2025": 1}


@given(st.text(), st.sampled_from(["en", "ru", "hi", "xx"]))
def test_any_text_is_read(sample, lang):
    figures(sample, lang)
