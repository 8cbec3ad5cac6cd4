"""Badges: ten on a page, every word of them to be had back, long names smaller and never cut."""

import pypdfium2
import pytest

from cochair.paper.badges import Badge, render_badges
from cochair.paper.words import WORDS

NAMES = {"en": "SPECIMEN Person", "ru": "ОБРАЗЕЦ Участник", "hi": "नमूना प्रतिनिधि"}


def badge(lang, number=1):
    return Badge("India", ((lang, f"{NAMES[lang]} {number}"), ("en", NAMES["en"])), ((lang, NAMES[lang]),))


def words(pdf):
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize("lang", list(NAMES))
def test_ten_stand_on_a_page_and_every_name_comes_back(lang):
    made = render_badges(tuple(badge(lang, number) for number in range(11)), title=NAMES[lang], lang=lang, on="2026-09-16", specimen=True)
    pages = words(made)
    assert len(pages) == 2
    assert [pages[0].count(f"{NAMES[lang]} {number}") >= 1 for number in range(10)] == [True] * 10
    assert f"{NAMES[lang]} 10" in pages[1]
    assert pages[0].count(WORDS["specimen"][lang]) == 10
    assert made == render_badges(
        tuple(badge(lang, number) for number in range(11)), title=NAMES[lang], lang=lang, on="2026-09-16", specimen=True
    )


def test_a_long_name_and_markup_are_printed_as_they_are():
    long = "SPECIMEN " + "Anantapadmanabha " * 6 + "#let x = [*]"
    [page] = words(render_badges((Badge("IN", (("fr", long.strip()),)),), title="SPECIMEN", lang="en", on="2026-09-16", specimen=False))
    assert " ".join(long.split()) in page
