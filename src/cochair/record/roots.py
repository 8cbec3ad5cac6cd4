"""Root keys of a Side: three, offline, of which two authorise a change of a log key. Made at a ceremony, on a machine without node or network.

The public file that goes to the node is canonical JSON: ``{"v":1, "what":"roots", "side", "domain", "keys": [three public keys in hex]}``. What people read to each
other is the fingerprint of the Side and its three keys (`roots_print`). The private keys are three files, each encrypted by the passphrase of its custodian.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cochair.kit import canonical, fingerprint
from cochair.kit.errors import Rejected
from cochair.kit.ids import check_side
from cochair.ledger import dsse, notes
from cochair.ledger.keychanges import ROOTS, KeyChange, check_roots, claimed, root_name
from cochair.record.closed import read_private
from cochair.record.keys import private_folder, write_private

PASSPHRASE_LEAST = 12
FILE_LIMIT = 4096


class Roots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public file of a ceremony."""

    side: str
    domain: str
    keys: list[str]
    what: Literal["roots"] = "roots"
    v: Literal[1] = 1

    def file(self) -> bytes:
        """The bytes of the file."""
        return canonical.dumps(msgspec.to_builtins(self)) + b"\n"


def parse_roots(data: bytes) -> Roots:
    """The public file of a ceremony; raises `Rejected`."""
    try:
        roots = msgspec.convert(canonical.loads(data.strip(), limit=FILE_LIMIT), Roots, strict=True)
    except (msgspec.ValidationError, Rejected) as error:
        raise Rejected(f"The file does not name root keys: {error}", "Take the file roots.public that the ceremony wrote") from None
    check_side(roots.side)
    notes.check_name(roots.domain)
    check_roots(roots.keys)
    return roots


def roots_print(side: str, keys: Sequence[str]) -> str:
    """The fingerprint of a Side's root keys, in whatever order they stand."""
    return fingerprint.fingerprint(canonical.dumps({"keys": sorted(keys), "side": side}))


def key_print(public: str) -> str:
    """The fingerprint of one public key in hex."""
    return fingerprint.fingerprint(canonical.dumps({"key": public}))


def check_passphrase(passphrase: bytes, others: Collection[bytes] = ()) -> None:
    """Raise `Rejected` if a custodian's passphrase is too short, or is that of another one."""
    if len(passphrase.decode("utf-8", "replace")) < PASSPHRASE_LEAST:
        raise Rejected(f"A passphrase has fewer than {PASSPHRASE_LEAST} characters", "Take several words that nobody would say together")
    if passphrase in others:
        raise Rejected(f"{ROOTS} custodians need {ROOTS} different passphrases", "Let each custodian choose his own")


def create_root_keys(folder: Path, passphrases: Sequence[bytes]) -> list[str]:
    """Make ``root-1.pem`` .. ``root-3.pem`` in a folder, each under its custodian's passphrase -> the public keys in hex. Raises `Rejected` on a weak or shared one."""
    if len(passphrases) != ROOTS:
        raise Rejected(f"{ROOTS} custodians need {ROOTS} different passphrases", "Let each custodian choose his own")
    for at, passphrase in enumerate(passphrases):
        check_passphrase(passphrase, passphrases[:at])
    folder = private_folder(folder)
    publics = []
    for number, passphrase in enumerate(passphrases, 1):
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(passphrase))
        write_private(folder / f"root-{number}.pem", pem)
        publics.append(key.public_key().public_bytes(s.Encoding.Raw, s.PublicFormat.Raw).hex())
    return publics


def approve(data: bytes, key: Path, passphrase: bytes | None) -> tuple[KeyChange, bytes]:
    """Put one root key's signature under a change (its text, or the note that another custodian signed before) -> the change, the note. Raises `CochairError`."""
    private = dsse.load_key(read_private(key), passphrase)
    if private.public.suite != dsse.ED25519:
        raise Rejected(f"{key} is not a root key", "Take one of the files that the ceremony wrote")
    text = data.decode("utf-8", "replace")
    if "\n\n" in text:
        change, (text, lines) = claimed(data), notes.split_note(data)
    else:
        change, lines = KeyChange.parse(text), []
    name = root_name(change.origin)
    public = private.public.data
    if any(line.key_id == notes.key_id(name, notes.ED25519, public) for line in lines):
        raise Rejected("This root key has signed the change already", "Another custodian signs next")
    line = notes.SignatureLine(name, notes.key_id(name, notes.ED25519, public), private.sign(text.encode()))
    return change, notes.sign_note(text, [*lines, line])
