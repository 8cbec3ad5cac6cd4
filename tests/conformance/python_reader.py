"""Our reader in Python behind the contract of `docs/formats/conformance.md`: ``python -m tests.conformance.python_reader``."""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cochair.cli import verify
from cochair.kit import canonical
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import cosignatures, dsse, ed25519, entries, keychanges, macs, merkle, notes, papers
from cochair.ledger.checkpoints import Checkpoint
from tests.record.histories import as_side_logs
from tests.vectors import make

Asked = Mapping[str, Any]

WHY = (
    ("file", r"^The bundle(?! holds no terms| is signed for)|bundle\.list|list of the bundle|not a bundle|in the one form allowed|does not begin with"), ("room", "another room|trust file"),
    ("fork", "acknowledges other contents|another log than|another history than|is another one in the other file"), ("seal", "signature of the seal|manifest cannot be sealed|under no mandate|made for another act"),
    ("terms", "founding terms|holds no room|do not name their Sides|The terms do not say"), ("log", "entries of|The tile|under no key|bundle of entries|has .* entries"),
    ("content", "The content|The paper|stored paper|JSON|canonical form"), ("head", "checkpoint|key for|A change of the key|log's keys|verifier key|another key|signed for|holds no terms|The signature does not hold"), ("incomplete", "cannot be followed|not a plain file"),
)  # fmt: skip
"""Class of a refusal by its words, the first that fits; else the file itself."""


def key(asked: Asked) -> dsse.PublicKey:
    return dsse.public_key(asked["suite"], bytes.fromhex(asked["data_hex"]))


def checkpoint(asked: Asked) -> Asked:
    known: list[notes.LineVerifier] = []
    for text in asked["keys"]:
        try:
            known.append(notes.Verifier(text))
        except Rejected:
            known.append(cosignatures.CosignatureVerifier(text))
    if "mac" in asked:
        origin, _, peer = asked["mac"]["name"].rpartition("/mac/")
        known.append(macs.MacVerifier(origin, peer, bytes.fromhex(asked["mac"]["key_hex"])))
    opened = notes.open_note(bytes.fromhex(asked["note_hex"]), known)
    Checkpoint.parse(opened.text)
    return {"verified": list(opened.verified), "times": opened.times}


def entry(asked: Asked) -> Asked:
    data = bytes.fromhex(asked["bytes_hex"])
    found = entries.decode(data)
    return {"leaf_hex": merkle.leaf_hash(data).hex(), "seq": found.seq, "kind": found.kind}


def paper(asked: Asked) -> Asked:
    return {"id": papers.paper_id(*papers.open_paper(bytes.fromhex(asked["stored_hex"])))}


def structural(asked: Asked) -> Asked:
    data = bytes.fromhex(asked["bytes_hex"])
    papers.open_structural(data, papers.structural_digest(data))
    return {"digest": papers.structural_digest(data)}


def proof(asked: Asked, *names: str) -> tuple[list[bytes], list[bytes]]:
    return [bytes.fromhex(h) for h in asked["proof_hex"]], [bytes.fromhex(asked[name]) for name in names]


def inclusion(asked: Asked) -> Asked:
    hashes, (leaf, root) = proof(asked, "leaf_hex", "root_hex")
    merkle.verify_inclusion(leaf, asked["index"], asked["size"], hashes, root)
    return {}


def consistency(asked: Asked) -> Asked:
    hashes, (old, root) = proof(asked, "old_root_hex", "root_hex")
    merkle.verify_consistency(asked["old"], old, asked["size"], root, hashes)
    return {}


def signature(asked: Asked) -> None:
    public, message, made = (bytes.fromhex(asked[f"{name}_hex"]) for name in ("public", "message", "signature"))
    ed25519.check_public(public)
    ed25519.verify(public, message, made)


def key_change(asked: Asked) -> Asked:
    with make.published_keys_allowed():  # those of the vectors are printed
        change = keychanges.open_change(asked["note"], asked["roots"])
    return {"size": change.size, "key_hex": change.public.hex()}


ACCEPT: dict[str, Callable[[Asked], Any]] = {
    "canonical": lambda a: canonical.loads(bytes.fromhex(a["bytes_hex"])) and None,
    "entry": entry, "paper": paper, "structural": structural, "checkpoint": checkpoint, "inclusion": inclusion, "consistency": consistency,
    "ed25519-key": lambda a: ed25519.check_public(bytes.fromhex(a["public_hex"])) and None,
    "ed25519": signature, "key-change": key_change,
    "envelope": lambda a: {"payload_hex": dsse.verify(bytes.fromhex(a["envelope_hex"]), a["type"], [key(a["key"])]).payload.hex()},
}  # fmt: skip


def room(asked: Asked) -> Asked:
    anchor = None
    if asked["anchor"]:
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(asked["anchor"].encode())
            file.flush()
            anchor = verify.read_anchor(file.name if asked["anchor"].startswith("{") else asked["anchor"])
    verdict = verify.verify([Path(name) for name in asked["files"]], anchor)
    agreed = [re.sub(r"(\w+) of \S+ (\S+): sealed by .*", r"\1 \2", d) for line in verdict.lines for d in line.details if "sealed by" in d]
    bad = next(iter(verdict.refusals), None)
    needs = sorted({found[1] for line in verdict.lines for d in line.details if (found := re.search(r"needs version (\S+) of Cochair", d))})
    return {"status": verdict.status, "agreed": agreed, "needs": needs, **({"why": why(bad), "words": bad.words} if bad else {})}


def why(line: verify.Line) -> str:
    if line.file.endswith(".pdf"):
        return "record" if line.words.startswith(("Nothing says", "The record that")) else "original"
    return next((code for code, words in WHY if re.search(words, line.words)), "file")


def agreement(asked: Asked) -> Asked:
    from cochair.record.agreement import agreed

    return {"agreed": agreed(as_side_logs({side: [tuple(e) for e in log] for side, log in asked["logs"].items()}), asked["cut"])}


def answer(asked: Asked) -> Asked:
    try:
        if asked["what"] in ACCEPT:
            return {"accepted": True, **(ACCEPT[asked["what"]](asked) or {})}
        return {"room": room, "agreement": agreement}[asked["what"]](asked)
    except KeyError as error:
        return {"unsupported": True, "error": str(error)}
    except CochairError as error:
        return {"accepted": False, "words": error.what}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
