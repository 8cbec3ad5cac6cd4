"""What survives: a crash between the steps of a write, an old copy put back, two writers at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cochair.kit.errors import CochairError, Conflict, Rejected
from cochair.record import queries
from cochair.record.node import Draft, Node
from tests.record.makers import exchange, join_terms, make_node, note, position, pull, reopen

Make = Callable[[str], Node]
ORIGIN = "in.example/c7/IN/record"


class CrashError(Exception):
    """The machine stops here."""


def test_crash_after_commit_signs_at_start(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    node = make("IN")
    room = node.found("c7")
    node.write(room, [note("acknowledged")])

    def crash(*_args: object, **_kwargs: object) -> bytes:
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(node.signer, "sign", crash)
        with pytest.raises(CrashError):
            node.write(room, [note("committed, never acknowledged")])
    assert node.publisher.size(ORIGIN) == 1
    node = reopen(node)
    assert node.publisher.size(ORIGIN) == 2
    assert node.fsck(room) == []
    assert node.write(room, [note("goes on")]) == ["IN/record/2"]
    node.close()


def test_crash_before_commit_leaves_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    node = make("IN")
    room = node.found("c7")
    before = node.state_digest(room)

    def crash(*_args: object) -> None:
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr("cochair.record.live.apply_changes", crash)
        with pytest.raises(CrashError):
            node.write(room, [note("never happened")])
    assert node.state_digest(room) == before
    assert node.write(room, [note("first")]) == ["IN/record/0"]
    assert node.fsck(room) == []


def test_lost_checkpoint_file_is_signed_again(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    node.write(room, [note("one")])
    shutil.rmtree(node.folder / "tree")
    node = reopen(node)
    assert node.publisher.size(ORIGIN) == 1
    assert node.fsck(room) == []
    node.close()


def test_old_copy_stops_and_recovers_from_the_peer(tmp_path: Path) -> None:
    one, other = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    room = one.found("c7")
    join_terms(one, other, room)
    (instrument,) = one.write(room, [position("t.meeting/1", {"name": "protocol"})])
    exchange(one, other, room)
    log = "w-IN-" + instrument.rpartition("/")[2]
    one.close()
    shutil.copytree(one.folder, tmp_path / "backup", ignore=shutil.ignore_patterns("signer"))
    one = reopen(one)
    one.write(room, [note("after the backup"), position("t.paragraph/1", {"name": "1"}, log=log)])
    exchange(one, other, room)
    digests = one.state_digest(room), one.state_digest(room, "working")
    one.write(room, [note("never pulled")])
    one.close()
    for name in ("record.sqlite3", "tree"):  # the database is restored, the sign-ledger is not
        path = one.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        back = tmp_path / "backup" / name
        shutil.copytree(back, path) if back.is_dir() else shutil.copy(back, path)
    one = reopen(one)
    assert sorted(one.halted) == [ORIGIN]
    with pytest.raises(CochairError, match="old copy was restored"):
        one.write(room, [note("a fork")])
    one.halted.clear()  # even if that were overlooked, a log that the old copy does not know of is found out
    with pytest.raises(CochairError, match="old copy was restored"):
        one.write(room, [position("t.paragraph/1", {"name": "1"}, log=log)])
    one = reopen(one)
    for origin in (ORIGIN, f"in.example/c7/IN/{log}"):
        start = one.heads(room).get(origin, (0, b""))[0]
        held = other.heads(room)[origin][0]
        if origin == ORIGIN:
            with pytest.raises(Rejected):
                one.recover(room, origin, other.checkpoint(room, origin), start, [b"{}"] * (held - start))
        one.recover(room, origin, other.checkpoint(room, origin), start, other.entries(room, origin, start))
    assert list(one.halted) == [ORIGIN]  # one entry was signed and never pulled: only its author's own copy could bring it back
    pull(one, other, room)  # a halted node reads and receives
    assert (one.state_digest(room), one.state_digest(room, "working")) == digests
    with pytest.raises(CochairError, match="old copy was restored"):
        one.write(room, [note("a fork")])
    one.close()
    other.close()


def test_a_node_that_opens_while_another_process_writes_is_not_taken_for_an_old_copy(tmp_path: Path) -> None:
    """The other process commits and signs just when this one looks from its log to the ledger."""
    from cochair.record.signer import start_signer

    folder = tmp_path / "IN"
    node = make_node(folder, "IN")
    room = node.found("c7")
    node.close()
    node = Node.open(folder, registry=node.registry, make_signer=start_signer)
    other = Node.open(folder, registry=node.registry, make_signer=start_signer)
    last, busy = node.signer.last, []

    def while_another_writes(origin: str) -> tuple[int, bytes] | None:
        if not busy:
            busy.append(other.write(room, [note("meanwhile")]))
        return last(origin)

    node.signer.last = while_another_writes
    node.compare_ledgers(room)
    assert busy
    assert node.halted == {}
    node.write(room, [note("goes on")])
    node.close()
    other.close()


def test_two_threads_and_two_processes_write(tmp_path: Path, database: Callable[[str], str | None]) -> None:
    """Threads of one process share a node, a second process opens the same folder: every entry gets its own number and all are signed."""
    from cochair.record.signer import start_signer

    folder = tmp_path / "IN"
    node = make_node(folder, "IN", database("IN"))
    room = node.found("c7")
    node.close()
    node = Node.open(folder, registry=node.registry, make_signer=start_signer)
    code = (
        "import sys; from pathlib import Path; from cochair.record.node import Node; from tests.record.makers import REGISTRY, note\n"
        "node = Node.open(Path(sys.argv[1]), registry=REGISTRY)\n"
        "print(*[node.write(sys.argv[2], [note('process')])[0] for _ in range(25)]); node.close()\n"
    )
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}"}
    child = subprocess.Popen([sys.executable, "-c", code, str(folder), room], stdout=subprocess.PIPE, text=True, env=env, cwd=root)
    ids: list[str] = []

    def work() -> None:
        for _ in range(25):
            ids.extend(node.write(room, [note("thread")]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    ids += out.split()
    assert sorted(int(i.rpartition("/")[2]) for i in ids) == list(range(125))
    node.write(room, [note("last")])
    assert node.fsck(room) == []
    assert node.publisher.size(ORIGIN) == 126
    node.close()


def test_two_writers_on_one_slot_of_a_log(make: Make) -> None:
    """Threads on either database."""
    node = make("IN")
    room = node.found("c7")
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                node.write(room, [note("x"), note("y")])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert node.heads(room)[ORIGIN][0] == 60
    assert node.fsck(room) == []


def test_nothing_is_written_when_one_draft_is_refused(make: Make) -> None:
    node = make("IN")
    room = node.found("c7")
    before = node.heads(room)
    with pytest.raises(Conflict, match="names a thing"):
        node.write(room, [note("good"), note("bad", subject="RU/record/7")])
    with pytest.raises(Conflict, match="its schema was not adopted"):
        node.write(room, [note("good"), Draft("record", "statement", "t.unknown/1", {})])
    with pytest.raises(Rejected, match="8192"):
        node.write(room, [note("x" * 9000)])
    with pytest.raises(Conflict, match="no instrument"):
        node.write(room, [position("t.paragraph/1", {"name": "1"}, log="w-IN-99")])
    assert node.heads(room) == before
    assert node.write(room, [note("good")]) == ["IN/record/0"]
    with node.read() as tx:
        assert len(queries.statements(tx, room)) == 1


def test_wrong_copy_is_not_recovered(tmp_path: Path) -> None:
    one, other = make_node(tmp_path / "IN", "IN"), make_node(tmp_path / "RU", "RU")
    room = one.found("c7")
    join_terms(one, other, room)
    pull(other, one, room)
    with pytest.raises(Conflict):
        one.recover(room, "ru.example/c7/RU/record", one.checkpoint(room, "ru.example/c7/RU/record"), 0, [])
    one.close()
    other.close()
