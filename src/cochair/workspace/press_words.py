"""The words of the press pages: what a claim is called, how its value reads, and what a fact of the reconciliation is about."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cochair.accounts.shown import day, days, locale, page_language
from cochair.press.datafiles import load
from cochair.press.register import Register
from cochair.workspace.place import side_name
from cochair.workspace.words import code

Words = Mapping[str, str | Promise]

FIELDS: Words = {
    "doc.headline": gettext_lazy("headline"),
    "doc.outlet": gettext_lazy("outlet"),
    "doc.published": gettext_lazy("published"),
    "doc.dateline_place": gettext_lazy("place of the dateline"),
    "doc.dateline_date": gettext_lazy("date of the dateline"),
    "doc.boilerplate": gettext_lazy("boilerplate"),
    "body.name": gettext_lazy("body"),
    "body.framework": gettext_lazy("body above it"),
    "party": gettext_lazy("party"),
    "session.ordinal": gettext_lazy("number of the session"),
    "session.previous": gettext_lazy("session before it"),
    "session.date": gettext_lazy("date of the session"),
    "session.city": gettext_lazy("city"),
    "session.venue": gettext_lazy("building"),
    "statement.date": gettext_lazy("date of the statement"),
    "chair": gettext_lazy("co-chair"),
    "subgroup": gettext_lazy("sub-group"),
    "topic": gettext_lazy("topic"),
    "document": gettext_lazy("document"),
    "delegates.count": gettext_lazy("number of delegates"),
    "delegates.kind": gettext_lazy("kind of delegates"),
    "outcome": gettext_lazy("outcome"),
    "attribution": gettext_lazy("attribution"),
    "quotation": gettext_lazy("quotation"),
    "engagement": gettext_lazy("engagement"),
    "context_event": gettext_lazy("event around it"),
    "evaluation": gettext_lazy("evaluation"),
    "review": gettext_lazy("review"),
    "tone": gettext_lazy("tone"),
    "cause": gettext_lazy("claimed cause"),
}
FACTS: Words = {
    "body": gettext_lazy("Body"),
    "framework": gettext_lazy("Body above it"),
    "session.ordinal": gettext_lazy("Number of the session"),
    "session.date": gettext_lazy("Date"),
    "session.city": gettext_lazy("City"),
    "session.venue": gettext_lazy("Building"),
    "session.previous": gettext_lazy("Session before it"),
    "delegates.count": gettext_lazy("Number of delegates"),
    "delegates.kind:officials": gettext_lazy("Delegates: officials"),
    "delegates.kind:experts": gettext_lazy("Delegates: experts"),
    "delegates.kind:industry": gettext_lazy("Delegates: industry"),
    "delegates.kind:others": gettext_lazy("Delegates: others"),
    "subgroups": gettext_lazy("Sub-groups that reported"),
    "document.status": gettext_lazy("What became of the protocol"),
    "document.signers": gettext_lazy("Who signed"),
}
VALUES: Words = {
    "signed": gettext_lazy("signed"),
    "agreed_to_finalize": gettext_lazy("agreed to finalise"),
    "adopted": gettext_lazy("adopted"),
    "initialled": gettext_lazy("initialled"),
    "to_be_signed": gettext_lazy("to be signed"),
    "planned": gettext_lazy("planned"),
    "ongoing": gettext_lazy("under way"),
    "held": gettext_lazy("held"),
    "visit": gettext_lazy("visit"),
    "meeting": gettext_lazy("meeting"),
    "protocol": gettext_lazy("protocol"),
}
DIFFERENCES: Words = {
    "spelling_variant": gettext_lazy("in another spelling"),
    "wording": gettext_lazy("in other words"),
    "granularity": gettext_lazy("in more or less detail"),
}
_TOPIC = re.compile(r"(.*?)(?: / ([a-z_, ]+))?(?: \(([a-z_]+)\))?")
SPEAKS = frozenset({"quotation", "review", "evaluation", "tone", "discussion", "engagement.detail", "document.mention"})
"""Fields whose words are all they have."""
COLOURS = {
    "quotation": "statement", "attribution": "statement", "statement.date": "statement", "document": "outcome", "outcome": "outcome", "review": "outcome",
    "engagement": "context", "context_event": "context", "cause": "context", "doc.boilerplate": "boilerplate",
}  # fmt: skip
"""Field of a claim -> how its mark looks; a plain fact otherwise."""


def field_name(field: str) -> str:
    """The words of a kind of claim."""
    return str(FIELDS.get(field) or field.rpartition(".")[2].replace("_", " "))


def fact_name(fact: str, states: Mapping[str, Any]) -> str:
    """The words of a row of the reconciliation; ``states`` is what the reports state of it."""
    if fact in FACTS:
        return str(FACTS[fact])
    head, _sep, rest = fact.partition(":")
    if head.startswith("chair."):
        return _("Co-chair, %(side)s") % {"side": side_name(head.removeprefix("chair."))}
    told = rest.replace("_", " ")
    if head == "quotation":
        return _("Quotation: %(who)s") % {"who": told}
    if head == "engagement":
        who = next((", ".join(one["persons"]) for one in states.values() if isinstance(one, dict) and one.get("persons")), told)
        return _("Engagement: %(what)s") % {"what": who}
    if head == "topic":
        names = load("areas").get(rest, {}).get(page_language()) or [told]
        return str(names[0][:1].upper() + names[0][1:])
    return fact


def speaker(register: Register) -> Callable[[str, Any], str]:
    """-> the words of a value of a field or fact; bodies by their names in this register."""

    def name(body: str) -> str:
        known = register.bodies.get(body)
        names = known.names if known else {}
        return (names.get(page_language()) or next(iter(names.values()), [body.rpartition(":")[2].replace("-", " ")]))[0]

    def told(field: str, value: Any) -> str:
        if value is None or value == "":
            return "" if field in SPEAKS else _("left open")
        if isinstance(value, list):
            return " / ".join(told(field, one) for one in value) or _("left open")
        if field in {"body", "framework", "body.name", "body.framework"}:
            return name(str(value)) if isinstance(value, str) else str(value)
        if isinstance(value, dict):
            return _object(field, value)
        if isinstance(value, int) and field == "delegates.count":
            return ngettext("%(count)s delegate", "%(count)s delegates", value) % {"count": value}
        if field.endswith(".date") or field in {"doc.published", "doc.dateline_date"}:
            return days(*str(value).split("/")) if "/" in str(value) else day(value)
        return str(VALUES.get(str(value), value)) if field in {"document.status", "document", "outcome"} else _words(field, str(value))

    return told


def _words(field: str, value: str) -> str:
    """A topic as reports tell it carries codes of modes and stage, ``name / modes (stage)``: they become words."""
    if not field.startswith("topic:"):
        return side_name(value) if field == "party" else value
    found = _TOPIC.fullmatch(value)
    if found is None:
        return value
    name, modes, stage = found.groups()
    said = ", ".join(code(mode.replace("_", "-")) for mode in modes.split(", ")) if modes else ""
    return (f"{name}: {said}" if said else name) + (f" ({code(stage.replace('_', '-'))})" if stage else "")


def _object(field: str, value: dict[str, Any]) -> str:
    if "modes" in value:
        return ", ".join(code(mode.replace("_", "-")) for mode in value["modes"]) or _("named, without a mode")
    if "value" in value:
        number = ngettext("%(count)s delegate", "%(count)s delegates", value["value"]) % {"count": value["value"]}
        return _("about %(number)s") % {"number": number} if value.get("approximate") else number
    if "persons" in value:
        parts = [
            str(VALUES.get(value["kind"], value["kind"])),
            ", ".join(value["persons"]),
            value.get("place") or "",
            _month(value.get("date") or ""),
        ]
        parts.append(str(VALUES.get(value["status"], value["status"])))
        return " · ".join(part for part in parts if part)
    if "person" in value:
        return f"{value['person']} ({side_name(value['side'])})" if value.get("side") else str(value["person"])
    if "status" in value:
        return f"{VALUES.get(value.get('type', ''), value.get('type', ''))}: {VALUES.get(value['status'], str(value['status']).replace('_', ' '))}"
    if "source" in value:
        return f"{value['source']} – {value.get('cue') or ''}".rstrip(" –")
    del field
    return ", ".join(f"{one}" for one in value.values() if isinstance(one, str | int))


def _month(text: str) -> str:
    from datetime import date

    if len(text) == 7:
        return str(format_date(date.fromisoformat(f"{text}-01"), "LLLL y", locale()))
    return day(text) if text else ""
