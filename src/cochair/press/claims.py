"""Claims: what a press report says, with its place in the text. A claim is never the record.

Rules of this module:

- Offsets are Unicode code points into the file decoded as UTF-8 with nothing changed; ``end`` is exclusive; ``text[start:end]`` is the quote.
- ``field`` is one of ``FIELDS`` (scored kinds) or another dotted name (kinds listed for the reader, such as ``evaluation``).
- ``value`` is JSON; ``None`` means that the report does not settle it (a weekday without any date to count from stays unresolved).
- ``rule`` names the rule that made the claim. ``detail`` holds further keys of the kind (``modes``, ``stage``, ``office``, ...; docs/formats/press-claims.md).
"""

from typing import Any, Literal

import msgspec

FIELDS = (
    "doc.headline", "doc.outlet", "doc.published", "doc.dateline_place", "doc.dateline_date", "doc.boilerplate",
    "body.name", "body.framework", "party", "session.ordinal", "session.previous", "session.date", "session.city", "session.venue",
    "statement.date", "chair", "subgroup", "topic", "document", "delegates.count", "delegates.kind", "outcome", "attribution",
    "quotation", "engagement", "context_event",
)  # fmt: skip


class Span(msgspec.Struct, frozen=True):
    """A piece of the report: code points ``start`` to ``end`` (exclusive) and the text found there."""

    start: int
    end: int
    text: str


class Claim(msgspec.Struct):
    """One thing that the report says; see the rules above."""

    field: str
    spans: list[Span]
    value: Any
    rule: str
    detail: dict[str, Any] = {}

    def to_dict(self) -> dict[str, Any]:
        """-> the claim as flat JSON: field, spans, value, rule, then the keys of ``detail``."""
        flat: dict[str, Any] = {
            "field": self.field,
            "spans": msgspec.to_builtins(self.spans),
            "value": self.value,
            "rule": self.rule,
        } | msgspec.to_builtins(self.detail)
        return flat


class SentenceMark(msgspec.Struct, frozen=True):
    """What became of one sentence: ``claim``, ``boilerplate`` or ``not classified``."""

    start: int
    end: int
    kind: Literal["claim", "boilerplate", "not classified"]


class Reading(msgspec.Struct):
    """All claims of one report. ``report`` is its name (file name or address), ``sha256`` is of the bytes read."""

    report: str
    sha256: str
    chars: int
    language: str
    claims: list[Claim]
    sentences: list[SentenceMark]

    @property
    def coverage(self) -> dict[str, int]:
        """-> number of sentences by kind."""
        counts = {"claim": 0, "boilerplate": 0, "not classified": 0}
        for mark in self.sentences:
            counts[mark.kind] += 1
        return counts

    def of(self, field: str) -> list[Claim]:
        """-> the claims of one field in the order of the text."""
        return [claim for claim in self.claims if claim.field == field]

    def to_json(self) -> dict[str, Any]:
        """-> JSON of docs/formats/press-claims.md."""
        return {
            "report": self.report,
            "sha256": self.sha256,
            "chars": self.chars,
            "language": self.language,
            "coverage": self.coverage,
            "claims": [claim.to_dict() for claim in self.claims],
            "sentences": msgspec.to_builtins(self.sentences),
        }
