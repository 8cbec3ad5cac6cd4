"""Write the vectors of every byte format of `kit` and `ledger`, and of schemas: `python tests/vectors/make.py [FOLDER]`. Fixed seeds, so that a second run gives the same bytes.

A file is ``{"about", "format", "cases"}``. Bytes stand in hex (``…_hex``) or, where they are text, as text. A case with ``"refused": true`` must be refused.
The keys are published here and therefore worthless: the program refuses them outside tests (`ledger/published.py`); the signatures on the edge come from `edges`, the spoilt proofs from `probes`.
"""

import contextlib
import hashlib
import json
import sys
from pathlib import Path

from cochair.kit import canonical
from cochair.ledger import checkpoints, cosignatures, dsse, entries, keychanges, macs, merkle, notes, papers, tiles
from cochair.record import schemas
from cochair.record.contents import BODIES, RECORD
from cochair.record.describe import describe
from cochair.record.registry import Registry
from cochair.stages import REGISTRY
from tests.vectors import edges, probes, stream

HERE = Path(__file__).parent
ROOM = hashlib.sha256(b"vector room").hexdigest()
ORIGIN = "in.example/c7/IN/record"
WORKING = "in.example/c7/IN/w-IN-7"
TYPE = "application/vnd.cochair.seal+json"


def seed(name):
    return hashlib.sha256(b"cochair vector key: " + name.encode()).digest()


def flip(data, place=-1):
    data = bytearray(data)
    data[place] ^= 1
    return bytes(data)


def refused(cases):
    return [{**case, "refused": True} for case in cases]


def canonical_cases():
    good = [
        None,
        True,
        0,
        -1,
        2**53 - 1,
        1 - 2**53,
        "",
        "é ё ह \u2028 😀",
        'quote " slash / back \\ \b\f\n\r\t\x1f\x7f',
        [],
        {},
        {"b": [1, {"a": None}], "a": ""},
        {"😀": 1, "\ufb33": 2, "é": 3, "z": 4},
        [[[[[[[[]]]]]]]],
    ]
    bad = [
        "",
        " 1",
        "1 ",
        "01",
        "-0",
        "1.0",
        "1e2",
        "1E400",
        "NaN",
        "Infinity",
        "9007199254740992",
        "-9007199254740992",
        '"\\u0000"',
        '"\\ud800"',
        '"\\u00e9"',
        '"\\/"',
        '"\\u001F"',
        '{"a":1,"a":1}',
        '{"b":1,"a":1}',
        '{"a": 1}',
        "[1,]",
        '"a',
        "[" * 17 + "]" * 17,
        "{" + ",".join(f'"k{i:02}":0' for i in range(65)) + "}",
        '{"\ufb33":2,"😀":1}',
        "\ufeff1",
        "tru",
        "[1]\n",
    ]
    return [{"value": value, "bytes": canonical.dumps(value).decode()} for value in good] + refused([{"bytes": text} for text in bad])


def entry(seq, kind="statement", schema="meetings.letter/1", body=None, origin=ORIGIN):
    body = {"subject": "IN/record/3", "number": f"K-{seq}", "dated": "2025-08-06"} if body is None else body
    at = f"2025-08-06T09:{seq // 60 % 60:02}:{seq % 60:02}Z"
    return entries.Entry(
        v=1,
        log=origin,
        room=ROOM,
        seq=seq,
        at=at,
        salt=hashlib.sha256(b"salt %d" % seq).hexdigest()[:32],
        kind=kind,
        schema=schema,
        body=body,
    )


def entry_cases():
    agenda = {
        "subject": "self",
        "part": "",
        "level": "agreed",
        "content": {"items": [{"no": 1, "title": {"en": "Mining", "ru": "Горное дело", "hi": "खनन"}, "emerging": False}]},
    }
    good = [
        entry(0),
        entry(12, "position", "meetings.agenda/1", agenda),
        entry(7, "unknown-kind", "later.thing/12", {}),
        entry(9, body={"deep": [[[[[[1]]]]]]}),
    ]
    data = entries.encode(good[0]).decode()
    bad = [
        data.replace('"v":1', '"v":2'),
        data.replace('"seq":0', '"seq":-1'),
        data.replace('"seq":0', '"seq":"0"'),
        data.replace('"seq":0', '"seq":true'),
        data.replace("2025-08-06T", "2025-02-30T"),
        data.replace("Z", "+00:00"),
        data.replace("T09", "T24"),
        data.replace(ROOM, ROOM.upper()),
        data.replace(ROOM, ROOM[:-1]),
        data.replace('"kind":"statement"', '"kind":"Statement"'),
        data.replace("letter/1", "letter/0"),
        data.replace("letter/1", "letter"),
        data.replace('"v":1}', '"v":1,"x":0}'),
        data.replace(',"v":1', ""),
        data.replace('"body":{', '"body":[{').replace("},", "}],", 1),
        data.replace(ORIGIN, "in.example/c7/IN/other"),
        data.replace('"salt":"', '"salt":"z'),
        data + "\n",
        " " + data,
        data[:-1],
        "[]",
        "{}",
        data.replace("K-0", "x" * 8192),
    ]
    return [
        {"bytes": entries.encode(one).decode(), "leaf_hex": merkle.leaf_hash(entries.encode(one)).hex(), "seq": one.seq, "kind": one.kind}
        for one in good
    ] + refused([{"bytes": text} for text in bad])


def paper_cases():
    salt = hashlib.sha256(b"vector salt").digest()
    return [
        {
            "salt_hex": salt.hex(),
            "data_hex": data.hex(),
            "stored_hex": papers.store_paper(salt, data).hex(),
            "id": papers.paper_id(salt, data),
        }
        for data in (b"", b"\0", "Протокол".encode(), bytes(range(256)))
    ] + refused([{"salt_hex": salt[:-1].hex(), "data_hex": ""}, {"stored_hex": salt[:-1].hex()}])


def paper_store_cases():
    """A paper of two chunks is 1 MiB long, so its file stands here by its digest."""
    room, key, header = "ab" * 32, hashlib.sha256(b"vector paper key").digest(), hashlib.sha256(b"vector header").digest()[:24]
    cases = []
    for number, data in ((1, b""), (7, "Протокол".encode()), (2**20, bytes(2**20 - 31))):
        stored = papers.store_paper(hashlib.sha256(b"vector salt").digest(), data)
        name = papers.paper_id(stored[:32], data)
        bound = b"cochair/paper-at-rest/v1\n" + bytes.fromhex(room) + bytes.fromhex(name)
        chunks = [stored[at : at + 2**20] for at in range(0, len(stored), 2**20)]
        file = b"cochair/paper-at-rest/v1\n" + number.to_bytes(8, "big") + header + b"".join(stream.push(key, header, chunks, bound))
        whole = {"file_hex": file.hex()} if len(file) < 1000 else {"file_sha256": hashlib.sha256(file).hexdigest()}
        record = bytes.fromhex(room) + bytes.fromhex(name) + key
        cases.append({"room": room, "id": name, "stored_sha256": hashlib.sha256(stored).hexdigest(), "size": len(stored), "number": number,
            "record_hex": record.hex(), "header_hex": header.hex(), **whole})  # fmt: skip
    return cases


def structural_cases():
    terms = {
        "v": 1,
        "what": "terms",
        "slug": "c7",
        "specimen": True,
        "founder": "IN",
        "previous": None,
        "sides": [{"side": "IN", "domain": "in.example"}],
        "suites": ["ed25519"],
        "working": "mac",
    }
    return [
        {"bytes": papers.structural_bytes(value).decode(), "digest": papers.structural_digest(papers.structural_bytes(value))}
        for value in ({}, terms)
    ] + refused([{"bytes": '{"b":1,"a":2}'}, {"bytes": "{} "}])


def schema_cases():
    """Descriptions of every schema of the first release, then lists: what adopts, and what is no list."""
    registry = Registry([RECORD, *REGISTRY.stages])
    described = [registry.described(schema)[0] for schema in sorted(registry.founding)]
    described += [describe(schema, kind, body) for kind, (schema, body) in sorted(BODIES.items())]
    found = [{"description": papers.structural_bytes(each).decode(), "digest": papers.structural_digest(papers.structural_bytes(each))} for each in described]
    one, two = schemas.Adopted("11" * 32, "0.2"), schemas.Adopted("22" * 32, "0.10.1")
    first = schemas.make_list(ROOM, None, {"meetings.letter/2": one})
    previous = papers.structural_digest(papers.structural_bytes(first))
    second = schemas.make_list(ROOM, previous, {"meetings.letter/2": one, "bodies.body/2": two})
    row, other = first["schemas"][0], second["schemas"][0]
    wrong = [
        {**first, "v": 2}, {**first, "v": True}, {**first, "what": "schemas"}, {**first, "more": 1}, {k: v for k, v in first.items() if k != "previous"}, {**first, "schemas": []}, {**first, "schemas": [row, row]},
        {**first, "schemas": [row, other]}, {**first, "schemas": {}}, {**first, "previous": "33"}, {**first, "previous": ""}, *({**first, "schemas": [{**row, **change}]} for change in (
            {"schema": "letter/2"}, {"schema": "meetings.letter/02"}, {"schema": "meetings.letter"}, {"description": "11"}, {"description": None}, {"program": ""}, {"program": "2"}, {"program": "0.2 or later"}, {"program": "00.2"}, {"program": "1.2.3.4"}, {"more": 1})),
    ]  # fmt: skip

    def listed(value, **more):
        data = papers.structural_bytes(value)
        return {"list": data.decode(), "digest": papers.structural_digest(data), **more}

    lists = [listed(first, follows=None), listed(second, follows=first)]
    unfit = [listed(second, follows=None), listed(first, follows=first), listed(schemas.make_list(ROOM, previous, {"bodies.body/2": two}), follows=first)]
    unfit.append(listed(schemas.make_list(ROOM, previous, {"meetings.letter/2": two, "bodies.body/2": two}), follows=first))
    return found + lists + refused([listed(each) for each in wrong] + unfit)


def merkle_cases():
    leaves = [merkle.leaf_hash(b"leaf %d" % n) for n in range(70)]
    cases = []
    for size in (0, 1, 2, 3, 5, 8, 13, 64, 65, 70):
        frontier = merkle.Frontier()
        frontier.extend(leaves[:size])
        cases.append({"what": "root", "size": size, "root_hex": merkle.root(leaves[:size]).hex(), "frontier": frontier.dump()})
    for index, size in ((0, 1), (0, 2), (1, 3), (4, 5), (7, 8), (8, 13), (12, 13), (64, 65), (33, 70), (69, 70)):
        case = {
            "what": "inclusion",
            "leaf_hex": leaves[index].hex(),
            "index": index,
            "size": size,
            "root_hex": merkle.root(leaves[:size]).hex(),
            "proof_hex": [one.hex() for one in merkle.inclusion_proof(leaves[:size], index)],
        }
        cases += [case, *refused(spoil(case, ("index", "size"), "leaf_hex"))]
    for old, size in (
        (0, 0),
        (0, 5),
        (1, 1),
        (1, 2),
        (1, 5),
        (2, 3),
        (3, 5),
        (4, 8),
        (5, 13),
        (7, 8),
        (8, 13),
        (12, 13),
        (32, 64),
        (64, 70),
        (33, 70),
        (70, 70),
    ):
        case = {
            "what": "consistency",
            "old": old,
            "old_root_hex": merkle.root(leaves[:old]).hex(),
            "size": size,
            "root_hex": merkle.root(leaves[:size]).hex(),
            "proof_hex": [one.hex() for one in merkle.consistency_proof(leaves[:size], old)],
        }
        cases += [case, *refused(spoil(case, (), "old_root_hex"))]
    return cases


def spoil(case, numbers, first):
    proof = case["proof_hex"]
    yield (
        {**case, "root_hex": flip(bytes.fromhex(case["root_hex"])).hex()}
        if case["what"] == "inclusion" or case["old"]
        else {**case, "proof_hex": ["00" * 32]}
    )
    yield {**case, first: flip(bytes.fromhex(case[first])).hex()}
    yield {**case, "proof_hex": [*proof, "00" * 32]}
    yield {**case, "proof_hex": ["11" * 32] * 64}
    if proof:
        yield {**case, "proof_hex": proof[:-1]}
        yield {**case, "proof_hex": [*proof[:-1], flip(bytes.fromhex(proof[-1])).hex()]}
        yield {**case, "proof_hex": [*proof[:-1], proof[-1][:-2]]}
    for name in numbers:
        yield {**case, name: -1}
        yield {**case, name: 2**63}


def tile_cases():
    paths = [
        ("0", 0, 256),
        ("0", 999, 256),
        ("1", 1000, 1),
        ("7", 0, 255),
        ("0", 1234067, 256),
        ("entries", 0, 5),
        ("entries", 1234067, 256),
    ]
    good = [
        {
            "what": "path",
            "level": level,
            "index": index,
            "width": width,
            "path": tiles.Tile(None if level == "entries" else int(level), index, width).path,
        }
        for level, index, width in paths
    ]
    leaves = [merkle.leaf_hash(b"leaf %d" % n) for n in range(600)]
    for level, index, width in ((0, 2, 88), (1, 0, 2)):
        good.append(
            {
                "what": "tile",
                "leaves": 600,
                "level": level,
                "index": index,
                "width": width,
                "sha256": hashlib.sha256(tiles.hash_tile(leaves, level, index, width)).hexdigest(),
            }
        )
    good += [
        {"what": "files", "size": size, "paths": [tile.path for tile in (*tiles.tiles_for(size), *tiles.bundles_for(size))]}
        for size in (0, 1, 256, 257, 600)
    ]
    good += [{"what": "bundle", "entries": ["a", "", "bc"], "bytes_hex": tiles.bundle_encode([b"a", b"", b"bc"]).hex()}]
    bad = [
        "tile/0/0",
        "tile/0/00",
        "tile/8/000",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001/002",
        "/tile/0/000",
        "tile/0/../000",
        "tile/entries/1",
        "tile/0/x001",
        "tile/-1/000",
        "tile/0/000\n",
    ]
    return (
        good
        + refused([{"what": "path", "path": path} for path in bad])
        + refused([{"what": "bundle", "bytes_hex": text} for text in ("", "00", "0001", "000261", "00016100")])
    )


def note_cases():
    signer, other = notes.LogSigner(ORIGIN, seed("log")), notes.LogSigner("ru.example/c7/RU/record", seed("other log"))
    cosigner, mac = cosignatures.Cosigner("ru.example/c7/RU/mirror", seed("cosigner")), macs.MacVerifier(WORKING, "RU", mac_case()["key"])
    point = checkpoints.Checkpoint(ORIGIN, 70, merkle.root([merkle.leaf_hash(b"leaf %d" % n) for n in range(70)]))
    text = point.text()
    working = checkpoints.Checkpoint(WORKING, 0, merkle.EMPTY_ROOT).text()
    line = signer.sign(text)
    cosigned = cosigner.sign(text, 1754470800)
    keys = {"log": signer.vkey, "cosigner": cosigner.vkey}
    good = [
        {"note": notes.sign_note(text, [line]), "verified": [ORIGIN]},
        {"note": notes.sign_note(text, [other.sign(text), line]), "verified": [ORIGIN]},
        {"note": notes.sign_note(text, [line, cosigned]), "verified": [ORIGIN, cosigner.name], "times": {cosigner.name: 1754470800}},
        {"note": notes.sign_note(working, [mac.sign(working)]), "verified": [mac.name], "mac_key_hex": mac_case()["key"].hex()},
    ]
    start = notes.sign_note(text, [line])
    broken = notes.SignatureLine(line.name, line.key_id, flip(line.blob))
    extension = text + "extension\n"
    bad = [
        notes.sign_note(text, [other.sign(text)]),
        notes.sign_note(text, [broken]),
        notes.sign_note(text, [cosigned, broken]),
        notes.sign_note(text, [line, cosigned._replace(blob=flip(cosigned.blob, 7))]),
        notes.sign_note(text, [line, cosigned._replace(blob=flip(cosigned.blob))]),
        start + str(line).encode() + b"\n",
        start.replace(b"\n70\n", b"\n71\n"),
        start[:-1],
        start.replace(b"\n\n", b"\n"),
        start.replace(b"\n\n", b"\r\n\r\n"),
        start.replace("—".encode(), b"-"),
        start.replace(b"=\n", b"\n", 1),
        start + b"x",
        b"\xff" + start,
        notes.sign_note(extension, [signer.sign(extension)]),
        b"",
        b"\n",
    ]
    for body in (
        text.replace("70", "070"),
        text.replace("70", "+70"),
        text.replace("70", "-1"),
        text.replace("70", "9223372036854775808"),
        text.replace("70", "0"),
        text.replace("70", "7 0"),
        text.replace("=", ""),
        ORIGIN + "\n70\n",
    ):
        bad += [notes.sign_note(body, [signer.sign(body)])]
    good = [{**case, "note": case["note"].decode(), "keys": keys} for case in good]
    return good + refused([{"note_hex": note.hex(), "keys": keys} for note in bad])


def mac_case():
    private, peer = seed("exchange"), seed("peer exchange")
    key = macs.mac_key(private, macs.exchange_public(peer), ROOM, WORKING)
    return {
        "key": key,
        "private_hex": private.hex(),
        "peer_private_hex": peer.hex(),
        "peer_public_hex": macs.exchange_public(peer).hex(),
        "room": ROOM,
        "origin": WORKING,
    }


def mac_cases():
    case = mac_case()
    text = checkpoints.Checkpoint(WORKING, 0, merkle.EMPTY_ROOT).text()
    good = {**case, "key_hex": case.pop("key").hex(), "text": text, "peer": "RU"}
    del good["key"]
    good["line"] = str(macs.mac_line(WORKING, "RU", bytes.fromhex(good["key_hex"]), text))
    small = [
        "00" * 32,
        "01" + "00" * 31,
        "ed" + "ff" * 30 + "7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "00" * 31 + "80",
        "f6" + "ff" * 30 + "7f",  # 9 in a second form
        "09" + "00" * 30 + "80",
    ]
    return [good, *refused([{"peer_public_hex": key} for key in small])]


def dsse_cases():
    payload = canonical.dumps({"manifest": "00" * 32, "slot": {"kind": "adopt", "of": "IN/record/7", "step": 0}})
    key = private_ed25519("person")
    data = dsse.sign(TYPE, payload, [key])
    value = json.loads(data)
    public = {"suite": key.public.suite, "data_hex": key.public.data.hex(), "id": key.public.id}
    good = {"type": TYPE, "payload": payload.decode(), "pae": dsse.pae(TYPE, payload).decode(), "public": public, "envelope": data.decode()}
    other = private_ed25519("other person")
    bad = [
        dsse.sign(TYPE, payload, [other]),
        dsse.sign(TYPE + "x", payload, [key]),
        dsse.envelope(TYPE, payload, [(key.public.id, other.sign(dsse.pae(TYPE, payload)))]),
        dsse.envelope(TYPE, payload + b" ", [(key.public.id, key.sign(dsse.pae(TYPE, payload)))]),
        canonical.dumps({**value, "extra": 1}),
        canonical.dumps({**value, "signatures": []}),
        canonical.dumps({**value, "signatures": value["signatures"] * 2}),
        canonical.dumps({**value, "payload": value["payload"].rstrip("=") + "\n"}),
        data + b"\n",
        json.dumps(value).encode(),
    ]
    return [good, *refused([{"type": TYPE, "public": public, "envelope": text.decode()} for text in bad])]


def private_ed25519(name):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return dsse.PrivateKey(Ed25519PrivateKey.from_private_bytes(seed(name)))


def evidence_cases():
    """Two histories of one record (equal up to entry 3), and a record of another Side that acknowledges the first."""
    from cochair.record import evidence

    signer, other = notes.LogSigner(ORIGIN, seed("log")), notes.LogSigner("ru.example/c7/RU/record", seed("other log"))
    one = [merkle.leaf_hash(b"entry %d" % n) for n in range(7)]
    two = [*one[:3], *(merkle.leaf_hash(b"another %d" % n) for n in range(3, 9))]

    def head(leaves, by=signer):
        text = checkpoints.Checkpoint(by.name, len(leaves), merkle.root(leaves)).text()
        return notes.sign_note(text, [by.sign(text)])

    def two_heads(short, long, size):
        return evidence.heads(ROOM, signer.vkey, head(short), head(long), merkle.root(long[:size]), merkle.consistency_proof(long, size))

    def seen(size, root):
        body = {"heads": {"IN": {"root": root.hex(), "size": size}}}
        return entries.encode(
            entries.Entry(
                v=1, log=other.name, room=ROOM, seq=1, at="2026-01-05T10:00:00Z", salt="00" * 16, kind="seen", schema="record.seen/1", body=body
            )
        )

    def acknowledged(size, root, mine=one):
        data = seen(size, root)
        theirs = [merkle.leaf_hash(b"first"), merkle.leaf_hash(data), merkle.leaf_hash(b"third")]
        known = size <= len(mine)
        prefix, proof = (merkle.root(mine[:size]), merkle.consistency_proof(mine, size)) if known else (None, [])
        return evidence.acknowledgement(
            ROOM, (signer.vkey, head(mine), prefix, proof), (other.vkey, head(theirs, other), data, 1, merkle.inclusion_proof(theirs, 1))
        )

    good = {
        "fork": [two_heads(one[:5], two, 5), two_heads(one, two[:7], 7), two_heads(one[:4], two[:4], 4)],
        "older-head": [two_heads(one[:4], one, 4), two_heads([], one, 0), two_heads(one[:3], two, 3)],
        "seen-root": [acknowledged(5, merkle.root(two[:5])), acknowledged(7, merkle.root(two[:7]))],
        "seen-beyond": [acknowledged(9, merkle.root(two))],
    }
    value = json.loads(good["fork"][0])
    ack = json.loads(good["seen-root"][0])
    bad = [
        {**value, "prefix": value["prefix"][:-1] + ("0" if value["prefix"][-1] != "0" else "1")},
        {**value, "proof": value["proof"][:-1]},
        {**value, "first": value["second"], "second": value["first"]},
        {**value, "key": other.vkey},
        {**value, "origin": other.name},
        {**value, "first": head(one[:5], other).decode()},
        {**value, "v": 2},
        {**value, "more": 1},
        {**ack, "entry": ack["entry"].replace("2026", "2027")},
        {**ack, "index": 0},
        {**ack, "inclusion": ack["inclusion"][:-1]},
        {**ack, "prefix": ""},
        {**ack, "by": ack["origin"]},
        {**ack, "room": "00" * 32},
        {**ack, "head": head(two).decode(), "prefix": merkle.root(two[:5]).hex(), "proof": [h.hex() for h in merkle.consistency_proof(two, 5)]},
    ]
    found = [{"verdict": verdict, "file": data.decode()} for verdict, files in good.items() for data in files]
    return found + refused([{"file": canonical.dumps(each).decode() + "\n"} for each in bad] + [{"file": "{}"}, {"file": ""}])


def log_cases():
    leaves = [entries.encode(entry(n)) for n in range(300)]
    point = checkpoints.Checkpoint(ORIGIN, 300, merkle.root([merkle.leaf_hash(leaf) for leaf in leaves]))
    bundles = [tiles.bundle_encode(leaves[:256]), tiles.bundle_encode(leaves[256:])]
    return [
        {
            "entries": 300,
            "first": leaves[0].decode(),
            "last": leaves[-1].decode(),
            "checkpoint": point.text(),
            "bundle_sha256": [hashlib.sha256(one).hexdigest() for one in bundles],
        }
    ]


@contextlib.contextmanager
def published_keys_allowed():
    """The program refuses the keys of the vectors; here alone they are let through."""
    kept, keychanges.refuse_published = keychanges.refuse_published, lambda key: key
    try:
        yield
    finally:
        keychanges.refuse_published = kept


def change_cases():
    name = keychanges.root_name(ORIGIN)
    roots = [notes.LogSigner(name, seed(f"root {number}")) for number in (1, 2, 3)]
    top = merkle.root([merkle.leaf_hash(b"leaf %d" % number) for number in range(70)])
    with published_keys_allowed():
        change = keychanges.KeyChange(ROOM, ORIGIN, 70, top, notes.vkey(ORIGIN, notes.LogSigner(ORIGIN, seed("new log")).public))
        text = change.text()
    own, stranger = notes.LogSigner(ORIGIN, seed("log")), notes.LogSigner(name, seed("other log"))
    misnamed = notes.LogSigner("in.example/IN/other", seed("root 2"))
    keys = [root.public.hex() for root in roots]
    lines = [root.sign(text) for root in roots]

    def made(signed, by, change_text=text):
        return {"note": notes.sign_note(signed, by).decode(), "roots": keys, "text": change_text}

    good = [made(text, lines[:2]), made(text, [lines[2], lines[0]]), made(text, lines)]
    for number, case in enumerate(good):
        case |= {"size": 70, "key_hex": change.public.hex(), "signers": len(lines) if number == 2 else 2}
    other = text.replace("\n70\n", "\n070\n")
    elsewhere = text.replace(ORIGIN + "\n", WORKING + "\n", 1)
    foreign = text.replace(ORIGIN + "\n", "ru.example/c7/RU/record\n", 1)
    bad = [
        made(text, lines[:1]),
        made(text, [lines[0], stranger.sign(text)]),
        made(text, [*lines[:2], own.sign(text)]),
        made(text, [lines[0], misnamed.sign(text)]),
        made(text, [lines[0], lines[1]._replace(blob=flip(lines[1].blob))]),
        *(made(wrong, [root.sign(wrong) for root in roots]) for wrong in (other, elsewhere, foreign, text.replace("/v1\n", "/v2\n", 1), text + "more\n")),
        {**made(text, lines[:2]), "roots": [keys[0], keys[1], keys[1]]},
        {**made(text, lines[:2]), "roots": keys[:2]},
        {**made(text, lines[:2]), "roots": [keys[0], keys[1], change.public.hex()]},
    ]
    return good + refused(bad)


FORMATS = {
    "canonical": ("entry.md", canonical_cases, "canonical JSON: loads(bytes) == value and dumps(value) == bytes"),
    "entry": ("entry.md", entry_cases, "entries and their leaf hashes"),
    "paper": ("paper.md", paper_cases, "ids of papers"),
    "paper-store": ("paper-store.md", paper_store_cases, "files of sealed papers; the plain bytes are the salt of SHA-256('vector salt'), then data"),
    "structural": ("structural.md", structural_cases, "digests of structural content"),
    "schemas": ("schemas.md", schema_cases, "descriptions of the schemas of the first release; lists of adopted schemas, and the list that each follows"),
    "merkle": ("log.md", merkle_cases, "trees of the leaves 'leaf 0', 'leaf 1', …: roots, inclusion and consistency proofs"),
    "tiles": ("log.md", tile_cases, "paths, tiles and entry bundles"),
    "note": (
        "log.md",
        note_cases,
        "signed checkpoints, cosigned and MACed; the note must open under the keys and its text be a checkpoint",
    ),
    "mac": ("log.md", mac_cases, "MAC keys and lines; a refused peer key must not be used"),
    "log": ("log.md", log_cases, "a whole log of 300 entries, made as entry(n) in make.py"),
    "keychange": ("key-change.md", change_cases, "changes of a log key by two of three root keys (hex); the note must open under them"),
    "dsse": ("dsse.md", dsse_cases, "envelopes signed by a person"),
    "evidence": ("evidence.md", evidence_cases, "files of evidence and what they prove"),
    "ed25519": ("ed25519.md", lambda: edges.cases(seed), "which keys register and which signatures hold"),
    "ed25519-edges": ("ed25519.md", lambda: edges.combinations(seed), "the same, every edge of a key with every edge of R, of k and of S, by the textbook in curve.py"),
    "merkle-probes": ("log.md", probes.cases, "proofs, and each spoilt in every way; verdicts by the definitions in tree.py; noise is SHA-256 of 'noise'"),
}


def write(folder):
    for name, (page, cases, about) in FORMATS.items():
        value = {"about": about, "format": f"docs/formats/{page}", "cases": cases()}
        if "-" in name:  # hundreds of cases, a line each
            lines = ",\n".join(json.dumps(case, sort_keys=True, ensure_ascii=True) for case in value.pop("cases"))
            text = json.dumps(value, sort_keys=True)[:-1] + f', "cases": [\n{lines}\n]}}'
        else:
            text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True)
        (Path(folder) / f"{name}.json").write_text(text + "\n", encoding="ascii")


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else HERE)
