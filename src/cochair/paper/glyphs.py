"""Reading glyph runs back: page contents as Typst writes them -> the letters they stand for. Used only to match what was set, never as text.

Shapes are those of the pinned Typst: two-byte codes, ``Tj`` and ``TJ``, fonts named by ``/fN``, syllable hints as ``/ActualText`` spans. On
other contents the result is merely wrong, and `textlayer` then refuses.
"""

import re
from collections.abc import Callable
from typing import Any

_TOKEN = re.compile(
    rb"/Span<</ActualText<FEFF([0-9A-F]*)>>>BDC(.*?)\nEMC"  # a hint: its words replace its glyphs
    rb"|/(f\d+) [\d.]+ Tf"
    rb"|\((?=(?:\\.|[^\\()])*\))((?:\\.|[^\\()])*)\)"
    rb"|(\()"  # a string with brackets inside: read by hand
    rb"|<([0-9A-Fa-f]+)>",
    re.DOTALL,
)
_SETTING = re.compile(rb"( 0 Tr/f\d+ [\d.]+ Tf)|\((?=(?:\\.|[^\\()])*\))((?:\\.|[^\\()])*)\)|(\()", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_BLOCK = re.compile(rb"begin(bfchar|bfrange)\s(.*?)\send", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_LINE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[(.*?)\])", re.DOTALL)

Reader = Callable[[bytes, bytes], str]
"""(font name, string of two-byte codes) -> letters."""


def decoder(page: Any) -> Reader:
    """The fonts of a page as one function; tables are kept on the PDF's font objects' numbers for the time of the call chain."""
    fonts = page.Resources.get("/Font", {})
    tables: dict[bytes, dict[int, str]] = {}

    def read(font: bytes, codes: bytes) -> str:
        table = tables.get(font)
        if table is None:
            table = tables[font] = _table(fonts, font)
        return "".join(table.get(codes[i] << 8 | codes[i + 1], "") for i in range(0, len(codes) - 1, 2))

    return read


_cache: dict[bytes, dict[int, str]] = {}


def _table(fonts: Any, name: bytes) -> dict[int, str]:
    font = fonts.get("/" + name.decode())
    if font is None or "/ToUnicode" not in font:
        return {}
    data: bytes = font.ToUnicode.read_bytes()
    if data not in _cache:
        if len(_cache) > 256:
            _cache.clear()
        _cache[data] = _read_map(data)
    return _cache[data]


def _read_map(data: bytes) -> dict[int, str]:
    table: dict[int, str] = {}
    for block in _BLOCK.finditer(data):
        if block[1] == b"bfchar":
            pairs = _HEX.findall(block[2])
            table.update({int(code, 16): _letters(to) for code, to in zip(pairs[::2], pairs[1::2], strict=False)})
            continue
        for low, high, first, many in _LINE.findall(block[2]):
            targets = [_letters(t) for t in _HEX.findall(many)] if many else None
            for i, code in enumerate(range(int(low, 16), int(high, 16) + 1)):
                if targets is not None:
                    table[code] = targets[i] if i < len(targets) else ""
                else:
                    start = _letters(first)
                    table[code] = start[:-1] + chr(ord(start[-1]) + i)
    return table


def _letters(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be", "replace")


def recover(body: bytes, read: Reader) -> str:
    """One marked-content body -> its letters."""
    out: list[str] = []
    font = b""
    at = 0
    while (token := _TOKEN.search(body, at)) is not None:
        at = token.end()
        if token[1] is not None:
            out.append(_letters(token[1]))
            last = re.findall(rb"/(f\d+) [\d.]+ Tf", token[2])
            font = last[-1] if last else font
        elif token[3] is not None:
            font = token[3]
        elif token[4] is not None:
            out.append(read(font, _unescape(token[4])))
        elif token[5] is not None:
            string, at = _by_hand(body, at)
            out.append(read(font, _unescape(string)))
        else:
            out.append(read(font, bytes.fromhex(token[6].decode())))
    return "".join(out)


def _by_hand(body: bytes, at: int) -> tuple[bytes, int]:
    """A literal string with balanced brackets inside, from behind its first bracket -> (raw string, place behind it)."""
    start, depth = at, 1
    while at < len(body):
        if body[at] == 0x5C:
            at += 1
        elif body[at] == 0x28:
            depth += 1
        elif body[at] == 0x29:
            depth -= 1
            if depth == 0:
                return body[start:at], at + 1
        at += 1
    return body[start:], at


def _unescape(string: bytes) -> bytes:
    def one(match: "re.Match[bytes]") -> bytes:
        code = match[1]
        if code[:1].isdigit():
            return bytes([int(code, 8) & 255])
        return _PLAIN.get(code, code)

    if b"\\(" in string or b"\\)" in string:
        return _ESCAPE.sub(one, string)
    # Without escaped brackets the escapes of PDF are those of Python, and Python reads them in C.
    return string.decode("unicode_escape").encode("latin-1") if b"\\" in string else string


def tighten(body: bytes) -> bytes:
    """Text operators of one BT ... ET said shorter: codes in hex, a font only where it changes. Contents are stored uncompressed, so this halves them."""
    out: list[bytes] = []
    font = b""
    at = 0
    while (token := _SETTING.search(body, at)) is not None:
        out.append(body[at : token.start()])
        at = token.end()
        if token[1] is not None:
            out.append(b"" if token[1] == font else token[1])
            font = token[1]
        elif token[3] is not None:
            string, at = _by_hand(body, at)
            out.append(b"<" + _unescape(string).hex().encode() + b">")
        else:
            out.append(b"<" + _unescape(token[2]).hex().encode() + b">")
    out.append(body[at:])
    return b"".join(out)
