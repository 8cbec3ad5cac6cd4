"""New versions of schemas: proposed, explained, and adopted by seals of all Sides of a room (`record.schemas`).

Rules:

1. As terms are, a list of schemas is settled by letters of the secretaries: a seal of it attests such a letter.
2. A node seals a list, or finds another's seal of it valid, only if its own program knows every schema that the list adds, in the same meaning: so that nobody adopts
   what he cannot read.
3. A list adds to the one in force. What was adopted once stays: entries rest on it.
4. There is nothing to adopt in a room that has one Side. It writes in the schemas of the first release until another joins.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit.errors import Conflict, Rejected
from cochair.protocol import seals
from cochair.record import queries
from cochair.record.describe import changed
from cochair.record.node import Draft
from cochair.record.queries import SlotState
from cochair.record.registry import Registry, SlotName
from cochair.record.schemas import Adopted, listed, make_list

if TYPE_CHECKING:
    from cochair.record.node import Node


class Change(NamedTuple):
    """One schema of a list, for people. ``fields``: (name, ``new`` | ``changed`` | ``gone``) against the version before; ``known``: whether this program knows it."""

    schema: str
    title: str
    program: str
    known: bool
    fields: tuple[tuple[str, str], ...] = ()


def adoptable(node: "Node", room: str) -> dict[str, Adopted]:
    """What this program knows and the room has not adopted."""
    standing = node.schemas(room)
    kinds = [kind for kind in node.registry.kinds.values() if kind.program and kind.schema not in standing]
    return {kind.schema: Adopted(node.registry.described(kind.schema)[1], kind.program) for kind in kinds}


def explain(registry: Registry, schemas: Mapping[str, Adopted]) -> list[Change]:
    """What adopting these changes, schema by schema."""
    found = []
    for schema, one in sorted(schemas.items()):
        if not registry.knows(schema, one):
            found.append(Change(schema, "", one.program, known=False))
            continue
        name, _, version = schema.partition("/")
        before = f"{name}/{int(version) - 1}"
        old = registry.described(before)[0] if before in registry.kinds else None
        fields = tuple(changed(old, registry.described(schema)[0]))
        found.append(Change(schema, registry.kinds[schema].title, one.program, known=True, fields=fields))
    return found


def open_slot(node: "Node", room: str) -> SlotState | None:
    """The list that some Side has sealed and not all: what is to be sealed next."""
    with node.read() as tx:
        states = queries.slots(tx, room, "schema", room)
    step = len(node.schema_lists(room)) + 1
    return next((state for state in states if state.slot.step == step and any(not seal.revoked for seal in state.seals)), None)


def added(node: "Node", room: str, digest: str) -> dict[str, Adopted]:
    """What a list adds to the schemas in force. Raises Rejected if it is no list."""
    given = listed(node.structural(room, digest))
    if given is None:
        raise Rejected("This is no list of schemas", "Let the other Side propose one: cochair record schema adopt")
    standing = node.schemas(room)
    return {schema: one for schema, one in given.items() if standing.get(schema) != one}


def propose_schemas(node: "Node", room: str, actor: Actor, only: Sequence[str] = ()) -> str:
    """Make and keep the list with which the room adopts what this program knows (of that ``only`` these) -> digest. Raises Conflict if there is nothing to adopt."""
    rights.require(actor, "seal.attest", node.side)
    known = adoptable(node, room)
    if strange := next((name for name in only if name not in known), None):
        raise Conflict(
            "{name} is no schema that this room could adopt with this program",
            "See what there is: cochair record schema show",
            name=strange,
        )
    chosen = {name: known[name] for name in (only or known)}
    if not chosen:
        raise Conflict("This program knows no schema that the room has not adopted", "There is nothing to do")
    _several_sides(node, room)
    for schema in chosen:
        node.put_structural(room, node.registry.described(schema)[0])
    lists = node.schema_lists(room)
    return node.put_structural(room, make_list(room, lists[-1] if lists else None, {**node.schemas(room), **chosen}))


def seal_schemas(node: "Node", room: str, actor: Actor, digest: str, letter: bytes) -> str:
    """Seal a list by a letter of the secretary of our Side -> the seal. Raises Conflict if it may not be sealed here."""
    rights.require(actor, "seal.attest", node.side)
    step = _sealable(node, room, digest)
    return seals.seal_by_letter(node, room, actor, SlotName("schema", room, step), digest, letter)


def withdraw_schemas(node: "Node", room: str, actor: Actor) -> str:
    """Take back our seal of the list that not all have sealed -> the revoke. Who attests may do it, as the letter is his. Raises Conflict if there is none."""
    rights.require(actor, "seal.attest", node.side)
    state = open_slot(node, room)
    mine = [seal for seal in state.seals if seal.side == node.side and not seal.revoked] if state else []
    if not mine:
        raise Conflict("Our Side has no seal here that could be taken back", "See how it stands: cochair record schema show")
    return node.write(room, [Draft("record", "revoke", "record.revoke/1", {"seal": mine[-1].id})])[0]


def find_schemas(node: "Node", room: str, actor: Actor, seal: str) -> str:
    """A person of our Side has read the other's letter and finds its seal of the list valid -> the finding, which is final."""
    _same_meaning(node, room, seals.find(node, room, seal).manifest)
    return seals.confirm_scan(node, room, actor, seal)


def _sealable(node: "Node", room: str, digest: str) -> int:
    """The step of this list, if this node may seal it (rules 2 to 4)."""
    lists = node.schema_lists(room)
    if node.structural(room, digest).get("previous") != (lists[-1] if lists else None):
        raise Conflict("This list does not follow the one in force", "Propose it anew")
    _several_sides(node, room)
    _same_meaning(node, room, digest)
    return len(lists) + 1


def _same_meaning(node: "Node", room: str, digest: str) -> None:
    for schema, one in added(node, room, digest).items():
        if not node.registry.knows(schema, one):
            raise Conflict(
                "This program does not know {schema}, or not in the meaning of this list: it needs version {program} of Cochair",
                "Update Cochair on this node, then seal",
                schema=schema,
                program=one.program,
            )


def _several_sides(node: "Node", room: str) -> None:
    if len(node.terms(room)["sides"]) < 2:
        raise Conflict("A room with one Side adopts nothing", "Let the other Side join first: cochair node join")
