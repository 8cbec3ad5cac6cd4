"""The pages' words for what the record's contents hold: kinds of matters, fields, codes. One table each, so that one thing never has two names.

Statuses, which have a colour too, stand in the shell's table; here is what only these pages say.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cochair.accounts.shown import page_language, session_name
from cochair.bodies.contents import Body
from cochair.kit.names import pick
from cochair.meetings.contents import Session

Words = Mapping[str, str | Promise]

KINDS: Words = {
    "bodies.body": _("Body"),
    "bodies.rules": _("Rules of a body"),
    "meetings.session": _("Meeting"),
    "meetings.dates": _("Dates and place"),
    "meetings.agenda": _("Agenda"),
    "followup.area": _("Area of cooperation"),
    "followup.project": _("Joint project"),
    "followup.phrase": _("What a session calls a project"),
    "followup.action": _("Agreed action"),
    "followup.report": _("Report on an agreed action"),
    "followup.assessment": _("Agreed assessment"),
    "followup.way_forward": _("Way forward"),
    "protocol.instrument": _("Protocol"),
    "meetings.delegation": _("Delegation"),
    "meetings.letter": _("Letter"),
    "meetings.report": _("Report of a sub-group"),
    "followup.lead": _("Lead of an agreed action"),
}

FIELDS: Words = {
    "start": _("First day"),
    "end": _("Last day"),
    "place": _("Place"),
    "venue": _("Venue"),
    "timezone": _("Time zone"),
    "form": pgettext_lazy("of a meeting", "Form"),
    "state": _("State"),
    "items": _("Items"),
    "no": _("No."),
    "title": _("Title"),
    "emerging": _("New and emerging area"),
    "body": _("Body"),
    "paper": _("Paper"),
    "kind": _("Kind"),
    "ordinals": _("Number"),
    "previous": _("Previous session"),
    "host": _("Host"),
    "names": _("Name"),
    "code": _("Short code"),
    "Due.code": _("By when"),
    "Letter.to": pgettext_lazy("of a letter", "To"),
    "parent": _("Belongs to"),
    "reports_to": _("Reports to"),
    "terms": _("Terms of reference"),
    "terms_paper": _("Terms of reference, paper"),
    "languages": _("Languages"),
    "lang": _("Language"),
    "status": _("Status"),
    "prevailing": _("Prevailing language"),
    "originals": _("Number of originals"),
    "hosting": _("Hosting"),
    "silence": _("Silence as consent"),
    "agenda_days": _("Days before a session by which the agenda is to be agreed"),
    "list_days": _("Days before a session by which lists are to be given"),
    "area": _("Area"),
    "mode": _("Mode"),
    "stage": _("Stage"),
    "session": _("Session"),
    "wording": _("Wording"),
    "text": _("Text"),
    "papers": _("Papers"),
    "printed": _("Printed number"),
    "source": _("Signed paragraph"),
    "sides": _("Sides that are to act (none: all)"),
    "due": _("Term"),
    "date": _("Date"),
    "quarter": _("Quarter"),
    "asked_by": _("Asked by"),
    "answer": _("Answer"),
    "project": _("Joint project"),
    "links": _("Links"),
    "rel": _("Relation"),
    "to": _("Earlier action"),
    "carry_over": _("Carried over to the next session"),
    "new_due": _("New term"),
    "reason": _("Reason"),
    "replaced_by": _("Replaced by"),
    "next": _("Next session"),
    "plan": _("Action plan"),
    "action": _("Agreed action"),
    "intersessional": _("Meetings between the sessions"),
    "what": _("What"),
    "dated": _("Dated"),
    "evidence": _("Evidence"),
    "manifest": _("Protocol"),
    "provision": _("Paragraph"),
    "lead": _("Lead"),
    "others": _("Others that take part"),
    "post": _("Post"),
    "prevailing_language": _("Prevailing language"),
    "number": _("Number"),
    "about": _("About"),
    "answers": _("Answers the letter"),
    "direction": _("Direction"),
    "joint": _("Joint report"),
    "titles": _("Title of the post"),
    "order": _("Order of precedence"),
    "person": _("Person"),
    "office": _("Office"),
    "office_paper": _("Office, paper"),
    "since": _("Since"),
    "until": _("Until"),
    "members": _("Members"),
    "role": _("Role"),
    "on_behalf_of": _("On behalf of"),
    "page": _("Page of the list"),
}

CODES: Words = {
    "commission": _("Commission"),
    "working-group": _("Working group"),
    "sub-group": _("Sub-group"),
    "session": _("Session"),
    "expert": _("Meeting of experts"),
    "cochairs": _("Meeting of the co-chairs"),
    "video": _("Video conference"),
    "intersessional": _("Meeting between sessions"),
    "in-person": _("In person"),
    "hybrid": _("In person and by video"),
    "planned": _("Planned"),
    "called-off": _("Called off"),
    "establishment": _("establishment"),
    "joint-development": _("joint development"),
    "joint-project": _("joint project"),
    "joint-venture": _("joint venture"),
    "production": _("production"),
    "technology-transfer": _("technology transfer"),
    "capacity-building": _("capacity building"),
    "exploration": _("exploration"),
    "enhanced-engagement": _("enhanced engagement"),
    "potential": _("potential"),
    "emerging": _("emerging"),
    "explored": _("explored"),
    "discussed": _("discussed"),
    "welcomed": _("welcomed"),
    "noted": _("noted"),
    "agreed": _("agreed"),
    "under-way": _("under way"),
    "completed": _("completed"),
    "do": _("To do"),
    "report": _("To report"),
    "consider": _("To consider"),
    "inform": _("To inform"),
    "request": _("Request by one Side"),
    "not-started": _("Not started"),
    "in-progress": _("In progress"),
    "done": _("Done"),
    "partly-done": _("Partly done"),
    "delayed": _("Delayed"),
    "blocked": _("Blocked"),
    "standing": _("Standing activity"),
    "overtaken": _("Overtaken by events"),
    "replaced": _("Replaced"),
    "ended-by-consent": _("Ended by consent"),
    "sides-differ": _("The Sides differ"),
    "date": _("A date"),
    "quarter": _("A quarter"),
    "next-session": _("By the next session"),
    "none": _("No term"),
    "pending": _("Pending"),
    "accepted": _("Accepted"),
    "declined": _("Declined"),
    "continues": _("continues"),
    "replaces": _("replaces"),
    "splits": _("splits"),
    "merges": _("merges"),
    "authentic": _("authentic"),
    "official": _("official"),
    "working": _("working"),
    "alternate": _("In turn"),
    "consent": _("By consent each time"),
    "never": _("Never"),
    "both-laws": _("Where both laws allow it"),
    "co-chair": _("Co-chair"),
    "deputy": _("Deputy"),
    "executive-secretary": _("Executive secretary"),
    "member": _("Member"),
    "lead": _("Lead"),
    "contact": _("Contact"),
    "head": _("Head of delegation"),
    "adviser": _("Adviser"),
    "interpreter": _("Interpreter"),
    "secretary": _("Secretary"),
    "observer": _("Observer"),
    "official-kind": _("officials"),
    "expert-kind": _("experts"),
    "industry-kind": _("industry"),
    "official-delegate": pgettext_lazy("a delegate", "official"),
    "expert-delegate": pgettext_lazy("a delegate", "expert"),
    "industry-delegate": pgettext_lazy("a delegate", "from industry"),
    "protocol": _("Protocol"),
    "agreed-minutes": _("Agreed minutes"),
    "final-act": _("Final act"),
    "memorandum": _("Memorandum"),
    "correction": _("Correction"),
    "letter": _("By letter"),
    "word": _("As a file"),
    "said": _("Said at the table"),
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


def field_name(name: str, kind: str = "") -> str:
    """The words of a field of a content; ``kind`` (the name of its struct) tells apart fields that mean two things."""
    return str(FIELDS.get(f"{kind}.{name}") or FIELDS.get(name, name))


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
    return str(_("yes") if value else _("no"))
