"""Every parser that bytes from outside reach, with good samples: what `fuzz` tries.

``read`` takes bytes and gives nothing: it returns, or raises `CochairError`. Where a format has one form of bytes, it also holds the parser to it and fails
otherwise. ``inner`` and ``wrap``: what is changed, and how it is signed (or framed) again, where a signature would hide what stands behind it.
"""

import base64
import contextlib
import copy
import functools
import hashlib
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cochair.kit import canonical, ids
from cochair.kit.errors import CochairError, Rejected
from cochair.ledger import checkpoints, cosignatures, dsse, ed25519, entries, macs, merkle, notes, papers, tiles
from tests.simulators import samples
from tests.vectors import make

BASE = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


class Parser(NamedTuple):
    read: Callable[[bytes], object]
    samples: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()
    inner: tuple[bytes, ...] = ()
    wrap: Callable[[bytes], bytes] | None = None


def same(again: bytes, data: bytes) -> None:
    assert again == data, "what was read is written again as other bytes"


def vectors(name: str, field: str) -> tuple[bytes, ...]:
    found = json.loads((make.HERE / f"{name}.json").read_text())["cases"]
    return tuple(case[field].encode() for case in found if not case.get("refused") and field in case)


LOG, OTHER = notes.LogSigner(make.ORIGIN, make.seed("log")), notes.LogSigner("ru.example/c7/RU/record", make.seed("other log"))
COSIGNER = cosignatures.Cosigner("ru.example/c7/RU/mirror", make.seed("cosigner"))
PERSON = make.private_ed25519("person")
VERIFIERS = (
    notes.Verifier(LOG.vkey),
    cosignatures.CosignatureVerifier(COSIGNER.vkey),
    macs.MacVerifier(make.WORKING, "RU", make.mac_case()["key"]),
)


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def signed(signer: notes.LogSigner) -> Callable[[bytes], bytes]:
    """Bytes of a text -> the note with a good signature over whatever they are, as a liar would make it by hand."""

    def wrap(data: bytes) -> bytes:
        blob = signer.key_id + signer._signer.sign(data)
        return data + f"\n— {signer.name} {base64.b64encode(blob).decode()}\n".encode()

    return wrap


# --- the ledger ---


def entry() -> Parser:
    def read(data: bytes) -> None:
        try:
            one = entries.decode(data)
        except Rejected:
            entries.check_run([data], make.ORIGIN, make.ROOM, 0)
            raise AssertionError("a run holds what is not an entry") from None
        same(entries.encode(one), data)
        entries.check_run([data], one.log, one.room, one.seq)

    return Parser(read, vectors("entry", "bytes"))


def canonical_json() -> Parser:
    return Parser(lambda data: same(canonical.dumps(canonical.loads(data)), data), vectors("canonical", "bytes")[6:])


def structural() -> Parser:
    def read(data: bytes) -> None:
        same(papers.structural_bytes(papers.open_structural(data, papers.structural_digest(data))), data)

    return Parser(read, (*vectors("structural", "bytes"), manifest_sample()))


def paper() -> Parser:
    def read(data: bytes) -> None:
        salt, inner = papers.open_paper(data)
        same(papers.store_paper(salt, inner), data)
        papers.check_paper(data, papers.paper_id(salt, inner))

    return Parser(read, (bytes(range(32)) + b"SPECIMEN",))


def note() -> Parser:
    def read(data: bytes) -> None:
        notes.open_note(data, VERIFIERS)
        same(notes.sign_note(*notes.split_note(data)), data)

    return Parser(read, vectors("note", "note"), (b"\xe2\x80\x94 ",), vectors("log", "checkpoint"), signed(LOG))


def checkpoint() -> Parser:
    return Parser(lambda data: same(checkpoints.Checkpoint.parse(text(data)).text().encode(), data), vectors("log", "checkpoint"))


def verifier_key() -> Parser:
    def read(data: bytes) -> None:
        same(notes.vkey(*notes.parse_vkey(text(data))).encode(), data)

    return Parser(read, (LOG.vkey.encode(), OTHER.vkey.encode()))


def tile() -> Parser:
    def read(data: bytes) -> None:
        same(b"".join(tiles.tile_hashes(data, len(data) // 32)), data)

    return Parser(read, (bytes(range(256)) * 4, bytes(8192)))


def entry_bundle() -> Parser:
    return Parser(
        lambda data: same(tiles.bundle_encode(tiles.bundle_decode(data)), data),
        (tiles.bundle_encode([b"one", b"", b"three" * 99]), tiles.bundle_encode([b"x"] * 256)),
    )


def tile_path() -> Parser:
    return Parser(lambda data: same(tiles.parse_path(text(data)).path.encode(), data), vectors("tiles", "path"), (b".p/", b"/x001"))


def names() -> Parser:
    def read(data: bytes) -> None:
        for parse in (ids.parse_id, ids.parse_origin):
            with contextlib.suppress(Rejected):
                same(str(parse(text(data))).encode(), data)
        ids.check_side(text(data))

    return Parser(read, (b"IN/record/12", b"RU/w-IN-7/0", make.ORIGIN.encode(), make.WORKING.encode(), b"IN"))


def log() -> Parser:
    """A whole log against its checkpoint: the first line is the checkpoint's size, what follows are bundles."""
    leaves = [entries.encode(make.entry(n)) for n in range(3)]

    def read(data: bytes) -> None:
        from cochair.ledger.verify import verify_log

        count = data[:1]
        point = checkpoints.Checkpoint(
            make.ORIGIN,
            count[0] if count else 0,
            merkle.root([merkle.leaf_hash(one) for one in _leaves(data[1:])]) if count else merkle.EMPTY_ROOT,
        )
        verify_log([data[1:]], point)

    return Parser(read, (b"\3" + tiles.bundle_encode(leaves),))


def _leaves(data: bytes) -> list[bytes]:
    try:
        return tiles.bundle_decode(data)
    except Rejected:
        return []


def proof() -> Parser:
    """An inclusion or consistency proof as JSON."""

    def read(data: bytes) -> None:
        case = canonical.loads(data)
        try:
            hashes = [bytes.fromhex(one) for one in case["proof"]]
            old, root = bytes.fromhex(case["old"]), bytes.fromhex(case["root"])
            index, size = case["index"], case["size"]
            assert type(index) is int
            assert type(size) is int
        except (KeyError, TypeError, ValueError, AssertionError):
            return
        merkle.verify_inclusion(old, index, size, hashes, root)
        merkle.verify_consistency(index, old, size, root, hashes)

    leaves = [merkle.leaf_hash(b"%d" % n) for n in range(13)]
    good = [(merkle.inclusion_proof(leaves, n), leaves[n], n) for n in (0, 5, 12)]
    good += [(merkle.consistency_proof(leaves, n), merkle.root(leaves[:n]), n) for n in (1, 4, 9, 13)]
    root = merkle.root(leaves).hex()
    made = [
        {"proof": [one.hex() for one in hashes], "old": old.hex(), "index": index, "size": 13, "root": root} for hashes, old, index in good
    ]
    return Parser(read, tuple(canonical.dumps(one) for one in made))


# --- keys and signatures ---


def public_keys() -> Parser:
    rsa = make_rsa()

    def read(data: bytes) -> None:
        for suite in dsse.SUITES:
            with contextlib.suppress(Rejected):
                key = dsse.public_key(suite, data)
                with contextlib.suppress(Rejected):
                    key.verify(b"message", data)
        with contextlib.suppress(Rejected):
            macs.check_exchange_public(data)
        ed25519.check_public(data)

    p256 = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
    return Parser(read, (PERSON.public.data, p256, rsa, macs.exchange_public(bytes(32))))


def make_rsa() -> bytes:
    """A public key that nobody has the private half of: any odd number of 2048 bits will do."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    number = int.from_bytes(hashlib.shake_256(b"SPECIMEN").digest(256), "big") | 1 | 1 << 2047
    return RSAPublicNumbers(65537, number).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signatures() -> Parser:
    """Key, and signature over a fixed message, of each suite."""
    from cryptography.hazmat.primitives.asymmetric import ec

    message, other = b"SPECIMEN", dsse.PrivateKey(ec.derive_private_key(7, ec.SECP256R1()))

    def read(data: bytes) -> None:
        with contextlib.suppress(Rejected):
            ed25519.verify(PERSON.public.data, message, data)
        other.public.verify(message, data)

    return Parser(read, (PERSON.sign(message), other.sign(message)))


def envelope() -> Parser:
    def read(data: bytes) -> None:
        opened = dsse.verify(data, make.TYPE, [PERSON.public])
        assert opened.signers == (PERSON.public.id,), "signed by somebody else"

    def wrap(data: bytes) -> bytes:
        return dsse.sign(make.TYPE, data, [PERSON])

    return Parser(read, vectors("dsse", "envelope"), (b'"keyid":',), vectors("dsse", "payload"), wrap)


def key_files() -> Parser:
    from cochair.paper.sign import load_key

    own = samples.samples()
    certificate = own["ed25519"]["certificate"]

    def read(data: bytes) -> None:
        for secret in (None, b"secret"):
            with contextlib.suppress(Rejected):
                dsse.load_key(data, secret)
        with contextlib.suppress(Rejected):
            load_key(data)
        load_key(PERSON.pem(), certificate=data)

    return Parser(read, (PERSON.pem(), certificate, PERSON.pem() + certificate, own["rsa"]["certificate"], own["ecdsa"]["certificate"]))


def certificate() -> Parser:
    """X.509 in DER, as it stands in a signature and in key files."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    own = samples.samples()
    ders = tuple(load_pem_x509_certificate(one["certificate"]).public_bytes(Encoding.DER) for one in own.values())

    def read(data: bytes) -> None:
        from cochair.paper.sign import load_key

        load_key(PERSON.pem(), certificate=data)

    def wrap(data: bytes) -> bytes:
        return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data) + b"-----END CERTIFICATE-----\n"

    return Parser(read, tuple(one["certificate"] for one in own.values()), (), ders, wrap)


def cms() -> Parser:
    from cochair.paper import cms as checker

    own = samples.samples()
    covered = own["ecdsa"]["covered"]

    def read(data: bytes) -> None:
        checker.verify(data, lambda name: hashlib.new(name, covered).digest())

    def room(data: bytes) -> bytes:
        return checker.der_of(data[:16384] + bytes(max(0, 16384 - len(data)))) if data[:1] == b"\x30" else data

    def through(data: bytes) -> None:
        read(room(data))

    return Parser(through, tuple(one["cms"] for one in own.values()))


# --- files of the exchange ---


def bundle() -> Parser:
    from cochair.exchange import bundle as exchange

    room = "ab" * 32
    files = {
        "in.example/c7/IN/record/checkpoint": b"head\n",
        "in.example/c7/IN/record/tile/entries/000.p/3": b"x" * 700,
        f"{room}/paper/{'c' * 64}": b"s" * 513,
    }
    working = {"in.example/c7/IN/w-IN-4/checkpoint": b"private head\n"}
    sign = signed(LOG)
    with tempfile.TemporaryDirectory(dir=BASE) as folder:
        root = Path(folder)
        for path, data in {**files, **working}.items():
            (root / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "tree" / path).write_bytes(data)
        for name, more in (("a", {}), ("b", {"working": working})):
            exchange.write(root / name, root / "tree", room=room, side="IN", record=files, sign=lambda t: sign(t.encode()), **more)
        made = tuple((root / name).read_bytes() for name in ("a", "b"))

    def read(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=BASE) as folder:
            path = Path(folder) / "given.tar"
            path.write_bytes(data)
            before = sorted(Path(folder).iterdir())
            with contextlib.suppress(Rejected):
                exchange.peek(path)
            with contextlib.suppress(Rejected):
                for _ in exchange.skim(path, room, 4096):
                    pass
            try:
                with exchange.read(path, verifiers=VERIFIERS[:1], beside=Path(folder)) as opened:
                    assert all(one.resolve().is_relative_to(opened.folder.resolve()) for one in opened.folder.rglob("*"))
            finally:
                assert sorted(Path(folder).iterdir()) == before, "something of the bundle was left"

    return Parser(read, made, (b"bundle.list", b"working.list"))


def bundle_list() -> Parser:
    from cochair.exchange import bundle as exchange

    good = exchange.make_list([exchange.Member(f"a/b{n}", n, "0" * 64) for n in range(4)])
    header = exchange.Header("ab" * 32, "IN", 3, "0" * 64).text().encode()

    def read(data: bytes) -> None:
        with contextlib.suppress(Rejected):
            same(exchange.parse_header(text(data)).text().encode("utf-8", "surrogateescape"), data)
        same(exchange.make_list(exchange.parse_list(data).values()), data)

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

        def rooms(self) -> list[str]:
            return [room]

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
    import tarfile

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


# --- texts and what is signed ---


@functools.cache
def manifest_sample() -> bytes:
    from cochair.protocol import manifest
    from tests.protocol.test_manifest import make as one

    return manifest.encode(one())


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


# --- originals and scans ---


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


# --- press ---


def press_report() -> Parser:
    from cochair.press.commands import own_register
    from cochair.press.read import read_bytes
    from cochair.press.render import pieces

    folder = Path(__file__).parents[2] / "src" / "cochair" / "press" / "data" / "samples"
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


def _cached(maker: Callable[[], Parser]) -> Callable[[], Parser]:
    return functools.cache(maker)


PARSERS: dict[str, Callable[[], Parser]] = {
    maker.__name__.replace("_", "-"): _cached(maker)
    for maker in (
        entry, canonical_json, structural, paper, note, checkpoint, verifier_key, tile, entry_bundle, tile_path, names, log, proof, public_keys, signatures,
        envelope, key_files, certificate, cms, bundle, bundle_list, descriptor, reading_request, signer_frames, signing_ledger, backup, trust_file,
        public_record, manifest, provision_text, typed_text, signing_request, signing_response, person, original, scan, press_report, press_register,
    )
}  # fmt: skip
