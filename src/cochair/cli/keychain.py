"""The keys of a record by size, out of files alone: for `cli.replay`. What the log says of its keys is believed only if root keys of its Side signed it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cochair.kit import canonical
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import notes
from cochair.ledger.keychanges import LogKeys, claimed, open_change
from cochair.ledger.merkle import root


def named(entries: Iterable[bytes], origin: str) -> list[str]:
    """The keys that a log says it went on with, whoever signed that: one of them may have signed its checkpoint."""
    found = []
    for data in entries:
        if b'"schema":"record.key_change/1"' in data:
            with suppress(Rejected, KeyError, TypeError):
                change = claimed(str(canonical.loads(data)["body"]["note"]))
                if change.origin == origin:
                    found.append(change.key)
    return list(dict.fromkeys(found))  # all: rubbish that a Side logs behind its change must not hide it


def signed(note: bytes, keys: Sequence[str], origin: str) -> None:
    """Raise `Rejected`, with what the first key said, unless one of the keys signed this checkpoint."""
    refused = Rejected("no key is known")
    for key in reversed(keys):
        try:
            notes.open_note(note, [notes.Verifier(key)])
        except Rejected as error:
            refused = error
            continue
        return
    raise Rejected(f"The checkpoint of {origin} is not by the key that the terms name: {refused.what}", "Do not trust this copy")


def chain(
    first: str, side: str, rows: Iterable[Mapping[str, Any]], structural: Mapping[str, Mapping[str, Any]], leaves: list[bytes]
) -> tuple[LogKeys, list[str]]:
    """The keys of a record -> (keys, what there is to say). `rows`: of ``j_log_key``, by size; `structural`: digest -> content; `leaves`: hashes of the entries."""
    keys, said = LogKeys(first), list[str]()
    for row in rows:
        try:
            sides = structural[row["terms"]]["sides"]
            roots = next((one.get("root_keys") for one in sides if one["side"] == side), None)
            change = open_change(row["note"], roots if isinstance(roots, list) and all(isinstance(one, str) for one in roots) else [])
            if root(leaves[: change.size]) != change.root:
                raise Rejected("it names other entries than those before it")
            keys = keys.with_change(change)
        except CochairError as error:
            said.append(f"a change of the key of {side} at {row['size']} entries is not counted: {error.what}")
            continue
        said.append(f"{side} went on with another key from {change.size} entries on, by two of its root keys: {change.key}")
    return keys, said
