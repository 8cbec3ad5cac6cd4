"""Valid things of the stage `followup`: SPECIMEN contents, acted by posts."""

from typing import Any

from cochair.followup.contents import (
    Action,
    ActionReport,
    Area,
    Assessment,
    Between,
    Due,
    Lead,
    Link,
    NextSession,
    Phrase,
    Project,
    Source,
    Step,
    WayForward,
)

MANIFEST = "77" * 32


def due(day: str | None = "2026-03-31") -> Due:
    return Due(code="date", date=day) if day else Due()


def area(**over: Any) -> Area:
    return Area(**{"names": {"en": "Mining", "ru": "Горное дело"}, "code": "MIN"} | over)


def project(area_id: str = "IN/record/20", **over: Any) -> Project:
    given = {"area": area_id, "names": {"en": "Wind tunnel"}, "mode": "establishment", "stage": "explored", "session": "IN/record/5"}
    return Project(**given | over)


def phrase(**over: Any) -> Phrase:
    return Phrase(**{"mode": "joint-development", "stage": "welcomed", "wording": {"en": "welcomed the joint development"}} | over)


def action(**over: Any) -> Action:
    given = {
        "kind": "do",
        "text": {"en": "Exchange lists of enterprises", "ru": "Обменяться перечнями предприятий"},
        "printed": "12.8",
        "source": Source(manifest=MANIFEST, provision="p7"),
        "session": "IN/record/5",
        "due": due(),
        "links": (Link(rel="continues", to="IN/record/2"),),
    }
    return Action(**given | over)


def plain_action(session_id: str, printed: str = "1", **over: Any) -> Action:
    """An action that stands on no signed paragraph."""
    return action(**{"session": session_id, "printed": printed, "source": None, "links": ()} | over)


def lead(action_id: str = "IN/record/30", **over: Any) -> Lead:
    return Lead(**{"action": action_id, "lead": {"en": "SPECIMEN Ministry"}, "others": ({"en": "SPECIMEN Agency"},)} | over)


def report(action_id: str = "IN/record/30", state: str = "in-progress", **over: Any) -> ActionReport:
    return ActionReport(**{"action": action_id, "dated": "2026-06-01", "state": state, "text": {"en": "Lists are being drawn up"}} | over)


def assessment(state: str = "in-progress", **over: Any) -> Assessment:
    return Assessment(**{"state": state, "carry_over": True} | over)


def way_forward(**over: Any) -> WayForward:
    given = {
        "next": NextSession(
            ordinals={"IN": 13, "RU": 13}, host="IN", place={"en": "New Delhi"}, due=Due(code="quarter", quarter="2027-Q3")
        ),
        "plan": (Step(text={"en": "Exchange the lists"}, due=due()),),
        "intersessional": (Between(what={"en": "Meeting of the co-chairs"}),),
    }
    return WayForward(**given | over)
