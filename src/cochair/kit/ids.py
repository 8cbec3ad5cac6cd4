"""Names of joint things and of logs.

- A joint thing is named by the entry that introduced it: ``SIDE/LOG/SEQ``, e.g. ``IN/record/12``. A leading zero or sign is refused.
- ``LOG`` is ``record``, or ``w-<SIDE>-<SEQ>``: the working log of the instrument introduced as ``SIDE/record/SEQ``; begun anew by both Sides, or after both destroyed
  it, ``w-<SIDE>-<SEQ>-<TURN>`` with turn 2, 3, ... 99.
- The origin of a log, its name in checkpoints: ``<node domain>/<room slug>/<SIDE>/<LOG>``, e.g. ``in.example/c7/IN/record``.
- ``self`` is the subject of the entry that introduces a thing.
- A person is a random name of 32 hex digits: it says nothing, and can outlive the erasure of all that is known of him.
"""

import re
import secrets
from typing import NamedTuple

from cochair.kit.errors import Rejected

SELF = "self"
RECORD = "record"

_SIDE = r"[A-Z][A-Z0-9]{1,7}"
_NUMBER = r"(?:0|[1-9][0-9]{0,14})"
_TURN = r"(?:[2-9]|[1-9][0-9])"
_LOG = rf"(?:record|w-{_SIDE}-{_NUMBER}(?:-{_TURN})?)"
_ID = re.compile(rf"({_SIDE})/({_LOG})/({_NUMBER})")
_WORKING = re.compile(rf"w-({_SIDE})-({_NUMBER})(?:-({_TURN}))?")
_DOMAIN = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
_ORIGIN = re.compile(rf"({_DOMAIN})/({_SLUG})/({_SIDE})/({_LOG})")
_SIDE_ALONE = re.compile(_SIDE)
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Id(NamedTuple):
    """The parts of ``SIDE/LOG/SEQ``."""

    side: str
    log: str
    seq: int

    def __str__(self) -> str:
        return f"{self.side}/{self.log}/{self.seq}"


class Origin(NamedTuple):
    """The parts of a log's origin."""

    domain: str
    slug: str
    side: str
    log: str

    def __str__(self) -> str:
        return f"{self.domain}/{self.slug}/{self.side}/{self.log}"


def parse_id(text: str) -> Id:
    """``"IN/record/12" -> Id``; raises `Rejected`."""
    match = _ID.fullmatch(text)
    if match is None:
        raise Rejected("{text!r} is not the name of an entry", "It looks like IN/record/12", text=text[:60])
    return Id(match[1], match[2], int(match[3]))


def parse_origin(text: str) -> Origin:
    """``"in.example/c7/IN/record" -> Origin``; raises `Rejected`."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        raise Rejected("{text!r} is not the name of a log", "It looks like in.example/c7/IN/record", text=text[:60])
    return Origin(*match.groups())


def is_side(text: str) -> bool:
    """Whether the text can be a Side's code."""
    return _SIDE_ALONE.fullmatch(text) is not None


def check_side(text: str) -> str:
    """A Side's code (two to eight capital letters or digits, a letter first), given back; raises `Rejected`."""
    if not is_side(text):
        raise Rejected("{text!r} is not the code of a Side", "Use a code as IN, RU or EU", text=text[:20])
    return text


def working_log(instrument: str, turn: int = 1) -> str:
    """The log in which an instrument is negotiated: ``"IN/record/7" -> "w-IN-7"``, of a later turn ``"w-IN-7-2"``; raises `Rejected` on one not of the record."""
    parts = parse_id(instrument)
    if parts.log != RECORD:
        raise Rejected("{instrument} was not introduced in the record, so it has no working log", instrument=instrument)
    if not 1 <= turn <= 99:
        raise Rejected("The working papers of {instrument} were begun anew too often", "Introduce it again", instrument=instrument)
    return f"w-{parts.side}-{parts.seq}" + (f"-{turn}" if turn > 1 else "")


def instrument_of(log: str) -> str:
    """The instrument of a working log: ``"w-IN-7" -> "IN/record/7"``; raises `Rejected`."""
    match = _working(log)
    return f"{match[1]}/{RECORD}/{match[2]}"


def turn_of(log: str) -> int:
    """Which working log of its instrument this is: 1 for the first; raises `Rejected`."""
    return int(_working(log)[3] or 1)


def _working(log: str) -> re.Match[str]:
    match = _WORKING.fullmatch(log)
    if match is None:
        raise Rejected("{log!r} is not a working log", log=log[:40])
    return match


def check_hex(text: str, size: int) -> str:
    """Lower-case hex of ``size`` bytes, given back; raises `Rejected`."""
    if len(text) != 2 * size or _HEX.fullmatch(text) is None:
        raise Rejected("{text!r} is not {size} bytes in hex", text=text[:70], size=size)
    return text


def new_person() -> str:
    """A fresh random name of a person, 32 hex digits."""
    return secrets.token_hex(16)
