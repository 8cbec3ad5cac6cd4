"""Questions about the tree of bodies. What is agreed and what is only proposed come in one list, each with its status, the reader's own view first.

Every function takes one consistent snapshot (`Tx`), a room, and ``side``: whose chair the reader sits in.
"""

from typing import NamedTuple

from cochair.bodies.contents import Body, Person, Rules, person_of
from cochair.kit.errors import NotFound, NotHeld
from cochair.record.fields import of_text
from cochair.record.node import Node
from cochair.record.positions import Reading, Status, readings, said_order
from cochair.record.queries import Tx


class BodyView(NamedTuple):
    """One body; ``depth`` is 0 at the top of the tree. ``theirs`` is the other Side's differing proposal."""

    id: str
    content: Body
    status: Status
    depth: int
    theirs: Body | None = None


class HolderView(NamedTuple):
    """One holder of a post. ``account`` is the Side that reports it, or "" for the Side's own word."""

    id: str
    person: str
    office: dict[str, list[str]]
    office_paper: str | None
    since: str | None
    until: str | None
    account: str


class PostView(NamedTuple):
    """One post of a Side, with its holders from the first to the last."""

    id: str
    side: str
    account: str
    body: str
    kind: str
    titles: dict[str, str]
    holders: tuple[HolderView, ...]

    def on(self, day: str) -> HolderView | None:
        """Who held the post on a day such as ``2026-02-28``: the last named of those whose time it falls in."""
        fit = [one for one in self.holders if (one.since or "") <= day <= (one.until or "9999")]
        return fit[-1] if fit else None


class ActingView(NamedTuple):
    """Who acts for a post at one meeting: the designee, else the holder of that day; ``letter`` names the designee."""

    person: str
    designee: bool
    letter: str | None
    account: str


def bodies(tx: Tx, room: str, side: str) -> list[BodyView]:
    """The tree, top first and depth first; siblings by code, then by the entry that introduced them."""
    found = {one.subject: one for one in readings(tx, room, "bodies.body", Body, side)}
    below: dict[str | None, list[Reading]] = {}
    for one in found.values():
        below.setdefault(one.content.parent if one.content.parent in found else None, []).append(one)
    views: list[BodyView] = []
    seen: set[str] = set()

    def walk(parent: str | None, depth: int) -> None:
        for one in sorted(below.get(parent, ()), key=lambda one: one.content.code):
            if one.subject not in seen:
                seen.add(one.subject)
                views.append(BodyView(one.subject, one.content, one.status, depth, one.theirs))
                walk(one.subject, depth + 1)

    walk(None, 0)
    # two proposals may name each other as parent: such a ring hangs nowhere, and is shown at the top
    views += [BodyView(one.subject, one.content, one.status, 0, one.theirs) for one in found.values() if one.subject not in seen]
    return views


def body(tx: Tx, room: str, body_id: str, side: str) -> BodyView:
    """One body; raises `NotFound`."""
    for one in bodies(tx, room, side):
        if one.id == body_id:
            return one
    raise NotFound("There is no body {body_id!r} in this room", "Open it from the tree of bodies", body_id=body_id[:40])


def ancestors(tx: Tx, room: str, body_id: str, side: str) -> list[str]:
    """The ids of the bodies above one, the nearest first."""
    parents = {one.id: one.content.parent for one in bodies(tx, room, side)}
    chain: list[str] = []
    above = parents.get(body_id)
    while above is not None and above in parents and above not in chain:
        chain.append(above)
        above = parents[above]
    return chain


def rules(tx: Tx, room: str, body_id: str, side: str) -> Reading | None:
    """The rules of a body: the content is a `Rules`."""
    return next(iter(readings(tx, room, "bodies.rules", Rules, side, body_id)), None)


def posts(tx: Tx, room: str, side: str, body_id: str | None = None) -> list[PostView]:
    """Posts (of one body), the reader's own Side first, then in each Side's order; each with its holders."""
    where, params = ("", (room,)) if body_id is None else (" AND body = ?", (room, body_id))
    rows = tx.query(f"SELECT * FROM bodies_post WHERE room = ?{where}", params)  # noqa: S608  # the names are our own
    held: dict[str, list[HolderView]] = {}
    holders = tx.query("SELECT * FROM bodies_holder WHERE room = ?", (room,))
    for row in sorted(holders, key=lambda row: (row["since"] or "", said_order(row))):
        one = HolderView(row["id"], row["person"], of_text(row["office"]), row["office_paper"], row["since"], row["until"], row["account"])
        held.setdefault(row["post"], []).append(one)
    return [
        PostView(
            row["id"],
            row["side"],
            row["account"],
            row["body"],
            row["kind"],
            of_text(row["titles"]),
            tuple(held.get(row["id"], ())),
        )
        for row in sorted(rows, key=lambda row: (row["side"] != side, row["side"], row["place"], said_order(row)))
    ]


def acting(tx: Tx, room: str, post: PostView, meeting: str, day: str) -> ActingView | None:
    """Who acts for a post at a meeting that begins on ``day``."""
    rows = tx.query("SELECT * FROM bodies_designee WHERE room = ? AND post = ? AND meeting = ?", (room, post.id, meeting))
    if rows:
        last = max(rows, key=said_order)
        return ActingView(last["person"], designee=True, letter=last["letter"], account=last["account"])
    holder = post.on(day)
    return None if holder is None else ActingView(holder.person, designee=False, letter=None, account=holder.account)


def person(node: Node, room: str, paper: str) -> Person | None:
    """The person of a paper; ``None`` if the paper is erased, has not arrived, or is something else."""
    try:
        return person_of(node.paper(room, paper))
    except NotHeld:
        return None
