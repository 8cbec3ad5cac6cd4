"""A person signs outside the node: the response opens under the person's key, the originals check out, and what does not belong together is refused."""

import os

import pytest
from cryptography.hazmat.primitives import serialization

from cochair.kit.errors import Rejected
from cochair.ledger import dsse
from cochair.paper.check import check_pdf
from cochair.paper.model import field_name
from cochair.paper.render import render_original
from cochair.protocol import request as requests
from tests.cli import program
from tests.cli.test_bad_input import request
from tests.makers import originals
from tests.makers.certificates import self_signed

ROOM = "ab" * 32


@pytest.fixture
def folder(tmp_path):
    key = program.ask(tmp_path, "keys", "new", "--suite", "ecdsa-p256", "--out", "person.pem")["key"]
    (tmp_path / "request.json").write_bytes(request(ROOM, key))
    return tmp_path


def person(folder):
    return dsse.load_key((folder / "person.pem").read_bytes())


def test_the_response_is_over_the_request_and_nothing_else(folder):
    said = program.cochair(folder, "sign", "request.json", "--key", "person.pem")
    assert said.splitlines()[0].startswith("SPECIMEN")
    asked = requests.decode((folder / "request.json").read_bytes())
    response = (folder / "request.json.signed").read_bytes()
    assert requests.opened(response, person(folder).public) == asked
    with pytest.raises(Rejected):
        requests.opened(response, dsse.new_key().public)
    assert "exists already" in program.cochair(folder, "sign", "request.json", "--key", "person.pem", status=1)


def test_another_key_than_the_registered_one_is_refused(folder):
    program.cochair(folder, "keys", "new", "--out", "other.pem")
    said = program.cochair(folder, "sign", "request.json", "--key", "other.pem", status=1)
    assert "another key" in said
    assert not (folder / "request.json.signed").exists()


def test_originals_are_signed_with_the_same_key(folder):
    key = serialization.load_pem_private_key((folder / "person.pem").read_bytes(), None)
    (folder / "person.crt").write_bytes(self_signed(key, usage=originals_usage()).public_bytes(serialization.Encoding.PEM))
    for holder in program.SIDES:
        made = render_original(originals.instrument(), holder)
        (folder / f"original-{holder}.pdf").write_bytes(made.pdf)
    pdfs = [part for holder in program.SIDES for part in ("--pdf", f"original-{holder}.pdf")]
    program.cochair(folder, "sign", "request.json", "--key", "person.pem", *pdfs, "--certificate", "person.crt")
    for holder in program.SIDES:
        made = render_original(originals.instrument(), holder)
        data = (folder / f"original-{holder}.signed-IN.pdf").read_bytes()
        fields = [field_name(side) for side in program.SIDES]
        checked = check_pdf(data, length=len(made.pdf), digest=made.digest, fields=fields, signed=[field_name("IN")])
        assert checked.good, checked.words
    os.remove(folder / "request.json.signed")  # noqa: PTH107
    said = program.cochair(folder, "sign", "request.json", "--key", "person.pem", *pdfs, "--certificate", "person.crt", status=1)
    assert "exists already" in said


def originals_usage():
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def test_a_passphrase_guards_the_key(folder, monkeypatch):
    (folder / "word").write_text("a passphrase\n")
    key = program.ask(folder, "keys", "new", "--out", "closed.pem", "--passphrase-file", "word")["key"]
    assert b"ENCRYPTED" in (folder / "closed.pem").read_bytes()
    (folder / "closed.json").write_bytes(request(ROOM, key))
    program.cochair(folder, "sign", "closed.json", "--key", "closed.pem", status=1)
    program.cochair(folder, "sign", "closed.json", "--key", "closed.pem", "--passphrase-file", "word")


def test_one_key_signs_and_a_token_needs_its_library(folder):
    for given, said in (
        ([], "Give --key FILE, or --pkcs11 SLOT"),
        (["--key", "person.pem", "--pkcs11", "Card"], "Give --key FILE, or --pkcs11 SLOT"),
        (["--pkcs11", "Card"], "--pkcs11-module"),
    ):
        assert said in program.cochair(folder, "sign", "request.json", *given, status=1)
    assert not (folder / "request.json.signed").exists()
