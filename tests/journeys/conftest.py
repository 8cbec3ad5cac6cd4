"""Journeys: a node served by its real server in its own process, and Debian's browser in front of it.

The tests here never touch Django's tables themselves: a browser's loop and the tables do not share a thread.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PASSWORD = "a long enough password"
WIDTHS = (1360, 390)
SERVE = "import sys; from pathlib import Path; from cochair.web.serve import serve; serve(Path(sys.argv[1]), port=int(sys.argv[2]))"


@dataclass
class Served:
    """A node behind its address."""

    folder: Path
    url: str

    def seat(self, name, *roles, shown=""):
        """An account on this node, signed in with ``PASSWORD``."""
        command = [sys.executable, "-m", "cochair.web.seats", str(self.folder), name, *roles, "--shown", shown]
        subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, timeout=60)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.contextmanager
def serving(folder, **environment):
    """The node in ``folder``, served until the end of the block."""
    port = free_port()
    served = Served(folder, f"http://127.0.0.1:{port}")
    command = [sys.executable, "-c", SERVE, str(folder), str(port)]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(f"{served.url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    break
            assert process.poll() is None, (folder / "serve.log").read_text()
            time.sleep(0.1)
        else:
            raise AssertionError((folder / "serve.log").read_text())
        yield served
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """An empty node of the Indian Side, with a secretary's seat, served."""
    from cochair.record.node import Node
    from cochair.stages import REGISTRY

    folder = tmp_path_factory.mktemp("journey") / "in"
    Node.init(folder, side="IN", domain="in.example", registry=REGISTRY, specimen=True).close()
    with serving(folder, COCHAIR_DEV="1") as served:
        served.seat("secretary-in", "secretary", shown="Executive Secretary of the Indian Side")
        yield served


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium, once for all journeys."""
    if not Path(CHROMIUM).exists():
        pytest.skip("needs chromium (Debian: chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """``open_page(url, width=390, language="ru", script=False)`` -> a page; what the browser complains of is in ``page.complaints``."""
    contexts = []

    def opened(url, *, width=1360, language="en", script=True, storage=None):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script, storage_state=storage)
        contexts.append(context)
        context.add_cookies([{"name": "cochair-language", "value": language, "url": url}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(url, wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe():
    """``axe(page)`` -> the findings of WCAG 2.2 AA and best practice, as lines."""
    from axe_playwright_python.sync_playwright import Axe

    def findings(page):
        return [f"{found['id']}: {found['nodes'][0]['target']}" for found in Axe().run(page, options=RULES).response["violations"]]

    return findings


def fits(page):
    """Whether nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def shot(page, name):
    """A picture of the whole page, where a folder for pictures is named."""
    if folder := os.environ.get("COCHAIR_SHOTS", ""):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def follow(locator):
    """Click what leads to another page and wait until it stands: a click alone returns while the page before still answers."""
    with locator.page.expect_navigation(wait_until="load"):
        locator.click()


def enter(page, url, path="/account/codes/", username="secretary-in"):
    """Sign in as a person does, and come to the page asked for."""
    page.goto(f"{url}/sign-in/?next={path}")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))
