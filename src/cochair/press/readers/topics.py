"""Sub-groups and topics, with mode and stage word.

Rules of this module:

- A topic is an item of a list that a cue opens: cooperation in, opportunities in, emphasis on, areas such as, production of, joint projects in (data: ``coop``, ``topiclead``,
  ``mode``). Modes are those of ``data/modes.json``; they hold until the next cue; a cue of plain cooperation ends them.
- A stage word right before the cue (``potential``, ``explored``) holds to the end of the list. General engagement carries no stage, and hides the one before it:
  what is welcomed then is the engagement.
- After ``discussed`` and its like, a list counts only if a name of an area is in it. Items that say nothing of their own, persons and states are no topics.
- Nothing is read from quotations, attributions, headlines or what speaks of another engagement.
"""

from dataclasses import dataclass

from cochair.press.datafiles import load
from cochair.press.page import Page, Sentence
from cochair.press.readers.bodies import party_at
from cochair.press.readers.lists import Segment, closes, generic, plain_list, separator, split_group, trim

_MAX_WORDS = 10
_GENERAL = "enhanced_engagement"
_LEAN = frozenset(
    {
        "bilateral",
        "mutual",
        "practical",
        "economic",
        "industrial",
        "their",
        "our",
        "the",
        "joint",
        "trade",
        "further",
        "close",
        "closer",
        "technical",
    }
)


@dataclass
class Cue:
    """What opens a list: tokens, modes, stage, and whether items need a name of an area."""

    first: int
    last: int
    modes: tuple[str, ...] = ()
    stage: str | None = None
    strict: bool = False


def _modes(page: Page, i: int, last: int) -> Cue | None:
    """Capacity building and technology transfer in; production of; establishing."""
    modes, j = [], i
    j += 1 if page.fold(j) == "the" else 0
    while j < last and (mode := page.at("mode", j)) and mode[0] <= last:
        modes.append(mode[1])
        j = mode[0]
        joined = j + 1 if page.fold(j) == "and" else j
        if joined > j and joined < last and page.at("mode", joined):
            j = joined
        else:
            break
    if not modes:
        return None
    word = page.fold(j - 1)
    wider = page.at("topicprep", j - 1)
    if wider and wider[0] > j:  # joint projects in the areas of
        return Cue(i, wider[0], tuple(modes))
    if word not in {"of", "in", "for", "on", "into"}:
        prep = page.at("topicprep", j)
        if prep:
            j = prep[0]
        elif (not word.endswith("ing") and modes[-1] != "establishment") or word in {
            "building",
            "training",
            "manufacturing",
            "producing",
            "assembly",
        }:
            return None
    return Cue(i, j, tuple(modes))


def _cooperation(page: Page, i: int, last: int) -> Cue | None:
    """Cooperation in; potential collaboration around; enhance bilateral cooperation in."""
    deepen = page.at("deepen", i)
    j = deepen[0] if deepen else i
    steps = 0
    while deepen and j < last and page.fold(j) in _LEAN and steps < 4:
        j, steps = j + 1, steps + 1
    coop = page.at("coop", j)
    if coop is None:
        return None
    prep = page.at("topicprep", coop[0])
    middle = coop[0]
    if prep is None and page.fold(middle) == "and":  # cooperation and exchanges in
        again = page.at("coop", middle + 1)
        prep = page.at("topicprep", again[0]) if again else None
    if prep is None or prep[0] > last:
        return None
    general = deepen is not None and page.fold(j) not in {"opportunities", "opportunity", "prospects"}
    return Cue(i, prep[0], (_GENERAL,) if general else ())


def _lead(page: Page, i: int) -> Cue | None:
    lead = page.at("topiclead", i)
    if lead is None:
        return None
    end = lead[0]
    while (again := page.at("topicprep", end)) or (
        page.fold(end) in {"issues", "topics", "matters"} and page.fold(end + 1) in {"of", "such"}
    ):
        end = again[0] if again else end + 2
    while page.fold(end) in {"included", "include", "includes", "were", "are", ":"}:
        end += 1
    return Cue(i, end)


def _verb(page: Page, i: int, last: int) -> Cue | None:
    verb = page.at("topicverb", i)
    return Cue(i, verb[0], (), verb[1], strict=True) if verb and verb[0] < last else None


def _cue(page: Page, i: int, last: int, *, inside: bool = False) -> Cue | None:
    """Token -> the cue that starts there. ``inside`` a list only modes and cooperation start a new group."""
    stage = page.at("stage", i)
    if stage and stage[0] < last:
        after = stage[0] + (1 if page.fold(stage[0]) in {"the", "new", "joint"} and not page.at("mode", stage[0]) else 0)
        found = _modes(page, after, last) or _cooperation(page, after, last)
        if found:
            return Cue(i, found.last, found.modes, None if _GENERAL in found.modes else stage[1])
    made = _modes(page, i, last) or _cooperation(page, i, last)
    if made or inside:
        return made
    progress = page.at("progress", i)
    if progress and progress[0] < last:
        return Cue(i, progress[0], strict=True)
    return _lead(page, i) or _verb(page, i, last)


def _stage_before(page: Page, sentence: Sentence, cue: Cue) -> str | None:
    """The stage word that governs the cue."""
    if _GENERAL in cue.modes:
        return None
    if cue.stage:
        return cue.stage
    near = [s for s in page.each("stage", sentence) if s.end <= cue.first]
    if not near:
        return None
    wide = page.at("topiclead", cue.first) is not None
    return str(near[-1].value) if wide or cue.first - near[-1].end <= 2 else None


def _stage_after(page: Page, end: int, last: int) -> str | None:
    """Token after the list -> stage of ``were explored``."""
    if page.fold(end) not in {"was", "were", "are", "is"}:
        return None
    stage = next((m for k in range(end + 1, min(end + 3, last)) if (m := page.at("stage", k))), None)
    return str(stage[1]) if stage else None


def _segments(page: Page, cue: Cue, last: int) -> tuple[list[Segment], int]:
    """Cue -> segments of its list (the first of a group carries its cue), and the token after the list."""
    segments: list[Segment] = []
    i = start = cue.last
    sep, current = "", cue
    fresh = True
    while i < last:
        if fresh:
            inner = _cue(page, i, last, inside=True)
            if inner and inner.last < last:
                if sep == "open":  # a cue right inside a cue: possible projects in the production of
                    inner.stage = inner.stage or current.stage
                    sep = segments.pop().sep
                current, i = inner, inner.last
                i += 1 if page.fold(i) == "," else 0
                start = i
                segments.append(Segment(start, start, sep, current))
                sep = "open"
                continue
            if i > cue.last and page.at("topiclead", i):  # another list begins
                break
            head = page.at("itemhead", i)
            if head:
                i, fresh = head[0], False
                continue
        fresh = False
        found = separator(page, i)
        if found:
            _close(segments, start, i, sep, current)
            start, sep, i, fresh = found[0], found[1], found[0], True
            continue
        if page.fold(i) == "and" and (page.at("topiclead", i + 1) or page.at("topicverb", i + 1)):  # and exchanged views on
            break
        if page.fold(i) == "and" and (inner := _cue(page, i + 1, last, inside=True)) and inner.last < last:
            _close(segments, start, i, sep, current)
            start, sep, i, fresh = i + 1, ", and", i + 1, True
            continue
        if closes(page, i):
            break
        i += 1
    _close(segments, start, i, sep, current)
    return segments, i


def _close(segments: list[Segment], first: int, last: int, sep: str, cue: Cue) -> None:
    if sep == "open":
        segments[-1].last = last
    else:
        segments.append(Segment(first, last, sep, cue))


def _groups(segments: list[Segment]) -> list[list[Segment]]:
    groups: list[list[Segment]] = []
    for segment in segments:
        if groups and groups[-1][0].cue is segment.cue:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _topical(page: Page, first: int, last: int, *, strict: bool) -> bool:
    if last - first > _MAX_WORDS or generic(page, first, last) or page.at("stop", first) or page.at("saidverb", first):
        return False
    if any(page.at(kind, i) for kind in ("cursession", "body", "date", "posthead", "sessnoun", "doc") for i in range(first, last)):
        return False
    party = party_at(page, first)
    if party and party[0] >= last:
        return False
    return not strict or _area_in(page, first, last) or (last - first <= 4 and not page.capital(first))


def _area_in(page: Page, first: int, last: int) -> bool:
    return any(not _broad(value) for i in range(first, last) for end, value in page.found.get("area", {}).get(i, ()) if end <= last)


def _broad(area: str) -> bool:
    entry = load_areas().get(area)
    return bool(entry and entry.get("broad"))


_AREAS: dict[str, dict[str, object]] = {}


def load_areas() -> dict[str, dict[str, object]]:
    """-> the areas of cooperation by code (data/areas.json), read once."""
    if not _AREAS:
        _AREAS.update(load("areas"))
    return _AREAS


def read_subgroups(page: Page) -> None:
    """Claims subgroup; masks the lists."""
    for sentence in page.body_text():
        for cue in page.each("subgroupnoun", sentence):
            if page.fold(cue.end) not in {"on", "for", "in"} or cue.start in page.masked or sentence.scope == "engagement":
                continue
            items = plain_list(page, cue.end + 1, sentence.last)
            for first, last in items:
                if not generic(page, first, last) and last - first <= _MAX_WORDS:
                    page.claim("subgroup", (first, last), page.words(first, last), "subgroup.list", cue=page.span(cue.start, cue.end))
                    page.masked.update(range(first, last))
            page.masked.update(range(cue.start, cue.end + 1))


def read_topics(page: Page) -> None:
    """Claims topic."""
    seen: set[int] = set()
    for sentence in page.body_text():
        if sentence.scope == "engagement":
            continue
        inside = {k for kind in ("body", "unit") for c in page.each(kind, sentence) for k in range(c.start, c.end)}
        i = sentence.first
        while i < sentence.last:
            cue = None if i in page.masked or i in inside else _cue(page, i, sentence.last)
            if cue is None or cue.last >= sentence.last:
                i += 1
                continue
            stage = _stage_before(page, sentence, cue)
            segments, end = _segments(page, cue, sentence.last)
            groups = _groups([s for s in segments if s.last > s.first])
            stage = stage or _stage_after(page, end, sentence.last)
            for number, group in enumerate(groups):
                following = groups[number + 1][0].sep if number + 1 < len(groups) else ""
                own: Cue = group[0].cue
                stage = own.stage or stage
                items = [trim(page, *item) for item in split_group(page, group, closed=following == ", and" and len(group) > 1)]
                if not own.strict or any(_area_in(page, *item) for item in items):
                    for item in items:
                        _topic(page, item, own, stage, seen)
            i = max(end, cue.last, i + 1)


def _topic(page: Page, item: tuple[int, int], cue: Cue, stage: str | None, seen: set[int]) -> None:
    first, last = item
    if first >= last or first in seen or not _topical(page, first, last, strict=cue.strict):
        return
    seen.add(first)
    page.claim(
        "topic", (first, last), page.words(first, last), "topic.verb" if cue.strict else "topic.list", modes=list(cue.modes),
        cue=page.span(cue.first, cue.last), stage=None if _GENERAL in cue.modes else stage,
    )  # fmt: skip
