"""The words of the public pages: names of Sides, bodies, sessions and protocols in the page's language, and of what can be published."""

from collections.abc import Mapping

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from cochair.accounts.shown import day, session_name
from cochair.followup.contents import Due
from cochair.kit.languages import LANGUAGES
from cochair.kit.names import pick
from cochair.publication.queries import Body, Names, Protocol, Session

Words = Mapping[str, str | Promise]

ITEMS: Words = {
    "existence": gettext_lazy("That it exists"),
    "text": gettext_lazy("The text, in all its languages"),
    "proof": gettext_lazy("The record, to check the text with"),
    "actions": gettext_lazy("The agreed actions"),
    "status": gettext_lazy("What was assessed"),
    "date-passed": gettext_lazy("Whether a date has passed"),
}
TELLS: Words = {
    "bodies.body/existence": gettext_lazy("its names, and the body above it if that is public too"),
    "meetings.session/existence": gettext_lazy("its number, dates, place and host"),
    "meetings.session/actions": gettext_lazy("the wording, the printed number, who is to act, and the term"),
    "meetings.session/status": gettext_lazy("the state on which the Sides agree, and a new term"),
    "meetings.session/date-passed": gettext_lazy("computed from the term on the day of reading"),
    "protocol.instrument/existence": gettext_lazy("its kind, its languages, and whether it is adopted or signed"),
    "protocol.instrument/text": gettext_lazy("the sealed wording, and no later correction"),
    "protocol.instrument/proof": gettext_lazy(
        "every entry of both Sides in this room, agendas and actions with them; no letter, no list of persons"
    ),
}
"""Kind of the thing, "/", item -> what a reader then sees."""
KINDS: Words = {
    "commission": gettext_lazy("Commission"),
    "working-group": gettext_lazy("Working group"),
    "sub-group": gettext_lazy("Sub-group"),
    "session": gettext_lazy("Session"),
    "expert": gettext_lazy("Meeting of experts"),
    "cochairs": gettext_lazy("Meeting of the co-chairs"),
    "video": gettext_lazy("Video conference"),
    "intersessional": gettext_lazy("Meeting between sessions"),
    "protocol": gettext_lazy("Protocol"),
    "agreed-minutes": gettext_lazy("Agreed minutes"),
    "final-act": gettext_lazy("Final act"),
    "memorandum": gettext_lazy("Memorandum"),
    "correction": gettext_lazy("Correction"),
    "authentic": gettext_lazy("authentic"),
    "official": gettext_lazy("official"),
    "working": gettext_lazy("working"),
}
STEPS: Words = {
    "": pgettext_lazy("status", "Not adopted yet"),
    "adopt": gettext_lazy("Adopted"),
    "initial": gettext_lazy("Initialled"),
    "sign": gettext_lazy("Signed"),
    "confirm": gettext_lazy("Confirmed"),
    "correct": gettext_lazy("Corrected"),
    "amend": gettext_lazy("Amended"),
    "terminate": gettext_lazy("Terminated"),
}


def word(table: Words, code: str) -> str:
    """The words of a code; an unknown one as it is."""
    return str(table.get(code, code))


def lang() -> str:
    """The tag of the page's language."""
    return (get_language() or "en").split("-")[0]


def side_name(side: str) -> str:
    """``"IN" -> "India"`` in the page's language; a code that is no territory as it is."""
    return str(Locale(lang()).territories.get(side, side))


def language_name(tag: str) -> str:
    """The own name of a language."""
    name = LANGUAGES[tag].own_name if tag in LANGUAGES else tag
    return name[:1].upper() + name[1:]


def body_name(names: Mapping[str, Names], side: str, code: str = "") -> str:
    """Its name in the page's language, as ``side`` says it or else the other; where nobody has one, in another language; else its short code."""
    own_first = sorted(names, key=lambda name: (name != side, name))
    exact = (names[name].get(lang(), "") for name in own_first)
    return next((found for found in (*exact, *(pick(names[name], lang()) for name in own_first)) if found), code)


def other_names(body: Body, side: str) -> list[str]:
    """How the other Sides call it, where that is not the same."""
    found = {pick(names, lang()) for name, names in body.names.items() if name != side}
    return sorted(found - {"", body_name(body.names, side)})


def session_title(session: Session, side: str) -> str:
    """The 11th Session; a meeting without a number by what it is."""
    number = session.ordinals.get(side, next(iter(session.ordinals.values()), None))
    return session_name(number) if session.kind == "session" else word(KINDS, session.kind)


def protocol_title(protocol: Protocol, session: Session | None, side: str) -> str:
    """The protocol, and the session that it is of."""
    if session is None:
        return word(KINDS, protocol.kind)
    return _("%(kind)s, %(session)s") % {"kind": word(KINDS, protocol.kind), "session": session_title(session, side)}


def due_words(due: Due) -> str:
    """A term in words; "" for none."""
    if due.code == "date":
        return day(due.date)
    if due.code == "quarter" and due.quarter:
        year, number = due.quarter.split("-Q")
        return _("quarter %(number)s of %(year)s") % {"number": number, "year": year}
    return _("by the next session") if due.code == "next-session" else ""
