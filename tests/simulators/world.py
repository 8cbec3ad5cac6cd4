"""Two to four governments in one process: nodes, network, disks and clock driven by one seed.

They negotiate, seal, take back, find, receive letters, answer them, comment, erase, exchange or send bundles, while lines are cut, answers come late, damaged or
from another day, machines stop at any operation of their disks and start again, and now and then a Side lies with its own keys.

Always: no slot is agreed with two manifests anywhere; what is agreed at a node stays agreed there; what was acknowledged is there, byte for byte; no honest node
signs two heads that contradict each other; nothing is raised but the documented errors. After the lines are mended: the same state digests everywhere, which are
those of a rebuild from the logs; nothing waits, nothing is frozen, no honest Side is charged with a fault.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from cochair.accounts.rights import Actor
from cochair.exchange import carry, pull, run
from cochair.exchange.sources import Source
from cochair.kit.errors import CochairError, NotHeld
from cochair.kit.ids import RECORD, parse_origin, working_log
from cochair.meetings import received
from cochair.protocol import operations
from cochair.record import positions, queries
from cochair.record.node import Draft, Node
from cochair.record.tree import open_tree, write_tree
from cochair.stages import REGISTRY
from tests.hostile.liar import Liar
from tests.makers import bodies, meetings
from tests.makers.nodes import new_node
from tests.makers.papers import stock
from tests.protocol.flow import instrument
from tests.simulators.chance import seeded
from tests.simulators.disk import Crash, watched
from tests.simulators.machine import FOLDER, Machine, Signed
from tests.simulators.net import Net
from tests.simulators.session import Session

SIDES = ("IN", "RU", "BY", "KZ")
STEPS = 60


def trial(seed: int) -> dict[str, int]:
    """One world from beginning to heal -> what happened in it. Raises what is wrong."""
    rng = random.Random(seed)
    sides = SIDES[: rng.choices((2, 3, 4), (5, 3, 2))[0]]
    template, room, document = begun(len(sides))
    with tempfile.TemporaryDirectory(prefix="cochair-world-", dir=FOLDER) as folder, seeded(seed), watched() as disks:
        base = Path(folder)
        for side in sides:
            shutil.copytree(template / side, base / side)
        world = World(base, sides, room, document, rng)
        disks.extend(machine.disk for machine in world.machines.values())
        with world.signed.watched(rng.choice((1500, None, None))):
            world.live()
        return dict(world.happened)


@cache
def begun(number: int) -> tuple[Path, str, str]:
    """Folders of so many nodes in one room, with a body, a session and an instrument that all agree on -> folder, room, instrument. Copied for each world."""
    base = Path(tempfile.mkdtemp(prefix="cochair-begun-", dir=FOLDER))
    with seeded(number):
        room, document = _begin(base, number)
    return base, room, document


def _begin(base: Path, number: int) -> tuple[str, str]:
    nodes = [new_node(base / side, side, REGISTRY) for side in SIDES[:number]]
    room = nodes[0].found("c7", sides=[node.descriptor("c7") for node in nodes])
    for node in nodes:
        node.join(nodes[0].terms(room))
        stock(node, room)
        open_tree(node)
    first = nodes[0]
    body = positions.propose(first, room, "bodies.body", bodies.body(parent=None))
    session = positions.propose(first, room, "meetings.session", meetings.session(body))
    document = positions.propose(first, room, "protocol.instrument", instrument(session))
    run.settle(first, room)
    for node in nodes[1:]:
        run.exchange(node, room, Folder(first))
        for kind, subject in (("bodies.body", body), ("meetings.session", session), ("protocol.instrument", document)):
            positions.accept(node, room, kind, subject)
        run.settle(node, room)
    for node in nodes:
        for other in nodes:
            if other is not node:
                run.exchange(node, room, Folder(other))
    for node in nodes:
        node.close()
    return room, document


def Folder(node: Node) -> Source:
    """The tree of a node, as it serves it, on a day without trouble."""
    return Net(random.Random(0), node.folder).source("", node.side, node.publisher.tree)


class Player:
    """One government: its machine, its people, and what its node acknowledged to them."""

    def __init__(self, machine: Machine, room: str, seed: int) -> None:
        self.machine, self.room, self.side = machine, room, machine.side
        self.entries: dict[str, bytes] = {}
        self.agreed: dict[str, str] = {}
        self.session = Session(machine.open(), room, seed)
        self.mail: list[Path] = []

    @property
    def node(self) -> Node:
        assert self.machine.node is not None
        return self.machine.node

    @cached_property
    def who(self) -> Actor:
        return Actor(self.side, f"Secretary of {self.side}", frozenset({"secretary", "cochair"}))

    def started(self) -> None:
        self.session.node = self.node

    def keep(self, before: dict[str, int]) -> None:
        """Remember what was acknowledged: all own entries since `before`."""
        for origin, size in self.sizes().items():
            for seq, data in enumerate(self.node.entries(self.room, origin, before.get(origin, 0), size), before.get(origin, 0)):
                self.entries[f"{origin}/{seq}"] = data

    def sizes(self) -> dict[str, int]:
        return {origin: size for origin, (size, _) in self.node.heads(self.room).items() if parse_origin(origin).side == self.side}


class World:
    """See above. `happened`: counts of what was done, for tests that ask whether it was worth while."""

    def __init__(self, base: Path, sides: Iterable[str], room: str, document: str, rng: random.Random) -> None:
        self.base, self.room, self.document, self.rng = base, room, document, rng
        self.machines = {side: Machine(base / side, side, rng, REGISTRY) for side in sides}
        self.signed = Signed(self.machines.values())
        (base / "net").mkdir()
        self.net = Net(rng, base / "net")
        self.agreed: dict[str, str] = {}
        self.happened: Counter[str] = Counter(sides=len(self.machines))
        self.papers: list[tuple[str, str]] = []
        self.bundles = 0
        self.liar: Turncoat | None = None

    # -- the story ----------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.players = {side: Player(machine, self.room, self.rng.randrange(10**9)) for side, machine in self.machines.items()}

    def live(self) -> None:
        self.start()
        calm = self.rng.random() < 0.25
        turns = self.rng.randint(10, STEPS) if self.rng.random() < 0.25 else None
        for step in range(STEPS):
            if step == turns:
                self.turn()
            if self.liar and self.rng.random() < 0.3:
                self.liar.act()
            if not calm and self.rng.random() < 0.15:
                self.weather()
            self.step(self.rng.choice(list(self.players.values())), 0 if calm else 0.08)
        self.heal()

    def turn(self) -> None:
        """One government's program is replaced by one that writes and serves what it likes, under its own valid keys."""
        side = self.rng.choice(list(self.players))
        player = self.players.pop(side)
        self.signed.machines.pop(side)
        self.liar = Turncoat(player.node, self.room, self.document, self.rng)
        self.happened["liars"] += 1

    def weather(self) -> None:
        net, rng = self.net, self.rng
        pairs = [(a, b) for a in self.players for b in self.players if a != b]
        net.trouble = rng.choice((0.0, 0.02, 0.1, 0.4))
        net.down = set() if rng.random() < 0.4 else {pair for pair in pairs if rng.random() < 0.4}
        side = rng.choice(list(self.players))
        if rng.random() < 0.4:
            net.keep_day(side, self.players[side].machine.home / "tree")

    def step(self, player: Player, crash: float) -> None:
        """One act of one government, perhaps the last of its machine's run."""
        disk = player.machine.disk
        disk.done, disk.end_at = 0, self.rng.randint(1, 60) if self.rng.random() < crash else None
        before = player.sizes()
        names, weights = zip(*ACTS.items(), strict=True)
        name = self.rng.choices(names, weights)[0]
        try:
            getattr(self, name)(player)
            player.keep(before)
            self.happened[name] += 1
        except CochairError:
            self.happened["refused"] += 1
        except Crash:
            self.happened["crashes"] += 1
            player.machine.stop(power=self.rng.random() < 0.7)
            self.happened["crashes"] += player.machine.start(0.3)
            player.started()
            self.kept(player)
        disk.end_at = None
        self.safe(player)

    # -- acts ---------------------------------------------------------------------------------------------------------------------------

    def talk(self, player: Player) -> None:
        player.session.step()

    def exchange(self, player: Player) -> None:
        """Ask one other Side, or a few."""
        others = [one for one in self.players.values() if one is not player]
        for other in self.rng.sample(others, self.rng.randint(min(1, len(others)), len(others))):
            run.exchange(player.node, self.room, self.net.source(player.side, other.side, other.machine.home / "tree"))
            self.happened["exchanges"] += 1
        if self.liar and self.rng.random() < 0.6:
            run.exchange(player.node, self.room, self.liar.served())

    def restart(self, player: Player) -> None:
        player.machine.end()
        player.machine.open()
        player.started()

    def seal(self, player: Player) -> None:
        """A seal in one of three slots, of one of two manifests, the first mostly."""
        slots = (("adopt", self.document, 0), ("adopt", self.document, 0), ("sign", self.document, 0), ("terms", self.room, 1))
        self._seal(player, self.rng.choice(slots), 0 if self.rng.random() < 0.7 else 1)

    def _seal(self, player: Player, slot: tuple[str, str, int], choice: int) -> None:
        node = player.node
        kind, of, step = slot
        content: dict[str, Any] = {"v": 1, "room": self.room, "choice": choice}
        if kind == "terms":
            content = {**node.structural(self.room, self.room), "previous": self.room, "choice": choice}
        manifest = node.put_structural(self.room, content)
        heads = {parse_origin(origin).side: size for origin, size in node.cut(self.room).items() if parse_origin(origin).log == RECORD}
        paper = node.put_paper(self.room, b"a scan, SPECIMEN")
        body = {
            "slot": {"kind": kind, "of": of, "step": step},
            "manifest": manifest,
            "key": None,
            "heads": heads,
            "paper": paper,
            "how": "scan",
        }
        node.write(self.room, [Draft(RECORD, "seal", "record.seal/1", body)])

    def sign(self, player: Player) -> None:
        """What people do who want to come to an end: look, check, and seal what the others sealed."""
        self.exchange(player)
        self.find(player)
        with player.node.read() as tx:
            slots = queries.slots(tx, self.room)
        standing = {tuple(slot.slot): any(one.side == player.side and not one.revoked for one in slot.seals) for slot in slots}
        for slot in (("adopt", self.document, 0), ("terms", self.room, 1)):
            if not standing.get(slot) and self.rng.random() < 0.6:
                self._seal(player, slot, 0)

    def revoke(self, player: Player) -> None:
        with player.node.read() as tx:
            mine = [one.id for slot in queries.slots(tx, self.room) for one in slot.seals if one.side == player.side and not one.revoked]
        if mine:
            player.node.write(self.room, [Draft(RECORD, "revoke", "record.revoke/1", {"seal": self.rng.choice(mine)})])

    def find(self, player: Player) -> None:
        """Say of every seal of others on which nothing was said what our law says."""
        with player.node.read() as tx:
            slots = queries.slots(tx, self.room)
        new = [
            one.id
            for slot in slots
            for one in slot.seals
            if one.side != player.side and all(finding.side != player.side for finding in one.findings)
        ]
        drafts = [
            Draft(RECORD, "finding", "record.finding/1", {"seal": one, "valid": self.rng.random() < 0.93, "reason": "scan-seen"})
            for one in new
        ]
        player.node.write(self.room, drafts)

    def letter(self, player: Player) -> None:
        """What another Side is said to hold on the dates of a session."""
        session = player.session._one("meetings.session")
        day = f"2026-09-{self.rng.randint(10, 27)}"
        content = meetings.dates(start=day, end=day)
        told = received.account_of_position(player.node, "meetings.dates", content, subject=session or "")
        other = self.rng.choice([side for side in self.machines if side != player.side])
        received.enter_received(
            player.node, self.room, player.who, from_side=other, account=told, how="letter", paper=self.rng.randbytes(20)
        )

    def answer(self, player: Player) -> None:
        """Confirm or correct what another Side entered as ours."""
        with player.node.read() as tx:
            waiting = received.to_confirm(tx, self.room, player.side)
        if not waiting:
            return
        one = self.rng.choice(waiting)
        if self.rng.random() < 0.6:
            received.confirm_received(player.node, self.room, player.who, one.id)
        else:
            day = f"2026-10-{self.rng.randint(10, 27)}"
            received.correct_received(player.node, self.room, player.who, one.id, content=meetings.dates(start=day, end=day))

    def withdraw(self, player: Player) -> None:
        with player.node.read() as tx:
            states = [state for kind in ("meetings.dates", "meetings.agenda") for state in queries.matters(tx, self.room, kind)]
        if mine := [state for state in states if player.side in state.positions]:
            one = self.rng.choice(mine)
            act: Callable[..., Any] = self.rng.choice((positions.withdraw, positions.settle_crossed))
            act(player.node, self.room, one.kind, one.subject)

    def accept_all(self, player: Player) -> None:
        operations.accept_all(player.node, self.room, player.who, self.document)

    def comment(self, player: Player) -> None:
        paper = player.node.put_paper(self.room, self.rng.randbytes(30))
        self.papers.append((player.side, paper))
        body = {"subject": self.document, "paper": paper}
        player.node.write(self.room, [Draft(working_log(self.document), "comment", "record.comment/1", body)])

    def erase(self, player: Player) -> None:
        if mine := [paper for side, paper in self.papers if side == player.side]:
            player.node.erase(self.room, self.rng.choice(mine), "privacy")

    def post_bundle(self, player: Player) -> None:
        """Write a bundle and put it into the post for everybody."""
        self.bundles += 1
        target = self.base / f"bundle-{self.bundles}.tar"
        carry.write_bundle(player.node, self.room, target)
        for other in self.players.values():
            if other is not player:
                other.mail.append(target)

    def read_bundle(self, player: Player) -> None:
        """Read any bundle that ever came, again or out of order."""
        if player.mail:
            carry.read_bundle(player.node, self.rng.choice(player.mail))
            run.settle(player.node, self.room)

    # -- what must hold always ----------------------------------------------------------------------------------------------------------

    def safe(self, player: Player) -> None:
        """Agreements are kept, and are the same everywhere."""
        sql = "SELECT kind, of, step, agreed FROM j_slot WHERE room = ? AND agreed IS NOT NULL"
        with player.node.read() as tx:
            now = {f"{row['kind']}|{row['of']}|{row['step']}": row["agreed"] for row in tx.query(sql, (self.room,))}
        for slot, manifest in player.agreed.items():
            assert now.get(slot) == manifest, f"{player.side} lost what was agreed in {slot}"
        player.agreed = now
        for slot, manifest in now.items():
            assert self.agreed.setdefault(slot, manifest) == manifest, f"two manifests are agreed in {slot}"

    def kept(self, player: Player) -> None:
        """What was acknowledged is there."""
        node = player.node
        assert node.halted == {}, node.halted
        for origin in player.sizes():
            held = node.entries(self.room, origin)
            mine = {int(name.rpartition("/")[2]): data for name, data in player.entries.items() if name.rpartition("/")[0] == origin}
            lost = [seq for seq, data in mine.items() if held[seq : seq + 1] != [data]]
            assert not lost, f"{origin}: entries {lost[:5]} were acknowledged and are lost"

    # -- heal ---------------------------------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        self.net.heal()
        players = list(self.players.values())
        for _ in range(4 * len(players) + 4):
            for one in players:
                write_tree(one.node, self.room)  # what a node serves is brought up to its heads before it is served
            before = [one.node.heads(self.room) for one in players]
            for one in players:
                if self.liar:
                    run.exchange(one.node, self.room, self.liar.served(lies=False))
                for other in players:
                    if one is not other:
                        came = run.exchange(one.node, self.room, self.net.source(one.side, other.side, other.machine.home / "tree"))
                        wrong = {place: why for place, why in came.problems.items() if self.amiss(place, why, other.side)}
                        assert not wrong, f"{one.side} from {other.side}, on a good day: {wrong}"
            if [one.node.heads(self.room) for one in players] == before:
                break
        else:
            raise AssertionError("the nodes never come to rest")
        self.alike([one.node for one in players])
        for one in players:
            self.kept(one)
            self.safe(one)
        self.happened["agreed"] = len(self.agreed)

    def amiss(self, place: str, why: str, served_by: str) -> bool:
        """Whether this is a problem on a good day: a third Side's log may be older there, and of a liar anything may be said."""
        if self.liar and (f"/{self.liar.side}/" in place or place.startswith(f"{self.room}/") or "/" not in place):
            return False
        return f"/{served_by}/" in place or not why.startswith("stale")

    def alike(self, nodes: list[Node]) -> None:
        """All nodes hold the same logs and tables, and nothing is wrong with any of them."""
        heads = [node.heads(self.room) for node in nodes]
        for node in nodes:
            assert node.halted == {}, f"{node.side}: {node.halted}"
            assert (found := node.fsck(self.room)) == [], f"{node.side}: {found}"
        if self.liar and self.liar.forks:
            self.apart(nodes)
            return
        names = sorted({origin for one in heads for origin in one})
        differ = {
            origin: [one.get(origin, (0, b""))[0] for one in heads] for origin in names if len({one.get(origin) for one in heads}) > 1
        }
        assert not differ, f"the nodes hold different logs: {differ}"
        for node in nodes if not self.liar else ():
            assert node.waiting(self.room) == {}, f"{node.side}: {node.waiting(self.room)}"
            missing = [name for name in pull.wanted(node, self.room) if any(other.papers.has(self.room, name) for other in nodes)]
            assert missing == [], f"{node.side} lacks papers that others hold: {missing}"
            with node.read() as tx:
                assert (faults := queries.notices(tx, self.room, "fault")) == [], f"an honest Side is charged: {faults}"
        for which in ("record", "working"):
            digests = {node.state_digest(self.room, which) for node in nodes}
            assert len(digests) == 1, f"{which} digests differ"
            one = self.rng.choice(nodes)
            if self.rng.random() < 0.2:
                one.rebuild(self.room)
                assert one.state_digest(self.room, which) in digests, "a rebuild from the logs gives another digest"
        for node in nodes:
            node.close()

    def apart(self, nodes: list[Node]) -> None:
        """A Side has shown two histories, so the nodes need not hold the same of it; of each other they do. Who saw both holds the proof."""
        for origin in {origin for node in nodes for origin in node.heads(self.room) if parse_origin(origin).side in self.players}:
            held = {node.side: node.heads(self.room).get(origin) for node in nodes}
            assert len(set(held.values())) == 1, f"{origin} is not the same among the honest: {held}"
        for node in nodes:
            digest = node.state_digest(self.room)
            node.rebuild(self.room)
            assert node.state_digest(self.room) == digest, "a rebuild from the logs gives another digest"
            with node.read() as tx:
                frozen = tx.query("SELECT origin FROM n_log WHERE room = ? AND frozen <> ''", (self.room,))
                said = queries.notices(tx, self.room, "fault")
            assert all(parse_origin(row["origin"]).side == self.liar.side for row in frozen if self.liar), (
                f"an honest log is frozen: {frozen}"
            )
            records = [row["origin"] for row in frozen if parse_origin(row["origin"]).log == RECORD]
            assert not records or any(one["side"] == node.side for one in said), "a fork was seen and nobody was told"
            node.close()


class Turncoat:
    """A government that lies with its own keys. Half of them keep to one history, with anything in it; the others show two (`forks`)."""

    def __init__(self, node: Node, room: str, document: str, rng: random.Random) -> None:
        self.liar, self.room, self.rng = Liar(node, room), room, rng
        self.side, self.document = node.side, document
        self.forks = rng.random() < 0.5
        self.other: dict[str, list[bytes]] | None = None

    def act(self) -> None:
        """Write something that no honest program would."""
        liar, rng = self.liar, self.rng
        log = rng.choice([RECORD, RECORD, *liar.logs])
        kind = rng.choice(("raw", "seal", "revoke", "seen", "finding", "position", "unknown"))
        heads = liar.node.heads(self.room)
        if kind == "raw":
            liar.raw(rng.choice((b"{}", b"\xff\xfe", rng.randbytes(40), b"")), log)
        elif kind == "seal":
            manifest = liar.structural({"v": 1, "room": self.room, "choice": rng.randrange(2)}, publish=rng.random() < 0.9)
            slot = {"kind": rng.choice(("adopt", "sign")), "of": self.document, "step": 0}
            liar.say(
                "seal", "record.seal/1", {"slot": slot, "manifest": manifest, "heads": {}, "paper": "0" * 64, "how": "scan", "key": None}
            )
        elif kind == "revoke":
            liar.say("revoke", "record.revoke/1", {"seal": f"{self.side}/record/{rng.randrange(len(liar.logs[RECORD]) + 1)}"})
        elif kind == "seen":
            others = [
                (parse_origin(o), head) for o, head in heads.items() if parse_origin(o).side != self.side and parse_origin(o).log == RECORD
            ]
            origin, (size, root) = rng.choice(others)
            said = {"size": rng.choice((size, size, size + 5, max(size - 1, 0))), "root": rng.choice((root.hex(), "0" * 64))}
            liar.say("seen", "record.seen/1", {"heads": {origin.side: said}}, log)
        elif kind == "finding":
            side = rng.choice([parse_origin(o).side for o in heads])
            liar.say(
                "finding", "record.finding/1", {"seal": f"{side}/record/{rng.randrange(40)}", "valid": rng.random() < 0.5, "reason": ""}
            )
        elif kind == "position":
            content = rng.choice(({"start": "2026-09-16"}, {}, None, {"start": 5}))
            liar.say("position", "meetings.dates/1", {"subject": self.document, "content": content, "level": "agreed", "part": ""}, log)
        elif rng.random() < 0.1:
            liar.say("statement", "newer.kind/7", {"subject": "self"})
        if self.forks and rng.random() < 0.3:
            at = rng.randint(0, len(liar.logs[RECORD]))
            self.other = {**liar.logs, RECORD: [*liar.logs[RECORD][:at]]}
            mine, liar.logs = liar.logs, self.other
            liar.say("statement", "bodies.nothing/1", {"another": rng.randrange(10**6)})
            liar.logs = mine

    def served(self, *, lies: bool = True) -> Source:
        """What it shows to whoever asks now."""
        logs = self.liar.logs
        if self.forks and self.other and self.rng.random() < 0.4:
            self.liar.logs = self.other
        elif lies and self.rng.random() < 0.2:
            self.liar.logs = {name: entries[: self.rng.randint(0, len(entries))] for name, entries in logs.items()}  # an older day
        files = dict(self.liar._served())
        self.liar.logs = logs
        return Shown(files)


class Shown:
    """Files as they were shown at one moment (`exchange.sources.Source`)."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def get(self, path: str) -> bytes:
        """See `Source`."""
        try:
            return self.files[path]
        except KeyError:
            raise NotHeld(f"not held: {path}") from None


ACTS = {
    "talk": 26,
    "exchange": 30,
    "seal": 4,
    "sign": 14,
    "revoke": 2,
    "find": 4,
    "letter": 2,
    "answer": 2,
    "withdraw": 2,
    "accept_all": 3,
    "comment": 3,
    "erase": 1,
    "post_bundle": 2,
    "read_bundle": 3,
    "restart": 2,
}
"""How often each act is chosen."""
