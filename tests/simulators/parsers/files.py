"""What nodes and their operators hand over: bundles, descriptors, requests, backups, trust files."""

import base64
import contextlib
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from cochair.kit import canonical
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import cosignatures, macs, notes
from tests.simulators.parsers.common import (
    BASE,
    LOG,
    OTHER,
    VERIFIERS,
    Parser,
    same,
    signed,
    text,
    vectors,
)
from tests.vectors import make


def bundle() -> Parser:
    from cochair.exchange import bundle as form
    from cochair.exchange import packing, unpacking

    room = "ab" * 32
    files = {
        "in.example/c7/IN/record/checkpoint": b"head\n",
        "in.example/c7/IN/record/tile/entries/000.p/3": b"x" * 700,
        f"{room}/paper/{'c' * 64}": b"s" * 513,
    }
    working = {"in.example/c7/IN/w-IN-4/checkpoint": b"private head\n"}
    since = form.Since("in.example/c7/IN/record", 3, "d" * 64)
    sign = signed(LOG)
    with tempfile.TemporaryDirectory(dir=BASE) as folder:
        root = Path(folder)
        ways = {"a": {}, "b": {"working": _contents(working)}, "c": {"since": [since]}}
        for name, more in ways.items():
            packing.write(root / name, _contents(files), room=room, side="IN", sign=lambda t: sign(t.encode()), **more)
        made = tuple((root / name).read_bytes() for name in ways)

    def read(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=BASE) as folder:
            path = Path(folder) / "given.tar"
            path.write_bytes(data)
            before = sorted(Path(folder).iterdir())
            with contextlib.suppress(Rejected):
                unpacking.peek(path)
            with contextlib.suppress(Rejected):
                for _ in unpacking.skim(path, room, 4096):
                    pass
            try:
                with unpacking.read(path, verifiers=VERIFIERS[:1], beside=Path(folder)) as opened:
                    assert all(one.resolve().is_relative_to(opened.folder.resolve()) for one in opened.folder.rglob("*"))
            finally:
                assert sorted(Path(folder).iterdir()) == before, "something of the bundle was left"

    return Parser(read, made, (b"bundle.list", b"working.list"))


def _contents(files: dict[str, bytes]) -> list[object]:
    from cochair.exchange import packing

    return [packing.of_bytes(path, data) for path, data in files.items()]


def bundle_list() -> Parser:
    from cochair.exchange import bundle as form

    good = b"".join(form.Member(f"a/b{n}", n, "0" * 64).line() for n in range(4))
    header = form.Header("ab" * 32, "IN", 3, "0" * 64, (form.Since("in.example/c7/IN/record", 3, "d" * 64),)).text().encode()

    def read(data: bytes) -> None:
        with contextlib.suppress(Rejected):
            same(form.parse_header(text(data)).text().encode("utf-8", "surrogateescape"), data)
        with tempfile.TemporaryDirectory(dir=BASE) as folder:
            path = Path(folder) / "list"
            path.write_bytes(data)
            same(b"".join(member.line() for member in form.listed(path)), data)

    return Parser(read, (good, header))


def terms() -> dict[str, object]:
    def side(code: str, domain: str, signer: notes.LogSigner, cosign: str) -> dict[str, object]:
        return {
            "side": code,
            "domain": domain,
            "log_key": signer.vkey,
            "cosign_key": cosign,
            "exchange_key": macs.exchange_public(make.seed(f"exchange {code}")).hex(),
            "root_keys": [],
        }

    cosigners = (
        cosignatures.Cosigner("in.example", make.seed("own cosigner")).vkey,
        cosignatures.Cosigner("ru.example", make.seed("cosigner")).vkey,
    )
    return {
        "v": 1,
        "what": "terms",
        "slug": "c7",
        "specimen": True,
        "founder": "IN",
        "previous": None,
        "sides": [side("IN", "in.example", LOG, cosigners[0]), side("RU", "ru.example", OTHER, cosigners[1])],
        "limits": {"entry": 8192},
        "suites": ["ed25519", "ecdsa-p256"],
        "working": "mac",
    }


def descriptor() -> Parser:
    from cochair.exchange import descriptor as pairing

    own = terms()["sides"][0]  # type: ignore[index]
    value = {**own, "founding": terms(), "address": "https://in.example:8443", "certificate": ""}
    inner = f"{pairing.DOMAIN}\n".encode() + canonical.dumps(value) + b"\n"
    wrap = signed(LOG)

    def read(data: bytes) -> None:
        found = pairing.open_descriptor(data)
        found.fingerprint()
        found.room  # noqa: B018  # a property that reads the founding terms

    return Parser(read, (wrap(inner),), (b"cochair/descriptor/v1\n",), (inner,), wrap)


def reading_request() -> Parser:
    """The header of a peer's request to the exchange."""
    from cochair.exchange import requests
    from cochair.kit import clock
    from cochair.record.rooms import Peer

    room = "ab" * 32
    now = clock.SystemClock().now()
    path = f"{room}/paper/{'c' * 64}"

    class Known:
        side = "IN"

        folder = BASE / "no-node"

        def rooms(self) -> list[str]:
            return [room]

        @contextlib.contextmanager
        def read(self) -> Iterator[object]:
            yield SimpleNamespace(query=lambda *_: [])  # no change of key is logged

        def peers(self, _room: str) -> dict[str, Peer]:
            return {"RU": Peer("RU", "ru.example", OTHER.vkey, "", "")}

        def origin(self, _room: str, log: str = "record", side: str | None = None) -> str:
            return f"{(side or 'IN').lower()}.example/c7/{side or 'IN'}/{log}"

    inner = f"{requests.DOMAIN}\n{room}\n{path}\n{now}\n".encode()
    sign = signed(OTHER)

    def wrap(data: bytes) -> bytes:
        return path.encode() + b"\n" + requests.SCHEME.encode() + base64.b64encode(sign(data))

    def read(data: bytes) -> None:
        asked, _, header = data.decode("latin-1").partition("\n")
        requests.check(Known(), header, asked)  # type: ignore[arg-type]

    return Parser(read, (wrap(inner),), (b"\xc2\xa0", b"2026-13-45T99:99:99Z"), (inner,), wrap)


def signer_frames() -> Parser:
    from cochair.record import signer_wire as wire

    asked = (
        wire.Sign(make.ORIGIN, 3, bytes(32), wire.growth(1, ["00" * 32], [bytes(32)])),
        wire.Mac(make.WORKING, 3, bytes(32), "ab" * 32, {"RU": bytes(32)}),
        wire.Cosign(vectors("note", "note")[0]),
        wire.SignText(make.ORIGIN, "cochair/request/v1\n"),
        wire.Last(make.ORIGIN),
    )
    answers = (wire.Note(b"x"), wire.LastHead(1, bytes(32)), wire.Failed("Rejected", "no", ""))

    def read(data: bytes) -> None:
        with contextlib.suppress(Rejected):
            wire.read_request(data)
        with contextlib.suppress(CochairError):  # an answer may be an error of any kind, in the signer's words
            wire.read_answer(data)

    return Parser(read, tuple(wire.encode(one) for one in (*asked, *answers)))


def signing_ledger() -> Parser:
    from cochair.record.signer_ledger import Head, SignLedger, create_ledger

    with tempfile.TemporaryDirectory(dir=BASE) as folder:
        heads = [Head("sign", make.ORIGIN, n, bytes([n]) * 32) for n in range(1, 5)] + [Head("mac", make.WORKING, 9, bytes(32))]
        create_ledger(Path(folder), heads)
        name = next(Path(folder).iterdir()).name
        good = (Path(folder) / name).read_bytes()

    def read(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=BASE) as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            path.chmod(0o600)
            SignLedger(Path(folder)).close()

    return Parser(read, (good, good + b"\0\0\0"))


def backup() -> Parser:
    """The outside of a backup: its list and members, unpacked; what is in them belongs to the node itself."""
    from cochair.record import backup as backups

    files = {"node.json": b"{}", "record.sqlite3": b"x" * 600, f"rooms/{'ab' * 32}/structural/{'cd' * 32}": b"y"}
    members = [{"path": name, "size": len(data), "digest": hashlib.sha256(data).hexdigest()} for name, data in files.items()]

    def pack(about: bytes) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name, data in {backups.ABOUT: about, **files}.items():
                tar.addfile(backups._info(name, len(data)), io.BytesIO(data))
        return out.getvalue()

    about = {
        "what": "cochair/backup/v1",
        "members": members,
        "side": "IN",
        "domain": "in.example",
        "at": "2026-01-05T10:00:00Z",
        "heads": {"ab" * 32: {make.ORIGIN: 3}},
    }

    def read(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=BASE) as folder:
            path = Path(folder) / "given"
            path.write_bytes(data)
            with backups._unpacked(path, Path(folder)) as (work, _about):
                assert all(one.resolve().is_relative_to(work.resolve()) for one in work.rglob("*"))

    inner = json.dumps(about).encode()
    return Parser(read, (pack(inner),), (), (inner,), pack)


def trust_file() -> Parser:
    from cochair.cli import verify

    good = verify.trust_file("ab" * 32, {"IN": LOG.vkey, "RU": OTHER.vkey})

    def read(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=BASE) as file:
            file.write(data)
            file.flush()
            verify.read_anchor(file.name)
        if len(data) < 200 and b"\0" not in data:
            with contextlib.suppress(UnicodeDecodeError):
                verify.read_anchor(data.decode())

    return Parser(read, (good, b"ab" * 32, b"AB CD " * 16))
