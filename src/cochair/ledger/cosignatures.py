r"""Cosignatures of checkpoints, c2sp.org/tlog-cosignature, Ed25519 (type 0x04): "I hold this log to this size, and saw it at this time".

Signed bytes: ``"cosignature/v1\ntime <seconds>\n" || checkpoint text``. In the note line, after the key id: ``u64be(seconds) || signature[64]``.
The key's name is not signed, so one key serves one name only; a cosigner's key is never a log's key. Seconds since 1970, from 1 to 2**63 - 1, no leading zero.
"""

from cochair.kit.errors import Rejected
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.ed25519 import SIGNATURE_SIZE, Ed25519Signer, SigningKey, verify
from cochair.ledger.merkle import MAX_SIZE
from cochair.ledger.notes import COSIGNATURE, SignatureLine, check_name, key_id, parse_vkey, vkey

_TIME_SIZE = 8


def cosigned_bytes(text: str, time: int) -> bytes:
    """The bytes that a cosigner signs; raises `Rejected` if ``text`` is not a checkpoint or the time is out of bounds."""
    Checkpoint.parse(text)
    if not 1 <= time <= MAX_SIZE:
        raise Rejected(f"{time} is not a time of a cosignature")
    return f"cosignature/v1\ntime {time}\n{text}".encode()


class Cosigner:
    """Cosigns checkpoints under one name."""

    def __init__(self, name: str, key: bytes | SigningKey) -> None:
        """`key`: the seed of 32 bytes, or a key that is elsewhere."""
        self.name = check_name(name)
        self._signer = Ed25519Signer(key) if isinstance(key, bytes) else key
        self.public = self._signer.public
        self.key_id = key_id(name, COSIGNATURE, self.public)
        self.vkey = vkey(name, self.public, COSIGNATURE)

    def sign(self, text: str, time: int) -> SignatureLine:
        """The signature line over a checkpoint's text, at ``time`` seconds since 1970."""
        signature = self._signer.sign(cosigned_bytes(text, time))
        return SignatureLine(self.name, self.key_id, time.to_bytes(_TIME_SIZE, "big") + signature)


class CosignatureVerifier:
    """Verifies type 0x04 under one vkey; usable in `notes.open_note` beside the log's verifier."""

    def __init__(self, vkey: str) -> None:
        self.vkey = vkey
        self.name, self.public = parse_vkey(vkey, COSIGNATURE)
        self.key_id = key_id(self.name, COSIGNATURE, self.public)

    def verify(self, text: str, blob: bytes) -> int:
        """The time of the cosignature in seconds since 1970 if it holds, else `Rejected`."""
        if len(blob) != _TIME_SIZE + SIGNATURE_SIZE:
            raise Rejected("The cosignature does not have 72 bytes")
        time = int.from_bytes(blob[:_TIME_SIZE], "big")
        verify(self.public, cosigned_bytes(text, time), blob[_TIME_SIZE:])
        return time
