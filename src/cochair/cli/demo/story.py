"""The words and figures of act two: a fictitious 12th session. SPECIMEN; posts act, nobody has a name, and no date of a real undertaking is told."""

from typing import Any

from cochair.bodies.contents import Body, BodyLanguage, Person, Post, Rules
from cochair.followup.contents import Action, Area, Between, Due, NextSession, Project, WayForward
from cochair.followup.contents import Step as PlanStep
from cochair.meetings.contents import Agenda, Dates, Item, Session
from cochair.protocol.contents import Instrument, InstrumentLanguage
from cochair.protocol.operations import Unit
from cochair.protocol.text import Bracket, Text, heading, paragraph, tidy

SLUG = "specimen"
START, END = "2026-09-16", "2026-09-17"

COMMISSION = Body(
    kind="commission",
    code="IGC",
    names={
        "IN": {
            "en": "SPECIMEN India-Russia Intergovernmental Commission",
            "ru": "ОБРАЗЕЦ Индийско-Российская межправительственная комиссия",
        },
        "RU": {
            "en": "SPECIMEN Russia-India Intergovernmental Commission",
            "ru": "ОБРАЗЕЦ Российско-Индийская межправительственная комиссия",
        },
    },
)
SUB_GROUPS = (
    ("SG-MOD", "Modernisation", "модернизации"),
    ("SG-MIN", "Mining", "горному делу"),
    ("SG-FER", "Fertilisers", "удобрениям"),
    ("SG-RAIL", "Railway transport", "железнодорожному транспорту"),
)


def working_group(parent: str) -> Body:
    """The working group below the commission."""
    field = {
        "en": "Working Group on Modernisation and Industrial Cooperation",
        "ru": "Рабочая группа по модернизации и промышленному сотрудничеству",
    }
    names = {
        "IN": {
            "en": f"SPECIMEN India-Russia {field['en']}",
            "ru": f"ОБРАЗЕЦ Индийско-Российская {field['ru'][0].lower()}{field['ru'][1:]}",
        },
        "RU": {
            "en": f"SPECIMEN Russia-India {field['en']}",
            "ru": f"ОБРАЗЕЦ Российско-Индийская {field['ru'][0].lower()}{field['ru'][1:]}",
        },
    }
    return Body(kind="working-group", code="WG-MIC", names=names, parent=parent)


def sub_group(parent: str, code: str, en: str, ru: str) -> Body:
    """One sub-group below the working group; both Sides call it alike."""
    names = {"en": f"SPECIMEN Sub-group on {en}", "ru": f"ОБРАЗЕЦ Подгруппа по {ru}"}
    return Body(kind="sub-group", code=code, names={"IN": names, "RU": names}, parent=parent)


RULES = Rules(
    languages=(BodyLanguage(lang="en", status="authentic"), BodyLanguage(lang="ru", status="authentic")), agenda_days=30, list_days=10
)


def session(body: str, number: int, previous: str | None, host: str) -> Session:
    """A numbered session."""
    return Session(body=body, ordinals={"IN": number, "RU": number}, previous=previous, host=host)


DATES = Dates(
    start=START, end=END, place={"en": "Moscow", "ru": "Москва"}, venue={"en": "SPECIMEN house of meetings", "ru": "ОБРАЗЕЦ дом переговоров"},
    timezone="Europe/Moscow",
)  # fmt: skip


def agenda(*, waste: bool) -> Agenda:
    """The agenda; with an item on waste as the Russian Side wants it, or without."""
    titles = [
        ("Opening and adoption of the agenda", "Открытие и утверждение повестки дня", False),
        ("Reports of the sub-groups", "Доклады подгрупп", False),
        ("Review of the actions agreed at the 11th session", "Ход выполнения решений одиннадцатого заседания", False),
        ("Aerospace science and technology", "Авиационно-космическая наука и технологии", False),
        ("New and emerging areas", "Новые и перспективные направления", True),
        *([("Industrial and domestic waste", "Промышленные и бытовые отходы", True)] if waste else []),
        ("Way forward and the protocol", "Дальнейшие шаги и протокол", False),
    ]
    return Agenda(items=tuple(Item(no=str(no), title={"en": en, "ru": ru}, emerging=new) for no, (en, ru, new) in enumerate(titles, 1)))


def post(body: str, side: str, kind: Any) -> Post:
    """A post of a Side on the working group."""
    ours = side == "IN"
    en, ru = {
        "co-chair": ("Co-chair of the Working Group", "Сопредседатель Рабочей группы"),
        "deputy": ("Deputy co-chair of the Working Group", "Заместитель сопредседателя Рабочей группы"),
        "executive-secretary": ("Executive secretary", "Ответственный секретарь"),
    }[kind]
    suffix = ("Indian Side", "Индийской Стороны") if ours else ("Russian Side", "Российской Стороны")
    return Post(body=body, kind=kind, titles={"en": f"{en}, {suffix[0]}, SPECIMEN", "ru": f"{ru} {suffix[1]}, ОБРАЗЕЦ"})


def seat(side: str, number: int) -> Person:
    """A seat of a delegation; no name, only the post that sits there."""
    en, ru = ("Indian Side", "Индийской Стороны") if side == "IN" else ("Russian Side", "Российской Стороны")
    return Person(
        name={"en": f"Member {number} of the delegation of the {en} (SPECIMEN)", "ru": f"Член делегации {ru} № {number} (ОБРАЗЕЦ)"}
    )


# printed number, English, Russian, due, the Indian Side's report, the Russian Side's report, what both then say, carried over
ACTIONS: tuple[tuple[str, str, str, Due, str, str, str, bool], ...] = (
    ("3.1", "Exchange lists of enterprises that make piston engines for small aircraft", "Обменяться перечнями предприятий, производящих поршневые двигатели для малой авиации",
     Due(code="next-session"), "done", "done", "done", False),
    ("3.2", "Prepare a joint study on a modernised wind tunnel", "Подготовить совместное исследование по модернизированной аэродинамической трубе",
     Due(code="next-session"), "in-progress", "in-progress", "in-progress", True),
    ("3.3", "Hold an expert meeting on carbon fibre", "Провести экспертную встречу по углеродному волокну", Due(code="next-session"), "done", "partly-done", "sides-differ", True),
    ("3.4", "Train operators of mining equipment", "Провести обучение операторов горной техники", Due(code="none"), "standing", "standing", "standing", True),
    ("3.5", "Exchange experience in underground coal gasification", "Обменяться опытом подземной газификации угля", Due(code="next-session"), "not-started", "not-started", "not-started", True),
)  # fmt: skip

AREAS = (
    ("AER", "Aerospace science and technology", "Авиационно-космическая наука и технологии"),
    ("MIN", "Mining and minerals", "Горное дело и минеральное сырьё"),
)


def area(code: str, en: str, ru: str) -> Area:
    """An area of cooperation."""
    return Area(code=code, names={"en": f"{en} (SPECIMEN)", "ru": f"{ru} (ОБРАЗЕЦ)"})


def project(area_id: str, session_id: str) -> Project:
    """A joint project in it."""
    return Project(
        area=area_id, names={"en": "Modernised wind tunnel (SPECIMEN)", "ru": "Модернизированная аэродинамическая труба (ОБРАЗЕЦ)"}, mode="establishment",
        stage="discussed", session=session_id,
    )  # fmt: skip


def action(session_id: str, body: str, row: tuple[str, str, str, Due, str, str, str, bool]) -> Action:
    """One agreed action of the session before."""
    return Action(kind="do", text={"en": row[1], "ru": row[2]}, printed=row[0], session=session_id, body=body, due=row[3])


WAY_FORWARD = WayForward(
    next=NextSession(ordinals={"IN": 13, "RU": 13}, host="IN", place={"en": "New Delhi", "ru": "Нью-Дели"}, due=Due(code="quarter", quarter="2027-Q3")),
    plan=(PlanStep(text={"en": "Exchange the terms of the wind tunnel study", "ru": "Обменяться условиями исследования по аэродинамической трубе"}),),
    intersessional=(Between(what={"en": "Video review by the co-chairs", "ru": "Видеоконференция сопредседателей"}),),
)  # fmt: skip


def instrument(session_id: str) -> Instrument:
    """The protocol, in English and Russian, both authentic."""
    return Instrument(session=session_id, kind="protocol", languages=(InstrumentLanguage("en"), InstrumentLanguage("ru")))


BRACKETED = {
    "en": paragraph("en", "The Sides ", Bracket({"IN": "agreed to establish", "RU": "agreed to continue the study of"}), " a modernised wind tunnel by 1 March 2028."),
    "ru": paragraph(
        "ru", "Стороны ", Bracket({"IN": "договорились создать", "RU": "договорились продолжить изучение возможности создания"}),
        " до 1 марта 2028 года модернизированной аэродинамической трубы.",
    ),
}  # fmt: skip
CLOSED = {"en": "agreed to complete the joint study of", "ru": "договорились завершить совместное исследование по созданию"}
LATE = {
    "en": paragraph(
        "en",
        "The Sides welcomed cooperation in carbon fibre, additive manufacturing and 3D printing, in accordance with the laws of both States.",
    ),
    "ru": paragraph(
        "ru",
        "Стороны приветствовали сотрудничество в области углеродного волокна, аддитивных технологий и трёхмерной печати в соответствии с законодательством обоих государств.",
    ),
}


def units() -> list[Unit]:
    """The first half of the draft; its review section is composed from the agreed assessments."""

    def both(en: str, ru: str, make: Any = paragraph) -> dict[str, Text]:
        return {"en": make("en", en), "ru": make("ru", ru)}

    items = {
        "en": ("to exchange the lists of enterprises by 1 December 2026;", "to hold an expert meeting on railway transport;", "to report to the 13th session."),
        "ru": ("обменяться перечнями предприятий до 1 декабря 2026 года;", "провести экспертную встречу по железнодорожному транспорту;", "доложить о результатах на 13-м заседании."),
    }  # fmt: skip
    return [
        Unit("heading", both("Opening", "Открытие", heading), "1"),
        Unit("paragraph", both("The 12th session was held in Moscow. The agenda was adopted.", "12-е заседание состоялось в Москве. Повестка дня утверждена."), "1.1", 0),
        Unit("heading", both("Aerospace and materials", "Авиация, космос и материалы", heading), "2"),
        Unit("paragraph", BRACKETED, "2.1", 2),
        Unit("paragraph", both(
            "The Sides welcomed cooperation in carbon fibre, additive manufacturing and 3D printing.",
            "Стороны приветствовали сотрудничество в области углеродного волокна, аддитивных технологий и трёхмерной печати.",
        ), "2.2", 2),
        Unit("list", {lang: Text("list", lang, tuple((tidy((one,)),) for one in lines)) for lang, lines in items.items()}, "2.3", 2),
    ]  # fmt: skip


def letter(number: str, dated: str, words: str) -> bytes:
    """The paper of a letter, as plain text that says what it is."""
    return f"SPECIMEN letter {number} of {dated}. {words} Acted by a post, not by a person; nothing in it was said by a state.\n".encode()
