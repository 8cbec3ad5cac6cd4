"""What an agreed consent does: one row. A pure function of that one matter.

Only the Sides' own words count: what one Side has merely by account of the other, or agreed subject to its capital, publishes nothing.
"""

from collections.abc import Iterator

from cochair.publication.contents import ITEMS, Consent
from cochair.publication.tables import CONSENT, TABLES
from cochair.record.registry import MatterKind, MatterView, Row, Stage


def on_agreed(view: MatterView) -> Iterator[Row]:
    """A consent of all Sides -> one row; an unknown part, an account, or *ad referendum* -> nothing."""
    consent: Consent = view.content
    bound = (view.part == "text") == (consent.manifest is not None)
    if view.standing == "agreed" and view.level == "agreed" and view.part in ITEMS and bound:
        yield Row(CONSENT.name, {"subject": view.subject, "item": view.part, "manifest": consent.manifest})


STAGE = Stage(
    "publication",
    matters=(MatterKind("publication.consent", 1, Consent, "record", introduces=False, title="Consent to publish"),),
    tables=TABLES,
    on_agreed=on_agreed,
)
