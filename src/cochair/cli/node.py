"""`cochair node`: make a node, serve it, exchange with the other Side, keep copies of it."""

import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.cli import copies, pairing, show
from cochair.cli.opening import FolderArgument, RoomOption, opened, registry, slug, the_room, web
from cochair.exchange import recover, run
from cochair.exchange.pull import Pulled
from cochair.exchange.sources import FolderSource
from cochair.kit.errors import CochairError, Conflict, NotFound, Rejected
from cochair.record import faults
from cochair.record.node import Node
from cochair.record.token import TokenSettings
from cochair.record.tree import open_tree

app = typer.Typer(help="One Side's node, in one folder.", no_args_is_help=True)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder for the node.")],
    side: Annotated[str, typer.Option(help="Code of the Side, such as IN.")],
    domain: Annotated[str, typer.Option(help="Name of the node, such as in.example; it stands in its logs for ever.")],
    database_url: Annotated[str | None, typer.Option(help="postgresql://…#schema; SQLite in the folder if left out.")] = None,
    specimen: Annotated[bool, typer.Option("--specimen", help="For demonstrations: every page and paper says SPECIMEN.")] = False,
    pkcs11: Annotated[str, typer.Option(metavar="TOKEN", help="Keep log and cosigning key in this token (label, or slot number).")] = "",
    pkcs11_module: Annotated[str, typer.Option(help="The token's library, for --pkcs11.", envvar="COCHAIR_PKCS11_MODULE")] = "",
    pin_file: Annotated[Path | None, typer.Option(help="File (mode 0600) with the token's PIN; else COCHAIR_PIN at each start.")] = None,
    json: show.JsonOption = False,
) -> None:
    """Make a node: its keys, its sign-ledger, its database.

    Example: `cochair node init node-in --side IN --domain in.example`
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty", "Choose a new folder")
    token = _token(pkcs11, pkcs11_module, pin_file)
    made = not folder.exists()
    try:
        node = Node.init(folder, side=side, domain=domain, registry=registry(), database_url=database_url, specimen=specimen, token=token)
    except BaseException:
        if made:
            _remove(folder)
        raise
    node.close()
    told = [
        f"{folder}: a node of {side} at {domain}" + (", SPECIMEN" if specimen else ""),
        f"Its keys are in {folder / 'signer'}" + (f" and in the token {token.token}" if token else "") + ": copy them apart.",
    ]
    show.result({"folder": str(folder), "side": side, "domain": domain, "specimen": specimen}, json, told)


def _token(name: str, module: str, pin_file: Path | None) -> TokenSettings | None:
    if not name:
        return None
    if not module:
        raise CochairError("The token's library is not named", "Give it with --pkcs11-module, such as /usr/lib/softhsm/libsofthsm2.so")
    return TokenSettings(module, name, str(pin_file.absolute()) if pin_file else "")


def _remove(folder: Path) -> None:
    """Take away a folder that was begun and not finished; nothing was in it before."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


app.command()(pairing.pair)
app.command()(pairing.join)


@app.command()
def serve(
    folder: FolderArgument,
    host: Annotated[str, typer.Option(help="Address or name of this machine to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8000,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    every: Annotated[float, typer.Option(min=0, help="Seconds between exchanges with the other Side; 0 for none.")] = 60,
) -> None:
    """Serve the node's pages, and its tree to the other Side's node, until Ctrl-C; exchange with it now and then.

    Example: `cochair node serve node-in --host 0.0.0.0 --port 8443 --tls-cert in.crt --tls-key in.key`
    """
    if bool(tls_cert) != bool(tls_key):
        raise CochairError("A certificate and its key belong together", "Give both --tls-cert and --tls-key, or neither")
    _is_node(folder)
    if tls_cert and tls_key:
        _check_pair(tls_cert, tls_key)
    with _exchanging(folder, every):
        web("serve").serve(folder, host, port, tls_cert, tls_key)


def _is_node(folder: Path) -> None:
    if not (folder / "node.json").is_file():
        raise NotFound(f"There is no node in {folder}", "Make one: cochair node init")


def _check_pair(certificate: Path, key: Path) -> None:
    """Raise `Rejected` unless both are PEM files that belong together: the server would say so too late, and less plainly."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        why = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise Rejected(
            f"{certificate} and {key} are not a certificate and its key: {why}", "Give two PEM files that belong together"
        ) from None


@contextmanager
def _exchanging(folder: Path, every: float) -> Iterator[None]:
    """Ask the other Sides for our own heads before the first page, then exchange beside the server, from a thread with a node object of its own."""
    if not every:
        yield
        return
    ended = threading.Event()
    with opened(folder) as node:
        for room in node.rooms():
            for where, why in recover.recover(node, room).problems.items():
                print(f"{slug(node, room)}: {where}: {why}", file=sys.stderr)
        thread = threading.Thread(target=_now_and_then, args=(node, every, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(30)


def _now_and_then(node: Node, every: float, ended: threading.Event) -> None:
    said: dict[str, str] = {}
    while True:
        for room in node.rooms():
            try:
                problems = run.exchange(node, room).problems
            except CochairError as error:
                problems = {"exchange": str(error)}
            except Exception as error:  # noqa: BLE001 -- the next turn must come whatever this one met
                problems = {"exchange": repr(error)}
            for where, why in problems.items():
                if said.get(where) != why:
                    print(f"{slug(node, room)}: {where}: {why}", file=sys.stderr, flush=True)
            said = problems
        if ended.wait(every):
            return


@app.command()
def seat(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    roles: Annotated[list[str], typer.Argument(metavar="ROLE...", help="secretary, cochair, lead, member, observer, operator.")],
    shown: Annotated[str, typer.Option(help="Name or post that pages print.")] = "",
) -> None:
    """Give somebody a seat on the node; the password is asked for, or read from the standard input.

    Example: `cochair node seat node-in secretary-in secretary --shown "Executive Secretary of the Indian Side"`
    """
    _is_node(folder)
    prompted = sys.stdin.isatty()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if prompted else sys.stdin.readline().rstrip("\n")
    web("serve").prepare(folder)
    web("seats").give_seat(name, password, roles, shown)
    print(f"{name}: {', '.join(sorted(roles))}")


@app.command()
def pull(
    folder: FolderArgument,
    room: RoomOption = "",
    source: Annotated[Path | None, typer.Option("--from", help="Folder with the other Side's tree, instead of its address.")] = None,
    json: show.JsonOption = False,
) -> None:
    """Exchange once: take what the other Side wrote, check it, acknowledge, cosign, and bring the own tree up to date.

    Example: `cochair node pull node-in`, `cochair node pull node-in --from /media/stick/tree`
    """
    tree = FolderSource(source) if source else None
    came: dict[str, dict[str, Any]] = {}
    with opened(folder) as node, show.working("Exchanging"):
        for one in [the_room(node, room)] if room or source or not node.rooms() else node.rooms():
            pulled: Pulled = run.exchange(node, one, tree)
            came[one] = run.as_json(pulled)
        names = {one: slug(node, one) for one in came}
    show.result(came, json, [f"{names[one]}: {line}" for one, each in came.items() for line in show.pulled(each)])
    if any(each["problems"] for each in came.values()):
        raise typer.Exit(1)


@app.command()
def check(folder: FolderArgument, json: show.JsonOption = False) -> None:
    """Look whether the node is fit: keys, sign-ledger, heads, what waits, where the peers are.

    Exit status: 0 all is well; 1 something is to be done here, or waits; 4 two histories of one log, of the other Side's or our own: people must act.

    Example: `cochair node check node-in`
    """
    with opened(folder) as node:
        bad = [why for _origin, why in sorted(node.halted.items())]
        if node.ask_first:
            bad.append("It was restored and has not asked the other Sides yet: cochair node recover")
        rooms: dict[str, dict[str, Any]] = {}
        known = run.addresses(node)
        grave = False
        for room in node.rooms():
            waiting = _waiting(node, room)
            bad += [f"{origin}: {why}" for origin, why in waiting.items()]
            troubles = faults.troubles(node, room)
            bad += [f"{one.level}: {one.origin}: {faults.WORDS[one.what]}" for one in troubles]
            grave |= any(one.what in faults.GRAVE for one in troubles)
            peers = {side: _place(known.get(room, {}).get(side, run.Address())) for side in node.peers(room)}
            heads = {origin: size for origin, (size, _root) in node.heads(room).items()}
            rooms[room] = {"slug": slug(node, room), "heads": heads, "waiting": waiting, "peers": peers}
        value = {"side": node.side, "domain": node.domain, "specimen": node.specimen, "rooms": rooms, "problems": bad}
        lines = [f"{folder}: {node.side} at {node.domain}" + (", SPECIMEN" if node.specimen else "")]
    for each in rooms.values():
        lines += [f"room {each['slug']}", *(f"  {origin}: {size} entries" for origin, size in each["heads"].items())]
        lines += [f"  {side} {place}" for side, place in each["peers"].items()]
    show.result(value, json, [*lines, *(f"problem: {why}" for why in bad), *([] if bad else ["All is well."])])
    if bad:
        raise typer.Exit(4 if grave else 1)


def _waiting(node: Node, room: str) -> dict[str, str]:
    """What logs wait for, or that they cannot even be read."""
    try:
        return node.waiting(room)
    except CochairError as error:
        return {"record": str(error)}


@app.command()
def resume(
    folder: FolderArgument,
    decided: Annotated[str, typer.Option(help="Who decided, and what was found: kept in the program's log.")],
    json: show.JsonOption = False,
) -> None:
    """After a fork of our own: a person has looked into it, the second copy of the keys is found and gone, and the node may sign again. A log that forked stays halted.

    Example: `cochair node resume node-in --decided "Security officer: the old machine was still running; it is off and wiped"`
    """
    with opened(folder) as node:
        if not faults.stopped(node):
            raise Conflict("This node has not been stopped", "Nothing is to be decided: cochair node check")
        left = faults.resume(node)
        for room in node.rooms():
            faults.alarm("resumed", room, node.origin(room), decided)
        halted = dict(node.halted)
    lines = ["The node signs again.", *(f"Halted for ever: {origin}. Go on in a new room (docs/operate/recover.md)." for origin in left)]
    show.result({"forked": left, "halted": halted}, json, lines)


def _place(address: run.Address) -> str:
    return f"at {address.https}" if address.https else f"in {address.folder}" if address.folder else "by bundle only"


@app.command()
def publish(
    folder: FolderArgument,
    stop: Annotated[bool, typer.Option("--stop", help="Take the papers out again.")] = False,
    json: show.JsonOption = False,
) -> None:
    """Put papers into the node's folder `tree`, in clear, for another node that pulls from that folder or a copy of it. Over HTTPS and by bundle it is not needed.

    Example: `cochair node publish node-in`
    """
    with opened(folder) as node, show.working("Publishing"):
        open_tree(node, is_open=not stop)
        tree = node.publisher.tree
    show.result({"tree": str(tree), "papers": not stop}, json, [f"{tree}: {'without' if stop else 'with'} papers"])


app.command()(copies.backup)
app.command()(copies.restore)
app.command(name="recover")(copies.recover_)
app.command()(copies.regain)
