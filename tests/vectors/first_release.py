"""Wrote `first-release/` once, with the first release; kept so that anybody can see how. **Never run it again: those bytes do not change, whatever the program becomes.**

    python -m tests.vectors.first_release      # refuses where the files are

A SPECIMEN room of two Sides: a session, a protocol negotiated, marked, adopted by keys of both; letters, a delegation, agreed actions, an account, an erased
paper, a seal taken back, a working log. Of it: both nodes' folders as the program left them (keys, sign-ledger, database, papers), IN's backup from some way
before the end, the record as a bundle, and what the program said of it all. The private keys are printed hereby and refused everywhere else (`ledger/published.py`).
"""

import io
import json
import lzma
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from cochair.exchange import carry, run
from cochair.exchange.sources import FolderSource
from cochair.kit.ids import working_log
from cochair.ledger.dsse import PrivateKey
from cochair.ledger.notes import COSIGNATURE, parse_vkey
from cochair.meetings.received import account_of_position, enter_received
from cochair.protocol import prepare, seals
from cochair.record import backup, positions
from cochair.publication.contents import Consent
from cochair.record.node import Draft, Node
from cochair.record.registry import Content, MatterKind
from cochair.record.tree import open_tree
from cochair.stages import REGISTRY
from tests.makers import bodies, followup, meetings
from tests.makers.papers import paper, stock
from tests.makers.stages import CONTENTS
from tests.protocol import flow
from tests.protocol.flow import IN, RU
from tests.record.makers import smuggle

FOLDER = Path(__file__).parent / "first-release"
_LEFT_OUT = {"tree", "spool", "boot", "socket", "lock", "open-tree", "publish.lock"}


def main() -> None:
    if any(FOLDER.iterdir()):
        raise SystemExit(f"{FOLDER} is not empty, and what is in it does not change")
    flow.REGISTRY = REGISTRY
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        with flow.table(base) as t:
            for node in (t.ours, t.theirs):
                open_tree(node)
            instrument, people = play(t)
            backup.write(t.ours, base / "in.backup")
            after(t, instrument, people["IN"])
            carry.write_bundle(t.ours, t.room, base / "record.bundle", working=False)
            told = expected(t, {side: key.public.data.hex() for side, (_, key) in people.items()})
            sides = {node.side: node.folder for node in (t.ours, t.theirs)}
        packed = {f"{side.lower()}.node.tar": as_tar(place) for side, place in sides.items()}
        packed |= {name: (base / name).read_bytes() for name in ("in.backup", "record.bundle")}
    for name, data in packed.items():
        (FOLDER / f"{name}.xz").write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    (FOLDER / "expected.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="ascii")


def play(t: flow.Table) -> tuple[str, dict[str, tuple[str, PrivateKey]]]:
    """The session up to the adopted protocol -> the instrument, and Side -> mandate and key of its co-chair."""
    ours, theirs, room = t.ours, t.theirs, t.room
    for node in (ours, theirs):
        stock(node, room)
    instrument, _provisions = flow.settled(t)
    people = {"IN": flow.mandate(ours, room, IN, t.body), "RU": flow.mandate(theirs, room, RU, t.body)}
    letter = positions.say(ours, room, "meetings.letter", meetings.letter())
    area = positions.propose(ours, room, "followup.area", followup.area())
    t.meet()
    positions.say(theirs, room, "meetings.receipt", meetings.receipt(letter))
    positions.accept(theirs, room, "followup.area", area)
    positions.propose(theirs, room, "followup.project", followup.project(area))
    said = account_of_position(ours, "meetings.dates", meetings.dates(start="2026-10-05", end="2026-10-06"), subject=t.session)
    enter_received(ours, room, IN, from_side="RU", account=said, how="said", dated="2026-09-01")
    enter_received(ours, room, IN, from_side="RU", account=said, how="letter", paper=b"SPECIMEN letter", number="1", dated="2026-09-01")
    with ours.read() as tx:
        [erased] = [row["paper"] for row in tx.query("SELECT paper FROM j_received WHERE room = ? AND paper IS NOT NULL", (room,))]
    ours.erase(room, erased, "asked")
    t.meet()
    every_kind(t, flow.step(t, "adopt", instrument, people))
    return instrument, people


def every_kind(t: flow.Table, manifest: str) -> None:
    """One content of each kind of the record, agreed by both Sides where it is a matter; about a session of its own."""

    def draft(schema: str, subject: str, content: Content, part: str = "") -> Draft:
        plain = json.loads(json.dumps(positions.plain(content)).replace("7" * 64, manifest))
        if not isinstance(REGISTRY.kinds[schema], MatterKind):
            return Draft("record", "statement", schema, {"subject": subject, **plain})
        return Draft("record", "position", schema, {"subject": subject, "part": part, "content": plain, "level": "agreed"})

    [session] = t.ours.write(t.room, [draft("meetings.session/1", "self", meetings.session(t.body))])
    t.meet()
    for schema, content in {**CONTENTS, "publication.consent/1": Consent()}.items():
        kind = REGISTRY.kinds[schema]
        if not isinstance(kind, MatterKind):
            t.ours.write(t.room, [draft(schema, session, content)])
            continue
        part = "existence" if kind.name == "publication.consent" else "IN" if kind.name == "followup.phrase" else ""
        subject = "self" if kind.introduces else session
        [said] = t.ours.write(t.room, [draft(schema, subject, content, part)])
        t.meet()
        t.theirs.write(t.room, [draft(schema, said if subject == "self" else subject, content, part)])
    t.meet()


def after(t: flow.Table, instrument: str, by: tuple[str, PrivateKey]) -> None:
    """What came behind the backup: an action with a report, a letter taken back, a report confirmed, a remark, an entry that does not count, a seal taken back."""
    t.ours.write(t.room, [Draft(working_log(instrument), "comment", "record.comment/1", {"subject": instrument, "paper": paper("a text")})])
    positions.say_anew(t.ours, t.room, "meetings.letter", positions.say(t.ours, t.room, "meetings.letter", meetings.letter()), meetings.letter(number="17"))
    with t.theirs.read() as tx:
        [told] = [row["id"] for row in tx.query("SELECT id FROM j_received WHERE room = ? AND paper IS NULL", (t.room,))]
    t.theirs.write(t.room, [Draft("record", "statement", "record.confirms/1", {"target": told})])
    smuggle(t.theirs, t.room, "statement", "meetings.letter/2", {"subject": "self"})
    _, digest = prepare.prepare_manifest(t.ours, t.room, instrument, kind="initial")
    seals.revoke_seal(t.ours, t.room, IN, flow.seal(t.ours, t.room, IN, digest, by))
    action = positions.propose(t.ours, t.room, "followup.action", followup.plain_action(t.session))
    positions.say(t.ours, t.room, "followup.report", followup.report(action))
    positions.say(t.theirs, t.room, "bodies.post", bodies.post(t.body))
    for _ in range(3):
        run.exchange(t.ours, t.room, FolderSource(t.theirs.publisher.tree))
        run.exchange(t.theirs, t.room, FolderSource(t.ours.publisher.tree))


def expected(t: flow.Table, people: dict[str, str]) -> dict[str, object]:
    def of(node: Node) -> dict[str, object]:
        terms = node.descriptor("c7")
        published = [parse_vkey(terms["log_key"])[1].hex(), parse_vkey(terms["cosign_key"], COSIGNATURE)[1].hex(), terms["exchange_key"]]
        digests = {which: node.state_digest(t.room, which) for which in ("record", "working")}
        heads = {origin: [size, root.hex()] for origin, (size, root) in sorted(node.heads(t.room).items())}
        return {"digests": digests, "heads": heads, "applied": node.cut(t.room), "keys": [*published, people[node.side]], "problems": node.fsck(t.room)}

    return {"room": t.room, "registry": sorted(REGISTRY.kinds), "nodes": {node.side: of(node) for node in (t.ours, t.theirs)}}


def as_tar(place: Path) -> bytes:
    """A closed node's folder, without what is derived."""
    with closing(sqlite3.connect(place / "record.sqlite3")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(place.rglob("*")):
            name = path.relative_to(place)
            if path.is_file() and not _LEFT_OUT & {*name.parts} and not name.name.endswith(("-wal", "-shm")):
                info = tarfile.TarInfo(name.as_posix())
                info.size, info.mode = path.stat().st_size, 0o600
                tar.addfile(info, io.BytesIO(path.read_bytes()))
    return out.getvalue()


if __name__ == "__main__":
    main()
