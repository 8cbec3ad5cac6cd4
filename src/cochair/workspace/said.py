"""Codes and errors of the record in the page's language: why a seal does not count, why a file is refused, what an operation said.

The record speaks English in codes, the same on every node; a page says the same in its reader's language. A code without words is shown as it is: it is never lost.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cochair.workspace.words import kind_name


def thing_name(kind: str) -> str:
    """The words of a kind of matter or statement, also of those that only the record and the working papers show."""
    words = {
        "bodies.post": _("Post"),
        "bodies.holder": _("Holder of a post"),
        "bodies.designee": _("Designee for one meeting"),
        "meetings.change": _("Change of a delegation"),
        "meetings.declaration": _("Statement for the record"),
        "meetings.freeze": _("Delegation list is final"),
        "meetings.receipt": _("Receipt of a letter"),
        "protocol.signatory": _("Who will sign"),
        "protocol.provision": _("Paragraph"),
        "protocol.text": _("Wording of a paragraph"),
        "protocol.order": _("Order of the paragraphs"),
        "protocol.alternative": _("Another wording kept beside"),
        "protocol.concordance": _("Language check"),
        "publication.consent": _("Consent to publish"),
    }
    return words.get(kind) or kind_name(kind)


def reason_words(code: str) -> str:
    """Why a file or a seal was not found good."""
    words = {
        "short": _("The file is shorter than the original that both Sides approved."),
        "base-changed": _("The pages are not those of the original that both Sides approved."),
        "not-an-original": _("The file is not an original made by Cochair."),
        "other-fields": _("The places for signatures are not the expected ones."),
        "bytes-behind": _("There are bytes behind the original that are no signature."),
        "other-update": _("Something other than a signature was added to the original."),
        "signed-twice": _("One place was signed twice."),
        "bad-time": _("The time written beside a signature is not a time."),
        "signature-missing": _("A signature that should be there is missing."),
        "signature-not-expected": _("There is a signature that should not be there."),
        "signature-unreadable": _("A signature cannot be read."),
        "algorithm": _("A signature uses a method that is not accepted."),
        "certificate": _("The certificate of a signature is missing, unreadable or not for signing."),
        "attributes": _("A signature does not say what it signs, or names another certificate."),
        "signed-other-bytes": _("A signature was made over other bytes."),
        "signature-wrong": _("A signature does not fit its certificate."),
        "other-signer": _("A signature was made with a key that is not the expected person's."),
        "time-stamp": _("The time-stamp on a signature is not good."),
        "limits": _("The file could not be checked within the limits of time and memory, so it is not accepted."),
        "scan-not-the-original": _("The scan does not show the original that both Sides approved."),
        "authority-not-shown": _("Authority to sign is not shown."),
        "not-the-request": _("The signature is over something else than was asked."),
        "scan-seen": _("A person has seen the scan."),
        "signature-holds": _("The signature holds."),
        "other": _("Another reason, told by letter."),
    }
    return words.get(code, code)


def why_words(code: str, whose: str, other: str) -> str:
    """Why the seal of ``whose`` Side does not make its manifest agreed (yet); ``other``: the Side or Sides that have to act. Both are names."""
    words = {
        "bound": _("%(side)s is still bound by an earlier seal"),
        "refused": _("%(other)s found it not valid"),
        "unfound": _("%(other)s has not found it valid yet"),
        "alone": _("%(other)s has not done the same yet"),
        "pending": _("the seal of %(other)s does not count yet"),
        "crossed": _("%(other)s knew that it was taken back when it sealed"),
        "knew": _("written after %(other)s was seen to take its seal back"),
        "revoked": _("%(side)s took it back"),
        "double": _("another seal of %(side)s counts already"),
        "settled": _("another manifest is agreed for this act"),
        "apart": _("the seals of this manifest do not fit together"),
    }
    return words[code] % {"side": whose, "other": other} if code in words else reason_words(code)


def void_words(code: str) -> str:
    """Why an entry is not counted."""
    words = {
        "malformed": _("the bytes are not an entry in its one form"),
        "misplaced": _("it names another log, room or number than its own place"),
        "wrong-log": _("an entry of this kind does not belong into this log"),
        "content": _("its content is not what its kind asks for"),
        "unknown": _("it names a thing that its Side had not seen, or that does not exist"),
        "not-a-thing": _("it speaks about an entry that introduces nothing"),
        "names-working": _("an entry of the record may not name working papers"),
        "backwards": _("it acknowledges less than was acknowledged before"),
        "not-own": _("it takes back what another Side wrote"),
        "not-a-seal": _("what it names is not a seal"),
        "again": _("what it takes back or answers was taken back or answered before"),
        "own-seal": _("a Side does not check its own seal"),
        "too-many-seals": _("more than 64 seals of one Side for one act"),
        "not-received": _("it answers what was not received from this Side"),
        "other-slot": _("the manifest belongs to another act or room"),
        "terms": _("the terms do not follow those before them, or drop a Side"),
    }
    return words.get(code, code)


def entry_words(kind: str, schema: str, body: Mapping[str, Any]) -> str:
    """What an entry is, in a few plain words."""
    thing = thing_name(schema.partition("/")[0])
    simple = {
        "seal": _("Seal: a binding signature"),
        "revoke": _("A seal taken back"),
        "finding": _("Finding on the other Side's seal"),
        "seen": _("Acknowledgement of what was received"),
        "key": _("A key registered for a post"),
        "erase": _("A paper erased"),
        "destroyed": _("Working papers destroyed"),
        "fault": _("A discrepancy with proof"),
        "comment": _("A remark"),
    }
    if kind in simple:
        return simple[kind]
    if schema.startswith("record.received/"):
        return _("Received: what the other Side sent, as our account")
    if schema.startswith("record."):
        answers = {
            "confirms": _("Confirms what was received"),
            "corrects": _("Corrects what was received"),
            "supersedes": _("Replaces an own statement"),
            "key_change": _("Another key signs this record from here on"),
        }
        return answers.get(schema[7:].partition("/")[0], thing)
    if kind == "position":
        return (_("Position: %(thing)s") if body.get("content") is not None else _("Position taken back: %(thing)s")) % {"thing": thing}
    return _("Statement: %(thing)s") % {"thing": thing}


def fault_words(what: str) -> str:
    """What a discrepancy is about."""
    words = {
        "conflicting-heads": _("two heads of this log contradict each other; both are kept as proof"),
        "seen-beyond": _("it acknowledges more of our log than there is"),
        "seen-root": _("it acknowledges other contents of our log than there are"),
        "ended-key": _("a head of this log was signed with a key that had ended before; it is kept as proof"),
        "conflicting-changes": _("its root keys named two different keys for the same place; both notes are kept as proof"),
        "beyond-change": _("entries beyond the change of its key were not counted; they are kept as proof"),
    }
    return words.get(what, what.replace("-", " "))


def trouble_words(what: str) -> tuple[str, str]:
    """What is wrong with a log -> (what it is, the way out), for people."""
    words = {
        "older-head": (
            _("The other Side shows less of this log than it did. Your copy is kept."),
            _(
                "Most likely an old copy was restored there. Tell them: their node takes its entries back from yours by itself, or from a bundle that you save for them."
            ),
        ),
        "conflicting-heads": (
            _(
                "The key of this Side signed two histories of this log. It stands at the last good entry, both heads are kept as proof, and your own work goes on."
            ),
            _(
                "Give the proof to both Sides. People must find out where the key was used twice; then both Sides go on in a new room, and restate there what holds."
            ),
        ),
        "working-heads": (
            _("Two heads of these working papers contradict each other. Nobody can be shown a proof of it, by design."),
            _("Both Sides say that they begin the working papers anew, below. Each Side's last proposals are then proposed again."),
        ),
        "seen-root": (
            _("The other Side acknowledges other contents of your record than it has. One of the two Sides signed what is not so."),
            _("Compare the proof with the other Side. Your own work goes on."),
        ),
        "seen-beyond": (
            _("The other Side acknowledges more of your record than there is."),
            _("Ask the other Side what it holds of your record, and compare. Your own work goes on."),
        ),
        "fork": (
            _("This node's own key signed two histories of one log. Nothing is signed any more, in any room."),
            _(
                "Find and stop the second copy of this node or of its keys, talk to the other Side, keep the proof. Then a person decides, at the node: cochair node resume."
            ),
        ),
        "behind": (
            _("More of this log was signed than is here: an old copy was restored. It is not written until the rest is back."),
            _("Exchange with the other Side: it gives your entries back. Or at the node: cochair node recover."),
        ),
        "restored": (
            _("This node was restored and writes nothing until the other Sides were asked."),
            _("At the node: cochair node recover."),
        ),
        "version": (
            _("This log holds something that needs a newer version of the program. It is read up to there, and kept whole."),
            _("Update the program; the rest is then read."),
        ),
    }
    if what in ("ended-key", "conflicting-changes", "beyond-change"):
        said = fault_words(what)
        return f"{said[0].upper()}{said[1:]}.", _("Compare the proof with the other Side. Your own work goes on.")
    return words[what]


def level_words(level: str) -> str:
    """How grave it is, in the pages' words."""
    return {"stale": _("Stale"), "discrepancy": _("Discrepancy"), "clarification": _("Under clarification")}[level]


def what_words(what: str) -> str:
    """What a problem of the check is about."""
    words = {
        "entry": _("an entry"),
        "root": _("the head of a log"),
        "checkpoint": _("the signed head of a log"),
        "ledger": _("the signer's own list"),
        "paper": _("a paper"),
        "structural": _("a manifest or the terms"),
        "row": _("a row of a table"),
        "applied": _("how far a log is read"),
        "tile": _("a file that the other Side reads"),
    }
    return words.get(what, what)
