"""Is this file the original that both Sides approved, with exactly the expected signatures and nothing else?

Rulebook:

1. The first ``length`` bytes have the manifest's digest. Nothing of the file is looked at before that.
2. Everything behind them is a row of increments in the one form of `increment`; each is written anew from what stands before it and compared
   byte by byte. There is no parser for hostile PDF here, and no viewer is consulted.
3. Each signature covers the whole file up to the end of its own increment except its own contents, fits its certificate (`cms`), and, where
   the caller names certificates, is made with the certificate that the mandate names.
4. The signed fields are those the caller expects: a signature taken away is as bad as one added.

One pass over the bytes serves all digests.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

from msgspec import Struct, convert

from cochair.paper import cms
from cochair.paper.increment import ROOM, Field, increment, read_base
from cochair.paper.reasons import Reason, Refused
from cochair.paper.sandbox import run_limited

_OBJECT = re.compile(rb"([1-9][0-9]{0,6}) 0 obj\n")
_TIME = re.compile(rb"[0-9]{14}")
_HEX = re.compile(rb"[0-9a-f]+")


class PdfSignature(Struct, frozen=True):
    """A good signature in a file: its field, the time written beside it (a claim), who made it, and the DER of the CMS."""

    field: str
    claimed_at: str
    signer: cms.Signer
    cms: bytes


class PdfCheck(Struct, frozen=True):
    """The answer. ``reason`` is None exactly when ``good``; ``words`` say it plainly; ``at`` is a place in the file or -1."""

    good: bool
    words: str
    reason: Reason | None = None
    at: int = -1
    signatures: tuple[PdfSignature, ...] = ()


def check_pdf(
    data: bytes,
    *,
    length: int,
    digest: str,
    fields: Collection[str],
    signed: Collection[str] | None = None,
    certificates: Mapping[str, str] | None = None,
) -> PdfCheck:
    """Check a file against the manifest's ``length`` and ``digest`` (SHA-256, hex) of the original with its empty ``fields``.

    ``signed``: the fields that must be signed, no others (None: any). ``certificates``: field -> SHA-256 (hex) of the certificate that the
    mandate names (None: not asked). Never raises on bad bytes: the answer carries the reason.
    """
    found: list[PdfSignature] = []
    try:
        _check(data, length, digest, set(fields), certificates, found)
        if signed is not None:
            have = {s.field for s in found}
            if set(signed) - have:
                raise Refused(Reason.MISSING, ", ".join(sorted(set(signed) - have)))
            if have - set(signed):
                raise Refused(Reason.EXTRA, ", ".join(sorted(have - set(signed))))
    except Refused as refused:
        return PdfCheck(good=False, words=str(refused), reason=refused.reason, at=refused.at, signatures=tuple(found))
    how = f"{len(found)} good signature{'' if len(found) == 1 else 's'} and nothing else" if found else "not signed yet"
    return PdfCheck(good=True, words=f"The file is the approved original: {how}", signatures=tuple(found))


def check_limited(
    data: bytes,
    *,
    length: int,
    digest: str,
    fields: Collection[str],
    signed: Collection[str] | None = None,
    certificates: Mapping[str, str] | None = None,
) -> PdfCheck:
    """The same in a child process with limits, as a node does it with files from outside; a child that fails means a bad file."""
    named = None if certificates is None else dict(certificates)
    wanted = None if signed is None else sorted(signed)
    try:
        answer = run_limited(check_pdf, data, length=length, digest=digest, fields=sorted(fields), signed=wanted, certificates=named)
    except Refused as refused:
        return PdfCheck(good=False, words=str(refused), reason=refused.reason, at=refused.at)
    return convert(answer, PdfCheck)


def warm() -> None:
    """Import what `check_pdf` uses late (see `sandbox`)."""
    datetime.strptime("20250806", "%Y%m%d").replace(tzinfo=UTC)
    cms.warm()


def _check(
    data: bytes, length: int, digest: str, fields: set[str], certificates: Mapping[str, str] | None, found: list[PdfSignature]
) -> None:
    if not 0 < length <= len(data):
        raise Refused(Reason.SHORT, at=len(data))
    view = memoryview(data)
    running = hashlib.sha256(view[:length])
    if running.hexdigest() != digest:
        raise Refused(Reason.BASE)
    base = read_base(data[:length])
    if {f.name for f in base.fields} != fields:
        raise Refused(Reason.FIELDS)
    known = {f.number: f for f in base.fields}
    at, previous = length, base.startxref
    while at < len(data):
        field = _field_at(data, at, known, {s.field for s in found})
        blank = increment(base, field, at=at, index=len(found), previous=previous, time=b"0" * 14, contents=b"0" * (2 * ROOM))
        start = blank.contents_at + 1
        time, contents = data[blank.time_at : blank.time_at + 14], data[start : start + 2 * ROOM]
        due = increment(base, field, at=at, index=len(found), previous=previous, time=time, contents=contents)
        if data[at : at + len(due.data)] != due.data or len(time) != 14 or len(contents) != 2 * ROOM:
            raise Refused(Reason.UPDATE, at=_difference(data, at, due.data))
        if _HEX.fullmatch(contents) is None:
            raise Refused(Reason.CMS, "not hex", at=start)
        der = cms.der_of(bytes.fromhex(contents.decode("ascii")))
        covered = (view[at : blank.contents_at], view[start + 2 * ROOM + 1 : due.end])
        signer = cms.verify(der, _digests(running, view[:at], covered))
        if certificates is not None and certificates.get(field.name) != signer.certificate_digest:
            raise Refused(Reason.SIGNER, field.name, at=at)
        found.append(PdfSignature(field.name, _claimed(time, blank.time_at), signer, der))
        running.update(view[at : due.end])
        at, previous = due.end, due.startxref


def _field_at(data: bytes, at: int, known: dict[int, Field], taken: set[str]) -> Field:
    """The still empty field that an increment at this place is for. Raises Refused."""
    head = _OBJECT.match(data, at)
    if head is None:
        raise Refused(Reason.JUNK, at=at)
    field = known.get(int(head[1]))
    if field is None:
        raise Refused(Reason.UPDATE, f"object {int(head[1])}", at=at)
    if field.name in taken:
        raise Refused(Reason.TWICE, field.name, at=at)
    return field


def _digests(running: "hashlib._Hash", before: memoryview, rest: tuple[memoryview, memoryview]) -> Callable[[str], bytes]:
    """The digest of the signed bytes, going on from the digest of the file so far (SHA-256) or anew (others)."""

    def digest_of(name: str) -> bytes:
        state = running.copy() if name == "sha256" else hashlib.new(name, before)
        for part in rest:
            state.update(part)
        return state.digest()

    return digest_of


def _claimed(time: bytes, at: int) -> str:
    try:
        if _TIME.fullmatch(time) is None:
            raise ValueError
        return datetime.strptime(time.decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise Refused(Reason.TIME, at=at) from None


def _difference(data: bytes, at: int, due: bytes) -> int:
    """Where the file first differs from what should stand there."""
    for i, (have, want) in enumerate(zip(data[at : at + len(due)], due, strict=False)):
        if have != want:
            return at + i
    return len(data)
