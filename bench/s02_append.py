"""S2: append one entry that is durable when the call returns: judged, hashed, its tables written, in one transaction; its head in the signer's own synced ledger,
signed, published. Two syncs by design: the log's, and the one that makes a fork impossible whatever happens to the log.

Measured twice: one writer that waits for each of its entries, which the promises are about, and eight threads that each wait for their own; they share
transactions, syncs and checkpoints.

Beside it: `git commit -S` (an empty commit with the entry as message, one process, nothing synced by default), the unsigned commit of doltlite, and
what this disk allows: append to a file and fsync.
"""

import threading
import time
from pathlib import Path
from typing import Any

from bench.measure import ROUNDS, NotHere, Row, compare, in_turns, not_measured
from bench.peers import Git, bare_append, doltlite
from bench.sample import entry
from cochair.bodies.contents import Body
from cochair.record import positions
from cochair.record.node import Draft, Node
from cochair.stages import REGISTRY

BODY = Body(
    kind="working-group",
    names={"IN": {"en": "SPECIMEN India-Russia Working Group"}, "RU": {"en": "SPECIMEN Russia-India Working Group"}},
    code="WG",
    parent=None,
)

WRITERS = 8


def post(subject: str) -> Draft:
    """A statement of usual size about a body."""
    content: dict[str, Any] = {
        "subject": "self",
        "body": subject,
        "kind": "co-chair",
        "titles": {"en": "SPECIMEN Co-chair", "ru": "ОБРАЗЕЦ Сопредседатель"},
    }
    return Draft("record", "statement", "bodies.post/1", content)


def measure(folder: Path, *, number: int = 200, commits: int = 30, rounds: int = ROUNDS) -> list[Row]:
    """The rows of S2. `number`: entries a round, of a group as of one; `commits`: commits of git a round."""
    node = Node.init(folder / "IN", side="IN", domain="in.example", registry=REGISTRY, specimen=True)
    try:
        room = node.found("c7")
        draft = post(positions.propose(node, room, "bodies.body", BODY))
        node.write(room, [draft])

        def ours() -> float:
            start = time.perf_counter()
            for _ in range(number):
                node.write(room, [draft])
            return number / (time.perf_counter() - start)

        def group() -> float:
            def one() -> None:
                for _ in range(each):
                    node.write(room, [draft])

            each = -(-number // WRITERS)
            writers = [threading.Thread(target=one) for _ in range(WRITERS)]
            start = time.perf_counter()
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            return each * WRITERS / (time.perf_counter() - start)

        sample = [entry(index) for index in range(number)]
        ways = {"ours": ours, "group": group, "bare": lambda: bare_append(folder / "bare", sample)}
        missing: dict[str, NotHere] = {}
        try:
            git = Git(folder / "git")
            ways["git commit"] = lambda: git.append(sample[:commits])
        except NotHere as error:
            missing["git commit"] = error
        try:
            with doltlite(folder, number) as dolt:
                rates = in_turns({**ways, "doltlite": dolt}, rounds)
        except NotHere as error:
            missing["doltlite"] = error
            rates = in_turns(ways, rounds)
    finally:
        node.close()
    rows = []
    for way, what, promised in (
        ("ours", "append one durable entry, entries/s", True),
        ("group", f"the same with {WRITERS} writers at once, entries/s of all", False),
    ):
        for name, beside, at_least in (
            ("git commit", "`git commit -S`", 60),
            ("doltlite", "doltlite's unsigned commit", 2),
            ("bare", "bare append + fsync on this disk", 0.3),
        ):
            if name in missing:
                promise = f">= {at_least:g}x" if promised else "printed, no promise"
                rows.append(not_measured("S2", f"{what}, beside {beside}", promise, missing[name]))
            else:
                rows.append(compare("S2", f"{what}, beside {beside}", rates[way], rates[name], at_least if promised else None))
    return rows
