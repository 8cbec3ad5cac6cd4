"""S4: rebuild all joint tables of a room from its logs: read every entry, check its form and its log's root, judge it, fold it, write the rows, make the
indexes, switch. The log holds what one Side writes alone: posts, bodies, and what the other Side is said to hold about them.

Beside it: the replay of the library `eventsourcing` (the same contents as stored events in SQLite, decoded and put into aggregates; it checks no form and
writes no table), and a bare `executemany` of the very same rows, in the order of their keys, into the same tables with the same indexes made last.

Rates are entries a second of processor. All three do their work in this process; who waits for the disk waits for one commit.
"""

import sqlite3
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from bench.measure import ROUNDS, NotHere, Row, compare, figure, in_turns, not_measured
from cochair.kit.canonical import dumps
from cochair.ledger.entries import decode
from cochair.record.digest import stored_rows
from cochair.record.node import Draft, Node
from cochair.record.store import index_sql, insert_sql, table_sql
from cochair.stages import REGISTRY

NAMES = {"IN": {"en": "SPECIMEN India-Russia Working Group"}, "RU": {"en": "SPECIMEN Russia-India Working Group"}}
TITLES = {"en": "SPECIMEN Co-chair", "ru": "ОБРАЗЕЦ Сопредседатель"}
_IN_ONE_WRITE = 500


def _body(number: int) -> dict[str, Any]:
    return {"kind": "working-group", "names": NAMES, "code": f"WG{number}", "parent": None}


def _drafts(size: int, first: str) -> list[Draft]:
    """`size` entries: of ten, seven posts, two new bodies, and one body that the other Side is said to hold."""
    drafts = []
    for number in range(size):
        match number % 10:
            case 3 | 6:
                body = {"subject": "self", "part": "", "content": _body(number), "level": "agreed"}
                drafts.append(Draft("record", "position", "bodies.body/1", body))
            case 9:
                told = {"as": "position", "schema": "bodies.body/1", "subject": "self", "content": _body(number)}
                body = {"from": "RU", "how": "letter", "number": str(number), "dated": "2026-09-01", "account": told}
                drafts.append(Draft("record", "statement", "record.received/1", body))
            case _:
                post = {"subject": "self", "body": first, "kind": "co-chair", "titles": TITLES}
                drafts.append(Draft("record", "statement", "bodies.post/1", post))
    return drafts


def _fill(node: Node, size: int) -> str:
    """A room with `size` entries -> its id."""
    room = node.found("c7")
    content = {"subject": "self", "part": "", "content": _body(0), "level": "agreed"}
    [first] = node.write(room, [Draft("record", "position", "bodies.body/1", content)])
    drafts = _drafts(size - 1, first)
    for start in range(0, len(drafts), _IN_ONE_WRITE):
        node.write(room, drafts[start : start + _IN_ONE_WRITE])
    return room


def _rows(node: Node, room: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all joint tables, in the order of their keys."""
    found = {}
    with node.read() as tx:
        for table in node.registry.tables.values():
            names = [column.name for column in table.columns]
            places = [names.index(name) for name in table.key]
            rows = stored_rows(tx, node.registry, room, table.name)
            found[table.name] = sorted(((room, *row) for row in rows), key=lambda row, places=places: [row[1 + place] for place in places])
    return found


def _rate(size: int, work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return size / (time.process_time() - start)


def _executemany(folder: Path, node: Node, rows: dict[str, list[tuple[Any, ...]]]) -> Callable[[], None]:
    """Fill the same tables, in a new file each time."""
    names = (folder / f"bare{number}.sqlite3" for number in count())

    def work() -> None:
        db = sqlite3.connect(next(names), isolation_level=None)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            db.execute(f"PRAGMA {setting}")
        db.execute("BEGIN IMMEDIATE")
        for table in node.registry.tables.values():
            db.execute(table_sql(node.store, table))
            db.executemany(insert_sql(table), rows[table.name])
            for sql in index_sql(table):
                db.execute(sql)
        db.execute("COMMIT")
        db.close()

    return work


def _eventsourcing(folder: Path, bodies: list[str]) -> Callable[[], None]:
    """Replay as many events, one aggregate for each hundred, that hold the same contents."""
    try:
        from eventsourcing.application import Application
        from eventsourcing.domain import Aggregate, event
    except ImportError:
        raise NotHere("there is no package eventsourcing on this machine") from None

    class Record(Aggregate):
        @event("Begun")
        def __init__(self) -> None:
            self.said: list[str] = []

        @event("Said")
        def say(self, content: str) -> None:
            self.said.append(content)

    app: Application[Any] = Application(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "events.sqlite3"), "SQLITE_LOCK_TIMEOUT": "30"}
    )
    for start in range(0, len(bodies), 100):
        record = Record()
        for body in bodies[start : start + 100]:
            record.say(body)
        app.save(record)

    def work() -> None:
        records: dict[Any, Any] = {}
        place, number = 1, 0
        while stored := app.recorder.select_notifications(start=place, limit=1000):
            for notification in stored:
                happened = app.mapper.to_domain_event(notification)
                records[happened.originator_id] = happened.mutate(records.get(happened.originator_id))
                number += type(happened).__name__ == "Said"
            place = int(stored[-1].id) + 1
        assert number == len(bodies)

    return work


def measure(folder: Path, *, size: int = 20_000, rounds: int = ROUNDS) -> list[Row]:
    """The rows of S4. `size`: entries of the room."""
    node = Node.init(folder / "IN", side="IN", domain="in.example", registry=REGISTRY, specimen=True)
    try:
        room = _fill(node, size)
        live = _rows(node, room)
        bare = _executemany(folder, node, live)
        ways = {"ours": lambda: _rate(size, lambda: node.rebuild(room)), "executemany": lambda: _rate(size, bare)}
        missing: dict[str, NotHere] = {}
        try:
            bodies = [dumps(decode(data).body).decode() for data in node.entries(room, node.origin(room))]
            replay = _eventsourcing(folder, bodies)
            ways["eventsourcing"] = lambda: _rate(size, replay)
        except NotHere as error:
            missing["eventsourcing"] = error
        rates = in_turns(ways, rounds)
        equal = _rows(node, room) == live
    finally:
        node.close()
    rows = []
    for name, what, at_least in (
        ("eventsourcing", "rebuild all tables, entries/s, beside the replay of `eventsourcing`", 5),
        ("executemany", "rebuild all tables, entries/s, beside a bare executemany of the same rows and indexes", 0.5),
    ):
        if name in missing:
            rows.append(not_measured("S4", what, f">= {at_least:g}x", missing[name]))
        else:
            rows.append(compare("S4", what, rates["ours"], rates[name], at_least))
    number = sum(len(each) for each in live.values())
    rows.append(figure("S4", "rows rebuilt, each equal to the live one", number if equal else 0, "all", met=equal))
    return rows
