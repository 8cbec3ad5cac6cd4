"""What was adopted and signed, what one Side changed last, what people remarked: the questions about a protocol beside its grid."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from cochair.kit import canonical
from cochair.kit.errors import CochairError, NotHeld
from cochair.kit.ids import instrument_of, parse_id, turn_of
from cochair.protocol.contents import Instrument
from cochair.record import positions, queries
from cochair.record.positions import Status
from cochair.record.queries import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node


class InstrumentView(NamedTuple):
    """One instrument of a session: what it is, how it stands, the last sealed step ("" before adoption), and how far it is (`sealed`)."""

    id: str
    content: Instrument
    status: Status
    step: str
    manifest: str
    sealed: str


class Changed(NamedTuple):
    """One present position of a Side on the text: which unit, which language, what became of it."""

    entry: str
    provision: str
    lang: str
    what: str
    paper: str
    at: str


class Remark(NamedTuple):
    """One remark that both Sides read; ``text`` is "" when its paper has not arrived or was erased."""

    entry: str
    side: str
    lang: str
    text: str
    at: str


class Signed(NamedTuple):
    """One unit of a sealed text in one language."""

    manifest: str
    slot: str
    step: int
    provision: str
    kind: str
    no: str
    parent: str | None
    lang: str
    paper: str


ORDER = ("adopt", "initial", "sign", "confirm", "correct", "amend", "terminate")


def instruments(tx: Tx, room: str, session: str, side: str) -> list[InstrumentView]:
    """The instruments of a session as ``side`` reads them, oldest first."""
    found = [one for one in positions.readings(tx, room, "protocol.instrument", Instrument, side) if one.content.session == session]
    rows = tx.query("SELECT instrument, slot, step, manifest FROM protocol_step WHERE room = ? AND session = ?", [room, session])
    last = {row["instrument"]: row for row in sorted(rows, key=lambda row: (ORDER.index(row["slot"]), row["step"]))}
    none = {"slot": "", "manifest": ""}
    return [
        InstrumentView(
            one.subject,
            one.content,
            one.status,
            last.get(one.subject, none)["slot"],
            last.get(one.subject, none)["manifest"],
            sealed(row["slot"] for row in rows if row["instrument"] == one.subject),
        )
        for one in found
    ]


def sealed(slots: Iterable[str]) -> str:
    """How far an instrument with these sealed steps is -> "signed", "adopted" or "". A correction may come before the signature, and signs nothing."""
    done = set(slots)
    return "signed" if done & {"sign", "confirm"} else "adopted" if done else ""


def sealed_texts(tx: Tx, room: str, instrument: str, manifest: str = "") -> list[Signed]:
    """The wording of an instrument as sealed last (or in ``manifest``), unit by unit in printed order, languages sorted. No working log is needed."""
    rows = tx.query("SELECT * FROM protocol_adopted WHERE room = ? AND instrument = ?", [room, instrument])
    if not manifest and rows:
        manifest = max(rows, key=lambda row: (ORDER.index(row["slot"]), row["step"]))["manifest"]
    chosen = sorted((row for row in rows if row["manifest"] == manifest), key=lambda row: (row["place"], row["lang"]))
    return [Signed(*(row[name] for name in Signed._fields)) for row in chosen]


_FOLLOWED = ("provision", "text", "alternative", "order", "concordance")


def follow(tx: Tx, room: str, instrument: str, side: str, after: int = -1) -> list[Changed]:
    """What a Side did last to the text, newest first: its present positions behind entry number ``after`` of its working log."""
    states = [state for kind in _FOLLOWED for state in queries.matters(tx, room, f"protocol.{kind}")]
    logs = {parse_id(one.id).log for state in states for one in state.positions.values()}
    log = max((one for one in logs if one != "record" and instrument_of(one) == instrument), key=turn_of, default="")
    found = []
    for kind in _FOLLOWED:
        for state in queries.matters(tx, room, f"protocol.{kind}"):
            mine = state.positions.get(side)
            if mine is None or parse_id(mine.id).log != log or parse_id(mine.id).seq <= after:
                continue
            theirs = [one.content for name, one in state.positions.items() if name != side]
            what = (
                "withdraws"
                if mine.content is None
                else "reserves"
                if mine.level == "reserved"
                else "agrees to"
                if mine.content in theirs
                else "proposes"
            )
            lang = state.part.split("/")[0] if kind in ("text", "alternative") else state.part.rpartition("/")[2]
            found.append(Changed(mine.id, state.subject, lang, f"{what} {kind}", (mine.content or {}).get("paper", ""), mine.at))
    return sorted(found, key=lambda one: -parse_id(one.entry).seq)


def remarks(node: "Node", room: str, subject: str) -> list[Remark]:
    """The remarks on a provision or an instrument, oldest first."""
    with node.read() as tx:
        rows = queries.comments(tx, room, subject)
    found = []
    for row in rows:
        try:
            paper = canonical.loads(node.paper(room, row["paper"]), limit=65_536)
            lang, text = str(paper["lang"]), str(paper["text"])
        except (NotHeld, CochairError, KeyError, TypeError):
            lang, text = "", ""
        found.append(Remark(row["id"], row["side"], lang, text, row["at"]))
    return found
