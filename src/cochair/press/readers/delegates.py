"""How many took part, and who they were.

Rules of this module:

- A count is a number before ``delegates``, ``participants`` and their like (``representatives`` and ``experts`` only where the sentence speaks of taking part),
  or ``an 18-member delegation``. ``around`` and its like make it approximate.
- Kinds are the items of the list that ``including`` opens in the same sentence, if a word for a kind of people is in them.
"""

from cochair.press.page import Page, Sentence
from cochair.press.readers.bodies import party_at
from cochair.press.readers.lists import plain_list

_SURE = frozenset({"delegates", "participants", "attendees"})
_TAKING_PART = frozenset(
    {"attended", "participation", "participated", "delegation", "delegations", "part", "presence", "brought", "gathered", "joined"}
)


def _number(page: Page, i: int) -> int | None:
    text = page.fold(i).replace(",", "")
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return int(text)
    word = page.at("number", i)
    return int(word[1]) if word else None


def _counts(page: Page, sentence: Sentence) -> list[int]:
    """-> tokens after each count of the sentence; claims them."""
    ends = []
    part = any(page.fold(i) in _TAKING_PART for i in range(sentence.first, sentence.last))
    for i in range(sentence.first, sentence.last - 1):
        number = _number(page, i)
        if number is None or i in page.masked or page.at("date", i):
            continue
        j = i + 1
        for _ in range(3):
            if j < sentence.last and not page.at("peopleunit", j) and page.tokens[j].text[0].isalpha() and not page.at("stop", j):
                j += 1
        unit = page.at("peopleunit", j)
        side = party_at(page, j - 1) if j > i + 1 else None
        if unit and (page.fold(j) in _SURE or part):
            first = next((m.start for m in page.each("approx", sentence) if m.end == i), i)
            page.claim(
                "delegates.count", (first, i + 1), number, "delegates.count", approximate=first < i or None, unit_span=page.span(j, unit[0]),
                side=side[1] if side else None,
            )  # fmt: skip
            ends.append(unit[0])
        elif page.fold(i + 1) == "-" and page.fold(i + 2) in {"member", "person", "strong"} and part:
            page.claim("delegates.count", (i, i + 1), number, "delegates.member-delegation", unit_span=page.span(i + 2, i + 3))
            ends.append(i + 3)
    return ends


def _kinds(page: Page, sentence: Sentence, start: int) -> None:
    cue = next((c for c in page.each("including", sentence) if c.start >= start and c.start - start <= 8), None)
    if cue is None:
        return
    for first, last in plain_list(page, cue.end, sentence.last, frozenset({"from", "in", "at"})):
        if any(page.at("kindhead", i) for i in range(first, last)) and last - first <= 9:
            page.claim("delegates.kind", (first, last), page.words(first, last), "delegates.kind")


def read_delegates(page: Page) -> None:
    """Claims delegates.count and delegates.kind."""
    for sentence in page.body_text():
        if sentence.scope == "engagement":
            continue
        ends = _counts(page, sentence)
        if not ends:
            cue = page.has("delegatecue", sentence.first, sentence.last)
            ends = [cue + 1] if cue is not None else []
        for end in ends[:1]:
            _kinds(page, sentence, end)
