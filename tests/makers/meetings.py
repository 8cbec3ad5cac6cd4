"""Valid things of the stage `meetings`: SPECIMEN contents, acted by posts."""

from typing import Any

from cochair.meetings.contents import (
    Agenda,
    Dates,
    Declaration,
    Delegation,
    DelegationChange,
    Freeze,
    Item,
    Letter,
    Member,
    Receipt,
    Report,
    Session,
)
from tests.makers.papers import paper, person

PAPER, TRANSLATION = paper("a text"), paper("its translation")


def session(body: str = "IN/record/1", **over: Any) -> Session:
    return Session(**{"body": body, "ordinals": {"IN": 12, "RU": 12}, "previous": None, "host": "RU"} | over)


def dates(**over: Any) -> Dates:
    given = {"start": "2026-09-16", "end": "2026-09-17", "place": {"en": "Moscow", "ru": "Москва"}, "timezone": "Europe/Moscow"}
    return Dates(**given | over)


def agenda(*titles: str, **over: Any) -> Agenda:
    items = tuple(
        Item(no=str(no), title={"en": title, "ru": f"Пункт {no}"}, emerging=title.startswith("New"))
        for no, title in enumerate(titles or ("Opening remarks", "Review", "New and emerging areas"), 1)
    )
    return Agenda(**{"items": items} | over)


def member(number: int = 1, **over: Any) -> Member:
    return Member(**{"person": person(number), "order": number, "role": "head" if number == 1 else "member"} | over)


def members(count: int = 3) -> list[Member]:
    kinds = ("official", "expert", "industry")
    return [member(number, kind=kinds[number % 3]) for number in range(1, count + 1)]


def delegation(session_id: str = "IN/record/5", count: int = 3, **over: Any) -> Delegation:
    return Delegation(**{"session": session_id, "page": 0, "members": tuple(members(count))} | over)


def freeze(session_id: str = "IN/record/5", *pages: str) -> Freeze:
    return Freeze(session=session_id, pages=pages or ("IN/record/9",))


def change(session_id: str = "IN/record/5", **over: Any) -> DelegationChange:
    return DelegationChange(**{"session": session_id, "left": person(2), "joined": member(9)} | over)


def report(session_id: str = "IN/record/5", body: str = "IN/record/3", **over: Any) -> Report:
    return Report(**{"session": session_id, "body": body, "papers": {"en": PAPER}, "joint": True, "dated": "2026-09-01"} | over)


def letter(to: str = "RU", **over: Any) -> Letter:
    given = {"number": "P-11/2026", "dated": "2026-05-04", "to": to, "about": {"en": "Dates of the 12th session"}, "paper": PAPER}
    return Letter(**given | over)


def receipt(letter_id: str = "IN/record/11", **over: Any) -> Receipt:
    return Receipt(**{"letter": letter_id, "number": "вх-77", "received": "2026-05-06"} | over)


def declaration(session_id: str = "IN/record/5", **over: Any) -> Declaration:
    return Declaration(**{"session": session_id, "title": {"en": "On item 2"}, "papers": {"en": PAPER}, "item": "2"} | over)
