r"""A change of a log key, by two of the three root keys of its Side (`docs/formats/key-change.md`).

A signed note of its own. Its text, a line each: ``cochair/key-change/v1``; room; origin of the record; size from which on the new key signs; root over these entries
(base64); verifier key of the new key, named as the log. The lines under it are of type 0x01, by root keys, each under the name ``<domain>/<SIDE>/root``.

 1. Two different root keys of the Side must have signed; a line by anybody else, or one that does not hold, refuses the note.
 2. Up to and with this size a checkpoint verifies under the key before, beyond it under the new key alone. Ends of validity are sizes, never dates.
 3. The changes of one log have growing sizes, and a key never comes back. Two different texts for one size prove that the root keys were misused.
 4. The root over the first entries stands in the note, so the quorum says which entries it lets stand, not only how many.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from cochair.kit.errors import Conflict, Rejected
from cochair.kit.ids import RECORD, check_hex, parse_origin
from cochair.ledger import notes
from cochair.ledger.ed25519 import check_public
from cochair.ledger.merkle import HASH_SIZE, MAX_SIZE
from cochair.ledger.published import refuse_published

DOMAIN = "cochair/key-change/v1"
ROOTS, QUORUM = 3, 2
MAX_CHANGES = 64
_TEXT = re.compile(rf"{DOMAIN}\n([0-9a-f]{{64}})\n([^\n]+)\n(0|[1-9][0-9]{{0,18}})\n([A-Za-z0-9+/]{{43}}=)\n([^\n]+)\n")


class KeyChange(NamedTuple):
    """From ``size`` entries on, over which stands ``root`` (32 bytes), the log ``origin`` of ``room`` is signed with ``key`` (verifier key)."""

    room: str
    origin: str
    size: int
    root: bytes
    key: str

    @property
    def public(self) -> bytes:
        """The new key, 32 bytes."""
        return notes.parse_vkey(self.key)[1]

    def text(self) -> str:
        """The text that root keys sign; raises `Rejected` on a change that cannot be."""
        check_hex(self.room, 32)
        if parse_origin(self.origin).log != RECORD:
            raise Rejected(f"{self.origin} is not a record: only the key of a record is changed")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise Rejected(f"A key does not change at {self.size} entries")
        name, public = notes.parse_vkey(self.key)
        refuse_published(public)
        if name != self.origin:
            raise Rejected(f"The new key is named {name}, not {self.origin}", "A log's key is named as the log")
        root = base64.b64encode(self.root).decode()
        return f"{DOMAIN}\n{self.room}\n{self.origin}\n{self.size}\n{root}\n{self.key}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The change of exactly this text; raises `Rejected`."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise Rejected("The text is not a change of a log key", "Take the file that `cochair keys request` wrote")
        change = cls(match[1], match[2], int(match[3]), notes.decode_base64(match[4]), match[5])
        if change.text() != text:
            raise Rejected("The change of the key is not in its canonical form")
        return change


def root_name(origin: str) -> str:
    """The name under which the root keys of a log's Side sign."""
    parts = parse_origin(origin)
    return f"{parts.domain}/{parts.side}/root"


def check_roots(roots: Sequence[str]) -> list[bytes]:
    """The three root keys of a Side from their hex; raises `Rejected` unless they are three different keys that may be registered."""
    if len(roots) != ROOTS or len(set(roots)) != ROOTS:
        raise Rejected(f"There must be {ROOTS} different root keys", "Take the public file of the ceremony")
    return [check_public(refuse_published(bytes.fromhex(check_hex(root, 32)))) for root in roots]


def claimed(note: bytes | str) -> KeyChange:
    """What a note says, nobody's signature checked; raises `Rejected`."""
    return KeyChange.parse(notes.split_note(note.encode() if isinstance(note, str) else note)[0])


def open_change(note: bytes | str, roots: Sequence[str]) -> KeyChange:
    """The change that two of these root keys (hex) signed; raises `Rejected`."""
    data = note.encode() if isinstance(note, str) else note
    change = claimed(data)
    name = root_name(change.origin)
    verifiers = {public: notes.Verifier(notes.vkey(name, public)) for public in check_roots(roots)}
    opened = notes.open_note(data, verifiers.values())
    if opened.others:
        raise Rejected("The note carries a signature that is by no root key of the Side", "Have it signed by the custodians alone")
    if len(opened.verified) < QUORUM:  # a note holds one line a key, so these are different keys
        raise Rejected(f"Only {len(opened.verified)} root key signed", f"{QUORUM} of {ROOTS} custodians must sign")
    if change.public in verifiers:
        raise Rejected("The new key is one of the root keys", "Make a new log key: cochair keys next")
    return change


class LogKeys(NamedTuple):
    """The keys of one log by size: ``first`` (verifier key named as the log), then the changes, their sizes growing."""

    first: str
    changes: tuple[KeyChange, ...] = ()

    def at(self, size: int) -> str:
        """The verifier key under which a checkpoint of this size stands."""
        return next((change.key for change in reversed(self.changes) if change.size < size), self.first)

    @property
    def newest(self) -> str:
        """The key that signs now."""
        return self.changes[-1].key if self.changes else self.first

    @property
    def all(self) -> tuple[str, ...]:
        """Every key, in order."""
        return (self.first, *(change.key for change in self.changes))

    def ended(self, text: str, lines: Iterable[notes.SignatureLine], size: int) -> bool:
        """Whether a key of this log that does not stand at this size signed the text none the less."""
        for key in set(self.all) - {self.at(size)}:
            verifier = notes.Verifier(key)
            for line in lines:
                if (line.name, line.key_id) == (verifier.name, verifier.key_id):
                    try:
                        verifier.verify(text, line.blob)
                    except Rejected:
                        continue
                    return True
        return False

    def with_change(self, change: KeyChange) -> "LogKeys":
        """The keys with one change more (itself, if it is known). Raises `Conflict` if another stands at its size, `Rejected` if it cannot follow."""
        for known in self.changes:
            if known == change:
                return self
            if known.size == change.size:
                raise Conflict(
                    f"Two different changes of the key of {change.origin} at {change.size} entries", "The root keys were misused"
                )
        if self.changes and change.size < self.changes[-1].size:
            raise Conflict(
                f"The key of {change.origin} was changed at {self.changes[-1].size} entries already, beyond the {change.size} of this change",
                "The root keys were misused, or an old note was sent again",
            )
        if change.origin != notes.parse_vkey(self.first)[0]:
            raise Rejected(f"The change is of {change.origin}, another log")
        if change.key in self.all:
            raise Rejected(f"The new key of {change.origin} has signed this log before", "Make a new log key: cochair keys next")
        if len(self.changes) >= MAX_CHANGES:
            raise Rejected(f"The key of {change.origin} was changed {MAX_CHANGES} times", "Found a new room")
        return self._replace(changes=(*self.changes, change))
