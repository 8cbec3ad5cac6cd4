"""The review of what was agreed last time: both reports, the agreed assessment, and "the Sides differ" as an answer like any other."""

from cochair.bodies.queries import bodies
from cochair.cli.demo import alone, html, story
from cochair.cli.demo.play import TODAY, Play, Scene, secretary
from cochair.followup import operations as followup
from cochair.followup.contents import Assessment, Lead
from cochair.followup.queries import way_forward
from cochair.followup.review import ReviewRow, review
from cochair.kit.names import pick
from cochair.meetings import operations as meetings
from cochair.meetings.contents import Report
from cochair.meetings.queries import reports as reports_of
from cochair.record import positions

WORDS = {
    "done": "done", "partly-done": "done in part", "in-progress": "in progress", "standing": "standing task", "not-started": "not begun", "sides-differ": "the Sides differ",
}  # fmt: skip


def reviews(play: Play) -> Scene:
    """Both Sides report; the Indian Side proposes assessments, the Russian Side accepts them in one go."""
    room, session = play.room, play.session
    play.go_online()
    for action, row in zip(play.ids["actions"], story.ACTIONS, strict=True):
        followup.name_lead(play.theirs, room, secretary("RU"), Lead(action=action, lead={"en": "SPECIMEN ministry, Russian Side"}))
        followup.report_action(play.theirs, room, secretary("RU"), alone.report(action, row[5], "Russian Side", session))
        followup.assess(play.ours, room, secretary("IN"), action, session, Assessment(state=row[6], carry_over=row[7]))  # type: ignore[arg-type]
    reports = _reports(play)
    followup.propose_way_forward(play.ours, room, secretary("IN"), session, story.WAY_FORWARD)
    play.meet()
    taken = followup.accept_assessments(play.theirs, room, secretary("RU"), session, play.ids["actions"])
    positions.accept(play.theirs, room, "followup.way_forward", session)
    for one in reports:
        meetings.file_report(play.theirs, room, secretary("RU"), one)
    for side, node in play.nodes.items():
        meetings.freeze_delegation(node, room, secretary(side), session)
    play.meet()
    with play.ours.read() as tx:
        rows = review(tx, room, session, "IN", today=TODAY)
        way = way_forward(tx, room, session, "IN")
        joint = [one for one in reports_of(tx, room, session) if one.joint]
    play.expect("each sub-group reports, both Sides filing the same report", len({one.body for one in joint}), len(story.SUB_GROUPS))
    assert way is not None
    states = [row.assessment.content.state for row in rows if row.assessment is not None]
    play.expect(
        "every action is assessed, by agreement", (len(taken), [r.assessment.status for r in rows if r.assessment]), (5, ["agreed"] * 5)
    )
    play.expect('one assessment is "the Sides differ", and stands first', (states.count("sides-differ"), states[0]), (1, "sides-differ"))
    play.expect("no date of anybody has passed", any(row.date_passed for row in rows), wanted=False)
    play.expect("four actions go on to the next session", sum(bool(row.carry_over) for row in rows), 4)
    if play.line is not None:
        play.expect("the two nodes met over HTTPS", play.online)
    plan = way.content.next
    return Scene(
        "What was agreed last time",
        (
            "The two nodes are connected now, over a line that is encrypted and that only they can use. The four sub-groups report, each with one report that both Sides file, and each Side closes its list of delegates.",
            "Each Side reports on the five actions of the (fictitious) 11th session. The Sides then agree on the state of each; the Russian Side accepts four rows and the difference in one step.",
            (
                "On one action they do not agree. That is an answer too: “the Sides differ” is recorded with both reports, and the action goes on. "
                f"The review closes with the way forward: the {plan.ordinals['IN']}th session in {pick(plan.place, 'en')}, and a video review by the co-chairs before it."
            ),
        ),
        html.table(
            "Review",
            ["No.", "Agreed action", "Indian Side reports", "Russian Side reports", "Agreed state", "Goes on", "By"],
            [_row(row) for row in rows],
        ),
    )


def _reports(play: Play) -> list[Report]:
    """One joint report of each sub-group, filed by our Side; the other Side files the same papers once it holds them."""
    made = []
    with play.ours.read() as tx:
        groups = [one for one in bodies(tx, play.room, "IN") if one.content.kind == "sub-group"]
    for group in groups:
        name = pick(group.content.names["IN"], "en")
        words = {"en": f"SPECIMEN report: {name}.", "ru": f"ОБРАЗЕЦ доклада: {pick(group.content.names['IN'], 'ru')}."}
        papers = {lang: play.ours.put_paper(play.room, text.encode()) for lang, text in words.items()}
        made.append(Report(session=play.session, body=group.id, papers=papers, joint=True, dated="2026-08-28"))
        meetings.file_report(play.ours, play.room, secretary("IN"), made[-1])
    return made


def _row(row: ReviewRow) -> tuple[object, ...]:
    state = WORDS[row.assessment.content.state] if row.assessment else "not assessed"
    said = [WORDS[row.reports[side].content.state] for side in ("IN", "RU")]
    due = {"next-session": "next session", "none": "no term"}.get(row.due.code, row.due.date or "")
    return row.content.printed, pick(row.content.text, "en"), *said, html.tag(state), "yes" if row.carry_over else "no", due
