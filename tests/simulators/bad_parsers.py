"""Parsers with a fault each, to see that `fuzz` finds them: `fuzz(…, module="tests.simulators.bad_parsers")`."""

import os

from tests.simulators.parsers import PARSERS, Parser


def _crash(data: bytes) -> None:
    if len(data) % 5 == 1:
        os._exit(9)


def _hang(data: bytes) -> None:
    while len(data) % 5 == 1:
        pass


def _greedy(data: bytes) -> None:
    if len(data) % 5 == 1:
        bytearray(1 << 31)


def _other(data: bytes) -> None:
    if len(data) % 5 == 1:
        raise KeyError(data[:1])


FAULTS = {"bad-crash": _crash, "bad-hang": _hang, "bad-greedy": _greedy, "bad-other": _other}
PARSERS.update({name: lambda read=read: Parser(read, (b"SPECIMEN",)) for name, read in FAULTS.items()})  # type: ignore[misc]
