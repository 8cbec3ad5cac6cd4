"""`cochair keys renew`: the cosigning and the exchange key of a node, by new terms; and what is due of terms that some Side has sealed, for `keys roots` as well."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.accounts.rights import Actor
from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, the_room
from cochair.kit.errors import CochairError, Conflict
from cochair.ledger.notes import COSIGNATURE, parse_vkey
from cochair.protocol import terms
from cochair.record import receiving, renewals
from cochair.record.keys import load_public_keys, renew_keys
from cochair.record.node import Node
from cochair.record.roots import key_print
from cochair.record.tree import write_tree

LetterOption = Annotated[Path | None, typer.Option(help="Scan of the letter by which our secretary settles the terms.")]


def renew(
    folder: FolderArgument,
    cosign: Annotated[bool, typer.Option("--cosign", help="Make a new key with which we cosign the other Side's record.")] = False,
    exchange: Annotated[bool, typer.Option("--exchange", help="Make a new exchange key, which authenticates working papers.")] = False,
    letter: LetterOption = None,
    fingerprint: Annotated[str, typer.Option(help="Fingerprint of the other Side's new keys, as it read it out.")] = "",
    give_up: Annotated[bool, typer.Option("--give-up", help="Take back our seal of terms that are not in force yet.")] = False,
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Renew keys of a node that stand in the terms of a room: the Side whose keys they are proposes, all Sides seal, each finds the other's seal valid.

    It does whatever is due on this node; run it on both, with an exchange between, until it says that the keys are in the terms. In a further room, the same
    options propose the keys that were made for the first. Stop the node's server before.

    Examples: `cochair keys renew node-in --cosign --letter letter.pdf`;
    `cochair keys renew node-ru --letter letter.pdf --fingerprint "01234 56789 …"`
    """
    if give_up and (cosign or exchange or letter):
        raise CochairError("New keys are either given up or proposed", "Leave out --give-up, or all others")
    if (cosign or exchange) and not letter:
        raise CochairError("Our Side settles its new keys by a letter", "Give the secretary's letter: --letter FILE")
    scan = files.read(letter, limit=files.ORIGINAL_LIMIT, what="the scan of the letter") if letter else b""
    missing = _lost(folder, cosign=cosign, exchange=exchange)  # first: without its newest keys the node does not open
    if missing:
        renew_keys(folder, **missing)
    with opened(folder) as node:
        chosen, done = the_room(node, room), list[str]()
        if give_up:
            done.append(f"Taken back: {terms.withdraw_terms(node, chosen, secretary(node))}.")
        elif cosign or exchange:
            _propose(node, chosen, scan, done, cosign=cosign, exchange=exchange)
        waits = "" if give_up else due(node, chosen, scan, fingerprint, done)
        receiving.authenticate(node, chosen)
        write_tree(node, chosen)
        sides = {each["side"]: _shown(each) for each in node.terms(chosen)["sides"]}
        ours = _told(node, chosen)
    lines = [*done, *([f"Fingerprint of our new keys, to be read to the other Side: {ours}"] if ours else []), *([waits] if waits else [])]
    lines += [line for side, each in sides.items() for line in _lines(side, each)]
    show.result({"done": done, "waits": waits, "fingerprint": ours, "sides": sides}, json, lines)


def _lost(folder: Path, *, cosign: bool, exchange: bool) -> dict[str, bool]:
    """Which of the keys that are to be renewed are not in the signer's folder: without another one the node does not open."""
    public, signer = load_public_keys(folder), folder / "signer"
    names = {"cosign": public.cosigns, "exchange": public.exchanges}
    found = {}
    for use, asked in (("cosign", cosign), ("exchange", exchange)):
        name = use if len(names[use]) == 1 else f"{use}-{names[use][-1]}"
        if asked and not any((signer / f"{name}{ending}").exists() for ending in (".pem", ".token")):
            found[use] = True
    return found


def _propose(node: Node, room: str, letter: bytes, done: list[str], *, cosign: bool, exchange: bool) -> None:
    """Propose and seal terms with our new keys; those that were made and that this room does not name yet are taken, before others are made."""
    if (state := terms.open_terms(node, room)) is not None:
        raise Conflict(
            f"Terms that {state.seals[0].side} proposed are not in force yet", "Settle them first, without --cosign and --exchange"
        )
    terms.require_others(node, node.terms(room))
    named, public = node.named(room), load_public_keys(node.folder)
    renew_keys(
        node.folder,
        cosign=cosign and public.cosign_vkey() in renewals.all_cosigners(named),
        exchange=exchange and public.exchange in renewals.exchange_keys(named),
    )
    digest = terms.propose_renewal(node, room, secretary(node))
    done.append(f"Sealed the terms with our new keys by our letter: {terms.seal_terms(node, room, secretary(node), digest, letter)}")


def due(node: Node, room: str, letter: bytes, fingerprint: str, done: list[str]) -> str:
    """Do what is due here of terms that some Side has sealed; `done` grows -> what is waited for ("": nothing)."""
    state = terms.open_terms(node, room)
    if state is None:
        return ""
    standing = [seal for seal in state.seals if not seal.revoked]
    digest, who = standing[0].manifest, secretary(node)
    told = [f"The terms bring new root keys of {side}." for side in terms.new_roots(node, room, digest)]
    told += [f"The terms renew keys of the node of {side}." for side in terms.renewals_in(node, room, digest)]
    if not any(seal.side == node.side for seal in standing):
        if not letter:
            raise CochairError(" ".join([*told, "Our Side has not sealed them"]), "Give the secretary's letter: --letter FILE")
        done.append(f"Sealed the terms by our letter: {terms.seal_terms(node, room, who, digest, letter, fingerprint)}")
    unsaid = [seal for seal in standing if seal.side != node.side and not any(one.side == node.side for one in seal.findings)]
    done += [f"Found the seal of {seal.side} valid: {terms.find_terms(node, room, who, seal.id)}" for seal in unsaid]
    return "The other Side is next: pull on both nodes, then run this on the other." if terms.open_terms(node, room) else ""


def secretary(node: Node) -> Actor:
    """Who settles terms by letters."""
    return Actor(node.side, "secretary", frozenset({"secretary"}))


def _told(node: Node, room: str) -> str:
    """The fingerprint of our new keys while the terms that name them are not in force, "" if there are none."""
    state = terms.open_terms(node, room)
    digest = next((seal.manifest for seal in state.seals if not seal.revoked), "") if state else ""
    if not digest or node.side not in terms.renewals_in(node, room, digest):
        return ""
    return next(renewals.keys_print(each) for each in node.structural(room, digest)["sides"] if each["side"] == node.side)


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    """The keys of a Side that terms name, and those that ended, up to which heads."""
    ended = [
        {"key": one.cosign_key, "heads": {of: head.size for of, head in one.heads.items()}}
        for one in renewals.ended(entry)
        if one.cosign_key
    ]
    return {"cosign": entry["cosign_key"], "exchange": entry["exchange_key"], "fingerprint": renewals.keys_print(entry), "ended": ended}


def _lines(side: str, shown: dict[str, Any]) -> list[str]:
    return [
        f"Keys of the node of {side}: {shown['fingerprint']}",
        *(
            f"  {side} cosigned up to {size} entries of {of} with the key {key_print(parse_vkey(one['key'], COSIGNATURE)[1].hex())}"
            for one in shown["ended"]
            for of, size in one["heads"].items()
        ),
    ]
