"""Working papers begun anew: each Side proposes its own last positions again in the log that follows, out of what it held when the old one was destroyed.

Rules:

1. Before the old log is destroyed, what both Sides last held there is kept in a file of this node alone (`<node>/anew/`); it goes when all is proposed again.
2. A Side first introduces the provisions that it had introduced, in their order: the k-th of them is the k-th that it introduced before. Then its own positions on them.
3. A provision of the other Side is known again by its wording: the other proposes the same paper in the same language. What it does not propose again although
   our Side had a position on it, our Side introduces itself. So nothing that a Side had proposed is lost, and nothing is proposed in another's name.
4. Ids inside contents (order, parent, base of an alternative) follow. An id of the old log that nothing follows leaves the content out, never wrong.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cochair.kit.errors import CochairError
from cochair.kit.ids import instrument_of, turn_of, working_log
from cochair.ledger.entries import Entry, decode
from cochair.record.keys import sync_folder
from cochair.record.node import Draft

if TYPE_CHECKING:
    from cochair.record.node import Node


def keep(node: "Node", room: str, log: str) -> None:
    """Keep what every Side last held in a working log, in a file of this node, durably; once."""
    path = _path(node, room, log)
    if path.exists():
        return
    held: dict[str, list[dict[str, Any]]] = {}
    for origin, (size, _root) in node.heads(room).items():
        if origin.rpartition("/")[2] == log and size:
            held[origin.split("/")[2]] = list(_last(_read(node, room, origin)))
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        file.write(json.dumps({"v": 1, "log": log, "held": held}))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def waiting(node: "Node", room: str, log: str) -> bool:
    """Whether something of an old log is still to be proposed again."""
    return _path(node, room, log).exists()


def papers(node: "Node", room: str, log: str) -> set[str]:
    """Papers that are to be proposed again, by us or by the other Side; none where nothing is kept."""
    path = _path(node, room, log)
    return set(re.findall("[0-9a-f]{64}", path.read_text())) if path.exists() else set()


def carry(node: "Node", room: str, log: str) -> int:
    """Propose again what can be now -> how many entries; the file goes when nothing is left."""
    path = _path(node, room, log)
    if not path.exists():
        return 0
    kept = json.loads(path.read_text())
    new = working_log(instrument_of(log), turn_of(log) + 1)
    mine: list[dict[str, Any]] = kept["held"].get(node.side, [])
    others = {side: entries for side, entries in kept["held"].items() if side != node.side}
    ids = _introduced(node, room, new, log, mine)
    for side, entries in others.items():
        ids |= _recognised(node, room, new, side, log, entries)
    late = [side for side, entries in others.items() if any(_introduces(one) for one in entries) and not _there(node, room, new, side)]
    if not late:
        ids |= _adopt(node, room, new, log, mine, others, ids)
    done = set(kept.get("done", []))
    ready = [(at, draft) for at, one in enumerate(mine) if at not in done and (draft := _draft(new, log, one, ids)) is not None]
    if ready:
        node.write(room, [draft for _at, draft in ready])
        done |= {at for at, _draft_ in ready}
        path.write_text(json.dumps({**kept, "done": sorted(done)}))
    if not late:
        path.unlink()
    return len(ready)


def _path(node: "Node", room: str, log: str) -> Path:
    return node.folder / "anew" / f"{room[:16]}-{log}.json"


def _read(node: "Node", room: str, origin: str) -> Iterator[Entry]:
    for data in node.entries(room, origin):
        try:
            yield decode(data)
        except CochairError:
            continue


def _last(entries: Iterator[Entry]) -> Iterator[dict[str, Any]]:
    """What a Side last held: its introductions, its last position on each matter (if it names something), its accounts of others and its remarks."""
    kept: dict[Any, dict[str, Any]] = {}
    for entry in entries:
        plain = {
            "id": f"{entry.log.split('/')[2]}/{entry.log.rpartition('/')[2]}/{entry.seq}",
            "kind": entry.kind,
            "schema": entry.schema,
            "body": entry.body,
        }
        if entry.kind == "position" and entry.body.get("subject") != "self":
            key = (entry.schema, entry.body.get("subject"), entry.body.get("part"))
            kept.pop(key, None)
            kept[key] = plain
        elif entry.kind in ("position", "comment") or entry.schema == "record.received/1":
            kept[entry.seq] = plain
        elif entry.schema == "record.supersedes/1":
            kept.pop(int(str(entry.body.get("target")).rpartition("/")[2]), None)
    yield from (one for one in kept.values() if one["kind"] != "position" or one["body"].get("content") is not None)


def _introduces(one: Mapping[str, Any]) -> bool:
    return bool(one["kind"] == "position" and one["body"].get("subject") == "self")


def _introduced(node: "Node", room: str, new: str, old: str, mine: list[dict[str, Any]]) -> dict[str, str]:
    """Our provisions: introduced again, in their order, once -> old id -> new id."""
    own = [one for one in mine if _introduces(one)]
    already = [
        f"{node.side}/{new}/{e.seq}"
        for e in _read(node, room, node.origin(room, new))
        if e.kind == "position" and e.body.get("subject") == "self"
    ]
    if not already and own:
        drafts = [
            Draft(new, one["kind"], one["schema"], {**one["body"], "content": _content(one["body"]["content"], old, {}) or {}})
            for one in own
        ]
        already = node.write(room, drafts)
    return dict(zip((one["id"] for one in own), already, strict=False))


def _recognised(node: "Node", room: str, new: str, side: str, old: str, entries: list[dict[str, Any]]) -> dict[str, str]:
    """The other's provisions by the papers that it proposes on them: old id -> new id."""
    before = {(one["body"].get("part"), _paper(one)): str(one["body"]["subject"]) for one in entries if _paper(one)}
    found: dict[str, str] = {}
    if _there(node, room, new, side):
        for entry in _read(node, room, node.origin(room, new, side)):
            plain = {"kind": entry.kind, "schema": entry.schema, "body": entry.body}
            subject = before.get((entry.body.get("part"), _paper(plain)))
            if subject and subject.startswith(f"{side}/{old}/") and str(entry.body["subject"]).startswith(f"{side}/{new}/"):
                found.setdefault(subject, str(entry.body["subject"]))
    return found


def _there(node: "Node", room: str, new: str, side: str) -> bool:
    return node.cut(room).get(node.origin(room, new, side), 0) > 0


def _adopt(
    node: "Node",
    room: str,
    new: str,
    old: str,
    mine: list[dict[str, Any]],
    others: Mapping[str, list[dict[str, Any]]],
    ids: Mapping[str, str],
) -> dict[str, str]:
    """Provisions of the other Side that it did not propose again, and on which ours has a wording: introduced by us -> old id -> new id."""
    wanted = {str(one["body"]["subject"]) for one in mine if _paper(one)} - set(ids)
    lost = [one for entries in others.values() for one in entries if _introduces(one) and one["id"] in wanted]
    if not lost:
        return {}
    made = node.write(
        room,
        [
            Draft(new, "position", one["schema"], {**one["body"], "content": _content(one["body"]["content"], old, {}) or {}})
            for one in lost
        ],
    )
    return dict(zip((one["id"] for one in lost), made, strict=True))


def _paper(one: Mapping[str, Any]) -> str:
    content = one["body"].get("content")
    return (
        str(content.get("paper", ""))
        if one["kind"] == "position" and one["schema"].startswith("protocol.text/") and isinstance(content, dict)
        else ""
    )


def _draft(new: str, old: str, one: Mapping[str, Any], ids: Mapping[str, str]) -> Draft | None:
    """An entry of the old log as it is said in the new one, or None: it is said already (an introduction), or names what is not here yet."""
    if _introduces(one):
        return None
    body = _content(one["body"], old, ids)
    return None if body is None else Draft(new, one["kind"], one["schema"], body)


def _content(value: Any, old: str, ids: Mapping[str, str]) -> Any:
    """A content with the ids of the new log; None if an id that it cannot do without is not known. ``base`` and ``parent`` may be left out."""
    if isinstance(value, str):
        return ids.get(value) if f"/{old}/" in value else value
    if isinstance(value, list):
        items = [_content(item, old, ids) for item in value]
        return None if any(item is None and was is not None for item, was in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        made = {}
        for key, item in value.items():
            new = _content(item, old, ids)
            if new is None and item is not None and key not in ("base", "parent"):
                return None
            made[key] = new
        return made
    return value
