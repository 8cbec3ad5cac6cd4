"""The one small tree of errors: each says what happened and, where a person can do something, the next step.

Raise these at a border (bytes, files, forms, network) and let no builtin exception through; translate them into a page, an exit status or a
line only where they are shown. Shape: ``CochairError(what, next_step)``; ``str()`` is ``"what. next_step"``.
"""


class CochairError(Exception):
    """Base of every error a user may see. ``what`` and ``next_step`` are plain sentences without a final full stop."""

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what, next_step)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}. {self.next_step}" if self.next_step else self.what


class Rejected(CochairError):
    """Bytes or text that break a format or carry a bad proof. Nothing of them may be used."""


class NotFound(CochairError):
    """The thing named does not exist here."""


class Denied(CochairError):
    """The person has no right to do this."""


class Conflict(CochairError):
    """The state has moved on since the person looked, or the act would contradict what stands."""


class NotHeld(CochairError):
    """Bytes are named, by digest or id, but this node does not hold them (not yet arrived, or erased)."""
