"""`verify` on what two Sides signed, and on everything that a forger could make of it."""

import json
import os
import random
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cochair.cli import main, verification
from cochair.cli import verify as v
from cochair.cli.demo.proofs import END, change_member, flip
from cochair.cli.replay import Replayed
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.ledger.tiles import bundle_decode, bundle_encode
from tests.makers.rooms import signed


@pytest.fixture(scope="module")
def ours():
    return signed()


@pytest.fixture(scope="module")
def forged():
    return signed(1)


@pytest.fixture
def anchor(ours):
    return v.Anchor(ours.room, ours.keys)


@pytest.fixture
def tree(ours, tmp_path):
    """A copy of what the node publishes, to be spoiled."""
    return shutil.copytree(ours.tree, tmp_path / "tree")


def refused(verdict, words=""):
    assert verdict.status == v.REFUSED, verdict
    assert words in verdict.refusals[0].words, verdict.refusals[0].words
    return verdict.refusals[0]


def spoil(path, change):
    """Change a file in place; what stands there may be a second name of another file."""
    data = change(path.read_bytes())
    path.unlink()
    path.write_bytes(data)


def record_of(tree, side):
    [found] = tree.glob(f"{side.lower()}.example/*/{side}/record")
    return found


def newest(log, tile):
    """The last written part of a tile; older parts lie beside it and are not looked at."""
    return max((log / "tile" / f"{tile}.p").iterdir(), key=lambda path: int(path.name))


# --- what is accepted ---


def test_a_record_and_both_originals_are_proven_to_whom_knows_the_room(ours, anchor):
    verdict = v.verify([ours.record, *ours.originals.values()], anchor)
    assert (verdict.status, verdict.specimen, verdict.refusals) == (v.PROVEN, True, [])
    assert [line.words for line in verdict.lines[1:]] == ["The file is the approved original: 2 good signatures and nothing else"] * 2
    assert "by the certificate that the mandate names" in verdict.lines[1].details[1]
    told = " ".join(verdict.lines[0].details)
    assert "adopt of protocol" in told and "correct of protocol" in told and "sign of protocol" in told
    assert "sealed by IN (key) and RU (key)" in told


def test_what_it_computes_is_what_both_nodes_show(ours):
    assert v.verify([ours.record]).states == {ours.record.name: ours.state}


def test_without_an_anchor_it_says_that_it_does_not_know_whose_keys_these_are(ours):
    verdict = v.verify([ours.record, ours.originals["IN"]])
    assert verdict.status == v.UNKNOWN
    assert verdict.fingerprint.replace(" ", "") == ours.room
    assert "compare this fingerprint" in verdict.lines[0].words
    assert verdict.fingerprint in verdict.lines[0].next_step
    assert "not known" in verdict.lines[1].words


def test_the_room_id_alone_vouches_for_the_founder_and_says_so(ours):
    verdict = v.verify([ours.record], v.Anchor(ours.room))
    assert verdict.status == v.PROVEN
    assert "those of RU by the terms that it sealed" in verdict.lines[0].details[-1]


def test_a_folder_is_read_like_a_bundle_and_working_papers_are_left_aside(tree, anchor, ours):
    verdict = v.verify([tree], anchor)
    assert verdict.status == v.PROVEN
    assert verdict.states == {tree.name: ours.state}
    assert any("working papers were left aside" in each for each in verdict.lines[0].details)


def test_an_earlier_bundle_and_a_later_one_are_one_record(ours, anchor):
    verdict = v.verify([ours.early, ours.record], anchor)
    assert verdict.status == v.PROVEN
    assert len(set(verdict.states.values())) == 2


def test_it_needs_no_django_no_database_and_no_network(ours, anchor, tmp_path):
    trust = tmp_path / "trust.json"
    trust.write_bytes(v.trust_file(ours.room, ours.keys))
    program = (
        "import socket, sys\n"
        "def no(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = no\n"
        "from pathlib import Path\n"
        "from cochair.cli.verify import read_anchor, verify\n"
        "found = verify([Path(p) for p in sys.argv[2:]], read_anchor(sys.argv[1]))\n"
        "print(found.status, [m for m in sys.modules if m.split('.')[0] in ('django', 'sqlite3', 'psycopg')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, trust, ours.record, ours.originals["RU"]], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout == "0 []\n", done.stderr


# --- bundles that were tampered with ---


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_anywhere_in_a_bundle_is_refused(ours, anchor, tmp_path, seed):
    data = ours.record.read_bytes()
    place = random.Random(seed).randrange(len(data))
    path = tmp_path / "flipped.tar"
    path.write_bytes(flip(data, place))
    refused(v.verify([path], anchor))


@pytest.mark.parametrize(
    "part", ["/checkpoint", "/tile/entries/", "/tile/0/", "/structural/", "/paper/", "/cosigned/", "bundle.note", "bundle.list"]
)
@pytest.mark.parametrize("relist", [False, True])
def test_a_changed_member_is_refused_whether_the_list_is_made_to_fit_or_not(ours, anchor, tmp_path, part, relist):
    path = tmp_path / "changed.tar"
    path.write_bytes(change_member(ours.record.read_bytes(), part, lambda data: flip(data, len(data) // 2), relist=relist))
    line = refused(v.verify([path], anchor))
    if part == "/paper/":
        assert ("not the one that was signed" if relist else "does not have the digest that was listed") in line.words


@pytest.mark.parametrize("size", [0, 1, 511, 512, 1024, 20_000])
def test_a_bundle_cut_short_is_refused(ours, anchor, tmp_path, size):
    path = tmp_path / "cut.tar"
    path.write_bytes(ours.record.read_bytes()[:size])
    refused(v.verify([path], anchor))


def test_a_true_bundle_under_a_note_of_somebody_else_is_refused(ours, forged, anchor, tmp_path):
    note = forged.record.read_bytes()[512:1536].split(b"\0")[0]
    path = tmp_path / "sender.tar"
    path.write_bytes(change_member(ours.record.read_bytes(), "bundle.note", lambda _: note))
    refused(v.verify([path], anchor))


# --- trees that were made to fit, beyond what a bundle's list guards ---


def test_an_entry_that_was_changed_is_refused(tree, anchor):
    entries = newest(record_of(tree, "IN"), "entries/000")
    spoil(entries, lambda data: flip(data, len(data) // 2))
    refused(v.verify([tree], anchor))


def test_a_log_from_which_the_last_entry_was_taken_is_refused(tree, anchor):
    path = newest(record_of(tree, "RU"), "entries/000")
    spoil(path, lambda data: bundle_encode(bundle_decode(data)[:-1]))
    refused(v.verify([tree], anchor), "its checkpoint says")


@pytest.mark.parametrize("where", ["tile/0", "structural", "paper", "cosigned"])
def test_a_hash_a_content_a_paper_or_a_cosignature_that_was_changed_is_refused(tree, anchor, ours, where):
    inside = (p for p in (tree / ours.room / where).rglob("*") if p.is_file() and p.name != ours.room)
    path = newest(record_of(tree, "IN"), "0/000") if where == "tile/0" else next(inside)
    spoil(path, lambda data: flip(data, len(data) // 2))
    refused(v.verify([tree], anchor))


def in_part(verdict, words):
    assert verdict.status == v.PARTLY, verdict
    (line,) = verdict.lines
    assert "up to the heads" in line.words
    assert any("not checked" in each and words in each for each in line.details), line.details
    return line


def test_a_log_that_is_missing_leaves_the_record_incomplete(tree, anchor):
    shutil.rmtree(record_of(tree, "RU"))
    line = in_part(v.verify([tree], anchor), "waits for RU/record")
    assert "complete bundle" in line.next_step
    assert not any("sealed by" in each for each in line.details)


def test_a_sealed_manifest_that_is_missing_is_read_up_to_it(tree, anchor, ours):
    for path in (tree / ours.room / "structural").iterdir():
        if b'"what":"manifest"' in path.read_bytes():
            path.unlink()
    in_part(v.verify([tree], anchor), "waits for structural content")
    assert refused(v.verify([tree, ours.originals["IN"]], anchor), "Nothing says what it should be")


def test_the_log_of_another_room_in_its_place_is_refused(tree, anchor, forged):
    shutil.rmtree(record_of(tree, "RU"))
    target = tree / record_of(forged.tree, "RU").relative_to(forged.tree)
    shutil.copytree(record_of(forged.tree, "RU"), target)
    refused(v.verify([tree], anchor), "not by the key that the terms name")


def test_a_link_in_a_folder_is_not_followed(tree, anchor, ours):
    path = next((tree / ours.room / "paper").iterdir())
    kept = path.read_bytes()
    path.unlink()
    (tree / "elsewhere").write_bytes(kept)
    path.symlink_to(tree / "elsewhere")
    refused(v.verify([tree], anchor), "not a plain file")


def test_papers_that_were_not_given_along_are_counted_and_do_not_hide(tree, anchor, ours):
    shutil.rmtree(tree / ours.room / "paper")
    verdict = v.verify([tree], anchor)
    assert verdict.status == v.PROVEN
    assert any("texts not given along" in each for each in verdict.lines[0].details)
    assert any("was not given along" in each for each in verdict.lines[0].details)


def test_two_copies_of_one_log_that_differ_are_refused():
    one, other = (
        Replayed("a" * 64, "c7", specimen=True, leaves={"in.example/c7/IN/record": leaves}) for leaves in ([b"1", b"2"], [b"1", b"3", b"4"])
    )
    with pytest.raises(Rejected, match="under the same key"):
        v._compare(one, [other])
    v._compare(Replayed("a" * 64, "c7", specimen=True, leaves={"in.example/c7/IN/record": [b"1"]}), [other])


# --- other rooms ---


def test_a_whole_forged_room_fits_together_and_is_not_this_room(ours, forged, anchor):
    assert forged.room != ours.room
    alone = v.verify([forged.record, *forged.originals.values()])
    assert alone.status == v.UNKNOWN, "without an anchor nobody can tell"
    line = refused(v.verify([forged.record], anchor), "fits together in itself")
    assert "names IN and RU" in line.words
    refused(v.verify([forged.record], v.Anchor(ours.room)))
    refused(v.verify([forged.tree], anchor), "fits together in itself")


def test_an_original_out_of_a_forged_room_is_refused_and_so_is_ours_beside_its_record(ours, forged, anchor):
    refused(v.verify([ours.record, forged.originals["IN"]], anchor), "not an original that the Sides sealed")
    verdict = v.verify([forged.record, ours.originals["IN"]], anchor)
    assert [line.words for line in verdict.refusals][1] == "The record that it was to be checked against was refused"


def test_a_trust_file_pins_every_side(ours, forged):
    other = v.Anchor(ours.room, ours.keys | {"RU": forged.keys["RU"]})
    refused(v.verify([ours.record], other), "The key of RU is not the one in the trust file")


# --- originals ---


@pytest.mark.parametrize("place", [10, 5000, -40, -3000])
def test_a_flipped_byte_of_an_original_is_refused(ours, anchor, tmp_path, place):
    data = ours.originals["IN"].read_bytes()
    path = tmp_path / "flipped.pdf"
    path.write_bytes(flip(data, place % len(data)))
    refused(v.verify([ours.record, path], anchor))


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("was added", lambda data: data + b"1 0 obj\n<<>>\nendobj\n%%EOF\n"),
        ("after the last signature", lambda data: data + b"\n"),
        ("signature of", lambda data: data[: data.rindex(END, 0, -len(END)) + len(END)]),
        ("shorter", lambda data: data[:5000]),
        ("not an original", lambda data: data[:-1] if len(data) < 9 else b"%PDF-1.7\n" + data),
    ],
)
def test_an_update_a_cut_and_another_beginning_are_refused(ours, anchor, tmp_path, words, change):
    path = tmp_path / "changed.pdf"
    path.write_bytes(change(ours.originals["RU"].read_bytes()))
    line = refused(v.verify([ours.record, path], anchor))
    assert words in line.words or words == "after the last signature", line.words
    assert line.next_step


def test_the_unsigned_original_is_the_approved_one_and_says_that_nobody_signed(ours, anchor):
    verdict = v.verify([ours.record, ours.folder / "signers" / "original-IN.pdf"], anchor)
    assert verdict.status == v.PROVEN
    assert "not signed yet" in verdict.lines[1].words


def test_an_original_needs_a_record_in_which_it_was_sealed(ours, anchor):
    line = refused(v.verify([ours.originals["IN"]], anchor), "Nothing says what it should be")
    assert "bundle" in line.next_step
    refused(v.verify([ours.early, ours.originals["IN"]], anchor), "Nothing says what it should be")


def test_one_refused_file_does_not_hide_the_others(ours, anchor, tmp_path):
    (tmp_path / "junk.tar").write_bytes(b"junk")
    verdict = v.verify([tmp_path / "junk.tar", ours.record], anchor)
    assert [line.status for line in verdict.lines] == [v.REFUSED, v.PROVEN]
    assert verdict.status == v.REFUSED


# --- wrong input ---


@pytest.mark.parametrize("data", [b"", b"hello", b"\0" * 10240, os.urandom(4096), b'{"v":1}'])
def test_what_is_no_bundle_is_refused_with_a_next_step(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    refused(v.verify([tmp_path / "x"]))


def test_names_that_lead_to_nothing(tmp_path):
    with pytest.raises(NotFound, match="no file"):
        v.verify([tmp_path / "none.tar"])
    with pytest.raises(CochairError, match="No file"):
        v.verify([])
    refused(v.verify([tmp_path]), "holds no room")


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"what":"trust","v":1}', b'{"room":"x","what":"trust","v":1,"sides":{}}', b'{"room":"' + b"0" * 64 + b'","more":1}'],
)
def test_a_bad_trust_file_is_refused(tmp_path, data):
    path = tmp_path / "trust.json"
    path.write_bytes(data)
    with pytest.raises(CochairError):
        v.read_anchor(str(path))


def test_an_anchor_is_an_id_in_any_spacing_or_a_file(tmp_path):
    room = "0123456789abcdef" * 4
    assert v.read_anchor(v.fingerprint(room).upper()).room == room
    path = tmp_path / "trust.json"
    path.write_bytes(v.trust_file(room, {"IN": "key"}))
    assert v.read_anchor(str(path)) == v.Anchor(room, {"IN": "key"})
    with pytest.raises(NotFound, match="neither"):
        v.read_anchor("0123")


# --- the command ---


def test_the_command_ends_with_the_status_and_says_specimen(ours, forged):
    run = CliRunner()
    proven = run.invoke(main.app, ["verify", str(ours.record), "--room", ours.room])
    assert (proven.exit_code, proven.output.splitlines()[0][:8]) == (0, "SPECIMEN")
    unknown = run.invoke(main.app, ["verify", str(ours.record)])
    assert unknown.exit_code == 3
    assert v.fingerprint(ours.room) in unknown.output
    bad = run.invoke(main.app, ["verify", str(forged.record), "--room", ours.room, "--json"])
    assert bad.exit_code == 1
    told = json.loads(bad.output)
    assert told["status"] == 1
    assert "another room" in told["lines"][0]["words"]


def test_the_lines_for_people_hold_the_reason_and_the_next_step(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"junk")
    told = "\n".join(verification.lines(v.verify([tmp_path / "x.tar"])))
    assert "REFUSED  x.tar:" in told
    assert "next:" in told
