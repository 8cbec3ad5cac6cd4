"""One exchange from end to end, and where a node's peers are to be found.

``peers.json`` in the node's folder: room -> Side -> address and certificate (from the descriptor that people compared), or a folder that both reach.
It is configuration of this node: no joint thing depends on it.
"""

from pathlib import Path
from typing import Any

import msgspec

from cochair.exchange import pull, sealing
from cochair.exchange.descriptor import Descriptor
from cochair.exchange.sources import FolderSource, HttpsSource, Source
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.protocol import endings, seals
from cochair.record import faults, receiving
from cochair.record.node import Node
from cochair.record.tree import write_tree


class Address(msgspec.Struct, frozen=True):
    """Where a peer's tree is: ``https`` with the one ``certificate`` (PEM) accepted there, or a ``folder``."""

    https: str = ""
    certificate: str = ""
    folder: str = ""


def addresses(node: Node) -> dict[str, dict[str, Address]]:
    """Room -> Side -> address."""
    path = node.folder / "peers.json"
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Address]])
    except (ValueError, RecursionError) as error:
        raise Rejected("{path} is damaged: {error}", "Pair the nodes again, or restore the file", path=path, error=error) from None


def set_address(node: Node, room: str, side: str, address: Address) -> None:
    """Remember where a peer's tree is."""
    known = addresses(node)
    known.setdefault(room, {})[side] = address
    path = node.folder / "peers.json"
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(known))
    beside.replace(path)


def remember(node: Node, descriptor: Descriptor) -> None:
    """Take the address from a descriptor that was trusted, if it names one."""
    if descriptor.address:
        set_address(node, descriptor.room, descriptor.side, Address(descriptor.address, descriptor.certificate))


def source_of(node: Node, room: str, side: str) -> Source:
    """The source for a peer; `NotFound` if none is configured."""
    address = addresses(node).get(room, {}).get(side, Address())
    if address.https:
        return HttpsSource(node, room, address.https, address.certificate)
    if address.folder:
        return FolderSource(Path(address.folder))
    raise NotFound("No address of {side} is known", "Pair again with its address, or carry bundles: cochair bundle read FILE", side=side)


def exchange(node: Node, room: str, source: Source | None = None) -> pull.Pulled:
    """Pull (from ``source``, or from every peer whose address is known), check seals that came, acknowledge, cosign, publish."""
    total = pull.Pulled()
    for side in [""] if source else list(node.peers(room)):
        try:
            one = pull.pull(node, room, source or source_of(node, room, side))
        except CochairError as error:
            if source:
                raise
            total.problems[side] = str(error)
            continue
        if not source:
            _stale(node, room, one)
        _add(total, one)
    settle(node, room)
    return total


def _stale(node: Node, room: str, pulled: pull.Pulled) -> None:
    """At its own address a Side shows its newest: less than it showed before is kept as evidence until it shows that again. A bundle may be as old as it likes."""
    for origin, (status, note) in pulled.heads.items():
        if status == "stale":
            receiving.keep_stale(node, room, origin, note)
        elif status in ("same", "new"):
            faults.cleared(node, room, origin)


def settle(node: Node, room: str) -> None:
    """What follows from having pulled: say what was seen, check the seals that came and say so, cosign, and bring the tree up to date."""
    receiving.authenticate(node, room)
    pull.acknowledge(node, room)
    if not (
        node.ask_first or faults.stopped(node) or node.halted.get(node.origin(room))
    ):  # else nothing can be said now; it reads and receives
        if not faults.unread(node, room):  # what cannot be read may say otherwise
            seals.check_seals(node, room)
            endings.carry_out(node, room)
        pull.acknowledge(node, room)
        sealing.own_recipient(node, room)
    write_tree(node, room)


def _add(total: pull.Pulled, one: pull.Pulled) -> None:
    total.entries.update(one.entries)
    total.problems.update(one.problems)
    total.papers += one.papers
    total.structural += one.structural
    total.cosigned += one.cosigned


def as_json(pulled: pull.Pulled) -> dict[str, Any]:
    """For ``--json`` and the record page."""
    return {
        "entries": pulled.entries,
        "papers": pulled.papers,
        "structural": pulled.structural,
        "cosigned": pulled.cosigned,
        "problems": pulled.problems,
    }
