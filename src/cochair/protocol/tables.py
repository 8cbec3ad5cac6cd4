"""The joint tables of the protocol stage. Texts under negotiation are working rows; what was adopted and signed is of the record."""

from cochair.record.registry import Column, Table

INSTRUMENT = Table(
    "protocol_instrument",
    "record",
    (
        Column("instrument"),
        Column("session"),
        Column("kind"),
        Column("prevailing", null=True),
        Column("follows", null=True),
        Column("level"),
        Column("standing"),
    ),
    key=("instrument",),
    indexes=(("session",),),
)
LANGUAGE = Table(
    "protocol_language",
    "record",
    (Column("instrument"), Column("place", "int"), Column("lang"), Column("status")),
    key=("instrument", "lang"),
)
SIGNATORY = Table(
    "protocol_signatory",
    "record",
    (Column("statement"), Column("side"), Column("account"), Column("instrument"), Column("post"), Column("designee", null=True)),
    key=("statement",),
    indexes=(("instrument",),),
    by_source=True,
)
PROVISION = Table(
    "protocol_provision",
    "working",
    (Column("instrument"), Column("provision"), Column("kind"), Column("parent", null=True), Column("level"), Column("standing")),
    key=("provision",),
    indexes=(("instrument",),),
)
TEXT = Table(
    "protocol_text",
    "working",
    (Column("instrument"), Column("provision"), Column("lang"), Column("paper"), Column("level"), Column("standing")),
    key=("provision", "lang"),
    indexes=(("instrument",),),
)
ORDER = Table(
    "protocol_order",
    "working",
    (
        Column("instrument"),
        Column("page", "int"),
        Column("place", "int"),
        Column("provision"),
        Column("no"),
        Column("parent", null=True),
        Column("standing"),
    ),
    key=("instrument", "page", "place"),
)
STEP = Table(
    "protocol_step",
    "record",
    (Column("instrument"), Column("slot"), Column("step", "int"), Column("manifest"), Column("cites", null=True), Column("session")),
    key=("instrument", "slot", "step"),
    indexes=(("session",),),
)
ADOPTED = Table(
    "protocol_adopted",
    "record",
    (
        Column("instrument"),
        Column("manifest"),
        Column("slot"),
        Column("step", "int"),
        Column("place", "int"),
        Column("provision"),
        Column("kind"),
        Column("parent", null=True),
        Column("no"),
        Column("lang"),
        Column("paper"),
        Column("predecessor", null=True),
    ),
    key=("manifest", "provision", "lang"),
    indexes=(("instrument", "slot"),),
)
ORIGINAL = Table(
    "protocol_original",
    "record",
    (Column("instrument"), Column("manifest"), Column("holder"), Column("languages"), Column("length", "int"), Column("sha256")),
    key=("manifest", "holder"),
)

TABLES = (INSTRUMENT, LANGUAGE, SIGNATORY, PROVISION, TEXT, ORDER, STEP, ADOPTED, ORIGINAL)
