"""Entries: the leaves of every log (`docs/formats/entry.md`).

An entry is canonical JSON of at most 8192 bytes with exactly the nine members below; its exact bytes are kept, hashed and passed on, and never
made again from the parts. Checked here: the form of each member. Not checked here: whether the kind or schema is known (the fold stops at one
that is not), whether the body fits its schema, whether ``seq`` is the leaf's index (the log's verifier does that).
"""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.kit.ids import parse_origin

VERSION = 1
LIMIT = canonical.ENTRY_LIMIT
KINDS = ("statement", "position", "seal", "revoke", "finding", "seen", "key", "erase", "destroyed", "fault", "comment")

_CLOCK = re.compile(r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_IN_HOUR = frozenset(f":{minute:02}:{second:02}Z" for minute in range(60) for second in range(60))
_KIND = re.compile(r"[a-z][a-z-]{0,31}")
_SCHEMA = re.compile(r"[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}/[1-9][0-9]{0,3}")
_HEX_DIGITS = "0123456789abcdef"

Text32 = Annotated[str, msgspec.Meta(min_length=32, max_length=32)]  # what the C decoder can check costs nothing
if TYPE_CHECKING:
    Body = dict[str, Any]
else:
    Body = canonical.typed_object(canonical.typed())  # integers, members and depth of the usual body


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
    salt: Text32
    """16 random bytes in hex, so that a short body cannot be guessed from a leaf hash."""
    schema: str
    """Name and version of what the body holds, e.g. ``meetings.agenda/1``."""
    seq: int
    """Index of the leaf."""
    v: int


_decoder = msgspec.json.Decoder(Entry)
_encoder = msgspec.json.Encoder(order="deterministic")
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


def compose(entry: Entry) -> tuple[bytes, Entry]:
    """The bytes of an entry, and the entry as every reader will decode it. As `encode`, then `decode`, in a third of the time."""
    try:
        data = _encoder.encode(entry)
        if len(data) <= LIMIT and canonical.is_plain(data):
            read = _decoder.decode(data)
            if read == entry and _same(read.body, entry.body):
                check(read)
                return data, read
    except (ValueError, TypeError, RecursionError):
        pass  # the slow way names the fault
    data = encode(entry)
    return data, decode(data)


def _same(one: Any, other: Any) -> bool:
    """Whether equal values are the same JSON: Python takes 1 and True for equal, and a tuple or a key that is no text is written as another thing."""
    if type(one) is not type(other):
        return False
    if type(one) is dict:
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    return len(one) == len(other) and all(map(_same, one, other)) if type(one) is list else True


def decode(data: bytes) -> Entry:
    """The entry of exactly these bytes: ``encode(decode(data)) == data``. Raises `Rejected`."""
    entry = _parse(data)
    check(entry)
    return entry


def check_run(run: Sequence[bytes], log: str, room: str, first: int) -> None:
    """Raise `Rejected` unless these are the entries from index ``first`` on of one log of a room.

    As to `decode` each and look at its place, four times as fast: one decode, one encode and one check of each member for the whole run.
    """
    if _run_holds(run, log, room, first) is not None:
        return
    for seq, data in enumerate(run, first):
        entry = decode(data)  # accepts the unusual, names the fault
        if entry.log != log:
            raise Rejected(f"The entry {seq} belongs to another log than {log}")
        if entry.room != room:
            raise Rejected(f"The entry {seq} belongs to another room")
        if entry.seq != seq:
            raise Rejected(f"The entry {seq} does not carry the number of its place")


def decode_run(run: Sequence[bytes], log: str, room: str, first: int) -> Sequence[Entry] | None:
    """The entries from index ``first`` on of one log of a room, in a third of the time of `decode` each; None where one must be looked at by itself."""
    try:
        return _run_holds(run, log, room, first)
    except Rejected:
        return None


def _parse(data: bytes) -> Entry:
    """Canonical, and with members of the right types; their forms not yet looked at."""
    if len(data) <= LIMIT and canonical.is_plain(data):
        try:
            entry = _decoder.decode(data)
            if _encoder.encode(entry) == data:
                return entry
        except (ValueError, RecursionError):
            pass  # the slow way accepts a deep body, or names the fault
    members = canonical.loads(data)
    _check_types(members)
    return Entry(**members)


def _run_holds(run: Sequence[bytes], log: str, room: str, first: int) -> Sequence[Entry] | None:
    """The entries of a run if the fast way finds nothing wrong with it, else None.

    Entries are parted by newlines. Canonical JSON has none inside, so that bytes equal as a whole, and as many lines as entries, are equal entry by entry.
    """
    whole = b"\n".join([*run, b""])
    if not run or not canonical.is_plain(whole) or len(max(run, key=len)) > LIMIT:
        return None
    try:
        entries = _reader(log, room)(whole)
        if _encoder.encode_lines(entries) != whole:
            return None
        if [entry.seq for entry in entries] != list(range(first, first + len(run))):  # as many as there are, too
            return None
        salts = "".join([entry.salt for entry in entries])
        if bytes.fromhex(salts).hex() != salts:  # each has 32 characters, says the decoder
            return None
        for hour in {entry.at[:13] for entry in entries}:
            _check_hour(hour)
        for schema in {entry.schema for entry in entries}:
            check_schema(schema)
    except (ValueError, RecursionError, Rejected):
        return None
    return entries if _IN_HOUR.issuperset([entry.at[13:] for entry in entries]) else None


@lru_cache(64)
def _reader(log: str, room: str) -> Callable[[bytes], list[Any]]:
    """The decoder for lines of one log: what must be the same in each of them is compared in C, and never becomes an object."""
    check_log(log)
    check_room(room)
    same = {"kind": Literal[KINDS], "log": Literal[log], "room": Literal[room], "v": Literal[VERSION]}
    fields = [(field.name, same.get(field.name, field.type)) for field in msgspec.structs.fields(Entry)]
    return msgspec.json.Decoder(msgspec.defstruct("Line", fields, frozen=True, gc=False, forbid_unknown_fields=True)).decode_lines


@lru_cache(4096)
def _check_hour(text: str) -> None:
    check_day(text[:10])
    if _CLOCK.fullmatch(text[10:] + ":00:00Z") is None:
        raise Rejected("There is no such hour")


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
    if _CLOCK.fullmatch(entry.at[10:]) is None:
        raise Rejected(f"{entry.at[:40]!r} is not a time in UTC")
    check_day(entry.at[:10])
    if len(entry.salt) != 32 or entry.salt.strip(_HEX_DIGITS):
        raise Rejected("The salt is not 16 bytes in hex")
    check_log(entry.log)
    check_room(entry.room)
    check_kind(entry.kind)
    check_schema(entry.schema)


@lru_cache(4096)
def check_day(text: str) -> None:
    """Raise `Rejected` unless ``text`` is a day of the calendar as ``YYYY-MM-DD``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Rejected(f"{text[:20]!r} is not a day of the calendar")


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
    if len(text) != 64 or text.strip(_HEX_DIGITS):
        raise Rejected("The room is not named by 32 bytes in hex")
