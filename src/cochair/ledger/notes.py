r"""Signed notes, c2sp.org/signed-note, read strictly (`docs/formats/log.md`).

A note is a text that ends in a newline, an empty line, and one or more lines ``— <name> <base64(key id || signature)>``.
 1. At most 64 KiB and 16 signature lines; UTF-8; no control character but newline; base64 with padding, in its one canonical form.
 2. A line is known when a verifier has its name and its key id. A known line that does not hold rejects the whole note.
 3. Unknown lines are kept and passed on, and prove nothing. A note without one known line is rejected.
 4. The same name and key id stand at most once.
The key id is ``SHA-256(name || "\n" || type || key)[:4]``. Types here: 0x01 Ed25519 over the text; 0x04 and 0xff live in `cosignatures` and `macs`.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

from cochair.kit.errors import Rejected
from cochair.ledger.ed25519 import PUBLIC_SIZE, Ed25519Signer, SigningKey, check_public, verify

NOTE_LIMIT = 64 * 1024
MAX_SIGNATURES = 16
ED25519 = 0x01
COSIGNATURE = 0x04
KEY_ID_SIZE = 4

_LINE = re.compile(r"— ([^ \n]+) ([A-Za-z0-9+/=]+)")
_BAD_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_VKEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


class SignatureLine(NamedTuple):
    """One signature line: ``blob`` is what follows the key id."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.blob).decode()}"


class LineVerifier(Protocol):
    """Knows one key. `verify` raises `Rejected`; what it returns is the time of a cosignature, else 0."""

    name: str
    key_id: bytes

    def verify(self, text: str, blob: bytes) -> int:
        """Check ``blob`` over ``text``."""
        ...


class OpenedNote(NamedTuple):
    """A note with at least one line that holds."""

    text: str
    verified: tuple[str, ...]
    """Names whose line holds, in the order of the note."""
    times: dict[str, int]
    """Seconds since 1970 by name, of cosignatures that hold."""
    others: tuple[SignatureLine, ...]
    """Lines of unknown keys."""


def check_name(name: str) -> str:
    """A key name, given back; raises `Rejected` if it is empty or holds a space, a plus or a control character."""
    if not name or len(name) > 255 or "+" in name or any(part.isspace() or not part.isprintable() for part in name):
        raise Rejected(f"{name[:60]!r} cannot name a key", "Use a name as in.example/c7/IN/record")
    return name


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """The four bytes that name a key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:KEY_ID_SIZE]


@lru_cache(1024)
def vkey(name: str, public: bytes, kind: int = ED25519) -> str:
    """Text form of a public key: ``name+<key id in hex>+<base64(type || key)>``."""
    check_public(public)
    return f"{check_name(name)}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


@lru_cache(1024)
def parse_vkey(text: str, kind: int = ED25519) -> tuple[str, bytes]:
    """``vkey -> (name, public)``; raises `Rejected` unless it is of that type, canonical, its id right and the key fit to be registered."""
    match = _VKEY.fullmatch(text)
    if match is None:
        raise Rejected("The text is not a verifier key", "It looks like name+1a2b3c4d+Base64")
    name, key = check_name(match[1]), decode_base64(match[3])
    if len(key) != 1 + PUBLIC_SIZE or key[0] != kind:
        raise Rejected(f"The verifier key of {name!r} is not of type {kind:#04x}")
    if vkey(name, key[1:], kind) != text:
        raise Rejected(f"The verifier key of {name!r} has a wrong key id")
    return name, key[1:]


class LogSigner:
    """Signs checkpoints of one log: type 0x01, the signature is over the text itself."""

    def __init__(self, name: str, key: bytes | SigningKey) -> None:
        """`key`: the seed of 32 bytes, or a key that is elsewhere."""
        self.name = check_name(name)
        self._signer = Ed25519Signer(key) if isinstance(key, bytes) else key
        self.public = self._signer.public
        self.key_id = key_id(name, ED25519, self.public)
        self.vkey = vkey(name, self.public)

    def sign(self, text: str) -> SignatureLine:
        """The signature line of a note's text."""
        check_text(text)
        return SignatureLine(self.name, self.key_id, self._signer.sign(text.encode()))


class Verifier:
    """Verifies type 0x01 under one vkey."""

    def __init__(self, vkey: str) -> None:
        self.vkey = vkey
        self.name, self.public = parse_vkey(vkey)
        self.key_id = key_id(self.name, ED25519, self.public)

    def verify(self, text: str, blob: bytes) -> int:
        """0 if the signature holds, else `Rejected`."""
        verify(self.public, text.encode(), blob)
        return 0


def check_text(text: str) -> str:
    """The text of a note, given back; raises `Rejected`."""
    if not text.endswith("\n") or _BAD_TEXT.search(text):
        raise Rejected("The text of a note must end in a newline and hold no other control character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Rejected("The text of a note holds half of a character pair") from None
    return text


def sign_note(text: str, lines: Iterable[SignatureLine]) -> bytes:
    """The bytes of a note; raises `Rejected` if it would break a rule above."""
    lines = list(lines)
    check_text(text)
    _check_lines(lines)
    note = (text + "\n" + "".join(f"{line}\n" for line in lines)).encode()
    if len(note) > NOTE_LIMIT:
        raise Rejected(f"The note has {len(note)} bytes, more than the {NOTE_LIMIT} allowed")
    return note


def split_note(note: bytes) -> tuple[str, list[SignatureLine]]:
    """``note -> (text, signature lines)``, nothing verified; raises `Rejected`."""
    if len(note) > NOTE_LIMIT:
        raise Rejected(f"The note has {len(note)} bytes, more than the {NOTE_LIMIT} allowed")
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise Rejected("The note is not UTF-8") from None
    head, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise Rejected("The note has no signature lines behind an empty line")
    text = check_text(head + "\n")
    lines = [_parse_line(line) for line in tail[:-1].split("\n")]
    _check_lines(lines)
    return text, lines


def open_note(note: bytes, verifiers: Iterable[LineVerifier]) -> OpenedNote:
    """The text of a note that at least one of the verifiers confirms and none refutes; raises `Rejected`."""
    text, lines = split_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    verified: list[str] = []
    times: dict[str, int] = {}
    others: list[SignatureLine] = []
    for line in lines:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            others.append(line)
            continue
        moment = verifier.verify(text, line.blob)
        verified.append(line.name)
        if moment:
            times[line.name] = moment
    if not verified:
        raise Rejected("None of the note's signatures is by a known key", "Compare the keys in the terms with the log's")
    return OpenedNote(text, tuple(verified), times, tuple(others))


def decode_base64(text: str) -> bytes:
    """Bytes of base64 (RFC 4648 section 4, padded) in its one canonical form; raises `Rejected`."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Rejected("The text is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Rejected("The base64 is not in its canonical form")
    return data


def _parse_line(line: str) -> SignatureLine:
    match = _LINE.fullmatch(line)
    if match is None:
        raise Rejected("A signature line of the note is malformed")
    data = decode_base64(match[2])
    if len(data) <= KEY_ID_SIZE:
        raise Rejected("A signature line of the note is too short")
    return SignatureLine(check_name(match[1]), data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def _check_lines(lines: list[SignatureLine]) -> None:
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise Rejected(f"The note has {len(lines)} signature lines; 1 to {MAX_SIGNATURES} are allowed")
    if len({line[:2] for line in lines}) != len(lines):
        raise Rejected("The note has two signature lines of one key")
