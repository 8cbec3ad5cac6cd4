"""The signer in this process and as a process of its own: the same answers, the same refusals; killed at any moment, never two roots for one size."""

import os
import random
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError, Conflict, Rejected
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.cosignatures import CosignatureVerifier
from cochair.ledger.notes import Verifier, open_note, split_note
from cochair.record import signer_server
from cochair.record.keys import load_public_keys
from cochair.record.signer import InProcessSigner, SignerClient, growth, start_signer
from cochair.record.signer_core import TEXTS, Held
from tests.record.signing import ORIGIN, ROOM, WORKING, growth_of, head_of, ledger_file, new_node, sign

ENTRIES = [f"entry {n}".encode() for n in range(300)]


@pytest.fixture
def folder(tmp_path):
    new_node(tmp_path)
    return tmp_path


@pytest.fixture(params=["in process", "own process"])
def signer(request, folder):
    signer = InProcessSigner(folder) if request.param == "in process" else start_signer(folder)
    yield signer
    signer.close()


def signer_pid(folder):
    """Who holds the lock of the folder, by the kernel's own list."""
    inode = (folder / "signer" / "lock").stat().st_ino
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "->" not in line]
    pids = [int(lock[4]) for lock in locks if lock[5].endswith(f":{inode}")]
    return pids[0] if pids else None


def test_a_signed_head_opens_under_the_public_key_of_the_log(signer):
    size, root = head_of(ENTRIES[:5])
    note = sign(signer, ENTRIES[:5])
    opened = open_note(note, [Verifier(signer.public().log_vkey(ORIGIN))])
    assert Checkpoint.parse(opened.text) == Checkpoint(ORIGIN, size, root)
    assert opened.verified == (ORIGIN,)
    assert signer.last(ORIGIN) == (size, root)
    assert signer.last(WORKING) is None


def test_smaller_heads_and_other_roots_are_refused_and_the_same_head_is_signed_again(signer):
    size, root = head_of(ENTRIES[:5])
    note = sign(signer, ENTRIES[:5])
    with pytest.raises(Conflict, match="already signed at 5 entries; the log now has 4"):
        sign(signer, ENTRIES[:4])
    with pytest.raises(Conflict, match="with other contents"):
        signer.sign(ORIGIN, size, bytes(32))
    assert signer.sign(ORIGIN, size, root) == note  # the same head needs no proof
    assert signer.last(ORIGIN) == (size, root)


def test_a_log_that_does_not_begin_with_what_was_signed_is_refused_by_its_proof_of_growth(signer):
    sign(signer, ENTRIES[:10])
    sign(signer, ENTRIES[:13])
    with pytest.raises(Rejected, match="No proof"):
        signer.sign(ORIGIN, *head_of(ENTRIES[:14]))
    other = ENTRIES[:11] + [b"another"] * 5  # restored at 11, then five new entries: larger, and a fork
    with pytest.raises(Conflict, match="does not begin with the 13 entries"):
        signer.sign(ORIGIN, *head_of(other), growth=growth_of(other, 13))
    with pytest.raises(Conflict, match="does not begin with"):
        signer.sign(ORIGIN, *head_of(other), growth=growth_of(other, 11))
    with pytest.raises(Rejected, match="does not lead to the head"):
        signer.sign(ORIGIN, *head_of(ENTRIES[:15]), growth=growth_of(ENTRIES[:14], 13))
    with pytest.raises(Rejected, match="whole hashes"):
        signer.sign(ORIGIN, *head_of(ENTRIES[:15]), growth=growth(13, growth_of(ENTRIES[:13], 13).frontier, [b"short"]))
    assert signer.last(ORIGIN) == head_of(ENTRIES[:13])


def test_only_own_logs_are_signed_and_only_heads_that_exist(signer):
    size, root = head_of(ENTRIES[:2])
    for origin in ("ru.example/c7/RU/record", "in.example/c7/RU/record", "ru.example/c7/IN/record"):
        with pytest.raises(Conflict, match="not a log of this node"):
            signer.sign(origin, size, root)
    for origin, bad_size, bad_root in (
        ("in.example/x", 2, root),
        (ORIGIN, -1, root),
        (ORIGIN, 2, root[:31]),
        (ORIGIN, 0, root),
        (ORIGIN, 2**63, root),
    ):
        with pytest.raises(Rejected):
            signer.sign(origin, bad_size, bad_root)
    assert signer.last(ORIGIN) is None


def test_working_heads_are_maced_for_each_peer_and_never_signed(signer, tmp_path_factory):
    other = tmp_path_factory.mktemp("ru")
    theirs = new_node(other, "RU")
    size, root = head_of(ENTRIES[:3])
    alone = signer.mac(WORKING, size, root, room=ROOM, growth=growth_of(ENTRIES[:3], 0))
    assert signer.open_working(alone, room=ROOM, peer=signer.public().exchange) == Checkpoint(WORKING, size, root)
    note = signer.mac(WORKING, size, root, room=ROOM, peers={"RU": theirs.exchange})  # a peer joins: the same head is MACed anew
    peer = InProcessSigner(other)
    try:
        assert peer.open_working(note, room=ROOM, peer=signer.public().exchange) == Checkpoint(WORKING, size, root)
        with pytest.raises(Rejected):
            peer.open_working(note, room="cd" * 32, peer=signer.public().exchange)
        with pytest.raises(Rejected, match="known key"):
            peer.open_working(alone, room=ROOM, peer=signer.public().exchange)
    finally:
        peer.close()
    assert signer.open_working(note, room=ROOM, peer=theirs.exchange, to="RU").size == 3  # our own bytes, returned by the peer
    with pytest.raises(Conflict, match="never to sign"):
        signer.sign(WORKING, size, root)
    with pytest.raises(Conflict, match="already maced"):
        signer.mac(WORKING, 2, head_of(ENTRIES[:2])[1], room=ROOM)
    for bad in ({"RU": "00" * 32}, {"RU": "zz"}, {"RU": "ab"}):
        with pytest.raises(Rejected):
            signer.mac(WORKING, 3, root, room=ROOM, peers=bad)
    assert signer.last(WORKING) == (size, root)


def test_another_sides_head_is_cosigned_once_and_never_backwards(signer, tmp_path_factory):
    other = tmp_path_factory.mktemp("ru")
    new_node(other, "RU")
    peer = InProcessSigner(other)
    origin = "ru.example/c7/RU/record"
    older, newer = (sign(peer, ENTRIES[:n], origin) for n in (4, 6))
    peer.close()
    line = signer.cosign(newer, time=1_800_000_000)
    opened = open_note(newer + line.encode() + b"\n", [CosignatureVerifier(signer.public().cosign_vkey())])
    assert opened.verified == ("in.example/mirror",)
    assert opened.times == {"in.example/mirror": 1_800_000_000}
    with pytest.raises(Conflict, match="already cosigned at 6"):
        signer.cosign(older)
    forked = newer.replace(newer.split(b"\n")[2], b"A" * 43 + b"=")
    with pytest.raises(Conflict, match="with other contents"):
        signer.cosign(forked)
    early = signer.cosign(newer, time=5)  # a clock that went back does not make an earlier cosignature
    assert (
        open_note(newer + early.encode() + b"\n", [CosignatureVerifier(signer.public().cosign_vkey())]).times["in.example/mirror"]
        == 1_800_000_000
    )
    assert signer.last(origin) == head_of(ENTRIES[:6])


def test_a_node_does_not_cosign_its_own_log(signer):
    with pytest.raises(Conflict, match="own log"):
        signer.cosign(sign(signer, ENTRIES[:1]))


def test_the_log_key_signs_listed_texts_and_nothing_that_could_be_a_checkpoint(signer):
    for first in TEXTS:
        note = signer.sign_text(ORIGIN, f"{first}\nanything\n")
        assert open_note(note, [Verifier(signer.public().log_vkey(ORIGIN))]).text == f"{first}\nanything\n"
    size, root = head_of(ENTRIES[:5])
    for text in (Checkpoint(ORIGIN, size, root).text(), "cochair/bundle/v2\n", "\n", "no newline"):
        with pytest.raises(Rejected):
            signer.sign_text(ORIGIN, text)
    assert signer.last(ORIGIN) is None


def test_the_same_calls_from_many_threads_are_all_answered(signer):
    answers, size = {}, 40

    def work(number):
        origin = f"in.example/c{number}/IN/record"
        answers[number] = [sign(signer, ENTRIES[:n], origin) for n in range(1, size)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, notes in answers.items():
        verifier = Verifier(signer.public().log_vkey(f"in.example/c{number}/IN/record"))
        assert [Checkpoint.parse(open_note(note, [verifier]).text).size for note in notes] == list(range(1, size))


def test_an_unwritable_ledger_is_a_clear_error_and_nothing_is_signed(signer, folder):
    pid = os.getpid() if isinstance(signer, InProcessSigner) else signer_pid(folder)
    sign(signer, ENTRIES[:1])
    full = len(ledger_file(folder).read_bytes().rstrip(b"\0")) + 10  # nothing can be written beyond ten more bytes
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (full, before[1]))
        with pytest.raises(CochairError, match=r"cannot be written: File too large\. Nothing was signed"):
            sign(signer, ENTRIES[:2])
        assert signer.last(ORIGIN) == head_of(ENTRIES[:1])
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    sign(signer, ENTRIES[:2])
    assert signer.last(ORIGIN) == head_of(ENTRIES[:2])


def test_a_second_signer_is_refused_by_the_lock(signer, folder):
    with pytest.raises(Held, match="Another signer works with the keys"):
        InProcessSigner(folder)
    done = subprocess.run(
        [sys.executable, "-m", "cochair.record.signer", str(folder)], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == signer_server.EXIT_HELD
    assert "Another signer works with the keys" in done.stderr
    sign(signer, ENTRIES[:1])


def test_the_lock_is_free_after_close_and_closing_twice_is_harmless(signer, folder):
    signer.close()
    signer.close()
    again = InProcessSigner(folder)
    again.close()
    with pytest.raises(CochairError, match="closed"):
        again.public()


def test_two_clients_share_one_signer(folder):
    first, second = start_signer(folder), start_signer(folder)
    try:
        pid = signer_pid(folder)
        sign(first, ENTRIES[:2])
        with pytest.raises(Conflict):
            sign(second, ENTRIES[:1])
        assert signer_pid(folder) == pid
        first.close()
        sign(second, ENTRIES[:3])
        assert signer_pid(folder) == pid
    finally:
        first.close()
        second.close()


def test_the_socket_is_closed_to_others_and_its_path_may_be_long(tmp_path):
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    new_node(deep)
    client = start_signer(deep)
    try:
        assert stat.S_IMODE((deep / "signer" / "socket").stat().st_mode) == 0o600
        assert stat.S_IMODE((deep / "signer").stat().st_mode) == 0o700
        assert client.public().side == "IN"
    finally:
        client.close()


def test_nonsense_on_the_socket_ends_that_connection_and_no_other(folder):
    client = start_signer(folder)
    try:
        for data in (b"\xff\xff\xff\xff", b"\0\0\0\2{}", b"\0\0\0\5hello", b"\0\0"):
            stranger = signer_server.connect(folder, 5)
            stranger.sendall(data)
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(1000):
                pass
            stranger.close()
        sign(client, ENTRIES[:1])
    finally:
        client.close()


@pytest.mark.parametrize("name", ["log.pem", "cosign.pem", "exchange.pem", "sign-ledger", "."])
def test_keys_open_to_others_are_refused_with_the_remedy(folder, name):
    path = folder / "signer" / name
    path.chmod(path.stat().st_mode | 0o040)
    with pytest.raises(CochairError, match=r"open to other users.*chmod"):
        InProcessSigner(folder)
    with pytest.raises(CochairError, match=r"open to other users.*chmod"):
        start_signer(folder)


def test_a_damaged_ledger_is_said_by_the_process_too(folder):
    ledger_file(folder).write_bytes(b"sign nonsense\n")
    with pytest.raises(Rejected, match="damaged in line 1"):
        InProcessSigner(folder)
    with pytest.raises(CochairError, match="damaged in line 1"):
        start_signer(folder)


def test_a_folder_without_keys_is_said(tmp_path):
    with pytest.raises(CochairError, match="node init"):
        start_signer(tmp_path)


def test_the_signer_ends_when_its_node_is_killed(folder):
    code = """
import sys, time
from pathlib import Path
from cochair.record.signer import start_signer
signer = start_signer(Path(sys.argv[1]))
print("up", flush=True)
time.sleep(60)
"""
    node = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    assert node.stdout.readline() == b"up\n"
    pid = signer_pid(folder)
    assert pid not in (None, node.pid)
    node.kill()
    node.wait()
    node.stdout.close()
    until = time.monotonic() + 10
    while signer_pid(folder) is not None and time.monotonic() < until:
        time.sleep(0.02)
    assert signer_pid(folder) is None
    InProcessSigner(folder).close()


def test_a_forked_worker_takes_a_connection_of_its_own(folder):
    client = start_signer(folder)
    try:
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if client.public().side == "IN" else 1)
            except BaseException:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        sign(client, ENTRIES[:1])
    finally:
        client.close()


def test_killed_at_random_points_while_signing_two_hundred_heads(folder):
    """kill -9, at moments the signer does not choose: each head is signed in the end, no size has two roots, the ledger is never behind a signature."""
    rng, heads = random.Random(), [head_of(ENTRIES[:n]) for n in range(1, 201)]
    client, signed, killers, kills = SignerClient(folder), [], [], []

    def kill():
        pid = signer_pid(folder)
        if pid is not None and pid != os.getpid():
            os.kill(pid, signal.SIGKILL)
            kills.append(pid)

    next_kill = 5
    while len(signed) < len(heads):
        if len(signed) >= next_kill:
            for killer in killers:
                killer.join()
            killers.append(threading.Timer(rng.uniform(0, 0.003), kill))
            killers[-1].start()
            next_kill += rng.randint(10, 30)
        size, root = heads[len(signed)]
        signed.append(client.sign(ORIGIN, size, root, growth=growth_of(ENTRIES[:size], size - 1)))
        assert file_size(folder) >= size
    for killer in killers:
        killer.join()
    client.close()
    assert len(set(kills)) >= 4
    verifier = Verifier(load_public_keys(folder).log_vkey(ORIGIN))
    assert [Checkpoint.parse(open_note(note, [verifier]).text)[1:] for note in signed] == heads
    roots = {}
    for line in ledger_file(folder).read_text().rstrip("\0").splitlines():
        _, _, size, root, _ = line.split()
        assert roots.setdefault(size, root) == root
    assert split_note(signed[-1])[0].split("\n")[1] == "200"


def file_size(folder):
    """The size in the last whole line of the file itself, whatever the signer is doing."""
    return int(ledger_file(folder).read_bytes().split(b"\n")[-2].split()[2])
