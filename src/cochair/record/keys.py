"""Key files: made, kept closed, read back. The formats stand in `docs/formats/keys.md`.

- A private key is one PEM file (PKCS#8, not encrypted, or encrypted by a passphrase for a person's), mode 0600, in a folder of mode 0700. A file that others
  may read, or that belongs to somebody else, is refused: a key that leaked is worse than a node that does not start.
- **Node keys**, in ``<node>/signer``: ``log.pem`` (Ed25519, signs heads of the record), ``cosign.pem`` (Ed25519, under one name only), ``exchange.pem``
  (X25519, from which MAC keys are derived); beside them ``public.json`` and the sign-ledger (`signer_ledger`). They are read by the signer process alone.
- **Root keys**: three Ed25519 keys of which two authorise a change of a log key; made in a folder that is then taken off the machine.
- **Person keys** never come to a node; they are made and used where the person signs, in a suite of `ledger.dsse`.
- A key is never overwritten. Published example keys are refused.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cochair.kit.canonical import dumps
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.kit.ids import check_hex, check_side
from cochair.ledger import dsse
from cochair.ledger.ed25519 import check_public
from cochair.ledger.macs import check_exchange_public
from cochair.ledger.notes import COSIGNATURE, check_name, vkey
from cochair.ledger.published import refuse_published

SIGNER_FOLDER = "signer"
ROOT_COUNT = 3
FILE_LIMIT = 16 * 1024

_RAW, _PEM = serialization.Encoding.Raw, serialization.Encoding.PEM
_PKCS8 = serialization.PrivateFormat.PKCS8
_NONE = serialization.NoEncryption()


class PublicKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public half of a node's keys, as ``public.json`` holds it: hex of 32 bytes each."""

    side: str
    domain: str
    log: str
    cosign: str
    exchange: str

    def log_vkey(self, origin: str) -> str:
        """The verifier key of one of this node's logs; the key is named as the log."""
        return vkey(origin, bytes.fromhex(self.log))

    @property
    def cosigner(self) -> str:
        """The one name under which this node cosigns."""
        return f"{self.domain}/mirror"

    def cosign_vkey(self) -> str:
        """The verifier key of this node's cosignatures."""
        return vkey(self.cosigner, bytes.fromhex(self.cosign), COSIGNATURE)


class NodeKeys(NamedTuple):
    """A node's private keys, 32 raw bytes each, and the public half."""

    public: PublicKeys
    log: bytes
    cosign: bytes
    exchange: bytes

    def __repr__(self) -> str:
        return f"NodeKeys({self.public!r}, private parts not shown)"


def create_node_keys(node: Path, *, side: str, domain: str) -> PublicKeys:
    """Make the three keys of a new node in ``<node>/signer``; raises `Conflict` if there are keys already."""
    check_side(side)
    check_name(domain)
    folder = _private_folder(node / SIGNER_FOLDER)
    log, cosign, exchange = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    public = PublicKeys(side, domain, _public_hex(log), _public_hex(cosign), _public_hex(exchange))
    for name, key in (("log", log), ("cosign", cosign), ("exchange", exchange)):
        write_private(folder / f"{name}.pem", key.private_bytes(_PEM, _PKCS8, _NONE))
    write_private(folder / "public.json", dumps(msgspec.to_builtins(public)))
    return public


def load_public_keys(node: Path) -> PublicKeys:
    """What ``<node>/signer/public.json`` says, checked; needs no private key."""
    path = node / SIGNER_FOLDER / "public.json"
    try:
        public = msgspec.json.decode(_read(path), type=PublicKeys)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{path} is damaged: {error}", "Restore it from the key backup") from None
    check_side(public.side)
    check_name(public.domain)
    check_public(refuse_published(bytes.fromhex(check_hex(public.log, 32))))
    check_public(refuse_published(bytes.fromhex(check_hex(public.cosign, 32))))
    check_exchange_public(refuse_published(bytes.fromhex(check_hex(public.exchange, 32))))
    if public.log == public.cosign:
        raise Rejected("The log key and the cosigning key are the same", "Make the node's keys anew")
    return public


def load_node_keys(node: Path) -> NodeKeys:
    """The private keys in ``<node>/signer``; raises `CochairError` if one is missing, readable by others, or not the one that ``public.json`` names."""
    public = load_public_keys(node)
    folder = node / SIGNER_FOLDER
    parts = []
    for name, kind in (("log", Ed25519PrivateKey), ("cosign", Ed25519PrivateKey), ("exchange", X25519PrivateKey)):
        path = folder / f"{name}.pem"
        key = _load_pem(read_private(path), path)
        if not isinstance(key, kind) or _public_hex(key) != getattr(public, name):
            raise Rejected(f"{path} is not the key that public.json names", "Restore both from the same key backup")
        parts.append(key.private_bytes(_RAW, serialization.PrivateFormat.Raw, _NONE))
    return NodeKeys(public, *parts)


def create_root_keys(folder: Path) -> list[str]:
    """Make ``root-1.pem`` .. ``root-3.pem`` in a folder of their own, for three custodians to take away; gives the three public keys in hex."""
    folder = _private_folder(folder)
    publics = []
    for number in range(1, ROOT_COUNT + 1):
        key = Ed25519PrivateKey.generate()
        write_private(folder / f"root-{number}.pem", key.private_bytes(_PEM, _PKCS8, _NONE))
        publics.append(_public_hex(key))
    return publics


def new_person_key(suite: str = dsse.ED25519, passphrase: bytes | None = None) -> bytes:
    """A new private key for one person, PEM (PKCS #8); encrypted if a passphrase is given. Raises `Rejected` on an unknown suite."""
    pem = dsse.new_key(suite).pem()
    if not passphrase:
        return pem
    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(_PEM, _PKCS8, serialization.BestAvailableEncryption(passphrase))


def read_person_key(path: Path, passphrase: bytes | None = None) -> dsse.PrivateKey:
    """The private key in a file of the person who signs; raises `CochairError` if others may read it, `Rejected` if it is no key of a known suite."""
    return dsse.load_key(read_private(path), passphrase)


def mandate_key(suite: str, public: str) -> dsse.PublicKey:
    """The public key that a mandate (`key` entry) binds to a person, from its hex; raises `Rejected` if it may not be registered."""
    return dsse.public_key(suite, refuse_published(bytes.fromhex(check_hex(public, len(public) // 2))))


def write_private(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 that must not exist yet, durably; raises `Conflict` or, on a full or closed disk, `CochairError`."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise Conflict(f"{path} exists already; a key is never overwritten", "Choose an empty folder") from None
    except OSError as error:
        raise _cannot("write", path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _cannot("write", path, error) from None


def read_private(path: Path) -> bytes:
    """Bytes of a private file; raises `CochairError` if others may read it or it belongs to another user."""
    return _read(path, closed=True)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_closed(path: Path, mode: int, owner: int) -> None:
    """Raise `CochairError` if group or others have any right on the file or folder, or it is not ours."""
    if mode & 0o077:
        raise CochairError(f"{path} is open to other users (mode {mode & 0o777:04o})", f"Close it: chmod go= {path}")
    if owner != os.geteuid():
        raise CochairError(f"{path} belongs to another user", "Run the node as the user who owns its keys")


def _read(path: Path, *, closed: bool = False) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if closed:
                check_closed(path, status.st_mode, status.st_uid)
            data = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no {path}", "Make the node's keys with: cochair node init, or restore the key backup") from None
    except OSError as error:
        raise _cannot("read", path, error) from None
    if len(data) > FILE_LIMIT:
        raise Rejected(f"{path} is too long for a key file")
    return data


def _private_folder(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise _cannot("make", folder, error) from None
    check_closed(folder, status.st_mode, status.st_uid)
    return folder


def _cannot(what: str, path: Path, error: OSError) -> CochairError:
    return CochairError(f"Cannot {what} {path}: {error.strerror}", "Check the disk and the owner of the folder")


def _public_hex(key: Any) -> str:
    raw: bytes = key.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw)
    return raw.hex()


def _load_pem(pem: bytes, name: Path) -> Any:
    try:
        return serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        raise Rejected(f"{name} is not a private key without a passphrase", "Restore it from the key backup") from None
