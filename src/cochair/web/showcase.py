"""What the page of all components shows: each in every state, with invented text, in the shapes that real pages pass to them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cochair.accounts.shown import day
from cochair.kit.redline import Run, Span, redline
from cochair.web.context import NAVIGATION
from cochair.web.statuses import STATUSES

REPORT = (
    "The 11th session of the Working Group was held at Vanijya Bhawan, New Delhi. The two sides agreed to deepen cooperation in rare earths "
    "and reviewed progress since the 10th session. Relations are at their best ever."
)


class SampleForm(forms.Form):
    """One field of each kind."""

    wording = forms.CharField(
        label=gettext_lazy("Your wording"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "govuk-textarea--text"}),
        help_text=gettext_lazy("English text"),
    )
    number = forms.CharField(label=gettext_lazy("Number of the letter"), max_length=20)
    dated = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
        help_text=gettext_lazy("For example 2025-08-06"),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        choices=[("agreed", gettext_lazy("Agreed at working level")), ("ad-referendum", gettext_lazy("Agreed ad referendum"))],
        widget=forms.RadioSelect,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=[("en", "English"), ("ru", "Русский")], widget=forms.CheckboxSelectMultiple, required=False
    )
    area = forms.ChoiceField(
        label=gettext_lazy("Area"), choices=[("", "–"), ("mining", gettext_lazy("Mining")), ("rail", gettext_lazy("Railway transport"))]
    )
    paper = forms.FileField(label=gettext_lazy("Paper"), required=False)
    final = forms.BooleanField(label=gettext_lazy("This is our final position"), required=False)


def context() -> dict[str, Any]:
    """Values of ``dev/components.html``."""
    bad = SampleForm({"wording": "The Sides will establish", "number": "N" * 30, "dated": "6 August"})
    bad.is_valid()
    return {
        "specimen": True,
        "own_side": "IN",
        "side_names": {"IN": _("India"), "RU": _("Russia")},
        "proof_url": "#proof",
        "navigation": [{"label": label, "url": "#", "current": name == "sessions"} for label, name in NAVIGATION],
        "crumbs": [
            (_("Sessions"), "#"),
            ("India–Russia Commission", "#"),
            ("Working Group on Modernisation and Industrial Cooperation", "#"),
        ],
        "facts": [
            (_("Date"), "2025-08-06"),
            (_("Place"), "Vanijya Bhawan, New Delhi"),
            (_("Co-chairs"), "Secretary, DPIIT (IN) · Deputy Minister (RU)"),
            (_("Delegates"), "IN 38 · RU 41"),
        ],
        "steps": _steps(),
        "languages_shown": [("en", "English"), ("ru", "Русский")],
        "rows": _rows(),
        "actions": _actions(),
        "statuses": list(STATUSES),
        "sides": [
            {
                "name": _("India"),
                "own": True,
                "status": "to-answer",
                "text": "The Sides will consider a modernised wind tunnel facility.",
                "foot": day("2025-07-12", "medium"),
            },
            {
                "name": _("Russia"),
                "status": "open",
                "runs": redline(
                    "The Sides will consider a modernised wind tunnel facility.",
                    "The Sides will establish a modernised wind tunnel facility and report every six months.",
                    "RU",
                ),
                "foot": day("2025-07-14", "medium"),
            },
        ],
        "alone": [{"name": _("India"), "own": True, "text": "6 August 2025, New Delhi"}, {"name": _("Russia"), "status": "account"}],
        "summary": [
            {"label": _("Dates"), "value": day("2025-08-06"), "url": "#", "act": _("Change")},
            {"label": _("Venue"), "value": "Vanijya Bhawan"},
        ],
        "tabs": [(_("Text"), "#", True), (_("Review"), "#", False), (_("Press"), "#", False)],
        "report": REPORT,
        "spans": [
            _span("11th session", _("ordinal"), "fact"),
            _span("Vanijya Bhawan, New Delhi", _("place"), "fact"),
            _span("The two sides agreed to deepen cooperation in rare earths", _("outcome"), "outcome"),
            _span("rare earths", _("topic"), "fact"),
            _span("reviewed progress since the 10th session", _("statement"), "statement"),
            _span("Relations are at their best ever.", _("not classified"), "unread"),
        ],
        "form": SampleForm(),
        "bad": bad,
    }


def _span(words: str, label: str, kind: str) -> Span:
    start = REPORT.index(words)
    return Span(start, start + len(words), label, kind, f"claim-{start}")


def _steps() -> list[dict[str, str]]:
    return [
        {"name": _("Agenda agreed"), "when": day("2025-06-12", "medium"), "note": _("Both secretaries hold agenda 3"), "state": "done"},
        {"name": _("Drafts exchanged"), "when": day("2025-07-14", "medium"), "note": _("42 paragraphs, 9 in brackets"), "state": "done"},
        {"name": _("Sub-group reports"), "when": day("2025-07-28", "medium"), "note": _("4 of 4 in"), "state": "done"},
        {"name": _("Session and signing"), "when": day("2025-08-06", "medium"), "note": _("text not yet clean"), "state": "now"},
        {"name": _("Mid-term review"), "when": _("Feb 2026"), "note": _("31 agreed actions to report"), "state": ""},
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "no": "¶ 12",
            "cells": [
                {
                    "lang": "en",
                    "text": "The Sides took note of the report of the Sub-group on Fertilisers and agreed to hold its next meeting before the 12th Session.",
                },
                {
                    "lang": "ru",
                    "text": "Стороны приняли к сведению доклад Подгруппы по удобрениям и согласились провести её следующее заседание до 12-й сессии.",
                },
            ],
            "status": "agreed",
        },
        {
            "no": "¶ 13",
            "url": "#p13",
            "cells": [
                {
                    "lang": "en",
                    "runs": [
                        Run("same", "The Sides will "),
                        Run("del", "consider", "IN"),
                        Run("ins", "establish", "IN"),
                        Run("same", " a modernised wind tunnel facility "),
                        Run("bracket", "with joint financing"),
                        Run("same", " and report on progress "),
                        Run("ins", "every six months", "IN"),
                        Run("same", "."),
                    ],
                },
                {
                    "lang": "ru",
                    "runs": [
                        *redline(
                            "Стороны рассмотрят возможность создания модернизированной трубы",
                            "Стороны создадут модернизированную трубу",
                            "IN",
                        ),
                        Run("same", " "),
                        Run("bracket", "на условиях совместного финансирования"),
                        Run("same", " и будут сообщать о ходе работы "),
                        Run("ins", "каждые шесть месяцев", "IN"),
                        Run("same", "."),
                    ],
                },
            ],
            "status": "brackets",
            "notes": [_("2 comments"), _("Russian text awaits linguist")],
            "mine": True,
        },
        {
            "no": "¶ 14",
            "cells": [
                {
                    "lang": "en",
                    "runs": [
                        Run("same", "The Sides welcomed cooperation in carbon fibre technology, additive manufacturing and 3D printing, "),
                        Run("ins", "subject to national legislation,", "RU"),
                        Run("same", " and named "),
                        Run("bracket", alts=(("IN", "lead ministry A"), ("RU", "lead ministry B"))),
                        Run("same", " as the lead on the Indian side."),
                    ],
                },
                {
                    "lang": "ru",
                    "runs": [
                        Run("same", "Стороны приветствовали сотрудничество в области технологий углеродного волокна "),
                        Run("ins", "в соответствии с национальным законодательством", "RU"),
                        Run("same", " и определили ведущее ведомство с индийской стороны: "),
                        Run("bracket", alts=(("IN", "ведомство А"), ("RU", "ведомство Б"))),
                        Run("same", "."),
                    ],
                },
            ],
            "status": "brackets",
            "notes": [_("1 comment")],
        },
        {
            "no": "¶ 15",
            "cells": [
                {
                    "lang": "en",
                    "text": "The Sides agreed to exchange lists of enterprises interested in underground coal gasification by 1 December 2025.",
                },
                {"lang": "ru", "none": _("– awaiting translation")},
            ],
            "status": "untranslated",
            "notes": [_("Russian text not yet entered")],
        },
    ]


def _actions() -> list[tuple[str, str, str, str, str, str]]:
    return [
        ("WG10-07", "Exchange lists of aluminium producers", _("Lead ministry"), "2024-11-30", "done", "in-progress"),
        ("WG10-11", "Feasibility study for small piston engines", _("Lead company"), "2025-03-31", "date-passed", "in-progress"),
        ("WG10-14", "Training of mining equipment operators", _("Lead ministry"), "2025-12-31", "in-progress", "in-progress"),
        ("WG10-16", "Railway rolling stock standards, expert meeting", _("Railways"), "2025-09-30", "sides-differ", "in-progress"),
        ("WG10-19", "Industrial waste management pilot", _("Lead agency"), "2026-06-30", "not-started", ""),
    ]
