"""One CMS signature (PAdES baseline: CAdES attributes, detached) checked against the digest of the bytes it should cover.

Closed: one signer, signed attributes with content type, message digest and signing-certificate-v2, each once; SHA-256 (SHA-512 with Ed25519);
RSA (PKCS #1 v1.5 or PSS), ECDSA on P-256, Ed25519, each by the rules of ``docs/formats/signatures.md``. What is not in the list is refused, not tried. Whether the
certificate is the right person's is not asked of a chain: a mandate in the record names the certificate, and the caller compares its digest.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from cochair.kit.errors import Rejected
from cochair.paper.increment import ROOM
from cochair.paper.reasons import Reason, Refused

Hash = Callable[[str], bytes]
"""Name of a digest ("sha256") -> digest of the signed bytes."""

_DIGESTS = {"sha256", "sha512"}


class Signer(Struct, frozen=True):
    """Who signed: certificate (DER) and its SHA-256 (hex), subject as text, method, period of the certificate, time of a time-stamp if any."""

    certificate: bytes
    certificate_digest: str
    subject: str
    method: str
    not_before: str
    not_after: str
    stamped_at: str = ""
    stamp_certificate_digest: str = ""


def verify(der: bytes, digest_of: Hash) -> Signer:
    """Check a detached signature. Raises Refused with the reason; nothing else leaves."""
    return _guarded(lambda: _verify(der, digest_of, "data"))


def warm() -> None:
    """Import what `verify` uses, before a child process gives up the right to open files."""
    import encodings.idna

    from asn1crypto import cms, tsp, x509
    from cryptography import x509 as certificates
    from cryptography.hazmat.backends.openssl import backend
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    from cochair.ledger import dsse
    from cochair.ledger import ed25519 as ledger_ed25519

    _ = (certificates, backend, encodings.idna, cms, tsp, x509, hashes, ec, ed25519, padding, rsa, dsse, ledger_ed25519)


def _guarded(work: Callable[[], Signer]) -> Signer:
    """asn1crypto and cryptography raise many builtin errors on hostile bytes; all of them mean the same here."""
    try:
        return work()
    except Refused:
        raise
    except Exception as error:
        raise Refused(Reason.CMS, type(error).__name__) from error


def der_of(contents: bytes) -> bytes:
    """The padded room of a signature -> its DER. Raises Refused if it is not one definite-length element followed by zeros."""
    if len(contents) != ROOM or contents[:1] != b"\x30":
        raise Refused(Reason.CMS, "no signature")
    first = contents[1]
    if first < 0x80:
        end = 2 + first
    elif first in (0x81, 0x82):
        octets = first & 0x7F
        end = 2 + octets + int.from_bytes(contents[2 : 2 + octets], "big")
    else:
        raise Refused(Reason.CMS, "length")
    if end > ROOM or any(contents[end:]):
        raise Refused(Reason.CMS, "bytes behind the signature")
    return contents[:end]


def _verify(der: bytes, digest_of: Hash, content_type: str) -> Signer:
    from asn1crypto import cms, tsp

    _ = tsp  # knowing it teaches the parser the attributes of PAdES, whatever else the process has imported

    info = cms.ContentInfo.load(der, strict=True)
    if info["content_type"].native != "signed_data":
        raise Refused(Reason.CMS, "not signed data")
    data = info["content"]
    if len(data["signer_infos"]) != 1:
        raise Refused(Reason.CMS, "not one signer")
    who = data["signer_infos"][0]
    content = data["encap_content_info"]
    if content["content_type"].native != content_type or (content_type == "data" and content["content"].native is not None):
        raise Refused(Reason.CMS, "content")
    hash_name = who["digest_algorithm"]["algorithm"].native
    if hash_name not in _DIGESTS:
        raise Refused(Reason.ALGORITHM, str(hash_name))
    certificate = _certificate(data, who)
    raw = certificate.dump()
    signed = _signed_attributes(who, content_type, raw)
    if signed != digest_of(hash_name):
        raise Refused(Reason.DIGEST)
    method = _check_signature(raw, who, hash_name)
    validity = certificate["tbs_certificate"]["validity"]
    stamp = _stamp(who) if content_type == "data" else None
    return Signer(
        certificate=raw,
        certificate_digest=hashlib.sha256(raw).hexdigest(),
        subject=certificate.subject.human_friendly,
        method=method,
        not_before=validity["not_before"].native.strftime("%Y-%m-%dT%H:%M:%SZ"),
        not_after=validity["not_after"].native.strftime("%Y-%m-%dT%H:%M:%SZ"),
        stamped_at=stamp[0] if stamp else "",
        stamp_certificate_digest=stamp[1] if stamp else "",
    )


def _certificate(data: Any, who: Any) -> Any:
    """The one certificate that the signer names. Raises Refused."""
    wanted = who["sid"]
    found: list[Any] = []
    for choice in data["certificates"]:
        if choice.name != "certificate":
            continue
        certificate = choice.chosen
        if wanted.name == "issuer_and_serial_number":
            same = (
                certificate.issuer.dump() == wanted.chosen["issuer"].dump()
                and certificate.serial_number == wanted.chosen["serial_number"].native
            )
        else:
            same = certificate.key_identifier is not None and certificate.key_identifier == wanted.chosen.native
        if same and certificate.dump() not in [other.dump() for other in found]:
            found.append(certificate)
    if len(found) != 1:
        raise Refused(Reason.CERTIFICATE, f"{len(found)} of the signer's")
    usage = found[0].key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise Refused(Reason.CERTIFICATE, "its key is not for signing")
    return found[0]


def _signed_attributes(who: Any, content_type: str, certificate: bytes) -> bytes:
    """The message digest, after content type and certificate were compared. Raises Refused."""
    found: dict[str, Any] = {}
    for attribute in who["signed_attrs"]:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise Refused(Reason.ATTRIBUTES, f"{name} twice")
        found[name] = attribute["values"][0]
    # Many time-stamping services still name their certificate in the first form, by SHA-1; persons may not.
    naming = "signing_certificate" if content_type != "data" and "signing_certificate" in found else "signing_certificate_v2"
    missing = {"content_type", "message_digest", naming} - found.keys()
    if missing:
        raise Refused(Reason.ATTRIBUTES, f"no {min(missing)}")
    if found["content_type"].native != content_type:
        raise Refused(Reason.ATTRIBUTES, "content type")
    named = found[naming]["certs"]
    if not len(named):
        raise Refused(Reason.ATTRIBUTES, "no certificate named")
    algorithm = named[0]["hash_algorithm"]["algorithm"].native if naming.endswith("v2") else "sha1"
    if (
        algorithm not in {*_DIGESTS, "sha1"}
        or (algorithm == "sha1") is naming.endswith("v2")
        or hashlib.new(algorithm, certificate).digest() != named[0]["cert_hash"].native
    ):
        raise Refused(Reason.ATTRIBUTES, "another certificate is named")
    digest: bytes = found["message_digest"].native
    return digest


def _check_signature(certificate: bytes, who: Any, hash_name: str) -> str:
    """Verify the signer's signature over the signed attributes; returns the name of the method. Raises Refused."""
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    covered = who["signed_attrs"].untag().dump(force=True)  # the DER form of the set, as RFC 5652 asks
    return check_method(key, who["signature_algorithm"], hash_name, who["signature"].native, covered)


def check_method(key: Any, algorithm: Any, hash_name: str, signature: bytes, covered: bytes) -> str:
    """Verify one signature by the rules of ``docs/formats/signatures.md``; returns the name of the method. Raises Refused.

    ``key``: a public key of `cryptography`; ``algorithm``: the SignedDigestAlgorithm of asn1crypto; ``hash_name``: "sha256" or "sha512".
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    from cochair.ledger import dsse

    named = algorithm["algorithm"].native
    digest = hashes.SHA256() if hash_name == "sha256" else hashes.SHA512()
    try:
        if isinstance(key, rsa.RSAPublicKey) and dsse.accepts_rsa(key) and named in ("rsassa_pkcs1v15", f"{hash_name}_rsa"):
            key.verify(signature, covered, padding.PKCS1v15(), digest)
            return f"RSA-{key.key_size}"
        if isinstance(key, rsa.RSAPublicKey) and dsse.accepts_rsa(key) and named == "rsassa_pss":
            parameters = algorithm["parameters"]
            if {parameters["hash_algorithm"]["algorithm"].native, parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native} != {
                hash_name
            } or int(parameters["trailer_field"]) != 1:
                raise Refused(Reason.ALGORITHM, "RSA-PSS with two digests")
            key.verify(signature, covered, padding.PSS(padding.MGF1(digest), parameters["salt_length"].native), digest)
            return f"RSA-{key.key_size} PSS"
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) and named == f"{hash_name}_ecdsa":
            key.verify(signature, covered, ec.ECDSA(digest))
            return "ECDSA P-256"
        if isinstance(key, ed25519.Ed25519PublicKey) and named == "ed25519" and hash_name == "sha512":
            _check_ed25519(key.public_bytes_raw(), covered, signature)
            return "Ed25519"
    except InvalidSignature:
        raise Refused(Reason.SIGNATURE) from None
    raise Refused(Reason.ALGORITHM, str(named))


def _check_ed25519(public: bytes, covered: bytes, signature: bytes) -> None:
    """By the one rule of the ledger: OpenSSL would take keys of small order and others that it refuses."""
    from cochair.ledger import ed25519

    try:
        ed25519.check_public(public)
    except Rejected as error:
        raise Refused(Reason.CERTIFICATE, error.what) from None
    try:
        ed25519.verify(public, covered, signature)
    except Rejected:
        raise Refused(Reason.SIGNATURE) from None


def _stamp(who: Any) -> tuple[str, str] | None:
    """A time-stamp token over the signature: (time, SHA-256 of the stamp's certificate), None if there is none. Raises Refused if it is bad."""
    from asn1crypto import tsp

    tokens = (
        [a["values"] for a in who["unsigned_attrs"] if a["type"].native == "signature_time_stamp_token"] if who["unsigned_attrs"] else []
    )
    if not tokens:
        return None
    if len(tokens) != 1 or len(tokens[0]) != 1:
        raise Refused(Reason.STAMP, "more than one")
    token = tokens[0][0]
    octets = token["content"]["encap_content_info"]["content"].contents
    facts = tsp.TSTInfo.load(octets, strict=True)
    imprint = facts["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in _DIGESTS or imprint["hashed_message"].native != hashlib.new(name, who["signature"].native).digest():
        raise Refused(Reason.STAMP, "of another signature")
    try:
        stamper = _verify(token.dump(), lambda used: hashlib.new(used, octets).digest(), "tst_info")
    except Refused as error:
        raise Refused(Reason.STAMP, str(error.reason)) from error
    return facts["gen_time"].native.strftime("%Y-%m-%dT%H:%M:%SZ"), stamper.certificate_digest
