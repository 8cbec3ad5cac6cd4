"""The originals, a designee, a late pen change, and the signatures. Keys never come near a node: a request goes out as a file, a response comes back."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cochair.bodies import operations as bodies
from cochair.bodies.contents import Designee
from cochair.cli.demo import html, pictures, story, text
from cochair.cli.demo.play import BEGIN, NAMES, SIDES, Play, Scene, cochair, secretary
from cochair.kit.clock import parse
from cochair.kit.errors import CochairError
from cochair.ledger import dsse
from cochair.paper.check import check_pdf
from cochair.paper.model import field_name
from cochair.paper.sign import load_key
from cochair.paper.specimen import specimen_pem
from cochair.protocol import mandates, originals, prepare, request, seals, steps
from cochair.protocol import operations as op
from cochair.protocol.contents import Signatory
from cochair.protocol.queries import Row
from cochair.protocol.text import plain
from cochair.record.keys import read_person_key, write_private


@dataclass(frozen=True)
class Signer:
    """What a signer has on a machine of his own: one key in a file, for the record and for the originals. ``mandate`` names it on the node."""

    file: Path
    mandate: str


def adopts(play: Play) -> Scene:
    """Designee named, text adopted, both originals printed."""
    room, theirs = play.room, play.theirs
    person = bodies.put_person(theirs, room, secretary("RU"), story.seat("RU", 1))
    letter = theirs.put_paper(room, story.letter("SP-163", "2026-09-14", "The deputy co-chair signs for the Russian Side."))
    post = play.ids["RU", "co-chair"]
    named = bodies.name_designee(theirs, room, secretary("RU"), Designee(post=post, meeting=play.session, person=person, letter=letter))
    op.name_signatory(theirs, room, secretary("RU"), Signatory(instrument=play.instrument, post=post, designee=named))
    play.meet()
    play.ids["signers"] = {side: mandate(play, side) for side in SIDES}
    play.meet()
    manifest, digest = prepare.prepare_manifest(play.ours, room, play.instrument)
    seal_by_both(play, digest)
    play.ids["adopted"] = digest
    made = {node.side: originals.make(node, room, manifest) for node in play.nodes.values()}
    shown = {side: made["IN"][side].data for side in SIDES}
    files = {side: play.out / "originals" / f"for-reading-{side}.pdf" for side in SIDES}
    for side, path in files.items():
        path.write_bytes(shown[side])
    drawn = {side: pictures.one_page(path, play.out / "pictures" / f"original-{side}.png") for side, path in files.items()}
    signing = {part.side: part for part in manifest.signatories}
    play.expect(
        "the text is adopted on both nodes",
        [seals.slot_status(n, room, "adopt", play.instrument).agreed for n in play.nodes.values()],
        [digest, digest],
    )
    play.expect("both nodes print the same bytes", all(made["IN"][s].data == made["RU"][s].data for s in SIDES))
    play.expect("each original has its own Side's language first", [made["IN"][s].part.languages[0] for s in SIDES], ["en", "ru"])
    play.expect("the designee's letter stands behind the signature of the Russian Side", signing["RU"].designee, named)
    rows = [
        ("Original of the Indian Side", "India first, English on the left; the Indian signature at the place of honour", f"{made['IN']['IN'].pages} pages"),
        ("Original of the Russian Side", "Russia first, Russian on the left; the Russian signature at the place of honour", f"{made['IN']['RU'].pages} pages"),
    ]  # fmt: skip
    return Scene(
        "Two originals, side by side",
        (
            "Both Sides adopt the clean text. Each node prints both originals by itself, and the two printings are the same to the last byte.",
            "Each Side stands first in its own original: its name, its language, its signature. The co-chair of the Russian Side cannot come; a letter names a designee, and the letter is kept with the signature.",
        ),
        html.join([html.table("The two originals", ["Original", "Order", "Length"], rows), _beside(drawn, "First page")]),
    )  # fmt: skip


def changes(play: Play) -> Scene:
    """A late pen change: the sealed text stays, a correction stands beside it and cites it."""
    room, id_, late = play.room, play.instrument, play.ids["late"]
    before = text.row_of(play, late)
    for lang, words in story.LATE.items():
        base = text.row_of(play, late).cells[lang].ours
        op.propose_text(play.ours, room, secretary("IN"), late, lang, words, base=base.position if base else None)
    play.meet()
    op.accept_texts(play.theirs, room, secretary("RU"), late)
    play.meet()
    for node in play.nodes.values():
        op.mark_concordance(node, room, secretary(node.side), id_, [late])
    play.meet()
    _, digest = prepare.prepare_manifest(play.ours, room, id_, kind="correct")
    seal_by_both(play, digest)
    last = steps.current(play.theirs, room, id_)
    changed = [one.no for one in last.manifest.provisions if one.predecessor]
    play.expect("the correction stands and cites what was adopted", (last.digest, last.manifest.cites), (digest, play.ids["adopted"]))
    play.expect("it changes one paragraph and no other", changed, ["2.2"])
    after = text.row_of(play, late)
    rows = [(lang, *(html.text(_plain(row, code)) for row in (before, after))) for lang, code in (("English", "en"), ("Русский", "ru"))]
    return Scene(
        "A word changed at the last minute",
        (
            "Reading the printed originals, the Sides want to add “in accordance with the laws of both States” to paragraph 2.2. In most capitals this is done by pen, and later nobody knows who changed what.",
            "Here the adopted text stays as it is, and a correction stands beside it: which paragraph, which words, in both languages, confirmed by both Sides. The originals are printed anew.",
        ),
        html.table("Paragraph 2.2", ["Language", "As adopted", "As corrected"], rows),
    )


def signs(play: Play) -> Scene:
    """Both co-chairs sign both originals; each node checks the other's signature."""
    room, id_ = play.room, play.instrument
    unsigned = steps.following(play.ours, room, id_)
    made = originals.make(play.ours, room, unsigned)
    _, digest = prepare.prepare_manifest(play.ours, room, id_, [made[side].part for side in SIDES], kind="sign")
    papers = {holder: play.out / "signers" / f"original-{holder}.pdf" for holder in SIDES}
    for holder, path in papers.items():
        path.write_bytes(made[holder].data)
    for side in SIDES:
        papers = sign_outside(play, side, digest, papers)
    good, drawn = {}, {}
    for holder in SIDES:
        data = papers[holder].read_bytes()
        (play.out / "originals" / f"original-{holder}.pdf").write_bytes(data)
        part, fields = made[holder].part, [field_name(side) for side in SIDES]
        good[holder] = check_pdf(data, length=part.length, digest=part.sha256, fields=fields, signed=fields)
        drawn[holder] = pictures.one_page(
            play.out / "originals" / f"original-{holder}.pdf", play.out / "pictures" / f"signed-{holder}.png", last=True
        )
    play.ids["signed"] = digest
    states = {node.side: seals.slot_status(node, room, "sign", id_) for node in play.nodes.values()}
    play.expect("the protocol is signed, on both nodes", [one.agreed for one in states.values()], [digest, digest])
    play.expect("each Side found the other's seal valid", [len(one.waits_for_us) for one in states.values()], [0, 0])
    play.expect(
        "both originals carry both signatures and nothing else",
        [(c.good, len(c.signatures)) for c in good.values()],
        [(True, 2), (True, 2)],
    )
    rows = [
        (
            f"Original of the {NAMES[holder]}",
            *(html.tag("signed") for _ in SIDES),
            "the approved pages, two good signatures and nothing else",
        )
        for holder in SIDES
    ]
    return Scene(
        "Signing",
        (
            (
                "The node asks for a signature by a small file. The signer takes it to a machine of his own, where his key is, reads what is asked, signs, and brings an answer back. The key never touches the node. "
                "Both co-chairs sign both originals."
            ),
            "Each Side's node checks the other's signature and says so in its own record. Only when both have said so is the protocol signed. Ink on paper is the other way, and stays the normal one.",
        ),
        html.join(
            [
                html.table("Who has signed what", ["Original", "Indian Side", "Russian Side (by designee)", "Checked"], rows),
                _beside(drawn, "Last page"),
            ]
        ),
    )


def _beside(drawn: dict[str, str], what: str) -> html.Safe:
    """Pages of both originals beside each other."""
    images = [html.figure(f"../{path}", f"{what} of the original of the {NAMES[side]}, SPECIMEN") for side, path in drawn.items()]
    return html.Safe(f'<div class="demo-originals">{html.join(images)}</div>')


def sign_outside(play: Play, side: str, manifest: str, papers: dict[str, Path]) -> dict[str, Path]:
    """One co-chair on a machine of his own, which is another process that knows no node: `cochair sign` with the request and both originals -> the signed ones."""
    node, signer = play.nodes[side], play.ids["signers"][side]
    asked, answered = (play.out / "signers" / f"{name}-{side}-sign.json" for name in ("request", "response"))
    asked.write_bytes(seals.seal_request(node, play.room, cochair(side), manifest, signer.mandate))
    given = [word for path in papers.values() for word in ("--pdf", str(path))]
    keys = ["--key", str(signer.file), "--certificate", str(signer.file.with_suffix(".crt"))]
    done = subprocess.run(
        [sys.executable, "-m", "cochair.cli.main", "sign", str(asked), "--out", str(answered), "--yes", *keys, *given],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise CochairError(f"`cochair sign` gave up: {done.stderr.strip()}", "This is a defect; report it")
    play.expect(f"the signing program says to the {NAMES[side]} that this is a specimen", "SPECIMEN" in done.stdout)
    seals.file_seal(node, play.room, cochair(side), answered.read_bytes())
    play.meet()
    return {holder: path.with_name(f"{path.stem}.signed-{side}.pdf") for holder, path in papers.items()}


def mandate(play: Play, side: str) -> Signer:
    """A fresh specimen key in a file outside the node, bound to the co-chair's post on it."""
    begin = parse(BEGIN).astimezone(UTC)
    pem = specimen_pem(f"Co-chair of the {NAMES[side]}", side, now=datetime(begin.year, begin.month, begin.day, tzinfo=UTC))
    path = play.out / "signers" / f"co-chair-{side}.pem"
    key_part, begins, certificate = pem.partition(b"-----BEGIN CERTIFICATE")
    write_private(path, key_part)
    path.with_suffix(".crt").write_bytes(begins + certificate)
    pdf, key = load_key(pem), read_person_key(path)
    entry = mandates.file_mandate(
        play.nodes[side], play.room, secretary(side), post=play.ids[side, "co-chair"], body=play.body, public=key.public.data.hex(), suite=dsse.ECDSA_P256,
        since="2026-01-01", certificate=pdf.certificate,
    )  # fmt: skip
    return Signer(path, entry)


def seal_by_both(play: Play, manifest: str) -> None:
    """Each Side: request out of the node, response from the signer's machine, back into the node; then both check."""
    for side in SIDES:
        node, signer = play.nodes[side], play.ids["signers"][side]
        asked = play.out / "signers" / f"request-{side}.json"
        answered = asked.with_name(f"response-{side}.json")
        asked.write_bytes(seals.seal_request(node, play.room, cochair(side), manifest, signer.mandate))
        answered.write_bytes(request.respond(asked.read_bytes(), read_person_key(signer.file)))
        seals.file_seal(node, play.room, cochair(side), answered.read_bytes())
        play.meet()


def _plain(row: Row, lang: str) -> str:
    shown = row.cells[lang].shown
    return plain(shown.text) if shown and shown.text else ""
