import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat

from cochair.kit.errors import Rejected
from cochair.ledger import dsse

TYPE = "application/vnd.cochair.seal+json"
KEYS = {suite: dsse.new_key(suite) for suite in dsse.SUITES}


def test_the_bytes_that_are_signed():
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@pytest.mark.parametrize("suite", dsse.SUITES)
def test_each_suite_signs_and_is_checked(suite):
    key = dsse.load_key(KEYS[suite].pem())
    public = dsse.public_key(suite, key.public.data)
    data = dsse.sign(TYPE, b"payload", [key])
    assert data == dsse.sign(TYPE, b"payload", [key])
    assert dsse.verify(data, TYPE, [public]).signers == (public.id,)
    with pytest.raises(Rejected):
        public.verify(dsse.pae(TYPE, b"payloae"), key.sign(dsse.pae(TYPE, b"payload")))
    with pytest.raises(Rejected):
        public.verify(b"m", b"")
    with pytest.raises(Rejected):
        dsse.public_key(suite, public.data[:-1])
    with pytest.raises(Rejected):
        dsse.public_key(suite, bytes(len(public.data)))


def test_two_signers_and_a_stranger():
    data = dsse.sign(TYPE, b"payload", KEYS.values())
    known = [KEYS[dsse.ED25519].public, KEYS[dsse.RSA].public]
    assert dsse.verify(data, TYPE, known).signers == tuple(key.id for key in known)


def test_one_bad_signature_by_a_known_key_spoils_the_envelope():
    good, bad = KEYS[dsse.ED25519], KEYS[dsse.ECDSA_P256]
    message = dsse.pae(TYPE, b"payload")
    data = dsse.envelope(TYPE, b"payload", [(good.public.id, good.sign(message)), (bad.public.id, bad.sign(message + b"!"))])
    assert dsse.verify(data, TYPE, [good.public]).payload == b"payload"
    with pytest.raises(Rejected):
        dsse.verify(data, TYPE, [good.public, bad.public])


@pytest.mark.parametrize("value", [b"[]", b"{}", b'"a"', b'{"payload":1,"payloadType":"t","signatures":[]}', b'{"payload":"","payloadType":"t","signatures":{}}',
                                   b'{"payload":"","payloadType":"t","signatures":[1]}', b'{"payload":"","payloadType":"t","signatures":[{"keyid":1,"sig":""}]}', b"", b"\xff"])  # fmt: skip
def test_malformed_envelopes(value):
    with pytest.raises(Rejected):
        dsse.verify(value, "t", [key.public for key in KEYS.values()])


def test_envelopes_have_bounds():
    with pytest.raises(Rejected):
        dsse.sign(TYPE, bytes(dsse.ENVELOPE_LIMIT), [KEYS[dsse.ED25519]])
    with pytest.raises(Rejected):
        dsse.envelope(TYPE, b"", [("a", b"")] * 2)
    with pytest.raises(Rejected):
        dsse.envelope(TYPE, b"", [])


def pem(key, password=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password) if password else NoEncryption())


def test_keys_of_other_kinds_are_refused():
    small = rsa.generate_private_key(65537, 1024)
    for other in (ec.generate_private_key(ec.SECP384R1()), dsa.generate_private_key(1024), X25519PrivateKey.generate(), small):
        with pytest.raises(Rejected):
            dsse.load_key(pem(other))
    with pytest.raises(Rejected):
        dsse.public_key(dsse.RSA, small.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(Rejected):
        dsse.public_key(
            dsse.RSA, ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
    data = KEYS[dsse.RSA].public.data
    plain, pss = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a")
    for other in (data.replace(plain, pss, 1), data + b"\0", b"\x30\x83\x00" + data[2:]):
        with pytest.raises(Rejected):
            dsse.public_key(dsse.RSA, other)
    for call in (lambda: dsse.public_key("gost", b""), lambda: dsse.new_key("gost"), lambda: dsse.load_key(b"no key")):
        with pytest.raises(Rejected):
            call()


def test_a_key_file_with_a_password():
    data = pem(ec.generate_private_key(ec.SECP256R1()), b"secret")
    assert dsse.load_key(data, b"secret").public.suite == dsse.ECDSA_P256
    for password in (None, b"wrong"):
        with pytest.raises(Rejected, match="password"):
            dsse.load_key(data, password)


def test_a_longer_form_of_an_ecdsa_signature_is_refused():
    key = KEYS[dsse.ECDSA_P256]
    signature = key.sign(b"m")
    key.public.verify(b"m", signature)
    padded = bytes([0x30, signature[1] + 1, 0x02, signature[3] + 1, 0x00]) + signature[4:]
    for bad in (padded, signature + b"\0", base64.b64encode(signature)):
        with pytest.raises(Rejected):
            key.public.verify(b"m", bad)
