"""What every template knows: the navigation, the languages, the node's Side, and whether the page shows a specimen.

A view of a room says so with ``in_room(request, room)``; its pages then carry the specimen banner if the room is one.
A page of no room carries it when any room of the node is a specimen, because it may list things of that room.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cochair.accounts.access import access_of, actor_or_none
from cochair.accounts.rights import Actor, may
from cochair.kit.errors import CochairError

# (label, name of the address, whose first segment also marks the entry as the current one)
NAVIGATION = (
    (_("Home"), "home"),
    (_("Sessions"), "sessions"),
    (_("Agreed actions"), "actions"),
    (_("Texts"), "texts"),
    (_("Bodies"), "bodies"),
    (_("Press"), "press"),
    (_("Record"), "record"),
    (_("Public record"), "public"),
)
LANGUAGE_NAMES = {"en": "English", "ru": "Русский", "hi": "हिन्दी"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Values for ``base.html``; each is worked out only if the template asks for it, so an error page needs none."""
    return {
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "languages": [(code, LANGUAGE_NAMES[code], code == get_language()) for code, _name in settings.LANGUAGES],
        "specimen": SimpleLazyObject(lambda: _specimen(request)),
        "here": request.get_full_path() if request.method in {"GET", "HEAD"} else request.path,
        "dev": settings.COCHAIR_DEV,
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries this reader may open, in order, the current one marked."""
    try:
        who = actor_or_none(request)
    except CochairError:
        who = None
    entries = []
    for label, name in NAVIGATION:
        try:
            url = reverse(name)
        except NoReverseMatch:  # an app that a node leaves out brings no entry
            continue
        if _may(who, url):
            current = request.path == url or (url != "/" and request.path.startswith(url))
            entries.append({"label": label, "url": url, "current": current})
    return entries


def _may(who: Actor | None, url: str) -> bool:
    from django.urls import resolve

    access = access_of(resolve(url).func)
    if access is None:
        return False
    if access.kind == "public" or who is None:
        return access.kind == "public"
    return access.kind == "signed-in" or may(who, access.right)


def _specimen(request: HttpRequest) -> bool:
    from cochair.accounts.here import get_node

    try:
        node = get_node()
        room = getattr(request, "cochair_room", "")
        rooms = [room] if room else node.rooms()
        return node.specimen or any(bool(node.terms(one).get("specimen")) for one in rooms)
    except CochairError:  # an error page is drawn even when the node is the error
        return False
