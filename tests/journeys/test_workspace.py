"""The workspace in a real browser: every page fits a desk and a telephone, passes axe in both languages, and works without script."""

import re

import pytest

from cochair.workspace.addresses import ref
from tests.journeys.conftest import enter, fits, follow, serving, shot

PAGES = (
    "/", "/sessions/", "/bodies/", "/actions/", "/received/", "/sessions/c7/{session}/", "/sessions/c7/{session}/review/", "/sessions/c7/{session}/delegation/", "/bodies/c7/{body}/",
    "/matter/c7/meetings.agenda/{session}/", "/matter/c7/meetings.dates/{session}/", "/matter/c7/followup.assessment/{action}/{session}/",
    "/matter/c7/followup.way_forward/{session}/", "/actions/c7/{action}/", "/say/c7/followup-report/{action}/", "/received/c7/new/meetings-agenda/", "/new/c7/meetings-session/",
)  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The Indian node of a working group in the middle of its work, served, with a secretary's seat: (served, ids by name)."""
    import tests.pages  # noqa: F401  (Django's settings, before the nodes' registry is imported)
    from tests.workspace import scene

    folder = tmp_path_factory.mktemp("room")
    with scene.table(folder, ("2030-09-16", "2030-09-17")) as made:
        names = {"session": ref(made.session), "body": ref(made.body), "action": ref(made.actions[0])}
    with serving(folder / "IN") as served:
        served.seat("secretary-in", "secretary", "cochair", shown="Executive Secretary of the Indian Side")
        yield served, names


@pytest.fixture
def seated(room, open_page):
    """What a browser keeps once the secretary has signed in."""
    served, _names = room
    page = open_page(f"{served.url}/sign-in/")
    enter(page, served.url, "/")
    return page.context.storage_state()


@pytest.mark.parametrize(("width", "language"), [(1360, "en"), (390, "ru")])
def test_every_page_fits_and_passes_axe(room, seated, open_page, axe, width, language):
    served, names = room
    found = {}
    for path in PAGES:
        page = open_page(served.url + path.format(**names), width=width, language=language, storage=seated)
        wrong = [*page.complaints, *axe(page), *([] if fits(page) else ["scrolls sideways"])]
        if wrong:
            found[path] = wrong
        page.context.close()
    assert found == {}


def test_an_agenda_is_answered_without_script(room, seated, open_page):
    served, names = room
    page = open_page(f"{served.url}/sessions/c7/{names['session']}/", script=False, storage=seated)
    follow(page.get_by_role("button", name="Accept theirs"))
    assert page.get_by_text("Accepted: both Sides name the same.").is_visible()
    assert page.get_by_role("heading", name="Agenda Agreed").is_visible()
    page.goto(f"{served.url}/")
    assert page.get_by_role("link", name="Agenda: 11th Session").count() == 0


def test_a_review_is_done_with_the_keyboard_alone(room, seated, open_page):
    served, names = room
    page = open_page(f"{served.url}/sessions/c7/{names['session']}/review/", storage=seated)
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Accept their assessment").focus()
    page.keyboard.press("Enter")
    page.get_by_text("1 assessment accepted.").wait_for()


@pytest.mark.parametrize(("width", "language", "script"), [(1360, "en", False), (390, "ru", True)])
def test_a_list_of_sixty_is_brought_as_a_table(room, seated, open_page, axe, tmp_path, width, language, script):
    served, names = room
    address = f"{served.url}/sessions/c7/{names['session']}/delegation/"
    page = open_page(address, script=script, storage=seated, width=width, language=language)
    head = "No.,Role,Kind,Honorific [en],Name [en],Name [ru],Organisation [en]"
    rows = [
        f"{n},{'Head' if n == 1 else ''},,Shri,SPECIMEN {width} {n},ОБРАЗЕЦ {width} {n},SPECIMEN Ministry {n % 7}" for n in range(1, 61)
    ]
    (tmp_path / "list.csv").write_text("\n".join([head, *rows]))
    page.locator("#id_table").set_input_files(tmp_path / "list.csv")
    follow(page.locator("form:has(#id_table) button"))
    assert fits(page)
    assert not script or axe(page) == []
    shot(page, f"delegation-look-{width}-{language}")
    follow(page.locator("form:has(textarea[name=rows]) button"))
    assert page.locator("tbody tr").count() == 60
    assert fits(page)
    assert not script or axe(page) == []
    shot(page, f"delegation-{width}-{language}")
    follow(page.locator("tbody tr").nth(1).get_by_role("link"))
    assert page.get_by_label(re.compile("^(Name, English|Имя, английский)")).input_value() == f"SPECIMEN {width} 2"
    shot(page, f"delegation-change-{width}-{language}")
    (tmp_path / "wrong.csv").write_text("\n".join([head, *rows[:3], "x,King,,,,,"]))
    page.locator("#id_table").set_input_files(tmp_path / "wrong.csv")
    follow(page.locator("form:has(#id_table) button"))
    assert page.locator("[role=alert]").is_visible()
    assert fits(page)
    assert not script or axe(page) == []
    shot(page, f"delegation-wrong-{width}-{language}")
