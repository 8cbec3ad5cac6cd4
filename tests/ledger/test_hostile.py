"""Whatever bytes come from outside, each parser gives a value that it writes again as the same bytes, or `Rejected`, and nothing else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cochair.kit import ids
from cochair.kit.errors import Rejected
from cochair.ledger import checkpoints, cosignatures, dsse, ed25519, entries, macs, merkle, notes, papers, tiles
from tests.vectors import make


def good(name, field):
    return [
        case[field].encode()
        for case in json.loads((make.HERE / f"{name}.json").read_text())["cases"]
        if not case.get("refused") and field in case
    ]


NOTE = json.loads((make.HERE / "note.json").read_text())["cases"][0]
VERIFIERS = [
    notes.Verifier(NOTE["keys"]["log"]),
    cosignatures.CosignatureVerifier(NOTE["keys"]["cosigner"]),
    macs.MacVerifier(make.WORKING, "RU", make.mac_case()["key"]),
]
PERSON = make.private_ed25519("person").public


def reopen(data):
    notes.open_note(data, VERIFIERS)
    return notes.sign_note(*notes.split_note(data))


def judge_run(data):
    """A run of one is accepted exactly where the entry is, at its own place."""
    try:
        entry = entries.decode(data)
    except Rejected:
        entries.check_run([data], make.ORIGIN, make.ROOM, 0)
        raise AssertionError("a run holds what is not an entry") from None
    entries.check_run([data], entry.log, entry.room, entry.seq)
    return data


PARSERS = {
    "entry": (lambda data: entries.encode(entries.decode(data)), good("entry", "bytes")),
    "run": (judge_run, good("entry", "bytes")),
    "structural": (lambda data: papers.structural_bytes(papers.open_structural(data, papers.structural_digest(data))), good("structural", "bytes")),
    "note": (reopen, good("note", "note")),
    "checkpoint": (lambda data: checkpoints.Checkpoint.parse(data.decode("utf-8", "surrogateescape")).text().encode(), good("log", "checkpoint")),
    "bundle": (lambda data: tiles.bundle_encode(tiles.bundle_decode(data)), [tiles.bundle_encode([b"one", b"", b"three" * 99])]),
    "tile": (lambda data: b"".join(tiles.tile_hashes(data, len(data) // 32)), [bytes(range(64))]),
    "path": (lambda data: tiles.parse_path(data.decode("utf-8", "replace")).path.encode(), good("tiles", "path")),
    "envelope": (lambda data: dsse.envelope(make.TYPE, dsse.verify(data, make.TYPE, [PERSON]).payload, [(PERSON.id, make.private_ed25519("person").sign(dsse.pae(make.TYPE, dsse.verify(data, make.TYPE, [PERSON]).payload)))]), good("dsse", "envelope")),
    "vkey": (lambda data: notes.vkey(*notes.parse_vkey(data.decode("utf-8", "surrogateescape"))).encode(), [NOTE["keys"]["log"].encode()]),
    "id": (lambda data: str(ids.parse_id(data.decode("utf-8", "surrogateescape"))).encode(), [b"IN/record/12", b"RU/w-IN-7/0"]),
    "origin": (lambda data: str(ids.parse_origin(data.decode("utf-8", "surrogateescape"))).encode(), [make.ORIGIN.encode(), make.WORKING.encode()]),
    "ed25519 key": (ed25519.check_public, [PERSON.data]),
    "p-256 key": (lambda data: dsse.public_key(dsse.ECDSA_P256, data).data, [dsse.new_key(dsse.ECDSA_P256).public.data]),
    "rsa key": (lambda data: dsse.public_key(dsse.RSA, data).data, [dsse.new_key(dsse.RSA).public.data]),
    "exchange key": (macs.check_exchange_public, [macs.exchange_public(bytes(32))]),
    "frontier": (lambda data: "".join(merkle.Frontier.load(3, data.decode("utf-8", "surrogateescape").split(",")).dump()).encode(), []),
}  # fmt: skip


@st.composite
def mutations(draw, samples):
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        change = draw(st.sampled_from(("set", "cut", "insert", "double")))
        if change == "set" and data:
            data[place] = draw(st.integers(0, 255))
        elif change == "cut":
            del data[place : place + draw(st.integers(1, 9))]
        elif change == "insert":
            data[place:place] = draw(
                st.binary(min_size=1, max_size=4) | st.sampled_from((b"\\u0000", b"\\ud800", b"1e9", b"[[[[", b"\n\n", b"=", b'"a":1,'))
            )
        else:
            data[place:place] = data[place : place + 40]
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_only_rejected_is_raised_and_what_passes_is_canonical(name, data):
    parse, samples = PARSERS[name]
    raw = data.draw((mutations(samples) | st.binary(max_size=200)) if samples else st.binary(max_size=200))
    try:
        again = parse(raw)
    except Rejected:
        return
    assert again == raw


@pytest.mark.parametrize("name", PARSERS)
def test_the_samples_pass(name):
    parse, samples = PARSERS[name]
    for sample in samples:
        assert parse(sample) == sample


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_signatures_of_random_bytes(one, other, third):
    for call in (
        lambda: ed25519.verify(one, other, third),
        lambda: PERSON.verify(one, other),
        lambda: macs.mac_key(one, other, make.ROOM, make.WORKING) and macs.check_exchange_public(b""),
        lambda: VERIFIERS[1].verify(NOTE["note"], one),
        lambda: VERIFIERS[2].verify(NOTE["note"], one),
        lambda: dsse.load_key(one),
        lambda: papers.check_paper(one, "0" * 64),
    ):
        with pytest.raises(Rejected):
            call()


def test_pem_with_a_broken_inside():
    text = make.private_ed25519("person").pem()
    for place in range(0, len(text), 3):
        data = bytearray(text)
        data[place] ^= 0x15
        try:
            dsse.load_key(bytes(data))
        except Rejected:
            continue
