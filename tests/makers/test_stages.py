"""Every kind of the three stages: its bytes, its rows, its description in the formats."""

import re
from pathlib import Path

import msgspec
import pytest

from cochair.accounts.rights import RIGHTS
from cochair.bodies import operations as bodies
from cochair.bodies.effects import STAGE as BODIES
from cochair.followup import operations as followup
from cochair.followup.effects import STAGE as FOLLOWUP
from cochair.kit import canonical
from cochair.meetings import operations as meetings
from cochair.meetings.effects import STAGE as MEETINGS
from cochair.record.contents import RECORD
from cochair.record.fields import of_text, papers_named
from cochair.record.positions import matter_kind, plain, statement_kind
from cochair.record.registry import MatterKind, MatterView, Registry, StatementView
from tests.makers.stages import CONTENTS

REGISTRY = Registry([RECORD, BODIES, MEETINGS, FOLLOWUP])
FORMATS = Path(__file__).parents[2] / "docs" / "formats"
KINDS = [schema for schema in REGISTRY.kinds if not schema.startswith("record.")]


def rows_of(schema, content, **over):
    kind = REGISTRY.kinds[schema]
    stage = REGISTRY.stage_of[schema]
    if isinstance(kind, MatterKind):
        given = {
            "key": f"{kind.name}|IN/record/5|p",
            "kind": kind.name,
            "subject": "IN/record/5",
            "part": "IN/record/6",
            "content": content,
        }
        return list(stage.on_agreed(MatterView(**given | {"level": "agreed", "standing": "agreed", "at_heads": {"IN": 6}} | over)))
    given = {"id": "IN/record/7", "side": "IN", "log": "record", "seq": 7, "at": "2026-01-01T00:00:00Z", "schema": schema}
    return list(stage.on_statement(StatementView(**given | {"subject": "IN/record/7", "content": content} | over)))


def test_each_kind_has_a_maker():
    assert set(CONTENTS) == set(KINDS)


@pytest.mark.parametrize("schema", KINDS)
def test_a_content_survives_the_way_into_an_entry_and_back(schema):
    content = CONTENTS[schema]
    data = canonical.dumps(plain(content))
    assert msgspec.convert(canonical.loads(data), REGISTRY.kinds[schema].content, strict=True) == content
    assert len(data) < 7600  # room for the rest of the entry


@pytest.mark.parametrize("schema", KINDS)
def test_no_field_of_a_content_hides_the_subject_of_the_entry(schema):
    assert "subject" not in plain(CONTENTS[schema])


@pytest.mark.parametrize("schema", KINDS)
def test_an_unknown_field_is_refused(schema):
    value = plain(CONTENTS[schema]) | {"more": 1}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, REGISTRY.kinds[schema].content, strict=True)


@pytest.mark.parametrize("schema", KINDS)
def test_rows_fit_their_tables_and_come_from_the_source_alone(schema):
    rows = rows_of(schema, CONTENTS[schema])
    assert rows
    for row in rows:
        table = REGISTRY.tables[row.table]
        types = {column.name: (column.type, column.null) for column in table.columns}
        assert set(row.values) <= set(types)
        for name, (kind, null) in types.items():
            value = row.values.get(name)
            assert (value is None and null) or type(value) is (int if kind == "int" else str), (row.table, name, value)
    keys = [(row.table, *(row.values[name] for name in REGISTRY.tables[row.table].key)) for row in rows]
    assert len(keys) == len(set(keys)), "one source wrote two rows with one key"
    assert rows == rows_of(schema, CONTENTS[schema])


@pytest.mark.parametrize("schema", [schema for schema in KINDS if isinstance(REGISTRY.kinds[schema], MatterKind)])
def test_rows_say_whether_both_sides_agreed(schema):
    agreed, account = (rows_of(schema, CONTENTS[schema], standing=standing) for standing in ("agreed", "account"))
    assert agreed[0].values["standing"] == "agreed"
    assert account[0].values["standing"] == "account"


@pytest.mark.parametrize("schema", [schema for schema in KINDS if not isinstance(REGISTRY.kinds[schema], MatterKind)])
def test_rows_say_who_reports_them(schema):
    told = rows_of(schema, CONTENTS[schema], side="RU", account="IN")
    assert {(row.values["side"], row.values["account"]) for row in told} == {("RU", "IN")}


def test_the_formats_describe_each_field_of_each_kind():
    for schema in KINDS:
        text = (FORMATS / f"contents-{schema.partition('.')[0]}.md").read_text()
        section = re.search(rf"^## `{re.escape(schema)}`.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, f"{schema} has no heading"
        told = [name for cell in re.findall(r"^\| (`[^|]*) \|", section[0], re.MULTILINE) for name in re.findall(r"`([a-z_]+)`", cell)]
        fields = [field.encode_name for field in msgspec.structs.fields(REGISTRY.kinds[schema].content)]
        assert sorted(told) == sorted(fields), schema


def test_papers_are_found_in_a_content_and_a_manifest_is_none():
    named = list(papers_named(plain(CONTENTS["followup.report/1"]) | {"papers": {"en": "ab" * 32}, "source": {"manifest": "cd" * 32}}))
    assert named == ["ab" * 32]
    assert of_text('{"a":[1]}') == {"a": [1]}


def test_names_of_kinds_lead_to_the_newest_version():
    assert matter_kind(REGISTRY, "meetings.agenda").schema == "meetings.agenda/1"
    assert statement_kind(REGISTRY, "meetings.delegation").schema == "meetings.delegation/1"


def test_each_matter_has_a_right_that_the_table_knows():
    named = bodies.MATTER_RIGHTS | meetings.MATTER_RIGHTS | followup.MATTER_RIGHTS
    assert set(named) == {kind.name for kind in REGISTRY.matters.values()}
    assert set(named.values()) <= set(RIGHTS)
