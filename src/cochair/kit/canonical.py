"""Canonical JSON: RFC 8785 without floats, strict in both directions.

Rules, for what is written and for what is read:
 1. One value, one sequence of bytes: members sorted by UTF-16 code units, no white space, shortest escapes, UTF-8. ``dumps(loads(b)) == b``.
 2. Only objects, arrays, strings, integers within +-(2**53 - 1), true, false, null. No floats, exponents, ``-0``, NaN, infinities.
 3. No NUL and no lone surrogate in any string or key; keys are strings, at most ``keys`` an object, never twice.
 4. At most ``depth`` containers inside each other, at most ``limit`` bytes.
Whatever breaks a rule is `Rejected`; no other exception leaves this module.

Reading compares the re-encoded value with the bytes, so that duplicate keys, white space, escapes and number forms need no rule of their own.
The usual document takes the fast way: one typed decode and one encode in C. What the typed decode refuses (deep, or wrong) is walked in Python.
"""

import re
from typing import Annotated, Any

import msgspec
import rfc8785

from cochair.kit.errors import Rejected

JSON = Any  # None | bool | int | str | list[JSON] | dict[str, JSON]
MAX_INT = 2**53 - 1
ENTRY_LIMIT = 8192
STRUCTURAL_LIMIT = 4 * 1024 * 1024
DEPTH = 16
KEYS = 64

_FAST_DEPTH = 5  # the C decoder's type doubles with each level: 2**5 nodes are cheap, 2**16 are not
_ESCAPED_NUL = b"\\u0000"
_astral_lead = re.compile(rb"[\xf0-\xf4]").search
_ASTRAL_LEADS = tuple(bytes([lead]) for lead in range(0xF0, 0xF5))
_LONG = 1024


def typed(depth: int = _FAST_DEPTH) -> Any:
    """The msgspec type of a JSON value of at most ``depth`` containers: bounds of integers and of keys are checked while decoding."""
    scalar: Any = None | bool | Annotated[int, msgspec.Meta(ge=-MAX_INT, le=MAX_INT)] | str
    inner = scalar
    for _ in range(depth):
        inner = scalar | list[inner] | typed_object(inner)  # type: ignore[valid-type]  # built at run time
    return inner


def typed_object(inner: Any) -> Any:
    """The msgspec type of an object with at most `KEYS` members of type ``inner``."""
    return Annotated[dict[str, inner], msgspec.Meta(max_length=KEYS)]


_decode_any = msgspec.json.Decoder().decode
_decode_typed = msgspec.json.Decoder(typed()).decode
_encode_sorted = msgspec.json.Encoder(order="sorted").encode


def dumps(value: JSON, *, depth: int = DEPTH, keys: int = KEYS) -> bytes:
    """The canonical bytes of ``value``. Tuples are written as arrays. Raises `Rejected` on what the rules above exclude."""
    try:
        astral = _walk(value, depth, keys)
        return rfc8785.dumps(value) if astral else _encode_sorted(value)
    except (UnicodeEncodeError, rfc8785.CanonicalizationError):
        raise Rejected("The text holds half of a character pair (a lone surrogate)", "Type it again") from None


def again(value: JSON) -> bytes:
    """The canonical bytes of a value, or a part of one, that came out of canonical bytes (plain or typed): its rules hold, only the order is made again."""
    try:
        data = _encode_sorted(value)
    except UnicodeEncodeError:
        data = b"\xf0"
    return data if is_plain(data) else dumps(msgspec.to_builtins(value))


def loads(data: bytes, *, limit: int = ENTRY_LIMIT, depth: int = DEPTH, keys: int = KEYS) -> JSON:
    """The value of canonical bytes. Raises `Rejected` unless every rule above holds, with ``dumps(loads(data)) == data``."""
    if len(data) > limit:
        raise Rejected(f"The JSON has {len(data)} bytes, more than the {limit} allowed")
    if keys == KEYS and depth >= _FAST_DEPTH and is_plain(data):
        try:
            value = _decode_typed(data)
            if _encode_sorted(value) == data:
                return value
        except (ValueError, RecursionError):
            pass  # the walk below accepts it or names the fault
    return _loads_slowly(data, depth, keys)


def is_plain(data: bytes) -> bool:
    """Whether the fast way may judge these bytes: no NUL, which it does not see, and no character beyond the BMP, which UTF-8 sorts otherwise."""
    if b"\\" in data and _ESCAPED_NUL in data:  # one character is found much faster than six
        return False
    if data.isascii():
        return True
    if len(data) < _LONG:
        return _astral_lead(data) is None
    return not any(lead in data for lead in _ASTRAL_LEADS)  # five searches for a byte are much faster than one for a class, once begun


def _loads_slowly(data: bytes, depth: int, keys: int) -> JSON:
    try:
        value = _decode_any(data)
    except RecursionError:
        raise Rejected(f"The JSON is nested deeper than {depth}") from None
    except ValueError as error:
        raise Rejected(f"The bytes are not JSON: {error}") from None
    if dumps(value, depth=depth, keys=keys) != data:
        raise Rejected("The JSON is not in canonical form (RFC 8785): spaces, order, escapes, number form or a name used twice")
    return value


def _walk(value: JSON, depth: int, keys: int) -> bool:
    """Check every rule on a value; True if some key lies beyond the BMP."""
    kind = type(value)
    if kind is str:
        if "\0" in value:
            raise Rejected("The text holds a NUL character")
        return False
    if kind is int:
        if not -MAX_INT <= value <= MAX_INT:
            raise Rejected("The number is beyond 2**53 - 1", "Write it as text")
        return False
    if value is None or kind is bool:
        return False
    if kind not in (dict, list, tuple):
        raise Rejected(f"A value of type {kind.__name__} has no canonical form", "Use text, whole numbers, lists and objects")
    if depth < 1:
        raise Rejected("The JSON is nested too deep")
    astral = False
    if kind is not dict:
        for item in value:
            astral |= _walk(item, depth - 1, keys)
        return astral
    if len(value) > keys:
        raise Rejected(f"An object has {len(value)} members, more than the {keys} allowed")
    for key, item in value.items():
        if type(key) is not str:
            raise Rejected("A name in an object is not text")
        astral |= _walk(key, depth, keys) or (not key.isascii() and max(key) > "\uffff")
        astral |= _walk(item, depth - 1, keys)
    return astral
