"""Key files: closed, never overwritten, checked against what they claim to be; published keys are refused."""

import json
import stat

import pytest

from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.ledger import dsse
from cochair.ledger.ed25519 import Ed25519Signer
from cochair.ledger.macs import exchange_public
from cochair.ledger.notes import parse_vkey
from cochair.record import keys
from cochair.record.keys import (
    create_node_keys,
    load_node_keys,
    load_public_keys,
    mandate_key,
    new_person_key,
    read_person_key,
    renew_keys,
    write_private,
)
from tests.vectors import make


@pytest.fixture
def node(tmp_path):
    create_node_keys(tmp_path, side="IN", domain="in.example")
    return tmp_path


def test_new_keys_are_closed_to_others_and_load_as_what_was_made_public(node):
    assert stat.S_IMODE((node / "signer").stat().st_mode) == 0o700
    for path in (node / "signer").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    loaded = load_node_keys(node)
    assert loaded.public == load_public_keys(node)
    assert [key.public.hex() for key in loaded.logs.values()] == list(loaded.logs) == [loaded.public.log]
    assert loaded.cosign.public.hex() == loaded.public.cosign
    assert exchange_public(loaded.exchange).hex() == loaded.public.exchange
    assert parse_vkey(loaded.public.log_vkey("in.example/c7/IN/record")) == ("in.example/c7/IN/record", bytes.fromhex(loaded.public.log))


def test_a_printed_key_set_shows_no_private_part(node):
    loaded = load_node_keys(node)
    assert loaded.exchange.hex() not in repr(loaded)
    assert "Signer object" not in repr(loaded)


def test_keys_are_never_overwritten(node):
    before = (node / "signer" / "log.pem").read_bytes()
    with pytest.raises(Conflict, match="never overwritten"):
        create_node_keys(node, side="IN", domain="in.example")
    assert (node / "signer" / "log.pem").read_bytes() == before


@pytest.mark.parametrize(("side", "domain"), [("in", "in.example"), ("IN", "has space"), ("IN", "")])
def test_names_that_no_log_could_have_are_refused_before_a_key_is_made(tmp_path, side, domain):
    with pytest.raises(Rejected):
        create_node_keys(tmp_path, side=side, domain=domain)
    assert not (tmp_path / "signer").exists()


def test_renewed_keys_stand_beside_the_old_ones_which_may_then_go(node):
    first = load_public_keys(node)
    second = renew_keys(node, cosign=True, exchange=True)
    third = renew_keys(node, cosign=True)
    assert third.cosigns == [first.cosign, second.cosign, third.cosign]
    assert third.exchanges == [first.exchange, second.exchange]
    loaded = load_node_keys(node)
    assert {key: one.public.hex() for key, one in loaded.cosigns.items()} == {key: key for key in third.cosigns}
    assert {key: exchange_public(one).hex() for key, one in loaded.exchanges.items()} == {key: key for key in third.exchanges}
    for name in ("cosign.pem", f"cosign-{second.cosign}.pem", "exchange.pem"):
        (node / "signer" / name).unlink()
    loaded = load_node_keys(node)
    assert (list(loaded.cosigns), list(loaded.exchanges)) == ([third.cosign], [second.exchange])
    (node / "signer" / f"cosign-{third.cosign}.pem").write_bytes((node / "signer" / "log.pem").read_bytes())
    with pytest.raises(Rejected, match=r"not the key that public\.json names"):
        load_node_keys(node)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_an_open_private_key_is_refused_with_the_remedy(node, mode):
    (node / "signer" / "exchange.pem").chmod(mode)
    with pytest.raises(CochairError, match=r"open to other users.*chmod go="):
        load_node_keys(node)


def test_a_key_through_a_link_is_refused(node, tmp_path):
    path = node / "signer" / "log.pem"
    path.rename(node / "elsewhere.pem")
    path.symlink_to(node / "elsewhere.pem")
    with pytest.raises(CochairError, match="Cannot read"):
        load_node_keys(node)


@pytest.mark.parametrize("name", ["log.pem", "cosign.pem", "exchange.pem", "public.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "nonsense", "too long"])
def test_damaged_keys_are_refused(node, name, damage):
    path = node / "signer" / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "nonsense": b"\xff nonsense", "too long": b"x" * 20_000}[damage])
    with pytest.raises(NotFound if damage == "missing" else Rejected):
        load_node_keys(node)


def test_swapped_or_foreign_keys_are_refused(node, tmp_path_factory):
    folder = node / "signer"
    log, cosign = (folder / "log.pem").read_bytes(), (folder / "cosign.pem").read_bytes()
    (folder / "log.pem").write_bytes(cosign)
    with pytest.raises(Rejected, match=r"not the key that public\.json names"):
        load_node_keys(node)
    (folder / "log.pem").write_bytes(log)
    (folder / "exchange.pem").write_bytes(log)
    with pytest.raises(Rejected, match=r"not the key that public\.json names"):
        load_node_keys(node)


@pytest.mark.parametrize("change", [{"log": "00" * 32}, {"log": "zz"}, {"exchange": "01" + "00" * 31}, {"side": "in"}, {"more": 1}])
def test_public_keys_are_checked_as_they_are_read(node, change):
    path = node / "signer" / "public.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(Rejected):
        load_public_keys(node)


def test_one_key_for_log_and_cosigning_is_refused(node):
    path = node / "signer" / "public.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps(value | {"cosign": value["log"]}))
    with pytest.raises(Rejected, match="same"):
        load_public_keys(node)


@pytest.mark.parametrize("name", ["log", "other log", "person"])
def test_keys_whose_private_half_is_printed_are_refused(node, name):
    public = Ed25519Signer(make.seed(name)).public.hex()
    with pytest.raises(Rejected, match="printed for all to see"):
        mandate_key(dsse.ED25519, public)
    path = node / "signer" / "public.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"log": public}))
    with pytest.raises(Rejected, match="printed for all to see"):
        load_public_keys(node)


def test_a_failed_write_leaves_no_half_key(tmp_path, monkeypatch):
    monkeypatch.setattr(keys.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CochairError, match="No space left"):
        write_private(tmp_path / "key.pem", b"secret")
    assert not (tmp_path / "key.pem").exists()


def test_an_unwritable_place_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CochairError, match="Cannot make"):
        create_node_keys(tmp_path / "file", side="IN", domain="in.example")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_node_keys_may_be_encrypted_and_then_ask_for_their_passphrase(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    write_private(secret, b"a long passphrase\nand a second line")
    monkeypatch.setenv("COCHAIR_SIGNER_PASSPHRASE_FILE", str(secret))
    create_node_keys(tmp_path / "node", side="IN", domain="in.example")
    assert b"ENCRYPTED" in (tmp_path / "node" / "signer" / "log.pem").read_bytes()
    assert load_node_keys(tmp_path / "node").public == load_public_keys(tmp_path / "node")
    monkeypatch.delenv("COCHAIR_SIGNER_PASSPHRASE_FILE")
    with pytest.raises(Rejected, match="passphrase is not given"):
        load_node_keys(tmp_path / "node")
    monkeypatch.setenv("COCHAIR_SIGNER_PASSPHRASE", "another one")
    with pytest.raises(Rejected, match="not a private key that this passphrase opens"):
        load_node_keys(tmp_path / "node")
    monkeypatch.setenv("COCHAIR_SIGNER_PASSPHRASE", "a long passphrase")
    assert load_node_keys(tmp_path / "node").exchange


@pytest.mark.parametrize("suite", dsse.SUITES)
def test_a_persons_key_is_read_back_with_its_passphrase_only(tmp_path, suite):
    path = tmp_path / "person.pem"
    write_private(path, new_person_key(suite, b"a long passphrase"))
    key = read_person_key(path, b"a long passphrase")
    assert mandate_key(suite, key.public.data.hex()) == key.public
    for wrong in (None, b"another"):
        with pytest.raises(Rejected):
            read_person_key(path, wrong)
    path.chmod(0o644)
    with pytest.raises(CochairError, match="open to other users"):
        read_person_key(path, b"a long passphrase")


def test_an_unknown_suite_is_refused():
    with pytest.raises(Rejected):
        new_person_key("md5")
    with pytest.raises(Rejected):
        mandate_key("md5", "00")
