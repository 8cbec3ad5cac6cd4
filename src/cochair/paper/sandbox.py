"""Hostile bytes (PDF, CMS, X.509, DOCX) are taken apart in a child process with limits; any failure there means that they are invalid.

The child gets the bytes on standard input and gives its answer as JSON on standard output. Limits: 5 s of processor and twice that of clock,
512 MiB of memory, no new files, no new descriptors (so no sockets) and no children once the function is imported; where the kernel allows
it, a network namespace of its own with nothing in it. It inherits no environment. What it prints besides the answer is dropped.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cochair.paper.reasons import Reason, Refused

SECONDS = 5
MEMORY = 512 * 1024 * 1024
ANSWER = 4 * 1024 * 1024
_CHILD = "from cochair.paper.sandbox import child; child()"


def run_limited(function: Callable[..., Any], data: bytes, **arguments: Any) -> Any:
    """``function(data, **arguments)`` in the child -> its answer as plain JSON values (Structs become objects).

    ``function`` is a function of a module, its arguments are JSON values. Raises Refused: with the child's own reason if it refused, with
    ``limits`` if it was stopped, failed, or gave no answer.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    head = json.dumps({"call": name, "arguments": arguments}).encode() + b"\n"
    command = [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {_CHILD}"]
    try:
        done = subprocess.run(
            command, input=head + data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=2 * SECONDS, check=False, env={}
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Refused(Reason.LIMITS, type(error).__name__) from error
    if done.returncode != 0 or len(done.stdout) > ANSWER:
        raise Refused(Reason.LIMITS)
    try:
        answer = json.loads(done.stdout)
        if "refused" in answer:
            raise Refused(Reason(answer["refused"]), at=int(answer.get("at", -1)))
        return answer["answer"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(Reason.LIMITS, "no answer") from error


def child() -> None:
    """Entry of the child process; leaves by exit status. Not for calling in a node."""
    import importlib
    import os

    import msgspec

    head = sys.stdin.buffer.readline()
    call = json.loads(head)
    module, _, qualname = call["call"].partition(":")
    function: Any = importlib.import_module(module)
    for part in qualname.split("."):
        function = getattr(function, part)
    warm = getattr(sys.modules[module], "warm", None)
    if warm is not None:
        warm()  # what the function imports when it is used, imported while files may still be opened
    data = sys.stdin.buffer.read()
    out = os.dup(1)
    _limit()
    try:
        answer = {"answer": msgspec.to_builtins(function(data, **call["arguments"]))}
    except Refused as refused:
        answer = {"refused": refused.reason.value, "at": refused.at}
    os.write(out, msgspec.json.encode(answer))
    os._exit(0)


def _limit() -> None:
    import ctypes
    import resource

    no_network = 0x40000000 | 0x10000000  # CLONE_NEWNET in a CLONE_NEWUSER, so that no right is needed; refused by some kernels
    ctypes.CDLL(None, use_errno=True).unshare(no_network)
    highest = max((int(fd.name) for fd in Path("/proc/self/fd").glob("*")), default=8)
    for what, limit in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, highest),
    ):
        resource.setrlimit(what, (limit, limit))
