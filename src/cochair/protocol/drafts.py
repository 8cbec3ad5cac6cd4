"""Entries as the operations compose them, before they are written in one batch: what is a position, what accepting one means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from cochair.kit.errors import Conflict
from cochair.kit.ids import parse_id
from cochair.protocol import rules
from cochair.protocol.contents import Order, OrderRow, Provision, TextContent
from cochair.protocol.endings import current
from cochair.protocol.queries import content_of
from cochair.protocol.texts import read
from cochair.record import queries
from cochair.record.node import Draft
from cochair.record.queries import MatterState

if TYPE_CHECKING:
    from cochair.record.node import Node


def position(log: str, kind: str, subject: str, part: str, content: msgspec.Struct | None, level: str = "agreed") -> Draft:
    """A position of ours on a matter of this stage, by the short name of its kind; ``content`` None withdraws."""
    plain = None if content is None else msgspec.json.decode(msgspec.json.encode(content))
    return Draft(log, "position", f"protocol.{kind}/1", {"subject": subject, "part": part, "content": plain, "level": level})


def joining(node: "Node", room: str, provision: str) -> list[Draft]:
    """Our position on the existence of a provision of the other Side, where we have none yet."""
    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.provision", provision)
    if state is None or node.side in state.positions:
        return []
    content = content_of(state)
    return [] if content is None else [position(parse_id(provision).log, "provision", provision, "", msgspec.convert(content, Provision))]


def _theirs(state: MatterState, side: str) -> dict[str, Any]:
    return {name: one for name, one in state.positions.items() if name != side and one.content is not None}


def acceptance(node: "Node", room: str, provision: str, langs: tuple[str, ...], level: str) -> list[Draft]:
    """Take the other Side's wording in these languages (none named: all), read and safe. Raises Conflict when it is not the only one."""
    with node.read() as tx:
        states = {one.part: one for one in queries.matters(tx, room, "protocol.text", provision)}
    drafts: list[Draft] = []
    for lang in langs or tuple(states):
        theirs = _theirs(states[lang], node.side) if lang in states else {}
        papers = {one.content["paper"] for one in theirs.values()}
        if len(papers) > 1:
            raise Conflict("More than one other Side proposes here, and not the same", "Propose the wording you prefer")
        ours = states[lang].positions.get(node.side) if lang in states else None
        for paper in papers:
            if ours is not None and ours.content == {"paper": paper} and ours.level == level:
                continue
            read(node, room, paper, lang)
            drafts.append(position(parse_id(provision).log, "text", provision, lang, TextContent(paper), level))
    return drafts


def order(node: "Node", room: str, id_: str, rows: Sequence[OrderRow]) -> list[Draft]:
    """This order as our position, page by page, leaving out what we hold already."""
    with node.read() as tx:
        before = queries.matters(tx, room, "protocol.order", id_)
    held = {one.part: one.positions[node.side].content for one in before if node.side in one.positions}
    log = current(node, room, id_)
    drafts = [position(log, "order", id_, part, Order(page)) for part, page in rules.pages(rows, len(before))]
    return [draft for draft in drafts if draft.body["content"] != held.get(draft.body["part"])]


def order_acceptance(node: "Node", room: str, id_: str) -> list[Draft]:
    """Take the other Side's order, page by page."""
    with node.read() as tx:
        pages = queries.matters(tx, room, "protocol.order", id_)
    drafts = []
    for page in pages:
        ours = page.positions.get(node.side)
        drafts += [
            position(current(node, room, id_), "order", id_, page.part, msgspec.convert(theirs.content, Order))
            for theirs in _theirs(page, node.side).values()
            if ours is None or ours.content != theirs.content
        ]
    return drafts


def free_number(node: "Node", room: str, provision: str, lang: str) -> int:
    """The first number under which our Side keeps no other wording of this text."""
    with node.read() as tx:
        parts = {one.part for one in queries.matters(tx, room, "protocol.alternative", provision) if node.side in one.positions}
    return next(n for n in range(len(parts) + 1) if f"{lang}/{node.side}/{n}" not in parts)
