"""The static export: what is consented to and nothing else, with links that lead somewhere and a record that holds no stranger's paper."""

import re
import subprocess
import sys
import tarfile

import pytest

from cochair.exchange import unpacking
from cochair.kit.errors import CochairError, NotFound
from cochair.ledger import notes
from cochair.publication import operations as op
from cochair.publication.export import export, record_file
from cochair.publication.queries import published
from tests.protocol.flow import IN
from tests.publication.world import SECRETS


def texts(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".json"}}


def test_with_no_consent_one_page_says_so(world, tmp_path):
    export(world.t.ours, world.t.room, tmp_path / "public")
    found = texts(tmp_path / "public")
    assert set(found) == {"index.html", "ru/index.html", "data.json"}
    assert "Nothing is published here." in found["index.html"]
    assert "Здесь ничего не опубликовано." in found["ru/index.html"]
    assert not [word for word in (*SECRETS, "Working Group", "ACTION", "wind tunnel") if word in "".join(found.values())]


def test_with_every_consent_no_secret_is_in_any_file(world, tmp_path):
    world.everything()
    names = export(world.t.ours, world.t.room, tmp_path / "public")
    whole = b"".join((tmp_path / "public" / name).read_bytes() for name in names if not name.endswith(".tar")).decode(errors="replace")
    assert not [secret for secret in SECRETS if secret in whole]
    assert "agreed to build a wind tunnel" in whole
    assert "ACTION обменяться перечнями" in whole
    assert "Specimen." in texts(tmp_path / "public")["index.html"]


def test_the_record_that_is_published_holds_the_signed_texts_and_no_other_paper(world, tmp_path):
    world.everything()
    t = world.t
    file = record_file(t.ours, published(t.ours, t.room))
    with tarfile.open(file) as tar:
        members = {each.name: tar.extractfile(each).read() for each in tar}
    papers = {name.rpartition("/")[2] for name in members if f"{t.room}/paper/" in name}
    assert papers == published(t.ours, t.room).papers
    body = b"".join(members.values()).decode(errors="replace")
    for secret in ("MARKPERSON", "MARKLETTER", "MARKREASON", "MARKREMARK", "MARKOPEN", "MARKDRAFT"):
        assert secret not in body, "papers and working entries never travel with the public record"
    assert "agreed to build" in body
    verifier = notes.Verifier(next(one["log_key"] for one in t.ours.terms(t.room)["sides"] if one["side"] == "IN"))
    with unpacking.read(file, verifiers=[verifier], beside=tmp_path) as opened:
        assert opened.working == 0
    proven = subprocess.run(
        [sys.executable, "-m", "cochair.cli.main", "verify", str(file), "--room", t.room], check=False, capture_output=True, text=True
    )
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert "adopt of protocol" in proven.stdout
    assert record_file(t.ours, published(t.ours, t.room)) == file, "kept until the record or the consents change"


def test_without_consent_to_the_proof_there_is_no_record(world, tmp_path):
    world.everything()
    op.withdraw(world.t.ours, world.t.room, IN, world.instrument, "proof")
    names = export(world.t.ours, world.t.room, tmp_path / "public")
    assert "record.tar" not in names
    assert not [name for name, page in texts(tmp_path / "public").items() if "record.tar" in page]
    with pytest.raises(NotFound):
        record_file(world.t.ours, published(world.t.ours, world.t.room))


def test_every_link_leads_to_a_file(world, tmp_path):
    world.everything()
    export(world.t.ours, world.t.room, tmp_path / "public")
    root = tmp_path / "public"
    pages = {path: re.findall(r'(?:href|src)="([^"#]+)"', path.read_text()) for path in root.rglob("*.html")}
    style = root / "assets" / "cochair.css"
    pages[style] = [target for target in re.findall(r'url\("?([^")]+)', style.read_text()) if not target.startswith("data:")]
    broken = [f"{path.name}: {target}" for path, targets in pages.items() for target in targets if not (path.parent / target).is_file()]
    assert broken == []


def test_an_export_replaces_itself_and_nothing_else(world, tmp_path):
    world.everything()
    export(world.t.ours, world.t.room, tmp_path / "public")
    assert (tmp_path / "public" / "record.tar").exists()
    world.nothing()
    export(world.t.ours, world.t.room, tmp_path / "public")
    assert not (tmp_path / "public" / "record.tar").exists(), "what is no longer public does not stay behind"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("work")
    with pytest.raises(CochairError, match="something else"):
        export(world.t.ours, world.t.room, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "work"
