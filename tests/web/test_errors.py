"""Errors on Russian pages: every sentence that an operation raises is in the catalogue, with its next step, and comes out in Russian with its values."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from django.utils import translation

from cochair.accounts.pages import in_words
from cochair.kit import errors
from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected, Words
from cochair.web.messages import ERRORS, TOLD

PACKAGE = Path(errors.__file__).parents[1]
NEUTRAL = re.compile(
    r"cochair [a-z ]+(FILE)?|\bCochair\b|--[a-z-]+|PDF|CSV|XLSX|UTF-8|UTC|NUL|https://\S+|IN/record/12|in\.example\S+|\bIN\b|\bRU\b|\bEU\b|2025-08-06T09:30:00Z|\[[^\]]*\]"
)
VALUE = "777"


def raised():
    """(where, class, what, next step) of every error that the catalogued modules raise, and of every sentence within one."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(TOLD):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if called in (*ERRORS, "Words") and node.args:
                yield f"{name}:{node.lineno}", called, node.args[:2], {each.arg for each in node.keywords}


SITES = list(raised())


def constants(args):
    return [each.value if isinstance(each, ast.Constant) else None for each in args]


def test_there_are_errors_to_walk():
    assert len(SITES) > 200
    assert sum("{" in str(one[0]) for _where, _called, args, _values in SITES if (one := constants(args))) > 40


def test_a_sentence_is_written_out_with_a_place_for_each_value():
    """No sentence is put together where it is raised: a catalogue could not know it."""
    wrong = []
    for where, _called, args, values in SITES:
        for each in args:
            if isinstance(each, ast.JoinedStr | ast.BinOp):
                wrong.append(where)
            if isinstance(each, ast.Constant) and values:
                wrong += [where for _text, field, _spec, _conversion in Formatter().parse(each.value) if field and field not in values]
    assert wrong == []


def test_every_error_is_said_in_russian_on_a_russian_page():
    classes = {name: getattr(errors, name) for name in ERRORS}
    english = {}
    with translation.override("ru"):
        for where, called, args, values in SITES:
            what, *step = constants(args)
            if what is None:
                continue
            given = dict.fromkeys(values, VALUE)
            error = (
                CochairError(Words(what, **given))
                if called == "Words"
                else classes[called](what, *(one for one in step if one is not None), **given)
            )
            told = " ".join(in_words(error))
            if re.search("[A-Za-z]{2,}", NEUTRAL.sub("", told)):
                english[where] = told
            elif given and called != "Words" and "{" in what and not isinstance(error, NotFound):
                assert VALUE in told, (where, told)
    assert english == {}


@pytest.mark.parametrize("kind", [CochairError, Rejected, Conflict, NotFound, NotHeld])
def test_an_error_that_the_catalogue_lacks_is_said_by_its_kind(kind):
    error = kind("A sentence of no catalogue about {thing}", "Do something", thing="it")
    assert in_words(error) == ("A sentence of no catalogue about it", "Do something")
    with translation.override("ru"):
        what, step = in_words(error)
        assert not re.search("[A-Za-z]", what + step)
        assert what
        assert step


def test_sentences_within_a_sentence_are_translated_too():
    inner = [Words("{name} has open brackets in {lang}", name=Words("Provision {no}", no="2.1"), lang="ru")]
    error = Conflict("It cannot be sealed: {missing}", "Settle what is named, or prepare the manifest anew", missing=inner)
    assert str(error) == "It cannot be sealed: Provision 2.1 has open brackets in ru. Settle what is named, or prepare the manifest anew"
    with translation.override("ru"):
        assert in_words(error)[0] == "Скрепить нельзя: Пункт 2.1: открытые скобки (русский)"
