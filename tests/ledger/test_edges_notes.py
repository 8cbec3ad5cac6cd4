"""Checkpoints, notes, cosignatures and MAC lines at their edges: the last value that is taken and the first that is refused."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cochair.ledger import (
    cosignatures,
    ed25519,
    macs,
    merkle,
    notes,
)
from cochair.ledger.checkpoints import Checkpoint
from tests.makers.refused import HASH, refused
from tests.vectors import make

ROOM = make.ROOM
ORIGIN = make.ORIGIN


def test_checkpoints_that_can_be_and_cannot():
    for size in (1, 2**63 - 1):
        point = Checkpoint(ORIGIN, size, HASH)
        assert Checkpoint.parse(point.text()) == point
    assert Checkpoint.parse(Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT).text()).size == 0
    for wrong in (
        Checkpoint(ORIGIN, 2**63, HASH),
        Checkpoint(ORIGIN, -1, HASH),
        Checkpoint(ORIGIN, 0, HASH),
        Checkpoint(ORIGIN, 1, HASH[:31]),
        Checkpoint(ORIGIN, 1, HASH + b"\0"),
        Checkpoint("two words", 1, HASH),
        Checkpoint("", 1, HASH),
        Checkpoint("a+b", 1, HASH),
    ):
        refused(wrong.text)
    text = Checkpoint(ORIGIN, 17, HASH).text()
    for bad in (
        text.replace("17", "017"),
        text.replace("17", "+17"),
        text.replace("17", str(2**63)),
        text.replace("17", "1" * 20),
        text.replace("17", "0"),
        text + "extension\n",
        text[:-1],
        "\n" + text,
        text.replace(ORIGIN, "two words"),
        text.replace(ORIGIN, "tab\there"),
        text.replace(ORIGIN, "\ud800"),
        text.replace("=\n", "\n"),
        text.replace("Hh8=", "Hh9="),
        text.replace("Hh8=", "Hh8"),
    ):
        assert bad != text
        refused(lambda bad=bad: Checkpoint.parse(bad))


def signer(number=1, name="log.example"):
    return notes.LogSigner(name, bytes([number]) * 32)


def test_names_of_keys():
    for good in ("a", "x" * 255, "ж", "a/b-c.d_e:f"):
        assert notes.check_name(good) == good
        assert notes.parse_vkey(signer(name=good).vkey)[0] == good
    for bad in ("", "x" * 256, "+", "a+", "a b", "\t", "a\x85", "a\u2028", "\ud800", "a\x7f", "\x00"):
        assert refused(lambda bad=bad: notes.check_name(bad)).next_step


def test_a_note_of_65536_bytes_is_the_longest():
    one = signer()
    small = len(notes.sign_note("\n", [one.sign("\n")]))
    text = "x" * (65536 - small) + "\n"
    note = notes.sign_note(text, [one.sign(text)])
    assert len(note) == 65536
    assert notes.split_note(note)[0] == text
    assert notes.open_note(note, [notes.Verifier(one.vkey)]).text == text
    longer = "x" + text
    refused(lambda: notes.sign_note(longer, [one.sign(longer)]), "65537")
    refused(lambda: notes.split_note((longer + "\n" + f"{one.sign(longer)}\n").encode()), "65537")


def test_notes_that_cannot_be():
    one, other = signer(1), signer(2, "other.example")
    text = "a\n\nb\n"
    note = notes.sign_note(text, [one.sign(text), other.sign(text)])
    assert notes.split_note(note) == (text, [one.sign(text), other.sign(text)])
    line = f"{one.sign(text)}\n".encode()
    for bad in (
        note[:-1],
        note[:-1] + b"A",
        note + b"\n",
        note + line,
        note.replace(b"\n\n\xe2", b"\n\xe2"),
        note.replace(b"a\n", b"a\r\n"),
        note.replace(b"\xe2\x80\x94", b"-"),
        note.replace("— ".encode(), "—  ".encode(), 1),
        note.replace(b"=\n", b"\n", 1),
        note.replace(b"a\n", b"\xff\n", 1),
        b"\n" + line,
        line,
        b"",
        b"\n\n",
        text.encode() + b"\n",
        text.encode() + b"\n" + "— x AAAA\n".encode(),
        text.encode() + b"\n" + "— x AAAAAA==\n".encode(),
        text.encode() + b"\n" + "— x+y AAAAAAAA\n".encode(),
        text.encode() + b"\n" + "— x AAAAAAB=\n".encode(),
    ):
        assert bad != note
        refused(lambda bad=bad: notes.split_note(bad))
    assert notes.split_note(text.encode() + b"\n" + "— x AAAAAAA=\n".encode())[1] == [notes.SignatureLine("x", bytes(4), bytes(1))]
    refused(lambda: notes.sign_note(text, [one.sign(text), one.sign(text)]), "two signature lines of one key")
    refused(lambda: notes.sign_note("", [one.sign(text)]))
    refused(lambda: notes.sign_note(text, [one.sign(text), one.sign(text)._replace(blob=bytes(64))]), "two signature lines of one key")
    again = one.sign(text)._replace(key_id=b"abcd")
    assert len(notes.split_note(notes.sign_note(text, [one.sign(text), again]))[1]) == 2


def test_what_an_opened_note_says():
    one, other = signer(1), signer(2, "other.example")
    cosigner = cosignatures.Cosigner("ru.example/c7/RU/mirror", bytes([3]) * 32)
    text = Checkpoint(ORIGIN, 5, HASH).text()
    lines = [one.sign(text), other.sign(text), cosigner.sign(text, 17)]
    note = notes.sign_note(text, lines)
    opened = notes.open_note(note, [notes.Verifier(one.vkey), cosignatures.CosignatureVerifier(cosigner.vkey)])
    assert opened == (text, (one.name, cosigner.name), {cosigner.name: 17}, (lines[1],))
    refused(lambda: notes.open_note(note, []), "known key")
    broken = notes.sign_note(text, [lines[0], lines[1]._replace(blob=bytes(64)), lines[2]])
    assert notes.open_note(broken, [notes.Verifier(one.vkey)]).verified == (one.name,)
    refused(lambda: notes.open_note(broken, [notes.Verifier(one.vkey), notes.Verifier(other.vkey)]))
    misnamed = notes.sign_note(text, [lines[0]._replace(name="x.example")])
    refused(lambda: notes.open_note(misnamed, [notes.Verifier(one.vkey)]), "known key")
    assert notes.Verifier(one.vkey).verify(text, lines[0].blob) == 0
    assert notes.Verifier(one.vkey).key_id == one.key_id == hashlib.sha256(b"log.example\n\x01" + one.public).digest()[:4]


def test_verifier_keys_of_each_type():
    public = signer().public
    for kind in (1, 4):
        text = notes.vkey("a.example", public, kind)
        assert notes.parse_vkey(text, kind) == ("a.example", public)
        verifier = (notes.Verifier if kind == 1 else cosignatures.CosignatureVerifier)(text)
        assert (verifier.vkey, verifier.name, verifier.public) == (text, "a.example", public)
        for other in {0, 1, 4, 5} - {kind}:
            refused(lambda other=other, text=text: notes.parse_vkey(text, other), "type")
    name, key_id, key = notes.vkey("a.example", public).split("+", 2)
    data = base64.b64decode(key)
    for wrong in (data[:-1], data + b"\0", data[:1], b""):
        refused(lambda wrong=wrong: notes.parse_vkey(f"{name}+{key_id}+{base64.b64encode(wrong).decode()}"), "type" if wrong else None)
    refused(lambda: notes.vkey("a b", public))
    refused(lambda: notes.vkey("a.example", bytes(32)))
    assert notes.MAX_SIGNATURES == 16


@pytest.mark.parametrize("text", ["AA==", "AAA=", "AAAA", ""])
def test_base64_that_is_read(text):
    assert base64.b64encode(notes.decode_base64(text)).decode() == text


@pytest.mark.parametrize("text", ["AB==", "AAB=", "A", "AA", "AA=", "AAAA=", "AA==AA==", "A A=", "AA==\n", "ä", "-_AA"])
def test_base64_that_is_not(text):
    refused(lambda: notes.decode_base64(text), "is not base64" if set(text) & set(" \n-_ä") else None)


def test_times_of_cosignatures():
    cosigner = cosignatures.Cosigner("ru.example/c7/RU/mirror", bytes([3]) * 32)
    verifier = cosignatures.CosignatureVerifier(cosigner.vkey)
    text = Checkpoint(ORIGIN, 5, HASH).text()
    for time in (1, 2**63 - 1):
        assert cosignatures.cosigned_bytes(text, time) == b"cosignature/v1\ntime %d\n" % time + text.encode()
        assert verifier.verify(text, cosigner.sign(text, time).blob) == time
    for time in (0, -1, 2**63):
        refused(lambda time=time: cosignatures.cosigned_bytes(text, time), "not a time")
    refused(lambda: cosignatures.cosigned_bytes("x\n", 1))
    blob = cosigner.sign(text, 17).blob
    assert blob[:8] == bytes(7) + b"\x11"
    for bad in (blob[:-1], blob + b"\0", b"", blob[:8]):
        refused(lambda bad=bad: verifier.verify(text, bad), "72 bytes")
    assert verifier.key_id == cosigner.key_id == notes.key_id(cosigner.name, 4, cosigner.public)
    assert verifier.public == cosigner.public
    for other in ("a b", ""):
        refused(lambda other=other: cosignatures.Cosigner(other, bytes([3]) * 32))
    elsewhere = cosignatures.Cosigner(cosigner.name, ed25519.Ed25519Signer(bytes([3]) * 32))
    assert elsewhere.sign(text, 17) == cosigner.sign(text, 17)
    assert notes.LogSigner("a", ed25519.Ed25519Signer(bytes([3]) * 32)).sign("x\n") == notes.LogSigner("a", bytes([3]) * 32).sign("x\n")
    refused(lambda: notes.LogSigner("a b", bytes(32)))


PRIME = 2**255 - 19


def test_exchange_keys():
    good = macs.exchange_public(bytes([1]) * 32)
    assert macs.check_exchange_public(good) == good
    assert macs.check_exchange_public((PRIME - 3).to_bytes(32, "little"))
    for bad in (
        good[:-1],
        good + b"\0",
        PRIME.to_bytes(32, "little"),
        (PRIME - 1).to_bytes(32, "little"),
        (PRIME + 2).to_bytes(32, "little"),
        b"\xff" * 32,
        bytes(32),
        bytes([1]) + bytes(31),
    ):
        whole = len(bad) == 32 and int.from_bytes(bad, "little") < PRIME
        refused(lambda bad=bad: macs.check_exchange_public(bad), "small order" if whole else "canonical form")
        refused(lambda bad=bad: macs.mac_key(bytes([1]) * 32, bad, ROOM, ORIGIN))
    for bad in (bytes(31), bytes(33), b""):
        refused(lambda bad=bad: macs.exchange_public(bad), f"{len(bad)} bytes")


def test_mac_keys_and_lines_to_the_byte():
    one, other = bytes([1]) * 32, bytes([2]) * 32
    pair = sorted((macs.exchange_public(one), macs.exchange_public(other)))
    info = b"cochair/mac-key/v1\n" + ROOM.encode() + b"\n" + ORIGIN.encode() + b"\n" + pair[0] + pair[1]
    key = HKDF(SHA256(), 32, None, info).derive(macs._shared(one, macs.exchange_public(other)))
    assert (
        macs.mac_key(one, macs.exchange_public(other), ROOM, ORIGIN) == macs.mac_key(other, macs.exchange_public(one), ROOM, ORIGIN) == key
    )
    for room, origin in ((ROOM[:-2], ORIGIN), (ROOM.upper() if ROOM.upper() != ROOM else "Z" * 64, ORIGIN), (ROOM, "x")):
        refused(lambda room=room, origin=origin: macs.mac_key(one, macs.exchange_public(other), room, origin))
    text = Checkpoint(ORIGIN, 5, HASH).text()
    line = macs.mac_line(ORIGIN, "RU", key, text)
    assert line.name == f"{ORIGIN}/mac/RU" == macs.mac_name(ORIGIN, "RU")
    assert line.key_id == hashlib.sha256(line.name.encode() + b"\n\xffcochair/mac/v1\n").digest()[:4]
    assert line.blob == macs.mac(key, text)
    for call in (
        lambda: macs.mac_name("x", "RU"),
        lambda: macs.mac_name(ORIGIN, "ru"),
        lambda: macs.mac(key + b"\0", text),
        lambda: macs.mac(key, "x\n"),
        lambda: macs.mac_line(ORIGIN, "RU", key, Checkpoint("in.example/c8/IN/record", 5, HASH).text()),
        lambda: macs.verify_mac(ORIGIN, "RU", key, text, line._replace(name="x")),
        lambda: macs.verify_mac(ORIGIN, "RU", key, text, line._replace(key_id=b"abcd")),
        lambda: macs.verify_mac(ORIGIN, "RU", key, text, line._replace(blob=bytes(32))),
        lambda: macs.MacVerifier(ORIGIN, "RU", key).verify(text, line.blob[:31]),
    ):
        refused(call)
    elsewhere = Checkpoint("in.example/c8/IN/record", 5, HASH).text()
    refused(lambda: macs.MacVerifier(ORIGIN, "RU", key).verify(elsewhere, macs.mac(key, elsewhere)))
    assert macs.MacVerifier(ORIGIN, "RU", key).verify(text, line.blob) == 0
