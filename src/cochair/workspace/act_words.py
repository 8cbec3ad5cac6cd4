"""What a page says of each act on a text. Adopting, initialling and signing are different acts, so each has words of its own: an adoption never reads as a signature."""

from typing import NamedTuple

from django.utils.translation import gettext as _


class ActWords(NamedTuple):
    """The words of one kind of act, in the page's language. ``asked`` and ``theirs`` hold a place for what, and for whose."""

    name: str
    done: str
    missing: str
    board: str
    ways: str
    ours: str
    theirs: str
    asked: str
    filed: str
    paper: str
    compared: str
    steps: str
    standing: str


def words_of(kind: str) -> ActWords:
    """All words of an act; an act that has no words of its own is one more signature under the same text."""
    attested = _("Filed: your Side states what the scan is. The other Side looks at it and does the same.")
    if kind == "adopt":
        return ActWords(
            name=_("Adoption"),
            done=_("Adopted"),
            missing=_("Not adopted yet"),
            board=_("Adoption: which Side has adopted the text"),
            ways=_("Two ways to adopt"),
            ours=_("Your Side has adopted the text"),
            theirs=_("%(side)s has adopted the text: what do you find?"),
            asked=_("Your Side is asked to adopt: %(what)s"),
            filed=_("Filed: your Side has adopted the text. It counts once the other Side has found it valid."),
            paper=_("Scan of the initialled text"),
            compared=_("I have compared: this scan shows the text as both co-chairs adopted it on paper"),
            steps=_("Print on one side. Both co-chairs initial every sheet to adopt the text. Scan every page into one PDF."),
            standing=attested,
        )
    if kind == "initial":
        return ActWords(
            name=_("Initialling"),
            done=_("Initialled"),
            missing=_("Not initialled yet"),
            board=_("Initialling: which Side has initialled the text"),
            ways=_("Two ways to initial"),
            ours=_("Your Side has initialled"),
            theirs=_("%(side)s has initialled: what do you find?"),
            asked=_("Your Side is asked to initial: %(what)s"),
            filed=_("Filed: your Side has initialled the text. It counts once the other Side has found it valid."),
            paper=_("Scan of the initialled text"),
            compared=_("I have compared: this scan shows the originals as both co-chairs initialled them"),
            steps=_("Print on one side. Both co-chairs initial every sheet. Scan every page into one PDF."),
            standing=attested,
        )
    names = {"sign": _("Signature"), "confirm": _("Confirmation"), "correct": _("Correction")}
    return ActWords(
        name=names.get(kind, kind),
        done={"confirm": _("Confirmed"), "correct": _("Corrected")}.get(kind, _("Signed")),
        missing={"confirm": _("Not confirmed yet"), "correct": _("Not corrected yet")}.get(kind, _("Not signed yet")),
        board={
            "confirm": _("Confirmation: which Side has confirmed"),
            "correct": _("Correction: which Side has signed it"),
        }.get(kind, _("Signature: who has signed what")),
        ways=_("Two ways to sign"),
        ours={"confirm": _("Your Side has confirmed"), "correct": _("Your Side has signed the correction")}.get(
            kind, _("Your Side has signed")
        ),
        theirs={
            "confirm": _("%(side)s has confirmed: what do you find?"),
            "correct": _("%(side)s has signed the correction: what do you find?"),
        }.get(kind, _("%(side)s has signed: what do you find?")),
        asked={"confirm": _("Your Side is asked to confirm: %(what)s"), "correct": _("Your Side is asked to correct: %(what)s")}.get(
            kind, _("A signature is asked of your Side: %(what)s")
        ),
        filed=_("Filed: your Side has signed. It counts once the other Side has found it valid."),
        paper=_("Scan of the signed originals"),
        compared=_("I have compared: this scan shows the originals as both co-chairs signed them in ink"),
        steps=_("Print on one side and bind. Both co-chairs sign in ink. Scan every page into one PDF."),
        standing=_("Filed: your Side states that the scan is the signed original. The other Side looks at it and does the same."),
    )


def act_words() -> dict[str, str]:
    """What each act is called."""
    return {kind: words_of(kind).name for kind in ("adopt", "initial", "sign", "confirm", "correct")}
