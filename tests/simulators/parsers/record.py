"""A whole public record under good signatures, as `cochair verify` reads it."""

import functools
import json
import tempfile
from pathlib import Path

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger import checkpoints, merkle, notes, papers, tiles
from tests.simulators.parsers.common import BASE, LOG, OTHER, PERSON, Parser, manifest_sample
from tests.simulators.parsers.files import terms


def public_record() -> Parser:
    """`cochair verify` on a tree: the terms and entries are changed, then both logs are signed anew by their own keys, as a lying Side would."""
    from cochair.cli import replay

    sample = canonical.dumps(
        {"terms": terms(), "IN": _record("IN"), "RU": _record("RU"), "contents": [json.loads(manifest_sample())]}, keys=4096
    )

    def read(data: bytes) -> None:
        try:
            value = json.loads(data)
            founding, logs = value["terms"], {side: value[side] for side in ("IN", "RU")}
            room = papers.structural_digest(dump(founding))
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        with tempfile.TemporaryDirectory(dir=BASE) as name:
            folder = Path(name)
            put(folder / room / "structural" / room, dump(founding))
            for content in value.get("contents") if isinstance(value.get("contents"), list) else ():
                put(folder / room / "structural" / papers.structural_digest(dump(content)), dump(content))
            for side, signer in (("IN", LOG), ("RU", OTHER)):
                leaves = [dump(one).replace(b"@" * 64, room.encode()) for one in logs[side]] if isinstance(logs[side], list) else []
                leaves = [one for one in leaves if len(one) < 65_536]
                point = checkpoints.Checkpoint(signer.name, len(leaves), merkle.root([merkle.leaf_hash(one) for one in leaves]))
                put(folder / signer.name / "checkpoint", notes.sign_note(point.text(), [signer.sign(point.text())]))
                for each in tiles.bundles_for(len(leaves)):
                    put(folder / signer.name / each.path, tiles.bundle_encode(leaves[each.index * 256 : each.index * 256 + each.width]))
            replay.replay(folder, room)

    return Parser(read, (sample,))


def dump(value: object) -> bytes:
    """Canonical where it can be, plain JSON otherwise."""
    try:
        return canonical.dumps(value, keys=4096)
    except (Rejected, RecursionError):
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@functools.cache
def _record(side: str) -> list[dict[str, object]]:
    """One entry of every kind that the stages know, in the record of a Side; the room's id stands as ``@@@…``."""
    import msgspec

    from cochair.record import contents as core
    from cochair.stages import REGISTRY
    from tests.makers.stages import CONTENTS

    domain, held = side.lower() + ".example", papers.structural_digest(manifest_sample())
    bodies: list[tuple[str, str, object]] = []
    for schema, content in CONTENTS.items():
        plain = json.loads(msgspec.json.encode(content).replace(b"7" * 64, held.encode()))
        matter = REGISTRY.matters.get(schema)
        if matter is None:
            bodies.append(("statement", schema, {"subject": "self", **plain}))
        else:
            subject = "self" if matter.introduces else f"{side}/record/0"
            bodies.append(("position", schema, {"subject": subject, "part": "", "level": "agreed", "content": plain}))
    other = "RU" if side == "IN" else "IN"
    hexes = "0" * 64
    slot = {"kind": "adopt", "of": "IN/record/7", "step": 0}
    hands = {
        "seal": {"slot": slot, "manifest": held, "how": "key", "key": f"{side}/record/1", "heads": {"IN": 1, "RU": 1}, "paper": hexes},
        "revoke": {"seal": f"{side}/record/30"},
        "finding": {"seal": f"{other}/record/30", "valid": True, "reason": ""},
        "seen": {"heads": {other: {"size": 0, "root": merkle.EMPTY_ROOT.hex()}}},
        "key": {
            "key": PERSON.public.id, "public": PERSON.public.data.hex(), "suite": "ed25519", "person": "0" * 32, "post": f"{side}/record/2",
            "body": f"{side}/record/0", "from": "", "until": None, "certificate": None,
        },
        "erase": {"paper": hexes, "ground": "asked"},
        "destroyed": {"log": f"{domain}/c7/{side}/w-IN-7", "size": 3},
        "fault": {"log": f"{domain}/c7/{side}/record", "what": "seen-root", "evidence": None},
    }  # fmt: skip
    bodies += [(kind, core.BODIES[kind][0], body) for kind, body in hands.items()]
    return [
        {
            "at": "2026-01-05T10:00:00Z",
            "body": body,
            "kind": kind,
            "log": f"{domain}/c7/{side}/record",
            "room": "@" * 64,
            "salt": "00" * 16,
            "schema": schema,
            "seq": seq,
            "v": 1,
        }
        for seq, (kind, schema, body) in enumerate(bodies)
    ]
