"""Papers, keys, envelopes and changes of keys at their edges: the last value that is taken and the first that is refused."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cochair.kit import canonical
from cochair.kit.errors import Conflict, Rejected
from cochair.ledger import (
    checkpoints,
    dsse,
    ed25519,
    keychanges,
    notes,
    papers,
    published,
)
from cochair.ledger.checkpoints import Checkpoint
from tests.makers.refused import HASH, refused
from tests.vectors import make

ROOM = make.ROOM
ORIGIN = make.ORIGIN


def test_ed25519_at_its_edges():
    signer_ = ed25519.Ed25519Signer(bytes([5]) * 32)
    signature = signer_.sign(b"m")
    assert len(signature) == 64
    ed25519.verify(signer_.public, b"m", signature)
    assert ed25519.check_public(signer_.public) == signer_.public
    for public, bad in (
        (signer_.public, signature[:63]),
        (signer_.public, signature + b"\0"),
        (signer_.public[:31], signature),
        (signer_.public + b"\0", signature),
        (signer_.public, b""),
        (signer_.public, bytes([1]) + bytes(63)),
    ):
        refused(lambda public=public, bad=bad: ed25519.verify(public, b"m", bad))
    for cut in (63, 65, 0, 32):  # the bytes signed, cut elsewhere: no byte of the one may become a byte of the other
        whole = signature + b"m"
        refused(lambda cut=cut, whole=whole: ed25519.verify(signer_.public, whole[cut:], whole[:cut]))
    for bad in (signer_.public[:31], signer_.public + b"\0", bytes(32), bytes([1]) + bytes(31), b""):
        refused(lambda bad=bad: ed25519.check_public(bad))
    for seed in (bytes(31), bytes(33)):
        refused(lambda seed=seed: ed25519.Ed25519Signer(seed), f"{len(seed)} bytes")


def test_papers_to_the_byte(monkeypatch):
    salt = bytes(range(32))
    name = hashlib.sha256(b"cochair/paper/v1\n" + salt + (4).to_bytes(8, "big") + b"text").hexdigest()
    assert papers.paper_id(salt, b"text") == name
    assert papers.open_paper(papers.store_paper(salt, b"text")) == (salt, b"text")
    assert papers.check_paper(salt + b"text", name) == b"text"
    assert papers.open_paper(salt) == (salt, b"")
    for call in (
        lambda: papers.paper_id(salt[:31], b""),
        lambda: papers.paper_id(salt + b"\0", b""),
        lambda: papers.store_paper(salt[:31], b""),
        lambda: papers.open_paper(salt[:31]),
        lambda: papers.check_paper(salt + b"texu", name),
    ):
        refused(call)
    assert (papers.PAPER_LIMIT, papers.STRUCTURAL_LIMIT) == (268435456, 4194304)
    monkeypatch.setattr(papers, "PAPER_LIMIT", 4)
    assert papers.open_paper(salt + b"text") == (salt, b"text")
    assert papers.paper_id(salt, b"text") == name
    refused(lambda: papers.open_paper(salt + b"texts"))
    assert refused(lambda: papers.paper_id(salt, b"texts"), "5 bytes").next_step == "Split the file"


def test_structural_content_to_the_byte():
    digest = hashlib.sha256(b'cochair/structural/v1\n{"a":1}').hexdigest()
    assert papers.structural_digest(b'{"a":1}') == digest
    assert papers.structural_bytes({"a": 1}) == b'{"a":1}'
    assert papers.open_structural(b'{"a":1}', digest) == {"a": 1}
    refused(lambda: papers.open_structural(b'{"a":2}', digest), digest[:16])
    spaced = b'{"a": 1}'
    refused(lambda: papers.open_structural(spaced, papers.structural_digest(spaced)))
    whole = b'"' + b"x" * (papers.STRUCTURAL_LIMIT - 2) + b'"'
    assert papers.open_structural(whole, papers.structural_digest(whole)) == "x" * (papers.STRUCTURAL_LIMIT - 2)
    refused(lambda: papers.structural_digest(whole + b" "))
    refused(lambda: papers.structural_bytes("x" * (papers.STRUCTURAL_LIMIT - 1)))


def test_printed_keys_are_refused():
    for key in sorted(published.PUBLISHED):
        assert refused(lambda key=key: published.refuse_published(bytes.fromhex(key))).next_step
    assert published.refuse_published(HASH) == HASH
    assert all(len(bytes.fromhex(key)) == 32 for key in published.PUBLISHED)


def spki(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def numbers(bits, exponent=65537):
    """A public RSA key of a size and exponent; nobody has its private half."""
    return rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 1).public_key()


def test_keys_of_each_suite_at_their_bounds():
    for bits in (2048, 2049, 4095, 4096):
        assert dsse.accepts_rsa(numbers(bits))
        assert dsse.public_key("rsa", spki(numbers(bits))).suite == "rsa"
    for key in (numbers(2047), numbers(4097), numbers(2048, 3), numbers(2048, 65539)):
        assert not dsse.accepts_rsa(key)
        refused(lambda key=key: dsse.public_key("rsa", spki(key)), "2048 to 4096")
    for data in (b"", bytes(700), b"\x30" * 601, spki(numbers(2048)) + b"\0"):
        refused(lambda data=data: dsse.public_key("rsa", data), "RSA key")
    point = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    short = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert dsse.public_key("ecdsa-p256", short).data == short
    other = ec.derive_private_key(11, ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    flipped = bytes([5 - short[0]]) + short[1:]
    assert {dsse.public_key("ecdsa-p256", data).data[0] for data in (short, flipped)} == {2, 3}
    for data in (
        short[:-1],
        short + b"\0",
        bytes([4]) + short[1:],
        bytes([1]) + other[1:],
        b"",
        point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    ):
        refused(lambda data=data: dsse.public_key("ecdsa-p256", data), "compressed point")
    refused(lambda: dsse.public_key("ecdsa-p256", b"\x02" + b"\xff" * 32), "not a point of the curve")
    assert refused(lambda: dsse.public_key("gost", b""), "gost").next_step == "Use one of ed25519, ecdsa-p256, rsa"
    assert refused(lambda: dsse.new_key("gost"), "gost").next_step == "Use one of ed25519, ecdsa-p256, rsa"
    assert dsse.PublicKey("ed25519", b"x").id == hashlib.sha256(b"x").hexdigest()


def test_an_rsa_key_made_here_has_3072_bits():
    key = dsse.new_key("rsa")
    assert key._key.key_size == 3072
    assert key._key.public_key().public_numbers().e == 65537
    assert dsse.new_key().public.suite == "ed25519"


def test_envelopes_to_the_byte():
    key = dsse.PrivateKey(dsse.Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))
    signature = key.sign(dsse.pae("t", b"p"))
    data = dsse.sign("t", b"p", [key])
    assert data == (
        b'{"payload":"cA==","payloadType":"t","signatures":[{"keyid":"%b","sig":"%b"}]}'
        % (key.public.id.encode(), base64.b64encode(signature))
    )
    assert dsse.verify(data, "t", [key.public]) == (b"p", (key.public.id,))
    value = canonical.loads(data)
    one = value["signatures"][0]
    for wrong in (
        {**value, "more": 1},
        {name: member for name, member in value.items() if name != "payloadType"},
        {**value, "payloadType": "u"},
        {**value, "payload": 5},
        {**value, "payload": "cB=="},
        {**value, "signatures": one},
        {**value, "signatures": {}},
        {**value, "signatures": []},
        {**value, "signatures": [one, one]},
        {**value, "signatures": [{**one, "more": 1}]},
        {**value, "signatures": [{"keyid": one["keyid"]}]},
        {**value, "signatures": [{**one, "keyid": 5}]},
        {**value, "signatures": [{**one, "sig": 5}]},
        {**value, "signatures": [{**one, "sig": "A"}]},
        {**value, "signatures": ["x"]},
        {**value, "signatures": [one, {"keyid": 5, "sig": ""}]},
        [value],
    ):
        refused(lambda wrong=wrong: dsse.verify(canonical.dumps(wrong), "t", [key.public]))
    refused(lambda: dsse.verify(canonical.dumps({**value, "payloadType": "u"}), "t", [key.public]), "not an envelope of the type t")
    stranger = refused(lambda: dsse.verify(data, "t", []), "known key")
    assert stranger.next_step
    refused(lambda: dsse.verify(data.replace(b'"cA=="', b'"cQ=="'), "t", [key.public]), "does not hold")


def test_an_envelope_holds_up_to_sixteen_signatures_and_a_mebibyte():
    signatures = [(f"{number}", b"s") for number in range(16)]
    assert dsse.envelope("t", b"p", signatures)
    for wrong in ([], [*signatures, ("16", b"s")], [("a", b"s"), ("a", b"t")]):
        refused(lambda wrong=wrong: dsse.envelope("t", b"p", wrong), "1 to 16 signatures, one a key")
    room = dsse.ENVELOPE_LIMIT - len(dsse.envelope("t", b"", [("a", b"s")]))
    whole = b"x" * (room // 4 * 3)
    assert dsse.ENVELOPE_LIMIT == 1048576
    kind = "t" * (1 + room % 4)
    data = dsse.envelope(kind, whole, [("a", b"s")])
    assert len(data) == 1048576
    refused(lambda: dsse.verify(data, kind, []), "known key")
    refused(lambda: dsse.envelope(kind + "t", whole, [("a", b"s")]), "1048577 bytes")
    refused(lambda: dsse.verify(data.replace(b'"t', b'"tt', 1), kind + "t", []), "1048577 bytes")


ROOT_SEEDS = [bytes([number]) * 32 for number in (31, 32, 33)]
ROOTS = [ed25519.Ed25519Signer(seed).public.hex() for seed in ROOT_SEEDS]
FIRST = notes.LogSigner(ORIGIN, bytes([41]) * 32).vkey


def change(size=5, seed=42, **members):
    key = notes.LogSigner(ORIGIN, bytes([seed]) * 32).vkey
    return keychanges.KeyChange(**{"room": ROOM, "origin": ORIGIN, "size": size, "root": HASH, "key": key, **members})


def signed(one, seeds=tuple(ROOT_SEEDS[:2]), name=None):
    text = one.text()
    return notes.sign_note(text, [notes.LogSigner(name or keychanges.root_name(ORIGIN), seed).sign(text) for seed in seeds])


def test_changes_of_keys_that_can_be_and_cannot():
    for size in (0, 1, 2**63 - 1):
        assert keychanges.KeyChange.parse(change(size).text()) == change(size)
    assert change().public == notes.LogSigner(ORIGIN, bytes([42]) * 32).public
    text = change().text()
    assert text.splitlines() == ["cochair/key-change/v1", ROOM, ORIGIN, "5", base64.b64encode(HASH).decode(), change().key]
    working = "in.example/c7/IN/w-IN-7"
    for wrong in (
        change(-1),
        change(2**63),
        change(root=HASH[:31]),
        change(root=HASH + b"\0"),
        change(room=ROOM[:-2]),
        change(origin="x"),
        change(origin=working, key=notes.LogSigner(working, bytes([42]) * 32).vkey),
        change(key=notes.LogSigner("in.example/c8/IN/record", bytes([42]) * 32).vkey),
        change(key="x"),
        change(key=notes.vkey(ORIGIN, bytes.fromhex(min(published.STANDARDS))) if ed25519_fits(min(published.STANDARDS)) else "x"),
        change(key=make_published()),
    ):
        refused(wrong.text)
    for bad in (
        text[:-1],
        text + "\n",
        text.replace("\n5\n", "\n05\n"),
        text.replace("v1", "v2", 1),
        text.replace("Hh8=", "Hh9="),
        text.replace(ROOM, ROOM[:-2]),
    ):
        assert bad != text
        refused(lambda bad=bad: keychanges.KeyChange.parse(bad))


def ed25519_fits(key):
    try:
        ed25519.check_public(bytes.fromhex(key))
    except Rejected:
        return False
    return True


def make_published():
    return notes.vkey(ORIGIN, next(bytes.fromhex(key) for key in sorted(published.VECTORS) if ed25519_fits(key)))


def test_two_of_three_root_keys():
    assert (keychanges.ROOTS, keychanges.QUORUM, keychanges.MAX_CHANGES) == (3, 2, 64)
    assert keychanges.root_name(ORIGIN) == "in.example/IN/root"
    assert keychanges.check_roots(ROOTS) == [bytes.fromhex(root) for root in ROOTS]
    for seeds in (ROOT_SEEDS[:2], ROOT_SEEDS[1:], ROOT_SEEDS):
        note = signed(change(), seeds)
        assert keychanges.open_change(note, ROOTS) == keychanges.open_change(note.decode(), ROOTS) == change()
        assert keychanges.claimed(note) == keychanges.claimed(note.decode()) == change()
    assert refused(lambda: keychanges.open_change(signed(change(), ROOT_SEEDS[:1]), ROOTS), "Only 1 root key").next_step
    refused(lambda: keychanges.open_change(signed(change(), [*ROOT_SEEDS[:2], bytes([34]) * 32]), ROOTS), "no root key")
    refused(lambda: keychanges.open_change(signed(change(), ROOT_SEEDS[:2], "in.example/RU/root"), ROOTS))
    own = change(key=notes.LogSigner(ORIGIN, ROOT_SEEDS[2]).vkey)
    refused(lambda: keychanges.open_change(signed(own), ROOTS), "one of the root keys")
    for roots in (
        ROOTS[:2],
        [*ROOTS, ROOTS[0]],
        [*ROOTS[:2], ROOTS[0]],
        [*ROOTS, FIRST],
        [*ROOTS[:2], "00" * 32],
        [*ROOTS[:2], ROOTS[2][:-2]],
        [*ROOTS[:2], min(published.VECTORS)],
    ):
        refused(lambda roots=roots: keychanges.check_roots(roots))


def test_the_keys_of_a_log_by_size():
    keys = keychanges.LogKeys(FIRST)
    assert (keys.at(0), keys.at(10), keys.newest, keys.all) == (FIRST, FIRST, FIRST, (FIRST,))
    two = keys.with_change(change(5)).with_change(change(9, 43))
    second, third = change(5).key, change(9, 43).key
    assert two.all == (FIRST, second, third)
    assert two.newest == third
    assert [two.at(size) for size in (0, 4, 5, 6, 8, 9, 10)] == [FIRST, FIRST, FIRST, second, second, second, third]
    assert two.with_change(change(5)) is two
    assert two.with_change(change(9, 43)) is two
    for bad in (change(5, 44), change(9, 44)):
        with pytest.raises(Conflict, match="Two different changes"):
            two.with_change(bad)
    with pytest.raises(Conflict, match="beyond the 8"):
        two.with_change(change(8, 44))
    refused(lambda: two.with_change(change(10)), "has signed this log before")
    refused(lambda: keys.with_change(change(10, 41)), "has signed this log before")
    assert two.with_change(change(10, 44)).newest == change(10, 44).key
    elsewhere = "in.example/c8/IN/record"
    refused(lambda: keys.with_change(change(origin=elsewhere, key=notes.LogSigner(elsewhere, bytes([44]) * 32).vkey)), "another log")
    many = keychanges.LogKeys(FIRST)
    for number in range(64):
        many = many.with_change(change(number, 50 + number))
    assert len(many.changes) == 64
    refused(lambda: many.with_change(change(64, 200)), "64 times")


def test_a_signature_under_a_key_that_ended():
    keys = keychanges.LogKeys(FIRST).with_change(change(5))
    old, new = notes.LogSigner(ORIGIN, bytes([41]) * 32), notes.LogSigner(ORIGIN, bytes([42]) * 32)
    for size, ended in ((5, new), (6, old)):
        text = Checkpoint(ORIGIN, size, HASH).text()
        held = {5: old, 6: new}[size]
        assert keys.ended(text, [ended.sign(text)], size)
        assert keys.ended(text, [held.sign(text), ended.sign(text)], size)
        assert not keys.ended(text, [held.sign(text)], size)
        assert not keys.ended(text, [], size)
        broken = ended.sign(text)._replace(blob=bytes(64))
        assert not keys.ended(text, [broken], size)
        assert keys.ended(text, [broken, ended.sign(text)], size)
        assert not keys.ended(text, [ended.sign(text)._replace(name="x")], size)
        assert not keys.ended(text, [ended.sign(text)._replace(key_id=b"abcd")], size)
    assert checkpoints.Checkpoint.parse(text).size == 6


def test_keys_of_kinds_that_the_library_does_not_know():
    good = spki(numbers(2048))
    rsa_name = bytes.fromhex("06092a864886f70d010101")
    with_parameters = good.index(rsa_name) - 2
    without = bytes.fromhex("300b") + rsa_name + good[with_parameters + 2 + len(rsa_name) + 2 :]
    refused(lambda: dsse.public_key("rsa", b"\x30\x82" + len(without).to_bytes(2, "big") + without), "canonical")
    refused(lambda: dsse.public_key("rsa", good.replace(rsa_name, rsa_name[:-1] + b"\x63")), "RSA key")
    for kind in ("2b6571", "2b6563"):  # Ed448 of a wrong length, and a kind that nobody has
        inner = b"\x30\x05\x06\x03" + bytes.fromhex(kind) + b"\x04\x22\x04\x20" + bytes(32)
        data = b"\x30" + bytes([len(inner) + 3]) + b"\x02\x01\x00" + inner
        text = b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(data) + b"-----END PRIVATE KEY-----\n"
        refused(lambda text=text: dsse.load_key(text), "cannot be read")
    refused(lambda: dsse.PrivateKey(ec.derive_private_key(7, ec.SECP384R1())), "no suite")
    assert [dsse.new_key(suite).public.suite for suite in ("ed25519", "ecdsa-p256")] == ["ed25519", "ecdsa-p256"]


def test_a_signature_whose_first_half_is_the_identity_is_refused_although_its_equation_holds():
    seed, order = bytes([5]) * 32, 2**252 + 27742317777372353535851937790883648493
    digest = hashlib.sha512(seed).digest()
    scalar = (int.from_bytes(digest[:32], "little") & ((1 << 254) - 8)) | (1 << 254)
    public, first = ed25519.Ed25519Signer(seed).public, bytes([1]) + bytes(31)
    challenge = int.from_bytes(hashlib.sha512(first + public + b"m").digest(), "little") % order
    refused(lambda: ed25519.verify(public, b"m", first + (challenge * scalar % order).to_bytes(32, "little")), "does not hold")


def test_the_identity_is_refused_whatever_the_library_says(monkeypatch):
    monkeypatch.setattr(ed25519.bindings, "crypto_sign_open", lambda _signed, _public: b"")
    public, identity = ed25519.Ed25519Signer(bytes([5]) * 32).public, bytes([1]) + bytes(31)
    for rest in (bytes(32), bytes([7]) * 32):
        refused(lambda rest=rest: ed25519.verify(public, b"m", identity + rest), "does not hold")
    for other in (bytes(32), bytes([2]) + bytes(31), bytes(31) + bytes([1]), bytes([1]) + bytes(30) + bytes([1])):
        ed25519.verify(public, b"m", other + bytes(32))
