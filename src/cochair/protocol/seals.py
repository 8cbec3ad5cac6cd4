"""Sealing: asking for a signature, filing it or an attested scan, taking it back, and checking the other Side's.

Rules:

1. A seal binds the Side to a manifest in a slot. It is made with a person's key outside the node, or states that the scan is the signed original.
2. Before it files, this node checks that it would make the same manifest (or, for a step that follows, that it cites what stands), that every
   text is held, safe and clean, and that nothing was written in the slot since the person looked. What the record counts, the record decides.
3. A finding on the other Side's seal: a signature by key that holds under a mandate of that Side, for exactly this request, is found valid by
   the program. Everything else is a person's finding; where the program cannot tell, nothing is filed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit.errors import CochairError, Conflict, NotFound, NotHeld, Rejected
from cochair.kit.ids import parse_id
from cochair.ledger import dsse
from cochair.protocol import gather, prepare, request
from cochair.protocol.mandates import Mandate, ended_by, mandates, usable
from cochair.protocol.manifest import Manifest, Slot
from cochair.record import queries
from cochair.record.node import Draft
from cochair.record.queries import Seal, SlotState
from cochair.record.registry import SlotName

if TYPE_CHECKING:
    from cochair.record.node import Node


class Check(NamedTuple):
    """What became of checking a seal: ``valid`` (finding filed, or it was found valid before), ``refused`` before, or ``indeterminate`` with why."""

    result: Literal["valid", "refused", "indeterminate"]
    why: str = ""
    entry: str = ""


# --- sealing ---


def seal_request(node: "Node", room: str, actor: Actor, manifest: str, mandate: str) -> bytes:
    """The request file for a signature by key under one of our mandates. Raises Conflict if the manifest may not be sealed here."""
    rights.require(actor, "seal.file", node.side)
    made = _sealable(node, room, manifest)
    with node.read() as tx:
        known = mandates(tx, room, node.side)
    found = next((one for one in known if one.id == mandate), None)
    if found is None:
        raise NotFound("This mandate is not one of our Side", "Register the key for the post first")
    _not_ended(known, found)
    terms = node.terms(room)
    asked = request.Request(
        room=room,
        slot=made.slot,
        manifest=manifest,
        heads=gather.heads(node, room),
        side=node.side,
        mandate=mandate,
        key=found.public_key().id,
        specimen=bool(terms.get("specimen")),
        slug=str(terms.get("slug", "")),
    )
    return request.encode(asked)


def file_seal(node: "Node", room: str, actor: Actor, response: bytes) -> str:
    """File the response to a request -> the seal. Raises Rejected on a bad signature, Conflict if the slot has changed since it was asked for."""
    rights.require(actor, "seal.file", node.side)
    from cochair.kit import canonical

    envelope = canonical.loads(response, limit=dsse.ENVELOPE_LIMIT)
    asked = _payload(envelope)
    with node.read() as tx:
        known = mandates(tx, room, node.side)
    mandate = next((one for one in known if one.id == asked.mandate), None)
    if asked.room != room or asked.side != node.side or mandate is None:
        raise Rejected("The response is for another room, Side or mandate", "Upload the response to the request of this page")
    if request.opened(response, mandate.public_key()) != asked:
        raise Rejected("The signature is not over this request", "Sign the request file again")
    _not_ended(known, mandate)
    made = _sealable(node, room, asked.manifest)
    if made.slot != asked.slot:
        raise Rejected("The response names another act than the manifest", "Take a new request")
    _unchanged(node, room, asked.slot, asked.heads)
    return _file(node, room, made.slot, asked.manifest, asked.heads, node.put_paper(room, response), mandate.id)


def _not_ended(known: Sequence[Mandate], mandate: Mandate) -> None:
    if not usable(known, mandate):
        raise Conflict("This mandate was ended", "Use the mandate of the new key")


def attest_scan(node: "Node", room: str, actor: Actor, manifest: str, scan: bytes, heads: Mapping[str, int]) -> str:
    """State that the scan is the original signed in ink -> the seal. ``heads``: what the person had before him (``gather.heads`` of his page)."""
    rights.require(actor, "seal.attest", node.side)
    if not scan:
        raise Rejected("The scan is empty", "Choose the file of the scanned original")
    made = _sealable(node, room, manifest)
    _unchanged(node, room, made.slot, heads)
    return _file(node, room, made.slot, manifest, dict(heads), node.put_paper(room, scan), None)


def seal_by_letter(node: "Node", room: str, actor: Actor, slot: SlotName, digest: str, letter: bytes) -> str:
    """Seal what the secretaries' offices settle (terms, schemas) by a letter of ours -> the seal. Conflict if our Side has sealed in this slot already."""
    rights.require(actor, "seal.attest", node.side)
    if not letter:
        raise Rejected("The letter is empty", "Choose the file of the letter by which this is settled")
    with node.read() as tx:
        state = queries.slot(tx, room, slot.kind, slot.of, slot.step)
    if any(seal.side == node.side and not seal.revoked for seal in state.seals):
        raise Conflict("Our Side has sealed here already", "The other Side seals next")
    return _file(node, room, slot, digest, gather.heads(node, room), node.put_paper(room, letter), None)


def revoke_seal(node: "Node", room: str, actor: Actor, seal: str) -> str:
    """Take our seal back; free until the other Side has acknowledged or sealed, after that the record decides what it was worth."""
    rights.require(actor, "seal.revoke", node.side)
    if find(node, room, seal).side != node.side:
        raise Rejected("This seal is the other Side's", "Only the Side that sealed can take its seal back")
    return node.write(room, [Draft("record", "revoke", "record.revoke/1", {"seal": seal})])[0]


def _file(node: "Node", room: str, slot: Slot | SlotName, manifest: str, heads: Mapping[str, int], paper: str, key: str | None) -> str:
    body = {
        "slot": {"kind": slot.kind, "of": slot.of, "step": slot.step},
        "manifest": manifest,
        "key": key,
        "heads": dict(heads),
        "paper": paper,
        "how": "key" if key else "scan",
    }
    return node.write(room, [Draft("record", "seal", "record.seal/1", body)])[0]


def _sealable(node: "Node", room: str, digest: str) -> Manifest:
    """The manifest, if this node may seal it (rule 2). Raises Conflict with every difference."""
    made = prepare.parse_held(node, room, digest)
    if made.room != room:
        raise Rejected("The manifest is of another room", "Choose one of this room")
    with node.read() as tx:
        state = queries.slot(tx, room, made.slot.kind, made.slot.of, made.slot.step)
    if state.agreed is not None:
        raise Conflict("This act is complete: all Sides have sealed", "A later change is a correction")
    if any(seal.side == node.side and not seal.revoked and not _refused(seal) for seal in state.seals):
        raise Conflict("Our Side has sealed in this act already", "Take that seal back first")
    if found := prepare.differences(node, room, made):
        raise Conflict("It cannot be sealed: {missing}", "Settle what is named, or prepare the manifest anew", missing=found[:8])
    return made


def _refused(seal: Seal) -> bool:
    return any(not finding.valid for finding in seal.findings)


def _payload(envelope: object) -> request.Request:
    from cochair.ledger.notes import decode_base64

    if not isinstance(envelope, dict) or not isinstance(envelope.get("payload"), str):
        raise Rejected("This is not the response to a request", "Upload the file that `cochair sign` wrote")
    return request.decode(decode_base64(envelope["payload"]))


def _unchanged(node: "Node", room: str, slot: Slot, heads: Mapping[str, int]) -> None:
    """Raise Conflict if anybody wrote in the slot beyond the heads that the person had before him."""
    with node.read() as tx:
        state = queries.slot(tx, room, slot.kind, slot.of, slot.step)
    for entry in changes(state):
        side, seq = parse_id(entry).side, parse_id(entry).seq
        if seq >= heads.get(side, 0):
            raise Conflict("Something was written in this act since it was read", "Look at it again, then seal")


def changes(state: SlotState) -> list[str]:
    """Every entry of a slot: seals, revokes, findings."""
    found = [seal.id for seal in state.seals] + [seal.revoked for seal in state.seals if seal.revoked]
    return found + [finding.id for seal in state.seals for finding in seal.findings]


def find(node: "Node", room: str, seal: str) -> Seal:
    """A seal by its entry. Raises NotFound."""
    return _found(node, room, seal)[0]


def _found(node: "Node", room: str, seal: str) -> tuple[Seal, Slot]:
    with node.read() as tx:
        rows = tx.query("SELECT slot FROM j_seal WHERE room = ? AND id = ?", [room, seal])
        if not rows:
            raise NotFound("There is no seal {seal}", "Open the signing page again", seal=seal[:40])
        kind, of, step = rows[0]["slot"].split("|")
        state = queries.slot(tx, room, kind, of, int(step))
    return next(one for one in state.seals if one.id == seal), Slot(kind, of, int(step))


# --- findings ---


def check_seal(node: "Node", room: str, seal: str) -> Check:
    """Check the other Side's seal by key and file the finding if it holds (rule 3). Scans and whatever cannot be told stay for a person."""
    found, slot = _found(node, room, seal)
    if found.side == node.side:
        raise Rejected("This seal is our own", "The other Side checks it")
    if said := next((one for one in found.findings if one.side == node.side), None):
        return Check("valid" if said.valid else "refused", said.reason, said.id)
    if found.how != "key":
        return Check("indeterminate", "A person looks at the scan")
    why = _key_problem(node, room, found, slot)
    if why:
        return Check("indeterminate", why)
    return Check("valid", "signature-holds", _finding(node, room, seal, valid=True, reason="signature-holds"))


def check_seals(node: "Node", room: str) -> list[tuple[str, Check]]:
    """Check every seal of the other Sides on which we have said nothing; done after each exchange."""
    with node.read() as tx:
        rows = tx.query(
            "SELECT id FROM j_seal WHERE room = ? AND side <> ? AND id NOT IN (SELECT seal FROM j_finding WHERE room = ? AND side = ?)",
            [room, node.side, room, node.side],
        )
    return [(row["id"], check_seal(node, room, row["id"])) for row in sorted(rows, key=lambda row: parse_id(row["id"]).seq)]


def _key_problem(node: "Node", room: str, seal: Seal, slot: Slot) -> str:
    """Why a signature by key cannot be found valid by the program; "" if it can."""
    with node.read() as tx:
        known = mandates(tx, room, seal.side)
        mandate = next((one for one in known if one.id == seal.key), None)
        [row] = tx.query("SELECT heads FROM j_seal WHERE room = ? AND id = ?", [room, seal.id])
    if mandate is None:
        return "Authority not shown: no mandate of that Side names the key"
    try:
        asked = request.opened(node.paper(room, seal.paper), mandate.public_key())
    except NotHeld:
        return "The signature has not arrived yet"
    except CochairError as error:
        return error.what
    terms = node.terms(room)
    said = (room, terms["slug"], terms["specimen"], seal.side, seal.manifest, slot, mandate.id, mandate.key, json.loads(row["heads"]))
    if said != (asked.room, asked.slug, asked.specimen, asked.side, asked.manifest, asked.slot, asked.mandate, asked.key, asked.heads):
        return "The signature is over something else than the seal says"
    if (end := ended_by(known, mandate)) is not None and parse_id(end.id).seq < parse_id(seal.id).seq:
        return "The mandate was ended before the seal"
    if not mandate.covers(seal.at[:10]):
        return "The mandate does not cover the day of the seal"
    try:
        signatories = prepare.parse_held(node, room, seal.manifest).signatories
    except CochairError as error:
        return error.what
    if any(part.side == seal.side and part.post != mandate.post for part in signatories):
        return "The mandate is for another post than the one that signs"
    return ""


def confirm_scan(node: "Node", room: str, actor: Actor, seal: str) -> str:
    """A person of our Side has looked at the scan: it is the original that both signed -> the finding."""
    rights.require(actor, "seal.find", node.side)
    found = find(node, room, seal)
    if found.how != "scan":
        raise Rejected("This seal is by key", "The program checks it")
    if not node.papers.has(room, found.paper):
        raise Conflict("The scan has not arrived here yet, so nobody can have looked at it", "Exchange first, then look at the scan")
    return _finding(node, room, seal, valid=True, reason="scan-seen")


def refuse_seal(node: "Node", room: str, actor: Actor, seal: str, reason: str) -> str:
    """A person of our Side finds the other's seal not valid by our law -> the finding, which is final. ``reason``: a short code."""
    rights.require(actor, "seal.find", node.side)
    return _finding(node, room, seal, valid=False, reason=reason)


def _finding(node: "Node", room: str, seal: str, *, valid: bool, reason: str) -> str:
    found = find(node, room, seal)
    if found.side == node.side:
        raise Rejected("This seal is our own", "The other Side checks it")
    if any(one.side == node.side for one in found.findings):
        raise Conflict("Our Side has said what it finds; the first finding is final", "Talk to the other Side: it may seal anew")
    return node.write(room, [Draft("record", "finding", "record.finding/1", {"seal": seal, "valid": valid, "reason": reason})])[0]


# --- what a page shows of a slot ---


class SealView(NamedTuple):
    """One seal as a page shows it. ``state``: counts, awaiting (a finding), refused, taken back, or not counted, with why."""

    id: str
    side: str
    how: str
    at: str
    manifest: str
    state: Literal["counts", "awaiting", "refused", "taken-back", "not-counted"]
    why: str
    mandate: Mandate | None


class SlotView(NamedTuple):
    """One act: who sealed, who has not, and what waits for us."""

    slot: Slot
    agreed: str | None
    seals: tuple[SealView, ...]
    missing: tuple[str, ...]
    waits_for_us: tuple[str, ...]


def slot_status(node: "Node", room: str, kind: str, of: str, step: int = 0) -> SlotView:
    """Everything a signing page says of one act."""
    with node.read() as tx:
        state = queries.slot(tx, room, kind, of, step)
        keys = {one.id: one for one in mandates(tx, room)}
    views = tuple(_view(seal, keys) for seal in state.seals)
    sides = [each["side"] for each in node.terms(room)["sides"]]
    standing = {view.side for view in views if view.state in ("counts", "awaiting")}
    missing = tuple(side for side in sides if side not in standing)
    todo: list[str] = []
    if state.agreed is None:
        todo += ["seal"] if node.side in missing and standing else []
        todo += [f"check {v.id}" for v in views if v.side != node.side and v.state == "awaiting" and _unsaid(state, v.id, node.side)]
    return SlotView(Slot(kind, of, step), state.agreed, views, missing, tuple(todo))  # type: ignore[arg-type]  # a kind of slot by the record


def _unsaid(state: SlotState, seal: str, side: str) -> bool:
    return all(finding.side != side for one in state.seals if one.id == seal for finding in one.findings)


def _view(seal: Seal, keys: Mapping[str, Mandate]) -> SealView:
    mandate = keys.get(seal.key or "")
    base = (seal.id, seal.side, seal.how, seal.at, seal.manifest)
    if seal.counts:
        return SealView(*base, "counts", "", mandate)
    if seal.revoked:
        return SealView(*base, "taken-back", seal.why, mandate)
    if _refused(seal):
        return SealView(*base, "refused", next(one.reason for one in seal.findings if not one.valid), mandate)
    return SealView(*base, "awaiting" if not seal.why or seal.why in AWAITING else "not-counted", seal.why, mandate)


AWAITING = frozenset({"unfound", "alone", "pending"})
"""Reasons of the record that time can heal: nobody has said anything against the seal."""
