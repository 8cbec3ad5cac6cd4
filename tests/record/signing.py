"""What the signer's tests share: a node folder with fresh keys, and a small log that can be restored from an old copy."""

from pathlib import Path

from cochair.ledger.merkle import Frontier, leaf_hash
from cochair.record.keys import SIGNER_FOLDER, PublicKeys, create_node_keys
from cochair.record.signer import Signer
from cochair.record.signer_ledger import create_ledger
from cochair.record.signer_wire import Growth, growth

ORIGIN = "in.example/c7/IN/record"
WORKING = "in.example/c7/IN/w-IN-1"
ROOM = "ab" * 32


def new_node(folder: Path, side: str = "IN") -> PublicKeys:
    folder.mkdir(exist_ok=True)
    public = create_node_keys(folder, side=side, domain=f"{side.lower()}.example")
    create_ledger(folder / SIGNER_FOLDER)
    return public


def ledger_file(folder: Path) -> Path:
    return folder / SIGNER_FOLDER / "sign-ledger"


def head_of(entries: list[bytes]) -> tuple[int, bytes]:
    frontier = Frontier()
    frontier.extend(leaf_hash(entry) for entry in entries)
    return frontier.size, frontier.root()


def growth_of(entries: list[bytes], signed: int) -> Growth:
    frontier = Frontier()
    frontier.extend(leaf_hash(entry) for entry in entries[:signed])
    return growth(frontier.size, frontier.dump(), [leaf_hash(entry) for entry in entries[signed:]])


def sign(signer: Signer, entries: list[bytes], origin: str = ORIGIN) -> bytes:
    """The note of a log of exactly these entries, with the proof of growth that an honest node gives."""
    last = signer.last(origin)
    return signer.sign(origin, *head_of(entries), growth_of(entries, min(last[0], len(entries)) if last else 0))
