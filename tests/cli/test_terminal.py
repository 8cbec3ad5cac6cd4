"""Root keys on a real terminal: what people at a ceremony see, what nobody sees, and what is left when they break off."""

import errno
import os
import pty
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from cochair.cli import ceremony
from cochair.record import keys as record_keys
from cochair.record.roots import parse_roots
from tests.cli import program

WORDS = ["first custodian SPECIMEN", "second custodian SPECIMEN", "third custodian SPECIMEN"]
ARGUMENTS = ("--side", "IN", "--domain", "in.example", "--despite-network")
ATTACH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Terminal:
    """A program with a terminal of its own: `seen` is all that stands on its screen."""

    def __init__(self, handle, process):
        self.handle, self.process, self.seen, self._read = handle, process, "", 0

    def expect(self, text):
        """Read until the text stands behind what was expected before."""
        until = time.monotonic() + 60
        while (at := self.seen.find(text, self._read)) < 0:
            assert time.monotonic() < until, f"{text!r} did not come:\n{self.seen}"
            assert self._more(), f"{text!r} did not come before the end:\n{self.seen}"
        self._read = at + len(text)

    def type(self, keys):
        os.write(self.handle, keys.encode())

    def end(self):
        """Read to the end -> the exit status."""
        while self._more():
            pass
        return self.process.wait(timeout=60)

    def _more(self):
        if not select.select([self.handle], [], [], 60)[0]:
            raise AssertionError(f"nothing more comes:\n{self.seen}")
        try:
            data = os.read(self.handle, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # Linux says so when the program has let go of the terminal
                raise
            return False
        self.seen += data.decode().replace("\r\n", "\n")
        return bool(data)


@contextmanager
def terminal(folder, *arguments):
    handle, theirs = pty.openpty()
    command = [sys.executable, "-c", ATTACH, *program.PROGRAM, *map(str, arguments)]
    process = subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=program.ENVIRONMENT, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Terminal(handle, process)
    finally:
        process.kill()
        process.wait()
        os.close(handle)


def test_a_ceremony_asks_each_custodian_until_his_passphrase_will_do_and_shows_none_of_them(tmp_path):
    with terminal(tmp_path, "keys", "ceremony", "roots", *ARGUMENTS) as at:
        at.expect("3 custodians are needed")
        at.expect("Custodian 1: your passphrase: ")
        at.type("too short\n")
        at.expect("fewer than 12 characters")
        at.expect("Custodian 1: your passphrase: ")
        at.type(f"{WORDS[0]}\n")
        at.expect("The same again: ")
        at.type("something else than that\n")
        at.expect("These two are not the same.")
        at.expect("Custodian 1: your passphrase: ")
        at.type(f"{WORDS[0]}\n")
        at.expect("The same again: ")
        at.type(f"{WORDS[0]}\n")
        at.expect("Custodian 2: your passphrase: ")
        at.type(f"{WORDS[0]}\n")
        at.expect("different passphrases")
        for number in (2, 3):
            at.expect(f"Custodian {number}: your passphrase: ")
            at.type(f"{WORDS[number - 1]}\n")
            at.expect("The same again: ")
            at.type(f"{WORDS[number - 1]}\n")
        at.expect("Fingerprint of the three: ")
        assert at.end() == 0
    for typed in (*WORDS, "too short", "something else than that"):
        assert typed not in at.seen
    keys = parse_roots((tmp_path / "roots" / "roots.public").read_bytes()).keys
    for number, words in enumerate(WORDS, 1):
        opened = record_keys.read_person_key(tmp_path / "roots" / f"root-{number}.pem", words.encode())
        assert opened.public.data.hex() == keys[number - 1]

    change = tmp_path / "change.request"
    change.write_text(_change(tmp_path))
    with terminal(tmp_path, "keys", "approve", change, "--key", "roots/root-2.pem", "--out", "change.half") as at:
        at.expect("Passphrase of the custodian: ")
        at.type(f"{WORDS[1]}\n")
        at.expect("Record    in.example/c7/IN/record")
        at.expect("Sign this? [y/N]: ")
        at.type("n\n")
        at.expect("Nothing was signed")
        assert at.end() == 1
    assert WORDS[1] not in at.seen
    assert not (tmp_path / "change.half").exists()


def _change(folder):
    """A change of a log key as a node asks for it."""
    from cochair.ledger.keychanges import KeyChange
    from cochair.ledger.notes import vkey

    key = record_keys.create_node_keys(folder / "node", side="IN", domain="in.example").log
    return KeyChange("ab" * 32, "in.example/c7/IN/record", 7, bytes(32), vkey("in.example/c7/IN/record", bytes.fromhex(key))).text()


def test_ctrl_c_at_a_prompt_leaves_nothing(tmp_path):
    with terminal(tmp_path, "keys", "ceremony", "roots", *ARGUMENTS) as at:
        for number in (1, 2):
            at.expect(f"Custodian {number}: your passphrase: ")
            at.type(f"{WORDS[number - 1]}\n")
            at.expect("The same again: ")
            at.type(f"{WORDS[number - 1]}\n")
        at.expect("Custodian 3: your passphrase: ")
        at.type("\x03")
        assert at.end() != 0
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in at.seen
    assert "Abort" in at.seen


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("at", ["root-2.pem", "root-3.pem", "roots.public", "protocol.txt"])
def test_a_ceremony_that_is_broken_off_while_it_writes_leaves_nothing_half_made(tmp_path, monkeypatch, at, there):
    from cochair.cli import files
    from cochair.record import roots

    def breaking(real):
        def write(path: Path, *rest):
            if path.name == at:
                raise KeyboardInterrupt
            real(path, *rest)

        return write

    monkeypatch.setattr(roots, "write_private", breaking(roots.write_private))
    monkeypatch.setattr(files, "write_new", breaking(files.write_new))
    given = [tmp_path / f"{number}.pass" for number in (1, 2, 3)]
    for path, words in zip(given, WORDS, strict=True):
        path.write_text(words)
    folder = tmp_path / "roots"
    if there:
        folder.mkdir(mode=0o700)
    with pytest.raises(KeyboardInterrupt):
        ceremony.ceremony(folder, "IN", "in.example", given, despite_network=True)
    assert list(folder.glob("*")) == []
    assert folder.exists() == there
    monkeypatch.undo()
    ceremony.ceremony(folder, "IN", "in.example", given, despite_network=True)
    assert len(list(folder.iterdir())) == 5
