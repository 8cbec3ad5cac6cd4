"""A database that another version of the program made: taken over, made anew, or refused in plain words, when a node opens.

- The **node tables** hold bytes that exist nowhere else. They have a version; one that is newer than the program's refuses to open, and nothing is touched.
- The **joint tables** follow from the logs. Beside them stands what they were made by: their columns, the fold's version, the schemas that it knew. Where that is no
  longer so, they are dropped and made anew from the logs. Where the program has only come to know more schemas they stay, and the fold goes on where it stopped.

The mark is written last: a crash on the way makes the next start begin again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cochair.kit.errors import Conflict
from cochair.record.registry import Registry
from cochair.record.store import Store, Tx, index_sql, quoted, table_sql
from cochair.record.tables import FOLD_VERSION, NODE_TABLES, NODE_VERSION, lay_out_anew, make_node_tables

if TYPE_CHECKING:
    from cochair.record.node import Node


def run(node: Node) -> bool:
    """Bring the tables to the form of this program -> whether joint tables were made anew. Raise Conflict if a newer program wrote the node tables."""
    have = node.store.tables()
    about = _about(node.store, have)
    if int(about.get("version", "0")) > NODE_VERSION:
        raise Conflict(
            f"A newer version of Cochair wrote this node's database (form {about['version']}, this program knows {NODE_VERSION})",
            "Open it with the newer program",
        )
    made = _made_by(node.registry)
    before: dict[str, Any] = json.loads(about.get("joint", "{}"))
    old = "ord" in node.store.columns("n_entry")
    same = not old and all(before.get(name) == made[name] for name in ("tables", "fold"))
    if same and before["schemas"].items() <= made["schemas"].items() and set(node.registry.tables) <= have:
        if before != made:
            _mark(node, made)
        return False
    _lay_out(node, have, before, old=old)
    for room in node.rooms():
        node.rebuild(room)
    _mark(node, made)
    return "n_room" in have


def _about(store: Store, have: set[str]) -> dict[str, str]:
    if "n_about" not in have:
        return {}
    with store.read() as tx:
        return {row["name"]: row["value"] for row in tx.query("SELECT name, value FROM n_about")}


def _made_by(registry: Registry) -> dict[str, Any]:
    """What decides which rows the same logs give: tables with their columns, version of the fold, schemas in their meaning."""
    tables = {name: [[c.name, c.type, int(c.null)] for c in table.columns] for name, table in registry.tables.items()}
    return {"fold": FOLD_VERSION, "tables": tables, "schemas": {schema: registry.described(schema)[1] for schema in registry.kinds}}


def _lay_out(node: Node, have: set[str], before: Mapping[str, Any], *, old: bool) -> None:
    """Node tables that are missing, and all joint tables empty; those that are no longer known go."""
    store = node.store
    with store.write() as tx:
        if "n_room" not in have:
            make_node_tables(store, tx)
        elif old:  # a folder of a version before the first release: the bytes go over, the joint tables follow from them
            lay_out_anew(store, tx)
        elif "n_about" not in have:
            tx.execute(NODE_TABLES[0].format(blob=store.blob, keyed=store.keyed))
        tx.execute("DELETE FROM n_about WHERE name = 'joint'")
        _drop(tx, (set(before.get("tables", ())) | set(node.registry.tables)) & have)
        for table in node.registry.tables.values():
            tx.execute(table_sql(store, table))
            for sql in index_sql(table):
                tx.execute(sql)


def _drop(tx: Tx, tables: set[str]) -> None:
    for name in sorted(tables):
        tx.execute(f"DROP TABLE {quoted(name)}")


def _mark(node: Node, made: Mapping[str, Any]) -> None:
    with node.store.write() as tx:
        tx.execute("DELETE FROM n_about")
        rows = [("version", str(NODE_VERSION)), ("joint", json.dumps(made, sort_keys=True))]
        tx.many("INSERT INTO n_about (name, value) VALUES (?, ?)", rows)
