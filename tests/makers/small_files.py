"""Small whole scans: PNG, JPEG, PDF."""

import io
import zlib

import pikepdf


def png():
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = chunk(b"IHDR", (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg():
    return b"\xff\xd8" + b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + b"\xff\xda\x00\x02" + b"\x12\x34\xff\x00\x56" + b"\xff\xd9"


def pdf(**root):
    doc = pikepdf.new()
    doc.add_blank_page()
    for key, value in root.items():
        doc.Root[f"/{key}"] = value
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()
