"""Signatures made and checked: what passes, and that nothing else does. Each attack starts from a real file with both signatures."""

import asyncio
import hashlib
import io
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cochair.kit.errors import CochairError, Rejected
from cochair.paper.check import check_limited, check_pdf
from cochair.paper.increment import ROOM, read_base
from cochair.paper.reasons import WORDS, Reason
from cochair.paper.sign import embed, load_key, make_cms, prepare, sign_pdf
from cochair.paper.specimen import specimen_pem
from tests.makers.certificates import NOW, person, self_signed
from tests.makers.originals import original

AT = ("2025-08-06T12:00:00Z", "2025-08-06T12:05:00Z")


class Case(NamedTuple):
    """An original and the same with one and two signatures."""

    base: bytes
    one: bytes
    two: bytes
    facts: dict

    def check(self, data, **more):
        return check_pdf(data, **{**self.facts, **more})


def case(holder="IN", languages=("en", "ru"), kind="ecdsa"):
    return _case(holder, languages, kind)


@cache
def _case(holder, languages, kind):
    made = original(holder, languages)
    other = "RU" if holder == "IN" else "IN"
    one = sign_pdf(made.pdf, f"sign-{holder}", person(holder, kind), signed_at=AT[0])
    two = sign_pdf(one, f"sign-{other}", person(other, kind), signed_at=AT[1])
    facts = {"length": made.length, "digest": made.digest, "fields": made.fields}
    return Case(made.pdf, one, two, facts)


CASES = [("IN", ("en", "ru")), ("RU", ("hi", "ru"))]


@pytest.mark.parametrize("kind", ["ecdsa", "rsa", "ed25519"])
def test_untouched_files_pass_with_no_one_and_two_signatures(kind):
    it = case(kind=kind)
    for data, fields in ((it.base, []), (it.one, ["sign-IN"]), (it.two, ["sign-IN", "sign-RU"])):
        answer = it.check(data, signed=fields)
        assert (answer.good, answer.reason) == (True, None), answer.words
        assert [s.field for s in answer.signatures] == fields
    last = answer.signatures[1]
    assert last.claimed_at == AT[1]
    assert last.signer.subject.startswith("Common Name: SPECIMEN")
    assert last.signer.certificate_digest == hashlib.sha256(person("RU", kind).certificate).hexdigest()
    assert it.two.startswith(it.one)
    assert it.one.startswith(it.base)


def test_either_side_may_sign_first():
    it = case("RU")
    assert it.check(it.two, signed=["sign-IN", "sign-RU"]).good
    assert [s.field for s in it.check(it.two).signatures] == ["sign-RU", "sign-IN"]


def test_other_programs_agree_that_the_signatures_are_good(tmp_path):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    file = tmp_path / "signed.pdf"
    file.write_bytes(case().two)
    said = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid.") == 2
    for embedded in PdfFileReader(io.BytesIO(case().two)).embedded_signatures:
        context = ValidationContext(trust_roots=[embedded.signer_cert], allow_fetching=False, moment=NOW)
        assert validate_pdf_signature(embedded, context).bottom_line


# --- attacks: name -> function of a case, giving bytes that must be refused ---


def _update(data, objects, *, root=None):
    """A well-formed incremental update of ``data``: object number -> body."""
    trailer = re.findall(rb"trailer << (.*?) >>\n", data)[-1]
    previous = re.findall(rb"startxref\n(\d+)\n", data)[-1]
    size = int(re.search(rb"/Size (\d+)", trailer)[1])
    out, table = bytearray(data), b"xref\n"
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at = len(out)
    fixed = re.sub(rb"/Prev \d+|/Size \d+", b"", trailer)
    if root is not None:
        fixed = re.sub(rb"/Root \d+ 0 R", b"/Root %d 0 R" % root, fixed)
    out += (
        table
        + b"trailer << "
        + fixed
        + b" /Size %d /Prev " % (max([size - 1, *objects]) + 1)
        + previous
        + b" >>\nstartxref\n%d\n%%%%EOF\n" % at
    )
    return bytes(out)


def _objects(data):
    """Of the base: number of a page, its contents, a font, a free number, and bodies by number."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[-1].obj
        font = next(iter(page.Resources.Font.values()))
        return {
            "page": page.objgen[0],
            "contents": page.Contents.objgen[0],
            "font": font.objgen[0],
            "root": pdf.Root.objgen[0],
            "form": pdf.Root.AcroForm.objgen[0],
            "field": pdf.Root.AcroForm.Fields[0].objgen[0],
        }


def _body(data, number):
    at = data.rindex(b"\n%d 0 obj\n" % number) + len(b"\n%d 0 obj\n" % number)
    return data[at : data.index(b"\nendobj", at)]


def _stream(words):
    return b"<< /Length %d >>\nstream\n" % len(words) + words + b"\nendstream"


PAINT = b"1 1 1 rg 60 400 400 200 re f"


def _shadow(c):
    return _update(c.two, {_objects(c.base)["contents"]: _stream(PAINT)})


def _overlay(c):
    o = _objects(c.base)
    annotation = b"<< /Type /Annot /Subtype /Square /Rect [60 400 460 600] /IC [1 1 1] /F 4 >>"
    page = _body(c.base, o["page"]).replace(b"/Annots [", b"/Annots [ 9000 0 R") if b"/Annots [" in _body(c.base, o["page"]) else None
    return _update(c.two, {9000: annotation, **({o["page"]: page} if page else {})})


def _font(c):
    return _update(c.two, {_objects(c.base)["font"]: b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"})


def _script(c):
    root = _objects(c.base)["root"]
    body = _body(c.base, root)[:-2] + b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
    return _update(c.two, {root: body})


def _between(c):
    """The page changed between the two signatures: the second covers the change."""
    changed = _update(c.one, {_objects(c.base)["contents"]: _stream(PAINT)})
    grown = c.two[len(c.one) :]
    return changed + grown


def _gap(c):
    """The unsigned gap of the last signature made wider, so that the time before it can be changed."""
    at = c.two.rindex(b"/ByteRange [0 ")
    first = int(c.two[at + 14 : at + 24])
    return c.two[: at + 14] + b"%010d" % (first - 40) + c.two[at + 24 :]


def _xref(c):
    """A second table that points the page's contents to bytes hidden in the room of a signature."""
    room = c.two.rindex(b"/Contents <") + len(b"/Contents <")
    at = len(c.two)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (_objects(c.base)["contents"], room)
    trailer = re.findall(rb"trailer << .*? >>\n", c.two)[-1]
    return c.two + table + trailer + b"startxref\n%d\n%%%%EOF\n" % at


def _swap(c):
    """Each co-chair's signature under the other's name."""
    rooms = [m.end() for m in re.finditer(rb"/Contents <", c.two)]
    first, second = (c.two[r : r + 2 * ROOM] for r in rooms)
    return c.two[: rooms[0]] + second + c.two[rooms[0] + 2 * ROOM : rooms[1]] + first + c.two[rooms[1] + 2 * ROOM :]


def _value(c):
    """The first field's value turned to the second signature by a further update."""
    field = _objects(c.base)["field"]
    second = int(re.findall(rb"/V (\d+) 0 R", c.two)[-1])
    return _update(c.two, {field: re.sub(rb"/V \d+ 0 R", b"/V %d 0 R" % second, _body(c.two, field))})


def _appearance(c):
    """A picture put on the first field, its value kept."""
    field = _objects(c.base)["field"]
    return _update(c.two, {field: re.sub(rb"/N \d+ 0 R", b"/N 9000 0 R", _body(c.two, field)), 9000: _stream(PAINT)})


def _resign(c):
    """The last signature made anew over a changed base by somebody who holds a key: everything fits but the approved pages."""
    changed = bytearray(c.base)
    at = changed.index(b"BT/Span<</ActualText<FEFF") + 30
    changed[at] ^= 1
    one = sign_pdf(bytes(changed), "sign-IN", person("IN"), signed_at=AT[0])
    return sign_pdf(one, "sign-RU", person("RU"), signed_at=AT[1])


def _padding(c):
    """Bytes hidden behind the CMS in the room of the first signature."""
    room = c.two.index(b"/Contents <") + len(b"/Contents <") + 2 * ROOM
    return c.two[: room - 8] + b"deadbeef" + c.two[room:]


def _byte(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


ATTACKS = {
    "junk behind the end": (lambda c: c.two + b"\n% harmless", Reason.JUNK),
    "one blank behind the end": (lambda c: c.two + b"\n", Reason.JUNK),
    "junk between base and signatures": (lambda c: c.base + b"%x\n" + c.two[len(c.base) :], Reason.JUNK),
    "shadow contents": (_shadow, Reason.UPDATE),
    "overlay annotation": (_overlay, Reason.UPDATE),
    "font remap": (_font, Reason.UPDATE),
    "script": (_script, Reason.UPDATE),
    "page changed after signing": (lambda c: _update(c.two, {_objects(c.base)["page"]: b"<< /Type /Page >>"}), Reason.UPDATE),
    "page changed between the signatures": (_between, Reason.UPDATE),
    "new catalog": (lambda c: _update(c.two, {9000: b"<< /Type /Catalog >>"}, root=9000), Reason.UPDATE),
    "appearance of a signature": (_appearance, Reason.TWICE),
    "form changed": (lambda c: _update(c.two, {_objects(c.base)["form"]: b"<< /Fields [] >>"}), Reason.UPDATE),
    "one byte of the base": (lambda c: _byte(c.two, len(c.base) // 2), Reason.BASE),
    "base cut and padded": (lambda c: c.base[:-1] + b" " + c.two[len(c.base) :], Reason.BASE),
    "pages changed and signed anew": (_resign, Reason.BASE),
    "signatures swapped": (_swap, Reason.DIGEST),
    "ByteRange gap widened": (_gap, Reason.UPDATE),
    "second xref": (_xref, Reason.JUNK),
    "field value changed": (_value, Reason.TWICE),
    "first signature removed": (lambda c: c.base + c.two[len(c.one) :], Reason.UPDATE),
    "last signature removed": (lambda c: c.one, Reason.MISSING),
    "all signatures removed": (lambda c: c.base, Reason.MISSING),
    "cut in the middle": (lambda c: c.two[:-200], Reason.UPDATE),
    "shorter than the original": (lambda c: c.base[:-100], Reason.SHORT),
    "bytes hidden in the room": (_padding, Reason.CMS),
    "time of a signature changed": (lambda c: c.two.replace(b"/M (D:20250806120500Z", b"/M (D:20240806120500Z"), Reason.DIGEST),
    "time that is none": (lambda c: c.two.replace(b"/M (D:20250806120500Z", b"/M (D:2025080612050)Z"), Reason.DIGEST),
    "signed twice by one": (lambda c: c.two + c.two[len(c.base) : len(c.one)], Reason.TWICE),
    "signature value broken": (lambda c: c.two[: (at := c.two.rindex(b"/Contents <") + 400)] + b"00000000" + c.two[at + 8 :], None),
    "upper-case hex": (
        lambda c: c.two[: (at := c.two.rindex(b"/Contents <") + 11)] + c.two[at : at + 64].upper() + c.two[at + 64 :],
        Reason.CMS,
    ),
}


@pytest.mark.parametrize(("holder", "languages"), CASES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_refused_with_its_reason(attack, holder, languages):
    it = case(holder, languages)
    make, reason = ATTACKS[attack]
    data = make(it)
    answer = it.check(data, signed=["sign-IN", "sign-RU"])
    assert data != it.two
    assert not answer.good
    assert answer.reason in (reason, *(() if reason else tuple(Reason)))
    assert WORDS[answer.reason] in answer.words


def test_a_signature_more_than_expected_is_refused():
    it = case()
    assert it.check(it.two, signed=["sign-IN"]).reason is Reason.EXTRA
    assert it.check(it.one, signed=[]).reason is Reason.EXTRA


def test_the_certificate_is_the_one_the_mandate_names():
    it = case()
    named = {f"sign-{side}": hashlib.sha256(person(side).certificate).hexdigest() for side in ("IN", "RU")}
    assert it.check(it.two, certificates=named).good
    stranger = sign_pdf(it.one, "sign-RU", person("RU", which=1), signed_at=AT[1])
    assert it.check(stranger).good
    assert it.check(stranger, certificates=named).reason is Reason.SIGNER
    assert it.check(it.two, certificates={"sign-IN": named["sign-IN"]}).reason is Reason.SIGNER


def test_the_fields_are_those_of_the_manifest():
    it = case()
    assert it.check(it.two, fields=["sign-IN"]).reason is Reason.FIELDS
    assert it.check(it.two, fields=["sign-IN", "sign-RU", "sign-EU"]).reason is Reason.FIELDS


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_byte_is_refused(draw):
    it = case()
    at = draw.draw(st.integers(0, len(it.two) - 1))
    changed = bytearray(it.two)
    changed[at] = draw.draw(st.integers(0, 255).filter(lambda value: value != it.two[at]))
    assert not it.check(bytes(changed), signed=["sign-IN", "sign-RU"]).good


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(data):
    whole = {"length": max(1, len(data)), "digest": hashlib.sha256(data).hexdigest(), "fields": ["sign-IN"]}
    assert not check_pdf(data, **whole).good
    with pytest.raises(CochairError):
        read_base(data)
    with pytest.raises(CochairError):
        sign_pdf(data, "sign-IN", person("IN"), signed_at=AT[0])


@settings(max_examples=80, deadline=None)
@given(st.binary(min_size=1, max_size=80), st.integers(0, 900))
def test_any_cms_has_an_answer(noise, at):
    prepared = prepare(case().base, "sign-IN", signed_at=AT[0])
    cms = bytearray(_good_cms())
    cms[at : at + len(noise)] = noise
    if bytes(cms) == _good_cms():
        return
    answer = case().check(embed(prepared, bytes(cms)[: len(_good_cms())]))
    assert answer.good is (answer.reason is None)
    if answer.good:  # noise in the unsigned parts cannot change who signed what
        assert answer.signatures[0].signer.certificate == person("IN").certificate


@cache
def _good_cms():
    return make_cms(prepare(case().base, "sign-IN", signed_at=AT[0]), person("IN"))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("sha1", Reason.ALGORITHM),
        ("short key", Reason.ALGORITHM),
        ("other curve", Reason.ALGORITHM),
        ("not for signing", Reason.CERTIFICATE),
        ("no certificate named", Reason.ATTRIBUTES),
    ],
)
def test_weak_or_wrong_cms_is_refused(how, reason):
    import asyncio

    from asn1crypto import keys, x509
    from cryptography.x509 import KeyUsage
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    usage = None
    match how:
        case "short key":
            key = rsa.generate_private_key(65537, 1024)
        case "other curve":
            key = ec.generate_private_key(ec.SECP384R1())
        case "not for signing":
            key = ec.generate_private_key(ec.SECP256R1())
            usage = KeyUsage(
                *[
                    name == "key_agreement"
                    for name in (
                        "digital_signature",
                        "content_commitment",
                        "key_encipherment",
                        "data_encipherment",
                        "key_agreement",
                        "key_cert_sign",
                        "crl_sign",
                        "encipher_only",
                        "decipher_only",
                    )
                ]
            )
        case _:
            key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key, usage=usage)
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
    prepared = prepare(case().base, "sign-IN", signed_at=AT[0])
    digest = "sha1" if how == "sha1" else "sha256"
    made = asyncio.run(signer.async_sign(prepared.digest(digest), digest, use_pades=how != "no certificate named"))
    if how == "no certificate named":
        info = made["content"]["signer_infos"][0]
        info["signed_attrs"] = [a for a in info["signed_attrs"] if a["type"].native != "signing_certificate_v2"]
    answer = case().check(embed(prepared, made.dump()))
    assert answer.reason is reason


def test_a_time_stamp_is_read_and_a_foreign_one_refused():
    import asyncio

    from asn1crypto import cms, keys, x509
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = person("IN", "rsa")
    stamper = DummyTimeStamper(
        tsa_cert=x509.Certificate.load(key.certificate),
        tsa_key=keys.PrivateKeyInfo.load(key.private),
        certs_to_embed=SimpleCertificateStore(),
        fixed_dt=NOW,
    )
    made = sign_pdf(case().base, "sign-IN", person("IN"), signed_at=AT[0], timestamper=stamper)
    answer = case().check(made)
    assert answer.good, answer.words
    assert answer.signatures[0].signer.stamped_at == "2025-08-06T12:00:00Z"
    assert answer.signatures[0].signer.stamp_certificate_digest == hashlib.sha256(key.certificate).hexdigest()

    prepared = prepare(case().base, "sign-IN", signed_at=AT[0])
    other = cms.ContentInfo.load(make_cms(prepared, person("IN", "rsa")))
    mine = cms.ContentInfo.load(answer.signatures[0].cms)
    mine["content"]["signer_infos"][0]["signature"] = mine["content"]["signer_infos"][0]["signature"].native
    foreign = asyncio.run(
        stamper.async_timestamp(hashlib.sha256(other["content"]["signer_infos"][0]["signature"].native).digest(), "sha256")
    )
    mine["content"]["signer_infos"][0]["unsigned_attrs"] = [cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [foreign]})]
    assert case().check(embed(prepared, mine.dump())).reason is Reason.STAMP


# --- making ---


def test_a_cms_made_by_another_tool_over_the_same_bytes_is_taken(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key, common_name="SPECIMEN tool")
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    prepared = prepare(case().base, "sign-IN", signed_at=AT[0])
    (tmp_path / "covered").write_bytes(prepared.covered())
    command = [
        "openssl",
        "cms",
        "-sign",
        "-binary",
        "-cades",
        "-md",
        "sha256",
        "-signer",
        "cert.pem",
        "-inkey",
        "key.pem",
        "-in",
        "covered",
        "-outform",
        "DER",
        "-out",
        "cms",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    answer = case().check(embed(prepared, (tmp_path / "cms").read_bytes()))
    assert answer.good, answer.words
    assert answer.signatures[0].signer.certificate_digest == certificate.fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize("kind", ["ecdsa", "rsa", "ed25519"])
def test_a_key_is_read_from_pem_and_pkcs12(kind):
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509 import load_pem_x509_certificate

    pem = specimen_pem("Co-chair", "IN", now=NOW, kind=kind)
    key = load_key(pem)
    assert key.kind == kind
    private = serialization.load_pem_private_key(pem, None)
    certificate = load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERT") :])
    box = pkcs12.serialize_key_and_certificates(b"x", private, certificate, None, serialization.BestAvailableEncryption(b"secret"))
    assert load_key(box, "secret") == key
    with pytest.raises(Rejected, match="could not be opened"):
        load_key(box, "wrong")
    other = specimen_pem("Co-chair", "RU", now=NOW, kind=kind)
    with pytest.raises(Rejected, match="do not belong together"):
        load_key(pem, certificate=other[other.index(b"-----BEGIN CERT") :])


@pytest.mark.parametrize("data", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\n", b"\x30\x80"])
def test_what_is_no_key_is_refused(data):
    with pytest.raises(Rejected):
        load_key(data)


def test_weak_keys_are_not_used_for_signing():
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP384R1())):
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        with pytest.raises(Rejected, match="not accepted"):
            load_key(pem + self_signed(key).public_bytes(serialization.Encoding.PEM))


def test_signing_refuses_what_is_not_the_original():
    it = case()
    for data, field, what in (
        (it.two, "sign-IN", "already signed"),
        (it.base, "sign-EU", "no place"),
        (it.one + b"\n", "sign-RU", "something besides"),
        (_shadow(it), "sign-RU", "something besides"),
        (b"%PDF-1.7\nhello\n%%EOF\n", "sign-IN", "not an original"),
        (b"", "sign-IN", "not an original"),
    ):
        with pytest.raises(Rejected, match=what):
            sign_pdf(data, field, person("RU"), signed_at=AT[1])
    with pytest.raises(Rejected, match="not a time"):
        sign_pdf(it.base, "sign-IN", person("IN"), signed_at="yesterday")
    with pytest.raises(Rejected, match="longer"):
        embed(prepare(it.base, "sign-IN", signed_at=AT[0]), bytes(ROOM + 1))


def test_a_specimen_certificate_names_a_post_and_never_a_person():
    from cryptography.x509 import load_der_x509_certificate

    certificate = load_der_x509_certificate(person("IN").certificate)
    assert certificate.subject.rfc4514_string() == "CN=SPECIMEN Co-chair,OU=Side IN,O=SPECIMEN"


@pytest.mark.parametrize("kind", ["ecdsa", "rsa", "ed25519"])
def test_the_check_in_a_child_process_says_the_same(kind):
    it = case(kind=kind)
    assert check_limited(it.two, **it.facts, signed=["sign-IN", "sign-RU"]) == it.check(it.two, signed=["sign-IN", "sign-RU"])
    bad = check_limited(it.two + b"x", **it.facts)
    assert (bad.good, bad.reason, bad.at) == (False, Reason.JUNK, len(it.two))


def test_each_reason_stands_in_the_formats_with_its_words():
    page = (Path(__file__).parents[2] / "docs/formats/pdf-signature.md").read_text("utf-8")
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", page, re.MULTILINE)) == {r.value: WORDS[r] for r in Reason}


def test_the_check_needs_no_pdf_library():
    code = "import sys\nimport cochair.paper.check\nprint(sorted({'pikepdf', 'pyhanko', 'typst', 'django'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_caller_whose_event_loop_runs_can_sign():
    made = original("IN", ("en", "ru"))

    async def inside() -> bytes:
        return sign_pdf(made.pdf, "sign-IN", person("IN"), signed_at=AT[0])

    assert asyncio.run(inside()).startswith(made.pdf)
