"""The other Side joins: its own node, fingerprints read aloud, terms sealed by both; then it confirms or corrects each entry made of its letters."""

from pathlib import Path

from cochair.cli.demo import alone, html, story
from cochair.cli.demo.play import Play, Scene, cochair, secretary
from cochair.exchange import descriptor, run
from cochair.kit.names import pick
from cochair.meetings import queries as held
from cochair.meetings import received
from cochair.protocol import terms
from cochair.record import positions


def joins(play: Play) -> Scene:
    """Two nodes from here on."""
    theirs = play.make_node("RU")
    spoken = pair(play)
    play.plug_in()
    seal_terms(play)
    before = _waiting(play)
    corrected = answer(play, before)
    alone.state_posts(play, theirs)
    play.meet()
    positions.accept(play.ours, play.room, "meetings.agenda", play.session)
    play.meet()
    with play.ours.read() as tx:
        dates, agenda = held.dates(tx, play.room, play.session, "IN"), held.agenda(tx, play.room, play.session, "IN")
        listed = held.delegation(tx, play.room, play.session, "RU")
    assert dates is not None
    assert agenda is not None
    left = _waiting(play)
    play.expect("both Sides are named by the terms in force", [s["side"] for s in play.ours.terms(play.room)["sides"]], ["IN", "RU"])
    play.expect("each entry made of a letter was answered", (len(before), len(left)), (play.ids["received"], 0))
    play.expect("dates and agenda are agreed now", (dates.status, agenda.status), ("agreed", "agreed"))
    play.expect("the Russian list is the Russian Side's own word now", (listed.account, len(listed.members)), ("", 6))
    play.expect("both nodes hold the same state", _same(play))
    rows = [
        ("Dates and place", html.tag("confirmed"), f"{dates.content.start} to {dates.content.end}, {pick(dates.content.place, 'en')}", html.tag(dates.status)),
        ("Agenda", html.tag("corrected"), f"{len(agenda.content.items)} items: one on industrial and domestic waste was missing in our note", html.tag(agenda.status)),
        ("Delegation, Russian Side", html.tag("confirmed"), f"{len(listed.members)} seats", "their own word"),
        (f"{len(before) - 3} further entries", html.tag("confirmed"), "bodies, sessions, areas, actions, one report", html.tag("agreed")),
    ]  # fmt: skip
    numbers = html.table(
        "The numbers read aloud", ["Node of the", "Number, read by its secretary on the telephone", "Typed in and found"], spoken
    )
    return Scene(
        "The other Side joins",
        (
            ("Now the Russian Side sets up a node of its own: its own machine, its own keys. The two secretaries read each other a number on the telephone; only then do the nodes believe each other. "
            "Both Sides seal the terms of their exchange by letter."),
            (f"Then the Russian Side goes through the {len(before)} entries that had been made of its letters. It confirms {len(before) - len(corrected)} and corrects {len(corrected)}: the agenda should have "
            "had one item more. Nothing is rewritten; the account and its correction both stay."),
        ),
        html.join([html.heading("What the telephone is for"), numbers, html.heading("What became of the entries"), html.table("Answers", ["Entry", "Answer", "What stands now", "Standing"], rows)]),
    )  # fmt: skip


def pair(play: Play) -> list[tuple[str, str, html.Safe]]:
    """Descriptors go over as files; people compare the numbers -> rows for the page."""
    rows = []
    for node, other, who in ((play.theirs, play.ours, "Indian Side"), (play.ours, play.theirs, "Russian Side")):
        path = Path(play.out / "bundle" / f"descriptor-{other.side}.note")
        address, certificate = play.line.place(other.side) if play.line else ("", "")
        path.write_bytes(descriptor.describe(other, play.room, address=address, certificate=certificate))
        given = descriptor.open_descriptor(path.read_bytes())
        descriptor.trust(node, given, given.fingerprint())
        run.remember(node, given)
        rows.append((who, given.fingerprint(), html.tag("same")))
    return rows


def seal_terms(play: Play) -> None:
    """The second version of the terms names both Sides and is sealed by both."""
    room, ours, theirs = play.room, play.ours, play.theirs
    digest = terms.propose_terms(ours, room, secretary("IN"), [theirs.descriptor(story.SLUG)])
    first = terms.seal_terms(
        ours, room, secretary("IN"), digest, story.letter("IN-7", "2026-08-31", "The Indian Side agrees with the terms of exchange.")
    )
    play.meet()
    letter = story.letter("SP-150", "2026-08-31", "The Russian Side agrees with the terms of exchange.")
    second = terms.seal_terms(theirs, room, secretary("RU"), digest, letter)
    terms.find_terms(theirs, room, cochair("RU"), first)
    play.meet()
    terms.find_terms(ours, room, cochair("IN"), second)
    play.meet()


def answer(play: Play, waiting: list[str]) -> list[str]:
    """Confirm each entry, but correct the one on the agenda -> what was corrected."""
    node, me, corrected = play.theirs, secretary("RU"), []
    with node.read() as tx:
        kinds = {one.id: one.account["schema"] for one in held.to_confirm(tx, play.room, "RU")}
    for one in waiting:
        if kinds[one] == "meetings.agenda/1":
            received.correct_received(node, play.room, me, one, content=story.agenda(waste=True))
            corrected.append(one)
        else:
            received.confirm_received(node, play.room, me, one)
    return corrected


def _waiting(play: Play) -> list[str]:
    with play.theirs.read() as tx:
        return [one.id for one in held.to_confirm(tx, play.room, "RU")]


def _same(play: Play) -> bool:
    return all(len(set(found.values())) == 1 for found in play.digests().values())
