"""From an account to who acts: the roles of a person's seats, in one value that the operations check."""

from typing import Any

from cochair.accounts.rights import Actor


def actor_of(user: Any, side: str, *, room: str = "", bodies: frozenset[str] = frozenset()) -> Actor:
    """The actor behind an account (``models.User``) of this Side.

    With no room given: the roles of all seats, enough to open a page. With a room, and the ids of a body and of those above it: only the seats that hold there,
    which is what an operation on that body must be given. An account that was closed has no roles.
    """
    roles: set[str] = set()
    if user.is_active:
        for seat in user.seats.all():
            if not room or (seat.room in {"", room} and (not seat.body or seat.body in bodies)):
                roles.update(seat.roles)
    return Actor(side=side, name=user.get_full_name(), roles=frozenset(roles))
