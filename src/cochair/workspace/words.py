"""The pages' words for what the record's contents hold: kinds of matters, fields, codes. One table each, so that one thing never has two names.

Statuses, which have a colour too, stand in the shell's table; here is what only these pages say.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cochair.accounts.shown import session_name
from cochair.bodies.contents import Body
from cochair.kit.languages import LANGUAGES
from cochair.kit.names import pick
from cochair.meetings.contents import Session

Words = Mapping[str, str | Promise]

KINDS: Words = {
    "bodies.body": lazy("Body"),
    "bodies.rules": lazy("Rules of a body"),
    "meetings.session": lazy("Meeting"),
    "meetings.dates": lazy("Dates and place"),
    "meetings.agenda": lazy("Agenda"),
    "followup.area": lazy("Area of cooperation"),
    "followup.project": lazy("Joint project"),
    "followup.phrase": lazy("What a session calls a project"),
    "followup.action": lazy("Agreed action"),
    "followup.report": lazy("Report on an agreed action"),
    "followup.assessment": lazy("Agreed assessment"),
    "followup.way_forward": lazy("Way forward"),
    "protocol.instrument": lazy("Protocol"),
    "meetings.delegation": lazy("Delegation"),
    "meetings.letter": lazy("Letter"),
    "meetings.report": lazy("Report of a sub-group"),
    "followup.lead": lazy("Lead of an agreed action"),
}

FIELDS: Words = {
    "start": lazy("First day"),
    "end": lazy("Last day"),
    "place": lazy("Place"),
    "venue": lazy("Venue"),
    "timezone": lazy("Time zone"),
    "form": pgettext_lazy("of a meeting", "Form"),
    "state": lazy("State"),
    "items": lazy("Items"),
    "no": lazy("No."),
    "title": lazy("Title"),
    "emerging": lazy("New and emerging area"),
    "body": lazy("Body"),
    "paper": lazy("Paper"),
    "kind": lazy("Kind"),
    "ordinals": lazy("Number"),
    "previous": lazy("Previous session"),
    "host": lazy("Host"),
    "names": lazy("Name"),
    "code": lazy("Short code"),
    "parent": lazy("Belongs to"),
    "reports_to": lazy("Reports to"),
    "terms": lazy("Terms of reference"),
    "terms_paper": lazy("Terms of reference, paper"),
    "languages": lazy("Languages"),
    "lang": lazy("Language"),
    "status": lazy("Status"),
    "prevailing": lazy("Prevailing language"),
    "originals": lazy("Number of originals"),
    "hosting": lazy("Hosting"),
    "silence": lazy("Silence as consent"),
    "agenda_days": lazy("Days before a session by which the agenda is to be agreed"),
    "list_days": lazy("Days before a session by which lists are to be given"),
    "area": lazy("Area"),
    "mode": lazy("Mode"),
    "stage": lazy("Stage"),
    "session": lazy("Session"),
    "wording": lazy("Wording"),
    "text": lazy("Text"),
    "papers": lazy("Papers"),
    "printed": lazy("Printed number"),
    "source": lazy("Signed paragraph"),
    "sides": lazy("Sides that are to act (none: all)"),
    "due": lazy("Term"),
    "date": lazy("Date"),
    "quarter": lazy("Quarter"),
    "asked_by": lazy("Asked by"),
    "answer": lazy("Answer"),
    "project": lazy("Joint project"),
    "links": lazy("Links"),
    "rel": lazy("Relation"),
    "to": lazy("Earlier action"),
    "carry_over": lazy("Carried over to the next session"),
    "new_due": lazy("New term"),
    "reason": lazy("Reason"),
    "replaced_by": lazy("Replaced by"),
    "next": lazy("Next session"),
    "plan": lazy("Action plan"),
    "action": lazy("Agreed action"),
    "intersessional": lazy("Meetings between the sessions"),
    "what": lazy("What"),
    "dated": lazy("Dated"),
    "evidence": lazy("Evidence"),
    "manifest": lazy("Protocol"),
    "prevailing_language": lazy("Prevailing language"),
}

CODES: Words = {
    "commission": lazy("Commission"),
    "working-group": lazy("Working group"),
    "sub-group": lazy("Sub-group"),
    "session": lazy("Session"),
    "expert": lazy("Meeting of experts"),
    "cochairs": lazy("Meeting of the co-chairs"),
    "video": lazy("Video conference"),
    "intersessional": lazy("Meeting between sessions"),
    "in-person": lazy("In person"),
    "hybrid": lazy("In person and by video"),
    "planned": lazy("Planned"),
    "called-off": lazy("Called off"),
    "establishment": lazy("establishment"),
    "joint-development": lazy("joint development"),
    "joint-project": lazy("joint project"),
    "joint-venture": lazy("joint venture"),
    "production": lazy("production"),
    "technology-transfer": lazy("technology transfer"),
    "capacity-building": lazy("capacity building"),
    "exploration": lazy("exploration"),
    "enhanced-engagement": lazy("enhanced engagement"),
    "potential": lazy("potential"),
    "emerging": lazy("emerging"),
    "explored": lazy("explored"),
    "discussed": lazy("discussed"),
    "welcomed": lazy("welcomed"),
    "noted": lazy("noted"),
    "agreed": lazy("agreed"),
    "under-way": lazy("under way"),
    "completed": lazy("completed"),
    "do": lazy("To do"),
    "report": lazy("To report"),
    "consider": lazy("To consider"),
    "inform": lazy("To inform"),
    "request": lazy("Request by one Side"),
    "not-started": lazy("Not started"),
    "in-progress": lazy("In progress"),
    "done": lazy("Done"),
    "partly-done": lazy("Partly done"),
    "delayed": lazy("Delayed"),
    "blocked": lazy("Blocked"),
    "standing": lazy("Standing activity"),
    "overtaken": lazy("Overtaken by events"),
    "replaced": lazy("Replaced"),
    "ended-by-consent": lazy("Ended by consent"),
    "sides-differ": lazy("The Sides differ"),
    "date": lazy("A date"),
    "quarter": lazy("A quarter"),
    "next-session": lazy("By the next session"),
    "none": lazy("No term"),
    "pending": lazy("Pending"),
    "accepted": lazy("Accepted"),
    "declined": lazy("Declined"),
    "continues": lazy("continues"),
    "replaces": lazy("replaces"),
    "splits": lazy("splits"),
    "merges": lazy("merges"),
    "authentic": lazy("authentic"),
    "official": lazy("official"),
    "working": lazy("working"),
    "alternate": lazy("In turn"),
    "consent": lazy("By consent each time"),
    "never": lazy("Never"),
    "both-laws": lazy("Where both laws allow it"),
    "co-chair": lazy("Co-chair"),
    "deputy": lazy("Deputy"),
    "executive-secretary": lazy("Executive secretary"),
    "member": lazy("Member"),
    "lead": lazy("Lead"),
    "contact": lazy("Contact"),
    "head": lazy("Head of delegation"),
    "adviser": lazy("Adviser"),
    "interpreter": lazy("Interpreter"),
    "secretary": lazy("Secretary"),
    "observer": lazy("Observer"),
    "official-kind": lazy("officials"),
    "expert-kind": lazy("experts"),
    "industry-kind": lazy("industry"),
    "protocol": lazy("Protocol"),
    "agreed-minutes": lazy("Agreed minutes"),
    "final-act": lazy("Final act"),
    "memorandum": lazy("Memorandum"),
    "correction": lazy("Correction"),
    "letter": lazy("By letter"),
    "word": lazy("As a file"),
    "said": lazy("Said at the table"),
}

READING = {
    "agreed": "agreed",
    "ad-referendum": "ad-referendum",
    "account": "account",
    "ours": "awaited",
    "theirs": "to-answer",
    "told": "received",
    "differ": "differs",
}
"""How a matter reads (``positions.Status``) -> code of the status that pages show."""


def code(value: str, context: str = "") -> str:
    """The words of a code; an unknown one is shown as it is. ``context`` tells apart codes that mean two things, as ``kind`` of delegates."""
    return str(CODES.get(f"{value}-{context}") or CODES.get(value) or value)


def kind_name(name: str) -> str:
    """The words of a kind of matter or statement."""
    return str(KINDS.get(name, name))


def field_name(name: str) -> str:
    """The words of a field of a content."""
    return str(FIELDS.get(name, name))


def language_name(tag: str) -> str:
    """The own name of a language."""
    return LANGUAGES[tag].own_name if tag in LANGUAGES else tag


def page_language() -> str:
    """The tag of the page's language."""
    return (get_language() or "en").split("-")[0]


def picked(names: Mapping[str, str] | None) -> str:
    """The name in the page's language, or the nearest there is; "" of none."""
    return pick(names or {}, page_language())


def body_name(body: Body, side: str) -> str:
    """A body as the reader's Side calls it, else as the other does."""
    own = picked(body.names.get(side))
    return own or next((found for names in body.names.values() if (found := picked(names))), body.code)


def session_title(content: Session, side: str) -> str:
    """A session as "11th Session", by the reader's Side's count; another meeting by what it is."""
    if content.kind != "session":
        return code(content.kind)
    return session_name(content.ordinals.get(side, next(iter(content.ordinals.values()), None)))


def yes_no(value: Any) -> str:
    """Yes or no."""
    return _("yes") if value else _("no")
