"""What the Sides say about what they agreed: areas, joint projects, actions, leads, reports, assessments, the way forward.

That something is an agreed action, what its state is and how the body goes on exists only jointly (matters). Each Side names its own lead and reports
by itself (statements). Nothing here says "overdue": whether a date has passed is computed when a page is drawn, from a day the caller gives.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from cochair.record.fields import Count, Day, Digest, Id, Lines, Notes, Paper, Papers, SideCode, Word
from cochair.record.registry import Content

Mode = Literal[
    "establishment",
    "joint-development",
    "joint-project",
    "joint-venture",
    "production",
    "technology-transfer",
    "capacity-building",
    "exploration",
    "enhanced-engagement",
]
Stage = Literal["potential", "emerging", "explored", "discussed", "welcomed", "noted", "agreed", "under-way", "completed"]
ReportState = Literal[
    "not-started",
    "in-progress",
    "done",
    "partly-done",
    "delayed",
    "blocked",
    "standing",
    "overtaken",
    "replaced",
    "ended-by-consent",
]
State = Literal[ReportState, "sides-differ"]
Quarter = Annotated[str, Meta(pattern=r"\A[0-9]{4}-Q[1-4]\Z")]
ENDED = frozenset({"done", "overtaken", "replaced", "ended-by-consent"})
"""The states after which an action goes on only if the Sides say so."""


class Area(Content, frozen=True, gc=False):
    """`followup.area/1`, a matter that introduces: an area of cooperation, in a tree."""

    names: Lines
    code: Word = ""
    parent: Id | None = None
    body: Id | None = None
    """The body that looks after it."""


class Project(Content, frozen=True, gc=False):
    """`followup.project/1`, a matter that introduces: a joint project, with its mode and stage when it first came up."""

    area: Id
    names: Lines
    mode: Mode
    stage: Stage
    session: Id | None = None


class Phrase(Content, frozen=True, gc=False):
    """`followup.phrase/1`, a matter on a project, part = session: what a later session called it."""

    mode: Mode
    stage: Stage
    wording: Notes = field(default_factory=dict)


class Due(Content, frozen=True, gc=False):
    """By when: a date, a quarter (``2026-Q3``), the next session, or no term."""

    code: Literal["date", "quarter", "next-session", "none"] = "none"
    date: Day | None = None
    quarter: Quarter | None = None


class Source(Content, frozen=True, gc=False):
    """The signed paragraph that an action stands on."""

    manifest: Digest
    provision: Word
    """Its id in that manifest."""


class Link(Content, frozen=True, gc=False):
    """How an action follows an older one."""

    rel: Literal["continues", "replaces", "splits", "merges"]
    to: Id


class Action(Content, frozen=True, gc=False):
    """`followup.action/1`, a matter that introduces: what both Sides confirm as to be followed. One Side's wish is a ``request``."""

    kind: Literal["do", "report", "consider", "inform", "request"]
    text: Notes = field(default_factory=dict)
    """The wording in short, or ...."""
    papers: Papers = field(default_factory=dict)
    """... the signed wording, one paper per language."""
    printed: Word = ""
    """The number in the protocol by which people cite it."""
    source: Source | None = None
    session: Id | None = None
    body: Id | None = None
    sides: tuple[SideCode, ...] = ()
    """The Sides that are to act; none named: all."""
    due: Due = Due()
    asked_by: SideCode | None = None
    answer: Literal["pending", "accepted", "declined"] | None = None
    project: Id | None = None
    links: tuple[Link, ...] = ()


class Lead(Content, frozen=True, gc=False):
    """`followup.lead/1`, a statement: who leads an action on this Side, as shown to the other. Executors inside a ministry stay at home."""

    action: Id
    lead: Lines
    others: tuple[Lines, ...] = ()
    post: Id | None = None


class ActionReport(Content, frozen=True, gc=False):
    """`followup.report/1`, a statement: this Side's dated account of an action."""

    action: Id
    dated: Day
    state: ReportState
    text: Notes = field(default_factory=dict)
    papers: Papers = field(default_factory=dict)
    evidence: tuple[Paper, ...] = ()
    session: Id | None = None
    """The session for whose review it is made."""
    new_due: Due | None = None


class Assessment(Content, frozen=True, gc=False):
    """`followup.assessment/1`, a matter on an action, part = session: what both agree its state to be, "the Sides differ" included."""

    state: State
    carry_over: bool
    new_due: Due | None = None
    reason: Paper | None = None
    replaced_by: Id | None = None


class Step(Content, frozen=True, gc=False):
    """One step of an action plan."""

    text: Notes
    due: Due = Due()
    action: Id | None = None


class Between(Content, frozen=True, gc=False):
    """A meeting to be held between two sessions."""

    what: Lines
    body: Id | None = None
    due: Due = Due()


class NextSession(Content, frozen=True, gc=False):
    """The next session as foreseen: ordinals, host, place, and when (``text`` says "third quarter" as the Sides say it)."""

    ordinals: dict[SideCode, Count] = field(default_factory=dict)
    host: SideCode | None = None
    place: Lines = field(default_factory=dict)
    due: Due = Due()
    text: Lines = field(default_factory=dict)


class WayForward(Content, frozen=True, gc=False):
    """`followup.way_forward/1`, a matter on a session: how the review closes."""

    next: NextSession = NextSession()
    plan: tuple[Step, ...] = ()
    intersessional: tuple[Between, ...] = ()
    paper: Paper | None = None
