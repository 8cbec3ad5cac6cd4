"""What the Sides say about publishing: each consent on its own, nothing by default.

Whether something may be read by anybody is a matter like any other: it is public while every Side names it, and ceases to be when one takes its position
back. What the Sides consent to is said by the part of the matter, so that the text of a protocol can stay closed while its existence is known.
"""

from typing import Literal, get_args

from cochair.record.fields import Digest
from cochair.record.registry import Content

Item = Literal["existence", "text", "proof", "actions", "status", "date-passed"]
ITEMS: tuple[Item, ...] = get_args(Item)
ITEMS_OF: dict[str, tuple[Item, ...]] = {
    "bodies.body": ("existence",),
    "meetings.session": ("existence", "actions", "status", "date-passed"),
    "protocol.instrument": ("existence", "text", "proof"),
}
"""Kind of the subject -> what can be published of it, each after what it needs."""
NEEDS: dict[Item, Item] = {"text": "existence", "proof": "text", "actions": "existence", "status": "actions", "date-passed": "actions"}
"""What must be public of the same thing before an item is shown."""


class Consent(Content, frozen=True, gc=False):
    """`publication.consent/1`, a matter on a body, a session or an instrument, part = what is published of it (``ITEMS``).

    A consent to a text names the sealed manifest whose wording it publishes: a later correction is not public until the Sides say so.
    """

    manifest: Digest | None = None
