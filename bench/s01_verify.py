"""S1: verify a whole log, on one core: its signed and cosigned checkpoint, the canonical form and place of every entry, every hash.

Beside it: `git log --format=%G?` (a signature a commit), `git fsck` (hashes alone; a commit and a file an entry, in a pack), and a
loop of C over libcrypto that hashes the same bytes and checks nothing else. One signature covers our log, one covers each commit: so there is a line with a
personal signature on each of our entries as well.

Rates are per second of processor, children included: the promise is about one core's work, and a busy machine distorts it least this way.
"""

import re
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from bench.measure import ROUNDS, NotHere, Row, compare, figure, in_turns, not_measured, run
from bench.peers import Git, c_loop, c_root
from bench.sample import Log, write_log
from cochair.ledger.dsse import new_key, pae
from cochair.ledger.tiles import bundle_decode

PERSONAL = "application/vnd.cochair.entry"


def _rate(size: int, work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return size / (time.process_time() - start)


def _personal(log: Log) -> Callable[[], None]:
    """The check of the log and of a personal Ed25519 signature over every entry."""
    key = new_key()
    messages = [pae(PERSONAL, data) for bundle in log.bundles() for data in bundle_decode(bundle)]
    signatures = [key.sign(message) for message in messages]

    def work() -> None:
        log.verify()
        entries = (data for bundle in log.bundles() for data in bundle_decode(bundle))
        for data, signature in zip(entries, signatures, strict=True):
            key.public.verify(pae(PERSONAL, data), signature)

    return work


def measure(folder: Path, *, size: int = 100_000, big: int = 1_000_000, commits: int = 100, rounds: int = ROUNDS) -> list[Row]:
    """The rows of S1. `size`, `big`: entries of the two logs; `commits`: signed commits; the bulk of unsigned ones and of personal signatures is a fifth."""
    log = write_log(folder / "log", size)
    few = write_log(folder / "few", max(size // 20, 1))
    signed = _personal(few)
    ways = {"ours": lambda: _alone(log)[0], "personal": lambda: _rate(few.size, signed)}
    missing: dict[str, NotHere] = {}
    sample = list(islice((data for bundle in log.bundles() for data in bundle_decode(bundle)), max(size // 5, 1)))
    try:
        git = Git(folder / "git")
        git.append([b"SPECIMEN entry %d" % number for number in range(commits)])
        bulk = Git(folder / "bulk")
        bulk.fill(sample)
        ways["git log"] = lambda: git.verify_signatures(commits)
        ways["git fsck"] = lambda: bulk.check_hashes(len(sample))
    except NotHere as error:
        missing["git log"] = missing["git fsck"] = error
    try:
        program = c_loop(folder)
        flat = folder / "flat"
        flat.write_bytes(b"".join(log.bundles()))
        root = log.root()

        def c_way() -> float:
            rate, found = c_root(program, flat)
            assert found == root, "the C loop hashes something else"
            return rate

        ways["C loop"] = c_way
    except NotHere as error:
        missing["C loop"] = error
    rates = in_turns(ways, rounds)
    rows = []
    for ours, name, what, at_least in (
        ("ours", "git log", "verify a whole log, entries/s, beside `git log --format=%G?`", 5000),
        ("ours", "git fsck", "verify a whole log, entries/s, beside `git fsck`", 10),
        ("ours", "C loop", "verify a whole log, entries/s, beside a C loop that only hashes", 0.2),
        ("personal", "git log", "the same with a personal signature on every entry, beside `git log --format=%G?`", 200),
    ):
        if name in missing:
            rows.append(not_measured("S1", what, f">= {at_least:,g}x", missing[name]))
        else:
            rows.append(compare("S1", what, rates[ours], rates[name], at_least))
    return rows + _growth(folder, log, big)


def _alone(log: Log) -> tuple[float, float]:
    """Rate, and peak of memory in MB, of a process that does nothing else, as a reader's would."""
    rate, peak = run(sys.executable, "-m", "bench.s01_verify", str(log.folder), str(log.size), log.log_key, log.cosign_key).split()
    return float(rate), float(peak)


def _growth(folder: Path, small: Log, big: int) -> list[Row]:
    """Memory and rate of a process of its own, at both sizes."""
    logs = [small, write_log(folder / "big", big)]
    seen: dict[int, list[tuple[float, float]]] = {log.size: [] for log in logs}
    for _ in range(3):
        for log in logs:
            seen[log.size].append(_alone(log))
    memory = max(peak for _, peak in seen[big])
    rates = {size: [rate for rate, _ in runs] for size, runs in seen.items()}
    ten = big >= 10_000_000
    return [
        figure("S1", f"memory at {big:,} entries, MB", memory, "<= 400 MB at 10,000,000", met=memory <= 400 if ten else None),
        compare("S1", f"grows linearly: entries/s at {big:,}, beside {small.size:,}", rates[big], rates[small.size], 0.85),
    ]


def _child(folder: str, size: str, log_key: str, cosign_key: str) -> None:
    log = Log(Path(folder), int(size), log_key, cosign_key)
    rate = _rate(log.size, log.verify)
    peak = re.search(
        r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()
    )  # getrusage would count what the parent held when it forked
    assert peak
    print(rate, int(peak[1]) / 1024)


if __name__ == "__main__":
    _child(*sys.argv[1:])
