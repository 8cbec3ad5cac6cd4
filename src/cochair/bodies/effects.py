"""What a statement or an agreed matter about bodies does to the joint tables: rows that are a function of that one source alone."""

from collections.abc import Iterator

from cochair.bodies.contents import Body, Designee, Holder, Post, Rules
from cochair.bodies.tables import BODY, DESIGNEE, HOLDER, POST, RULES, TABLES
from cochair.record.fields import as_text
from cochair.record.registry import MatterKind, MatterView, Row, Stage, StatementKind, StatementView


def on_statement(view: StatementView) -> Iterator[Row]:
    """A post, its holder, a designee -> one row each."""
    said = {"id": view.id, "side": view.side, "account": view.account}
    match view.content:
        case Post() as post:
            yield Row(POST.name, said | {"body": post.body, "kind": post.kind, "place": post.order, "titles": as_text(post.titles)})
        case Holder() as one:
            held = {"post": one.post, "person": one.person, "office": as_text(one.office), "office_paper": one.office_paper}
            yield Row(HOLDER.name, said | held | {"since": one.since, "until": one.until})
        case Designee() as one:
            yield Row(DESIGNEE.name, said | {"post": one.post, "meeting": one.meeting, "person": one.person, "letter": one.letter})


def on_agreed(view: MatterView) -> Iterator[Row]:
    """A body, its rules -> one row each."""
    stands = {"standing": view.standing, "level": view.level}
    match view.content:
        case Body() as body:
            tree = {"kind": body.kind, "code": body.code, "parent": body.parent, "reports_to": body.reports_to}
            told = {"names": as_text(body.names), "terms": as_text(body.terms), "terms_paper": body.terms_paper}
            yield Row(BODY.name, {"id": view.subject} | stands | tree | told)
        case Rules() as rules:
            yield Row(RULES.name, {"body": view.subject} | stands | {"content": as_text(rules)})


STAGE = Stage(
    "bodies",
    statements=(
        StatementKind("bodies.post", 1, Post, "Post"),
        StatementKind("bodies.holder", 1, Holder, "Holder of a post"),
        StatementKind("bodies.designee", 1, Designee, "Designee for one meeting"),
    ),
    matters=(
        MatterKind("bodies.body", 1, Body, "record", introduces=True, title="Body"),
        MatterKind("bodies.rules", 1, Rules, "record", introduces=False, title="Rules of a body"),
    ),
    tables=TABLES,
    on_statement=on_statement,
    on_agreed=on_agreed,
)
