"""A small stage and a few hands for the tests of the record: a meeting with dates, a note as statement, a text in a working log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cochair.kit.clock import FixedClock
from cochair.record.contents import RECORD
from cochair.record.node import Draft, Node
from cochair.record.registry import (
    Column,
    Content,
    ManifestView,
    MatterKind,
    MatterView,
    Registry,
    Row,
    Stage,
    StatementKind,
    StatementView,
    Table,
)
from cochair.record.schemas import Adopted, make_list
from cochair.record.signer import InProcessSigner


class Note(Content, frozen=True):
    text: str
    weight: int = 0
    manifest: str | None = None


class Meeting(Content, frozen=True):
    name: str


class Dates(Content, frozen=True):
    start: str
    place: str = ""


class Text(Content, frozen=True):
    words: str


def on_statement(view: StatementView) -> Iterable[Row]:
    yield Row(
        "t_note", {"id": view.id, "side": view.side, "account": view.account, "text": view.content.text, "weight": view.content.weight}
    )


def on_agreed(view: MatterView) -> Iterable[Row]:
    if view.kind == "t.text":
        return [Row("t_text", {"subject": view.subject, "part": view.part, "words": view.content.words})]
    if view.kind == "t.paragraph":
        return []
    content = view.content.name if view.kind == "t.meeting" else view.content.start
    return [Row("t_settled", {"kind": view.kind, "subject": view.subject, "value": content, "standing": view.standing})]


def on_adopted(view: ManifestView) -> Iterable[Row]:
    assert view.slot.kind != "terms"
    return [Row("t_adopted", {"slot": view.slot.key, "manifest": view.digest})] if view.slot.kind == "adopt" else []


STAGE = Stage(
    name="t",
    statements=(StatementKind("t.note", 1, Note, "A note"),),
    matters=(
        MatterKind("t.meeting", 1, Meeting, "record", introduces=True, title="A meeting"),
        MatterKind("t.dates", 1, Dates, "record", introduces=False, title="Its dates"),
        MatterKind("t.paragraph", 1, Meeting, "working", introduces=True, title="A paragraph"),
        MatterKind("t.text", 1, Text, "working", introduces=False, title="Its text"),
    ),
    tables=(
        Table("t_note", "record", (Column("id"), Column("side"), Column("account"), Column("text"), Column("weight", "int")), ("id",)),
        Table(
            "t_settled",
            "record",
            (Column("kind"), Column("subject"), Column("value"), Column("standing")),
            ("kind", "subject"),
            (("value",),),
        ),
        Table("t_adopted", "record", (Column("slot"), Column("manifest")), ("slot",)),
        Table("t_text", "working", (Column("subject"), Column("part"), Column("words")), ("subject", "part")),
    ),
    on_statement=on_statement,
    on_agreed=on_agreed,
    on_adopted=on_adopted,
)
REGISTRY = Registry([RECORD, STAGE])


class Note2(Content, frozen=True):
    """The second version of a note: it says how it was meant, and no longer how much it weighs."""

    text: str
    tone: str = ""
    manifest: str | None = None
    before = Note

    @classmethod
    def upgraded(cls, older: Note) -> Note2:
        return cls(older.text, manifest=older.manifest)


class Meeting2(Content, frozen=True):
    name: str
    place: str
    before = Meeting

    @classmethod
    def upgraded(cls, older: Meeting) -> Meeting2:
        return cls(older.name, "")


class Paragraph2(Content, frozen=True):
    name: str
    mark: str
    before = Meeting

    @classmethod
    def upgraded(cls, older: Meeting) -> Paragraph2:
        return cls(older.name, "")


def on_later_statement(view: StatementView) -> Iterable[Row]:
    """What the first version gave stays as it was; what is new goes into a table of its own."""
    if isinstance(view.content, Note2):
        yield Row("t_tone", {"id": view.id, "text": view.content.text, "tone": view.content.tone})
    else:
        yield from on_statement(view)


NEWER = Registry(
    [
        RECORD,
        replace(
            STAGE,
            statements=(*STAGE.statements, StatementKind("t.note", 2, Note2, "A note with its tone", program="9.1")),
            matters=(
                *STAGE.matters,
                MatterKind("t.meeting", 2, Meeting2, "record", introduces=True, title="A meeting and its place", program="9.1"),
                MatterKind("t.paragraph", 2, Paragraph2, "working", introduces=True, title="A paragraph with its mark", program="9.2"),
            ),
            tables=(*STAGE.tables, Table("t_tone", "record", (Column("id"), Column("text"), Column("tone")), ("id",))),
            on_statement=on_later_statement,
        ),
    ]
)
"""The same stage in a later program."""


def make_node(folder: Path, side: str, url: str | None = None, registry: Registry = REGISTRY) -> Node:
    """A node in its own folder, its signer inside this process."""
    return Node.init(
        folder, side=side, domain=f"{side.lower()}.example", registry=registry, database_url=url, specimen=True,
        clock=FixedClock("2026-01-05T09:00:00Z"), make_signer=InProcessSigner,
    )  # fmt: skip


def reopen(node: Node, registry: Registry = REGISTRY) -> Node:
    """Close and open again, as after a restart."""
    node.close()
    return Node.open(node.folder, registry=registry, clock=FixedClock("2026-02-01T09:00:00Z"), make_signer=InProcessSigner)


def note(text: str, **more: Any) -> Draft:
    return Draft("record", "statement", "t.note/1", {"subject": "self", "text": text, **more})


def position(
    schema: str, content: dict[str, Any] | None, subject: str = "self", level: str = "agreed", log: str = "record", part: str = ""
) -> Draft:
    return Draft(log, "position", schema, {"subject": subject, "part": part, "content": content, "level": level})


def received(
    schema: str, content: dict[str, Any], subject: str = "self", side: str = "RU", kind: str = "position", log: str = "record"
) -> Draft:
    account = {"as": kind, "schema": schema, "subject": subject, "content": content}
    return Draft(
        log, "statement", "record.received/1", {"from": side, "how": "letter", "number": "17", "dated": "2026-01-02", "account": account}
    )


def pull(to: Node, of: Node, room: str) -> list[str]:
    """Take over every log of another node, by bytes in memory -> statuses."""
    statuses = []
    for digest in of.papers.structural_held(room):
        to.put_structural_bytes(room, digest, of.papers.structural_stored(room, digest))
    for origin, (size, _) in of.heads(room).items():
        if f"/{of.side}/" in origin:
            start = to.heads(room).get(origin, (0, b""))[0]
            statuses.append(
                to.receive(room, origin, of.checkpoint(room, origin), min(start, size), of.entries(room, origin, min(start, size))).status
            )
    return statuses


def exchange(one: Node, other: Node, room: str, rounds: int = 3) -> None:
    """Pull and acknowledge until nothing moves."""
    for _ in range(rounds):
        for to, of in ((one, other), (other, one)):
            pull(to, of, room)
            to.acknowledge(room)
    pull(one, other, room)
    pull(other, one, room)


def trust(node: Node, of: Node, room: str, slug: str = "c7") -> None:
    keys = of.descriptor(slug)
    node.trust(room, of.side, domain=of.domain, log_key=keys["log_key"], cosign_key=keys["cosign_key"], exchange_key=keys["exchange_key"])


def seal(node: Node, room: str, manifest: str, kind: str, of: str, step: int = 0) -> str:
    heads = {origin.split("/")[2]: size for origin, size in node.cut(room).items() if origin.endswith("/record")}
    paper = node.put_paper(room, b"a signature")
    body = {
        "slot": {"kind": kind, "of": of, "step": step},
        "manifest": manifest,
        "key": None,
        "heads": heads,
        "paper": paper,
        "how": "scan",
    }
    return node.write(room, [Draft("record", "seal", "record.seal/1", body)])[0]


def find(node: Node, room: str, seal_id: str, *, valid: bool = True) -> str:
    return node.write(room, [Draft("record", "finding", "record.finding/1", {"seal": seal_id, "valid": valid, "reason": ""})])[0]


def settle_slot(one: Node, other: Node, room: str, manifest: str, kind: str, of: str, step: int = 0) -> None:
    """Both seal, both find the other's seal valid."""
    a = seal(one, room, manifest, kind, of, step)
    exchange(one, other, room)
    b = seal(other, room, manifest, kind, of, step)
    exchange(one, other, room)
    find(one, room, b)
    find(other, room, a)
    exchange(one, other, room)


def join_terms(one: Node, other: Node, room: str, slug: str = "c7") -> None:
    """The second Side joins: descriptors trusted, terms of two Sides sealed by both."""
    other.join(one.structural(room, room))
    trust(one, other, room)
    trust(other, one, room)
    founding = one.structural(room, room)
    second = {**founding, "previous": room, "sides": [one.descriptor(slug), other.descriptor(slug)]}
    digest = one.put_structural(room, second)
    exchange(one, other, room)
    settle_slot(one, other, room, digest, "terms", room, 1)


def adopt(one: Node, other: Node, room: str, *names: str) -> str:
    """Both Sides adopt these schemas (all that the program of `one` knows) -> digest of the list."""
    registry, lists = one.registry, one.schema_lists(room)
    kinds = [kind for kind in registry.kinds.values() if kind.program and kind.schema in (names or registry.kinds)]
    new = {kind.schema: Adopted(registry.described(kind.schema)[1], kind.program) for kind in kinds}
    digest = one.put_structural(room, make_list(room, lists[-1] if lists else None, {**one.schemas(room), **new}))
    settle_slot(one, other, room, digest, "schema", room, len(lists) + 1)
    return digest


def smuggle(node: Node, room: str, kind: str, schema: str, body: dict[str, Any], log: str = "record", /, **members: Any) -> str:
    """Put an entry into an own log without judging it, as a faulty or hostile program would -> its id."""
    from cochair.ledger.entries import Entry, encode

    origin = node.origin(room, log)
    seq = node.heads(room).get(origin, (0, b""))[0]
    given = {"log": origin, "room": room, "seq": seq, **members}
    smuggle_bytes(node, room, encode(Entry(v=1, at=node.clock.now(), salt="00" * 16, kind=kind, schema=schema, body=body, **given)), log)
    return f"{node.side}/{log}/{seq}"


def smuggle_bytes(node: Node, room: str, data: bytes, log: str = "record") -> None:
    from cochair.record import live

    origin = node.origin(room, log)
    with node.writing(room) as (tx, known):
        live.append(tx, known, origin, [data])
        live.settle(tx, known, node.registry.tables)
    node.publish(room, origin, known.tree(origin).size)


def seen(node: Node, room: str) -> dict[str, Any]:
    """Heads of the other Sides' records as this node holds them."""
    heads = {o.split("/")[2]: {"size": n, "root": r.hex()} for o, (n, r) in node.heads(room).items() if o.endswith("/record")}
    return {side: head for side, head in heads.items() if side != node.side}
