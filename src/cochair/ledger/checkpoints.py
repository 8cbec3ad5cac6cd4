"""Checkpoints, c2sp.org/tlog-checkpoint without extension lines: the text of the note that says how far a log has come.

Three lines, each ended by a newline: the origin; the size in decimal; the root hash in base64. Read strictly: no sign, no leading zero, size within
0 .. 2**63 - 1, canonical base64 of 32 bytes, the empty log has the empty root. ``Checkpoint.parse(text).text() == text``.
"""

import base64
import re
from typing import NamedTuple, Self

from cochair.kit.errors import Rejected
from cochair.ledger.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE
from cochair.ledger.notes import check_name, decode_base64

_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


class Checkpoint(NamedTuple):
    """How far a log has come. ``root`` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed; raises `Rejected` on a checkpoint that cannot be."""
        check_name(self.origin)
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE or (self.size == 0 and self.root != EMPTY_ROOT):
            raise Rejected(f"There is no checkpoint of {self.size} entries with this root")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint of exactly this text; raises `Rejected`."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise Rejected("The text is not a checkpoint: origin, size and root, a line each")
        checkpoint = cls(match[1], int(match[2]), decode_base64(match[3]))
        if checkpoint.text() != text:
            raise Rejected("The checkpoint is not in its canonical form")
        return checkpoint
