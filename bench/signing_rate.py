"""How many heads a second the signer makes durable and signs: in process, as a process of its own, and asked by several threads at once.

`measure()` gives the figures; `python bench/signing_rate.py` prints them beside this disk's bare append and sync.
"""

import os
import tempfile
import threading
import time
from hashlib import sha256
from pathlib import Path

from cochair.ledger.merkle import Frontier
from cochair.record.keys import SIGNER_FOLDER, create_node_keys
from cochair.record.signer import InProcessSigner, Signer, growth, start_signer
from cochair.record.signer_ledger import create_ledger


def _sign_for(signer: Signer, origin: str, until: float) -> int:
    frontier, number = Frontier(), 0
    while time.perf_counter() < until:
        before = (frontier.size, frontier.dump())
        leaf = sha256(b"%d" % number).digest()
        frontier.append(leaf)
        signer.sign(origin, frontier.size, frontier.root(), growth(*before, [leaf]))
        number += 1
    return number


def _rate(signer: Signer, seconds: float, rooms: str) -> float:
    start = time.perf_counter()
    return _sign_for(signer, f"in.example/{rooms}/IN/record", start + seconds) / (time.perf_counter() - start)


def measure(seconds: float = 2.0) -> dict[str, float]:
    """Signatures a second, and for comparison appends of 150 bytes with fdatasync a second on the same disk."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        create_node_keys(folder, side="IN", domain="in.example")
        create_ledger(folder / SIGNER_FOLDER)
        result = {}
        inside = InProcessSigner(folder)
        result["in process"] = _rate(inside, seconds, "inside")
        inside.close()
        outside = start_signer(folder)
        result["own process"] = _rate(outside, seconds, "outside")
        clients = [start_signer(folder) for _ in range(4)]
        totals: list[float] = []
        workers = [threading.Thread(target=lambda c=c, n=n: totals.append(_rate(c, seconds, f"c{n}"))) for n, c in enumerate(clients)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        result["own process, 4 connections"] = sum(totals)
        for client in (*clients, outside):
            client.close()
        result["bare append and sync"] = _bare(folder / "bare", seconds)
        return result


def _bare(path: Path, seconds: float) -> float:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    start, number = time.perf_counter(), 0
    while time.perf_counter() < start + seconds:
        os.write(file, bytes(150))
        os.fdatasync(file)
        number += 1
    os.close(file)
    return number / (time.perf_counter() - start)


if __name__ == "__main__":
    for what, rate in measure().items():
        print(f"{what:30} {rate:10,.0f}/s")
