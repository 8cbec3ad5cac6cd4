"""A whole room with a signed protocol, by the demonstration's own scenes, played once a process: SPECIMEN, acted by posts."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from cochair.cli.demo.play import prepare
from cochair.cli.demo.proofs import FORGED
from cochair.exchange import carry
from cochair.record.tree import write_tree


class Signed(NamedTuple):
    """A room that two nodes of our own signed in: its id, its bundles (before the signing, at the end), its tree, its originals, and the digest that both nodes show."""

    room: str
    folder: Path
    early: Path
    record: Path
    tree: Path
    originals: dict[str, Path]
    keys: dict[str, str]
    state: str


@cache
def signed(which: int = 0) -> Signed:
    """The room number ``which``: another number is another room with other keys under the same names."""
    base = Path(mkdtemp(prefix=f"cochair-room-{which}-"))
    made = prepare(base / "play")
    try:
        for act in FORGED[:-1]:
            act(made)
        early, record, tree = base / "early.tar", base / "record.tar", base / "tree"
        carry.write_bundle(made.ours, made.room, early, working=False)
        FORGED[-1](made)
        carry.write_bundle(made.ours, made.room, record, working=False)
        write_tree(made.ours, made.room)
        shutil.copytree(made.ours.publisher.tree, tree)
        write_tree(made.ours, made.room, tree)
        keys = {side["side"]: side["log_key"] for side in made.ours.terms(made.room)["sides"]}
        assert not made.failed
        originals = {side: made.out / "originals" / f"original-{side}.pdf" for side in keys}
        return Signed(made.room, made.out, early, record, tree, originals, keys, made.ours.state_digest(made.room))
    finally:
        made.close()
