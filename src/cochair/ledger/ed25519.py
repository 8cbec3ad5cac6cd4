"""Ed25519 by one written rule (`docs/formats/ed25519.md`), so that two programs never differ on what a log says.

Public key, checked once when it is registered (vkey, terms, mandate): 32 bytes, canonical, on the curve, in the prime-order subgroup, not the identity.
Signature ``R || S``, checked each time: 64 bytes; ``S < L``; ``R`` is not the identity; ``encode([S]B - [k]A) == R`` byte for byte, without the cofactor.
For a registered key this is what libsodium does, the identity included, which is asked for here as well (no test can tell); any other implementation has to be tried on the edge vectors before it stands beside it.
"""

from typing import Protocol

from nacl import bindings
from nacl.exceptions import BadSignatureError

from cochair.kit.errors import Rejected

SEED_SIZE = PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64
_IDENTITY = bytes([1]) + bytes(31)


def check_public(public: bytes) -> bytes:
    """The key, given back, if it may be registered; raises `Rejected`."""
    if len(public) != PUBLIC_SIZE or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise Rejected("The public key is not a point that Ed25519 keys are made of", "Make a new key")
    return public


class SigningKey(Protocol):
    """A private key, in memory or in a token. ``public``: 32 bytes."""

    public: bytes

    def sign(self, message: bytes) -> bytes:
        """Signature of 64 bytes."""
        ...


class Ed25519Signer:
    """A private key in memory."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise Rejected(f"The private key has {len(seed)} bytes, not {SEED_SIZE}")
        self.public, self._secret = bindings.crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes) -> bytes:
        """Signature of 64 bytes."""
        return bindings.crypto_sign(message, self._secret)[:SIGNATURE_SIZE]


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Raise `Rejected` unless the signature holds under a registered key (`check_public` is the caller's duty)."""
    if len(signature) != SIGNATURE_SIZE or signature[:32] == _IDENTITY or len(public) != PUBLIC_SIZE:
        raise Rejected("The signature does not hold")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except BadSignatureError:
        raise Rejected("The signature does not hold") from None
