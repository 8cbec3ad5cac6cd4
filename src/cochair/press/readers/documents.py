"""Documents of the session and their status: signed, agreed to finalize, adopted, initialled, to be signed.

Rules of this module:

- Patterns of ``data/patterns.json`` in their order; the first that takes a document word gives its status. A document without a word of status is listed as a mention.
- Signers are the co-chairs where the text says so, the persons or states that are the subject of an active verb, else nobody.
"""

from typing import Any

from cochair.press.page import Page, Sentence, patterns
from cochair.press.patterns import Capture
from cochair.press.readers.bodies import party_at
from cochair.press.readers.people import full_name, units

_SPELLING = {"finalise": "finalize", "draw up": "draw_up"}


def _of_session(page: Page, end: int) -> tuple[int, int | None]:
    """Token after the document word -> (end, number) with ``of the 11th Session``."""
    j = end
    while page.fold(j) in {"of", "the"}:
        j += 1
    session = page.at("cursession", j)
    return (session[0], session[1]) if session and j > end else (end, None)


def _signers(page: Page, sentence: Sentence, match: dict[str, Capture], end: int, *, active: bool) -> list[dict[str, Any]]:
    chairs = [name for name, _ in page.facts["chairs"]]
    for noun in page.each("chairnoun", sentence):
        if match["all"].start - 12 <= noun.start <= end + 12:
            first = noun.start - (1 if page.fold(noun.start - 1) in {"both", "the", "two"} else 0)
            first = first if page.fold(first) != "the" else noun.start
            return [{"span": page.span(first, noun.end), "resolves_to": chairs}]
    if not active:
        return []
    people = [u for u in units(page, sentence.first, match["all"].start, bare=True) if u.office or len(u.full.split()) > 1]
    if people:
        return [{"span": page.span(*u.name), "resolves_to": [full_name(page, u.full)]} for u in people]
    one = party_at(page, sentence.first)
    if one and page.fold(one[0]) in {",", "and", "-"}:
        two = party_at(page, one[0] + 1)
        if two and two[1] != one[1]:
            return [{"span": page.span(sentence.first, two[0]), "resolves_to": [one[1], two[1]]}]
    return []


def read_documents(page: Page) -> None:
    """Claims document (with status) and document.mention (without)."""
    for sentence in page.sentences:
        if sentence.role not in {"text", "headline"} or sentence.scope == "engagement" or not page.each("doc", sentence):
            continue
        taken: set[int] = set()
        for matcher, entry in patterns("documents"):
            for match in matcher.all(page, sentence.first, sentence.last):
                doc = match["doc"]
                if (
                    doc.start in taken
                    or doc.start in page.masked
                    or any(page.at("othersession", k) for k in range(doc.end, min(doc.end + 4, sentence.last)))
                ):
                    continue
                taken.update(range(doc.start, doc.end))
                end, number = _of_session(page, doc.end)
                status = entry["status"]
                if status.endswith("_"):
                    verb = page.words(match["b"].start, match["b"].end).lower()
                    status += _SPELLING.get(verb, verb)
                value = {"type": doc.value} | ({"of_session": number} if number else {}) | {"status": status}
                last = match["c"] if "c" in match else match["b"] if "b" in match else match["a"]
                page.claim(
                    "document", (doc.start, end), value, f"document.{entry['status'].strip('_')}", status_span=page.span(match["a"].start, last.end),
                    signers=_signers(page, sentence, match, end, active=entry.get("active", False)), mention="headline" if sentence.role == "headline" else None,
                )  # fmt: skip
        if sentence.role == "text":
            for doc in page.each("doc", sentence):
                if doc.start not in taken and doc.start not in page.masked:
                    page.claim("document.mention", (doc.start, doc.end), doc.value, "document.mention")
