"""Texts, manifests, what is signed, originals, scans, press."""

import contextlib
import copy
import hashlib
import json
import tempfile
from pathlib import Path

from cochair.kit.errors import Rejected
from cochair.ledger import dsse
from tests.simulators import samples
from tests.simulators.parsers.common import BASE, PERSON, Parser, manifest_sample, same


def manifest() -> Parser:
    from cochair.protocol import manifest as m

    return Parser(lambda data: same(m.encode(m.decode(data)), data), (manifest_sample(),))


def provision_text() -> Parser:
    from cochair.protocol import text as t
    from cochair.protocol import typed

    typed_samples = (
        "## Heading",
        "A paragraph, in which [IN: this / RU: that] stands.",
        "- one\n- two",
        "1. one\n2. two",
        "| a | b |\n|---|---|\n| c | d |",
    )

    def read(data: bytes) -> None:
        found = t.parse(data)
        same(t.dump(found), data)
        t.plain(found)
        t.warnings(found)
        t.unsafe(found)

    return Parser(read, tuple(t.dump(typed.read(one, lang)) for one in typed_samples for lang in ("en", "ru")))


def typed_text() -> Parser:
    from cochair.kit import numbers
    from cochair.kit import text as kit
    from cochair.protocol import text as t
    from cochair.protocol import typed

    samples_ = (
        "## Heading", "A paragraph, in which [IN: this wording / RU: that wording] is still in brackets; [IN: — / RU: 1,5 млн].", "- item\n- item",
        "1. one\n2. two", "| a | b |\n|---|---|\n| c \\| | d |", "Стороны договорились [IN: о 10 проектах / RU: —].", "दोनों पक्ष 6 अगस्त 2025",
    )  # fmt: skip

    def read(data: bytes) -> None:
        given = data.decode("utf-8", "replace")
        kit.skeleton(given[:2000])
        kit.check(given, "en")
        numbers.figures(given, "ru")
        found = typed.read(kit.clean(given), "en")
        t.warnings(found)
        assert t.parse(t.dump(found)) == found

    return Parser(
        read,
        tuple(one.encode() for one in samples_),
        (b"[IN: ", b" / RU: ", b"]", b"|", b"\\", b"1. ", "\u200d".encode(), "\u2066".encode()),
    )


def signing_request() -> Parser:
    from cochair.protocol import request

    made = request.Request(
        room="ab" * 32, slot=request.Slot("sign", "IN/record/7"), manifest="cd" * 32, heads={"IN": 3, "RU": 2}, side="IN", mandate="IN/record/1",
        key=PERSON.public.id, specimen=True, slug="c7",
    )  # fmt: skip
    good = request.encode(made)

    def read(data: bytes) -> None:
        same(request.encode(request.decode(data)), data)

    return Parser(read, (good,))


def signing_response() -> Parser:
    from cochair.protocol import request

    good = signing_request().samples[0]

    def wrap(data: bytes) -> bytes:
        return dsse.sign(request.PAYLOAD_TYPE, data, [PERSON])

    return Parser(lambda data: request.opened(data, PERSON.public), (wrap(good),), (), (good,), wrap)


def person() -> Parser:
    """The paper of one person, which the other Side may have written."""
    import msgspec

    from cochair.bodies.contents import person_of
    from tests.makers.bodies import person as one

    return Parser(person_of, (msgspec.json.encode(one()),))


def original() -> Parser:
    """A PDF of which a hostile Side says that it is the original: its own length and digest, then signatures."""
    from cochair.paper.check import check_pdf
    from cochair.paper.increment import read_base
    from cochair.paper.sign import prepare

    base = samples.small_original()
    signed_ = tuple(one["signed"] for one in samples.samples().values())

    def read(data: bytes) -> None:
        end = data.find(b"%%EOF\n") + 6
        answer = check_pdf(data, length=end, digest=hashlib.sha256(data[:end]).hexdigest(), fields=["sign-IN", "sign-RU"])
        assert answer.words
        assert answer.good or answer.reason is not None
        whole = check_pdf(data, length=len(base), digest=hashlib.sha256(base).hexdigest(), fields=["sign-IN", "sign-RU"])
        assert not whole.good or data.startswith(base)
        with contextlib.suppress(Rejected):
            read_base(data)
        prepare(data, "sign-RU", signed_at=samples.AT)

    return Parser(read, (base, *signed_), (b" 0 R", b"/Prev ", b"endobj\n", b"%%EOF\n", b"/AcroForm 4 0 R "))


def scan() -> Parser:
    from cochair.paper.scan import scan_kind
    from tests.makers.small_files import jpeg, pdf, png

    return Parser(
        scan_kind,
        (png(), jpeg(), pdf(), samples.small_original()),
        (b"/JavaScript", b"<<", b">>", b"obj", b"/Filter /FlateDecode", b"[", b"stream\n"),
    )


def press_report() -> Parser:
    from cochair.press.commands import own_register
    from cochair.press.read import read_bytes
    from cochair.press.render import pieces

    folder = Path(__file__).parents[3] / "src" / "cochair" / "press" / "data" / "samples"
    register = own_register()

    def read(data: bytes) -> None:
        found = read_bytes(data, register)
        assert "".join(piece.text for piece in pieces(data.decode(), found)) == data.decode()

    tokens = tuple(
        one.encode()
        for one in (
            "“",
            "”",
            "co-chaired by ",
            "(",
            "6 August 2025",
            "11th session",
            "<p>",
            "&amp;",
            "Deputy Minister ",
            "\u0085",
            "\u2028",
        )
    )
    return Parser(read, tuple(path.read_bytes() for path in sorted(folder.glob("*.txt"))), tokens)


def press_register() -> Parser:
    from cochair.press.commands import load_register
    from cochair.press.datafiles import load

    good = json.dumps(copy.deepcopy(load("register")["bodies"])[:4], ensure_ascii=False).encode()

    def read(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=BASE) as file:
            file.write(data)
            file.flush()
            load_register(Path(file.name))

    return Parser(read, (good, b'{"bodies":' + good + b"}"))
