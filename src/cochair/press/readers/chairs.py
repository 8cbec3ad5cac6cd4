"""Who chaired, for which Side.

Rules of this module:

- ``co-chaired by A and B``, ``from the X side by A, from the Y side by B``, ``A and B co-chaired``, ``the X delegation was led by A``, ``A led the X delegation``,
  ``with A and B leading their delegations``, ``co-chairs of the session were A and B``.
- The Side is what the text names (side phrase, state in the office); the last one of two parties left over goes to the chair left over; else it stays unknown.
"""

from dataclasses import dataclass
from typing import Any

from cochair.press.datafiles import small
from cochair.press.page import Page, Sentence
from cochair.press.patterns import Capture
from cochair.press.readers.bodies import party_at
from cochair.press.readers.people import Unit, full_name, unit_at, units

_BETWEEN = small("between_chairs")


@dataclass
class _Chair:
    unit: Unit
    side: str | None
    side_span: tuple[int, int] | None
    role: Capture
    implicit: bool = False


def side_phrase(page: Page, i: int) -> tuple[int, str, tuple[int, int]] | None:
    """Token -> (end, state, tokens) of ``from the Russian side``, ``representing India``, ``the Kazakh delegation``."""
    j, prep = i, False
    if page.fold(j) in {"from", "on", "for", "representing", "by"}:
        prep, j = True, j + 1
        if page.fold(j) == "behalf" and page.fold(j + 1) == "of":
            j += 2
    start = j + (1 if page.fold(j) == "the" else 0)
    party = party_at(page, j) if j < len(page.tokens) else None
    if party is None:
        return None
    end = party[0] + (1 if page.fold(party[0]) in {"'s", "’s"} else 0)
    side = page.at("side", end)
    if side:
        return side[0], party[1], (start, side[0])
    return (
        (party[0], party[1], (start, party[0]))
        if prep and page.fold(i) in {"from", "representing", "for"} and page.at("country", start)
        else None
    )


def _follow(page: Page, i: int, last: int, role: Capture, pending: tuple[str, tuple[int, int]] | None) -> list[_Chair]:
    """Units after ``by``, each with the side phrase that belongs to it."""
    out: list[_Chair] = []
    fresh = False
    while i < last and len(out) < 4:
        phrase = side_phrase(page, i)
        if phrase:
            if fresh and out[-1].side is None:
                out[-1].side, out[-1].side_span = phrase[1], phrase[2]
            else:
                pending = (phrase[1], phrase[2])
            i, fresh = phrase[0], False
            continue
        unit = unit_at(page, i, last, bare=True) if i not in page.masked else None
        if unit and (unit.office or unit.last - unit.name[0] > 1 or full_name(page, unit.full) != unit.full):
            side, span = pending or (unit.side, unit.side_span)
            out.append(_Chair(unit, side, span, role))
            i, pending, fresh = unit.last, None, True
        elif page.fold(i) in _BETWEEN or page.at("chaircue", i) or page.at("body", i):
            body = page.at("body", i)
            fresh = fresh and page.fold(i) not in {",", "and", "while"}
            i = body[0] if body else i + 1
        else:
            break
    return out


def _passive(page: Page, sentence: Sentence, cue: Capture) -> int | None:
    """-> the token after the cue from which to read on, when the sentence is passive."""
    i = cue.end
    if page.fold(i) == "by" or page.fold(i) == "jointly":
        return i
    verb = next((k for k in range(i, min(i + 7, sentence.last)) if page.fold(k) in {"was", "were"}), None)
    if cue.start == sentence.first and verb:  # co-chairing the session were A and B
        return verb
    phrase = side_phrase(page, i + (1 if page.fold(i) == "," else 0))
    if phrase and phrase[0] < sentence.last and page.fold(phrase[0] + (1 if page.fold(phrase[0]) == "," else 0)) == "by":
        return i
    return None


def _before(page: Page, sentence: Sentence, cue: Capture) -> tuple[str, tuple[int, int]] | None:
    """The last side phrase of the sentence before the cue."""
    found = None
    if page.fold(cue.start) == "represented":  # Egypt was represented by
        return next(
            ((p[1], (i, p[0])) for i in range(sentence.first, cue.start) if (p := page.at("country", i)) and cue.start - p[0] <= 2), None
        )
    for i in range(sentence.first, cue.start):
        phrase = side_phrase(page, i)
        if phrase and phrase[0] <= cue.start:
            found = (phrase[1], phrase[2])
    return found


def _active(page: Page, sentence: Sentence, cue: Capture) -> list[_Chair]:
    people = [u for u in units(page, sentence.first, cue.start, bare=True) if u.office or u.name[1] - u.name[0] > 1]
    if not people or cue.start - people[-1].last > 10:
        return []
    out = [_Chair(u, u.side, u.side_span, cue) for u in people[-2:]]
    _respectively(page, sentence, out)
    for i in range(cue.end, min(cue.end + 25, sentence.last)):
        if page.fold(i) in {"with", "alongside"}:
            unit = unit_at(page, i + 1, sentence.last, bare=True)
            if unit and (unit.office or unit.name[1] - unit.name[0] > 1):
                out.append(_Chair(unit, unit.side, unit.side_span, cue))
                break
    phrase = side_phrase(page, cue.end)
    if phrase and len(out) == 1 and out[0].side is None:
        out[0].side, out[0].side_span = phrase[1], phrase[2]
    return out


def _respectively(page: Page, sentence: Sentence, chairs: list[_Chair]) -> None:
    """Ministers of X and Y, A and B: the first for the first, the second for the second."""
    if len(chairs) != 2 or any(c.side for c in chairs) or page.fold(chairs[0].unit.first - 1) != ",":
        return
    stop = chairs[0].unit.first - 1
    for i in range(sentence.first, stop):
        one = party_at(page, i)
        two = party_at(page, one[0] + 1) if one and page.fold(one[0]) == "and" else None
        if one and two and two[0] == stop:
            chairs[0].side, chairs[1].side = one[1], two[1]
            return


def _context(page: Page, sentence: Sentence) -> bool:
    if any(page.fold(c.start) in {"co", "chaired"} for c in page.each("chaircue", sentence)):
        return True
    kinds = ("sessnoun", "sessplural", "side", "sidepl", "bodytype", "body", "cursession")
    return any(page.has(kind, sentence.first, sentence.last) is not None for kind in kinds)


def _find(page: Page, sentence: Sentence) -> list[_Chair]:
    out: list[_Chair] = []
    for cue in page.each("chaircue", sentence):
        if cue.start in page.masked or page.fold(cue.end) == "to":
            continue
        start = _passive(page, sentence, cue)
        if page.fold(cue.start) == "represented" and (start is None or _before(page, sentence, cue) is None):
            continue
        if start is not None:
            pending = _before(page, sentence, cue)
            after = side_phrase(page, cue.end) if pending is None else None  # leading the X delegation was A
            out += _follow(page, start, sentence.last, cue, (after[1], after[2]) if after and after[0] <= start else pending)
        else:
            out += _active(page, sentence, cue)
    if not out:
        for noun in page.each("chairnoun", sentence):
            if noun.start not in page.masked and page.fold(noun.start - 1) not in {"both", "two"}:
                out += _follow(page, noun.end, sentence.last, noun, None)
    return out


def read_chairs(page: Page) -> None:
    """Claims chair; keeps their names in ``page.facts["chairs"]``."""
    chairs: dict[str, _Chair] = {}
    for sentence in page.body_text():
        if sentence.scope == "engagement" or not _context(page, sentence):
            continue
        for chair in _find(page, sentence):
            name = full_name(page, chair.unit.full)
            if name not in chairs and len(chairs) < 4:
                chairs[name] = chair
    parties = page.facts["parties"]
    for chair in chairs.values():
        if chair.side is None:
            chair.side = page.facts["sides"].get(chair.unit.full)
    if len(parties) == 2 and len(chairs) == 2:
        first, second = chairs.values()
        for chair, other in ((first, second), (second, first)):
            if chair.side is None and other.side in parties:
                chair.side, chair.implicit = next(p for p in parties if p != other.side), True
    for name, chair in chairs.items():
        if parties and chair.side and chair.side not in parties:
            continue
        office: Any = page.span(*chair.unit.office) if chair.unit.office else None
        page.claim(
            "chair", (chair.unit.name[0], chair.unit.name[1]), {"person": name, "side": chair.side}, "chair", office=office,
            side_span=page.span(*chair.side_span) if chair.side_span else None, role_span=page.span(chair.role.start, chair.role.end),
            side_implicit=chair.implicit or None,
        )  # fmt: skip
    page.facts["chairs"] = [(name, chair.side) for name, chair in chairs.items()]
