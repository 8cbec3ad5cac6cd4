"""The brief: two pages however much there is, every word of it to be had back, nothing dropped in silence; and the printed words."""

import io

import msgspec
import pikepdf
import pypdfium2
import pytest

from cochair.kit.errors import Rejected
from cochair.paper.brief import Brief, OpenBracket, Owed, Question, brief_file, render_brief
from cochair.paper.words import MONTHS, WORDS, dates, session

TEXT = {"en": "Decide on the date.", "ru": "Решить вопрос о сроке.", "hi": "तिथि का निर्णय करें।"}


def brief(lang, *, many=1, text=None):
    said = text or TEXT[lang]
    return Brief(
        lang=lang,
        title=said,
        side="IN",
        day="2025-08-01",
        start="2025-08-05",
        end="2025-08-06",
        place=said,
        days=4,
        decisions=(said,) * many,
        brackets=(OpenBracket("7.", said, "", said),) * many,
        we_owe=(Owed(said, "31.03.2026", passed=True),) * many,
        they_owe=(),
        press=(Question(said, said),) * many,
    )


def words(pdf):
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).split())


@pytest.mark.parametrize("lang", ["en", "ru", "hi"])
def test_a_brief_is_one_page_when_there_is_little(lang):
    made = brief_file(brief(lang))
    assert made.pages == 1
    said = words(made.pdf)
    assert said.count(TEXT[lang]) >= 8
    for key in ("brief", "internal", "decide", "brackets", "we_owe", "they_owe", "press", "passed", "nothing", "specimen"):
        assert WORDS[key][lang] in said, key


def test_more_than_fits_is_counted_and_never_dropped_in_silence():
    made = brief_file(brief("ru", many=70, text="Отчёт о встрече экспертов по железнодорожному транспорту. " * 3))
    assert made.pages == 2
    assert words(made.pdf).count("и ещё") == 4


def test_a_single_text_longer_than_two_pages_is_refused():
    with pytest.raises(Rejected, match="does not fit"):
        render_brief(msgspec.structs.replace(brief("en"), decisions=("word " * 9000,)))


def test_a_brief_has_no_place_for_signatures():
    with pikepdf.open(io.BytesIO(render_brief(brief("en")))) as pdf:
        assert "/AcroForm" not in pdf.Root


def test_every_printed_word_stands_in_every_language():
    assert {key for key, by in WORDS.items() if set(by) != {"en", "ru", "hi"}} == set()
    assert {lang: len(names) for lang, names in MONTHS.items()} == {"en": 12, "ru": 12, "hi": 12}


@pytest.mark.parametrize(
    ("start", "end", "lang", "said"),
    [
        ("2025-08-06", "2025-08-06", "en", "6 August 2025"),
        ("2025-08-05", "2025-08-06", "ru", "5–6 августа 2025 г."),
        ("2025-07-30", "2025-08-01", "hi", "30 जुलाई – 1 अगस्त 2025"),
        ("2025-12-31", "2026-01-01", "ru", "31 декабря 2025 г. – 1 января 2026 г."),
    ],
)
def test_dates_in_words(start, end, lang, said):
    assert dates(start, end, lang) == said


def test_ordinals_of_sessions():
    assert [session(n, "en") for n in (1, 2, 3, 11, 12, 21, 111)] == [
        f"{n} session" for n in ("1st", "2nd", "3rd", "11th", "12th", "21st", "111th")
    ]
    assert session(11, "ru") == "11-е заседание"
    assert [session(n, "hi") for n in (4, 11)] == ["चौथा सत्र", "11वाँ सत्र"]
