"""A session at one node, as a program: ``python -m tests.simulators.session FOLDER ROOM STEPS SEED``.

It opens the folder as any process does and does what people do in a session: bodies, sessions, dates, agendas, reports, comments on an instrument's working log,
acceptances of the other Side's proposals, papers. After each operation it prints the ids that were acknowledged. Without steps (0) it goes on until it is
killed, which is what it is for.
"""

import random
import sys
from pathlib import Path

from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict
from cochair.protocol import operations
from cochair.protocol.operations import Unit
from cochair.protocol.text import heading, paragraph
from cochair.record import positions, queries
from cochair.record.node import Node
from cochair.stages import REGISTRY
from tests.makers import bodies, meetings
from tests.protocol.flow import instrument


class Session:
    """What one Side does, at random but the same for one seed."""

    def __init__(self, node: Node, room: str, seed: int) -> None:
        self.node, self.room, self.rng = node, room, random.Random(f"{node.side} {seed}")
        self.who = Actor(node.side, f"Secretary of {node.side}", frozenset({"secretary", "cochair"}))
        self.number = 0

    def step(self) -> list[str]:
        """One operation -> ids of the entries it wrote, read back from the heads of the own logs."""
        before = self._sizes()
        act = self.rng.choice((self.body, self.session, self.dates, self.agenda, self.post, self.accept, self.open, self.text, self.text))
        try:
            act()
        except Conflict:
            return []  # what it chose was settled meanwhile, or is nobody's now
        after = self._sizes()
        return [f"{self.node.side}/{log}/{seq}" for log, size in after.items() for seq in range(before.get(log, 0), size)]

    def _sizes(self) -> dict[str, int]:
        return {
            origin.rpartition("/")[2]: size for origin, (size, _) in self.node.heads(self.room).items() if f"/{self.node.side}/" in origin
        }

    def _one(self, kind: str) -> str | None:
        with self.node.read() as tx:
            found = [state.subject for state in queries.matters(tx, self.room, kind)]
        return self.rng.choice(found) if found else None

    def body(self) -> None:
        positions.propose(self.node, self.room, "bodies.body", bodies.body(parent=None))

    def session(self) -> None:
        body = self._one("bodies.body")
        if body is None:
            return self.body()
        positions.propose(self.node, self.room, "meetings.session", meetings.session(body))
        return None

    def dates(self) -> None:
        if session := self._one("meetings.session"):
            self.number += 1
            day = f"{self.rng.randint(10, 27)}"
            positions.propose(
                self.node, self.room, "meetings.dates", meetings.dates(start=f"2026-09-{day}", end=f"2026-09-{day}"), subject=session
            )

    def agenda(self) -> None:
        if session := self._one("meetings.session"):
            self.number += 1
            positions.propose(
                self.node, self.room, "meetings.agenda", meetings.agenda("Opening remarks", f"Item {self.number}"), subject=session
            )

    def post(self) -> None:
        if body := self._one("bodies.body"):
            positions.say(self.node, self.room, "bodies.post", bodies.post(body))

    def accept(self) -> None:
        with self.node.read() as tx:
            states = queries.matters(tx, self.room, "meetings.dates") + queries.matters(tx, self.room, "meetings.agenda")
            states += queries.matters(tx, self.room, "bodies.body") + queries.matters(tx, self.room, "protocol.instrument")
        theirs = [state for state in states if any(side != self.node.side for side in state.positions)]
        if theirs:
            state = self.rng.choice(theirs)
            positions.accept(self.node, self.room, state.kind, state.subject)

    def open(self) -> None:
        session = self._one("meetings.session")
        if session and (self._one("protocol.instrument") is None or self.rng.random() < 0.1):
            operations.open_instrument(self.node, self.room, self.who, instrument(session))

    def text(self) -> None:
        """A draft of an instrument: two provisions in two languages, in its working log, each text a paper."""
        if chosen := self._one("protocol.instrument"):
            self.number += 1
            title = {"en": heading("en", f"Part {self.number}"), "ru": heading("ru", f"Часть {self.number}")}
            words = {"en": paragraph("en", f"The Sides met, {self.number}."), "ru": paragraph("ru", f"Стороны встретились, {self.number}.")}
            units = [Unit("heading", title, str(self.number)), Unit("paragraph", words, f"{self.number}.1", 0)]
            operations.propose_draft(self.node, self.room, self.who, chosen, units)


def main() -> None:
    folder, room, steps, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    node = Node.open(folder, registry=REGISTRY)
    session = Session(node, room, seed)
    done = 0
    while not steps or done < steps:
        done += 1
        if written := session.step():
            print(*written, flush=True)
    node.close()


if __name__ == "__main__":
    main()
