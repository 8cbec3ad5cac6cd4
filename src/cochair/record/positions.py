"""Proposing, accepting, withdrawing: the four things a Side can do about any matter, and how a matter reads from one Side's chair.

Rules:
 1. Proposal, counter-proposal, acceptance and withdrawal are all one thing: this Side's present position.
 2. What our Side types is cleaned (``kit.text``) and written with every field, in the newest version of its schema that is in force in the room; what it accepts is
    copied from the other's position to the letter, in whatever version that is.
 3. Every paper that a content names must be at hand (or known as erased): nobody takes or offers what he cannot read. Text that our own Side may not type is not acceptable either.
 4. Crossed acceptances (each took the other's), and the same words under two salts, settle on the position with the smaller id: the Side that holds
    the other one takes it, with one click; the Side whose position stands has nothing to do, so that both cannot cross again.
Who may do it is asked before, by the stage's operations and by the pages (each stage's ``MATTER_RIGHTS``): this module lies below the table of rights.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from cochair.kit import text
from cochair.kit.errors import Conflict, NotFound, NotHeld, Rejected
from cochair.record import queries
from cochair.record.fields import papers_named
from cochair.record.node import Draft, Node
from cochair.record.queries import MatterState, Tx
from cochair.record.registry import Content, MatterKind, Registry, StatementKind
from cochair.record.schemas import Adopted

Level = Literal["agreed", "ad-referendum", "reserved"]
Status = Literal["agreed", "ad-referendum", "account", "ours", "theirs", "told", "differ"]
STATUS_WORDS: dict[Status, str] = {
    "agreed": "agreed",
    "ad-referendum": "agreed ad referendum",
    "account": "by our account",
    "ours": "proposed by us",
    "theirs": "proposed by the other Side",
    "told": "proposed by the other Side, by our account",
    "differ": "the Sides propose differently",
}


K = TypeVar("K", MatterKind, StatementKind)


class Reading(NamedTuple):
    """One matter from one Side's chair. ``content`` is what stands, else our proposal, else theirs; ``theirs`` is another Side's differing proposal."""

    subject: str
    part: str
    content: Any
    status: Status
    state: MatterState
    theirs: Any = None


def matter_kind(registry: Registry, name: str, adopted: Mapping[str, Adopted] | None = None) -> MatterKind:
    """The newest version of a matter kind, ``"meetings.agenda"``, that is in force where these schemas were adopted (`Node.schemas`); raises `NotFound`."""
    return _newest(registry, [kind for kind in registry.matters.values() if kind.name == name], name, adopted or {})


def statement_kind(registry: Registry, name: str, adopted: Mapping[str, Adopted] | None = None) -> StatementKind:
    """The newest version of a statement kind that is in force; raises `NotFound`."""
    return _newest(registry, [kind for kind in registry.statements.values() if kind.name == name], name, adopted or {})


def _newest(registry: Registry, kinds: list[K], name: str, adopted: Mapping[str, Adopted]) -> K:
    known = [kind for kind in kinds if registry.knows(kind.schema, adopted.get(kind.schema))]
    if not known:
        raise NotFound("There is no kind of entry called {name!r}", name=name[:60])
    return max(known, key=lambda kind: kind.version)


def held(node: Node, room: str, content: Any) -> None:
    """Raise `NotHeld` unless this node holds each paper that a content names, or knows that it was erased: nobody names what he cannot show."""
    missing = [paper for paper in papers_named(content) if not node.papers.has(room, paper)]
    if missing:
        with node.read() as tx:
            erased = {notice["body"]["paper"] for notice in queries.notices(tx, room, "erase")}
        if lost := next((paper for paper in missing if paper not in erased), None):
            raise NotHeld(
                "The paper {lost}… is named and not held here", "Attach the paper again, or fetch it from the other Side", lost=lost[:16]
            )


def written(kind: MatterKind | StatementKind, content: Content) -> dict[str, Any]:
    """A typed content as JSON in the version that is written here: an older one is brought into its form.

    Raises `Rejected` on text that may not be typed, `Conflict` on a version that the Sides have not adopted.
    """
    made = type(content)
    if made.version() > kind.version:
        raise Conflict(
            "The Sides have not adopted version {version} of {name} in this room",
            "Both seal it first: cochair record schema adopt",
            version=made.version(),
            name=kind.name,
        )
    if made.version() < kind.version:
        content = kind.content.read(msgspec.to_builtins(content), made.version())
    return plain(content)


def plain(content: msgspec.Struct) -> dict[str, Any]:
    """A typed content that our Side typed -> JSON with every field, each text cleaned; raises `Rejected` on text that may not be typed."""
    return _cleaned(msgspec.to_builtins(content))  # type: ignore[no-any-return]  # a struct becomes a dict


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return text.clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value


def propose(
    node: Node,
    room: str,
    kind: str,
    content: Content,
    *,
    subject: str = "self",
    part: str = "",
    level: Level = "agreed",
    log: str = "record",
) -> str:
    """Make ``content`` this Side's position -> id of the entry, which for ``subject="self"`` is the id of the new thing.

    ``log`` names the working log for a working matter. Raises `Rejected` when the content does not fit the kind.
    """
    found = matter_kind(node.registry, kind, node.schemas(room))
    if subject == "self" and not found.introduces:
        raise Rejected("An entry of this kind is always about something", "Name what it is about")
    return _write(node, room, found, _fitting(found.content, written(found, content)), subject, part, level, log)


def _fitting(kind: type[msgspec.Struct], content: dict[str, Any]) -> dict[str, Any]:
    try:
        msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise Rejected("What was entered does not fit: {error}", "Correct it and send it again", error=error) from None
    return content


def _write(node: Node, room: str, kind: MatterKind, content: dict[str, Any] | None, subject: str, part: str, level: Level, log: str) -> str:
    if (log == "record") != (kind.log == "record"):
        raise Rejected("An entry of this kind belongs to another log", "Name the log in which it is written")
    held(node, room, content)
    body = {"subject": subject, "part": part, "content": content, "level": level}
    return node.write(room, [Draft(log, "position", kind.schema, body)])[0]


def accept(
    node: Node, room: str, kind: str, subject: str, part: str = "", *, of: str | None = None, level: Level = "agreed", log: str = "record"
) -> str:
    """Take the other Side's present content as ours -> id of the entry.

    ``of`` names the Side when several propose. Raises `NotFound` when nobody proposes, `Conflict` when we name the same already, `NotHeld` when a
    paper it names has not arrived, `Rejected` when its text is not safe to take.
    """
    state = _state(node, room, kind, subject, part)
    theirs = {side: one for side, one in state.positions.items() if side != node.side and one.content is not None and of in (None, side)}
    if not theirs:
        raise NotFound("The other Side proposes nothing here", "Look again: it may have withdrawn its proposal")
    if len({msgspec.json.encode(one.content, order="sorted") for one in theirs.values()}) > 1:
        raise Conflict("More than one Side proposes here, and not the same", "Say whose proposal you take")
    return _take(node, room, state, next(iter(theirs.values())), level, log)


def _take(node: Node, room: str, state: MatterState, theirs: queries.Position, level: Level, log: str) -> str:
    ours = state.positions.get(node.side)
    if ours is not None and ours.content == theirs.content and ours.level == level:
        raise Conflict("Your Side names the same already", "There is nothing to accept")
    held(node, room, theirs.content)
    _refuse_unsafe(theirs.content)
    kind = node.registry.matters[theirs.schema]
    return _write(node, room, kind, theirs.content, state.subject, state.part, level, log)


def _refuse_unsafe(content: Any) -> None:
    for line in _texts(content):
        try:
            text.clean(line)
        except Rejected as bad:
            raise Rejected(
                "The other Side's text cannot be taken over: {thing}", "Ask it for a clean text, or propose your own", thing=bad.what
            ) from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def withdraw(node: Node, room: str, kind: str, subject: str, part: str = "", *, log: str = "record") -> str:
    """Take our position back -> id of the entry; raises `NotFound` when we have none."""
    state = _state(node, room, kind, subject, part)
    ours = state.positions.get(node.side)
    if ours is None or ours.content is None:
        raise NotFound("Your Side has no proposal here", "There is nothing to withdraw")
    return _write(node, room, node.registry.matters[ours.schema], None, subject, part, "agreed", log)


def settle_crossed(node: Node, room: str, kind: str, subject: str, part: str = "", *, log: str = "record") -> str:
    """Settle crossed acceptances, or the same words under two salts -> id of the entry; raises `Conflict` where there is nothing to click."""
    state = _state(node, room, kind, subject, part)
    held = {side: one for side, one in state.positions.items() if one.content is not None}
    if node.side not in held or not (state.crossed or same_words(node, room, state)):
        raise Conflict("The Sides' proposals do not cross", "Accept the other's, or propose")
    standing = min(held, key=lambda side: _order(held[side].id))
    if standing == node.side:
        raise Conflict("Your Side's text is the one that stands", "The other Side settles it with one click")
    return _take(node, room, state, held[standing], "agreed", log)


def drop_twin(node: Node, room: str, kind: str, keep: str, drop: str) -> list[str]:
    """Two Sides introduced the same thing: accept the other's ``keep`` and withdraw our own ``drop`` -> ids of the entries."""
    taken = accept(node, room, kind, keep)
    return [taken, withdraw(node, room, kind, drop)]


def same_words(node: Node, room: str, state: MatterState) -> bool:
    """Whether all Sides' differing positions say the same once each paper id is replaced by the paper's bytes."""
    contents = [one.content for one in state.positions.values()]
    if len(contents) < 2 or any(one is None for one in contents):
        return False
    try:
        read = [msgspec.json.encode(_opened(node, room, one), order="sorted") for one in contents]
    except NotHeld:
        return False
    return len(set(read)) == 1 and any(one != contents[0] for one in contents)


def _opened(node: Node, room: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: one if name == "manifest" else _opened(node, room, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_opened(node, room, one) for one in value]
    if isinstance(value, str) and any(papers_named(value)):
        return node.paper(room, value).hex()
    return value


def said_order(row: Mapping[str, Any]) -> tuple[bool, bool, int]:
    """Sort key of one Side's statements (rows with id, side, account): accounts of it, then what it confirmed as its word, then its own log in order."""
    side, _, seq = row["id"].split("/")
    return row["account"] == "", side == row["side"], int(seq)


def _state(node: Node, room: str, kind: str, subject: str, part: str) -> MatterState:
    with node.read() as tx:
        state = queries.matter(tx, room, kind, subject, part)
    if state is None:
        raise NotFound("Nobody has proposed anything here yet", "Propose something yourself")
    return state


def _order(entry: str) -> tuple[str, str, int]:
    side, log, seq = entry.split("/")
    return side, log, int(seq)


def reading(state: MatterState, side: str, content: type[Content]) -> Reading | None:
    """One matter as ``side`` reads it, in the form of ``content``, the newest that the reader knows; ``None`` when nobody names any content."""
    if state.standing == "agreed":
        return _read(state, content, _Said(state.content, state.schema), "ad-referendum" if state.level == "ad-referendum" else "agreed")
    if state.standing == "account":
        return _read(state, content, _Said(state.content, state.schema), "account")
    ours = _said(state.positions[side]) if side in state.positions else None
    others = [_said(one) for name, one in state.positions.items() if name != side and one.content is not None]
    told = [
        _said(one)
        for name, one in state.accounts.items()
        if name not in state.positions and name != side and one.content is not None and not one.answer
    ]
    theirs = next(iter(others or told), None)
    if ours is not None and ours.content is not None:
        differs = theirs is not None and theirs != ours
        return _read(state, content, ours, "differ" if differs else "ours", theirs if differs else None)
    if theirs is None:
        return None
    return _read(state, content, theirs, "theirs" if others else "told")


class _Said(NamedTuple):
    """A content as it was written, and under which schema."""

    content: Any
    schema: str


def _said(one: queries.Position | queries.Account) -> _Said:
    return _Said(one.content, one.schema)


def _read(state: MatterState, kind: type[Content], said: _Said, status: Status, theirs: _Said | None = None) -> Reading:
    made, other = (None if one is None else typed(kind, one.content, one.schema) for one in (said, theirs))
    return Reading(state.subject, state.part, made, status, state, other)


def typed(kind: type[Content], content: Mapping[str, Any], schema: str) -> Content:
    """A content as it was written under ``schema``, in the form of ``kind``. Raise `msgspec.ValidationError` if it is of a later version than that."""
    return kind.read(content, int(schema.rpartition("/")[2]))


def readings(tx: Tx, room: str, kind: str, content: type[Content], side: str, subject: str | None = None) -> list[Reading]:
    """All matters of a kind (of one subject) as ``side`` reads them, in the order of the entries that introduced their subjects."""
    return [one for state in queries.matters(tx, room, kind, subject) if (one := reading(state, side, content)) is not None]


def say(node: Node, room: str, kind: str, content: Content) -> str:
    """Make a statement of our Side -> its id."""
    found = statement_kind(node.registry, kind, node.schemas(room))
    body = {"subject": "self"} | _fitting(found.content, written(found, content))
    held(node, room, body)
    return node.write(room, [Draft("record", "statement", found.schema, body)])[0]


def say_anew(node: Node, room: str, kind: str, target: str, content: Content | None) -> str | None:
    """Replace our statement ``target`` by a new one, or take it back (``None``) -> id of the new one. The old one stays readable."""
    made = None if content is None else say(node, room, kind, content)
    node.write(room, [Draft("record", "statement", "record.supersedes/1", {"target": target, "with": made})])
    return made
