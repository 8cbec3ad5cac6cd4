"""S12: bundles, in MB of papers a second: written, written sealed, and taken in, each beside a plain copy of as many bytes on the same disk. Informative, nothing is promised."""

import os
import time
from pathlib import Path

from bench.measure import Row, compare, in_turns
from cochair.exchange import carry, sealing
from cochair.record.node import Draft, Node
from cochair.record.signer import InProcessSigner
from cochair.stages import REGISTRY

MB = 1_000_000


def _node(folder: Path, side: str) -> Node:
    return Node.init(
        folder / side, side=side, domain=f"{side.lower()}.example", registry=REGISTRY, specimen=True, make_signer=InProcessSigner
    )


def measure(folder: Path, *, papers: int = 48, size: int = 2 * MB, rounds: int = 5) -> list[Row]:
    """The rows of S12, over ``papers`` papers of ``size`` bytes."""
    ours, theirs = _node(folder, "IN"), _node(folder, "RU")
    try:
        room = ours.found("c7", sides=[node.descriptor("c7") for node in (ours, theirs)])
        theirs.join(ours.terms(room))
        sealing.take_recipient(ours, room, ours.peers(room)["RU"], sealing.own_recipient(theirs, room))
        names = [ours.put_paper(room, os.urandom(size)) for _ in range(papers)]
        ours.write(room, [Draft("record", "fault", "record.fault/1", {"log": "x", "what": "letter", "evidence": name}) for name in names])
        plain, sealed, copied = folder / "plain", folder / "sealed", folder / "copied"
        total = papers * size / MB

        def written(target: Path, **more: bool) -> float:
            target.unlink(missing_ok=True)
            start = time.perf_counter()
            carry.write_bundle(ours, room, target, **more)
            return total / (time.perf_counter() - start)

        def taken(source: Path) -> float:
            for name in names:  # so that it takes them in again
                theirs.papers.erase(room, name)
            start = time.perf_counter()
            assert not carry.read_bundle(theirs, source)[1].problems
            seconds = time.perf_counter() - start
            assert all(theirs.papers.has(room, name) for name in names)
            return total / seconds

        def copy() -> float:
            start = time.perf_counter()
            with plain.open("rb") as source, copied.open("wb") as out:
                while data := source.read(1 << 20):
                    out.write(data)
                out.flush()
                os.fsync(out.fileno())
            return total / (time.perf_counter() - start)

        rates = in_turns(
            {
                "written": lambda: written(plain),
                "sealed": lambda: written(sealed, sealed=True),
                "copy": copy,
                "read": lambda: taken(plain),
                "opened": lambda: taken(sealed),
            },
            rounds,
        )
    finally:
        ours.close()
        theirs.close()
    told = {"written": "bundle written", "sealed": "bundle written, sealed", "read": "bundle taken in", "opened": "sealed bundle taken in"}
    return [compare("S12", f"{what}, MB/s, beside a copy of the file", rates[name], rates["copy"], None) for name, what in told.items()]
