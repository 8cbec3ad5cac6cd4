"""Why a file is refused: a closed list, each with the plain words that a page or `verify` shows. Codes stand in findings, so they never change."""

from enum import StrEnum

from cochair.kit.errors import Rejected


class Reason(StrEnum):
    """One code for each way in which a file is not the original with exactly the expected signatures."""

    SHORT = "short"
    BASE = "base-changed"
    SHAPE = "not-an-original"
    FIELDS = "other-fields"
    JUNK = "bytes-behind"
    UPDATE = "other-update"
    TWICE = "signed-twice"
    TIME = "bad-time"
    MISSING = "signature-missing"
    EXTRA = "signature-not-expected"
    CMS = "signature-unreadable"
    ALGORITHM = "algorithm"
    CERTIFICATE = "certificate"
    ATTRIBUTES = "attributes"
    DIGEST = "signed-other-bytes"
    SIGNATURE = "signature-wrong"
    SIGNER = "other-signer"
    STAMP = "time-stamp"
    LIMITS = "limits"


WORDS: dict[Reason, str] = {
    Reason.SHORT: "The file is shorter than the original that both Sides approved",
    Reason.BASE: "The pages are not those of the original that both Sides approved",
    Reason.SHAPE: "The file is not an original made by Cochair",
    Reason.FIELDS: "The places for signatures are not the expected ones",
    Reason.JUNK: "There are bytes behind the original that are no signature",
    Reason.UPDATE: "Something other than a signature was added to the original",
    Reason.TWICE: "One place was signed twice",
    Reason.TIME: "The time written beside a signature is not a time",
    Reason.MISSING: "A signature that should be there is missing",
    Reason.EXTRA: "There is a signature that should not be there",
    Reason.CMS: "A signature cannot be read",
    Reason.ALGORITHM: "A signature uses a method that is not accepted",
    Reason.CERTIFICATE: "The certificate of a signature is missing, unreadable or not for signing",
    Reason.ATTRIBUTES: "A signature does not say what it signs, or names another certificate",
    Reason.DIGEST: "A signature was made over other bytes",
    Reason.SIGNATURE: "A signature does not fit its certificate",
    Reason.SIGNER: "A signature was made with a key that is not the expected person's",
    Reason.STAMP: "The time-stamp on a signature is not good",
    Reason.LIMITS: "Checking the file took more time or memory than is allowed",
}


class Refused(Rejected):
    """A file or a signature that is not good; ``reason`` is the code, ``at`` the place in the file (-1: not a place)."""

    def __init__(self, reason: Reason, detail: str = "", at: int = -1) -> None:
        super().__init__(
            f"{WORDS[reason]}{f' ({detail})' if detail else ''}", "Do not rely on this file; ask the Side that sent it for its own copy"
        )
        self.reason = reason
        self.at = at
