"""One Side alone: what the other sent by letter, in a file or said at the table, entered as our account of it and never as its act.

When the other Side has a node, it confirms or corrects each entry; until then what it is said to agree to stands "by account".
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit.errors import NotFound
from cochair.kit.ids import parse_id
from cochair.protocol import rules
from cochair.protocol.contents import TextContent
from cochair.protocol.drafts import position
from cochair.protocol.endings import current
from cochair.protocol.operations import check_language, opened, provision_of
from cochair.protocol.queries import instrument
from cochair.protocol.text import Text, dump
from cochair.record import queries
from cochair.record.node import Draft

if TYPE_CHECKING:
    from cochair.record.node import Node


class Told(NamedTuple):
    """How the other Side let us know: who, by which paper, under its number and date; ``how``: letter, word (a file) or said."""

    side: str
    how: str = "letter"
    paper: str | None = None
    number: str = ""
    dated: str = ""


def enter_text(node: "Node", room: str, actor: Actor, provision: str, lang: str, text: Text, told: Told) -> str:
    """Enter a wording that the other Side sent while it has no node: our account of it, never its act -> the entry."""
    rights.require(actor, "received.enter", node.side)
    id_, kind = provision_of(node, room, provision)
    _, spoken, sides = opened(node, room, id_)
    check_language(spoken, lang)
    text = rules.clean_text(text)
    rules.check_text(text, lang, kind, {*sides, told.side})
    draft = account(position(parse_id(provision).log, "text", provision, lang, TextContent(node.put_paper(room, dump(text)))), told)
    return node.write(room, [draft])[0]


def enter_agreement(node: "Node", room: str, actor: Actor, id_: str, told: Told, provisions: Iterable[str] = ()) -> list[str]:
    """Enter that the other Side agrees to the instrument, its order and our wordings (of these provisions, or of all) -> the entries."""
    rights.require(actor, "received.enter", node.side)
    log, wanted = current(node, room, id_), set(provisions)
    with node.read() as tx:
        states = [instrument(tx, room, id_), *queries.matters(tx, room, "protocol.order", id_)]
        for kind in ("protocol.provision", "protocol.text"):
            found = queries.matters(tx, room, kind)
            states += [one for one in found if parse_id(one.subject).log == log and (not wanted or one.subject in wanted)]
    drafts = [
        account(Draft("record" if one.kind == "protocol.instrument" else log, "position", ours.schema, body), told)
        for one in states
        if (ours := one.positions.get(node.side)) is not None and ours.content is not None
        for body in [{"subject": one.subject, "part": one.part, "content": ours.content, "level": "agreed"}]
        if one.standing not in ("agreed", "account")
    ]
    if not drafts:
        raise NotFound("There is nothing of ours to which the other Side could have agreed", "Propose a text first")
    return node.write(room, drafts)


def account(held: Draft, told: Told) -> Draft:
    """A position as the other Side would have written it -> our *received* entry about it."""
    body = {"as": "position", "schema": held.schema, **held.body}
    sent = {"from": told.side, "paper": told.paper, "number": told.number, "dated": told.dated, "how": told.how, "account": body}
    return Draft(held.log, "statement", "record.received/1", sent)
