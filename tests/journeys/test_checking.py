"""The page on which anybody checks a record in the browser: what it accepts and refuses, in both languages, from a node and from a folder, and that nothing leaves."""

from pathlib import Path

import pytest

from tests.conformance.keyed import change
from tests.conformance.rooms import Played, bundle, pdf
from tests.conformance.scenarios import trust
from tests.journeys.conftest import fits
from tests.journeys.test_public_pages import open_file, public  # noqa: F401

pytestmark = pytest.mark.timeout(180)
VERDICTS = {"proven": "Proven", "refused": "Refused", "not-known": "Not known"}


@pytest.fixture(scope="module")
def files(public, tmp_path_factory):  # noqa: F811
    """Names -> files: the record that the site publishes, and rooms of other keys with an original."""
    folder = tmp_path_factory.mktemp("files")
    original = pdf()
    room, forged, keyed = (Played(world=world, originals={"IN": original}) for world in ("one", "two", "one"))
    change(keyed)
    record = (public[2] / "record.tar").read_bytes()
    flipped = bytearray(record)
    flipped[len(record) // 2] ^= 1
    made = {
        "published.tar": record, "flipped.tar": bytes(flipped), "room.tar": bundle(room), "forged.tar": bundle(forged), "original.pdf": original,
        "appended.pdf": original + b"x", "changed.pdf": original.replace(b"SPECIMEN", b"SPECIMAN"), "trust.json": trust(room).encode(), "nothing.tar": b"x",
        "keyed.tar": bundle(keyed),
    }  # fmt: skip
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return folder, room.room


def ask(page, folder, names, anchor=""):
    """Choose files and check -> the verdicts, in the order of the files."""
    page.set_input_files("#reader-files", [str(folder / name) for name in names])
    page.fill("#reader-anchor", anchor)
    page.locator("#reader-form button").press("Enter")
    page.wait_for_selector("#reader-answer [data-status]")
    assert not page.locator("#reader-answer").get_attribute("aria-busy")
    return [box.get_attribute("data-status") for box in page.locator("#reader-answer [data-status]").all()]


def test_a_reader_checks_the_published_record_and_nothing_leaves_the_browser(public, files, open_page, axe):  # noqa: F811
    served, _, _ = public
    folder, room = files
    page = open_page(f"{served.url}/public/c7/check/")
    assert page.locator("#reader").is_visible()
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    own = page.locator(".app-anchor").inner_text()
    assert ask(page, folder, ["published.tar"], own) == ["0"]
    assert page.get_by_text("every one is what its name says").is_visible()
    assert ask(page, folder, ["published.tar"]) == ["3"]
    assert own in page.locator("#reader-answer").inner_text()
    assert ask(page, folder, ["flipped.tar"], own) == ["1"]
    assert ask(page, folder, ["room.tar"], own) == ["1"]
    assert page.get_by_text("another room than the one that you named").is_visible()
    assert ask(page, folder, ["forged.tar"], room) == ["1"]
    assert ask(page, folder, ["keyed.tar"], room) == ["0"]
    assert page.get_by_text("IN went on with another key").is_visible()
    assert ask(page, folder, ["room.tar", "original.pdf"], room) == ["0", "0"]
    assert page.get_by_text("Not checked here").is_visible()
    assert ask(page, folder, ["original.pdf", "trust.json", "room.tar"]) == ["0", "0"]
    assert ask(page, folder, ["room.tar", "appended.pdf"], room) == ["0", "1"]
    assert ask(page, folder, ["room.tar", "changed.pdf"], room) == ["0", "1"]
    assert ask(page, folder, ["original.pdf"], room) == ["1"]
    assert ask(page, folder, ["nothing.tar"], room) == ["1"]
    assert ask(page, folder, ["room.tar"], "not an anchor") == ["1"]
    assert ask(page, folder, []) == ["1"]
    assert sent == []
    assert page.evaluate("fetch('/livez').then(() => 'sent', () => 'refused')") == "refused"
    assert [line for line in page.complaints if "connect-src" not in line and "livez" not in line] == []
    ask(page, folder, ["room.tar", "appended.pdf"], room)
    assert axe(page) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_file_dropped_on_the_page_is_checked(public, files, open_page, axe, language):  # noqa: F811
    served, _, _ = public
    folder, _ = files
    page = open_page(f"{served.url}/public/c7/check/", width=390, language=language)
    page.evaluate(
        """([name, base64]) => {
            const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)), given = new DataTransfer()
            given.items.add(new File([bytes], name))
            document.getElementById('reader').dispatchEvent(new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true }))
        }""",
        ["room.tar", __import__("base64").b64encode((folder / "room.tar").read_bytes()).decode()],
    )
    page.wait_for_selector("#reader-answer [data-status='3']")
    told = page.locator("#reader-answer").inner_text()
    assert ("Not known" if language == "en" else "Неизвестно") in told
    assert fits(page)
    assert axe(page) == []
    assert page.complaints == []


@pytest.mark.parametrize("page_name", ["check.html", "ru/check.html"])
def test_the_page_of_the_export_checks_from_a_folder(public, files, open_file, page_name):  # noqa: F811
    folder, room = files
    page = open_file(public[2] / page_name)
    assert ask(page, folder, ["room.tar", "original.pdf"], room) == ["0", "0"]
    assert ask(page, folder, ["forged.tar"], room) == ["1"]
    assert page.complaints == []


def test_without_script_the_page_says_how_to_check(public, open_page):  # noqa: F811
    served, _, _ = public
    page = open_page(f"{served.url}/public/c7/check/", script=False)
    assert not page.locator("#reader").is_visible()
    assert page.get_by_text("Your browser runs no scripts").is_visible()
    assert page.get_by_text("cochair verify record.tar --room").is_visible()


def test_the_built_file_is_that_of_the_sources():
    """Anybody may compare what a site serves with the sources; the file is them, one after the other."""
    import re

    web = Path(__file__).parents[2] / "src/cochair/web"
    parts = [(web / "assets/reader" / f"{name}.mjs").read_text() for name in ("forms", "room", "reader", "page")]
    plain = [re.sub(r"^export ", "", re.sub(r"^import [^']*'[^']*'\n", "", part, flags=re.MULTILINE), flags=re.MULTILINE) for part in parts]
    built = "// Built from ../../assets/reader by build.mjs there.\n(() => {\n'use strict'\n" + "\n".join(plain) + "})()\n"
    assert (web / "static/cochair/reader.js").read_text() == built
