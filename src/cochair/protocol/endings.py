"""Ending working papers: destroyed by both Sides after adoption, or begun anew by both where two heads contradict each other.

Rules:

1. A Side says so in the record (`protocol.ending`): which working log, and why. Nothing happens before all Sides of the terms have said the same of the same log;
   for `adopted` an act on the text must be agreed besides. So no Side destroys alone, and none is made to.
2. Then each node destroys that log here, its own part and the other's (`Node.destroy`), and says in the record that it did (`destroyed`: name and length, no root).
   It is never taken in again, by whatever way it comes.
3. What follows is the log of the next turn (`w-IN-7-2`). Begun anew, each Side proposes its own positions there again out of what it held (`protocol.anew`).
4. What is done is derived from record and tables each time, so an interrupted or restored node does it (again) after its next exchange.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

from cochair.accounts import rights
from cochair.accounts.rights import Actor
from cochair.kit.errors import CochairError, Conflict, NotFound
from cochair.kit.ids import RECORD, instrument_of, parse_origin, working_log
from cochair.protocol import anew
from cochair.protocol.contents import Ending
from cochair.record import faults, positions, queries
from cochair.record.node import Draft
from cochair.record.queries import Tx

if TYPE_CHECKING:
    from cochair.record.node import Node

Why = Literal["adopted", "anew"]
SCHEMA = "protocol.ending/1"


class Papers(NamedTuple):
    """The working papers of an instrument now: their log; who has said that it ends, and why; Sides that have destroyed the log before it."""

    log: str
    said: dict[str, set[str]]
    before: str
    destroyed: tuple[str, ...]


def say(node: "Node", room: str, actor: Actor, id_: str, why: Why) -> str:
    """Say for our Side that the present working papers of an instrument end -> the entry. Once all Sides have said so, they are destroyed at once."""
    rights.require(actor, "working.end", node.side)
    with node.read() as tx:
        if queries.matter(tx, room, "protocol.instrument", id_) is None:
            raise NotFound("There is no instrument {instrument}", "Choose one of a session", instrument=id_[:40])
        adopted = _adopted(tx, room, id_)
    papers = state(node, room, id_)
    if why == "adopted" and not adopted:
        raise Conflict("The text is not adopted yet", "Adopt it first: both Sides seal the same manifest")
    if why in papers.said.get(node.side, set()):
        raise Conflict("Your Side has said so already", "It waits for the other Side: exchange")
    written = positions.say(node, room, "protocol.ending", Ending(id_, papers.log, why))
    carry_out(node, room)
    return written


def state(node: "Node", room: str, id_: str) -> Papers:
    """Where the working papers of an instrument are."""
    log = current(node, room, id_)
    with node.read() as tx:
        said = _said(tx, room).get(log, {})
        gone = [
            (notice["side"], parse_origin(notice["body"]["log"]).log)
            for notice in queries.notices(tx, room, "destroyed")
            if _is_log(notice)
        ]
    before = _before(log)
    return Papers(log, said, before, tuple(sorted(side for side, name in gone if name == before)))


def current(node: "Node", room: str, id_: str) -> str:
    """The working log in which an instrument is negotiated now."""
    over = ended(node, room)
    return next((log for turn in range(1, 99) if (log := working_log(id_, turn)) not in over), working_log(id_, 99))


def ended(node: "Node", room: str) -> dict[str, Why]:
    """Working logs that all Sides have ended -> why."""
    with node.read() as tx:
        said = _said(tx, room)
        if not said:
            return {}
        adopted = {log for log in said if _adopted(tx, room, instrument_of(log))}
    sides = [each["side"] for each in node.terms(room)["sides"]]
    found: dict[str, Why] = {}
    for log, by in said.items():
        agreed = set.intersection(*(by.get(side, set()) for side in sides))
        if "adopted" in agreed and log in adopted:
            found[log] = "adopted"
        elif "anew" in agreed:
            found[log] = "anew"
    return found


def carry_out(node: "Node", room: str) -> list[str]:
    """Do what all Sides have said and what is not done yet -> names of the logs that were destroyed. Nothing while this node may not write."""
    over = ended(node, room)
    if not over or node.ask_first or faults.stopped(node) or node.halted.get(node.origin(room)):
        return []
    with node.read() as tx:
        rows = tx.query("SELECT log, side, size, frozen FROM n_log WHERE room = ?", (room,))
        filed = {
            parse_origin(n["body"]["log"]).log for n in queries.notices(tx, room, "destroyed") if n["side"] == node.side and _is_log(n)
        }
    done = []
    for log, why in sorted(over.items()):
        here = [row for row in rows if row["log"] == log and row["frozen"] != faults.DESTROYED]
        if here and why == "anew" and log not in filed:
            anew.keep(node, room, log)
        if here:
            node.destroy(room, log, anew.papers(node, room, log))
            done.append(log)
        last = node.signer.last(node.origin(room, log))
        if log not in filed and last is not None:
            node.write(room, [Draft(RECORD, "destroyed", "record.destroyed/1", {"log": node.origin(room, log), "size": last[0]})])
    for log in sorted(over):
        try:
            anew.carry(node, room, log)
        except CochairError as error:  # it is tried again after the next exchange; the file with what was held stays
            faults.alarm("anew", room, node.origin(room, log), str(error))
    return done


def _said(tx: Tx, room: str) -> dict[str, dict[str, set[str]]]:
    """Log -> Side -> why, out of the statements that stand."""
    found: dict[str, dict[str, set[str]]] = {}
    for one in queries.statements(tx, room, SCHEMA):
        log = one.content["log"]
        if instrument_of(log) == one.content["instrument"]:
            found.setdefault(log, {}).setdefault(one.side, set()).add(one.content["why"])
    return found


def _adopted(tx: Tx, room: str, id_: str) -> bool:
    sql = "SELECT 1 AS one FROM j_slot WHERE room = ? AND of = ? AND agreed IS NOT NULL AND kind IN ('adopt', 'initial', 'sign', 'confirm')"
    return bool(tx.query(sql, (room, id_)))


def _before(log: str) -> str:
    from cochair.kit.ids import turn_of

    turn = turn_of(log)
    return working_log(instrument_of(log), turn - 1) if turn > 1 else ""


def _is_log(notice: dict[str, object]) -> bool:
    try:
        parse_origin(str(notice["body"]["log"]))  # type: ignore[index]  # a body is a dict
    except CochairError:
        return False
    return True
