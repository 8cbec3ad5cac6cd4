"""Who may do what: one table, deny by default. What is not in the table nobody may do, and an unknown action is denied like a forbidden one.

A right says that a person may act *for the own Side*; what the act then means is decided by the record. Roles: ``secretary`` (executive secretary of a
Side: invites, exchanges, holds the pen), ``cochair`` (decides and signs), ``lead`` (reports on what is theirs), ``member`` (delegate: reads and comments),
``observer`` (reads what is agreed), ``operator`` (runs the node; sees that the record is sound, not what is negotiated).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cochair.kit.errors import Denied

ROLES = frozenset({"secretary", "cochair", "lead", "member", "observer", "operator"})


@dataclass(frozen=True)
class Actor:
    """Somebody who acts on this node: Side, name as pages print it, and the roles that their seats give in this room and on this body."""

    side: str
    name: str
    roles: frozenset[str]


_PEN = frozenset({"secretary", "cochair"})
_SECRETARY = frozenset({"secretary"})
_COCHAIR = frozenset({"cochair"})
_REPORT = _PEN | {"lead"}
_NEGOTIATE = _REPORT | {"member"}
_READ = _NEGOTIATE | {"observer"}

RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # bodies
        "body.propose": _PEN,
        "person.state": _SECRETARY,
        "post.state": _PEN,
        # meetings
        "session.propose": _PEN,
        "dates.propose": _PEN,
        "agenda.propose": _PEN,
        "delegation.state": _SECRETARY,
        "delegation.freeze": _SECRETARY,
        "declaration.state": _PEN,
        "letter.state": _SECRETARY,
        "received.enter": _SECRETARY,
        "received.answer": _PEN,
        # follow-up
        "area.propose": _PEN,
        "project.propose": _PEN,
        "action.propose": _PEN,
        "lead.state": _PEN,
        "report.state": _REPORT,
        "assessment.propose": _PEN,
        "way_forward.propose": _PEN,
        # protocol
        "protocol.open": _PEN,
        "protocol.propose": _PEN,
        "protocol.accept": _PEN,
        "protocol.withdraw": _PEN,
        "protocol.concordance": _PEN,
        "protocol.comment": _NEGOTIATE,
        "protocol.signatory": _PEN,
        "working.end": _PEN,
        "manifest.prepare": _PEN,
        "mandate.file": _SECRETARY,
        "seal.file": _COCHAIR,
        "seal.attest": _PEN,
        "seal.revoke": _COCHAIR,
        "seal.find": _PEN,
        # exchange and publication
        "exchange.run": _SECRETARY | {"operator"},
        "bundle.write": _SECRETARY | {"operator"},
        "bundle.read": _SECRETARY | {"operator"},
        "paper.disclose": _SECRETARY,
        "publication.consent": _PEN,
        # reading and running
        "record.view": _READ | {"operator"},
        "matter.view": _READ,
        "negotiation.view": _NEGOTIATE,
        "press.read": _READ,
        "press.keep": _NEGOTIATE,
        "internal.view": _NEGOTIATE,
        "node.operate": frozenset({"operator"}),
    }
)


class NoRight(Denied):
    """None of the actor's roles holds the right to ``action``; ``roles`` hold it."""

    def __init__(self, who: str, action: str, roles: frozenset[str]) -> None:
        named = ", ".join(sorted(roles))
        super().__init__(f"{who} may not do this ({action})", f"It is open to: {named}" if named else "No role holds this right")
        self.action = action
        self.roles = roles


def may(actor: Actor, action: str) -> bool:
    """Whether one of the actor's roles holds the right; False for an unknown action."""
    return bool(RIGHTS.get(action, frozenset()) & actor.roles)


def require(actor: Actor, action: str, side: str | None = None) -> None:
    """Return if one of the actor's roles holds the right; else, and for an unknown action, raise `Denied`.

    ``side``: the Side of the node on which the actor acts. Every operation names it: whoever is of another Side does nothing here, whatever his roles.
    """
    if side is not None and actor.side != side:
        raise Denied(
            "{name} is of {side} and does not act for {side2}",
            "Act on the node of your own Side",
            name=actor.name,
            side=actor.side,
            side2=side,
        )
    if not may(actor, action):
        raise NoRight(actor.name, action, RIGHTS.get(action, frozenset()))
