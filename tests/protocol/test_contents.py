"""Every kind of the stage: its bytes, its rows, its description in the formats; and the fields of a manifest likewise."""

import re
from pathlib import Path

import msgspec
import pytest

from cochair.kit import canonical
from cochair.protocol import manifest, request
from cochair.protocol.contents import (
    Alternative,
    Concordance,
    Ending,
    Instrument,
    InstrumentLanguage,
    Order,
    OrderRow,
    Provision,
    Signatory,
    TextContent,
)
from cochair.protocol.effects import STAGE
from cochair.protocol.rules import ROWS_A_PAGE, number, pages
from cochair.record.positions import plain
from cochair.record.registry import MatterView, StatementView
from tests.protocol.flow import REGISTRY

FORMATS = Path(__file__).parents[2] / "docs" / "formats"
PAPER = "ab" * 32
UNIT = "IN/w-IN-7/3"
CONTENTS = {
    "protocol.instrument/1": Instrument("IN/record/3", "protocol", (InstrumentLanguage("en"), InstrumentLanguage("ru")), "en", PAPER),
    "protocol.signatory/1": Signatory("IN/record/7", "IN/record/4", "IN/record/9"),
    "protocol.ending/1": Ending("IN/record/7", "w-IN-7", "adopted"),
    "protocol.provision/1": Provision("heading"),
    "protocol.text/1": TextContent(PAPER),
    "protocol.alternative/1": Alternative(PAPER, UNIT),
    "protocol.order/1": Order((OrderRow(UNIT, "1"), OrderRow("RU/w-IN-7/2", "1.1", UNIT))),
    "protocol.concordance/1": Concordance({"en": PAPER, "ru": PAPER}),
}
KINDS = [*STAGE.statements, *STAGE.matters]


def test_each_kind_has_a_maker():
    assert set(CONTENTS) == {kind.schema for kind in KINDS}


@pytest.mark.parametrize("schema", CONTENTS)
def test_a_content_survives_the_way_into_an_entry_and_back_and_an_unknown_field_does_not(schema):
    data = canonical.dumps(plain(CONTENTS[schema]))
    assert msgspec.convert(canonical.loads(data), REGISTRY.kinds[schema].content, strict=True) == CONTENTS[schema]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(plain(CONTENTS[schema]) | {"more": 1}, REGISTRY.kinds[schema].content, strict=True)


def rows(kind, standing="agreed"):
    content = CONTENTS[kind.schema]
    if kind in STAGE.statements:
        return list(
            STAGE.on_statement(StatementView("IN/record/8", "IN", "record", 8, "2026-01-01T00:00:00Z", kind.schema, "self", content))
        )
    subject = "IN/record/7" if kind.name in ("protocol.instrument", "protocol.order") else UNIT
    return list(STAGE.on_agreed(MatterView("k", kind.name, subject, "", content, "agreed", standing, {})))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.schema)
def test_rows_fit_their_tables_and_say_where_they_stand(kind):
    tables = {table.name: table for table in STAGE.tables}
    found = rows(kind)
    for row in found:
        columns = {column.name: column for column in tables[row.table].columns}
        assert set(row.values) == set(columns)
        for name, cell in row.values.items():
            assert columns[name].null if cell is None else type(cell) is (int if columns[name].type == "int" else str), name
    keys = [(row.table, *(row.values[name] for name in tables[row.table].key)) for row in found]
    assert len(set(keys)) == len(keys)
    if kind in STAGE.matters:
        wanted = "working" if kind.log == "working" else "record"
        assert {tables[row.table].digest for row in found} <= {wanted}
        assert {row.values["standing"] for row in rows(kind, "account") if "standing" in row.values} <= {"account"}


def test_texts_find_their_instrument_by_their_log():
    [row] = rows(next(kind for kind in STAGE.matters if kind.name == "protocol.text"))
    assert row.values["instrument"] == "IN/record/7"


def test_a_full_page_of_the_order_fits_into_an_entry():
    long = "RUSSIANS/w-RUSSIANS-1000000000/1000000000"
    full = Order(tuple(OrderRow(long, "1" * 16, long) for _ in range(ROWS_A_PAGE)))
    assert len(canonical.dumps(plain(full))) < 7600


def test_an_order_is_cut_into_pages_and_emptied_pages_are_said():
    units = tuple(OrderRow(f"IN/w-IN-7/{n}") for n in range(ROWS_A_PAGE + 1))
    assert [(part, len(page)) for part, page in pages(units, 0)] == [("", ROWS_A_PAGE), ("1", 1)]
    assert [(part, len(page)) for part, page in pages(units[:1], 3)] == [("", 1), ("1", 0), ("2", 0)]
    assert pages((), 0) == [("", ())]


def test_numbers_follow_the_depth():
    kinds = ("title", "heading", "paragraph", "paragraph", "heading", "paragraph", "annex")
    assert number((0, 0, 1, 1, 0, 1, 0), kinds) == ["", "1", "1.1", "1.2", "2", "2.1", ""]


def told(text):
    cells = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    return sorted(name for cell in cells for name in re.findall(r"`([a-z_0-9]+)`", cell))


def test_the_formats_describe_each_field():
    text = (FORMATS / "contents-protocol.md").read_text()
    for schema in CONTENTS:
        section = re.search(rf"^## `{re.escape(schema)}`.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, schema
        assert told(section[0]) == sorted(field.encode_name for field in msgspec.structs.fields(REGISTRY.kinds[schema].content)), schema
    fields = sorted(field.encode_name for field in msgspec.structs.fields(manifest.Manifest))
    assert told((FORMATS / "manifest.md").read_text()) == fields
    assert told((FORMATS / "signing-request.md").read_text()) == sorted(f.encode_name for f in msgspec.structs.fields(request.Request))
