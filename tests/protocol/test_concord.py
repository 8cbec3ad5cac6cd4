"""Numbers, dates and form compared across languages; printed numbers are no decimals."""

import pytest

from cochair.protocol.concord import differences
from cochair.protocol.text import Text, paragraph


@pytest.mark.parametrize(
    ("en", "ru"),
    [
        ("See item 12.8 of 6 August 2025.", "См. пункт 12.8 от 06.08.2025."),
        ("See item 12.8.1.", "См. пункт 12.8.1."),
        ("2.5 million tonnes by 1 March 2027", "2,5 млн тонн до 1 марта 2027 года"),
        ("The 11th session", "11-е заседание"),
        ("3D printing of parts", "трёхмерная печать деталей"),
        ("a 3D model, by 3-D printing", "трехмерная модель, методом 3D-печати"),
        ("three-dimensional models", "3D-модели"),
        ("3 models in 3D", "3 модели в трёхмерном виде"),
    ],
)
def test_what_says_the_same_passes(en, ru):
    assert differences({"en": paragraph("en", en), "ru": paragraph("ru", ru)}) == []


@pytest.mark.parametrize(
    ("en", "ru"),
    [
        ("See item 12.8.", "См. пункт 12.9."),
        ("by 1 March 2027", "до 1 апреля 2027 года"),
        ("2.5 million", "25 млн"),
        ("three copies, 3 annexes", "три экземпляра"),
        ("3D printing", "двумерная печать"),
        ("3D printing", "печать деталей"),
        ("3 models", "трёхмерные модели"),
    ],
)
def test_what_differs_is_named(en, ru):
    assert differences({"en": paragraph("en", en), "ru": paragraph("ru", ru)})


@pytest.mark.parametrize("hi", ["त्रि-आयामी मुद्रण", "त्रिआयामी मुद्रण", "3D मुद्रण", "३डी मुद्रण"])
def test_3d_says_the_same_in_hindi(hi):
    versions = {"en": paragraph("en", "3D printing"), "ru": paragraph("ru", "3D-печать"), "hi": paragraph("hi", hi)}
    assert differences(versions) == []


def test_another_form_is_named():
    one = Text("list", "en", ((("a",),), (("b",),)))
    other = Text("list", "ru", ((("а",),),))
    assert "form" in differences({"en": one, "ru": other})[0]
