"""A working group in the middle of its work, on two real nodes: SPECIMEN contents, acted by posts. Also the same room while one Side is alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cochair.bodies import operations as bodies
from cochair.followup import operations as followup
from cochair.meetings import operations as meetings
from cochair.protocol import operations as protocol
from cochair.record import positions
from cochair.record.node import Node
from cochair.stages import REGISTRY
from tests.makers import bodies as body_of
from tests.makers import followup as follow
from tests.makers import meetings as meet_of
from tests.makers.actors import SECRETARY, THEIR_SECRETARY
from tests.makers.nodes import new_node, stock
from tests.protocol.flow import exchange, instrument, units

WHEN = ("2026-09-16", "2026-09-17")


class Scene(NamedTuple):
    """Two nodes with the same room, and the ids of what is in it."""

    ours: Node
    theirs: Node
    room: str
    commission: str
    body: str
    group: str
    before: str
    session: str
    actions: tuple[str, ...]
    text: str

    def meet(self) -> None:
        exchange(self.ours, self.theirs, self.room)


def bodies_in(node: Node, room: str) -> tuple[str, str, str]:
    """A commission, its working group, one sub-group."""
    names = {
        "IN": {"en": "SPECIMEN India-Russia Intergovernmental Commission"},
        "RU": {"ru": "ОБРАЗЕЦ Российско-индийская межправительственная комиссия"},
    }
    top = bodies.propose_body(node, room, SECRETARY, body_of.commission(names=names))
    group = {
        "IN": {"en": "SPECIMEN Working Group on Modernisation and Industrial Cooperation"},
        "RU": {"ru": "ОБРАЗЕЦ Рабочая группа по модернизации и промышленному сотрудничеству"},
    }
    body = bodies.propose_body(node, room, SECRETARY, body_of.body(parent=top, names=group))
    small = {"IN": {"en": "SPECIMEN Sub-group on Mining"}, "RU": {"ru": "ОБРАЗЕЦ Подгруппа по горному делу"}}
    return top, body, bodies.propose_body(node, room, SECRETARY, body_of.sub_group(body, names=small))


def post(node: Node, room: str, actor, body: str, office: dict) -> None:
    """A co-chair's post with its holder, who is a post's name and no person."""
    made = bodies.add_post(node, room, actor, body_of.post(body))
    person = bodies.put_person(
        node, room, actor, body_of.person(name={"en": f"Co-chair {node.side} (SPECIMEN)", "ru": f"Сопредседатель {node.side} (ОБРАЗЕЦ)"})
    )
    bodies.name_holder(node, room, actor, body_of.holder(made, person=person, office=office))


def fill(ours: Node, theirs: Node | None, room: str, when: tuple[str, str] = WHEN) -> Scene:
    """Write everything; what both agree on is accepted on the other node if there is one."""
    both = theirs or ours
    top, body, group = bodies_in(ours, room)
    before = meetings.propose_session(ours, room, SECRETARY, meet_of.session(body, ordinals={"IN": 10, "RU": 10}, host="RU"))
    meetings.propose_dates(ours, room, SECRETARY, before, meet_of.dates(start="2025-08-06", end="2025-08-06"))
    session = meetings.propose_session(
        ours, room, SECRETARY, meet_of.session(body, ordinals={"IN": 11, "RU": 11}, previous=before, host="IN")
    )
    place = {
        "start": when[0],
        "end": when[1],
        "place": {"en": "New Delhi", "ru": "Нью-Дели"},
        "venue": {"en": "Vanijya Bhawan", "ru": "Ваниджья-бхаван"},
    }
    meetings.propose_dates(ours, room, SECRETARY, session, meet_of.dates(**place))
    titles = ("Aluminium", "Railway transport", "Fertilisers", "Mining equipment")
    actions = tuple(
        followup.propose_action(
            ours, room, SECRETARY,
            follow.plain_action(before, f"10.{number}", text={"en": f"Exchange lists of enterprises: {title}"}, due=follow.due("2026-03-31" if number == 2 else "2027-12-31")),
        )
        for number, title in enumerate(titles, 1)
    )  # fmt: skip
    for action in actions:
        followup.name_lead(ours, room, SECRETARY, follow.lead(action, lead={"en": "SPECIMEN Department", "ru": "ОБРАЗЕЦ Департамент"}))
    followup.report_action(ours, room, SECRETARY, follow.report(actions[0], "in-progress"))
    area = followup.propose_area(ours, room, SECRETARY, follow.area(body=body))
    project = followup.propose_project(
        ours, room, SECRETARY, follow.project(area_id=area, names={"en": "Wind tunnel", "ru": "Аэродинамическая труба"}, session=before)
    )
    followup.call_project(ours, room, SECRETARY, project, session, follow.phrase())
    post(
        ours,
        room,
        SECRETARY,
        body,
        {"en": ("Secretary, SPECIMEN Department", "SPECIMEN Ministry"), "ru": ("Секретарь, ОБРАЗЕЦ департамента",)},
    )
    meetings.give_delegation(ours, room, SECRETARY, session, people(ours, room, 5))
    meetings.send_letter(ours, room, SECRETARY, meet_of.letter(session=session))
    text = protocol.open_instrument(ours, room, SECRETARY, instrument(session))
    protocol.propose_draft(ours, room, SECRETARY, text, units() if theirs is not None else units()[:3])
    made = Scene(ours, both, room, top, body, group, before, session, actions, text)
    if theirs is not None:
        answer(made, project, area)
    return made


def people(node: Node, room: str, count: int) -> list:
    """Members whose papers say a post, not a name."""
    made = []
    for number, one in enumerate(meet_of.members(count), 1):
        person = bodies.put_person(
            node,
            room,
            SECRETARY,
            body_of.person(name={"en": f"Delegate {number} (SPECIMEN)", "ru": f"Делегат {number} (ОБРАЗЕЦ)"}, honorific={}),
        )
        made.append(meet_of.member(number, person=person, kind=one.kind))
    return made


def answer(scene: Scene, project: str, area: str) -> None:
    """The other Side takes what is settled, reports, and proposes an agenda and two assessments that wait for our answer."""
    scene.meet()
    theirs, room = scene.theirs, scene.room
    for kind, subjects in (
        ("bodies.body", (scene.commission, scene.body, scene.group)),
        ("meetings.session", (scene.before, scene.session)),
        ("meetings.dates", (scene.before, scene.session)),
        ("followup.area", (area,)),
        ("followup.project", (project,)),
        ("followup.action", scene.actions),
        ("protocol.instrument", (scene.text,)),
    ):
        for subject in subjects:
            positions.accept(theirs, room, kind, subject)
    for action in scene.actions:
        followup.name_lead(
            theirs, room, THEIR_SECRETARY, follow.lead(action, lead={"en": "SPECIMEN Ministry", "ru": "ОБРАЗЕЦ Министерство"})
        )
    followup.report_action(
        theirs, room, THEIR_SECRETARY, follow.report(scene.actions[0], "done", text={"en": "The lists were handed over"})
    )
    followup.report_action(theirs, room, THEIR_SECRETARY, follow.report(scene.actions[1], "delayed"))
    followup.assess(theirs, room, THEIR_SECRETARY, scene.actions[0], scene.session, follow.assessment("done", carry_over=False))
    followup.assess(theirs, room, THEIR_SECRETARY, scene.actions[1], scene.session, follow.assessment("delayed"))
    meetings.propose_agenda(theirs, room, THEIR_SECRETARY, scene.session, meet_of.agenda())
    post(
        theirs,
        room,
        THEIR_SECRETARY,
        scene.body,
        {"en": ("Deputy Minister, SPECIMEN Ministry",), "ru": ("Заместитель министра, ОБРАЗЕЦ министерства",)},
    )
    scene.meet()


@contextmanager
def table(folder: Path, when: tuple[str, str] = WHEN) -> Iterator[Scene]:
    """Both Sides, with what each sees of the other."""
    ours, theirs = (new_node(folder / side, side, REGISTRY) for side in ("IN", "RU"))
    try:
        room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
        theirs.join(ours.terms(room))
        for node in (ours, theirs):
            stock(node, room)
        yield fill(ours, theirs, room, when)
    finally:
        ours.close()
        theirs.close()


@contextmanager
def alone(folder: Path) -> Iterator[Scene]:
    """One Side, before the other has a node."""
    node = new_node(folder / "IN", "IN", REGISTRY)
    try:
        room = node.found("c7")
        stock(node, room)
        yield fill(node, None, room)
    finally:
        node.close()
