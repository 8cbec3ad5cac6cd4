"""One instrument as its pages open it: protocol, originals and signing share where it stands, what it is called and who acts on it.

What a page says of an error stands here too: the record's own words, in the page's language where the catalogue knows them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cochair.accounts import rights
from cochair.accounts.pages import in_words
from cochair.accounts.rights import Actor
from cochair.kit.errors import CochairError, NotFound
from cochair.kit.ids import RECORD, parse_id
from cochair.kit.languages import LANGUAGES
from cochair.meetings import queries as meetings
from cochair.protocol.queries import content_of, instrument, languages
from cochair.record.queries import MatterState, Tx
from cochair.workspace.addresses import entry, ref, session_url
from cochair.workspace.names import names_of
from cochair.workspace.place import Place, enter, side_name, side_names
from cochair.workspace.words import code


class Desk(NamedTuple):
    """An instrument opened by a signed-in person. ``languages``: (tag, status) in the instrument's order; ``state`` its matter."""

    place: Place
    id: str
    state: MatterState
    content: dict[str, Any]
    who: Actor
    body: str
    title: str
    session: str
    body_name: str

    @property
    def languages(self) -> list[tuple[str, str]]:
        """(tag, status) of each language."""
        return languages(self.content)

    @property
    def args(self) -> tuple[str, str]:
        """What stands in the addresses of its pages."""
        return (self.place.slug, ref(self.id))

    def url(self, name: str, *more: str) -> str:
        """The address of one of its pages."""
        return reverse(name, args=(*self.args, *more))

    def may(self, *names: str) -> dict[str, bool]:
        """Which of these rights the reader has here, under names that a template can read."""
        return {name.replace(".", "_"): rights.may(self.who, name) for name in names}


def open_desk(request: HttpRequest, slug: str, text: str, right: str = "negotiation.view") -> Desk:
    """The instrument of this short name. Raises NotFound, and Denied where the reader's seats on its body do not hold the right."""
    place, id_ = enter(request, slug), entry(text)
    if parse_id(id_).log != RECORD:
        raise NotFound("There is no such text", "Choose one from the list of texts")
    with place.node.read() as tx:
        state = instrument(tx, place.room, id_)
        content = content_of(state, place.side) or {}
        body, named, upper = _names(tx, place, content["session"])
        who = place.actor(tx, body or None)
    rights.require(who, right)
    return Desk(place, id_, state, content, who, body, code(content["kind"]), named, upper)


def _names(tx: Tx, place: Place, session: str) -> tuple[str, str, str]:
    names = names_of(tx, place)
    try:
        body = meetings.session(tx, place.room, session, place.side).content.body
    except NotFound:  # an instrument of the other Side may name a session that has not arrived
        return "", _("Session"), ""
    return body, names.of(session), names.of(body)


def frame(desk: Desk, here: str = "") -> dict[str, Any]:
    """What every page of an instrument shows: names, the way back, the tabs. ``here``: the name of the page's address."""
    crumbs = [(_("Texts"), reverse("texts")), (desk.session, session_url(desk.place.slug, desk.content["session"]))]
    tabs = [
        (words, desk.url(name), name == here)
        for words, name in (
            (_("Text"), "protocol"),
            (_("Last changes"), "protocol-changes"),
            (_("Originals"), "originals"),
            (_("Adoption and signing"), "signing"),
        )
    ]
    return {
        "desk": desk,
        "crumbs": crumbs if here == "protocol" else [*crumbs, (desk.title, desk.url("protocol"))],
        "tabs": tabs,
        "own_side": desk.place.side,
        "side_names": side_names(desk.place),
        "own_name": side_name(desk.place.side),
        "others_name": ", ".join(side_name(side) for side in desk.place.others),
        "columns": [(tag, language_title(tag)) for tag, _status in desk.languages],
    }


def told(error: CochairError) -> str:
    """An error of ours as a person reads it: what is wrong, and the next step."""
    return " ".join(f"{part}." if part[-1] not in ".!?…" else part for part in in_words(error) if part)


def counted(number: int, parts: Sequence[str]) -> str:
    """As "3 texts", with the right plural: ``parts`` are the two forms of English."""
    return ngettext(parts[0], parts[1], number) % {"count": number}


def language_title(tag: str) -> str:
    """The own name of a language as a heading writes it: "Русский"."""
    name = LANGUAGES[tag].own_name if tag in LANGUAGES else tag
    return name[:1].upper() + name[1:]
