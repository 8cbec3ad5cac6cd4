"""A log to measure: statements of 350 bytes as one Side writes them, as tiles on the disk, under a signed and cosigned checkpoint. SPECIMEN, keys made anew each time."""

import secrets
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.cosignatures import CosignatureVerifier, Cosigner
from cochair.ledger.entries import Entry, encode
from cochair.ledger.merkle import Frontier
from cochair.ledger.notes import LogSigner, Verifier, open_note, sign_note, split_note
from cochair.ledger.tiles import WIDTH, bundle_encode, bundles_for
from cochair.ledger.verify import verify_log

ORIGIN = "in.example/c7/IN/record"
ROOM = sha256(b"SPECIMEN room").hexdigest()


def entry(number: int) -> bytes:
    """One entry as the product encodes it."""
    body = {
        "dated": f"2026-09-{number % 28 + 1:02}",
        "state": "in-progress",
        "subject": f"IN/record/{number % 900}",
        "text": "SPECIMEN: it goes on.",
    }
    at = f"2026-09-01T09:{number // 60 % 60:02}:{number % 60:02}Z"
    salt = sha256(b"%d" % number).hexdigest()[:32]
    return encode(Entry(v=1, log=ORIGIN, room=ROOM, seq=number, at=at, salt=salt, kind="statement", schema="followup.report/1", body=body))


class Log(NamedTuple):
    """A log on the disk: ``folder`` has the tiles and ``checkpoint``; the two keys are what a reader was given on paper."""

    folder: Path
    size: int
    log_key: str
    cosign_key: str

    def bundles(self) -> Iterator[bytes]:
        """The entry bundles, in order."""
        for tile in bundles_for(self.size):
            with open(f"{self.folder}/{tile.path}", "rb", buffering=0) as file:  # noqa: PTH123  # half the time of a Path
                yield file.read()

    def root(self) -> bytes:
        """The root that the checkpoint names."""
        return Checkpoint.parse(split_note((self.folder / "checkpoint").read_bytes())[0]).root

    def verify(self) -> None:
        """All that a reader checks: signature, cosignature, canonical form and place of each entry, each hash, the root."""
        note = open_note((self.folder / "checkpoint").read_bytes(), [Verifier(self.log_key), CosignatureVerifier(self.cosign_key)])
        assert len(note.verified) == 2
        verify_log(self.bundles(), Checkpoint.parse(note.text))


def write_log(folder: Path, size: int) -> Log:
    """Make a log of ``size`` entries below ``folder``."""
    frontier = Frontier()
    for tile in bundles_for(size):
        first = tile.index * WIDTH
        run = [entry(number) for number in range(first, first + tile.width)]
        frontier.extend([sha256(b"\0" + data).digest() for data in run])
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bundle_encode(run))
    signer, cosigner = LogSigner(ORIGIN, secrets.token_bytes(32)), Cosigner("ru.example", secrets.token_bytes(32))
    text = Checkpoint(ORIGIN, size, frontier.root()).text()
    (folder / "checkpoint").write_bytes(sign_note(text, [signer.sign(text), cosigner.sign(text, 1_700_000_000)]))
    return Log(folder, size, signer.vkey, cosigner.vkey)
