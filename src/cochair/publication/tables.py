"""The one joint table of publication: what every Side consents to publish. It belongs to the digest of the record."""

from cochair.record.registry import Column, Table

CONSENT = Table(
    "publication_consent",
    "record",
    (Column("subject"), Column("item"), Column("manifest", null=True)),
    key=("subject", "item"),
)
TABLES = (CONSENT,)
