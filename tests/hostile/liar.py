"""A Side whose program writes what it likes under its own valid keys: entries by hand, heads signed, its tree served as files.

The liar keeps its logs in memory, beside its node, and judges nothing. Its node (the keys in its folder) is used for signing alone, so that forks, rollbacks
and entries that no honest program would write are possible. What it cannot do is sign for somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cochair.kit.errors import NotHeld
from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.entries import Entry, encode
from cochair.ledger.macs import MacVerifier, mac_key
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import LogSigner, sign_note
from cochair.ledger.papers import paper_id as name_of
from cochair.ledger.papers import store_paper, structural_bytes, structural_digest
from cochair.ledger.tiles import bundle_encode, bundles_for
from cochair.record.keys import load_node_keys
from cochair.record.node import Node, Peer


class Liar:
    """The adversary's program. `logs`: log name -> exact bytes of its entries, to be changed at will."""

    def __init__(self, node: Node, room: str) -> None:
        """Take over from a node: what it has written so far, and its keys."""
        self.node, self.room, self.side = node, room, node.side
        self.keys = load_node_keys(node.folder)
        self.logs: dict[str, list[bytes]] = {
            parse_origin(origin).log: node.entries(room, origin) for origin in node.heads(room) if parse_origin(origin).side == node.side
        }
        self.files: dict[str, bytes] = {}

    def say(self, kind: str, schema: str, body: dict[str, Any], log: str = RECORD, /, **members: Any) -> str:
        """Write an entry, whatever it says -> its id."""
        entries = self.logs.setdefault(log, [])
        given = {"log": self.node.origin(self.room, log), "room": self.room, "seq": len(entries), "at": "2026-01-05T10:00:00Z", **members}
        entries.append(encode(Entry(v=1, salt="00" * 16, kind=kind, schema=schema, body=body, **given)))
        return f"{self.side}/{log}/{len(entries) - 1}"

    def note(self, text: str, **body: Any) -> str:
        """A statement of the test stage."""
        return self.say("statement", "t.note/1", {"subject": "self", "text": text, **body})

    def seen(self, of: Node, log: str = RECORD, **body: Any) -> str:
        """Acknowledge all of another Side's record (and, in a working log, the own record and the other's working log)."""
        heads = of.heads(self.room)
        said: dict[str, Any] = {"heads": {of.side: _head(heads[of.origin(self.room)])}}
        if log != RECORD:
            own = self.logs[RECORD]
            said["heads"][self.side] = _head((len(own), root([leaf_hash(e) for e in own])))
            if (working := heads.get(of.origin(self.room, log))) is not None:
                said["working"] = {of.side: _head(working)}
        return self.say("seen", "record.seen/1", {**said, **body}, log)

    def raw(self, data: bytes, log: str = RECORD) -> None:
        """Put bytes into the log that are no entry at all."""
        self.logs.setdefault(log, []).append(data)

    def paper(self, data: bytes, salt: bytes = b"\7" * 32) -> str:
        """Publish a paper -> its id."""
        name = name_of(salt, data)
        self.files[f"{self.room}/paper/{name}"] = store_paper(salt, data)
        return name

    def structural(self, value: Any, *, publish: bool = True) -> str:
        """Make structural content -> its digest; withheld unless it is published."""
        data = structural_bytes(value)
        digest = structural_digest(data)
        if publish:
            self.files[f"{self.room}/structural/{digest}"] = data
        return digest

    def checkpoint(self, log: str = RECORD, size: int | None = None) -> bytes:
        """A valid checkpoint of the first `size` entries of what it wrote (or pretends to have written)."""
        entries = self.logs[log][:size]
        origin = self.node.origin(self.room, log)
        return self.sign(Checkpoint(origin, len(entries), root([leaf_hash(data) for data in entries])))

    def sign(self, checkpoint: Checkpoint) -> bytes:
        """Sign (or, for a working log, MAC for each peer) any head."""
        text, origin = checkpoint.text(), checkpoint.origin
        if parse_origin(origin).log == RECORD:
            return sign_note(text, [LogSigner(origin, self.keys.logs[self.keys.public.log]).sign(text)])
        return sign_note(text, [self._mac(origin, peer).sign(text) for peer in self.node.peers(self.room).values()])

    def _mac(self, origin: str, peer: Peer) -> MacVerifier:
        return MacVerifier(
            origin,
            self.side if peer.side == self.side else peer.side,
            mac_key(self.keys.exchange, bytes.fromhex(peer.exchange_key), self.room, origin),
        )

    def mac_for(self, peer: Node, origin: str, to: str, checkpoint: Checkpoint) -> bytes:
        """A MAC on a head of the *peer's* own working log: both know the key."""
        key = mac_key(self.keys.exchange, bytes.fromhex(peer.descriptor("c7")["exchange_key"]), self.room, origin)
        text = checkpoint.text()
        return sign_note(text, [MacVerifier(origin, to, key).sign(text)])

    def give(self, to: Node, log: str = RECORD) -> str:
        """Hand the whole log over by bytes -> status."""
        return to.receive(self.room, self.node.origin(self.room, log), self.checkpoint(log), 0, self.logs[log]).status

    def get(self, path: str) -> bytes:
        """The liar as a source to pull from (`exchange.sources.Source`)."""
        served = dict(self._served())
        try:
            return served[path]
        except KeyError:
            raise NotHeld(f"not held: {path}") from None

    def _served(self) -> Iterator[tuple[str, bytes]]:
        for log, entries in self.logs.items():
            origin = self.node.origin(self.room, log)
            yield f"{origin}/checkpoint", self.checkpoint(log)
            for tile in bundles_for(len(entries)):
                yield f"{origin}/{tile.path}", bundle_encode(entries[tile.index * 256 : tile.index * 256 + tile.width])
        for digest in self.node.papers.structural_held(self.room):
            yield f"{self.room}/structural/{digest}", self.node.papers.structural_stored(self.room, digest)
        for name in self.node.papers.held(self.room):
            yield f"{self.room}/paper/{name}", self.node.papers.stored(self.room, name)
        yield from self.files.items()


def _head(head: tuple[int, bytes]) -> dict[str, Any]:
    return {"size": head[0], "root": head[1].hex()}
