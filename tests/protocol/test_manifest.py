"""The manifest alone: one form of bytes, contradictions refused, and what it does to the tables when all Sides sealed it."""

import msgspec
import pytest

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.protocol import effects
from cochair.protocol.contents import InstrumentLanguage
from cochair.protocol.manifest import (
    AgendaItem,
    AgendaPart,
    Coordinate,
    Manifest,
    ManifestProvision,
    Mark,
    OriginalPart,
    Predecessor,
    Slot,
    decode,
    digest,
    encode,
    value,
)
from cochair.record.registry import ManifestView, SlotName

INSTRUMENT = "IN/record/7"


def paper(n):
    return f"{n:064x}"


def make(**changes):
    provisions = (
        ManifestProvision("p1", "heading", None, "1", {"en": paper(1), "ru": paper(2)}),
        ManifestProvision("p2", "paragraph", "p1", "1.1", {"en": paper(3), "ru": paper(4)}),
    )
    plain = {
        "room": paper(99),
        "slot": Slot("adopt", INSTRUMENT),
        "instrument": INSTRUMENT,
        "kind": "protocol",
        "session": "IN/record/3",
        "meeting": Coordinate("meetings.session|IN/record/3|", {"IN": "IN/record/3", "RU": "RU/record/1"}),
        "body": Coordinate("bodies.body|IN/record/1|", {"IN": "IN/record/1", "RU": "RU/record/0"}),
        "cites": None,
        "cut": {"IN": 30, "RU": 20},
        "standing": "agreed",
        "parties": ("IN", "RU"),
        "languages": (InstrumentLanguage("en"), InstrumentLanguage("ru")),
        "prevailing": None,
        "provisions": provisions,
        "concordance": tuple(Mark(side, each.id, "ru") for side in ("IN", "RU") for each in provisions),
        "agenda": AgendaPart(
            Coordinate("meetings.agenda|IN/record/3|", {"IN": "IN/record/5"}), (AgendaItem("1", emerging=False, body=None),)
        ),
        "dates": None,
        "assessments": (),
        "areas": (),
        "projects": (),
        "reports": (),
        "delegations": (),
        "statements": (),
        "way_forward": None,
        "signatories": (),
        "originals": (OriginalPart("IN", ("en", "ru"), 1000, paper(50), "cochair-original/1; typst 0.13.1", (paper(60),)),),
        "contents": ("protocol.text/1",),
    }
    return Manifest(**(plain | changes))


def test_it_is_read_back_as_written():
    manifest = make()
    data = encode(manifest)
    assert decode(data) == manifest
    assert encode(decode(data)) == data
    assert len(digest(manifest)) == 64


def test_the_words_of_a_person_have_no_place_in_it():
    def strings(plain):
        if isinstance(plain, dict):
            return [s for k, v in plain.items() for s in (k, *strings(v))]
        if isinstance(plain, list):
            return [s for v in plain for s in strings(v)]
        return [plain] if isinstance(plain, str) else []

    assert {s for s in strings(value(make())) if " " in s} == {make().originals[0].renderer}


PROVISIONS = make().provisions
BROKEN = {
    "slot of another instrument": {"slot": Slot("adopt", "IN/record/8")},
    "adopt that cites": {"cites": paper(5)},
    "sign without citing": {"slot": Slot("sign", INSTRUMENT)},
    "a party without a record": {"parties": ("EU", "IN", "RU")},
    "a record of no party": {"parties": ("IN",)},
    "no authentic language": {"languages": (InstrumentLanguage("en", "working"), InstrumentLanguage("ru", "official"))},
    "one language twice": {"languages": (InstrumentLanguage("en"), InstrumentLanguage("en"))},
    "prevailing language not authentic": {"prevailing": "hi"},
    "no text": {"provisions": (), "concordance": ()},
    "wrong name": {"provisions": (msgspec.structs.replace(PROVISIONS[0], id="p3"), PROVISIONS[1])},
    "before its heading": {"provisions": (msgspec.structs.replace(PROVISIONS[0], parent="p2"), PROVISIONS[1])},
    "language missing": {"provisions": (msgspec.structs.replace(PROVISIONS[0], papers={"en": paper(1)}), PROVISIONS[1])},
    "a mark missing": {"concordance": make().concordance[1:]},
    "a mark of nobody": {"concordance": (*make().concordance, Mark("EU", "p1", "ru"))},
    "original for nobody": {"originals": (OriginalPart("EU", ("en", "ru"), 1, paper(50), "typst", ()),)},
    "original lacks a language": {"originals": (OriginalPart("IN", ("en",), 1, paper(50), "typst", ()),)},
    "two originals for one": {"originals": make().originals * 2},
    "beyond the cut": {"body": Coordinate("bodies.body|IN/record/1|", {"IN": "IN/record/30"})},
    "another Side's entry": {"body": Coordinate("bodies.body|IN/record/1|", {"IN": "RU/record/3"})},
    "working coordinate": {"reports": (), "way_forward": Coordinate("followup.way_forward|IN/record/3|", {"IN": "IN/w-IN-7/3"})},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_each_contradiction_is_refused(changes):
    with pytest.raises(Rejected):
        encode(make(**changes))


def test_a_manifest_by_account_needs_no_marks_of_the_absent_side():
    encode(make(standing="account", concordance=()))


@pytest.mark.parametrize("spoil", [{"extra": 1}, {"v": 2}, {"room": "not hex"}, {"kind": "free text here"}, {"what": "terms"}])
def test_unknown_fields_and_values_are_refused(spoil):
    with pytest.raises(Rejected):
        decode(canonical.dumps(value(make()) | spoil))


def test_a_field_left_out_is_refused():
    plain = value(make())
    del plain["v"]
    with pytest.raises(Rejected):
        decode(canonical.dumps(plain))


def test_adopted_texts_become_rows():
    manifest = make()
    rows = list(effects.on_adopted(ManifestView(SlotName("adopt", INSTRUMENT), digest(manifest), value(manifest))))
    texts = [row.values for row in rows if row.table == "protocol_adopted"]
    assert {(t["provision"], t["no"], t["lang"], t["paper"]) for t in texts} == {
        ("p1", "1", "en", paper(1)),
        ("p1", "1", "ru", paper(2)),
        ("p2", "1.1", "en", paper(3)),
        ("p2", "1.1", "ru", paper(4)),
    }
    assert [row.values["sha256"] for row in rows if row.table == "protocol_original"] == [paper(50)]


def test_signing_confirms_a_wording_and_settles_none():
    manifest = make(slot=Slot("sign", INSTRUMENT), cites=paper(5))
    rows = list(effects.on_adopted(ManifestView(SlotName("sign", INSTRUMENT), digest(manifest), value(manifest))))
    assert {row.table for row in rows} == {"protocol_step", "protocol_original"}


def test_a_correction_names_what_it_replaces():
    first, second = PROVISIONS
    changed = msgspec.structs.replace(second, papers={"en": paper(7), "ru": paper(8)}, predecessor=Predecessor(paper(5), "p2"))
    manifest = make(slot=Slot("correct", INSTRUMENT), cites=paper(5), provisions=(first, changed))
    rows = effects.on_adopted(ManifestView(SlotName("correct", INSTRUMENT), digest(manifest), value(manifest)))
    assert {row.values["predecessor"] for row in rows if row.table == "protocol_adopted"} == {None, f"{paper(5)}/p2"}


def test_a_manifest_sealed_in_another_slot_or_of_another_stage_does_nothing():
    manifest = make()
    assert not list(effects.on_adopted(ManifestView(SlotName("sign", INSTRUMENT), digest(manifest), value(manifest))))
    assert not list(effects.on_adopted(ManifestView(SlotName("terms", paper(99)), paper(1), {"what": "terms", "v": 1})))


def test_every_row_fits_its_table():
    tables = {table.name: table for table in effects.STAGE.tables}
    manifest = make()
    for row in effects.on_adopted(ManifestView(SlotName("adopt", INSTRUMENT), digest(manifest), value(manifest))):
        columns = {column.name: column for column in tables[row.table].columns}
        assert set(row.values) == set(columns)
        for name, cell in row.values.items():
            assert columns[name].null if cell is None else isinstance(cell, int if columns[name].type == "int" else str)
