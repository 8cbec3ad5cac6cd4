"""All chance from one seed: salts, names of unfinished files, keys, and the machine's clock. With the order of sets fixed too (``PYTHONHASHSEED``) a run is the same again."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SECOND = 1_790_000_000


@contextmanager
def seeded(seed: object) -> Iterator[None]:
    """While this is in force, what the product draws at random is drawn from `seed`."""
    rng = random.Random(f"chance {seed}")
    real = secrets.token_bytes, secrets.token_hex, time.time, Ed25519PrivateKey.generate, X25519PrivateKey.generate
    secrets.token_bytes = lambda number=32: rng.randbytes(number)
    secrets.token_hex = lambda number=32: rng.randbytes(number).hex()
    time.time = lambda: float(SECOND)
    Ed25519PrivateKey.generate = staticmethod(lambda: Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)))  # type: ignore[method-assign]
    X25519PrivateKey.generate = staticmethod(lambda: X25519PrivateKey.from_private_bytes(rng.randbytes(32)))  # type: ignore[method-assign]
    try:
        yield
    finally:
        secrets.token_bytes, secrets.token_hex, time.time = real[:3]
        Ed25519PrivateKey.generate, X25519PrivateKey.generate = real[3:]  # type: ignore[method-assign]
