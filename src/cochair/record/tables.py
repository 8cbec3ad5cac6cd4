"""The tables of the record itself.

Node tables (`NODE_TABLES`, SQL) hold what one node keeps: rooms, logs with their bytes, trust, evidence. They are not joint and in no digest.

Joint tables (`JOINT_TABLES`) hold the fold's result. Each exists twice, ``j_...`` for the record and ``w_...`` for working logs, because a table belongs
to one state digest; only what working logs cannot hold (slots, seals, keys, notices) exists once.
"""

from __future__ import annotations

from cochair.record.registry import Column, Digest, Table
from cochair.record.store import Store, Tx

NODE_VERSION = 1
"""Of the node tables. A greater one in a database was written by a newer program; a smaller one is brought forward when the node opens."""
FOLD_VERSION = 1
"""Of what the fold makes of entries. To be raised whenever the same entries give other rows, so that nodes make theirs anew when they open."""
NODE_TABLES = (
    # `version`, `joint`: which program made the tables (`record.upgrade`)
    "CREATE TABLE n_about (name TEXT PRIMARY KEY, value TEXT NOT NULL){keyed}",
    "CREATE TABLE n_room (room TEXT PRIMARY KEY, slug TEXT NOT NULL){keyed}",
    # `size` entries are held, the first `applied` of them are folded; `note` is the checkpoint that covers `size` (own logs: in the published tree)
    (
        "CREATE TABLE n_log (room TEXT NOT NULL, origin TEXT NOT NULL, side TEXT NOT NULL, log TEXT NOT NULL, size BIGINT NOT NULL, applied BIGINT NOT NULL,"
        " root TEXT NOT NULL, note {blob}, stopped TEXT NOT NULL, frozen TEXT NOT NULL, PRIMARY KEY (room, origin)){keyed}"
    ),
    "CREATE TABLE n_entry (room TEXT NOT NULL, origin TEXT NOT NULL, seq BIGINT NOT NULL, data {blob} NOT NULL, PRIMARY KEY (room, origin, seq)){keyed}",
    (
        "CREATE TABLE n_trust (room TEXT NOT NULL, side TEXT NOT NULL, domain TEXT NOT NULL, log_key TEXT NOT NULL, cosign_key TEXT NOT NULL,"
        " exchange_key TEXT NOT NULL, PRIMARY KEY (room, side)){keyed}"
    ),
    # `held` and `shown`: notes, or b""; `file`: the portable evidence, if there can be any
    (
        "CREATE TABLE n_evidence (room TEXT NOT NULL, origin TEXT NOT NULL, what TEXT NOT NULL, at TEXT NOT NULL, held {blob} NOT NULL, shown {blob} NOT NULL,"
        " file {blob})"
    ),
)


def make_node_tables(store: Store, tx: Tx) -> None:
    """Make the node tables, empty."""
    for sql in NODE_TABLES:
        tx.execute(sql.format(blob=store.blob, keyed=store.keyed))


def lay_out_anew(store: Store, tx: Tx) -> None:
    """Move the rows of node tables of an older layout into new ones."""
    held = {name: found for name in (sql.split()[2] for sql in NODE_TABLES) if (found := store.columns(name))}
    for name in held:
        tx.execute(f"ALTER TABLE {name} RENAME TO {name}_old")
    tx.execute("DROP INDEX IF EXISTS n_entry_ord")
    make_node_tables(store, tx)
    for name, listed in held.items():
        columns = ", ".join(column for column in listed if column != "ord")
        tx.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_old")  # noqa: S608  # names are our own
        tx.execute(f"DROP TABLE {name}_old")


def _t(*names: str) -> tuple[Column, ...]:
    """Columns from short names: ``seq:int``, ``content?`` (may be null), ``seq:int?``."""
    made = []
    for name in names:
        plain = name.removesuffix("?")
        made.append(Column(plain.removesuffix(":int"), "int" if plain.endswith(":int") else "text", null=name.endswith("?")))
    return tuple(made)


def _both(name: str, columns: tuple[Column, ...], key: tuple[str, ...], indexes: tuple[tuple[str, ...], ...] = ()) -> tuple[Table, Table]:
    return _table("j_" + name, "record", columns, key, indexes), _table("w_" + name, "working", columns, key, indexes)


def _table(
    name: str,
    digest: Digest,
    columns: tuple[Column, ...],
    key: tuple[str, ...],
    indexes: tuple[tuple[str, ...], ...] = (),
    *,
    by_source: bool = True,
) -> Table:
    return Table(name, digest, columns, key, indexes, by_source)


JOINT_TABLES: tuple[Table, ...] = (
    # one row a matter; `standing` agreed | account | open | none; `content`, `schema`, `level` of what stands
    *_both(
        "matter",
        _t("key", "kind", "subject", "part", "standing", "schema?", "content?", "level?", "crossed:int"),
        ("key",),
        (("kind", "subject"),),
    ),
    # the present position of one Side on one matter; `seq` orders it in the Side's log, `confirmed` names the account that the Side confirmed as its word
    *_both("position", _t("key", "side", "id", "schema", "content?", "level", "at", "confirmed?"), ("key", "side")),
    # what a Side is said to hold, by a *received* entry of another; `answer` "" | confirms | corrects
    *_both("account", _t("key", "side", "id", "by", "schema", "content?", "level", "at", "answer"), ("key", "side", "by")),
    *_both("statement", _t("id", "side", "log", "seq:int", "at", "schema", "subject", "content"), ("id",), (("schema", "subject"),)),
    *_both("received", _t("id", "by", "source", "paper?", "number", "dated", "how", "account"), ("id",)),
    # what a later entry says about an earlier one: supersedes | confirms | corrects; the first that counts
    *_both("answer", _t("id", "target", "side", "what", "successor?"), ("id",), (("target",),)),
    *_both("void", _t("id", "reason"), ("id",)),
    # how much of `of` (SIDE/LOG) the log `log` (SIDE/LOG) had acknowledged at last
    *_both("head", _t("log", "of", "size:int", "root"), ("log", "of")),
    _table("w_comment", "working", _t("id", "side", "subject", "paper", "at"), ("id",), (("subject",),)),
    _table("j_slot", "record", _t("slot", "kind", "of", "step:int", "agreed?"), ("slot",), (("kind", "of"),)),
    # `counts`: this seal is one of those that make the manifest agreed; `why` the first reason why not
    _table(
        "j_seal",
        "record",
        _t("id", "slot", "side", "seq:int", "manifest", "key?", "paper", "how", "at", "heads", "terms", "revoked", "counts:int", "why"),
        ("id",),
        (("slot",),),
        by_source=False,  # the source is the slot
    ),
    _table(
        "j_finding", "record", _t("id", "slot", "seal", "side", "seq:int", "valid:int", "reason"), ("id",), (("seal",),), by_source=False
    ),
    # mandates: `key` is SHA-256 of the public key
    _table(
        "j_key",
        "record",
        _t("id", "side", "key", "public", "suite", "person", "post", "body", "since", "until?", "certificate?"),
        ("id",),
        (("key",),),
    ),
    # changes of a record's key that its log tells of; `size`: entries before it, `terms`: those in force as far as the log knew. Whether two root keys of these
    # terms signed the note is checked by whoever opens a checkpoint (`record.changes`), not by the fold
    _table("j_log_key", "record", _t("id", "side", "size:int", "root", "key", "terms", "note"), ("id",)),
    # erase | destroyed | fault, with the body as written
    _table("j_notice", "record", _t("id", "side", "kind", "body", "at"), ("id",), (("kind",),)),
)
