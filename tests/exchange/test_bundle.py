"""A bundle is read whole or not at all."""

import bz2
import gc
import gzip
import hashlib
import io
import lzma
import tarfile
import tracemalloc
import zlib

import pytest

from cochair.exchange import bundle, packing, unpacking
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
    return write(tree, target)


def write(tree, target, names=tuple(FILES), **more):
    packing.write(target, [packing.of_file(tree, name) for name in names], room=ROOM, side="IN", sign=sign, **more)
    return target


def unpack(path, **more):
    with unpacking.read(path, verifiers=[notes.Verifier(SIGNER.vkey)], **more) as opened:
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
    assert unpacking.peek(made) == opened.header


def test_the_same_tree_makes_the_same_bytes(tree, made, tmp_path):
    write(tree, tmp_path / "b.tar", reversed(FILES))
    assert (tmp_path / "b.tar").read_bytes() == made.read_bytes()


def test_nothing_signed_names_the_working_papers(tree, tmp_path):
    target = tmp_path / "w.tar"
    write(tree, target, working=[packing.of_file(tree, name) for name in WORKING])
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
    return [*items, (bundle.info("extra", 1), b"x")]


def renamed(items):
    return [*items[:-1], (bundle.info("../" + items[-1][0].name, items[-1][0].size), items[-1][1])]


def absolute(items):
    return [*items[:-1], (bundle.info("/etc/x", items[-1][0].size), items[-1][1])]


def linked(items):
    info = tarfile.TarInfo(items[-1][0].name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return [*items[:-1], (info, b"")]


def owned(items):
    info = bundle.info(items[-1][0].name, items[-1][0].size)
    info.uid, info.mtime = 7, 99
    return [*items[:-1], (info, items[-1][1])]


def list_of_others(items):
    data = items[1][1].replace(b"700", b"701")
    return [items[0], (bundle.info(bundle.LIST, len(data)), data), *items[2:]]


def foreign_note(items):
    text = bundle.Header(ROOM, "IN", 3, hashlib.sha256(items[1][1]).hexdigest()).text()
    note = notes.sign_note(text, [OTHER.sign(text)])
    return [(bundle.info(bundle.NOTE, len(note)), note), *items[1:]]


def note_last(items):
    return [*items[1:], items[0]]


def swapped(items):
    return [*items[:-2], items[-1], items[-2]]


def device(items):
    info = tarfile.TarInfo(items[-1][0].name)
    info.type, info.devmajor, info.devminor = tarfile.CHRTYPE, 1, 3
    return [*items[:-1], (info, b"")]


def folder(items):
    info = tarfile.TarInfo(items[-1][0].name)
    info.type = tarfile.DIRTYPE
    return [*items, (info, b"")]


def hard_link(items):
    info = tarfile.TarInfo(items[-1][0].name)
    info.type, info.linkname = tarfile.LNKTYPE, items[-2][0].name
    return [*items[:-1], (info, b"")]


def typed(kind):
    def change(items):
        info = bundle.info(items[-1][0].name, items[-1][0].size)
        info.type = kind
        return [*items[:-1], (info, items[-1][1])]

    change.__name__ = f"typed_{kind.decode()}"
    return change


def shorter_than_listed(items):
    return [*items[:-1], (bundle.info(items[-1][0].name, items[-1][0].size - 1), items[-1][1][:-1])]


def relisted(change, members_signed=None):
    """The list is another one, and signed again: what a hostile sender can do, who holds his own key."""

    def changed(items):
        data = change(items[2][0].name, items[1][1])
        count = members_signed or data.count(b"\n")
        text = bundle.Header(ROOM, "IN", count, hashlib.sha256(data).hexdigest()).text()
        note = sign(text)
        return [(bundle.info(bundle.NOTE, len(note)), note), (bundle.info(bundle.LIST, len(data)), data), *items[2:]]

    changed.__name__ = f"relisted_{change.__name__}"
    return changed


def lying_size(_name, data):
    return data.replace(b" 700 ", b" 70000 ")


def lying_digest(_name, data):
    return data[:-3] + (b"00\n" if data[-3:-1] != b"00" else b"11\n")


def huge(_name, data):
    return data.replace(b" 700 ", b" 999999999999 ")


def listed_twice(_name, data):
    first = data.split(b"\n")[0] + b"\n"
    return first + data


def unsorted(_name, data):
    return b"".join(sorted(data.splitlines(keepends=True), reverse=True))


def climbing(name, data):
    return b"../" + data


def below_a_file(name, data):
    lines = data.splitlines(keepends=True)
    return b"".join(sorted([*lines, lines[0].replace(b" ", b"/below ", 1)]))


def without_newline(_name, data):
    return data[:-1]


def same_count(_name, data):
    return data


RELISTED = [
    relisted(change) for change in (lying_size, lying_digest, huge, listed_twice, unsorted, climbing, below_a_file, without_newline)
] + [relisted(same_count, members_signed=4)]


@pytest.mark.parametrize(
    "change",
    [
        changed_member,
        dropped,
        doubled,
        unlisted,
        renamed,
        absolute,
        linked,
        owned,
        list_of_others,
        foreign_note,
        note_last,
        swapped,
        device,
        folder,
        hard_link,
        shorter_than_listed,
        *map(typed, (tarfile.GNUTYPE_SPARSE, tarfile.CONTTYPE, tarfile.AREGTYPE, tarfile.FIFOTYPE)),
        *RELISTED,
    ],
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
        write(tree, tmp_path / "none" / "a.tar")


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_other_forms_of_tar_are_refused(made, form):
    items = members(made)
    with tarfile.open(made, "w", format=form, pax_headers={"comment": "x"} if form == tarfile.PAX_FORMAT else None) as tar:
        for info, data in items:
            tar.addfile(info, io.BytesIO(data))
    with pytest.raises(Rejected):
        unpack(made)


@pytest.mark.parametrize("press", [gzip.compress, bz2.compress, lzma.compress, zlib.compress], ids=lambda f: f.__module__)
def test_nothing_is_decompressed(made, press):
    made.write_bytes(press(made.read_bytes()))
    with pytest.raises(Rejected, match="not a bundle"):
        unpack(made)


def test_too_many_members_are_refused_before_one_is_written(tree, made, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "COUNT_LIMIT", 2)
    with pytest.raises(Rejected, match="more than the 2 allowed"):
        unpack(made, beside=tmp_path)
    monkeypatch.setattr(packing, "COUNT_LIMIT", 2)
    with pytest.raises(Rejected, match="would have 3 members"):
        write(tree, tmp_path / "b.tar")


def test_a_member_may_not_be_of_both_lists(tree, tmp_path):
    name = next(iter(FILES))
    write(tree, tmp_path / "b.tar", working=[packing.of_file(tree, name)])
    with pytest.raises(Rejected, match="as of the record and as a working paper"):
        unpack(tmp_path / "b.tar")


class Slow:
    """A content that fails when it is read for the second time, as a medium that is full or gone does, or never."""

    def __init__(self, tree, name, fail):
        self.inner, self.fail, self.reads = packing.of_file(tree, name), fail, 0

    def chunks(self):
        self.reads += 1
        if self.fail and self.reads == 2:
            raise OSError(28, "No space left on device")
        yield from self.inner.chunks()


def test_a_write_that_was_cut_off_goes_on(tree, made, tmp_path):
    target, last = tmp_path / "again.tar", max(FILES)

    def contents(fail):
        slow = Slow(tree, last, fail)
        return [*(packing.of_file(tree, name) for name in FILES if name != last), packing.Content(last, slow.chunks)]

    with pytest.raises(CochairError, match="No space left"):
        packing.write(target, contents(fail=True), room=ROOM, side="IN", sign=sign)
    part = target.with_name("again.tar.part")
    half = part.read_bytes()
    assert 0 < len(half) < len(made.read_bytes())
    assert made.read_bytes().startswith(half)
    assert not target.exists()
    number = part.stat().st_ino
    packing.write(target, contents(fail=False), room=ROOM, side="IN", sign=sign)
    assert target.read_bytes() == made.read_bytes()
    assert target.stat().st_ino == number, "it was written anew"


def test_what_another_write_left_is_never_believed(tree, made, tmp_path):
    for left in (b"", b"x" * 100_000, made.read_bytes()[:2000] + b"y" * 50_000, made.read_bytes() + b"z" * 2000):
        (tmp_path / "b.tar.part").write_bytes(left)
        assert write(tree, tmp_path / "b.tar").read_bytes() == made.read_bytes()


def test_a_content_that_changes_while_it_is_written_is_not_sent(tree, tmp_path):
    grows = iter([b"one", b"another one"])
    content = packing.Content("a", lambda: iter([next(grows)]))
    with pytest.raises(CochairError, match="changed while"):
        packing.write(tmp_path / "b.tar", [content], room=ROOM, side="IN", sign=sign)
    assert not (tmp_path / "b.tar").exists()


class Counting(io.BytesIO):
    """A file that counts what is read, and fails after so many bytes."""

    def __init__(self, data, fail_after=1 << 60):
        super().__init__(data)
        self.given, self.fail_after = 0, fail_after

    def read(self, size=-1):
        data = super().read(size)
        self.given += len(data)
        if self.given > self.fail_after:
            raise OSError(5, "Input/output error")
        return data


def reading(data, place, **more):
    file = Counting(data, **more)
    reader = bundle.Reader(file)
    desk = place / "desk"
    desk.mkdir(exist_ok=True)
    lists = unpacking.begin(reader, desk, lambda _header: (notes.Verifier(SIGNER.vkey),))
    return file, lambda: unpacking.unpack(reader, lists, place / "tree")


def test_a_reading_that_was_cut_off_goes_on_and_believes_no_leftover(tree, tmp_path):
    big = {f"big/{number}": bytes([number]) * 300_000 for number in range(6)}
    for name, data in big.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_bytes(data)
    data = write(tree, tmp_path / "b.tar", tuple(big)).read_bytes()
    place = tmp_path / "place"
    place.mkdir()
    _, go = reading(data, place, fail_after=1_000_000)
    with pytest.raises(OSError, match="Input/output"):
        go()
    there = sorted(path.name for path in (place / "tree" / "big").iterdir())
    assert there == ["0", "1", "2"]
    (place / "tree" / "big" / "1").write_bytes(bytes(300_000))  # a name whose bytes a crash took away
    file, go = reading(data, place)
    opened = go()
    assert {f"big/{path.name}": path.read_bytes() for path in (opened.folder / "big").iterdir()} == big
    assert file.given < len(data) - 2 * 300_000, "what stood there was read again"


def test_memory_does_not_grow_with_the_file(tree, tmp_path):
    """Two bundles, one twenty times the other: both take the same memory at most, writing and reading."""
    peaks = []
    for number, portions in enumerate((4, 80)):
        content = packing.Content("big", lambda portions=portions: (bytes([at]) * (1 << 20) for at in range(portions)))
        gc.collect()
        tracemalloc.start()
        packing.write(tmp_path / f"{number}.tar", [content], room=ROOM, side="IN", sign=sign)
        with unpacking.read(tmp_path / f"{number}.tar", verifiers=[notes.Verifier(SIGNER.vkey)], beside=tmp_path) as opened:
            assert (opened.folder / "big").stat().st_size == portions << 20
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        (tmp_path / f"{number}.tar").unlink()
    assert peaks[1] < peaks[0] + (1 << 20)
    assert peaks[1] < 8 << 20


def test_what_a_bundle_goes_on_from_is_signed_in_one_form(tree, tmp_path):
    since = [bundle.Since("ru.example/c7/RU/record", 7, "cd" * 32), bundle.Since("in.example/c7/IN/record", 300, "ab" * 32)]
    header = unpacking.peek(write(tree, tmp_path / "b.tar", since=since))
    assert header.since == tuple(sorted(since))
    assert bundle.parse_header(header.text()) == header
    lines = header.text().splitlines(keepends=True)
    for text in (
        "".join([*lines[:5], *reversed(lines[5:])]),
        header.text() + lines[-1],
        header.text().replace(" 7 ", " 07 "),
        header.text().replace(" 7 ", " 0 "),
        header.text() + "\n",
        header.text().replace("cd", "CD"),
    ):
        with pytest.raises(Rejected):
            bundle.parse_header(text)
