"""The shell in a real browser: looks, languages, sign-in, without script, on a phone, on paper."""

import pytest

from tests.journeys.conftest import WIDTHS, enter, fits, follow

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("language", ["en", "ru", "hi"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/dev/components", "/sign-in/", "/no-such-page"])
def test_a_page_is_clean_for_axe_fits_and_breaks_no_policy(served, open_page, axe, path, width, language):
    page = open_page(served.url + path, width=width, language=language)
    assert [line for line in page.complaints if "404" not in line] == []
    assert fits(page)
    assert page.locator("html").get_attribute("lang") == language
    assert axe(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_works_without_script(served, open_page, width):
    page = open_page(served.url + "/dev/components", width=width, script=False)
    assert page.get_by_role("link", name="Public record").is_visible()
    follow(page.get_by_role("link", name="Русский"))
    assert page.get_by_role("heading", name="Согласуемый текст").is_visible()
    assert page.url == served.url + "/dev/components"


def test_on_a_phone_with_script_the_menu_folds(served, open_page):
    page = open_page(served.url + "/dev/components", width=390)
    assert not page.get_by_role("link", name="Public record").is_visible()
    page.get_by_role("button", name="Menu").click()
    assert page.get_by_role("link", name="Public record").is_visible()


def test_signing_in_and_out_by_keyboard(served, open_page):
    page = open_page(served.url + "/sign-in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_label("Username").focus()
    page.keyboard.type("secretary-in")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary")
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    assert page.get_by_label("Username").input_value() == "secretary-in"
    enter(page, served.url)
    assert page.get_by_text("Executive Secretary of the Indian Side").is_visible()
    follow(page.get_by_role("button", name="Sign out"))
    page.goto(served.url + "/account/codes/")
    assert "/sign-in/" in page.url


@pytest.mark.parametrize("path", ["/account/codes/", "/account/password/", "/sign-out/", "/account/codes/on/"])
def test_account_pages_are_clean_for_axe(served, open_page, axe, path):
    page = open_page(served.url + "/sign-in/")
    enter(page, served.url, path)
    if "again" in page.url:
        page.get_by_label("Password").fill("a long enough password")
        follow(page.get_by_role("button", name="Confirm"))
        assert page.url.endswith(path)
    assert page.complaints == []
    assert axe(page) == []


def test_faces_are_our_own_and_loaded(served, open_page):
    page = open_page(served.url + "/dev/components")
    page.evaluate("document.fonts.ready")
    loaded = set(page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"))
    assert {"Noto Sans", "Source Serif 4"} <= loaded
    assert "Source Serif 4" in page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily")


def test_paper_shows_the_text_and_no_buttons(served, open_page):
    page = open_page(served.url + "/dev/components")
    page.emulate_media(media="print")
    assert not page.locator(".govuk-service-navigation").is_visible()
    assert not page.get_by_role("button", name="Accept theirs").is_visible()
    assert page.locator(".app-specimen").is_visible()
    assert page.get_by_role("heading", name="Negotiated text").is_visible()
    assert page.locator(".app-digest").first.is_visible()
