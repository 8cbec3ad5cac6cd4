"""`cochair record`: look into a node's logs, check everything, heal what is damaged, say what is wrong and prove it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.accounts.rights import Actor
from cochair.cli import schemas, show, verification
from cochair.cli.opening import FolderArgument, RoomOption, opened, slug, the_room
from cochair.cli.verify import check_evidence, read_anchor
from cochair.exchange import carry
from cochair.exchange import heal as healing
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, NotFound, Rejected
from cochair.kit.ids import Origin, parse_origin
from cochair.ledger.entries import Entry, decode
from cochair.protocol import endings
from cochair.record import faults
from cochair.record.node import Node
from cochair.record.tree import write_tree

app = typer.Typer(help="A node's record: its logs, and the tables that follow from them.", no_args_is_help=True)
app.add_typer(schemas.app, name="schema")


@app.command()
def log(
    folder: FolderArgument,
    room: RoomOption = "",
    side: Annotated[str, typer.Option(help="Only the logs of this Side.")] = "",
    name: Annotated[str, typer.Option("--log", help="Only this log: record, or a working log such as w-IN-4.")] = "",
    last: Annotated[int, typer.Option(min=0, help="Only so many entries of each log; 0 for all.")] = 20,
    json: show.JsonOption = False,
) -> None:
    """Show the entries of the logs that the node holds, the newest last.

    Example: `cochair record log node-in --side IN --last 5`
    """
    with opened(folder) as node:
        chosen = the_room(node, room)
        found: dict[str, list[tuple[int, Entry]]] = {}
        sizes = {origin: size for origin, (size, _root) in node.heads(chosen).items()}
        for origin, size in sizes.items():
            parts = parse_origin(origin)
            if side in ("", parts.side) and name in ("", parts.log):
                start = max(0, size - last) if last else 0
                found[origin] = [(start + at, _decoded(data)) for at, data in enumerate(node.entries(chosen, origin, start))]
    value = {
        origin: {"size": sizes[origin], "entries": [{"id": _id(parse_origin(origin), seq), **_plain(entry)} for seq, entry in entries]}
        for origin, entries in found.items()
    }
    lines = []
    for origin, entries in found.items():
        lines.append(f"{origin}: {sizes[origin]} entries")
        lines += [f"  {_id(parse_origin(origin), seq):24} {entry.at}  {entry.kind:10} {entry.schema}" for seq, entry in entries]
    show.result(value, json, lines)


@app.command()
def fsck(folder: FolderArgument, room: RoomOption = "", json: show.JsonOption = False) -> None:
    """Recompute every hash, head, checkpoint, paper and row, and name the first thing that differs. The status is 1 if anything does.

    Example: `cochair record fsck node-in`
    """
    with opened(folder) as node, show.working("Checking"):
        chosen = [the_room(node, room)] if room or not node.rooms() else node.rooms()
        problems = [(one, problem) for one in chosen for problem in node.fsck(one)]
        names = {one: slug(node, one) for one in chosen}
        heads = {one: {origin: size for origin, (size, _root) in node.heads(one).items()} for one in chosen}
        digests = {one: _digests(node, one) for one in chosen} if not problems else {}
        stops = {one: faults.unread(node, one) for one in chosen}
    value = {
        "rooms": {one: {"slug": names[one], "heads": heads[one], "digests": digests.get(one), "stops": stops[one]} for one in chosen},
        "problems": [{"room": one, "what": p.what, "where": p.where, "detail": p.detail} for one, p in problems],
    }
    lines = [f"{p.what}: {p.where}: {p.detail}" for _one, p in problems]
    lines += [f"{names[one]}: {sum(heads[one].values())} entries in {len(heads[one])} logs" for one in chosen]
    lines += [f"  {which:8} {digest}" for one in digests for which, digest in digests[one].items()]
    lines += [
        f"{origin} is read up to {at} entries and {why}: update Cochair, and it reads on"
        for one in chosen
        for origin, (at, why) in stops[one].items()
    ]
    well = "All is well." if not any(stops.values()) else "All that this program can read is well."
    show.result(value, json, [*lines, well if not problems else f"{len(problems)} problems."])
    if problems:
        raise typer.Exit(1)


@app.command()
def heal(
    folder: FolderArgument,
    room: RoomOption = "",
    source: Annotated[Path | None, typer.Option("--from", help="Folder with the other Side's tree, instead of its address.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A bundle of the other Side, instead of its address.")] = None,
    json: show.JsonOption = False,
) -> None:
    """Check everything, and heal what is damaged: entries, papers and contents from the own tree or the other Side, rows and tiles from the logs.

    Stop the server of the node before. The status is 1 if something could not be healed.

    Example: `cochair record heal node-in --from /media/stick/tree`
    """
    if source and bundle:
        raise CochairError("One source at a time", "Give --from or --bundle")
    with opened(folder) as node, show.working("Healing"):
        if bundle:
            with carry.unpacked(node, bundle) as (chosen, unpacked):
                done = {chosen: healing.heal(node, chosen, [unpacked])}
        else:
            rooms = [the_room(node, room)] if room or source or not node.rooms() else node.rooms()
            done = {one: healing.heal(node, one, [FolderSource(source)] if source else []) for one in rooms}
    found = [problem for one in done.values() for problem in one.found]
    left = [problem for one in done.values() for problem in one.left]
    lines = [f"found: {p.what}: {p.where}: {p.detail}" for p in found] + [f"left:  {p.what}: {p.where}: {p.detail}" for p in left]
    value = {
        name: [{"what": p.what, "where": p.where, "detail": p.detail} for p in each] for name, each in (("found", found), ("left", left))
    }
    show.result(value, json, [*lines, "All is well." if not left else f"{len(left)} problems could not be healed: try another copy."])
    if left:
        raise typer.Exit(1)


@app.command()
def end(
    folder: FolderArgument,
    instrument: Annotated[str, typer.Argument(help="The instrument whose working papers end, such as IN/record/12.")],
    why: Annotated[
        str,
        typer.Option(
            help="adopted: destroyed by both after adoption; anew: begun anew by both, after two heads that contradict each other."
        ),
    ],
    room: RoomOption = "",
    json: show.JsonOption = False,
) -> None:
    """Say for our Side that the working papers of an instrument end. Once both Sides have said so, each destroys them; `anew` proposes ours again in those that follow.

    Example: `cochair record end node-in IN/record/12 --why adopted`
    """
    if why not in ("adopted", "anew"):
        raise CochairError(f"{why} is no reason", "Give --why adopted, or --why anew")
    with opened(folder) as node:
        chosen = the_room(node, room)
        said = endings.say(node, chosen, Actor(node.side, "command line", frozenset({"secretary"})), instrument, why)  # type: ignore[arg-type]  # checked above
        write_tree(node, chosen)
        papers = endings.state(node, chosen, instrument)
    done = bool(papers.destroyed)
    words = (
        f"Destroyed here: {papers.before}. Now: {papers.log}."
        if done
        else f"Said: {said}. {papers.log} stays until the other Side says the same: exchange."
    )
    show.result({"entry": said, "log": papers.log, "before": papers.before, "destroyed": list(papers.destroyed)}, json, [words])


@app.command()
def rebuild(folder: FolderArgument, room: RoomOption = "", json: show.JsonOption = False) -> None:
    """Drop the joint tables of a room and make them anew from its logs. The digests must be those of the other Side at the same heads.

    Example: `cochair record rebuild node-in`
    """
    with opened(folder) as node, show.working("Rebuilding"):
        chosen = [the_room(node, room)] if room or not node.rooms() else node.rooms()
        for one in chosen:
            node.rebuild(one)
        digests = {one: _digests(node, one) for one in chosen}
        names = {one: slug(node, one) for one in chosen}
    lines = [f"{names[one]} {which:8} {digest}" for one in chosen for which, digest in digests[one].items()]
    show.result(digests, json, lines)


@app.command(name="faults")
def faults_(
    folder: FolderArgument,
    room: RoomOption = "",
    out: Annotated[Path | None, typer.Option(help="Write the files of evidence into this folder.")] = None,
    json: show.JsonOption = False,
) -> None:
    """Say what is wrong with any log that the node knows, and write the evidence as files that anybody can check. The status is 1 if anything is wrong.

    Example: `cochair record faults node-in --out evidence`
    """
    with opened(folder) as node:
        chosen = [the_room(node, room)] if room or not node.rooms() else node.rooms()
        found = {one: faults.troubles(node, one) for one in chosen}
        files = {f"{slug(node, one)}-{name}": data for one in chosen for name, data in faults.files(found[one])}
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (out / name).write_bytes(data)
    value = {
        one: [
            {"what": each.what, "level": each.level, "log": each.origin, "at": each.at, "words": faults.WORDS[each.what]}
            for each in each_room
        ]
        for one, each_room in found.items()
    }
    lines = [f"{each.level}: {each.origin}: {faults.WORDS[each.what]}." for each_room in found.values() for each in each_room]
    lines += [f"evidence: {out / name}" if out else f"evidence: {name} (write it with --out FOLDER)" for name in files]
    show.result(value, json, lines or ["Nothing is wrong with any log."])
    if any(found.values()):
        raise typer.Exit(1)


@app.command()
def evidence(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of evidence.")],
    room: Annotated[str, typer.Option(help="A trust file, got by another way than the evidence.")] = "",
    json: show.JsonOption = False,
) -> None:
    """Say what a file of evidence proves, offline. Exit status: 0 proven under keys of the trust file, 1 it proves nothing, 3 whose keys these are is not known.

    Example: `cochair record evidence conflicting-heads-RU-1.json --room trust.json`
    """
    if not file.is_file():
        raise NotFound(f"There is no file {file}", "Check the name")
    line = check_evidence(file, read_anchor(room) if room else None)
    show.result(verification.line_value(line), json, verification.line_words(line))
    if line.status:
        raise typer.Exit(line.status)


def _digests(node: Node, room: str) -> dict[str, str]:
    return {"record": node.state_digest(room, "record"), "working": node.state_digest(room, "working")}


def _id(origin: Origin, seq: int) -> str:
    return f"{origin.side}/{origin.log}/{seq}"


def _decoded(data: bytes) -> Entry:
    """The entry, or for bytes that are none (kept, and not counted) one that says so."""
    try:
        return decode(data)
    except Rejected:
        return Entry(v=0, log="", room="", seq=0, at="", salt="", kind="no-entry", schema="", body={"bytes": len(data)})


def _plain(entry: Entry) -> dict[str, Any]:
    return {"at": entry.at, "kind": entry.kind, "schema": entry.schema, "body": entry.body}
