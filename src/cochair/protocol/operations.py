"""Everything a person can do to a text under negotiation. Each asks for the right, then the rules, then writes; each returns entry ids.

Proposing, counter-proposing, accepting, withdrawing are one thing: this Side's position on a matter. Nobody's typing is lost: a proposal says
which position its author had before him (``base``); where a colleague has changed it meanwhile, the new wording is kept beside it as an
alternative, and a proposal of the other Side is never touched.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit import canonical
from cochair.kit.errors import Conflict, NotFound, Rejected
from cochair.kit.ids import parse_id
from cochair.protocol import rules
from cochair.protocol.contents import (
    Alternative,
    Concordance,
    Instrument,
    OrderRow,
    Provision,
    ProvisionKind,
    Signatory,
    TextContent,
)
from cochair.protocol.drafts import acceptance, free_number, joining, order, order_acceptance, position
from cochair.protocol.endings import current
from cochair.protocol.queries import content_of, grid, instrument, languages, order_rows
from cochair.protocol.text import Text, dump, resolve
from cochair.protocol.texts import read
from cochair.record import positions, queries
from cochair.record.node import Draft

if TYPE_CHECKING:
    from cochair.record.node import Node

NOTE_LIMIT = 8192


class Unit(NamedTuple):
    """One provision of a draft: its kind, printed number, index of its heading within the draft (None: top), and its texts by language."""

    kind: ProvisionKind
    texts: Mapping[str, Text]
    no: str = ""
    parent: int | None = None


class Proposed(NamedTuple):
    """What became of a proposal: the entry, the paper, and whether it had to be kept beside a colleague's changed wording."""

    entry: str
    paper: str
    beside: bool = False


def open_instrument(node: "Node", room: str, actor: Actor, content: Instrument) -> str:
    """Introduce an instrument -> its id; its working log begins with the first provision. The other Side joins by `accept_instrument`."""
    rights.require(actor, "protocol.open", node.side)
    rules.check_instrument(content)
    return positions.propose(node, room, "protocol.instrument", content)


def accept_instrument(node: "Node", room: str, actor: Actor, id_: str) -> str:
    """Take the other Side's instrument (its kind and languages) as ours."""
    rights.require(actor, "protocol.open", node.side)
    return positions.accept(node, room, "protocol.instrument", id_)


def name_signatory(node: "Node", room: str, actor: Actor, content: Signatory) -> str:
    """State which post will sign for our Side, and by which designee's statement."""
    rights.require(actor, "protocol.signatory", node.side)
    return positions.say(node, room, "protocol.signatory", content)


def propose_draft(node: "Node", room: str, actor: Actor, id_: str, units: Sequence[Unit]) -> list[str]:
    """Propose provisions with their texts and append them to the order -> ids of the provisions. One batch, whatever its length."""
    rights.require(actor, "protocol.propose", node.side)
    log, spoken, sides = opened(node, room, id_)
    texts = [{lang: rules.clean_text(text) for lang, text in unit.texts.items()} for unit in units]
    for unit, found in zip(units, texts, strict=True):
        for lang, text in found.items():
            check_language(spoken, lang)
            rules.check_text(text, lang, unit.kind, sides)
    with node.read() as tx:
        _, before = order_rows(tx, room, id_, node.side)
    made = node.write(room, [position(log, "provision", "self", "", Provision(unit.kind)) for unit in units])
    drafts = []
    for name, found in zip(made, texts, strict=True):
        for lang, text in found.items():
            drafts.append(position(log, "text", name, lang, TextContent(node.put_paper(room, dump(text)))))
    rows = [msgspec.convert(row, OrderRow) for row in before]
    rows += [OrderRow(name, unit.no, None if unit.parent is None else made[unit.parent]) for name, unit in zip(made, units, strict=True)]
    node.write(room, drafts + order(node, room, id_, rows))
    return made


def propose_provision(
    node: "Node",
    room: str,
    actor: Actor,
    id_: str,
    kind: ProvisionKind,
    texts: Mapping[str, Text],
    *,
    no: str = "",
    under: str | None = None,
) -> str:
    """Propose one provision with its texts -> its id; it stands last below ``under`` (a heading), or at the end."""
    [made] = propose_draft(node, room, actor, id_, [Unit(kind, texts, no)])
    if under is not None:
        with node.read() as tx:
            _, before = order_rows(tx, room, id_, node.side)
        rows = [msgspec.convert(row, OrderRow) for row in before if row["id"] != made]
        below = {under}
        last = next((i for i, row in enumerate(rows) if row.id == under), None)
        if last is None:
            raise NotFound("The heading is not in the order", "Place the provision by proposing an order")
        for i, row in enumerate(rows):
            if row.parent in below:
                below.add(row.id)
                last = i
        rows.insert(last + 1, OrderRow(made, no, under))
        propose_order(node, room, actor, id_, rows)
    return made


def propose_text(
    node: "Node", room: str, actor: Actor, provision: str, lang: str, text: Text, *, base: str | None = None, ad_referendum: bool = False
) -> Proposed:
    """Propose a wording. ``base``: our Side's position as the author saw it (None: there was none). On a clash it is kept beside, not over."""
    rights.require(actor, "protocol.propose", node.side)
    id_, kind = provision_of(node, room, provision)
    log, spoken, sides = opened(node, room, id_)
    check_language(spoken, lang)
    text = rules.clean_text(text)
    rules.check_text(text, lang, kind, sides)
    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.text", provision, lang)
    ours = state.positions.get(node.side) if state else None
    now = ours.id if ours is not None and ours.content is not None else None
    paper = node.put_paper(room, dump(text))
    if now == base:
        level = "ad-referendum" if ad_referendum else "agreed"
        drafts = [*joining(node, room, provision), position(log, "text", provision, lang, TextContent(paper), level)]
        return Proposed(node.write(room, drafts)[-1], paper)
    part = f"{lang}/{node.side}/{free_number(node, room, provision, lang)}"
    entry = node.write(room, [position(log, "alternative", provision, part, Alternative(paper, base))])[0]
    return Proposed(entry, paper, beside=True)


def take_alternative(node: "Node", room: str, actor: Actor, provision: str, part: str, side: str) -> str:
    """Make a wording that was kept beside (of either Side) our position, and drop it from the alternatives if it was ours."""
    rights.require(actor, "protocol.propose", node.side)
    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.alternative", provision, part)
    found = state.positions.get(side) if state else None
    if found is None or found.content is None:
        raise NotFound("This wording is no longer there", "Open the provision again")
    lang = part.split("/", maxsplit=1)[0]
    read(node, room, found.content["paper"], lang)
    log = parse_id(provision).log
    drafts = [position(log, "text", provision, lang, TextContent(found.content["paper"]))]
    if side == node.side:
        drafts.append(position(log, "alternative", provision, part, None))
    return node.write(room, drafts)[0]


def accept_texts(
    node: "Node", room: str, actor: Actor, provision: str, langs: Iterable[str] = (), *, ad_referendum: bool = False
) -> list[str]:
    """Take the other Side's wording in these languages (none named: in each where it proposes one) -> entries.

    Raises NotFound when it proposes none, NotHeld when a text has not arrived, Rejected when a text is flagged, Conflict when the wording to be
    taken is not the only one.
    """
    rights.require(actor, "protocol.accept", node.side)
    drafts = acceptance(node, room, provision, tuple(langs), "ad-referendum" if ad_referendum else "agreed")
    if not drafts:
        raise NotFound("The other Side proposes nothing here that is not ours already", "Open the provision again")
    return node.write(room, joining(node, room, provision) + drafts)


def accept_text(node: "Node", room: str, actor: Actor, provision: str, lang: str, *, ad_referendum: bool = False) -> str:
    """Take the other Side's wording in one language as ours -> the entry."""
    return accept_texts(node, room, actor, provision, (lang,), ad_referendum=ad_referendum)[-1]


def accept_all(node: "Node", room: str, actor: Actor, id_: str, provisions: Iterable[str] = ()) -> int:
    """Take every wording of the other Side where ours says nothing (of these provisions, or of all), and its order -> how many were taken."""
    rights.require(actor, "protocol.accept", node.side)
    view = grid(node, room, id_)
    wanted = set(provisions)
    drafts: list[Draft] = []
    taken = 0
    for row in view.rows:
        if wanted and row.provision not in wanted:
            continue
        langs = tuple(lang for lang, cell in row.cells.items() if cell.state == "theirs")
        found = acceptance(node, room, row.provision, langs, "agreed") if langs else []
        drafts += joining(node, room, row.provision) + found
        taken += len(found)
    drafts += [] if wanted else order_acceptance(node, room, id_)
    if drafts:
        node.write(room, drafts)
    return taken


def withdraw_text(node: "Node", room: str, actor: Actor, provision: str, lang: str) -> str:
    """Take our wording back: our Side then proposes none."""
    rights.require(actor, "protocol.withdraw", node.side)
    return positions.withdraw(node, room, "protocol.text", provision, lang, log=parse_id(provision).log)


def reserve(node: "Node", room: str, actor: Actor, provision: str, lang: str) -> str:
    """Reserve our position on the wording that stands or is proposed: we neither take nor drop it. Until lifted, the text is not agreed."""
    rights.require(actor, "protocol.accept", node.side)
    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.text", provision, lang)
    content = content_of(state, node.side) if state else None
    if content is None:
        raise NotFound("There is no wording to reserve on", "Propose one")
    mine = state.positions.get(node.side) if state else None
    if mine is not None and mine.level == "reserved" and mine.content == content:
        raise Conflict("Your Side has reserved its position here already", "Lift the reservation, or propose another wording")
    drafts = [position(parse_id(provision).log, "text", provision, lang, msgspec.convert(content, TextContent), "reserved")]
    return node.write(room, joining(node, room, provision) + drafts)[-1]


def confirm(node: "Node", room: str, actor: Actor, provision: str, lang: str) -> str:
    """Lift our reservation, or confirm what we agreed ad referendum: the same wording, agreed."""
    rights.require(actor, "protocol.accept", node.side)
    ours = _ours(node, room, provision, lang)
    if ours is None or ours.content is None:
        raise NotFound("Our Side has no position here", "Accept or propose a wording")
    return node.write(room, [position(parse_id(provision).log, "text", provision, lang, msgspec.convert(ours.content, TextContent))])[0]


def resolve_bracket(
    node: "Node", room: str, actor: Actor, provision: str, lang: str, index: int, wording: str, *, base: str | None
) -> Proposed:
    """Propose the text that stands (or ours) with its ``index``-th bracket replaced by a wording; the other Side then takes it, or not."""
    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.text", provision, lang)
    content = content_of(state, node.side) if state else None
    if content is None:
        raise NotFound("There is no text with a bracket here", "Open the provision again")
    text = resolve(read(node, room, content["paper"], lang), index, wording)
    return propose_text(node, room, actor, provision, lang, text, base=base)


def settle_crossed(node: "Node", room: str, actor: Actor, provision: str, lang: str) -> str:
    """Each Side took the other's wording, or typed the same words: one click settles it on the smaller id."""
    rights.require(actor, "protocol.accept", node.side)
    return positions.settle_crossed(node, room, "protocol.text", provision, lang, log=parse_id(provision).log)


def propose_order(node: "Node", room: str, actor: Actor, id_: str, rows: Sequence[OrderRow]) -> list[str]:
    """Propose the order of the provisions with their printed numbers -> entries, one a page."""
    rights.require(actor, "protocol.propose", node.side)
    log = current(node, room, id_)
    with node.read() as tx:
        instrument(tx, room, id_)
        known = {one.subject for one in queries.matters(tx, room, "protocol.provision") if parse_id(one.subject).log == log}
    rules.check_order(rows, known)
    return node.write(room, order(node, room, id_, rows))


def accept_order(node: "Node", room: str, actor: Actor, id_: str) -> list[str]:
    """Take the other Side's order as ours, all pages -> entries."""
    rights.require(actor, "protocol.accept", node.side)
    drafts = order_acceptance(node, room, id_)
    if not drafts:
        raise NotFound("The other Side proposes no other order", "There is nothing to accept")
    return node.write(room, drafts)


def mark_concordance(node: "Node", room: str, actor: Actor, id_: str, provisions: Iterable[str] = (), langs: Iterable[str] = ()) -> int:
    """Our Side's check that the texts that stand say the same as those in the first language (all provisions and languages if none is named).

    -> how many marks were written; a fresh mark is not written twice. Raises Conflict if a named text is not agreed and clean yet.
    """
    rights.require(actor, "protocol.concordance", node.side)
    view = grid(node, room, id_)
    bound = [lang for lang, status in view.languages if status != "working"]
    wanted, which = set(provisions), set(langs) or set(bound[1:])
    drafts: list[Draft] = []
    for row in view.rows:
        if (wanted and row.provision not in wanted) or not row.placed:
            continue
        for lang in (lang for lang in bound[1:] if lang in which):
            pair = {each: row.cells[each] for each in (bound[0], lang)}
            if not all(cell.clean for cell in pair.values()):
                if wanted:
                    raise Conflict(
                        "Provision {no} is not settled in both languages", "Agree on the texts first", no=row.no or row.provision
                    )
                continue
            if row.marks.get((node.side, lang)) == "fresh":
                continue
            papers = {each: cell.standing.paper for each, cell in pair.items() if cell.standing}
            drafts.append(position(parse_id(row.provision).log, "concordance", row.provision, f"{node.side}/{lang}", Concordance(papers)))
    if drafts:
        node.write(room, drafts)
    return len(drafts)


def comment(node: "Node", room: str, actor: Actor, subject: str, lang: str, words: str) -> str:
    """A remark on a provision (or the instrument) that both Sides read -> the entry."""
    rights.require(actor, "protocol.comment", node.side)
    id_ = subject if parse_id(subject).log == "record" else provision_of(node, room, subject)[0]
    paper = node.put_paper(room, note(lang, words))
    return node.write(room, [Draft(current(node, room, id_), "comment", "record.comment/1", {"subject": subject, "paper": paper})])[0]


def note(lang: str, words: str) -> bytes:
    """A remark or a reason -> the bytes of its paper. Raises Rejected on unsafe or too long text."""
    from cochair.kit import text as safety

    cleaned = safety.clean(words).strip()
    if not 1 <= len(cleaned) <= NOTE_LIMIT:
        raise Rejected("A remark has 1 to 8,192 characters", "Shorten it, or send a paper")
    return canonical.dumps({"v": 1, "what": "note", "lang": lang, "text": cleaned})


# --- what the operations share ---


def opened(node: "Node", room: str, id_: str) -> tuple[str, list[tuple[str, str]], list[str]]:
    """An instrument -> (its working log, its languages with their status, the Sides of the room). Raises NotFound."""
    with node.read() as tx:
        content = content_of(instrument(tx, room, id_), node.side) or {}
    return current(node, room, id_), languages(content), [each["side"] for each in node.terms(room)["sides"]]


def check_language(spoken: Sequence[tuple[str, str]], lang: str) -> None:
    """Raise Rejected if the instrument is not made in this language."""
    if lang not in [each for each, _ in spoken]:
        raise Rejected(
            "{lang} is not a language of this instrument", "Choose one of {spoken}", lang=lang, spoken=", ".join(each for each, _ in spoken)
        )


def provision_of(node: "Node", room: str, provision: str) -> tuple[str, ProvisionKind]:
    """A provision -> (its instrument, its kind). Raises NotFound."""
    from cochair.kit.ids import instrument_of

    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.provision", provision)
    content = content_of(state, node.side) if state else None
    if content is None:
        raise NotFound("There is no provision {provision}", "Open the text again", provision=provision[:40])
    return instrument_of(parse_id(provision).log), content["kind"]


def _ours(node: "Node", room: str, provision: str, lang: str) -> queries.Position | None:
    with node.read() as tx:
        state = queries.matter(tx, room, "protocol.text", provision, lang)
    return state.positions.get(node.side) if state else None
