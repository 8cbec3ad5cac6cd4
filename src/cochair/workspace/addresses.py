"""How pages name joint things: ``IN/record/12`` stands in an address as ``IN-12``, a thing of a working log as ``RU.w-IN-7.3``.

No page's address holds a hash: a room is named by its slug.
"""

from django.urls import reverse

from cochair.kit.errors import NotFound, Rejected
from cochair.kit.ids import RECORD, parse_id


def ref(entry: str) -> str:
    """``"IN/record/12" -> "IN-12"``, the short form for addresses and forms."""
    side, log, seq = entry.split("/")
    return f"{side}-{seq}" if log == RECORD else f"{side}.{log}.{seq}"


def entry(text: str) -> str:
    """The id that `ref` made this of. Raises NotFound on anything else."""
    side, log, seq = (*text.split("."),) if text.count(".") == 2 else (*text.partition("-")[::2], "")
    name = f"{side}/{log}/{seq}" if seq else f"{side}/{RECORD}/{log}"
    try:
        return str(parse_id(name))
    except Rejected:
        raise NotFound("There is nothing called {text!r}", "Open it from the list it belongs to", text=text[:40]) from None


def session_url(slug: str, session: str) -> str:
    """The page of a session."""
    return reverse("session", args=(slug, ref(session)))


def matter_url(slug: str, kind: str, subject: str, part: str = "") -> str:
    """The page of a matter of the record; ``part`` is a session's id where the kind has one."""
    names = (slug, kind, ref(subject))
    return reverse("matter-part", args=(*names, ref(part))) if part else reverse("matter", args=names)
