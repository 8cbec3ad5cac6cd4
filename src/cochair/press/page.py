"""The page that readers work on: tokens, sentences, marks of all classes, and the claims made so far.

Rules of this module:

- Work is bounded by counts, never by a clock, so that the same bytes always give the same claims: ``MAX_SENTENCES`` are read, and of a longer sentence than
  ``MAX_TOKENS`` nothing is claimed. What is left out ends as *not classified*.
- ``found`` holds classes of phrases by first token; readers add classes of their own by ``mark`` (dates, bodies, persons).
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cochair.press.claims import Claim, Span
from cochair.press.datafiles import load
from cochair.press.gazetteer import Found, lexicon
from cochair.press.patterns import Capture, Matcher
from cochair.press.register import Register
from cochair.press.text import Stretch, blocks, sentences
from cochair.press.tokens import Token, tokenize

MAX_SENTENCES = 600
MAX_TOKENS = 400


@dataclass
class Sentence:
    """Tokens ``first`` to ``last`` (exclusive); ``role`` is "text", "headline", "meta" or "boilerplate"; ``scope`` is "session" or "engagement"."""

    stretch: Stretch
    block: int
    first: int
    last: int
    role: str = "text"
    scope: str = "session"


@cache
def patterns(name: str) -> tuple[tuple[Matcher, dict[str, Any]], ...]:
    """Name of a list in data/patterns.json -> its patterns with their further keys."""
    return tuple((Matcher(entry["p"]), entry) for entry in load("patterns")[name])


@dataclass
class Page:
    """One report while it is read."""

    text: str
    register: Register
    tokens: list[Token] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    found: Found = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    masked: set[int] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)
    left_out: list[Stretch] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, block in enumerate(blocks(self.text)):
            for stretch in sentences(self.text, block):
                if len(self.sentences) >= MAX_SENTENCES or stretch.end - stretch.start > MAX_TOKENS * 20:
                    self.left_out.append(stretch)
                    continue
                first = len(self.tokens)
                own = tokenize(self.text[stretch.start : stretch.end])
                if len(own) > MAX_TOKENS:
                    self.left_out.append(stretch)
                    continue
                self.tokens.extend(Token(t.text, t.start + stretch.start, t.end + stretch.start, t.fold) for t in own)
                self.sentences.append(Sentence(stretch, number, first, len(self.tokens)))
        self.found = lexicon().find(self.tokens)
        for first, matches in self.register.find(self.tokens).items():
            self.found.setdefault("regname", {})[first] = matches

    # reading marks

    def at(self, kind: str, index: int) -> tuple[int, Any] | None:
        """class, token -> (end, value) of the longest mark that starts there, or None."""
        matches = self.found.get(kind, {}).get(index)
        return matches[0] if matches else None

    def has(self, kind: str, first: int, last: int) -> int | None:
        """class, tokens -> the first token where a mark of the class starts, or None."""
        marks = self.found.get(kind)
        if not marks:
            return None
        return next((i for i in range(first, last) if i in marks and marks[i][-1][0] <= last), None)

    def each(self, kind: str, sentence: Sentence) -> list[Capture]:
        """class, sentence -> its marks from left to right, longest first, none inside another."""
        marks = self.found.get(kind)
        if not marks:
            return []
        span = range(sentence.first, sentence.last)
        starts = sorted(i for i in marks if i in span) if len(marks) < len(span) else [i for i in span if i in marks]
        out: list[Capture] = []
        at = sentence.first
        for i in starts:
            match = next((m for m in marks[i] if m[0] <= sentence.last), None) if i >= at else None
            if match:
                out.append(Capture(i, match[0], match[1]))
                at = match[0]
        return out

    def mark(self, kind: str, first: int, last: int, value: Any) -> None:
        """Add a mark of a class."""
        matches = self.found.setdefault(kind, {}).setdefault(first, [])
        matches.append((last, value))
        matches.sort(key=lambda match: -match[0])

    def fold(self, index: int) -> str:
        """Token -> its fold, "" outside the text."""
        return self.tokens[index].fold if 0 <= index < len(self.tokens) else ""

    def capital(self, index: int) -> bool:
        """Token -> does it begin with a capital letter?"""
        return self.tokens[index].text[0].isupper()

    def joined(self, index: int) -> bool:
        """Token -> does it touch the one before it?"""
        return index > 0 and self.tokens[index - 1].end == self.tokens[index].start

    def glued(self, index: int) -> bool:
        """Token -> is it one part of a hyphenated word (``waste-to-energy``)?"""
        return (self.fold(index - 1) == "-" and self.joined(index)) or (self.fold(index + 1) == "-" and self.joined(index + 1))

    # making claims

    def span(self, first: int, last: int) -> Span:
        """Tokens first..last (exclusive) -> their span."""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return Span(start, end, self.text[start:end])

    def chars(self, start: int, end: int) -> Span:
        """Offsets -> span."""
        return Span(start, end, self.text[start:end])

    def words(self, first: int, last: int) -> str:
        """Tokens -> the text between their first and last letter."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def claim(self, kind: str, span: Span | tuple[int, int], value: Any, rule: str, **detail: Any) -> Claim:
        """Make one claim; keys of ``detail`` that are None are left out."""
        if isinstance(span, tuple):
            span = self.span(*span)
        claim = Claim(kind, [span], value, rule, {key: item for key, item in detail.items() if item is not None})
        self.claims.append(claim)
        return claim

    def body_text(self) -> list[Sentence]:
        """-> sentences of the running text."""
        return [s for s in self.sentences if s.role == "text"]
