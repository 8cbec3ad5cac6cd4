"""Each reason of the closed list: the entry is kept, shown with its reason, has no effect, and both nodes say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cochair.record import queries, void
from cochair.record.node import Draft, Node
from tests.record.makers import (
    exchange,
    join_terms,
    make_node,
    note,
    position,
    pull,
    received,
    seal,
    seen,
    smuggle,
    smuggle_bytes,
)


class Stand:
    """Two Sides, with one of each thing that an entry can speak about."""

    def __init__(self, one: Node, other: Node) -> None:
        self.one, self.other = one, other
        self.room = room = one.found("c7")
        join_terms(one, other, room)
        self.meeting, self.note = one.write(room, [position("t.meeting/1", {"name": "12th"}), note("ours")])
        self.received = one.write(room, [received("t.note/1", {"text": "said"}, kind="statement")])[0]
        self.manifest = one.put_structural(room, {"v": 1, "room": room, "slot": {"kind": "adopt", "of": self.meeting, "step": 0}})
        exchange(one, other, room)
        self.seal = seal(one, room, self.manifest, "adopt", self.meeting)
        self.log = "w-IN-" + self.meeting.rpartition("/")[2]
        self.paragraph = one.write(room, [position("t.paragraph/1", {"name": "1"}, log=self.log)])[0]
        exchange(one, other, room)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("void")
    made = Stand(make_node(folder / "IN", "IN"), make_node(folder / "RU", "RU"))
    yield made
    made.one.close()
    made.other.close()


def cases() -> dict[str, Any]:
    """name -> (reason, function of the stand that gives (kind, schema, body[, log]) to be smuggled into RU's log)."""

    def own(s: Stand, **changes: Any) -> dict[str, Any]:
        slot = {"kind": "adopt", "of": s.meeting, "step": 0}
        return {"slot": slot, "manifest": s.manifest, "heads": {}, "paper": "00" * 32, "how": "scan", "key": None, **changes}

    def terms(s: Stand, **changes: Any) -> dict[str, Any]:
        value = {**s.other.terms(s.room), "previous": _in_force(s), **changes}
        return own(s, slot={"kind": "terms", "of": s.room, "step": 2}, manifest=s.other.put_structural(s.room, value))

    return {
        "seal names another slot": ("other-slot", lambda s: ("seal", "record.seal/1", own(s, slot={"kind": "sign", "of": s.meeting, "step": 0}))),
        "manifest of another room": (
            "other-slot",
            lambda s: ("seal", "record.seal/1", own(s, manifest=s.other.put_structural(s.room, {"room": "11" * 32}))),
        ),
        "terms drop a Side": ("terms", lambda s: ("seal", "record.seal/1", terms(s, sides=[s.other.descriptor("c7")]))),
        "terms without predecessor": ("terms", lambda s: ("seal", "record.seal/1", terms(s, previous="22"))),
        "terms after nothing": ("terms", lambda s: ("seal", "record.seal/1", terms(s, previous=None))),
        "unknown field": ("content", lambda s: ("statement", "t.note/1", {"subject": "self", "text": "x", "more": 1})),
        "wrong type": ("content", lambda s: ("statement", "t.note/1", {"subject": "self", "text": 5})),
        "position without level": ("content", lambda s: ("position", "t.meeting/1", {"subject": "self", "content": {"name": "x"}})),
        "introduces nothing": ("content", lambda s: ("position", "t.dates/1", {"subject": "self", "content": {"start": "x"}, "level": "agreed"})),
        "self without content": ("content", lambda s: ("position", "t.meeting/1", {"subject": "self", "content": None, "level": "agreed"})),
        "received from oneself": ("content", lambda s: ("statement", "record.received/1", _account(s, "RU", "self"))),
        "subject that is no id": ("unknown", lambda s: ("statement", "t.note/1", {"subject": "somewhere", "text": "x"})),
        "subject beyond the log": ("unknown", lambda s: ("statement", "t.note/1", {"subject": "IN/record/99999", "text": "x"})),
        "subject of nobody": ("unknown", lambda s: ("statement", "t.note/1", {"subject": "EU/record/0", "text": "x"})),
        "subject is a seal": ("not-a-thing", lambda s: ("statement", "t.note/1", {"subject": s.seal, "text": "x"})),
        "record names working": ("names-working", lambda s: ("statement", "t.note/1", {"subject": s.paragraph, "text": "x"})),
        "working seen in the record": ("names-working", lambda s: ("seen", "record.seen/1", {"heads": {}, "working": seen(s.other, s.room)})),
        "working matter in the record": (
            "wrong-log",
            lambda s: ("position", "t.paragraph/1", {"subject": "self", "content": {"name": "x"}, "level": "agreed"}),
        ),
        "comment in the record": ("wrong-log", lambda s: ("comment", "record.comment/1", {"subject": s.meeting, "paper": "00" * 32})),
        "seal in a working log": ("wrong-log", lambda s: ("seal", "record.seal/1", own(s), s.log)),
        "statement in a working log": ("wrong-log", lambda s: ("statement", "t.note/1", {"text": "x"}, s.log)),
        "record matter in a working log": (
            "wrong-log",
            lambda s: ("position", "t.meeting/1", {"subject": "self", "content": {"name": "x"}, "level": "agreed"}, s.log),
        ),
        "sees itself": ("backwards", lambda s: ("seen", "record.seen/1", {"heads": {"RU": {"size": 1, "root": "00" * 32}}})),
        "sees less": ("backwards", lambda s: ("seen", "record.seen/1", {"heads": {"IN": {"size": 1, "root": "00" * 32}}})),
        "sees nothing": ("backwards", lambda s: ("seen", "record.seen/1", {"heads": {}})),
        "takes back another's": ("not-own", lambda s: ("statement", "record.supersedes/1", {"target": s.note})),
        "revokes another's": ("not-own", lambda s: ("revoke", "record.revoke/1", {"seal": s.seal})),
        "revokes a note": ("not-a-seal", lambda s: ("revoke", "record.revoke/1", {"seal": s.note})),
        "finds on a note": ("not-a-seal", lambda s: ("finding", "record.finding/1", {"seal": s.note, "valid": True, "reason": ""})),
        "finds beyond what it saw": ("unknown", lambda s: ("finding", "record.finding/1", {"seal": "IN/record/99999", "valid": True})),
        "finds on its own": ("own-seal", lambda s: ("finding", "record.finding/1", {"seal": _own_seal(s), "valid": True})),
        "confirms a note": ("not-received", lambda s: ("statement", "record.confirms/1", {"target": s.note})),
        "schema that nobody adopted": ("not-adopted", lambda s: ("statement", "t.note/2", {"subject": "self", "text": "x"})),
        "schema that nobody knows": ("not-adopted", lambda s: ("statement", "u.rumour/1", {"subject": "self", "text": "x"})),
        "kind that nobody knows": ("not-adopted", lambda s: ("blessing", "record.blessing/1", {})),
        "report in a schema that nobody adopted": ("not-adopted", lambda s: ("statement", "record.received/1", _account(s, "IN", "self", "t.note/2"))),
        "schema of another kind": ("content", lambda s: ("position", "t.note/1", {"subject": "self", "content": {"text": "x"}, "level": "agreed"})),
        "matter as a statement": ("content", lambda s: ("statement", "t.meeting/1", {"subject": "self", "name": "x"})),
        "seal as a finding": ("content", lambda s: ("finding", "record.seal/1", own(s))),
        "kind with the schema of a statement": ("content", lambda s: ("blessing", "t.note/1", {"text": "x"})),
        "no list of schemas": ("schema", lambda s: ("seal", "record.seal/1", own(s, slot={"kind": "schema", "of": s.room, "step": 1}, manifest=_in_force(s)))),
        "key that is no mandate": ("unknown", lambda s: ("seal", "record.seal/1", own(s, key=s.note))),
        "successor of nobody": ("unknown", lambda s: ("statement", "record.corrects/1", {"target": s.received, "with": "RU/record/99999"})),
    }  # fmt: skip


def _in_force(s: Stand) -> str:
    with s.other.read() as tx:
        (row,) = tx.query("SELECT agreed FROM j_slot WHERE kind = 'terms' AND step = 1")
    return str(row["agreed"])


def _account(s: Stand, side: str, subject: str, schema: str = "t.note/1") -> dict[str, Any]:
    return {"from": side, "how": "said", "account": {"as": "statement", "schema": schema, "subject": subject, "content": {"text": "x"}}}


def _own_seal(s: Stand) -> str:
    return seal(s.other, s.room, s.other.put_structural(s.room, {"v": 1, "n": 1}), "initial", s.meeting)


@pytest.mark.parametrize("name", sorted(cases()))
def test_void(stand: Stand, name: str) -> None:
    reason, build = cases()[name]
    pull(stand.other, stand.one, stand.room)
    stand.other.acknowledge(stand.room)
    kind, schema, body, *log = build(stand)
    thing = smuggle(stand.other, stand.room, kind, schema, body, *log)
    exchange(stand.one, stand.other, stand.room)
    for node in (stand.one, stand.other):
        with node.read() as tx:
            assert {"id": thing, "reason": reason} in queries.voids(tx, stand.room)
    assert stand.one.state_digest(stand.room) == stand.other.state_digest(stand.room)
    assert stand.one.state_digest(stand.room, "working") == stand.other.state_digest(stand.room, "working")


def test_again_and_malformed_and_misplaced(stand: Stand) -> None:
    one, other, room = stand.one, stand.other, stand.room
    (mine,) = other.write(room, [note("mine")])
    other.write(room, [Draft("record", "statement", "record.supersedes/1", {"target": mine})])
    again = smuggle(other, room, "statement", "record.supersedes/1", {"target": mine})
    misplaced = smuggle(other, room, "statement", "t.note/1", {"text": "x"}, room="77" * 32)
    numbered = smuggle(other, room, "statement", "t.note/1", {"text": "x"}, seq=3)
    smuggle_bytes(other, room, b'{"not": "canonical" }')
    size = other.heads(room)["ru.example/c7/RU/record"][0]
    exchange(one, other, room)
    with one.read() as tx:
        reasons = {v["id"]: v["reason"] for v in queries.voids(tx, room)}
    assert (reasons[again], reasons[misplaced], reasons[numbered]) == ("again", "misplaced", "misplaced")
    assert reasons[f"RU/record/{size - 1}"] == "malformed"
    assert one.state_digest(room) == other.state_digest(room)
    assert one.fsck(room) == []


def test_sixty_fifth_seal(stand: Stand) -> None:
    one, other, room = stand.one, stand.other, stand.room
    manifest = other.put_structural(room, {"v": 1, "n": 65})
    body = {"slot": {"kind": "amend", "of": room, "step": 0}, "manifest": manifest, "heads": {}, "paper": "00" * 32, "how": "scan"}
    names = [smuggle(other, room, "seal", "record.seal/1", body) for _ in range(66)]
    exchange(one, other, room)
    with one.read() as tx:
        reasons = {v["id"]: v["reason"] for v in queries.voids(tx, room)}
    assert [reasons.get(n, "") for n in names] == [""] * 64 + ["too-many-seals"] * 2


def test_every_reason_is_tried() -> None:
    assert {reason for reason, _ in cases().values()} | {"again", "malformed", "misplaced", "too-many-seals"} == set(void.REASONS)
