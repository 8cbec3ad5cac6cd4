"""The tree of a text: one form, strict reading, brackets, words in three scripts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit.errors import CochairError, Rejected
from cochair.protocol import redline, typed
from cochair.protocol.text import (
    Bracket,
    Text,
    brackets,
    dump,
    heading,
    is_clean,
    paragraph,
    parse,
    plain,
    resolve,
    tidy,
    wording_of,
    words,
)

EN = "The Sides agreed to set up a joint working party on wind tunnels by 1 March 2026."
RU = "Стороны договорились создать совместную рабочую группу по аэродинамическим трубам до 1 марта 2026 года."
HI = "पक्षों ने 1 मार्च 2026 तक संयुक्त कार्य दल बनाने पर सहमति व्यक्त की।"

line = st.text(st.characters(categories=("L", "N", "Zs", "P"), exclude_characters="[]"), max_size=30)
bracket = (
    st.dictionaries(st.sampled_from(["IN", "RU"]), line.map(lambda s: " ".join(s.split())), min_size=1)
    .filter(lambda d: any(d.values()))
    .map(Bracket)
)
cell = st.lists(st.one_of(line, bracket), max_size=5).map(lambda runs: tidy(tuple(runs)))
full = cell.filter(bool)
texts = st.one_of(
    full.map(lambda c: Text("paragraph", "en", ((c,),))),
    st.tuples(full, st.integers(1, 6)).map(lambda t: Text("heading", "ru", ((t[0],),), level=t[1])),
    st.tuples(st.lists(full, min_size=1, max_size=4), st.booleans()).map(
        lambda t: Text("list", "hi", tuple((c,) for c in t[0]), ordered=t[1]),
    ),
    st.tuples(st.integers(1, 3), st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=3), st.booleans()).map(
        lambda t: Text("table", "en", tuple(tuple(row[: t[0]]) for row in t[1]), head=t[2]),
    ),
)


@given(texts)
def test_written_and_read_back_it_is_the_same_text(text):
    data = dump(text)
    assert parse(data) == text
    assert dump(parse(data)) == data


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise_than_rejected(data):
    try:
        parse(data)
    except Rejected:
        pass
    except CochairError:
        pytest.fail("another error than Rejected")


@pytest.mark.parametrize(
    "tree",
    [
        {"v": 2, "t": "paragraph", "lang": "en", "c": ["x"]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": []},
        {"v": 1, "t": "paragraph", "lang": "en", "c": ["a", "b"]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": [" a"]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": ["a\tb"]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": ["in [brackets]"]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": ["a"], "extra": 1},
        {"v": 1, "t": "paragraph", "lang": "EN!", "c": ["a"]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": [{"t": "bracket", "alts": {"IN": ["nested"]}}]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": [{"t": "bracket", "alts": {"IN": {"t": "bracket", "alts": {"IN": "x"}}}}]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": [{"t": "bracket", "alts": {"IN": "[x]"}}]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": [{"t": "bracket", "alts": {"IN": ""}}]},
        {"v": 1, "t": "paragraph", "lang": "en", "c": [{"t": "bracket", "alts": {}}]},
        {"v": 1, "t": "heading", "lang": "en", "c": ["x"], "level": 7},
        {"v": 1, "t": "heading", "lang": "en", "c": ["x"], "level": True},
        {"v": 1, "t": "list", "lang": "en", "items": [], "ordered": False},
        {"v": 1, "t": "table", "lang": "en", "rows": [[["a"]], [["a"], ["b"]]], "head": True},
        {"v": 1, "t": "image", "lang": "en", "c": ["x"]},
        [],
        "x",
    ],
)
def test_each_broken_rule_is_refused(tree):
    with pytest.raises(Rejected):
        parse(json.dumps(tree, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())


def test_a_bracket_is_open_until_its_wording_is_chosen():
    text = paragraph(
        "en", "The Sides ", Bracket({"IN": "agreed", "RU": "agreed to consider"}), " the project ", Bracket({"RU": "jointly"}), "."
    )
    assert len(brackets(text)) == 2
    assert not is_clean(text)
    assert plain(text) == "The Sides [IN: agreed / RU: agreed to consider] the project [RU: jointly]."
    assert plain(wording_of(text, "RU")) == "The Sides agreed to consider the project jointly."
    half = resolve(text, 0, "agreed")
    assert plain(half) == "The Sides agreed the project [RU: jointly]."
    done = resolve(half, 0, "")
    assert is_clean(done)
    assert plain(done) == "The Sides agreed the project ."
    with pytest.raises(Rejected):
        resolve(done, 0, "x")


def test_words_are_whole_in_each_script():
    assert words(paragraph("ru", "научно-технический")) == ["научно", "технический"]
    assert words(paragraph("hi", HI))[:2] == ["पक्षों", "ने"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_comparison_holds_both_texts_entirely(old, new):
    changes = redline.compare(old, new)
    assert "".join(c.text for c in changes if c.mark != "new") == old
    assert "".join(c.text for c in changes if c.mark != "old") == new
    assert all(c.text for c in changes)


def test_words_change_whole_and_runs_are_joined():
    changes = redline.compare("एल्युमिनियम का उत्पादन", "एल्यूमीनियम का उत्पादन")
    assert [c.mark for c in changes] == ["old", "new", "same"]
    assert changes[0].text == "एल्युमिनियम"
    changes = redline.compare("Стороны рассмотрели ход проекта.", "Стороны обсудили итоги проекта.")
    assert [tuple(c) for c in changes] == [
        ("same", "Стороны "),
        ("old", "рассмотрели ход"),
        ("new", "обсудили итоги"),
        ("same", " проекта."),
    ]


def test_two_proposals_become_one_text_in_brackets():
    ours, theirs = paragraph("en", "The Sides agreed to build it."), paragraph("en", "The Sides agreed to consider it.")
    both = redline.bracket(ours, "IN", theirs, "RU")
    assert plain(both) == "The Sides agreed to [IN: build / RU: consider] it."
    assert plain(wording_of(both, "IN")) == plain(ours)
    assert plain(wording_of(both, "RU")) == plain(theirs)
    parse(dump(both))


@given(full, full)
def test_each_side_finds_its_own_wording_in_the_brackets(a, b):
    ours, theirs = wording_of(Text("paragraph", "en", ((a,),)), "IN"), wording_of(Text("paragraph", "en", ((b,),)), "RU")
    if not (is_clean(ours) and is_clean(theirs) and plain(ours) and plain(theirs)):
        return
    both = redline.bracket(ours, "IN", theirs, "RU")
    parse(dump(both))
    assert plain(wording_of(both, "IN")).split() == plain(ours).split()
    assert plain(wording_of(both, "RU")).split() == plain(theirs).split()


def test_lines_carry_whose_wording_it_is_and_no_markup():
    text = heading("en", "<b>Mining</b> ", Bracket({"IN": "and", "RU": ""}), level=2)
    [shown] = redline.lines(text)
    assert shown.level == 2
    assert [tuple(s) for s in shown.cells[0]] == [("<b>Mining</b> ", "", -1), ("and", "IN", 0), ("", "RU", 0)]


TYPED = [
    "# Mining",
    "A plain paragraph.",
    "The Sides [IN: agreed / RU: agreed to consider] and [IN: — / RU: jointly] acted.",
    "- first\n- second [RU: only here]",
    "1. first\n2. second",
    "| a | b |\n|---|---|\n| 1 \\| 2 |  |",
    "| a | b |\n| c | d |",
]


@pytest.mark.parametrize("typed_form", TYPED)
def test_what_is_typed_comes_back(typed_form):
    text = typed.read(typed_form, "en")
    assert typed.read(typed.write(text), "en") == text


def test_typed_forms_are_read_for_what_they_are():
    assert typed.read("## Mining", "en") == heading("en", "Mining", level=2)
    assert typed.read(TYPED[2], "en").rows[0][0][1] == Bracket({"IN": "agreed", "RU": "agreed to consider"})
    table = typed.read(TYPED[5], "en")
    assert table.head and table.rows[1] == (("1 | 2",), ())
    assert typed.read("a\nb", "en") == paragraph("en", "a b")


@pytest.mark.parametrize(
    "wrong", ["", "  \n ", "[open", "close]", "[[IN: a] RU: b]", "[no side]", "[IN: a / IN: b]", "| a |\n| b | c |", "# "]
)
def test_what_cannot_be_read_says_what_to_do(wrong):
    if wrong == "# ":  # a lone mark is a paragraph of that mark: nothing typed is thrown away
        assert plain(typed.read(wrong, "en")) == "#"
        return
    with pytest.raises(Rejected) as told:
        typed.read(wrong, "en")
    assert told.value.next_step
