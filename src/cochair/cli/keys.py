"""`cochair keys`: the key with which a person signs. It is made and used on that person's own machine and never comes to a node.

The other commands of this group stand in `cli.ceremony` (root keys) and `cli.log_keys` (a node's record).
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cochair.cli import files, show
from cochair.kit.errors import CochairError
from cochair.ledger import dsse
from cochair.record import keys as record_keys
from cochair.record.closed import read_private

app = typer.Typer(help="Keys of the people who sign, root keys, and the keys of a node.", no_args_is_help=True)

PASSPHRASE = "COCHAIR_PASSPHRASE"  # noqa: S105 -- the name of a variable


def passphrase(given: Path | None) -> bytes | None:
    """The passphrase from a file's first line, else from the environment, else none."""
    if given is not None:
        return files.read(given, limit=4096, what="a file with the passphrase in its first line").split(b"\n", 1)[0].rstrip(b"\r") or None
    return os.environ.get(PASSPHRASE, "").encode() or None


def private(path: Path, secret: bytes | None) -> dsse.PrivateKey:
    """A person's key; asks for the passphrase on a terminal if the file has one. Raises `CochairError`."""
    if secret is None and sys.stdin.isatty() and b"ENCRYPTED" in read_private(path):
        secret = typer.prompt("Passphrase of the key", hide_input=True).encode()
    try:
        return record_keys.read_person_key(path, secret)
    except CochairError as error:
        if "node" in error.next_step:
            raise type(error)(error.what, "Make a key with: cochair keys new --out FILE") from None
        raise


PassphraseOption = Annotated[
    Path | None, typer.Option("--passphrase-file", help=f"File with the key's passphrase; else {PASSPHRASE}, else it is asked for.")
]


@app.command()
def new(
    out: Annotated[Path, typer.Option(help="File for the private key; it must not exist. Mode 0600.")],
    suite: Annotated[str, typer.Option(help=f"One of {', '.join(dsse.SUITES)}.")] = dsse.ED25519,
    passphrase_file: PassphraseOption = None,
    json: show.JsonOption = False,
) -> None:
    """Make a person's key. What is printed is its public half, to be registered for the post.

    Example: `cochair keys new --suite ed25519 --out cochair.pem`
    """
    files.fresh(out)
    pem = record_keys.new_person_key(suite, passphrase(passphrase_file))
    files.write_new(out, pem, 0o600)
    public = dsse.load_key(pem, passphrase(passphrase_file)).public
    _show(_about(public), json, [f"The private key is in {out}. Keep it off every node."])


@app.command(name="show")
def show_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A person's key file, or the folder of a node.")],
    passphrase_file: PassphraseOption = None,
    json: show.JsonOption = False,
) -> None:
    """Show the public half of a person's key, or of a node's keys.

    Example: `cochair keys show cochair.pem`, `cochair keys show node-in`
    """
    if path.is_dir():
        public = record_keys.load_public_keys(path)
        about = {
            "side": public.side,
            "domain": public.domain,
            "log": public.log,
            "cosign": public.cosign_vkey(),
            "exchange": public.exchange,
        }
        _show(about, json, [])
        return
    _show(_about(private(path, passphrase(passphrase_file)).public), json, [])


def _about(public: dsse.PublicKey) -> dict[str, str]:
    return {"suite": public.suite, "public": public.data.hex(), "key": public.id}


def _show(about: dict[str, Any], as_json: bool, more: list[str]) -> None:
    show.result(about, as_json, [f"{name:9} {value}" for name, value in about.items()] + more)
