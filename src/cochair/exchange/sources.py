"""Where a node pulls from: a folder (relay, drop, medium, unpacked bundle) or the other node by HTTPS. A source is believed in nothing."""

import http.client
import os
import ssl
import urllib.parse
from pathlib import Path
from typing import Protocol

from cochair.exchange.bundle import MEMBER_LIMIT, check_path
from cochair.exchange.requests import authorization
from cochair.kit.errors import CochairError, NotHeld
from cochair.record.node import Node

TIMEOUT = 20.0


class Source(Protocol):
    """A tree of files."""

    def get(self, path: str) -> bytes:
        """The bytes at ``path``; `NotHeld` if there are none, `CochairError` if the source cannot be reached."""
        ...


class FolderSource:
    """A tree in a folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CochairError("There is no folder {folder}", "Check the name, or mount the medium", folder=folder)
        self._folder = folder

    def get(self, path: str) -> bytes:
        """See `Source`. A link, or a file beyond the limit, is as good as none."""
        try:
            with open(self._folder / check_path(path), "rb", opener=_plain) as file:
                data = file.read(MEMBER_LIMIT + 1)
        except OSError:
            raise NotHeld("The folder does not hold {path}", path=path) from None
        if len(data) > MEMBER_LIMIT:
            raise NotHeld("{path} is larger than allowed", path=path)
        return data


def _plain(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


class HttpsSource:
    """The other node itself. ``certificate`` (PEM) from its descriptor is the only one accepted; each request is signed by this node."""

    def __init__(self, node: Node, room: str, address: str, certificate: str) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            raise CochairError("{address!r} is not an address of a node", "It looks like https://node.example:8443", address=address)
        self._node, self._room, self._base = node, room, parts.path.rstrip("/")
        context = ssl.create_default_context(cadata=certificate) if certificate else ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._address = address
        self._connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=TIMEOUT, context=context)

    def get(self, path: str) -> bytes:
        """See `Source`."""
        target = f"{self._base}/exchange/{check_path(path)}"
        try:
            self._connection.request("GET", target, headers={"Authorization": authorization(self._node, self._room, path)})
            answer = self._connection.getresponse()
            data = answer.read(MEMBER_LIMIT + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise CochairError(
                "The node at {address} cannot be reached: {error}",
                "Try again later, or carry a bundle: cochair bundle write",
                address=self._address,
                error=error,
            ) from None
        if answer.status == 404:
            raise NotHeld("The other node does not hold {path}", path=path)
        if answer.status != 200 or len(data) > MEMBER_LIMIT:
            self._connection.close()
            raise CochairError(
                "The node at {address} answered {status} to a request for {path}",
                "Ask its operator to look at its log; pairing may be missing there",
                address=self._address,
                status=answer.status,
                path=path,
            )
        return data

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
