"""libsodium's secretstream (XChaCha20-Poly1305) by the textbook, with a header that is given: so that vectors of sealed papers do not come from the code that they test."""

import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305

FINAL = 3


def _rounds(words: list[int]) -> list[int]:
    """Twenty rounds of ChaCha, without the final addition."""
    w = list(words)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for to, by, into, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                w[to] = (w[to] + w[by]) & 0xFFFFFFFF
                mixed = w[into] ^ w[to]
                w[into] = (mixed << turn | mixed >> (32 - turn)) & 0xFFFFFFFF
    return w


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """32-byte key, 16-byte nonce -> 32-byte key."""
    words = _rounds([*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)])
    return struct.pack("<8I", *words[:4], *words[12:])


def _chacha(key: bytes, nonce: bytes, block: int, data: bytes) -> bytes:
    return Cipher(algorithms.ChaCha20(key, struct.pack("<I", block) + nonce), None).encryptor().update(data)


def push(key: bytes, header: bytes, messages: list[bytes], bound: bytes) -> list[bytes]:
    """Ciphertexts of the messages in order, the last one tagged as final; ``bound`` is authenticated with each."""
    key, inner, found = hchacha20(key, header[:16]), header[16:24], []
    for number, message in enumerate(messages, 1):
        nonce = struct.pack("<I", number) + inner
        tag = _chacha(key, nonce, 1, bytes([FINAL if number == len(messages) else 0]) + bytes(63))
        text = _chacha(key, nonce, 2, message)
        mac = Poly1305(_chacha(key, nonce, 0, bytes(32)))
        mac.update(bound + bytes(-len(bound) % 16) + tag + text + bytes((16 - 64 + len(text)) % 16))
        mac.update(struct.pack("<QQ", len(bound), 64 + len(text)))
        seal = mac.finalize()
        inner = bytes(a ^ b for a, b in zip(inner, seal, strict=False))
        found.append(tag[:1] + text + seal)
    return found
