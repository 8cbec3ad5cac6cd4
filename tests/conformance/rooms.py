"""Rooms made by hand, key by key and byte by byte, without a node: what two Sides would publish, and everything that a liar could. SPECIMEN.

A `Room` keeps each Side's record as a list of bytes; `files` seals it up as the tree that a node publishes, `bundle` as one file. Keys come from a seed word,
so that the same room has the same bytes each time. Nothing is judged here.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from typing import Any

from cochair.kit import canonical
from cochair.ledger import dsse
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.cosignatures import Cosigner
from cochair.ledger.merkle import leaf_hash, root
from cochair.ledger.notes import LogSigner, sign_note
from cochair.ledger.papers import paper_id, structural_digest
from cochair.ledger.tiles import bundle_encode, bundles_for, hash_tile, tiles_for
from cochair.protocol.request import PAYLOAD_TYPE

LIMITS = {"entry": 8192, "keys": 64, "member": 4194304, "note": 65536, "paper": 268435456, "proof": 63, "signatures": 16}


def seed(*words: str) -> bytes:
    return hashlib.sha256("/".join(("conformance", *words)).encode()).digest()


class Side:
    """One Side's keys and its record."""

    def __init__(self, code: str, slug: str, world: str) -> None:
        self.code, self.domain = code, f"{code.lower()}.example"
        self.origin = f"{self.domain}/{slug}/{code}/record"
        self.log = LogSigner(self.origin, seed(world, code, "log"))
        self.later: list[tuple[int, LogSigner]] = []
        self.notes: list[str] = []
        self.roots = [LogSigner(f"{self.domain}/{code}/root", seed(world, code, "root", str(number))) for number in range(3)]
        self.cosign = Cosigner(f"{self.domain}/mirror", seed(world, code, "cosign"))
        self.person = _person(seed(world, code, "person"))
        self.entries: list[bytes] = []

    def terms(self) -> dict[str, Any]:
        exchange = hashlib.sha256(self.log.public).hexdigest()
        keys = {"log_key": self.log.vkey, "cosign_key": self.cosign.vkey, "exchange_key": exchange}
        return {"side": self.code, "domain": self.domain, **keys, "root_keys": [key.public.hex() for key in self.roots]}

    def key_at(self, size: int) -> LogSigner:
        """The key that signs a checkpoint of this size: the first one, or one that the record went on with (`keyed.change`)."""
        return next((key for end, key in reversed(self.later) if end < size), self.log)


class Room:
    """A room of these Sides; with ``founder`` it is founded by one of them alone, and ``terms_with`` makes the terms that the others join by."""

    def __init__(self, *codes: str, world: str = "one", slug: str = "c7", founder: str = "", **terms: Any) -> None:
        self.world, self.slug = world, slug
        self.sides = {code: Side(code, slug, world) for code in codes}
        self.structural: dict[str, bytes] = {}
        self.papers: dict[str, bytes] = {}
        self.extra: dict[str, bytes] = {}
        self.working: dict[str, bytes] = {}
        self.room = self.put(self.terms_with(*([founder] if founder else codes), **terms))

    # -- contents

    def terms_with(self, *codes: str, previous: str | None = None, **changed: Any) -> dict[str, Any]:
        sides = [self.sides[code].terms() for code in codes]
        fixed = {"v": 1, "what": "terms", "slug": self.slug, "specimen": True, "founder": codes[0], "previous": previous}
        return {**fixed, "sides": sides, "limits": LIMITS, "suites": ["ed25519"], "working": "mac", **changed}

    def put(self, value: Any) -> str:
        data = canonical.dumps(value)
        self.structural[structural_digest(data)] = data
        return structural_digest(data)

    def paper(self, data: bytes, name: str = "") -> str:
        salt = seed(self.world, "salt", name, hashlib.sha256(data).hexdigest())
        self.papers[paper_id(salt, data)] = salt + data
        return paper_id(salt, data)

    # -- entries

    def say(self, side: str, kind: str, schema: str, body: Mapping[str, Any], **members: Any) -> str:
        """Write an entry, whatever it says -> its id."""
        log = self.sides[side]
        given = {"log": log.origin, "room": self.room, "seq": len(log.entries), "at": "2026-01-05T10:00:00Z", "v": 1}
        salt = seed(self.world, side, str(len(log.entries))).hex()[:32]
        return self.raw(side, canonical.dumps({**given, "salt": salt, "kind": kind, "schema": schema, "body": dict(body), **members}))

    def raw(self, side: str, data: bytes) -> str:
        self.sides[side].entries.append(data)
        return f"{side}/record/{len(self.sides[side].entries) - 1}"

    def position(self, side: str, schema: str, subject: str, content: Mapping[str, Any] | None, part: str = "") -> str:
        return self.say(side, "position", schema, {"subject": subject, "part": part, "content": content, "level": "agreed"})

    def head(self, side: str, size: int | None = None) -> dict[str, Any]:
        entries = self.sides[side].entries[:size]
        return {"size": len(entries), "root": root([leaf_hash(e) for e in entries]).hex()}

    def seen(self, side: str, *others: str, size: int | None = None, **body: Any) -> str:
        return self.say(side, "seen", "record.seen/1", {"heads": {other: self.head(other, size) for other in others}, **body})

    def key(self, side: str, post: str, body: str, **changed: Any) -> str:
        public = self.sides[side].person.public
        known = {"key": public.id, "public": public.data.hex(), "suite": public.suite, "person": "00" * 16, "post": post, "body": body}
        return self.say(side, "key", "record.key/1", {**known, "from": "2026-01-01", "until": None, "certificate": None, **changed})

    def seal(
        self,
        side: str,
        slot: Mapping[str, Any],
        manifest: str,
        mandate: str = "",
        *,
        signed: Mapping[str, Any] | None = None,
        **changed: Any,
    ) -> str:
        """A seal with the signature of the Side's person behind it (or, without ``mandate``, a scan). ``signed``: what the person signs instead."""
        heads = {code: len(log.entries) for code, log in self.sides.items()}
        body: dict[str, Any] = {"slot": dict(slot), "manifest": manifest, "heads": heads, "how": "scan", "key": None}
        if mandate:
            key = self.sides[side].person
            asked = {
                "v": 1,
                "what": "seal-request",
                "room": self.room,
                "slug": self.slug,
                "specimen": True,
                "side": side,
                "slot": dict(slot),
            }
            asked |= {"manifest": manifest, "heads": heads, "mandate": mandate, "key": key.public.id, **(signed or {})}
            body |= {"how": "key", "key": mandate, "paper": self.paper(dsse.sign(PAYLOAD_TYPE, canonical.dumps(asked), [key]), side)}
        else:
            body["paper"] = self.paper(b"SPECIMEN scan", side)
        return self.say(side, "seal", "record.seal/1", {**body, **changed})

    def finding(self, side: str, seal: str, *, valid: bool = True) -> str:
        return self.say(side, "finding", "record.finding/1", {"seal": seal, "valid": valid, "reason": "signature-holds"})

    # -- what is published

    def checkpoint(self, side: str, size: int | None = None, *, cosigned_by: str = "", signer: LogSigner | None = None) -> bytes:
        log = self.sides[side]
        entries = log.entries[:size]
        text = Checkpoint(log.origin, len(entries), root([leaf_hash(e) for e in entries])).text()
        lines = [(signer or log.key_at(len(entries))).sign(text)]
        if cosigned_by:
            lines.append(self.sides[cosigned_by].cosign.sign(text, 1_767_607_200))
        return sign_note(text, lines)

    def files(self) -> dict[str, bytes]:
        """The record as the tree that a node publishes: path -> bytes."""
        found = {f"{self.room}/structural/{digest}": data for digest, data in self.structural.items()}
        found |= {f"{self.room}/paper/{name}": data for name, data in self.papers.items()}
        for code, log in self.sides.items():
            leaves = [leaf_hash(e) for e in log.entries]
            found[f"{log.origin}/checkpoint"] = self.checkpoint(code)
            if log.notes:
                found[f"{log.origin}/keys"] = canonical.dumps(log.notes)
            found |= {f"{log.origin}/{t.path}": hash_tile(leaves, t.level or 0, t.index, t.width) for t in tiles_for(len(leaves))}
            found |= {
                f"{log.origin}/{t.path}": bundle_encode(log.entries[t.index * 256 : t.index * 256 + t.width])
                for t in bundles_for(len(leaves))
            }
        return {**found, **self.extra}


def bundle(
    room: Room, sender: str = "IN", /, *, files: Mapping[str, bytes] | None = None, signer: LogSigner | None = None, **note: Any
) -> bytes:
    """The bytes of a bundle of these files, signed by the sender's record key. ``note`` changes what the signed text says."""
    listed = dict(sorted((room.files() if files is None else files).items()))
    aside = dict(sorted(room.working.items()))
    said = {"room": room.room, "side": sender, "members": len(listed), "digest": hashlib.sha256(listing(listed)).hexdigest(), **note}
    text = f"cochair/bundle/v1\n{said['room']}\n{said['side']}\n{said['members']}\n{said['digest']}\n"
    own = room.sides[sender]
    signed = sign_note(text, [(signer or own.key_at(len(own.entries))).sign(text)])
    return tar(
        [
            ("bundle.note", signed),
            ("bundle.list", listing(listed)),
            *([("working.list", listing(aside))] if aside else []),
            *listed.items(),
            *aside.items(),
        ]
    )


def listing(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{path} {len(data)} {hashlib.sha256(data).hexdigest()}\n" for path, data in files.items()).encode()


def member(path: str, size: int, **changed: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.size, info.mode = size, 0o644
    for name, value in changed.items():
        setattr(info, name, value)
    return info


def tar(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, data in members:
            archive.addfile(member(path, len(data)), io.BytesIO(data))
    return out.getvalue()


def _person(secret: bytes) -> dsse.PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return dsse.PrivateKey(Ed25519PrivateKey.from_private_bytes(secret))


# -- a session of two Sides, up to a signed protocol

SLOT = {"kind": "adopt", "of": "IN/record/3", "step": 0}


class Played(Room):
    """A room in which a protocol was adopted: what each test spoils in one place. Ids: body IN/0, session IN/1, post IN/2, instrument IN/3; RU accepts each."""

    def __init__(self, *, originals: Mapping[str, bytes] | None = None, until: str = "", **room: Any) -> None:
        """``until``: stop before ``seals`` or ``findings``."""
        super().__init__("IN", "RU", **room)
        self.originals = dict(originals or {})
        self.introduce()
        self.mandates = {"IN": self.key("IN", "IN/record/2", "IN/record/0"), "RU": self.key("RU", "IN/record/2", "IN/record/0")}
        self.seen("IN", "RU")
        self.seen("RU", "IN")
        self.text = self.paper(b'{"c":["SPECIMEN text"],"lang":"en","t":"paragraph","v":1}')
        self.manifest = self.put(self.manifest_of())
        if until == "seals":
            return
        self.seals = {side: self.seal(side, SLOT, self.manifest, self.mandates[side]) for side in ("IN", "RU")}
        self.seen("IN", "RU")
        self.seen("RU", "IN")
        if until != "findings":
            self.finding("IN", self.seals["RU"])
            self.finding("RU", self.seals["IN"])
            self.seen("IN", "RU")

    def introduce(self) -> None:
        names = {"IN": {"en": "SPECIMEN body"}}
        body = {"kind": "commission", "names": names, "code": "", "parent": None, "reports_to": None, "terms": {}, "terms_paper": None}
        self.position("IN", "bodies.body/1", "self", body)
        session = {"body": "IN/record/0", "kind": "session", "ordinals": {"IN": 1, "RU": 1}, "previous": None, "host": None}
        self.position("IN", "meetings.session/1", "self", session)
        self.say(
            "IN",
            "statement",
            "bodies.post/1",
            {"subject": "self", "body": "IN/record/0", "kind": "co-chair", "titles": {"en": "Co-chair"}, "order": 0},
        )
        languages = [{"lang": "en", "status": "authentic"}]
        instrument = {"session": "IN/record/1", "kind": "protocol", "languages": languages, "prevailing": None, "manifest": None}
        self.position("IN", "protocol.instrument/1", "self", instrument)
        self.seen("RU", "IN")
        for seq, (schema, content) in enumerate((("bodies.body/1", body), ("meetings.session/1", session))):
            self.position("RU", schema, f"IN/record/{seq}", content)
        self.position("RU", "protocol.instrument/1", "IN/record/3", instrument)

    def manifest_of(self, **changed: Any) -> dict[str, Any]:
        def agreed(kind: str, seq: int, theirs: int) -> dict[str, Any]:
            return {"matter": f"{kind}|IN/record/{seq}|", "positions": {"IN": f"IN/record/{seq}", "RU": f"RU/record/{theirs}"}}

        unit = {"id": "p1", "kind": "paragraph", "parent": None, "no": "1", "papers": {"en": self.text}, "predecessor": None}
        empty = ("concordance", "assessments", "areas", "projects", "reports", "delegations", "statements")
        originals = [
            {
                "holder": side,
                "languages": ["en"],
                "length": len(pdf),
                "sha256": hashlib.sha256(pdf).hexdigest(),
                "renderer": "hand",
                "fonts": [],
            }
            for side, pdf in sorted(self.originals.items())
        ]
        fixed = {
            "v": 1,
            "what": "manifest",
            "room": self.room,
            "slot": SLOT,
            "instrument": "IN/record/3",
            "kind": "protocol",
            "cites": None,
        }
        fixed |= {"session": "IN/record/1", "meeting": agreed("meetings.session", 1, 2), "body": agreed("bodies.body", 0, 1)}
        fixed |= {"cut": {"IN": 6, "RU": 6}, "standing": "agreed", "parties": ["IN", "RU"], "prevailing": None, "provisions": [unit]}
        fixed |= {
            "languages": [{"lang": "en", "status": "authentic"}],
            "agenda": None,
            "dates": None,
            "way_forward": None,
            "originals": originals,
        }
        signatories = [{"side": side, "post": "IN/record/2", "designee": None, "key": self.mandates[side]} for side in ("IN", "RU")]
        return {**fixed, **{name: [] for name in empty}, "signatories": signatories, "contents": ["protocol.instrument/1"], **changed}


def pdf() -> bytes:
    """A file in the one form of an original, with two empty signature fields; a page of nothing."""
    field = "<< /F 132 /FT /Sig /P 5 0 R /Rect [ 0 0 0 0 ] /Subtype /Widget /T (sign-{}) /Type /Annot >>"
    bodies = [
        "<< /AcroForm 3 0 R /Pages 4 0 R /Type /Catalog >>", "<< /Title (SPECIMEN) >>", "<< /Fields [ 6 0 R 7 0 R ] /SigFlags 3 >>",
        "<< /Count 1 /Kids [ 5 0 R ] /Type /Pages >>", "<< /Annots [ 6 0 R 7 0 R ] /MediaBox [ 0 0 9 9 ] /Parent 4 0 R /Type /Page >>",
        field.format("IN"), field.format("RU"),
    ]  # fmt: skip
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in places)
    trailer = (
        f"trailer << /Info 2 0 R /Root 1 0 R /Size {len(bodies) + 1} /ID [<{'ab' * 16}><{'cd' * 16}>] >>\nstartxref\n{len(out)}\n%%EOF\n"
    )
    return out + (table + trailer).encode()
