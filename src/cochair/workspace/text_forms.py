"""The forms of a text: a wording per language, a new provision, a remark, a third wording for a bracket, what was received, a new instrument."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cochair.kit.errors import CochairError
from cochair.protocol import rules, typed
from cochair.protocol.queries import Cell, Row
from cochair.protocol.text import Text
from cochair.workspace.addresses import ref
from cochair.workspace.desk import language_title, told
from cochair.workspace.rows import kinds

LONGEST = 60_000
FORMS = gettext_lazy(
    "A paragraph as it is. A line beginning with # is a heading, with - an item of a list, with | a row of a table. "
    "Wording on which the Sides differ: [IN: one wording / RU: the other]."
)


class WordingForm(forms.Form):
    """A text area per language of the instrument, with what its author had before him."""

    def __init__(self, row: Row | None, languages: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """``row`` None: a new provision."""
        super().__init__(*args, **kwargs)
        self.tags = [tag for tag, _status in languages]
        for tag in self.tags:
            cell = row.cells.get(tag) if row else None
            self.fields[f"text_{tag}"] = forms.CharField(
                label=language_title(tag),
                required=False,
                max_length=LONGEST,
                strip=False,
                initial=typed_of(cell),
                widget=forms.Textarea(attrs={"rows": 5, "lang": tag, "spellcheck": "true"}),
            )
            self.fields[f"seen_{tag}"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=seen(cell))

    def read(self, kind: Any, sides: list[str]) -> dict[str, Text]:
        """The texts that were typed, checked; errors stand at their fields."""
        out: dict[str, Text] = {}
        for tag in self.tags:
            words = self.cleaned_data.get(f"text_{tag}") or ""
            if not words.strip():
                continue
            try:
                text = rules.clean_text(typed.read(words, tag))
                rules.check_text(text, tag, kind, sides)
                out[tag] = text
            except CochairError as error:
                self.add_error(f"text_{tag}", told(error))
        return out


class UnitForm(WordingForm):
    """The wording of a provision that is there."""

    ad_referendum = forms.BooleanField(label=gettext_lazy("Ad referendum: our capital has still to confirm"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The wordings first."""
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "ad_referendum"])


class NewForm(WordingForm):
    """A new provision."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    no = forms.RegexField(label=gettext_lazy("Printed number"), regex=r"\A[0-9A-Za-z.()IVXLC§-]{0,16}\Z", required=False, max_length=16)
    under = forms.ChoiceField(label=gettext_lazy("Stands under"), required=False)

    def __init__(self, rows: list[Row], languages: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """``rows``: the provisions that are there."""
        super().__init__(None, languages, *args, **kwargs)
        self.fields["kind"].choices = list(kinds().items())  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["kind"].initial = "paragraph"
        heads = [
            (ref(row.provision), f"{row.no} {first_words(row)}".strip()) for row in rows if row.kind in ("heading", "annex") and row.placed
        ]
        self.fields["under"].choices = [("", _("Nothing: at the end")), *heads]  # type: ignore[attr-defined]
        self.order_fields(["kind", "no", "under"])


class RemarkForm(forms.Form):
    """A remark that both Sides read."""

    words = forms.CharField(label=gettext_lazy("A remark that both Sides read"), max_length=8192, widget=forms.Textarea(attrs={"rows": 3}))


class BracketForm(forms.Form):
    """A third wording in place of a bracket."""

    words = forms.CharField(label=gettext_lazy("Another wording"), max_length=4000, required=False)


class AgreementForm(forms.Form):
    """How the other Side let us know that it agrees, while it has no node."""

    how = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[("letter", gettext_lazy("By letter")), ("word", gettext_lazy("As a file")), ("said", gettext_lazy("Said at the table"))],
    )
    number = forms.CharField(label=gettext_lazy("Their number"), max_length=64, required=False)
    dated = forms.DateField(label=gettext_lazy("Dated"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ReceivedForm(AgreementForm):
    """What the other Side sent while it has no node."""

    lang = forms.ChoiceField(label=gettext_lazy("Language"))
    words = forms.CharField(label=gettext_lazy("Their wording"), max_length=LONGEST, strip=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, languages: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """``languages`` of the instrument."""
        super().__init__(*args, **kwargs)
        self.fields["lang"].choices = [(tag, language_title(tag)) for tag, _status in languages]  # type: ignore[attr-defined]


def typed_of(cell: Cell | None) -> str:
    """What a person would type for the wording that this Side would go on from."""
    wording = cell and (cell.ours or cell.standing or cell.shown)
    return typed.write(wording.text) if wording and wording.text else ""


def seen(cell: Cell | None) -> str:
    """What the author has before him, in one field: our position and the wording shown, by their entries."""
    ours = cell.ours.position if cell and cell.ours else ""
    wording = cell and (cell.ours or cell.standing or cell.shown)
    return f"{ours}|{wording.position if wording else ''}"


def first_words(row: Row) -> str:
    """The beginning of a paragraph, to know it by."""
    wording = next((cell.shown for cell in row.cells.values() if cell.shown and cell.shown.text), None)
    words = (
        " ".join(typed.write(wording.text).translate({ord("|"): " "}).replace("---", " ").split()).lstrip("#- ")
        if wording and wording.text
        else ""
    )
    return words[:60] + ("…" if len(words) > 60 else "")


class BeginForm(forms.Form):
    """What kind of instrument, in which languages."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("protocol", gettext_lazy("Protocol")),
            ("agreed-minutes", gettext_lazy("Agreed minutes")),
            ("final-act", gettext_lazy("Final act")),
            ("memorandum", gettext_lazy("Memorandum")),
        ],
    )
    STATUSES = (
        ("", gettext_lazy("not in this language")),
        ("authentic", gettext_lazy("authentic")),
        ("official", gettext_lazy("official")),
        ("working", gettext_lazy("working")),
    )
    lang_en = forms.ChoiceField(label="English", choices=STATUSES, required=False, initial="authentic")
    lang_ru = forms.ChoiceField(label="Русский", choices=STATUSES, required=False, initial="authentic")
    lang_hi = forms.ChoiceField(label="हिन्दी", choices=STATUSES, required=False)
    prevailing = forms.ChoiceField(
        label=gettext_lazy("Prevailing language"),
        choices=[("", gettext_lazy("None: all authentic texts are equal")), ("en", "English"), ("ru", "Русский"), ("hi", "हिन्दी")],
        required=False,
    )
