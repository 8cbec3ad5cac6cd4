"""What the other Side sent by letter, in Word or said at the table: entered here as our account, later confirmed or corrected by that Side.

Rules:
 1. An account has the form that the other Side would have written itself: a position on a matter, or a statement. It never counts as its act.
 2. The paper that came is kept with it, and the number and date that it bears.
 3. The Side of which it speaks answers each account once. *Confirms* makes it that Side's own word, so the papers it names must be at hand; of several
    accounts on one matter the earlier is answered first, because the last word stands.
 4. *Corrects* names an own entry of that Side, so the right wording is written first. A Side that has a position of its own corrects by it.
"""

from typing import Any, Literal

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit import text
from cochair.kit.errors import CochairError, Conflict, NotFound
from cochair.meetings.queries import to_confirm
from cochair.record import positions
from cochair.record import queries as record
from cochair.record.fields import day
from cochair.record.node import Draft, Node
from cochair.record.positions import Level
from cochair.record.queries import ReceivedState
from cochair.record.registry import Content

How = Literal["letter", "word", "said"]


def account_of_position(
    node: Node, kind: str, content: Content | None, *, subject: str = "self", part: str = "", level: Level = "agreed"
) -> dict[str, Any]:
    """What the other Side proposes, or with ``None`` that it withdrew its proposal, as an account."""
    positions.matter_kind(node.registry, kind)
    schema = f"{kind}/{content.version() if content else 1}"
    plain = None if content is None else positions.plain(content)
    return {"as": "position", "schema": schema, "subject": subject, "part": part, "content": plain, "level": level}


def account_of_statement(node: Node, kind: str, content: Content) -> dict[str, Any]:
    """What the other Side states, as an account."""
    positions.statement_kind(node.registry, kind)
    return {"as": "statement", "schema": f"{kind}/{content.version()}", "subject": "self", "content": positions.plain(content)}


def enter_received(
    node: Node,
    room: str,
    actor: Actor,
    *,
    from_side: str,
    account: dict[str, Any],
    how: How,
    paper: bytes | None = None,
    number: str = "",
    dated: str = "",
) -> str:
    """Enter what came from ``from_side`` -> id of the entry, which also names a thing that the account introduces.

    ``paper``: the letter or file itself; ``account``: made by `account_of_position` or `account_of_statement`.
    """
    rights.require(actor, "received.enter", node.side)
    if from_side == node.side:
        raise CochairError("This would be received from our own Side", "Choose the Side that sent it")
    if how == "letter" and paper is None:
        raise CochairError("A letter is entered with its paper", "Attach the scan or the file, or say that it was said at the table")
    if dated:
        day(dated)
    positions.held(node, room, account["content"])
    kept = None if paper is None else node.put_paper(room, paper)
    body = {"from": from_side, "paper": kept, "number": text.clean(number), "dated": dated, "how": how, "account": account}
    return node.write(room, [Draft("record", "statement", "record.received/1", body)])[0]


def take_back_received(node: Node, room: str, actor: Actor, received: str) -> None:
    """Take back an account of ours that was entered wrongly; it stays readable and no longer feeds anything."""
    rights.require(actor, "received.enter", node.side)
    positions.say_anew(node, room, "", received, None)


def confirm_received(node: Node, room: str, actor: Actor, received: str) -> str:
    """Say for our Side: what they entered as received from us is right. From now on it is our own word."""
    rights.require(actor, "received.answer", node.side)
    one = _waiting(node, room, received)
    if one.account["as"] == "position":
        _position_may_be_confirmed(node, room, one)
    positions.held(node, room, one.account["content"])
    return _answer(node, room, "record.confirms/1", {"target": received})


def _position_may_be_confirmed(node: Node, room: str, one: ReceivedState) -> None:
    kind = node.registry.matters[one.account["schema"]].name
    matter = _matter(one)
    with node.read() as tx:
        state = record.matter(tx, room, kind, matter[1], matter[2])
        earlier = [each for each in to_confirm(tx, room, node.side) if each.by == one.by and _matter(each) == matter]
    ours = state.positions.get(node.side) if state is not None else None
    if ours is not None and not _was_confirmed(node, room, ours.id) and ours.content != one.account["content"]:
        raise Conflict("Your Side has a position of its own here, which differs", "Correct the account by that position")
    if earlier and earlier[0].id != one.id:
        raise Conflict(
            "An earlier account on the same matter waits for your answer", "Answer {id} first: the last word stands", id=earlier[0].id
        )


def _was_confirmed(node: Node, room: str, entry: str) -> bool:
    """Whether a position of ours stems from a confirmed account: a later account may then follow it."""
    with node.read() as tx:
        return any(one.answer_id == entry for one in record.received(tx, room, node.side))


def _matter(one: ReceivedState) -> tuple[str, str, str]:
    subject = one.id if one.account["subject"] == "self" else one.account["subject"]
    return one.account["schema"].partition("/")[0], subject, one.account.get("part", "")


def correct_received(node: Node, room: str, actor: Actor, received: str, *, by: str | None = None, content: Content | None = None) -> str:
    """Say for our Side: not so, but as in our entry ``by``, or as in ``content``, which is written first in the form of the account."""
    rights.require(actor, "received.answer", node.side)
    one = _waiting(node, room, received)
    if by is None:
        by = _write_instead(node, room, one, content)
    return _answer(node, room, "record.corrects/1", {"target": received, "with": by})


def _write_instead(node: Node, room: str, one: ReceivedState, content: Content | None) -> str:
    kind, subject, part = _matter(one)
    if content is None:
        raise CochairError("A correction says what is right", "Enter the right wording, or name your Side's entry that holds it")
    if one.account["as"] == "statement":
        return positions.say(node, room, kind, content)
    return positions.propose(node, room, kind, content, subject=subject, part=part, level=one.account.get("level", "agreed"))


def _answer(node: Node, room: str, schema: str, body: dict[str, Any]) -> str:
    return node.write(room, [Draft("record", "statement", schema, body)])[0]


def _waiting(node: Node, room: str, received: str) -> ReceivedState:
    with node.read() as tx:
        for one in to_confirm(tx, room, node.side):
            if one.id == received:
                return one
    raise NotFound(
        "{received!r} does not wait for an answer of your Side", "Open the list of what waits to be confirmed", received=received[:40]
    )
