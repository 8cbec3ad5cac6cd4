"""The fold is a function of the cut: any order, any portions, any moment of each content's arrival give the same rows."""

from __future__ import annotations

import random
from typing import Any

import pytest

from cochair.record.fold import Fold
from tests.record.lives import Book, World, live
from tests.record.makers import REGISTRY

SEEDS = range(40)


def at_once(world: World) -> tuple[dict[str, int], dict[str, list[tuple[Any, ...]]]]:
    fold, book = Fold(REGISTRY, world.room, world.structural.get), Book()
    for origin in sorted(world.logs):
        fold.hold(origin, world.logs[origin])
    book.apply(fold.advance())
    return {log.origin: log.applied for log in fold.state.logs.values() if log.applied}, book.rows()


def in_portions(world: World, rng: random.Random) -> tuple[dict[str, int], dict[str, list[tuple[Any, ...]]]]:
    held = {world.room: world.structural[world.room]}
    fold, book = Fold(REGISTRY, world.room, held.get), Book()
    rest = {origin: list(entries) for origin, entries in world.logs.items() if entries}
    missing = [d for d in world.structural if d != world.room]
    while rest or missing:
        if missing and (not rest or rng.random() < 0.1):
            digest = missing.pop(rng.randrange(len(missing)))
            held[digest] = world.structural[digest]
        else:
            origin = rng.choice(sorted(rest))
            count = rng.choice([1, 1, 2, 5, 100])
            fold.hold(origin, rest[origin][:count])
            rest[origin] = rest[origin][count:]
            if not rest[origin]:
                del rest[origin]
        if rng.random() < 0.8:
            book.apply(fold.advance())
    book.apply(fold.advance())
    return {log.origin: log.applied for log in fold.state.logs.values() if log.applied}, book.rows()


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_arrival_does_not_matter(seed: int) -> None:
    world = live(seed, ("IN", "RU") if seed % 3 else ("EU", "IN", "RU"))
    want = at_once(world)
    rng = random.Random(seed)
    for _ in range(6):
        assert in_portions(world, rng) == want


def test_the_lives_reach_what_they_should() -> None:
    """A property over lives in which nothing happens proves nothing."""
    tally = {"agreed": 0, "account": 0, "crossed": 0, "slot": 0, "terms": 0, "void": 0, "working": 0}
    for seed in SEEDS:
        _, rows = at_once(live(seed, ("IN", "RU") if seed % 3 else ("EU", "IN", "RU")))
        standings = [row[4] for row in rows.get("j_matter", []) + rows.get("w_matter", [])]
        tally["agreed"] += "agreed" in standings
        tally["account"] += "account" in standings
        tally["crossed"] += any(row[8] for row in rows.get("j_matter", []))
        tally["slot"] += any(row[1] == "adopt" and row[4] for row in rows.get("j_slot", []))
        tally["terms"] += any(row[1] == "terms" and row[4] for row in rows.get("j_slot", []))
        tally["void"] += bool(rows.get("j_void"))
        tally["working"] += bool(rows.get("w_matter"))
    least = {"agreed": 20, "account": 8, "crossed": 1, "slot": 4, "terms": 24, "void": 20, "working": 20}
    assert {k: v for k, v in tally.items() if v < least[k]} == {}, tally


def test_what_is_agreed_in_a_slot_stays_agreed() -> None:
    for seed in range(20):
        world = live(seed)
        fold = Fold(REGISTRY, world.room, world.structural.get)
        before: dict[str, str] = {}
        rest = {origin: list(entries) for origin, entries in world.logs.items()}
        rng = random.Random(seed)
        while any(rest.values()):
            origin = rng.choice([o for o in rest if rest[o]])
            fold.hold(origin, [rest[origin].pop(0)])
            fold.advance()
            now = {key: slot.agreed for key, slot in fold.state.slots.items() if slot.agreed}
            assert before.items() <= now.items()
            before = now
