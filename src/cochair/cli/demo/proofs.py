"""The proofs, last: `verify` accepts what the Sides signed, and refuses six kinds of forgery, each with its reason. Only here do hashes come in sight."""

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

from cochair.cli import verify as check
from cochair.cli.demo import alone, html, joining, review, signing, text
from cochair.cli.demo.play import Play, Scene, prepare
from cochair.cli.opening import registry
from cochair.cli.verify import PROVEN, REFUSED, UNKNOWN, Anchor, Verdict
from cochair.exchange import bundle, carry
from cochair.kit.errors import CochairError
from cochair.publication.export import export
from cochair.record.node import Node

END = b"%%EOF\n"
FORGED = (alone.alone, joining.joins, review.reviews, text.brackets, signing.adopts, signing.changes, signing.signs)
"""The forger plays the whole session, with nodes and keys of its own under the same names."""
FORGED_ROOM = Path("forged") / "room"

REASONS = {
    "one byte of a signed original is flipped": "not an original that the Sides sealed",
    "something is appended behind the signatures of an original": "was added to the original",
    "the second signature is cut off": "is missing",
    "the proof of another room is shown for this one": "“another”",
    "a whole forged room, with keys of its own under the same names": "fits together in itself",
    "one member of the bundle is changed, its list left as it was": "does not have the digest that was listed",
    "one member is changed, and the list made to fit": "not the one that was signed",
}


def proofs(play: Play) -> Scene:
    """Everything that was kept is checked as a stranger would, offline, from files alone."""
    record = play.out / "bundle" / "record.tar"
    originals = sorted((play.out / "originals").glob("original-*.pdf"))
    good = check.verify([record, *originals])
    public = export(play.ours, play.room, play.out / "public")
    play.expect(
        "the public site shows the protocol in both languages",
        {"index.html", "record.tar"} <= set(public) and any("ru" in name for name in public),
    )
    trust = check.trust_file(play.room, good.keys)
    (play.out / "public" / "trust.json").write_bytes(trust)
    anchor = check.read_anchor(str(play.out / "public" / "trust.json"))
    proven = check.verify([record, *originals], anchor)
    publish(play, originals, proven)
    play.expect("the record and both originals are proven", (proven.status, len(proven.lines)), (PROVEN, 3))
    play.expect("without an anchor the same files are only consistent in themselves", good.status, UNKNOWN)
    play.expect("what verify computes is the digest that both nodes show", proven.states[record.name], play.ours.state_digest(play.room))
    play.expect("everything says that it is a specimen", proven.specimen)
    cases = refusals(play, record, originals, anchor)
    play.result["refusals"] = [{"case": case, "status": verdict.status, "reason": _reason(verdict)} for case, verdict in cases]
    for case, verdict in cases:
        play.expect(f"refused: {case}", (verdict.status, bool(_reason(verdict))), (REFUSED, True))
    told = {case: _reason(verdict) for case, verdict in cases}
    for case, words in REASONS.items():
        play.expect(f"the reason for “{case}” speaks of {words!r}", words in told[case])
    found = play.digests()
    play.result["digests"] = found
    for which, by in found.items():
        play.expect(f"both nodes hold the same {which}", by["IN"], by["RU"])
    play.expect("both nodes find no fault in themselves", [node.fsck(play.room) for node in play.nodes.values()], [[], []])
    accepted = html.table(
        "Accepted",
        ["File", "Verdict", "Found"],
        [(line.file, html.tag("accepted"), html.join(line.details, "<br>")) for line in proven.lines],
    )
    refused = html.table(
        "Refused", ["Forgery", "Verdict", "Reason given"], [(case, html.tag("refused"), _reason(verdict)) for case, verdict in cases]
    )
    same = html.table(
        "The two nodes",
        ["State", "Indian Side", "Russian Side"],
        [(which, _code(by["IN"]), _code(by["RU"])) for which, by in found.items()],
    )
    return Scene(
        "The proofs",
        (
            ("Anybody can check what was signed: offline, with one program, without asking either government's server. It needs one thing from outside, the fingerprint of the room, which the two governments "
            "publish or a reader already holds."),
            f"It accepts the record and both originals. It refuses {len(cases)} forgeries, among them a whole forged room: everything in it fits together, and it is not this room. Both nodes show the same digests.",
        ),
        html.join([html.heading("Accepted"), accepted, html.heading("Refused"), refused, html.heading("Both nodes hold the same"), same, html.para(html.join(["Fingerprint of the room: ", _code(proven.fingerprint)]))]),
        proof=True,
    )  # fmt: skip


def refusals(play: Play, record: Path, originals: Sequence[Path], anchor: Anchor) -> list[tuple[str, Verdict]]:
    """Forge, and check -> what was done, verdict."""
    folder = play.out / "forged"
    folder.mkdir(exist_ok=True)
    pdf, kept = originals[0], originals[0].read_bytes()
    cases = []

    def case(words: str, name: str, data: bytes, beside: Sequence[Path] = ()) -> None:
        path = folder / name
        path.write_bytes(data)
        cases.append((words, check.verify([*beside, path], anchor)))

    case("one byte of a signed original is flipped", "flipped.pdf", flip(kept, len(kept) // 3), [record])
    case("one byte of the bundle is flipped", "flipped.tar", flip(record.read_bytes(), record.stat().st_size // 2))
    case(
        "something is appended behind the signatures of an original",
        "appended.pdf",
        kept + b"1 0 obj\n<</Type/Page>>\nendobj\n%%EOF\n",
        [record],
    )
    case("the second signature is cut off", "cut.pdf", kept[: kept.rindex(END, 0, -len(END)) + len(END)], [record])
    other = other_room(play, folder / "other.tar")
    cases.append(("the proof of another room is shown for this one", check.verify([other, pdf], anchor)))
    forged = forged_room(play)
    alone_ = check.verify([forged / "bundle" / "record.tar", *sorted((forged / "originals").glob("original-*.pdf"))])
    play.expect("the forged room is consistent in itself", alone_.status, UNKNOWN)
    cases.append(
        ("a whole forged room, with keys of its own under the same names", check.verify([forged / "bundle" / "record.tar"], anchor))
    )
    cases.append(("an original out of the forged room", check.verify([record, forged / "originals" / pdf.name], anchor)))
    changed = folder / "changed.tar"
    changed.write_bytes(change_member(record.read_bytes(), "/paper/", lambda data: flip(data, len(data) - 1)))
    cases.append(("one member of the bundle is changed, its list left as it was", check.verify([changed], anchor)))
    relisted = folder / "relisted.tar"
    relisted.write_bytes(change_member(record.read_bytes(), "/paper/", lambda data: flip(data, len(data) - 1), relist=True))
    cases.append(("one member is changed, and the list made to fit", check.verify([relisted], anchor)))
    for spent in (forged, folder / "node"):  # the forger's nodes go, his files stay to be looked at
        shutil.rmtree(spent, ignore_errors=True)
    return cases


def flip(data: bytes, at: int) -> bytes:
    """The same bytes but for one bit."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def change_member(data: bytes, within: str, change: Callable[[bytes], bytes], *, relist: bool = False) -> bytes:
    """A bundle with the first member whose name holds ``within`` changed; ``relist``: its line in the list is corrected, as a forger without the key would."""
    members = []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            file = tar.extractfile(member)
            members.append((member.name, file.read() if file else b""))
    name = next(name for name, _ in members if within in name)
    made = {each: change(body) if each == name else body for each, body in members}
    if relist:
        old, new = (hashlib.sha256(body).hexdigest().encode() for body in (dict(members)[name], made[name]))
        made[bundle.LIST] = made[bundle.LIST].replace(old, new)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for each, body in made.items():
            info = tarfile.TarInfo(each)
            info.size, info.mode = len(body), 0o644
            tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


def other_room(play: Play, target: Path) -> Path:
    """A true bundle of another room, of a node with the same name."""
    node = Node.init(play.out / "forged" / "node", side="IN", domain="in.example", registry=registry(), specimen=True)
    try:
        carry.write_bundle(node, node.found("another"), target, working=False)
    finally:
        node.close()
    return target


def begin_forging(out: Path) -> subprocess.Popen[bytes]:
    """The forger at work beside the play, in a process of his own."""
    command = [sys.executable, "-m", __name__, str(out)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def forged_room(play: Play) -> Path:
    """The folder of the forged room, when the forger is done; he begins now if he has not yet."""
    forger = play.forger or begin_forging(play.out)
    _, said = forger.communicate()
    if forger.returncode:
        raise CochairError(
            f"The forged room could not be made: {said.decode(errors='replace').strip()[-300:]}", "This is a defect; report it"
        )
    return play.out / FORGED_ROOM


def forge(out: Path) -> None:
    """Make a complete other room: the same story, the same names, other keys."""
    false = prepare(out / FORGED_ROOM)
    try:
        for act in FORGED:
            act(false)
        carry.write_bundle(false.ours, false.room, false.out / "bundle" / "record.tar", working=False)
    finally:
        false.close()


def publish(play: Play, originals: Sequence[Path], proven: Verdict) -> None:
    """Beside the public site: the signed originals, the trust file, and a page that says how to check them all."""
    for path in originals:
        shutil.copyfile(path, play.out / "public" / path.name)
    names = ["record.tar", *(path.name for path in originals)]
    site = check.verify([play.out / "public" / name for name in names], check.read_anchor(str(play.out / "public" / "trust.json")))
    play.expect("what is on the public site is proven by itself", site.status, PROVEN)
    details = "".join(f"<li>{html.text(line.file)}: {html.text(line.words)}</li>" for line in site.lines)
    links = "".join(f'<li><a class="govuk-link" href="{name}">{name}</a></li>' for name in [*names, "trust.json"])
    body = (
        f'<h1 class="govuk-heading-l">Check the protocol of the 12th session (SPECIMEN)</h1><ul class="govuk-list govuk-list--bullet">{links}</ul>'
        f'<h2 class="govuk-heading-m">How to check it</h2><pre class="app-digest">cochair verify {" ".join(names)} --room trust.json</pre>'
        f'<ul class="govuk-list govuk-list--bullet">{details}</ul><p class="govuk-body">Fingerprint of the room: {_code(proven.fingerprint)}</p>'
    )
    from cochair.cli.demo import page

    whole = page.whole("Protocol of the 12th session (SPECIMEN)", page.SPECIMEN + page.main(body), "../")
    (play.out / "public" / "files.html").write_text(whole, "utf-8")


def _reason(verdict: Verdict) -> str:
    return verdict.refusals[0].words if verdict.refusals else ""


def _code(value: str) -> html.Safe:
    return html.Safe(f'<code class="app-digest">{html.text(value)}</code>')


if __name__ == "__main__":
    forge(Path(sys.argv[1]))
