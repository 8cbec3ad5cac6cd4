"""New terms of exchange: a Side joins a room that another founded, brings its root keys, or renews keys of its node; every Side that the terms name seals them.

Rules:

1. The terms are settled by letters of the secretaries. A seal of them attests such a letter; no person's key is needed, because before the first common
   terms no Side knows the other's posts.
2. New terms name those before them and change nothing but the Sides that they name, and of a Side its root keys, or its cosigning and exchange key
   (`protocol.renewing`): the name of the room, its limits, suites and the way of working stay, and so do the keys that logs began with (a log's key is changed by
   root keys: `record.changes`).
3. A node seals, or finds another's seal valid, only if the keys in the terms are those that it holds itself: its own, those in force, and those that people
   compared when they paired the nodes (`exchange.descriptor`).
4. New keys of another Side are sealed only by who has typed their fingerprint, as that Side read it out: of root keys from the protocol of its ceremony. Terms
   bring one kind of new keys of a Side at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit import fingerprint
from cochair.kit.errors import Conflict
from cochair.ledger.keychanges import check_roots
from cochair.protocol import renewing, seals
from cochair.record import queries, renewals
from cochair.record.node import Draft, Peer
from cochair.record.queries import SlotState
from cochair.record.registry import SlotName
from cochair.record.renewals import Ended
from cochair.record.roots import roots_print

if TYPE_CHECKING:
    from cochair.record.node import Node

_KEPT = ("v", "what", "slug", "specimen", "founder", "limits", "suites", "working")
_KEYS = ("domain", "log_key", "cosign_key", "exchange_key")


def propose_terms(node: "Node", room: str, actor: Actor, joining: Iterable[Mapping[str, Any]]) -> str:
    """Make and keep the terms with which further Sides join -> digest. ``joining``: entries of Sides in the form of `Node.descriptor`.

    Raises Conflict if a Side's keys are not those that people compared, or if nobody joins.
    """
    rights.require(actor, "seal.attest", node.side)
    before, digest = node.terms(room), _in_force(node, room)[-1]
    known = {each["side"] for each in before["sides"]}
    sides = [*before["sides"], *(dict(each) for each in joining if each["side"] not in known)]
    if len(sides) == len(before["sides"]):
        raise Conflict("These terms would name no further Side", "Pair with the node of the Side that joins, then propose the terms")
    made = {**before, "previous": digest, "sides": sorted(sides, key=lambda each: str(each["side"]))}
    _same_keys(node, room, made)
    return node.put_structural(room, made)


def propose_roots(node: "Node", room: str, actor: Actor, roots: Sequence[str]) -> str:
    """Make and keep the terms in which our Side's root keys (hex) are these -> digest. Raises Conflict if our Side is not in the terms, or has these."""
    rights.require(actor, "seal.attest", node.side)
    check_roots(roots)
    before, digest = node.terms(room), _in_force(node, room)[-1]
    if node.side not in (each["side"] for each in before["sides"]):
        raise Conflict("The terms do not name our Side yet", "Let it join first: cochair node join")
    sides = [{**each, "root_keys": list(roots)} if each["side"] == node.side else each for each in before["sides"]]
    if sides == before["sides"]:
        raise Conflict("These root keys are in the terms already", "Nothing is to be done")
    made = {**before, "previous": digest, "sides": sides}
    _same_keys(node, room, made)
    return node.put_structural(room, made)


def propose_renewal(node: "Node", room: str, actor: Actor) -> str:
    """Make and keep the terms in which our Side's cosigning and exchange key are the newest that its signer has -> digest. Raises Conflict if they are these."""
    rights.require(actor, "seal.attest", node.side)
    before, digest = node.terms(room), _in_force(node, room)[-1]
    require_others(node, before)
    sides = [renewing.proposed(node, room, each) if each["side"] == node.side else each for each in before["sides"]]
    made = {**before, "previous": digest, "sides": sides}
    _same_keys(node, room, made)
    return node.put_structural(room, made)


def require_others(node: "Node", terms: Mapping[str, Any]) -> None:
    """Raise Conflict unless terms name our Side and another one: only then new ones can come into force."""
    named = [each["side"] for each in terms["sides"]]
    if node.side not in named or len(named) < 2:
        raise Conflict("The terms do not name our Side with another one yet", "Let it join first: cochair node join")


def open_terms(node: "Node", room: str) -> SlotState | None:
    """The terms that some Side has sealed and not all: what is to be sealed next."""
    step = len(_in_force(node, room))
    with node.read() as tx:
        states = queries.slots(tx, room, "terms", room)
    return next((state for state in states if state.slot.step == step and any(not seal.revoked for seal in state.seals)), None)


def withdraw_terms(node: "Node", room: str, actor: Actor) -> str:
    """Take back our seal of terms that not all have sealed -> the revoke. Raises Conflict if there is none."""
    rights.require(actor, "seal.attest", node.side)
    state = open_terms(node, room)
    mine = [seal for seal in state.seals if seal.side == node.side and not seal.revoked] if state else []
    if not mine:
        raise Conflict("Our Side has no seal of new terms that could be taken back", "Nothing is to be done")
    return node.write(room, [Draft("record", "revoke", "record.revoke/1", {"seal": mine[-1].id})])[0]


def renewals_in(node: "Node", room: str, digest: str) -> dict[str, Ended]:
    """Side -> what ends, where these terms renew its cosigning or exchange key against those in force. Raises `Rejected` if they do not as they must."""
    after = {each["side"]: each for each in node.structural(room, digest).get("sides", ())}
    found = {each["side"]: renewals.step(each, after[each["side"]]) for each in node.terms(room)["sides"] if each["side"] in after}
    return {side: last for side, last in found.items() if last is not None}


def new_roots(node: "Node", room: str, digest: str) -> dict[str, list[str]]:
    """Side -> root keys, where these terms name others than those in force."""
    before = {each["side"]: each.get("root_keys") or [] for each in node.terms(room)["sides"]}
    made = node.structural(room, digest).get("sides", ())
    return {each["side"]: each["root_keys"] for each in made if each.get("root_keys") and each["root_keys"] != before.get(each["side"], [])}


def seal_terms(node: "Node", room: str, actor: Actor, digest: str, letter: bytes, compared: str = "") -> str:
    """Seal new terms by a letter of the secretary of our Side -> the seal. `compared`: fingerprint of the other Side's new root keys, as it read it out.

    Raises Conflict with what differs.
    """
    rights.require(actor, "seal.attest", node.side)
    step = _sealable(node, room, digest)
    _compared(node, room, digest, compared)
    return seals.seal_by_letter(node, room, actor, SlotName("terms", room, step), digest, letter)


def _compared(node: "Node", room: str, digest: str, typed: str) -> None:
    """Raise Conflict unless the new keys of others in these terms are those whose fingerprint was typed."""
    made, brought = {each["side"]: each for each in node.structural(room, digest)["sides"]}, new_roots(node, room, digest)
    for side, last in renewals_in(node, room, digest).items():
        if side in brought:
            raise Conflict("These terms bring root keys of {side} and renew keys of its node", "Propose one after the other", side=side)
        renewing.check_heads(node, room, side, last)
        if side != node.side and not fingerprint.same(typed, renewals.keys_print(made[side])):
            raise Conflict(
                "These terms renew keys of the node of {side}, and nobody has compared them",
                "Let that Side read out the fingerprint of its node's keys on a line that the servers do not control, then give it to this command",
                side=side,
            )
    for side, roots in brought.items():
        check_roots(roots)
        if side != node.side and not fingerprint.same(typed, roots_print(side, roots)):
            raise Conflict(
                "These terms bring new root keys of {side}, and nobody has compared them",
                "Let that Side read out the fingerprint of its root keys on a line that the servers do not control, then give it to this command",
                side=side,
            )


def find_terms(node: "Node", room: str, actor: Actor, seal: str) -> str:
    """A person of our Side has read the other's letter and finds its seal of the terms valid -> the finding, which is final."""
    found = seals.find(node, room, seal)
    _same_keys(node, room, node.structural(room, found.manifest))
    state = open_terms(node, room)
    compared = state and any(one.side == node.side and one.manifest == found.manifest and not one.revoked for one in state.seals)
    if renewals_in(node, room, found.manifest).keys() - {node.side} and not compared:
        raise Conflict("These terms renew keys of another Side, and ours has not sealed them", "Compare the fingerprint and seal first")
    return seals.confirm_scan(node, room, actor, seal)


def _in_force(node: "Node", room: str) -> list[str]:
    """Digests of the terms that came into force, the founding ones first."""
    chain = [room]
    with node.read() as tx:
        agreed = {state.slot.step: state.agreed for state in queries.slots(tx, room, "terms", room)}
    while (following := agreed.get(len(chain))) and node.structural(room, following).get("previous") == chain[-1]:
        chain.append(following)
    return chain


def _sealable(node: "Node", room: str, digest: str) -> int:
    """The step of these terms, if this node may seal them (rules 2 and 3)."""
    made, chain = node.structural(room, digest), _in_force(node, room)
    if made.get("previous") != chain[-1]:
        raise Conflict("These terms do not follow those in force", "Propose them anew")
    before = node.terms(room)
    if changed := [name for name in _KEPT if made.get(name) != before.get(name)]:
        raise Conflict("New terms may only let a Side join, and these change {changed}", "Propose them anew", changed=", ".join(changed))
    after = {each["side"]: each for each in made["sides"]}
    for each in before["sides"]:
        new = after.get(each["side"], {})
        if _lasting(new) != _lasting(each) or (each.get("root_keys") and not new.get("root_keys")):
            raise Conflict("These terms change a Side that is in the room", "Propose them anew")
        renewals.step(each, new)
    _same_keys(node, room, made)
    return len(chain)


def _lasting(side: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in side.items() if name not in ("root_keys", "ended", *renewals.KEYS)}


def _same_keys(node: "Node", room: str, made: Mapping[str, Any]) -> None:
    """Raise Conflict unless the keys of every Side are those that this node holds; those that are renewed are compared when the terms are sealed."""
    peers, force = node.peers(room), {each["side"]: each for each in node.terms(room)["sides"]}
    newest, present = node.descriptor(str(made.get("slug"))), node.named(room)
    for each in made.get("sides", ()):
        side = str(each.get("side"))
        held: Mapping[str, Any] | None = _keys(peers.get(side))
        if side == node.side:
            held = {name: newest[name] if each.get(name) == newest[name] else present[name] for name in _KEYS}
        elif held and side in force and (last := renewals.step(force[side], each)):
            held = {**held, **{name: each.get(name) for name in renewals.KEYS if getattr(last, name)}}
        if held is None:
            raise Conflict(
                "The node of {side} is not paired with this one", "Exchange descriptors and compare the fingerprints first", side=side
            )
        if any(each.get(name) != held[name] for name in _KEYS):
            raise Conflict("The terms name other keys of {side} than those that were compared", "Compare the fingerprints again", side=side)


def _keys(peer: Peer | None) -> dict[str, str] | None:
    return None if peer is None else {name: str(getattr(peer, name)) for name in _KEYS}
