"""The originals of a step, made here from its manifest, and their pages as pictures.

Making the originals takes about a second, so the last few are kept in memory by the digest of their manifest, which decides every byte of them.
"""

import struct
import zlib
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from cochair.kit.errors import NotFound
from cochair.protocol import prepare
from cochair.protocol.originals import Original, make

if TYPE_CHECKING:
    from cochair.record.node import Node

KEPT = 8
SCALE = 1.5  # 72 dots per inch times this: a page of A4 is 893 points wide
_made: "OrderedDict[tuple[str, str], dict[str, Original]]" = OrderedDict()
_lock = Lock()
_pdfium = Lock()  # the library is not safe for threads


def originals_of(node: "Node", room: str, digest: str) -> dict[str, Original]:
    """Side -> its original, of the manifest with this digest. Raises NotHeld or Rejected if it cannot be made."""
    key = (str(node.folder), digest)
    with _lock:
        if key in _made:
            _made.move_to_end(key)
            return _made[key]
    files = make(node, room, prepare.parse_held(node, room, digest))
    with _lock:
        _made[key] = files
        while len(_made) > KEPT:
            _made.popitem(last=False)
    return files


def picture(pdf: bytes, page: int) -> bytes:
    """One page (from 1) of a PDF that this node made, as PNG. Raises NotFound if it has no such page."""
    import pypdfium2 as pdfium

    with _pdfium:
        document = pdfium.PdfDocument(pdf)
        try:
            if not 1 <= page <= len(document):
                raise NotFound("The original has no such page", "Open the originals again")
            bitmap = document[page - 1].render(scale=SCALE, rev_byteorder=True, prefer_bgrx=False)
            data, width, height, stride, channels = bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels
        finally:
            document.close()
    return _png(data, width, height, stride, channels)


def _png(data: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """Rows of bytes (grey, RGB or RGBA) as a PNG."""
    lines = b"".join(b"\0" + data[y * stride : y * stride + width * channels] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    chunks = b"".join(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts)
    return b"\x89PNG\r\n\x1a\n" + chunks
