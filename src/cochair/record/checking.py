"""Everything re-derived: state digest at any cut, rebuild of the joint tables, fsck.

`fsck` trusts nothing: entries give leaf hashes, these the root, which must be the checkpoint's, which must be under the right key; papers and structural
contents must be what they are named; the fold of the entries must give the rows that stand in the tables. It names the first difference of each thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.kit.ids import parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.entries import decode
from cochair.ledger.merkle import Frontier, leaf_hash
from cochair.ledger.merkle import root as tree_root
from cochair.record import live as rooms
from cochair.record.changes import open_signed
from cochair.record.digest import digest, folded_rows, row_line, stored_rows, tables_of
from cochair.record.faults import DESTROYED
from cochair.record.fields import papers_named
from cochair.record.fold import Fold, uncollected
from cochair.record.publish import is_signed
from cochair.record.receiving import open_held
from cochair.record.registry import Digest, Table
from cochair.record.rows import Changes, Values
from cochair.record.store import Tx, index_sql, insert_sql, key_sql, quoted, table_sql
from cochair.record.tree import altered, published_leaves

if TYPE_CHECKING:
    from cochair.record.node import Node


class Problem(NamedTuple):
    """`what`: entry | root | checkpoint | ledger | paper | structural | row | applied | tile; `where`: its name; `detail`: what differs, and what to do."""

    what: str
    where: str
    detail: str


def replay(node: Node, tx: Tx, room: str, cut: Mapping[str, int] | None = None) -> tuple[Fold, Changes]:
    """The fold of the room's logs from nothing, up to `cut`, and all its rows."""
    fold = Fold(node.registry, room, lambda d: node.papers.structural(room, d))
    for log in tx.query("SELECT origin FROM n_log WHERE room = ? ORDER BY origin", (room,)):
        sql = "SELECT data FROM n_entry WHERE room = ? AND origin = ? ORDER BY seq"
        fold.log(log["origin"])
        fold.hold(log["origin"], [bytes(data) for (data,) in tx.values(sql, (room, log["origin"]))])
    return fold, fold.advance(cut)


def state_digest(node: Node, room: str, which: Digest, cut: Mapping[str, int] | None) -> str:
    """See `Node.state_digest`."""
    names = tables_of(node.registry, which)
    with node.store.read() as tx:
        present = {r["origin"]: r["applied"] for r in tx.query("SELECT origin, applied FROM n_log WHERE room = ?", (room,))}
        if cut is None or {o: n for o, n in present.items() if n} == {o: n for o, n in cut.items() if n}:
            lines = [row_line(node.registry, name, row) for name in names for row in stored_rows(tx, node.registry, room, name)]
            return digest(room, which, present, lines)
        fold, changes = replay(node, tx, room, cut)
    reached = {log.origin: log.applied for log in fold.state.logs.values()}
    if missing := {o: n for o, n in cut.items() if reached.get(o, 0) != n}:
        raise Conflict(f"The cut is not closed, or not held here: {missing}", "Name sizes that a node reported as applied")
    lines = [row_line(node.registry, name, row) for name in names for row in folded_rows(changes, name)]
    return digest(room, which, reached, lines)


def rebuild(node: Node, room: str) -> None:
    """See `Node.rebuild`."""
    with node.store.write() as tx:
        known = rebuild_in(node, tx, room)
    node.take_over(known)


def rebuild_in(node: Node, tx: Tx, room: str) -> rooms.Live:
    """The same inside a transaction that has begun -> the room's memory, to be taken over once it is committed."""
    known = node.begin(room)
    rooms.lock_room(tx, known)
    held = tx.values("SELECT size FROM n_log WHERE room = ?", (room,))
    with uncollected(sum(size for (size,) in held)):
        rooms.read(tx, known)
        changes = known.fold.advance()
        for table in node.registry.tables.values():
            _refill(node, tx, table, room, folded_rows(changes, table.name))
    rooms.keep(tx, known)
    return known


def _refill(node: Node, tx: Tx, table: Table, room: str, rows: list[Values]) -> None:
    """Put a new table with these rows of the room in the place of the old one, in the order of its key, its indexes last."""
    stands = {others: f"FROM {quoted(table.name)} WHERE room {others} ?" for others in ("=", "<", ">")}
    held = {others: bool(tx.values(f"SELECT 1 {where} LIMIT 1", (room,))) for others, where in stands.items()}  # names are our own
    if not rows and not held["="]:
        return
    old = f"{table.name}__old"
    if held["<"] or held[">"]:
        tx.execute(f"ALTER TABLE {quoted(table.name)} RENAME TO {quoted(old)}")
        for number in range(len(table.indexes)):
            tx.execute(f"DROP INDEX IF EXISTS {quoted(f'{table.name}_{number}')}")
        tx.execute(f"DROP INDEX IF EXISTS {quoted(f'{table.name}_src')}")
    else:
        tx.execute(f"DROP TABLE {quoted(table.name)}")
    names = [c.name for c in table.columns]
    rows.sort(key=itemgetter(*(names.index(name) for name in table.key), len(names)))
    tx.execute(table_sql(node.store, table, keyed=bool(node.store.keyed)))
    tx.many(insert_sql(table), [(room, *row) for row in rows])
    for others in ("<", ">"):
        if held[others]:
            columns = ", ".join(quoted(n) for n in ("room", *names, "src"))
            where = stands[others].replace(quoted(table.name), quoted(old), 1)
            tx.execute(f"INSERT INTO {quoted(table.name)} ({columns}) SELECT {columns} {where}", (room,))
    tx.execute(f"DROP TABLE IF EXISTS {quoted(old)}")
    if not node.store.keyed:
        tx.execute(key_sql(table))
    for sql in index_sql(table):
        tx.execute(sql)


def waiting(node: Node, room: str) -> dict[str, str]:
    """See `Node.waiting`."""
    with node.writing(room) as (tx, live):
        frozen = {r["origin"]: r["frozen"] for r in tx.query("SELECT origin, frozen FROM n_log WHERE room = ?", (room,))}
        logs = {
            log.origin: frozen.get(log.origin) or log.stopped or log.waiting
            for log in live.fold.state.logs.values()
            if frozen.get(log.origin) != DESTROYED
        }
    return {origin: why for origin, why in sorted(logs.items()) if why}


def fsck(node: Node, room: str) -> list[Problem]:
    """See `Node.fsck`."""
    problems: list[Problem] = []
    with node.store.read() as tx:
        logs = tx.query("SELECT * FROM n_log WHERE room = ? ORDER BY origin", (room,))
        for log in logs:
            problems += _log(node, tx, room, log)
        problems += _contents(node, tx, room)
        problems += _rows(node, tx, room)
    if not any(problem.what in ("entry", "root") for problem in problems):
        problems += [Problem("tile", path, "it is not what the entries give: run heal, it is made again") for path in altered(node, room)]
    return problems


def _log(node: Node, tx: Tx, room: str, log: Mapping[str, object]) -> list[Problem]:
    origin, size = str(log["origin"]), log["size"]
    frontier = Frontier()
    for index, row in enumerate(tx.query("SELECT seq, data FROM n_entry WHERE room = ? AND origin = ? ORDER BY seq", (room, origin))):
        if row["seq"] != index:
            return [Problem("entry", f"{origin} {index}", "the entry is missing: run heal")]
        frontier.append(leaf_hash(bytes(row["data"])))
    if frontier.size != size:
        return [
            Problem(
                "entry",
                f"{origin} {frontier.size}",
                f"the log says {size} entries, {frontier.size} are there: run heal",
            )
        ]
    problems = []
    root = frontier.root()
    if root.hex() != log["root"]:
        if (first := _first_difference(node, tx, room, origin, str(log["root"]))) is not None:
            problems.append(Problem("entry", f"{origin} {first}", "it is not the entry that was signed: run heal"))
        problems.append(
            Problem("root", origin, f"the entries give the root {root.hex()}, the log says {log['root']}: {_first_bad(tx, room, origin)}")
        )
    try:
        note = node.checkpoint(room, origin)
        checkpoint = open_own_or_peer(node, room, origin, note)
        if (checkpoint.size, checkpoint.root) != (size, root):
            problems.append(Problem("checkpoint", origin, f"it covers {checkpoint.size} entries with another root than the {size} held"))
    except NotFound:
        if size:
            problems.append(Problem("checkpoint", origin, "there is none"))
    except CochairError as error:
        problems.append(Problem("checkpoint", origin, str(error)))
    if parse_origin(origin).side == node.side and log["frozen"] != DESTROYED:
        last = node.signer.last(origin)
        if last is not None and last != (size, root):
            problems.append(Problem("ledger", origin, f"the signer signed {last[0]} entries with root {last[1].hex()}"))
    return problems


def _first_difference(node: Node, tx: Tx, room: str, origin: str, wanted: str) -> int | None:
    """The first entry that differs from the hashes in the published tree, where these give the root that the log should have."""
    leaves = published_leaves(node, room, origin)
    if tree_root(leaves).hex() != wanted:
        return None
    rows = tx.query("SELECT seq, data FROM n_entry WHERE room = ? AND origin = ? ORDER BY seq", (room, origin))
    return next((row["seq"] for row, leaf in zip(rows, leaves, strict=False) if leaf_hash(bytes(row["data"])) != leaf), None)


def _first_bad(tx: Tx, room: str, origin: str) -> str:
    """The first entry that is not what it should be by itself, to help the search."""
    for row in tx.query("SELECT seq, data FROM n_entry WHERE room = ? AND origin = ? ORDER BY seq", (room, origin)):
        try:
            entry = decode(bytes(row["data"]))
            if (entry.log, entry.room, entry.seq) != (origin, room, row["seq"]):
                return f"entry {row['seq']} stands in a wrong place"
        except Rejected as error:
            return f"entry {row['seq']}: {error.what}"
    return "each entry is well-formed by itself; compare with the copy of the other Side, or run heal"


def open_own_or_peer(node: Node, room: str, origin: str, note: bytes) -> Checkpoint:
    """The checkpoint of a note of any log of a room, by whoever's key or MAC it must be; raises `CochairError`."""
    side = parse_origin(origin).side
    if is_signed(origin, node.terms(room)):
        checkpoint = open_signed(node, room, origin, note)
    elif side != node.side:
        checkpoint = open_held(node, room, note, side)
    else:
        peer = next((peer.side for peer in node.peers(room).values() if peer.exchange_key), "")
        checkpoint = open_held(node, room, note, peer, to=peer)
    if checkpoint.origin != origin:
        raise Rejected(f"The checkpoint is of {checkpoint.origin}, not of {origin}")
    return checkpoint


def _contents(node: Node, tx: Tx, room: str) -> list[Problem]:
    from cochair.record.holding import erased

    problems = []
    for digest_ in node.papers.structural_held(room):
        try:
            node.papers.structural_stored(room, digest_)
        except CochairError as error:
            problems.append(Problem("structural", digest_, f"{error.what}: run heal"))
    for name in node.papers.held(room):
        try:
            node.papers.stored(room, name)
        except CochairError as error:
            problems.append(Problem("paper", name, f"{error.what}: run heal"))
    gone = erased(tx, room)
    sql = "SELECT e.data FROM n_entry e JOIN n_log l ON l.room = e.room AND l.origin = e.origin WHERE e.room = ? AND l.side = ?"
    missing: set[str] = set()
    for row in tx.query(sql, (room, node.side)):
        try:
            entry = decode(bytes(row["data"]))
        except Rejected:
            continue
        if entry.kind in ("statement", "position", "seal", "comment"):
            named = {k: v for k, v in entry.body.items() if k not in ("account", "heads", "slot")} if entry.kind == "seal" else entry.body
            missing |= {p for p in papers_named(named) if p not in gone and p != room and not node.papers.has(room, p)}
    problems += [Problem("paper", name, "an own entry names it and it is not held: run heal") for name in sorted(missing)]
    return problems


def _rows(node: Node, tx: Tx, room: str) -> list[Problem]:
    try:
        fold, changes = replay(node, tx, room)
    except (Rejected, NotHeld) as error:
        return [Problem("structural", room, error.what)]
    problems = []
    for log in tx.query("SELECT origin, applied, stopped FROM n_log WHERE room = ?", (room,)):
        state = fold.log(log["origin"])
        if (state.applied, state.stopped) != (log["applied"], log["stopped"]):
            problems.append(Problem("applied", log["origin"], f"{log['applied']} entries are applied, {state.applied} can be: run rebuild"))
    for name in tables_of(node.registry):
        columns = [*(c.name for c in node.registry.tables[name].columns), "src"]
        held = {row_line(node.registry, name, row): row for row in stored_rows(tx, node.registry, room, name)}
        want = {row_line(node.registry, name, row): row for row in folded_rows(changes, name)}
        count = tx.query(f"SELECT COUNT(*) AS n FROM {quoted(name)} WHERE room = ?", (room,))[0]["n"]  # noqa: S608
        if held.keys() == want.keys() and len(held) == count:
            continue
        problems.append(Problem("row", name, _difference(columns, sorted(held.keys() - want.keys()), sorted(want.keys() - held.keys()))))
    return problems


def _difference(columns: list[str], extra: list[bytes], missing: list[bytes]) -> str:
    if not extra and not missing:
        return "a row stands there twice: run rebuild"
    stands = extra[0].decode().strip() if extra else "nothing"
    should = missing[0].decode().strip() if missing else "nothing"
    return f"stands {stands}; the logs say {should} (columns {', '.join(columns)}): run rebuild"
