"""Keys in a PKCS #11 token (a smart card, an HSM, SoftHSM): made there, used there, never read out.

- A node's token: ``<node>/signer/token.json`` names the vendor's library, the token's label and the file of the PIN; each key in it has a small file
  ``<name>.token`` (its id in the token and its public half) where a key file would stand. Only the signer process opens it.
- A person's token: `TokenPerson`, for `cochair sign --pkcs11`; the suite follows from the kind of key that the token holds.
- The PIN comes from a file or from ``COCHAIR_PIN``, and stands in no message, log or setting.

`python-pkcs11` is asked for only here, only when a token is used: install Cochair with the extra ``pkcs11``.
"""

import os
import secrets
from pathlib import Path
from typing import Any

import msgspec

from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.ledger import dsse
from cochair.ledger.ed25519 import PUBLIC_SIZE, SIGNATURE_SIZE, check_public
from cochair.record.closed import read_private

PIN = "COCHAIR_PIN"
_OID_ED25519 = bytes.fromhex("06032b6570")
_CARD = "Look whether the token is plugged in and its library is the vendor's"


class TokenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``signer/token.json``: path of the vendor's library, label of the token or number of its slot, path of the file with the PIN ("": from ``COCHAIR_PIN``)."""

    module: str
    token: str
    pin_file: str = ""


class TokenRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``<name>.token``: hex of the key's id in the token, hex of its public half (32 bytes)."""

    id: str
    public: str


def read_pin(pin_file: str) -> str:
    """The PIN from a file's first line, else from the environment. Raises `CochairError`; never says it."""
    if pin_file:
        return read_private(Path(pin_file)).decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")
    if pin := os.environ.get(PIN, ""):
        return pin
    raise CochairError("The token's PIN is not given", f"Put it into a file of mode 0600 and name that file, or set {PIN}")


class Token:
    """One token, unlocked for as long as this object lives. Errors are `CochairError`s that say nothing of the PIN."""

    def __init__(self, settings: TokenSettings) -> None:
        try:
            import pkcs11
        except ImportError:
            raise CochairError(
                "Tokens need the package python-pkcs11, which is not installed", "Install Cochair with its extra: pkcs11"
            ) from None
        self._p = pkcs11
        pin = read_pin(settings.pin_file)
        try:
            library = pkcs11.lib(settings.module)
            slots = [each for each in library.get_slots(token_present=True) if str(each.slot_id) == settings.token]
            found = slots[0].get_token() if slots else library.get_token(token_label=settings.token)
            try:
                self._session = found.open(rw=True, user_pin=pin)
            except pkcs11.exceptions.UserAlreadyLoggedIn:  # a token is unlocked for a whole process
                self._session = found.open(rw=True)
        except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.PinInvalid):
            raise Rejected(
                f"The token {settings.token} does not accept the PIN", "Mind that it locks itself after a few attempts"
            ) from None
        except pkcs11.exceptions.NoSuchToken:
            raise NotFound(f"{settings.module} shows no token {settings.token}", _CARD) from None
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
            raise CochairError(f"The token {settings.token} cannot be opened: {_why(error)}", _CARD) from None

    def close(self) -> None:
        """Lock it again."""
        self._session.close()

    def new_ed25519(self, label: str) -> TokenRef:
        """Make an Ed25519 key inside the token."""
        p, name = self._p, secrets.token_bytes(8)
        a = p.Attribute
        try:
            curve = self._session.create_domain_parameters(p.KeyType.EC_EDWARDS, {a.EC_PARAMS: _OID_ED25519}, local=True)
            made, _private = curve.generate_keypair(
                mechanism=p.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, id=name, label=label,
                private_template={a.SENSITIVE: True, a.EXTRACTABLE: False},
            )  # fmt: skip
            public = _point(made[a.EC_POINT])
        except p.exceptions.PKCS11Error as error:
            raise CochairError(
                f"The token makes no Ed25519 key: {_why(error)}", "Use a token with CKM_EDDSA, or keep this key in a file"
            ) from None
        return TokenRef(name.hex(), check_public(public).hex())

    def ed25519(self, ref: TokenRef) -> "TokenKey":
        """The private key of a reference. Raises `NotFound`."""
        key = self._find(id=bytes.fromhex(ref.id))
        return TokenKey(self._p, key, bytes.fromhex(ref.public))

    def person(self, label: str) -> "TokenPerson":
        """The one private key in the token (with that label, if one is given) and its suite. Raises `CochairError`."""
        return TokenPerson(self._p, self._session, self._find(**({"label": label} if label else {})))

    def _find(self, **by: Any) -> Any:
        p = self._p
        try:
            found = list(
                self._session.get_objects(
                    {p.Attribute.CLASS: p.ObjectClass.PRIVATE_KEY, **{p.Attribute[k.upper()]: v for k, v in by.items()}}
                )
            )
        except p.exceptions.PKCS11Error as error:
            raise CochairError(f"The token cannot be read: {_why(error)}", _CARD) from None
        if not found:
            raise NotFound("The token does not hold the key that is meant", "Look whether it is the right token")
        if len(found) > 1:
            labels = ", ".join(sorted(str(getattr(one, "label", "")) for one in found))
            raise CochairError(f"The token holds several private keys: {labels}", "Say which one: --label")
        return found[0]


class TokenKey:
    """An Ed25519 key in a token: `ledger.ed25519.SigningKey`."""

    def __init__(self, p: Any, key: Any, public: bytes) -> None:
        self._p, self._key, self.public = p, key, public

    def sign(self, message: bytes) -> bytes:
        """Signature of 64 bytes."""
        return _signed(self._p, self._key, message, self._p.Mechanism.EDDSA, SIGNATURE_SIZE)


class TokenPerson:
    """A person's key in a token: what `dsse.PrivateKey` is for a file."""

    def __init__(self, p: Any, session: Any, key: Any) -> None:
        self._p, self._key = p, key
        a = p.Attribute
        try:
            public = next(iter(session.get_objects({a.CLASS: p.ObjectClass.PUBLIC_KEY, a.ID: key.id})), None)
            if public is None:
                raise NotFound("The token holds no public half of the key", "Put it, or the certificate's public key, on the token")
            self.public = _public(p, key.key_type, public)
        except p.exceptions.PKCS11Error as error:
            raise CochairError(f"The token cannot be read: {_why(error)}", _CARD) from None

    def sign(self, message: bytes) -> bytes:
        """Signature of a message in the suite's form."""
        m = self._p.Mechanism
        if self.public.suite == dsse.ED25519:
            return _signed(self._p, self._key, message, m.EDDSA, SIGNATURE_SIZE)
        if self.public.suite == dsse.RSA:
            return _signed(self._p, self._key, message, m.SHA256_RSA_PKCS)
        from hashlib import sha256

        from pkcs11.util.ec import encode_ecdsa_signature

        der: bytes = encode_ecdsa_signature(_signed(self._p, self._key, sha256(message).digest(), m.ECDSA, 64))
        return der


def _signed(p: Any, key: Any, message: bytes, mechanism: Any, size: int = 0) -> bytes:
    try:
        signature = bytes(key.sign(message, mechanism=mechanism))
    except p.exceptions.PKCS11Error as error:
        raise CochairError(f"The token did not sign: {_why(error)}", _CARD) from None
    if size and len(signature) != size:
        raise CochairError(f"The token gave a signature of {len(signature)} bytes, not {size}", _CARD)
    return signature


def _public(p: Any, kind: Any, key: Any) -> dsse.PublicKey:
    """The public key of a token's object, as its suite has it. Raises `Rejected` on any other kind, curve or size."""
    a = p.Attribute
    if kind == p.KeyType.EC_EDWARDS:
        return dsse.public_key(dsse.ED25519, _point(key[a.EC_POINT]))
    if kind == p.KeyType.EC:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _octets(bytes(key[a.EC_POINT])))
        except ValueError:
            raise Rejected("The token's key is not one of P-256", "Use a key of one of " + ", ".join(dsse.SUITES)) from None
        return dsse.public_key(dsse.ECDSA_P256, point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    if kind == p.KeyType.RSA:
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        n, e = (int.from_bytes(bytes(key[name]), "big") for name in (a.MODULUS, a.PUBLIC_EXPONENT))
        der = rsa.RSAPublicNumbers(e, n).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return dsse.public_key(dsse.RSA, der)
    raise Rejected("The token's key is of no suite that the program knows", "Use a key of one of " + ", ".join(dsse.SUITES))


def _octets(data: bytes) -> bytes:
    """Some tokens give a point bare, others as a DER octet string."""
    return data[2:] if len(data) > 2 and data[0] == 4 and data[1] == len(data) - 2 else data


def _point(data: Any) -> bytes:
    point = _octets(bytes(data))
    if len(point) != PUBLIC_SIZE:
        raise Rejected("The token's public key is not one of Ed25519", "Make the key with this program")
    return point


def _why(error: BaseException) -> str:
    """What went wrong, by the name of the error alone: a library may put anything into its words."""
    return type(error).__name__
