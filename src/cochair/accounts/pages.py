"""What every page of an app needs from the shell without importing it: to say which room it shows, to send a form back, to say an error in words.

Rules for errors: the page's language comes first, and nobody is shown the name of a right or of an entry. A sentence that the catalogue has is translated;
a refusal names the posts to which the act is open; what names an entry, or has no words in the page's language, is said by its kind where the kind is all
there is to know (not found, out of date). Any other sentence stands as it is: its detail is worth more than its language.
"""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cochair.accounts.rights import NoRight
from cochair.accounts.shown import and_list
from cochair.kit.errors import CochairError, Conflict, Denied, NotFound

ROLE_NAMES = {
    "secretary": gettext_lazy("executive secretary"),
    "cochair": gettext_lazy("co-chair"),
    "lead": gettext_lazy("lead"),
    "member": gettext_lazy("member of the delegation"),
    "observer": gettext_lazy("observer"),
    "operator": gettext_lazy("operator"),
}
_RAW = re.compile(r"\b[A-Z][A-Z0-9]{1,7}[-/.](?:record\b|w-|[0-9])|\b[0-9a-f]{16,}\b|[\x00-\x1f]")


def in_room(request: HttpRequest, room: str) -> None:
    """Say that this page shows the room with this id: the specimen banner follows the room."""
    request.cochair_room = room  # type: ignore[attr-defined]


def refused(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The same page again with what was typed and what is wrong with it: status 422."""
    return render(request, template, context, status=422)


def in_words(error: CochairError) -> tuple[str, str]:
    """An error of ours as a page says it -> what is wrong, the next step; both without a final full stop."""
    if isinstance(error, NoRight):
        open_to = and_list([str(ROLE_NAMES.get(one, one)) for one in sorted(error.roles)])
        return _("Your seat does not give the right to do this"), _("It is open to: %(roles)s") % {"roles": open_to} if open_to else ""
    what, step = (_(part) if part else "" for part in (error.what, error.next_step))
    foreign = not (get_language() or "en").startswith("en") and what == error.what
    if foreign or _RAW.search(what):
        if isinstance(error, NotFound):
            return _("There is no such thing here, or it is not open to you"), _("Open it from the page that lists it")
        if foreign and isinstance(error, Denied):
            return _("Your seat does not give the right to do this"), _("Ask the operator of your node for the seat that you need")
        if isinstance(error, Conflict) and _RAW.search(what):
            return _("This cannot be done as things stand now"), _("Open the page again and look at what has changed")
    return what, step
