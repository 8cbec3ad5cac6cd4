"""The forms of the signing page: what a person chooses, brings or states there. What a field refuses is said at it, with the next step."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cochair.ledger import dsse
from cochair.workspace.act_words import ActWords, act_words
from cochair.workspace.acts import Act
from cochair.workspace.place import side_name
from cochair.workspace.said import reason_words
from cochair.workspace.uploads import ORIGINAL_LIMIT, RESPONSE_LIMIT, SCAN_LIMIT, Upload

REASONS = ("scan-not-the-original", "signature-missing", "authority-not-shown", "not-the-request", "other")


class PrepareForm(forms.Form):
    """Which act comes next."""

    kind = forms.ChoiceField(label=gettext_lazy("Next act"))

    def __init__(self, act: Act, *args: Any, **kwargs: Any) -> None:
        """The choices are those that may follow."""
        super().__init__(*args, **kwargs)
        words = act_words()
        self.fields["kind"].choices = [(kind, words[kind]) for kind in act.choices]  # type: ignore[attr-defined]  # a ChoiceField
        if len(act.choices) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.initial.setdefault("kind", act.choices[0])


class MandateForm(forms.Form):
    """A person's public key, bound to a post."""

    post = forms.ChoiceField(label=gettext_lazy("Post"))
    suite = forms.ChoiceField(label=gettext_lazy("Kind of key"), choices=[(one, one) for one in dsse.SUITES])
    public = forms.CharField(
        label=gettext_lazy("Public key"),
        help_text=gettext_lazy("In hex, as `cochair keys show` prints it. The private key stays with its person."),
        max_length=4096,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    since = forms.DateField(label=gettext_lazy("Valid from"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, posts: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """``posts`` of our Side on the body."""
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = posts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The period must not end before it begins."""
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["until"] < found["since"]:
            self.add_error("until", _("The end lies before the beginning."))
        return found


class ResponseForm(forms.Form):
    """The file that the signer's own machine wrote."""

    response = Upload(label=gettext_lazy("Response file"), limit=RESPONSE_LIMIT)


class ScanForm(forms.Form):
    """The scanned paper, or the one that the other Side filed already, and the statement of what it shows."""

    same = forms.BooleanField(label="", required=False)
    scan = Upload(label="", required=False, limit=SCAN_LIMIT)
    attest = forms.BooleanField(label="", error_messages={"required": gettext_lazy("Compare the scan with the originals, then tick this.")})
    heads = forms.CharField(widget=forms.HiddenInput, max_length=400)

    def __init__(self, words: ActWords, theirs: str, *args: Any, **kwargs: Any) -> None:
        """``theirs``: name of the Side whose scan is at hand and may be attested by ours too, or ""."""
        super().__init__(*args, **kwargs)
        self.fields["scan"].label, self.fields["attest"].label = words.paper, words.compared
        self.fields["scan"].help_text = _("PDF, JPEG or PNG, at most 64 MiB; with more than one page, a PDF")
        self.fields["same"].label = _("Take the scan that %(side)s filed: it shows both originals") % {"side": theirs}
        if not theirs:
            del self.fields["same"]
            self.fields["scan"].required = True
        else:
            self.fields["scan"].label = _("Or another scan")

    def clean(self) -> dict[str, Any]:
        """A file, or theirs."""
        found = super().clean() or {}
        if not found.get("scan") and not found.get("same") and not self.has_error("scan"):
            self.add_error("scan", _("Choose a file."))
        return found


class CheckForm(forms.Form):
    """A PDF that somebody says is a signed original."""

    holder = forms.ChoiceField(label=gettext_lazy("Whose original"))
    file = Upload(label=gettext_lazy("The PDF"), limit=ORIGINAL_LIMIT)

    def __init__(self, holders: list[str], *args: Any, **kwargs: Any) -> None:
        """``holders``: the Sides that keep an original."""
        super().__init__(*args, **kwargs)
        self.fields["holder"].choices = [(side, side_name(side)) for side in holders]  # type: ignore[attr-defined]


class RefuseForm(forms.Form):
    """Why the other Side's seal is not valid by our law."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A closed list: a finding is final, and its reason a code."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(code, reason_words(code)) for code in REASONS]  # type: ignore[attr-defined]
