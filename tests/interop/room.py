"""Go on the record of a room that two of our nodes signed in: the tree as a node publishes it, with the keys that the terms name."""

import json
import random

from bench.sample import entry

from cochair.kit.ids import RECORD, parse_origin
from cochair.ledger import notes, tiles
from cochair.ledger.checkpoints import Checkpoint
from tests.interop.lines import Row, Tally
from tests.interop.logs import Question, flip
from tests.interop.programs import Go
from tests.makers.rooms import signed


def go_reads(go: Go, rng: random.Random) -> Row:
    """Both Sides' records: signatures, tiles, entries, cosigned heads; and each with a byte changed."""
    tally = Tally("R8", "Go checks the record of a signed room, as its nodes published it", f"{go.name} {go.version}")
    made = signed()
    tree = made.tree
    found = [json.loads(path.read_bytes()) for path in (tree / made.room / "structural").iterdir()]
    sides = [side for terms in found if terms.get("what") == "terms" for side in terms["sides"]]
    cosigners = sorted({side["cosign_key"] for side in sides})
    records = [
        path.parent for path in sorted(tree.glob("*/*/*/*/checkpoint")) if parse_origin(str(path.parent.relative_to(tree))).log == RECORD
    ]
    tally.must(len(records) == len(made.keys) == 2, "the tree does not hold the records of both Sides")
    for folder in records:
        origin = str(folder.relative_to(tree))
        note = (folder / "checkpoint").read_bytes()
        size = Checkpoint.parse(notes.split_note(note)[0]).size
        key = made.keys[parse_origin(origin).side]
        ask = {
            "kind": "log",
            "note": note,
            "keys": [key],
            "dir": str(folder.resolve()),
            "indexes": list(range(size)),
            "olds": list(range(1, size + 1)),
        }
        last = list(tiles.bundles_for(size))[-1]
        entries = tiles.bundle_decode((folder / last.path).read_bytes())
        forged = {last.path: tiles.bundle_encode([*entries[:-1], flip(entries[-1], rng)])}
        other = {last.path: tiles.bundle_encode([*entries[:-1], entry(size - 1)])}
        questions = [
            Question("the record", ask, ours=True),
            Question(
                "the record under the other Side's key", {**ask, "keys": [one for one in made.keys.values() if one != key]}, ours=False
            ),
            Question("the record, an entry changed", {**ask, "overlay": forged}, ours=False),
            Question("the record, an entry exchanged", {**ask, "overlay": other}, ours=False),
        ]
        cosigned = tree / made.room / "cosigned" / origin
        if cosigned.is_file():
            questions.append(
                Question("the cosigned head", {"kind": "note", "note": cosigned.read_bytes(), "keys": [key, *cosigners]}, ours=True)
            )
        for question, answer in zip(questions, go.ask([one.ask for one in questions]), strict=True):
            tally.add(question, answer["ok"], answer["why"])
            if question.what == "the cosigned head":
                tally.must(len(answer.get("signers", ())) == 2, "the cosigned head has not two signatures that hold")
    return tally.row()
