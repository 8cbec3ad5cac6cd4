"""The child process: it answers, it refuses, and nothing that hostile bytes may do there reaches the node."""

import os
import socket
import time

import pytest

from cochair.paper import sandbox
from cochair.paper.reasons import Reason, Refused
from cochair.paper.sandbox import run_limited


def lengths(data, more=0):
    return {"length": len(data), "more": more}


def refuse(data):
    raise Refused(Reason.CMS, at=len(data))


def spin(data):
    while True:
        data = data[::-1]


def swallow(data):
    return len(bytearray(1024 * 1024 * 1024))


def crash(data):
    os.abort()


def escape(data):
    """What of the outer world can still be reached."""
    reached = []
    for name, attempt in (
        ("file", lambda: open("/etc/hostname", "rb").close()),  # noqa: PTH123
        ("write", lambda: open("/tmp/cochair-escaped", "wb").close()),  # noqa: PTH123
        ("socket", lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        ("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    ):
        try:
            attempt()
            reached.append(name)
        except OSError:
            pass
    return {"reached": reached, "environment": sorted(k for k in os.environ if k != "LC_CTYPE")}


def test_the_answer_comes_back():
    assert run_limited(lengths, b"abc", more=4) == {"length": 3, "more": 4}


def test_a_refusal_keeps_its_reason():
    with pytest.raises(Refused) as caught:
        run_limited(refuse, b"abc")
    assert (caught.value.reason, caught.value.at) == (Reason.CMS, 3)


@pytest.mark.parametrize("function", [swallow, crash])
def test_a_child_that_fails_means_invalid(function):
    with pytest.raises(Refused) as caught:
        run_limited(function, b"abc")
    assert caught.value.reason is Reason.LIMITS


def test_a_child_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 1)  # here only the clock: the child has its own limit of processor time
    start = time.monotonic()
    with pytest.raises(Refused) as caught:
        run_limited(spin, b"abc")
    assert caught.value.reason is Reason.LIMITS
    assert time.monotonic() - start < 5


def test_the_child_reaches_neither_files_nor_network_nor_our_environment(monkeypatch):
    monkeypatch.setenv("COCHAIR_SECRET", "planted")
    assert run_limited(escape, b"") == {"reached": [], "environment": []}
