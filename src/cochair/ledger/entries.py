"""Entries: the leaves of every log (`docs/formats/entry.md`).

An entry is canonical JSON of at most 8192 bytes with exactly the nine members below; its exact bytes are kept, hashed and passed on, and never
made again from the parts. Checked here: the form of each member. Not checked here: whether the kind or schema is known (the fold stops at one
that is not), whether the body fits its schema, whether ``seq`` is the leaf's index (the log's verifier does that).
"""

import re
import secrets
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.kit.ids import parse_origin

VERSION = 1
LIMIT = canonical.ENTRY_LIMIT
KINDS = ("statement", "position", "seal", "revoke", "finding", "seen", "key", "erase", "destroyed", "fault", "comment")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
_KIND = re.compile(r"[a-z][a-z-]{0,31}")
_SCHEMA = re.compile(r"[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}/[1-9][0-9]{0,3}")
_HEX = re.compile(r"[0-9a-f]+")


if TYPE_CHECKING:
    Body = dict[str, Any]
else:
    Body = canonical.typed_object(canonical.typed())  # the C decoder bounds integers, members and depth of the usual body


class Entry(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """One entry. The members stand in the order of the bytes, so that encoding need not sort them."""

    at: str
    """When, as the writer claims: RFC 3339 UTC, for display only."""
    body: Body
    kind: str
    log: str
    """Origin of the log."""
    room: str
    """Id of the room, 64 hex digits."""
    salt: str
    """16 random bytes in hex, so that a short body cannot be guessed from a leaf hash."""
    schema: str
    """Name and version of what the body holds, e.g. ``meetings.agenda/1``."""
    seq: int
    """Index of the leaf."""
    v: int


_decode_typed = msgspec.json.Decoder(Entry).decode
_encode_in_order = msgspec.json.Encoder(order="deterministic").encode
_TYPES = {"at": str, "body": dict, "kind": str, "log": str, "room": str, "salt": str, "schema": str, "seq": int, "v": int}


def new_salt() -> str:
    """A fresh salt of an entry, 32 hex digits."""
    return secrets.token_hex(16)


def encode(entry: Entry) -> bytes:
    """The bytes of an entry; raises `Rejected` if a member is out of form or the whole is longer than 8192 bytes."""
    members = {name: getattr(entry, name) for name in _TYPES}
    _check_types(members)
    check(entry)
    data = canonical.dumps(members)
    if len(data) > LIMIT:
        raise Rejected(
            f"The entry has {len(data)} bytes, more than the {LIMIT} allowed", "Put the long text into a paper and name the paper"
        )
    return data


def decode(data: bytes) -> Entry:
    """The entry of exactly these bytes: ``encode(decode(data)) == data``. Raises `Rejected`."""
    entry = parse(data)
    check(entry)
    return entry


def parse(data: bytes) -> Entry:
    """Half of `decode`: canonical, and with members of the right types, but their forms not yet looked at. Raises `Rejected`."""
    if canonical.is_plain(data) and len(data) <= LIMIT:
        try:
            entry = _decode_typed(data)
            if _encode_in_order(entry) == data:
                return entry
        except (ValueError, RecursionError):
            pass  # the slow way accepts a deep body, or names the fault
    members = canonical.loads(data, limit=LIMIT)
    _check_types(members)
    return Entry(**members)


def _check_types(members: Any) -> None:
    if type(members) is not dict or members.keys() != _TYPES.keys():
        raise Rejected("The bytes are not an entry: its members are " + ", ".join(_TYPES))
    for name, kind in _TYPES.items():
        if type(members[name]) is not kind:
            raise Rejected(f"The member {name!r} of the entry has the wrong type")


def check(entry: Entry) -> None:
    """Raise `Rejected` unless each member has its form."""
    if entry.v != VERSION:
        raise Rejected(f"The entry has version {entry.v}; this program reads version {VERSION}", "Use a newer version of the program")
    if not 0 <= entry.seq <= canonical.MAX_INT:
        raise Rejected(f"The entry has the number {entry.seq}")
    check_log(entry.log)
    check_room(entry.room)
    check_line(entry)


def check_line(entry: Entry) -> None:
    """The members that change from entry to entry; raises `Rejected`."""
    if _TIME.fullmatch(entry.at) is None or not is_day(entry.at[:10]):
        raise Rejected(f"{entry.at[:40]!r} is not a time in UTC")
    if len(entry.salt) != 32 or _HEX.fullmatch(entry.salt) is None:
        raise Rejected("The salt is not 16 bytes in hex")
    check_kind(entry.kind)
    check_schema(entry.schema)


@lru_cache(4096)
def is_day(text: str) -> bool:
    """Whether ``YYYY-MM-DD`` is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(256)
def check_kind(text: str) -> None:
    """Raise `Rejected` unless ``text`` has the form of a kind."""
    if _KIND.fullmatch(text) is None:
        raise Rejected(f"{text[:40]!r} is not a kind of entry")


@lru_cache(1024)
def check_schema(text: str) -> None:
    """Raise `Rejected` unless ``text`` has the form ``stage.name/version``."""
    if _SCHEMA.fullmatch(text) is None:
        raise Rejected(f"{text[:90]!r} is not the name of a schema", "It looks like meetings.agenda/1")


@lru_cache(256)
def check_log(text: str) -> None:
    """Raise `Rejected` unless ``text`` is the origin of a log."""
    parse_origin(text)


@lru_cache(256)
def check_room(text: str) -> None:
    """Raise `Rejected` unless ``text`` is the id of a room."""
    if len(text) != 64 or _HEX.fullmatch(text) is None:
        raise Rejected("The room is not named by 32 bytes in hex")
