"""A person's signature on an original, made on the person's own machine: PAdES baseline B-B, or B-T where a time-stamping service is given.

The node never sees the key. `prepare` writes the increment with an empty room, the CMS is made over all other bytes (by pyHanko with a key
file here, or by a ministry's own tool over the same bytes), `embed` puts it into the room. The second co-chair signs on top of the first.
"""

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from msgspec import Struct

from cochair.kit.errors import Rejected
from cochair.paper.increment import ROOM, Base, increment, read_base

_NEXT = "Take the original, and the signed file of the other Side, again from the node"
_END = b"\n%%EOF\n"
_HEAD = re.compile(rb"([1-9][0-9]{0,6}) 0 obj\n")


class Prepared(Struct, frozen=True):
    """A file with an empty room for a signature: sign ``covered()``, the bytes before and behind the room."""

    data: bytes
    contents_at: int

    def covered(self) -> bytes:
        """The bytes that the signature covers, in order."""
        return self.data[: self.contents_at] + self.data[self.contents_at + 2 * ROOM + 2 :]

    def digest(self, name: str = "sha256") -> bytes:
        """Their digest."""
        return hashlib.new(name, self.covered()).digest()


class Key(Struct, frozen=True):
    """A signing key with its certificate and chain, all DER; ``kind`` is "rsa", "ecdsa" or "ed25519"."""

    private: bytes
    certificate: bytes
    chain: tuple[bytes, ...]
    kind: str


def load_key(data: bytes, passphrase: str = "", certificate: bytes = b"") -> Key:
    """A PKCS #12 file, or PEM with key and certificate (or with ``certificate`` apart), -> Key. Raises Rejected with the next step."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization as ser
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    secret = passphrase.encode() or None
    public = (ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            key: Any = ser.load_pem_private_key(data, secret)
            found = x509.load_pem_x509_certificates(certificate or data)
            own, chain = found[0], found[1:]
        else:
            key, own_or_none, chain = pkcs12.load_key_and_certificates(data, secret)
            if own_or_none is None:
                raise ValueError
            own = own_or_none
        named = own.public_key().public_bytes(*public)
    except Exception as error:  # of many kinds, for a broken certificate or an unknown kind of key; all of them mean the same here
        raise Rejected(
            "The key file could not be opened", "Give the passphrase; the file must be PKCS #12, or PEM with the key and its certificate"
        ) from error
    kinds = {rsa.RSAPrivateKey: "rsa", ec.EllipticCurvePrivateKey: "ecdsa", ed25519.Ed25519PrivateKey: "ed25519"}
    kind = next((name for cls, name in kinds.items() if isinstance(key, cls)), "")
    curve_ok = kind != "ecdsa" or isinstance(key.curve, ec.SECP256R1)
    if not kind or not curve_ok or (kind == "rsa" and key.key_size < 2048):
        raise Rejected("This kind of key is not accepted", "Use RSA of 2048 bits or more, ECDSA on P-256, or Ed25519")
    if key.public_key().public_bytes(*public) != named:
        raise Rejected("The key and the certificate do not belong together", "Give the certificate that was issued for this key")
    private = key.private_bytes(ser.Encoding.DER, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    return Key(private, own.public_bytes(ser.Encoding.DER), tuple(c.public_bytes(ser.Encoding.DER) for c in chain), kind)


def sign_pdf(pdf: bytes, field: str, key: Key, *, signed_at: str, timestamper: Any = None) -> bytes:
    """Sign an original (or one that the other co-chair has signed) in ``field``. ``signed_at``: RFC 3339 UTC, a claim. Raises Rejected.

    ``timestamper``: a pyHanko time-stamper for B-T.
    """
    prepared = prepare(pdf, field, signed_at=signed_at)
    return embed(prepared, make_cms(prepared, key, timestamper=timestamper))


def prepare(pdf: bytes, field: str, *, signed_at: str) -> Prepared:
    """The file with the increment for ``field`` and an empty room. Raises Rejected: no original, no such field, field already signed."""
    end = pdf.find(_END)
    if end < 0:
        raise Rejected("The file is not an original made by Cochair", _NEXT)
    base = read_base(pdf[: end + len(_END)])
    wanted = next((f for f in base.fields if f.name == field), None)
    if wanted is None:
        raise Rejected(f"The original has no place named {field}", "Use one of " + ", ".join(f.name for f in base.fields))
    at, previous, taken = _replay(pdf, base)
    if wanted.number in taken:
        raise Rejected(f"{field} is already signed", "Nothing is to be done; check the file with cochair verify")
    slots = increment(base, wanted, at=at, index=len(taken), previous=previous, time=_time(signed_at), contents=b"0" * (2 * ROOM))
    return Prepared(pdf + slots.data, slots.contents_at)


def _time(signed_at: str) -> bytes:
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", signed_at)
    if match is None:
        raise Rejected(f"{signed_at!r} is not a time", "Write it as 2025-08-06T12:00:00Z")
    return "".join(match.groups()).encode()


def _replay(pdf: bytes, base: Base) -> tuple[int, int, list[int]]:
    """Walk over the signatures already there -> (end, last startxref, numbers of signed fields). Raises Rejected on anything else."""
    at, previous, taken = base.length, base.startxref, list[int]()
    by_number = {f.number: f for f in base.fields}
    while at < len(pdf):
        head = _HEAD.match(pdf, at)
        field = by_number.get(int(head[1])) if head else None
        if field is None or field.number in taken:
            raise Rejected("The file holds something besides the original and its signatures", _NEXT)
        found = increment(base, field, at=at, index=len(taken), previous=previous, time=b"0" * 14, contents=b"0" * (2 * ROOM))
        room = found.contents_at + 1
        due = increment(
            base,
            field,
            at=at,
            index=len(taken),
            previous=previous,
            time=pdf[found.time_at : found.time_at + 14],
            contents=pdf[room : room + 2 * ROOM],
        )
        if pdf[at : due.end] != due.data:
            raise Rejected("The file holds something besides the original and its signatures", _NEXT)
        taken.append(field.number)
        at, previous = due.end, due.startxref
    return at, previous, taken


def make_cms(prepared: Prepared, key: Key, *, timestamper: Any = None) -> bytes:
    """The detached CMS (DER) over a prepared file, by pyHanko: SHA-256 (SHA-512 with Ed25519), PAdES attributes."""
    from asn1crypto import keys, x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    stores: Any = SimpleCertificateStore
    store = stores.from_certs([x509.Certificate.load(der) for der in key.chain])
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate), signing_key=keys.PrivateKeyInfo.load(key.private), cert_registry=store
    )
    digest = "sha512" if key.kind == "ed25519" else "sha256"
    work = signer.async_sign(prepared.digest(digest), digest, use_pades=True, timestamper=timestamper)
    with ThreadPoolExecutor(1) as aside:  # the caller's own thread may have an event loop that runs already
        made = aside.submit(asyncio.run, work).result()
    return bytes(made.dump())


def embed(prepared: Prepared, cms: bytes) -> bytes:
    """The finished file: ``cms`` (DER, from here or from a tool of the signer's own) in the room. Raises Rejected if it is too long."""
    if len(cms) > ROOM:
        raise Rejected(f"The signature is longer than {ROOM} bytes", "Leave certificates of authorities out of it")
    start = prepared.contents_at + 1
    return prepared.data[:start] + cms.hex().encode().ljust(2 * ROOM, b"0") + prepared.data[start + 2 * ROOM :]
