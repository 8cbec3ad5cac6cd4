"""The form of one delegate: the columns of the table, one under the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cochair.accounts.shown import language_name
from cochair.bodies.contents import Person
from cochair.meetings.sheet import KINDS, ROLES, Line
from cochair.workspace.structured import Line as TextLine
from cochair.workspace.words import code, picked

BY_LANGUAGE = ("name", "honorific", "organisation")


class DelegateForm(forms.Form):
    """One delegate, in each of ``languages``; ``posts``: those of our Side, id -> titles."""

    def __init__(
        self, languages: Sequence[str], posts: Mapping[str, Mapping[str, str]], line: Line | None = None, *, order: int = 1, **given: Any
    ) -> None:
        """``line``: the delegate as he stands, or None; ``order``: the place offered to a new one."""
        super().__init__(prefix="delegate", **given)
        self.languages = languages
        self.fields["order"] = forms.IntegerField(
            label=_("No. in the order of precedence"),
            min_value=1,
            max_value=99_999,
            initial=line.order if line else order,
            widget=_narrow(4),
        )
        words = {"name": pgettext("of a person", "Name"), "honorific": _("Honorific"), "organisation": _("Organisation")}
        for tag in languages:
            for field in BY_LANGUAGE:
                said = getattr(line.person, field).get(tag, "") if line else ""
                label = f"{words[field]}, {language_name(tag)}"
                widget = _narrow(10) if field == "honorific" else forms.TextInput(attrs={"lang": tag})
                self.fields[f"{field}-{tag}"] = TextLine(label=label, max_length=300, required=False, initial=said, widget=widget)
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"), choices=[(one, code(one)) for one in ROLES], initial=line.role if line else "member"
        )
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=[(one, code(one, "delegate")) for one in KINDS], initial=line.kind if line else "official"
        )
        self.fields["rank"] = TextLine(
            label=_("Rank"), max_length=300, required=False, initial=line.person.rank if line else "", widget=_narrow(20)
        )
        titles = [("", "–"), *((post, picked(dict(each))) for post, each in posts.items())]
        self.fields["post"] = forms.ChoiceField(label=_("Post"), choices=titles, required=False, initial=line.post if line else "")
        self.fields["on_behalf_of"] = forms.ChoiceField(
            label=_("On behalf of"), choices=titles, required=False, initial=line.on_behalf_of if line else ""
        )

    def clean(self) -> dict[str, Any]:
        """A name in one language at least."""
        found = super().clean() or {}
        if not any(found.get(f"name-{tag}") for tag in self.languages) and not any(self.has_error(f"name-{tag}") for tag in self.languages):
            self.add_error(f"name-{self.languages[0]}", _("Write the name in at least one language."))
        return found

    def line(self) -> Line:
        """What was filled in."""
        data = self.cleaned_data
        said = {
            field: {tag: " ".join(data[f"{field}-{tag}"].split()) for tag in self.languages if data[f"{field}-{tag}"]}
            for field in BY_LANGUAGE
        }
        person = Person(said["name"], said["honorific"], data["rank"] or None, said["organisation"])
        return Line(data["order"], data["role"], data["kind"], person, data["post"] or None, data["on_behalf_of"] or None)


def _narrow(columns: int) -> forms.TextInput:
    return forms.TextInput(attrs={"class": f"govuk-input--width-{columns}"})
