"""The public pages, their static export, the page of consents and the press pages in a real browser: axe, phone, without script, on paper."""

import pytest

from tests.journeys.conftest import WIDTHS, enter, fits, follow, serving, shot

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """The node of the Indian Side after both Sides consented to everything, served; beside it the static export."""
    from cochair.publication.export import export
    from tests.publication.world import world

    folder = tmp_path_factory.mktemp("public")
    with world(folder) as made:
        made.everything()
        short = {name: id_.replace("/record/", "-") for name, id_ in made.things.items()}
        export(made.t.ours, made.t.room, folder / "export")
    with serving(folder / "IN") as served:
        served.seat("secretary-in", "secretary", shown="Executive Secretary of the Indian Side")
        yield served, short, folder / "export"


@pytest.fixture
def open_file(browser):
    """``open_file(path, width=390)`` -> a page opened from the disk."""
    contexts = []

    def opened(path, *, width=1360, script=True):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(path.as_uri(), wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


def sound(page, axe, name):
    shot(page, name)
    assert page.complaints == []
    assert fits(page)
    assert axe(page) == []


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["index", "session", "protocol", "check"])
def test_a_public_page_is_clean_for_axe_and_fits(public, open_page, axe, name, width, language):
    served, short, _ = public
    path = {"index": "", "session": f"sessions/{short['session']}/", "protocol": f"protocols/{short['instrument']}/", "check": "check/"}[
        name
    ]
    page = open_page(f"{served.url}/public/c7/{path}", width=width, language=language, script=True)
    sound(page, axe, f"public-{name}-{width}-{language}")
    assert page.get_by_text("Specimen." if language == "en" else "Образец.").first.is_visible()


@pytest.mark.parametrize("name", ["index", "check", "protocol"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_export_is_clean_and_opens_from_a_folder(public, open_file, axe, name, width):
    _, short, folder = public
    file = f"protocol-{short['instrument']}" if name == "protocol" else name
    page = open_file(folder / f"{file}.html", width=width)
    sound(page, axe, f"export-{name}-{width}")
    assert page.evaluate("document.fonts.check('16px \"Noto Sans\"')")


def test_the_export_leads_from_page_to_page_in_both_languages(public, open_file):
    _, _, folder = public
    page = open_file(folder / "index.html", script=False)
    follow(page.get_by_role("link", name="12th Session"))
    follow(page.get_by_role("link", name="Protocol").first)
    assert page.get_by_text("agreed to build a wind tunnel").is_visible()
    assert page.get_by_text("договорились построить").is_visible()
    follow(page.get_by_role("link", name="Русский"))
    assert page.url.endswith(".html")
    assert "/ru/" in page.url
    follow(page.get_by_role("link", name="Как проверить").first)
    assert page.get_by_text("cochair verify").is_visible()
    follow(page.get_by_role("link", name="English"))
    assert page.url.endswith("export/check.html")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_consents_is_clean(public, open_page, axe, width, language):
    served, _, _ = public
    page = open_page(served.url + "/sign-in/")
    enter(page, served.url, "/publication/c7/")
    page.context.add_cookies([{"name": "cochair-language", "value": language, "url": served.url}])
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    sound(page, axe, f"consents-{width}-{language}")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_press_pages_are_clean(public, open_page, axe, width, language):
    served, _, _ = public
    page = open_page(served.url + "/sign-in/")
    enter(page, served.url, "/press/")
    follow(page.get_by_role("button", name="Load the sample reports"))
    page.context.add_cookies([{"name": "cochair-language", "value": language, "url": served.url}])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(served.url + "/press/")
    sound(page, axe, f"press-list-{width}-{language}")
    follow(page.locator("table a").first)
    assert page.locator("mark").count() > 10
    sound(page, axe, f"press-report-{width}-{language}")
    page.goto(served.url + "/press/")
    follow(page.locator("section a[role=button]").first)
    sound(page, axe, f"press-compare-{width}-{language}")


def test_a_report_is_added_and_compared_without_script(public, open_page):
    served, _, _ = public
    page = open_page(served.url + "/sign-in/", script=False)
    enter(page, served.url, "/press/")
    page.get_by_label("Outlet").fill("SPECIMEN Weekly")
    follow(page.get_by_role("button", name="Read it"))
    assert page.get_by_text("Nothing was saved yet").is_visible()
    assert page.get_by_label("Outlet").input_value() == "SPECIMEN Weekly"
    page.get_by_label("Text of the report").fill(
        "The 12th Session of the India-Russia Working Group on Fisheries was held in Moscow on 16 September 2026."
    )
    follow(page.get_by_role("button", name="Read it"))
    assert page.get_by_text("number of the session").first.is_visible()


def test_public_pages_print_without_navigation(public, open_page):
    served, short, _ = public
    page = open_page(f"{served.url}/public/c7/protocols/{short['instrument']}/")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Language").is_visible()
    assert page.get_by_text("agreed to build a wind tunnel").is_visible()
    assert page.get_by_text("Specimen.").is_visible()


KAZAN = "India and Russia sign protocol. The 12th Session of the SPECIMEN India-Russia Working Group was held in Kazan on 16 September 2026. The protocol was signed."
MOSCOW = (
    "The 12th Session of the SPECIMEN India-Russia Working Group was held in Moscow on 17 September 2026. The Sides adopted the protocol."
)


@pytest.mark.parametrize("width", WIDTHS)
def test_reports_stand_beside_the_record(public, open_page, axe, width):
    served, short, _ = public
    page = open_page(served.url + "/sign-in/")
    enter(page, served.url, "/press/")
    for outlet, text in (("SPECIMEN Herald", KAZAN), ("SPECIMEN Courier", MOSCOW)):
        page.goto(served.url + "/press/")
        if page.get_by_text(outlet).count():  # the run before kept it
            continue
        page.get_by_label("Outlet").fill(outlet)
        page.get_by_label("Text of the report").fill(text)
        follow(page.get_by_role("button", name="Read it"))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{served.url}/press/compare/?session=c7/{short['session']}")
    assert page.get_by_text("12th Session in the press").is_visible()
    city = page.get_by_role("row", name="City")
    assert "Kazan" in city.inner_text()
    assert "Contradicts" in city.inner_text()
    sound(page, axe, f"press-record-{width}")
