"""A settled protocol gives candidates for agreed actions; nothing else does, and odd content harms nobody."""

import pytest

from cochair.followup.effects import on_adopted, on_agreed
from cochair.record.registry import ManifestView, MatterView, SlotName
from tests.makers import followup as make

UNITS = [
    {"id": "p1", "kind": "heading", "parent": None, "no": "I", "papers": {"en": "11" * 32}, "predecessor": None},
    {"id": "p2", "kind": "paragraph", "parent": "p1", "no": "1", "papers": {"en": "22" * 32, "ru": "33" * 32}, "predecessor": None},
    {"id": "p3", "kind": "list", "parent": "p1", "no": "2", "papers": {"en": "44" * 32}, "predecessor": None},
]


def view(manifest, slot="sign"):
    return ManifestView(SlotName(slot, "RU/record/9"), "77" * 32, manifest)


def test_paragraphs_and_lists_become_candidates():
    rows = list(on_adopted(view({"session": "IN/record/5", "provisions": UNITS, "v": 1})))
    assert sorted((row.values["provision"], row.values["printed"], row.values["place"]) for row in rows) == [("p2", "1", 1), ("p3", "2", 2)]
    assert {row.values["instrument"] for row in rows} == {"RU/record/9"}


@pytest.mark.parametrize("slot", ["initial", "confirm", "terms", "terminate"])
def test_other_slots_give_none(slot):
    assert list(on_adopted(view({"session": "IN/record/5", "provisions": UNITS}, slot))) == []


@pytest.mark.parametrize(
    "odd", [{}, {"session": 1, "provisions": []}, {"session": "IN/record/5", "provisions": [{"id": "p1"}]}, {"provisions": "p1"}]
)
def test_odd_content_gives_none(odd):
    assert list(on_adopted(view(odd))) == []


def test_a_provision_named_twice_gives_one_row():
    rows = list(on_adopted(view({"session": "IN/record/5", "provisions": [UNITS[1], UNITS[1]]})))
    assert [(row.values["provision"], row.values["place"]) for row in rows] == [("p2", 0)]


def test_a_link_given_twice_gives_one_row():
    twice = make.action(links=make.action().links * 2)
    given = {"key": "k", "kind": "followup.action", "subject": "IN/record/30", "part": "", "level": "agreed", "standing": "agreed"}
    rows = list(on_agreed(MatterView(**given, content=twice, at_heads={})))
    assert [row.table for row in rows] == ["followup_action", "followup_link"]
