"""Joint tables of meetings. What differs per language is one column of canonical JSON: pages pick, the database never searches in it."""

from cochair.record.registry import Column, Table

_STANDS = (Column("standing"), Column("level"))
_SAID = (Column("id"), Column("side"), Column("account"))

SESSION = Table(
    "meetings_session",
    "record",
    (
        Column("id"),
        *_STANDS,
        Column("body"),
        Column("kind"),
        Column("ordinals"),
        Column("previous", null=True),
        Column("host", null=True),
    ),
    key=("id",),
    indexes=(("body",),),
)
DATES = Table(
    "meetings_dates",
    "record",
    (
        Column("session"),
        *_STANDS,
        Column("first_day"),
        Column("last_day"),
        Column("place"),
        Column("venue"),
        Column("timezone"),
        Column("form"),
        Column("state"),
    ),
    key=("session",),
    indexes=(("first_day",),),
)
AGENDA = Table("meetings_agenda", "record", (Column("session"), *_STANDS, Column("paper", null=True)), key=("session",))
ITEM = Table(
    "meetings_item",
    "record",
    (
        Column("session"),
        *_STANDS,
        Column("place", "int"),
        Column("no"),
        Column("title"),
        Column("emerging", "int"),
        Column("body", null=True),
    ),
    key=("session", "place"),
)
DELEGATE = Table(
    "meetings_delegate",
    "record",
    (
        *_SAID,
        Column("session"),
        Column("page", "int"),
        Column("line", "int"),
        Column("place", "int"),
        Column("person"),
        Column("role"),
        Column("kind"),
        Column("post", null=True),
        Column("on_behalf_of", null=True),
    ),
    key=("id", "line"),
    indexes=(("session", "side"),),
    by_source=True,
)
FREEZE = Table(
    "meetings_freeze", "record", (*_SAID, Column("session"), Column("pages")), key=("id",), indexes=(("session", "side"),), by_source=True
)
CHANGE = Table(
    "meetings_change",
    "record",
    (
        *_SAID,
        Column("session"),
        Column("gone", null=True),
        Column("joined", null=True),
        Column("letter", null=True),
    ),
    key=("id",),
    indexes=(("session", "side"),),
    by_source=True,
)
REPORT = Table(
    "meetings_report",
    "record",
    (*_SAID, Column("session"), Column("body"), Column("joint", "int"), Column("papers"), Column("dated", null=True)),
    key=("id",),
    indexes=(("session",),),
    by_source=True,
)
LETTER = Table(
    "meetings_letter",
    "record",
    (
        *_SAID,
        Column("number"),
        Column("dated"),
        Column("addressee"),
        Column("about"),
        Column("paper"),
        Column("session", null=True),
        Column("answers", null=True),
    ),
    key=("id",),
    indexes=(("session",), ("dated",)),
    by_source=True,
)
RECEIPT = Table(
    "meetings_receipt",
    "record",
    (*_SAID, Column("letter"), Column("number"), Column("received")),
    key=("id",),
    indexes=(("letter",),),
    by_source=True,
)
DECLARATION = Table(
    "meetings_declaration",
    "record",
    (*_SAID, Column("session"), Column("item"), Column("title"), Column("papers")),
    key=("id",),
    indexes=(("session",),),
    by_source=True,
)
TABLES = (SESSION, DATES, AGENDA, ITEM, DELEGATE, FREEZE, CHANGE, REPORT, LETTER, RECEIPT, DECLARATION)
