"""Who may read a node's tree: its peers, by requests that they sign (`docs/formats/request.md`).

``Authorization: Cochair <base64 of a signed note>``; the note's text is ``cochair/request/v1``, room, path, time (RFC 3339 UTC), a line each, signed by the
reader's record key. A request is good for five minutes around its time; a repeated one reads the same public-to-the-peer bytes again and changes nothing.
"""

import base64
from datetime import timedelta

from cochair.exchange.bundle import check_path
from cochair.kit import clock
from cochair.kit.errors import Denied, Rejected
from cochair.kit.ids import RECORD
from cochair.ledger import notes
from cochair.record.changes import keys_of
from cochair.record.node import Node

DOMAIN = "cochair/request/v1"
SCHEME = "Cochair "
WINDOW = timedelta(minutes=5)
_HEADER_LIMIT = 4096


def authorization(node: Node, room: str, path: str) -> str:
    """Value of the header with which ``node`` asks for ``path``."""
    text = f"{DOMAIN}\n{room}\n{path}\n{clock.SystemClock().now()}\n"
    return SCHEME + base64.b64encode(node.signer.sign_text(node.origin(room), text)).decode()


def check(node: Node, header: str, path: str) -> str:
    """The room that a signed request is for; `Denied` unless a peer in that room signed it for this path, just now, and the path is of that room."""
    try:
        if not header.startswith(SCHEME) or len(header) > _HEADER_LIMIT:
            raise Rejected("The request is not signed")
        note = base64.b64decode(header[len(SCHEME) :], validate=True)
        parts = notes.split_note(note)[0].split("\n")
        if len(parts) != 5 or parts[0] != DOMAIN or parts[2] != check_path(path):
            raise Rejected("The signature is for another request")
        room = parts[1]
        if room not in node.rooms():
            raise Rejected("The room is not known here")
        records = [node.origin(room, side=side) for side in node.peers(room)]
        notes.open_note(note, [notes.Verifier(keys_of(node, room, record).newest) for record in records])
        if abs(clock.parse(parts[3]) - clock.parse(clock.SystemClock().now())) > WINDOW:
            raise Denied("The request is too old or from the future", "Set the clock of the node that asks")
        logs = [node.origin(room, side=side).removesuffix(RECORD) for side in (node.side, *node.peers(room))]
        if not path.startswith((f"{room}/", *logs)):
            raise Rejected("The path is not of this room")
    except (Rejected, ValueError) as error:  # base64 raises both kinds of it
        raise Denied(f"Only a paired node may read here: {error}", "Pair the nodes first") from None
    return room
