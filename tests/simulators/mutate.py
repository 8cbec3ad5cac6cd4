"""Changes to good samples, with their structure in mind: bytes, lines, JSON, base64 inside a text, DER, tar. Deterministic in the given generator."""

import base64
import json
import re
import tarfile
from random import Random

_NASTY = (
    b"", b"\0", b"\xff", b"\r\n", b"\n\n", b"\xe2\x80\xae", b"\xe2\x80\x94 ", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b"1e999", b"-0", b"9007199254740993",
    b"9" * 400, b"[" * 200, b"{" * 40, b'{"a":' * 60, b"../", b"/etc", b"%s%n", b"=", b"+", b"A" * 70_000, b'"a":1,', "Ⅷ".encode(), "٣".encode(), "ﬀ".encode(),
    "²".encode(), "İ".encode(), b"\xf0\x9f\x98\x80",
)  # fmt: skip
_VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**53 - 1, 2**53, 2**63, 2**64, -(2**63), 10**400, 1.5, 1e300, "", "0", "a", "x" * 300, "x" * 9000, "\0", "\ud800", "\u202e", "١",
    "../x", "a/b/c/d", "IN/record/0", "IN/record/99999999999999999999", "self", "00" * 32, "0" * 63, "2025-02-30", "2025-08-06T09:00:00Z", "9999-12-31", "0001-01-01", [],
    {}, [[]], [None], [""], {"": ""}, {"a": {"a": {"a": {}}}},
)  # fmt: skip
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
_NUMBER = re.compile(rb"[0-9]+")
_BLOCK = 512
_LONGEST = 1 << 21  # a case must not be what fills the memory
_SMALL = 20_000


def mutate(rng: Random, sample: bytes, tokens: tuple[bytes, ...] = ()) -> bytes:
    """One to four changes of a sample."""
    data = sample
    ways = [_bytes, _bytes, _lines, _numbers]
    if sample[:1] in (b"{", b"["):
        ways += [_json] * 6
    elif b'{"' in sample:
        ways += [_json_inside] * 4
    if sample[:1] == b"\x30":
        ways += [_der] * 8
    if sample[257:262] == b"ustar":
        ways += [_tar] * 6
    if _BASE64.search(sample):
        ways += [_base64] * 2
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        data = rng.choice(ways)(rng, data, tokens)[:_LONGEST]
    return data


def _bytes(rng: Random, data: bytes, tokens: tuple[bytes, ...]) -> bytes:
    out, place = bytearray(data), rng.randrange(len(data) + 1)
    match rng.randrange(8):
        case 0 if place < len(out):
            out[place] ^= 1 << rng.randrange(8)
        case 1 if place < len(out):
            out[place] = rng.randrange(256)
        case 2:
            del out[place : place + rng.choice((1, 2, 7, 32, 500))]
        case 3:
            out[place:place] = rng.randbytes(rng.choice((1, 2, 4, 32)))
        case 4:
            out[place:place] = rng.choice(_NASTY + tokens)
        case 5:
            end = place + rng.choice((3, 16, 90, 700))
            out[place:place] = out[place:end] * rng.choice((1, 1, 2, 50))
        case 6:
            out = out[:place]
        case _:
            other = rng.randrange(len(data) + 1)
            size = rng.choice((1, 4, 20, 100))
            out[place : place + size] = data[other : other + size]
    return bytes(out)


def _lines(rng: Random, data: bytes, _tokens: tuple[bytes, ...]) -> bytes:
    lines = data.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines[at:at] = [lines[other]] * rng.choice((1, 1, 20))
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        case _:
            lines[at:at] = [rng.choice(_NASTY)]
    return b"\n".join(lines)


def _numbers(rng: Random, data: bytes, _tokens: tuple[bytes, ...]) -> bytes:
    found = list(_NUMBER.finditer(data[:200_000]))
    if not found:
        return data
    match = rng.choice(found)
    number = int(match[0][:30])
    new = rng.choice(
        (number + 1, number - 1, -number, 0, 255, 256, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**18, 10**30, f"0{number}", f"+{number}")
    )
    return data[: match.start()] + str(new).encode() + data[match.end() :]


def _json(rng: Random, data: bytes, _tokens: tuple[bytes, ...]) -> bytes:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return data
    many = 40 if len(data) < _SMALL else 2
    for _ in range(rng.choice((1, 1, 2, 3))):
        value, many = change(rng, value, many), 2
    try:
        return json.dumps(value, sort_keys=rng.random() < 0.97, separators=(",", ":"), ensure_ascii=rng.random() < 0.03).encode()
    except (UnicodeEncodeError, ValueError, RecursionError):
        return data


def change(rng: Random, value: object, many: int = 2) -> object:
    """JSON with one place of it changed; ``many``: how often a member of a list may be repeated."""
    places: list[tuple[object, object]] = []
    root = [value]
    stack: list[object] = [root]
    while stack and len(places) < 5000:
        inside = stack.pop()
        for key in list(inside) if isinstance(inside, dict) else range(len(inside)):  # type: ignore[arg-type]
            places.append((inside, key))
            if isinstance(inside[key], dict | list):  # type: ignore[index]
                stack.append(inside[key])  # type: ignore[index]
    inside, key = rng.choice(places)
    kind = rng.randrange(8)
    if kind == 0 and inside is not root:
        del inside[key]  # type: ignore[attr-defined]
    elif kind == 1 and isinstance(inside, dict):
        inside[rng.choice(("", "x", "v", "kind", "\u202e", "a" * 300, *map(str, inside)))] = rng.choice(_VALUES)
    elif kind == 2 and isinstance(inside, dict) and len(inside) > 1:
        other = rng.choice(list(inside))
        inside[key], inside[other] = inside[other], inside[key]
    elif kind == 3 and isinstance(inside, list) and inside is not root:
        inside[key:key] = [inside[key]] * rng.choice((1, 2, many))  # type: ignore[misc]
    elif kind == 4:
        for _ in range(rng.choice((1, 3, 20, 40))):
            inside[key] = rng.choice(([inside[key]], {"a": inside[key]}))  # type: ignore[index]
    elif kind == 5:
        inside[key] = _copy(rng, places)  # type: ignore[index]
    else:
        inside[key] = rng.choice(_VALUES)  # type: ignore[index]
    return root[0] if root else None


def _copy(rng: Random, places: list[tuple[object, object]]) -> object:
    """A copy of what stands somewhere else."""
    inside, key = rng.choice(places)
    try:
        return json.loads(json.dumps(inside[key]))  # type: ignore[index]
    except (LookupError, TypeError, ValueError, RecursionError):
        return None


def _json_inside(rng: Random, data: bytes, tokens: tuple[bytes, ...]) -> bytes:
    lines = data.split(b"\n")
    places = [n for n, line in enumerate(lines) if line[:1] == b"{"]
    if not places:
        return data
    at = rng.choice(places)
    lines[at] = _json(rng, lines[at], tokens)
    return b"\n".join(lines)


def _base64(rng: Random, data: bytes, tokens: tuple[bytes, ...]) -> bytes:
    found = list(_BASE64.finditer(data[:200_000]))
    if not found:
        return data
    match = rng.choice(found)
    try:
        inner = base64.b64decode(match[0] + b"=" * (-len(match[0]) % 4))
    except ValueError:
        return data
    if rng.random() < 0.2:
        return data[: match.start()] + match[0].rstrip(b"=") + data[match.end() :]
    return data[: match.start()] + base64.b64encode(_bytes(rng, inner, tokens)) + data[match.end() :]


def _der(rng: Random, data: bytes, tokens: tuple[bytes, ...]) -> bytes:
    """Change one element and make the lengths around it fit again, most of the time."""
    path = _walk(rng, data)
    if not path:
        return data
    at, head, size = path[-1]
    tag, inner = data[at : at + 1], data[at + head : at + head + size]
    match rng.randrange(8):
        case 0:
            tag = bytes([rng.choice((tag[0] ^ 0x20, tag[0] ^ 0x80, 2, 3, 4, 5, 6, 12, 23, 24, 48, 49, 160, rng.randrange(256)))])
        case 1:
            inner = b""
        case 2:
            inner = inner + inner
        case 3:
            inner = rng.randbytes(rng.choice((1, 8, 40)))
        case 4:
            inner = _element(b"\x30", inner) * rng.choice((1, 2))
        case 5:
            inner = inner[: rng.randrange(len(inner) + 1)]
        case 6:
            other = _walk(rng, data)
            inner = data[other[-1][0] : sum(other[-1])] if other else inner
        case _:
            inner = _bytes(rng, inner, tokens)
    new = _element(tag, inner)
    if rng.random() < 0.1:
        new = tag + bytes([rng.choice((0x80, 0x81, 0x84, 0x88, 0xFF))]) + rng.randbytes(2) + inner
    end = at + head + size
    for start, before, length in reversed(path[:-1]):
        new = data[start + before : at] + new + data[end : start + before + length]
        at, end = start, start + before + length
        new = _element(data[start : start + 1], new)
    return data[:at] + new + data[end:]


def _walk(rng: Random, data: bytes) -> list[tuple[int, int, int]]:
    """A path from the outermost element to a random inner one: (offset, bytes of tag and length, bytes of contents)."""
    path: list[tuple[int, int, int]] = []
    start, end = 0, len(data)
    while True:
        found = []
        at = start
        while at + 2 <= end:
            head, size = 2, data[at + 1]
            if size >= 0x80:
                octets = size & 0x7F
                head, size = 2 + octets, int.from_bytes(data[at + 2 : at + 2 + octets], "big")
            if at + head + size > end or head > 6:
                break
            found.append((at, head, size))
            at += head + size
        if not found:
            return path
        path.append(rng.choice(found))
        at, head, size = path[-1]
        constructed = data[at] & 0x20 or (data[at] in (3, 4) and size > 2 and data[at + head + (data[at] == 3)] == 0x30)
        if not constructed or not size or (len(path) > 2 and rng.random() < 0.12):
            return path
        start, end = at + head + (data[at] == 3), at + head + size


def _element(tag: bytes, inner: bytes) -> bytes:
    size = len(inner)
    octets = (size.bit_length() + 7) // 8
    length = bytes([size]) if size < 0x80 else bytes([0x80 | octets]) + size.to_bytes(octets, "big")
    return tag + length + inner


def _tar(rng: Random, data: bytes, _tokens: tuple[bytes, ...]) -> bytes:
    """Change a member's header and set its checksum right, or move members about."""
    members, at = [], 0
    while at + _BLOCK <= len(data) and data[at : at + _BLOCK].strip(b"\0"):
        try:
            size = int(data[at + 124 : at + 135] or b"0", 8)
        except ValueError:
            break
        end = at + _BLOCK + size + -size % _BLOCK
        members.append(data[at:end])
        at = end
        if len(members) > 200:
            break
    if not members:
        return data
    tail, place = data[at:], rng.randrange(len(members))
    match rng.randrange(4):
        case 0:
            members.insert(rng.randrange(len(members)), members[place])
        case 1:
            del members[place]
        case 2:
            rng.shuffle(members)
        case _:
            info = tarfile.TarInfo(
                rng.choice(("../x", "/abs", "a/../b", "x" * 99, "bundle.note", "bundle.list", "é", "a//b", "a\\b", ".", ""))
            )
            info.type = rng.choice((b"0", b"\0", b"1", b"2", b"3", b"5", b"6", b"g", b"x", b"L", b"K", b"S", b"7"))
            info.linkname = rng.choice(("", "/etc/passwd", "bundle.list"))
            info.size = rng.choice((0, 1, 511, 512, 10**6, 8**11 - 1))
            try:
                head = info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "surrogateescape")[:_BLOCK]
            except ValueError:
                return data
            members[place] = head + members[place][_BLOCK:]
    return b"".join(members) + tail
