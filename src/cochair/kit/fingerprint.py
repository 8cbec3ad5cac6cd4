"""What people read to each other to know that they hold the same thing: forty decimal digits, the same in every script.

The last forty digits (132 bits) of the first 24 bytes of a SHA-256, in eight groups of five, the last group first.
"""

import hashlib

_GROUPS, _GROUP = 8, 10**5
DOMAIN = b"cochair/fingerprint/v1\n"


def fingerprint(data: bytes) -> str:
    """``"01234 56789 …"`` over the bytes of what is compared."""
    number = int.from_bytes(hashlib.sha256(DOMAIN + data).digest()[:24], "big")
    groups = []
    for _ in range(_GROUPS):
        number, group = divmod(number, _GROUP)
        groups.append(f"{group:05d}")
    return " ".join(groups)


def same(typed: str, wanted: str) -> bool:
    """Whether what a person typed is the fingerprint; spaces and dashes do not matter."""
    return "".join(character for character in typed if character.isdigit()) == wanted.replace(" ", "")
