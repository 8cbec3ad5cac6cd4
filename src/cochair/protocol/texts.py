"""Texts as a node holds them: a paper id -> the wording, or why it cannot be shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cochair.kit.errors import CochairError, NotHeld, Rejected, Words
from cochair.protocol.text import Text, parse, unsafe, warnings

if TYPE_CHECKING:
    from cochair.record.node import Node


@dataclass(frozen=True, slots=True)
class Wording:
    """One Side's or the agreed wording. ``text`` is None when the paper is not held or cannot be read.

    ``flags`` says why the wording cannot be accepted or sealed; ``warnings`` what a reader should look at twice.
    """

    paper: str
    text: Text | None
    flags: tuple[str, ...] = ()
    position: str = ""
    level: str = ""
    at: str = ""
    warnings: tuple[str, ...] = ()


def wording(node: "Node", room: str, paper: str, lang: str, *, position: str = "", level: str = "", at: str = "") -> Wording:
    """Read one paper; never raises: what is missing or bad is said in ``flags``, for the other Side's bytes are kept whatever they hold."""
    try:
        text = parse(node.paper(room, paper))
    except NotHeld:
        return Wording(paper, None, (Words("The text has not arrived yet"),), position, level, at)
    except CochairError as error:
        return Wording(paper, None, (error.what,), position, level, at)
    flags = tuple(unsafe(text)) + (
        () if text.lang == lang else (Words("The text says that it is in {lang2}, not {lang}", lang2=text.lang, lang=lang),)
    )
    return Wording(paper, text, flags, position, level, at, tuple(warnings(text)))


def read(node: "Node", room: str, paper: str, lang: str) -> Text:
    """One paper as a text fit to be accepted or sealed. Raises NotHeld, or Rejected with the first flag."""
    text = parse(node.paper(room, paper))
    found = wording(node, room, paper, lang)
    if found.flags:
        raise Rejected("The text cannot be taken as it is: {flags}", "Propose a clean wording in its place", flags=found.flags[0])
    return text
