"""Random lives of two or three Sides without database, keys or disk: each has its own fold, sees the others late, and writes what a person might."""

from __future__ import annotations

import random
from typing import Any

from cochair.kit.canonical import dumps
from cochair.ledger.entries import Entry, decode, encode
from cochair.ledger.papers import structural_digest
from cochair.record.fold import Fold
from cochair.record.rows import Changes
from tests.record.makers import REGISTRY


class Book:
    """Tables in memory, written as the store writes them."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, list[tuple[Any, ...]]]] = {}

    def apply(self, changes: Changes) -> None:
        for table, sources in changes.deleted.items():
            for src in sources:
                self.tables.get(table, {}).pop(src, None)
        for table, by_source in changes.rows.items():
            for src, rows in by_source.items():
                self.tables.setdefault(table, {}).setdefault(src, []).extend(rows)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        found = {name: sorted((row for rows in by.values() for row in rows), key=repr) for name, by in self.tables.items()}
        return {name: rows for name, rows in found.items() if rows}


class World:
    """Sides, their logs as bytes, and the structural contents that anybody made."""

    def __init__(self, rng: random.Random, sides: tuple[str, ...]) -> None:
        self.rng, self.sides = rng, sides
        founding = {"v": 1, "what": "terms", "slug": "c7", "previous": None, "sides": [{"side": s} for s in sides[:1]]}
        self.structural: dict[str, dict[str, Any]] = {}
        self.room = self.keep(founding)
        self.terms = self.keep({**founding, "previous": self.room, "sides": [{"side": s} for s in sides]})
        self.logs: dict[str, list[bytes]] = {self.origin(s): [] for s in sides}
        self.folds = {s: Fold(REGISTRY, self.room, self.structural.get) for s in sides}
        for fold in self.folds.values():
            for origin in self.logs:
                fold.log(origin)
        self.told = {(s, o): 0 for s in sides for o in self.logs}
        self.things: list[str] = []
        self.seals: list[tuple[str, str]] = []

    @staticmethod
    def origin(side: str, log: str = "record") -> str:
        return f"{side.lower()}.example/c7/{side}/{log}"

    def keep(self, value: dict[str, Any]) -> str:
        digest = structural_digest(dumps(value))
        self.structural[digest] = value
        return digest

    def write(self, side: str, kind: str, schema: str, body: dict[str, Any], log: str = "record") -> str | None:
        origin, fold = self.origin(side, log), self.folds[side]
        held = self.logs.setdefault(origin, [])
        state = fold.log(origin)
        for s in self.sides:
            self.told.setdefault((s, origin), 0)
        salt = f"{self.rng.getrandbits(128):032x}"
        data = encode(
            Entry(v=1, log=origin, room=self.room, seq=len(held), at="2026-01-05T09:00:00Z", salt=salt, kind=kind, schema=schema, body=body)
        )
        verdict = fold.judge(state, decode(data))
        if verdict.wait or verdict.stop or (verdict.void and self.rng.random() < 0.8):
            return None
        held.append(data)
        fold.hold(origin, [data])
        fold.apply_held(state)
        assert not state.pending
        return f"{side}/{log}/{len(held) - 1}"

    def see(self, side: str, log: str) -> None:
        """Take a random piece of what others wrote and acknowledge what is applied."""
        fold = self.folds[side]
        for origin, entries in self.logs.items():
            told = self.told.setdefault((side, origin), 0)
            if f"/{side}/" not in origin and told < len(entries):
                upto = self.rng.randint(told, len(entries))
                fold.hold(origin, entries[told:upto])
                self.told[side, origin] = upto
        fold.advance()
        own = fold.log(self.origin(side, log))
        heads, working = {}, {}
        for other in fold.state.logs.values():
            into = heads if other.log == "record" and (log != "record" or other.side != side) else working
            counts = other.log in ("record", log) and (other.side != side or into is heads) and other.name != own.name
            if counts and other.applied > own.heads.get(other.name, (0, ""))[0]:
                into[other.side] = {"size": other.applied, "root": "00" * 32}
        if heads or working:
            self.write(side, "seen", "record.seen/1", {"heads": heads, "working": working} if working else {"heads": heads}, log)
        for name, _ in self.seals:
            if log == "record" and not name.startswith(f"{side}/") and self.rng.random() < 0.5:
                self.write(side, "finding", "record.finding/1", {"seal": name, "valid": self.rng.random() < 0.95})

    def step(self) -> None:
        rng, side = self.rng, self.rng.choice(self.sides)
        roll = rng.random()
        content = {"name": rng.choice("AAAB")}
        level = rng.choice(["agreed", "agreed", "agreed", "ad-referendum", "reserved"])
        thing = rng.choice(self.things[-6:] if rng.random() < 0.7 else self.things) if self.things else None
        working = [t for t in self.things if "/w-" in t]
        if roll < 0.3:
            self.see(side, "record" if not working or rng.random() < 0.7 else working[0].split("/")[1])
        elif roll < 0.4 or thing is None:
            made = self.write(side, "position", "t.meeting/1", {"subject": "self", "content": content, "level": level})
            self.things += [made] if made else []
        elif roll < 0.6:
            schema, log = ("t.paragraph/1", thing.split("/")[1]) if "/w-" in thing else ("t.meeting/1", "record")
            body = {"subject": thing, "content": content if rng.random() < 0.85 else None, "level": level}
            self.write(side, "position", schema, body, log)
        elif roll < 0.66:
            made = self.write(side, "statement", "t.note/1", {"subject": thing if rng.random() < 0.5 else "self", "text": "x"})
            self.things += [made] if made else []
        elif roll < 0.74:
            source = rng.choice(self.sides)
            account = {"as": "position", "schema": "t.meeting/1", "subject": thing, "content": content}
            if rng.random() < 0.4:
                account = {"as": "statement", "schema": "t.note/1", "subject": "self", "content": {"text": "y"}}
            made = self.write(side, "statement", "record.received/1", {"from": source, "how": "said", "account": account})
            self.things += [made] if made else []
        elif roll < 0.82:
            schema, with_ = rng.choice([("supersedes", {}), ("confirms", {}), ("corrects", {"with": rng.choice(self.things)})])
            self.write(side, "statement", f"record.{schema}/1", {"target": thing, **with_})
        elif roll < 0.9:
            self.seal(side)
        elif roll < 0.97 and self.seals:
            name, _ = rng.choice(self.seals)
            if name.startswith(f"{side}/"):
                self.write(side, "revoke", "record.revoke/1", {"seal": name})
            else:
                self.write(side, "finding", "record.finding/1", {"seal": name, "valid": rng.random() < 0.9})
        elif "record" in thing:
            parts = thing.split("/")
            log = f"w-{parts[0]}-{parts[2]}"
            self.see(side, log)
            made = self.write(side, "position", "t.paragraph/1", {"subject": "self", "content": content, "level": level}, log)
            self.things += [made] if made else []

    def seal(self, side: str) -> None:
        slot, manifest = {"kind": "terms", "of": self.room, "step": 1}, self.terms
        if self.rng.random() < 0.5:
            slot = {"kind": "adopt", "of": self.room, "step": 0}
            manifest = self.keep({"v": 1, "room": self.room, "n": self.rng.choice([0, 0, 0, 1])})
        made = self.write(
            side, "seal", "record.seal/1", {"slot": slot, "manifest": manifest, "heads": {}, "paper": "00" * 32, "how": "scan"}
        )
        self.seals += [(made, manifest)] if made else []


def live(seed: int, sides: tuple[str, ...] = ("IN", "RU"), steps: int = 180) -> World:
    """A life: the second half begins with everybody sealing the terms, so that most lives reach agreement."""
    rng = random.Random(seed)
    world = World(rng, sides)
    for _ in range(steps // 3):
        world.step()
    for side in sides:
        world.see(side, "record")
        slot = {"kind": "terms", "of": world.room, "step": 1}
        made = world.write(
            side, "seal", "record.seal/1", {"slot": slot, "manifest": world.terms, "heads": {}, "paper": "00" * 32, "how": "scan"}
        )
        world.seals += [(made, world.terms)] if made else []
    for _ in range(3):
        for side in sides:
            for _ in range(4):
                world.see(side, "record")
            for name, _ in world.seals:
                if not name.startswith(f"{side}/"):
                    world.write(side, "finding", "record.finding/1", {"seal": name, "valid": True})
    for _ in range(steps - steps // 3):
        world.step()
    return world
