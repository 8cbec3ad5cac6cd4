"""Keys, signatures, envelopes, certificates."""

import base64
import contextlib
import hashlib

from cochair.kit.errors import Rejected
from cochair.ledger import dsse, ed25519, macs
from tests.simulators import samples
from tests.simulators.parsers.common import (
    PERSON,
    Parser,
    text,
    vectors,
)
from tests.vectors import make


def public_keys() -> Parser:
    rsa = make_rsa()

    def read(data: bytes) -> None:
        for suite in dsse.SUITES:
            with contextlib.suppress(Rejected):
                key = dsse.public_key(suite, data)
                with contextlib.suppress(Rejected):
                    key.verify(b"message", data)
        with contextlib.suppress(Rejected):
            macs.check_exchange_public(data)
        ed25519.check_public(data)

    p256 = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
    return Parser(read, (PERSON.public.data, p256, rsa, macs.exchange_public(bytes(32))))


def make_rsa() -> bytes:
    """A public key that nobody has the private half of: any odd number of 2048 bits will do."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    number = int.from_bytes(hashlib.shake_256(b"SPECIMEN").digest(256), "big") | 1 | 1 << 2047
    return RSAPublicNumbers(65537, number).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def mandate_key() -> Parser:
    """A key as a mandate of the other Side names it: a suite, and bytes in hex."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from cochair.protocol.mandates import public_key

    der = Ed25519PublicKey.from_public_bytes(PERSON.public.data).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def read(data: bytes) -> None:
        for suite in dsse.SUITES:
            for given in (data.hex(), text(data)):
                with contextlib.suppress(Rejected):
                    public_key(suite, given)

    return Parser(read, (der, make_rsa(), PERSON.public.data.hex().encode()))


def signatures() -> Parser:
    """Key, and signature over a fixed message, of each suite."""
    from cryptography.hazmat.primitives.asymmetric import ec

    message, other = b"SPECIMEN", dsse.PrivateKey(ec.derive_private_key(7, ec.SECP256R1()))

    def read(data: bytes) -> None:
        with contextlib.suppress(Rejected):
            ed25519.verify(PERSON.public.data, message, data)
        other.public.verify(message, data)

    return Parser(read, (PERSON.sign(message), other.sign(message)))


def envelope() -> Parser:
    def read(data: bytes) -> None:
        opened = dsse.verify(data, make.TYPE, [PERSON.public])
        assert opened.signers == (PERSON.public.id,), "signed by somebody else"

    def wrap(data: bytes) -> bytes:
        return dsse.sign(make.TYPE, data, [PERSON])

    return Parser(read, vectors("dsse", "envelope"), (b'"keyid":',), vectors("dsse", "payload"), wrap)


def key_files() -> Parser:
    from cochair.paper.sign import load_key

    own = samples.samples()
    certificate = own["ed25519"]["certificate"]

    def read(data: bytes) -> None:
        for secret in (None, b"secret"):
            with contextlib.suppress(Rejected):
                dsse.load_key(data, secret)
        with contextlib.suppress(Rejected):
            load_key(data)
        load_key(PERSON.pem(), certificate=data)

    return Parser(read, (PERSON.pem(), certificate, PERSON.pem() + certificate, own["rsa"]["certificate"], own["ecdsa"]["certificate"]))


def certificate() -> Parser:
    """X.509 in DER, as it stands in a signature and in key files."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    own = samples.samples()
    ders = tuple(load_pem_x509_certificate(one["certificate"]).public_bytes(Encoding.DER) for one in own.values())

    def read(data: bytes) -> None:
        from cochair.paper.sign import load_key

        load_key(PERSON.pem(), certificate=data)

    def wrap(data: bytes) -> bytes:
        return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data) + b"-----END CERTIFICATE-----\n"

    return Parser(read, tuple(one["certificate"] for one in own.values()), (), ders, wrap)


def cms() -> Parser:
    from cochair.paper import cms as checker

    own = samples.samples()
    covered = own["ecdsa"]["covered"]

    def read(data: bytes) -> None:
        checker.verify(data, lambda name: hashlib.new(name, covered).digest())

    def room(data: bytes) -> bytes:
        return checker.der_of(data[:16384] + bytes(max(0, 16384 - len(data)))) if data[:1] == b"\x30" else data

    def through(data: bytes) -> None:
        read(room(data))

    return Parser(through, tuple(one["cms"] for one in own.values()))
