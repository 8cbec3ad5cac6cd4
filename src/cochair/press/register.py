"""The small register of bodies that the reader is given: ids, kinds, parents, parties, names.

Rules of this module:

- A body found in a text is matched by facts (parties, kind, words of its field), never by likeness of whole texts; below the bar it is *new*, never a guess.
- ``commission``, ``committee`` and ``council`` are one kind: reports mix them. The order of the parties in a name says nothing.
"""

from typing import Any

import msgspec

from cochair.kit.errors import Rejected
from cochair.press.gazetteer import Lexicon
from cochair.press.tokens import Token, stem, tokenize, words

_SMALL = frozenset(
    {
        "and",
        "on",
        "of",
        "for",
        "the",
        "in",
        "cooperation",
        "cooperat",
        "sotrudnichestv",
        "и",
        "по",
        "сотрудничеств",
        "в",
        "о",
        ",",
        "-",
        "&",
    }
)
_NEAR = 0.6


class Body(msgspec.Struct, frozen=True):
    """One body of the register; ``names`` is by language, each a list."""

    id: str
    kind: str
    parties: list[str]
    names: dict[str, list[str]] = {}
    parent: str | None = None


def stems(phrase: str) -> frozenset[str]:
    """Phrase -> stems of its telling words."""
    return frozenset(stem(t.text) for t in tokenize(phrase) if t.fold not in _SMALL)


class Register:
    """Bodies by id, and the way to find one."""

    def __init__(self, bodies: list[Body]) -> None:
        self.bodies = {body.id: body for body in bodies}
        self._lexicon: Lexicon | None = None
        self._fields: dict[str, list[frozenset[str]]] = {}
        for body in bodies:
            self._fields[body.id] = [stems(_after_kind(name)) for names in body.names.values() for name in names]

    @classmethod
    def from_json(cls, value: Any) -> "Register":
        """List of bodies as JSON -> Register. Raises Rejected."""
        try:
            return cls(msgspec.convert(value, list[Body]))
        except msgspec.ValidationError as fault:
            raise Rejected(f"This is not a register of bodies: {fault}", "See docs/formats/press-claims.md") from None

    def find(self, tokens: list[Token]) -> dict[int, list[tuple[int, Any]]]:
        """Tokens -> names of the register that stand in them word for word."""
        if not self.bodies:
            return {}
        if self._lexicon is None:
            built = Lexicon()
            for body in self.bodies.values():
                for name in (n for names in body.names.values() for n in names):
                    built.add("regname", name, body.id)
            built.seal()
            self._lexicon = built
        return self._lexicon.find(tokens).get("regname", {})

    def parent(self, body: str) -> str | None:
        """Id -> id of its parent."""
        known = self.bodies.get(body)
        return known.parent if known else None

    def match(self, parties: list[str], kind: str, field: str) -> str | None:
        """parties, kind, words of the field -> id of the one body that fits, or None."""
        wanted = stems(field)
        best: list[tuple[float, str]] = []
        for body in self.bodies.values():
            if set(body.parties) != set(parties) or body.kind != kind:
                continue
            if not wanted:
                best.append((_NEAR, body.id))
                continue
            nears = (len(own & wanted) / len(own | wanted) for own in self._fields[body.id] if own)
            best.extend((near, body.id) for near in nears if near >= _NEAR)
        best.sort(reverse=True)
        if not best or (len({b for n, b in best if n == best[0][0]}) > 1):
            return None
        return best[0][1]


def _after_kind(name: str) -> str:
    folds = [t.fold for t in tokenize(name)]
    for word in ("on", "for", "по"):
        if word in folds:
            return " ".join(folds[folds.index(word) + 1 :])
    return ""


def slug(phrase: str) -> str:
    """Phrase -> its telling words as one id, spelling folded."""
    return "-".join(w for w in words(phrase) if w not in _SMALL and w.isalnum()) or "general"
