"""The Russian and the Hindi pages are whole: every word of the source is in the catalogue, translated, and compiled."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/cochair"
CATALOGUES = {lang: PACKAGE / f"web/locale/{lang}/LC_MESSAGES/django.po" for lang in ("ru", "hi")}
FORMS = {"ru": 4, "hi": 2}
FIELDS = re.compile(r"%\((\w+)\)")

pytestmark = pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs GNU gettext (Debian: gettext)")


@pytest.fixture(params=list(CATALOGUES))
def lang(request):
    return request.param


def entries(path):
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def key(message):
    return (message.context, message.id if isinstance(message.id, str) else message.id[0])


def forms_of(message):
    return message.string if isinstance(message.string, (tuple, list)) else [message.string]


def test_every_word_of_the_source_is_in_the_catalogue_and_none_besides(tmp_path, monkeypatch):
    from django.core.management import call_command

    from cochair.web.messages import OUTSIDE, Collect

    ignored = shutil.ignore_patterns("assets", "static", "__pycache__", "*.mo")
    shutil.copytree(PACKAGE, tmp_path / "cochair", ignore=ignored)
    monkeypatch.chdir(tmp_path / "cochair")
    from django.test import override_settings

    with override_settings(LOCALE_PATHS=[str(tmp_path / "cochair/web/locale")]):
        call_command(Collect(), locale=list(CATALOGUES), ignore_patterns=OUTSIDE, no_obsolete=True, verbosity=0)
    for path in CATALOGUES.values():
        fresh = {key(message) for message in entries(tmp_path / "cochair" / path.relative_to(PACKAGE))}
        kept = {key(message) for message in entries(path)}
        assert fresh - kept == set(), "run python -m cochair.web.messages"
        assert kept - fresh == set(), "words that no page uses"


def test_every_word_is_translated_and_none_is_a_guess(lang):
    assert [key(message) for message in entries(CATALOGUES[lang]) if message.fuzzy or not all(forms_of(message))] == []


def test_plurals_have_the_forms_of_the_language_and_fields_survive(lang):
    for message in entries(CATALOGUES[lang]):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        if len(ids) == 2:
            assert len(forms_of(message)) == FORMS[lang], message.id
        wanted = set(FIELDS.findall(ids[-1]))
        for form in forms_of(message):
            assert set(FIELDS.findall(form)) == wanted, message.id


def test_the_compiled_catalogue_is_that_of_the_source(tmp_path, lang):
    subprocess.run(["msgfmt", "--check", "-o", tmp_path / "fresh.mo", CATALOGUES[lang]], check=True, capture_output=True)
    with (tmp_path / "fresh.mo").open("rb") as fresh, CATALOGUES[lang].with_suffix(".mo").open("rb") as kept:
        assert {key(m): forms_of(m) for m in read_mo(fresh) if m.id} == {key(m): forms_of(m) for m in read_mo(kept) if m.id}
