"""What the Sides say about their bodies: the tree, its rules, and who holds which post.

A body and its rules exist only jointly (matters). Posts, holders and designees are each Side's own affair (statements): parity of a commission
does not mean that one Side names the other's people. A person is one paper, never a name in a log, so that a name can be erased or corrected
without touching the record.
"""

from typing import Literal

import msgspec
from msgspec import Struct, field

from cochair.record.fields import Count, Day, Id, Language, Line, Lines, Notes, Paper, SideCode, Word
from cochair.record.registry import Content

BodyKind = Literal["commission", "working-group", "sub-group"]
PostKind = Literal["co-chair", "deputy", "executive-secretary", "member", "lead", "contact"]
LanguageStatus = Literal["authentic", "official", "working"]


class Body(Content, frozen=True, gc=False):
    """`bodies.body/1`, a matter that introduces: a commission, working group or sub-group."""

    kind: BodyKind
    names: dict[SideCode, Lines]
    """Each Side's name of the body per language: "India-Russia" here is "Russia-India" there."""
    code: Word
    parent: Id | None = None
    reports_to: Id | None = None
    """Where its results go, if not to the parent."""
    terms: Notes = field(default_factory=dict)
    """Terms of reference in short."""
    terms_paper: Paper | None = None


class BodyLanguage(Content, frozen=True, gc=False):
    """One language of a body's instruments."""

    lang: Language
    status: LanguageStatus


class Rules(Content, frozen=True, gc=False):
    """`bodies.rules/1`, a matter on a body: languages, originals and terms of procedure in days."""

    languages: tuple[BodyLanguage, ...] = ()
    prevailing: Language | None = None
    originals: Count = 2
    hosting: Literal["alternate", "consent"] = "alternate"
    silence: Literal["never", "both-laws"] = "never"
    """Whether silence may be consent: only where both Sides' domestic rules allow it too."""
    agenda_days: Count = 0
    """Days before a session by which the agenda is to be agreed; 0: no term."""
    list_days: Count = 0
    paper: Paper | None = None


class Post(Content, frozen=True, gc=False):
    """`bodies.post/1`, a statement: a post of this Side on a body. It outlives the person."""

    body: Id
    kind: PostKind
    titles: Lines
    order: Count = 0


class Holder(Content, frozen=True, gc=False):
    """`bodies.holder/1`, a statement: who holds a post of this Side, by which office, from and until when."""

    post: Id
    person: Paper
    office: dict[Language, tuple[Line, ...]] = field(default_factory=dict)
    """The office as a chain, innermost first, as this Side writes it: post, department, ministry."""
    office_paper: Paper | None = None
    since: Day | None = field(name="from", default=None)
    until: Day | None = None


class Designee(Content, frozen=True, gc=False):
    """`bodies.designee/1`, a statement: who acts for a post of this Side at one meeting, and by which letter."""

    post: Id
    meeting: Id
    person: Paper
    letter: Paper | None = None


class Person(Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="what", tag="person"):
    """The paper of one person: canonical JSON, never a part of an entry."""

    name: Lines
    honorific: Lines = field(default_factory=dict)
    """As the Side itself writes it: "Shri", "H.E.", "г-н"."""
    rank: Line | None = None
    organisation: Lines = field(default_factory=dict)
    v: Literal[1] = 1


def person_of(data: bytes) -> Person | None:
    """The person that a paper describes; ``None`` if the paper is something else, such as a scan of a passport page."""
    try:
        return msgspec.json.decode(data, type=Person)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return None
