"""The public pages of one room, each as a template with its context: the same for a live node and for files.

``Links`` says where pages stand: `live` on a node, `files` in a folder with relative names. ``pages`` is everything that a room publishes; a page that is not
in it does not exist, so nothing can be reached by guessing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.urls import reverse

from cochair.kit.names import pick
from cochair.protocol.text import Bracket, Text
from cochair.publication import checking, words
from cochair.publication.queries import AgreedAction, Body, Protocol, Published, Session


@dataclass(frozen=True)
class Links:
    """Addresses of the pages: ``of(name, ref)``, name "index", "session", "protocol", "check", "data" or "bundle"."""

    of: Callable[[str, str], str]

    def to(self, name: str, ref: str = "") -> str:
        """The address of a page."""
        return self.of(name, ref)


class Page(NamedTuple):
    """One page: its name with the short form of its subject, its template, and what the template is given."""

    name: str
    ref: str
    template: str
    context: dict[str, Any]


def ref(entry: str) -> str:
    """``"IN/record/12" -> "IN-12"``: all that is public is introduced in a record."""
    side, _, seq = entry.split("/")
    return f"{side}-{seq}"


def live(slug: str) -> Links:
    """Addresses on a node."""

    def of(name: str, ref: str) -> str:
        return reverse(f"public-{name}", args=(slug, ref) if ref else (slug,))

    return Links(of)


def files(up: str) -> Links:
    """Names of files; ``up`` leads from the folder of the pages to the folder of data and bundle."""
    fixed = {"index": "index.html", "check": "check.html", "data": f"{up}data.json", "bundle": f"{up}record.tar"}
    return Links(lambda name, ref: fixed.get(name, f"{name}-{ref}.html"))


def pages(site: Published, links: Links) -> Iterator[Page]:
    """All pages of a room. They are made in the language that is active."""
    common = {
        "site": site,
        "links": _fixed(links, site),
        "sides": [words.side_name(side) for side in site.sides],
        "proof_url": links.to("check"),
    }
    shown = [_body(body, site, links) for body in site.bodies]
    yield Page("index", "", "public/room.html", common | {"bodies": shown})
    for session in site.sessions:
        yield Page("session", ref(session.id), "public/session.html", common | _session(session, site, links))
    for protocol in site.protocols:
        yield Page("protocol", ref(protocol.id), "public/protocol.html", common | _protocol(protocol, site, links))
    yield Page(
        "check",
        "",
        "public/check.html",
        common
        | {"groups": groups(site.room), "reader_words": checking.words(), "published": [_line(one, site, links) for one in site.protocols]},
    )


def page(site: Published, links: Links, name: str, ref: str = "") -> Page | None:
    """One page, or None if it does not exist."""
    return next((one for one in pages(site, links) if (one.name, one.ref) == (name, ref)), None)


def groups(digest: str) -> list[str]:
    """Hex in groups of four, as people compare it."""
    return [digest[at : at + 4] for at in range(0, len(digest), 4)]


def _fixed(links: Links, site: Published) -> dict[str, str]:
    found = {name: links.to(name) for name in ("index", "check", "data")}
    return found | ({"bundle": links.to("bundle")} if site.proof else {})


def _body(body: Body, site: Published, links: Links) -> dict[str, Any]:
    above = site.body(body.parent) if body.parent else None
    return {
        "name": words.body_name(body.names, site.side, body.code),
        "others": words.other_names(body, site.side),
        "kind": words.word(words.KINDS, body.kind),
        "above": words.body_name(above.names, site.side) if above else "",
        "sessions": [_row(one, site, links) for one in site.sessions if one.body == body.id],
    }


def _row(session: Session, site: Published, links: Links) -> dict[str, Any]:
    return {
        "title": words.session_title(session, site.side),
        "url": links.to("session", ref(session.id)),
        "start": session.start,
        "end": session.end,
        "where": [text for text in (pick(session.venue, words.lang()), pick(session.place, words.lang())) if text],
        "protocols": [_line(one, site, links) for one in site.protocols if one.session == session.id],
    }


def _line(protocol: Protocol, site: Published, links: Links) -> dict[str, Any]:
    return {
        "title": words.protocol_title(protocol, site.session(protocol.session), site.side),
        "kind": words.word(words.KINDS, protocol.kind),
        "url": links.to("protocol", ref(protocol.id)),
        "step": words.word(words.STEPS, protocol.step),
        "done": bool(protocol.step),
        "languages": [words.language_name(lang) for lang, _status in protocol.languages],
        "text": protocol.text is not None,
        "proof": protocol.proof,
    }


def _session(session: Session, site: Published, links: Links) -> dict[str, Any]:
    body = site.body(session.body)
    actions = None if session.actions is None else [_action(one) for one in session.actions]
    return {
        "title": words.session_title(session, site.side),
        "body": words.body_name(body.names, site.side, body.code) if body else "",
        "session": _row(session, site, links),
        "host": words.side_name(session.host) if session.host else "",
        "actions": actions,
        "states": any(one.state is not None for one in session.actions or ()),
    }


def _action(one: AgreedAction) -> dict[str, Any]:
    found = pick(one.text, words.lang())
    tag = next((lang for lang, text in one.text.items() if text == found), "")
    return {
        "no": one.printed,
        "text": found,
        "lang": tag,
        "sides": [words.side_name(side) for side in one.sides],
        "due": words.due_words(one.due),
        "state": one.state,
        "late": one.date_passed,
    }


def _protocol(protocol: Protocol, site: Published, links: Links) -> dict[str, Any]:
    session = site.session(protocol.session)
    body = site.body(session.body) if session else None
    spoken = [(lang, words.language_name(lang), words.word(words.KINDS, status)) for lang, status in protocol.languages]
    rows = [
        {"no": one.no, "kind": one.kind, "cells": [cell(one.texts.get(lang), lang) for lang, _name, _status in spoken]}
        for one in protocol.text or ()
    ]
    return {
        "title": words.protocol_title(protocol, session, site.side),
        "body": words.body_name(body.names, site.side, body.code) if body else "",
        "protocol": _line(protocol, site, links),
        "session_url": links.to("session", ref(session.id)) if session else "",
        "session_title": words.session_title(session, site.side) if session else "",
        "spoken": spoken,
        "prevailing": words.language_name(protocol.prevailing) if protocol.prevailing else "",
        "rows": rows,
    }


def cell(text: Text | None, lang: str) -> dict[str, Any]:
    """One provision in one language as a template shows it: kind, level and rows of cells as plain strings."""
    if text is None:
        return {"lang": lang, "name": words.language_name(lang), "kind": ""}
    rows = [["".join(run if not isinstance(run, Bracket) else "[…]" for run in cell) for cell in row] for row in text.rows]
    return {"lang": lang, "name": words.language_name(lang), "kind": text.kind, "ordered": text.ordered, "head": text.head, "rows": rows}
