"""Headers, languages, life signs, static files, settings and start-up checks."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import brotli
import pytest

from cochair.web import checks
from cochair.web.serve import prepare

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/cochair/web/static/cochair"


@pytest.fixture
def page(client, db, node):
    return client.get("/sign-in/")


def test_the_policy_lets_nothing_inline_or_foreign_in(page):
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "data:" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_headers_of_a_page(page, header, value):
    assert page[header] == value


def test_a_page_has_no_inline_style_script_or_handler(page):
    body = page.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", body)


def test_pages_of_a_signed_in_reader_stay_out_of_shared_caches(reader):
    assert "private" in reader().get("/account/codes/")["Cache-Control"]


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/sign-in/?a=1", "/sign-in/?a=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_the_language_switch_keeps_the_choice_and_never_leads_away(client, db, node, wanted, goes_to):
    answer = client.get("/language/ru/", {"next": wanted})
    assert answer["Location"] == goes_to
    assert client.cookies["cochair-language"].value == "ru"
    assert "Войти" in client.get("/sign-in/").content.decode()
    assert 'lang="ru"' in client.get("/sign-in/").content.decode()


def test_an_unknown_language_is_an_error_page(client, db, node):
    answer = client.get("/language/xx/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_alive_and_ready(client, db, node):
    assert client.get("/livez").content == b"ok\n"
    assert client.get("/readyz").content == b"ok\n"


def test_not_ready_without_a_node(client, db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("cochair.accounts.here._node", None)
    settings.COCHAIR_NODE = tmp_path / "nowhere"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content.startswith(b"not ready")
    assert not (tmp_path / "nowhere").exists()


def test_an_error_page_is_drawn_even_when_the_node_is_the_error(client, db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("cochair.accounts.here._node", None)
    settings.COCHAIR_NODE = tmp_path / "nowhere"
    assert client.get("/no-such-page").status_code == 404


def test_the_page_of_components_is_closed_in_operation(client, db, node, settings):
    settings.COCHAIR_DEV = False
    assert client.get("/dev/components").status_code == 404
    settings.COCHAIR_DEV = True
    assert client.get("/dev/components").status_code == 200


def test_the_specimen_banner_follows_the_room(client, db, node, monkeypatch):
    from cochair.accounts.here import using

    class Room:
        side, specimen = "IN", False

        def __init__(self, specimen):
            self.is_specimen = specimen

        def rooms(self):
            return ["a"]

        def terms(self, _room):
            return {"specimen": self.is_specimen}

    for specimen in (True, False):
        with using(Room(specimen)):
            assert ("app-specimen" in client.get("/sign-in/").content.decode()) is specimen


@pytest.mark.parametrize("name", ["cochair.css", "cochair.js"])
def test_built_files_are_small_enough_and_their_compressed_forms_equal(name):
    plain = (STATIC / name).read_bytes()
    assert gzip.decompress((STATIC / f"{name}.gz").read_bytes()) == plain
    assert brotli.decompress((STATIC / f"{name}.br").read_bytes()) == plain
    assert len(plain) <= 160_000


def test_the_style_sheet_carries_no_foreign_brand_and_only_faces_that_are_shipped():
    css = (STATIC / "cochair.css").read_text()
    assert "GDS Transport" not in css
    assert not re.search(r"url\(\W*(https?:|//)|@import", css)
    named = set(re.findall(r"url\(\"?(fonts/[a-z0-9-]+\.woff2)", css))
    assert named == {f"fonts/{path.name}" for path in (STATIC / "fonts").glob("*.woff2")}


def test_static_files_are_served_with_their_digest_in_the_address(client, db, node):
    address = re.search(r'href="(/static/cochair/cochair\.css\?v=[0-9a-f]{12})"', client.get("/sign-in/").content.decode())[1]
    assert client.get(address).status_code == 200


def settings_with(tmp_path, expression, **variables):
    """What another process with this environment answers for an expression over the settings ``s``."""
    code = f"import cochair.web.settings as s; print({expression})"
    environment = {"PATH": os.environ["PATH"], "COCHAIR_NODE": str(tmp_path)} | variables
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout.strip()


def test_the_secret_is_made_once_and_kept_for_its_owner(tmp_path):
    first = settings_with(tmp_path, "s.SECRET_KEY")
    assert len(first) >= 50
    assert settings_with(tmp_path, "s.SECRET_KEY") == first
    assert (tmp_path / "web-secret.key").stat().st_mode & 0o777 == 0o600
    assert settings_with(tmp_path, "s.SECRET_KEY", COCHAIR_SECRET_KEY="mine") == "mine"


def test_cookies_are_secure_as_soon_as_there_is_tls(tmp_path):
    wanted = "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0"
    assert settings_with(tmp_path, wanted) == "False False False"
    assert settings_with(tmp_path, wanted, COCHAIR_TLS_CERT="c.pem") == "True True True"
    assert settings_with(tmp_path, wanted, COCHAIR_TLS_PROXY="1") == "True True True"


def test_two_nodes_on_one_machine_do_not_share_cookies(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    wanted = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME"
    first, second = (settings_with(tmp_path, wanted, COCHAIR_NODE=str(tmp_path / name)).split() for name in "ab")
    assert len({*first, *second}) == 4


def test_debug_is_off_unless_asked_for(tmp_path):
    assert settings_with(tmp_path, "s.DEBUG") == "False"


def found(ids):
    return {message.id for message in ids}


def test_checks_find_what_is_not_fit(settings, tmp_path):
    settings.COCHAIR_NODE = tmp_path / "nowhere"
    settings.COCHAIR_TLS_CERT, settings.COCHAIR_TLS_KEY = str(tmp_path / "cert.pem"), ""
    settings.ALLOWED_HOSTS, settings.DEBUG, settings.TLS = ["node.example"], True, False
    messages = checks.check_node()
    assert found(messages) == {"cochair.E001", "cochair.E002", "cochair.E003", "cochair.W001"}
    assert all(message.hint for message in messages)


def test_checks_find_a_secret_that_others_can_read(settings, tmp_path):
    settings.COCHAIR_NODE, settings.ALLOWED_HOSTS = tmp_path, ["localhost"]
    assert found(checks.check_node()) == set()
    (tmp_path / "web-secret.key").write_text("x")
    (tmp_path / "web-secret.key").chmod(0o644)
    assert found(checks.check_node()) == {"cochair.E004"}


@pytest.mark.parametrize(("folder", "port"), [("nowhere", 8000), (".", 0), (".", 70000)])
def test_serving_something_unfit_is_refused_with_the_next_step(tmp_path, folder, port, monkeypatch):
    from cochair.kit.errors import CochairError

    monkeypatch.setenv("COCHAIR_NODE", "")
    with pytest.raises(CochairError) as raised:
        prepare(tmp_path / folder, "127.0.0.1", port)
    assert raised.value.next_step
