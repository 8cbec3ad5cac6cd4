"""Word lists as data, and one pass that finds all of them in a text.

Rules of this module:

- Lists live in ``data/*.json`` and name classes (``weekday``, ``posthead``, ``city``...); nothing in them is tied to one body or one report.
- Phrases and text are cut by the same tokenizer and folded the same way; a phrase matches whole tokens only. One Aho-Corasick pass finds all phrases of all classes.
- Names of states, cities, months, weekdays and outlets count only where the text writes a capital (``May`` and ``may``, ``US`` and ``us``).
"""

from functools import cache
from typing import Any

from cochair.press.datafiles import load
from cochair.press.tokens import Token, words

Found = dict[str, dict[int, list[tuple[int, Any]]]]
"""class -> index of first token -> [(index after the last token, value)], longest first."""

CAPITAL = frozenset({"country", "demonym", "city", "month", "weekday", "outlet"})
_EXACT = frozenset({"US", "IT", "AI", "AP", "AA", "MIC", "APP", "UNI", "Report", "Trend", "ANI"})


class Lexicon:
    """All phrases in one automaton. ``add`` then ``seal``; ``find`` gives the matches of a token list."""

    def __init__(self) -> None:
        self._phrases: dict[str, list[tuple[int, str, Any, str]]] = {}
        self._automaton: Any = None

    def add(self, kind: str, phrase: str, value: Any) -> None:
        """Put one phrase into the class ``kind`` with its value."""
        folds = words(phrase)
        if folds:
            exact = phrase if phrase in _EXACT else ""
            self._phrases.setdefault(" " + " ".join(folds) + " ", []).append((len(folds), kind, value, exact))

    def seal(self) -> None:
        """Build the automaton."""
        import ahocorasick

        self._automaton = ahocorasick.Automaton()
        for key, entries in self._phrases.items():
            self._automaton.add_word(key, entries)
        self._automaton.make_automaton()

    def find(self, tokens: list[Token]) -> Found:
        """Tokens -> every phrase found, by class and first token."""
        found: Found = {}
        if not tokens:
            return found
        ends: dict[int, int] = {}
        position = 0
        for index, token in enumerate(tokens):
            position += len(token.fold) + 1
            ends[position] = index
        haystack = " " + " ".join(token.fold for token in tokens) + " "
        for at, entries in self._automaton.iter(haystack):
            last = ends[at]
            for length, kind, value, exact in entries:
                first = last - length + 1
                head = tokens[first].text
                if kind in CAPITAL and not head[0].isupper() and head[0].isascii() and head[0].isalpha():
                    continue
                if exact and head != exact:
                    continue
                found.setdefault(kind, {}).setdefault(first, []).append((last + 1, value))
        for by_start in found.values():
            for matches in by_start.values():
                matches.sort(key=lambda match: -match[0])
        return found


def _add_classes(lexicon: Lexicon, classes: dict[str, Any]) -> None:
    for kind, phrases in classes.items():
        for phrase in phrases:
            lexicon.add(kind, phrase, phrases[phrase] if isinstance(phrases, dict) else phrase)


@cache
def lexicon() -> Lexicon:
    """-> the lexicon of all data files, built once."""
    built = Lexicon()
    for language in ("en", "ru"):
        _add_classes(built, load(language))
    for code, state in load("states").items():
        for kind, key in (("country", "names"), ("demonym", "demonyms"), ("city", "cities")):
            for phrases in state[key].values():
                for phrase in phrases:
                    built.add(kind, phrase, (code, phrase) if kind == "city" else code)
    for mode, entry in load("modes").items():
        for phrase in entry["en"]:
            built.add("mode", phrase, mode)
    for area, entry in load("areas").items():
        for phrase in entry["en"]:
            built.add("area", phrase, area)
    built.seal()
    return built


@cache
def ministries() -> dict[str, list[tuple[str, str]]]:
    """-> name or short name of a ministry (lower case) -> [(state, full name)]."""
    out: dict[str, list[tuple[str, str]]] = {}
    for code, entries in load("ministries").items():
        for full, shorts in entries.items():
            for name in (full, *shorts):
                out.setdefault(name.lower(), []).append((code, full))
    return out
