"""Who may see a page: each view says so itself, and a view that says nothing is refused to everybody.

``@needs("record.view")``  a seat whose roles hold that right (table: ``cochair.accounts.rights``)
``@signed_in``             anybody with an account on this node
``@public_page``           anybody

All three work on functions and on classes. The middleware ``cochair.web.middleware.Rights`` enforces them before the view runs;
``undeclared()`` walks the whole address table for the start-up check and the tests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from cochair.accounts.rights import RIGHTS, Actor
from cochair.accounts.seats import actor_of
from cochair.kit.errors import Denied

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a view declared: ``kind`` is "public", "signed-in" or "right"; ``right`` names it in the last case."""

    kind: str
    right: str = ""


def needs(right: str) -> Callable[[V], V]:
    """Only for a seat with this right."""
    return lambda view: _declare(view, Access("right", right))


def signed_in(view: V) -> V:
    """For anybody with an account on this node."""
    return _declare(view, Access("signed-in"))


def public_page(view: V) -> V:
    """For anybody."""
    return _declare(view, Access("public"))


def access_of(view: Callable[..., Any]) -> Access | None:
    """The declaration of a view as the address table holds it, or None."""
    found = getattr(view, "cochair_access", None) or getattr(getattr(view, "view_class", None), "cochair_access", None)
    return found if isinstance(found, Access) else None


def actor(request: HttpRequest) -> Actor:
    """Who acts in this request, with the roles of all their seats. Raises Denied for somebody who is not signed in."""
    found = actor_or_none(request)
    if found is None:
        raise Denied("You are not signed in", "Sign in, then open the page again")
    return found


def actor_or_none(request: HttpRequest) -> Actor | None:
    """As ``actor``, with None for somebody who is not signed in."""
    if not hasattr(request, "cochair_actor"):
        from cochair.accounts.here import get_node

        user = getattr(request, "user", None)
        known = user is not None and user.is_authenticated
        request.cochair_actor = actor_of(user, get_node().side) if known else None  # type: ignore[attr-defined]
    found = request.cochair_actor  # type: ignore[attr-defined]
    return found if isinstance(found, Actor) else None


def pages() -> Iterator[tuple[str, URLPattern]]:
    """Every (route, pattern) of the address table, nested ones included."""
    yield from _walk("/", get_resolver().url_patterns)


def undeclared() -> Iterator[tuple[str, str]]:
    """(route, what is wrong) of each page without a declaration, or with a right that the table does not know."""
    for route, pattern in pages():
        access = access_of(pattern.callback)
        if access is None:
            yield route, "declares no right"
        elif access.kind == "right" and access.right not in RIGHTS:
            yield route, f"asks for {access.right!r}, which is not in the table of rights"


def _walk(prefix: str, patterns: list[Any]) -> Iterator[tuple[str, URLPattern]]:
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from _walk(prefix + str(item.pattern), item.url_patterns)
        else:
            yield prefix + str(item.pattern), item


def _declare(view: V, access: Access) -> V:
    if isinstance(view, type):
        view.cochair_access = access  # type: ignore[attr-defined]
        return view

    @wraps(view)
    def declared(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    declared.cochair_access = access  # type: ignore[attr-defined]
    return declared  # type: ignore[return-value]
