"""Originals and signing over real nodes: what is missing, both ways to sign, files that are wrong or hostile, and who may do what."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cochair.ledger import dsse
from cochair.protocol import gather, prepare, request, seals
from cochair.protocol import operations as op
from cochair.protocol.text import paragraph
from cochair.workspace import uploads
from cochair.workspace.addresses import ref
from tests.makers.scans import scan
from tests.protocol import flow
from tests.workspace import desks

pytestmark = pytest.mark.django_db
HASH = re.compile(r"[0-9a-f]{40}")


@pytest.fixture
def desk(tmp_path):
    with desks.settled(tmp_path) as made:
        yield made


@pytest.fixture
def keys(desk):
    t = desk.t
    found = {"IN": flow.mandate(t.ours, t.room, flow.IN, t.body), "RU": flow.mandate(t.theirs, t.room, flow.RU, t.body)}
    t.meet()
    return found


def png():
    from cochair.workspace.sheets import _png

    return _png(b"\x80" * 12, 2, 2, 6, 3)


def attested(browser, desk, data=None, **more):
    """The form of the scan, sent as a person does."""
    sent = {"do": "attest", "attest": "on", "heads": heads(browser.get(desk.url("signing")))} | more
    return browser.post(desk.url("signing"), sent if data is None else sent | {"scan": file(data, "scan.pdf", "application/pdf")})


def bare_pdf():
    import pikepdf

    out, made = io.BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.save(out)
    return out.getvalue()


def file(data, name="scan.png", kind="image/png"):
    return SimpleUploadedFile(name, data, kind)


def heads(page):
    [tag] = [one for one in re.findall(r"<input[^>]*>", page.content.decode()) if 'name="heads"' in one]
    return re.search(r'value="([^"]*)"', tag)[1]


def test_what_is_missing_is_listed_before_a_manifest_can_be_prepared(tmp_path, sit):
    with desks.negotiating(tmp_path) as desk:
        us = sit(desk.t.ours, "secretary")
        html = us.get(desk.url("signing")).content.decode()
        for words in ("2 texts are not agreed yet", "2 brackets are open", "4 checks are missing or out of date"):
            assert words in html
        answer = us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
        assert answer.status_code == 422
        assert "Provision 2.1 is not agreed in English" in answer.content.decode()
        assert "The originals are made when" in us.get(desk.url("originals")).content.decode()
        assert us.get(desk.url("originals") + "IN.pdf").status_code == 404
        assert us.post(desk.url("signing"), {"do": "prepare", "kind": "sign"}).status_code == 422  # adoption comes first


def test_preparing_makes_both_originals_and_shows_them_with_their_text(desk, sit):
    us = sit(desk.t.ours, "secretary")
    assert "Everything is settled" in us.get(desk.url("signing")).content.decode()
    assert us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"}).status_code == 302
    page = us.get(desk.url("originals"))
    html = page.content.decode()
    assert page.status_code == 200
    assert html.index("The original that India keeps") < html.index("The original that Russia keeps")
    assert "byte for byte" in html
    assert "on the left, the place of honour" in html
    assert "The Sides agreed to build a wind tunnel by 1 March 2027." in html
    assert not HASH.search(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html))
    for side in ("IN", "RU"):
        pdf = us.get(desk.url("originals") + f"{side}.pdf")
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.headers["Content-Disposition"].startswith("attachment")
    picture = us.get(desk.url("originals", "IN")[:-1] + "/1.png")
    assert (picture.headers["Content-Type"], picture.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert us.get(desk.url("originals", "IN")[:-1] + "/99.png").status_code == 404
    assert us.get(desk.url("originals") + "XX.pdf").status_code == 404


def test_a_page_as_picture_has_ink_on_it(desk, sit):
    """Not an empty sheet: the picture of a page of text has dark points."""
    import zlib

    us = sit(desk.t.ours, "secretary")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    data = us.get(desk.url("originals", "RU")[:-1] + "/1.png").content
    at, pixels = 8, b""
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            pixels += data[at + 8 : at + 8 + length]
        at += 12 + length
    raw = zlib.decompress(pixels)
    assert sum(byte < 64 for byte in raw) > 1000


def test_by_key_the_request_goes_out_and_the_response_comes_back(desk, sit, keys):
    us = sit(desk.t.ours, "cochair")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    asked = us.post(desk.url("signing", "request"), {"mandate": ref(keys["IN"][0])})
    assert asked.status_code == 200
    assert request.decode(asked.content).specimen
    response = request.respond(asked.content, keys["IN"][1])
    assert us.post(desk.url("signing"), {"do": "response", "response": file(response, "r.signed")}).status_code == 302
    html = us.get(desk.url("signing")).content.decode()
    assert "Your Side has adopted the text" in html
    assert "by key, Co-chair" in html
    desk.t.meet()
    them = sit(desk.t.theirs, "secretary", "cochair")
    assert "India has adopted the text: what do you find?" in them.get(desk.url("signing")).content.decode()
    assert them.post(desk.url("signing"), {"do": "keys"}).status_code == 302
    html = them.get(desk.url("signing")).content.decode()
    assert "1 found valid" in html
    asked = them.post(desk.url("signing", "request"), {"mandate": ref(keys["RU"][0])})
    assert (
        them.post(desk.url("signing"), {"do": "response", "response": file(request.respond(asked.content, keys["RU"][1]))}).status_code
        == 302
    )
    desk.t.meet()
    seals.check_seals(desk.t.ours, desk.t.room)
    desk.t.meet()
    html = us.get(desk.url("signing")).content.decode()
    assert "Complete: Adoption, by both Sides." in html
    assert "This text is adopted and not signed yet" in us.get(desk.url()).content.decode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty"),
        (b"{}", "not the response to a request"),
        (b"\xff\x00" * 40, ""),
        (b'{"payload":"e30","payloadType":"x","signatures":[]}', ""),
        (b"[" * 5000, ""),
        (b"x" * (uploads.RESPONSE_LIMIT + 1), "larger than"),
    ],
)
def test_a_response_that_is_none_is_refused_at_its_field(desk, sit, keys, data, told):
    us = sit(desk.t.ours, "cochair")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    answer = us.post(desk.url("signing"), {"do": "response", "response": file(data, "r")})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="r_response_error"' in html
    assert told in html
    assert seals.slot_status(desk.t.ours, desk.t.room, "adopt", desk.id).seals == ()
    assert us.post(desk.url("signing"), {"do": "response"}).status_code == 422


def test_a_signature_of_a_stranger_is_refused(desk, sit, keys):
    us = sit(desk.t.ours, "cochair")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    asked = us.post(desk.url("signing", "request"), {"mandate": ref(keys["IN"][0])}).content
    forged = dsse.sign(request.PAYLOAD_TYPE, asked, [dsse.new_key()])
    assert us.post(desk.url("signing"), {"do": "response", "response": file(forged)}).status_code == 422
    assert us.post(desk.url("signing", "request"), {"mandate": "IN-999"}).status_code == 404


def test_in_ink_both_attest_and_confirm(desk, sit):
    us, them = sit(desk.t.ours, "secretary"), None
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    package = zipfile.ZipFile(io.BytesIO(us.get(desk.url("signing") + "print.zip").content))
    assert package.namelist() == ["0-cover.pdf", "1-original-IN.pdf", "2-original-RU.pdf"]
    assert package.read("1-original-IN.pdf") == us.get(desk.url("originals") + "IN.pdf").content
    scan = png()
    before = heads(us.get(desk.url("signing")))
    unsaid = us.post(desk.url("signing"), {"do": "attest", "scan": file(scan), "heads": before})
    assert unsaid.status_code == 422
    assert us.post(desk.url("signing"), {"do": "attest", "scan": file(scan), "attest": "on", "heads": before}).status_code == 302
    desk.t.meet()
    them = sit(desk.t.theirs, "secretary")
    html = them.get(desk.url("signing")).content.decode()
    assert "Look at the scan and compare it" in html
    seal = re.search(r'name="seal" value="([^"]+)"', html)[1]
    got = them.get(desk.url("signing", "scan", seal))
    assert got.content == scan
    assert got.headers["Content-Type"] == "image/png"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert them.post(desk.url("signing"), {"do": "confirm", "seal": seal}).status_code == 302
    assert them.post(desk.url("signing"), {"do": "confirm", "seal": seal}).status_code == 409
    sent = {"do": "attest", "scan": file(scan), "attest": "on", "heads": heads(them.get(desk.url("signing")))}
    assert them.post(desk.url("signing"), sent).status_code == 302
    desk.t.meet()
    seal = seals.slot_status(desk.t.ours, desk.t.room, "adopt", desk.id).seals[1].id
    us = sit(desk.t.ours, "secretary")
    assert us.post(desk.url("signing"), {"do": "confirm", "seal": ref(seal)}).status_code == 302
    desk.t.meet()
    assert seals.slot_status(desk.t.ours, desk.t.room, "adopt", desk.id).agreed


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.4 cut short",
        b"\x89PNG\r\n\x1a\nnot a picture",
        png() + b"behind",
        b"\xff\xd8\xff\xe0 no picture",
        b"PK\x03\x04 an archive",
        b"",
    ],
)
def test_what_is_no_scan_is_refused_in_plain_words(desk, sit, data):
    us = sit(desk.t.ours, "secretary")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    sent = {"do": "attest", "scan": file(data, "scan.pdf", "application/pdf"), "attest": "on", "heads": heads(us.get(desk.url("signing")))}
    answer = us.post(desk.url("signing"), sent)
    assert answer.status_code == 422
    assert 'id="s_scan_error"' in answer.content.decode()
    assert seals.slot_status(desk.t.ours, desk.t.room, "adopt", desk.id).seals == ()


@pytest.mark.parametrize("given", ["", "IN", "IN:-1", "IN:x,RU:1", "<b>:1", "IN:" + "9" * 30])
def test_damaged_heads_are_refused(desk, sit, given):
    us = sit(desk.t.ours, "secretary")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    assert us.post(desk.url("signing"), {"do": "attest", "scan": file(png()), "attest": "on", "heads": given}).status_code == 422


def test_a_scan_read_before_the_other_side_wrote_is_not_filed(desk, sit, keys):
    us = sit(desk.t.ours, "secretary")
    made = desks.prepared(desk)
    before = heads(us.get(desk.url("signing")))
    desk.t.meet()
    for digest in desk.t.ours.papers.structural_held(desk.t.room):
        desk.t.theirs.put_structural_bytes(desk.t.room, digest, desk.t.ours.papers.structural_stored(desk.t.room, digest))
    flow.seal(desk.t.theirs, desk.t.room, flow.RU, made.digest, keys["RU"])
    desk.t.meet()
    answer = us.post(desk.url("signing"), {"do": "attest", "scan": file(png()), "attest": "on", "heads": before})
    assert answer.status_code == 422
    assert "since it was read" in answer.content.decode()


def test_refusing_a_seal_is_final_and_said_in_words(desk, sit):
    made = desks.prepared(desk)
    seals.attest_scan(desk.t.ours, desk.t.room, flow.IN, made.digest, png(), gather.heads(desk.t.ours, desk.t.room))
    desk.t.meet()
    them = sit(desk.t.theirs, "secretary")
    seal = ref(seals.slot_status(desk.t.theirs, desk.t.room, "adopt", desk.id).seals[0].id)
    assert them.post(desk.url("signing"), {"do": "refuse", "seal": seal, "reason": "whatever"}).status_code == 422
    assert them.post(desk.url("signing"), {"do": "refuse", "seal": seal, "reason": "scan-not-the-original"}).status_code == 302
    desk.t.meet()
    html = sit(desk.t.ours, "secretary").get(desk.url("signing")).content.decode()
    assert "Found not valid" in html
    assert "The scan does not show the original" in html


def test_taking_a_seal_back(desk, sit):
    made = desks.prepared(desk)
    seals.attest_scan(desk.t.ours, desk.t.room, flow.IN, made.digest, png(), gather.heads(desk.t.ours, desk.t.room))
    us = sit(desk.t.ours, "cochair")
    seal = ref(seals.slot_status(desk.t.ours, desk.t.room, "adopt", desk.id).seals[0].id)
    assert us.post(desk.url("signing"), {"do": "revoke", "seal": seal}).status_code == 302
    assert "Taken back" in us.get(desk.url("signing")).content.decode()
    desk.t.meet()
    assert sit(desk.t.theirs, "cochair").post(desk.url("signing"), {"do": "revoke", "seal": seal}).status_code == 422


def test_registering_a_key_and_what_is_none(desk, sit):
    us = sit(desk.t.ours, "secretary")
    desks.prepared(desk)
    page = us.get(desk.url("signing")).content.decode()
    post = re.search(r'<option value="(IN/record/[0-9]+)"', page)[1]
    sent = {"do": "mandate", "post": post, "suite": "ed25519", "since": "2026-01-01", "until": ""}
    for public, until in (("zz", ""), ("00", ""), ("ab" * 32, "2025-01-01")):
        assert us.post(desk.url("signing"), sent | {"public": public, "until": until}).status_code == 422
    assert us.post(desk.url("signing"), sent | {"public": dsse.new_key().public.data.hex().upper()}).status_code == 302
    assert "Co-chair, ed25519, from 1 Jan 2026" in sit(desk.t.ours, "cochair").get(desk.url("signing")).content.decode()


def test_a_signed_pdf_is_checked_in_plain_words(desk, sit):
    from cochair.paper.model import field_name
    from cochair.paper.sign import sign_pdf
    from tests.makers.certificates import person

    made = desks.prepared(desk)
    us = sit(desk.t.ours, "secretary")
    original = made.originals["IN"].data

    def checked(data, holder="IN"):
        return us.post(desk.url("signing"), {"do": "check", "holder": holder, "file": file(data, "o.pdf")})

    assert "Nobody has signed it yet." in checked(original).content.decode()
    signed = sign_pdf(original, field_name("IN"), person("IN"), signed_at="2026-09-17T10:00:00Z")
    html = checked(signed).content.decode()
    assert "The file is the approved original" in html
    assert "Still to sign: Russia." in html
    assert "The pages are not those" in checked(made.originals["RU"].data).content.decode()
    assert "bytes behind the original" in checked(original + b"more").content.decode()
    assert "shorter" in checked(b"%PDF-").content.decode()
    assert us.post(desk.url("signing"), {"do": "check", "holder": "XX", "file": file(original)}).status_code == 422


def far(desk, browser):
    """What each page that names the state of the text says of it."""
    tag = re.compile(r'govuk-tag--green">\s*(Signed|Adopted)')
    pages = ("/texts/", desk.url(), f"/sessions/c7/{ref(desk.t.session)}/")
    return [set(tag.findall(browser.get(page).content.decode())) for page in pages]


def test_what_is_adopted_and_corrected_is_not_called_signed_before_it_is(desk, sit, keys):
    t, us = desk.t, sit(desk.t.ours, "secretary")
    flow.step(t, "adopt", desk.id, keys)
    assert far(desk, us) == [{"Adopted"}] * 3
    corrected(desk)
    flow.step(t, "correct", desk.id, keys)
    assert far(desk, us) == [{"Adopted"}] * 3
    session = us.get(f"/sessions/c7/{ref(t.session)}/").content.decode()
    assert ">signed<" not in session
    flow.step(t, "sign", desk.id, keys)
    assert far(desk, us) == [{"Signed"}] * 3


def corrected(desk):
    """One sentence that both Sides agree to put otherwise, in both languages, checked by both."""
    t = desk.t
    for lang, words in (("en", "The Sides met in Kazan."), ("ru", "Стороны провели встречу в Казани.")):
        base = desk.cell(1, lang).ours.position
        op.propose_text(t.ours, t.room, flow.IN, desk.made[1], lang, paragraph(lang, words), base=base)
    t.meet()
    op.accept_texts(t.theirs, t.room, flow.RU, desk.made[1])
    t.meet()
    for node, actor in ((t.ours, flow.IN), (t.theirs, flow.RU)):
        op.mark_concordance(node, t.room, actor, desk.id)
    t.meet()


def test_a_late_pen_change_is_prepared_as_a_correction(desk, sit, keys):
    t = desk.t
    flow.step(t, "adopt", desk.id, keys)
    us = sit(t.ours, "secretary")
    html = us.get(desk.url("signing")).content.decode()
    assert "A late change of the wording is made as a correction" in html
    none = us.post(desk.url("signing"), {"do": "prepare", "kind": "correct"})
    assert none.status_code == 422
    assert "No agreed wording differs" in none.content.decode()
    corrected(desk)
    assert us.post(desk.url("signing"), {"do": "prepare", "kind": "correct"}).status_code == 302
    html = us.get(desk.url("originals")).content.decode()
    assert "Correction, being prepared" in html
    assert "Kazan" in html
    assert "Moscow" in us.get(desk.url("originals") + "?step=0").content.decode()


def test_proof_is_one_click_away_and_only_there(desk, sit):
    made = desks.prepared(desk)
    us = sit(desk.t.ours, "member")
    html = us.get(desk.url("signing")).content.decode()
    assert made.digest not in html
    assert desk.url("signing", "proof") in html
    html = us.get(desk.url("signing", "proof")).content.decode()
    assert made.digest in html
    assert made.originals["IN"].part.sha256 in html


@pytest.mark.parametrize("role", ["member", "observer", "operator"])
def test_who_may_not_sign(desk, sit, role, keys):
    desks.prepared(desk)
    browser = sit(desk.t.ours, role)
    before = desk.t.ours.heads(desk.t.room)
    assert browser.post(desk.url("signing", "request"), {"mandate": ref(keys["IN"][0])}).status_code == 403
    given = ",".join(f"{side}:{size}" for side, size in gather.heads(desk.t.ours, desk.t.room).items())
    posts = [{"do": "attest", "scan": file(png()), "attest": "on", "heads": given}, {"do": "prepare", "kind": "adopt"}, {"do": "keys"}]
    for sent in posts:
        assert browser.post(desk.url("signing"), sent).status_code in (403, 422)
    assert desk.t.ours.heads(desk.t.room) == before
    assert sit(desk.t.ours, "secretary").post(desk.url("signing", "request"), {"mandate": ref(keys["IN"][0])}).status_code == 403


def test_the_page_speaks_russian(desk, sit):
    html = sit(desk.t.ours, "secretary", language="ru").get(desk.url("signing")).content.decode()
    assert 'lang="ru"' in html
    assert "Подписание" in html


def test_what_has_moved_on_is_prepared_anew(desk, sit, keys):
    us = sit(desk.t.ours, "secretary", "cochair")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    base = desk.cell(1, "en").ours.position
    op.propose_text(desk.t.ours, desk.t.room, flow.IN, desk.made[1], "en", paragraph("en", "The Sides met in Kazan."), base=base)
    assert "The text has changed since" in us.get(desk.url("signing")).content.decode()
    answer = us.post(desk.url("signing", "request"), {"mandate": ref(keys["IN"][0])})
    assert answer.status_code == 409
    assert "It cannot be sealed" in answer.content.decode()


def test_what_is_no_scan_of_the_paper_is_told_apart(desk, sit):
    """The original as printed, the other one, an empty page, the cover sheet, a file too large: each has its own words, and nothing is written."""
    us = sit(desk.t.ours, "secretary")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    package = zipfile.ZipFile(io.BytesIO(us.get(desk.url("signing") + "print.zip").content))
    before = desk.t.ours.heads(desk.t.room)
    cases = [(package.read(name), "it shows nothing written by hand") for name in package.namelist()[1:]]
    cases += [
        (package.read("0-cover.pdf"), "Page 1 holds no picture"),
        (bare_pdf(), "Page 1 holds no picture"),
        (b"II*\x00 a TIFF", "neither PDF"),
    ]
    for data, words in cases:
        answer = attested(us, desk, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "checked" in re.search(r'<input[^>]*id="s_attest"[^>]*>', answer.content.decode())[0]
    assert uploads.check_scan(scan(package.read("1-original-IN.pdf")), [], pages=3).startswith("The scan has 1 page and an original has 3")
    assert desk.t.ours.heads(desk.t.room) == before


def test_a_scan_that_is_too_large_is_refused(desk, sit, monkeypatch):
    from cochair.workspace import signing_forms

    us = sit(desk.t.ours, "secretary")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    monkeypatch.setattr(signing_forms.ScanForm.base_fields["scan"], "limit", 1000)
    answer = attested(us, desk, png() + b"x" * 1000)
    assert answer.status_code == 422
    assert "The file is larger than" in answer.content.decode()


def test_the_scan_of_the_other_side_can_be_attested_too(desk, sit):
    made = desks.prepared(desk)
    paper = scan(made.originals["IN"].data, made.originals["RU"].data)
    seals.attest_scan(desk.t.ours, desk.t.room, flow.IN, made.digest, paper, gather.heads(desk.t.ours, desk.t.room))
    desk.t.meet()
    them = sit(desk.t.theirs, "secretary", language="ru")
    assert "Взять скан, который внесла другая Сторона (Индия)" in them.get(desk.url("signing")).content.decode()
    assert attested(them, desk).status_code == 422
    assert attested(them, desk, same="on").status_code == 302
    ours, theirs = seals.slot_status(desk.t.theirs, desk.t.room, "adopt", desk.id).seals
    assert desk.t.theirs.paper(desk.t.room, seals.find(desk.t.theirs, desk.t.room, theirs.id).paper) == paper
    assert ours.side == "IN"


def test_a_scan_that_has_not_arrived_is_said_and_not_confirmed_unseen(desk, sit):
    made = desks.prepared(desk)
    paper = scan(made.originals["IN"].data, made.originals["RU"].data)
    seals.attest_scan(desk.t.ours, desk.t.room, flow.IN, made.digest, paper, gather.heads(desk.t.ours, desk.t.room))
    desk.t.meet()
    [seal] = seals.slot_status(desk.t.theirs, desk.t.room, "adopt", desk.id).seals
    desk.t.theirs.papers.erase(desk.t.room, seals.find(desk.t.theirs, desk.t.room, seal.id).paper)
    them = sit(desk.t.theirs, "secretary")
    html = them.get(desk.url("signing")).content.decode()
    assert "The scan has not arrived here yet" in html
    assert "Save the scan" not in html
    assert 'value="confirm"' not in html
    assert them.post(desk.url("signing"), {"do": "confirm", "seal": ref(seal.id)}).status_code == 409
    answer = them.get(desk.url("signing", "scan", ref(seal.id)))
    assert answer.status_code == 404
    assert "Exchange on the page Record" in answer.content.decode()


def test_adoption_never_reads_as_signing(desk, sit, keys):
    us = sit(desk.t.ours, "cochair", "secretary")
    us.post(desk.url("signing"), {"do": "prepare", "kind": "adopt"})
    made = desks.prepared(desk)
    flow.seal(desk.t.ours, desk.t.room, flow.IN, made.digest, keys["IN"])
    pages = [us.get(desk.url("signing"))]
    desk.t.meet()
    them = sit(desk.t.theirs, "cochair", "secretary")
    assert "Your Side is asked to adopt: Protocol" in them.get("/").content.decode()
    pages.append(them.get(desk.url("signing")))
    for page in pages:
        text = re.sub(
            r"<option.*?</option>|<[^>]+>", " ", page.content.decode().split("<main", 1)[1], flags=re.DOTALL
        )  # reasons for a refusal name signatures
        text = text.replace("Adoption and signing", "").replace("a cover sheet that says who signs where", "")
        assert not re.search(r"\b[Ss]ign(ed|ing|s|ature)?\b", text.replace("cochair sign", "").replace("Signature", "", 1)), text
    assert "India has adopted the text: what do you find?" in pages[1].content.decode()


def test_who_prepares_is_said_and_theirs_takes_the_place_of_ours(desk, sit, keys):
    t = desk.t
    us, them = sit(t.ours, "secretary"), None
    html = [us.get(desk.url("signing")).content.decode()]
    them = sit(t.theirs, "secretary")
    html.append(them.get(desk.url("signing")).content.decode())
    assert sum("it is your turn to prepare it" in one for one in html) == 1
    assert sum("is the host and prepares it" in one for one in html) == 1
    theirs = prepare.prepare(t.theirs, t.room, flow.RU, desk.id)
    t.ours.acknowledge(t.room)
    op.comment(t.ours, t.room, flow.IN, desk.made[1], "en", "So that our heads move on.")
    ours = prepare.prepare(
        t.ours, t.room, flow.IN, desk.id, cut={side: size - (side == "IN") for side, size in gather.heads(t.ours, t.room).items()}
    )
    assert ours.digest != theirs.digest
    us = sit(t.ours, "secretary")
    assert "Prepared on your node" in us.get(desk.url("signing")).content.decode()
    flow.seal(t.theirs, t.room, flow.RU, theirs.digest, keys["RU"])
    t.meet()
    html = us.get(desk.url("signing")).content.decode()
    assert "The other Side has prepared this too, and filed first" in html
    assert theirs.digest in us.get(desk.url("signing", "proof")).content.decode()


def test_two_sealed_manifests_are_settled_by_a_rule_that_both_sides_read_alike(desk, sit, keys):
    t = desk.t
    theirs = prepare.prepare(t.theirs, t.room, flow.RU, desk.id)
    ours = prepare.prepare(
        t.ours, t.room, flow.IN, desk.id, cut={side: size - (side == "IN") for side, size in gather.heads(t.ours, t.room).items()}
    )
    flow.seal(t.ours, t.room, flow.IN, ours.digest, keys["IN"])
    flow.seal(t.theirs, t.room, flow.RU, theirs.digest, keys["RU"])
    t.meet()
    told = []
    for node in (t.ours, t.theirs):
        html = sit(node, "secretary").get(desk.url("signing")).content.decode()
        assert "The Sides have filed two different manifests" in html
        told.append("by a fixed rule it is yours" in html)
    assert told == [ours.digest < theirs.digest, theirs.digest < ours.digest]
