"""A node's signer as the rest of the program sees it: the same calls whether it is a process of its own (`start_signer`) or in this one (`InProcessSigner`).

Calls for one log are made one after the other; calls for different logs, from any thread.

The process is started by the node (``python -m cochair.record.signer NODE_FOLDER``), one a folder; it ends by itself when nobody has been connected for
a while, so a killed node leaves none behind. If it is killed, the next call starts another, and asks again: asking twice for one head gives one answer.
Every call raises `Conflict` where signing would fork a log, `Rejected` on malformed input, `CochairError` if the ledger cannot be written or no signer comes up.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from cochair.kit.errors import CochairError, Rejected
from cochair.ledger.checkpoints import Checkpoint
from cochair.record import signer_server
from cochair.record import signer_wire as wire
from cochair.record.keys import PublicKeys
from cochair.record.signer_core import Keeper
from cochair.record.signer_wire import Growth, growth

__all__ = ["Growth", "InProcessSigner", "Signer", "SignerClient", "growth", "start_signer"]

START_WITHIN = 15.0
"""Seconds in which a signer must come up."""
ANSWER_WITHIN = 60.0
"""Seconds in which a signer must answer; a disk that syncs slower than that counts as failed."""

_PIECE = 1 << 16

A = TypeVar("A", bound=wire.Answer)


class Signer(ABC):
    """What a node may ask. Roots are 32 bytes, notes bytes, public keys in requests hex of 32 bytes, times seconds since 1970."""

    @abstractmethod
    def _ask(self, request: wire.Request) -> wire.Answer:
        """The answer to one request; an error is raised as what it is."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the signer."""

    def _get(self, request: wire.Request, kind: type[A]) -> A:
        answer = self._ask(request)
        if not isinstance(answer, kind):
            raise Rejected("The signer gave another answer than was asked for", "Start the node and its signer from the same installation")
        return answer

    def sign(self, origin: str, size: int, root: bytes, growth: Growth | None = None) -> bytes:
        """The checkpoint note of a record log of this node at this head.

        `growth` proves that the log begins with the head signed last; without it only that very head is signed again.
        """
        return self._get(wire.Sign(origin, size, root, growth), wire.Note).note

    def mac(
        self,
        origin: str,
        size: int,
        root: bytes,
        *,
        room: str,
        peers: Mapping[str, str] | None = None,
        growth: Growth | None = None,
        own: str = "",
    ) -> bytes:
        """The note of a working log of this node, a MAC line for each peer (Side -> public exchange key in hex); without peers one for itself. `own`: our exchange key
        in the room, the newest if left out.
        """
        keys = {side: _key(public) for side, public in (peers or {}).items()}
        return self._get(wire.Mac(origin, size, root, room, keys, growth, own), wire.Note).note

    def open_working(self, note: bytes, *, room: str, peer: str, to: str = "", own: str = "") -> Checkpoint:
        """The checkpoint of a MACed note that `peer` (public exchange key in hex) shares with this node's `own` one; `to`: the Side it is addressed to, own by default."""
        return Checkpoint.parse(self._get(wire.OpenWorking(note, room, _key(peer), to, own), wire.Line).text)

    def cosign(self, checkpoint_note: bytes, *, time: int = 0, growth: Growth | None = None, key: str = "") -> str:
        """The line with which this node cosigns another Side's checkpoint, once its entries are held and their `seen` is logged. `key`: which of our cosigning keys."""
        return self._get(wire.Cosign(checkpoint_note, time, growth, key), wire.Line).text

    def sign_text(self, name: str, text: str) -> bytes:
        """A note over a text of the closed list (bundle, request, descriptor), by the log key under `name`."""
        return self._get(wire.SignText(name, text), wire.Note).note

    def change_key(self, note: bytes, records: Sequence[str] = ()) -> None:
        """Sign a record of this node with another of its log keys from now on, as two root keys say; the same twice is harmless. `records`: the node's."""
        self._get(wire.ChangeKey(note, list(records)), wire.Line)

    def last(self, origin: str) -> tuple[int, bytes] | None:
        """Size and root of the last head signed, MACed or cosigned, or None. It is never behind a signature that left."""
        answer = self._get(wire.Last(origin), wire.LastHead)
        return None if answer.size < 0 else (answer.size, answer.root)

    def public(self) -> PublicKeys:
        """The public half of the node's keys."""
        return self._get(wire.Public(), wire.Keys).keys


class InProcessSigner(Signer):
    """The same signer inside this process: for tests, simulators and tools. Holds the lock of the folder until closed."""

    def __init__(self, folder: Path) -> None:
        self._keeper: Keeper | None = Keeper(folder)
        self._turn = threading.Lock()

    def _ask(self, request: wire.Request) -> wire.Answer:
        with self._turn:
            if self._keeper is None:
                raise CochairError("The signer is closed")
            return wire.read_answer(wire.encode(self._keeper.answer([request])[0]))

    def close(self) -> None:
        """Let the lock go; twice is harmless."""
        with self._turn:
            if self._keeper is not None:
                self._keeper.close()
                self._keeper = None


class SignerClient(Signer):
    """A connection to the signer process of a node folder; starts one where there is none. Safe for threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._process = os.getpid()
        self._connection: socket.socket | None = None
        self._child: subprocess.Popen[bytes] | None = None
        with self._turn:
            self._connection = self._reach()

    def _ask(self, request: wire.Request) -> wire.Answer:
        data = wire.frame(request)
        with self._turn:
            if self._process != os.getpid():  # a forked worker takes a connection of its own
                self._drop()
                self._child, self._process = None, os.getpid()
            for attempt in range(3):
                try:
                    if self._connection is None:
                        self._connection = self._reach()
                    self._connection.sendall(data)
                    return wire.read_answer(_receive(self._connection))
                except OSError as error:  # the signer is gone; asking again for the same thing is safe
                    self._drop()
                    if attempt == 2 or isinstance(error, TimeoutError):
                        raise CochairError(
                            "The signer does not answer", f"See whether the disk of {self._folder} works, and start the node again"
                        ) from None
        raise AssertionError

    def close(self) -> None:
        """End the connection; the signer ends soon after its last one. Twice is harmless."""
        with self._turn:
            self._drop()
            if self._child is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._child.wait(signer_server.IDLE_AFTER_LAST + 0.9)  # longer only if another client keeps it
                self._child = None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _reach(self) -> socket.socket:
        """A connection to the signer; starts one if there is none."""
        until = time.monotonic() + START_WITHIN
        while True:
            try:
                return signer_server.connect(self._folder, ANSWER_WITHIN)
            except OSError:
                if time.monotonic() > until:
                    raise CochairError(
                        "No signer comes up", f"Run it by hand to see why: python -m cochair.record.signer {self._folder}"
                    ) from None
            if self._child is not None and self._child.poll() is None:
                self._child = None  # alive but not reachable: it is on its way out, or about to be seen as dead
            self._start()

    def _start(self) -> None:
        child = subprocess.Popen(
            [sys.executable, "-m", "cochair.record.signer", str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the node first, then the signer by itself
        )
        assert child.stdout is not None
        with child.stdout as pipe:
            said = pipe.read()  # to its end: the signer closes it as soon as it listens
        if said == signer_server.READY:
            self._child = child
            return
        child.wait()
        if child.returncode == signer_server.EXIT_HELD:
            time.sleep(0.05)  # somebody else's signer: it may be starting, or ending
            return
        try:
            report = json.loads(said)
            what, step = str(report["what"]), str(report["next_step"])
        except (ValueError, KeyError, TypeError):
            what, step = "The signer ended at once", f"Run it by hand to see why: python -m cochair.record.signer {self._folder}"
        raise CochairError(what, step)


def start_signer(folder: Path) -> SignerClient:
    """The signer of a node folder: the one that is running, or a new process."""
    return SignerClient(folder)


def _key(public: str) -> bytes:
    try:
        return bytes.fromhex(public)
    except ValueError:
        raise Rejected("The exchange key is not hex") from None


def _receive(connection: socket.socket) -> bytes:
    """One whole frame, its length taken off; a signer sends nothing that was not asked for, so nothing comes behind it."""
    data = connection.recv(_PIECE)
    while len(data) < wire.LENGTH.size or len(data) < (end := wire.LENGTH.size + _length(data)):
        piece = connection.recv(_PIECE)
        if not piece:
            raise ConnectionResetError
        data += piece
    return data[wire.LENGTH.size : end]


def _length(data: bytes) -> int:
    (length,) = wire.LENGTH.unpack_from(data)
    if length > wire.FRAME_LIMIT:
        raise Rejected("The signer's answer is too long")
    return int(length)


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(signer_server.main(sys.argv[1:]))
