"""Seals that say one thing and are another: which of them our program finds valid by itself. It must be the right person's, over this very act."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cochair.exchange import pull
from cochair.ledger import dsse
from cochair.protocol import mandates, prepare, request, seals
from cochair.record import positions
from cochair.record.node import Draft
from tests.hostile.liar import Liar
from tests.makers import bodies
from tests.protocol import flow


@pytest.fixture
def act(tmp_path: Path):
    """A text that both settled, prepared by us; the liar has a mandate for its co-chair -> (table, liar, manifest, mandate, key, request as it should be)."""
    with flow.table(tmp_path) as t:
        id_, _ = flow.settled(t)
        ours, theirs = flow.mandate(t.ours, t.room, flow.IN, t.body), flow.mandate(t.theirs, t.room, flow.RU, t.body)
        t.meet()
        _, digest = prepare.prepare_manifest(t.ours, t.room, id_)
        flow.seal(t.ours, t.room, flow.IN, digest, ours)
        t.meet()
        asked = request.decode(seals.seal_request(t.theirs, t.room, flow.RU, digest, theirs[0]))
        yield t, Liar(t.theirs, t.room), digest, theirs, ours, asked


def file(liar: Liar, asked: request.Request, by: dsse.PrivateKey, signed: bytes | None = None, /, **over: Any) -> str:
    paper = liar.paper(dsse.sign(request.PAYLOAD_TYPE, request.encode(asked), [by]) if signed is None else signed)
    slot = {"kind": asked.slot.kind, "of": asked.slot.of, "step": asked.slot.step}
    body = {"slot": slot, "manifest": asked.manifest, "heads": asked.heads, "paper": paper, "how": "key", "key": asked.mandate}
    return liar.say("seal", "record.seal/1", body | over, at="2026-09-01T10:00:00Z")


def result(t: flow.Table, liar: Liar, seal: str) -> str:
    assert pull.pull(t.ours, t.room, liar).problems == {}
    pull.acknowledge(t.ours, t.room)
    return dict(seals.check_seals(t.ours, t.room)).get(seal, seals.Check("indeterminate", "void")).result


def test_the_right_seal_is_found_valid(act: Any) -> None:
    t, liar, _, (_, key), _, asked = act
    assert result(t, liar, file(liar, asked, key)) == "valid"


@pytest.mark.parametrize("change", ["heads", "payload", "type", "key", "garbage", "empty", "room", "ours", "day"])
def test_what_is_not_is_not(act: Any, change: str) -> None:
    import msgspec

    t, liar, digest, (_, key), (our_mandate, _), asked = act
    other = {"heads": {"heads": {**asked.heads, "IN": 0}}, "room": {"room": "11" * 32}}.get(change, {})
    payload = request.encode(msgspec.structs.replace(asked, **other))
    signer = dsse.new_key() if change == "key" else key
    kind = "application/octet-stream" if change == "type" else request.PAYLOAD_TYPE
    signed = dsse.sign(kind, b"{}" if change == "payload" else payload, [signer])
    if change in ("garbage", "empty"):
        signed = b"\xff" * 99 if change == "garbage" else b""
    over: dict[str, Any] = {"key": our_mandate} if change == "ours" else {}
    if change == "day":
        with t.theirs.read() as tx:
            [mandate] = mandates.mandates(tx, t.room, "RU")
        entry = {
            "key": mandate.key,
            "public": mandate.public,
            "suite": "ed25519",
            "person": "00" * 16,
            "post": mandate.post,
            "body": mandate.body,
        }
        old = liar.say("key", "record.key/1", {**entry, "from": "2020-01-01", "until": "2020-12-31"})
        signed = dsse.sign(kind, request.encode(msgspec.structs.replace(asked, mandate=old)), [key])
        over = {"key": old}
    assert result(t, liar, file(liar, asked, key, signed, **over)) == "indeterminate"
    with t.ours.read() as tx:
        assert tx.query("SELECT agreed FROM j_slot WHERE agreed IS NOT NULL AND room = ?", (t.room,)) == []
    assert digest


@pytest.mark.parametrize("public", ["", "00", "0", "ff" * 32, "30" * 2000, "302a300506032b656e032100" + "09" * 32])
def test_a_mandate_with_an_odd_key_breaks_nothing(act: Any, public: str) -> None:
    t, liar, _, (_, key), _, asked = act
    for suite in ("ed25519", "rsa", "ecdsa-p256", "gost"):
        body = {"key": "00" * 32, "public": public, "suite": suite, "person": "00" * 16, "post": "x", "body": "y", "from": ""}
        odd = liar.say("key", "record.key/1", body)
        assert result(t, liar, file(liar, asked, key, key=odd)) == "indeterminate"


def test_a_mandate_for_another_post_is_for_a_person_to_judge(act: Any) -> None:
    t, liar, _, _, _, asked = act
    import msgspec

    post = positions.say(t.theirs, t.room, "bodies.post", msgspec.structs.replace(bodies.post(t.body), kind="member"))
    key = dsse.new_key()
    mandate = mandates.file_mandate(t.theirs, t.room, flow.RU, post=post, body=t.body, public=key.public.data.hex(), since="2026-01-01")
    liar = Liar(t.theirs, t.room)
    said = msgspec.structs.replace(asked, mandate=mandate, key=key.public.id)
    assert result(t, liar, file(liar, said, key)) == "indeterminate"


def test_a_liar_who_finds_its_own_seal_valid_and_floods_findings_agrees_nothing(act: Any) -> None:
    t, liar, digest, (_, key), _, asked = act
    seal = file(liar, asked, key)
    liar.seen(t.ours)
    for _ in range(200):
        liar.say("finding", "record.finding/1", {"seal": seal, "valid": True})
        liar.say("revoke", "record.revoke/1", {"seal": "IN/record/3"})
    assert pull.pull(t.ours, t.room, liar).problems == {}
    with t.ours.read() as tx:
        assert tx.query("SELECT agreed FROM j_slot WHERE agreed IS NOT NULL AND room = ?", (t.room,)) == []
    t.ours.write(t.room, [Draft("record", "fault", "record.fault/1", {"log": "x", "what": "goes-on"})])
    assert digest
