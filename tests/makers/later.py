"""The product's stages as a later program would have them: one schema in a second version. For tests alone."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import msgspec

from cochair.meetings.contents import Letter
from cochair.meetings.effects import STAGE as MEETINGS
from cochair.record.contents import RECORD
from cochair.record.fields import Day, Id, Lines, Paper, SideCode, Word
from cochair.record.registry import Column, Content, Registry, Row, StatementKind, StatementView, Table
from cochair.stages import REGISTRY

LETTER = "meetings.letter/2"


class Letter2(Content, frozen=True, gc=False):
    """A letter that also says who got a copy."""

    number: Word
    dated: Day
    to: SideCode
    about: Lines
    paper: Paper
    session: Id | None = None
    answers: Id | None = None
    direction: Literal["out"] = "out"
    copies: tuple[SideCode, ...] = ()
    before = Letter

    @classmethod
    def upgraded(cls, older: Letter) -> "Letter2":
        return cls(**msgspec.structs.asdict(older))


COPY = Table("meetings_copy", "record", (Column("id"), Column("side")), ("id", "side"))


def on_statement(view: StatementView) -> Iterable[Row]:
    content = view.content
    if isinstance(content, Letter2):
        yield from (Row(COPY.name, {"id": view.id, "side": side}) for side in content.copies)
        fields = {name: getattr(content, name) for name in Letter.__struct_fields__}
        view = view._replace(content=Letter(**fields))
    yield from MEETINGS.on_statement(view)


STAGE = replace(
    MEETINGS,
    statements=(*MEETINGS.statements, StatementKind("meetings.letter", 2, Letter2, "Letter, with who got a copy", program="9.1")),
    tables=(*MEETINGS.tables, COPY),
    on_statement=on_statement,
)
LATER = Registry([RECORD, *(STAGE if stage.name == STAGE.name else stage for stage in REGISTRY.stages)])
