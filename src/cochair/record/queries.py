"""Questions about the joint record that belong to no single stage: matters with every Side's position, slots with their seals, entries.

All take a `Tx` (one consistent snapshot, from `node.read()`) and a room id. They read rows that the fold wrote and decide nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from cochair.record.registry import SlotName


class Tx(Protocol):
    """One consistent snapshot of the store."""

    def query(self, sql: str, params: tuple[Any, ...] | list[Any] = ()) -> list[dict[str, Any]]:
        """Run one SELECT with ``?`` placeholders (on both databases) -> rows as dicts."""
        ...


class Position(NamedTuple):
    """One Side's present position: entry id, content (None: it names none), level, time claimed."""

    id: str
    content: dict[str, Any] | None
    level: str
    at: str
    schema: str


class Account(NamedTuple):
    """What Side `side` is said to hold, by the *received* entry `id` of Side `by`; `answer` is "", "confirms" or "corrects"."""

    id: str
    side: str
    by: str
    content: dict[str, Any] | None
    level: str
    at: str
    schema: str
    answer: str


@dataclass(frozen=True)
class MatterState:
    """One matter. `content` and `level` are of what stands (agreed or by account), else None and "". `crossed`: each Side took the other's content."""

    key: str
    kind: str
    subject: str
    part: str
    standing: Literal["agreed", "account", "open", "none"]
    content: dict[str, Any] | None
    level: str
    positions: Mapping[str, Position] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    crossed: bool = False
    schema: str = ""
    """Schema of `content`, "" where nothing stands."""


class Finding(NamedTuple):
    """One Side's check of another's seal; the first one of a Side is final."""

    id: str
    side: str
    valid: bool
    reason: str


class Seal(NamedTuple):
    """One seal with what was said about it. `revoked`: id of the revoke, or "". `counts`: it makes the manifest agreed; else `why` not."""

    id: str
    side: str
    manifest: str
    key: str | None
    paper: str
    how: str
    at: str
    revoked: str
    findings: tuple[Finding, ...]
    counts: bool
    why: str


@dataclass(frozen=True)
class SlotState:
    """One slot. `agreed` is the digest of the manifest that all Sides sealed, or None; `seals` in the order of (side, seq)."""

    slot: SlotName
    agreed: str | None
    seals: tuple[Seal, ...] = ()


class StatementState(NamedTuple):
    """One statement. `content` as written; `superseded` is the id of the entry that took it back, or ""."""

    id: str
    side: str
    at: str
    schema: str
    subject: str
    content: dict[str, Any]
    superseded: str


class ReceivedState(NamedTuple):
    """One *received* entry: `by` entered what `source` sent. `answer`: "" (unanswered), "confirms", "corrects"; `answer_id` the answering entry."""

    id: str
    by: str
    source: str
    paper: str | None
    number: str
    dated: str
    how: str
    account: dict[str, Any]
    answer: str
    answer_id: str
    superseded: str


def matter(tx: Tx, room: str, kind: str, subject: str, part: str = "") -> MatterState | None:
    """One matter by kind (name without version), subject id and part; None if no Side ever named it."""
    found = _matters(tx, room, "key = ?", (f"{kind}|{subject}|{part}",))
    return found[0] if found else None


def matters(tx: Tx, room: str, kind: str, subject: str | None = None) -> list[MatterState]:
    """All matters of a kind (of one subject), ordered by the entry that introduced the subject, then by part."""
    if subject is None:
        return _matters(tx, room, "kind = ?", (kind,))
    return _matters(tx, room, "kind = ? AND subject = ?", (kind, subject))


def matters_of(tx: Tx, room: str, subject: str) -> list[MatterState]:
    """All matters of one subject, of every kind."""
    return _matters(tx, room, "subject = ?", (subject,))


def _matters(tx: Tx, room: str, where: str, params: tuple[Any, ...]) -> list[MatterState]:
    found: list[MatterState] = []
    for log in ("j", "w"):
        positions: dict[str, dict[str, Position]] = {}
        accounts: dict[str, dict[str, Account]] = {}
        chosen = f"SELECT key FROM {log}_matter WHERE room = ? AND {where}"  # noqa: S608  # the names are our own
        rows = tx.query(f"SELECT * FROM {log}_matter WHERE room = ? AND {where}", (room, *params))  # noqa: S608
        if not rows:
            continue
        for p in tx.query(f"SELECT * FROM {log}_position WHERE room = ? AND key IN ({chosen})", (room, room, *params)):  # noqa: S608
            positions.setdefault(p["key"], {})[p["side"]] = Position(p["id"], _json(p["content"]), p["level"], p["at"], p["schema"])
        for a in tx.query(f"SELECT * FROM {log}_account WHERE room = ? AND key IN ({chosen}) ORDER BY side, by", (room, room, *params)):  # noqa: S608
            account = Account(a["id"], a["side"], a["by"], _json(a["content"]), a["level"], a["at"], a["schema"], a["answer"])
            accounts.setdefault(a["key"], {}).setdefault(a["side"], account)
        found += [
            MatterState(
                key=r["key"],
                kind=r["kind"],
                subject=r["subject"],
                part=r["part"],
                standing=r["standing"],
                content=_json(r["content"]),
                level=r["level"] or "",
                positions=dict(sorted(positions.get(r["key"], {}).items())),
                accounts=dict(sorted(accounts.get(r["key"], {}).items())),
                crossed=bool(r["crossed"]),
                schema=r["schema"] or "",
            )
            for r in rows
        ]
    return sorted(found, key=lambda m: (*_id_order(m.subject), m.kind, m.part))


def slot(tx: Tx, room: str, kind: str, of: str, step: int = 0) -> SlotState:
    """One slot; without any seal `agreed` is None and `seals` empty."""
    name = SlotName(kind, of, step)
    row = tx.query("SELECT agreed FROM j_slot WHERE room = ? AND slot = ?", (room, name.key))
    findings: dict[str, list[Finding]] = {}
    for f in tx.query("SELECT * FROM j_finding WHERE room = ? AND slot = ? ORDER BY side, seq", (room, name.key)):
        findings.setdefault(f["seal"], []).append(Finding(f["id"], f["side"], bool(f["valid"]), f["reason"]))
    seals = [
        Seal(
            id=s["id"],
            side=s["side"],
            manifest=s["manifest"],
            key=s["key"],
            paper=s["paper"],
            how=s["how"],
            at=s["at"],
            revoked=s["revoked"],
            findings=tuple(findings.get(s["id"], ())),
            counts=bool(s["counts"]),
            why=s["why"],
        )
        for s in tx.query("SELECT * FROM j_seal WHERE room = ? AND slot = ? ORDER BY side, seq", (room, name.key))
    ]
    return SlotState(name, row[0]["agreed"] if row else None, tuple(seals))


def slots(tx: Tx, room: str, kind: str | None = None, of: str | None = None) -> list[SlotState]:
    """All slots that anybody sealed, of one kind and of one thing if asked."""
    where = "".join(f" AND {name} = ?" for name, value in (("kind", kind), ("of", of)) if value is not None)
    params = (room, *(v for v in (kind, of) if v is not None))
    names = [SlotName(r["kind"], r["of"], r["step"]) for r in tx.query(f"SELECT kind, of, step FROM j_slot WHERE room = ?{where}", params)]  # noqa: S608
    return [slot(tx, room, *name) for name in sorted(names)]


def statements(
    tx: Tx, room: str, schema: str | None = None, subject: str | None = None, *, superseded: bool = False
) -> list[StatementState]:
    """One-sided statements of the record and of held working logs, in the order of (side, log, seq); those taken back only with `superseded`."""
    where = "".join(f" AND s.{name} = ?" for name, value in (("schema", schema), ("subject", subject)) if value is not None)
    params = tuple(v for v in (schema, subject) if v is not None)
    found = []
    for log in ("j", "w"):
        rows = tx.query(
            f"SELECT s.*, a.id AS taken FROM {log}_statement s LEFT JOIN {log}_answer a"  # noqa: S608
            f" ON a.room = s.room AND a.target = s.id AND a.what = 'supersedes' WHERE s.room = ?{where} ORDER BY s.side, s.log, s.seq",
            (room, *params),
        )
        found += [
            StatementState(r["id"], r["side"], r["at"], r["schema"], r["subject"], json.loads(r["content"]), r["taken"] or "")
            for r in rows
            if superseded or not r["taken"]
        ]
    return found


def received(tx: Tx, room: str, source: str | None = None) -> list[ReceivedState]:
    """All *received* entries (of one source Side), with the answer of that Side once it has a node."""
    found = []
    for log in ("j", "w"):
        rows = tx.query(f"SELECT * FROM {log}_received WHERE room = ?", (room,))  # noqa: S608
        answers: dict[str, dict[str, str]] = {}
        for a in tx.query(f"SELECT * FROM {log}_answer WHERE room = ?", (room,)):  # noqa: S608
            answers.setdefault(a["target"], {})[a["what"]] = a["id"]
        for r in rows:
            given = answers.get(r["id"], {})
            how = next((w for w in ("confirms", "corrects") if w in given), "")
            found.append(
                ReceivedState(
                    r["id"], r["by"], r["source"], r["paper"], r["number"], r["dated"], r["how"], json.loads(r["account"]),
                    how, given.get(how, ""), given.get("supersedes", ""),
                )
            )  # fmt: skip
    return sorted((f for f in found if source in (None, f.source)), key=lambda f: _id_order(f.id))


def notices(tx: Tx, room: str, kind: str | None = None) -> list[dict[str, Any]]:
    """Erasures, destroyed working logs and faults: dicts of id, side, kind, body (dict), at."""
    rows = tx.query("SELECT id, side, kind, body, at FROM j_notice WHERE room = ?", (room,))
    return [{**r, "body": json.loads(r["body"])} for r in sorted(rows, key=lambda r: _id_order(r["id"])) if kind in (None, r["kind"])]


def comments(tx: Tx, room: str, subject: str) -> list[dict[str, Any]]:
    """Shared remarks of the working logs on one thing: dicts of id, side, subject, paper, at."""
    rows = tx.query("SELECT id, side, subject, paper, at FROM w_comment WHERE room = ? AND subject = ?", (room, subject))
    return sorted(rows, key=lambda r: (r["at"], _id_order(r["id"])))


def voids(tx: Tx, room: str) -> list[dict[str, str]]:
    """Entries that are kept and not counted: dicts of id and reason."""
    rows = tx.query("SELECT id, reason FROM j_void WHERE room = ? UNION ALL SELECT id, reason FROM w_void WHERE room = ?", (room, room))
    return sorted(rows, key=lambda r: _id_order(r["id"]))


def _json(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


def _id_order(name: str) -> tuple[str, str, int]:
    parts = name.split("/")
    return (parts[0], parts[1], int(parts[2])) if len(parts) == 3 else (name, "", 0)
