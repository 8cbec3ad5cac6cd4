"""The bytes that one signature adds to an original: a closed form, the same for the writer (`sign`) and the checker (`check`).

An original ends with a plain cross-reference table. A signature appends one increment and nothing else:

    N 0 obj            the signature field as it stands in the original, with ``/V S 0 R`` as its last entry
    S 0 obj            the signature: its filter, the claimed time, /ByteRange, /Contents
    xref ... %%EOF     a table of these two objects, the trailer of the original with /Prev and /Size

Every byte of it follows from the bytes before it, the field, the time (14 digits) and the CMS (hex, padded with zeros to a fixed room). So
the checker parses nothing: it writes the increment that ought to be there and compares. Whatever else a PDF update can do (other objects,
page contents, fonts, annotations, scripts, appearances, a second table) cannot be said in this form. See ``docs/formats/pdf-signature.md``.
"""

import re

from msgspec import Struct

from cochair.paper.reasons import Reason, Refused

ROOM = 16_384
"""Bytes kept for a CMS signature; the hex string is twice as long."""
LIMIT = 256 * 1024 * 1024

_TAIL = re.compile(rb"\nstartxref\n([1-9][0-9]{0,9})\n%%EOF\n\Z")
_TABLE = re.compile(rb"xref\n0 ([1-9][0-9]{0,6})\n")
_TRAILER = re.compile(
    rb"trailer << /Info ([1-9][0-9]* 0 R) /Root ([1-9][0-9]*) 0 R /Size ([1-9][0-9]*) /ID \[<([0-9a-f]{2,128})><([0-9a-f]{32})>\] >>\n"
)
_ENTRY = re.compile(rb"([0-9]{10}) 00000 n \n")
_FORM = re.compile(rb"<< /Fields \[((?: [1-9][0-9]* 0 R)+) \] /SigFlags 3 >>")
_NAME = re.compile(rb" /T \(([A-Za-z0-9-]{1,40})\) ")


class Field(Struct, frozen=True, gc=False):
    """An empty signature field of the original: its name, object number and dictionary as written."""

    name: str
    number: int
    body: bytes


class Base(Struct, frozen=True):
    """What the increments of an original depend on."""

    length: int
    size: int
    startxref: int
    trailer: bytes
    fields: tuple[Field, ...]


class Slots(Struct, frozen=True, gc=False):
    """An increment with the places of what it does not determine itself, as offsets into the whole file."""

    data: bytes
    time_at: int
    contents_at: int
    end: int
    startxref: int


def read_base(data: bytes) -> Base:
    """Bytes of an original without signatures -> what increments build on. Raises Refused (not-an-original)."""
    tail = _TAIL.search(data, max(0, len(data) - 64))
    if len(data) > LIMIT or not data.startswith(b"%PDF-1.") or tail is None:
        raise Refused(Reason.SHAPE, "no plain end")
    at = int(tail[1])
    table = _TABLE.match(data, at)
    if table is None:
        raise Refused(Reason.SHAPE, "no plain table")
    count = int(table[1])
    trailer = _TRAILER.match(data, table.end() + 20 * count)
    if trailer is None or int(trailer[3]) != count or trailer.end() - 1 != tail.start():
        raise Refused(Reason.SHAPE, "no plain trailer")
    common = b"/Info " + trailer[1] + b" /Root " + trailer[2] + b" 0 R"

    def body(number: int) -> bytes:
        entry = _ENTRY.match(data, table.end() + 20 * number) if 0 < number < count else None
        head = b"%d 0 obj\n<< " % number
        if entry is None or not data.startswith(head, int(entry[1])):
            raise Refused(Reason.SHAPE, f"object {number}")
        start = int(entry[1]) + len(head) - 3
        end = data.find(b" >>\nendobj\n", start, start + 65_536)
        if end < 0 or b"\n" in data[start:end]:
            raise Refused(Reason.SHAPE, f"object {number}")
        return data[start : end + 3]

    form_number = re.search(rb" /AcroForm ([1-9][0-9]*) 0 R ", body(int(trailer[2])))
    form = _FORM.fullmatch(body(int(form_number[1]))) if form_number else None
    if form is None:
        raise Refused(Reason.SHAPE, "no signature fields")
    fields = []
    for number in (int(n) for n in re.findall(rb" ([1-9][0-9]*) 0 R", form[1])):
        found = body(number)
        names = _NAME.findall(found)
        if len(names) != 1 or b" /FT /Sig " not in found or b" /V " in found:
            raise Refused(Reason.SHAPE, f"field {number}")
        fields.append(Field(names[0].decode(), number, found))
    if len({f.name for f in fields}) != len(fields):
        raise Refused(Reason.SHAPE, "two fields of one name")
    return Base(len(data), count, at, common + b"|" + trailer[4] + b"|" + trailer[5], tuple(fields))


def increment(base: Base, field: Field, *, at: int, index: int, previous: int, time: bytes, contents: bytes) -> Slots:
    """The exact increment. ``at``: length of the file before it; ``index``: how many signatures stand before; ``previous``: the last startxref.

    ``time`` is 14 digits (UTC), ``contents`` 2 x ROOM hex digits.
    """
    number = base.size + index
    head = b"%d 0 obj\n" % field.number + field.body[:-3] + b" /V %d 0 R >>\nendobj\n" % number
    signature_at = at + len(head)
    opening = b"%d 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:" % number
    time_at = signature_at + len(opening)
    range_at = time_at + 14 + len(b"Z) /ByteRange [0 ")
    contents_at = range_at + 10 + 1 + 10 + 1 + 10 + len(b"] /Contents ")
    behind = contents_at + 2 * ROOM + 2
    table_at = behind + len(b" >>\nendobj\n")
    common, id_one, id_two = base.trailer.split(b"|")
    table = b"xref\n%d 1\n%010d 00000 n \n%d 1\n%010d 00000 n \n" % (field.number, at, number, signature_at)
    table += b"trailer << " + common + b" /Size %d /Prev %d /ID [<" % (number + 1, previous) + id_one + b"><" + id_two + b">] >>\n"
    table += b"startxref\n%d\n%%%%EOF\n" % table_at
    end = table_at + len(table)
    numbers = b"%010d %010d %010d" % (contents_at, behind, end - behind)
    data = b"".join((head, opening, time, b"Z) /ByteRange [0 ", numbers, b"] /Contents <", contents, b"> >>\nendobj\n", table))
    return Slots(data, time_at, contents_at, end, table_at)
