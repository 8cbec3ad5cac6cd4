"""The review section of the draft, composed from the agreed assessments in each language: plain sentences that people then negotiate as any other.

One heading, one paragraph an action in the order of the review, one on the way forward. An action without an agreed assessment gets a bracket
in which each Side's latest report stands as its wording, so that what is open is seen to be open. Nothing here is proposed: the caller hands
the units to ``operations.propose_draft`` after a person has read them.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cochair.followup.contents import Assessment, Due, WayForward
from cochair.followup.review import ReviewRow, review
from cochair.kit.errors import NotHeld, Rejected
from cochair.kit.names import pick
from cochair.meetings import queries as meetings
from cochair.paper.words import dates, ordinal
from cochair.protocol.operations import Unit
from cochair.protocol.text import Bracket, Run, Text, heading, paragraph, parse, plain
from cochair.record.positions import readings

if TYPE_CHECKING:
    from cochair.record.node import Node

LANGUAGES = ("en", "ru")
STATES: dict[str, dict[str, str]] = {
    "not-started": {"en": "work has not begun", "ru": "работа не начата"},
    "in-progress": {"en": "work is in progress", "ru": "работа ведётся"},
    "done": {"en": "done", "ru": "выполнено"},
    "partly-done": {"en": "done in part", "ru": "выполнено частично"},
    "delayed": {"en": "delayed", "ru": "выполнение задерживается"},
    "blocked": {"en": "work cannot go on at present", "ru": "работа в настоящее время приостановлена"},
    "standing": {"en": "continues as a standing task", "ru": "выполняется на постоянной основе"},
    "overtaken": {"en": "overtaken by events", "ru": "утратило актуальность"},
    "replaced": {"en": "replaced by a later decision", "ru": "заменено более поздним решением"},
    "ended-by-consent": {"en": "ended by agreement of the Sides", "ru": "прекращено по согласию Сторон"},
    "sides-differ": {"en": "the Sides assess the state differently", "ru": "Стороны оценивают состояние по-разному"},
}
WORDS = {
    "title": {"en": "Implementation of earlier decisions", "ru": "Ход выполнения ранее принятых решений"},
    "heading": {"en": "Implementation of the decisions of the {} session", "ru": "Выполнение решений предыдущего заседания ({})"},
    "item": {"en": "Item {}: ", "ru": "Пункт {}: "},
    "plain": {"en": "Action: ", "ru": "Поручение: "},
    "on": {"en": "; to be continued", "ru": "; работа продолжается"},
    "by": {"en": " by {}", "ru": ", срок – {}"},
    "quarter": {"en": "the end of quarter {q} of {y}", "ru": "конец {q} квартала {y} года"},
    "next": {"en": "the next session", "ru": "следующее заседание"},
    "open": {"en": "not assessed yet", "ru": "оценка не согласована"},
    "forward": {"en": "The Sides agreed to hold the {} session", "ru": "Стороны договорились провести очередное заседание ({})"},
    "forward-plain": {"en": "The Sides agreed to hold the next session", "ru": "Стороны договорились провести следующее заседание"},
    "in": {"en": " in {}", "ru": ", место проведения – {}"},
}


def review_section(node: "Node", room: str, session: str, *, languages: Sequence[str] = LANGUAGES, number: str = "") -> list[Unit]:
    """Units of the review section of a session's protocol; the first is its heading, the others stand under it. ``number``: "2" gives 2, 2.1, 2.2.

    Raises Rejected for a language that the templates do not know.
    """
    if unknown := [lang for lang in languages if lang not in LANGUAGES]:
        raise Rejected(
            "The review section cannot be composed in {names}",
            "Compose it in English and Russian, and translate from there",
            names=", ".join(unknown),
        )
    titles = review_titles(node, room, session, languages)
    with node.read() as tx:
        rows = review(tx, room, session, node.side)
        way = next(iter(readings(tx, room, "followup.way_forward", WayForward, node.side, session)), None)
    units = [Unit("heading", titles, number)]
    for row in rows:
        units.append(Unit("paragraph", {lang: _action(node, room, row, lang) for lang in languages}, _next(number, units), 0))
    if way is not None:
        units.append(Unit("paragraph", {lang: _forward(way.content, lang, node.side) for lang in languages}, _next(number, units), 0))
    return units


def review_titles(node: "Node", room: str, session: str, languages: Sequence[str] = LANGUAGES) -> dict[str, Text]:
    """The heading of the review section in each language: by it a text that has the section already is known."""
    with node.read() as tx:
        before = next(iter(meetings.chain(tx, room, session, node.side)), None)
        numbers = meetings.session(tx, room, before, node.side).content.ordinals if before else {}
    return {lang: heading(lang, _title(numbers.get(node.side), lang)) for lang in languages}


def _title(number: int | None, lang: str) -> str:
    return WORDS["title"][lang] if number is None else WORDS["heading"][lang].format(ordinal(number, lang))


def _next(number: str, units: Sequence[Unit]) -> str:
    return f"{number}.{len(units)}" if number else ""


def _action(node: "Node", room: str, row: ReviewRow, lang: str) -> Text:
    said = row.content
    head = WORDS["item"][lang].format(said.printed) if said.printed else WORDS["plain"][lang]
    wording = _wording(node, room, said.papers, lang) or pick(said.text, lang)
    runs: list[Run] = [f"{head}{wording.rstrip('. ')} – "]
    if row.assessment is not None and row.carry_over is not None:
        runs.append(_assessed(row.assessment.content, lang))
    elif row.reports:
        runs.append(Bracket({side: STATES[one.content.state][lang] for side, one in row.reports.items()}))
    else:
        runs.append(WORDS["open"][lang])
    return paragraph(lang, *runs, ".")


def _wording(node: "Node", room: str, papers: Mapping[str, str], lang: str) -> str:
    """The signed wording of an action, on one line; "" if it names none in this language or its paper is not here."""
    try:
        return " ".join(plain(parse(node.paper(room, papers[lang]))).split()) if lang in papers else ""
    except (NotHeld, Rejected):
        return ""


def _assessed(one: Assessment, lang: str) -> str:
    words = STATES[one.state][lang]
    if one.carry_over:
        words += WORDS["on"][lang] + _due(one.new_due, lang)
    return words


def _due(due: Due | None, lang: str) -> str:
    if due is None or due.code == "none":
        return ""
    if due.code == "date" and due.date:
        when = dates(due.date, due.date, lang)
    elif due.code == "quarter" and due.quarter:
        year, quarter = due.quarter.split("-Q")
        when = WORDS["quarter"][lang].format(q=quarter, y=year)
    else:
        when = WORDS["next"][lang]
    return WORDS["by"][lang].format(when)


def _forward(way: WayForward, lang: str, side: str) -> Text:
    number = way.next.ordinals.get(side)
    words = WORDS["forward"][lang].format(ordinal(number, lang)) if number else WORDS["forward-plain"][lang]
    if way.next.place:
        words += WORDS["in"][lang].format(pick(way.next.place, lang))
    return paragraph(lang, words, _due(way.next.due, lang), ".")
