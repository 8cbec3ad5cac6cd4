"""Who says it: quotations, attributions, and the date of a statement.

Rules of this module:

- A quotation is what stands between quotation marks, four words or more. Nothing inside it is a claim of the report's own (its tokens are masked).
- An attribution is a source with a verb of saying (``the Ministry said in a release``), or ``according to`` with a source. A source is an office of state, officials,
  media or sources, or a person; ``the sides noted`` is no attribution but a finding of the meeting.
- ``It added`` takes the source before it. A date that belongs to the statement is ``statement.date``, never the date of the session.
"""

from typing import Any

from cochair.press.claims import Claim
from cochair.press.dates import code_of, resolve
from cochair.press.gazetteer import ministries
from cochair.press.page import Page, Sentence
from cochair.press.readers.bodies import party_at
from cochair.press.readers.people import full_name, name_at, unit_at

_OPEN = {"“": "”", "«": "»", '"': '"', "„": "“"}
_BREAKS = frozenset({",", ";", ":", "“", "”", '"', "»", "«", "(", ")", "—", "–"})
_NOT_SOURCE = frozenset(
    {"sides", "parties", "delegations", "ministers", "leaders", "countries", "session", "meeting", "chairs", "nations", "protocol"}
)
_RELEASED = frozenset({"released", "issued", "published", "made", "posted", "dated"})
_MAX_SOURCE = 16


def read_quotations(page: Page) -> None:
    """Claims quotation; masks their tokens."""
    for sentence in page.body_text():
        i = sentence.first
        while i < sentence.last:
            close = _OPEN.get(page.tokens[i].text)
            end = next((j for j in range(i + 1, sentence.last) if page.tokens[j].text == close), None) if close else None
            if end is None:
                i += 1
                continue
            if sum(t.text[0].isalpha() for t in page.tokens[i + 1 : end]) >= 4:
                span = page.chars(page.tokens[i].end, page.tokens[end].start)
                page.claim("quotation", span, None, "quotation.marks", direct=True)
                page.masked.update(range(i, end + 1))
            i = end + 1


def _medium(page: Page, i: int, last: int) -> tuple[int, str | None, int]:
    """Token after the verb -> (end, medium, its first token): ``in an official release``, ``through a statement issued on Friday``."""
    j = i
    if page.fold(j) in {"in", "through", "via", "during", "at"}:
        j += 1
        start = j
        j += 1 if page.fold(j) in {"a", "an", "the", "its", "his", "her", "their"} else 0
        medium = page.at("medium", j)
        if medium and medium[0] <= last:
            return medium[0], page.words(j, medium[0]), start
    return i, None, i


def _statement_date(page: Page, i: int, last: int) -> int:
    """Token after verb and medium -> end of a date that belongs to the statement; claims it."""
    j = i
    j += 1 if page.fold(j) in _RELEASED else 0
    j += 1 if page.fold(j) in {"on", "late", "earlier"} and not page.at("date", j) else 0
    when = page.at("date", j) if j < last else None
    if not when or when[0] > last:
        return i
    value = resolve(when[1], page.facts.get("reference"))
    page.claim("statement.date", (j, when[0]), value, "statement.date", weekday=code_of(when[1]) if value is None else None)
    page.mark("usedate", j, when[0], None)
    return when[0]


def _source_back(page: Page, sentence: Sentence, verb: int) -> int | None:
    """Token of the verb -> first token of the source before it, or None."""
    i = verb
    while i > sentence.first and verb - i < _MAX_SOURCE:
        fold = page.fold(i - 1)
        if (
            i - 1 in page.masked
            or (fold in _BREAKS and not _comma_in_name(page, sentence, i - 1, verb))
            or fold in {"that", "which", "while", "when", "where"}
        ):
            break
        i -= 1
    if i == verb:
        return None
    unit = unit_at(page, i, verb, bare=True)
    if unit and unit.last == verb:
        return i
    if page.at("anaphor", i) and i + 1 == verb:
        return i
    heads = [k for k in range(i, verb) if page.at("sourcehead", k) or page.at("posthead", k)]
    return i if heads and not any(page.fold(k) in _NOT_SOURCE for k in range(i, verb)) else None


def _comma_in_name(page: Page, sentence: Sentence, comma: int, verb: int) -> bool:
    """Is this comma inside the name of a ministry (``Ministry of Investment, Industry and Trade``)?"""
    if page.fold(comma) != "," or page.at("areaword", comma + 1) is None or any(page.at("orgword", k) for k in range(comma + 1, verb)):
        return False
    return any(page.at("orgword", k) for k in range(max(sentence.first, comma - 6), comma))


def _value(page: Page, first: int, last: int, cue: str, medium: str | None) -> tuple[dict[str, Any], bool]:
    """Source tokens -> (value, is it an anaphor)."""
    if page.fold(first) in {"the", "a", "an"}:
        first += 1
    if page.at("anaphor", first) and last - first == 1:
        before = [c for c in page.claims if c.field == "attribution"]
        source = before[-1].value["source"] if before else None
        return {"source": source, "cue": cue} | ({"medium": medium} if medium else {}), True
    unit = unit_at(page, first, last, bare=True)
    source = full_name(page, unit.full) if unit and unit.last == last else page.words(first, last)
    return {"source": source, "cue": cue} | ({"medium": medium} if medium else {}), False


def _claim(page: Page, first: int, last: int, source: tuple[int, int], cue: str, medium: str | None, rule: str) -> None:
    value, anaphor = _value(page, source[0], source[1], cue, medium)
    organs = [k for k in range(*source) if page.at("organ", k)]
    media = [k for k in range(*source) if page.at("mediasource", k)]
    sources = any(page.fold(k) in {"sources", "source", "insiders"} for k in media)
    hedged = bool(media) or cue in {"suggest", "suggests", "suggested", "claimed", "indicated"}
    state = next((p[1] for k in range(*source) if (p := party_at(page, k))), None)
    state = state or next((c[1][0] for k in range(*source) if (c := page.at("city", k))), None)
    page.claim(
        "attribution", (first, last), value, rule, hedged=hedged or None, anaphor=anaphor or None, anonymous=sources or None,
        _organ=bool(organs), _state=state, _source=source,
    )  # fmt: skip
    page.masked.update(range(first, last))


def read_attributions(page: Page) -> None:
    """Claims attribution and statement.date; masks their tokens. ``finish_attributions`` adds the states."""
    for sentence in page.body_text():
        for cue in page.each("accordingto", sentence):
            end = cue.end
            while (
                end < sentence.last
                and page.fold(end) not in _BREAKS
                and page.fold(end) not in {".", "that"}
                and end - cue.end < _MAX_SOURCE
            ):
                end += 1
            while end < sentence.last and page.fold(end) == "," and _comma_in_name(page, sentence, end, min(end + 5, sentence.last)):
                end += 1
                while end < sentence.last and page.fold(end) not in _BREAKS and page.fold(end) != ".":
                    end += 1
            if any(page.at("sourcehead", k) for k in range(cue.end, end)) or name_at(page, cue.end, end):
                _claim(page, cue.start, end, (cue.end, end), page.words(cue.start, cue.end).lower(), None, "attribution.according-to")
        for verb in page.each("saidverb", sentence):
            if verb.start in page.masked or (page.fold(verb.start) in {"report", "reports"} and page.at("saidverb", verb.end)):
                continue
            first = _source_back(page, sentence, verb.start)
            if first is not None:
                end, medium, _ = _medium(page, verb.end, sentence.last)
                if page.fold(end) in {"reporters", "journalists", "media"}:
                    end += 1
                end = _statement_date(page, end, sentence.last)
                _claim(page, first, end, (first, verb.start), page.words(verb.start, verb.end).lower(), medium, "attribution.said")
            elif verb.start > sentence.first and verb.start - 1 in page.masked:
                unit = unit_at(page, verb.end, sentence.last, bare=True)
                if unit:
                    _claim(
                        page,
                        verb.start,
                        unit.last,
                        (unit.first, unit.last),
                        page.words(verb.start, verb.end).lower(),
                        None,
                        "attribution.said-after",
                    )
        for noun in page.each("medium", sentence):
            if noun.start not in page.masked and page.fold(noun.end) in _RELEASED:
                _statement_date(page, noun.end, sentence.last)


def _ministry(page: Page, source: str) -> tuple[str | None, str | None]:
    """Name -> (state, full name) when one of the parties has such a ministry."""
    parties = page.facts.get("parties", [])
    options = [o for o in ministries().get(source.lower(), []) if o[0] in parties] if parties else []
    host = page.facts.get("host")
    if len(options) > 1 and host:
        options = [o for o in options if o[0] == host]
    return options[0] if len(options) == 1 else (None, None)


def finish_attributions(page: Page) -> None:
    """Give offices of state their state, quotations their speaker."""
    last_state: str | None = None
    for claim in page.claims:
        if claim.field != "attribution":
            continue
        organ, state, source = (claim.detail.pop(key, None) for key in ("_organ", "_state", "_source"))
        if claim.detail.get("anaphor"):
            state = last_state
        elif organ:
            state = state or _ministry(page, claim.value["source"])[0] or page.facts.get("host")
        else:
            state = None
        last_state = state
        if state:
            claim.value = {"source": claim.value["source"], "country": state} | {k: v for k, v in claim.value.items() if k != "source"}
        claim.detail["source_span"] = page.span(*source)
    for quotation in page.claims:
        if quotation.field == "quotation":
            _speaker(page, quotation)


def _speaker(page: Page, quotation: Claim) -> None:
    span = quotation.spans[0]
    sentence = next((s for s in page.sentences if s.stretch.start <= span.start < s.stretch.end), None)
    if sentence is None:
        return
    near = [c for c in page.claims if c.field == "attribution" and sentence.stretch.start <= c.spans[0].start < sentence.stretch.end]
    if not near:
        return
    value = near[0].value
    speaker = {"span": near[0].detail["source_span"], "value": _ministry(page, value["source"])[1] or value["source"]}
    if value.get("country"):
        speaker["country"] = value["country"]
    quotation.detail["speaker"] = speaker
    if value.get("medium"):
        quotation.detail["medium"] = value["medium"]
