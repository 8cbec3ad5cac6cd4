"""Text, originals, signing and record in a real browser: clean for axe, on a phone, on paper, by keyboard and without script."""

import pytest

from cochair.protocol import gather, prepare, seals
from cochair.protocol import operations as op
from cochair.protocol.text import Text, paragraph
from cochair.workspace.addresses import ref
from tests.journeys.conftest import WIDTHS, enter, fits, follow, serving
from tests.protocol import flow
from tests.workspace import desks

pytestmark = pytest.mark.timeout(240)
STORAGE = {}


@pytest.fixture(scope="module")
def open_text(tmp_path_factory):
    """A text under negotiation with every kind of row, served on the node of the Indian Side -> (served, address of the text, provisions)."""
    folder = tmp_path_factory.mktemp("open")
    with desks.negotiating(folder) as desk:
        t = desk.t
        more = [
            flow.Unit(
                "paragraph", {"en": paragraph("en", "The Sides agreed to exchange lists of enterprises by 1 December 2026.")}, "2.2", 2
            ),
            flow.Unit(
                "list",
                {
                    "en": Text("list", "en", ((("rare earths",),), (("mining",),))),
                    "ru": Text("list", "ru", ((("редкие земли",),), (("горное дело",),))),
                },
                "2.3",
                2,
            ),
            flow.Unit("table", {"en": Text("table", "en", ((("Area",), ("Term",)), (("Mining",), ("2027",))), head=True)}, "2.4", 2),
        ]
        op.propose_draft(t.ours, t.room, flow.IN, desk.id, [unit._replace(parent=None) for unit in more])
        base = desk.cell(1, "en").ours.position
        op.propose_text(
            t.ours, t.room, flow.IN, desk.made[1], "en", paragraph("en", "The Sides held fruitful talks in Moscow 2 times."), base=base
        )
        base = desk.cell(3, "en").ours.position
        op.propose_text(t.theirs, t.room, flow.RU, desk.made[3], "en", paragraph("en", "The Sides discussed a wind tunnel."), base=None)
        op.comment(t.theirs, t.room, flow.RU, desk.made[3], "en", "Our ministry asks for this.")
        t.meet()
        url, unit = desk.url(), desk.unit(3)
    with serving(folder / "IN") as served:
        served.seat("secretary-in", "secretary", "cochair", "operator", shown="Executive Secretary of the Indian Side")
        yield served, url, unit


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """An adopted text whose scan the Russian Side has attested, for the Indian Side to look at -> (served, address of the text)."""
    folder = tmp_path_factory.mktemp("scanned")
    with desks.settled(folder) as desk:
        t = desk.t
        keys = {"IN": flow.mandate(t.ours, t.room, flow.IN, t.body), "RU": flow.mandate(t.theirs, t.room, flow.RU, t.body)}
        t.meet()
        made = prepare.prepare(t.ours, t.room, flow.IN, desk.id)
        flow.seal(t.ours, t.room, flow.IN, made.digest, keys["IN"])
        t.meet()
        flow.seal(t.theirs, t.room, flow.RU, made.digest, keys["RU"])
        t.meet()
        for node in (t.ours, t.theirs):
            seals.check_seals(node, t.room)
        t.meet()
        signed = prepare.prepare(t.theirs, t.room, flow.RU, desk.id, "sign")
        seals.attest_scan(t.theirs, t.room, flow.RU, signed.digest, b"%PDF-1.4", gather.heads(t.theirs, t.room))
        t.meet()
        url = desk.url()
    with serving(folder / "IN") as served:
        served.seat("secretary-in", "secretary", "cochair", "operator", shown="Executive Secretary of the Indian Side")
        yield served, url


def seated(served, open_page, path, **how):
    """The page at this address, in a browser of the secretary's."""
    if served.url not in STORAGE:
        page = open_page(served.url + "/sign-in/")
        enter(page, served.url, "/texts/")
        STORAGE[served.url] = page.context.storage_state()
    return open_page(served.url + path, storage=STORAGE[served.url], **how)


def sound(page, axe, language):
    assert page.complaints == []
    assert fits(page)
    assert page.locator("html").get_attribute("lang") == language
    for one in page.locator("details").all():
        one.evaluate("element => element.open = true")
    assert axe(page) == []
    assert fits(page)


@pytest.mark.parametrize(("width", "language"), list(zip(WIDTHS, ("en", "ru"), strict=True)))
def test_pages_of_a_text_are_clean_for_axe_and_fit(open_text, open_page, axe, width, language):
    served, url, unit = open_text
    page = seated(served, open_page, url, width=width, language=language)
    sound(page, axe, language)
    for path in (
        unit,
        url + "new/",
        url + "changes/",
        url + "signing/",
        url + "originals/",
        "/texts/",
        "/record/c7/",
        "/record/c7/entry/IN-2/",
    ):
        page = seated(served, open_page, path, width=width, language=language)
        sound(page, axe, language)
        page.context.close()


@pytest.mark.parametrize(("width", "language"), list(zip(WIDTHS, ("en", "ru"), strict=True)))
def test_pages_of_a_signing_are_clean_for_axe_and_fit(scanned, open_page, axe, width, language):
    served, url = scanned
    for path in (url + "signing/", url, url + "originals/", url + "signing/proof/", "/record/c7/"):
        page = seated(served, open_page, path, width=width, language=language)
        sound(page, axe, language)
        page.context.close()


def test_a_wording_is_proposed_without_script_on_a_phone(open_text, open_page):
    served, url, unit = open_text
    page = seated(served, open_page, unit, width=390, script=False)
    page.get_by_role("textbox", name="English (optional)").first.fill("The Sides [agreed")
    follow(page.get_by_role("button", name="Propose", exact=True))
    assert page.get_by_text("Nothing was saved yet").is_visible()
    assert page.get_by_role("textbox", name="English (optional)").first.input_value() == "The Sides [agreed"
    page.get_by_role("textbox", name="English (optional)").first.fill("The Sides agreed to study a wind tunnel.")
    follow(page.get_by_role("button", name="Propose", exact=True))
    assert page.get_by_text("Your wording is proposed").is_visible()
    page.goto(served.url + url)
    assert page.get_by_text("to study").first.is_visible()


def test_the_originals_are_pictures_with_ink(scanned, open_page):
    served, url = scanned
    page = seated(served, open_page, url + "originals/")
    for picture in page.locator("img.app-sheet").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 500", arg=picture.element_handle())
    assert page.locator("img.app-sheet").count() == 2


def test_on_paper_both_positions_are_printed_and_buttons_are_not(open_text, open_page):
    served, url, _unit = open_text
    page = seated(served, open_page, url)
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Record: I have checked that the languages say the same").is_visible()
    assert page.locator(".app-both .app-pair").first.is_visible()
    assert page.get_by_text("inserted by India").first.is_visible()


def test_a_wording_is_accepted_by_keyboard(open_text, open_page):
    served, _url, unit = open_text
    page = seated(served, open_page, unit)
    page.get_by_role("button", name="Accept theirs").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Their wording is ours now.")


def test_entry_ids_stand_in_addresses_without_hashes(open_text):
    _served, url, unit = open_text
    assert url == f"/texts/c7/{ref('IN/record/6')}/"
    assert unit.startswith(url)
