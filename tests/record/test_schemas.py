"""The forms behind adopting: descriptions of schemas and lists of them, held to the vectors; what a version changes in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cochair.kit import canonical
from cochair.ledger.papers import structural_bytes, structural_digest
from cochair.record.contents import BODIES, RECORD
from cochair.record.describe import changed, describe
from cochair.record.registry import Registry
from cochair.record.schemas import Adopted, follows, listed, needed, needs
from cochair.record.void import CORE, ENTRIES
from cochair.stages import REGISTRY
from tests.makers.later import LATER
from tests.record.makers import NEWER

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors/schemas.json").read_text())["cases"]
DESCRIBED = {
    (value := canonical.loads(case["description"].encode(), limit=1 << 16))["schema"]: (value, case)
    for case in CASES
    if "description" in case
}
FULL = Registry([RECORD, *REGISTRY.stages])


@pytest.mark.parametrize("schema", sorted(FULL.founding | CORE - {ENTRIES}))
def test_a_schema_of_the_first_release_means_what_it_meant(schema: str) -> None:
    """A released content is never edited: a change is a new version."""
    value, case = DESCRIBED[schema]
    if schema in FULL.kinds:
        made, digest = FULL.described(schema)
    else:
        [(kind, body)] = [(kind, body) for kind, (name, body) in BODIES.items() if name == schema]
        made, digest = describe(schema, kind, body), case["digest"]
    assert made == value
    assert structural_bytes(made) == case["description"].encode()
    assert digest == case["digest"] == structural_digest(case["description"].encode())


def test_no_schema_of_the_first_release_is_lost() -> None:
    assert set(DESCRIBED) == FULL.founding | CORE - {ENTRIES}


@pytest.mark.parametrize("case", [case for case in CASES if "list" in case], ids=str)
def test_a_list_adds_to_the_one_before_it_or_is_none(case: dict[str, Any]) -> None:
    value = canonical.loads(case["list"].encode())
    assert structural_digest(case["list"].encode()) == case["digest"]
    assert follows(value, case.get("follows")) is not case.get("refused", False)
    if not case.get("refused"):
        assert listed(value) == {row["schema"]: Adopted(row["description"], row["program"]) for row in value["schemas"]}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"schemas": None},
        *({"v": 1, "what": "schema", "room": "", "previous": None, "schemas": rows} for rows in (None, "x", [None], [[]], [{}])),
    ],
)
def test_what_is_no_list(value: Any) -> None:
    assert listed(value) is None
    assert not follows(value or {}, None)


def test_what_a_version_changes() -> None:
    def of(registry: Registry, name: str) -> list[tuple[str, str]]:
        return changed(registry.described(f"{name}/1")[0], registry.described(f"{name}/2")[0])

    assert of(LATER, "meetings.letter") == [("copies", "new")]
    assert of(NEWER, "t.note") == [("tone", "new"), ("weight", "gone")]
    action, other = (json.loads(json.dumps(LATER.described("followup.action/1")[0])) for _ in range(2))
    other["objects"][1][0]["name"] = "day_of"  # in an object that a field leads to
    assert [what for _, what in changed(action, other)] == ["changed"]
    assert changed(None, action)[0][1] == "new"


def test_the_words_of_a_stop_name_the_version() -> None:
    assert needed(needs("meetings.letter/2", Adopted("11" * 32, "0.10.1"))) == "0.10.1"
