"""The signer process: one thread, a Unix socket of mode 0600 in a folder of mode 0700, requests that arrive together answered with one sync.

It says ``ready`` on its standard output as soon as it listens, or one JSON object with ``what`` and ``next_step`` and ends with status 1 (3: another signer
holds the lock). It ends by itself: nobody came within `IDLE_AT_START` seconds, or the last connection is gone for `IDLE_AFTER_LAST` seconds.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from cochair.kit.errors import CochairError, Rejected
from cochair.record import signer_wire as wire
from cochair.record.keys import SIGNER_FOLDER
from cochair.record.signer_core import Held, Keeper

SOCKET = "socket"
READY = b"ready\n"
EXIT_HELD = 3
IDLE_AT_START = 20.0
IDLE_AFTER_LAST = 0.1
MAX_CONNECTIONS = 64

_BUFFER = 1 << 16


@contextlib.contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """The socket's path in at most 108 bytes, whatever the folder's: through an open directory."""
    directory = os.open(folder / SIGNER_FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{SOCKET}"
    finally:
        os.close(directory)


def connect(folder: Path, timeout: float) -> socket.socket:
    """A connection to the signer of a node folder; raises `OSError` if none listens."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        with _short_path(folder) as path:
            connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def listen(folder: Path) -> socket.socket:
    """The listening socket of a node folder. Only the holder of the lock may call this: it takes away what a dead signer left."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short_path(folder) as path:
            Path(path).unlink(missing_ok=True)
            before = os.umask(0o177)
            try:
                listener.bind(path)
            finally:
                os.umask(before)
        listener.listen(MAX_CONNECTIONS)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise CochairError(
            f"The signer cannot listen in {folder / SIGNER_FOLDER}: {error.strerror}", "Check the disk and the rights"
        ) from None
    return listener


class _Peer:
    """One connection: bytes in that are not yet a frame, bytes out that are not yet taken."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.inbox = bytearray()
        self.outbox = bytearray()

    def fill(self) -> bool:
        """Read what is there; False at the end of the connection."""
        try:
            data = self.connection.recv(_BUFFER)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.inbox += data
        return bool(data)

    def frames(self) -> Iterator[bytes]:
        """Whole frames in the inbox; raises `Rejected` on one that is too long."""
        while len(self.inbox) >= wire.LENGTH.size:
            (length,) = wire.LENGTH.unpack_from(self.inbox)
            if length > wire.FRAME_LIMIT:
                raise Rejected("The request is too long")
            end = wire.LENGTH.size + length
            if len(self.inbox) < end:
                return
            yield bytes(self.inbox[wire.LENGTH.size : end])
            del self.inbox[:end]

    def drain(self) -> bool:
        """Write what can be written; False if the other end is gone."""
        try:
            while self.outbox:
                del self.outbox[: self.connection.send(self.outbox)]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True


class Server:
    """Serves a keeper until nobody needs it."""

    def __init__(self, keeper: Keeper, listener: socket.socket) -> None:
        self._keeper = keeper
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, _Peer] = {}
        self.stopped = False

    def run(self) -> None:
        """Until idle, or `stopped`."""
        idle_until = time.monotonic() + IDLE_AT_START
        while not self.stopped and (self._peers or time.monotonic() < idle_until):
            events = self._selector.select(0.5 if self._peers else 0.05)
            had = bool(self._peers)
            self._turn([key.fileobj for key, mask in events if mask & selectors.EVENT_READ])  # type: ignore[misc]  # only sockets are registered
            if had and not self._peers:
                idle_until = time.monotonic() + IDLE_AFTER_LAST

    def _turn(self, ready: Sequence[socket.socket]) -> None:
        asked: list[tuple[_Peer, wire.Request]] = []
        for source in ready:
            if source is self._listener:
                self._accept()
            elif (peer := self._peers.get(source)) is not None:
                open_end = peer.fill()
                try:
                    asked += [(peer, wire.read_request(data)) for data in peer.frames()]
                except Rejected as error:
                    peer.outbox += wire.frame(wire.failed(error))
                    open_end = False
                if not open_end:
                    peer.drain()
                    self._forget(peer)
        for (peer, _), answer in zip(asked, self._keeper.answer([request for _, request in asked]), strict=True):
            peer.outbox += wire.frame(answer)
        for peer in list(self._peers.values()):
            if not peer.drain():
                self._forget(peer)
            else:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.outbox else 0)
                self._selector.modify(peer.connection, wanted)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self._peers) >= MAX_CONNECTIONS:
            connection.close()
            return
        connection.setblocking(False)
        self._peers[connection] = _Peer(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _forget(self, peer: _Peer) -> None:
        self._selector.unregister(peer.connection)
        del self._peers[peer.connection]
        peer.connection.close()


def main(arguments: Sequence[str]) -> int:
    """Serve the signer of one node folder; gives the exit status."""
    if len(arguments) != 1:
        return _report(CochairError("The signer needs one node folder", "python -m cochair.record.signer FOLDER"), 2)
    folder = Path(arguments[0])
    try:
        keeper = Keeper(folder)
    except Held as error:
        return _report(error, EXIT_HELD)
    except CochairError as error:
        return _report(error, 1)
    try:
        listener = listen(folder)
    except CochairError as error:
        keeper.close()
        return _report(error, 1)
    server = Server(keeper, listener)

    def stop(*_: object) -> None:
        server.stopped = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
    try:
        server.run()
    finally:
        listener.close()  # the name stays: the next signer takes it away, so a late one never removes another's
        keeper.close()
    return 0


def _report(error: CochairError, status: int) -> int:
    print(json.dumps({"what": error.what, "next_step": error.next_step}, ensure_ascii=False))
    print(error, file=sys.stderr)
    return status
