"""Tags, filters, components and forms: what they write, in both languages, whatever they are given."""

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from cochair.accounts.pages import refused
from cochair.kit.redline import Run, Span
from cochair.web.templatetags import cochair as tags


@pytest.mark.parametrize(
    ("language", "value", "wanted"),
    [
        ("en", "2025-08-06", "6 August 2025"),
        ("ru", "2025-08-06", "6 августа 2025\u202fг."),
        ("en", "2025-08-06T10:00:00Z", "6 August 2025"),
        ("en", "early August", "early August"),
        ("en", "", ""),
        ("en", None, ""),
    ],
)
def test_days(language, value, wanted):
    with override(language):
        assert tags.day(value).replace("\xa0", "\u202f") == wanted


def test_spans_of_days_moments_and_lists():
    with override("en"):
        assert tags.days("2025-08-06", "2025-08-08") == "6–8 August 2025"
        assert tags.days("2025-07-30", "2025-08-02") == "30 July – 2 August 2025"
        assert tags.days("2025-12-30", "2026-01-02") == "30 December 2025 – 2 January 2026"
        assert tags.days("2025-08-06", "2025-08-06") == "6 August 2025"
        assert tags.moment("2025-07-14T09:30:00+03:00") == "14 Jul 2025, 06:30 UTC"
        assert tags.moment("soon") == "soon"
        assert tags.and_list(["a", "b", "c"]) == "a, b and c"
    with override("ru"):
        assert tags.and_list(["a", "b", "c"]) == "a, b и c"


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [(1, "1st Session", "1-е заседание"), (2, "2nd Session", "2-е заседание"), (3, "3rd Session", "3-е заседание"), (11, "11th Session", "11-е заседание"),
     (12, "12th Session", "12-е заседание"), (21, "21st Session", "21-е заседание"), (112, "112th Session", "112-е заседание"), (None, "Session", "Заседание")],
)  # fmt: skip
def test_names_of_sessions(number, english, russian):
    with override("en"):
        assert tags.session_name(number) == english
    with override("ru"):
        assert tags.session_name(number) == russian


@pytest.mark.parametrize(("done", "of", "wanted"), [(39, 42, 92), (0, 0, 100), (5, 4, 100), (-1, 4, 0)])
def test_shares(done, of, wanted):
    assert tags.share(done, of) == wanted


def test_an_unknown_status_is_shown_as_it_is_and_escaped():
    assert tags.status("<b>") == '<strong class="govuk-tag govuk-tag--grey">&lt;b&gt;</strong>'
    assert ">Agreed<" in tags.status("agreed")


def draw(text, **context):
    return Template(text).render(Context({"own_side": "IN", **context}))


def test_whose_wording_it_is_can_be_seen_without_colour_and_heard():
    drawn = draw("{% runs r %}", r=[Run("ins", "ours", "IN"), Run("ins", "theirs", "RU"), Run("del", "<gone>", "RU")])
    assert '<ins class="app-ins"><span class="govuk-visually-hidden">inserted by IN: </span>ours</ins>' in drawn
    assert '<ins class="app-ins app-ins--other"><span class="govuk-visually-hidden">inserted by RU: </span>theirs</ins>' in drawn
    assert '<del class="app-del app-del--other">' in drawn
    assert "&lt;gone&gt;" in drawn


def test_sides_are_called_by_the_names_the_page_gives():
    drawn = draw(
        "{% runs r %}", side_names={"RU": "Russia"}, r=[Run("ins", "theirs", "RU"), Run("bracket", alts=(("RU", "x"), ("IN", "y")))]
    )
    assert "inserted by Russia:" in drawn
    assert "Russia:</span>x" in drawn
    assert "IN:</span>y" in drawn


def test_a_bracket_shows_each_sides_wording():
    drawn = draw("{% runs r %}", r=[Run("bracket", alts=(("IN", "a<b"), ("RU", "c")))])
    assert "a&lt;b" in drawn
    assert drawn.index("IN:") < drawn.index("RU:")
    assert "not agreed:" in drawn


def test_marks_of_a_report_are_escaped_labelled_and_reachable():
    drawn = draw("{% marked t s %}", t="a <b> c", s=[Span(0, 5, "<fact>", "fact", "claim-1"), Span(2, 5, "topic")])
    assert "<b>" not in drawn
    assert drawn.count('id="claim-1"') == 1
    assert drawn.count("&lt;fact&gt;") == 1
    assert "topic" in drawn


def test_a_missing_file_fails_where_the_page_is_written():
    with pytest.raises(Exception, match="no static file"):
        tags.asset("nothing.css")


class Sample(forms.Form):
    text = forms.CharField(label="Text", max_length=5, widget=forms.Textarea, help_text="A hint")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Sure", required=False)
    area = forms.ChoiceField(label="Area", choices=[("", "–"), ("x", "X")])


def test_a_field_has_its_label_hint_and_error_tied_to_it():
    form = Sample({"text": "<too long>", "kind": "z"})
    assert not form.is_valid()
    drawn = str(form)
    assert '<label class="govuk-label" for="id_text">' in drawn
    assert 'id="id_text_helptext"' in drawn
    assert 'id="id_text_error"' in drawn
    assert 'aria-describedby="id_text_helptext id_text_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "&lt;too long&gt;" in drawn
    assert '<fieldset class="govuk-fieldset"' in drawn


def test_a_refused_form_keeps_every_word_and_says_422(db, node):
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().post("/x")
    request.user = AnonymousUser()
    form = Sample({"text": "typed too long", "kind": "b", "sure": "on", "area": "x"})
    form.is_valid()
    answer = refused(request, "tests/form.html", {"form": form})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "typed too long" in page
    assert page.count(" checked") == 2
    assert 'value="x" selected' in page
    assert 'href="#id_text"' in page


@pytest.fixture(autouse=True)
def _own_template(tmp_path, settings):
    """A page as an app would write it, found beside ours."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "form.html").write_text(
        '{% extends "base.html" %}{% block content %}{% include "parts/error_summary.html" %}{{ form }}{% endblock %}'
    )
    from django.template import engines

    loader = engines["django"].engine.template_loaders[0]
    before = settings.TEMPLATES[0]["DIRS"]
    engines["django"].engine.dirs.append(str(tmp_path))
    yield
    engines["django"].engine.dirs[:] = before
    loader.reset()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_component_is_drawn_in_every_state(client, db, node, settings, language):
    settings.COCHAIR_DEV = True
    client.cookies["cochair-language"] = language
    page = client.get("/dev/components").content.decode()
    assert "<c-" not in page
    assert "{%" not in page
    assert "{{" not in page
    assert page.count("app-steps__step--done") == 3
    assert page.count('role="rowheader"') == 4
    assert ("Согласуемый текст" if language == "ru" else "Negotiated text") in page
