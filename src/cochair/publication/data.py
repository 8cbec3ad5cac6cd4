"""Open data: what is public as JSON, the same as the pages say, ids of the record included, so that it can be compared and checked.

The form stands in docs/guide/open-data.md. A key is left out where its consent is not given; nothing is ever empty to say "not public".
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from cochair.protocol.text import plain
from cochair.publication.queries import AgreedAction, Protocol, Published, Session

FORM = "cochair/open-data/1"


def data(rooms: Iterable[Published]) -> dict[str, Any]:
    """What is public in these rooms -> JSON."""
    return {"form": FORM, "rooms": [room(one) for one in rooms]}


def encode(value: Any) -> bytes:
    """JSON as bytes, indented, with a newline at the end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def room(site: Published) -> dict[str, Any]:
    """What is public in one room -> JSON."""
    return {
        "room": site.slug,
        "anchor": site.room,
        "specimen": site.specimen,
        "sides": sorted(site.sides),
        "bodies": [
            {"id": one.id, "kind": one.kind, "names": one.names} | ({"parent": one.parent} if one.parent else {}) for one in site.bodies
        ],
        "sessions": [_session(one) for one in site.sessions],
        "protocols": [_protocol(one) for one in site.protocols],
    }


def _session(one: Session) -> dict[str, Any]:
    found: dict[str, Any] = {"id": one.id, "body": one.body, "kind": one.kind, "ordinals": one.ordinals}
    found |= {name: value for name in ("host", "start", "end", "place", "venue") if (value := getattr(one, name))}
    return found if one.actions is None else found | {"actions": [_action(action) for action in one.actions]}


def _action(one: AgreedAction) -> dict[str, Any]:
    found: dict[str, Any] = {"id": one.id, "printed": one.printed, "text": one.text, "due": msgspec.to_builtins(one.due)}
    found |= {"sides": list(one.sides)} if one.sides else {}
    found |= {} if one.state is None else {"state": one.state or None}
    return found if one.date_passed is None else found | {"date_passed": one.date_passed}


def _protocol(one: Protocol) -> dict[str, Any]:
    found: dict[str, Any] = {"id": one.id, "session": one.session, "kind": one.kind, "step": one.step or None}
    found["languages"] = [{"lang": lang, "status": status} for lang, status in one.languages]
    found |= {"prevailing": one.prevailing} if one.prevailing else {}
    if one.text is None:
        return found
    text = [
        {"no": unit.no, "kind": unit.kind, "texts": {lang: plain(each) if each else None for lang, each in unit.texts.items()}}
        for unit in one.text
    ]
    return found | {"manifest": one.manifest, "text": text}
