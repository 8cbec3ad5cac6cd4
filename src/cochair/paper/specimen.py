"""Keys and certificates for demonstrations: made fresh, short-lived, and saying SPECIMEN and the post in the subject, never a person."""

from datetime import UTC, datetime, timedelta

from cochair.kit.errors import Rejected
from cochair.paper.sign import Key, load_key


def specimen_certificate(name: str, side: str, *, now: datetime, kind: str = "ecdsa", days: int = 30) -> Key:
    """A fresh key with a self-signed certificate. ``name``: the post ("Co-chair of the Indian Side"); ``kind``: "rsa", "ecdsa" or "ed25519"."""
    return load_key(specimen_pem(name, side, now=now, kind=kind, days=days))


def specimen_pem(name: str, side: str, *, now: datetime, kind: str = "ecdsa", days: int = 30) -> bytes:
    """The same as one PEM file (key, then certificate), as `cochair sign --key FILE` takes it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.x509.oid import NameOID

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    match kind:
        case "rsa":
            key = rsa.generate_private_key(65537, 2048)
        case "ecdsa":
            key = ec.generate_private_key(ec.SECP256R1())
        case "ed25519":
            key = ed25519.Ed25519PrivateKey.generate()
        case _:
            raise Rejected(f"There are no specimen keys of the kind {kind!r}", "Use rsa, ecdsa or ed25519")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "SPECIMEN"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"Side {side}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"SPECIMEN {name}"[:64]),
        ]
    )
    begin = now.astimezone(UTC).replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - timedelta(minutes=5))
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, None if kind == "ed25519" else hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + certificate.public_bytes(serialization.Encoding.PEM)
