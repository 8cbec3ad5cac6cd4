"""Pairing and joining: two nodes learn whose keys the other's are, by files that people hand over and a fingerprint that people read to each other."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cochair.accounts.rights import Actor
from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, slug, the_room
from cochair.exchange import descriptor as descriptors
from cochair.exchange import run
from cochair.exchange.descriptor import Descriptor
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.protocol import terms
from cochair.record import queries
from cochair.record.log_keys import root_sets
from cochair.record.node import Node
from cochair.record.tree import write_tree

_DESCRIPTOR = "the descriptor that the other Side's `cochair node pair --out` wrote"


def pair(
    folder: FolderArgument,
    peer: Annotated[Path | None, typer.Argument(metavar="[DESCRIPTOR]", help="The other Side's descriptor, to be read.")] = None,
    found: Annotated[str, typer.Option(metavar="NAME", help="Found a room of this name, such as c7.")] = "",
    room: RoomOption = "",
    out: Annotated[Path | None, typer.Option(help="File for this node's own descriptor, to hand to the other Side.")] = None,
    fingerprint: Annotated[str, typer.Option(help="Fingerprint of the other's descriptor, as its secretary read it out.")] = "",
    address: Annotated[str, typer.Option(help="Where the other node reaches this one: https://host:port.")] = "",
    certificate: Annotated[Path | None, typer.Option(help="The certificate (PEM) that this node shows at that address.")] = None,
    peer_folder: Annotated[Path | None, typer.Option(help="Where the other node's tree is put, instead of an address.")] = None,
    json: show.JsonOption = False,
) -> None:
    """Found a room, write this node's descriptor, or read the other Side's. Nothing is trusted before its fingerprint was compared.

    Examples: `cochair node pair node-in --found c7 --out in.descriptor --address https://in.example:8443 --certificate in.crt`;
    `cochair node pair node-ru in.descriptor --fingerprint "01234 56789 …" --out ru.descriptor`
    """
    if not (peer or found or out):
        raise CochairError("There is nothing to do", "Give the other Side's descriptor, or --found NAME, or --out FILE")
    if peer and found:
        raise CochairError("A room is either founded or joined", "Leave out --found: the descriptor brings its room")
    pem = _certificate(certificate, address)
    theirs = descriptors.open_descriptor(files.read(peer, limit=64 * 1024, what=_DESCRIPTOR)) if peer else None
    if out:
        files.fresh(out)
    with opened(folder) as node:
        if theirs:
            chosen = _trust(node, theirs, fingerprint, peer_folder)
        elif found:
            if any(slug(node, one) == found for one in node.rooms()):
                raise Conflict(f"This node is in a room {found} already", "Choose another name, or leave out --found")
            chosen = node.found(found, root_keys=(root_sets(node.folder) or [[]])[-1])
        else:
            chosen = the_room(node, room)
        value = {"room": chosen, "slug": slug(node, chosen), "side": node.side, "paired": theirs.side if theirs else None}
        lines = [f"Room {slug(node, chosen)} ({chosen})"] + ([f"Paired with {theirs.side} at {theirs.domain}."] if theirs else [])
        if out:
            note = descriptors.describe(node, chosen, address=address, certificate=pem)
            files.write_new(out, note)
            value |= {"descriptor": str(out), "fingerprint": descriptors.open_descriptor(note).fingerprint()}
            lines += [f"Descriptor: {out}", f"Fingerprint, to be read to the other Side: {value['fingerprint']}"]
    show.result(value, json, lines)


def _certificate(path: Path | None, address: str) -> str:
    if bool(path) and not address:
        raise CochairError("A certificate belongs to an address", "Give --address https://host:port as well")
    if address and not address.startswith("https://"):
        raise CochairError(f"{address} is not an address of a node", "It looks like https://node.example:8443")
    if path is None:
        return ""
    from cryptography import x509

    pem = files.read(path, limit=16 * 1024, what="the certificate (PEM) of this node")
    try:
        x509.load_pem_x509_certificate(pem)
        return pem.decode("ascii")
    except (ValueError, x509.InvalidVersion):
        raise Rejected(f"{path} is not a certificate in PEM form", "Name the file that `node serve --tls-cert` gets") from None


def _trust(node: Node, theirs: Descriptor, typed: str, peer_folder: Path | None) -> str:
    if not typed and sys.stdin.isatty():
        print(f"Descriptor of {theirs.side} at {theirs.domain}, room {theirs.founding['slug']}.")
        typed = typer.prompt("Fingerprint, as the other Side reads it to you")
    if not typed:
        raise CochairError(
            "Nothing is trusted before people compared the fingerprint",
            "Let the other Side's secretary read it to you on a line that the servers do not control, then give it: --fingerprint",
        )
    if peer_folder and not peer_folder.is_dir():
        raise NotFound(f"There is no folder {peer_folder}", "Name the folder where the other node's tree is put")
    room = descriptors.trust(node, theirs, typed)
    if peer_folder:
        run.set_address(node, room, theirs.side, run.Address(folder=str(peer_folder.absolute())))
    else:
        run.remember(node, theirs)
    return room


def join(
    folder: FolderArgument,
    letter: Annotated[Path | None, typer.Option(help="Scan of the letter by which our secretary settles the terms.")] = None,
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Let paired Sides join the terms of a room: each Side seals them by a letter of its secretary and finds the other's seal valid.

    It does whatever is due on this node; run it on both, with a `cochair node pull` between, until it says that the terms are in force.

    Example: `cochair node join node-in --letter letter.pdf`
    """
    with opened(folder) as node:
        chosen = the_room(node, room)
        done, left = _join(node, chosen, files.read(letter, limit=files.ORIGINAL_LIMIT, what="the scan of the letter") if letter else b"")
        sides = [each["side"] for each in node.terms(chosen)["sides"]]
        write_tree(node, chosen)  # where the other Side pulls from the folder, it finds the whole of it
    show.result({"done": done, "waits": left, "sides": sides}, json, [*done, left or f"The terms are in force: {', '.join(sides)}."])


def _join(node: Node, room: str, letter: bytes) -> tuple[list[str], str]:
    """Do what is due here -> what was done, what is waited for ("": nothing)."""
    who = Actor(node.side, "secretary", frozenset({"secretary"}))
    missing = _missing(node, room)
    if not missing:
        return [], "" if node.peers(room) else "No other Side is paired with this node yet."
    done: list[str] = []
    with node.read() as tx:
        state = next((one for one in queries.slots(tx, room, "terms", room) if one.agreed is None and one.seals), None)
    mine = [seal for seal in state.seals if seal.side == node.side and not seal.revoked] if state else []
    if not mine:
        if not letter:
            raise CochairError("Our Side has not sealed the terms", "Give the secretary's letter: --letter FILE")
        if state:
            digest = state.seals[0].manifest
        else:
            known = {side: {**peer._asdict(), "root_keys": []} for side, peer in node.peers(room).items()}
            known[node.side] = node.descriptor(slug(node, room))
            digest = terms.propose_terms(node, room, who, [known[side] for side in missing])
        done.append(f"Sealed the terms {digest[:16]}… by our letter: {terms.seal_terms(node, room, who, digest, letter)}")
    theirs = [seal for seal in state.seals if seal.side != node.side] if state else []
    unsaid = [seal for seal in theirs if not any(one.side == node.side for one in seal.findings)]
    done += [f"Found the seal of {seal.side} valid: {terms.find_terms(node, room, who, seal.id)}" for seal in unsaid]
    return done, "The other Side is next: pull on both nodes, then run this on the other." if _missing(node, room) else ""


def _missing(node: Node, room: str) -> list[str]:
    """Sides that are paired here and not named by the terms in force."""
    return sorted({node.side, *node.peers(room)} - {each["side"] for each in node.terms(room)["sides"]})
