"""``read``: the text of one press report and a register of bodies -> a Reading.

Rules of this module:

- Readers run in a fixed order, each once; a later one sees what earlier ones marked and masked. The same bytes always give the same claims.
- A text that names neither a body nor a numbered session is of another genre: its frame, voices and engagements are read, and no chairs, matters or documents.
- Hostile input ends fast: bytes that are not UTF-8 text, hold NULs or exceed ``MAX_BYTES`` are refused; of very long texts only the first ``page.MAX_SENTENCES`` are read.
- Every sentence ends as claim, boilerplate or *not classified*; offsets count code points of the file as decoded, with nothing changed.
"""

import hashlib

from cochair.kit.errors import Rejected
from cochair.press.claims import Claim, Reading, SentenceMark
from cochair.press.dates import mark_dates
from cochair.press.page import Page
from cochair.press.readers.bodies import mark_bodies, read_bodies
from cochair.press.readers.chairs import read_chairs
from cochair.press.readers.delegates import read_delegates
from cochair.press.readers.documents import read_documents
from cochair.press.readers.engagements import read_context, read_engagements
from cochair.press.readers.frame import read_frame
from cochair.press.readers.outcomes import read_outcomes, read_rest
from cochair.press.readers.people import learn_names
from cochair.press.readers.session import read_session
from cochair.press.readers.topics import read_subgroups, read_topics
from cochair.press.readers.voices import finish_attributions, read_attributions, read_quotations
from cochair.press.register import Register

MAX_BYTES = 1_000_000
_ALWAYS = (
    mark_dates, read_frame, mark_bodies, read_bodies, read_quotations, learn_names, read_attributions, read_engagements, read_context,
)  # fmt: skip
_OF_A_SESSION = (read_session, read_chairs, read_documents, read_subgroups, read_topics, read_delegates, read_outcomes)
_LAST = (finish_attributions, read_rest)


def language_of(text: str) -> str:
    """Text -> "en", "ru", "hi" by its script, or "und" when most letters are of none of them."""
    counts = {"en": 0, "ru": 0, "hi": 0}
    letters = 0
    for char in text[:20000]:
        if char.isalpha():
            letters += 1
            if "a" <= char.lower() <= "z":
                counts["en"] += 1
            elif "\u0400" <= char <= "\u04ff":
                counts["ru"] += 1
            elif "\u0900" <= char <= "\u097f":
                counts["hi"] += 1
    best = max(counts, key=lambda code: counts[code])
    return best if letters and counts[best] * 2 > letters else "und"


def read(text: str, register: Register, report: str = "", sha256: str = "") -> Reading:
    """text, register -> Reading. Raises Rejected for text with NULs or above MAX_BYTES characters."""
    if "\0" in text:
        raise Rejected("The report holds NUL characters", "Give the report as plain UTF-8 text")
    if len(text) > MAX_BYTES:
        raise Rejected("The report is longer than {limit} characters", "Give one report a file", limit=MAX_BYTES)
    page = Page(text, register)
    for reader in _ALWAYS:
        reader(page)
    for reader in _OF_A_SESSION if page.facts["genre"] else ():
        reader(page)
    for reader in _LAST:
        reader(page)
    claims = sorted(page.claims, key=lambda c: (c.spans[0].start, c.spans[0].end, c.field))
    return Reading(
        report,
        sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        len(text),
        language_of(text),
        claims,
        _marks(page, claims),
    )


def _marks(page: Page, claims: list[Claim]) -> list[SentenceMark]:
    out: list[SentenceMark] = []
    ends = sorted((c.spans[0].start, c.spans[0].end) for c in claims if c.field != "doc.boilerplate")
    at = 0
    longest = 0
    for sentence in page.sentences:
        stretch = sentence.stretch
        while at < len(ends) and ends[at][0] < stretch.end:
            longest = max(longest, ends[at][1])
            at += 1
        if sentence.role == "boilerplate":
            out.append(SentenceMark(stretch.start, stretch.end, "boilerplate"))
        else:
            out.append(SentenceMark(stretch.start, stretch.end, "claim" if longest > stretch.start else "not classified"))
    out.extend(SentenceMark(s.start, s.end, "not classified") for s in page.left_out)
    return sorted(out, key=lambda mark: mark.start)


def read_bytes(data: bytes, register: Register, report: str = "") -> Reading:
    """Bytes of a file -> Reading. Raises Rejected when they are not UTF-8 text, none, or too many."""
    if len(data) > 4 * MAX_BYTES:
        raise Rejected("The file is larger than {limit} bytes", "Give one report a file", limit=4 * MAX_BYTES)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("The file is not UTF-8 text", "Save the report as plain UTF-8 text") from None
    if not text.strip():
        raise Rejected("The file holds no text", "Save the report as plain UTF-8 text")
    return read(text, register, report, hashlib.sha256(data).hexdigest())
