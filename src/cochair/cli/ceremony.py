"""`cochair keys ceremony` and `cochair keys approve`: root keys, on a machine that never sees a node or a network.

The ceremony makes three key files, each under the passphrase of its custodian, the public file that goes to the node, and a protocol to be read aloud and signed in
ink. Later two custodians approve a change of a log key, one after the other, on such a machine again.
"""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cochair.cli import files, show
from cochair.cli.keys import PassphraseOption, passphrase
from cochair.kit.clock import SystemClock
from cochair.kit.errors import CochairError, Conflict
from cochair.kit.ids import check_side
from cochair.ledger.keychanges import ROOTS, KeyChange
from cochair.ledger.notes import NOTE_LIMIT, check_name
from cochair.record import keys as record_keys
from cochair.record.roots import Roots, approve, check_passphrase, create_root_keys, key_print, roots_print

_INTERFACES = Path("/sys/class/net")


def ceremony(
    folder: Annotated[Path, typer.Argument(help="New folder, best on a medium that leaves the machine.")],
    side: Annotated[str, typer.Option(help="Code of the Side, such as IN.")],
    domain: Annotated[str, typer.Option(help="Name of the Side's node, such as in.example.")],
    passphrase_file: Annotated[
        list[Path] | None, typer.Option(help="File with one custodian's passphrase; three times. Asked for on a terminal if left out.")
    ] = None,
    despite_network: Annotated[
        bool, typer.Option("--despite-network", help="For exercises: the machine has a network. The protocol says so.")
    ] = False,
    specimen: Annotated[bool, typer.Option("--specimen", help="For demonstrations: the protocol says SPECIMEN.")] = False,
    json: show.JsonOption = False,
) -> None:
    """Make the three root keys of a Side, of which two change a log key. On a machine without node or network.

    Example: `cochair keys ceremony /media/stick/roots --side IN --domain in.example`
    """
    check_side(side)
    check_name(domain)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty", "Choose a new folder")
    absolute = folder.absolute()
    if any((parent / "node.json").exists() for parent in (absolute, *absolute.parents)):
        raise CochairError("Root keys are not made in the folder of a node", "Take a machine that has no node")
    up = networks()
    if up and not despite_network:
        raise CochairError(
            f"This machine is on a network ({', '.join(up)})", "Unplug it and switch its radio off; for an exercise: --despite-network"
        )
    secrets = _secrets(passphrase_file or [])
    made = folder.exists()
    try:
        publics = _make(folder, Roots(side, domain, []), secrets, up, specimen=specimen)
    except BaseException:  # Ctrl-C as well: half a ceremony leaves no key that no protocol names
        for path in folder.glob("*"):
            path.unlink()
        if not made and folder.is_dir():
            folder.rmdir()
        raise
    told = [
        *(["SPECIMEN: a demonstration, no act of any state"] if specimen else []),
        f"Root keys of {side} at {domain}: {', '.join(f'root-{n}.pem' for n in range(1, ROOTS + 1))}, one for each custodian.",
        f"Fingerprint of the three: {roots_print(side, publics)}",
        f"Print {folder / 'protocol.txt'}, read it aloud, sign it. Bring {folder / 'roots.public'} to the node.",
    ]
    show.result({"side": side, "domain": domain, "keys": publics, "fingerprint": roots_print(side, publics), "network": up}, json, told)


def _make(folder: Path, roots: Roots, secrets: list[bytes], up: list[str], *, specimen: bool) -> list[str]:
    """Write the files of a ceremony into an empty folder -> the public keys in hex."""
    publics = create_root_keys(folder, secrets)
    for number, secret in enumerate(secrets, 1):  # what cannot be opened again is no key
        key = record_keys.read_person_key(folder / f"root-{number}.pem", secret)
        if key.public.data.hex() != publics[number - 1]:
            raise CochairError(f"root-{number}.pem does not hold what was written", "Use another medium, and begin again")
    roots = msgspec.structs.replace(roots, keys=publics)
    files.write_new(folder / "roots.public", roots.file())
    files.write_new(folder / "protocol.txt", _protocol(roots, up, specimen=specimen).encode())
    return publics


def networks() -> list[str]:
    """Names of the machine's network interfaces that are up, but for the loopback."""
    found = []
    for path in sorted(_INTERFACES.iterdir()) if _INTERFACES.is_dir() else []:
        try:
            state = (path / "operstate").read_text().strip()
        except OSError:
            continue
        if path.name != "lo" and state != "down":
            found.append(path.name)
    return found


def _secrets(given: list[Path]) -> list[bytes]:
    if given:
        if len(given) != ROOTS:
            raise CochairError(f"There are {ROOTS} custodians", f"Give --passphrase-file {ROOTS} times")
        return [passphrase(path) or b"" for path in given]
    if not sys.stdin.isatty():
        raise CochairError("The custodians' passphrases are not given", "Run it on a terminal, or give --passphrase-file three times")
    print(f"{ROOTS} custodians are needed. Each types a passphrase that only he knows; nobody else looks.")
    secrets: list[bytes] = []
    for number in range(1, ROOTS + 1):
        secrets.append(_secret(number, secrets))
    return secrets


def _secret(number: int, others: list[bytes]) -> bytes:
    """What a custodian types, twice the same; what will not do is said at once, while he sits there."""
    while True:
        typed = str(typer.prompt(f"Custodian {number}: your passphrase", hide_input=True)).encode()
        try:
            check_passphrase(typed, others)
        except CochairError as error:
            print(f"{error.what}. {error.next_step}.")
            continue
        if str(typer.prompt("The same again", hide_input=True)).encode() == typed:
            return typed
        print("These two are not the same.")


def _protocol(roots: Roots, up: list[str], *, specimen: bool) -> str:
    lines = [
        *(["SPECIMEN. A demonstration, no act of any state.", ""] if specimen else []),
        "PROTOCOL OF THE CEREMONY OF ROOT KEYS",
        "",
        f"Side {roots.side}, node {roots.domain}",
        f"Time by the clock of the machine: {SystemClock().now()}",
        f"Network: {'none was up' if not up else ', '.join(up) + ' was up: an exercise, not a ceremony'}",
        "",
        "Two of these three keys together change the key of the Side's record. One alone does nothing.",
        "",
    ]
    for number, public in enumerate(roots.keys, 1):
        lines += [f"Key {number}, file root-{number}.pem", f"  public key   {public}", f"  fingerprint  {key_print(public)}", ""]
    lines += [
        "Fingerprint of the three together, to be read to the other Side:",
        f"  {roots_print(roots.side, roots.keys)}",
        "",
        "Read aloud and done:",
        "  [ ] Each custodian chose a passphrase that nobody else knows.",
        "  [ ] Each fingerprint was read from the screen by one person and compared on paper by another.",
        "  [ ] Each custodian took his own file on a medium of his own; the other two files were removed from it.",
        "  [ ] The folder on this machine was destroyed, and the machine was not joined to a network before.",
        "  [ ] roots.public and this protocol went to the secretary.",
        "",
        *(f"Custodian {number}: ______________________________" for number in range(1, ROOTS + 1)),
        "Secretary:   ______________________________",
        "",
    ]
    return "\n".join(lines)


def approve_(
    request: Annotated[Path, typer.Argument(metavar="CHANGE", help="The request of the node, or what the other custodian wrote.")],
    key: Annotated[Path, typer.Option(help="The custodian's root key file.")],
    out: Annotated[Path, typer.Option(help="File for the change with this signature.")],
    passphrase_file: PassphraseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even on a terminal.")] = False,
    json: show.JsonOption = False,
) -> None:
    """Sign a change of a log key with one root key. Two custodians sign, one after the other, the second what the first wrote.

    Example: `cochair keys approve change.request --key root-1.pem --out change.1`
    """
    data = files.read(request, limit=NOTE_LIMIT, what="the file that `cochair keys request` wrote")
    files.fresh(out)
    secret = passphrase(passphrase_file)
    if secret is None and sys.stdin.isatty():
        secret = typer.prompt("Passphrase of the custodian", hide_input=True).encode()
    change, note = approve(data, key, secret)
    told = describe(change)
    if not json:
        print("\n".join(told))
    if sys.stdin.isatty() and not yes and not json and not typer.confirm("Sign this?"):
        raise CochairError("Nothing was signed", "Run the command again when it shall be signed")
    files.write_new(out, note)
    signed = note.decode().count("\n— ")
    left = "Two custodians have signed: bring it to both nodes." if signed > 1 else "One more custodian signs this file."
    show.result({"written": str(out), "signatures": signed, "origin": change.origin, "size": change.size}, json, [f"Written: {out}", left])


def describe(change: KeyChange) -> list[str]:
    """What a change says, to be read aloud."""
    return [
        f"Record    {change.origin}",
        f"Room      {change.room}",
        f"From      {change.size} entries on; what is signed beyond by another key does not count",
        f"Root      {change.root.hex()}",
        f"New key   {change.public.hex()}",
        f"          fingerprint {key_print(change.public.hex())}",
    ]
