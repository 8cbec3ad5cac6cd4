"""Valid things of the stage `bodies`: SPECIMEN contents, acted by posts."""

from typing import Any

from cochair.bodies.contents import Body, BodyLanguage, Designee, Holder, Person, Post, Rules
from tests.makers.papers import paper

PERSON, OTHER_PERSON, LETTER = paper("a person"), paper("another person"), paper("a letter")


def body(**over: Any) -> Body:
    names = {
        "IN": {"en": "SPECIMEN India-Russia Working Group", "hi": "नमूना कार्य समूह"},
        "RU": {"en": "SPECIMEN Russia-India Working Group", "ru": "ОБРАЗЕЦ Российско-индийская рабочая группа"},
    }
    return Body(**{"kind": "working-group", "names": names, "code": "WG", "parent": "IN/record/1", "terms": {"en": "To cooperate"}} | over)


def commission(**over: Any) -> Body:
    return body(**{"kind": "commission", "code": "IGC", "parent": None} | over)


def sub_group(parent: str, code: str = "SG-1", **over: Any) -> Body:
    return body(**{"kind": "sub-group", "code": code, "parent": parent} | over)


def rules(**over: Any) -> Rules:
    languages = (BodyLanguage(lang="en", status="authentic"), BodyLanguage(lang="ru", status="authentic"))
    return Rules(**{"languages": languages, "agenda_days": 30, "list_days": 10} | over)


def post(body_id: str = "IN/record/1", **over: Any) -> Post:
    return Post(**{"body": body_id, "kind": "co-chair", "titles": {"en": "Co-chair", "ru": "Сопредседатель"}} | over)


def holder(post_id: str = "IN/record/2", **over: Any) -> Holder:
    office = {"en": ("Secretary", "SPECIMEN Department", "SPECIMEN Ministry")}
    return Holder(**{"post": post_id, "person": PERSON, "office": office, "since": "2024-01-15"} | over)


def designee(post_id: str = "IN/record/2", meeting: str = "IN/record/5", **over: Any) -> Designee:
    return Designee(**{"post": post_id, "meeting": meeting, "person": OTHER_PERSON, "letter": LETTER} | over)


def person(**over: Any) -> Person:
    return Person(
        **{"name": {"en": "Co-chair of the Indian Side (SPECIMEN)", "ru": "Сопредседатель (ОБРАЗЕЦ)"}, "honorific": {"en": "H.E."}} | over
    )
