"""Keys and certificates for tests, among them wrong ones."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cochair.paper.sign import Key
from cochair.paper.specimen import specimen_certificate

NOW = datetime(2025, 8, 6, 12, tzinfo=UTC)


def person(side, kind="ecdsa", which=0) -> Key:
    """The specimen co-chair of a Side; ``which`` makes another person of the same post."""
    return _person(side, kind, which)


@cache
def _person(side, kind, which) -> Key:
    return specimen_certificate("Co-chair", side, now=NOW, kind=kind)


def self_signed(key, *, usage=None, common_name="SPECIMEN wrong", digest=None):
    """A certificate for any `cryptography` key: what `specimen_certificate` would refuse to make."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, digest or hashes.SHA256())
