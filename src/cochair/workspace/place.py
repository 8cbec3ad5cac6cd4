"""Where a page stands and who reads it: the node, one room, the reader's Side, and what the reader may do on a body.

Each view of a room begins with ``place = enter(request, slug)``; the specimen banner then follows the room.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from babel import Locale
from django.http import HttpRequest
from django.utils.translation import get_language

from cochair.accounts import rights
from cochair.accounts.here import get_node
from cochair.accounts.pages import in_room
from cochair.accounts.rights import Actor
from cochair.accounts.seats import actor_of
from cochair.bodies import queries as bodies
from cochair.kit.errors import Denied, NotFound, Rejected
from cochair.kit.ids import check_side
from cochair.record import queries as record
from cochair.record.node import Node
from cochair.record.queries import Tx


class Place(NamedTuple):
    """One room as a signed-in person of this node's Side stands in it. ``sides``: the room's Sides, the own one first."""

    request: HttpRequest
    node: Node
    room: str
    slug: str
    sides: tuple[str, ...]

    @property
    def side(self) -> str:
        """The reader's own Side."""
        return self.node.side

    @property
    def others(self) -> tuple[str, ...]:
        """The other Sides of the room."""
        return self.sides[1:]

    @property
    def today(self) -> str:
        """The day by the node's clock, as ``2026-02-28``."""
        return self.node.clock.now()[:10]

    def actor(self, tx: Tx | None = None, body: str | None = None) -> Actor:
        """Who acts here: by the seats that hold in this room, on this body and on those above it. Raises Denied for another Side's person."""
        above = frozenset({body, *bodies.ancestors(tx, self.room, body, self.side)}) if tx is not None and body else frozenset()
        found = actor_of(self.request.user, self.node.side, room=self.room, bodies=frozenset(one for one in above if one))
        if found.side != self.node.side:
            raise Denied("Only the Side of this node acts here", "Open your own node")
        return found

    def somewhere(self, right: str) -> bool:
        """Whether any seat of the reader holds a right, on whichever body: decides what a page lists at all."""
        return rights.may(actor_of(self.request.user, self.node.side), right)

    def may(self, right: str, tx: Tx | None = None, body: str | None = None) -> bool:
        """Whether the reader holds a right here: decides which buttons are drawn; the operations ask again."""
        return rights.may(self.actor(tx, body), right)


def enter(request: HttpRequest, slug: str) -> Place:
    """The room of this name. Raises NotFound."""
    for place in places(request):
        if place.slug == slug:
            in_room(request, place.room)
            return place._replace(sides=tuple(dict.fromkeys((*place.sides, *_asked_for(request, place.node)))))
    raise NotFound("This node is in no room called {slug!r}", "Start from Home", slug=slug[:40])


def places(request: HttpRequest) -> Iterator[Place]:
    """All rooms of the node, by slug."""
    node = get_node()
    found = [(str(node.terms(room)["slug"]), room) for room in node.rooms()]
    for slug, room in sorted(found):
        yield Place(request, node, room, slug, sides_of(node, room))


def sides_of(node: Node, room: str) -> tuple[str, ...]:
    """The Sides of a room, the node's own first: those of the terms, and while one works alone whoever it names in its bodies or has received from."""
    named = {one["side"] for one in node.terms(room)["sides"]} | set(node.peers(room))
    if len(named) == 1:
        with node.read() as tx:
            named |= {one.source for one in record.received(tx, room)}
            named |= {side for one in bodies.bodies(tx, room, node.side) for side in one.content.names}
    return (node.side, *sorted(named - {node.side}))


def _asked_for(request: HttpRequest, node: Node) -> list[str]:
    """Sides that a page is asked to speak of before anything names them: ``?side=RU``, for a Side that begins alone."""
    found = []
    for code in request.GET.getlist("side")[:4]:
        with suppress(Rejected):
            found.append(check_side(code.strip().upper()))
    return [code for code in found if code != node.side]


def side_name(side: str) -> str:
    """``"IN" -> "India"``, in the page's language; a code that is no territory is shown as it is."""
    return str(Locale(get_language() or "en").territories.get(side, side))


def side_names(place: Place) -> dict[str, str]:
    """Code -> name of each Side of the room."""
    return {side: side_name(side) for side in place.sides}
