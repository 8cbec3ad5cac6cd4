"""Key files: made, kept closed, read back. The formats stand in `docs/formats/keys.md`.

- A private key is one PEM file (PKCS#8, not encrypted, or encrypted by a passphrase for a person's), mode 0600, in a folder of mode 0700. A file that others
  may read, or that belongs to somebody else, is refused: a key that leaked is worse than a node that does not start.
- **Node keys**, in ``<node>/signer``: ``log.pem`` (Ed25519, signs heads of the record) and, once it was changed, ``log-<public>.pem``; ``cosign.pem``
  (Ed25519, under one name only); ``exchange.pem`` (X25519, from which MAC keys are derived); of these two, once renewed (`renew_keys`), also
  ``cosign-<public>.pem`` and ``exchange-<public>.pem``; beside them ``public.json`` and the sign-ledger (`signer_ledger`).
  They are read by the signer process alone, and may be encrypted under ``COCHAIR_SIGNER_PASSPHRASE``. A key may be in a token instead (`token`): then
  ``<name>.token`` stands in the place of ``<name>.pem``.
- **Root keys** (`roots`) never come to a node.
- **Person keys** never come to a node; they are made and used where the person signs, in a suite of `ledger.dsse`.
- A key is never overwritten. Published example keys are refused.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cochair.kit.canonical import dumps
from cochair.kit.errors import Conflict, NotFound, Rejected
from cochair.kit.ids import RECORD, check_hex, check_side, parse_origin
from cochair.ledger import dsse
from cochair.ledger.ed25519 import Ed25519Signer, SigningKey, check_public, verify
from cochair.ledger.macs import check_exchange_public
from cochair.ledger.notes import COSIGNATURE, check_name, vkey
from cochair.ledger.published import refuse_published
from cochair.record.closed import cannot, check_closed, read_file, read_private
from cochair.record.token import Token, TokenRef, TokenSettings

SIGNER_FOLDER = "signer"
PASSPHRASE = "COCHAIR_SIGNER_PASSPHRASE"  # noqa: S105 -- the name of a variable

_RAW, _PEM = serialization.Encoding.Raw, serialization.Encoding.PEM
_PKCS8 = serialization.PrivateFormat.PKCS8
_NONE = serialization.NoEncryption()


class PublicKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The public half of a node's keys, as ``public.json`` holds it: hex of 32 bytes each."""

    side: str
    domain: str
    log: str
    cosign: str
    exchange: str
    older: dict[str, str] = {}
    """Record -> its first key, where that is not `log`, which new rooms begin with."""
    older_cosign: list[str] = []
    older_exchange: list[str] = []
    """Keys before `cosign` and `exchange`, oldest first; a room uses those that its terms name."""

    def first_key(self, origin: str) -> str:
        """The key with which a log of this node began, hex."""
        return self.older.get(str(parse_origin(origin)._replace(log=RECORD)), self.log) if self.older else self.log

    def log_vkey(self, origin: str) -> str:
        """The verifier key with which one of this node's logs began; the key is named as the log."""
        return vkey(origin, bytes.fromhex(self.first_key(origin)))

    @property
    def cosigner(self) -> str:
        """The one name under which this node cosigns."""
        return f"{self.domain}/mirror"

    def cosign_vkey(self, key: str = "") -> str:
        """The verifier key of this node's cosignatures with the newest key, or an older one (hex)."""
        return vkey(self.cosigner, bytes.fromhex(key or self.cosign), COSIGNATURE)

    @property
    def cosigns(self) -> list[str]:
        """Every cosigning key, oldest first."""
        return [*self.older_cosign, self.cosign]

    @property
    def exchanges(self) -> list[str]:
        """Every exchange key, oldest first."""
        return [*self.older_exchange, self.exchange]


class NodeKeys(NamedTuple):
    """A node's private keys by their public half in hex. Those of exchange are 32 raw bytes; ``token``: where one is used."""

    public: PublicKeys
    logs: Mapping[str, SigningKey]
    cosigns: Mapping[str, SigningKey]
    exchanges: Mapping[str, bytes]
    token: Token | None = None

    @property
    def cosign(self) -> SigningKey:
        """The newest cosigning key."""
        return self.cosigns[self.public.cosign]

    @property
    def exchange(self) -> bytes:
        """The newest exchange key."""
        return self.exchanges[self.public.exchange]

    def __repr__(self) -> str:
        return f"NodeKeys({self.public!r}, private parts not shown)"


def create_node_keys(node: Path, *, side: str, domain: str, token: TokenSettings | None = None) -> PublicKeys:
    """Make the three keys of a new node in ``<node>/signer``, log and cosigning key in a token if one is given; raises `Conflict` if there are keys already."""
    check_side(side)
    check_name(domain)
    opened = Token(token) if token else None
    try:
        folder = private_folder(node / SIGNER_FOLDER)
        if token:
            write_private(folder / "token.json", dumps(msgspec.to_builtins(token)))
        log, cosign = (new_signing_key(folder, name, opened) for name in ("log", "cosign"))
    finally:
        if opened:
            opened.close()
    exchange = X25519PrivateKey.generate()
    write_private(folder / "exchange.pem", _pem(exchange))
    public = PublicKeys(side, domain, log, cosign, _public_hex(exchange))
    write_private(folder / "public.json", dumps(msgspec.to_builtins(public)))
    return public


def new_signing_key(folder: Path, name: str, token: Token | None) -> str:
    """Make an Ed25519 key, in ``<name>.pem`` or in the token, named in ``<name>.token`` -> its public half in hex. ``{}`` in the name: that public half."""
    if token is None:
        key = Ed25519PrivateKey.generate()
        public = _public_hex(key)
        write_private(folder / f"{name.format(public)}.pem", _pem(key))
        return public
    ref = token.new_ed25519(f"cochair {name.partition('-')[0]}")
    write_private(folder / f"{name.format(ref.public)}.token", dumps(msgspec.to_builtins(ref)))
    return ref.public


def open_token(folder: Path) -> Token | None:
    """The token of a node's signer folder, unlocked; None if it uses none."""
    path = folder / "token.json"
    return Token(_struct(path, TokenSettings)) if path.exists() else None


def signer_passphrase() -> bytes | None:
    """The passphrase under which a node's key files are encrypted, from the file or the variable that the settings name; None for none."""
    if path := os.environ.get(PASSPHRASE + "_FILE", ""):
        return read_private(Path(path)).split(b"\n", 1)[0].rstrip(b"\r") or None
    return os.environ.get(PASSPHRASE, "").encode() or None


def _pem(key: Any) -> bytes:
    passphrase = signer_passphrase()
    pem: bytes = key.private_bytes(_PEM, _PKCS8, serialization.BestAvailableEncryption(passphrase) if passphrase else _NONE)
    return pem


def load_public_keys(node: Path) -> PublicKeys:
    """What ``<node>/signer/public.json`` says, checked; needs no private key."""
    public = _struct(node / SIGNER_FOLDER / "public.json", PublicKeys)
    check_side(public.side)
    check_name(public.domain)
    for key in (public.log, *public.older.values(), *public.cosigns):
        check_public(refuse_published(bytes.fromhex(check_hex(key, 32))))
    for key in public.exchanges:
        check_exchange_public(refuse_published(bytes.fromhex(check_hex(key, 32))))
    if set(public.cosigns) & {public.log, *public.older.values()}:
        raise Rejected("The log key and the cosigning key are the same", "Make the node's keys anew")
    return public


def load_node_keys(node: Path) -> NodeKeys:
    """The private keys in ``<node>/signer``; raises `CochairError` if one is missing, readable by others, or not the one that it is named as.

    A key that was lost, or destroyed after its end, may be missing once another was made (`log_keys`, `renew_keys`): what only it could sign is not signed.
    """
    public = load_public_keys(node)
    folder = node / SIGNER_FOLDER
    token = open_token(folder)
    try:
        logs = load_log_keys(folder, public, token)
        cosigns, exchanges = load_renewed_keys(folder, public, token)
    except BaseException:
        if token:
            token.close()
        raise
    return NodeKeys(public, logs, cosigns, exchanges, token)


def load_renewed_keys(folder: Path, public: PublicKeys, token: Token | None) -> tuple[dict[str, SigningKey], dict[str, bytes]]:
    """Public key in hex -> cosigning key, and exchange key, of all that are in the signer's folder. The newest must be there; raises as `load_node_keys`."""
    cosigns, exchanges = dict[str, SigningKey](), dict[str, bytes]()
    for key in public.cosigns:
        name = _file_name("cosign", key, public.cosigns)
        if key == public.cosign or any((folder / f"{name}{ending}").exists() for ending in (".pem", ".token")):
            with _may_be_renewed(folder, "cosign"):
                cosigns[key] = _signing_key(folder, name, (key,), token)
    for key in public.exchanges:
        path = folder / f"{_file_name('exchange', key, public.exchanges)}.pem"
        if key == public.exchange or path.exists():
            with _may_be_renewed(folder, "exchange"):
                exchanges[key] = _exchange_key(path, key)
    return cosigns, exchanges


def _file_name(use: str, key: str, keys: Sequence[str]) -> str:
    """Name, without ending, of the file of one of the keys of one use: the first has none of its own."""
    return use if key == keys[0] else f"{use}-{key}"


@contextmanager
def _may_be_renewed(folder: Path, use: str) -> Iterator[None]:
    """Say of a key that is missing that another can be made."""
    try:
        yield
    except NotFound as error:
        how = f"Restore the key backup; if the key is lost: cochair keys renew {folder.parent} --{use}"
        raise NotFound(error.what, how) from None


def _exchange_key(path: Path, public: str) -> bytes:
    private = _load_pem(read_private(path), path)
    if not isinstance(private, X25519PrivateKey) or _public_hex(private) != public:
        raise Rejected(f"{path} is not the key that public.json names", "Restore both from the same key backup")
    return private.private_bytes(_RAW, serialization.PrivateFormat.Raw, _NONE)


def renew_keys(node: Path, *, cosign: bool = False, exchange: bool = False) -> PublicKeys:
    """Make a new cosigning key (where the old one is: file or token) or exchange key, or both, which new rooms begin with; the others go on as their terms say."""
    public = load_public_keys(node)
    folder = node / SIGNER_FOLDER
    if cosign:
        token = open_token(folder)
        try:
            made = new_signing_key(folder, "cosign-{}", token)
        finally:
            if token:
                token.close()
        public = msgspec.structs.replace(public, cosign=made, older_cosign=public.cosigns)
    if exchange:
        private = X25519PrivateKey.generate()
        made = _public_hex(private)
        write_private(folder / f"exchange-{made}.pem", _pem(private))
        public = msgspec.structs.replace(public, exchange=made, older_exchange=public.exchanges)
    replace_private(folder / "public.json", dumps(msgspec.to_builtins(public)))
    return public


def load_log_keys(folder: Path, public: PublicKeys, token: Token | None) -> dict[str, SigningKey]:
    """Public key in hex -> log key, of all that are in the signer's folder; raises as `load_node_keys`."""
    logs: dict[str, SigningKey] = {}
    later = sorted({path.stem for path in folder.glob("log-*") if path.suffix in (".pem", ".token")})
    for name in later:
        logs[name.removeprefix("log-")] = _signing_key(folder, name, (name.removeprefix("log-"),), token)
    if not later or any((folder / f"log{ending}").exists() for ending in (".pem", ".token")):
        first = _signing_key(folder, "log", (public.log, *public.older.values()), token)
        logs[first.public.hex()] = first
    return logs


def _signing_key(folder: Path, name: str, named: tuple[str, ...], token: Token | None) -> SigningKey:
    """The Ed25519 key of a file, or in the token. Raises `CochairError` if it is none of those `named` (hex)."""
    ref = folder / f"{name}.token"
    if token is not None and ref.exists():
        key: SigningKey = token.ed25519(_struct(ref, TokenRef))
        if key.public.hex() in named and _holds(key):
            return key
        raise Rejected(f"{ref} is not the key that public.json names", "Restore both from the same key backup, and use the same token")
    path = folder / f"{name}.pem"
    private = _load_pem(read_private(path), path)
    if not isinstance(private, Ed25519PrivateKey) or _public_hex(private) not in named:
        raise Rejected(f"{path} is not the key that public.json names", "Restore both from the same key backup")
    return Ed25519Signer(private.private_bytes(_RAW, serialization.PrivateFormat.Raw, _NONE))


def _holds(key: SigningKey) -> bool:
    """Whether a token signs with the key that it is said to hold."""
    challenge = b"cochair/token-check/v1\n" + os.urandom(32)
    try:
        verify(key.public, challenge, key.sign(challenge))
    except Rejected:
        return False
    return True


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
        raise cannot("write", path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise cannot("write", path, error) from None


def replace_private(path: Path, data: bytes) -> None:
    """Write a private file in the place of another, durably and at once."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    write_private(beside, data)
    os.replace(beside, path)  # noqa: PTH105 -- as everywhere in the record
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


S = TypeVar("S", bound=msgspec.Struct)


def _struct(path: Path, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(read_file(path), type=kind)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{path} is damaged: {error}", "Restore it from the key backup") from None


def private_folder(folder: Path) -> Path:
    """A folder of mode 0700, made if it is not there; raises `CochairError` if others may enter it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise cannot("make", folder, error) from None
    check_closed(folder, status.st_mode, status.st_uid)
    return folder


def _public_hex(key: Any) -> str:
    raw: bytes = key.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw)
    return raw.hex()


def _load_pem(pem: bytes, name: Path) -> Any:
    closed = b"ENCRYPTED PRIVATE KEY" in pem
    passphrase = signer_passphrase() if closed else None
    if closed and passphrase is None:
        raise Rejected(f"{name} is encrypted, and its passphrase is not given", f"Set {PASSPHRASE}_FILE or {PASSPHRASE}")
    try:
        return serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        what = "a private key that this passphrase opens" if closed else "a private key"
        raise Rejected(f"{name} is not {what}", "Restore it from the key backup") from None
