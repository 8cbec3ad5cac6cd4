"""The protocol as people see it: provisions in rows, a column per language, each Side's wording, and whose move it is.

The view is one Side's (``node.side`` unless said otherwise): "ours" is that Side's position. It reads positions, so a Side alone sees its own
proposals, and what the other sent by letter stands as its account. Order and numbers come from the agreed order, else from our proposal, else
from theirs; what nobody has placed stands at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cochair.kit.errors import NotFound
from cochair.kit.ids import parse_id
from cochair.kit.text import look_alike
from cochair.protocol.endings import current
from cochair.protocol.redline import Change, compare_texts
from cochair.protocol.text import brackets, is_clean, plain
from cochair.protocol.texts import Wording, wording
from cochair.record import queries
from cochair.record.queries import MatterState, Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

State = Literal["agreed", "ad-referendum", "account", "brackets", "ours", "theirs", "differ", "reserved", "awaiting"]
Move = Literal["us", "them", ""]


@dataclass(frozen=True, slots=True)
class Cell:
    """One provision in one language. ``standing`` is the agreed wording (or by account); the proposals stand beside it when they differ."""

    lang: str
    state: State
    move: Move
    standing: Wording | None = None
    ours: Wording | None = None
    theirs: dict[str, Wording] = field(default_factory=dict)
    alternatives: tuple[tuple[str, str, Wording], ...] = ()
    """(Side, part of the matter, wording): further wordings of a Side whose people typed over each other."""
    changes: tuple[Change, ...] = ()
    """Ours against the first of theirs, word by word; "old" is ours."""
    crossed: bool = False
    """Each Side took the other's, or both typed the same words: one click of the Side whose move it is settles it."""
    look_alike: bool = False
    """Ours and theirs differ, and a reader would take one for the other."""

    @property
    def shown(self) -> Wording | None:
        """The wording to read first: what stands, else ours, else theirs."""
        return self.standing or self.ours or next(iter(self.theirs.values()), None)

    @property
    def clean(self) -> bool:
        """Whether the Sides agree on a wording without brackets."""
        return self.state in ("agreed", "ad-referendum", "account")


@dataclass(frozen=True, slots=True)
class Row:
    """One provision. ``marks``: (Side, language) -> "fresh" or "stale"; ``checks``: what a machine sees between the languages."""

    provision: str
    kind: str
    no: str
    parent: str | None
    depth: int
    placed: bool
    introduced: Move
    cells: dict[str, Cell]
    marks: dict[tuple[str, str], str]
    checks: tuple[str, ...] = ()
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Meter:
    """How far the text is: ``agreed`` of ``all`` texts in bound languages are clean and agreed; the other figures say what is missing."""

    agreed: int
    all: int
    brackets: int
    awaiting: int
    unmarked: int
    unplaced: int

    @property
    def clean(self) -> bool:
        """Nothing is missing: the text can be adopted."""
        return self.agreed == self.all > 0 and not (self.brackets or self.unmarked or self.unplaced)


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole page. ``order`` is the state of the order matter; ``move`` whose move it is on the whole."""

    instrument: str
    side: str
    languages: tuple[tuple[str, str], ...]
    order: State
    rows: tuple[Row, ...]
    meter: Meter
    move: Move


def instrument(tx: Tx, room: str, id_: str) -> MatterState:
    """The instrument's matter; raises NotFound."""
    state = queries.matter(tx, room, "protocol.instrument", id_)
    if state is None or content_of(state) is None:
        raise NotFound("There is no instrument {id}", "Choose one of the session's instruments", id=id_[:40])
    return state


def content_of(state: MatterState, side: str = "") -> dict[str, Any] | None:
    """What stands, else what ``side`` proposes, else what anybody proposes or is said to."""
    found = [state.content]
    found += [state.positions[side].content] if side in state.positions else []
    found += [one.content for one in state.positions.values()] + [one.content for one in state.accounts.values()]
    return next((one for one in found if one is not None), None)


def languages(content: dict[str, Any]) -> list[tuple[str, str]]:
    """The instrument's languages in order, each with its status."""
    return [(each["lang"], each["status"]) for each in content["languages"]]


def order_rows(tx: Tx, room: str, id_: str, side: str) -> tuple[State, list[dict[str, Any]]]:
    """The order's state and its rows (id, no, parent): what stands, else ours, else theirs, page after page up to the first empty one."""
    pages = {state.part: state for state in queries.matters(tx, room, "protocol.order", id_)}
    rows: list[dict[str, Any]] = []
    states: list[State] = []
    for name in ["", *(str(n) for n in range(1, len(pages) + 1))]:
        page = pages.get(name)
        content = content_of(page, side) if page else None
        if page is None or content is None or not content["provisions"]:
            break
        states.append(_matter_state(page, side))
        rows += content["provisions"]
    worst = next((state for state in states if state not in ("agreed", "ad-referendum")), "agreed" if states else "awaiting")
    return worst, rows


def _matter_state(state: MatterState, side: str) -> State:
    if state.standing == "agreed":
        return "ad-referendum" if state.level == "ad-referendum" else "agreed"
    if state.standing == "account":
        return "account"
    ours = state.positions.get(side)
    theirs = [one for name, one in state.positions.items() if name != side and one.content is not None]
    theirs_said = [one for name, one in state.accounts.items() if name != side and name not in state.positions and one.content is not None]
    if ours is not None and ours.content is not None:
        if ours.level == "reserved" or any(one.level == "reserved" and one.content == ours.content for one in theirs):
            return "reserved"
        return "differ" if theirs or theirs_said else "ours"
    return "theirs" if theirs or theirs_said else "awaiting"


def grid(node: "Node", room: str, id_: str, side: str = "") -> Grid:
    """Everything the protocol page shows of one instrument. Raises NotFound if there is no such instrument."""
    side = side or node.side
    log = current(node, room, id_)
    with node.read() as tx:
        content = content_of(instrument(tx, room, id_), side) or {}
        order, placed = order_rows(tx, room, id_, side)
        provisions = {one.subject: one for one in queries.matters(tx, room, "protocol.provision") if _log(one.subject) == log}
        texts = _by_subject(tx, room, "protocol.text", log)
        others = _by_subject(tx, room, "protocol.alternative", log)
        marks = _by_subject(tx, room, "protocol.concordance", log)
        remarks = {name: len(queries.comments(tx, room, name)) for name in provisions}
        sides = sides_of(tx, room, node)
    spoken = languages(content)
    bound = [lang for lang, status in spoken if status != "working"]
    where = {row["id"]: row for row in placed}
    depth: dict[str, int] = {}
    rows: list[Row] = []
    loose = [name for name in provisions if name not in where and any(_alive(t) for t in texts.get(name, {}).values())]
    for name in [*(row["id"] for row in placed), *loose]:
        state = provisions.get(name)
        kind = (content_of(state, side) or {}).get("kind", "paragraph") if state else "paragraph"
        place = where.get(name, {"no": "", "parent": None})
        depth[name] = depth.get(place["parent"] or "", -1) + 1
        cells = {lang: _cell(node, room, lang, side, texts.get(name, {}).get(lang), others.get(name, {})) for lang, _ in spoken}
        rows.append(
            Row(
                name,
                kind,
                place["no"],
                place["parent"],
                depth[name],
                name in where,
                "us" if parse_id(name).side == side else "them",
                cells,
                _marks(cells, marks.get(name, {}), bound),
                checks(cells, bound),
                remarks.get(name, 0),
            )
        )
    meter = _meter(rows, bound, sides)
    return Grid(id_, side, tuple(spoken), order, tuple(rows), meter, _whose(rows, order))


def sides_of(tx: Tx, room: str, node: "Node") -> list[str]:
    """The Sides of the room, the node's own first."""
    del tx
    codes = sorted(each["side"] for each in node.terms(room)["sides"])
    return sorted(codes, key=lambda code: code != node.side)


def _log(subject: str) -> str:
    return parse_id(subject).log


def _by_subject(tx: Tx, room: str, kind: str, log: str) -> dict[str, dict[str, MatterState]]:
    found: dict[str, dict[str, MatterState]] = {}
    for state in queries.matters(tx, room, kind):
        if _log(state.subject) == log:
            found.setdefault(state.subject, {})[state.part] = state
    return found


def _alive(state: MatterState) -> bool:
    return any(one.content is not None for one in state.positions.values()) or any(
        one.content is not None for one in state.accounts.values()
    )


def _cell(node: "Node", room: str, lang: str, side: str, state: MatterState | None, others: dict[str, MatterState]) -> Cell:
    alternatives = tuple(
        (name, part, _wording(node, room, lang, position))
        for part, matter in sorted(others.items())
        if part.split("/")[0] == lang
        for name, position in matter.positions.items()
        if position.content is not None
    )
    if state is None:
        return Cell(lang, "awaiting", "us", alternatives=alternatives)
    ours = state.positions.get(side)
    mine = _wording(node, room, lang, ours) if ours is not None and ours.content is not None else None
    theirs = {name: _wording(node, room, lang, one) for name, one in state.positions.items() if name != side and one.content is not None}
    for name, told in state.accounts.items():
        if name != side and name not in state.positions and told.content is not None:
            theirs[name] = _wording(node, room, lang, told)
    standing: Wording | None = None
    word = _matter_state(state, side)
    if state.content is not None:
        found = next((w for w in (mine, *theirs.values()) if w and w.paper == state.content["paper"]), None)
        standing = found or wording(node, room, state.content["paper"], lang)
        if standing.text is None or not is_clean(standing.text):
            word = "brackets"
    first = next(iter(theirs.values()), None)
    differ = bool(mine and first and mine.paper != first.paper)
    same = differ and mine is not None and first is not None and mine.text is not None and mine.text == first.text
    crossed = state.crossed or same
    changes = tuple(compare_texts(mine.text, first.text)) if differ and mine and first and not same else ()
    alike = bool(changes and mine and first and mine.text and first.text and look_alike(plain(mine.text), plain(first.text)))
    move = _move(word, state, side, mine, first, crossed=crossed)
    return Cell(lang, word, move, standing, mine, theirs, alternatives, changes, crossed, alike)


def _wording(node: "Node", room: str, lang: str, one: Any) -> Wording:
    return wording(node, room, one.content["paper"], lang, position=one.id, level=one.level, at=one.at)


def _move(word: State, state: MatterState, side: str, ours: Wording | None, theirs: Wording | None, *, crossed: bool) -> Move:
    if word in ("agreed", "account"):
        return ""
    if word in ("theirs", "awaiting", "brackets"):
        return "us"
    if word == "ours":
        return "them"
    if crossed:  # the Side that holds the position with the greater id settles it
        return "us" if min(one.id for one in state.positions.values()).split("/")[0] != side else "them"
    if word in ("reserved", "ad-referendum"):
        return "us" if ours and ours.level in ("reserved", "ad-referendum") else "them"
    return "us" if theirs and ours and theirs.at > ours.at else "them"


def _marks(cells: dict[str, Cell], marks: dict[str, MatterState], bound: Sequence[str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for part, matter in marks.items():
        side, _, lang = part.partition("/")
        position = matter.positions.get(side)
        if position is None or position.content is None or lang not in bound[1:]:
            continue
        now = {each: cell.standing.paper for each in (bound[0], lang) if (cell := cells.get(each)) and cell.standing}
        found[side, lang] = "fresh" if position.content["papers"] == now else "stale"
    return found


def checks(cells: dict[str, Cell], bound: Sequence[str]) -> tuple[str, ...]:
    """What a machine sees between the language versions of one provision: numbers and dates that one has and another has not."""
    from cochair.protocol.concord import differences

    read = {lang: cell.shown.text for lang in bound if (cell := cells.get(lang)) and cell.shown and cell.shown.text}
    return tuple(differences(read))


def _meter(rows: Sequence[Row], bound: Sequence[str], sides: Sequence[str]) -> Meter:
    cells = [(row, row.cells[lang]) for row in rows if row.placed for lang in bound]
    wanted = {(side, lang) for side in sides for lang in bound[1:]}
    return Meter(
        agreed=sum(cell.clean for _, cell in cells),
        all=len(cells),
        brackets=sum(len(brackets(cell.shown.text)) for _, cell in cells if cell.shown and cell.shown.text),
        awaiting=sum(cell.state == "awaiting" for _, cell in cells),
        unmarked=sum(row.marks.get(key) != "fresh" for row in rows if row.placed for key in wanted),
        unplaced=sum(not row.placed for row in rows),
    )


def _whose(rows: Sequence[Row], order: State) -> Move:
    moves = {cell.move for row in rows for cell in row.cells.values()} | {
        "us" if order in ("theirs", "awaiting") else "them" if order == "ours" else ""
    }
    return "us" if "us" in moves else "them" if "them" in moves else ""
