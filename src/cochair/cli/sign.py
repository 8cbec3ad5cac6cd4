"""`cochair sign`: a person signs what the node's page asked for, on the person's own machine.

The request file comes from the signing page, the response goes back to it; with ``--pdf`` the originals are signed as PDF too (PAdES), by the same key.
What is about to be signed is shown first, the word SPECIMEN among it; on a terminal a person says yes.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cochair.cli import files, keys, show
from cochair.kit.clock import SystemClock
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import dsse
from cochair.protocol import request as requests
from cochair.protocol.request import Request
from cochair.record.token import PIN, Token, TokenSettings

_ACTS = {
    "adopt": "adoption of the text",
    "initial": "initialling of the text",
    "sign": "signature of the originals",
    "confirm": "confirmation",
    "correct": "correction of the text",
}
_REQUEST = "the request file of the signing page"


def command(
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help="The request file that the signing page gave.")],
    key: Annotated[Path | None, typer.Option(help="The person's private key (PEM), readable by its owner alone.")] = None,
    pkcs11: Annotated[str, typer.Option(metavar="SLOT", help="The person's token instead: its label, or the number of its slot.")] = "",
    pkcs11_module: Annotated[str, typer.Option(help="The token's library, for --pkcs11.", envvar="COCHAIR_PKCS11_MODULE")] = "",
    label: Annotated[str, typer.Option(help="Label of the key in the token, if it holds several.")] = "",
    pin_file: Annotated[Path | None, typer.Option(help="File with the token's PIN; else COCHAIR_PIN, else it is asked for.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the response; REQUEST with the ending .signed if left out.")] = None,
    pdf: Annotated[
        list[Path] | None, typer.Option(help="An original to sign as well; may stand several times. Needs --certificate.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="Certificate (PEM) of the key, with its chain, for --pdf.")] = None,
    passphrase_file: keys.PassphraseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even on a terminal.")] = False,
    json: show.JsonOption = False,
) -> None:
    """Sign a request with a personal key; the response is for the signing page.

    Examples: `cochair sign request.json --key cochair.pem`;
    `cochair sign request.json --pkcs11 "Co-Chair" --pkcs11-module /usr/lib/opensc-pkcs11.so`;
    `cochair sign request.json --key cochair.pem --pdf original-in.pdf --pdf original-ru.pdf --certificate cochair.crt`
    """
    data = files.read(request, limit=requests.LIMIT, what=_REQUEST)
    asked = _asked(request, data)
    target = files.fresh(out or request.with_name(request.name + ".signed"))
    if bool(pdf) != bool(certificate):
        raise CochairError("To sign originals, both --pdf and --certificate are needed", "Give both, or neither")
    targets = [files.fresh(one.with_name(f"{one.stem}.signed-{asked.side}.pdf")) for one in pdf or ()]
    if bool(key) == bool(pkcs11):
        raise CochairError("One key signs", "Give --key FILE, or --pkcs11 SLOT")
    if pkcs11 and pdf:
        raise CochairError(
            "Originals are signed here by a key file only", "Sign the PDF with the token's own program, then the request here"
        )
    token = _token(pkcs11, pkcs11_module, pin_file) if pkcs11 else None
    person: dsse.Signs = token.person(label) if token else keys.private(key, keys.passphrase(passphrase_file))  # type: ignore[arg-type]  # one of both
    told = _told(asked)
    if not json:
        print("\n".join(told))
    if (
        sys.stdin.isatty()
        and not yes
        and not json
        and not typer.confirm("Adopt this text?" if asked.slot.kind == "adopt" else "Sign this?")
    ):
        raise CochairError("Nothing was signed", "Run the command again when it shall be signed")
    response = requests.respond(data, person)
    signed = _originals(pdf or [], asked, person, certificate) if certificate and isinstance(person, dsse.PrivateKey) else []
    for path, done in zip(targets, signed, strict=True):
        files.write_new(path, done)
    files.write_new(target, response)
    written = [str(target), *map(str, targets)]
    show.result({"written": written, "key": person.public.id, "specimen": asked.specimen}, json, [f"Written: {name}" for name in written])


def _token(name: str, module: str, pin_file: Path | None) -> Token:
    """The person's token, unlocked."""
    if not module:
        raise CochairError("The token's library is not named", "Give it with --pkcs11-module, such as /usr/lib/opensc-pkcs11.so")
    if not pin_file and PIN not in os.environ and sys.stdin.isatty():
        os.environ[PIN] = typer.prompt("PIN of the token", hide_input=True)
    return Token(TokenSettings(module, name, str(pin_file) if pin_file else ""))


def _asked(path: Path, data: bytes) -> Request:
    try:
        return requests.decode(data)
    except CochairError as error:
        raise Rejected(
            f"{path} is not a request for a signature: {error.what}", "Take the request file from the signing page again"
        ) from None


def _told(asked: Request) -> list[str]:
    return [
        *(["SPECIMEN: a demonstration, no act of any state"] if asked.specimen else []),
        f"Room      {asked.slug} ({asked.room})",
        f"Act       {_ACTS.get(asked.slot.kind, asked.slot.kind)}: {asked.slot.kind} of {asked.slot.of}"
        + (f", step {asked.slot.step}" if asked.slot.step else ""),
        f"Manifest  {asked.manifest}",
        f"For       {asked.side}, under the mandate {asked.mandate}",
    ]


def _originals(pdfs: list[Path], asked: Request, person: dsse.PrivateKey, certificate: Path) -> list[bytes]:
    """The originals, signed in the field of the Side; all, or an error."""
    from cochair.paper.model import field_name
    from cochair.paper.sign import load_key, sign_pdf

    own = load_key(person.pem(), certificate=files.read(certificate, limit=64 * 1024, what="the certificate (PEM) of the key"))
    now = SystemClock().now()
    done = []
    for path in pdfs:
        data = files.read(path, limit=files.ORIGINAL_LIMIT, what="an original made by Cochair (PDF)")
        try:
            done.append(sign_pdf(data, field_name(asked.side), own, signed_at=now))
        except CochairError as error:
            raise Rejected(f"{path}: {error.what}", error.next_step) from None
    return done
