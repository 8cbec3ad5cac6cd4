"""The network is unplugged: both Sides go on working, and a file carries what each has written."""

from pathlib import Path

from cochair.cli.demo import html
from cochair.cli.demo.play import NAMES, Play, Scene, secretary
from cochair.exchange import carry, run
from cochair.followup import operations as followup
from cochair.followup import queries
from cochair.followup.contents import Due
from cochair.kit.errors import CochairError
from cochair.protocol import operations as op
from cochair.publication import operations as publication
from cochair.publication.contents import Item
from cochair.record import positions

FOLLOWED = "2.3"


def unplugged(play: Play) -> Scene:
    """Nothing but bundle files passes between the nodes in this scene."""
    room, ours, theirs = play.room, play.ours, play.theirs
    play.unplug()
    if play.line is not None:
        lost = run.exchange(ours, room).problems.values()
        play.expect(
            "the other node cannot be reached any more, and the program says what to do", any("carry a bundle" in why for why in lost)
        )
    with ours.read() as tx:
        found = {one.printed: one for one in queries.candidates(tx, room, play.session, "IN")}
    one = found[FOLLOWED]
    before = (ours.heads(room), theirs.heads(room))
    new = followup.confirm_candidate(
        ours, room, secretary("IN"), play.session, one.manifest, one.provision, due=Due(code="date", date="2026-12-01")
    )
    op.comment(
        ours, room, secretary("IN"), play.ids["bracketed"], "en", "SPECIMEN remark: the terms of the study follow by the end of October."
    )
    op.comment(
        theirs, room, secretary("RU"), play.ids["bracketed"], "ru", "ОБРАЗЕЦ замечания: условия исследования принимаются к сведению."
    )
    for subject, items in to_publish(play).items():
        publication.consent(ours, room, secretary("IN"), subject, *items)
    play.expect("while unplugged, the two nodes differ", _equal(play), wanted=False)
    trips = [_carry(play, "IN", "RU", "1")]
    positions.accept(theirs, room, "followup.action", new)
    for subject in to_publish(play):
        publication.accept(theirs, room, secretary("RU"), subject)
    trips.append(_carry(play, "RU", "IN", "2"))
    trips += [_carry(play, "IN", "RU", "3"), _carry(play, "RU", "IN", "4")]
    trips += [_carry(play, "IN", "RU", "5")]
    again = carry.read_bundle(theirs, play.out / "bundle" / "1-IN-to-RU.tar")[1]
    with ours.read() as tx:
        state = queries.action(tx, room, new, "IN").status
    play.expect("the action taken from the signed protocol is agreed, by file alone", state, "agreed")
    play.expect("an old file read again adds nothing", again.entries, {})
    play.expect("by file both nodes come to the same state", _equal(play))
    play.expect(
        "both logs grew meanwhile",
        all(n.heads(room)[n.origin(room)][0] > b[n.origin(room)][0] for n, b in zip((ours, theirs), before, strict=True)),
    )
    carry.write_bundle(ours, room, play.out / "bundle" / "record.tar", working=False)
    rows = [
        (f"{n}. From the {NAMES[a]} to the {NAMES[b]}", f"{size // 1024} KiB", f"{entries} new entries")
        for n, (a, b, size, entries) in enumerate(trips, 1)
    ]
    return Scene(
        "The network is unplugged",
        (
            "No line runs between the capitals. The Indian Side proposes to follow paragraph 2.3 of the signed protocol as an agreed action; both Sides leave remarks. Each works on its own machine.",
            "A courier carries one file each way. The Russian Side accepts the action, the files go back and forth, and both Sides hold the same again. A file read twice, or an old one, does no harm.",
            "With the same files they settle what the public may see: that the session took place, its protocol in both languages, its agreed actions, and the proof. Nothing is public by default, and nothing by the word of one Side.",
        ),
        html.table("What the courier carried", ["Trip", "Size", "What was new in it"], rows),
    )


def to_publish(play: Play) -> dict[str, tuple[Item, ...]]:
    """What both Sides consent to publish, thing by thing: the body and its session, the agreed actions, the protocol's text and the proof."""
    return {play.body: ("existence",), play.session: ("existence", "actions", "status"), play.instrument: ("existence", "text", "proof")}


def _carry(play: Play, source: str, target: str, number: str) -> tuple[str, str, int, int]:
    """Write a bundle on one node, read it on the other, let that node say what it saw."""
    path = Path(play.out / "bundle" / f"{number}-{source}-to-{target}.tar")
    carry.write_bundle(play.nodes[source], play.room, path)
    _, pulled = carry.read_bundle(play.nodes[target], path)
    for where, why in pulled.problems.items():
        raise CochairError(f"The bundle {path.name} was not taken in at {where}: {why}", "This is a defect; report it")
    run.settle(play.nodes[target], play.room)
    return source, target, path.stat().st_size, sum(pulled.entries.values())


def _equal(play: Play) -> bool:
    return all(len(set(found.values())) == 1 for found in play.digests().values())
