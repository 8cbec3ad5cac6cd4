"""npm's ``@sigstore/verify`` on our checkpoints, inclusion proofs and envelopes.

It checks one Merkle proof under one signed checkpoint, and a DSSE envelope with one signature; consistency proofs, tiles and cosignatures it does not know. Entries of
our record are none of the kinds that Sigstore's log holds, so they go through its function for inclusion alone; for the whole of its `Verifier` the log holds what
Sigstore writes of an envelope (``dsse`` 0.0.1), made into leaves, proofs, checkpoints and envelopes by our code.
"""

import base64
import hashlib
import json
import random
import secrets
from collections.abc import Iterator
from typing import Any

from bench.sample import ORIGIN
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger import dsse, merkle, notes
from cochair.ledger.checkpoints import Checkpoint
from cochair.protocol.request import PAYLOAD_TYPE
from tests.interop.lines import Row, Tally
from tests.interop.logs import Log, Question, flip, holds, record_questions
from tests.interop.programs import Node


def checks(node: Node, log: Log, sizes: list[int], rng: random.Random) -> Row:
    """Its verdict on inclusion in our logs, and on our envelopes."""
    tally = Tally(
        "R8", "@sigstore/verify checks our checkpoints, inclusion proofs and envelopes, and forged ones", f"{node.name} {node.version}"
    )
    questions = [one for size in sizes for one in _inclusions(log, size, rng)]
    for suite in dsse.SUITES:
        questions += list(_bundles(suite, rng))
    for question, answer in zip(questions, node.ask([one.ask for one in questions]), strict=True):
        tally.add(question, answer["ok"], answer["why"])
    return tally.row()


def _inclusions(log: Log, size: int, rng: random.Random) -> Iterator[Question]:
    key = _spki(dsse.ED25519, log.signer.public)
    alone = notes.sign_note(*_parts(log.notes[size], 1))
    for each in record_questions(log, size, rng, 1):
        if each.what in ("inclusion: wrong root", "inclusion: proof to another size", "inclusion: flipped leaf"):
            continue  # size and root come from the signed checkpoint, the leaf from the entry
        ask = {**each.ask, "kind": "inclusion", "note": alone, "origin": ORIGIN, "key": key, "key_id": log.signer.key_id}
        index = each.ask["index"]
        entry = log.entry(min(each.ask["index"], size - 1)) if each.what == "inclusion" else log.entry(log.leaves.index(each.ask["leaf"]))
        yield each._replace(ask={**ask, "entry": entry})
        if each.what == "inclusion":
            good = {**ask, "entry": entry}
            yield Question("inclusion: another entry", {**good, "entry": flip(entry, rng)}, ours=False)
            text, lines = _parts(alone, 1)
            forged = notes.sign_note(text, [lines[0]._replace(blob=flip(lines[0].blob, rng))])
            yield Question(
                "inclusion: signature flipped",
                {**good, "note": forged},
                holds(lambda f=forged: notes.open_note(f, [notes.Verifier(log.signer.vkey)])),
            )  # type: ignore[misc]
            stranger = notes.sign_note(text, [log.stranger.sign(text)])
            yield Question("inclusion: a stranger's checkpoint", {**good, "note": stranger}, ours=False)
            if size - 1 in log.notes and index < size - 1:
                stale = notes.sign_note(*_parts(log.notes[size - 1], 1))
                ours = holds(lambda a=each.ask: merkle.verify_inclusion(a["leaf"], a["index"], size - 1, a["proof"], log.root(size - 1)))  # type: ignore[misc]
                yield Question("inclusion: under an older checkpoint", {**good, "note": stale}, ours)


def _parts(note: bytes, count: int) -> tuple[str, list[notes.SignatureLine]]:
    text, lines = notes.split_note(note)
    return text, lines[:count]


def _bundles(suite: str, rng: random.Random) -> Iterator[Question]:
    """Envelopes of one suite, alone and with their place in a log."""
    person, other = dsse.new_key(suite), dsse.new_key(suite)
    signer = notes.LogSigner(ORIGIN, secrets.token_bytes(32))
    for number in range(4):
        payload = canonical.dumps({"manifest": secrets.token_hex(32), "number": number})
        envelope = dsse.sign(PAYLOAD_TYPE, payload, [person])
        leaves, index = _log(envelope, rng)
        proof = merkle.inclusion_proof([merkle.leaf_hash(one) for one in leaves], index)
        point = Checkpoint(ORIGIN, len(leaves), merkle.root([merkle.leaf_hash(one) for one in leaves]))
        note = notes.sign_note(point.text(), [signer.sign(point.text())])
        place = {"body": leaves[index], "index": index, "size": len(leaves), "proof": proof, "root": point.root, "note": note}
        forgeries: list[tuple[str, bytes, dict[str, Any]]] = [
            ("envelope", envelope, {}),
            ("envelope: by another key", dsse.sign(PAYLOAD_TYPE, payload, [other]), {}),
            ("envelope: of another type", dsse.sign(PAYLOAD_TYPE + "x", payload, [person]).replace(b"+jsonx", b"+json"), {}),
            ("envelope: payload changed", _with(envelope, payload=base64.b64encode(payload + b" ").decode()), {}),
            ("envelope: signature flipped", _flipped(envelope, rng), {}),
            ("in a log", envelope, place),
            ("in a log: another place", envelope, {**place, "index": (index + 1) % len(leaves)}),
            ("in a log: hash flipped", envelope, {**place, "proof": [flip(proof[0], rng), *proof[1:]]}),
            ("in a log: of another envelope", dsse.sign(PAYLOAD_TYPE, payload + b" ", [person]), place),
            (
                "in a log: a stranger's checkpoint",
                envelope,
                {**place, "note": notes.sign_note(point.text(), [_stranger().sign(point.text())])},
            ),
        ]
        for what, data, where in forgeries:
            ask = {
                "kind": "bundle",
                "bundle": _bundle(data, where),
                "person": _spki(suite, person.public.data),
                "origin": ORIGIN,
                "key": _spki(dsse.ED25519, signer.public),
                "key_id": signer.key_id,
            }
            yield Question(f"{what} ({suite})", ask, _verdict(data, person.public, signer, where))


def _stranger() -> notes.LogSigner:
    return notes.LogSigner(ORIGIN, secrets.token_bytes(32))


def _verdict(data: bytes, person: dsse.PublicKey, signer: notes.LogSigner, where: dict[str, Any]) -> bool:
    """Ours: the envelope by its person's key; if it stands in a log, that log's signed head, the proof, and that the leaf is of this envelope."""

    def check() -> None:
        opened = dsse.verify(data, PAYLOAD_TYPE, [person])
        if where:
            point = Checkpoint.parse(notes.open_note(where["note"], [notes.Verifier(signer.vkey)]).text)
            merkle.verify_inclusion(merkle.leaf_hash(where["body"]), where["index"], point.size, where["proof"], point.root)
            if json.loads(where["body"])["spec"]["payloadHash"]["value"] != hashlib.sha256(opened.payload).hexdigest():
                raise Rejected("The leaf is of another envelope")

    return holds(check)


def _log(envelope: bytes, rng: random.Random) -> tuple[list[bytes], int]:
    """Leaves as Sigstore's log holds them, one of them of this envelope -> leaves, its index."""
    value = json.loads(envelope)
    payload = base64.b64decode(value["payload"])
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(envelope).hexdigest()},
        "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
        "signatures": [{"signature": value["signatures"][0]["sig"], "verifier": ""}],
    }
    leaf = json.dumps({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}).encode()
    leaves = [b"SPECIMEN %d" % number for number in range(rng.randrange(2, 40))]
    index = rng.randrange(len(leaves))
    leaves[index] = leaf
    return leaves, index


def _bundle(envelope: bytes, where: dict[str, Any]) -> dict[str, Any]:
    value = json.loads(envelope)
    entries = []
    if where:
        proof = {
            "logIndex": str(where["index"]),
            "treeSize": str(where["size"]),
            "rootHash": base64.b64encode(where["root"]).decode(),
            "hashes": [base64.b64encode(one).decode() for one in where["proof"]],
            "checkpoint": {"envelope": where["note"].decode()},
        }
        entries = [
            {
                "logIndex": str(where["index"]),
                "logId": {"keyId": base64.b64encode(bytes(32)).decode()},
                "kindVersion": {"kind": "dsse", "version": "0.0.1"},
                "integratedTime": "0",
                "inclusionProof": proof,
                "canonicalizedBody": base64.b64encode(where["body"]).decode(),
            }
        ]
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": "person"}, "tlogEntries": entries},
        "dsseEnvelope": {"payload": value["payload"], "payloadType": value["payloadType"], "signatures": value["signatures"]},
    }


def _with(envelope: bytes, **members: object) -> bytes:
    return canonical.dumps({**json.loads(envelope), **members})


def _flipped(envelope: bytes, rng: random.Random) -> bytes:
    [one] = json.loads(envelope)["signatures"]
    return _with(envelope, signatures=[{**one, "sig": base64.b64encode(flip(base64.b64decode(one["sig"]), rng)).decode()}])


def _spki(suite: str, data: bytes) -> bytes:
    if suite == dsse.RSA:
        return data
    key = (
        Ed25519PublicKey.from_public_bytes(data) if suite == dsse.ED25519 else EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data)
    )
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
