"""Time as the record writes it: RFC 3339, UTC, whole seconds, ``Z``. A claim for display; order comes from logs alone."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Protocol

from cochair.kit.errors import Rejected


class Clock(Protocol):
    """Where a node takes its time from."""

    def now(self) -> str:
        """The present time, e.g. ``2025-08-06T09:30:00Z``."""
        ...


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        self._last = (-1, "")

    def now(self) -> str:
        """The present time in UTC."""
        second = int(time())
        if self._last[0] != second:  # the text is made once a second
            self._last = (second, stamp(datetime.fromtimestamp(second, UTC)))
        return self._last[1]


class FixedClock:
    """A clock for tests and the demonstration: starts at ``start`` and moves ``step`` seconds with each reading."""

    def __init__(self, start: str, step: int = 1) -> None:
        self._next = parse(start)
        self._step = timedelta(seconds=step)

    def now(self) -> str:
        """The next time."""
        present = self._next
        self._next += self._step
        return stamp(present)

    def set(self, start: str) -> None:
        """Go to another time."""
        self._next = parse(start)


def stamp(moment: datetime) -> str:
    """``moment`` (with a zone) as text in UTC, seconds cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """The moment of a text in exactly this form; raises `Rejected` on any other."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None or stamp(moment) != text:
        raise Rejected("{text!r} is not a time in UTC", "Write it as 2025-08-06T09:30:00Z", text=text[:40])
    return moment
