"""What an agreed matter, a statement or a sealed manifest does to the protocol tables: rows that are a function of that one source alone."""

import re
from collections.abc import Iterator

import msgspec

from cochair.kit.errors import Rejected
from cochair.kit.ids import instrument_of, parse_id
from cochair.protocol.contents import Alternative, Concordance, Ending, Instrument, Order, Provision, Signatory, TextContent
from cochair.protocol.manifest import Manifest
from cochair.protocol.tables import ADOPTED, INSTRUMENT, LANGUAGE, ORDER, ORIGINAL, PROVISION, SIGNATORY, STEP, TABLES, TEXT
from cochair.record.registry import ManifestView, MatterKind, MatterView, Row, Stage, StatementKind, StatementView

Values = dict[str, str | int | None]
TEXT_SLOTS = frozenset({"adopt", "correct", "amend"})
"""The slots whose manifest settles wording; the others confirm a wording that one of these settled."""
_PAGE = re.compile(r"[0-9]{1,4}")


def on_statement(view: StatementView) -> Iterator[Row]:
    """Who will sign -> one row. That working papers end is read as a statement only."""
    if isinstance(view.content, Ending):
        return
    one: Signatory = view.content
    said: Values = {"statement": view.id, "side": view.side, "account": view.account}
    yield Row(SIGNATORY.name, said | {"instrument": one.instrument, "post": one.post, "designee": one.designee})


def on_agreed(view: MatterView) -> Iterator[Row]:
    """An instrument with its languages, a provision, a text, a page of the order. Marks and alternatives are read as positions only."""
    stands: Values = {"level": view.level, "standing": view.standing}
    match view.content:
        case Instrument() as one:
            row: Values = {"session": one.session, "kind": one.kind, "prevailing": one.prevailing, "follows": one.manifest}
            yield Row(INSTRUMENT.name, {"instrument": view.subject} | row | stands)
            for place, language in enumerate(one.languages):
                if all(language.lang != earlier.lang for earlier in one.languages[:place]):  # named twice, the first counts
                    yield Row(LANGUAGE.name, {"instrument": view.subject, "place": place, "lang": language.lang, "status": language.status})
        case Provision() as one:
            yield Row(PROVISION.name, _where(view.subject) | {"kind": one.kind, "parent": one.parent} | stands)
        case TextContent() as one:
            yield Row(TEXT.name, _where(view.subject) | {"lang": view.part, "paper": one.paper} | stands)
        case Order() as one:
            page = int(view.part) if _PAGE.fullmatch(view.part) else 0
            for place, unit in enumerate(one.provisions):
                where: Values = {"instrument": view.subject, "page": page, "place": place, "standing": view.standing}
                yield Row(ORDER.name, where | {"provision": unit.id, "no": unit.no, "parent": unit.parent})


def on_adopted(view: ManifestView) -> Iterator[Row]:
    """A manifest that all Sides sealed -> the step; its wording, where the step settles wording; its originals. Another manifest -> nothing."""
    try:
        manifest = msgspec.convert(view.manifest, Manifest)
    except msgspec.ValidationError:
        return
    if (manifest.slot.kind, manifest.slot.of, manifest.slot.step) != tuple(view.slot):
        return  # sealed in another slot than it was made for: agreed, and of no effect here
    row: Values = {"instrument": manifest.instrument, "slot": view.slot.kind, "step": view.slot.step, "manifest": view.digest}
    yield Row(STEP.name, row | {"cites": manifest.cites, "session": manifest.session})
    for original in manifest.originals:
        printed: Values = {
            "holder": original.holder,
            "languages": " ".join(original.languages),
            "length": original.length,
            "sha256": original.sha256,
        }
        yield Row(ORIGINAL.name, {"instrument": manifest.instrument, "manifest": view.digest} | printed)
    if view.slot.kind not in TEXT_SLOTS:
        return
    for place, each in enumerate(manifest.provisions):
        unit: Values = {"place": place, "provision": each.id, "kind": each.kind, "parent": each.parent, "no": each.no}
        unit |= {"predecessor": f"{each.predecessor.manifest}/{each.predecessor.id}" if each.predecessor else None}
        for lang, paper in each.papers.items():
            yield Row(ADOPTED.name, row | unit | {"lang": lang, "paper": paper})


def _where(provision: str) -> Values:
    """A provision -> its own id and the instrument in whose working log it was introduced."""
    try:
        instrument = instrument_of(parse_id(provision).log)
    except Rejected:  # a provision proposed outside a working log belongs to no instrument
        instrument = ""
    return {"instrument": instrument, "provision": provision}


STAGE = Stage(
    "protocol",
    statements=(
        StatementKind("protocol.signatory", 1, Signatory, "Who will sign"),
        StatementKind("protocol.ending", 1, Ending, "Working papers end"),
    ),
    matters=(
        MatterKind("protocol.instrument", 1, Instrument, "record", introduces=True, title="Instrument"),
        MatterKind("protocol.provision", 1, Provision, "working", introduces=True, title="Provision"),
        MatterKind("protocol.text", 1, TextContent, "working", introduces=False, title="Wording of a provision"),
        MatterKind("protocol.alternative", 1, Alternative, "working", introduces=False, title="Another wording of one Side"),
        MatterKind("protocol.order", 1, Order, "working", introduces=False, title="Order of provisions"),
        MatterKind("protocol.concordance", 1, Concordance, "working", introduces=False, title="Concordance check"),
    ),
    tables=TABLES,
    on_statement=on_statement,
    on_agreed=on_agreed,
    on_adopted=on_adopted,
)
