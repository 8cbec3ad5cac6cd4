"""Word diffs and marked spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit.redline import Run, Span, redline, segments

WORDS = st.lists(
    st.sampled_from(["The", "Sides", "will", "рассмотрят", "создадут", "विचार", ",", ".", "  ", "\n", "трубы"]), max_size=12
).map(" ".join)


def said(runs, *kinds):
    return "".join(run.text for run in runs if run.kind in kinds)


@given(WORDS, WORDS)
def test_both_wordings_come_back_out_of_a_diff(old, new):
    runs = redline(old, new, "IN")
    assert said(runs, "same", "del") == old
    assert said(runs, "same", "ins") == new


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_whatever_comes_back(old, new):
    runs = redline(old, new)
    assert (said(runs, "same", "del"), said(runs, "same", "ins")) == (old, new)


def test_one_changed_word_is_one_change():
    assert redline("will consider a tunnel", "will establish a tunnel", "IN") == [
        Run("same", "will "),
        Run("del", "consider", "IN"),
        Run("ins", "establish", "IN"),
        Run("same", " a tunnel"),
    ]


def test_russian_words_change_whole_and_neighbours_together():
    runs = redline("Стороны рассмотрят модернизированной трубы", "Стороны создадут модернизированную трубу", "RU")
    assert [run.kind for run in runs] == ["same", "del", "ins"]
    assert runs[1].text == "рассмотрят модернизированной трубы"


def test_hindi_words_are_not_split_at_vowel_signs():
    runs = redline("पक्ष विचार करेंगे", "पक्ष विचारों करेंगे")
    assert [run.text for run in runs if run.kind == "ins"] == ["विचारों"]


def test_nothing_changed_is_shown_as_it_is():
    assert redline("a b", "a b") == [Run("same", "a b")]
    assert redline("", "") == []


SPANS = st.lists(st.builds(lambda a, b: Span(min(a, b), max(a, b), "x"), st.integers(-3, 25), st.integers(-3, 25)), max_size=5)


@given(st.text(max_size=20), SPANS)
def test_pieces_of_a_marked_text_give_the_text_back(text, spans):
    pieces = segments(text, spans)
    assert "".join(piece for piece, _over in pieces) == text
    position = 0
    for piece, over in pieces:
        for span in spans:
            inside = span.start <= position and position + len(piece) <= span.end
            assert (span in over) == (inside and bool(pieces))
        position += len(piece)


@pytest.mark.parametrize("spans", [[Span(0, 5, "outer"), Span(0, 2, "inner")], [Span(0, 2, "inner"), Span(0, 5, "outer")]])
def test_the_longer_span_is_the_outer_one(spans):
    assert [span.label for span in segments("hello", spans)[0][1]] == ["outer", "inner"]
