r"""Names of content that stands beside the logs (`docs/formats/paper.md`, `docs/formats/structural.md`).

- A paper (text, file, name of a person) is stored and served as ``salt || bytes``, erasable, and named by
  ``SHA-256("cochair/paper/v1\n" || salt[32] || u64be(length) || bytes)``: without the salt the name tells nothing about the bytes.
- Structural content (terms, manifests, schemas) is canonical JSON of at most 4 MiB, never erased, named by
  ``SHA-256("cochair/structural/v1\n" || bytes)``.
"""

import hashlib
import secrets

from cochair.kit import canonical
from cochair.kit.errors import Rejected

PAPER_DOMAIN = b"cochair/paper/v1\n"
STRUCTURAL_DOMAIN = b"cochair/structural/v1\n"
SALT_SIZE = 32
PAPER_LIMIT = 256 * 1024 * 1024
STRUCTURAL_LIMIT = canonical.STRUCTURAL_LIMIT


def new_salt() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(SALT_SIZE)


def paper_id(salt: bytes, data: bytes) -> str:
    """Id of a paper, 64 hex digits. Raises `Rejected` on a salt that is not 32 bytes, or a paper beyond 256 MiB."""
    if len(salt) != SALT_SIZE:
        raise Rejected(f"The salt of a paper has {len(salt)} bytes, not {SALT_SIZE}")
    if len(data) > PAPER_LIMIT:
        raise Rejected(f"The paper has {len(data)} bytes, more than the {PAPER_LIMIT} allowed", "Split the file")
    digest = hashlib.sha256(PAPER_DOMAIN + salt + len(data).to_bytes(8, "big"))
    digest.update(data)
    return digest.hexdigest()


def store_paper(salt: bytes, data: bytes) -> bytes:
    """The stored form of a paper: ``salt || data``."""
    paper_id(salt, b"")
    return salt + data


def open_paper(stored: bytes) -> tuple[bytes, bytes]:
    """Stored form -> ``(salt, data)``; raises `Rejected` on one too short or too long."""
    if not SALT_SIZE <= len(stored) <= SALT_SIZE + PAPER_LIMIT:
        raise Rejected("The stored paper is shorter than its salt or longer than allowed")
    return stored[:SALT_SIZE], stored[SALT_SIZE:]


def check_paper(stored: bytes, expected: str) -> bytes:
    """The data of a stored paper whose id must be ``expected``; raises `Rejected`."""
    salt, data = open_paper(stored)
    if paper_id(salt, data) != expected:
        raise Rejected(f"The paper does not have the id {expected[:16]}…", "Fetch it again")
    return data


def structural_digest(data: bytes) -> str:
    """Digest of structural content, 64 hex digits. Raises `Rejected` on more than 4 MiB."""
    if len(data) > STRUCTURAL_LIMIT:
        raise Rejected(f"The content has {len(data)} bytes, more than the {STRUCTURAL_LIMIT} allowed")
    return hashlib.sha256(STRUCTURAL_DOMAIN + data).hexdigest()


def structural_bytes(value: canonical.JSON) -> bytes:
    """The canonical bytes of structural content; raises `Rejected`."""
    data = canonical.dumps(value)
    structural_digest(data)
    return data


def open_structural(data: bytes, expected: str) -> canonical.JSON:
    """The value of structural bytes whose digest must be ``expected``; raises `Rejected`."""
    if structural_digest(data) != expected:
        raise Rejected(f"The content does not have the digest {expected[:16]}…", "Fetch it again")
    return canonical.loads(data, limit=STRUCTURAL_LIMIT)
