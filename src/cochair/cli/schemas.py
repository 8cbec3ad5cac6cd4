"""`cochair record schema show | adopt | withdraw`: new versions of schemas, adopted by all Sides of a room (`docs/operate/schemas.md`)."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.accounts.rights import Actor
from cochair.cli import files, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, the_room
from cochair.kit.errors import CochairError
from cochair.protocol import schemas
from cochair.protocol.schemas import Change
from cochair.record.node import Node
from cochair.record.tree import write_tree

app = typer.Typer(help="Which schemas a room writes in, and the adopting of new ones by all Sides.", no_args_is_help=True)


@app.command(name="show")
def show_(folder: FolderArgument, room: RoomOption = "", json: show.JsonOption = False) -> None:
    """Say what the room has adopted, what a Side has proposed, what this program could adopt, and what of the logs it cannot read.

    Example: `cochair record schema show node-in`
    """
    with opened(folder) as node:
        value = _state(node, the_room(node, room))
    lines = [f"In force beside the schemas of the first release: {', '.join(value['adopted']) or 'none'}."]
    for name, words in (("proposed", "Proposed for adoption:"), ("adoptable", "This program could adopt:")):
        lines += [words, *(line for one in value[name] for line in _lines(one))] if value[name] else []
    lines += [f"Our Side has {'' if value['sealed'] else 'not '}sealed what is proposed."] if value["proposed"] else []
    lines += [f"{origin} {why}." for origin, why in value["stops"].items()]
    show.result(value, json, lines)


@app.command()
def adopt(
    folder: FolderArgument,
    letter: Annotated[Path | None, typer.Option(help="Scan of the letter by which our secretary settles the schemas.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Propose only this schema, such as meetings.letter/2; may be repeated.")] = None,
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Adopt new schemas in a room: one Side proposes, all Sides seal by a letter of their secretary, each finds the other's seal valid.

    It does whatever is due on this node; run it on both, with a `cochair node pull` between, until it says that they are in force.

    Example: `cochair record schema adopt node-in --letter letter.pdf`
    """
    scan = files.read(letter, limit=files.ORIGINAL_LIMIT, what="the scan of the letter") if letter else b""
    with opened(folder) as node:
        chosen = the_room(node, room)
        done, waits = _adopt(node, chosen, scan, only or [])
        write_tree(node, chosen)  # where the other Side pulls from the folder, it finds the whole of it
        adopted = sorted(node.schemas(chosen))
    last = waits or f"In force beside the schemas of the first release: {', '.join(adopted)}."
    show.result({"done": done, "waits": waits, "adopted": adopted}, json, [*done, last])


@app.command()
def withdraw(folder: FolderArgument, room: RoomOption = "", json: show.JsonOption = False) -> None:
    """Take back our seal of the schemas that are proposed. What all Sides have adopted stays.

    Example: `cochair record schema withdraw node-in`
    """
    with opened(folder) as node:
        chosen = the_room(node, room)
        entry = schemas.withdraw_schemas(node, chosen, _who(node))
        write_tree(node, chosen)
    show.result({"entry": entry}, json, [f"Taken back: {entry}. It is free once the other Side has acknowledged it: exchange."])


def _who(node: Node) -> Actor:
    return Actor(node.side, "secretary", frozenset({"secretary"}))


def _state(node: Node, room: str) -> dict[str, Any]:
    state = schemas.open_slot(node, room)
    digest = next((seal.manifest for seal in state.seals if not seal.revoked), None) if state else None
    proposed = schemas.added(node, room, digest) if digest else {}
    return {
        "adopted": {name: one.program for name, one in sorted(node.schemas(room).items())},
        "proposed": [_plain(one) for one in schemas.explain(node.registry, proposed)],
        "list": digest,
        "sealed": any(seal.side == node.side and not seal.revoked for seal in state.seals) if state else False,
        "adoptable": [_plain(one) for one in schemas.explain(node.registry, schemas.adoptable(node, room)) if one.schema not in proposed],
        "stops": {origin: why for origin, why in node.waiting(room).items() if why.startswith("needs version")},
    }


def _plain(one: Change) -> dict[str, Any]:
    return {**one._asdict(), "fields": dict(one.fields)}


def _lines(one: dict[str, Any]) -> list[str]:
    """What one schema changes, for people."""
    if not one["known"]:
        return [
            f"  {one['schema']}: not known to this program, or not in this meaning. It needs version {one['program']} of Cochair: update, then seal."
        ]
    words = {"new": "new", "changed": "changed", "gone": "no longer there"}
    fields = ", ".join(f"{name} ({words[what]})" for name, what in one["fields"].items()) or "no field"
    return [
        f"  {one['schema']}: {one['title']}. Against the version before: {fields}.",
        f"    A node with a program older than {one['program']} stops reading at the first entry that uses it, and goes on when it is updated.",
    ]


def _adopt(node: Node, room: str, letter: bytes, only: list[str]) -> tuple[list[str], str]:
    """Do what is due here -> what was done, what is waited for ("": nothing)."""
    done: list[str] = []
    state = schemas.open_slot(node, room)
    mine = [seal for seal in state.seals if seal.side == node.side and not seal.revoked] if state else []
    if not mine:
        standing = next((seal.manifest for seal in state.seals if not seal.revoked), None) if state else None
        if standing is None and not only and node.schemas(room) and not schemas.adoptable(node, room):
            return [], ""
        digest = standing or schemas.propose_schemas(node, room, _who(node), only)
        named = ", ".join(schemas.added(node, room, digest))
        if not letter:
            raise CochairError(f"Our Side has not sealed these schemas: {named}", "Give the secretary's letter: --letter FILE")
        done.append(f"Sealed the adoption of {named} by our letter: {schemas.seal_schemas(node, room, _who(node), digest, letter)}")
    theirs = [seal for seal in state.seals if seal.side != node.side] if state else []
    unsaid = [seal for seal in theirs if not seal.revoked and not any(one.side == node.side for one in seal.findings)]
    done += [f"Found the seal of {seal.side} valid: {schemas.find_schemas(node, room, _who(node), seal.id)}" for seal in unsaid]
    return done, "The other Side is next: pull on both nodes, then run this on the other." if schemas.open_slot(node, room) else ""
