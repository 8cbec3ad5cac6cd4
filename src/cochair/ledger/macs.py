r"""MAC lines on the checkpoints of working logs: the two nodes are sure of each other, and neither can prove to a third what the other once offered.

Key: X25519 between the two exchange keys of the terms, then HKDF-SHA256 (empty salt, 32 bytes) with
``info = "cochair/mac-key/v1\n" || room in hex || "\n" || origin || "\n" || lower public key || higher public key`` (compared as bytes).
MAC: ``HMAC-SHA256(key, "cochair/mac/v1\n" || checkpoint text)``, 32 bytes, in a note line named ``<origin>/mac/<SIDE of the peer>``, whose key id is
``SHA-256(name || "\n" || 0xff || "cochair/mac/v1\n")[:4]``: a type of our own, which foreign readers of notes pass over.
Both nodes derive the same key, so either could have made the line. Before a peer exists a node derives the key with its own public key.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cochair.kit.errors import Rejected
from cochair.kit.ids import check_hex, check_side, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.notes import SignatureLine, key_id

MAC_DOMAIN = b"cochair/mac/v1\n"
KEY_DOMAIN = b"cochair/mac-key/v1\n"
KEY_SIZE = 32
_UNASSIGNED = 0xFF
_PRIME = 2**255 - 19


def exchange_public(private: bytes) -> bytes:
    """The public exchange key of a private one, 32 bytes each."""
    return _private(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def check_exchange_public(public: bytes) -> bytes:
    """The key, given back, if it may stand in terms: 32 bytes, below the prime, not of small order; raises `Rejected`."""
    if len(public) != KEY_SIZE or int.from_bytes(public, "little") >= _PRIME:
        raise Rejected("The exchange key is not an X25519 public key in canonical form")
    _shared(bytes([64]) * KEY_SIZE, public)
    return public


def mac_key(private: bytes, peer_public: bytes, room: str, origin: str) -> bytes:
    """The key that both nodes derive for one log: own private exchange key, the peer's public one, room id in hex, origin of the log."""
    check_hex(room, 32)
    parse_origin(origin)
    check_exchange_public(peer_public)
    low, high = sorted((exchange_public(private), peer_public))
    info = KEY_DOMAIN + room.encode() + b"\n" + origin.encode() + b"\n" + low + high
    return HKDF(SHA256(), KEY_SIZE, salt=None, info=info).derive(_shared(private, peer_public))


def mac_name(origin: str, peer: str) -> str:
    """Name of the MAC line for a peer: ``<origin>/mac/<SIDE>``."""
    parse_origin(origin)
    return f"{origin}/mac/{check_side(peer)}"


def mac(key: bytes, text: str) -> bytes:
    """MAC of a checkpoint's text, 32 bytes; raises `Rejected` on a wrong key size or a text that is not a checkpoint."""
    if len(key) != KEY_SIZE:
        raise Rejected(f"The MAC key has {len(key)} bytes, not {KEY_SIZE}")
    Checkpoint.parse(text)
    return hmac.digest(key, MAC_DOMAIN + text.encode(), hashlib.sha256)


def mac_line(origin: str, peer: str, key: bytes, text: str) -> SignatureLine:
    """The line of a note that authenticates ``text`` to ``peer`` (a Side)."""
    return MacVerifier(origin, peer, key).sign(text)


class MacVerifier:
    """Makes and checks the MAC line for one peer; usable in `notes.open_note`."""

    def __init__(self, origin: str, peer: str, key: bytes) -> None:
        self.origin = origin
        self.name = mac_name(origin, peer)
        self.key_id = key_id(self.name, _UNASSIGNED, MAC_DOMAIN)
        self._key = key

    def sign(self, text: str) -> SignatureLine:
        """The MAC line of a checkpoint's text."""
        if Checkpoint.parse(text).origin != self.origin:
            raise Rejected("The checkpoint is of another log than the MAC key")
        return SignatureLine(self.name, self.key_id, mac(self._key, text))

    def verify(self, text: str, blob: bytes) -> int:
        """0 if the MAC holds, else `Rejected`. Whoever can verify could have made it."""
        if Checkpoint.parse(text).origin != self.origin or not hmac.compare_digest(mac(self._key, text), blob):
            raise Rejected("The MAC of the working checkpoint does not hold")
        return 0


def verify_mac(origin: str, peer: str, key: bytes, text: str, line: SignatureLine) -> None:
    """Raise `Rejected` unless ``line`` is the MAC line of ``text`` for ``peer``."""
    verifier = MacVerifier(origin, peer, key)
    if (line.name, line.key_id) != (verifier.name, verifier.key_id):
        raise Rejected("The line is not the MAC line of this log and peer")
    verifier.verify(text, line.blob)


def _private(private: bytes) -> X25519PrivateKey:
    if len(private) != KEY_SIZE:
        raise Rejected(f"The private exchange key has {len(private)} bytes, not {KEY_SIZE}")
    return X25519PrivateKey.from_private_bytes(private)


def _shared(private: bytes, public: bytes) -> bytes:
    try:
        return _private(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Rejected("The exchange key is of small order", "Make a new exchange key") from None
