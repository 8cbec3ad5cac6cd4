"""All cases as the runner takes them: the vectors, histories of the agreement rule with the verdict of the reference, and whole rooms. ``write(folder)`` puts them down."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance import runner
from tests.conformance.scenarios import scenarios
from tests.record import reference_rule
from tests.record.histories import guided

VECTORS = Path(__file__).parents[1] / "vectors"
HISTORIES = 400
SEED = 20_250_806
STEPS = {2: 22, 3: 48, 4: 80}


def write(folder: Path, *, short: bool = False) -> list[dict[str, Any]]:
    """Write ``cases.jsonl``, the files of the rooms and the runner to a folder -> the cases. ``short``: of each numbered family of rooms the first two alone."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = [*vectors(), *histories(), *rooms(folder, short=short)]
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    shutil.copyfile(runner.__file__, folder / "runner.py")
    return runner.load(folder)


def _vectors(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    yield from enumerate(json.loads((VECTORS / f"{name}.json").read_text())["cases"])


def _hex(case: dict[str, Any], name: str) -> str:
    given: str = case.get(f"{name}_hex", "")
    return given or str(case.get(name, "")).encode().hex()


def vectors() -> Iterator[dict[str, Any]]:
    """The vectors of `docs/formats`, each with what a reader says of it."""

    def case(what: str, number: int, refused: object, values: dict[str, Any], **asked: Any) -> dict[str, Any]:
        return {"id": f"{what}-{number}", "what": what, **asked, "expect": {"accepted": False} if refused else {"accepted": True, **values}}

    for n, c in _vectors("canonical"):
        yield case("canonical", n, c.get("refused"), {}, bytes_hex=_hex(c, "bytes"))
    for n, c in _vectors("entry"):
        values = {} if c.get("refused") else {name: c[name] for name in ("leaf_hex", "seq", "kind")}
        yield case("entry", n, c.get("refused"), values, bytes_hex=_hex(c, "bytes"))
    for n, c in _vectors("paper"):
        if "stored_hex" in c:
            yield case("paper", n, c.get("refused"), {"id": c.get("id")}, stored_hex=c["stored_hex"])
    for n, c in _vectors("structural"):
        yield case("structural", n, c.get("refused"), {"digest": c.get("digest")}, bytes_hex=_hex(c, "bytes"))
    for n, c in _vectors("note"):
        mac = {"mac": {"name": c["verified"][0], "key_hex": c["mac_key_hex"]}} if "mac_key_hex" in c else {}
        values = {"verified": c.get("verified"), "times": c.get("times", {})}
        yield case("checkpoint", n, c.get("refused"), values, note_hex=_hex(c, "note"), keys=sorted(c["keys"].values()), **mac)
    for n, c in _vectors("ed25519"):
        if "registers" in c:
            yield case("ed25519-key", n, not c["registers"], {}, public_hex=c["public_hex"])
        else:
            asked = {"public_hex": c["public_hex"], "message_hex": c["message"].encode().hex(), "signature_hex": c["signature_hex"]}
            yield case("ed25519", n, not c["holds"], {}, **asked)
    for n, c in _vectors("dsse"):
        asked = {"envelope_hex": _hex(c, "envelope"), "type": c["type"], "key": c["public"]}
        yield case("envelope", n, c.get("refused"), {"payload_hex": c.get("payload", "").encode().hex()}, **asked)
    for n, c in _vectors("keychange"):
        values = {name: c.get(name) for name in ("size", "key_hex")}
        yield case("key-change", n, c.get("refused"), values, note=c["note"], roots=c["roots"])
    for n, c in _vectors("merkle"):
        if c["what"] in ("inclusion", "consistency"):
            asked = {k: v for k, v in c.items() if k not in ("what", "refused")}
            yield case(c["what"], n, c.get("refused"), {}, **asked)


def histories(count: int = HISTORIES) -> Iterator[dict[str, Any]]:
    """Guided random histories of two to four Sides, at their end and at an uneven cut before it. The seed of each is in its name."""
    for number in range(count):
        rng = random.Random(f"{SEED}/{number}")
        names = "ABCD"[: rng.choice((2, 2, 3, 3, 4))]
        line = guided(rng, names, STEPS[len(names)])
        logs: dict[str, list[Any]] = {side: [list(entry) for at, entry in line if at == side] for side in names}
        cut = {side: len(log) if number % 4 else rng.randint(0, len(log)) for side, log in logs.items()}
        agreed = reference_rule.agreed({side: [tuple(e) for e in log] for side, log in logs.items()}, cut)
        yield {
            "id": f"agreement-{SEED}/{number}",
            "what": "agreement",
            "logs": logs,
            "cut": cut,
            "expect": {"agreed": next(iter(agreed), None)},
        }


def rooms(folder: Path, *, short: bool = False) -> Iterator[dict[str, Any]]:
    """Rooms with their files."""
    for one in scenarios():
        number = one.name.rpartition("-")[2]
        if short and number.isdigit() and 1 < int(number) < 100:
            continue
        for name, data in one.files.items():
            for path, content in data.items() if isinstance(data, dict) else [("", data)]:
                target = folder / "rooms" / one.name / name / path if path else folder / "rooms" / one.name / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        files = [f"rooms/{one.name}/{name}" for name in one.files]
        expect = {"status": one.status, "why": list(one.why), "agreed": one.agreed, **({"needs": one.needs} if one.needs else {})}
        yield {"id": f"room-{one.name}", "what": "room", "files": files, "anchor": one.anchor, "expect": expect}
