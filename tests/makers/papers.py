"""Papers of tests: each has a label, of which salt and bytes are made, so that its id is known before any node holds it."""

from hashlib import sha256

from cochair.ledger.papers import paper_id
from cochair.record.node import Node

LABELS = ("a person", "another person", "a letter", "a text", "its translation")


def paper(label: str) -> str:
    """Label -> paper id."""
    return paper_id(sha256(label.encode()).digest(), label.encode())


def person(number: int) -> str:
    """The paper of one delegate."""
    return paper(f"delegate {number}")


def stock(node: Node, room: str, people: int = 10) -> None:
    """Put the papers that the makers name, and those of as many delegates, on a node."""
    for label in (*LABELS, *(f"delegate {number}" for number in range(1, people + 1))):
        node.put_paper(room, label.encode(), sha256(label.encode()).digest())
