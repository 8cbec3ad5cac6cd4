import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit import languages, names, text
from cochair.kit.errors import Rejected

REAL = {
    "en": "The 11th session of the Working Group was held on 6 August 2025 at Vanijya Bhawan, New Delhi; about 80 delegates took part. "
    "3D printing, rare earths, CO2, a 5G network, P-256 keys and the naïve approach were discussed (see A4, §12a, No. 7).",
    "ru": "Протокол 11-го заседания Рабочей группы подписан 6 августа 2025 г. в г. Нью-Дели. Обсуждены: 3D-печать, углеволокно, "
    "редкоземельные металлы; PDF-файл и 10 млн руб. Ещё объём съёмки — 2,5 %.",
    "hi": "कार्य समूह का 11वाँ सत्र 6 अगस्त 2025 को नई दिल्ली में हुआ। क्‍षेत्र, विज्ञान, एल्युमीनियम और उर्वरक पर चर्चा हुई।",
}


def codes(sample, lang=None):
    return [finding.code for finding in text.check(sample, lang)]


@pytest.mark.parametrize("lang", REAL)
def test_real_text_passes_unflagged(lang):
    assert text.clean(REAL[lang]) == REAL[lang]
    assert text.check(REAL[lang], lang) == []


def test_tabs_and_line_ends_are_normalised():
    assert text.clean("a\tb\r\nc\rd\n") == "a b\nc\nd\n"


@given(st.characters(categories=("Cc", "Cf", "Co", "Cn", "Cs"), exclude_characters="\n\t\r\u200c\u200d"))
def test_what_cannot_be_seen_is_refused_and_named(char):
    with pytest.raises(Rejected, match=f"U\\+{ord(char):04X}"):
        text.clean(f"10 {char}млн")


@pytest.mark.parametrize("sample", ["क\u200d", "\u200dक", "a\u200db", "क\u200c\u200dष", "क\u200db", "क \u200dष", "1\u200c2"])
def test_joiners_stand_only_inside_words_that_need_them(sample):
    with pytest.raises(Rejected):
        text.clean(sample)


@pytest.mark.parametrize("sample", ["क्\u200dष", "می\u200cخواهم", "র\u200d্য"])
def test_joiners_that_are_spelling_stay(sample):
    assert text.clean(sample) == sample


@pytest.mark.parametrize(
    ("lang", "sample", "code"),
    [
        ("ru", "1О млн", "letter-in-number"),
        ("ru", "1O млн", "letter-in-number"),
        ("en", "l0 million", "letter-in-number"),
        ("ru", "2О25 год", "letter-in-number"),
        ("hi", "१2 लाख", "letter-in-number"),
        ("ru", "Прoтокол", "mixed-script"),
        ("en", "Protоcol", "mixed-script"),
        ("hi", "समूहa", "mixed-script"),
        ("en", "сор", "look-alike"),
        ("ru", "c Россией", "look-alike"),
        ("ru", "рѕ", "foreign-letter"),
        ("en", "ᴘaper", "foreign-letter"),
        ("en", "𝐏rotocol", "mixed-script"),
        ("en", "𝐏𝐫𝐨", "foreign-letter"),
        ("en", "a\u034fb", "invisible"),
        ("en", "a\u2028b", "invisible"),
        ("en", "a \u0301b", "invisible"),
        ("hi", "अा गया", "spelling"),
        ("hi", "हुई|", "spelling"),
    ],
)
def test_what_reads_as_something_else_is_flagged(lang, sample, code):
    assert code in codes(sample, lang)


def test_a_finding_gives_its_place():
    sample = "всего 1О млн"
    (finding,) = text.check(sample, "ru")
    assert sample[finding.start : finding.end] == "1О"


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_look_alike_swap_is_flagged(lang):
    pairs = {ord(one): other for row in text._LOOK_ALIKES[:2] for one, other in zip(*row, strict=True)}
    swaps = (
        {other: chr(one) for one, other in pairs.items()}
        if lang == "en"
        else {chr(one): other for one, other in pairs.items() if chr(one) in "авсеункмортхАВСЕНКМОРТХУ"}
    )
    tried = 0
    for place, char in enumerate(REAL[lang]):
        if char in swaps:
            tried += 1
            assert text.check(REAL[lang][:place] + swaps[char] + REAL[lang][place + 1 :], lang), (place, char)
    assert tried > 40


@given(st.text())
def test_any_text_is_judged_without_an_accident(sample):
    for finding in text.check(sample, "ru"):
        assert 0 <= finding.start < finding.end <= len(sample)
    try:
        cleaned = text.clean(sample)
    except Rejected:
        return
    assert text.clean(cleaned) == cleaned
    assert not any(unicodedata.category(char) in {"Cc", "Co", "Cn", "Cs"} for char in cleaned.replace("\n", ""))


def test_proposals_that_look_the_same():
    assert text.look_alike("1О млн", "10 млн")
    assert text.look_alike("сор", "cop")
    assert not text.look_alike("10 млн", "10 млн")
    assert not text.look_alike("10 млн", "11 млн")


def test_languages_and_names():
    assert languages.language("hi").script == "Deva"
    with pytest.raises(Rejected, match="en, ru, hi"):
        languages.language("xx")
    assert names.pick({"en": "Mining", "ru": "Горное дело"}, "ru") == "Горное дело"
    assert names.pick({"en": "Mining"}, "hi") == "Mining"
    assert names.pick({"ru-RU": "Горное дело"}, "hi") == "Горное дело"
    assert names.pick({"ru": ""}, "ru") == ""
