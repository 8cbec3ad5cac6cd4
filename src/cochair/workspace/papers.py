"""A paper as a file: the n-th that an entry names, so that no address holds a digest. Nothing of it runs in the browser.

Papers of persons (lists, holders, designees) are shown on pages as far as a role needs them, never given out as files.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cochair.accounts.access import needs
from cochair.kit.canonical import loads
from cochair.kit.errors import Denied, NotFound
from cochair.kit.ids import RECORD, parse_id
from cochair.record.fields import papers_named
from cochair.workspace.addresses import entry as entry_of
from cochair.workspace.names import plain_text
from cochair.workspace.place import enter

PERSONAL = ("meetings.delegation", "meetings.change", "bodies.holder", "bodies.designee")
SORTS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"PK\x03\x04", "application/zip", "zip"),
    (b"\x89PNG", "image/png", "png"),
    (b"\xff\xd8", "image/jpeg", "jpg"),
)


@needs("matter.view")
@require_safe
def paper(request: HttpRequest, room: str, entry: str, number: int) -> HttpResponse:
    """Paper ``number`` (from 0) of an entry of the record, to be saved."""
    place, found = enter(request, room), parse_id(entry_of(entry))
    if found.log != RECORD:
        raise NotFound("This entry names no paper that can be opened here", "Open the text itself")
    origin = place.node.origin(place.room, RECORD, found.side)
    body = loads(place.node.entry(place.room, origin, found.seq))
    if not isinstance(body, dict):
        raise NotFound("This entry names no paper")
    inner = body["body"].get("account", {}) if body["schema"] == "record.received/1" else {}
    if str(body["schema"]).startswith(PERSONAL) or (number > 0 and str(inner.get("schema", "")).startswith(PERSONAL)):
        raise Denied("Papers of persons are not given out as files", "Their names stand on the list")
    papers = list(papers_named(body["body"]))
    if number >= len(papers):
        raise NotFound("This entry names no such paper", "Open it from its list")
    data = place.node.paper(place.room, papers[number])
    sort, ending = next(((kind, end) for start, kind, end in SORTS if data.startswith(start)), ("application/octet-stream", "bin"))
    if ending == "bin" and plain_text(data[:4096]):
        sort, ending = "text/plain; charset=utf-8", "txt"
    response = HttpResponse(data, content_type=sort)
    response["Content-Disposition"] = f'attachment; filename="{entry}-{number}.{ending}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
