"""What a liar puts into its log, or takes out of a copy, to make `verify` say too much, or nothing at all of a good record."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cochair.cli import verify as v
from cochair.exchange import carry, pull, unpacking
from cochair.kit.errors import Rejected
from cochair.paper.model import field_name
from cochair.paper.sign import sign_pdf
from cochair.paper.specimen import specimen_certificate
from cochair.protocol import manifest as m
from cochair.record import faults
from cochair.stages import REGISTRY
from tests.hostile.conftest import Scene
from tests.hostile.liar import Liar
from tests.makers.rooms import signed
from tests.record.makers import make_node


@pytest.fixture
def real(tmp_path: Path):
    """As `scene`, with the stages of the product: `verify` knows no others."""
    ours, theirs = (make_node(tmp_path / side, side, registry=REGISTRY) for side in ("IN", "RU"))
    room = ours.found("c7", sides=[ours.descriptor("c7"), theirs.descriptor("c7")])
    theirs.join(ours.terms(room))
    yield Scene(ours, Liar(theirs, room), room)
    ours.close()
    theirs.close()


def test_bytes_that_are_no_entry_do_not_take_the_proof_from_everybody(real: Scene, tmp_path: Path) -> None:
    ours, liar, room = real
    liar.raw(b"{}")
    liar.raw(b"\xff" * 60000)
    liar.say("seen", "record.seen/1", {"heads": {}}, room="11" * 32)
    liar.say("statement", "later.kind/9", {"x": 1})
    liar.raw(b'{"v":2}')
    pull.pull(ours, room, liar)
    pull.acknowledge(ours, room)
    carry.write_bundle(ours, room, tmp_path / "record.tar", working=False)
    verdict = v.verify([tmp_path / "record.tar"], v.Anchor(room))
    assert verdict.status == v.PROVEN, verdict
    assert "5 entries are kept and not counted" in " ".join(verdict.lines[0].details)
    assert verdict.states == {"record.tar": ours.state_digest(room)}


def test_what_cannot_be_read_takes_away_no_proof_of_what_stands_before_it(real: Scene, tmp_path: Path) -> None:
    ours, liar, room = real
    from cochair.record import positions
    from tests.makers import bodies

    positions.propose(ours, room, "bodies.body", bodies.body(parent=None))
    liar.seen(ours)
    liar.say("seen", "record.seen/1", {"heads": {"IN": {"size": 999, "root": "00" * 32}}})
    liar.seen(ours, heads={"IN": {"size": 1, "root": "00" * 32}})
    pull.pull(ours, room, liar)
    pull.acknowledge(ours, room)
    carry.write_bundle(ours, room, tmp_path / "record.tar", working=False)
    verdict = v.verify([tmp_path / "record.tar"], v.Anchor(room))
    assert verdict.status == v.PARTLY, verdict
    (line,) = verdict.lines
    assert any("ru.example/c7/RU/record was read up to 1 of 3 entries" in each for each in line.details), line.details
    assert verdict.states == {"record.tar": ours.state_digest(room)}
    assert v.verify([tmp_path / "record.tar"]).status == v.UNKNOWN


def test_evidence_is_checked_beside_other_files(real: Scene, tmp_path: Path) -> None:
    ours, liar, room = real
    for words in "abc":
        liar.say("seen", "record.seen/1", {"heads": {}}, at=f"2026-01-0{'abc'.index(words) + 1}T10:00:00Z")
    pull.pull(ours, room, liar)
    del liar.logs["record"][1:]
    liar.raw(b"another")
    pull.pull(ours, room, liar)
    (trouble,) = faults.troubles(ours, room)
    path = tmp_path / "proof.json"
    path.write_bytes(trouble.file)
    key = ours.peers(room)["RU"].log_key
    assert v.verify([path], v.Anchor(room, {"RU": key})).status == v.PROVEN
    assert v.verify([path], v.Anchor(room)).status == v.UNKNOWN
    assert v.verify([path]).status == v.UNKNOWN
    assert v.verify([path], v.Anchor("11" * 32, {"RU": key})).status == v.REFUSED
    other = ours.descriptor("c7")["log_key"]
    assert v.verify([path], v.Anchor(room, {"RU": other})).status == v.REFUSED
    path.write_bytes(trouble.file.replace(b'"prefix":"', b'"prefix":"00', 1))
    assert v.verify([path], v.Anchor(room, {"RU": key})).status == v.REFUSED


@pytest.fixture
def forged_pdf(tmp_path: Path) -> tuple[Path, Path]:
    """(tree of the record, its original of IN with signatures by anybody's certificates)."""
    real = signed()
    shutil.copytree(real.tree, tmp_path / "tree")
    data = real.originals["IN"].read_bytes()
    lengths = [
        part.length
        for path in (real.tree / real.room / "structural").iterdir()
        if b'"originals"' in path.read_bytes()
        for part in m.decode(path.read_bytes()).originals
        if part.holder == "IN" and part.length < len(data)
    ]
    pdf = data[: max(lengths)]
    for side in ("IN", "RU"):
        key = specimen_certificate("Co-chair", side, now=datetime.now(UTC))
        pdf = sign_pdf(pdf, field_name(side), key, signed_at="2026-01-05T10:00:00Z")
    path = tmp_path / "original-IN.pdf"
    path.write_bytes(pdf)
    return tmp_path / "tree", path


@pytest.mark.parametrize("taken", ["", "one", "all"])
def test_certificates_taken_out_of_a_copy_let_nobody_else_sign(forged_pdf: tuple[Path, Path], taken: str) -> None:
    """A folder is signed by nobody: whoever passes it on may leave papers out."""
    tree, pdf = forged_pdf
    real = signed()
    papers = [p for p in (tree / real.room / "paper").iterdir() if p.read_bytes()[32:34] == b"\x30\x82"]
    assert papers
    for path in {"": [], "one": papers[:1], "all": papers}[taken]:
        path.unlink()
    verdict = v.verify([tree, pdf], v.Anchor(real.room, real.keys))
    assert verdict.lines[0].status == v.PROVEN
    assert verdict.lines[1].status == v.REFUSED, verdict.lines[1]


def test_a_chain_of_odd_headers_is_refused(tmp_path: Path) -> None:
    """Headers that make a general reader of archives recurse, or run backwards for ever."""
    import tarfile

    real = signed()
    head = real.record.read_bytes()
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 2
    odd = (name.tobuf(tarfile.GNU_FORMAT) + b"a\0".ljust(512, b"\0")) * 3000
    back = bytearray(tarfile.TarInfo("x").tobuf(tarfile.GNU_FORMAT))
    back[124:136] = (2**96 - 1024).to_bytes(12, "big")
    back[148:156] = b"%06o\0 " % (sum(back[:148]) + 256 + sum(back[156:512]))
    for number, bad in enumerate((odd, bytes(back) * 8)):
        path = tmp_path / f"{number}.tar"
        path.write_bytes(head[: head.index(b"bundle.list")] + bad + bytes(1024))
        assert v.verify([path], v.Anchor(real.room)).status == v.REFUSED
        with pytest.raises(Rejected), unpacking.read(path, verifiers=[]):
            pass
