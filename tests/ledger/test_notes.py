import pytest

from cochair.kit.errors import Rejected
from cochair.ledger import cosignatures, macs, notes
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.merkle import EMPTY_ROOT

ORIGIN = "in.example/c7/IN/record"
WORKING = "in.example/c7/IN/w-IN-7"
ROOM = "ab" * 32
TEXT = Checkpoint(ORIGIN, 5, bytes(32)).text()
SIGNERS = [notes.LogSigner(f"log{number}.example", bytes([number]) * 32) for number in range(17)]


def test_sixteen_signatures_fit_and_seventeen_do_not():
    lines = [signer.sign(TEXT) for signer in SIGNERS]
    opened = notes.open_note(notes.sign_note(TEXT, lines[:16]), [notes.Verifier(signer.vkey) for signer in SIGNERS])
    assert opened.verified == tuple(signer.name for signer in SIGNERS[:16])
    whole = (TEXT + "\n" + "".join(f"{line}\n" for line in lines)).encode()
    with pytest.raises(Rejected, match="16"):
        notes.open_note(whole, [notes.Verifier(SIGNERS[0].vkey)])
    with pytest.raises(Rejected):
        notes.sign_note(TEXT, lines)
    with pytest.raises(Rejected):
        notes.sign_note(TEXT, [])


def test_sixty_four_kibibytes():
    line = SIGNERS[0].sign("x" * 70_000 + "\n")
    with pytest.raises(Rejected, match="65536"):
        notes.sign_note("x" * 70_000 + "\n", [line])
    with pytest.raises(Rejected, match="65536"):
        notes.split_note(b"x" * 65_537)


@pytest.mark.parametrize("text", ["", "no end", "tab\there\n", "cr\r\n", "\0\n", "\x7f\n", "\ud800\n"])
def test_texts_that_cannot_be_signed(text):
    with pytest.raises(Rejected):
        SIGNERS[0].sign(text)
    with pytest.raises(Rejected):
        notes.sign_note(text, [SIGNERS[0].sign("a\n")])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "x" * 256, "a\u200bb"])
def test_names_that_cannot_name_a_key(name):
    with pytest.raises(Rejected):
        notes.LogSigner(name, bytes(32))


def test_a_verifier_key_is_read_strictly():
    good = SIGNERS[0].vkey
    assert notes.parse_vkey(good) == (SIGNERS[0].name, SIGNERS[0].public)
    name, key_id, key = good.split("+", 2)
    wrong_id = "0" * 8 if key_id != "0" * 8 else "1" * 8
    small_order = "AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    for bad in (
        "",
        name,
        f"{name}+{key_id}",
        f"{name}+{wrong_id}+{key}",
        f"{name}+{key_id.upper()}+{key}" if key_id.upper() != key_id else "x",
        f"{good}\n",
        f"{name}+{key_id}+{key}=",
        f"{name}+{key_id}+{small_order}",
        f"other+{key_id}+{key}",
    ):
        with pytest.raises(Rejected):
            notes.Verifier(bad)
    with pytest.raises(Rejected):
        cosignatures.CosignatureVerifier(good)
    with pytest.raises(Rejected):
        notes.Verifier(cosignatures.Cosigner("a.example", bytes(32)).vkey)
    with pytest.raises(Rejected):
        notes.LogSigner("a.example", bytes(31))


def test_a_cosignature_is_of_a_checkpoint_at_a_time():
    cosigner = cosignatures.Cosigner("ru.example/c7/RU/mirror", bytes([9]) * 32)
    verifier = cosignatures.CosignatureVerifier(cosigner.vkey)
    line = cosigner.sign(TEXT, 17)
    assert verifier.verify(TEXT, line.blob) == 17
    for text, blob in (
        (TEXT.replace("5", "6"), line.blob),
        (TEXT, line.blob[:-1]),
        (TEXT, (18).to_bytes(8, "big") + line.blob[8:]),
        (TEXT, bytes(72)),
        (TEXT, b"\xff" * 72),
    ):
        with pytest.raises(Rejected):
            verifier.verify(text, blob)
    for text, time in (("any\n", 17), (TEXT, 0), (TEXT, -1), (TEXT, 2**63)):
        with pytest.raises(Rejected):
            cosigner.sign(text, time)


def test_a_log_signature_is_no_cosignature_of_the_same_key():
    seed = bytes([3]) * 32
    signer, cosigner = notes.LogSigner(ORIGIN, seed), cosignatures.Cosigner(ORIGIN, seed)
    assert signer.key_id != cosigner.key_id
    with pytest.raises(Rejected):
        cosignatures.CosignatureVerifier(cosigner.vkey).verify(TEXT, (17).to_bytes(8, "big") + signer.sign(TEXT).blob)


def test_a_mac_key_belongs_to_two_nodes_one_room_and_one_log():
    one, other = bytes([1]) * 32, bytes([2]) * 32
    key = macs.mac_key(one, macs.exchange_public(other), ROOM, WORKING)
    assert key == macs.mac_key(other, macs.exchange_public(one), ROOM, WORKING)
    own = macs.mac_key(one, macs.exchange_public(one), ROOM, WORKING)
    keys = {
        key,
        own,
        macs.mac_key(one, macs.exchange_public(other), "cd" * 32, WORKING),
        macs.mac_key(one, macs.exchange_public(other), ROOM, WORKING + "1"),
    }
    assert len(keys) == 4
    for call in (
        lambda: macs.mac_key(bytes(31), macs.exchange_public(other), ROOM, WORKING),
        lambda: macs.mac_key(one, macs.exchange_public(other), "room", WORKING),
        lambda: macs.mac_key(one, macs.exchange_public(other), ROOM, "log"),
    ):
        with pytest.raises(Rejected):
            call()


def test_a_mac_line_is_for_one_log_and_one_peer():
    key = bytes(range(32))
    text = Checkpoint(WORKING, 0, EMPTY_ROOT).text()
    line = macs.mac_line(WORKING, "RU", key, text)
    assert len(line.blob) == 32
    macs.verify_mac(WORKING, "RU", key, text, line)
    for origin, peer, used, shown in (
        (WORKING, "IN", key, text),
        (WORKING, "RU", bytes(32), text),
        (WORKING, "RU", key, Checkpoint(WORKING, 1, bytes(32)).text()),
        (ORIGIN, "RU", key, text),
    ):
        with pytest.raises(Rejected):
            macs.verify_mac(origin, peer, used, shown, line)
    with pytest.raises(Rejected):
        macs.mac_line(WORKING, "RU", key, TEXT)
    with pytest.raises(Rejected):
        macs.mac_line(WORKING, "RU", key[:-1], text)
    with pytest.raises(Rejected):
        macs.verify_mac(WORKING, "RU", key, text, line._replace(blob=line.blob[:16]))
