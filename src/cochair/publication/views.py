"""The public site on a node: what both Sides consented to, for anybody, without signing in. What is not public answers as what does not exist.

The pages themselves are made in ``pages.py``; here they get addresses. They are read by GET alone, keep nothing and set no cookie.
"""

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cochair.accounts.access import actor_or_none, public_page
from cochair.accounts.here import get_node
from cochair.accounts.pages import in_room
from cochair.accounts.rights import may
from cochair.kit.errors import NotFound
from cochair.publication import data as open_data
from cochair.publication.export import record_file
from cochair.publication.pages import live, page
from cochair.publication.queries import Published, published

CONSENT = "publication.consent"


@public_page
@require_safe
def rooms(request: HttpRequest) -> HttpResponse:
    """Every room of which something is public; the only one is shown at once."""
    found = _sites()
    if len(found) == 1:
        return _page(request, found[0], "index")
    shown = [(page(site, live(site.slug), "index"), live(site.slug).to("index")) for site in found]
    return render(request, "public/rooms.html", _shell(request) | {"rooms": [(one.context, url) for one, url in shown if one]})


@public_page
@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """One room: bodies, their sessions, their protocols."""
    return _page(request, _site(slug), "index")


@public_page
@require_safe
def session(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One session, with its agreed actions where they are public."""
    return _page(request, _site(slug), "session", ref)


@public_page
@require_safe
def protocol(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One protocol, with its text in all languages side by side where that is public."""
    return _page(request, _site(slug), "protocol", ref)


@csp_replace({"connect-src": [NONE]})  # type: ignore[arg-type]  # typed for views without arguments alone
@public_page
@require_safe
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """How to check what is published, in plain words, and a reader that does it in the browser: nothing that is chosen there can be sent anywhere."""
    return _page(request, _site(slug), "check")


@public_page
@require_safe
def all_data(request: HttpRequest) -> HttpResponse:
    """Open data of all rooms."""
    del request
    return _json(open_data.data(_sites()))


@public_page
@require_safe
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """Open data of one room."""
    del request
    return _json(open_data.data([_site(slug)]))


@public_page
@require_safe
def bundle(request: HttpRequest, slug: str) -> FileResponse:
    """The record of a room as one file to check, where the Sides consented to that."""
    del request
    site = _site(slug)
    if not site.proof:
        raise NotFound("There is nothing public here", "Start from the public record")
    file = record_file(get_node(), site)
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{slug}-record.tar", content_type="application/x-tar")


def _sites() -> list[Published]:
    node = get_node()
    found = [site for room in node.rooms() if (site := published(node, room)) is not None]
    return sorted(found, key=lambda site: site.slug)


def _site(slug: str) -> Published:
    node = get_node()
    for room in node.rooms():
        if node.terms(room)["slug"] == slug and (site := published(node, room)) is not None:
            return site
    raise NotFound("There is nothing public here", "Start from the public record")


def _page(request: HttpRequest, site: Published, name: str, ref: str = "") -> HttpResponse:
    in_room(request, site.room)
    found = page(site, live(site.slug), name, ref)
    if found is None:
        raise NotFound("There is nothing public here", "Start from the public record")
    return render(request, found.template, _shell(request) | found.context)


def _shell(request: HttpRequest) -> dict[str, str]:
    """What the live pages have besides: the frame of all pages, and for who may consent the way to do so."""
    who = actor_or_none(request) if request.user.is_authenticated else None
    return {"shell": "base.html", "manage_url": reverse("publication") if who and may(who, CONSENT) else ""}


def _json(value: object) -> HttpResponse:
    answer = HttpResponse(open_data.encode(value), content_type="application/json")
    answer["Access-Control-Allow-Origin"] = "*"  # anybody may read it, from anywhere
    return answer
