"""Keys in a PKCS #11 token, tried with SoftHSM: made inside, never read out; the PIN is in no message. Without SoftHSM (Debian: softhsm2) these are skipped."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.ledger import dsse
from cochair.ledger.cosignatures import CosignatureVerifier
from cochair.ledger.notes import Verifier, open_note
from cochair.record import changes, token
from cochair.record.keys import load_node_keys, renew_keys, write_private
from cochair.record.log_keys import next_log_key, set_root_sets
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from cochair.record.token import Token, TokenSettings
from tests.record.makers import REGISTRY, note, reopen
from tests.record.test_changes import Roots

MODULE = next(
    (str(path) for path in map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")) if path.exists()), ""
)
PIN = "9274-not-for-logs"
needs_softhsm = pytest.mark.skipif(not MODULE or shutil.which("softhsm2-util") is None, reason="needs SoftHSM (Debian: softhsm2)")


@pytest.fixture(scope="module")
def hsm(tmp_path_factory):
    """One store of tokens a process: the library reads its settings once."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        for label in ("Node IN", "Co-Chair"):
            command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "another-pin"]
            subprocess.run(command, check=True, capture_output=True)
        write_private(folder / "pin", f"{PIN}\n".encode())
        write_private(folder / "wrong", b"1234\n")
        yield folder


def settings(hsm, label="Node IN", pin="pin"):
    return TokenSettings(MODULE, label, str(hsm / pin))


@needs_softhsm
def test_a_node_signs_with_keys_in_a_token_and_changes_them_there(hsm, tmp_path):
    roots = Roots("IN")
    node = Node.init(tmp_path / "in", side="IN", domain="in.example", registry=REGISTRY, make_signer=InProcessSigner, token=settings(hsm))
    room = node.found("c7", root_keys=roots.publics)
    set_root_sets(node.folder, [roots.publics])
    node.write(room, [note("from a token")])
    signer = node.folder / "signer"
    assert sorted(path.name for path in signer.glob("*.pem")) == ["exchange.pem"]
    assert PIN not in "".join(path.read_text() for path in signer.iterdir() if path.suffix in (".json", ".token"))
    origin = node.origin(room)
    open_note(node.checkpoint(room, origin), [Verifier(node.descriptor("c7")["log_key"])])
    change = changes.request(node, room, next_log_key(node.folder))
    changes.apply(node, room, roots.note(change))
    again = reopen(node)
    again.write(room, [note("with the next key in the token")])
    open_note(again.checkpoint(room, origin), [Verifier(change.key)])
    assert again.fsck(room) == []
    other = Node.init(tmp_path / "ru", side="RU", domain="ru.example", registry=REGISTRY, make_signer=InProcessSigner)
    theirs = other.found("c7")
    other.write(theirs, [note("theirs")])
    point = other.checkpoint(theirs, other.origin(theirs))
    opened = open_note(point + again.signer.cosign(point).encode() + b"\n", [CosignatureVerifier(again.descriptor("c7")["cosign_key"])])
    assert opened.times
    first = again.signer.public()
    second = renew_keys(again.folder, cosign=True)
    assert second.older_cosign == [first.cosign] != [second.cosign]
    for key in (first.cosign, second.cosign):  # a signer that runs finds the new one in the token
        line = again.signer.cosign(point, key=key).encode()
        assert open_note(point + line + b"\n", [CosignatureVerifier(second.cosign_vkey(key))]).times
    assert sorted(path.name for path in signer.glob("*.pem")) == ["exchange.pem"]
    for one in (again, other):
        one.close()


@needs_softhsm
def test_a_key_that_is_not_in_the_token_or_another_than_named_is_refused(hsm, tmp_path):
    node = Node.init(tmp_path / "in", side="IN", domain="in.example", registry=REGISTRY, make_signer=InProcessSigner, token=settings(hsm))
    node.close()
    path = node.folder / "signer" / "log.token"
    ref, cosign = json.loads(path.read_text()), json.loads((node.folder / "signer" / "cosign.token").read_text())
    path.write_text(json.dumps({**ref, "id": "00" * 8}))
    with pytest.raises(NotFound, match="does not hold the key"):
        load_node_keys(node.folder)
    path.write_text(json.dumps({**ref, "id": cosign["id"]}))
    with pytest.raises(Rejected, match="not the key"):
        load_node_keys(node.folder)


@needs_softhsm
def test_a_wrong_pin_or_token_is_said_without_the_pin(hsm, monkeypatch, capfd):
    for wrong, kind in ((settings(hsm, pin="wrong"), Rejected), (settings(hsm, "No such token"), NotFound)):
        with pytest.raises(kind) as caught:
            Token(wrong)
        assert "1234" not in str(caught.value)
        assert PIN not in str(caught.value)
    monkeypatch.setenv(token.PIN, PIN)
    Token(TokenSettings(MODULE, "Node IN")).close()
    monkeypatch.delenv(token.PIN)
    with pytest.raises(CochairError, match="PIN is not given"):
        Token(TokenSettings(MODULE, "Node IN"))
    with pytest.raises(CochairError, match="cannot be opened"):
        Token(TokenSettings("/nowhere/lib.so", "Node IN", str(hsm / "pin")))
    assert PIN not in "".join(capfd.readouterr())


@needs_softhsm
@pytest.mark.parametrize("suite", dsse.SUITES)
def test_a_person_signs_in_the_suite_of_the_token(hsm, suite):
    import pkcs11

    card = Token(settings(hsm, "Co-Chair"))
    session, name = card._session, suite.encode().ljust(8, b"-")
    if suite == dsse.ED25519:
        curve = {pkcs11.Attribute.EC_PARAMS: bytes.fromhex("06032b6570")}
        made = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
        made.generate_keypair(mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, id=name, label=suite)
    elif suite == dsse.ECDSA_P256:
        from pkcs11.util.ec import encode_named_curve_parameters

        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True).generate_keypair(store=True, id=name, label=suite)
    else:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, id=name, label=suite)
    person = card.person(suite)
    assert person.public.suite == suite
    envelope = dsse.sign("application/vnd.cochair.seal+json", b"{}", [person])
    key = dsse.public_key(suite, person.public.data)
    assert dsse.verify(envelope, "application/vnd.cochair.seal+json", [key]).signers == (key.id,)
    with pytest.raises(NotFound):
        card.person("no such label")
    card.close()


def test_without_the_library_a_token_asks_for_it_and_nothing_else_does(monkeypatch, tmp_path):
    import builtins

    real = builtins.__import__

    def missing(name, *rest):
        if name.partition(".")[0] == "pkcs11":
            raise ImportError
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(CochairError, match="python-pkcs11") as caught:
        Token(TokenSettings("x", "y"))
    assert "extra: pkcs11" in caught.value.next_step
    node = Node.init(tmp_path / "in", side="IN", domain="in.example", registry=REGISTRY, make_signer=InProcessSigner)
    node.write(node.found("c7"), [note("needs no token")])
    node.close()
