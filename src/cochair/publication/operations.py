"""What a person does about publishing: consent, take it back, accept what the other Side proposes. One entry each, all in one write.

Each act names what our Side consents to; that the other Side does too is what makes it public. A text can be published once it is sealed, and what is
consented to is that wording.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from cochair.accounts.rights import Actor, require
from cochair.kit.errors import Conflict, NotFound, Rejected
from cochair.protocol.history import sealed_texts
from cochair.publication.contents import ITEMS_OF, NEEDS, Consent, Item
from cochair.record import queries
from cochair.record.node import Draft
from cochair.record.queries import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

SCHEMA = "publication.consent/1"


def kind_of(tx: Tx, room: str, subject: str) -> str:
    """The kind of a thing that can be published, ``"meetings.session"``. Raises NotFound."""
    for kind in ITEMS_OF:
        if queries.matter(tx, room, kind, subject) is not None:
            return kind
    raise NotFound(
        "There is nothing called {subject!r} that could be published", "Choose a body, a session or a protocol", subject=subject[:40]
    )


def consent(node: "Node", room: str, actor: Actor, subject: str, *items: Item) -> list[str]:
    """Our Side consents to publish these of a thing, besides what it consented to before -> ids of the entries (none where nothing changes).

    Raises Denied, NotFound; Rejected for an item that this thing does not have, or without what it needs; Conflict for a text that is not sealed.
    """
    return state(node, room, actor, {subject: {*ours(node, room, subject), *items}})


def withdraw(node: "Node", room: str, actor: Actor, subject: str, *items: Item) -> list[str]:
    """Our Side takes its consent to these back, with what needs them; they cease to be public on every node that learns of it -> ids of the entries."""
    gone = set(items)
    while more := {item for item, need in NEEDS.items() if need in gone} - gone:
        gone |= more
    return state(node, room, actor, {subject: set(ours(node, room, subject)) - gone})


def accept(node: "Node", room: str, actor: Actor, subject: str) -> list[str]:
    """Consent to all that the other Side proposes to publish of a thing -> ids of the entries. Raises NotFound when it proposes nothing more."""
    require(actor, "publication.consent", node.side)
    with node.read() as tx:
        found = queries.matters(tx, room, "publication.consent", subject)
        offered = {one.part: position.content for one in found for side, position in one.positions.items() if side != node.side}
    mine = _contents(node, room, subject)
    drafts = [_draft(subject, part, content) for part, content in offered.items() if content is not None and mine.get(part) != content]
    if not drafts:
        raise NotFound("The other Side proposes nothing that we do not consent to already", "There is nothing to accept")
    return node.write(room, drafts)


def state(node: "Node", room: str, actor: Actor, wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """Make these our Side's consents: thing -> all that may be published of it -> ids of the entries. Things not named stay as they are."""
    require(actor, "publication.consent", node.side)
    drafts: list[Draft] = []
    for subject, names in wanted.items():
        items, mine = set(names), _contents(node, room, subject)
        with node.read() as tx:
            possible = ITEMS_OF[kind_of(tx, room, subject)]
        if strange := items - set(possible):
            raise Rejected(
                "{item!r} cannot be published of this", "Choose out of: {possible}", item=min(strange)[:40], possible=", ".join(possible)
            )
        for item in possible:
            if item in items and (need := NEEDS.get(item)) is not None and need not in items:
                raise Rejected("{item} cannot be published without {need}", "Consent to {need} too", item=item, need=need)
            if item in items and mine.get(item) is None:
                drafts.append(_draft(subject, item, msgspec.to_builtins(_made(node, room, subject, item))))
            elif item not in items and mine.get(item) is not None:
                drafts.append(_draft(subject, item, None))
    return node.write(room, drafts) if drafts else []


def ours(node: "Node", room: str, subject: str) -> set[str]:
    """What our Side consents to publish of a thing."""
    return {part for part, content in _contents(node, room, subject).items() if content is not None}


def _contents(node: "Node", room: str, subject: str) -> dict[str, object]:
    with node.read() as tx:
        found = queries.matters(tx, room, "publication.consent", subject)
    return {one.part: one.positions[node.side].content for one in found if node.side in one.positions}


def _made(node: "Node", room: str, subject: str, item: str) -> Consent:
    if item != "text":
        return Consent()
    with node.read() as tx:
        sealed = sealed_texts(tx, room, subject)
    if not sealed:
        raise Conflict("The text is not adopted yet, so there is no wording to publish", "Consent to it once it is sealed")
    return Consent(manifest=sealed[0].manifest)


def _draft(subject: str, item: str, content: object) -> Draft:
    return Draft("record", "position", SCHEMA, {"subject": subject, "part": item, "content": content, "level": "agreed"})
