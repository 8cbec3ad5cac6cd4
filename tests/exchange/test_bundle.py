"""A bundle is read whole or not at all."""

import hashlib
import io
import tarfile

import pytest

from cochair.exchange import bundle
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import notes

ROOM = "ab" * 32
SIGNER = notes.LogSigner("in.example/c7/IN/record", bytes(range(32)))
OTHER = notes.LogSigner("in.example/c7/IN/w-IN-4", bytes(range(1, 33)))
FILES = {
    "in.example/c7/IN/record/checkpoint": b"head\n",
    "in.example/c7/IN/record/tile/entries/000.p/3": b"x" * 700,
    f"{ROOM}/paper/{'c' * 64}": b"s" * 513,
}
WORKING = {"in.example/c7/IN/w-IN-4/checkpoint": b"private head\n"}


def sign(text):
    return notes.sign_note(text, [SIGNER.sign(text)])


@pytest.fixture
def tree(tmp_path):
    for path, data in {**FILES, **WORKING}.items():
        (tmp_path / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / path).write_bytes(data)
    return tmp_path / "tree"


@pytest.fixture
def made(tree, tmp_path):
    target = tmp_path / "a.tar"
    bundle.write(target, tree, room=ROOM, side="IN", record=FILES, sign=sign)
    return target


def unpack(path, **more):
    with bundle.read(path, verifiers=[notes.Verifier(SIGNER.vkey)], **more) as opened:
        return opened, {str(file.relative_to(opened.folder)): file.read_bytes() for file in opened.folder.rglob("*") if file.is_file()}


def members(path):
    with tarfile.open(path) as tar:
        return [(info, tar.extractfile(info).read() if info.isreg() else b"") for info in tar]


def rewrite(path, items, tail=b""):
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for info, data in items:
            tar.addfile(info, io.BytesIO(data))
    with path.open("ab") as file:
        file.write(tail)


def test_what_was_written_is_read_and_the_folder_goes_away(made):
    opened, files = unpack(made)
    assert files == FILES
    assert (opened.header.room, opened.header.side, opened.members, opened.working) == (ROOM, "IN", 3, 0)
    assert not opened.folder.exists()
    assert bundle.peek(made) == opened.header


def test_the_same_tree_makes_the_same_bytes(tree, made, tmp_path):
    bundle.write(tmp_path / "b.tar", tree, room=ROOM, side="IN", record=reversed(list(FILES)), sign=sign)
    assert (tmp_path / "b.tar").read_bytes() == made.read_bytes()


def test_nothing_signed_names_the_working_papers(tree, tmp_path):
    target = tmp_path / "w.tar"
    bundle.write(target, tree, room=ROOM, side="IN", record=FILES, sign=sign, working=WORKING)
    opened, files = unpack(target)
    assert files == {**FILES, **WORKING}
    assert (opened.members, opened.working) == (3, 1)
    by_name = {info.name: data for info, data in members(target)}
    assert b"w-IN-4" not in by_name[bundle.NOTE] + by_name[bundle.LIST]


def changed_member(items):
    return [(info, data[:-1] + b"!" if info.name.endswith("/000.p/3") else data) for info, data in items]


def dropped(items):
    return items[:-1]


def doubled(items):
    return [*items, items[-1]]


def unlisted(items):
    return [*items, (bundle._info("extra", 1), b"x")]


def renamed(items):
    return [*items[:-1], (bundle._info("../" + items[-1][0].name, items[-1][0].size), items[-1][1])]


def absolute(items):
    return [*items[:-1], (bundle._info("/etc/x", items[-1][0].size), items[-1][1])]


def linked(items):
    info = tarfile.TarInfo(items[-1][0].name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return [*items[:-1], (info, b"")]


def owned(items):
    info = bundle._info(items[-1][0].name, items[-1][0].size)
    info.uid, info.mtime = 7, 99
    return [*items[:-1], (info, items[-1][1])]


def list_of_others(items):
    data = items[1][1].replace(b"700", b"701")
    return [items[0], (bundle._info(bundle.LIST, len(data)), data), *items[2:]]


def foreign_note(items):
    text = bundle.Header(ROOM, "IN", 3, hashlib.sha256(items[1][1]).hexdigest()).text()
    note = notes.sign_note(text, [OTHER.sign(text)])
    return [(bundle._info(bundle.NOTE, len(note)), note), *items[1:]]


def note_last(items):
    return [*items[1:], items[0]]


@pytest.mark.parametrize(
    "change",
    [changed_member, dropped, doubled, unlisted, renamed, absolute, linked, owned, list_of_others, foreign_note, note_last],
    ids=lambda f: f.__name__,
)
def test_a_hostile_bundle_is_refused_whole(made, tmp_path, change):
    rewrite(made, change(members(made)))
    with pytest.raises(Rejected):
        unpack(made, beside=tmp_path)
    assert not list(tmp_path.glob("bundle-*"))


def test_bytes_behind_the_end_are_refused(made):
    rewrite(made, members(made), b"\0" * 512 + b"more")
    with pytest.raises(Rejected, match="behind its end"):
        unpack(made)


@pytest.mark.parametrize("size", [0, 100, 512, 1300, 2600, 4000])
def test_a_bundle_cut_short_says_so(made, size):
    made.write_bytes(made.read_bytes()[:size])
    with pytest.raises(Rejected) as error:
        unpack(made)
    assert error.value.next_step


@pytest.mark.parametrize("place", range(0, 6000, 37))
def test_no_flipped_byte_is_taken(made, place):
    data = bytearray(made.read_bytes())
    end = len(data.rstrip(b"\0"))
    data[place % end] ^= 1
    made.write_bytes(bytes(data))
    with pytest.raises(Rejected):
        unpack(made)


def test_a_place_that_cannot_be_written_is_named(tree, tmp_path):
    with pytest.raises(CochairError, match="could not be written"):
        bundle.write(tmp_path / "none" / "a.tar", tree, room=ROOM, side="IN", record=FILES, sign=sign)
