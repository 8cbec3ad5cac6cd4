"""Sessions with markers planted in what a government keeps to itself: nothing of it is found in what its node shows or sends, nor on another's machine.

Planted are: press reports and what was noted of them, papers and structural contents of another room, private keys (as bytes, in hex and base64), the sign-ledger's folder, the
address book, and drafts that the program refused: their words were typed and never proposed. Looked through is every byte of the tree, of bundles of both kinds, of
what is served to a peer and to a stranger, of the node's entries, and of all files of the other machines.
"""

from __future__ import annotations

import base64
import random
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cochair.exchange import carry, requests, run, serving
from cochair.exchange.run import Address
from cochair.kit.clock import SystemClock
from cochair.kit.errors import CochairError
from cochair.ledger.tiles import bundle_decode
from cochair.press import kept
from cochair.record import positions
from cochair.record.node import Node
from cochair.record.tree import write_tree
from tests.makers import meetings
from tests.simulators.chance import seeded
from tests.simulators.disk import watched
from tests.simulators.machine import FOLDER
from tests.simulators.world import World, begun

STEPS = 30


def trial(seed: int, steps: int = STEPS) -> int:
    """One session of two governments -> how many bytes were looked through. Raises AssertionError with what was found where."""
    rng = random.Random(seed)
    template, room, document = begun(2)
    with tempfile.TemporaryDirectory(prefix="cochair-leaks-", dir=FOLDER) as folder, seeded(seed), watched() as disks:
        base = Path(folder)
        for side in ("IN", "RU"):
            shutil.copytree(template / side, base / side)
        world = Watched(base, ("IN", "RU"), room, document, rng)
        disks.extend(machine.disk for machine in world.machines.values())
        with world.signed.watched():  # a machine that is started again knows that it was
            return world.session(steps)


class Watched(World):
    """A world without liars in which each node has secrets; `planted`: Side -> name -> bytes that must not be found outside."""

    def session(self, steps: int) -> int:
        self.start()
        self.planted = {side: dict(self._plant(player.node)) for side, player in self.players.items()}
        for _ in range(steps):
            if self.rng.random() < 0.1:
                self.weather()
            player = self.rng.choice(list(self.players.values()))
            self.step(player, 0.03)
            if self.rng.random() < 0.1:
                self._refused(player.node)
        self.net.heal()
        for player in self.players.values():
            for other in self.players.values():
                if other is not player:
                    run.exchange(player.node, self.room, self.net.source(player.side, other.side, other.machine.home / "tree"))
        looked = sum(self._search(side) for side in self.players)
        for player in self.players.values():
            player.node.close()
        return looked

    def _plant(self, node: Node) -> Iterator[tuple[str, bytes]]:
        mark = f"{node.side}-marker-{secrets.token_hex(12)}"
        text = f"A report about the session. {mark}-press said so."
        kept.keep(node.folder, text.encode(), outlet=f"{mark}-outlet", published="", at="2026-09-16T09:00:00Z", by=f"{mark}-reader")
        yield from ((what, f"{mark}-{what}".encode()) for what in ("press", "outlet", "reader"))
        run.set_address(node, self.room, "RU" if node.side == "IN" else "IN", Address("https://peer.example:8443", f"{mark}-certificate"))
        yield "certificate", f"{mark}-certificate".encode()
        slug = f"own-{node.side.lower()}"
        alone = node.found(slug, note=f"{mark}-terms")
        node.put_paper(alone, f"{mark}-paper".encode())
        write_tree(node, alone)
        yield "the id of another room", alone.encode()
        yield from ((what, f"{mark}-{what}".encode()) for what in ("terms", "paper"))
        for path in sorted((node.folder / "signer").glob("*.pem")):
            key = load_pem_private_key(path.read_bytes(), None).private_bytes_raw()
            yield path.name, path.read_bytes().splitlines()[1]
            yield f"{path.name} raw", key
            yield f"{path.name} in hex", key.hex().encode()
            yield f"{path.name} in base64", base64.b64encode(key)[:-2]
        yield "sign-ledger", (node.folder / "signer" / "sign-ledger").read_bytes().splitlines()[0]

    def _refused(self, node: Node) -> None:
        """Somebody types what the program refuses: it must not have gone anywhere."""
        word = f"{node.side}-marker-refused-{secrets.token_hex(8)}"
        self.planted[node.side][word] = word.encode()
        try:
            content = meetings.agenda(f"{word} \u202e")
            positions.propose(node, self.room, "meetings.agenda", content, subject=f"{node.side}/record/0")
        except CochairError:
            return
        raise AssertionError("a text with a hidden direction was taken")

    def _search(self, side: str) -> int:
        """Everything of one Side that others get, and everything that others have."""
        looked = 0
        node = self.players[side].node
        secret = self.planted[side]
        for place, data in self._outside(node):
            looked += len(data)
            found = [name for name, marker in secret.items() if marker in data]
            assert not found, f"of what {side} keeps to itself was found in {place}: {found}"
        return looked

    def _outside(self, node: Node) -> Iterator[tuple[str, bytes]]:
        room, side = self.room, node.side
        write_tree(node, room)
        others = set(node.rooms()) - {room}
        for path in sorted((node.folder / "tree").rglob("*")):
            shown = path.relative_to(node.folder / "tree")
            if path.is_file() and shown.parts[0] not in others and f"own-{side.lower()}" not in shown.parts:
                data = path.read_bytes()
                yield f"tree/{shown}", data
                if "/tile/entries/" in str(shown):
                    yield from ((f"entry of {shown}", entry) for entry in bundle_decode(data))
        for working in (True, False):
            target = self.base / f"out-{side}-{working}.tar"
            carry.write_bundle(node, room, target, working=working)
            yield target.name, target.read_bytes()
        for origin in node.heads(room):
            yield from ((f"{origin} {seq}", data) for seq, data in enumerate(node.entries(room, origin)))
        peer = next(one.node for one in self.players.values() if one.side != side)
        for path in self._asked(node):
            for claimed in {room, path.partition("/")[0]}:
                yield f"served: {path}", serving.answer(node, path, self._header(peer, claimed, path))[1]
            yield f"served to nobody: {path}", serving.answer(node, path, "")[1]
        for other in self.machines.values():
            if other.side != side:
                yield from ((f"{other.side}: {path.name}", path.read_bytes()) for path in sorted(other.home.rglob("*")) if path.is_file())

    def _header(self, peer: Node, room: str, path: str) -> str:
        """A request signed by the peer for a room that it may not be in."""
        text = f"{requests.DOMAIN}\n{room}\n{path}\n{SystemClock().now()}\n"
        try:
            return requests.SCHEME + base64.b64encode(peer.signer.sign_text(peer.origin(self.room), text)).decode()
        except CochairError:
            return ""

    def _asked(self, node: Node) -> list[str]:
        """What a peer might ask for that is none of its business."""
        other = next(one for one in node.rooms() if one != self.room)
        inside = [str(path.relative_to(node.folder)) for path in sorted(node.folder.rglob("*")) if path.is_file()]
        return [
            f"{other}/structural/{other}",
            *(f"{other}/paper/{name}" for name in node.papers.held(other)),
            *(f"{self.room}/../../{path}" for path in inside[:20]),
            *inside[:40],
            *(f"{self.room}/{path}" for path in inside if "signer" in path or "press" in path),
        ]
