"""Two nodes that settled a protocol, with much beside it that nobody consented to publish: each piece carries a marker that no public page may hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from cochair import stages
from cochair.bodies import operations as bodies_op
from cochair.followup import operations as followup
from cochair.meetings import operations as meetings
from cochair.protocol import operations as protocol
from cochair.publication import operations as publication
from cochair.publication.contents import ITEMS_OF
from cochair.record import positions
from tests.makers import bodies
from tests.makers import followup as make_followup
from tests.makers import meetings as make
from tests.protocol import flow
from tests.protocol.flow import IN, RU

SECRETS = (
    "MARKAGENDA", "MARKPERSON", "MARKLETTER", "MARKABOUT", "MARKREMARK", "MARKPROJECT", "MARKDRAFT", "MARKREPORT", "MARKLEAD", "MARKPROPOSED", "MARKOPEN",
    "MARKREASON",
)  # fmt: skip
"""What never becomes public, whatever is consented to here."""


class World(NamedTuple):
    """A table of two nodes; ``instrument`` is settled, ``open`` still negotiated; ``action`` is agreed on the session."""

    t: flow.Table
    instrument: str
    open: str
    action: str
    manifest: str

    @property
    def things(self) -> dict[str, str]:
        return {"body": self.t.body, "session": self.t.session, "instrument": self.instrument}

    def both(self, subject: str, *items: str) -> None:
        """Both Sides consent, and learn of it."""
        publication.consent(self.t.ours, self.t.room, IN, subject, *items)
        publication.consent(self.t.theirs, self.t.room, RU, subject, *items)
        self.t.meet()

    def nothing(self) -> None:
        """Both Sides take every consent back."""
        for node, who in ((self.t.ours, IN), (self.t.theirs, RU)):
            for subject in (*self.things.values(), self.open):
                publication.withdraw(node, self.t.room, who, subject, "existence")
        self.t.meet()

    def everything(self) -> None:
        """All that can be published of the settled protocol, its session and its body."""
        self.both(self.t.body, *ITEMS_OF["bodies.body"])
        self.both(self.t.session, *ITEMS_OF["meetings.session"])
        self.both(self.instrument, *ITEMS_OF["protocol.instrument"])


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The table after the sealing of one protocol, with another one open."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(flow, "REGISTRY", stages.REGISTRY)
        with flow.table(folder) as t:
            keys = {"IN": flow.mandate(t.ours, t.room, IN, t.body), "RU": flow.mandate(t.theirs, t.room, RU, t.body)}
            id_, _made = flow.settled(t)
            plant(t, id_)
            action = agreed_action(t)
            manifest = flow.step(t, "adopt", id_, keys)
            yield World(t, id_, second(t), action, manifest)


def plant(t: flow.Table, id_: str) -> None:
    """Names, letters, remarks, an agenda: all of it between the Sides."""
    node, room = t.ours, t.room
    person = node.put_paper(room, msgspec.json.encode(bodies.person(name={"en": "MARKPERSON of the Indian Side"})))
    letter = node.put_paper(room, b"MARKLETTER")
    meetings.give_delegation(node, room, IN, t.session, [make.member(person=person)])
    meetings.send_letter(node, room, IN, make.letter(about={"en": "MARKABOUT"}, paper=letter, session=t.session))
    meetings.propose_agenda(node, room, IN, t.session, make.agenda("MARKAGENDA"))
    protocol.comment(node, room, IN, id_, "en", "MARKREMARK")
    area = followup.propose_area(node, room, IN, make_followup.area())
    followup.propose_project(node, room, IN, make_followup.project(area, names={"en": "MARKPROJECT"}, session=t.session))
    bodies_op.propose_body(node, room, IN, bodies.sub_group(t.body, names={"IN": {"en": "MARKPROPOSED"}}))
    t.meet()
    positions.accept(t.theirs, room, "meetings.agenda", t.session)
    t.meet()


def agreed_action(t: flow.Table) -> str:
    """An agreed action with an assessment, each Side's lead and a report."""
    wanted = make_followup.plain_action(t.session, "12.8", text={"en": "ACTION exchange lists", "ru": "ACTION обменяться перечнями"})
    action = followup.propose_action(t.ours, t.room, IN, wanted)
    followup.propose_action(t.ours, t.room, IN, make_followup.plain_action(t.session, "12.9", text={"en": "MARKPROPOSED"}))
    t.meet()
    positions.accept(t.theirs, t.room, "followup.action", action)
    followup.name_lead(t.ours, t.room, IN, make_followup.lead(action, lead={"en": "MARKLEAD"}))
    followup.report_action(t.ours, t.room, IN, make_followup.report(action, text={"en": "MARKREPORT"}))
    reason = t.ours.put_paper(t.room, b"MARKREASON")
    followup.assess(t.ours, t.room, IN, action, t.session, make_followup.assessment("delayed", reason=reason))
    t.meet()
    positions.accept(t.theirs, t.room, "followup.assessment", action, t.session)
    t.meet()
    return action


def second(t: flow.Table) -> str:
    """Another instrument of the session, whose text is still open: agreed in one paragraph, a draft in another."""
    from cochair.protocol.operations import Unit
    from cochair.protocol.text import paragraph

    id_ = flow.opened(t)
    both = {"en": paragraph("en", "MARKOPEN"), "ru": paragraph("ru", "MARKOPEN")}
    protocol.propose_draft(t.ours, t.room, IN, id_, [Unit("paragraph", both, "1")])
    t.meet()
    protocol.accept_all(t.theirs, t.room, RU, id_)
    protocol.propose_draft(t.ours, t.room, IN, id_, [Unit("paragraph", {"en": paragraph("en", "MARKDRAFT")}, "2")])
    t.meet()
    return id_
