"""What a person can do about bodies: rights, courtesy rules, clean text, one entry. Each returns the id of the entry.

For a matter, ``subject="self"`` (the default) introduces a new body; an id makes a counter-proposal on that body. Accepting and withdrawing are the
same for every matter and stand in ``record.positions``.
"""

import msgspec

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.bodies import queries, rules
from cochair.bodies.contents import Body, Designee, Holder, Person, Post, Rules
from cochair.kit import canonical
from cochair.kit.errors import NotFound
from cochair.record import positions
from cochair.record import queries as record
from cochair.record.node import Node
from cochair.record.positions import Level

MATTER_RIGHTS = {"bodies.body": "body.propose", "bodies.rules": "body.propose"}
"""Matter kind -> the right that proposing, accepting and withdrawing ask for."""


def propose_body(node: Node, room: str, actor: Actor, content: Body, *, subject: str = "self", level: Level = "agreed") -> str:
    """Propose a commission, working group or sub-group."""
    rights.require(actor, "body.propose", node.side)
    with node.read() as tx:
        above = [content.parent, *queries.ancestors(tx, room, content.parent, node.side)] if content.parent else []
    rules.body(content, own_id=None if subject == "self" else subject, ancestors=[one for one in above if one])
    return positions.propose(node, room, "bodies.body", content, subject=subject, level=level)


def propose_rules(node: Node, room: str, actor: Actor, body: str, content: Rules, *, level: Level = "agreed") -> str:
    """Propose a body's rules."""
    rights.require(actor, "body.propose", node.side)
    rules.rules(content)
    return positions.propose(node, room, "bodies.rules", content, subject=body, level=level)


def add_post(node: Node, room: str, actor: Actor, content: Post) -> str:
    """Say that our Side has this post on a body; the id names the post."""
    rights.require(actor, "post.state", node.side)
    rules.post(content)
    return positions.say(node, room, "bodies.post", content)


def put_person(node: Node, room: str, actor: Actor, content: Person) -> str:
    """Keep what is to be known of a person as a paper of its own -> paper id."""
    rights.require(actor, "person.state", node.side)
    rules.person(content)
    return node.put_paper(room, canonical.dumps(positions.plain(content)))


def name_holder(node: Node, room: str, actor: Actor, content: Holder) -> str:
    """Say who holds a post of our Side."""
    rights.require(actor, "post.state", node.side)
    rules.holder(content)
    return positions.say(node, room, "bodies.holder", content)


def end_holder(node: Node, room: str, actor: Actor, holder: str, until: str) -> str:
    """Say that a holder of a post of our Side leaves it after the day ``until``."""
    rights.require(actor, "post.state", node.side)
    with node.read() as tx:
        said = {one.id: one for one in record.statements(tx, room, "bodies.holder/1") if one.side == node.side}
    if holder not in said:
        raise NotFound(
            "{holder!r} is not a standing entry of our Side on a holder", "Open the post and choose its holder", holder=holder[:40]
        )
    ended = msgspec.structs.replace(msgspec.convert(said[holder].content, Holder), until=until)
    rules.holder(ended)
    return str(positions.say_anew(node, room, "bodies.holder", holder, ended))


def name_designee(node: Node, room: str, actor: Actor, content: Designee) -> str:
    """Say who acts for a post of our Side at one meeting, by letter."""
    rights.require(actor, "post.state", node.side)
    rules.designee(content)
    return positions.say(node, room, "bodies.designee", content)
