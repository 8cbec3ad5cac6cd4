"""The one small tree of errors: each says what happened and, where a person can do something, the next step.

Raise these at a border (bytes, files, forms, network) and let no builtin exception through; translate them into a page, an exit status or a
line only where they are shown. Shape: ``CochairError(what, next_step, **values)``; ``str()`` is ``"what. next_step"``.

A sentence that carries a value is written with a place for it, ``Conflict("Provision {no} is not settled", no="2.1")``: so its pattern can be looked up
in a catalogue, and the value put into the translation. A value may itself be `Words`, or a list of them.
"""

from collections.abc import Callable
from typing import Any, Self

TAGS = ("lang", "lang2")
"""Names of the values that are tags of languages."""


class Words(str):
    """A sentence with its values: as ``str`` the English one; ``pattern`` and ``values`` are what it was made of."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, Any]

    def __new__(cls, pattern: str, **values: Any) -> Self:
        made = super().__new__(cls, _filled(pattern, values, str))
        made.pattern, made.values = pattern, values
        return made

    def said(self, translate: Callable[[str], str], language: Callable[[str], str] = str) -> str:
        """The sentence with its pattern, and those of the sentences in it, looked up in a catalogue. ``language``: what a tag is called (the values `TAGS`)."""
        values = {name: language(value) if name in TAGS else value for name, value in self.values.items()}
        return _filled(
            translate(self.pattern), values, lambda value: value.said(translate, language) if isinstance(value, Words) else str(value)
        )


def _filled(pattern: str, values: dict[str, Any], one: Callable[[Any], str]) -> str:
    if not values:
        return pattern
    return pattern.format(
        **{name: "; ".join(map(one, value)) if isinstance(value, list | tuple) else one(value) for name, value in values.items()}
    )


class CochairError(Exception):
    """Base of every error a user may see. ``what`` and ``next_step`` are plain sentences without a final full stop."""

    def __init__(self, what: str, next_step: str = "", **values: Any) -> None:
        self.what = Words(what, **values) if values else what
        self.next_step = Words(next_step, **values) if values else next_step
        super().__init__(self.what, self.next_step)

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
