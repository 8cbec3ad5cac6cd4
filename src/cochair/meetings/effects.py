"""What a statement or an agreed matter about meetings does to the joint tables: rows that are a function of that one source alone."""

from collections.abc import Iterator

from cochair.meetings.contents import (
    Agenda,
    Dates,
    Declaration,
    Delegation,
    DelegationChange,
    Freeze,
    Letter,
    Receipt,
    Report,
    Session,
)
from cochair.meetings.tables import AGENDA, CHANGE, DATES, DECLARATION, DELEGATE, FREEZE, ITEM, LETTER, RECEIPT, REPORT, SESSION, TABLES
from cochair.record.fields import as_text
from cochair.record.registry import MatterKind, MatterView, Row, Stage, StatementKind, StatementView


def on_statement(view: StatementView) -> Iterator[Row]:
    """A delegation page -> a row per member; everything else -> one row."""
    said: dict[str, str | int | None] = {"id": view.id, "side": view.side, "account": view.account}
    match view.content:
        case Delegation() as page:
            for line, member in enumerate(page.members):
                seat: dict[str, str | int | None] = {"person": member.person, "role": member.role, "kind": member.kind, "post": member.post}
                where: dict[str, str | int | None] = {"session": page.session, "page": page.page, "line": line, "place": member.order}
                yield Row(DELEGATE.name, said | where | seat | {"on_behalf_of": member.on_behalf_of})
        case Freeze() as freeze:
            yield Row(FREEZE.name, said | {"session": freeze.session, "pages": as_text(freeze.pages)})
        case DelegationChange() as change:
            joined = None if change.joined is None else as_text(change.joined)
            row = {"session": change.session, "gone": change.left, "joined": joined, "letter": change.letter}
            yield Row(CHANGE.name, said | row)
        case Report() as report:
            row = {"session": report.session, "body": report.body, "papers": as_text(report.papers), "dated": report.dated}
            yield Row(REPORT.name, said | row | {"joint": int(report.joint)})
        case Letter() as letter:
            head = {"number": letter.number, "dated": letter.dated, "addressee": letter.to, "about": as_text(letter.about)}
            yield Row(LETTER.name, said | head | {"paper": letter.paper, "session": letter.session, "answers": letter.answers})
        case Receipt() as receipt:
            yield Row(RECEIPT.name, said | {"letter": receipt.letter, "number": receipt.number, "received": receipt.received})
        case Declaration() as one:
            row = {"session": one.session, "item": one.item, "title": as_text(one.title), "papers": as_text(one.papers)}
            yield Row(DECLARATION.name, said | row)


def on_agreed(view: MatterView) -> Iterator[Row]:
    """A session, its dates -> one row each; an agenda -> one row and one per item."""
    stands: dict[str, str | int | None] = {"standing": view.standing, "level": view.level}
    match view.content:
        case Session() as one:
            row = {"body": one.body, "kind": one.kind, "ordinals": as_text(one.ordinals), "previous": one.previous, "host": one.host}
            yield Row(SESSION.name, {"id": view.subject} | stands | row)
        case Dates() as dates:
            when = {"first_day": dates.start, "last_day": dates.end, "timezone": dates.timezone, "form": dates.form, "state": dates.state}
            where = {"place": as_text(dates.place), "venue": as_text(dates.venue)}
            yield Row(DATES.name, {"session": view.subject} | stands | when | where)
        case Agenda() as agenda:
            yield Row(AGENDA.name, {"session": view.subject} | stands | {"paper": agenda.paper})
            for place, item in enumerate(agenda.items):
                row = {"no": item.no, "title": as_text(item.title), "body": item.body}
                yield Row(ITEM.name, {"session": view.subject} | stands | {"place": place, "emerging": int(item.emerging)} | row)


STAGE = Stage(
    "meetings",
    statements=(
        StatementKind("meetings.delegation", 1, Delegation, "Delegation list"),
        StatementKind("meetings.freeze", 1, Freeze, "Delegation list is final"),
        StatementKind("meetings.change", 1, DelegationChange, "Change of a delegation"),
        StatementKind("meetings.report", 1, Report, "Report of a sub-group"),
        StatementKind("meetings.letter", 1, Letter, "Letter"),
        StatementKind("meetings.receipt", 1, Receipt, "Receipt of a letter"),
        StatementKind("meetings.declaration", 1, Declaration, "Statement for the record"),
    ),
    matters=(
        MatterKind("meetings.session", 1, Session, "record", introduces=True, title="Session or other meeting"),
        MatterKind("meetings.dates", 1, Dates, "record", introduces=False, title="Dates and place"),
        MatterKind("meetings.agenda", 1, Agenda, "record", introduces=False, title="Agenda"),
    ),
    tables=TABLES,
    on_statement=on_statement,
    on_agreed=on_agreed,
)
