"""A node's log keys over its life, in its signer's folder: the next key made, the Side's root keys known, the key of new rooms moved on.

``roots.json``: the sets of root keys (three public keys in hex each) that the signer obeys: those of the terms, and one that is being brought into them. The order
of a change is: `next_log_key`, the custodians sign, the signer is asked (`signer_core`): it writes ``public.json`` (`adopt`), then the line in its ledger, which
is what counts. Each step may be done twice.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from cochair.kit.canonical import dumps
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.keychanges import KeyChange, check_roots, open_change
from cochair.record.closed import read_private
from cochair.record.keys import SIGNER_FOLDER, PublicKeys, load_public_keys, new_signing_key, open_token, replace_private

ROOTS = "roots.json"
MAX_SETS = 16


def next_log_key(node: Path) -> str:
    """Make a log key that signs nothing yet, where the node's other ones are (files or token) -> its public half in hex."""
    load_public_keys(node)
    folder = node / SIGNER_FOLDER
    token = open_token(folder)
    try:
        return new_signing_key(folder, "log-{}", token)
    finally:
        if token:
            token.close()


def root_sets(node: Path) -> list[list[str]]:
    """The sets of root keys that the signer obeys; [] if it was told none."""
    path = node / SIGNER_FOLDER / ROOTS
    if not path.exists():
        return []
    try:
        found = msgspec.json.decode(read_private(path), type=list[list[str]])
    except msgspec.DecodeError as error:
        raise Rejected(f"{path} is damaged: {error}", "Give the public file of the root keys again: cochair keys roots") from None
    for each in found:
        check_roots(each)
    return found


def set_root_sets(node: Path, sets: Iterable[Sequence[str]]) -> None:
    """Tell the signer which root keys it obeys."""
    unique = [list(each) for each in dict.fromkeys(tuple(each) for each in sets)][-MAX_SETS:]
    for each in unique:
        check_roots(each)
    replace_private(node / SIGNER_FOLDER / ROOTS, dumps(unique))


def open_by_own_roots(node: Path, note: bytes) -> KeyChange:
    """The change that two root keys of one set signed; raises `CochairError`."""
    sets = root_sets(node)
    if not sets:
        raise NotFound("This node's signer knows no root keys", "Tell it those of the Side: cochair keys roots FOLDER --public FILE")
    refused: CochairError | None = None
    for each in sets:
        try:
            return open_change(note, each)
        except CochairError as error:
            refused = error
    assert refused is not None
    raise refused


def adopt(node: Path, key: str, records: Iterable[str]) -> PublicKeys:
    """Let new rooms begin with `key`; the `records` that this node has keep the one that they began with."""
    before = load_public_keys(node)
    own = {str(parse_origin(record)._replace(log=RECORD)) for record in records}
    older = {**dict.fromkeys(own, before.log), **before.older}
    after = msgspec.structs.replace(before, log=key, older=older)
    if after != before:
        replace_private(node / SIGNER_FOLDER / "public.json", dumps(msgspec.to_builtins(after)))
    return after
