"""What the parsers share: keys, samples of the vectors, notes signed by hand."""

import base64
import functools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cochair.ledger import cosignatures, macs, notes
from tests.vectors import make

BASE = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


class Parser(NamedTuple):
    read: Callable[[bytes], object]
    samples: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()
    inner: tuple[bytes, ...] = ()
    wrap: Callable[[bytes], bytes] | None = None


def same(again: bytes, data: bytes) -> None:
    assert again == data, "what was read is written again as other bytes"


def vectors(name: str, field: str) -> tuple[bytes, ...]:
    found = json.loads((make.HERE / f"{name}.json").read_text())["cases"]
    return tuple(case[field].encode() for case in found if not case.get("refused") and field in case)


LOG, OTHER = notes.LogSigner(make.ORIGIN, make.seed("log")), notes.LogSigner("ru.example/c7/RU/record", make.seed("other log"))
COSIGNER = cosignatures.Cosigner("ru.example/c7/RU/mirror", make.seed("cosigner"))
PERSON = make.private_ed25519("person")
VERIFIERS = (
    notes.Verifier(LOG.vkey),
    cosignatures.CosignatureVerifier(COSIGNER.vkey),
    macs.MacVerifier(make.WORKING, "RU", make.mac_case()["key"]),
)


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def signed(signer: notes.LogSigner) -> Callable[[bytes], bytes]:
    """Bytes of a text -> the note with a good signature over whatever they are, as a liar would make it by hand."""

    def wrap(data: bytes) -> bytes:
        blob = signer.key_id + signer._signer.sign(data)
        return data + f"\n— {signer.name} {base64.b64encode(blob).decode()}\n".encode()

    return wrap


@functools.cache
def manifest_sample() -> bytes:
    from cochair.protocol import manifest
    from tests.protocol.test_manifest import make as one

    return manifest.encode(one())
