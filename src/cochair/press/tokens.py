"""Tokens of a text, with offsets, and the two foldings that let one word list serve every spelling.

Rules of this module:

- A token is a run of letters and digits (combining marks included, so that Hindi stays whole), a dotted number, a possessive ``'s``, or one other sign.
- A hyphen always splits: ``India-Russia`` is three tokens, and so is ``co-chaired``; word lists are cut by the same tokenizer.
- ``fold`` makes the key for word lists: lower case, one form for British and American spelling, Russian endings off. ``stem`` also takes off plurals.
- Everything is linear in the length of the text: one regular expression without nested repetition.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from cochair.press.datafiles import small

_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)+|['’]s(?![^\W_])|[^\W_](?:[^\W_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d])*(?:['’](?!s(?![^\W_]))[^\W_]+)?|\S"
)
_VARIANTS = {
    "fibre": "fiber", "fibres": "fibers", "centre": "center", "centres": "centers", "centred": "centered", "aluminium": "aluminum", "programme": "program",
    "programmes": "programs", "labour": "labor", "defence": "defense", "adviser": "advisor", "travelled": "traveled", "colour": "color", "metre": "meter",
    "theatre": "theater", "favour": "favor", "catalogue": "catalog", "co-operation": "cooperation", "favourable": "favorable", "harbour": "harbor",
}  # fmt: skip
_IS = re.compile(r"(?<=[a-z]{3})is(?=(?:ation|ations|ational|e|ed|er|ers|es|ing)$)")
_RU_ENDINGS = sorted(small("ru_endings"), key=len, reverse=True)


class Token(NamedTuple):
    """One token: its text, where it starts and ends (code points), and its fold."""

    text: str
    start: int
    end: int
    fold: str


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Word -> key for word lists: ``Modernisation`` and ``modernization`` are equal, so are ``комиссия`` and ``комиссии``."""
    low = word.lower().replace("’", "'").replace("ё", "е").replace("–", "-").replace("—", "-").replace("‑", "-")
    if low.isascii():
        return _VARIANTS.get(low) or (_IS.sub("iz", low) if len(low) > 6 else low)
    if len(low) > 3 and "а" <= low[0] <= "я":
        for ending in _RU_ENDINGS:
            if low.endswith(ending) and len(low) - len(ending) >= 3:
                return low[: -len(ending)]
    return low


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Word -> fold without a plural ending: ``railways`` and ``railway`` are equal."""
    low = fold(word)
    if low.isascii() and len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-3] + "y" if low.endswith("ies") else low[:-1]
    return low


def tokenize(text: str) -> list[Token]:
    """Text -> its tokens in order."""
    return [Token(m[0], m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(text)]


def words(phrase: str) -> tuple[str, ...]:
    """Phrase of a word list -> folds of its tokens."""
    return tuple(token.fold for token in tokenize(phrase))
