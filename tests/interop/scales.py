"""PyPI's ``tlog-scales`` on our logs, and ours on a log that it wrote."""

import random
import secrets
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.sample import ORIGIN, entry

from cochair.ledger import merkle, notes, tiles
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.tiles import WIDTH
from cochair.ledger.verify import verify_log
from tests.interop.lines import Row, Tally
from tests.interop.logs import Log, Question, flip, holds, note_questions, record_questions, tree_questions, whole_questions
from tests.interop.programs import Missing

# It reads notes leniently (no strict base64, no rule for the size's digits, unknown lines first), so forgeries of a note's form are asked of Go alone.
_FORMS = (
    "flipped signature",
    "signature of another",
    "nobody's key",
    "signature under another's key id",
    "cosignature as the log's",
    "flipped cosignature",
)
_TRUSTING = "its reader does not hold a whole tile against the tile above it; a changed hash that no asked proof needs is not seen"


def found() -> str:
    """Name and version; raises `Missing`."""
    try:
        import tlog_scales  # noqa: F401

        return f"tlog-scales {version('tlog-scales')}"
    except (ImportError, PackageNotFoundError) as error:
        raise Missing(f"tlog-scales: ./setup.sh python --group interop ({error})") from None


def reads(log: Log, sizes: list[int], rng: random.Random, more: int) -> Row:
    """tlog-scales on our notes, proofs and files."""
    from tlog_scales.reader import TilesReader
    from tlog_scales.tlog import ConsistencyProof, InclusionProof

    tally = Tally("R8", "tlog-scales checks our logs: notes, tiles, proofs, forged ones", found())
    for size in sizes:
        for question in note_questions(log, size, rng):
            if question.what.startswith("note") and (":" not in question.what or question.what.removeprefix("note: ").startswith(_FORMS)):
                tally.add(question, _holds(lambda ask=question.ask: _open(ask)))  # type: ignore[misc]
        for question in record_questions(log, size, rng, more):
            ask = question.ask
            tally.add(question, _holds(lambda a=ask: InclusionProof(a["index"], a["size"], list(a["proof"])).check(a["leaf"], a["root"])))  # type: ignore[misc]
        for question in tree_questions(log, size, rng, more):
            ask = question.ask
            tally.add(
                question._replace(explained=""),
                _holds(lambda a=ask: ConsistencyProof(a["old"], a["size"], list(a["proof"])).check(a["old_root"], a["root"])),  # type: ignore[misc]
            )
        for whole in whole_questions(log, size, rng, more):
            ask = whole.question.ask
            reader = TilesReader(_Files(log.folder, log.notes[size] if "note" not in ask else ask["note"], ask.get("overlay", {})))
            explained = _TRUSTING if whole.question.what == "log: flipped tile" and size >= WIDTH else ""
            tally.add(whole.question._replace(explained=explained), _holds(lambda r=reader, a=ask, w=whole: _whole(r, a, w)))  # type: ignore[misc]
    return tally.row()


def writes(folder: Path, sizes: list[int], rng: random.Random) -> Row:
    """Ours on a log that tlog-scales wrote."""
    from tlog_scales.signing import PlainEd25519Signer
    from tlog_scales.writer import TilesWriter

    tally = Tally("R8", "we check a log that tlog-scales wrote: note, tiles, bundles", found())
    signer = PlainEd25519Signer(ORIGIN, secrets.token_bytes(32))
    key = signer.vkey.serialize()
    writer, written, leaves = TilesWriter.create(folder, ORIGIN), 0, list[bytes]()
    for size in sizes:
        for number in range(written, size):
            writer.add_leaf(entry(number))
            leaves.append(merkle.leaf_hash(entry(number)))
        writer.commit([signer], gc=False)
        written = size
        note = (folder / "checkpoint").read_bytes()
        point = Checkpoint.parse(notes.open_note(note, [notes.Verifier(key)]).text)
        tally.must(point == Checkpoint(ORIGIN, size, merkle.root(leaves)), f"another head of {size} entries")
        bundles = [(folder / tile.path).read_bytes() for tile in tiles.bundles_for(size)]
        tally.must(holds(lambda b=bundles, p=point: verify_log(b, p)), f"we refuse its log of {size} entries")  # type: ignore[misc]
        same = all(
            (folder / one.path).read_bytes() == tiles.hash_tile(leaves, one.level or 0, one.index, one.width)
            for one in tiles.tiles_for(size)
        )
        tally.must(same, f"its tiles of {size} entries are others than ours")
        text, lines = notes.split_note(note)
        forged = notes.sign_note(text, [lines[0]._replace(blob=flip(lines[0].blob, rng))])
        tally.add(
            Question("its note, signature flipped", {}, ours=False), holds(lambda f=forged: notes.open_note(f, [notes.Verifier(key)]))
        )  # type: ignore[misc]
    return tally.row()


class _Files:
    """Its backend: our files, with the checkpoint of the size that is meant, and with what was forged."""

    def __init__(self, folder: Path, note: bytes, overlay: dict[str, bytes]) -> None:
        self.folder, self.note, self.overlay = folder, note, overlay

    def get(self, *path: str) -> bytes | None:
        name = "/".join(path)
        if name == "checkpoint":
            return self.note
        if name in self.overlay:
            return self.overlay[name]
        file = self.folder / name
        return file.read_bytes() if file.is_file() else None


def _open(ask: dict[str, Any]) -> None:
    from tlog_scales.signing import Vkey
    from tlog_scales.tlog import Checkpoint as Theirs

    theirs = Theirs.from_text(ask["note"].decode())
    for key in ask["keys"]:
        theirs.verify(Vkey.from_string(key))


def _whole(reader: Any, ask: dict[str, Any], whole: Any) -> None:
    from tlog_scales.signing import Vkey
    from tlog_scales.tlog import InclusionProof

    head = reader.get_checkpoint()
    for key in ask["keys"]:
        head.verify(Vkey.from_string(key))
    if reader.calculate_root_hash() != head.root_hash:
        raise ValueError("the tiles have another root")
    for at, index in enumerate(ask["indexes"]):
        proof = reader.get_inclusion_proof(index, head.size)
        InclusionProof(index, head.size, proof.node_hashes).check(merkle.leaf_hash(reader.get_entry(index)), head.root_hash)
        if whole.records and proof.node_hashes != whole.records[at]:
            raise ValueError("its inclusion proof from our tiles is another than ours")
    for at, old in enumerate(ask["olds"]):
        proof = reader.get_consistency_proof(old, head.size)
        if whole.trees and proof.node_hashes != whole.trees[at]:
            raise ValueError("its consistency proof from our tiles is another than ours")


def _holds(check: Any) -> bool:
    """Its verdict: it refuses by errors of many kinds."""
    try:
        check()
    except Exception:
        return False
    return True
