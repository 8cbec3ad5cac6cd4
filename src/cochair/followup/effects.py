"""What a statement, an agreed matter or a sealed manifest does to the joint tables of follow-up: rows that are a function of that one source alone."""

from collections.abc import Iterator

import msgspec

from cochair.followup.contents import Action, ActionReport, Area, Assessment, Due, Lead, Phrase, Project, WayForward
from cochair.followup.rules import last_day
from cochair.followup.tables import ACTION, AREA, ASSESSMENT, CANDIDATE, LEAD, LINK, PHRASE, PROJECT, REPORT, TABLES, WAY_FORWARD
from cochair.record.fields import Id, Papers, Word, as_text
from cochair.record.registry import ManifestView, MatterKind, MatterView, Row, Stage, StatementKind, StatementView

SETTLED = ("adopt", "sign", "correct", "amend")
"""The slots whose manifest gives candidates for agreed actions, the later ones over the earlier."""


class _Unit(msgspec.Struct, frozen=True):
    """As much of a provision in a manifest as is needed here; the manifest itself is typed by the stage that builds it, above this one."""

    id: Word
    kind: str
    no: Word
    papers: Papers


class _Protocol(msgspec.Struct, frozen=True):
    session: Id
    provisions: tuple[_Unit, ...]


def on_statement(view: StatementView) -> Iterator[Row]:
    """A lead, a report -> one row each."""
    said: dict[str, str | int | None] = {"id": view.id, "side": view.side, "account": view.account}
    match view.content:
        case Lead() as one:
            named = {"action": one.action, "lead": as_text(one.lead), "others": as_text(one.others), "post": one.post}
            yield Row(LEAD.name, said | named)
        case ActionReport() as report:
            told = {"action": report.action, "dated": report.dated, "state": report.state, "session": report.session}
            yield Row(REPORT.name, said | told | {"content": as_text(report)})


def on_agreed(view: MatterView) -> Iterator[Row]:
    """One row a matter, and for an action one more per older action it follows."""
    stands: dict[str, str | int | None] = {"standing": view.standing, "level": view.level}
    match view.content:
        case Area() as area:
            row = {"code": area.code, "parent": area.parent, "body": area.body, "names": as_text(area.names)}
            yield Row(AREA.name, {"id": view.subject} | stands | row)
        case Project() as one:
            row = {"area": one.area, "mode": one.mode, "stage": one.stage, "session": one.session, "names": as_text(one.names)}
            yield Row(PROJECT.name, {"id": view.subject} | stands | row)
        case Phrase() as phrase:
            row = {"mode": phrase.mode, "stage": phrase.stage, "wording": as_text(phrase.wording)}
            yield Row(PHRASE.name, {"project": view.subject, "session": view.part} | stands | row)
        case Action() as action:
            yield _action(view, action)
            for rel, earlier in sorted({(link.rel, link.to) for link in action.links}):
                yield Row(LINK.name, {"action": view.subject, "rel": rel, "earlier": earlier})
        case Assessment() as one:
            state = {"state": one.state, "carry_over": int(one.carry_over), "reason": one.reason, "replaced_by": one.replaced_by}
            term = {"new_due_code": one.new_due.code if one.new_due else None, "new_due_day": _last(one.new_due)}
            key = {"action": view.subject, "session": view.part}
            yield Row(ASSESSMENT.name, key | stands | state | term | {"content": as_text(one)})
        case WayForward() as way:
            yield Row(WAY_FORWARD.name, {"session": view.subject} | stands | {"content": as_text(way)})


def _action(view: MatterView, action: Action) -> Row:
    where = {"session": action.session, "body": action.body, "project": action.project}
    cited = action.source
    source = {"manifest": cited.manifest if cited else None, "provision": cited.provision if cited else None}
    asked = {"asked_by": action.asked_by, "answer": action.answer, "due_code": action.due.code, "due_day": _last(action.due)}
    what = {"kind": action.kind, "printed": action.printed, "content": as_text(action)}
    stands = {"id": view.subject, "standing": view.standing, "level": view.level}
    return Row(ACTION.name, stands | what | where | source | asked)


def _last(due: Due | None) -> str | None:
    return last_day(due) if due is not None else None


def on_adopted(view: ManifestView) -> Iterator[Row]:
    """A protocol that all Sides settled or signed -> one candidate per paragraph and list. Content of another form -> nothing, never an error."""
    if view.slot.kind not in SETTLED:
        return
    try:
        manifest = msgspec.convert(view.manifest, _Protocol)
    except msgspec.ValidationError:
        return
    units = {unit.id: (place, unit) for place, unit in reversed([*enumerate(manifest.provisions)]) if unit.kind in ("paragraph", "list")}
    for place, unit in units.values():
        key: dict[str, str | int | None] = {"manifest": view.digest, "slot": view.slot.kind, "provision": unit.id}
        where: dict[str, str | int | None] = {
            "instrument": view.slot.of,
            "step": view.slot.step,
            "session": manifest.session,
            "place": place,
        }
        yield Row(CANDIDATE.name, key | where | {"kind": unit.kind, "printed": unit.no, "papers": as_text(unit.papers)})


STAGE = Stage(
    "followup",
    statements=(
        StatementKind("followup.lead", 1, Lead, "Lead of an action"),
        StatementKind("followup.report", 1, ActionReport, "Report on an action"),
    ),
    matters=(
        MatterKind("followup.area", 1, Area, "record", introduces=True, title="Area of cooperation"),
        MatterKind("followup.project", 1, Project, "record", introduces=True, title="Joint project"),
        MatterKind("followup.phrase", 1, Phrase, "record", introduces=False, title="What a session called a project"),
        MatterKind("followup.action", 1, Action, "record", introduces=True, title="Agreed action"),
        MatterKind("followup.assessment", 1, Assessment, "record", introduces=False, title="Agreed state of an action"),
        MatterKind("followup.way_forward", 1, WayForward, "record", introduces=False, title="Way forward"),
    ),
    tables=TABLES,
    on_statement=on_statement,
    on_agreed=on_agreed,
    on_adopted=on_adopted,
)
