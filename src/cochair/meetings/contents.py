"""What the Sides say about their meetings: sessions, dates, agenda, delegations, sub-group reports, letters.

That a session takes place, when, where and with which agenda exists only jointly (matters). A delegation, a report, a letter is one Side's own act
(statements). The ordinal of a session is an attribute, per Side, and never a key: Sides may count from different founding acts, and meetings of
experts or of the co-chairs have none.
"""

from typing import Literal

from msgspec import field

from cochair.record.fields import Count, Day, Id, Lines, Paper, Papers, SideCode, Word
from cochair.record.registry import Content

MeetingKind = Literal["session", "expert", "cochairs", "video", "intersessional"]
Role = Literal["head", "deputy", "member", "adviser", "interpreter", "secretary", "observer"]
DelegateKind = Literal["official", "expert", "industry"]


class Session(Content, frozen=True, gc=False):
    """`meetings.session/1`, a matter that introduces: a numbered session, or another meeting of a body."""

    body: Id
    kind: MeetingKind = "session"
    ordinals: dict[SideCode, Count] = field(default_factory=dict)
    previous: Id | None = None
    host: SideCode | None = None


class Dates(Content, frozen=True, gc=False):
    """`meetings.dates/1`, a matter on a session: when and where, in which zone."""

    start: Day
    end: Day
    place: Lines = field(default_factory=dict)
    venue: Lines = field(default_factory=dict)
    timezone: Word = "UTC"
    form: Literal["in-person", "video", "hybrid"] = "in-person"
    state: Literal["planned", "called-off"] = "planned"


class Item(Content, frozen=True, gc=False):
    """One item of an agenda. ``no`` is what is printed; the order is the order of the list."""

    no: Word
    title: Lines
    emerging: bool = False
    """Whether the item is about new and emerging areas."""
    body: Id | None = None
    """The sub-group that reports under it."""


class Agenda(Content, frozen=True, gc=False):
    """`meetings.agenda/1`, a matter on a session."""

    items: tuple[Item, ...]
    paper: Paper | None = None
    """An annotated agenda."""


class Member(Content, frozen=True, gc=False):
    """One member of a delegation: one paper a person, and only what is needed to seat and to count them."""

    person: Paper
    order: Count
    """This Side's own order of precedence."""
    role: Role = "member"
    kind: DelegateKind = "official"
    post: Id | None = None
    on_behalf_of: Id | None = None
    """The post for which a designee sits."""


class Delegation(Content, frozen=True, gc=False):
    """`meetings.delegation/1`, a statement: a page of this Side's list for a session (at most 32 members fit in an entry)."""

    session: Id
    page: Count
    members: tuple[Member, ...]


class Freeze(Content, frozen=True, gc=False):
    """`meetings.freeze/1`, a statement: the list made of these pages is final; later changes are notified one by one."""

    session: Id
    pages: tuple[Id, ...]


class DelegationChange(Content, frozen=True, gc=False):
    """`meetings.change/1`, a statement: one change of a frozen list. ``left`` goes, ``joined`` comes, both: one replaces the other."""

    session: Id
    left: Paper | None = None
    joined: Member | None = None
    letter: Paper | None = None


class Report(Content, frozen=True, gc=False):
    """`meetings.report/1`, a statement: a sub-group's report to a session, one paper per language. A joint one is joint once each Side files it."""

    session: Id
    body: Id
    papers: Papers
    joint: bool = False
    dated: Day | None = None


class Letter(Content, frozen=True, gc=False):
    """`meetings.letter/1`, a statement: a letter that this Side sent, with its own number."""

    number: Word
    dated: Day
    to: SideCode
    about: Lines
    paper: Paper
    session: Id | None = None
    answers: Id | None = None
    """The letter, or the *received* entry, that it answers."""
    direction: Literal["out"] = "out"


class Receipt(Content, frozen=True, gc=False):
    """`meetings.receipt/1`, a statement: a letter of the other Side arrived, under this number of ours. Terms run from here."""

    letter: Id
    number: Word
    received: Day


class Declaration(Content, frozen=True, gc=False):
    """`meetings.declaration/1`, a statement for the record of a session: one Side's view, which binds nobody else."""

    session: Id
    title: Lines
    papers: Papers
    item: Word = ""
    """The printed number of the agenda item, if it belongs to one."""
