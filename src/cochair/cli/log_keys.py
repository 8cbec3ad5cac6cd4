"""`cochair keys roots | request | change | mandate | end`: the keys of a node's record and of its people, over the years (`docs/operate/keys.md`)."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.cli import files, show
from cochair.cli.ceremony import describe
from cochair.cli.opening import FolderArgument, RoomOption, opened, slug, the_room
from cochair.cli.renewing import LetterOption, due, secretary
from cochair.exchange import sealing
from cochair.kit.errors import CochairError, Rejected
from cochair.kit.ids import check_hex
from cochair.ledger import dsse
from cochair.ledger.keychanges import claimed
from cochair.ledger.notes import NOTE_LIMIT, parse_vkey
from cochair.protocol import mandates, terms
from cochair.record import changes
from cochair.record.log_keys import next_log_key, root_sets, set_root_sets
from cochair.record.node import Node
from cochair.record.roots import FILE_LIMIT, Roots, key_print, parse_roots, roots_print
from cochair.record.tree import write_tree


def roots(
    folder: FolderArgument,
    public: Annotated[Path | None, typer.Option(help="The public file of our Side's ceremony, roots.public.")] = None,
    letter: LetterOption = None,
    fingerprint: Annotated[str, typer.Option(help="Fingerprint of the other Side's root keys, as it read it out.")] = "",
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Bring root keys into the terms of a room: the Side whose keys they are proposes, all Sides seal, each finds the other's seal valid.

    It does whatever is due on this node; run it on both, with an exchange between, until it says that the keys are in the terms.
    Before a room is founded, it tells the node which root keys the founding terms shall name.

    Examples: `cochair keys roots node-in --public roots.public --letter letter.pdf`;
    `cochair keys roots node-ru --letter letter.pdf --fingerprint "01234 56789 …"`
    """
    given = parse_roots(files.read(public, limit=FILE_LIMIT, what="the file roots.public of the ceremony")) if public else None
    scan = files.read(letter, limit=files.ORIGINAL_LIMIT, what="the scan of the letter") if letter else b""
    with opened(folder) as node:
        if given:
            _tell_signer(node, given)
        if not node.rooms():
            value: dict[str, Any] = {
                "done": ["The node knows its root keys."],
                "waits": "",
                "roots": {node.side: (root_sets(folder) or [[]])[-1]},
            }
        else:
            value = _settle(node, the_room(node, room), given, scan, fingerprint)
    lines = [*value["done"], *([value["waits"]] if value["waits"] else [])]
    lines += [
        f"Root keys of {side}: {roots_print(side, keys)}" if keys else f"Root keys of {side}: none" for side, keys in value["roots"].items()
    ]
    show.result(value, json, lines)


def _tell_signer(node: Node, given: Roots) -> None:
    if (given.side, given.domain) != (node.side, node.domain):
        raise Rejected(
            f"The root keys are of {given.side} at {given.domain}, not of {node.side} at {node.domain}", "Take our Side's own file"
        )
    set_root_sets(node.folder, [*root_sets(node.folder), given.keys])


def _settle(node: Node, room: str, given: Roots | None, letter: bytes, fingerprint: str) -> dict[str, Any]:
    done: list[str] = []
    standing = node.named(room).get("root_keys")
    if terms.open_terms(node, room) is None and given and given.keys != standing:
        if not letter:
            raise CochairError("Our Side has not sealed these terms", "Give the secretary's letter: --letter FILE")
        digest = terms.propose_roots(node, room, secretary(node), given.keys)
        done.append(f"Sealed the terms with our root keys by our letter: {terms.seal_terms(node, room, secretary(node), digest, letter)}")
    waits = due(node, room, letter, fingerprint, done)
    write_tree(node, room)
    after = {each["side"]: each.get("root_keys") or [] for each in node.terms(room)["sides"]}
    if not waits and after.get(node.side):
        inforce = [
            keys
            for one in node.rooms()
            for each in node.terms(one)["sides"]
            if each["side"] == node.side and (keys := each.get("root_keys"))
        ]
        set_root_sets(node.folder, inforce)  # older sets are obeyed no more
    return {"done": done, "waits": waits, "roots": after}


def request(
    folder: FolderArgument,
    out: Annotated[Path | None, typer.Option(help="File for the request, to be brought to the custodians.")] = None,
    size: Annotated[int | None, typer.Option(min=0, help="Entries that stand; all that are here, if left out.")] = None,
    key: Annotated[str, typer.Option(help="Public key (hex) of a log key that was made before; a new one is made if left out.")] = "",
    give_up: Annotated[bool, typer.Option("--give-up", help="Write the record again under the key that it has.")] = False,
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Make a new log key and ask the custodians to let the record go on with it. Until then the record is not written.

    Stop the node's server before. Example: `cochair keys request node-in --out change.request`
    """
    if bool(out) == give_up:
        raise CochairError("Nothing was asked for", "Give --out FILE for a request, or --give-up")
    if out:
        files.fresh(out)
    public = (key and check_hex(key, 32)) or ("" if give_up else next_log_key(folder))  # first: without any log key the node does not open
    with opened(folder) as node:
        chosen = the_room(node, room)
        if out is None:
            held = changes.release(node, chosen)
            show.result({"released": held}, json, ["The record is written again." if held else "The record was not held."])
            return
        change = changes.request(node, chosen, public, size)
        files.write_new(out, change.text().encode())
        value = {"request": str(out), "origin": change.origin, "size": change.size, "key": public, "fingerprint": key_print(public)}
    show.result(value, json, [*describe(change), f"Request: {out}. The record is not written until the change is done (or --give-up)."])


def change(
    folder: FolderArgument,
    note: Annotated[Path, typer.Argument(metavar="CHANGE", help="The change, signed by two custodians.")],
    cut: Annotated[bool, typer.Option("--cut", help="Cut off, and keep as evidence, what stands in our record beyond the change.")] = False,
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Take a change of a log key: of our own record, which goes on under the new key at once, or of the other Side's.

    Example: `cochair keys change node-in change.signed`
    """
    data = files.read(note, limit=NOTE_LIMIT, what="the change that two custodians signed")
    told = claimed(data)
    with opened(folder) as node:
        chosen = the_room(node, room or told.room)
        if told.origin == node.origin(chosen):
            entry = changes.apply(node, chosen, data.decode(), beyond=cut)
            sealing.own_recipient(node, chosen)  # where bundles are sealed to is said under the new key
            lines = [f"{told.origin} goes on under the new key from {told.size} entries on: {entry}"]
        else:
            entry = ""
            new = changes.take(node, chosen, data.decode())
            lines = [
                f"Taken: nothing beyond {told.size} entries of {told.origin} is accepted under its old key." if new else "It was known."
            ]
        write_tree(node, chosen)
        keys = shown(node, chosen)
    show.result({"entry": entry, "keys": keys}, json, [*lines, *key_lines(keys)])


def shown(node: Node, room: str) -> dict[str, list[dict[str, Any]]]:
    """Record -> its keys: from which size, public key, fingerprint."""
    found = {}
    for side in (node.side, *node.peers(room)):
        origin = node.origin(room, side=side)
        known = changes.keys_of(node, room, origin)
        sizes = [0, *(each.size for each in known.changes)]
        publics = [parse_vkey(key)[1].hex() for key in known.all]
        found[origin] = [{"from": at, "key": key, "fingerprint": key_print(key)} for at, key in zip(sizes, publics, strict=True)]
    return found


def key_lines(keys: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The keys of each record by size, for people."""
    return [f"{origin}, from {one['from']} entries on: {one['fingerprint']}" for origin, each in keys.items() for one in each]


def mandate(
    folder: FolderArgument,
    post: Annotated[str, typer.Option(help="The post, by its entry, such as IN/record/7.")],
    body: Annotated[str, typer.Option(help="The body, by its entry.")],
    public: Annotated[str, typer.Option(help="The public key in hex, as `cochair keys new` printed it.")],
    suite: Annotated[str, typer.Option(help=f"One of {', '.join(dsse.SUITES)}.")] = dsse.ED25519,
    since: Annotated[str, typer.Option(help="First day, such as 2026-09-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day, if it is known.")] = "",
    person: Annotated[str, typer.Option(help="Name of the person in the record (32 hex digits), if he has one.")] = "",
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Bind a personal key to a post of our Side.

    Example: `cochair keys mandate node-in --post IN/record/4 --body IN/record/1 --public … --since 2026-09-01`
    """
    with opened(folder) as node:
        chosen = the_room(node, room)
        who = secretary(node)
        entry = mandates.file_mandate(
            node, chosen, who, post=post, body=body, public=public, suite=suite, since=since, until=until or None, person=person
        )
        with node.read() as tx:
            made = next(one for one in mandates.mandates(tx, chosen, node.side) if one.id == entry)
        name = slug(node, chosen)
    show.result(
        {"mandate": entry, "person": made.person, "key": made.key},
        json,
        [f"Mandate {entry} in {name}: key {made.key}, person {made.person}"],
    )


def end(
    folder: FolderArgument,
    mandate_: Annotated[str, typer.Argument(metavar="MANDATE", help="The mandate, by its entry, such as IN/record/9.")],
    until: Annotated[str, typer.Option(help="The last day on which it stood, such as 2026-09-30.")],
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """End the mandate of a key that was lost, or whose holder has left the post. What he sealed before stands.

    Example: `cochair keys end node-in IN/record/9 --until 2026-09-30`
    """
    with opened(folder) as node:
        who = secretary(node)
        entry = mandates.end_mandate(node, the_room(node, room), who, mandate_, until)
    show.result({"entry": entry}, json, [f"The mandate {mandate_} ended with {until}: {entry}"])
