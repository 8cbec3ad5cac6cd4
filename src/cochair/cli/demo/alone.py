"""One Side alone: a room on one node, the session prepared, and what the other Side sent by letter entered as received, with paper and number."""

from collections.abc import Iterable

import msgspec

from cochair.bodies import operations as bodies
from cochair.cli.demo import html, story
from cochair.cli.demo.play import NAMES, Play, Scene, secretary
from cochair.followup import operations as followup
from cochair.followup.contents import ActionReport, Lead
from cochair.kit.names import pick
from cochair.meetings import operations as meetings
from cochair.meetings import queries as held
from cochair.meetings import received
from cochair.meetings.contents import Delegation, Member
from cochair.record.node import Node
from cochair.record.registry import Content

REPORTED = "2026-08-20"


def alone(play: Play) -> Scene:
    """The Indian Side's secretary prepares the session; no other node exists."""
    node = play.make_node("IN")
    me = secretary("IN")
    play.room = room = node.found(story.SLUG)
    commission = bodies.propose_body(node, room, me, story.COMMISSION)
    play.body = bodies.propose_body(node, room, me, story.working_group(commission))
    groups = [bodies.propose_body(node, room, me, story.sub_group(play.body, *one)) for one in story.SUB_GROUPS]
    bodies.propose_rules(node, room, me, play.body, story.RULES)
    last = meetings.propose_session(node, room, me, story.session(play.body, 11, None, "IN"))
    play.session = meetings.propose_session(node, room, me, story.session(play.body, 12, last, "RU"))
    meetings.propose_dates(node, room, me, play.session, story.DATES)
    meetings.propose_agenda(node, room, me, play.session, story.agenda(waste=False))
    play.ids |= {"bodies": [commission, play.body, *groups], "last": last}
    state_posts(play, node)
    give_list(play, node)
    follow(play, node, last)
    _letters(play, node, [commission, play.body, *groups], last)
    return _told(play, node)


def state_posts(play: Play, node: Node) -> None:
    """The posts of the node's Side."""
    for kind in ("co-chair", "deputy", "executive-secretary"):
        play.ids[node.side, kind] = bodies.add_post(node, play.room, secretary(node.side), story.post(play.body, node.side, kind))


def members(node: Node, room: str, side: str, count: int = 6) -> list[Member]:
    """Seats of a delegation, one paper each."""
    kinds = ("official", "official", "expert", "expert", "industry", "industry")
    papers = [bodies.put_person(node, room, secretary(node.side), story.seat(side, number)) for number in range(1, count + 1)]
    return [Member(person=paper, order=n, role="head" if n == 1 else "member", kind=kinds[n - 1]) for n, paper in enumerate(papers, 1)]  # type: ignore[arg-type]


def give_list(play: Play, node: Node) -> None:
    """The delegation list of the node's own Side."""
    meetings.give_delegation(node, play.room, secretary(node.side), play.session, members(node, play.room, node.side))


def follow(play: Play, node: Node, last: str) -> None:
    """Areas, a project, and the actions agreed last time, with our lead and report on each."""
    me, room = secretary("IN"), play.room
    areas = [followup.propose_area(node, room, me, story.area(*one)) for one in story.AREAS]
    play.ids["project"] = followup.propose_project(node, room, me, story.project(areas[0], last))
    play.ids["areas"] = areas
    play.ids["actions"] = [followup.propose_action(node, room, me, story.action(last, play.body, row)) for row in story.ACTIONS]
    for action, row in zip(play.ids["actions"], story.ACTIONS, strict=True):
        followup.name_lead(node, room, me, Lead(action=action, lead={"en": "SPECIMEN ministry, Indian Side"}))
        followup.report_action(node, room, me, report(action, row[4], "Indian Side", play.session))


def report(action: str, state: str, side: str, session: str) -> ActionReport:
    """A Side's dated account of one action."""
    return ActionReport(action=action, dated=REPORTED, state=state, session=session, text={"en": f"SPECIMEN report of the {side}"})  # type: ignore[arg-type]  # a state of the story


def _letters(play: Play, node: Node, made: Iterable[str], last: str) -> None:
    """Three letters of the Russian Side, one list in Word, one remark at the table: each entered with its number."""
    room, me = play.room, secretary("IN")
    kinds = [("bodies.body", one) for one in made] + [
        ("bodies.rules", play.body),
        ("meetings.session", last),
        ("meetings.session", play.session),
    ]
    kinds += [("followup.area", one) for one in play.ids["areas"]] + [("followup.project", play.ids["project"])]
    kinds += [("followup.action", one) for one in play.ids["actions"]]
    texts = {
        "agreed": story.letter("SP-101", "2026-06-02", "The Russian Side agrees with the list of bodies, sessions and actions."),
        "dates": story.letter("SP-117", "2026-06-19", "The Russian Side agrees with 16 and 17 September in Moscow."),
        "agenda": story.letter("SP-131", "2026-07-08", "The Russian Side agrees with the agenda of six items."),
    }

    def told(key: str, number: str, dated: str, kind: str, subject: str, content: Content) -> None:
        account = received.account_of_position(node, kind, content, subject=subject)
        received.enter_received(node, room, me, from_side="RU", account=account, how="letter", paper=texts[key], number=number, dated=dated)

    from cochair.record import queries

    for kind, subject in kinds:
        with node.read() as tx:
            state = queries.matter(tx, room, kind, subject)
        assert state is not None
        content = msgspec.convert(state.positions["IN"].content, node.registry.matters[state.positions["IN"].schema].content)
        told("agreed", "SP-101", "2026-06-02", kind, subject, content)
    told("dates", "SP-117", "2026-06-19", "meetings.dates", play.session, story.DATES)
    told("agenda", "SP-131", "2026-07-08", "meetings.agenda", play.session, story.agenda(waste=False))
    listed = Delegation(session=play.session, page=0, members=tuple(members(node, room, "RU")))
    account = received.account_of_statement(node, "meetings.delegation", listed)
    received.enter_received(node, room, me, from_side="RU", account=account, how="word", number="list of 12 August", dated="2026-08-12")
    said = report(play.ids["actions"][1], story.ACTIONS[1][5], "Russian Side, as said at the table", play.session)
    received.enter_received(
        node, room, me, from_side="RU", account=received.account_of_statement(node, "followup.report", said), how="said", dated="2026-08-25"
    )


def _told(play: Play, node: Node) -> Scene:
    with node.read() as tx:
        dates, agenda = held.dates(tx, play.room, play.session, "IN"), held.agenda(tx, play.room, play.session, "IN")
        lists = {side: held.delegation(tx, play.room, play.session, side) for side in NAMES}
        waiting = held.to_confirm(tx, play.room, "RU")
    assert dates is not None
    assert agenda is not None
    play.ids["received"] = len(waiting)
    play.expect("alone, nothing is called agreed; dates stand by our account", (dates.status, agenda.status), ("account", "account"))
    play.expect("the Russian list is ours only by account", (lists["RU"].account, len(lists["RU"].members)), ("IN", 6))
    place, venue = pick(dates.content.place, "en"), pick(dates.content.venue, "en")
    rows = [
        ("Dates and place", f"{dates.content.start} to {dates.content.end}, {place}, {venue}", html.tag("our account"), "letter SP-117 of 2026-06-19"),
        ("Agenda", f"{len(agenda.content.items)} items, {sum(i.emerging for i in agenda.content.items)} on new and emerging areas", html.tag("our account"), "letter SP-131 of 2026-07-08"),
        ("Delegation, Indian Side", f"{len(lists['IN'].members)} seats", html.tag("agreed") if not lists["IN"].account else "", "our own list"),
        ("Delegation, Russian Side", f"{len(lists['RU'].members)} seats", html.tag("our account"), "Word file of 2026-08-12"),
        ("Actions to review", f"{len(story.ACTIONS)} of the 11th session", html.tag("our account"), "letter SP-101 of 2026-06-02"),
    ]  # fmt: skip
    rows[2] = (rows[2][0], rows[2][1], "our own word", rows[2][3])
    items = [
        (item.no, pick(item.title, "en"), pick(item.title, "ru"), "new area" if item.emerging else "") for item in agenda.content.items
    ]
    return Scene(
        "One Side begins alone",
        (
            ("The secretary of the Indian Side prepares the 12th session. The other government has no such system yet, and need not: its letters, its Word file and what it said at the "
            f"table are entered as received, each with its paper and number. There are {len(waiting)} such entries."),
            "What stands on their word is marked “our account”. It feeds the brief and the review, and never counts as their act.",
        ),
        html.join([html.heading("The secretary's brief"), html.table("The brief", ["Matter", "What stands", "How", "Where it comes from"], rows), html.heading("Agenda"),
                   html.table("Agenda", ["No.", "English", "Русский", ""], items)]),
    )  # fmt: skip
