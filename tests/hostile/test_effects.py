"""Contents that keep to their types and mean mischief: the same thing twice in a list, days that no month has, the largest numbers, odd parts.

One Side alone reaches every effect: its statements, and, by a position with an account of ours beside it, every matter. None may stop its log here, or ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect as i

from cochair.exchange import pull
from cochair.record.registry import MatterKind, Registry
from cochair.stages import REGISTRY
from tests.hostile.liar import Liar
from tests.record.makers import make_node, position

TEXTS = (
    "2026-02-31", "9999-12-31", "0000-01-01", "IN/record/0", "RU/w-IN-0/0", "w-IN-0", "ab" * 32, "ab" * 16, "en", "IN", "x", "1", "2099-13", "2026-Q4", "Asia/Kolkata", "9" * 10, "a-b", "",
)  # fmt: skip
PARTS = ("", "9" * 64, "٣", "en", "-1", "RU/en", "en/RU/99999999999999999999", "a/b/c/d", "²")


def values(kind: Any) -> list[Any]:
    """A few hostile values of a msgspec type."""
    match kind:
        case i.StrType():
            fits = [t for t in TEXTS if len(t) >= (kind.min_length or 0) and len(t) <= (kind.max_length or 99)]
            return [t for t in fits if kind.pattern is None or re.search(kind.pattern, t)] or ["?" + str(kind.pattern)]
        case i.IntType():
            low = kind.ge if kind.ge is not None else -(2**53) + 1
            return [low, kind.le if kind.le is not None else 2**53 - 1]
        case i.BoolType():
            return [True, False]
        case i.NoneType():
            return [None]
        case i.LiteralType():
            return list(kind.values)
        case i.UnionType():
            return [v for one in kind.types for v in values(one)]
        case i.ListType() | i.VarTupleType():
            inner = values(kind.item_type)
            most = kind.max_length or 4
            return [(inner[:1] * 2)[:most], (inner * 2)[: min(most, 4)], []] if not kind.min_length else [(inner * 4)[: kind.min_length]]
        case i.DictType():
            keys, inner = values(kind.key_type), values(kind.value_type)
            return [{key: inner[n % len(inner)] for n, key in enumerate(keys)}] + ([] if kind.min_length else [{}])
        case i.StructType():
            return list(structs(kind))
        case _:
            raise AssertionError(kind)


def structs(kind: Any) -> Iterator[dict[str, Any]]:
    fields = {field.encode_name: values(field.type) for field in kind.fields}
    for n in range(max(map(len, fields.values()), default=1)):
        yield {name: given[n % len(given)] for name, given in fields.items()}


@pytest.mark.parametrize("schema", sorted(s for s in REGISTRY.kinds if not s.startswith("record.")))
def test_no_content_stops_a_log(tmp_path: Path, schema: str) -> None:
    registry = Registry([*REGISTRY.stages])
    ours, theirs = (make_node(tmp_path / side, side, registry=registry) for side in ("IN", "RU"))
    room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
    theirs.join(ours.terms(room))
    instrument = {"session": "IN/record/0", "kind": "protocol", "languages": [{"lang": "en"}]}
    ours.write(room, [position("protocol.instrument/1", instrument)])
    liar = Liar(theirs, room)
    liar.seen(ours)
    kind = registry.kinds[schema]
    log = "w-IN-0" if isinstance(kind, MatterKind) and kind.log == "working" else "record"
    if log != "record":
        liar.seen(ours, log)
    written = 0
    liar.give(ours)
    for content in structs(i.type_info(kind.content)):
        if msgspec.convert(content, kind.content) and not isinstance(kind, MatterKind):
            if (content.get("manifest") or "") != "":
                continue
            liar.say("statement", schema, {"subject": "self", **content})
            liar.give(ours)
            written += 1
            continue
        for part in PARTS:
            if isinstance(content.get("manifest"), str):
                content = {**content, "manifest": None}
            if "source" in content:
                content = {**content, "source": None}
            said = {"subject": "IN/record/0", "part": part, "content": content}
            liar.say("position", schema, {**said, "level": "agreed"}, log)
            account = {"as": "position", "schema": schema, **said}
            liar.say("statement", "record.received/1", {"from": "IN", "how": "said", "account": account}, log)
            written += 2
        liar.give(ours)
        if log != "record":
            liar.give(ours, log)
    pulled = pull.pull(ours, room, liar)
    assert pulled.problems == {}
    assert written
    assert ours.waiting(room) == {}
    assert ours.fsck(room) == []
    with ours.read() as tx:
        table = "j_void" if log == "record" else "w_void"
        assert tx.query(f"SELECT id, reason FROM {table} WHERE room = ?", (room,)) == []
    ours.close()
    theirs.close()
