"""Joint tables of the tree of bodies. What differs per language is one column of canonical JSON: pages pick, the database never searches in it."""

from cochair.record.registry import Column, Table

BODY = Table(
    "bodies_body",
    "record",
    (
        Column("id"),
        Column("standing"),
        Column("level"),
        Column("kind"),
        Column("code"),
        Column("parent", null=True),
        Column("reports_to", null=True),
        Column("names"),
        Column("terms"),
        Column("terms_paper", null=True),
    ),
    key=("id",),
    indexes=(("parent",),),
)
RULES = Table("bodies_rules", "record", (Column("body"), Column("standing"), Column("level"), Column("content")), key=("body",))
POST = Table(
    "bodies_post",
    "record",
    (Column("id"), Column("side"), Column("account"), Column("body"), Column("kind"), Column("place", "int"), Column("titles")),
    key=("id",),
    indexes=(("body",),),
    by_source=True,
)
HOLDER = Table(
    "bodies_holder",
    "record",
    (
        Column("id"),
        Column("side"),
        Column("account"),
        Column("post"),
        Column("person"),
        Column("office"),
        Column("office_paper", null=True),
        Column("since", null=True),
        Column("until", null=True),
    ),
    key=("id",),
    indexes=(("post",),),
    by_source=True,
)
DESIGNEE = Table(
    "bodies_designee",
    "record",
    (
        Column("id"),
        Column("side"),
        Column("account"),
        Column("post"),
        Column("meeting"),
        Column("person"),
        Column("letter", null=True),
    ),
    key=("id",),
    indexes=(("meeting",), ("post",)),
    by_source=True,
)
TABLES = (BODY, RULES, POST, HOLDER, DESIGNEE)
