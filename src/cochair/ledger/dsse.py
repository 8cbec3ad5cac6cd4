"""What a person signs: DSSE envelopes (`docs/formats/dsse.md`; secure-systems-lab/dsse), and the suites of keys.

Signed bytes (PAE): ``"DSSEv1 " || len(type) || " " || type || " " || len(payload) || " " || payload``, lengths in decimal.
An envelope is canonical JSON ``{"payload": base64, "payloadType": …, "signatures": [{"keyid": …, "sig": base64}, …]}``, at most 1 MiB and 16 signatures.
A key is a suite and its bytes; its id is the SHA-256 of the bytes in hex. There is no negotiation: the suite stands beside the key where it was
registered, never in the envelope.

| suite | key bytes | signature |
|---|---|---|
| ed25519 | 32 bytes | 64 bytes, by the rule of `ed25519` |
| ecdsa-p256 | compressed point, 33 bytes | ECDSA, SHA-256, DER |
| rsa | DER SubjectPublicKeyInfo, 2048 to 4096 bits, exponent 65537 | PKCS #1 v1.5, SHA-256 |
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger import ed25519
from cochair.ledger.notes import MAX_SIGNATURES, decode_base64

ED25519 = "ed25519"
ECDSA_P256 = "ecdsa-p256"
RSA = "rsa"
SUITES = (ED25519, ECDSA_P256, RSA)
ENVELOPE_LIMIT = 1024 * 1024

_RSA_BITS = range(2048, 4097)
_RSA_EXPONENT = 65537
_RSA_DER_LIMIT = 600
_MEMBERS = {"payload", "payloadType", "signatures"}


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


class PublicKey(NamedTuple):
    """A public key of a suite. Make one from foreign bytes with `public_key`, which checks them."""

    suite: str
    data: bytes

    @property
    def id(self) -> str:
        """SHA-256 of the key bytes, 64 hex digits."""
        return hashlib.sha256(self.data).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise `Rejected` unless the signature holds."""
        try:
            if self.suite == ED25519:
                ed25519.verify(self.data, message, signature)
            elif self.suite == ECDSA_P256:
                ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.data).verify(signature, message, ec.ECDSA(SHA256()))
            else:
                _load_rsa(self.data).verify(signature, message, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            raise Rejected("The signature does not hold") from None


def public_key(suite: str, data: bytes) -> PublicKey:
    """The key of these bytes, if it may be registered; raises `Rejected` on any other form, size or curve."""
    if suite == ED25519:
        ed25519.check_public(data)
    elif suite == ECDSA_P256:
        if len(data) != 33 or data[0] not in {2, 3}:
            raise Rejected("The P-256 key is not a compressed point of 33 bytes")
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
        except ValueError:
            raise Rejected("The P-256 key is not a point of the curve") from None
    elif suite == RSA:
        _load_rsa(data)
    else:
        raise Rejected(f"The program knows no signature suite {suite[:40]!r}", "Use one of " + ", ".join(SUITES))
    return PublicKey(suite, data)


def accepts_rsa(key: rsa.RSAPublicKey) -> bool:
    """Whether an RSA key may be used here: 2048 to 4096 bits, exponent 65537."""
    return key.key_size in _RSA_BITS and key.public_numbers().e == _RSA_EXPONENT


def _load_rsa(data: bytes) -> rsa.RSAPublicKey:
    try:
        key = load_der_public_key(data) if len(data) <= _RSA_DER_LIMIT else None
    except (ValueError, UnsupportedAlgorithm, InternalError):
        key = None
    if not isinstance(key, rsa.RSAPublicKey) or not accepts_rsa(key):
        raise Rejected("The RSA key is not one of 2048 to 4096 bits with exponent 65537")
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != data:
        raise Rejected("The RSA key is not in its canonical form")
    return key


class Signs(Protocol):
    """Whoever signs: a private key in memory, or in a token."""

    public: PublicKey

    def sign(self, message: bytes) -> bytes:
        """Signature of a message in the suite's form."""
        ...


class PrivateKey:
    """A private key in memory, on the signer's own machine; never on a node."""

    def __init__(self, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        self._key = key
        public = key.public_key()
        if isinstance(key, Ed25519PrivateKey):
            self.public = public_key(ED25519, public.public_bytes(Encoding.Raw, PublicFormat.Raw))
        elif isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            self.public = public_key(ECDSA_P256, public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
        elif isinstance(key, rsa.RSAPrivateKey):
            self.public = public_key(RSA, public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        else:
            raise Rejected("The key is of no suite that the program knows", "Use a key of one of " + ", ".join(SUITES))

    def sign(self, message: bytes) -> bytes:
        """Signature of a message in the suite's form; the same each time."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(message)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
        return self._key.sign(message, padding.PKCS1v15(), SHA256())

    def pem(self) -> bytes:
        """The key as unencrypted PKCS #8 PEM, for a file that only its owner can read."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_key(suite: str = ED25519) -> PrivateKey:
    """A fresh key; raises `Rejected` on an unknown suite."""
    if suite == ED25519:
        return PrivateKey(Ed25519PrivateKey.generate())
    if suite == ECDSA_P256:
        return PrivateKey(ec.generate_private_key(ec.SECP256R1()))
    if suite == RSA:
        return PrivateKey(rsa.generate_private_key(65537, 3072))
    raise Rejected(f"The program knows no signature suite {suite[:40]!r}", "Use one of " + ", ".join(SUITES))


def load_key(pem: bytes, password: bytes | None = None) -> PrivateKey:
    """The key in a PKCS #8 PEM file; raises `Rejected` on other bytes, a wrong password or an unknown suite."""
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):  # the last for an Ed448 key of 32 bytes
        raise Rejected("The key file cannot be read", "Give a PEM file of a private key, and its password if it has one") from None
    if not isinstance(key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Rejected("The key is of no suite that the program knows", "Use a key of one of " + ", ".join(SUITES))
    return PrivateKey(key)


class Opened(NamedTuple):
    """What an envelope holds, and whose known keys signed it."""

    payload: bytes
    signers: tuple[str, ...]
    """Key ids, in the order of the envelope."""


def envelope(payload_type: str, payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> bytes:
    """The bytes of an envelope from ``(key id, signature)`` pairs over `pae`; raises `Rejected`."""
    if not 1 <= len(signatures) <= MAX_SIGNATURES or len({keyid for keyid, _ in signatures}) != len(signatures):
        raise Rejected(f"An envelope holds 1 to {MAX_SIGNATURES} signatures, one a key")
    data = canonical.dumps(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [{"keyid": keyid, "sig": base64.b64encode(signature).decode()} for keyid, signature in signatures],
        }
    )
    if len(data) > ENVELOPE_LIMIT:
        raise Rejected(f"The envelope has {len(data)} bytes, more than the {ENVELOPE_LIMIT} allowed")
    return data


def sign(payload_type: str, payload: bytes, keys: Iterable[Signs]) -> bytes:
    """The envelope of a payload signed with each of the keys."""
    message = pae(payload_type, payload)
    return envelope(payload_type, payload, [(key.public.id, key.sign(message)) for key in keys])


def verify(data: bytes, payload_type: str, keys: Iterable[PublicKey]) -> Opened:
    """Open an envelope of this payload type that at least one of the keys signed and none refutes; raises `Rejected`.

    Signatures by other keys prove nothing and are passed over.
    """
    value = canonical.loads(data, limit=ENVELOPE_LIMIT)
    if type(value) is not dict or value.keys() != _MEMBERS or value["payloadType"] != payload_type:
        raise Rejected(f"The bytes are not an envelope of the type {payload_type}")
    payload = _bytes(value["payload"])
    pairs = [_pair(item) for item in value["signatures"]] if type(value["signatures"]) is list else []
    if envelope(payload_type, payload, pairs) != data:
        raise Rejected("The envelope is not in its canonical form")
    known = {key.id: key for key in keys}
    message = pae(payload_type, payload)
    signers = [keyid for keyid, _ in pairs if keyid in known]
    for keyid, signature in pairs:
        if keyid in known:
            known[keyid].verify(message, signature)
    if not signers:
        raise Rejected("None of the signatures is by a known key", "Check that the key is registered for this person")
    return Opened(payload, tuple(signers))


def _bytes(text: object) -> bytes:
    if type(text) is not str:
        raise Rejected("A member of the envelope is not base64")
    return decode_base64(text)


def _pair(item: object) -> tuple[str, bytes]:
    if type(item) is not dict or item.keys() != {"keyid", "sig"} or type(item["keyid"]) is not str:
        raise Rejected("A signature of the envelope is malformed")
    return item["keyid"], _bytes(item["sig"])
