"""A room written by hand into one fold: no database, no keys, no disk, so that each entry may be as wrong as wanted."""

from __future__ import annotations

from typing import Any

from cochair.kit.canonical import dumps
from cochair.ledger.entries import Entry, encode
from cochair.ledger.papers import structural_digest
from cochair.record.fold import Fold
from cochair.record.registry import Registry
from tests.record.lives import Book
from tests.record.makers import REGISTRY

AT = "2026-01-05T09:00:00Z"
PAPER = "00" * 32


class Room:
    """One reader's fold of the logs of several Sides."""

    def __init__(self, *sides: str, registry: Registry = REGISTRY) -> None:
        self.sides = sides or ("IN", "RU")
        self.structural: dict[str, Any] = {}
        self.room = self.keep({"v": 1, "what": "terms", "slug": "c7", "previous": None, "sides": [{"side": self.sides[0]}]})
        self.fold = Fold(registry, self.room, self.structural.get)
        self.book = Book()
        self.sizes: dict[str, int] = {}

    @staticmethod
    def origin(side: str, log: str = "record") -> str:
        return f"{side.lower()}.example/c7/{side}/{log}"

    def keep(self, value: dict[str, Any]) -> str:
        digest = structural_digest(dumps(value))
        self.structural[digest] = value
        return digest

    def bytes(self, side: str, kind: str, schema: str, body: dict[str, Any], among: str = "record", **members: Any) -> bytes:
        origin = self.origin(side, among)
        given = {"log": origin, "room": self.room, "seq": self.sizes.get(origin, 0), "salt": "00" * 16, "at": AT, **members}
        return encode(Entry(v=1, kind=kind, schema=schema, body=body, **given))

    def hold(self, side: str, data: bytes, log: str = "record") -> str:
        origin = self.origin(side, log)
        seq = self.sizes[origin] = self.sizes.get(origin, 0) + 1
        self.fold.hold(origin, [data])
        self.book.apply(self.fold.advance())
        return f"{side}/{log}/{seq - 1}"

    def put(self, side: str, kind: str, schema: str, body: dict[str, Any], among: str = "record", **members: Any) -> str:
        """Write an entry into the log `among` of a Side; `members` of the entry may be wrong."""
        return self.hold(side, self.bytes(side, kind, schema, body, among, **members), among)

    # -- what Sides write

    def note(self, side: str, text: str = "x", log: str = "record", **more: Any) -> str:
        return self.put(side, "statement", "t.note/1", {"subject": "self", "text": text, **more}, log)

    def say(self, side: str, name: str, log: str = "record", **body: Any) -> str:
        return self.put(side, "statement", f"record.{name}/1", body, log)

    def position(
        self, side: str, schema: str, content: Any, subject: str = "self", level: str = "agreed", log: str = "record", **more: Any
    ) -> str:
        return self.put(side, "position", schema, {"subject": subject, "content": content, "level": level, **more}, log)

    def meeting(self, side: str, name: str | None = "M", subject: str = "self", level: str = "agreed") -> str:
        return self.position(side, "t.meeting/1", None if name is None else {"name": name}, subject, level)

    def received(self, side: str, of: str, schema: str, content: Any, subject: str = "self", log: str = "record", **more: Any) -> str:
        account = {
            "as": "statement" if schema == "t.note/1" else "position",
            "schema": schema,
            "subject": subject,
            "content": content,
            **more,
        }
        return self.put(side, "statement", "record.received/1", {"from": of, "how": "letter", "account": account}, log)

    def see(self, side: str, log: str = "record", working: dict[str, int] | None = None, **sizes: int) -> str:
        """Acknowledge the records of the other Sides (as far as they are here, or to the size said)."""
        if not sizes and working is None:
            own = self.fold.log(self.origin(side, log)).heads
            sizes = {
                s: n for s in self.sides
                if (s != side or log != "record") and (n := self.fold.log(self.origin(s)).applied) > own.get(f"{s}/record", (0, ""))[0]
            }  # fmt: skip
        body: dict[str, Any] = {"heads": {s: {"size": n, "root": PAPER} for s, n in sizes.items()}}
        if working is not None:
            body["working"] = {s: {"size": n, "root": PAPER} for s, n in working.items()}
        return self.put(side, "seen", "record.seen/1", body, log)

    def seal_body(self, manifest: str, kind: str = "adopt", of: str | None = None, step: int = 0, **more: Any) -> dict[str, Any]:
        slot = {"kind": kind, "of": of or self.room, "step": step}
        return {"slot": slot, "manifest": manifest, "heads": {}, "paper": PAPER, "how": "scan", **more}

    def seal(self, side: str, manifest: str, kind: str = "adopt", of: str | None = None, step: int = 0, **more: Any) -> str:
        return self.put(side, "seal", "record.seal/1", self.seal_body(manifest, kind, of, step, **more))

    def find(self, side: str, seal: str, valid: bool = True, reason: str = "") -> str:
        return self.put(side, "finding", "record.finding/1", {"seal": seal, "valid": valid, "reason": reason})

    def revoke(self, side: str, seal: str) -> str:
        return self.put(side, "revoke", "record.revoke/1", {"seal": seal})

    def agree(
        self, manifest: str, kind: str = "adopt", of: str | None = None, step: int = 0, sides: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """All Sides seal, see and find -> Side -> its seal."""
        sides = sides or self.sides
        seals = {side: self.seal(side, manifest, kind, of, step) for side in sides}
        for side in sides:
            self.see(side)
        for side in sides:
            for other in sides:
                if other != side:
                    self.find(side, seals[other])
        return seals

    def terms(self, *sides: str, previous: str | None = None, **more: Any) -> str:
        given = {
            "v": 1,
            "what": "terms",
            "slug": "c7",
            "previous": previous or self.room,
            "sides": [{"side": s} for s in sides or self.sides],
        }
        return self.keep({**given, **more})

    def join(self) -> str:
        """Terms of all Sides come into force -> their digest."""
        digest = self.terms()
        self.agree(digest, "terms", None, 1)
        for side in self.sides:
            self.see(side)
        return digest

    # -- what the reader has

    def table(self, name: str) -> list[tuple[Any, ...]]:
        return self.book.rows().get(name, [])

    def reason(self, name: str) -> str:
        """Why an entry is not counted, "" if it counts."""
        return next((row[1] for row in [*self.table("j_void"), *self.table("w_void")] if row[0] == name), "")

    def standing(self, subject: str, kind: str = "t.meeting") -> tuple[Any, ...]:
        """(standing, content, level, crossed) of a matter."""
        rows = [row for row in [*self.table("j_matter"), *self.table("w_matter")] if row[0] == f"{kind}|{subject}|"]
        return (rows[0][4], rows[0][6], rows[0][7], rows[0][8]) if rows else ()

    def waiting(self, side: str, log: str = "record") -> str:
        state = self.fold.log(self.origin(side, log))
        return state.stopped or state.waiting
