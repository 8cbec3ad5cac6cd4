"""The sign-ledger: never a smaller head, never another root, never a signature before the line, and no damage taken for a torn tail."""

import errno
import os
import zlib

import pytest

from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.record import signer_ledger
from cochair.record.signer_ledger import Head, SignLedger, create_ledger

ORIGIN = "in.example/c7/IN/record"


def head(size, root=None, use="sign", origin=ORIGIN):
    return Head(use, origin, size, root or size.to_bytes(32, "big"))


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o700)
    create_ledger(tmp_path)
    return tmp_path


@pytest.fixture
def ledger(folder):
    ledger = SignLedger(folder)
    yield ledger
    ledger.close()


def reopened(folder):
    ledger = SignLedger(folder)
    ledger.close()
    return ledger


def test_a_head_is_remembered_over_a_restart(folder, ledger):
    ledger.append([head(3), head(7)])
    assert ledger.last(ORIGIN) == head(7)
    assert reopened(folder).last(ORIGIN) == head(7)
    assert reopened(folder).last("in.example/c7/IN/w-IN-1") is None


def test_the_line_is_the_documented_one(folder, ledger):
    ledger.append([head(3, bytes(32))])
    text = f"sign {ORIGIN} 3 {'00' * 32}"
    line = f"{text} {zlib.crc32(text.encode()):08x}\n".encode()
    assert (folder / "sign-ledger").read_bytes() == line + bytes(signer_ledger.ROOM)


def test_a_line_that_finds_room_changes_no_length_and_room_is_made_again(folder, ledger, monkeypatch):
    monkeypatch.setattr(signer_ledger, "ROOM", 1000)
    lengths = []
    for size in range(1, 40):
        ledger.append([head(size)])
        lengths.append((folder / "sign-ledger").stat().st_size)
        assert reopened(folder).last(ORIGIN) == head(size)
    assert len(set(lengths)) == 4  # a line of 105 bytes makes room for nine more
    assert lengths == sorted(lengths)
    again = SignLedger(folder)
    again.append([head(40)])
    again.close()
    assert lengths[-1] == (folder / "sign-ledger").stat().st_size  # room is found again after a restart


@pytest.mark.parametrize(
    "bad", [head(6), head(7, b"x" * 32), head(7, use="mac"), head(9, use="cosign")], ids=["smaller", "other root", "mac", "cosign"]
)
def test_what_would_fork_is_refused_and_leaves_no_line(folder, ledger, bad):
    ledger.append([head(7)])
    before = (folder / "sign-ledger").read_bytes()
    with pytest.raises(Conflict):
        ledger.append([bad])
    with pytest.raises(Conflict):
        ledger.append([head(8), head(7)])  # also against what stands before it in the same batch
    assert (folder / "sign-ledger").read_bytes() == before
    assert ledger.last(ORIGIN) == head(7)


def test_the_same_head_again_is_allowed_and_writes_nothing(folder, ledger):
    ledger.append([head(7)])
    before = (folder / "sign-ledger").stat().st_size
    ledger.append([head(7), head(7)])
    assert (folder / "sign-ledger").stat().st_size == before


@pytest.mark.parametrize("room", [0, 1, 5000])
@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_tail_is_cut_off_and_the_next_line_is_whole(folder, ledger, cut, room):
    ledger.append([head(7), head(9)])
    path = folder / "sign-ledger"
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data[:-cut] + bytes(room))
    again = SignLedger(folder)
    assert again.last(ORIGIN) == head(7)
    again.append([head(8)])
    again.close()
    assert reopened(folder).last(ORIGIN) == head(8)


def test_a_tail_of_a_page_that_was_never_written_is_cut_off(folder, ledger):
    ledger.append([head(7)])
    path = folder / "sign-ledger"
    line = head(9).line()
    good = path.read_bytes().rstrip(b"\0")
    for room in (0, 3000):
        path.write_bytes(good + bytes(60) + line[60:] + bytes(room))
        assert reopened(folder).last(ORIGIN) == head(7)


def test_a_line_behind_room_is_damage(folder, ledger):
    ledger.append([head(7)])
    path = folder / "sign-ledger"
    path.write_bytes(path.read_bytes() + head(8).line() + head(9).line())
    with pytest.raises(Rejected, match="damaged in line 2"):
        SignLedger(folder)


def test_every_flipped_bit_is_noticed_and_never_lowers_the_last_head_in_silence(folder, ledger):
    ledger.append([head(7), head(9)])
    path = folder / "sign-ledger"
    good = path.read_bytes().rstrip(b"\0")
    for place in range(len(good)):
        for bit in (0x01, 0x10, 0x80):
            bad = bytearray(good)
            bad[place] ^= bit
            path.write_bytes(bad)
            if place == len(good) - 1:  # the newline itself: the line is torn, which says that its signature never left
                continue
            with pytest.raises(Rejected, match="damaged in line"):
                SignLedger(folder)


def test_lines_that_go_back_are_damage(folder):
    (folder / "sign-ledger").write_bytes(head(9).line() + head(7).line())
    with pytest.raises(Rejected, match="damaged in line 2"):
        SignLedger(folder)


def test_a_missing_ledger_is_an_error_not_a_new_beginning(folder):
    (folder / "sign-ledger").unlink()
    with pytest.raises(NotFound, match="must not sign"):
        SignLedger(folder)
    create_ledger(folder, [head(12)])  # out of what the peer proves
    assert reopened(folder).last(ORIGIN) == head(12)
    with pytest.raises(Conflict):
        create_ledger(folder)


def test_an_open_ledger_file_is_refused(folder):
    (folder / "sign-ledger").chmod(0o644)
    with pytest.raises(CochairError, match="open to other users"):
        SignLedger(folder)


def test_a_full_disk_is_said_nothing_is_kept_and_signing_goes_on_when_there_is_room(folder, ledger, monkeypatch):
    ledger.append([head(7)])
    real, left = os.pwrite, [40]

    def pwrite(file, data, at):
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = real(file, data[: left[0]], at)
        left[0] -= written
        return written

    monkeypatch.setattr(signer_ledger.os, "pwrite", pwrite)
    with pytest.raises(CochairError, match=r"No space left on device.*Nothing was signed"):
        ledger.append([head(8)])
    assert ledger.last(ORIGIN) == head(7)
    assert reopened(folder).last(ORIGIN) == head(7)
    monkeypatch.undo()
    ledger.append([head(8)])
    assert reopened(folder).last(ORIGIN) == head(8)


def test_a_sync_that_fails_stops_all_signing_until_the_file_is_read_anew(folder, ledger, monkeypatch):
    def fdatasync(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(signer_ledger.os, "fdatasync", fdatasync)
    with pytest.raises(CochairError, match="cannot be made durable"):
        ledger.append([head(8)])
    monkeypatch.undo()
    with pytest.raises(CochairError, match="could not be made durable"):
        ledger.append([head(9)])
    again = SignLedger(folder)
    again.append([head(9)])
    again.close()


def test_the_line_is_durable_before_append_returns(ledger, monkeypatch):
    order = []
    pwrite, fdatasync = os.pwrite, os.fdatasync
    monkeypatch.setattr(signer_ledger.os, "pwrite", lambda *a: (order.append("write"), pwrite(*a))[1])
    monkeypatch.setattr(signer_ledger.os, "fdatasync", lambda *a: (order.append("sync"), fdatasync(*a))[1])
    ledger.append([head(1), head(1, origin="in.example/c8/IN/record")])
    assert order == ["write", "sync"]


def test_a_long_ledger_is_written_anew_with_the_last_heads(folder, ledger, monkeypatch):
    monkeypatch.setattr(signer_ledger, "COMPACT_AT", 2000)
    monkeypatch.setattr(signer_ledger, "ROOM", 300)
    other = "in.example/c7/IN/w-IN-1"
    ledger.append([head(5, use="mac", origin=other)])
    for size in range(1, 60):
        ledger.append([head(size)])
    assert (folder / "sign-ledger").stat().st_size <= 2300
    assert (folder / "sign-ledger").stat().st_mode & 0o777 == 0o600
    again = reopened(folder)
    assert again.last(ORIGIN) == head(59)
    assert again.last(other) == head(5, use="mac", origin=other)
    ledger.append([head(60)])
    assert reopened(folder).last(ORIGIN) == head(60)
