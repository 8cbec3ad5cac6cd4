"""What every page of an app needs from the shell without importing it: to say which room it shows, to send a form back, to say an error in words.

Rules for errors: the page's language comes first, and nobody is shown the name of a right or of an entry. A sentence that the catalogue has is translated;
a refusal names the posts to which the act is open; what names an entry, or has no words in the page's language, is said by its kind where the kind is all
there is to know (not found, out of date). A sentence that the catalogue lacks is said by the kind of error in any language but English.
"""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, gettext_lazy
from django.utils.translation import gettext as _

from cochair.accounts.rights import NoRight
from cochair.accounts.shown import and_list, language_name
from cochair.kit.errors import CochairError, Conflict, Denied, NotFound, NotHeld, Rejected, Words

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
    what, step = said(error.what), said(error.next_step)
    foreign = not known(error.what)
    if foreign or _RAW.search(what):
        if isinstance(error, NotFound):
            return _("There is no such thing here, or it is not open to you"), _("Open it from the page that lists it")
        if foreign and isinstance(error, Denied):
            return _("Your seat does not give the right to do this"), _("Ask the operator of your node for the seat that you need")
        if isinstance(error, Conflict):
            return _("This cannot be done as things stand now"), _("Open the page again and look at what has changed")
        if foreign and isinstance(error, NotHeld):
            return _("Something that this names has not arrived here yet, or was erased"), _("Exchange with the other Side, then try again")
        if foreign and isinstance(error, Rejected):
            return _("What was given breaks its form, or is damaged"), _("Give it again; if it came from the other Side, ask for it again")
        if foreign:
            return _("The node could not do this"), _("Try again; if it stays so, ask the operator of your node, whose log says why")
    return what, step if known(error.next_step) else ""


def said(words: str) -> str:
    """A sentence of the program in the page's language, with the values in it; as it is where the catalogue does not know it."""
    return words.said(gettext, language_name) if isinstance(words, Words) else gettext(words) if words else ""


def known(words: str) -> bool:
    """Whether the page's language has a sentence, with all sentences in it. English has every one."""
    if not words or (get_language() or "en").startswith("en"):
        return True
    if isinstance(words, Words):
        inner = [one for value in words.values.values() for one in (value if isinstance(value, list | tuple) else [value])]
        return gettext(words.pattern) != words.pattern and all(known(one) for one in inner if isinstance(one, Words))
    return gettext(words) != words
