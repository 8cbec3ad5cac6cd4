"""The ink way, end to end: from an adopted text over print package, scan and attestation to "signed" on both nodes. Two real nodes, no script."""

import re
import zipfile
from contextlib import ExitStack

import pytest

from cochair.cli import verify
from cochair.exchange import unpacking
from cochair.exchange.run import Address, set_address
from cochair.record.tree import open_tree
from tests.journeys.conftest import enter, fits, follow, serving
from tests.makers.scans import scan
from tests.protocol import flow
from tests.workspace import desks

pytestmark = pytest.mark.timeout(600)
SIDES = {"IN": ("en", 1360), "RU": ("ru", 390)}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Two served nodes that know each other's folders, with a text that both have adopted -> (served by Side, address of the text)."""
    folder = tmp_path_factory.mktemp("ink")
    with desks.settled(folder) as desk:
        t = desk.t
        keys = {"IN": flow.mandate(t.ours, t.room, flow.IN, t.body), "RU": flow.mandate(t.theirs, t.room, flow.RU, t.body)}
        t.meet()
        flow.step(t, "adopt", desk.id, keys)
        for one, other in ((t.ours, t.theirs), (t.theirs, t.ours)):
            open_tree(one)
            set_address(one, t.room, other.side, Address(folder=str(other.folder / "tree")))
        url = desk.url()
    with ExitStack() as stack:
        served = {side: stack.enter_context(serving(folder / side)) for side in SIDES}
        for side, one in served.items():
            one.seat(f"secretary-{side.lower()}", "secretary", "cochair", "operator", shown="Executive Secretary")
        yield served, url


@pytest.fixture
def seated(nodes, open_page):
    """``seated("IN")`` -> the page of that Side's secretary: English on a desk, Russian on a phone, neither with script."""
    served, _url = nodes

    def opened(side):
        language, width = SIDES[side]
        page = open_page(f"{served[side].url}/sign-in/", script=False)
        enter(page, served[side].url, "/", f"secretary-{side.lower()}")
        storage = page.context.storage_state()
        page.context.close()
        return open_page(f"{served[side].url}/", width=width, language=language, script=False, storage=storage)

    return opened


def exchanged(page, served):
    page.goto(f"{served.url}/record/c7/")
    follow(page.locator("form[action$='/exchange/'] button"))
    page.locator("[role=status]").first.wait_for()


def brought(page, data, name="scan.pdf", kind="application/pdf"):
    """Bring a file to the form of the scan and say that it is the paper."""
    page.locator("#s_scan").set_input_files({"name": name, "mimeType": kind, "buffer": data})
    page.locator("#s_attest").check()
    follow(page.locator("form:has(#s_scan) button"))


def test_a_protocol_is_signed_in_ink_on_both_sides(nodes, seated, tmp_path):
    served, url = nodes
    ours, theirs = seated("IN"), seated("RU")
    signing = {side: served[side].url + url + "signing/" for side in SIDES}

    # until the first seal arrives both are told whose turn it is
    ours.goto(signing["IN"])
    theirs.goto(signing["RU"])
    hosts = [one.get_by_text(words).count() for one, words in ((ours, "it is your turn to prepare it"), (theirs, "поэтому готовите вы"))]
    assert sum(hosts) == 1

    follow(ours.get_by_role("button", name="Prepare the manifest"))
    assert ours.get_by_text("Prepared on your node").is_visible()
    with ours.expect_download() as download:
        ours.get_by_role("link", name="Save the print package").click()
    download.value.save_as(tmp_path / "print.zip")
    package = zipfile.ZipFile(tmp_path / "print.zip")
    originals = [package.read(name) for name in package.namelist() if "original" in name]
    assert len(originals) == 2

    # what is no scan is refused where it was chosen, with what to do
    for data, words in (
        (b"GIF89a\x01\x00\x01\x00", "neither PDF, JPEG nor PNG"),
        (originals[0], "Choose the scan of the paper"),
        (package.read("0-cover.pdf"), "holds no picture"),
    ):
        brought(ours, data)
        ours.locator("#s_scan_error").wait_for()
        assert words in ours.locator("#s_scan_error").inner_text()
    paper = scan(*originals)
    brought(ours, paper)
    assert ours.get_by_text("Filed: your Side states that the scan is the signed original").is_visible()
    assert ours.get_by_text("in ink, scan attested").first.is_visible()

    exchanged(ours, served["IN"])
    exchanged(theirs, served["RU"])
    theirs.goto(f"{served['RU'].url}/")
    follow(theirs.get_by_role("link", name=re.compile("^От вашей Стороны ждут подписи")))
    assert theirs.url.startswith(signing["RU"])
    with theirs.expect_download() as download:
        theirs.get_by_role("link", name="Сохранить скан").click()
    download.value.save_as(tmp_path / "scan.pdf")
    assert (tmp_path / "scan.pdf").read_bytes() == paper
    follow(theirs.locator("button[value=confirm]"))
    theirs.goto(signing["RU"])
    theirs.locator("#s_same").check()
    theirs.locator("#s_attest").check()
    follow(theirs.locator("form:has(#s_scan) button"))
    assert fits(theirs)
    exchanged(theirs, served["RU"])

    exchanged(ours, served["IN"])
    ours.goto(signing["IN"])
    follow(ours.locator("button[value=confirm]"))
    exchanged(ours, served["IN"])
    exchanged(theirs, served["RU"])

    for page, side, words in ((ours, "IN", "Signed"), (theirs, "RU", "Подписано")):
        page.goto(served[side].url + url)
        assert page.locator("#board .govuk-tag").inner_text().strip() == words
        page.goto(signing[side])
        assert page.locator("a[href*='/scan/']").count() == 2
        assert not re.search("[0-9a-f]{64}", page.locator("main").inner_text())
        follow(page.locator("footer a[href$='/signing/proof/']"))
        told = page.locator("main").inner_text()
        assert {"IN": "in ink: attested, not proven", "RU": "от руки: засвидетельствовано, не доказано"}[side] in told
        assert len(set(re.findall("[0-9a-f]{64}", told))) >= 4
    verified(ours, served["IN"], tmp_path, paper)


def verified(page, served, tmp_path, paper):
    """The bundle says what it is: the record proven, the ink attested."""
    page.goto(f"{served.url}/record/c7/")
    page.locator("details:has(form[action$='/bundle/']) > summary").click()
    with page.expect_download() as download:
        page.locator("form[action$='/bundle/'] button").click()
    download.value.save_as(tmp_path / "room.bundle")
    (tmp_path / "signed.pdf").write_bytes(paper)
    (tmp_path / "other.pdf").write_bytes(scan(paper))
    files = [tmp_path / name for name in ("room.bundle", "signed.pdf", "other.pdf")]
    room = unpacking.peek(files[0]).room
    record, signed, other = verify.verify(files, verify.read_anchor(room)).lines
    assert record.status == verify.PROVEN
    assert "sign in ink: attested by IN and RU, not proven; nothing compares a scan with the text" in record.details
    assert (signed.status, signed.words.startswith("attested, not proven: IN and RU state")) == (verify.UNKNOWN, True)
    assert other.status == verify.REFUSED
