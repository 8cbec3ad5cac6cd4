"""Joint tables of follow-up. What differs per language is one column of canonical JSON: pages pick, the database never searches in it."""

from cochair.record.registry import Column, Table

_STANDS = (Column("standing"), Column("level"))
_SAID = (Column("id"), Column("side"), Column("account"))

AREA = Table(
    "followup_area",
    "record",
    (Column("id"), *_STANDS, Column("code"), Column("parent", null=True), Column("body", null=True), Column("names")),
    key=("id",),
)
PROJECT = Table(
    "followup_project",
    "record",
    (Column("id"), *_STANDS, Column("area"), Column("mode"), Column("stage"), Column("session", null=True), Column("names")),
    key=("id",),
    indexes=(("area",),),
)
PHRASE = Table(
    "followup_phrase",
    "record",
    (Column("project"), Column("session"), *_STANDS, Column("mode"), Column("stage"), Column("wording")),
    key=("project", "session"),
)
ACTION = Table(
    "followup_action",
    "record",
    (
        Column("id"),
        *_STANDS,
        Column("kind"),
        Column("printed"),
        Column("session", null=True),
        Column("body", null=True),
        Column("project", null=True),
        Column("manifest", null=True),
        Column("provision", null=True),
        Column("asked_by", null=True),
        Column("answer", null=True),
        Column("due_code"),
        Column("due_day", null=True),
        Column("content"),
    ),
    key=("id",),
    indexes=(("session",), ("manifest",)),
)
LINK = Table(
    "followup_link",
    "record",
    (Column("action"), Column("rel"), Column("earlier")),
    key=("action", "rel", "earlier"),
    indexes=(("earlier",),),
)
LEAD = Table(
    "followup_lead",
    "record",
    (*_SAID, Column("action"), Column("lead"), Column("others"), Column("post", null=True)),
    key=("id",),
    indexes=(("action",),),
    by_source=True,
)
REPORT = Table(
    "followup_report",
    "record",
    (
        *_SAID,
        Column("action"),
        Column("dated"),
        Column("state"),
        Column("session", null=True),
        Column("content"),
    ),
    key=("id",),
    indexes=(("action",), ("session",)),
    by_source=True,
)
ASSESSMENT = Table(
    "followup_assessment",
    "record",
    (
        Column("action"),
        Column("session"),
        *_STANDS,
        Column("state"),
        Column("carry_over", "int"),
        Column("new_due_code", null=True),
        Column("new_due_day", null=True),
        Column("reason", null=True),
        Column("replaced_by", null=True),
        Column("content"),
    ),
    key=("action", "session"),
    indexes=(("session",),),
)
WAY_FORWARD = Table("followup_way_forward", "record", (Column("session"), *_STANDS, Column("content")), key=("session",))
CANDIDATE = Table(
    "followup_candidate",
    "record",
    (
        Column("manifest"),
        Column("instrument"),
        Column("session"),
        Column("slot"),
        Column("step", "int"),
        Column("provision"),
        Column("place", "int"),
        Column("kind"),
        Column("printed"),
        Column("papers"),
    ),
    key=("manifest", "slot", "provision"),
    indexes=(("session",),),
)
"""Each paragraph of a sealed manifest: what people may confirm as an agreed action, and nothing more than that."""
TABLES = (AREA, PROJECT, PHRASE, ACTION, LINK, LEAD, REPORT, ASSESSMENT, WAY_FORWARD, CANDIDATE)
