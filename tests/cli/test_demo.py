"""The demonstration, played once: what it says is what happened, it names nobody in act two, shows no hash before the last scene, and fails when it should."""

import http.cookiejar
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cochair.cli import main as program
from cochair.cli.demo import act_one, main, pictures, proofs, story
from cochair.cli.demo.html import Safe
from cochair.cli.demo.line import free_port
from cochair.cli.demo.play import MARK, Play, Scene, prepare
from cochair.cli.verify import verify
from cochair.kit.errors import CochairError
from tests.makers.rooms import signed
from tests.press.shared import SEEDS

pytestmark = pytest.mark.timeout(280)
HASH = re.compile(r"[0-9a-f]{64}")


class Words(HTMLParser):
    """The words of a page, and every address in it."""

    def __init__(self):
        super().__init__()
        self.words, self.links = [], []

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("src", "href") and value]


def read(path):
    page = Words()
    page.feed(path.read_text("utf-8"))
    return " ".join(page.words), page.links


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "out"
    made = main.play(out)
    return out, made, json.loads((out / "result.json").read_text("utf-8"))


def test_every_expectation_was_met_and_the_result_says_what_was_found(played):
    _, made, result = played
    assert made.failed == []
    assert result["failed"] == 0
    assert len(result["expectations"]) > 50
    assert len(result["scenes"]) == len(main.SCENES)
    assert [scene["number"] for scene in result["scenes"] if scene["act"] == 1] == [1, 2]
    assert result["seconds"] > 0


def test_both_nodes_end_with_the_same_digests(played):
    digests = played[2]["digests"]
    for which in ("record", "working"):
        assert HASH.fullmatch(digests[which]["IN"])
        assert digests[which]["IN"] == digests[which]["RU"]
    assert digests["record"] != digests["working"]


def test_the_reports_and_where_they_differ(played):
    result = played[2]
    assert len(result["reports"]) == 3
    assert all(report["claims"] > 5 and report["sentences"]["not classified"] == 0 for report in result["reports"])
    found = {row["fact"]: row for row in result["differences"]}
    assert any("agreed to finalize" in words for words in found["document.status"]["states"].values())
    assert any("co-development" in words for words in found["topic:piston_engines"]["states"].values())
    assert any("production" in words for words in found["topic:piston_engines"]["states"].values())


def test_each_forgery_was_refused_with_its_reason(played):
    refusals = {one["case"]: one for one in played[2]["refusals"]}
    assert {one["status"] for one in refusals.values()} == {1}
    assert all(len(one["reason"]) > 20 for one in refusals.values())
    for words in ("flipped", "appended", "another room", "whole forged room", "one member"):
        assert any(words in case for case in refusals), words


def test_what_it_leaves_is_checked_again_by_another_hand(played):
    out, _, result = played
    record = out / "public" / "record.tar"
    found = verify([record, *sorted((out / "public").glob("original-*.pdf"))])
    assert found.status == 3
    assert len(found.lines) == 3
    assert found.states["record.tar"] == result["digests"]["record"]["IN"]
    assert found.specimen


def test_every_page_of_act_two_says_specimen_and_every_row_does(played):
    out, made, _ = played
    for number, scene in enumerate(made.scenes, 1):
        text = (out / "pages" / f"{number:02}.html").read_text("utf-8")
        assert ("SPECIMEN" in text) is (scene.act == 2)
        if scene.act == 2:
            rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
            assert rows
            assert all("SPECIMEN" in row or "<td>" not in row for row in rows), number
    assert "SPECIMEN" in (out / "public" / "index.html").read_text("utf-8")


def test_no_hash_before_the_last_scene(played):
    out, made, _ = played
    assert [scene.proof for scene in made.scenes] == [False] * (len(made.scenes) - 1) + [True]
    for number in range(1, len(made.scenes)):
        assert not HASH.search((out / "pages" / f"{number:02}.html").read_text("utf-8")), number
    assert HASH.search((out / "pages" / f"{len(made.scenes):02}.html").read_text("utf-8"))


def test_nobody_has_a_name_in_act_two(played):
    out, made, _ = played
    names = {claim.value["person"] for reading in made.ids["readings"] for claim in reading.of("chair")}
    names |= {name for reading in made.ids["readings"] for claim in reading.of("engagement") for name in claim.value["persons"]}
    assert len(names) >= 2
    parts = {part for name in names for part in name.split() if len(part) > 3}
    for number, scene in enumerate(made.scenes, 1):
        words, _ = read(out / "pages" / f"{number:02}.html")
        if scene.act == 2:
            assert not [part for part in parts if re.search(rf"\b{re.escape(part)}\b", words)], number
    for path in map(Path, (act_one.__file__, story.__file__)):
        assert not [part for part in parts if part in path.read_text("utf-8")], path


def test_the_pages_stand_by_themselves(played):
    out, _, _ = played
    for path in [out / "index.html", *(out / "pages").glob("*.html"), *(out / "screens").glob("*.html"), out / "public" / "index.html"]:
        _, links = read(path)
        for link in links:
            assert "//" not in link, f"{path.name} asks another machine for {link}"
            assert link.startswith(("#", "?")) or (path.parent / link).exists(), f"{path.name}: {link}"
    assert "@font-face" in (out / "static" / "cochair.css").read_text("utf-8")


def test_the_parts_that_are_promised_are_there(played):
    out, made, result = played
    assert sorted(path.name for path in (out / "originals").glob("original-*.pdf")) == ["original-IN.pdf", "original-RU.pdf"]
    assert len(list((out / "bundle").glob("*.tar"))) >= 3
    assert (out / "public" / "trust.json").exists()
    names = [name for _, name, _ in made.screens]
    assert len(names) == 8
    for name in names:
        page = (out / "screens" / f"{name}.html").read_text("utf-8")
        assert "Specimen" in page and not HASH.search(page) and "<script" not in page
    drawn = [name for name in names if (path := out / "pictures" / f"{name}.png").exists() and path.stat().st_size > 5000]
    assert len(drawn) == result["pictures"] == (8 if any(shutil.which(name) for name in pictures.BROWSERS) else 0)


def test_no_key_of_a_person_lies_in_a_node(played):
    out, _, _ = played
    secret = [path.read_bytes().split(b"\n")[1] for path in (out / "signers").glob("*.pem")]
    assert len(secret) == 2
    for path in (out / "nodes").rglob("*"):
        if path.is_file():
            assert not any(line in path.read_bytes() for line in secret), path


@pytest.mark.skipif(not SEEDS.exists(), reason="the public reports are not beside the repository (../shared)")
def test_the_public_reports_are_taken_where_they_are(played):
    assert played[2]["reports"][0]["characters"] == 2848


def test_the_retold_reports_of_the_product_show_the_same_differences(tmp_path, monkeypatch):
    monkeypatch.setattr(act_one, "BESIDE", tmp_path / "nowhere")
    made = main.play(tmp_path / "out", scenes=main.SCENES[:2])
    assert made.failed == []
    assert "retold" in made.scenes[0].told[0]


def test_it_fails_when_an_expectation_is_not_met(tmp_path, monkeypatch):
    def broken(play: Play) -> Scene:
        play.expect("the two nodes agree", "a", "b")
        return Scene("Broken", ("Something is wrong.",), Safe(""))

    monkeypatch.setattr(main, "SCENES", (broken,))
    done = CliRunner().invoke(program.app, ["demo", "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "not met" in done.output
    assert "the two nodes agree" in done.output
    assert json.loads((tmp_path / "out" / "result.json").read_text())["failed"] == 1


def test_a_forgery_that_is_accepted_makes_it_fail(tmp_path, monkeypatch):
    """The refusals are real: with a `verify` that accepts everything the play does not pass."""
    real = proofs.check.verify

    def blind(files, anchor=None):
        found = real(files, anchor)
        found.status, found.lines = 0, [line.__class__(line.file, 0, line.words) for line in found.lines]
        return found

    other = signed(1)
    forged = tmp_path / "forged"
    shutil.copytree(other.folder / "originals", forged / "originals")
    (forged / "bundle").mkdir()
    shutil.copyfile(other.record, forged / "bundle" / "record.tar")
    monkeypatch.setattr(proofs, "forged_room", lambda _play: forged)
    made = prepare(tmp_path / "out")
    try:
        for act in (*proofs.FORGED, main.unplugged.unplugged):
            act(made)
        monkeypatch.setattr(proofs.check, "verify", blind)
        proofs.proofs(made)
    finally:
        made.close()
    assert len([check for check in made.failed if check["what"].startswith("refused:")]) == 9


def test_it_never_clears_a_folder_that_it_did_not_write(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CochairError, match="not a demonstration"):
        prepare(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    prepare(tmp_path / "new").close()
    assert (tmp_path / "new" / MARK).exists()
    prepare(tmp_path / "new").close()


def test_both_nodes_stay_up_and_the_printed_sign_ins_open_them(played, tmp_path):
    out, _, _ = played
    nodes = shutil.copytree(out / "nodes", tmp_path / "nodes", ignore=shutil.ignore_patterns("socket", "*.lock")).parent
    ports = {side: free_port() for side in ("IN", "RU")}
    code = "import sys; from pathlib import Path; from rich.console import Console; from cochair.cli.demo import serving; "
    code += f"serving.serve(Path(sys.argv[1]), Console(), {ports!r})"
    with (tmp_path / "said").open("w") as said:
        server = subprocess.Popen([sys.executable, "-c", code, nodes], stdout=said, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 120
        while "observer-ru" not in (text := (tmp_path / "said").read_text()):
            assert server.poll() is None and time.monotonic() < until, text
            time.sleep(0.2)
        for side, port in ports.items():
            name = f"secretary-{side.lower()}"
            home = signed_in(f"http://127.0.0.1:{port}", name, re.search(rf"{name}\s+(\S+)", text)[1])
            assert "What waits for you" in home
            assert "Specimen" in home
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0


def signed_in(base, name, password):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = opener.open(f"{base}/sign-in/", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": name, "password": password}).encode()
    return opener.open(urllib.request.Request(f"{base}/sign-in/", data, {"Referer": f"{base}/sign-in/"}), timeout=30).read().decode()


def test_pictures_are_left_out_where_there_is_no_browser(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures.shutil, "which", lambda _name: None)
    assert pictures.draw([tmp_path / "x.html"], [tmp_path / "x.png"]) == 0

    def hangs(*_args, **_more):
        raise subprocess.TimeoutExpired("chromium", 1)

    monkeypatch.setattr(pictures.shutil, "which", lambda _name: "/usr/bin/false")
    monkeypatch.setattr(pictures.subprocess, "run", hangs)
    assert pictures.draw([tmp_path / "x.html"], [tmp_path / "x.png"]) == 0
