"""``fuzz(parser, seed, seconds)``: hostile bytes for one parser. Nothing but the documented error (`CochairError` and its kin) may come out.

Each case follows from seed, parser and number alone, so that a find can be played again: ``case(parser, seed, number)``. Cases are good samples changed
with their structure in mind (`mutate`), the same signed again where a signature would hide what stands behind it, and raw bytes.
`fuzz` runs them in a child process: memory is bounded (``RLIMIT_AS``), and a case that takes more than five seconds of processor ends the child, as does a
crash; the case is then a find, and the next child goes on behind it. `run` does the same in this process, for the short form.
"""

import json
import mmap
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path

from cochair.kit.errors import CochairError
from tests.simulators import mutate
from tests.simulators.parsers import PARSERS, Parser

ROOT = Path(__file__).parents[2]
HANG = 5.0
MEMORY = 512 * 1024 * 1024
_SHOWN = 64 * 1024
_ENOUGH = 20
_NUMBER = struct.Struct("<q")


def case(parser: Parser, name: str, seed: int, number: int) -> bytes:
    """The bytes of one case."""
    rng = random.Random(f"{seed} {name} {number}")
    kind = rng.random()
    if kind < 0.04:
        return rng.randbytes(rng.choice((0, 1, 2, 31, 32, 33, 64, 300, 5000)))
    sample = rng.choice(parser.samples)
    if parser.wrap is not None and kind < 0.75:
        changed = mutate.mutate(rng, rng.choice(parser.inner), parser.tokens)
        try:
            return parser.wrap(changed)
        except CochairError:  # too long to be signed by our own hand
            return changed
    return mutate.mutate(rng, sample, parser.tokens)


def judge(parser: Parser, data: bytes) -> str:
    """``""`` if the parser took or refused the bytes as documented, else what came out."""
    try:
        parser.read(data)
    except CochairError as error:
        return "" if error.what.strip() else "an error without words"
    except Exception as error:
        where = _where(error)
        return f"{type(error).__name__}: {error!s:.200} {where}"
    return ""


def _where(error: BaseException) -> str:
    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "/cochair/" in file or "/tests/" in file:
            place = f"({file.rpartition('/')[2]}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place


def run(name: str, seed: int, cases: int, *, start: int = 0) -> dict[str, object]:
    """A number of cases in this process -> ``{"tried", "failed", "found"}``."""
    parser = PARSERS[name]()
    found = []
    for number in range(start, start + cases):
        data = case(parser, name, seed, number)
        if why := judge(parser, data):
            found.append(_found(number, why, data))
    return {"tried": cases, "failed": len(found), "found": found}


def fuzz(name: str, seed: int, seconds: float, *, hang: float = HANG, memory: int = MEMORY, module: str = "") -> dict[str, object]:
    """Cases for so many seconds of clock -> ``{"tried", "failed", "found"}``, where ``found`` has number, reason and bytes (base64) of the first finds.

    ``module``: one that adds parsers of its own to `parsers.PARSERS`, to try this harness.
    """
    deadline, start, tried, failed = time.monotonic() + seconds, 0, 0, 0
    found: list[dict[str, object]] = []
    with tempfile.TemporaryFile() as shared:
        shared.truncate(_NUMBER.size)
        mark = mmap.mmap(shared.fileno(), _NUMBER.size)
        while (left := deadline - time.monotonic()) > 0 and failed < _ENOUGH:
            mark[:] = _NUMBER.pack(start - 1)
            command = [sys.executable, "-m", "tests.simulators.fuzz", name, str(seed), str(start), str(left), str(hang), str(memory)]
            child = subprocess.Popen(
                [*command, str(shared.fileno()), module],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[shared.fileno()],
            )
            try:
                out, err = child.communicate(timeout=left + 60 + 12 * hang)
            except subprocess.TimeoutExpired:
                child.kill()
                out, err = child.communicate()
            lines = [json.loads(line) for line in out.splitlines()]
            last: int = _NUMBER.unpack(mark[:])[0]
            if last < start and child.returncode:
                raise RuntimeError(f"the child of {name} does not start: {err.decode(errors='replace')[-2000:]}")
            tried += last + 1 - start
            found += lines
            failed += len(lines)
            if child.returncode:
                failed += 1
                kind = (
                    "more than the time allowed" if -child.returncode in (signal.SIGPROF, signal.SIGKILL) else f"status {child.returncode}"
                )
                found.append({"number": last, "why": f"the child ended: {kind}", "data": ""})
            start = last + 1
        mark.close()
    for one in found:
        if not one["data"] and not module:
            one["data"] = _shown(case(PARSERS[name](), name, seed, int(str(one["number"]))))
    return {"tried": tried, "failed": failed, "found": found[:_ENOUGH]}


def _found(number: int, why: str, data: bytes) -> dict[str, object]:
    return {"number": number, "why": why, "data": _shown(data)}


def _shown(data: bytes) -> str:
    return b64encode(data[:_SHOWN]).decode()


def _child(name: str, seed: str, start: str, seconds: str, hang: str, memory: str, shared: str, module: str) -> None:
    import importlib

    if module:
        importlib.import_module(module)
    parser = PARSERS[name]()
    for sample in parser.samples[:1]:
        judge(parser, sample)  # what is imported late counts as no case's memory
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + int(memory), used + int(memory)))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    mark = mmap.mmap(int(shared), _NUMBER.size)
    number, deadline, finds = int(start), time.monotonic() + float(seconds), 0
    while time.monotonic() < deadline and finds < _ENOUGH:
        mark[:] = _NUMBER.pack(number)
        signal.setitimer(signal.ITIMER_PROF, float(hang))
        data = case(parser, name, int(seed), number)
        why = judge(parser, data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if why:
            finds += 1
            print(json.dumps(_found(number, why, data)), flush=True)
        number += 1


def main(arguments: list[str]) -> int:
    """``python -m tests.simulators.fuzz PARSER|all [SEED [SECONDS]]``: prints the finds."""
    name, seed, seconds = (*arguments, "0", "10")[0], (*arguments, "0")[1], (*arguments, "0", "10")[2]
    status = 0
    for each in PARSERS if name == "all" else [name]:
        result = fuzz(each, int(seed), float(seconds))
        print(f"{each:24} seed {seed}  tried {result['tried']}  failed {result['failed']}", flush=True)
        for one in result["found"]:  # type: ignore[attr-defined]
            print(f"    {one['number']}: {one['why']}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    if len(sys.argv) == 9:
        _child(*sys.argv[1:])
    else:
        sys.exit(main(sys.argv[1:]))
