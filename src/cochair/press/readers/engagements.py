"""Engagements around the session (meetings, visits; held, ongoing, planned) and events named as context. Neither is part of the session.

Rules of this module:

- An engagement is a person with office (or a surname known from before) as subject of a verb of meeting or visiting, or ``X's last visit``; not a sentence about the numbered
  session itself, unless it says ``on the sidelines``.
- From such a sentence on, the text speaks of the engagement, until a sentence names the session, the body, its co-chairs or sub-groups again.
- A context event is what the report sets beside the session (``coincided with``), if an event word with its actor follows.
"""

from typing import Any

from cochair.press.dates import code_of, resolve
from cochair.press.page import Page, Sentence
from cochair.press.patterns import Capture
from cochair.press.readers.bodies import party_at
from cochair.press.readers.people import Unit, full_name, unit_at, units

_HELD = frozenset({"last", "previous", "recent", "latest", "earlier"})
_PLANNED = frozenset({"next", "forthcoming", "upcoming", "planned", "coming"})


def speaks_of_session(page: Page, sentence: Sentence) -> bool:
    """Does the sentence name the session, the body, its chairs, sub-groups?"""
    for kind in ("cursession", "body", "chairnoun", "subgroupnoun"):
        if page.has(kind, sentence.first, sentence.last) is not None:
            return True
    return any(
        page.fold(i) in {"session", "commission", "committee"} or page.at("bodytype", i)
        for i in range(sentence.first, sentence.last)
        if page.fold(i - 1) == "the"
    )


def _subject(page: Page, sentence: Sentence, verb: int) -> Unit | None:
    """-> the unit that ends right before the verb, the longest."""
    for i in range(max(sentence.first, verb - 30), verb):
        if i in page.masked or not (page.tokens[i].text[0].isupper() or page.fold(i) == "the"):
            continue
        unit = unit_at(page, i, verb, bare=True)
        if unit and unit.last == verb and _known(page, unit):
            return unit
    return None


def _known(page: Page, unit: Unit) -> bool:
    return unit.office is not None or len(unit.full.split()) > 1 or full_name(page, unit.full) != unit.full


def _person(page: Page, unit: Unit, subject: Unit | None) -> dict[str, Any]:
    full = full_name(page, unit.full)
    out: dict[str, Any] = {"name": page.span(*unit.name)}
    if unit.office:
        out["office"] = page.span(*unit.office)
    if unit.rank:
        out["rank"] = page.span(*unit.rank)
    if unit.office and "counterpart" in page.words(*unit.office).lower() and subject:
        office = page.facts["offices"].get(full_name(page, subject.full), "")
        out["office_resolved"] = office.split(" ", 1)[1] if office and subject.side and " " in office else office
    side = unit.side or page.facts["sides"].get(full)
    return out | ({"side": side} if side else {})


def _end(page: Page, sentence: Sentence, start: int) -> int:
    end = next((i for i in range(start, sentence.last) if i in page.masked), sentence.last)
    while end > start and page.tokens[end - 1].text in {",", ".", ";", "!", ":"}:
        end -= 1
    return end


def _claim(page: Page, sentence: Sentence, kind: str, status: str, status_span: Capture, subject: Unit, start: int) -> None:
    end = _end(page, sentence, status_span.end)
    people = [subject, *units(page, status_span.end, end, bare=True)]
    people = [u for u in people if u is subject or _known(page, u)]
    cities = [c for c in page.each("city", sentence) if c.start >= start and c.end <= end]
    when = next((d for d in page.each("date", sentence) if d.start not in page.masked), None)
    reference = page.facts.get("reference")
    date = resolve(when.value, reference, ahead=status == "planned") if when else None
    place = cities[0] if cities else None
    if place and len(people) == 1 and place.end > status_span.end and not (when and when.start > place.end):
        end = place.end
    beside = next(iter(page.each("simultaneous", sentence)), None)
    value = {
        "kind": kind,
        "status": status,
        "date": date,
        "place": place.value[1] if place else None,
        "persons": [full_name(page, u.full) for u in people],
    }
    page.claim(
        "engagement", (start, end), value, f"engagement.{kind}", persons=[_person(page, u, subject) for u in people],
        date_span=page.span(when.start, when.end) if when else page.span(beside.start, beside.end) if beside else None,
        place_span=page.span(place.start, place.end) if place else None, status_span=page.span(status_span.start, status_span.end),
        weekday=code_of(when.value) if when and date is None else None, part_of_session=False,
    )  # fmt: skip


def _verbs(page: Page, sentence: Sentence) -> bool:
    options = [(c, "meeting") for c in page.each("meetverb", sentence)] + [(c, "visit") for c in page.each("visitverb", sentence)]
    for verb, kind in sorted(options, key=lambda option: option[0].start):
        subject = None if verb.start in page.masked else _subject(page, sentence, verb.start)
        if subject is None:
            continue
        if kind == "meeting" and not any(_known(page, u) for u in units(page, verb.end, min(verb.end + 25, sentence.last), bare=True)):
            continue
        if kind == "visit" and page.at("city", verb.end) is None and party_at(page, verb.end) is None:
            continue
        shown = verb
        for word in ("to", "in", "on"):  # the preposition belongs to the place
            if kind == "visit" and page.fold(verb.end - 1) == word:
                shown = Capture(verb.start, verb.end - 1, verb.value)
        _claim(page, sentence, kind, verb.value, shown, subject, subject.first)
        return True
    return False


def _visit_noun(page: Page, sentence: Sentence) -> bool:
    """X's last Moscow visit was in September 2024."""
    for noun in page.each("visitnoun", sentence):
        for i in range(max(sentence.first, noun.start - 12), noun.start):
            unit = unit_at(page, i, noun.start, bare=True)
            if unit is None or not _known(page, unit) or page.fold(unit.last) not in {"'s", "’s"} or i in page.masked:
                continue
            word = next((k for k in range(unit.last + 1, noun.start) if page.fold(k) in _HELD | _PLANNED), None)
            tense = next(
                (k for k in range(noun.end, min(noun.end + 3, sentence.last)) if page.fold(k) in {"was", "took", "will", "is"}), None
            )
            if word is None or tense is None:
                continue
            status = "held" if page.fold(word) in _HELD else "planned"
            _claim(page, sentence, "visit", status, Capture(word, word + 1, None), unit, unit.first)
            return True
    return False


def read_engagements(page: Page) -> None:
    """Claims engagement; sets the scope of every sentence."""
    scope = "session"
    for sentence in page.body_text():
        session = speaks_of_session(page, sentence)
        aside = page.has("sidelines", sentence.first, sentence.last) is not None
        if (not session or aside) and (_verbs(page, sentence) or _visit_noun(page, sentence)):
            scope = "engagement"
        elif session:
            scope = "session"
        sentence.scope = scope


def read_context(page: Page) -> None:
    """Claims context_event."""
    for sentence in page.body_text():
        for cue in page.each("eventcue", sentence):
            if cue.start in page.masked or sentence.scope == "engagement":
                continue
            unit = unit_at(page, cue.end, sentence.last)
            state = party_at(page, cue.end)
            after, actor = (unit.last, full_name(page, unit.full)) if unit else (state[0], state[1]) if state else (cue.end, None)
            if (unit or state) and page.fold(after) not in {"'s", "’s"}:
                continue
            noun = next((c for c in page.each("eventnoun", sentence) if after <= c.start <= after + 3), None)
            if noun is None or (actor is None and page.fold(cue.end) not in {"the", "a", "an"}):
                continue
            end = next((i for i in range(noun.end, sentence.last) if page.fold(i) in {",", ".", ";"} or i in page.masked), sentence.last)
            page.claim(
                "context_event", (cue.end, end), {"kind": page.fold(noun.start) if noun.end == noun.start + 1 else noun.value, "actor": actor},
                "context.beside", relation_span=page.span(cue.start, cue.end), part_of_session=False,
            )  # fmt: skip
